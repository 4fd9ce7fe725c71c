r"""``continue_cycle_fold``: folds of cycles in the plane of two parameters.

The curve is followed by pseudo-arclength with the equations of
:mod:`neurodyn.continuation.two_parameter.cycle_fold_curve`.Where both parameters turn at once it
has a cusp: two folds of cycles meet there and vanish. At a fold-flip a further multiplier is -1, at
a fold-torus (Neimark-Sacker) a pair is on the unit circle. W. Govaerts, Yu. A. Kuznetsov, A.
Dhooge, SIAM J. Sci. Comput. 27, 231 (2005).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.continuation.collocation.floquet import doubling_test, nontrivial, torus_test
from neurodyn.continuation.collocation.frame import packed
from neurodyn.continuation.cycles.curve import half_amplitude
from neurodyn.continuation.cycles.cycle import CyclePoint, extrema
from neurodyn.continuation.cycles.ends import is_small, turned_over
from neurodyn.continuation.equations.smoothness import require_smooth
from neurodyn.continuation.equations.system import check_parameter, check_range, free_system
from neurodyn.continuation.options import EXCURSION, PARAMETER_PARTS
from neurodyn.continuation.two_parameter.curve import (
    Codimension2Point,
    CurvePointKind,
    TwoParameterCurve,
)
from neurodyn.continuation.two_parameter.cycle_fold_curve import (
    FoldChart,
    FoldCurve,
    FoldStride,
    SolvedFold,
)
from neurodyn.continuation.walk.bracket import zero
from neurodyn.continuation.walk.ends import End, Limit, walk
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.status import Status

_MAX_POINTS = 1000
_PRECISION = 1e-10  # of the step
_STANDING = 1e-2  # part of the first parameter in a unit tangent, where both parameters turn
_SLOPE = 1e-3  # least slope of the second parameter beside a cusp: differences resolve no smaller
_GONE = 1e-3  # amplitude, against that of the start, of a fold that ends in a Hopf point
_REAL = 1e-3  # imaginary part of a multiplier below which it counts as real
_TESTS: dict[CurvePointKind, Callable[[SolvedFold], float]] = {
    "fold_flip": lambda fold: doubling_test(fold.multipliers),
    "fold_torus": lambda fold: torus_test(fold.multipliers),
}
_CROSSING = {"cusp": 0, "fold_flip": 1, "fold_torus": 2}
"""Further multipliers that cross the unit circle at a point of each kind."""
_VANISHING = 0.05  # amplitude, against that of the start, below which a fold has met a Hopf point


@checked
def continue_cycle_fold(
    model: Model, point: CyclePoint, parameter: str, span: tuple[float, float]
) -> TwoParameterCurve:
    """Follow a fold of cycles in two parameters.

    Parameters
    ----------
    model : Model
    point : CyclePoint
        Of kind "cycle_fold".
    parameter : str
        The second parameter.
    span : (low, high)
        Its range. The first parameter may leave the range of the branch by ten times its width.

    Returns
    -------
    TwoParameterCurve
        ``omega`` is 2 pi / period, ``states`` are the maxima. ``.special`` holds the cusps, with
        the maxima of the cycle as their state. It ends with "bautin" where the cycles shrink to a
        Hopf point.

    Raises
    ------
    InputError
        For a point of another kind, an unknown parameter or a bad range.
    NumericalError
        If the point does not converge or no step is possible. A curve that stops on the way is
        returned with the status NOT_CONVERGED, and says in ``began`` or ``ended`` where it did.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import continue_cycle_fold, continue_cycles, continue_equilibria
    >>> model = nd.Model.from_equations(["x", "y"], {"a": -0.2, "b": 0.5}, [
    ...     "a*x - y + b*x*(x**2 + y**2) - x*(x**2 + y**2)**2",
    ...     "x + a*y + b*y*(x**2 + y**2) - y*(x**2 + y**2)**2"])
    >>> hopf = continue_equilibria(model, "a", (-0.3, 0.1), [0.0, 0.0]).hopf[0]
    >>> fold = continue_cycles(model, hopf).folds[0]
    >>> curve = continue_cycle_fold(model, fold, "b", (0.1, 1.0))
    >>> bool(abs(curve["a"] + curve["b"]**2 / 4).max() < 1e-8)    # a = -b^2/4
    True
    """
    if not (isinstance(point, CyclePoint) and point.kind == "cycle_fold"):
        kind = str(getattr(point, "kind", type(point).__name__)).replace("_", " ")
        raise InputError(f"the point is a {kind}; expected a fold of cycles")
    check_parameter(model, parameter)
    if parameter == point.parameter_name:
        raise InputError(f"{parameter} is the parameter of the branch; expected a second one")
    require_smooth(model)
    span = check_range(model, parameter, span)
    if not span[0] <= model[parameter] <= span[1]:
        raise InputError(
            f"the fold is at {parameter} = {model[parameter]:g}, the model's value; expected it "
            f"inside the range ({span[0]:g}, {span[1]:g})"
        )
    names = (point.parameter_name, parameter)
    width, reach = point.span[1] - point.span[0], EXCURSION
    curve = FoldCurve(
        free_system(model, names),
        names,
        np.array([width, span[1] - span[0]]) / PARAMETER_PARTS,
        model.scales,
    )
    limits = [
        Limit(-1, *span, "range"),
        Limit(
            -2,
            point.span[0] - reach * width,
            point.span[1] + reach * width,
            f"limit of {names[0]}",
        ),
    ]
    border = point.direction
    if border is None:
        raise InputError("this fold carries no direction; expected one found by continue_cycles")
    chart = curve.chart(point.cycle.orbit, model[parameter], packed(border))
    start = chart.solve(chart.base, chart.tangent)
    forward = _Half(curve, curve.sizes(start.orbit), [start])
    forward.follow(curve.renewed(start, 0 * start.u), start, limits)
    back = forward
    points, special, notes = forward.points, forward.special, forward.notes
    if forward.end.word != "closed loop":
        back = _Half(curve, curve.sizes(start.orbit), [start])
        back.follow(_backward(curve, start), start, limits)
        points = [*back.points[:0:-1], *points]
        special = [*back.special[::-1], *special]
        notes = [*back.notes[::-1], *notes]
    found = _result(model, curve, span, points, special, (back.end, forward.end))
    return replace(found, notes=tuple(notes)).or_failure()


def _backward(curve: FoldCurve, start: SolvedFold) -> FoldChart:
    chart = curve.renewed(start, 0 * start.u)
    return replace(chart, tangent=-chart.tangent)


_Special = tuple[CurvePointKind, SolvedFold, Status, float]


@dataclass
class _Half:
    """One direction of the curve, and what it has brought so far."""

    curve: FoldCurve
    first: Array
    """Amplitudes at the start."""
    points: list[SolvedFold]
    special: list[_Special] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    end: End = field(init=False)

    def follow(self, chart: FoldChart, start: SolvedFold, limits: list[Limit]) -> None:
        """Follow the curve to its end: also where the cycles shrink to a Hopf point."""
        end = walk(
            self.curve,
            chart,
            start,
            take=self._take,
            limits=limits,
            most=_MAX_POINTS,
            before=self._vanished,
            after=self._gone,
        )
        small = np.max(half_amplitude(self.points[-1].orbit) / self.first) < _VANISHING
        self.end = End("bautin") if not end.status and small else end

    def _take(self, stride: FoldStride) -> None:
        self.points.append(stride.end)
        found = _special_in(stride)
        self.special += found
        if stride.start.resolved and stride.end.resolved:
            here, there = (_outside(fold) for fold in (stride.start, stride.end))
            if abs(there - here) > sum(_CROSSING[kind] for kind, *_ in found):
                self.notes.append(_unexplained(self.curve, stride, here, there))

    def _gone(self, stride: FoldStride) -> str:
        """Whether nothing is left of the cycles: units shrink with them, so no step goes past."""
        size = np.max(half_amplitude(stride.end.orbit) / self.first)
        return "bautin" if size < _GONE else ""

    def _vanished(self, stride: FoldStride) -> str:
        old, new = stride.chart.orbit, stride.end.orbit
        return "bautin" if is_small(old, self.first) and turned_over(old, new) else ""


def _outside(fold: SolvedFold) -> int:
    """Return the number of further multipliers outside the unit circle."""
    return int((np.abs(nontrivial(fold.multipliers)) > 1.0).sum())


def _special_in(stride: FoldStride) -> list[_Special]:
    """Return the special points of a stride, in order."""
    found: list[tuple[float, _Special]] = []

    def look(kind: CurvePointKind, test: Callable[[SolvedFold], float], a: float, b: float) -> None:
        if (a >= 0) == (b >= 0):
            return
        place, fold = zero(stride, test, a, b, _PRECISION)
        if fold is not None and _is_one(kind, fold):
            status = Status.OK if place.narrowed else Status.NOT_CONVERGED
            width = place.width * abs(stride.length - stride.begin)
            found.append((place.part, (kind, fold, status, width)))

    a, b = float(stride.chart.tangent[-1]), float(stride.end.tangent[-1])
    if max(abs(a), abs(b)) >= _SLOPE:
        look("cusp", lambda fold: float(fold.tangent[-1]), a, b)
    if stride.start.resolved and stride.end.resolved:
        for kind, test in _TESTS.items():
            look(kind, test, test(stride.start), test(stride.end))
    return [special for _, special in sorted(found, key=lambda pair: pair[0])]


def _is_one(kind: CurvePointKind, fold: SolvedFold) -> bool:
    """Tell a point from a sign change that only looks like one."""
    if kind == "cusp":  # the second parameter may turn alone
        return abs(fold.tangent[-2]) <= _STANDING
    if kind == "fold_torus":  # two real multipliers with the product 1 are no torus
        rest = nontrivial(fold.multipliers)
        return bool(abs(rest[np.argmin(np.abs(np.abs(rest) - 1.0))].imag) > _REAL)
    return True


def _unexplained(curve: FoldCurve, stride: FoldStride, here: int, there: int) -> str:
    at, to = stride.start, stride.end
    first, second = curve.names
    return (
        f"between {first} = {at.orbit.lam:.9g}, {second} = {at.second:.9g} and "
        f"{to.orbit.lam:.9g}, {to.second:.9g} the number of further unstable multipliers changes "
        f"from {here} to {there}, and no special point explains it: the fold meets another fold, "
        "which is not located on this curve, or several cross at once (a symmetry)"
    )


def _maxima(fold: SolvedFold) -> Array:
    return extrema(fold.orbit.mesh, fold.orbit.x)[1]


def _result(
    model: Model,
    curve: FoldCurve,
    span: tuple[float, float],
    points: list[SolvedFold],
    special: list[_Special],
    ends: tuple[End, End],
) -> TwoParameterCurve:
    names = curve.names
    units = [model.quantity(name).unit for name in names]
    return TwoParameterCurve(
        kind="cycle_fold",
        model_name=model.name,
        digest=model.digest,
        parameter_names=names,
        parameter_units=(units[0], units[1]),
        span=span,
        parameters=np.array([[s.orbit.lam, s.second] for s in points]),
        states=np.array([_maxima(s) for s in points]),
        state_names=model.state_names,
        omega=np.array([2 * np.pi / s.orbit.period for s in points]),
        first_lyapunov=np.full(len(points), np.nan),
        special=tuple(
            Codimension2Point(
                kind=kind,
                parameters=dict(zip(names, map(float, (s.orbit.lam, s.second)), strict=True)),
                state=dict(zip(model.state_names, _maxima(s).tolist(), strict=True)),
                eigenvalues=s.multipliers,
                status=status,
                residual=residual,
                omega=2 * np.pi / s.orbit.period,
            )
            for kind, s, status, residual in special
        ),
        began=ends[0].word,
        ended=ends[1].word,
        fixed={p: model[p] for p in model.parameter_names if p not in names},
        status=next((end.status for end in ends[::-1] if not end.status), Status.OK),
    )
