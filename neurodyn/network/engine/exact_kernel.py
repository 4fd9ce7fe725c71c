"""Neurons with one linear state and a reset: from event to event in closed form.

tau dV/dt = V_inf - V with V_inf = rest + sum of gain times input; V := reset where V reaches a
threshold. Between edges of its inputs V is a straight line and exponentials,

    V(t) = a + b t + B exp(-t / tau) + sum_c G_c s_c phi_c(t),

where an input s_c exp(-t / tau_c) answers with phi_c = tau_c / (tau_c - tau) (exp(-t / tau_c) -
exp(-t / tau)), written with expm1 so that no digit is lost where the two times are close, and
t / tau exp(-t / tau) where they are equal (W. Gerstner et al., Neuronal Dynamics (2014), ch. 1).
The first crossing is found as in ``simulation/methods/rises.py``: parts of the time to come are
halved until bounds of V exclude the threshold or bounds of its slope exclude a turn. So none is
missed, and a neuron that nothing reaches costs nothing.

The text below the mark is part of the module that ``module.py`` generates.
"""

import math

import numpy as np

from neurodyn.codegen.interface import INNER, njit
from neurodyn.network.engine.edges import (
    ABOVE,
    CLOCK,
    DUE,
    EXPONENTIAL,
    HELD,
    LEVEL,
    P_OWN,
    STEP,
    STEPS,
    X,
    apply_edges,
    decay,
    inputs_from,
    next_edge,
)
from neurodyn.network.engine.interface import on_spike
from neurodyn.network.engine.notes import note_spike
from neurodyn.simulation.methods.endings import RESET_ABOVE

# --- kernel ---
STATUS, WHERE, UNSURE = 0, 1, 2  # places in ``report``
TAU, REST, THRESHOLD, RESET, GAINS = 0, 1, 2, 3, 4  # places among the constants of a neuron
BASE, SLOPE, DECAYING = 0, 1, 2  # places in what describes a stretch: a, b, B; then G_c s_c


@njit(**INNER, forceinline=True)
def _answer(t, tau, tau_c):
    """phi_c at t."""
    delta = 1.0 / tau - 1.0 / tau_c
    if abs(delta * t) < 1e-300:
        return t / tau * math.exp(-t / tau)
    if delta * t < 500.0:
        return math.exp(-t / tau) * math.expm1(delta * t) / (delta * tau)
    return (math.exp(-t / tau_c) - math.exp(-t / tau)) / (delta * tau)


@njit(**INNER, forceinline=True)
def _value(t, tau, shape, kind, duration):
    """V at t within a stretch."""
    total = shape[BASE] + shape[SLOPE] * t + shape[DECAYING] * math.exp(-t / tau)
    for c in range(kind.size):
        if kind[c] == EXPONENTIAL and shape[DECAYING + 1 + c] != 0.0:
            total += shape[DECAYING + 1 + c] * _answer(t, tau, duration[c])
    return total


@njit(**INNER, forceinline=True)
def _rate(t, tau, shape, kind, duration):
    """dV/dt at t within a stretch."""
    total = shape[SLOPE] - shape[DECAYING] / tau * math.exp(-t / tau)
    for c in range(kind.size):
        if kind[c] == EXPONENTIAL and shape[DECAYING + 1 + c] != 0.0:
            answer = _answer(t, tau, duration[c])
            total += shape[DECAYING + 1 + c] / tau * (math.exp(-t / duration[c]) - answer)
    return total


@njit(**INNER, forceinline=True)
def _scaled(factor, low, high):
    """Bounds of a factor times what lies between low and high."""
    return (factor * low, factor * high) if factor >= 0.0 else (factor * high, factor * low)


@njit(**INNER, forceinline=True)
def _bounds(a, b, tau, shape, kind, duration, peaks):
    """Bounds of V and of its slope from a to b, which may be infinite where no line rises.

    ``peaks`` (2 n_channels,): when each phi is largest, and how large.
    """
    e_a, e_b = math.exp(-a / tau), math.exp(-b / tau)
    low, high = _scaled(shape[DECAYING], e_b, e_a)
    least, largest = _scaled(-shape[DECAYING] / tau, e_b, e_a)
    low, high = low + shape[BASE], high + shape[BASE]
    least, largest = least + shape[SLOPE], largest + shape[SLOPE]
    if shape[SLOPE] > 0.0:
        low, high = low + shape[SLOPE] * a, high + shape[SLOPE] * b
    elif shape[SLOPE] < 0.0:
        low, high = low + shape[SLOPE] * b, high + shape[SLOPE] * a
    for c in range(kind.size):
        factor = shape[DECAYING + 1 + c]
        if kind[c] == EXPONENTIAL and factor != 0.0:
            tau_c = duration[c]
            start = _answer(a, tau, tau_c)
            end = _answer(b, tau, tau_c) if b < math.inf else 0.0
            best = peaks[2 * c]  # phi has one maximum
            top = peaks[2 * c + 1] if a < best < b else max(start, end)
            bottom = min(start, end)
            part = _scaled(factor, bottom, top)
            low, high = low + part[0], high + part[1]
            fast_a = math.exp(-a / tau_c)
            fast_b = math.exp(-b / tau_c)
            part = _scaled(factor / tau, fast_b - top, fast_a - bottom)
            least, largest = least + part[0], largest + part[1]
    return low, high, least, largest


