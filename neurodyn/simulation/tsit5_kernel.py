"""Tsit5 in one compiled loop, with inputs that are straight between knots.

Ch. Tsitouras, Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying
assumption, Comput. Math. Appl. 62, 770 (2011): tableau and the free interpolant of order 4.
Step control: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, sec. IV.2 (PI).

The text below the mark is appended to the module generated for a model, which brings ``rhs``,
``N_STATES`` and, for a model that resets at its spikes, ``spike`` and ``reset`` of its own.
"""

import numpy as np

from neurodyn.codegen.interface import HAS_RESET, N_STATES, njit, reset, rhs, spike

# --- kernel ---
C = np.array([0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0])
A = np.zeros((7, 6))
A[1, :1] = [0.161]
A[2, :2] = [-0.008480655492356989, 0.335480655492357]
A[3, :3] = [2.8971530571054935, -6.359448489975075, 4.3622954328695815]
A[4, :4] = [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525]
A[5, :4] = [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401]
A[5, 4] = -0.028269050394068383
A[6, :4] = [0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742]
A[6, 4:] = [-3.290069515436081, 2.324710524099774]
# difference of the two embedded solutions
E = np.array(
    [
        0.0017800110522257773,
        0.0008164344596567463,
        -0.007880878010261994,
        0.1447110071732629,
        -0.5823571654525552,
        0.45808210592918686,
        -0.015151515151515152,
    ]
)
# interpolant: b_i(theta) = sum_j P[i, j] theta^(j+1), from the factors as published
P = np.zeros((7, 4))
P[0] = (
    -1.0530884977290216
    * np.polymul([1.0, -1.3299890189751412], [1.0, -1.4364028541716351, 0.7139816917074209])[::-1]
)
P[1, 1:] = 0.1017 * np.array([1.2949852507374631, -2.1966568338249754, 1.0])
P[2, 1:] = 2.490627285651252793 * np.array([1.57803468208092486, -2.38535645472061657, 1.0])
P[3, 1:] = -16.54810288924490272 * np.poly([1.21712927295533244, 0.61620406037800089])[::-1]
P[4, 1:] = 47.37952196281928122 * np.poly([1.203071208372362603, 0.658047292653547382])[::-1]
P[5, 1:] = -34.87065786149660974 * np.poly([1.2, 2.0 / 3.0])[::-1]
P[6, 1:] = 2.5 * np.poly([1.0, 0.6])[::-1]

RUNNING, DONE, MAX_STEPS, STEP_TOO_SMALL, NOT_FINITE, RESET_ABOVE = 0, 1, 2, 3, 4, 5
# places in the array of whole numbers, and in the array of times, that survive between calls
SEGMENT, STATE, ACCEPTED, REJECTED, FRESH = 0, 1, 2, 3, 4
TIME, STEP, LAST_ERROR = 0, 1, 2


@njit(cache=True, nogil=True, error_model="numpy")
def _set_inputs(p, t, slots, knot, values, slopes):
    """Put the value of each driven input at time t into the parameter vector."""
    for j in range(slots.size):
        p[slots[j]] = values[j] + slopes[j] * (t - knot)


@njit(cache=True, nogil=True, error_model="numpy")
def _norm(v, x, atol, rtol):
    """Root mean square of v in units of the tolerance; infinite if v is not finite."""
    total = 0.0
    for i in range(N_STATES):
        r = v[i] / (atol[i] + rtol * abs(x[i]))
        total += r * r
    return np.sqrt(total / N_STATES) if np.isfinite(total) else np.inf


@njit(cache=True, nogil=True, error_model="numpy")
def _first_step(x, k, trial, p, atol, rtol, span):
    """Starting step after Hairer, Norsett, Wanner, ODEs I, sec. II.4; span: what lies ahead."""
    d0, d1 = _norm(x, x, atol, rtol), _norm(k[0], x, atol, rtol)
    h = 1e-6 * span if d0 < 1e-5 or d1 < 1e-5 or not np.isfinite(d1) else 0.01 * d0 / d1
    for i in range(N_STATES):
        trial[i] = x[i] + h * k[0, i]
    rhs(trial, p, k[1])
    for i in range(N_STATES):
        trial[i] = k[1, i] - k[0, i]
    d2 = max(d1, _norm(trial, x, atol, rtol) / h)
    if d2 <= 1e-15 or not np.isfinite(d2):
        return h
    return min(100.0 * h, (0.01 / d2) ** 0.2)


@njit(cache=True, nogil=True, error_model="numpy")
def _spike_at(coef, theta, x, p, value):
    """Put the state at the fraction theta of a step into x; return whether a spike is on."""
    for i in range(N_STATES):
        c = coef[i]
        x[i] = c[0] + theta * (c[1] + theta * (c[2] + theta * (c[3] + theta * c[4])))
    spike(x, p, value)
    return value[0] >= 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _first_spike(coef, x, p, value):
    """Return the fraction of a step at which the spike event first rises through zero, or 2.

    Searched at five points, refined by bisection to rounding; x is left just past the crossing.
    """
    above = _spike_at(coef, 0.0, x, p, value)
    for probe in range(1, 5):
        before, above = above, _spike_at(coef, 0.25 * probe, x, p, value)
        if above and not before:
            low, high = 0.25 * (probe - 1), 0.25 * probe
            for _ in range(52):
                middle = 0.5 * (low + high)
                if _spike_at(coef, middle, x, p, value):
                    high = middle
                else:
                    low = middle
            _spike_at(coef, high, x, p, value)
            return high
    return 2.0


