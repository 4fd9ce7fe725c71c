"""Eigenvalues that cross the imaginary axis together, as the symmetry of equal cells has them do.

No test function of one crossing tells them apart, and extended systems are singular there. The mean
of their real parts is smooth along the branch, whatever the single ones do, and vanishes at the
point.
"""

from __future__ import annotations

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equilibria.hopf_point import hopf_point
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.equilibria.problem import BranchProblem
from neurodyn.continuation.walk.bracket import zero
from neurodyn.continuation.walk.curve import inner
from neurodyn.continuation.walk.vector_curve import VectorStride
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_PRECISION = 1e-10  # of the stride, which is itself a small part of a step
_TURNING = 10.0  # imaginary part against the real one, at the ends of the stride, of a pair
_TOGETHER = 1e-6  # spread of the real parts, against the eigenvalues, of those that cross at once
_ASIDE, _STILL = 0.01, 0.1  # parts of a stride, and frequency of a pair beside it that has none
_ALIKE = 1e-6  # part by which the frequencies of equal pairs differ


def points_at_once(problem: BranchProblem, stride: VectorStride, count: int) -> list[SpecialPoint]:
    """Return the points at which ``count`` eigenvalues cross together in a short stride.

    One branch point for those that are zero, and one Hopf point for each frequency. Empty where
    they cross one after the other.
    """

    def group(u: Array) -> ComplexArray:
        values = problem.eigenvalues(u)
        return values[np.argsort(np.abs(values.real), kind="stable")[:count]]

    def mean(u: Array) -> float:
        return float(group(u).real.mean())

    before, after = mean(stride.start.u), mean(stride.end.u)
    if (before >= 0) == (after >= 0):
        return []
    place, at = zero(stride, lambda point: mean(point.u), before, after, _PRECISION)
    if at is None:
        return []
    problem, values = problem.near(at.u), group(at.u)
    sizes = np.abs(problem.eigenvalues(at.u))
    if np.ptp(values.real) > _TOGETHER * float(sizes.max()):
        return []
    status = Status.OK if place.narrowed else Status.LOCATED
    common = problem.described(
        at.u, status, place.width * abs(stride.length - stride.begin), np.inf
    )
    moved = np.mean([np.abs(group(point.u).real) for point in (stride.start, stride.end)])
    real = int((np.abs(values.imag) < _TURNING * moved).sum())
    points: list[SpecialPoint] = []
    if real:
        points.append(SpecialPoint(kind="branch_point", multiplicity=real, **common))
    turning = np.sort(values.imag[values.imag >= _TURNING * moved])
    while len(turning):
        alike = turning < turning[0] * (1 + _ALIKE)
        points.append(_pairs(problem, at.u, turning[alike], common))
        turning = turning[~alike]
    return points


def are_real(problem: BranchProblem, stride: VectorStride, point: SpecialPoint) -> bool:
    """Whether the pair at a Hopf point in a stride is two real eigenvalues that vanish at once.

    Rounding makes a slow pair of these. Beside the point they have no frequency.
    """
    off = np.append(point.x, point.parameter) - stride.first
    length = inner(stride.chart, stride.chord, stride.chord)
    part = inner(stride.chart, off, stride.chord) / length
    try:
        beside = [stride.at(part + aside) for aside in (-_ASIDE, _ASIDE)]
    except NumericalError:
        return False
    values = np.array([problem.eigenvalues(one.u) for one in beside])
    nearest = np.argsort(np.abs(values), axis=1)[:, :2]
    pair = np.take_along_axis(values, nearest, axis=1)
    return bool((np.abs(pair.imag) < _STILL * np.abs(pair.real)).all())


def _pairs(problem: BranchProblem, u: Array, omegas: Array, common: dict) -> HopfPoint:
    """Return a Hopf point of several pairs; with a normal form where there is one pair."""
    if len(omegas) == 1:
        return hopf_point(problem, u, float(omegas[0]), common)
    omega = float(omegas.mean())
    return HopfPoint(kind="hopf", omega=omega, multiplicity=len(omegas), **common)