@njit(**INNER, forceinline=True)
def _first_crossing(horizon, level, tau, shape, kind, duration, peaks, ends):
    """First t in (0, horizon] at which V, below ``level`` at 0, reaches it; infinite if none."""
    longest, highest = tau, shape[BASE] + max(shape[DECAYING], 0.0)
    for c in range(kind.size):
        factor = shape[DECAYING + 1 + c]
        if kind[c] == EXPONENTIAL and factor != 0.0:
            longest = max(longest, duration[c])
            highest += max(factor * peaks[2 * c + 1], 0.0)
    if highest < level and shape[SLOPE] == 0.0:  # the usual case, without an exponential
        return math.inf
    left, right, waiting = 0.0, horizon, 0
    while True:
        _, high, least, largest = _bounds(left, right, tau, shape, kind, duration, peaks)
        decided = high < level or least >= 0.0 or largest <= 0.0
        if decided or (right < math.inf and right - left <= 1e-15 * (longest + right)):
            if high >= level:
                end = _value(right, tau, shape, kind, duration) if right < math.inf else math.nan
                if right == math.inf:
                    end = (
                        shape[BASE]
                        if shape[SLOPE] == 0.0
                        else math.copysign(math.inf, shape[SLOPE])
                    )
                if end >= level and not (right == math.inf and end == level):
                    return _located(left, right, longest, level, tau, shape, kind, duration)
            if waiting == 0:
                return math.inf
            waiting -= 1
            left, right = right, ends[waiting]
            continue
        ends[waiting] = right
        waiting += 1
        right = 0.5 * (left + right) if right < math.inf else left + 2.0 * max(longest, left)


@njit(**INNER, forceinline=True)
def _located(left, right, longest, level, tau, shape, kind, duration):
    """Where V reaches the level on a part with one crossing, by Newton's method in brackets."""
    if right == math.inf:
        right = left + longest
        while _value(right, tau, shape, kind, duration) < level:
            left, right = right, left + 2.0 * (right - left) + longest
    t = 0.5 * (left + right)
    for _ in range(200):
        miss = _value(t, tau, shape, kind, duration) - level
        if miss >= 0.0:
            right = t
        else:
            left = t
        slope = _rate(t, tau, shape, kind, duration)
        then = t - miss / slope if slope > 0.0 else 0.5 * (left + right)
        if not left < then < right:
            then = 0.5 * (left + right)
        if then == t or not left < then < right:
            break
        t = then
    return right if right - left <= 4e-16 * right else t


@njit(**INNER, forceinline=True)
def _stretch(i, x, level, neurons, channels, constants, stimulus, steady, rate, t, shape):
    """Describe V from t on, until the next edge."""
    kind, target = channels[0], channels[1]
    inputs_from(i, t, neurons, channels, stimulus, steady, rate)
    own = constants[i]
    shape[BASE], shape[SLOPE] = own[REST], 0.0
    for j in range(steady.size):
        shape[SLOPE] += own[GAINS + j] * rate[j]
        shape[BASE] += own[GAINS + j] * (steady[j] - rate[j] * own[TAU])
    shape[DECAYING] = x - shape[BASE]
    for c in range(kind.size):
        if kind[c] == EXPONENTIAL:
            shape[DECAYING + 1 + c] = own[GAINS + target[c]] * level[i, c]


@njit(**INNER, forceinline=True)
def _predict(i, t, neurons, channels, constants, stimulus, arrivals, steady, rate, shape, ends):
    """Note when neuron i will spike if nothing arrives, and when it is to be looked at again."""
    x, predicted, held, due = neurons[X], neurons[STEP], neurons[HELD], neurons[DUE]
    kind, _, duration, _ = channels
    _, knots = stimulus[0], stimulus[1]
    _stretch(
        i, x[i, 0], neurons[LEVEL], neurons, channels, constants, stimulus, steady, rate, t, shape
    )
    edge = next_edge(i, math.inf, neurons, channels, arrivals, knots)
    if held[i] > t:
        predicted[i], edge = math.inf, min(edge, held[i])
    else:
        level, tau = constants[i, THRESHOLD], constants[i, TAU]
        peaks = constants[i, GAINS + steady.size :]
        dt = _first_crossing(edge - t, level, tau, shape, kind, duration, peaks, ends)
        predicted[i] = t + dt
    due[i] = min(edge, predicted[i])


