"""One connected curve of equilibria: followed both ways, closed, or cut to the range."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.continuation.equilibria.curve import EquilibriumCurve
from neurodyn.continuation.walk.ends import End, walk
from neurodyn.continuation.walk.vector_curve import (
    VectorChart,
    VectorPoint,
    VectorStride,
    closed,
    first_chart,
)
from neurodyn.errors import NumericalError

_MAX_POINTS = 10_000
_EMPTY = 1e-9  # size of a stretch that is none
_DECADES = 4  # of growth of a state, in each of which the parameter moves less than before
_LONG, _NO_MORE = 12, 1e-10  # strides in which it moves by no more than this part of its range
_STANDING = 1e-4  # part of its range by which it may move in the first of them

Strides = list[VectorStride]


@dataclass(frozen=True)
class Piece:
    """A stretch of curve inside the range, and why each end is an end."""

    strides: tuple[VectorStride, ...]
    began: End
    ended: End

    @property
    def points(self) -> list[VectorPoint]:
        """In the order of the curve."""
        return [self.strides[0].start, *(stride.end for stride in self.strides)]


def trace(
    curve: EquilibriumCurve, u: Array, along: Array | None = None, *, one_way: bool = False
) -> list[Piece]:
    """Return the pieces inside the range of the curve through ``u``.

    Parameters
    ----------
    curve : EquilibriumCurve
    u : (n + 1,) float
        A point of the curve, states then parameter.
    along : (n + 1,) float, optional
        Direction of the tangent; towards larger parameters by default.
    one_way : bool
        Whether the curve is followed in this direction only, away from a branch point where several
        eigenvalues vanish: near it the equations are all but singular.

    Raises
    ------
    NumericalError
        If not one step is possible, either way.
    """
    direction = along if along is not None else np.append(np.zeros(len(u) - 1), 1.0)
    chart, start = first_chart(curve.equations, u, curve.declared, direction)
    forward, ended = _walk(curve, chart, start)
    if ended.word == "closed loop":
        return _cut(curve.span, closed(forward), ended, ended)
    backward, began = [], End("branch point")
    if not one_way:
        backward, began = _walk(curve, chart.backward(), start.backward())
    if not forward and not backward and not ended.status:
        raise NumericalError(ended.word, ended.status)
    strides = [stride.reversed for stride in reversed(backward)] + forward
    return _cut(curve.span, strides, began, ended)


def _walk(curve: EquilibriumCurve, chart: VectorChart, start: VectorPoint) -> tuple[Strides, End]:
    strides: Strides = []
    upright = _Upright(curve, start.u)
    end = walk(
        curve,
        chart,
        start,
        take=strides.append,
        limits=curve.limits,
        most=_MAX_POINTS,
        after=upright.word,
    )
    if upright.stands:
        if len(upright.standing) == len(strides):
            return strides, End(f"vertical {_place(curve, start.u)}")
        del strides[-len(upright.standing) :]  # rounding alone tells one point of it from the next
    outside = strides and not curve.span[0] <= strides[-1].end.u[-1] <= curve.span[1]
    return strides, End("range") if outside and not end.status else end


@dataclass
class _Upright:
    """Whether a branch has come to stand upright: at an asymptote, or all along."""

    curve: EquilibriumCurve
    start: Array
    standing: list[float] = field(default_factory=list)
    """What the parameter has moved in each of the last strides, together next to nothing."""
    anchor: float = field(init=False)
    largest: Array = field(init=False)
    """Size of each state when it was last ten times as large as before."""
    marks: Array = field(init=False)
    """Parameter at the last such moments of each state, the newest first."""

    def __post_init__(self) -> None:
        self.anchor, self.largest = float(self.start[-1]), np.abs(self.start[:-1])
        self.marks = np.full((len(self.largest), _DECADES + 1), np.nan)

    def word(self, stride: VectorStride) -> str:
        """Return why the branch ends with a stride, or nothing."""
        u, (low, high) = stride.end.u, self.curve.span
        if abs(u[-1] - self.anchor) > _NO_MORE * (high - low):
            self.anchor, self.standing = float(u[-1]), []
        else:
            self.standing.append(abs(float(stride.chord[-1])))
        grows = self._grows_by_decades(u, high - low)
        if not grows.any() and not self.stands:
            return ""
        moved = np.abs(stride.chord[:-1] / stride.end.scale[:-1])
        name = self.curve.model.state_names[int(np.argmax(np.where(grows, np.inf, moved)))]
        return f"{name} without bound {_place(self.curve, u)}"

    @property
    def stands(self) -> bool:
        """Whether the parameter has long stood, and is not about to move, as beside a pitchfork."""
        half, last = _LONG // 2, self.standing[-_LONG:]
        return len(last) == _LONG and sum(last[half:]) <= sum(last[:half])

    def _grows_by_decades(self, u: Array, width: float) -> npt.NDArray[np.bool_]:
        """Which states do, while the parameter moves less in each decade than in the last."""
        grown = np.abs(u[:-1]) > 10.0 * self.largest
        self.largest[grown] = np.abs(u[:-1])[grown]
        self.marks[grown] = np.roll(self.marks[grown], 1, axis=1)
        self.marks[grown, 0] = u[-1]
        moved = np.abs(np.diff(self.marks, axis=1))  # NaN where there are too few marks
        ceases = (moved[:, -1] < _STANDING * width) & (np.diff(moved, axis=1) > 0).all(axis=1)
        return grown & ceases


def _place(curve: EquilibriumCurve, u: Array) -> str:
    near_zero = abs(u[-1]) < _NO_MORE * (curve.span[1] - curve.span[0])
    return f"at {curve.parameter} = {0.0 if near_zero else u[-1]:.6g}"


def _cut(span: tuple[float, float], strides: Strides, began: End, ended: End) -> list[Piece]:
    """Keep what lies inside the range, with the points where the curve crosses its limits."""
    runs: list[Strides] = [[]]
    for stride in strides:
        inside = [span[0] <= point.u[-1] <= span[1] for point in (stride.start, stride.end)]
        if all(inside):
            runs[-1].append(stride)
        elif any(inside):
            inner = _inside(stride if inside[0] else stride.reversed, span)
            runs[-1] += [inner if inside[0] else inner.reversed] if inner is not None else []
        if not inside[1]:
            runs.append([])
    words = [began, *[End("range")] * len(runs)]
    words[len(runs)] = ended
    kept = [Piece(tuple(run), words[i], words[i + 1]) for i, run in enumerate(runs) if run]
    return kept


def _inside(stride: VectorStride, span: tuple[float, float]) -> VectorStride | None:
    """The stretch from its start, which is inside, to the limit; None if it is empty."""
    a, b = stride.start.u[-1], stride.end.u[-1]
    limit = span[0] if b < span[0] else span[1]
    try:
        inner = stride.cut(-1, limit, (a, b))
    except NumericalError:
        return None
    inner.end.u[-1] = limit
    size = np.max(np.abs(inner.end.u - stride.start.u) / inner.end.scale)
    return inner if size > _EMPTY else None
