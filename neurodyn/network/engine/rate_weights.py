"""Weights that change with rates: EqSpike in closed form, from the times of pulses alone.

rho is 1 during pulses and 0 between. A leaky integrator V' = rho - gamma V, its difference
gamma (V(t) - V(t - tau)) / tau, and A, the mean of that over the time ``average`` before t, follow.
With Q = gamma int V = int rho - V

    A(t) = (Q(t) - Q(t - average) - Q(t - tau) + Q(t - tau - average)) / (tau average),

so that the integral of A over a pulse is the same sum of H = int Q at its ends. Between the ends of
pulses V is an exponential, so all is exact and no grid is needed.
"""

import math

import numpy as np
from numba import njit

TIME, V, R, H = 0, 1, 2, 3  # columns of a table: ends of pulses, V there, int rho, int int rho
# places among the numbers of a rule
GAMMA, TAU, AVERAGE, START, STOP, EVERY, ETA, WIDTH, LEAST, MOST = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
_FORGOTTEN = 40.0  # exp(-40) is less than rounding


def memory(numbers):
    """Return how long a pulse is felt after its end."""
    return numbers[TAU] + numbers[AVERAGE] + _FORGOTTEN / numbers[GAMMA]


def spans(numbers, t0, t1):
    """Return the spans that are over after t0 and at t1, each a beginning and an end."""
    start, stop, every = numbers[START], numbers[STOP], numbers[EVERY]
    found, k = [], max(0, math.floor((t0 - start) / every) - 1)
    while (begin := start + k * every) < min(t1, stop):
        end = min(start + (k + 1) * every, stop)
        if t0 < end <= t1:
            found.append((begin, end))
        k += 1
    return found


@njit(cache=True, nogil=True)
def table_of(times, width):
    """Return the table of spikes in order of time that make pulses of one width.

    One that begins in another prolongs it.
    """
    table = np.zeros((2 * len(times), 4))
    for k in range(len(times)):
        if k and table[2 * k - 1, TIME] > times[k]:
            table[2 * k - 1, TIME] = times[k]
        table[2 * k, TIME], table[2 * k + 1, TIME] = times[k], times[k] + width
    return table


@njit(cache=True, nogil=True)
def integrate(table, gamma):
    """Fill the other columns of a table whose first holds beginnings and ends in turn."""
    for k in range(1, len(table)):
        span, on = table[k, TIME] - table[k - 1, TIME], float(k % 2)
        table[k, V] = on / gamma + (table[k - 1, V] - on / gamma) * np.exp(-gamma * span)
        table[k, R] = table[k - 1, R] + on * span
        table[k, H] = table[k - 1, H] + (table[k - 1, R] + 0.5 * on * span) * span
    return table


@njit(cache=True, nogil=True)
def at(table, t, gamma):
    """Return V, Q and H at t."""
    k = np.searchsorted(table[:, TIME], t, "right") - 1
    if k < 0:
        return 0.0, 0.0, 0.0
    span, on = t - table[k, TIME], float((k + 1) % 2)
    v = on / gamma + (table[k, V] - on / gamma) * np.exp(-gamma * span)
    r = table[k, R] + on * span
    h = table[k, H] + (table[k, R] + 0.5 * on * span) * span
    return v, r - v, h - (r - v) / gamma


@njit(cache=True, nogil=True)
def filtered(table, t, numbers):
    """Return V at t, its difference, the mean of that, A, and the integral of A up to t."""
    gamma, tau, average = numbers[GAMMA], numbers[TAU], numbers[AVERAGE]
    v, q, h = at(table, t, gamma)
    v_tau, q_tau, h_tau = at(table, t - tau, gamma)
    _, q_average, h_average = at(table, t - average, gamma)
    _, q_both, h_both = at(table, t - tau - average, gamma)
    area = tau * average
    mean, integral = (q - q_average - q_tau + q_both), (h - h_average - h_tau + h_both)
    return v, gamma * (v - v_tau) / tau, mean / area, integral / area


@njit(cache=True, nogil=True)
def _during(one, other, later, begin, end, numbers):
    """Return the integral of A of one neuron over the pulses of another, which arrive later."""
    total = 0.0
    for k in range(0, len(other), 2):
        on, off = max(other[k, TIME] + later, begin), min(other[k + 1, TIME] + later, end)
        if on < off:
            total += filtered(one, off, numbers)[3] - filtered(one, on, numbers)[3]
    return total


@njit(cache=True, nogil=True)
def product(pre, post, delay, begin, end, numbers):
    """Return K, the integral of A_pre rho_post + rho_pre A_post; what comes from pre is delayed."""
    mine = _during(pre, post, -delay, begin - delay, end - delay, numbers)
    return mine + _during(post, pre, delay, begin, end, numbers)


def felt_since(begin, delays, numbers):
    """Return the time before which spikes are not felt in a span that begins then."""
    return begin - delays.max(initial=0.0) - memory(numbers) - numbers[WIDTH]


def learn(w, pre, post, synapses, span, numbers):
    """Change weights by what rates did in a span; pre and post are times, neurons, their number."""
    since = felt_since(span[0], synapses[2], numbers)
    _add_products(w, *_trains(pre, since), *_trains(post, since), synapses, span, numbers)
    np.clip(w, numbers[LEAST], numbers[MOST], out=w)


def _trains(spikes, since):
    """Return the spikes after a time neuron by neuron, and where those of each begin, (n + 1,)."""
    times, neurons, n = spikes
    late = np.searchsorted(times, since)
    order = np.argsort(neurons[late:], kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(neurons[late:], minlength=n))])
    return times[late:][order], first


@njit(cache=True, nogil=True)
def _tables(times, first, numbers):
    """Return the table of each train, one below the other."""
    tables = np.empty((2 * len(times), 4))
    for i in range(len(first) - 1):
        table = table_of(times[first[i] : first[i + 1]], numbers[WIDTH])
        tables[2 * first[i] : 2 * first[i + 1]] = integrate(table, numbers[GAMMA])
    return tables


@njit(cache=True, nogil=True)
def _add_products(w, pre, first_pre, post, first_post, synapses, span, numbers):
    before, after = _tables(pre, first_pre, numbers), _tables(post, first_post, numbers)
    first, to, delays = synapses
    for j in range(len(first_pre) - 1):
        one = before[2 * first_pre[j] : 2 * first_pre[j + 1]]
        for s in range(first[j], first[j + 1]):
            other = after[2 * first_post[to[s]] : 2 * first_post[to[s] + 1]]
            delay = delays[s] if delays.size > 1 else delays[0]
            w[s] += numbers[ETA] * product(one, other, delay, span[0], span[1], numbers)
