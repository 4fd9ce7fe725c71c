"""Loop of a population in lockstep, over blocks of lanes and the steps of a window.

The text below the mark is appended to the module that ``source`` generates.
"""

import numpy as np
from numba import njit

from neurodyn.network.engine.lockstep.interface import (
    _CHANNEL0,
    _MAIL0,
    _first_level,
    _locate,
    _lock_step,
)
from neurodyn.simulation.lanes.interface import (
    _FLAG,
    _L,
    _N,
    _X0,
    OPTIONS,
    _constants,
)
from neurodyn.simulation.methods.endings import NOT_FINITE

# --- kernel ---
_HALVINGS = 40  # of a step, where a spike is located


@njit(cache=True, nogil=True, error_model="numpy")
def begin(w, p, x, stim, decay):
    """Put neurons into the lanes of their blocks; the last block is filled up with copies."""
    for i in range(len(w) * _L):
        own = min(i, len(x) - 1)
        block, l = i // _L, i % _L
        _constants(p[own], w[block], l)
        for s in range(_N):
            w[block, _X0 + s * _L + l] = x[own, s]
        _first_level(w[block], l, stim, decay)


@njit(**OPTIONS)
def _more(n, noted, kept):
    """Return the arrays of n spikes with twice the room."""
    times, who, states = noted
    more = np.empty(2 * n), np.empty(2 * n, np.int64), np.empty((2 * n if kept else 0, _N))
    for m in range(n):
        more[0][m], more[1][m] = times[m], who[m]
        if kept:
            for s in range(_N):
                more[2][m, s] = states[m, s]
    return more


@njit(cache=True, nogil=True, error_model="numpy")
def advance(
    start, stop, neurons, w, mail, mail_kinds, now, steps, h, stim, decay, kept, traces, report
):
    """Take the blocks from ``start`` to before ``stop`` through a window; return their spikes.

    Parameters
    ----------
    neurons : number of the population
    w (n_blocks, _W_SIZE) : lanes
    mail (n_channels, n_slots, n) : what arrives at each step, in a ring; emptied as it is read
    mail_kinds (n_channels,) : whether a channel decays
    now, steps, h : number of the first step, how many, their length
    stim (steps, n_inputs, STAGES), decay (n_channels, STAGES) : stimuli, and factors, at the stages
    traces : row of each neuron or -1, first time, period, number kept in each row, room
    """
    noted = (np.empty(64), np.empty(64, np.int64), np.empty((64 if kept else 0, _N)))
    n, x = 0, np.empty(_N)
    row_of, first, period, filled, data = traces
    channels, slots = mail.shape[0], mail.shape[1]
    for block in range(start, stop):
        lanes, base = w[block], block * _L
        here = min(_L, neurons - base)
        for k in range(steps):
            slot = (now + k) % slots
            for c in range(channels):
                for l in range(_L):
                    lanes[_MAIL0 + c * _L + l] = mail[c, slot, base + l]
                    mail[c, slot, base + l] = 0.0
            flagged = _lock_step(lanes, h, stim[k], decay)
            t = (now + k) * h
            if flagged > 0:
                for l in range(here):
                    if lanes[_FLAG + l] >= 2.0:
                        report[0], report[1] = NOT_FINITE, base + l
                        return n, *noted
                    if lanes[_FLAG + l] == 1.0:
                        theta = _locate(lanes, l, h, stim[k], decay, x)
                        if n == noted[0].size:
                            noted = _more(n, noted, kept)
                        noted[0][n], noted[1][n] = t + theta * h, base + l
                        if kept:
                            for s in range(_N):
                                noted[2][n, s] = x[s]
                        n += 1
            for c in range(channels):
                if mail_kinds[c]:
                    for l in range(_L):
                        lanes[_CHANNEL0 + c * _L + l] *= decay[c, -1]
            if data.shape[1] > 0:
                for l in range(here):
                    row = row_of[base + l]
                    if row < 0:
                        continue
                    end = t + h
                    while filled[row] < data.shape[1] and first + filled[row] * period <= end * (
                        1.0 + 1e-12
                    ):
                        for s in range(_N):
                            data[row, filled[row], s] = lanes[_X0 + s * _L + l]
                        filled[row] += 1
    return n, *noted
