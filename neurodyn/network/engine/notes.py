"""What is noted while neurons advance: spikes, in arrays that grow, and states on a grid of times.

The text below the mark is part of the modules that ``module.py`` generates.
"""

import numpy as np

from neurodyn.codegen.interface import INNER, njit
from neurodyn.simulation.methods.intervals import _quartic_at

# --- kernel ---


@njit(**INNER, forceinline=True)
def note_spike(n, noted, t, i, x, kept):
    """Note spike n of neuron i at t in the state x; return how many there are, and where."""
    times, who, states = noted
    if n == times.size:
        more_times, more_who = np.empty(2 * n), np.empty(2 * n, np.int64)
        more_states = np.empty((2 * n if kept else 0, states.shape[1]))
        for m in range(n):
            more_times[m], more_who[m] = times[m], who[m]
            if kept:
                for s in range(states.shape[1]):
                    more_states[m, s] = states[m, s]
        times, who, states = more_times, more_who, more_states
    times[n], who[n] = t, i
    if kept:
        for s in range(states.shape[1]):
            states[n, s] = x[s]
    return n + 1, (times, who, states)


@njit(**INNER, forceinline=True)
def keep_traces(i, t, until, x, coefs, h, traces):
    """Keep the state of neuron i at all times of the grid up to ``until``.

    By the polynomials of a step of length h from t; where h is zero the state stands still.
    traces: row of each neuron or -1, first time, period, number kept in each row, room.
    """
    row_of, first, period, filled, data = traces
    row = row_of[i]
    if row < 0:
        return
    while filled[row] < data.shape[1] and first + filled[row] * period <= until:
        theta = (first + filled[row] * period - t) / h if h > 0.0 else 0.0
        for s in range(data.shape[2]):
            data[row, filled[row], s] = _quartic_at(coefs[s], theta) if h > 0.0 else x[s]
        filled[row] += 1
