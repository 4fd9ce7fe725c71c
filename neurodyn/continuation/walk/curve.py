r"""Curves as the walk sees them: points with tangents, in charts that are renewed on the way.

.. math:: F(u) = 0, \qquad \langle n, u - u_{guess} \rangle = 0

A point is a vector ``u`` of all unknowns, parameters last. A *chart* is the neighbourhood of one
point: it fixes the units of the unknowns, the inner product and, for orbits, the mesh. A *stride*
is one step, taken in one chart. H. B. Keller (1977); E. J. Doedel, H. B. Keller, J. P. Kernevez,
Int. J. Bifurcation Chaos 1, 493 (1991).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import numpy as np

from neurodyn.arrays import Array

_ALONG = 0.8  # least cosine of the tangents at two points of a stride


class Point(Protocol):
    """A point of a curve, as Newton's method left it, in the variables of a chart."""

    @property
    def u(self) -> Array:
        """All unknowns, parameters last."""
        ...

    @property
    def tangent(self) -> Array:
        """Of unit length, in the sense of the tangent of the chart."""
        ...

    @property
    def steps(self) -> int:
        """Newton steps that it took."""
        ...


P = TypeVar("P", bound=Point)


class Chart(Protocol[P]):
    """Variables around one point, in which one step is taken."""

    @property
    def base(self) -> Array:
        """The point."""
        ...

    @property
    def tangent(self) -> Array:
        """Direction of the curve there, of unit length."""
        ...

    @property
    def bend(self) -> Array:
        """Half the second derivative of the curve by arclength, across the tangent."""
        ...

    @property
    def weights(self) -> Array:
        """Of the inner product, sum of weights * a * b."""
        ...

    @property
    def mark_units(self) -> Array:
        """Sizes in which two marks are compared; see :meth:`Curve.marks`."""
        ...

    def solve(
        self, guess: Array, normal: Array, *, max_steps: int = ..., contraction: float = ...
    ) -> P:
        """Return the point of the curve in the plane through ``guess`` across ``normal``.

        Raises NumericalError if Newton's method does not converge, or if a correction is larger
        than ``contraction`` times the one before.
        """
        ...

    def strain(self, end: P, /) -> float:
        """Length of a step to ``end`` against what the curve itself allows; above 1 is too far."""
        ...


C = TypeVar("C", bound=Chart)


class Curve(Protocol[P, C]):
    """What can be followed."""

    @property
    def name(self) -> str:
        """What kind of curve it is, for messages."""
        ...

    @property
    def advice(self) -> str:
        """What can be tried where it cannot be followed."""
        ...

    def renew(self, stride: Stride[P, C], bend: Array) -> C:
        """Return the chart at the end of a step: fresh units, and a fresh mesh for orbits.

        ``bend`` is that of the curve at the end of the step, in the variables of the step.
        """
        ...

    def marks(self, point: P) -> Array:
        """Numbers that tell points apart whatever their charts, in model units, parameters last."""
        ...

    def where(self, chart: C) -> str:
        """Words for the base of a chart."""
        ...


def inner(chart: Chart, a: Array, b: Array) -> float:
    """Inner product of two directions."""
    return float((chart.weights * a) @ b)


def norm(chart: Chart, a: Array) -> float:
    """Length of a direction."""
    return float(np.sqrt(inner(chart, a, a)))


def directions(tangent: Array, bend: Array, weights: Array) -> tuple[Array, Array]:
    """Return tangent and bend in a new metric: unit length, and within the plane of the step."""
    size = float(np.sqrt((weights * tangent) @ tangent))
    unit = tangent / size
    bend = bend / size**2
    return unit, bend - ((weights * bend) @ unit) * unit


@dataclass(frozen=True)
class Stride(Generic[P, C]):
    """One step of a curve, or a stretch of one.

    Parameters
    ----------
    chart : Chart
        In which it was taken.
    start, end : Point
        ``start`` may be known in an older chart.
    begin, length : float
        Distances of both along the tangent of the chart; begin > length where it is seen backward.
    """

    chart: C
    start: P
    end: P
    begin: float
    length: float

    @property
    def first(self) -> Array:
        """The start in the variables of the chart."""
        return self.chart.base if self.begin == 0.0 else self.start.u

    @property
    def chord(self) -> Array:
        """From start to end."""
        last = self.chart.base if self.length == 0.0 else self.end.u
        return last - self.first

    @property
    def reversed(self) -> Stride[P, C]:
        """The same, seen from its end."""
        return Stride(self.chart, self.end, self.start, self.length, self.begin)

    def at(self, part: float, near: P | None = None) -> P:
        """Return the point a fraction ``part`` of the way, across the tangent of the chart.

        Newton's method starts from the tangent of ``near``, a point of this stride, or from the
        chord: beside a branch point the tangent may be that of another branch.

        Raises
        ------
        NumericalError
            If it does not converge.
        """
        chart, length = self.chart, self.begin + part * (self.length - self.begin)
        along = 0.0 if near is None else inner(chart, near.tangent, chart.tangent)
        if near is None or along < _ALONG:
            guess = self.first + part * self.chord
        else:
            there = inner(chart, near.u - chart.base, chart.tangent)
            guess = near.u + (length - there) / along * near.tangent
        off = length - inner(chart, guess - chart.base, chart.tangent)
        return chart.solve(guess + off * chart.tangent, chart.tangent)

    def interpolated(self, parts: Array) -> Array:
        """Return points of the cubic through both ends with their tangents, (len(parts), ...).

        They lie near the curve, and no equation has been solved for them.
        """
        a, b, slopes = self.first, self.first + self.chord, []
        for point, length in ((self.start, self.begin), (self.end, self.length)):
            way = self.chart.tangent if length == 0.0 else point.tangent
            slopes.append(way / inner(self.chart, way, self.chart.tangent))
        h, s = self.length - self.begin, np.asarray(parts)[:, None]
        by_slopes = s * (1 - s) ** 2 * h * slopes[0] - s**2 * (1 - s) * h * slopes[1]
        return a + s**2 * (3 - 2 * s) * (b - a) + by_slopes

    def split(self, parts: Array) -> list[Stride[P, C]]:
        """Return the stretches between points of the stride, solved for.

        Raises
        ------
        NumericalError
            If one of them cannot be solved.
        """
        lengths = [float(self.begin + part * (self.length - self.begin)) for part in parts]
        points = [self.start, *(self.at(float(part)) for part in parts), self.end]
        lengths = [self.begin, *lengths, self.length]
        return [
            Stride(self.chart, points[i], points[i + 1], lengths[i], lengths[i + 1])
            for i in range(len(points) - 1)
        ]

    def cut(self, place: int, value: float, values: tuple[float, float]) -> Stride[P, C]:
        """Return the stretch of the stride up to where an unknown has a value.

        Parameters
        ----------
        place : int
            Of the unknown in ``u``.
        value : float
        values : tuple of float
            The unknown at both ends of the stride, in the units of ``value``.

        Raises
        ------
        NumericalError
            If Newton's method does not converge there.
        """
        part = (value - values[0]) / (values[1] - values[0])
        normal = np.zeros_like(self.chart.base)
        normal[place] = 1.0
        end = self.chart.solve(self.first + part * self.chord, normal, max_steps=25)
        length = inner(self.chart, end.u - self.chart.base, self.chart.tangent)
        return replace(self, end=end, length=length)
