"""Special points of a branch of equilibria.

A sign change of a test function brackets the point, bisection of the branch narrows it down, and
Newton's method on an extended system (:mod:`neurodyn.continuation.equilibria.extended_systems`)
finishes. A stride is cut where several eigenvalues cross in it, so that every change of stability
is explained by a point, or told in a note.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equations.normal_form import (
    HopfNormalForm,
    LocalEquations,
    critical_vectors,
    fold_normal_form,
    hopf_normal_form,
)
from neurodyn.continuation.equations.system import System, fastest_rate
from neurodyn.continuation.equilibria import extended_systems as extended
from neurodyn.continuation.equilibria.crossings import single_crossings
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.walk.bracket import zero
from neurodyn.continuation.walk.curve import inner
from neurodyn.continuation.walk.vector_curve import VectorPoint, VectorStride
from neurodyn.equilibria.eigenvalues import by_real_part, pair_sums
from neurodyn.equilibria.newton import Root
from neurodyn.model import Model
from neurodyn.status import Status

_REACH = 0.02  # how far Newton may move from the bracket, in sizes of the branch
_NARROW = 1e-4  # part of a stride to which a bracket is narrowed before Newton takes over
_INFLATED = 1e3  # most that a state counts as, in its value and its declared scale
_RESOLVED = 0.1  # largest part by which a coefficient may change with the rounding of its point
_ROUNDING = 1e-12  # least error of a point, relative to its states
_PERFECT = 1e-7  # a true branch point needs no unfolding larger than this (scaled)


_NO_FORM = HopfNormalForm(complex("nan"), complex("nan"), float("nan"), 0.0)
_CROSSING = {"fold": 1, "branch_point": 1, "hopf": 2, "neutral_saddle": 0}
"""Eigenvalues that cross the imaginary axis at a point of each kind."""


@dataclass(frozen=True)
class BranchProblem:
    """What is needed to locate points on a branch: equations, parameter and sizes."""

    model: Model
    name: str
    span: tuple[float, float]
    system: System
    scales: Array
    """Size of each state on the branch, (n,)."""
    notes: list[str] = field(default_factory=list)
    """Sentences about what was seen on the branch and is no special point."""

    def near(self, u: Array) -> BranchProblem:
        """Return the problem with the sizes that matter at a point.

        On a branch that runs away the range covered says nothing about the states at a point of it.
        """
        most = _INFLATED * np.maximum(np.abs(u[:-1]), self.model.scales)
        return replace(self, scales=np.minimum(self.scales, most))

    def eigenvalues(self, u: Array) -> ComplexArray:
        """Eigenvalues at a point (x, lam), sorted by real part, largest first."""
        return by_real_part(np.linalg.eigvals(self.matrix(u)))

    def matrix(self, u: Array) -> Array:
        """Jacobian in the scaled states, per unit of time."""
        s = self.scales
        return self.system.jacobian(u[:-1], u[-1:]) * s[None, :] / s[:, None]

    def spectra(self, u: Array) -> ComplexArray:
        """Eigenvalues at many points (M, n + 1), (M, n); NaN where the Jacobian is not finite."""
        s = self.scales
        matrices = np.moveaxis(self.system.parts(u[:, :-1].T, u[:, -1:].T)[1], -1, 0)
        matrices = matrices * (s[None, :] / s[:, None])
        finite = np.isfinite(matrices).all(axis=(1, 2))
        values = np.full((len(u), len(s)), np.nan, complex)
        values[finite] = np.linalg.eigvals(matrices[finite])
        return values


def special_points_in(
    problem: BranchProblem, strides: Sequence[VectorStride]
) -> list[SpecialPoint]:
    """Return the special points of a stretch of curve, in its order."""
    found: list[SpecialPoint] = []
    for stride, unstable, turned in single_crossings(problem.spectra, strides):
        here = _points_in(problem, stride, turned)
        crossed = sum(_CROSSING[point.kind] for point in here)
        if abs(unstable[1] - unstable[0]) > crossed:
            problem.notes.append(_unexplained(problem, stride, unstable))
        found += here
    return found


def _unexplained(problem: BranchProblem, stride: VectorStride, unstable: tuple[int, int]) -> str:
    a, b = sorted([stride.start.u[-1], stride.end.u[-1]])
    return (
        f"between {problem.name} = {a:.9g} and {b:.9g} the number of unstable eigenvalues changes "
        f"from {unstable[0]} to {unstable[1]}, and no special point explains it: several cross at "
        "once (a symmetry), or the equations are singular there"
    )


def _points_in(problem: BranchProblem, stride: VectorStride, turned: bool) -> list[SpecialPoint]:
    """Return the special points of one stride, in order.

    ``turned`` tells whether the product of sums of two eigenvalues changes sign.
    """
    a, b = stride.start, stride.end
    tests: list[tuple[str, Callable[[VectorPoint], float]]] = []
    if (a.determinant >= 0) != (b.determinant >= 0):
        tests.append(("branch_point", lambda point: point.determinant))
    elif (a.tangent[-1] >= 0) != (b.tangent[-1] >= 0):
        tests.append(("fold", lambda point: float(point.tangent[-1])))

    def hopf_test(point: VectorPoint) -> float:
        return float(pair_sums(problem.eigenvalues(point.u)))

    if turned:
        tests.append(("hopf", hopf_test))
    found = []
    for kind, test in tests:
        special = _locate(problem, stride, kind, test)
        if special is not None:
            found.append((_along(special, stride), special))
    return [special for _, special in sorted(found, key=lambda pair: pair[0])]


def _along(special: SpecialPoint, stride: VectorStride) -> float:
    off = np.append(special.x, special.parameter) - stride.first
    return inner(stride.chart, off, stride.chord)


def _locate(
    problem: BranchProblem,
    stride: VectorStride,
    kind: str,
    test: Callable[[VectorPoint], float],
) -> SpecialPoint | None:
    a, b = stride.start, stride.end
    found, near = zero(stride, test, test(a), test(b), _NARROW)
    guess = stride.first + found.part * stride.chord
    if near is not None and found.narrowed:
        guess = near.u
    problem = problem.near(guess)
    u, located = _polish(problem, guess, kind)
    distance = np.max(np.abs(u - guess) / b.scale)
    if located is not None and not (located.root.status and distance < _REACH):
        located = None
    if located is not None and kind == "branch_point" and abs(located.kappa) > _PERFECT:
        problem.notes.append(_imperfect(problem, u, located.kappa))
        return None
    if located is None:
        chord = float(np.max(np.abs(b.u - a.u) / b.scale))
        root = Root(guess, Status.NOT_CONVERGED, found.width * chord, np.inf, 0)
        u, kappa = guess, np.nan
        if kind == "hopf":
            kappa = extended.hopf_vectors(problem.matrix(u))[2]
    else:
        root, kappa = located.root, located.kappa
    common = _common(problem, u, root)
    if kind == "hopf" and kappa > 0:
        return _hopf_point(problem, u, float(np.sqrt(kappa)), common)
    if kind == "fold":
        a_coefficient, _ = fold_normal_form(local_equations(problem, u))
        return SpecialPoint(kind="fold", coefficient=a_coefficient, **common)
    return SpecialPoint(kind="neutral_saddle" if kind == "hopf" else "branch_point", **common)


def _imperfect(problem: BranchProblem, u: Array, unfolding: float) -> str:
    return (
        f"two branches come close at {problem.name} = {u[-1]:.9g} without crossing (an imperfect "
        f"branch point, unfolding {abs(unfolding):.1e}); the branch may go on along the other one"
    )


def _common(problem: BranchProblem, u: Array, root: Root) -> dict[str, Any]:
    """Fields that all special points share."""
    return {
        "parameter_name": problem.name,
        "parameter": float(u[-1]),
        "state": dict(zip(problem.model.state_names, u[:-1].tolist(), strict=True)),
        "eigenvalues": problem.eigenvalues(u),
        "status": root.status,
        "residual": root.residual,
        "condition": root.condition,
        "span": problem.span,
        "scales": problem.scales,
    }


def _polish(problem: BranchProblem, u: Array, kind: str) -> tuple[Array, extended.Located | None]:
    """Newton on the extended system, in scaled variables."""
    n = problem.system.n
    size = problem.span[1] - problem.span[0]
    values = problem.eigenvalues(u)
    if kind == "hopf":
        time = 1.0 / np.sqrt(abs(extended.hopf_vectors(problem.matrix(u))[2]))
        solve = extended.solve_hopf
    else:
        fastest = float(np.max(np.abs(values)))
        tiny = 1e-9 * fastest_rate(problem.system, u, problem.scales, np.array([size]))
        time = 1.0 / (fastest if fastest > tiny else tiny * 1e9)
        solve = extended.solve_fold if kind == "fold" else extended.solve_branch_point
    system = problem.system.scaled(problem.scales, np.array([size]), float(time))
    try:
        found = solve(system, u[:n] / problem.scales, u[n:] / size)
    except np.linalg.LinAlgError:
        return u, None
    kappa = found.kappa / time**2 if kind == "hopf" else found.kappa
    located = extended.Located(found.x, found.lam, found.vector, float(kappa), found.root)
    return np.append(found.x * problem.scales, found.lam * size), located


def local_equations(problem: BranchProblem, u: Array) -> LocalEquations:
    """Return the equations at (x, lam) for normal forms."""
    return LocalEquations(
        problem.model, u[:-1], {problem.name: float(u[-1])}, problem.scales, problem.matrix(u)
    )


def _hopf_point(
    problem: BranchProblem, u: Array, omega: float, common: dict[str, Any]
) -> HopfPoint:
    form, speed = _NO_FORM, float("nan")
    with contextlib.suppress(np.linalg.LinAlgError):  # the point is kept without
        form = _determined(problem, u, omega, common["residual"])
        speed = _crossing_speed(problem, u, omega)
    if not np.isfinite(form.c_1):
        problem.notes.append(_without_form(problem, u))
    return HopfPoint(
        kind="hopf",
        omega=omega,
        first_lyapunov=form.c_1.real / omega,
        re_c1=form.c_1.real,
        criticality=form.criticality,
        crossing_speed=speed,
        **common,
    )


def _determined(problem: BranchProblem, u: Array, omega: float, residual: float) -> HopfNormalForm:
    """Return the normal form, or one of NaN if rounding of the point alone would change it.

    So it is where a further eigenvalue is 0, i omega or 2 i omega: the expansion does not exist.
    """
    form = hopf_normal_form(local_equations(problem, u), omega)
    off = max(_ROUNDING, residual) * np.append(problem.scales, u[-1])
    off[1:-1:2] *= -1.0
    beside = hopf_normal_form(local_equations(problem, u + off), omega)
    change = abs(beside.c_1 - form.c_1)
    return form if change <= _RESOLVED * (abs(form.c_1) + _PERFECT * form.size) else _NO_FORM


def _without_form(problem: BranchProblem, u: Array) -> str:
    return (
        f"the Hopf point at {problem.name} = {u[-1]:.9g} has no first Lyapunov coefficient: a "
        "further eigenvalue is 0 there, or in resonance with the pair (a point of codimension two, "
        "or a symmetry)"
    )


def polished_hopf(problem: BranchProblem, u: Array) -> HopfPoint | None:
    """Return the Hopf point that Newton's method reaches from a point near one, or None."""
    problem = problem.near(u)
    u, located = _polish(problem, u, "hopf")
    if located is None or not located.root.status or not located.kappa > 0:
        return None
    return _hopf_point(problem, u, float(np.sqrt(located.kappa)), _common(problem, u, located.root))


def _crossing_speed(problem: BranchProblem, u: Array, omega: float) -> float:
    """d Re(mu) / d lambda = Re <p, (dA/dlambda) q> along the branch of equilibria."""
    x, lam = u[:-1], u[-1:]
    q, p = critical_vectors(problem.matrix(u), omega, problem.scales)
    slope = -np.linalg.solve(problem.system.jacobian(x, lam), problem.system.by_parameter(x, lam))
    step = 1e-5 * (problem.span[1] - problem.span[0])
    reach = np.max(np.abs(slope[:, 0] * step) / (problem.scales * 1e-4))
    step /= max(1.0, reach)
    direction = np.append(slope[:, 0], 1.0) * step
    change = (problem.matrix(u + direction) - problem.matrix(u - direction)) / (2 * step)
    return float(np.vdot(p, change @ q).real)
