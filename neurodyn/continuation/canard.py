"""Special points of one direction of a branch of cycles, also where the branch stands upright.

In a canard explosion a whole family of cycles exists at one parameter value, to all digits of a
float, and test functions change sign by rounding, dozens of times. Bracketing each of these changes
is in vain and takes nearly all the time. So sign changes in a step in which the parameter does not
vary wait: if the next ones undo them before the parameter has moved, both are left out and counted;
otherwise they are located like all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from neurodyn.arrays import ComplexArray
from neurodyn.continuation.cycle import CyclePoint
from neurodyn.continuation.cycle_points import UNRESOLVED, resolved, sign_changes
from neurodyn.continuation.cycle_walk import Advance

Before = tuple[float, ComplexArray]
Locator = Callable[[Advance, Before, ComplexArray], list[CyclePoint]]


@dataclass(frozen=True)
class _Waiting:
    """A step with sign changes and (almost) no change of the parameter, at its place."""

    place: int
    signs: frozenset[str]
    step: Advance
    before: Before
    after: ComplexArray


@dataclass
class Findings:
    """What one direction of a branch has brought so far.

    Parameters
    ----------
    locate : function
        Step, slope and multipliers before it, multipliers after it -> special points.
    width : float
        Of the range of the parameter.
    """

    locate: Locator
    width: float
    points: list[tuple[int, CyclePoint]] = field(default_factory=list)
    left_out: int = 0
    _waiting: _Waiting | None = None

    def meet(self, step: Advance, before: Before, after: ComplexArray, so_far: Sequence) -> None:
        """Look at a step; ``so_far`` are the cycles up to its end."""
        new = _Waiting(len(so_far) - 1, sign_changes(step, before, after), step, before, after)
        if not new.signs:
            return
        here, there = step.orbit.lam, step.ray.frame.unscaled(step.ray.base).lam
        if abs(here - there) >= UNRESOLVED * self.width:
            self.settle()
            self._add(new)
            return
        old = self._waiting
        if old is not None and old.signs == new.signs:
            between = np.array([cycle.parameter for cycle in so_far[old.place :]])
            if np.max(np.abs(between - here)) < UNRESOLVED * self.width:
                self._waiting = None
                self.left_out += 2 * len(new.signs - {"unit"} or new.signs)
                return
        self.settle()
        self._waiting = new

    def settle(self) -> None:
        """Locate what still waits."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._add(waiting)

    def _add(self, one: _Waiting) -> None:
        self.points += [(one.place, p) for p in self.locate(one.step, one.before, one.after)]

    def result(self, so_far: Sequence) -> tuple[list[CyclePoint], int]:
        """Return the special points, and the number of those that cannot be told from none."""
        self.settle()
        parameter = np.array([cycle.parameter for cycle in so_far])
        points, more = resolved(self.points, parameter, self.width)
        return points, self.left_out + more
