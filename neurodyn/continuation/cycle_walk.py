"""Follow a branch of cycles step by step: predictor, corrector, step length, mesh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from neurodyn.continuation.collocation import Orbit, node_weights
from neurodyn.continuation.condensation import Step
from neurodyn.continuation.mesh import adapted_mesh, intervals_needed, remeshed, transfer
from neurodyn.continuation.ray import Frame, Ray, Solved, inner, norm, scaled_step
from neurodyn.continuation.system import System
from neurodyn.errors import NumericalError
from neurodyn.status import Status

Array = npt.NDArray[np.float64]

_STEP_MAX = 0.25  # of the size of the cycles so far
_STEP_MIN = 1e-8
_COSINE_MIN = 0.95
_GROWTH, _QUICK = 1.6, 4
_PERIOD_CHANGE = 0.35  # largest change of ln T in one step
_PARAMETER_PARTS = 8.0


@dataclass(frozen=True)
class Advance:
    """One accepted step of a branch: the new cycle, and the ray that led to it."""

    ray: Ray
    length: float
    solved: Solved
    tangent: Step

    @property
    def orbit(self) -> Orbit:
        """The new cycle in model units."""
        return self.ray.frame.unscaled(self.solved.orbit)

    @property
    def slope(self) -> float:
        """Component of the tangent along the parameter; zero at a fold of cycles."""
        return self.tangent.lam


@dataclass(frozen=True)
class CycleCurve:
    """What stays the same along a branch.

    Parameters
    ----------
    system : System
        In model units.
    name : str
        The parameter.
    width : float
        Width of its range.
    intervals : int or None
        Number of mesh intervals; chosen from the error when None.
    """

    system: System
    name: str
    width: float
    intervals: int | None

    def frame(self, size: Array) -> Frame:
        """Return the frame for cycles of half-amplitude ``size``."""
        return Frame(size, self.width / _PARAMETER_PARTS)

    def scaled_system(self, frame: Frame) -> System:
        """Return the system in the variables of a frame."""
        return self.system.scaled(frame.states, np.array([frame.parameter]))

    def fresh_mesh(self, orbit: Orbit) -> Array:
        """Return the mesh for the next step."""
        count = self.intervals or _unsteady(orbit.intervals, intervals_needed(orbit))
        return adapted_mesh(orbit, count)


def _unsteady(count: int, needed: int) -> int:
    """Change the number of intervals only where it matters."""
    return int(needed * 1.15) if needed > count or needed < 0.6 * count else count


def half_amplitude(orbit: Orbit) -> Array:
    """Half the range of each state, (n,)."""
    return np.ptp(orbit.x, axis=0) / 2


def mean_state(orbit: Orbit) -> Array:
    """Time average of the states, (n,)."""
    return node_weights(orbit.mesh) @ orbit.x


def follow_cycles(
    curve: CycleCurve, start: Orbit, direction: Step, smallest: Array
) -> Iterator[Advance]:
    """Yield steps along a branch from ``start`` in ``direction`` (model units), without end.

    Parameters
    ----------
    smallest : (n,) float
        Least size of each state, in model units.

    Raises
    ------
    NumericalError
        If no step, however small, converges.
    """
    orbit, step, size = start, _STEP_MAX, smallest
    low = high = mean_state(start)
    tangent = direction  # model units, on the mesh of `orbit`
    while True:
        # a slow state may hardly oscillate and yet drift far along the branch: then the range that
        # its mean has covered counts, not its amplitude
        low, high = np.minimum(low, mean_state(orbit)), np.maximum(high, mean_state(orbit))
        size = np.maximum(np.maximum(size, half_amplitude(orbit)), high - low)
        ray = _ray(curve, orbit, tangent, curve.frame(size))
        new, step = _advance(curve, ray, step)
        yield new
        if new.solved.steps <= _QUICK:
            step = min(step * _GROWTH, _STEP_MAX)
        orbit, tangent = new.orbit, _in_model_units(new.tangent, ray.frame)


def _in_model_units(step: Step, frame: Frame) -> Step:
    return Step(step.x * frame.states, step.log_period, step.lam * frame.parameter)


def _ray(curve: CycleCurve, orbit: Orbit, tangent: Step, frame: Frame) -> Ray:
    """Bring orbit and tangent to a fresh mesh and into the frame."""
    mesh = curve.fresh_mesh(orbit)
    base = frame.scaled(remeshed(orbit, mesh))
    moved = transfer(tangent.x, orbit.mesh, mesh) / frame.states
    unit = Step(moved, tangent.log_period, tangent.lam / frame.parameter)
    unit = scaled_step(unit, 1.0 / norm(unit, node_weights(mesh)))
    return Ray(curve.scaled_system(frame), frame, base, unit)


def _advance(curve: CycleCurve, ray: Ray, step: float) -> tuple[Advance, float]:
    """Take the longest step up to ``step`` that converges and does not turn too far."""
    weights = node_weights(ray.base.mesh)
    reason = ""
    while step > _STEP_MIN:
        try:
            solved = ray.at(step)
            tangent = solved.tangent(weights)
            changed = abs(solved.orbit.log_period - ray.base.log_period)
            if inner(tangent, ray.tangent, weights) > _COSINE_MIN and changed < _PERIOD_CHANGE:
                return Advance(ray, step, solved, tangent), step
            reason = "the branch turns too sharply"
        except NumericalError as error:
            reason = str(error)
        step /= 2
    orbit = ray.frame.unscaled(ray.base)
    raise NumericalError(
        f"the branch of cycles could not be followed beyond {curve.name} = {orbit.lam:.9g} (period "
        f"{orbit.period:.6g}, {orbit.intervals} mesh intervals): steps below {_STEP_MIN:g} fail, "
        f"{reason}. Try more mesh intervals (intervals=), or a range that ends before",
        Status.NOT_CONVERGED,
    )


def between(step: Advance, length: float) -> Advance:
    """Return the cycle at ``length`` along the ray of an accepted step."""
    part = length / step.length
    chord = scaled_step(
        Step(
            step.solved.orbit.x - step.ray.base.x,
            step.solved.orbit.log_period - step.ray.base.log_period,
            step.solved.orbit.lam - step.ray.base.lam,
        ),
        part,
    )
    guess = step.ray.base.moved(chord.x, chord.log_period, chord.lam)
    solved = step.ray.at(length, guess)
    tangent = solved.tangent(node_weights(step.ray.base.mesh))
    return replace(step, length=length, solved=solved, tangent=tangent)
