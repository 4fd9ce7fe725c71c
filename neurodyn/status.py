"""How a computation ended, as sentences."""

from __future__ import annotations

from enum import Enum


class Status(Enum):
    """Outcome of a numerical computation; ``.value`` is the sentence a person reads."""

    OK = "reached its goal"
    MAX_STEPS = "stopped after the largest number of steps allowed"
    STEP_TOO_SMALL = (
        "the step that the tolerance asks for fell below the resolution of the time axis"
    )
    NOT_FINITE = "the equations gave a value that is not finite"
    RESET_ABOVE = "the reset leaves the spike event above zero, so spikes would follow without end"
    TOO_COARSE = "the step is too large for the dynamics that were met"
    NOT_CONVERGED = "the iteration did not converge"
    LOCATED = "bracketed, not refined"
    UNRESOLVED = "its Floquet multipliers contradict it: the cycle is not resolved there"
    INTERRUPTED = "interrupted by the user"

    def __bool__(self) -> bool:
        return self is Status.OK

    def __str__(self) -> str:
        return self.value
