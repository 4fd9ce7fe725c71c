"""Special points of a branch of cycles where it stands upright, as in a canard explosion.

In a canard explosion a whole family of cycles exists at one parameter value, to all digits of a
float, and test functions change sign by rounding, dozens of times. Bracketing each of these changes
is in vain and takes nearly all the time. So sign changes in a step in which the parameter does not
vary wait: if the next ones undo them before the parameter has moved, both are left out and counted;
otherwise they are located like all others. Where the slope itself is zero to rounding over several
steps, stability is compared before and after them, and a point is located by its multiplier, which
passes 1 cleanly where the slope does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from neurodyn.continuation.cycles.cycle import Cycle, CyclePoint
from neurodyn.continuation.cycles.ends import VERTICAL
from neurodyn.continuation.cycles.special_points import (
    UNRESOLVED,
    CycleStride,
    resolved,
    sign_changes,
)

Locator = Callable[[CycleStride, bool | None], list[CyclePoint]]


@dataclass(frozen=True)
class _Waiting:
    """A stride with sign changes and (almost) no change of the parameter, at its place."""

    place: int
    signs: frozenset[str]
    stride: CycleStride


@dataclass
class PendingPoints:
    """The special points of one direction of a branch, and the stride that still waits.

    Parameters
    ----------
    locate : function
        Stride, and whether the branch turns in it if its slope does not tell -> special points.
    width : float
        Of the range of the parameter.
    """

    locate: Locator
    width: float
    points: list[tuple[int, CyclePoint]] = field(default_factory=list)
    left_out: int = 0
    _upright: list[CycleStride] = field(default_factory=list)
    _waiting: _Waiting | None = None

    def look_at(self, stride: CycleStride, so_far: Sequence[Cycle], place: int) -> None:
        """Look at a stride whose end is the cycle at ``place`` of ``so_far``."""
        if abs(stride.end.slope) <= VERTICAL:
            self._upright.append(stride)
            return
        if self._upright:
            stretch, self._upright = [*self._upright, stride], []
            self.points += [(place, point) for point in self._points_in_stretch(stretch)]
            return
        new = _Waiting(place, sign_changes(stride), stride)
        if not new.signs:
            return
        here, there = stride.end.orbit.lam, stride.chart.orbit.lam
        if abs(here - there) >= UNRESOLVED * self.width:
            self.locate_pending()
            self._add(new)
            return
        old = self._waiting
        if old is not None and old.signs == new.signs:
            between = np.array([cycle.parameter for cycle in so_far[old.place :]])
            if np.max(np.abs(between - here)) < UNRESOLVED * self.width:
                self._waiting = None
                self.left_out += 2 * max(1, len(new.signs - {"unit", "count"}))
                return
        self.locate_pending()
        self._waiting = new

    def locate_pending(self) -> None:
        """Locate what still waits."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._add(waiting)

    def _add(self, one: _Waiting) -> None:
        self.points += [(one.place, p) for p in self.locate(one.stride, None)]

    def result(self, so_far: Sequence[Cycle]) -> tuple[list[CyclePoint], int]:
        """Return the special points, and the number of those that cannot be told from none."""
        self.locate_pending()
        parameter = np.array([cycle.parameter for cycle in so_far])
        points, more = resolved(self.points, parameter, self.width)
        return points, self.left_out + more

    def _points_in_stretch(self, stretch: list[CycleStride]) -> list[CyclePoint]:
        """Return the points of a stretch without slope, each from the stride that resolves it best.

        Changes of sign that undo each other within it may be of rounding, and are left out. A
        branch that turns there has a multiplier 1, even where that of a branch point hides it.
        """
        whole = replace(stretch[-1], start=stretch[0].start)
        signs = sign_changes(whole)
        best: list[CycleStride] = []
        for test in ("unit", "doubling", "torus"):
            crossed = [stride for stride in stretch if test in sign_changes(stride)]
            if test == "unit" and "slope" in signs and "unit" not in signs:
                turning = [stride for stride in stretch if "slope" in sign_changes(stride)]
                best += crossed or [min(turning, key=_unresolved)]
            elif test in signs and crossed:
                best.append(min(crossed, key=_unresolved))
                self.left_out += len(crossed) - 1
            else:
                self.left_out += len(crossed)
        if signs and not best:
            return self.locate(whole, None)
        turns = "slope" in signs
        return [point for stride in dict.fromkeys(best) for point in self.locate(stride, turns)]


def _unresolved(stride: CycleStride) -> float:
    """How far the trivial multiplier is from 1."""
    return float(max(abs(c.multipliers[0] - 1.0) for c in (stride.start, stride.end)))


def left_out_note(count: int, name: str) -> str:
    """Return the sentence on special points that were left out."""
    return (
        f"{count} special points were left out, in pairs of one kind between which {name} varies "
        "by less than 1e-9 of its range (a canard explosion): they cannot be told from none"
    )
