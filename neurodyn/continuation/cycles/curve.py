"""A branch of cycles as the walk sees it: charts with a mesh, and Newton's method for one cycle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation.drift import at_nodes, drift
from neurodyn.continuation.collocation.elimination import Border, Borders, Condensed
from neurodyn.continuation.collocation.equations import linearise
from neurodyn.continuation.collocation.floquet import multipliers
from neurodyn.continuation.collocation.frame import Frame, packed
from neurodyn.continuation.collocation.mesh import (
    MAX_INTERVALS,
    adapted_mesh,
    halved,
    intervals_needed,
)
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
_IDLE = 0.6  # part of the intervals that may idle before some are given up
# distance of the trivial multiplier from 1: where intervals may be given up, where more are needed,
# and where no mesh will do, in a deep canard
_FINE, _COARSE, _HOPELESS = 1e-6, 1e-4, 0.1
_FINER = 1.3  # of the intervals, where more are needed


@dataclass(frozen=True, eq=False)
class SolvedCycle:
    """A cycle that satisfies the collocation equations, in the variables of its chart.

    Parameters
    ----------
    chart : CycleChart
    frame : Frame
        That of the chart, on the mesh of this cycle.
    u : Array
    condensed : Condensed
        The factorised equations.
    steps : int
        Of Newton's method.
    residual : float
        The last correction.
    """

    chart: CycleChart
    frame: Frame
    u: Array
    condensed: Condensed
    steps: int
    residual: float

    @cached_property
    def way(self) -> Array:
        """Unit tangent of the branch on a mesh that stands still, in the sense of the chart."""
        way = packed(self.condensed.null_step())
        weights, forward = self.chart.weights, self.chart.tangent
        size = float(np.sqrt((weights * way) @ way))
        return way / (size if (weights * way) @ forward >= 0 else -size)

    @property
    def tangent(self) -> Array:
        """Unit tangent of the branch in the variables of the chart, whose mesh may move."""
        return self._tangent

    @cached_property
    def _tangent(self) -> Array:
        chart, way = self.chart, self.way
        if not chart.drift.any():
            return way
        along, phase = chart.weights * chart.tangent, chart.phase
        shift = self.velocity
        dragged = shift * chart.drift_of_unknowns
        matrix = np.array([[along @ way, along @ shift], [phase @ way, phase @ shift]])
        right = np.array([1.0 - along @ dragged, -phase @ dragged])
        try:
            part, turn = np.linalg.solve(matrix, right)
        except np.linalg.LinAlgError:  # the chart tells nothing of the way here
            return way
        moved = part * way + dragged + turn * shift
        return moved / float(np.sqrt((chart.weights * moved) @ moved))

    @cached_property
    def velocity(self) -> Array:
        """Change of the unknowns when the cycle is shifted along itself, per period."""
        return self.chart.velocity(self.frame.scaled(self.u))

    @property
    def slope(self) -> float:
        """Component of the tangent along the parameter; zero at a fold of cycles."""
        return float(self.tangent[-1])

    @cached_property
    def orbit(self) -> Orbit:
        """The cycle in model units."""
        return self.frame.unscaled(self.u)

    @cached_property
    def amplitude(self) -> Array:
        """Half the range of each state, (n,) [model units]."""
        return half_amplitude(self.orbit)

    @cached_property
    def multipliers(self) -> ComplexArray:
        """Floquet multipliers: the trivial one, then largest modulus first."""
        orbit = self.frame.scaled(self.u)
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
    drift : (N + 1,) float
        How the mesh points move, per unit of length along the tangent.
    """

    system: System
    frame: Frame
    base: Array
    tangent: Array
    bend: Array
    low: Array
    high: Array
    drift: Array

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
    def phase(self) -> Array:
        """Row of the phase condition over all unknowns, of unit length."""
        row = phase_row(self.frame.scaled(self.base)).ravel()
        return np.append(row / max(np.linalg.norm(row), np.finfo(float).tiny), [0.0, 0.0])

    @cached_property
    def drift_of_unknowns(self) -> Array:
        """Of the node that each unknown belongs to; zero for ln T and the parameter."""
        return np.append(np.repeat(at_nodes(self.drift), self.system.n), [0.0, 0.0])

    def velocity(self, orbit: Orbit) -> Array:
        """Change of the unknowns when an orbit of the frame is shifted along itself."""
        slope = self.system.at_points(np.ascontiguousarray(orbit.x), np.array([[orbit.lam]]))[0]
        return np.append(orbit.period * slope.ravel(), [0.0, 0.0])

    def frame_at(self, u: Array) -> Frame:
        """Return the frame on the mesh that belongs to a point.

        Raises
        ------
        NumericalError
            If an interval would shrink to less than half, or double.
        """
        if not self.drift.any():
            return self.frame
        length = float((self.weights * self.tangent) @ (u - self.base))
        stretch = 1.0 + length * np.diff(self.drift) / np.diff(self.frame.mesh)
        if not (stretch.min() > 0.5 and stretch.max() < 2.0):
            raise NumericalError("the mesh would move too far", Status.NOT_CONVERGED)
        return replace(self.frame, mesh=self.frame.mesh + length * self.drift)

    def strain(self, end: SolvedCycle) -> float:
        """Change of the period against the largest in one step."""
        return float(abs(end.u[-2] - self.base[-2])) / _PERIOD_CHANGE

    def solve(
        self, guess: Array, normal: Array, *, max_steps: int = 9, contraction: float = np.inf
    ) -> SolvedCycle:
        """Newton from ``guess``, in the plane through it across ``normal``.

        Of all shifts in time the one nearest to the base is taken.
        """
        frame, arc, phase = self.frame_at(guess), self.weights * normal, self.phase
        shape = (-1, self.system.n)
        across = Border(arc[:-2].reshape(shape), float(arc[-2]), float(arc[-1]))
        borders = Borders.of(Border(phase[:-2].reshape(shape), 0.0, 0.0), across)

        def correct(u: Array) -> tuple[Array, float, Condensed]:
            linear = linearise(self.system, frame.scaled(u))
            try:
                condensed = Condensed(linear, self.system.n, borders)
            except np.linalg.LinAlgError:
                if linear.finite:
                    raise
                raise NumericalError(str(Status.NOT_FINITE), Status.NOT_FINITE) from None
            late = float(phase @ (u - self.base))
            step = packed(condensed.newton_step((late, float(arc @ (u - guess)))))
            return u + step, float(np.max(np.abs(step))), condensed

        found = iterate(correct, guess, _GOAL, _SMALL, max_steps, contraction)
        if not found.status or found.evidence is None:
            raise NumericalError(
                f"{found.status}, last correction {found.residual:.1e} of the size of the cycle",
                found.status,
            )
        return SolvedCycle(self, frame, found.z, found.evidence, found.steps, found.residual)


