"""Find the special points inside one step of a branch of cycles."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.bracket import Bracket, bracket
from neurodyn.continuation.branch_point import polished
from neurodyn.continuation.condensation import Step
from neurodyn.continuation.cycle import CycleKind, CyclePoint, as_cycle
from neurodyn.continuation.cycle_walk import Advance, between
from neurodyn.continuation.floquet import doubling_test, nontrivial, torus_test, unit_test
from neurodyn.errors import NumericalError
from neurodyn.status import Status

VERTICAL = 1e-9
"""Slope (eighths of the range, per size of the cycle) below which a branch is vertical.

In a canard explosion a whole family of cycles exists at one parameter value, to all digits of a
float. Sign changes there are rounding, so stability is compared before and after such a stretch.
"""
UNRESOLVED = 1e-9
"""Part of the range below which two parameter values cannot be told apart on a steep branch."""
_PRECISION = 1e-11  # of the step
_SINGULAR = 1e3  # a branch point amplifies a right-hand side at least this much more
_REGULAR = 10.0  # amplification of a system that is not nearly singular, in scaled variables
_REAL = 1e-3
_TRIVIAL = 1e-6  # distance of the trivial multiplier from 1 at a cycle that is resolved
_CRITICAL = 1e-2  # distance of the critical multiplier from where it has to be
_NEAR = 0.1  # part of a step over which the tangent of a cycle predicts another
_CLOSE = 0.01  # part of a step that may be left at a branch point, where the equations are singular


def cycle_points_in(
    step: Advance,
    before: tuple[float, ComplexArray],
    after: ComplexArray,
    name: str,
    state_names: tuple[str, ...],
    span: tuple[float, float],
) -> list[CyclePoint]:
    """Return the special points of one step, in order.

    Parameters
    ----------
    step : Advance
    before : (slope, multipliers) at the beginning of the step
    after : multipliers at its end
    """
    slope, values = before
    found: list[tuple[float, CyclePoint]] = []
    crossed = (unit_test(values) >= 0) != (unit_test(after) >= 0)

    def look(kind: CycleKind, test: Callable[[Advance], float], a: float, b: float) -> None:
        if (a >= 0) == (b >= 0):
            return
        place, at = _locate(step, test, a, b)
        if not _confirmed(kind, step, at, place, crossed):
            return
        status, residual = _outcome(at, place, step.length)
        if kind == "branch_point" and place.width < _CLOSE:
            at, status, residual = polished(step, test, place.part, at)
        if status and not _borne_out(kind, at.solved.multipliers):
            status = Status.UNRESOLVED
        point = _point(kind, at, name, state_names, span)
        found.append((place.part, replace(point, status=status, residual=residual)))

    if not crossed:  # a branch that turns where a multiplier only touches 1: a pitchfork, seen from
        look("branch_point", lambda s: s.slope, slope, step.slope)  # the branch that it bears
    if not found:
        look("cycle_fold", lambda s: s.slope, slope, step.slope)
    if not found and crossed:
        look(
            "branch_point",
            lambda s: unit_test(s.solved.multipliers),
            unit_test(values),
            unit_test(after),
        )
    look(
        "period_doubling",
        lambda s: doubling_test(s.solved.multipliers),
        doubling_test(values),
        doubling_test(after),
    )
    look(
        "torus",
        lambda s: torus_test(s.solved.multipliers),
        torus_test(values),
        torus_test(after),
    )
    return [point for _, point in sorted(found, key=lambda pair: pair[0])]


def unexplained(
    step: Advance, before: tuple[float, ComplexArray], after: ComplexArray, found: list[CyclePoint]
) -> bool:
    """Whether a multiplier passed 1 in a step though no fold or branch point lies in it.

    On one branch, resolved, that cannot be.
    """
    slope, values = before
    crossed = (unit_test(values) >= 0) != (unit_test(after) >= 0)
    turned = (slope >= 0) != (step.slope >= 0)
    resolved = all(abs(some[0] - 1.0) < _TRIVIAL for some in (values, after))
    known = any(point.kind in ("cycle_fold", "branch_point") for point in found)
    return crossed and resolved and not turned and not known


def sign_changes(
    step: Advance, before: tuple[float, ComplexArray], after: ComplexArray
) -> frozenset[str]:
    """Return which test functions change sign in a step."""
    slope, values = before
    tests = {
        "slope": (slope, step.slope),
        "unit": (unit_test(values), unit_test(after)),
        "doubling": (doubling_test(values), doubling_test(after)),
        "torus": (torus_test(values), torus_test(after)),
    }
    return frozenset(name for name, (a, b) in tests.items() if (a >= 0) != (b >= 0))


def resolved(
    placed: list[tuple[int, CyclePoint]], parameter: Array, width: float
) -> tuple[list[CyclePoint], int]:
    """Leave out pairs of one kind that no parameter value separates; tell how many points.

    Two neighbours of one kind undo each other. If the parameter does not vary between them by more
    than 1e-9 of the range, as in a canard explosion, they cannot be told from none.

    Parameters
    ----------
    placed : list of (index of the cycle after the point, point)
    parameter : (n_cycles,) float
    width : float
        Of the range.
    """
    kept: list[tuple[int, CyclePoint]] = []
    left_out = 0
    for place, point in placed:
        same = [i for i, (_, other) in enumerate(kept) if other.kind == point.kind]
        if same:
            first = kept[same[-1]][0]
            values = np.append(parameter[first:place], kept[same[-1]][1].parameter)
            if np.max(np.abs(values - point.parameter)) < UNRESOLVED * width:
                del kept[same[-1]]
                left_out += 2
                continue
        kept.append((place, point))
    return [point for _, point in kept], left_out


def _locate(
    step: Advance, test: Callable[[Advance], float], a: float, b: float
) -> tuple[Bracket, Advance]:
    """Zero of a test function along the step, and the cycle there or the nearest one known."""
    seen: dict[float, Advance] = {1.0: step}

    def cycle(part: float) -> Advance:
        near = min(seen, key=lambda other: abs(other - part))
        if abs(near - part) < _NEAR:
            return between(step, part * step.length, seen[near])
        return between(step, part * step.length)

    def value(part: float) -> float:
        seen[part] = cycle(part)
        return test(seen[part])

    found = bracket(value, a, b, _PRECISION)
    if found.part not in seen:
        with contextlib.suppress(NumericalError):  # at a branch point the equations are singular
            seen[found.part] = cycle(found.part)
    nearest = min(seen, key=lambda part: abs(part - found.part))
    return replace(found, narrowed=found.narrowed and nearest == found.part), seen[nearest]


def _outcome(at: Advance, place: Bracket, length: float) -> tuple[Status, float]:
    if place.narrowed:
        return Status.OK, at.solved.residual
    return Status.NOT_CONVERGED, place.width * length


def _confirmed(kind: CycleKind, step: Advance, at: Advance, place: Bracket, crossed: bool) -> bool:
    """Tell a bifurcation from a sign change that only looks like one.

    A multiplier that crossed 1 in a bracket too wide to look closer is kept; a branch that turns in
    one is asked for a fold next.
    """
    rest = nontrivial(at.solved.multipliers)
    if kind == "branch_point" and place.width > _CLOSE:
        return crossed
    if kind == "branch_point":
        # at a fold the bordered system is regular, at a branch point it is singular
        usual = min(step.solved.condensed.amplification(), _REGULAR)
        return at.solved.condensed.amplification() > _SINGULAR * usual
    if kind == "torus":
        i, j = np.triu_indices(len(rest), 1)
        nearest = int(np.argmin(np.abs(rest[i] * rest[j] - 1)))
        return bool(abs(rest[i[nearest]].imag) > _REAL)
    return True


def _borne_out(kind: CycleKind, multipliers: ComplexArray) -> bool:
    """Whether the multipliers at a special point are what its kind demands.

    In a deep canard they span more digits than a float has, and a sign change there may be none.
    """
    others = nontrivial(multipliers)
    distance = {
        "cycle_fold": others - 1.0,
        "branch_point": others - 1.0,
        "period_doubling": others + 1.0,
        "torus": np.abs(others) - 1.0,
    }[kind]
    resolved = abs(multipliers[0] - 1.0) < _TRIVIAL
    return bool(resolved and np.abs(distance).min() < _CRITICAL)


def _point(
    kind: CycleKind,
    at: Advance,
    name: str,
    state_names: tuple[str, ...],
    span: tuple[float, float],
) -> CyclePoint:
    orbit, values, frame = at.orbit, at.solved.multipliers, at.ray.frame
    way = at.ray.tangent
    return CyclePoint(
        kind,
        name,
        orbit.lam,
        orbit.period,
        as_cycle(orbit, name, state_names, values),
        values,
        Status.OK,
        at.solved.residual,
        span,
        Step(way.x * frame.states, way.log_period, way.lam * frame.parameter),
    )