@njit(**INNER, forceinline=True)
def _keep(i, t, until, x, constants, channels, shape, is_held, traces):
    """Keep V at all times of the grid up to ``until``."""
    row_of, first, period, filled, data = traces
    row = row_of[i]
    if row < 0:
        return
    while filled[row] < data.shape[1] and first + filled[row] * period <= until:
        since = first + filled[row] * period - t
        kind, duration = channels[0], channels[2]
        value = x if is_held else _value(since, constants[i, TAU], shape, kind, duration)
        data[row, filled[row], 0] = value
        filled[row] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def begin(neurons, channels, constants, stimulus, arrivals):
    """Note when the answer to each channel peaks, and foretell the first spike of each neuron."""
    kind, duration = channels[0], channels[2]
    for i in range(len(constants)):
        peaks = constants[i, GAINS + stimulus[0].size :]
        for c in range(kind.size):
            if kind[c] == EXPONENTIAL:
                tau, tau_c = constants[i, TAU], duration[c]
                ratio = tau_c / tau
                best = tau_c * math.log(ratio) / (ratio - 1.0) if abs(ratio - 1.0) > 1e-9 else tau
                # rounded outwards: a bound has to hold
                peaks[2 * c] = best
                peaks[2 * c + 1] = _answer(best, tau, tau_c) * (1.0 + 1e-9)
    x, clock, above = neurons[X], neurons[CLOCK], neurons[ABOVE]
    steady, rate = np.empty(stimulus[0].size), np.empty(stimulus[0].size)
    shape, ends = np.empty(DECAYING + 1 + channels[0].size), np.empty(64)
    for i in range(len(x)):
        above[i] = x[i, 0] >= constants[i, THRESHOLD]
        _predict(
            i, clock[i], neurons, channels, constants, stimulus, arrivals, steady, rate, shape, ends
        )


@njit(cache=True, nogil=True, error_model="numpy")
def advance(
    todo,
    _,
    t1,
    neurons,
    channels,
    stimulus,
    arrivals,
    plastic,
    limits,
    kept,
    traces,
    constants,
    report,
):
    """Take the neurons ``todo`` through all events before t1; return their spikes.

    As in ``adaptive_kernel``, whatever the start of the window: a neuron stays at its last event,
    where its clock stands. ``neurons`` holds the foretold spike in place of the step, and last the
    next time at which it is due; ``constants`` (N, 4 + n_inputs + 2 n_channels): tau, rest,
    threshold, reset, the gain of each input, and what ``begin`` notes of each channel.
    """
    x, p, clock, predicted = neurons[X], neurons[P_OWN], neurons[CLOCK], neurons[STEP]
    level, held, steps = neurons[LEVEL], neurons[HELD], neurons[STEPS]
    kind, duration, knots = channels[0], channels[2], stimulus[1]
    refractory = limits[2]
    steady, rate = np.empty(stimulus[0].size), np.empty(stimulus[0].size)
    shape, ends, state = np.empty(DECAYING + 1 + kind.size), np.empty(64), np.empty(1)
    noted = (np.empty(16), np.empty(16, np.int64), np.empty((16 if kept else 0, 1)))
    n = 0
    for q in range(len(todo)):
        i = todo[q]
        tau = constants[i, TAU]
        while True:
            t = clock[i]
            is_held = held[i] > t
            then = min(next_edge(i, t1, neurons, channels, arrivals, knots), predicted[i])
            if is_held:
                then = min(then, held[i])
            if then >= t1:
                break
            _stretch(
                i, x[i, 0], level, neurons, channels, constants, stimulus, steady, rate, t, shape
            )
            _keep(i, t, then, x[i, 0], constants, channels, shape, is_held, traces)
            if not is_held and then > t:
                x[i, 0] = _value(then - t, tau, shape, kind, duration)
                if then == predicted[i]:
                    x[i, 0] = constants[i, THRESHOLD]
            decay(i, then - t, level, channels)
            clock[i] = then
            steps[i] += 1
            spikes = then == predicted[i]
            kicked = apply_edges(i, then, p[i], neurons, channels, arrivals, plastic)
            if kicked:
                spikes = held[i] <= then and x[i, 0] >= constants[i, THRESHOLD]
            if spikes:
                state[0] = x[i, 0]
                n, noted = note_spike(n, noted, then, i, state, kept)
                on_spike(i, then, arrivals, plastic)
                x[i, 0] = constants[i, RESET]
                held[i] = then + refractory
                if constants[i, RESET] >= constants[i, THRESHOLD]:
                    report[STATUS], report[WHERE] = RESET_ABOVE, i
                    return n, *noted
            _predict(
                i, then, neurons, channels, constants, stimulus, arrivals, steady, rate, shape, ends
            )
    return n, *noted


@njit(cache=True, nogil=True, error_model="numpy")
def flush(t1, neurons, channels, constants, stimulus, traces):
    """Keep V of all neurons up to t1, and leave them where they are."""
    x, clock, held = neurons[X], neurons[CLOCK], neurons[HELD]
    steady, rate = np.empty(stimulus[0].size), np.empty(stimulus[0].size)
    shape = np.empty(DECAYING + 1 + channels[0].size)
    for i in range(len(x)):
        t = clock[i]
        _stretch(
            i,
            x[i, 0],
            neurons[LEVEL],
            neurons,
            channels,
            constants,
            stimulus,
            steady,
            rate,
            t,
            shape,
        )
        _keep(i, t, t1, x[i, 0], constants, channels, shape, held[i] > t, traces)
