"""A curve of folds or Hopf points in the plane of two parameters, as the walk sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equations.normal_form import LocalEquations
from neurodyn.continuation.equations.smoothness import require_smooth
from neurodyn.continuation.equations.system import (
    System,
    check_parameter,
    check_range,
    fastest_rate,
    free_system,
)
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.options import EXCURSION, PARAMETER_PARTS
from neurodyn.continuation.two_parameter.defining_equations import PlaneEquations, Tracked
from neurodyn.continuation.walk.ends import Limit
from neurodyn.continuation.walk.vector_curve import (
    VectorChart,
    VectorPoint,
    VectorStride,
    first_chart,
)
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.status import Status

_OFF = 1e-2  # how far a point may move when it is solved for again, in sizes of the branch


@dataclass(frozen=True)
class FoldHopfCurve:
    """Folds or Hopf points of one model, ``u`` = (x / scales, parameters / widths).

    Parameters
    ----------
    model : Model
    kind : {"fold", "hopf"}
    names : (str, str)
        The parameters.
    spans : two pairs of float
        Range of each.
    widths, scales : (2,) and (n,) float
        Units of the parameters and states.
    time : float
        Unit of time.
    system : System
        In these units.
    """

    model: Model
    kind: Literal["fold", "hopf"]
    names: tuple[str, str]
    spans: tuple[tuple[float, float], tuple[float, float]]
    widths: Array
    scales: Array
    time: float
    system: System

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.kind} curve"

    @property
    def advice(self) -> str:
        """For messages."""
        return (
            f"Try a range of {self.names[1]} that ends before, or look for a singularity of the "
            "equations there"
        )

    @property
    def units(self) -> Array:
        """Units of ``u``, (n + 2,)."""
        return np.concatenate([self.scales, self.widths])

    @property
    def limits(self) -> list[Limit]:
        """Of both parameters, in units of ``u``."""
        second, first = (
            (low / width, high / width)
            for (low, high), width in zip(self.spans[::-1], self.widths[::-1], strict=True)
        )
        return [Limit(-1, *second, "range"), Limit(-2, *first, f"limit of {self.names[0]}")]

    def renew(self, stride: VectorStride, bend: Array) -> VectorChart:
        """Let the metric grow, and track the pair or null vectors at the end of the stride."""
        chart = stride.chart
        return chart.moved(stride, bend, equations_of(chart).tracking(stride.end.u))

    def marks(self, point: VectorPoint) -> Array:
        """The point itself."""
        return point.u

    def where(self, chart: VectorChart) -> str:
        """Both parameters."""
        a, b = chart.base[-2:] * self.widths
        return f"{self.names[0]} = {a:.9g}, {self.names[1]} = {b:.9g}"

    def local(self, u: Array) -> LocalEquations:
        """Return the equations at a point, for normal forms."""
        values = u[-2:] * self.widths
        n = self.system.n
        return LocalEquations(
            self.model,
            u[:-2] * self.scales,
            dict(zip(self.names, values.tolist(), strict=True)),
            self.scales,
            self.system.jacobian(u[:n], u[n:]) / self.time,
        )


def equations_of(chart: VectorChart) -> PlaneEquations:
    """Return the equations of a chart of such a curve, with what is tracked in it."""
    equations = chart.equations
    assert isinstance(equations, PlaneEquations)
    return equations


def fold_hopf_curve(
    model: Model,
    point: SpecialPoint,
    name: str,
    span: tuple[float, float],
    kind: Literal["fold", "hopf"],
) -> tuple[FoldHopfCurve, VectorChart, VectorPoint]:
    """Return the curve through a special point, and where it begins.

    Raises
    ------
    InputError
        For a parameter or range that cannot be used.
    NumericalError
        If the point does not converge for this model.
    """
    check_parameter(model, name)
    if name == point.parameter_name:
        raise InputError(f"{name} is the parameter of the branch; expected a second one")
    require_smooth(model)
    span = check_range(model, name, span)
    if not span[0] <= model[name] <= span[1]:
        raise InputError(
            f"the point is at {name} = {model[name]:g}, the model's value; expected it inside "
            f"the range ({span[0]:g}, {span[1]:g})"
        )
    names = point.parameter_name, name
    widths = np.array([point.span[1] - point.span[0], span[1] - span[0]])
    scales = np.asarray(point.scales, float)
    plain = free_system(model, names)
    u = np.concatenate([point.x, [point.parameter, model[name]]])
    time = _time_scale(plain, u, point, widths)
    system = plain.scaled(scales, widths, time)
    curve = FoldHopfCurve(
        model, kind, names, (_limits(model, point), span), widths, scales, time, system
    )
    return curve, *_start(curve, u / curve.units, point)


def _start(curve: FoldHopfCurve, u: Array, point: SpecialPoint) -> tuple[VectorChart, VectorPoint]:
    """Return the chart and the point at the second parameter's value."""
    kappa = (point.omega * curve.time) ** 2 if isinstance(point, HopfPoint) else 0.0
    equations = PlaneEquations(curve.system, curve.kind, Tracked(kappa))
    across, declared = np.zeros(len(u)), np.ones(len(u))
    across[-1] = 1.0
    declared[-2:] = 1.0 / PARAMETER_PARTS
    flat = VectorChart(equations, u, across, 0 * u, u, u, declared)
    try:
        found = flat.solve(u, across, max_steps=20).u
        off = float(np.max(np.abs(found - u) / declared))
        reason = f"it moves by {off:.1e}" if off > _OFF else ""
    except NumericalError as error:
        found, reason = u, str(error)
    if reason:
        raise NumericalError(
            f"the {curve.kind} point at {curve.names[0]} = {point.parameter:.9g} does not "
            f"converge for this model ({reason}): was it computed with other parameter values?",
            Status.NOT_CONVERGED,
        )
    return first_chart(equations.tracking(found), found, declared, across)


def _limits(model: Model, point: SpecialPoint) -> tuple[float, float]:
    low, high = point.span
    bounds = getattr(model.quantity(point.parameter_name), "bounds", (-np.inf, np.inf))
    reach = EXCURSION * (high - low)
    return max(low - reach, bounds[0]), min(high + reach, bounds[1])


def _time_scale(system: System, u: Array, point: SpecialPoint, widths: Array) -> float:
    if isinstance(point, HopfPoint):
        return 1.0 / point.omega
    return 1.0 / fastest_rate(system, u, np.asarray(point.scales, float), widths)
