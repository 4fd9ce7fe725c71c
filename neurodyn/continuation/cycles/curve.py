"""A branch of cycles as the walk sees it: charts with a mesh, and Newton's method for one cycle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation.elimination import Border, Borders, Condensed
from neurodyn.continuation.collocation.equations import linearise
from neurodyn.continuation.collocation.floquet import multipliers
from neurodyn.continuation.collocation.frame import Frame, packed
from neurodyn.continuation.collocation.mesh import adapted_mesh, halved, intervals_needed
from neurodyn.continuation.collocation.orbit import DEGREE, Orbit, node_weights, phase_row
from neurodyn.continuation.equations.system import System
from neurodyn.continuation.options import PARAMETER_PARTS
from neurodyn.continuation.walk.curve import Stride, directions, inner
from neurodyn.equilibria.newton import iterate
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_GOAL, _SMALL = 1e-9, 1e-7  # of Newton's corrections, in sizes of the cycle
_PERIOD_CHANGE = 0.35  # largest change of ln T in one step
_SPARE = 1.15  # of the intervals needed, so that the mesh need not grow at every step
_LEAST = 1e-6  # size of a state that stands still, in those of the one that moves most
_SHARP, _BLURRED = 1e-7, 1e-2  # errors of the trivial multiplier: with digits to spare, too few
_MOST = 4  # times the intervals that the orbit needs are given to its multipliers
_IDLE = 0.6  # part of the intervals that may idle before some are given up


@dataclass(frozen=True, eq=False)
class SolvedCycle:
    """A cycle that satisfies the collocation equations, in the variables of its chart.

    Parameters
    ----------
    chart : CycleChart
    u : Array
    condensed : Condensed
        The factorised equations.
    steps : int
        Of Newton's method.
    residual : float
        The last correction.
    """

    chart: CycleChart
    u: Array
    condensed: Condensed
    steps: int
    residual: float

    @property
    def tangent(self) -> Array:
        """Unit tangent of the branch, in the sense of that of the chart."""
        return self._tangent

    @cached_property
    def _tangent(self) -> Array:
        way = packed(self.condensed.null_step())
        weights, forward = self.chart.weights, self.chart.tangent
        size = float(np.sqrt((weights * way) @ way))
        return way / (size if (weights * way) @ forward >= 0 else -size)

    @property
    def slope(self) -> float:
        """Component of the tangent along the parameter; zero at a fold of cycles."""
        return float(self.tangent[-1])

    @cached_property
    def orbit(self) -> Orbit:
        """The cycle in model units."""
        return self.chart.frame.unscaled(self.u)

    @cached_property
    def amplitude(self) -> Array:
        """Half the range of each state, (n,) [model units]."""
        return half_amplitude(self.orbit)

    @cached_property
    def multipliers(self) -> ComplexArray:
        """Floquet multipliers: the trivial one, then largest modulus first."""
        orbit = self.chart.frame.scaled(self.u)
        points = np.ascontiguousarray(orbit.x[::DEGREE])
        velocities = self.chart.system.at_points(points, np.array([[orbit.lam]]))[0]
        return multipliers(self.condensed.transitions, velocities)


@dataclass(frozen=True, eq=False)
class CycleChart:
    """Variables around one cycle; see :class:`neurodyn.continuation.walk.curve.Chart`.

    Parameters
    ----------
    system : System
        In the units of the frame.
    frame : Frame
    base, tangent, bend : Array
    low, high : (n,) float [model units]
        Range that the time average of each state has covered on the branch.
    """

    system: System
    frame: Frame
    base: Array
    tangent: Array
    bend: Array
    low: Array
    high: Array

    @property
    def weights(self) -> Array:
        """Of the inner product."""
        return self.frame.weights

    @property
    def mark_units(self) -> Array:
        """Sizes of amplitudes, ln T and parameter."""
        return np.concatenate([self.frame.states, [1.0], self.frame.parameters])

    @cached_property
    def orbit(self) -> Orbit:
        """The base in model units."""
        return self.frame.unscaled(self.base)

    @cached_property
    def _phase(self) -> Array:
        """Row of the phase condition over the nodes, of unit length."""
        row = phase_row(self.frame.scaled(self.base))
        return row / max(np.linalg.norm(row), np.finfo(float).tiny)

    def strain(self, end: SolvedCycle) -> float:
        """Change of the period against the largest in one step."""
        return float(abs(end.u[-2] - self.base[-2])) / _PERIOD_CHANGE

    def solve(
        self, guess: Array, normal: Array, *, max_steps: int = 9, contraction: float = np.inf
    ) -> SolvedCycle:
        """Newton from ``guess``, in the plane through it across ``normal``.

        Of all shifts in time the one nearest to the base is taken.
        """
        arc, phase = self.weights * normal, self._phase
        across = Border(arc[:-2].reshape(phase.shape), float(arc[-2]), float(arc[-1]))
        borders = Borders.of(Border(phase, 0.0, 0.0), across)

        def correct(u: Array) -> tuple[Array, float, Condensed]:
            linear = linearise(self.system, self.frame.scaled(u))
            try:
                condensed = Condensed(linear, self.system.n, borders)
            except np.linalg.LinAlgError:
                if linear.finite:
                    raise
                raise NumericalError(str(Status.NOT_FINITE), Status.NOT_FINITE) from None
            late = float(phase.ravel() @ (u - self.base)[:-2])
            step = packed(condensed.newton_step((late, float(arc @ (u - guess)))))
            return u + step, float(np.max(np.abs(step))), condensed

        found = iterate(correct, guess, _GOAL, _SMALL, max_steps, contraction)
        if not found.status or found.evidence is None:
            raise NumericalError(
                f"{found.status}, last correction {found.residual:.1e} of the size of the cycle",
                found.status,
            )
        return SolvedCycle(self, found.z, found.evidence, found.steps, found.residual)


CycleStride = Stride[SolvedCycle, CycleChart]


def refined(stride: CycleStride) -> CycleStride:
    """Return a stride with its ends solved again on a mesh of half the spacing.

    Raises
    ------
    NumericalError
        If one of them does not converge.
    """
    old = stride.chart
    frame = replace(old.frame, mesh=halved(old.frame.mesh))
    first, last, way = old.frame.carried(
        frame, stride.first, stride.first + stride.chord, old.tangent
    )
    tangent, bend = directions(way, 0 * way, frame.weights)
    chart = replace(old, frame=frame, base=first, tangent=tangent, bend=bend)
    start = chart.solve(first, tangent)
    chart = replace(chart, base=start.u)
    end = chart.solve(last, tangent)
    return Stride(chart, start, end, 0.0, inner(chart, end.u - start.u, tangent))


@dataclass(frozen=True)
class CycleCurve:
    """What stays the same along a branch of cycles.

    Parameters
    ----------
    system : System
        In model units.
    parameter : str
    width : float
        Width of its range.
    intervals : int or None
        Number of mesh intervals; chosen from the error when None.
    """

    system: System
    parameter: str
    width: float
    intervals: int | None

    name = "branch of cycles"
    advice = "Try more mesh intervals (intervals=), or a range that ends before"

    def chart(
        self, orbit: Orbit, direction: Array, size: Array, mean: tuple[Array, Array] | None = None
    ) -> CycleChart:
        """Return the chart of an orbit on its own mesh.

        Parameters
        ----------
        orbit : Orbit [model units]
        direction : Array [model units]
            Nodal values, ln T, parameter.
        size : (n,) float
            Of each state.
        mean : two (n,) float, optional
            Range of the time averages so far.
        """
        frame = Frame(orbit.mesh, size, np.array([self.width / PARAMETER_PARTS]))
        tangent = direction / frame.units
        tangent, bend = directions(tangent, 0 * tangent, frame.weights)
        low, high = mean or (mean_state(orbit), mean_state(orbit))
        system = self.system.scaled(frame.states, frame.parameters)
        return CycleChart(system, frame, frame.vector(orbit), tangent, bend, low, high)

    def renew(self, stride: CycleStride, bend: Array) -> CycleChart:
        """Return the chart at the end of a stride, on a fresh mesh."""
        return self.renewed(stride.end, bend)

    def renewed(
        self,
        end: SolvedCycle,
        bend: Array,
        tangent: Array | None = None,
        smallest: Array | None = None,
    ) -> CycleChart:
        """Return the chart around a cycle, on a fresh mesh and in units that have grown with it.

        A slow state may hardly oscillate and yet drift far along the branch: then the range that
        its mean has covered counts, not its amplitude. ``smallest`` are the least units, by default
        those so far.
        """
        old, orbit = end.chart, end.orbit
        mean = mean_state(orbit)
        low, high = np.minimum(old.low, mean), np.maximum(old.high, mean)
        smallest = old.frame.states if smallest is None else smallest
        size = np.maximum(np.maximum(smallest, end.amplitude), high - low)
        frame = Frame(
            self._fresh_mesh(orbit, float(abs(end.multipliers[0] - 1.0))),
            size,
            old.frame.parameters,
        )
        way = end.tangent if tangent is None else tangent
        base, tangent, bend = old.frame.carried(frame, end.u, way, bend)
        tangent, bend = directions(tangent, bend, frame.weights)
        system = self.system.scaled(frame.states, frame.parameters)
        return CycleChart(system, frame, base, tangent, bend, low, high)

    def _fresh_mesh(self, orbit: Orbit, off: float) -> Array:
        """Change the number of intervals only where it matters.

        ``off`` is how far the trivial multiplier is from 1: where an orbit attracts by a hundred
        decades, multipliers ask for more intervals than the orbit does.
        """
        count, needed = orbit.intervals, intervals_needed(orbit)
        if needed > count or (needed < _IDLE * count and off < _SHARP):
            count = int(needed * _SPARE)
        elif _BLURRED < off < 1.0 / _BLURRED:
            count = min(2 * count, max(count, _MOST * needed))
        return adapted_mesh(orbit, self.intervals or count)

    def marks(self, point: SolvedCycle) -> Array:
        """Amplitudes, ln T and parameter."""
        return np.concatenate([point.amplitude, [point.orbit.log_period, point.orbit.lam]])

    def where(self, chart: CycleChart) -> str:
        """Parameter, period and intervals."""
        orbit = chart.orbit
        return (
            f"{self.parameter} = {orbit.lam:.9g} (period {orbit.period:.6g}, {orbit.intervals} "
            "mesh intervals)"
        )


def half_amplitude(orbit: Orbit) -> Array:
    """Half the range of each state, (n,)."""
    return np.ptp(orbit.x, axis=0) / 2


def least_sizes(size: Array, scales: Array) -> Array:
    """Return sizes in which a state that stands still has one too, in the declared scales."""
    return np.maximum(size, _LEAST * np.max(size / scales) * scales)


def mean_state(orbit: Orbit) -> Array:
    """Time average of the states, (n,)."""
    return node_weights(orbit.mesh) @ orbit.x
