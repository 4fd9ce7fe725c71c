r"""The curve of a fold of cycles in two parameters, as the walk sees it.

A fold of cycles is a cycle whose branch, at fixed second parameter, is vertical. With a border c
near the null vector, the linearised equations have one solution t_1 with <c, t_1> = 1, and

.. math:: g(x, T, \lambda_1, \lambda_2) = (t_1)_{\lambda_1} = 0

is the one equation more. W. Govaerts, Numerical Methods for Bifurcations of Dynamical Equilibria
(SIAM 2000), ch. 3. All corrections lie in the plane of t_1 and of t_2, the response to lambda_2, so
Newton's method needs the derivative of g in these two directions only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation.elimination import Border, Borders, Condensed
from neurodyn.continuation.collocation.equations import linearise
from neurodyn.continuation.collocation.floquet import multipliers
from neurodyn.continuation.collocation.frame import Frame, packed
from neurodyn.continuation.collocation.mesh import adapted_mesh, intervals_needed
from neurodyn.continuation.collocation.orbit import DEGREE, Orbit, phase_row
from neurodyn.continuation.cycles.curve import half_amplitude, least_sizes
from neurodyn.continuation.equations.system import System
from neurodyn.continuation.walk.curve import Stride, directions
from neurodyn.equilibria.newton import iterate
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_GOAL, _SMALL = 1e-8, 1e-6  # g carries the rounding of differences
_DIFFERENCE = 1e-5
_TRIVIAL = 1e-4  # distance of the trivial multiplier from 1 at a cycle that is resolved
_FORGET = 0.5  # a state may count in units this much smaller from step to step


@dataclass(frozen=True, eq=False)
class SolvedFold:
    """A fold of cycles in the variables of its chart; ``u`` ends with both parameters."""

    chart: FoldChart
    u: Array
    tangent: Array
    null: Array
    """Null vector of the cycle's equations at fixed second parameter."""
    steps: int
    residual: float

    @property
    def orbit(self) -> Orbit:
        """The cycle in model units."""
        return self.chart.frame.unscaled(self.u)

    @property
    def second(self) -> float:
        """The second parameter."""
        return float(self.u[-1] * self.chart.frame.units[-1])

    @cached_property
    def multipliers(self) -> ComplexArray:
        """Floquet multipliers, the trivial one first, without the one that is 1 at a fold."""
        chart, orbit = self.chart, self.chart.frame.scaled(self.u)
        points = np.ascontiguousarray(orbit.x[::DEGREE])
        lam = np.array([[orbit.lam], [float(self.u[-1])]])
        velocities = chart.system.at_points(points, lam)[0]
        values = multipliers(chart.factor(self.u).transitions, velocities)
        return np.delete(values, 1 + int(np.argmin(np.abs(values[1:] - 1.0))))

    @property
    def resolved(self) -> bool:
        """Whether the trivial multiplier is 1."""
        return bool(abs(self.multipliers[0] - 1.0) < _TRIVIAL)


@dataclass(frozen=True, eq=False)
class FoldChart:
    """Variables around one fold of cycles, with the border that defines g.

    Parameters
    ----------
    system : System
        In the units of the frame.
    frame : Frame
    base, tangent, bend : Array
    border : Array
        Of unit length, without the second parameter.
    """

    system: System
    frame: Frame
    base: Array
    tangent: Array
    bend: Array
    border: Array

    @property
    def weights(self) -> Array:
        """Of the inner product."""
        return self.frame.weights

    @property
    def mark_units(self) -> Array:
        """Sizes of amplitudes, ln T and parameters."""
        return np.concatenate([self.frame.states, [1.0], self.frame.parameters])

    @cached_property
    def orbit(self) -> Orbit:
        """The base in model units."""
        return self.frame.unscaled(self.base)

    def strain(self, _: SolvedFold) -> float:
        """The turn alone limits a step."""
        return 0.0

    @cached_property
    def _phase(self) -> Array:
        row = phase_row(self.frame.scaled(self.base))
        return row / np.linalg.norm(row)

    @cached_property
    def _borders(self) -> Borders:
        """Phase, and the border that defines g."""
        c = self.weights[:-1] * self.border
        across = Border(c[:-2].reshape(self._phase.shape), float(c[-2]), float(c[-1]))
        return Borders.of(Border(self._phase, 0.0, 0.0), across)

    def factor(self, u: Array) -> Condensed:
        """Factorise the linearised equations of the cycle at a point."""
        linear = linearise(self.system, self.frame.scaled(u), (float(u[-1]),))
        if not linear.finite:
            raise NumericalError(str(Status.NOT_FINITE), Status.NOT_FINITE)
        return Condensed(linear, self.system.n, self._borders)

    def _g(self, u: Array) -> float:
        """The defining function of the fold."""
        return self.factor(u).null_step().lam

    def solve(
        self, guess: Array, normal: Array, *, max_steps: int = 11, contraction: float = np.inf
    ) -> SolvedFold:
        """Newton from ``guess``, in the plane through it across ``normal``."""
        across, phase = self.weights * normal, self._phase.ravel()

        def correct(u: Array) -> tuple[Array, float, tuple[Array, Array]]:
            condensed = self.factor(u)
            t1, t2 = packed(condensed.null_step(), 0.0), packed(condensed.response(), 1.0)
            late = float(phase @ (u - self.base)[:-3])
            d0 = packed(condensed.newton_step((late, 0.0)), 0.0)
            g = float(t1[-2])
            g1, g2, g0 = (self._slope(u, g, way) for way in (t1, t2, d0))
            matrix = np.array([[g1, g2], [across @ t1, across @ t2]])
            right = np.array([-g - g0, -across @ (d0 + u - guess)])
            alpha, beta = np.linalg.solve(matrix, right)
            step = d0 + alpha * t1 + beta * t2
            return u + step, float(np.max(np.abs(step))), (g1 * t2 - g2 * t1, t1)

        found = iterate(correct, guess, _GOAL, _SMALL, max_steps, contraction)
        if not found.status or found.evidence is None:
            raise NumericalError(
                f"{found.status}, last correction {found.residual:.1e} of the size of the cycle",
                found.status,
            )
        tangent, null = found.evidence
        size = np.sqrt((self.weights * tangent) @ tangent)
        sign = 1.0 if (self.weights * tangent) @ self.tangent >= 0 else -1.0
        return SolvedFold(self, found.z, sign * tangent / size, null, found.steps, found.residual)

    def _slope(self, u: Array, g: float, way: Array) -> float:
        """Derivative of g along a direction."""
        size = float(np.sqrt((self.weights * way) @ way))
        length = _DIFFERENCE / (size + _DIFFERENCE)
        return (self._g(u + length * way) - g) / length


