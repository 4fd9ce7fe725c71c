"""Endings of a run, as the codes that compiled loops return and as statuses."""

from neurodyn.status import Status

STATUSES = (
    Status.INTERRUPTED,
    Status.OK,
    Status.MAX_STEPS,
    Status.STEP_TOO_SMALL,
    Status.NOT_FINITE,
    Status.RESET_ABOVE,
    Status.TOO_COARSE,
)
"""Status of each code; 0 is a run that is under way, or was interrupted."""

# --- kernel ---
RUNNING, DONE, MAX_STEPS, STEP_TOO_SMALL, NOT_FINITE, RESET_ABOVE, TOO_COARSE = 0, 1, 2, 3, 4, 5, 6
