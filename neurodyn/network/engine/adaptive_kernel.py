"""Neurons that follow differential equations: each advances alone to the end of a window.

Every neuron has its own clock and its own steps of Tsit5, which end on every edge of its input and
on the end of the window, so that neither threads nor neighbours change a digit.

The text below the mark is part of the modules that ``module.py`` generates.
"""

import math

import numpy as np

from neurodyn.codegen.interface import (
    INNER,
    N_STATES,
    ROW_OF,
    event_at,
    event_rows,
    jump_to,
    njit,
    rhs,
)
from neurodyn.network.engine.edges import (
    ABOVE,
    ACTIVE,
    CLOCK,
    EXPONENTIAL,
    HELD,
    LEVEL,
    P_OWN,
    PAST,
    PIECE,
    PULSE,
    STEP,
    STEPS,
    STILL,
    X,
    apply_edges,
    decay,
    inputs_from,
    next_edge,
)
from neurodyn.network.engine.interface import JUMP, SPIKE, on_spike
from neurodyn.network.engine.notes import keep_traces, note_spike
from neurodyn.simulation.methods.endings import (
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
STATUS, WHERE, UNSURE = 0, 1, 2  # places in ``report``


@njit(**INNER)
def set_inputs(p, t, drive):
    """Put the value of each input at time t into the parameter vector."""
    slots, steady, rate, since, kind, target, duration, level = drive
    for j in range(slots.size):
        p[slots[j]] = steady[j] + rate[j] * (t - since)
    for c in range(kind.size):
        if kind[c] == EXPONENTIAL and level[c] != 0.0:
            p[slots[target[c]]] += level[c] * math.exp(-(t - since) / duration[c])


@njit(**INNER)
def _is_above(x, own, e, coefs, rows):
    """Whether event e is at zero or above in a state."""
    for s in range(N_STATES):
        coefs[s, 0] = x[s]
        for j in range(1, 5):
            coefs[s, j] = 0.0
    event_rows(coefs, own, rows)
    return event_at(rows[ROW_OF[e] : ROW_OF[e + 1]], 0.0, own, e) >= 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def begin(neurons):
    """Note which neurons start at or above their spike event: that is no spike."""
    x, p, above = neurons[X], neurons[P_OWN], neurons[ABOVE]
    coefs, rows = np.empty((N_STATES, 5)), np.empty((ROW_OF[-1], 5))
    for i in range(len(x)):
        above[i] = _is_above(x[i], p[i], SPIKE, coefs, rows)


@njit(cache=True, nogil=True, error_model="numpy")
def advance(
    todo, t0, t1, neurons, channels, stimulus, arrivals, plastic, limits, kept, traces, report
):
    """Advance the neurons ``todo`` to t1; return number, times, neurons and states of spikes.

    Parameters
    ----------
    t0, t1 : the window; a neuron that was at rest takes part again from t0 on
    neurons : state (N, n), parameters (N, m), clock, wanted step, last error (N,), and what
        ``edges`` works on; until when held after a reset (N,); whether above the spike event (N,);
        steps taken (N,); whether at rest but for the test of stability (N,)
    channels, arrivals : see ``edges``
    stimulus : slots of all inputs, knots, values and slopes of the pieces, which are driven
    limits : atol (n,), rtol, time held after a reset, most steps
    kept : whether states at spikes are kept
    traces : see ``notes``
    report : status, neuron, and searches that may have missed an event
    """
    x, p, clock, step, past = (
        neurons[X],
        neurons[P_OWN],
        neurons[CLOCK],
        neurons[STEP],
        neurons[PAST],
    )
    level, held, above, steps = neurons[LEVEL], neurons[HELD], neurons[ABOVE], neurons[STEPS]
    still = neurons[STILL]
    kind, target, duration, _ = channels
    slots, knots = stimulus[0], stimulus[1]
    atol, rtol, refractory, most = limits
    k, trial, error = np.empty((7, N_STATES)), np.empty(N_STATES), np.empty(N_STATES)
    coefs, rows, ends = np.empty((N_STATES, 5)), np.empty((ROW_OF[-1], 5)), np.empty(64)
    own, before = np.empty(p.shape[1]), np.empty(N_STATES)
    steady, rate = np.empty(slots.size), np.empty(slots.size)
    noted = (np.empty(16), np.empty(16, np.int64), np.empty((16 if kept else 0, N_STATES)))
    n = 0
    for q in range(len(todo)):
        i, moves = todo[q], False
        xi, t = x[i], clock[i]
        for j in range(own.size):
            own[j] = p[i, j]
        for s in range(N_STATES):
            before[s] = xi[s]
        if t < t0:
            keep_traces(i, t, t0, xi, coefs, 0.0, traces)
            decay(i, t0 - t, level, channels)
            t = t0
        while t < t1:
            if apply_edges(i, t, own, neurons, channels, arrivals, plastic):
                moves, was = True, above[i]
                above[i] = _is_above(xi, own, SPIKE, coefs, rows)
                if above[i] and not was:
                    n, noted = note_spike(n, noted, t, i, xi, kept)
                    on_spike(i, t, arrivals, plastic)
                    if JUMP == SPIKE:
                        for s in range(N_STATES):
                            trial[s] = xi[s]
                        jump_to(trial, own, xi)
                        held[i] = t + refractory
                        above[i] = _is_above(xi, own, SPIKE, coefs, rows)
            inputs_from(i, t, neurons, channels, stimulus, steady, rate)
            stop, since, jumped = next_edge(i, t1, neurons, channels, arrivals, knots), t, False
            moves = moves or stop < t1
            if held[i] > t:
                t = min(stop, held[i])
                decay(i, t - since, level, channels)
                keep_traces(i, since, t, xi, coefs, 0.0, traces)
                clock[i] = t
                continue
            drive = slots, steady, rate, since, kind, target, duration, level[i]
            set_inputs(own, t, drive)
            rhs(xi, own, k[0])
            for s in range(N_STATES):
                if not np.isfinite(k[0, s]):
                    report[STATUS], report[WHERE] = NOT_FINITE, i
                    return n, *noted
            if step[i] <= 0.0:
                step[i] = starting_step(xi, k, trial, own, atol, rtol, stop - t)
            while t < stop and not jumped:
                wanted = step[i]
                last = t + NEARLY * wanted >= stop
                h = stop - t if last else wanted
                steps[i] += 1
                if not last and t + 0.1 * h == t:
                    report[STATUS], report[WHERE] = STEP_TOO_SMALL, i
                    return n, *noted
                if steps[i] > most:
                    report[STATUS], report[WHERE] = MAX_STEPS, i
                    return n, *noted
                size = trial_step(xi, k, trial, error, own, t, h, drive, atol, rtol)
                if size > 1.0:
                    step[i] = shrunk(h, size)
                    if t + 0.1 * step[i] == t:
                        how = STEP_TOO_SMALL if np.isfinite(size) else NOT_FINITE
                        report[STATUS], report[WHERE] = how, i
                        return n, *noted
                    continue
                write_polynomial(coefs, xi, k, h)
                event_rows(coefs, own, rows)
                part = 1.0  # of the step, up to where the state jumps
                if JUMP >= 0:
                    mine = rows[ROW_OF[JUMP] : ROW_OF[JUMP + 1]]
                    high = event_at(mine, 1.0, own, JUMP) >= 0.0
                    part, _, sure = next_rise(mine, own, JUMP, 0.0, True, high, ends)
                    report[UNSURE] += 0 if sure else 1
                    jumped = part <= 1.0
                    part = min(part, 1.0)
                if JUMP == SPIKE:
                    if jumped:
                        for s in range(N_STATES):
                            error[s] = _quartic_at(coefs[s], part)
                        n, noted = note_spike(n, noted, t + part * h, i, error, kept)
                        on_spike(i, t + part * h, arrivals, plastic)
                else:
                    mine = rows[ROW_OF[SPIKE] : ROW_OF[SPIKE + 1]]
                    high = event_at(mine, 1.0, own, SPIKE) >= 0.0
                    place, more, below = 0.0, True, not above[i]
                    while more:
                        place, more, sure = next_rise(mine, own, SPIKE, place, below, high, ends)
                        below = False
                        report[UNSURE] += 0 if sure else 1
                        if place <= part:
                            for s in range(N_STATES):
                                error[s] = _quartic_at(coefs[s], place)
                            n, noted = note_spike(n, noted, t + place * h, i, error, kept)
                            on_spike(i, t + place * h, arrivals, plastic)
                    above[i] = high
                until = t + part * h if part < 1.0 else (stop if last else t + h)
                keep_traces(i, t, until, xi, coefs, h, traces)
                if jumped:
                    if until <= t and part > 0.0:
                        report[STATUS], report[WHERE] = STEP_TOO_SMALL, i
                        return n, *noted
                    for s in range(N_STATES):
                        trial[s] = _quartic_at(coefs[s], part)
                        xi[s] = trial[s]
                    set_inputs(own, until, drive)
                    jump_to(trial, own, xi)
                    above[i] = _is_above(xi, own, SPIKE, coefs, rows)
                    if _is_above(xi, own, JUMP, coefs, rows):
                        report[STATUS], report[WHERE], clock[i] = RESET_ABOVE, i, until
                        return n, *noted
                    if JUMP == SPIKE:
                        held[i] = until + refractory
                    moves = True
                else:
                    for s in range(N_STATES):
                        xi[s], k[0, s] = trial[s], k[6, s]
                t = until
                after = grown(h, size, past[i])
                past[i] = max(size, PAST_ERROR)
                # a step cut short by an edge says nothing against the step wanted before it
                step[i] = max(after, wanted) if last else after
            decay(i, t - since, level, channels)
            clock[i] = t
        still[i] = not moves and _is_still(i, xi, before, own, neurons, channels, stimulus, limits)
    return n, *noted


@njit(**INNER)
def _is_still(i, x, before, own, neurons, channels, stimulus, limits):
    """Whether a neuron has not moved by the tolerance in a window, and nothing is to move it."""
    atol, rtol = limits[0], limits[1]
    for s in range(N_STATES):
        if abs(x[s] - before[s]) > atol[s] + rtol * abs(x[s]):
            return False
    piece, level, active = neurons[PIECE], neurons[LEVEL], neurons[ACTIVE]
    kind, target, _, _ = channels
    slots, knots = stimulus[0], stimulus[1]
    if piece[i] + 1 < knots.size:
        return False
    for c in range(kind.size):
        if kind[c] == PULSE and active[i, c] > 0:
            return False
        if kind[c] == EXPONENTIAL and level[i, c] != 0.0:
            slot = slots[target[c]]
            if own[slot] + level[i, c] != own[slot]:
                return False
    return True
