"""Find the special points between two neighbouring points of a branch of equilibria.

A sign change of a test function brackets the point, bisection of the branch narrows it down, and
Newton's method on an extended system (:mod:`neurodyn.continuation.extended`) finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation import extended
from neurodyn.continuation.arclength import Curve, CurvePoint, on_plane
from neurodyn.continuation.bracket import Bracket, bracket
from neurodyn.continuation.defining import pair_sums
from neurodyn.continuation.newton import Root
from neurodyn.continuation.normal_form import (
    HopfNormalForm,
    LocalEquations,
    critical_vectors,
    fold_normal_form,
    hopf_normal_form,
)
from neurodyn.continuation.special_points import HopfPoint, SpecialPoint
from neurodyn.continuation.system import System, fastest_rate
from neurodyn.errors import NumericalError
from neurodyn.model import Model
from neurodyn.status import Status

_REACH = 0.02  # how far Newton may move from the bracket, in sizes of the branch
_NARROW = 1e-4  # part of a step to which a bracket is narrowed before Newton takes over
_PERFECT = 1e-7  # a true branch point needs no unfolding larger than this (scaled)


@dataclass(frozen=True)
class Branch:
    """What is needed to locate points on a branch: equations, parameter and sizes."""

    model: Model
    name: str
    span: tuple[float, float]
    system: System
    curve: Curve
    scales: Array
    """Size of each state on the branch, (n,)."""
    notes: list[str] = field(default_factory=list)
    """Sentences about what was seen on the branch and is no special point."""

    def eigenvalues(self, u: Array) -> ComplexArray:
        """Eigenvalues at a point (x, lam), sorted by real part, largest first."""
        matrix = self.matrix(u)
        values = np.linalg.eigvals(matrix).astype(complex)
        return values[np.lexsort((-np.imag(values), -np.real(values)))]

    def matrix(self, u: Array) -> Array:
        """Jacobian in the scaled states, per unit of time."""
        s = self.scales
        return self.system.jacobian(u[:-1], u[-1:]) * s[None, :] / s[:, None]


def hopf_test(values: ComplexArray) -> float:
    """Product over pairs of (mu_i + mu_j) / (|mu_i| + |mu_j|); zero at Hopf and neutral saddle."""
    return pair_sums(values)


def hopf_tests(branch: Branch, points: Sequence[CurvePoint]) -> list[float]:
    """Return :func:`hopf_test` at points of the branch, all eigenvalues at once."""
    u, s = np.array([point.u for point in points]).T, branch.scales
    matrices = branch.system.parts(u[:-1], u[-1:])[1] * (s[None, :] / s[:, None])[:, :, None]
    return [hopf_test(values) for values in np.linalg.eigvals(np.moveaxis(matrices, -1, 0))]


def special_points_between(
    branch: Branch, a: CurvePoint, b: CurvePoint, values: tuple[float, float]
) -> list[SpecialPoint]:
    """Return the special points between two neighbours, in the order of the branch.

    ``values`` are those of :func:`hopf_test` at both.
    """
    tests: list[tuple[str, Callable[[CurvePoint], float]]] = []
    if (a.determinant >= 0) != (b.determinant >= 0):
        tests.append(("branch_point", lambda point: point.determinant))
    elif (a.tangent[-1] >= 0) != (b.tangent[-1] >= 0):
        tests.append(("fold", lambda point: float(point.tangent[-1])))
    if (values[0] >= 0) != (values[1] >= 0):
        tests.append(("hopf", lambda point: hopf_test(branch.eigenvalues(point.u))))
    found = []
    for kind, test in tests:
        special = _locate(branch, a, b, kind, test)
        if special is not None:
            found.append((_along(special, a, b), special))
    return [special for _, special in sorted(found, key=lambda pair: pair[0])]


def _along(special: SpecialPoint, a: CurvePoint, b: CurvePoint) -> float:
    chord = (b.u - a.u) / b.scale
    u = np.append(special.x, special.parameter)
    return float(((u - a.u) / b.scale) @ chord / (chord @ chord))


def _locate(
    branch: Branch, a: CurvePoint, b: CurvePoint, kind: str, test: Callable[[CurvePoint], float]
) -> SpecialPoint | None:
    guess, found = _bracketed(branch.curve, a, b, test)
    u, located = _polish(branch, guess, kind)
    distance = np.max(np.abs(u - guess) / b.scale)
    if located is not None and not (located.root.status and distance < _REACH):
        located = None
    if located is not None and kind == "branch_point" and abs(located.kappa) > _PERFECT:
        branch.notes.append(_imperfect(branch, u, located.kappa))
        return None
    if located is None:
        chord = float(np.max(np.abs(b.u - a.u) / b.scale))
        root = Root(guess, Status.NOT_CONVERGED, found.width * chord, np.inf, 0)
        u, kappa = guess, np.nan
        if kind == "hopf":
            kappa = extended.hopf_vectors(branch.matrix(u))[2]
    else:
        root, kappa = located.root, located.kappa
    common = _common(branch, u, root)
    if kind == "hopf" and kappa > 0:
        return _hopf_point(branch, u, float(np.sqrt(kappa)), common)
    if kind == "fold":
        a_coefficient, _ = fold_normal_form(local_equations(branch, u))
        return SpecialPoint(kind="fold", coefficient=a_coefficient, **common)
    return SpecialPoint(kind="neutral_saddle" if kind == "hopf" else "branch_point", **common)


def _imperfect(branch: Branch, u: Array, unfolding: float) -> str:
    return (
        f"two branches come close at {branch.name} = {u[-1]:.9g} without crossing (an imperfect "
        f"branch point, unfolding {abs(unfolding):.1e}); the branch may go on along the other one"
    )


def _common(branch: Branch, u: Array, root: Root) -> dict[str, Any]:
    """Fields that all special points share."""
    return {
        "parameter_name": branch.name,
        "parameter": float(u[-1]),
        "state": dict(zip(branch.model.state_names, u[:-1].tolist(), strict=True)),
        "eigenvalues": branch.eigenvalues(u),
        "status": root.status,
        "residual": root.residual,
        "condition": root.condition,
        "span": branch.span,
        "scales": branch.scales,
    }


def _bracketed(
    curve: Curve, a: CurvePoint, b: CurvePoint, test: Callable[[CurvePoint], float]
) -> tuple[Array, Bracket]:
    """Return the point of the curve where the test function changes sign, roughly."""
    found = bracket(lambda part: test(on_plane(curve, a, b, part)), test(a), test(b), _NARROW)
    try:
        return on_plane(curve, a, b, found.part).u, found
    except NumericalError:
        return a.u + found.part * (b.u - a.u), found


def _polish(branch: Branch, u: Array, kind: str) -> tuple[Array, extended.Located | None]:
    """Newton on the extended system, in scaled variables."""
    n = branch.system.n
    size = branch.span[1] - branch.span[0]
    values = branch.eigenvalues(u)
    if kind == "hopf":
        time = 1.0 / np.sqrt(abs(extended.hopf_vectors(branch.matrix(u))[2]))
        solve = extended.solve_hopf
    else:
        fastest = float(np.max(np.abs(values)))
        tiny = 1e-9 * fastest_rate(branch.system, u, branch.scales, np.array([size]))
        time = 1.0 / (fastest if fastest > tiny else tiny * 1e9)
        solve = extended.solve_fold if kind == "fold" else extended.solve_branch_point
    system = branch.system.scaled(branch.scales, np.array([size]), float(time))
    try:
        found = solve(system, u[:n] / branch.scales, u[n:] / size)
    except np.linalg.LinAlgError:
        return u, None
    kappa = found.kappa / time**2 if kind == "hopf" else found.kappa
    located = extended.Located(found.x, found.lam, found.vector, float(kappa), found.root)
    return np.append(found.x * branch.scales, found.lam * size), located


def local_equations(branch: Branch, u: Array) -> LocalEquations:
    """Return the equations at (x, lam) for normal forms."""
    return LocalEquations(
        branch.model, u[:-1], {branch.name: float(u[-1])}, branch.scales, branch.matrix(u)
    )


def _hopf_point(branch: Branch, u: Array, omega: float, common: dict[str, Any]) -> HopfPoint:
    try:
        form = hopf_normal_form(local_equations(branch, u), omega)
        speed = _crossing_speed(branch, u, omega)
    except np.linalg.LinAlgError:  # no normal form here; the point is kept without
        form, speed = HopfNormalForm(complex("nan"), complex("nan"), omega, 0.0), float("nan")
    return HopfPoint(
        kind="hopf",
        omega=omega,
        first_lyapunov=form.c_1.real / omega,
        re_c1=form.c_1.real,
        criticality=form.criticality,
        crossing_speed=speed,
        **common,
    )


def polished_hopf(branch: Branch, u: Array) -> HopfPoint | None:
    """Return the Hopf point that Newton's method reaches from a point near one, or None."""
    u, located = _polish(branch, u, "hopf")
    if located is None or not located.root.status or not located.kappa > 0:
        return None
    return _hopf_point(branch, u, float(np.sqrt(located.kappa)), _common(branch, u, located.root))


def _crossing_speed(branch: Branch, u: Array, omega: float) -> float:
    """d Re(mu) / d lambda = Re <p, (dA/dlambda) q> along the branch of equilibria."""
    x, lam = u[:-1], u[-1:]
    q, p = critical_vectors(branch.matrix(u), omega, branch.scales)
    slope = -np.linalg.solve(branch.system.jacobian(x, lam), branch.system.by_parameter(x, lam))
    step = 1e-5 * (branch.span[1] - branch.span[0])
    reach = np.max(np.abs(slope[:, 0] * step) / (branch.scales * 1e-4))
    step /= max(1.0, reach)
    direction = np.append(slope[:, 0], 1.0) * step
    change = (branch.matrix(u + direction) - branch.matrix(u - direction)) / (2 * step)
    return float(np.vdot(p, change @ q).real)
