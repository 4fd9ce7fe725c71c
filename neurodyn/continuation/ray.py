"""Newton's method for one cycle, and the line along which a step of a cycle branch is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.continuation.collocation import DEGREE, Orbit, linearise, node_weights, phase_row
from neurodyn.continuation.condensation import Border, Condensed, Step
from neurodyn.continuation.floquet import multipliers
from neurodyn.continuation.system import System
from neurodyn.errors import NumericalError
from neurodyn.status import Status

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_GOAL = 1e-9
_MAX_STEPS = 9


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

    @property
    def multipliers(self) -> ComplexArray:
        """Floquet multipliers: the trivial one, then largest modulus first."""
        ends = self.orbit.x[::DEGREE]
        velocities = self.system.rhs(ends.T, np.array([self.orbit.lam])).T
        return multipliers(self.condensed.transitions, velocities)

    def tangent(self, weights: Array) -> Step:
        """Unit tangent of the branch, in the sense of the normal of the solve."""
        step = self.condensed.null_step()
        return scaled_step(step, 1.0 / norm(step, weights))


def inner(a: Step, b: Step, weights: Array) -> float:
    """Inner product: integral over the cycle, plus ln T, plus parameter."""
    integral = float(np.einsum("i,in,in->", weights, a.x, b.x))
    return integral + a.log_period * b.log_period + a.lam * b.lam


def norm(a: Step, weights: Array) -> float:
    """Length of a step."""
    return float(np.sqrt(inner(a, a, weights)))


def scaled_step(a: Step, factor: float) -> Step:
    """Return factor * a."""
    return Step(a.x * factor, a.log_period * factor, a.lam * factor)


def difference(a: Orbit, b: Orbit) -> Step:
    """Return a - b, on the same mesh."""
    return Step(a.x - b.x, a.log_period - b.log_period, a.lam - b.lam)


def solve_cycle(
    system: System, guess: Orbit, reference: Orbit, normal: Step, max_steps: int = _MAX_STEPS
) -> Solved:
    """Newton from ``guess``, in the plane through it across ``normal``.

    Parameters
    ----------
    system : System
        In the scaled variables of the orbit.
    guess, reference : Orbit
        On one mesh; the phase is the one nearest to the reference.
    normal : Step

    Raises
    ------
    NumericalError
        If it does not converge.
    """
    weights = node_weights(guess.mesh)
    row = phase_row(reference)
    phase = Border(row / max(np.linalg.norm(row), np.finfo(float).tiny), 0.0, 0.0)
    arc = Border(weights[:, None] * normal.x, normal.log_period, normal.lam)
    orbit, size, previous, status = guess, np.inf, np.inf, Status.NOT_CONVERGED
    for count in range(1, max_steps + 1):
        try:
            linear = linearise(system, orbit)
            if not (np.isfinite(linear.residual).all() and np.isfinite(linear.blocks).all()):
                status = Status.NOT_FINITE
                break
            condensed = Condensed(linear, system.n, (phase, arc))
            step = condensed.newton_step(
                (
                    float(np.sum(phase.x * (orbit.x - reference.x))),
                    inner(normal, difference(orbit, guess), weights),
                )
            )
        except (np.linalg.LinAlgError, RuntimeError):  # singular
            break
        size = max(float(np.max(np.abs(step.x))), abs(step.log_period), abs(step.lam))
        if not size < 1e2:
            break
        orbit = orbit.moved(step.x, step.log_period, step.lam)
        if size < _GOAL or (size < 1e-7 and size > previous / 8):
            return Solved(system, orbit, condensed, count, size)
        previous = size
    raise NumericalError(f"{status} (last correction {size:.1e} of the size of the cycle)", status)


@dataclass(frozen=True)
class Ray:
    """A base orbit and the tangent there: one step of a branch, in scaled variables."""

    system: System
    frame: Frame
    base: Orbit
    tangent: Step

    def at(self, length: float, guess: Orbit | None = None) -> Solved:
        """Return the cycle of the branch in the plane a distance ``length`` along the tangent."""
        weights = node_weights(self.base.mesh)
        t = scaled_step(self.tangent, length)
        predicted = self.base.moved(t.x, t.log_period, t.lam)
        if guess is not None:  # put the better guess into the plane
            off = inner(difference(predicted, guess), self.tangent, weights)
            t = scaled_step(self.tangent, off)
            predicted = guess.moved(t.x, t.log_period, t.lam)
        return solve_cycle(self.system, predicted, self.base, self.tangent)

    def cut(self, lam: float, guess: Orbit) -> Solved:
        """Return the cycle of the branch at a given parameter (scaled)."""
        along = Step(np.zeros_like(guess.x), 0.0, 1.0)
        placed = Orbit(guess.mesh, guess.x, guess.log_period, lam)
        return solve_cycle(self.system, placed, self.base, along)
