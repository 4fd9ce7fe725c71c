"""A Hopf point with its normal form, where the point determines one."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equations.normal_form import (
    HopfNormalForm,
    critical_vectors,
    hopf_normal_form,
)
from neurodyn.continuation.equilibria.points import HopfPoint
from neurodyn.continuation.equilibria.problem import BranchProblem

_RESOLVED = 0.1  # largest part by which a coefficient may change with the rounding of its point
_ROUNDING = 1e-12  # least error of a point, relative to its states
_VANISHING = 1e-7  # part of the terms of a coefficient that is none
_NO_FORM = HopfNormalForm(complex("nan"), complex("nan"), float("nan"), 0.0)


def hopf_point(problem: BranchProblem, u: Array, omega: float, common: dict[str, Any]) -> HopfPoint:
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
    form = hopf_normal_form(problem.local_equations(u), omega)
    off = max(_ROUNDING, residual) * np.append(problem.scales, u[-1])
    off[1:-1:2] *= -1.0
    beside = hopf_normal_form(problem.local_equations(u + off), omega)
    change = abs(beside.c_1 - form.c_1)
    return form if change <= _RESOLVED * (abs(form.c_1) + _VANISHING * form.size) else _NO_FORM


def _without_form(problem: BranchProblem, u: Array) -> str:
    return (
        f"the Hopf point at {problem.name} = {u[-1]:.9g} has no first Lyapunov coefficient: a "
        "further eigenvalue is 0 there, or in resonance with the pair (a point of codimension two, "
        "or a symmetry)"
    )


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
