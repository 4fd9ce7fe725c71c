"""Points of codimension two on a curve of folds or Hopf points."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equations.normal_form import (
    bogdanov_takens_coefficients,
    fold_normal_form,
    hopf_normal_form,
)
from neurodyn.continuation.two_parameter.curve import Codimension2Point, CurvePointKind
from neurodyn.continuation.two_parameter.defining_equations import PlaneEquations, sign_product
from neurodyn.continuation.two_parameter.fold_hopf_curve import FoldHopfCurve, equations_of
from neurodyn.continuation.walk.bracket import correction, zero
from neurodyn.continuation.walk.vector_curve import VectorStride
from neurodyn.equilibria.eigenvalues import pair_sums
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_PRECISION = 1e-13
_CONVERGED = 1e-8
_DEPTH = 8  # cuts within cuts of a stride in which several points lie
_NEUTRAL = 1e-9  # part of the largest eigenvalue below which a real part has no sign
_CROSSING = {
    "hopf": {"zero_hopf": 1, "hopf_hopf": 2},
    "fold": {"bogdanov_takens": 1, "zero_hopf": 2, "cusp": 0},
}
"""Further eigenvalues that cross the imaginary axis at a point of each kind, by curve."""

Test = Callable[[Array], float]


def codimension_2_points(
    curve: FoldHopfCurve, stride: VectorStride, notes: list[str], depth: int = _DEPTH
) -> list[Codimension2Point]:
    """Return the special points of a stride, which is cut where they do not explain it.

    What is left unexplained of a change of stability is told in ``notes``.
    """
    found = _points_in(curve, stride)
    ends = stride.first, stride.first + stride.chord
    before, after = (_unstable(equations_of(stride.chart).rest(u)) for u in ends)
    if abs(after - before) <= sum(_CROSSING[curve.kind].get(point.kind, 0) for point in found):
        return found
    with contextlib.suppress(NumericalError):
        if depth > 0:
            parts = stride.split(np.array([0.5]))
            return [p for one in parts for p in codimension_2_points(curve, one, notes, depth - 1)]
    place = dict(zip(curve.names, (ends[0][-2:] * curve.widths).tolist(), strict=True))
    where = ", ".join(f"{name} = {value:.9g}" for name, value in place.items())
    notes.append(
        f"beside {where} the number of further unstable eigenvalues changes from {before} to "
        f"{after}, and no special point explains it: several cross at once (a symmetry), or the "
        "curve goes on with another pair"
    )
    return found


def _unstable(values: ComplexArray) -> int:
    return int((values.real > _NEUTRAL * np.abs(values).max(initial=0.0)).sum())


def _points_in(curve: FoldHopfCurve, stride: VectorStride) -> list[Codimension2Point]:
    """Return the points at which a test function changes sign in a stride."""
    chart = stride.chart
    equations, found = equations_of(chart), []
    ends = stride.first, stride.first + stride.chord
    for kind, test in _tests(curve, equations).items():
        signs = test(ends[0]), test(ends[1])
        if np.isfinite(signs).all() and (signs[0] >= 0) != (signs[1] >= 0):
            point = _locate(curve, stride, equations, kind, test, signs)
            found += [point] if point is not None else []
    return found


def _tests(curve: FoldHopfCurve, equations: PlaneEquations) -> dict[CurvePointKind, Test]:
    def quadratic(u: Array) -> float:
        q, p = equations.null(u)
        second = curve.local(u).coefficients({(1, 0): q.astype(complex)}, 2)[2, 0]
        return float((p @ second).real)

    def cubic(u: Array) -> float:
        kappa = equations.kappa(u)
        if kappa <= 0:
            return np.nan
        form = hopf_normal_form(curve.local(u), float(np.sqrt(kappa)) / curve.time)
        return form.c_1.real / form.size if form.size else 0.0

    if curve.kind == "fold":
        return {
            "cusp": quadratic,
            "bogdanov_takens": lambda u: float(np.dot(*equations.null(u))),
            "zero_hopf": lambda u: float(pair_sums(equations.rest(u))),
        }
    return {
        "bautin": cubic,
        "bogdanov_takens": equations.kappa,
        "zero_hopf": lambda u: sign_product(equations.rest(u)),
        "hopf_hopf": lambda u: float(pair_sums(equations.rest(u))),
    }


def _locate(
    curve: FoldHopfCurve,
    stride: VectorStride,
    equations: PlaneEquations,
    kind: CurvePointKind,
    test: Test,
    signs: tuple[float, float],
) -> Codimension2Point | None:
    found, near = zero(stride, lambda point: test(point.u), *signs, _PRECISION)
    chord = float(np.max(np.abs(stride.chord) / stride.chart.mark_units))
    u, residual = stride.first + found.part * stride.chord, chord * found.width
    if near is not None and found.narrowed:
        with contextlib.suppress(NumericalError):
            residual = chord * correction(lambda part: test(stride.at(part).u), found.part)
            u = near.u
    if kind == "hopf_hopf" or (kind == "zero_hopf" and curve.kind == "fold"):
        pairs = list(itertools.combinations(equations.rest(u), 2))
        pair = pairs[int(np.argmin([abs(x + y) for x, y in pairs]))]
        if abs(pair[0].imag) < 1e-3 * abs(pair[0]):
            return None
    extra: dict[str, float] = {}
    with contextlib.suppress(np.linalg.LinAlgError):  # without a normal form if there is none
        extra = _coefficients(curve, equations, u, kind)
    values = u[-2:] * curve.widths
    return Codimension2Point(
        kind=kind,
        parameters=dict(zip(curve.names, values.tolist(), strict=True)),
        state=dict(zip(curve.model.state_names, (u[:-2] * curve.scales).tolist(), strict=True)),
        eigenvalues=equations.values(u) / curve.time,
        status=Status.OK if residual < _CONVERGED else Status.NOT_CONVERGED,
        residual=residual,
        **extra,
    )


def _coefficients(
    curve: FoldHopfCurve, equations: PlaneEquations, u: Array, kind: CurvePointKind
) -> dict[str, float]:
    """Return omega and the normal form coefficients of a point of codimension two."""
    local = curve.local(u)
    kappa = equations.kappa(u) if curve.kind == "hopf" else 0.0
    omega = float(np.sqrt(kappa)) / curve.time if kappa > 0 else np.nan
    if kind == "bautin":
        form = hopf_normal_form(local, omega, second=True)
        return {"omega": omega, "second_lyapunov": form.c_2.real / omega}
    if kind == "bogdanov_takens":
        a, b = bogdanov_takens_coefficients(local)
        return {"a": a, "b": b}
    if kind == "cusp":
        return {"c": fold_normal_form(local)[1]}
    if curve.kind == "hopf":
        return {"omega": omega}
    values = equations.rest(u)
    return {"omega": float(np.abs(values[np.argmin(np.abs(values.real))])) / curve.time}
