"""Newton's method for one cycle, and the line along which a step of a cycle branch is taken."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation import DEGREE, Orbit, linearise, node_weights, phase_row
from neurodyn.continuation.condensation import Border, Borders, Condensed, Step
from neurodyn.continuation.floquet import multipliers
from neurodyn.continuation.system import System
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_GOAL, _SMALL = 1e-9, 1e-7
_MAX_STEPS = 9
_CONTRACTION = 0.5  # of Newton's corrections in a step that is short enough


@dataclass(frozen=True)
class Frame:
    """Sizes in which a step is measured: of each state, and of the parameter."""

    states: Array
    parameter: float

    def scaled(self, orbit: Orbit) -> Orbit:
        """From model units."""
        return Orbit(
            orbit.mesh, orbit.x / self.states, orbit.log_period, orbit.lam / self.parameter
        )

    def unscaled(self, orbit: Orbit) -> Orbit:
        """To model units."""
        return Orbit(
            orbit.mesh, orbit.x * self.states, orbit.log_period, orbit.lam * self.parameter
        )


@dataclass(frozen=True)
class Solved:
    """A cycle in scaled variables that satisfies the collocation equations."""

    system: System
    orbit: Orbit
    condensed: Condensed
    steps: int
    residual: float

    @cached_property
    def multipliers(self) -> ComplexArray:
        """Floquet multipliers: the trivial one, then largest modulus first."""
        lam = np.array([[self.orbit.lam]])
        velocities = self.system.at_points(np.ascontiguousarray(self.orbit.x[::DEGREE]), lam)[0]
        return multipliers(self.condensed.transitions, velocities)

    def tangent(self, weights: Array) -> Step:
        """Unit tangent of the branch, in the sense of the normal of the solve."""
        step = self.condensed.null_step()
        return scaled_step(step, 1.0 / norm(step, weights))


def inner(a: Step, b: Step, weights: Array) -> float:
    """Inner product: integral over the cycle, plus ln T, plus parameter."""
    integral = float(np.vdot(weights[:, None] * a.x, b.x))
    return integral + a.log_period * b.log_period + a.lam * b.lam


def norm(a: Step, weights: Array) -> float:
    """Length of a step."""
    return float(np.sqrt(inner(a, a, weights)))


def scaled_step(a: Step, factor: float) -> Step:
    """Return factor * a."""
    return Step(a.x * factor, a.log_period * factor, a.lam * factor)


def combined(a: Step, factor: float, b: Step, other: float) -> Step:
    """Return factor * a + other * b."""
    return Step(
        factor * a.x + other * b.x,
        factor * a.log_period + other * b.log_period,
        factor * a.lam + other * b.lam,
    )


def difference(a: Orbit, b: Orbit) -> Step:
    """Return a - b, on the same mesh."""
    return Step(a.x - b.x, a.log_period - b.log_period, a.lam - b.lam)


@dataclass(frozen=True)
class Section:
    """The two conditions that pick one cycle of a branch: the phase, and the plane of the step.

    Parameters
    ----------
    reference : Orbit
        The phase is the one nearest to it.
    normal : Step
        Of the plane.
    """

    reference: Orbit
    normal: Step

    @cached_property
    def weights(self) -> Array:
        """Quadrature weights of the nodes, (N m,)."""
        return node_weights(self.reference.mesh)

    @cached_property
    def borders(self) -> Borders:
        """Both conditions, linear as they are."""
        row = phase_row(self.reference)
        phase = Border(row / max(np.linalg.norm(row), np.finfo(float).tiny), 0.0, 0.0)
        normal = self.normal
        arc = Border(self.weights[:, None] * normal.x, normal.log_period, normal.lam)
        return Borders.of(phase, arc)

    def solve(
        self, system: System, guess: Orbit, max_steps: int = _MAX_STEPS, contraction: float = np.inf
    ) -> Solved:
        """Newton from ``guess``, in the plane through it; ``system`` in the variables of the orbit.

        It gives up where a correction is larger than ``contraction`` times the one before.

        Raises
        ------
        NumericalError
            If it does not converge.
        """
        phase, arc = self.borders.rows
        orbit, size, previous, status = guess, np.inf, np.inf, Status.NOT_CONVERGED
        for count in range(1, max_steps + 1):
            linear = linearise(system, orbit)
            try:
                condensed = Condensed(linear, system.n, self.borders)
                off = difference(orbit, guess)
                step = condensed.newton_step(
                    (
                        float(np.vdot(phase, orbit.x - self.reference.x)),
                        float(np.vdot(arc, off.x))
                        + self.normal.log_period * off.log_period
                        + self.normal.lam * off.lam,
                    )
                )
            except np.linalg.LinAlgError:
                status = status if linear.finite else Status.NOT_FINITE
                break
            size = max(float(np.max(np.abs(step.x))), abs(step.log_period), abs(step.lam))
            if not size < (1e2 if size < _SMALL else min(1e2, contraction * previous)):
                break
            orbit = orbit.moved(step.x, step.log_period, step.lam)
            if size < _GOAL or (size < _SMALL and size > previous / 8):  # down to rounding
                return Solved(system, orbit, condensed, count, size)
            previous = size
        raise NumericalError(
            f"{status} (last correction {size:.1e} of the size of the cycle)", status
        )


def solve_cycle(
    system: System, guess: Orbit, reference: Orbit, normal: Step, max_steps: int = _MAX_STEPS
) -> Solved:
    """Newton from ``guess``, in the plane through it across ``normal``; see :class:`Section`."""
    return Section(reference, normal).solve(system, guess, max_steps)


@dataclass(frozen=True)
class Ray:
    """A base orbit and where the branch runs from there: one step of it, in scaled variables.

    ``bend`` is half the second derivative of the branch, across the tangent.
    """

    system: System
    frame: Frame
    base: Orbit
    tangent: Step
    bend: Step

    @cached_property
    def section(self) -> Section:
        """The planes across the ray."""
        return Section(self.base, self.tangent)

    def at(self, length: float, guess: Orbit | None = None) -> Solved:
        """Return the cycle of the branch in the plane a distance ``length`` along the tangent."""
        t = combined(self.tangent, length, self.bend, length**2)
        predicted = self.base.moved(t.x, t.log_period, t.lam)
        if guess is not None:  # put the better guess into the plane
            off = inner(difference(predicted, guess), self.tangent, self.section.weights)
            t = scaled_step(self.tangent, off)
            predicted = guess.moved(t.x, t.log_period, t.lam)
            return self.section.solve(self.system, predicted)
        return self.section.solve(self.system, predicted, contraction=_CONTRACTION)

    def cut(self, lam: float, guess: Orbit) -> Solved:
        """Return the cycle of the branch at a given parameter (scaled)."""
        along = Step(np.zeros_like(guess.x), 0.0, 1.0)
        placed = Orbit(guess.mesh, guess.x, guess.log_period, lam)
        return solve_cycle(self.system, placed, self.base, along)
