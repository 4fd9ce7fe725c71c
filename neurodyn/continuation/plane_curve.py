"""Follow a curve of folds or Hopf points in the plane of two parameters, and what lies on it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation import defining
from neurodyn.continuation.arclength import (
    Curve,
    CurvePoint,
    correct,
    first_metric,
    follow,
    on_plane,
    point_on,
)
from neurodyn.continuation.bracket import bracket, correction
from neurodyn.continuation.defining import Tracked
from neurodyn.continuation.extended import hopf_vectors
from neurodyn.continuation.normal_form import (
    LocalEquations,
    bogdanov_takens_coefficients,
    fold_normal_form,
    hopf_normal_form,
)
from neurodyn.continuation.smoothness import require_smooth
from neurodyn.continuation.special_points import HopfPoint, SpecialPoint
from neurodyn.continuation.system import (
    System,
    check_parameter,
    check_range,
    fastest_rate,
    free_system,
)
from neurodyn.continuation.two_parameter import (
    Codimension2Point,
    CurvePointKind,
    TwoParameterCurve,
)
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.status import Status

_BEYOND = 10.0  # how far the first parameter may leave the range of its branch, in ranges
_PARTS = 8.0
_MAX_POINTS = 3000
_PRECISION = 1e-13
_CONVERGED = 1e-8


@dataclass
class _Half:
    """One direction of a curve."""

    points: list[CurvePoint] = field(default_factory=list)
    ended: str = ""
    status: Status = Status.OK


class PlaneCurve:
    """A curve in the plane of two parameters, in the variables x / scales, parameter / width."""

    def __init__(
        self, model: Model, point: SpecialPoint, name: str, span: tuple[float, float], kind: str
    ) -> None:
        check_parameter(model, name)
        if name == point.parameter_name:
            raise InputError(f"{name} is the parameter of the branch; expected a second one")
        require_smooth(model)
        self.model, self.kind = model, kind
        self.names = (point.parameter_name, name)
        self.span = check_range(model, name, span)
        if not self.span[0] <= model[name] <= self.span[1]:
            raise InputError(
                f"the point is at {name} = {model[name]:g}, the model's value; expected it inside "
                f"the range ({self.span[0]:g}, {self.span[1]:g})"
            )
        self.first_limits = _limits(model, point)
        self.widths = np.array([point.span[1] - point.span[0], self.span[1] - self.span[0]])
        self.scales = np.asarray(point.scales, float)
        plain = free_system(model, self.names)
        u = np.concatenate([point.x, [point.parameter, model[name]]])
        self.time = _time_scale(plain, u, point, self.widths)
        self.system = plain.scaled(self.scales, self.widths, self.time)
        self.tracked = Tracked()
        self.curve = self._curve()
        self.start = self._start(u / np.concatenate([self.scales, self.widths]), point)

    def _curve(self) -> Curve:
        if self.kind == "fold":
            return defining.two_parameter_curve(
                self.system, lambda u: defining.fold_equation(self.system, u)
            )
        return defining.two_parameter_curve(
            self.system, lambda u: defining.hopf_equation(self.system, self.tracked, u)
        )

    def _start(self, u: Array, point: SpecialPoint) -> CurvePoint:
        if isinstance(point, HopfPoint):
            self.tracked.kappa = (point.omega * self.time) ** 2
        across = np.zeros(len(u))
        across[-1] = 1.0
        declared = self.declared
        root = correct(self.curve, u, across, declared, 20)
        if not root.status or np.max(np.abs(root.z - u) / declared) > 1e-2:
            raise NumericalError(
                f"the {self.kind} point at {self.names[0]} = {point.parameter:.9g} does not "
                f"converge for this model ({root.status}, residual {root.residual:.1e}): was it "
                "computed with other parameter values?",
                root.status or Status.NOT_CONVERGED,
            )
        self._track(root.z)
        return point_on(self.curve, root.z, declared, across)

    @property
    def declared(self) -> Array:
        """Sizes in which the curve begins: states and first parameter 1, the second 1/8."""
        sizes = np.ones(self.system.n + 2)
        sizes[-2:] = 1.0 / _PARTS
        return sizes

    # ------------------------------------------------------------ following

    def _track(self, u: Array) -> None:
        matrix, values = self._matrix(u), self._values(u)
        if self.kind == "hopf":
            i, j = defining.pair_of(values, self.tracked.kappa)
            self.tracked.kappa = float((values[i] * values[j]).real)
        else:
            self.tracked.q, self.tracked.p = defining.null_vectors(matrix, self.tracked)

    def _matrix(self, u: Array) -> Array:
        n = self.system.n
        return self.system.jacobian(u[:n], u[n:])

    def _values(self, u: Array) -> ComplexArray:
        return np.linalg.eigvals(self._matrix(u)).astype(complex)

    def _where(self, u: Array) -> str:
        a, b = u[-2:] * self.widths
        return f"{self.names[0]} = {a:.9g}, {self.names[1]} = {b:.9g}"

    def _walk(self, start: CurvePoint) -> _Half:
        saved = replace(self.tracked)
        half = _Half([start])
        low, high = np.array(self.span) / self.widths[1]
        bottom, top = np.array(self.first_limits) / self.widths[0]
        metric = first_metric(self.curve, start, self.declared)
        try:
            for point in follow(self.curve, start, metric, self._where):
                half.ended = self._end(half, point, (low, high), (bottom, top))
                if half.ended:
                    break
                half.points.append(point)
                self._track(point.u)
        except NumericalError as error:
            half.ended, half.status = str(error), Status.NOT_CONVERGED
        self.tracked.__dict__.update(saved.__dict__)
        return half

    def _end(
        self, half: _Half, point: CurvePoint, limits: tuple[Any, Any], first: tuple[Any, Any]
    ) -> str:
        """Return why the curve ends between its last point and ``point``, or an empty string."""
        if self.kind == "hopf" and self._kappa(point.u) <= 0:
            half.points.append(point)
            return "bogdanov-takens"
        for place, (low, high), word in ((-1, limits, "range"), (-2, first, "limit")):
            if not low <= point.u[place] <= high:
                value = low if point.u[place] < low else high
                half.points.append(self._cut(half.points[-1], point, place, float(value)))
                return word if word == "range" else f"limit of {self.names[0]}"
        start = half.points[0]
        if len(half.points) > 10 and _passes(half.points[-1], point, start):
            return "closed loop"
        return "largest number of points" if len(half.points) > _MAX_POINTS else ""

    def _kappa(self, u: Array) -> float:
        values = self._values(u)
        i, j = defining.pair_of(values, self.tracked.kappa)
        return float((values[i] * values[j]).real)

    def _cut(self, a: CurvePoint, b: CurvePoint, place: int, value: float) -> CurvePoint:
        part = (value - a.u[place]) / (b.u[place] - a.u[place])
        guess = a.u + part * (b.u - a.u)
        normal = np.zeros(len(guess))
        normal[place] = 1.0
        root = correct(self.curve, guess, normal, b.scale, 20)
        return point_on(self.curve, root.z if root.status else guess, b.scale, b.u - a.u)

    # ------------------------------------------------------------ special points

    def _tests(self) -> dict[CurvePointKind, Callable[[Array], float]]:
        if self.kind == "fold":
            return {
                "cusp": self._quadratic,
                "bogdanov_takens": lambda u: float(np.dot(*self._null(u))),
                "zero_hopf": lambda u: defining.pair_sums(self._rest(u)),
            }
        return {
            "bautin": self._cubic,
            "bogdanov_takens": self._kappa,
            "zero_hopf": lambda u: defining.sign_product(self._rest(u)),
            "hopf_hopf": lambda u: defining.pair_sums(self._rest(u)),
        }

    def _null(self, u: Array) -> tuple[Array, Array]:
        return defining.null_vectors(self._matrix(u), self.tracked)

    def _rest(self, u: Array) -> ComplexArray:
        values = self._values(u)
        if self.kind == "fold":
            return defining.others(values, (int(np.argmin(np.abs(values))),))
        return defining.others(values, defining.pair_of(values, self.tracked.kappa))

    def _quadratic(self, u: Array) -> float:
        q, p = self._null(u)
        return float((p @ self._local(u).coefficients({(1, 0): q.astype(complex)}, 2)[2, 0]).real)

    def _cubic(self, u: Array) -> float:
        kappa = self._kappa(u)
        if kappa <= 0:
            return np.nan
        form = hopf_normal_form(self._local(u), float(np.sqrt(kappa)) / self.time)
        return form.c_1.real / form.size if form.size else 0.0

    def _local(self, u: Array) -> LocalEquations:
        values = u[-2:] * self.widths
        return LocalEquations(
            self.model,
            u[:-2] * self.scales,
            dict(zip(self.names, values.tolist(), strict=True)),
            self.scales,
            self._matrix(u) / self.time,
        )

    def _special(self, points: list[CurvePoint]) -> list[Codimension2Point]:
        """Walk along the finished curve and locate every sign change of a test function."""
        tests, special = self._tests(), []
        first = abs(hopf_vectors(self._matrix(points[0].u))[2]) if self.kind == "hopf" else 0.0
        self.tracked = Tracked(first)
        self._track(points[0].u)
        before = {kind: test(points[0].u) for kind, test in tests.items()}
        for a, b in itertools.pairwise(points):
            after = {kind: test(b.u) for kind, test in tests.items()}
            for kind, test in tests.items():
                signs = before[kind], after[kind]
                if np.isfinite(signs).all() and (signs[0] >= 0) != (signs[1] >= 0):
                    found = self._locate(a, b, kind, test, *signs)
                    special += [found] if found is not None else []
            self._track(b.u)
            before = after
        return special

    def _locate(
        self,
        a: CurvePoint,
        b: CurvePoint,
        kind: CurvePointKind,
        test: Callable[[Array], float],
        at_a: float,
        at_b: float,
    ) -> Codimension2Point | None:
        def value(part: float) -> float:
            return test(on_plane(self.curve, a, b, part).u)

        found = bracket(value, at_a, at_b, _PRECISION)
        chord = float(np.max(np.abs(b.u - a.u) / b.scale))
        try:
            u = on_plane(self.curve, a, b, found.part).u
            residual = chord * (correction(value, found.part) if found.narrowed else found.width)
        except NumericalError:  # a sign change was seen: the point is kept, and says what it is
            u, residual = a.u + found.part * (b.u - a.u), chord * found.width
        rest = self._rest(u) if kind in ("zero_hopf", "hopf_hopf") else np.empty(0, complex)
        if kind == "hopf_hopf" or (kind == "zero_hopf" and self.kind == "fold"):
            gaps = [abs(x + y) for x, y in itertools.combinations(rest, 2)]
            pair = list(itertools.combinations(rest, 2))[int(np.argmin(gaps))]
            if abs(pair[0].imag) < 1e-3 * abs(pair[0]):
                return None
        return self._codimension_2(u, kind, residual)

    def _codimension_2(self, u: Array, kind: CurvePointKind, residual: float) -> Codimension2Point:
        extra: dict[str, float] = {}
        with contextlib.suppress(np.linalg.LinAlgError):  # without a normal form if there is none
            extra = self._coefficients(u, kind)
        values = u[-2:] * self.widths
        return Codimension2Point(
            kind=kind,
            parameters=dict(zip(self.names, values.tolist(), strict=True)),
            state=dict(zip(self.model.state_names, (u[:-2] * self.scales).tolist(), strict=True)),
            eigenvalues=self._values(u) / self.time,
            status=Status.OK if residual < _CONVERGED else Status.NOT_CONVERGED,
            residual=residual,
            **extra,
        )

    def _coefficients(self, u: Array, kind: CurvePointKind) -> dict[str, float]:
        """Return omega and the normal form coefficients of a point of codimension two."""
        local, extra = self._local(u), {}
        kappa = self._kappa(u) if self.kind == "hopf" else 0.0
        omega = float(np.sqrt(kappa)) / self.time if kappa > 0 else np.nan
        if kind == "bautin":
            form = hopf_normal_form(local, omega, second=True)
            extra = {"omega": omega, "second_lyapunov": form.c_2.real / omega}
        elif kind == "bogdanov_takens":
            a, b = bogdanov_takens_coefficients(local)
            extra = {"a": a, "b": b}
        elif kind == "cusp":
            extra = {"c": fold_normal_form(local)[1]}
        elif self.kind == "hopf":
            extra = {"omega": omega}
        else:
            values = self._rest(u)
            extra = {"omega": float(np.abs(values[np.argmin(np.abs(values.real))])) / self.time}
        return extra

    # ------------------------------------------------------------ result

    def result(self) -> TwoParameterCurve:
        """Follow both directions and put the curve together."""
        forward = self._walk(self.start)
        back = forward
        if forward.ended == "closed loop":
            points = [*forward.points, self.start]
        else:
            back = self._walk(replace(self.start, tangent=-self.start.tangent))
            points = [*back.points[:0:-1], *forward.points]
        special = self._special(points)
        points = [p for p in points if self.kind == "fold" or self._is_hopf(p.u)]
        u = np.array([point.u for point in points])
        omega, first = self._along(u)
        return TwoParameterCurve(
            kind="hopf" if self.kind == "hopf" else "fold",
            model_name=self.model.name,
            digest=self.model.digest,
            parameter_names=self.names,
            parameter_units=(
                self.model.quantity(self.names[0]).unit,
                self.model.quantity(self.names[1]).unit,
            ),
            span=self.span,
            parameters=u[:, -2:] * self.widths,
            states=u[:, :-2] * self.scales,
            state_names=self.model.state_names,
            omega=omega,
            first_lyapunov=first,
            special=tuple(special),
            began=back.ended,
            ended=forward.ended,
            fixed={p: self.model[p] for p in self.model.parameter_names if p not in self.names},
            status=forward.status if not forward.status else back.status,
        ).or_failure()

    def _is_hopf(self, u: Array) -> bool:
        return hopf_vectors(self._matrix(u))[2] > 0

    def _along(self, u: Array) -> tuple[Array, Array]:
        omega, first = np.full(len(u), np.nan), np.full(len(u), np.nan)
        if self.kind == "hopf":
            for i, point in enumerate(u):
                omega[i] = np.sqrt(hopf_vectors(self._matrix(point))[2]) / self.time
                first[i] = hopf_normal_form(self._local(point), omega[i]).c_1.real / omega[i]
        return omega, first


def _limits(model: Model, point: SpecialPoint) -> tuple[float, float]:
    low, high = point.span
    bounds = getattr(model.quantity(point.parameter_name), "bounds", (-np.inf, np.inf))
    reach = _BEYOND * (high - low)
    return max(low - reach, bounds[0]), min(high + reach, bounds[1])


def _time_scale(system: System, u: Array, point: SpecialPoint, widths: Array) -> float:
    if isinstance(point, HopfPoint):
        return 1.0 / point.omega
    return 1.0 / fastest_rate(system, u, np.asarray(point.scales, float), widths)


def _passes(a: CurvePoint, b: CurvePoint, start: CurvePoint) -> bool:
    chord = (b.u - a.u) / b.scale
    part = float(((start.u - a.u) / b.scale) @ chord / (chord @ chord))
    across = (start.u - a.u) / b.scale - part * chord
    return (
        0 <= part <= 1
        and bool(chord @ (start.tangent / b.scale) > 0)
        and bool(np.linalg.norm(across) < 0.1 * np.linalg.norm(chord))
    )
