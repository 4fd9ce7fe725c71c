"""All rises of one event along a run, in one pass over its steps.

The text below the mark is appended to the module generated for an event.
"""

import numpy as np

from neurodyn.codegen.interface import LINEAR, OPTIONS, event_at, njit
from neurodyn.simulation.methods.rises import far, next_rise

# --- kernel ---


@njit(**OPTIONS)
def find_rises(rows, jumps, p, step, stop, begin, unsure, at, fractions):
    """Note rises from a place on until the room is full; return their number, and where it is.

    Parameters
    ----------
    rows (m, R, 5), jumps (m,) : polynomials of the event's rows over each step, and whether the
        state jumps at its end
    p : parameters
    step, begin : number and fraction of the step to begin at
    stop : the step to stop before
    unsure (1,) : counts the searches that may have missed a rise
    at, fractions (N,) : steps and fractions of them in which the event rises
    """
    found, ends = 0, np.empty(64)
    for number in range(step, stop):
        here = rows[number]
        if LINEAR and begin == 0.0 and far(here[0]):  # of most steps
            continue
        follows = number + 1 < len(rows) and not jumps[number]
        end = event_at(rows[number + 1], 0.0, p, 0) if follows else event_at(here, 1.0, p, 0)
        below = begin == 0.0 and event_at(here, 0.0, p, 0) < 0.0
        more = True
        while more:
            begin, more, sure = next_rise(here, p, 0, begin, below, end >= 0.0, ends)
            below = False
            if not sure:
                unsure[0] += 1
            if begin <= 1.0:
                at[found], fractions[found] = number, begin
                found += 1
                if found == len(at):
                    return (found, number, begin) if more else (found, number + 1, 0.0)
        begin = 0.0
    return found, stop, begin
