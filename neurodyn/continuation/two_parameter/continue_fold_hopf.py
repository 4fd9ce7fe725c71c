"""``continue_hopf`` and ``continue_fold``: curves in the plane of two parameters."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.continuation.equations.normal_form import hopf_normal_form
from neurodyn.continuation.equilibria.extended_systems import hopf_vectors
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.two_parameter.curve import TwoParameterCurve
from neurodyn.continuation.two_parameter.fold_hopf_curve import (
    FoldHopfCurve,
    equations_of,
    fold_hopf_curve,
)
from neurodyn.continuation.two_parameter.special_points import codimension_2_points
from neurodyn.continuation.walk.ends import End, walk
from neurodyn.continuation.walk.vector_curve import VectorChart, VectorPoint, VectorStride, closed
from neurodyn.errors import InputError
from neurodyn.model import Model

_MAX_POINTS = 3000


@checked
def continue_hopf(
    model: Model, point: HopfPoint, parameter: str, span: tuple[float, float]
) -> TwoParameterCurve:
    """Follow a Hopf point in two parameters.

    Parameters
    ----------
    model : Model
    point : HopfPoint
        Of a branch in the first parameter.
    parameter : str
        The second parameter.
    span : (low, high)
        Its range. The first parameter may leave the range of the branch by ten times its width.

    Returns
    -------
    TwoParameterCurve
        With points of kind "bautin" (l_1 = 0; carries ``second_lyapunov``), "bogdanov_takens"
        (where the Hopf curve ends; carries ``a`` and ``b``), "zero_hopf" and "hopf_hopf".

    Raises
    ------
    InputError
        For a point that is no Hopf point of this model, or an unknown parameter or bad range.
    NumericalError
        If the point does not converge or no step is possible. A curve that stops on the way is
        returned with the status NOT_CONVERGED, and says in ``began`` or ``ended`` where it did.

    References
    ----------
    Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004), chs. 8 and 10.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import continue_equilibria, continue_hopf
    >>> neuron = nd.devices.fitzhugh_nagumo()
    >>> hopf = continue_equilibria(neuron, "I", (0.0, 2.0)).hopf[0]
    >>> curve = continue_hopf(neuron, hopf, "b", (0.1, 0.99))
    >>> curve.kind, curve.began, curve.ended
    ('hopf', 'range', 'range')
    """
    if not isinstance(point, HopfPoint):
        raise InputError(f"the point is a {_kind(point)}; expected a Hopf point")
    return _followed(model, point, parameter, span, "hopf")


@checked
def continue_fold(
    model: Model, point: SpecialPoint, parameter: str, span: tuple[float, float]
) -> TwoParameterCurve:
    """Follow a fold of equilibria in two parameters.

    Parameters and errors as for :func:`continue_hopf`.

    Returns
    -------
    TwoParameterCurve
        With points of kind "cusp" (carries ``c``), "bogdanov_takens" (``a``, ``b``), "zero_hopf".

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import continue_equilibria, continue_fold
    >>> model = nd.Model.from_equations(["x"], {"h": 0.0, "r": 1.0}, ["h + r*x - x**3"])
    >>> fold = continue_equilibria(model, "h", (-1.0, 1.0)).folds[0]
    >>> [point.kind for point in continue_fold(model, fold, "r", (-1.0, 2.0)).special]
    ['cusp']
    """
    if not (isinstance(point, SpecialPoint) and point.kind == "fold"):
        raise InputError(f"the point is a {_kind(point)}; expected a fold of equilibria")
    return _followed(model, point, parameter, span, "fold")


def _kind(point: Any) -> str:
    return str(getattr(point, "kind", type(point).__name__)).replace("_", " ")


def _followed(
    model: Model,
    point: SpecialPoint,
    parameter: str,
    span: tuple[float, float],
    kind: Literal["fold", "hopf"],
) -> TwoParameterCurve:
    """Follow both directions and put the curve together."""
    curve, chart, start = fold_hopf_curve(model, point, parameter, span, kind)
    strides, ended = _walk(curve, chart, start)
    began = ended
    if ended.word == "closed loop":
        strides = closed(strides)
    else:
        backward, began = _walk(curve, chart.backward(), start.backward())
        strides = [stride.reversed for stride in reversed(backward)] + strides
    notes: list[str] = []
    special = [found for stride in strides for found in codimension_2_points(curve, stride, notes)]
    u = np.array([start.u if not strides else strides[0].start.u, *(s.end.u for s in strides)])
    omega, first = np.full(len(u), np.nan), np.full(len(u), np.nan)
    if kind == "hopf":
        kappa = np.array([_kappa(curve, one) for one in u])
        u, kappa = u[kappa > 0], kappa[kappa > 0]
        omega = np.sqrt(kappa) / curve.time
        forms = [hopf_normal_form(curve.local(one), w) for one, w in zip(u, omega, strict=True)]
        first = np.array([form.c_1.real for form in forms]) / omega
    names = curve.names
    return TwoParameterCurve(
        kind=kind,
        model_name=model.name,
        digest=model.digest,
        parameter_names=names,
        parameter_units=(model.quantity(names[0]).unit, model.quantity(names[1]).unit),
        span=curve.spans[1],
        parameters=u[:, -2:] * curve.widths,
        states=u[:, :-2] * curve.scales,
        state_names=model.state_names,
        omega=omega,
        first_lyapunov=first,
        special=tuple(special),
        began=began.word,
        ended=ended.word,
        fixed={p: model[p] for p in model.parameter_names if p not in names},
        status=ended.status if not ended.status else began.status,
        notes=tuple(notes),
    ).or_failure()


def _walk(
    curve: FoldHopfCurve, chart: VectorChart, start: VectorPoint
) -> tuple[list[VectorStride], End]:
    """Follow one direction; a Hopf curve ends in a Bogdanov-Takens point, where omega vanishes."""
    strides: list[VectorStride] = []

    def after(stride: VectorStride) -> str:
        here = stride.chart
        over = curve.kind == "hopf" and equations_of(here).kappa(stride.end.u) <= 0
        return "bogdanov-takens" if over else ""

    end = walk(
        curve,
        chart,
        start,
        take=strides.append,
        limits=curve.limits,
        most=_MAX_POINTS,
        after=after,
    )
    return strides, end


def _kappa(curve: FoldHopfCurve, u: Array) -> float:
    n = curve.system.n
    return hopf_vectors(curve.system.jacobian(u[:n], u[n:]))[2]
