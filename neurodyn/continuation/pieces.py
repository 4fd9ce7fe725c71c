"""One connected curve of equilibria: followed both ways, closed or cut to the range."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.arclength import (
    Curve,
    CurvePoint,
    correct,
    first_metric,
    follow,
    on_plane,
    point_on,
)
from neurodyn.errors import NumericalError
from neurodyn.model import Model

_PARAMETER_PARTS = 8.0  # the parameter counts as 1/8 of its range: at least 50 steps across
_EXCURSION = 0.5  # how far outside the range a branch is watched for its return, in ranges
_MAX_POINTS = 10_000


@dataclass(frozen=True)
class Piece:
    """A stretch of curve inside the range, and why each end is an end."""

    points: tuple[CurvePoint, ...]
    began: str
    ended: str


@dataclass(frozen=True)
class Walker:
    """Follows curves of equilibria of one model within a range of its parameter."""

    model: Model
    curve: Curve
    name: str
    span: tuple[float, float]

    @property
    def declared(self) -> Array:
        """Declared scales of the states, and the part of the range that counts as one, (n + 1,)."""
        width = (self.span[1] - self.span[0]) / _PARAMETER_PARTS
        return np.append(self.model.scales, width)

    def trace(self, u: Array, along: Array | None = None) -> list[Piece]:
        """Return the pieces inside the range of the curve through ``u``.

        Parameters
        ----------
        u : (n + 1,) float
            A point of the curve, states then parameter.
        along : (n + 1,) float, optional
            Direction of the tangent; towards larger parameters by default.
        """
        direction = along if along is not None else np.append(np.zeros(len(u) - 1), 1.0)
        start = point_on(self.curve, u, self.declared, direction)
        forward, ended = self._walk(start)
        if ended == "closed loop":
            return self._cut([start, *forward, start], ended, ended)
        backward, began = self._walk(_reversed(start))
        points = [*map(_reversed, reversed(backward)), start, *forward]
        return self._cut(points, began, ended)

    def _walk(self, start: CurvePoint) -> tuple[list[CurvePoint], str]:
        low, high = self.span
        reach = _EXCURSION * (high - low)
        bounds = getattr(self.model.quantity(self.name), "bounds", (-np.inf, np.inf))
        bottom, top = max(low - reach, bounds[0]), min(high + reach, bounds[1])
        points: list[CurvePoint] = []
        metric = first_metric(self.curve, start, self.declared)
        try:
            for point in follow(self.curve, start, metric, self._where):
                if not bottom <= point.u[-1] <= top:
                    return [*points, point], "range"
                if outside := self._outside(point.u):
                    return points, outside
                points.append(point)
                if len(points) > 5 and _passes(points[-2], point, start):
                    return points[:-1], "closed loop"
                if len(points) > _MAX_POINTS:
                    return points, "the largest number of points"
        except NumericalError as error:
            if points and not low <= points[-1].u[-1] <= high:
                return points, "range"
            raise NumericalError(str(error), error.status, [start, *points]) from None
        raise AssertionError("a curve is followed without end")

    def _where(self, u: Array) -> str:
        states = ", ".join(
            f"{n} = {v:.6g}" for n, v in zip(self.model.state_names, u, strict=False)
        )
        return f"{self.name} = {u[-1]:.9g} ({states})"

    def _outside(self, u: Array) -> str:
        for state, value in zip(self.model.states, u, strict=False):
            if not state.bounds[0] <= value <= state.bounds[1]:
                return f"bounds of {state.name}"
        return ""

    def _cut(self, points: list[CurvePoint], began: str, ended: str) -> list[Piece]:
        """Keep what lies inside the range, with the points where the curve crosses its limits."""
        runs: list[list[CurvePoint]] = []
        run: list[CurvePoint] = []
        for i, point in enumerate(points):
            if i and (limit := self._crossed(points[i - 1], point)) is not None:
                end = self._at_limit(points[i - 1], point, limit)
                nearest = points[i - 1] if run else point
                if np.max(np.abs(end.u - nearest.u) / end.scale) > 1e-9:
                    run.append(end)
                if not self._inside(point):
                    runs.append(run)
                    run = []
            if self._inside(point):
                run.append(point)
        runs.append(run)
        runs = [run for run in runs if len(run) > 1]
        words = [began, *["range"] * max(len(runs) - 1, 0), ended]
        return [Piece(tuple(r), words[i], words[i + 1]) for i, r in enumerate(runs)]

    def _inside(self, point: CurvePoint) -> bool:
        return bool(self.span[0] <= point.u[-1] <= self.span[1])

    def _crossed(self, a: CurvePoint, b: CurvePoint) -> float | None:
        if self._inside(a) == self._inside(b):
            return None
        out = b if self._inside(a) else a
        return self.span[0] if out.u[-1] < self.span[0] else self.span[1]

    def _at_limit(self, a: CurvePoint, b: CurvePoint, limit: float) -> CurvePoint:
        part = (limit - a.u[-1]) / (b.u[-1] - a.u[-1])
        guess = a.u + part * (b.u - a.u)
        guess[-1] = limit
        normal = np.zeros(len(guess))
        normal[-1] = 1.0
        root = correct(self.curve, guess, normal, b.scale, 25)
        u = root.z if root.status else on_plane(self.curve, a, b, float(part)).u
        u[-1] = limit
        return point_on(self.curve, u, b.scale, b.u - a.u)

    def contains(self, pieces: list[Piece], u: Array) -> bool:
        """Whether a point lies on one of the pieces."""
        for piece in pieces:
            for a, b in zip(piece.points, piece.points[1:], strict=False):
                part = _projection(a, b, u)
                if not -0.5 <= part <= 1.5 or np.max(np.abs(u - a.u) / b.scale) > 0.3:
                    continue
                try:
                    on_curve = on_plane(self.curve, a, b, part).u
                except NumericalError:
                    continue
                if np.max(np.abs(on_curve - u) / b.scale) < 1e-5:
                    return True
        return False

    def other_branch(self, u: Array, scales: Array) -> list[tuple[Array, Array]]:
        """Return a point on each side of the branch that crosses at a branch point, and directions.

        The null space of the (n, n + 1) Jacobian is spanned by the tangents of both branches; a
        step across the known one leads to the other.
        """
        scale = np.append(scales, self.declared[-1])
        matrix = self.curve.jacobian(u) * scale
        plane = np.linalg.svd(matrix)[2][-2:]
        found = []
        for side in (plane[0], -plane[0], plane[1], -plane[1]):
            for size in 0.05 * 0.25 ** np.arange(16):  # the states may have no scale yet
                root = correct(self.curve, u + size * side * scale, side, scale, 15)
                if root.status and np.max(np.abs(root.z - u) / scale) < max(4 * size, 0.2):
                    found.append((root.z, root.z - u))
                    break
        return found


def _reversed(point: CurvePoint) -> CurvePoint:
    return replace(point, tangent=-point.tangent, determinant=-point.determinant)


def _projection(a: CurvePoint, b: CurvePoint, u: Array) -> float:
    chord = (b.u - a.u) / b.scale
    return float(((u - a.u) / b.scale) @ chord / (chord @ chord))


def _passes(a: CurvePoint, b: CurvePoint, start: CurvePoint) -> bool:
    """Whether the step from ``a`` to ``b`` passes through the start, in its direction."""
    chord = (b.u - a.u) / b.scale
    if chord @ (start.tangent / b.scale) <= 0 or not 0 <= _projection(a, b, start.u) <= 1:
        return False
    across = (start.u - a.u) / b.scale - _projection(a, b, start.u) * chord
    return bool(np.linalg.norm(across) < 0.1 * np.linalg.norm(chord))
