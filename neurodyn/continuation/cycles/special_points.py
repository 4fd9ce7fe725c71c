"""Find the special points inside one step of a branch of cycles."""

from __future__ import annotations

import contextlib

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation.floquet import (
    doubling_test,
    nontrivial,
    torus_test,
    unit_test,
)
from neurodyn.continuation.cycles.branch_point import CLOSE, polished
from neurodyn.continuation.cycles.curve import CycleStride, SolvedCycle, refined
from neurodyn.continuation.cycles.cycle import CycleKind, CyclePoint, as_cycle
from neurodyn.continuation.walk.bracket import Bracket, zero
from neurodyn.errors import NumericalError
from neurodyn.status import Status

UNRESOLVED = 1e-9
"""Part of the range below which two parameter values cannot be told apart on a steep branch."""
_PRECISION = 1e-11  # of the step
_SINGULAR = 1e3  # a branch point amplifies a right-hand side at least this much more
_REGULAR = 10.0  # amplification of a system that is not nearly singular, in scaled variables
_REAL = 1e-3
_CROSSING = {"cycle_fold": 1, "branch_point": 1, "period_doubling": 1, "torus": 2}
"""Multipliers that cross the unit circle at a point of each kind."""
_TRIVIAL = 1e-6  # distance of the trivial multiplier from 1 at a cycle that is resolved
_HOPELESS = 0.1  # ... and at one that no mesh will resolve, in a deep canard
_HALVINGS = 3  # of the mesh, at a point that multipliers do not bear out
_CRITICAL = 1e-2  # distance of the critical multiplier from where it has to be


def tests(cycle: SolvedCycle) -> dict[str, float]:
    """Return what vanishes at special points of each kind."""
    values = cycle.multipliers
    return {
        "slope": cycle.slope,
        "unit": unit_test(values),
        "doubling": doubling_test(values),
        "torus": torus_test(values),
    }


def sign_changes(stride: CycleStride) -> frozenset[str]:
    """Return which test functions change sign in a stride; "count" where stability changes."""
    before, after = tests(stride.start), tests(stride.end)
    changed = {name for name, a in before.items() if (a >= 0) != (after[name] >= 0)}
    return frozenset(changed | ({"count"} if _change(stride) else set()))


def unstable(cycle: SolvedCycle) -> int:
    """Return the number of multipliers outside the unit circle."""
    return int((np.abs(nontrivial(cycle.multipliers)) > 1.0).sum())


def is_resolved(cycle: SolvedCycle) -> bool:
    """Whether the mesh bears out the multipliers: the trivial one is known."""
    return bool(abs(cycle.multipliers[0] - 1.0) < _TRIVIAL)


def _change(stride: CycleStride) -> int:
    """Return by how much that number changes in a stride, where multipliers are resolved."""
    if not (is_resolved(stride.start) and is_resolved(stride.end)):
        return 0
    return abs(unstable(stride.end) - unstable(stride.start))


def cycle_points_in(
    stride: CycleStride,
    name: str,
    state_names: tuple[str, ...],
    span: tuple[float, float],
    turns: bool | None = None,
) -> list[CyclePoint]:
    """Return the special points of one stride, in order.

    ``turns`` tells whether a branch turns of which the slope is zero to rounding.
    """
    changed = sign_changes(stride)
    found: list[tuple[float, CyclePoint]] = []

    def look(kind: CycleKind, test: str) -> None:
        if test in changed:
            part, point = _located(stride, kind, test, "unit" in changed)
            if point is not None:
                found.append((part, _as_point(point, name, state_names, span)))

    if turns is not None:
        look("branch_point", "unit")
        if turns and not found:
            look("cycle_fold", "unit")
        if turns and not found:
            look("cycle_fold", "slope")
    else:
        if "unit" not in changed:  # a branch that turns where a multiplier only touches 1: a
            look("branch_point", "slope")  # pitchfork, seen from the branch that it bears
        if not found:
            look("cycle_fold", "slope")
        if not found:
            look("branch_point", "unit")
    look("period_doubling", "doubling")
    look("torus", "torus")
    return [point for _, point in sorted(found, key=lambda pair: pair[0])]


