"""Spikes of a run as they are noted on the way, and the counters that threads share."""

from numba import njit

from neurodyn.simulation.lanes.interface import OPTIONS

# --- kernel ---
NEXT, FINISHED, STOP_ASKED = 0, 1, 2  # places in the array that threads share
COUNT, LATE = 0, 1  # columns of counts
FIRST, FIRST_LATE, LAST = 0, 1, 2  # columns of times
UNSURE = 2  # column of steps
LOOK_UP = 4096  # steps between looks at whether to stop


@njit(**OPTIONS)
def _record(t, r, settle, counts, times, trains):
    """Count a spike of run r at the time t."""
    k = counts[r, COUNT]
    if k < trains.shape[1]:
        trains[r, k] = t
    if k == 0:
        times[r, FIRST] = t
    times[r, LAST] = t
    counts[r, COUNT] = k + 1
    if t > settle:
        if counts[r, LATE] == 0:
            times[r, FIRST_LATE] = t
        counts[r, LATE] += 1
