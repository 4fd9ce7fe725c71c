"""An event that is linear in what moves: one row, whatever the model.

The text below the mark brings ``event_at`` and ``event_bounds`` where all events are of this kind.
"""

from neurodyn.codegen.interface import INNER, njit
from neurodyn.simulation.methods.intervals import _i_quartic, _quartic_at

# --- kernel ---
BOUNDED, LINEAR = True, True


@njit(**INNER)
def event_at(rows, theta, p, e):  # noqa: ARG001 - as for any event
    return _quartic_at(rows[0], theta)


@njit(**INNER)
def event_bounds(rows, left, right, p, e):  # noqa: ARG001
    return _i_quartic(rows[0], left, right)