def unexplained(stride: CycleStride, found: list[CyclePoint]) -> bool:
    """Whether stability changes in a stride by more than the special points in it explain.

    On one branch, resolved, there is then more than one of them, or the step led elsewhere.
    """
    return _change(stride) > sum(_CROSSING[point.kind] for point in found)


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


_Found = tuple[CycleKind, SolvedCycle, Status, float]


def _located(
    stride: CycleStride, kind: CycleKind, name: str, crossed: bool, finer: int = _HALVINGS
) -> tuple[float, _Found | None]:
    """Return where a test function vanishes, and the point there if it is one of this kind.

    Where only the mesh is too coarse to bear the point out, it is found again on a finer one.
    """

    def test(cycle: SolvedCycle) -> float:
        return cycle.slope if name == "slope" else tests(cycle)[name]

    place, at = zero(stride, test, test(stride.start), test(stride.end), _PRECISION)
    if at is None or not _confirmed(kind, stride, at, place, crossed):
        return place.part, None
    length = abs(stride.length - stride.begin)
    status, residual = Status.NOT_CONVERGED, place.width * length
    if place.narrowed:
        status, residual = Status.OK, at.residual
    if kind == "branch_point":
        at, status, residual = polished(stride, test, place, at)
    if status and not _borne_out(kind, at.multipliers):
        with contextlib.suppress(NumericalError):
            if finer > 0 and _is_coarse(at.multipliers):
                return _located(refined(stride), kind, name, crossed, finer - 1)
        status = Status.UNRESOLVED
    return place.part, (kind, at, status, residual)


def _confirmed(
    kind: CycleKind, stride: CycleStride, at: SolvedCycle, place: Bracket, crossed: bool
) -> bool:
    """Tell a bifurcation from a sign change that only looks like one.

    A multiplier that crossed 1 in a bracket too wide to look closer is kept; a branch that turns in
    one is asked for a fold next.
    """
    rest = nontrivial(at.multipliers)
    if kind == "branch_point" and place.width > CLOSE:
        return crossed
    if kind == "branch_point":
        # at a fold the bordered system is regular, at a branch point it is singular
        usual = min(stride.end.condensed.amplification(), _REGULAR)
        return at.condensed.amplification() > _SINGULAR * usual
    if kind == "torus":
        i, j = np.triu_indices(len(rest), 1)
        nearest = int(np.argmin(np.abs(rest[i] * rest[j] - 1)))
        return bool(abs(rest[i[nearest]].imag) > _REAL)
    return True


def _borne_out(kind: CycleKind, multipliers: ComplexArray) -> bool:
    """Whether the multipliers at a special point are what its kind demands.

    In a deep canard they span more digits than a float has, and a sign change there may be none.
    The cycle at a branch point is interpolated, and its multiplier 1 is double: known to the root.
    """
    others = nontrivial(multipliers)
    distance = {
        "cycle_fold": others - 1.0,
        "branch_point": others - 1.0,
        "period_doubling": others + 1.0,
        "torus": np.abs(others) - 1.0,
    }[kind]
    trivial = _TRIVIAL**0.5 if kind == "branch_point" else _TRIVIAL
    return bool(abs(multipliers[0] - 1.0) < trivial and np.abs(distance).min() < _CRITICAL)


def _is_coarse(multipliers: ComplexArray) -> bool:
    """Whether the trivial multiplier is off by so much, and so little, that a finer mesh helps."""
    return bool(_TRIVIAL <= abs(multipliers[0] - 1.0) < _HOPELESS)


def _as_point(
    found: _Found,
    name: str,
    state_names: tuple[str, ...],
    span: tuple[float, float],
) -> CyclePoint:
    kind, at, status, residual = found
    direction = at.chart.frame.step(at.chart.tangent)
    orbit, values = at.orbit, at.multipliers
    cycle = as_cycle(orbit, name, state_names, values)
    return CyclePoint(
        kind, name, orbit.lam, orbit.period, cycle, values, status, residual, span, direction
    )