CycleStride = Stride[SolvedCycle, CycleChart]


def refined(stride: CycleStride) -> CycleStride:
    """Return a stride with its ends solved again on a mesh of half the spacing.

    Raises
    ------
    NumericalError
        If one of them does not converge.
    """
    old = stride.chart
    coarse = [
        old.frame if length == 0.0 else point.frame
        for point, length in ((stride.start, stride.begin), (stride.end, stride.length))
    ]
    frame, beyond = (replace(one, mesh=halved(one.mesh)) for one in coarse)
    first, way = coarse[0].carried(frame, stride.first, old.tangent)
    (last,) = coarse[1].carried(beyond, stride.first + stride.chord)
    tangent, bend = directions(way, 0 * way, frame.weights)
    points = np.interp(frame.mesh, coarse[0].mesh, old.drift)
    chart = replace(old, frame=frame, base=first, tangent=tangent, bend=bend, drift=points)
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
        still = np.zeros(len(orbit.mesh))
        return CycleChart(system, frame, frame.vector(orbit), tangent, bend, low, high, still)

    def renew(self, stride: CycleStride, bend: Array) -> CycleChart:
        """Return the chart at the end of a stride, on a fresh mesh."""
        return self.renewed(stride.end, bend)

    def renewed(
        self,
        end: SolvedCycle,
        bend: Array,
        sense: float = 1.0,
        smallest: Array | None = None,
    ) -> CycleChart:
        """Return the chart around a cycle, on a fresh mesh and in units that have grown with it.

        A slow state may hardly oscillate and yet drift far along the branch: then the range that
        its mean has covered counts, not its amplitude. ``sense`` is -1 to turn back; ``smallest``
        are the least units, by default those so far.
        """
        old, orbit = end.chart, end.orbit
        mean = mean_state(orbit)
        low, high = np.minimum(old.low, mean), np.maximum(old.high, mean)
        smallest = old.frame.states if smallest is None else smallest
        size = np.maximum(np.maximum(smallest, end.amplitude), high - low)
        frame = Frame(self._fresh_mesh(end), size, old.frame.parameters)
        base, way, bend = end.frame.carried(frame, end.u, sense * end.way, bend)
        system = self.system.scaled(frame.states, frame.parameters)
        still = np.zeros(len(frame.mesh))
        chart = CycleChart(system, frame, base, way, bend, low, high, still)
        shift = chart.velocity(frame.scaled(base))
        nodes = (-1, system.n)
        points = drift(frame.mesh, way[:-2].reshape(nodes), shift[:-2].reshape(nodes))
        if points.any():
            chart = replace(chart, drift=points)
            way = way + shift * chart.drift_of_unknowns
            way -= (chart.phase @ way) / (chart.phase @ shift) * shift
        length = float(np.sqrt((frame.weights * way) @ way))
        tangent, bend = directions(way, bend, frame.weights)
        return replace(chart, tangent=tangent, bend=bend, drift=points / length)

    def _fresh_mesh(self, end: SolvedCycle) -> Array:
        """Change the number of intervals only where it matters.

        The trivial multiplier tells whether the mesh resolves the cycle: on a stiff cycle the
        derivatives of the orbit alone do not.
        """
        orbit = end.orbit
        count, needed = orbit.intervals, intervals_needed(orbit)
        off = abs(end.multipliers[0] - 1.0)
        if _COARSE < off < _HOPELESS and count < MAX_INTERVALS:
            count = min(int(_FINER * max(count, needed)), MAX_INTERVALS)
        elif needed > count or (needed < _IDLE * count and off < _FINE):
            count = int(needed * _SPARE)
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