FoldStride = Stride[SolvedFold, FoldChart]


@dataclass(frozen=True)
class FoldCurve:
    """What stays the same along a curve of folds of cycles.

    Parameters
    ----------
    system : System
        In model units, both parameters free.
    names : (str, str)
    parameters : (2,) float
        Units of both.
    scales : (n,) float [model units]
        Declared size of each state.
    """

    system: System
    names: tuple[str, str]
    parameters: Array
    scales: Array

    name = "curve of folds of cycles"

    @property
    def advice(self) -> str:
        """For messages."""
        return (
            f"Try a range of {self.names[1]} that ends before, or start from a fold computed with "
            "more mesh intervals (intervals= of continue_cycles)"
        )

    def sizes(self, orbit: Orbit) -> Array:
        """Return half the range of each state; at least some for one that stands still."""
        return least_sizes(half_amplitude(orbit), self.scales)

    def chart(self, orbit: Orbit, second: float, border: Array) -> FoldChart:
        """Return the chart of a fold on its own mesh; the border is in model units."""
        frame = Frame(orbit.mesh, self.sizes(orbit), self.parameters)
        upwards = np.zeros_like(frame.units)
        upwards[-1] = 1.0
        return FoldChart(
            self.system.scaled(frame.states, frame.parameters),
            frame,
            frame.vector(orbit, second),
            upwards,
            0 * upwards,
            _unit(border / frame.units[:-1], frame.weights[:-1]),
        )

    def renew(self, stride: FoldStride, bend: Array) -> FoldChart:
        """Return the chart at the end of a stride, on a fresh mesh."""
        return self.renewed(stride.end, bend)

    def renewed(self, end: SolvedFold, bend: Array) -> FoldChart:
        """Return the chart around a fold; its border is the null vector there."""
        old, orbit = end.chart, end.orbit
        size = np.maximum(_FORGET * old.frame.states, self.sizes(orbit))
        mesh = adapted_mesh(orbit, max(orbit.intervals, intervals_needed(orbit)))
        frame = Frame(mesh, size, old.frame.parameters)
        base, way, bend, null = old.frame.carried(frame, end.u, end.tangent, bend, end.null)
        tangent, bend = directions(way, bend, frame.weights)
        return replace(
            old,
            system=self.system.scaled(frame.states, frame.parameters),
            frame=frame,
            base=base,
            tangent=tangent,
            bend=bend,
            border=_unit(null[:-1], frame.weights[:-1]),
        )

    def marks(self, point: SolvedFold) -> Array:
        """Amplitudes, ln T and both parameters."""
        orbit = point.orbit
        ends = [orbit.log_period, orbit.lam, point.second]
        return np.concatenate([half_amplitude(orbit), ends])

    def where(self, chart: FoldChart) -> str:
        """Both parameters, period and intervals."""
        orbit, second = chart.orbit, chart.base[-1] * chart.frame.units[-1]
        return (
            f"{self.names[0]} = {orbit.lam:.9g}, {self.names[1]} = {second:.9g} (period "
            f"{orbit.period:.6g}, {orbit.intervals} mesh intervals)"
        )


def _unit(vector: Array, weights: Array) -> Array:
    return vector / np.sqrt((weights * vector) @ vector)
