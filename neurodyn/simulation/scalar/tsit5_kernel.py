"""Scalar loop of Tsit5 with dense output, with inputs that are straight between knots.

The text below the mark is appended to the module generated for a model, which brings ``rhs``,
``N_STATES`` and, for a model whose state jumps, ``jump_level`` and ``jump_to`` of its own.
"""

import numpy as np

from neurodyn.codegen.interface import (
    HAS_JUMP,
    INNER,
    N_STATES,
    OPTIONS,
    ROW_OF,
    event_rows,
    jump_level,
    jump_to,
    njit,
    rhs,
)
from neurodyn.simulation.methods.endings import (
    DONE,
    MAX_STEPS,
    NOT_FINITE,
    RESET_ABOVE,
    STEP_TOO_SMALL,
)
from neurodyn.simulation.methods.intervals import _quartic_at
from neurodyn.simulation.methods.rises import next_rise
from neurodyn.simulation.methods.tsit5 import NEARLY, PAST_ERROR
from neurodyn.simulation.scalar.tsit5_step import (
    grown,
    shrunk,
    starting_step,
    trial_step,
    write_polynomial,
)

# --- kernel ---
# places in the array of whole numbers, and in the array of times, that survive between calls
SEGMENT, STATE, ACCEPTED, REJECTED, FRESH, UNSURE = 0, 1, 2, 3, 4, 5
TIME, STEP, LAST_ERROR = 0, 1, 2


@njit(**INNER)
def set_inputs(p, t, drive):
    """Put the value of each driven input at time t into the parameter vector."""
    slots, knot, values, slopes = drive
    for j in range(slots.size):
        p[slots[j]] = values[j] + slopes[j] * (t - knot)


@njit(**OPTIONS)
def integrate(
    x, p, slots, knots, values, slopes, atol, rtol, max_steps, counters, clock, times, coefs, jumps
):
    """Integrate until the last knot, or until the buffers are full; return the steps written.

    x (n,) and p (m,) are updated in place. Between knots[s] and knots[s+1] input slots[j] is
    values[s, j] + slopes[s, j] (t - knots[s]). times (N,) receives the end of each step, and
    coefs (N, n, 5) the polynomial in theta = (t - t_start) / h of each state over the step.
    jumps (N,) receives whether the state jumps at the end of the step.
    """
    k, trial, error = np.empty((7, N_STATES)), np.empty(N_STATES), np.empty(N_STATES)
    value, rows, ends = np.empty(1), np.empty((ROW_OF[-1], 5)), np.empty(64)
    written = 0
    while written < times.size:
        s = counters[SEGMENT]
        if s == knots.size - 1:
            counters[STATE] = DONE
            return written
        t, stop = clock[TIME], knots[s + 1]
        if stop <= t:
            counters[SEGMENT] += 1
            counters[FRESH] = 1
            continue
        if counters[ACCEPTED] + counters[REJECTED] >= max_steps:
            counters[STATE] = MAX_STEPS
            return written
        if counters[FRESH] == 1 or written == 0:  # after a kink the last stage cannot be reused
            set_inputs(p, t, (slots, knots[s], values[s], slopes[s]))
            rhs(x, p, k[0])
            for i in range(N_STATES):
                if not np.isfinite(k[0, i]):
                    counters[STATE] = NOT_FINITE
                    return written
            if clock[STEP] <= 0.0:
                clock[STEP] = starting_step(x, k, trial, p, atol, rtol, knots[-1] - t)
            counters[FRESH] = 0
        wanted = clock[STEP]
        last = t + NEARLY * wanted >= stop
        h = stop - t if last else wanted
        if h <= 0.0 or (not last and t + 0.1 * h == t):
            counters[STATE] = STEP_TOO_SMALL
            return written

        drive = slots, knots[s], values[s], slopes[s]
        size = trial_step(x, k, trial, error, p, t, h, drive, atol, rtol)
        if size > 1.0:
            counters[REJECTED] += 1
            clock[STEP] = shrunk(h, size)
            if t + 0.1 * clock[STEP] == t:
                counters[STATE] = STEP_TOO_SMALL if np.isfinite(size) else NOT_FINITE
                return written
            continue

        counters[ACCEPTED] += 1
        write_polynomial(coefs[written], x, k, h)
        for i in range(N_STATES):
            x[i] = trial[i]
            k[0, i] = k[6, i]
        clock[TIME] = stop if last else t + h
        jumps[written] = False
        if HAS_JUMP:
            event_rows(coefs[written], p, rows)
            jump_level(x, p, value)  # a step begins below zero: else the one before has jumped
            theta, _, sure = next_rise(rows, p, 0, 0.0, True, value[0] >= 0.0, ends)
            counters[UNSURE] += 0 if sure else 1
            if theta <= 1.0:  # the step ends at the jump, and what follows starts anew
                if theta < 1.0:
                    last = False
                    clock[TIME] = t + theta * h
                if clock[TIME] <= t:
                    counters[STATE] = STEP_TOO_SMALL
                    return written
                for i in range(N_STATES):
                    trial[i], power = _quartic_at(coefs[written, i], theta), 1.0
                    for j in range(5):
                        coefs[written, i, j] *= power
                        power *= theta
                    x[i] = trial[i]
                set_inputs(p, clock[TIME], drive)
                jump_to(trial, p, x)
                jumps[written] = True
                counters[FRESH] = 1
                jump_level(x, p, value)
                if value[0] >= 0.0:
                    counters[STATE] = RESET_ABOVE
        times[written] = clock[TIME]
        written += 1
        if counters[STATE] == RESET_ABOVE:
            return written
        after = grown(h, size, clock[LAST_ERROR])
        clock[LAST_ERROR] = max(size, PAST_ERROR)
        # a step cut short by a knot says nothing against the step wanted before it
        clock[STEP] = max(after, wanted) if last else after
        if last:
            counters[SEGMENT] += 1
            counters[FRESH] = 1
    return written
