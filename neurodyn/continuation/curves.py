"""``continue_hopf`` and ``continue_fold``: curves in the plane of two parameters."""

from __future__ import annotations

from typing import Any

from neurodyn.continuation.plane_curve import PlaneCurve
from neurodyn.continuation.special_points import HopfPoint, SpecialPoint
from neurodyn.continuation.two_parameter import TwoParameterCurve
from neurodyn.errors import InputError
from neurodyn.model import Model


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
    return PlaneCurve(model, point, parameter, span, "hopf").result()


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
    return PlaneCurve(model, point, parameter, span, "fold").result()


def _kind(point: Any) -> str:
    return str(getattr(point, "kind", type(point).__name__)).replace("_", " ")