@njit(cache=True, nogil=True, error_model="numpy")
def integrate(
    x, p, slots, knots, values, slopes, atol, rtol, max_steps, whole, real, times, coefs, resets
):
    """Integrate until the last knot, or until the buffers are full; return the steps written.

    x (n,) and p (m,) are updated in place. Between knots[s] and knots[s+1] input slots[j] is
    values[s, j] + slopes[s, j] (t - knots[s]). times (N,) receives the end of each step, and
    coefs (N, n, 5) the polynomial in theta = (t - t_start) / h of each state over the step.
    resets (N,) receives whether the state is reset at the end of the step, which is then the spike.
    """
    k, trial, error = np.empty((7, N_STATES)), np.empty(N_STATES), np.empty(N_STATES)
    value = np.empty(1)
    written = 0
    while written < times.size:
        s = whole[SEGMENT]
        if s == knots.size - 1:
            whole[STATE] = DONE
            return written
        t, stop = real[TIME], knots[s + 1]
        if stop <= t:
            whole[SEGMENT] += 1
            whole[FRESH] = 1
            continue
        if whole[ACCEPTED] + whole[REJECTED] >= max_steps:
            whole[STATE] = MAX_STEPS
            return written
        if whole[FRESH] == 1 or written == 0:  # after a kink the last stage cannot be reused
            _set_inputs(p, t, slots, knots[s], values[s], slopes[s])
            rhs(x, p, k[0])
            for i in range(N_STATES):
                if not np.isfinite(k[0, i]):
                    whole[STATE] = NOT_FINITE
                    return written
            if real[STEP] <= 0.0:
                real[STEP] = _first_step(x, k, trial, p, atol, rtol, knots[-1] - t)
            whole[FRESH] = 0
        wanted = real[STEP]
        last = t + 1.01 * wanted >= stop
        h = stop - t if last else wanted
        if h <= 0.0 or (not last and t + 0.1 * h == t):
            whole[STATE] = STEP_TOO_SMALL
            return written

        for stage in range(1, 7):
            for i in range(N_STATES):
                total = 0.0
                for j in range(stage):
                    total += A[stage, j] * k[j, i]
                trial[i] = x[i] + h * total
            _set_inputs(p, t + C[stage] * h, slots, knots[s], values[s], slopes[s])
            rhs(trial, p, k[stage])
        for i in range(N_STATES):
            total = 0.0
            for j in range(7):
                total += E[j] * k[j, i]
            error[i] = h * total
        size = _norm(error, x, atol, rtol)
        for i in range(N_STATES):
            if not (np.isfinite(k[6, i]) and np.isfinite(trial[i])):
                size = np.inf

        if size > 1.0:  # reject; a stage that overflowed counts as a large error
            whole[REJECTED] += 1
            real[STEP] = h * (max(0.2, 0.9 * size**-0.2) if np.isfinite(size) else 0.1)
            if t + 0.1 * real[STEP] == t:
                whole[STATE] = STEP_TOO_SMALL if np.isfinite(size) else NOT_FINITE
                return written
            continue

        whole[ACCEPTED] += 1
        for i in range(N_STATES):
            coefs[written, i, 0] = x[i]
            for j in range(4):
                total = 0.0
                for stage in range(7):
                    total += P[stage, j] * k[stage, i]
                coefs[written, i, j + 1] = h * total
            x[i] = trial[i]
            k[0, i] = k[6, i]
        real[TIME] = stop if last else t + h
        resets[written] = False
        if HAS_RESET:
            theta = _first_spike(coefs[written], trial, p, value)
            if theta <= 1.0:  # the step ends at the spike, and what follows starts anew
                if theta < 1.0:
                    last = False
                    real[TIME] = t + theta * h
                if real[TIME] <= t:
                    whole[STATE] = STEP_TOO_SMALL
                    return written
                for i in range(N_STATES):
                    power = 1.0
                    for j in range(5):
                        coefs[written, i, j] *= power
                        power *= theta
                    x[i] = trial[i]
                _set_inputs(p, real[TIME], slots, knots[s], values[s], slopes[s])
                reset(trial, p, x)
                resets[written] = True
                whole[FRESH] = 1
                spike(x, p, value)
                if value[0] >= 0.0:
                    whole[STATE] = RESET_ABOVE
        times[written] = real[TIME]
        written += 1
        if whole[STATE] == RESET_ABOVE:
            return written
        size = max(size, 1e-10)
        factor = min(5.0, max(0.2, 0.9 * size**-0.14 * real[LAST_ERROR] ** 0.08))
        real[LAST_ERROR] = max(size, 1e-4)
        # a step cut short by a knot says nothing against the step wanted before it
        real[STEP] = max(h * factor, wanted) if last else h * factor
        if last:
            whole[SEGMENT] += 1
            whole[FRESH] = 1
    return written
