"""Special points of a branch of equilibria.

A sign change of a test function brackets the point, bisection of the branch narrows it down, and
Newton's method on an extended system (:mod:`neurodyn.continuation.equilibria.extended_systems`)
finishes. A stride is cut where several eigenvalues cross in it, so that every change of stability
is explained by a point, or told in a note.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equations.normal_form import fold_normal_form
from neurodyn.continuation.equations.system import fastest_rate
from neurodyn.continuation.equilibria import extended_systems as extended
from neurodyn.continuation.equilibria.at_once import are_real, points_at_once
from neurodyn.continuation.equilibria.crossings import single_crossings
from neurodyn.continuation.equilibria.hopf_point import hopf_point
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.equilibria.problem import BranchProblem
from neurodyn.continuation.walk.bracket import zero
from neurodyn.continuation.walk.curve import inner
from neurodyn.continuation.walk.vector_curve import VectorPoint, VectorStride
from neurodyn.equilibria.eigenvalues import pair_sums
from neurodyn.equilibria.newton import Root
from neurodyn.status import Status

_REACH = 0.02  # how far Newton may move from the bracket, in sizes of the branch
_NARROW = 1e-4  # part of a stride to which a bracket is narrowed before Newton takes over
_PERFECT = 1e-7  # a true branch point needs no unfolding larger than this (scaled)


def special_points_in(
    problem: BranchProblem, strides: Sequence[VectorStride]
) -> list[SpecialPoint]:
    """Return the special points of a stretch of curve, in its order."""
    found: list[SpecialPoint] = []
    for stride, unstable, turned in single_crossings(problem.spectra, strides):
        change, notes = abs(unstable[1] - unstable[0]), len(problem.notes)
        here = _points_in(problem, stride, turned)
        explained = [point for point in here if point.status]
        if change > 1:
            explained = [
                point
                for point in explained
                if not (isinstance(point, HopfPoint) and are_real(problem, stride, point))
            ]
        if change > max(1, sum(point.crossing for point in explained)):
            several = points_at_once(problem, stride, change)
            if several:
                here = several
                del problem.notes[notes:]
                problem.notes.append(_at_once(several))
        if change > sum(point.crossing for point in here):
            problem.notes.append(_unexplained(problem, stride, unstable))
        found += here
    return found


def _at_once(points: Sequence[SpecialPoint]) -> str:
    count = sum(point.crossing for point in points)
    return (
        f"at {points[0].parameter_name} = {points[0].parameter:.9g}, {count} eigenvalues cross the "
        "imaginary axis at once, as with a symmetry: there is no normal form of one pair, and more "
        "branches leave the point than the linear part tells"
    )


def _unexplained(problem: BranchProblem, stride: VectorStride, unstable: tuple[int, int]) -> str:
    a, b = sorted([stride.start.u[-1], stride.end.u[-1]])
    return (
        f"between {problem.name} = {a:.9g} and {b:.9g} the number of unstable eigenvalues changes "
        f"from {unstable[0]} to {unstable[1]}, and no special point explains it; the equations may "
        "be singular there"
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
    common = problem.described(u, root.status, root.residual, root.condition)
    if kind == "hopf" and kappa > 0:
        return hopf_point(problem, u, float(np.sqrt(kappa)), common)
    if kind == "fold":
        a_coefficient, _ = fold_normal_form(problem.local_equations(u))
        return SpecialPoint(kind="fold", coefficient=a_coefficient, **common)
    return SpecialPoint(kind="neutral_saddle" if kind == "hopf" else "branch_point", **common)


def _imperfect(problem: BranchProblem, u: Array, unfolding: float) -> str:
    return (
        f"two branches come close at {problem.name} = {u[-1]:.9g} without crossing (an imperfect "
        f"branch point, unfolding {abs(unfolding):.1e}); the branch may go on along the other one"
    )


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


def polished_hopf(problem: BranchProblem, u: Array) -> HopfPoint | None:
    """Return the Hopf point that Newton's method reaches from a point near one, or None."""
    problem = problem.near(u)
    u, located = _polish(problem, u, "hopf")
    if located is None or not located.root.status or not located.kappa > 0:
        return None
    root = located.root
    common = problem.described(u, root.status, root.residual, root.condition)
    return hopf_point(problem, u, float(np.sqrt(located.kappa)), common)
