"""Follow a branch of cycles step by step: predictor, corrector, step length, mesh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation import Orbit, node_weights
from neurodyn.continuation.condensation import Step
from neurodyn.continuation.mesh import adapted_mesh, intervals_needed, transfer
from neurodyn.continuation.ray import (
    Frame,
    Ray,
    Solved,
    combined,
    difference,
    inner,
    norm,
    scaled_step,
)
from neurodyn.continuation.system import System
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_STEP_MAX = 0.25  # of the size of the cycles so far
_STEP_MIN = 1e-8
_TURN = 0.32  # largest turn in one step: 18 degrees
_MARGIN = 0.85  # of the length at which the branch would turn, or the period change, too far
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
    tangent, bend = direction, scaled_step(direction, 0.0)  # model units, on the mesh of `orbit`
    while True:
        # a slow state may hardly oscillate and yet drift far along the branch: then the range that
        # its mean has covered counts, not its amplitude
        low, high = np.minimum(low, mean_state(orbit)), np.maximum(high, mean_state(orbit))
        size = np.maximum(np.maximum(size, half_amplitude(orbit)), high - low)
        ray = _ray(curve, orbit, tangent, bend, curve.frame(size))
        new, step = _advance(curve, ray, step)
        yield new
        orbit = new.orbit
        tangent, bend = (_in_model_units(way, ray.frame) for way in (new.tangent, _bend(new)))


def _in_model_units(step: Step, frame: Frame) -> Step:
    return Step(step.x * frame.states, step.log_period, step.lam * frame.parameter)


def _bend(new: Advance) -> Step:
    """Half the second derivative of the branch, of the parabola through old and new cycle."""
    chord = difference(new.solved.orbit, new.ray.base)
    length = inner(chord, new.tangent, new.ray.section.weights)
    return combined(new.tangent, 1.0 / length, chord, -1.0 / length**2)


def _ray(curve: CycleCurve, orbit: Orbit, tangent: Step, bend: Step, frame: Frame) -> Ray:
    """Bring orbit and direction to a fresh mesh and into the frame."""
    mesh, n = curve.fresh_mesh(orbit), orbit.x.shape[1]
    moved = transfer(np.hstack([orbit.x, tangent.x, bend.x]), orbit.mesh, mesh)
    moved /= np.tile(frame.states, 3)
    base = Orbit(mesh, moved[:, :n].copy(), orbit.log_period, orbit.lam / frame.parameter)
    unit = Step(moved[:, n : 2 * n], tangent.log_period, tangent.lam / frame.parameter)
    bend = Step(moved[:, 2 * n :], bend.log_period, bend.lam / frame.parameter)
    weights = node_weights(mesh)
    size = norm(unit, weights)
    unit, bend = scaled_step(unit, 1.0 / size), scaled_step(bend, 1.0 / size**2)
    bend = combined(bend, 1.0, unit, -inner(bend, unit, weights))  # within the plane of the step
    return Ray(curve.scaled_system(frame), frame, base, unit, bend)


def _advance(curve: CycleCurve, ray: Ray, step: float) -> tuple[Advance, float]:
    """Take the longest step up to ``step`` that converges and does not turn too far.

    Returns it, and the length to try next.
    """
    weights = ray.section.weights
    reason = ""
    while step > _STEP_MIN:
        try:
            solved = ray.at(step)
            tangent = solved.tangent(weights)
            chord = difference(solved.orbit, ray.base)
            chord = scaled_step(chord, 1.0 / norm(chord, weights))
            ways = (tangent, ray.tangent), (chord, ray.tangent), (chord, tangent)
            cosine = min(inner(a, b, weights) for a, b in ways)  # a chord across jumps elsewhere
            changed = abs(solved.orbit.log_period - ray.base.log_period)
            turn = float(np.arccos(np.clip(cosine, -1.0, 0.9999)))
            allowed = _MARGIN * min(_TURN / turn, _PERIOD_CHANGE / (changed + 1e-9))  # of this step
            if allowed > _MARGIN:
                growth = min(_GROWTH, allowed) if solved.steps <= _QUICK else min(1.0, allowed)
                return Advance(ray, step, solved, tangent), min(growth * step, _STEP_MAX)
            reason, factor = "the branch turns too sharply", max(0.3, allowed)
        except NumericalError as error:
            reason, factor = str(error), 0.5
        step *= factor
    orbit = ray.frame.unscaled(ray.base)
    raise NumericalError(
        f"the branch of cycles could not be followed beyond {curve.name} = {orbit.lam:.9g} (period "
        f"{orbit.period:.6g}, {orbit.intervals} mesh intervals): steps below {_STEP_MIN:g} fail, "
        f"{reason}. Try more mesh intervals (intervals=), or a range that ends before",
        Status.NOT_CONVERGED,
    )


def between(step: Advance, length: float, near: Advance | None = None) -> Advance:
    """Return the cycle at ``length`` along the ray of an accepted step.

    Newton's method starts from the tangent of ``near``, a cycle in this step, or from the chord.
    """
    if near is not None:
        along = inner(near.tangent, step.ray.tangent, step.ray.section.weights)
        way, from_there = near.tangent, near.solved.orbit
        way = scaled_step(way, (length - near.length) / along)
    else:
        from_there = step.ray.base
        way = scaled_step(difference(step.solved.orbit, from_there), length / step.length)
    solved = step.ray.at(length, from_there.moved(way.x, way.log_period, way.lam))
    tangent = solved.tangent(step.ray.section.weights)
    return replace(step, length=length, solved=solved, tangent=tangent)
