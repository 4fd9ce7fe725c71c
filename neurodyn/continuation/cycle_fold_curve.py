r"""``continue_cycle_fold``: folds of cycles in the plane of two parameters.

The curve is followed by pseudo-arclength with the equations of
:mod:`neurodyn.continuation.cycle_fold_plane`. Where both parameters turn at once it has a cusp: two
folds of cycles meet there and vanish. W. Govaerts, Yu. A. Kuznetsov, A. Dhooge, SIAM J. Sci.
Comput. 27, 231 (2005).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.bracket import bracket
from neurodyn.continuation.collocation import Orbit, node_weights, phase_row
from neurodyn.continuation.condensation import Border, Step
from neurodyn.continuation.cycle import CyclePoint, extrema
from neurodyn.continuation.cycle_ends import is_small, turned_over
from neurodyn.continuation.cycle_fold_plane import Direction, FoldPlane, FoldState
from neurodyn.continuation.cycle_walk import half_amplitude
from neurodyn.continuation.mesh import adapted_mesh, intervals_needed, remeshed, transfer
from neurodyn.continuation.ray import norm, scaled_step
from neurodyn.continuation.smoothness import require_smooth
from neurodyn.continuation.system import System, check_parameter, check_range, free_system
from neurodyn.continuation.two_parameter import Codimension2Point, TwoParameterCurve
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.status import Status

_PARTS = 8.0
_STEP, _STEP_MAX, _STEP_MIN = 0.05, 0.25, 1e-6
_GROWTH, _QUICK = 1.5, 4
_MAX_POINTS = 1000
_PRECISION = 1e-10  # of the step
_STANDING = 1e-2  # part of the first parameter in a unit tangent, where both parameters turn
_COSINE_MIN = 0.9
_BEYOND = 10.0
_VANISHING = 0.05  # amplitude, against that of the start, below which a fold has met a Hopf point


@dataclass
class _Half:
    """One direction of the curve."""

    cusps: list[tuple[FoldState, Status, float]] = field(default_factory=list)
    states: list[FoldState] = field(default_factory=list)
    ended: str = ""
    status: Status = Status.OK


@dataclass(frozen=True)
class _Problem:
    """Model-unit equations, ranges and the sizes in which steps are measured."""

    system: System
    names: tuple[str, str]
    widths: Array
    span: tuple[float, float]
    limits: tuple[float, float]

    def plane(self, state: FoldState, border: Step, size: Array) -> tuple[FoldPlane, FoldState]:
        """Scale a point on a fresh mesh; return the equations and the point, scaled."""
        orbit = state.orbit
        count = max(orbit.intervals, intervals_needed(orbit))
        mesh = adapted_mesh(orbit, count)
        orbit = remeshed(orbit, mesh)
        scaled = Orbit(mesh, orbit.x / size, orbit.log_period, orbit.lam / self.widths[0])
        weights, row = node_weights(mesh), phase_row(scaled)
        c = Step(
            transfer(border.x, state.orbit.mesh, mesh) / size,
            border.log_period,
            border.lam / self.widths[0],
        )
        plane = FoldPlane(
            self.system.scaled(size, self.widths),
            Border(row / np.linalg.norm(row), 0.0, 0.0),
            scaled_step(c, 1.0 / norm(c, weights)),
            weights,
        )
        return plane, FoldState(scaled, state.second / self.widths[1])

    def unscaled(self, state: FoldState, size: Array) -> FoldState:
        orbit = state.orbit
        plain = Orbit(orbit.mesh, orbit.x * size, orbit.log_period, orbit.lam * self.widths[0])
        return FoldState(plain, state.second * self.widths[1])


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
    width = point.span[1] - point.span[0]
    problem = _Problem(
        free_system(model, names),
        names,
        np.array([width, span[1] - span[0]]) / _PARTS,
        span,
        (point.span[0] - _BEYOND * width, point.span[1] + _BEYOND * width),
    )
    start = FoldState(point.cycle.orbit, model[parameter])
    border = point.direction
    if border is None:
        raise InputError("this fold carries no direction; expected one found by continue_cycles")
    forward = _walk(problem, start, border, 1.0)
    back = _walk(problem, start, border, -1.0)
    states = [*back.states[:0:-1], *forward.states]
    return _result(model, problem, states, back, forward).or_failure()


def _walk(problem: _Problem, start: FoldState, border: Step, sign: float) -> _Half:
    """Follow one direction: towards larger lambda_2 for sign 1."""
    half, size = _Half(), half_amplitude(start.orbit)
    plane, here = problem.plane(start, border, size)
    point, tangent, _ = plane.correct(here, here.orbit, None)
    if tangent.second * sign < 0:
        tangent = Direction(scaled_step(tangent.step, -1.0), -tangent.second)
    length = _STEP
    half.states.append(problem.unscaled(point, size))
    while not half.ended:
        state = half.states[-1]
        null = plane.factor(point).null_step()
        border = _unscaled_step(null, size, problem.widths)
        way = _unscaled_step(tangent.step, size, problem.widths)
        size = np.maximum(0.5 * size, half_amplitude(state.orbit))
        old_mesh = state.orbit.mesh
        plane, base = problem.plane(state, border, size)
        moved = Step(
            transfer(way.x, old_mesh, base.orbit.mesh) / size,
            way.log_period,
            way.lam / problem.widths[0],
        )
        tangent = plane.unit(Direction(moved, tangent.second))
        try:
            before = tangent
            point, tangent, taken, length = _advance(plane, base, tangent, length)
        except NumericalError as error:
            vanishing = (
                np.max(half_amplitude(state.orbit) / half_amplitude(start.orbit)) < _VANISHING
            )
            half.ended = "bautin" if vanishing else _not_followed(problem, state, error)
            half.status = Status.OK if vanishing else error.status
            break
        _finish(problem, half, problem.unscaled(point, size), start)
        if (before.second >= 0) != (tangent.second >= 0):
            cusp = _cusp(plane, base, (before, tangent), point, taken)
            if cusp is not None:
                half.cusps.append((problem.unscaled(cusp[0], size), *cusp[1:]))
    return half


def _cusp(
    plane: FoldPlane,
    base: FoldState,
    ends: tuple[Direction, Direction],
    point: FoldState,
    length: float,
) -> tuple[FoldState, Status, float] | None:
    """Return the cusp in a step in which the second parameter turns; None if the first does not."""
    normal, seen = ends[0], {1.0: (point, ends[1])}

    def second(part: float) -> float:
        guess = base.moved(scaled_step(normal.step, part * length), part * length * normal.second)
        found, tangent, _ = plane.correct(guess, base.orbit, normal)
        seen[part] = found, tangent
        return tangent.second if plane.dot(tangent, normal) > 0 else -tangent.second

    place = bracket(second, normal.second, ends[1].second, _PRECISION)
    nearest = min(seen, key=lambda part: abs(part - place.part))
    found, tangent = seen[nearest]
    if abs(tangent.step.lam) > _STANDING:
        return None
    done = place.narrowed and nearest == place.part
    return found, Status.OK if done else Status.NOT_CONVERGED, place.width * length


def _not_followed(problem: _Problem, state: FoldState, error: NumericalError) -> str:
    first, second = problem.names
    orbit = state.orbit
    return (
        f"the curve could not be followed beyond {first} = {orbit.lam:.9g}, {second} = "
        f"{state.second:.9g} (period {orbit.period:.6g}, {orbit.intervals} mesh intervals): "
        f"{error}. Try a range of {second} that ends before, or start from a fold computed with "
        "more mesh intervals (intervals= of continue_cycles)"
    )


def _unscaled_step(step: Step, size: Array, widths: Array) -> Step:
    return Step(step.x * size, step.log_period, float(step.lam * widths[0]))


def _advance(
    plane: FoldPlane, base: FoldState, tangent: Direction, length: float
) -> tuple[FoldState, Direction, float, float]:
    """Return point, tangent, the length of the step taken and that of the next."""
    reason = "the curve turns too sharply"
    while length > _STEP_MIN:
        guess = base.moved(scaled_step(tangent.step, length), length * tangent.second)
        try:
            point, new, count = plane.correct(guess, base.orbit, tangent)
            if plane.dot(new, tangent) < 0:
                new = Direction(scaled_step(new.step, -1.0), -new.second)
            if plane.dot(new, tangent) > _COSINE_MIN:
                grown = min(length * _GROWTH, _STEP_MAX) if count <= _QUICK else length
                return point, new, length, grown
            reason = "the curve turns too sharply"
        except (NumericalError, np.linalg.LinAlgError) as error:
            reason = str(error)
        length /= 2
    raise NumericalError(f"steps below {_STEP_MIN:g} fail, {reason}", Status.NOT_CONVERGED)


def _finish(problem: _Problem, half: _Half, new: FoldState, start: FoldState) -> None:
    """Append a point, or the end of the curve."""
    old = half.states[-1]
    if is_small(old.orbit, half_amplitude(start.orbit)) and turned_over(old.orbit, new.orbit):
        half.ended = "bautin"
        return
    low, high = problem.span
    if not low <= new.second <= high:
        limit = low if new.second < low else high
        half.states.append(_at_second(problem, new, limit))
        half.ended = "range"
        return
    half.states.append(new)
    if not problem.limits[0] <= new.orbit.lam <= problem.limits[1]:
        half.ended = f"limit of {problem.names[0]}"
    elif len(half.states) > _MAX_POINTS:
        half.ended = "largest number of points"


def _at_second(problem: _Problem, state: FoldState, limit: float) -> FoldState:
    """Return the fold at the limit of the range, from the point just beyond."""
    size = half_amplitude(state.orbit)
    flat = Step(state.orbit.x - state.orbit.x.mean(axis=0), 0.0, 0.0)
    plane, here = problem.plane(replace(state, second=limit), flat, size)
    try:
        found, _, _ = plane.correct(here, here.orbit, None)
    except (NumericalError, np.linalg.LinAlgError):
        return state
    return problem.unscaled(found, size)


def _maxima(state: FoldState) -> Array:
    return extrema(state.orbit.mesh, state.orbit.x)[1]


def _result(
    model: Model, problem: _Problem, states: list[FoldState], back: _Half, forward: _Half
) -> TwoParameterCurve:
    units = [model.quantity(name).unit for name in problem.names]
    return TwoParameterCurve(
        kind="cycle_fold",
        model_name=model.name,
        digest=model.digest,
        parameter_names=problem.names,
        parameter_units=(units[0], units[1]),
        span=problem.span,
        parameters=np.array([[s.orbit.lam, s.second] for s in states]),
        states=np.array([_maxima(s) for s in states]),
        state_names=model.state_names,
        omega=np.array([2 * np.pi / s.orbit.period for s in states]),
        first_lyapunov=np.full(len(states), np.nan),
        special=tuple(
            Codimension2Point(
                kind="cusp",
                parameters=dict(
                    zip(problem.names, map(float, (s.orbit.lam, s.second)), strict=True)
                ),
                state=dict(zip(model.state_names, _maxima(s).tolist(), strict=True)),
                eigenvalues=np.empty(0, complex),
                status=status,
                residual=residual,
                omega=2 * np.pi / s.orbit.period,
            )
            for s, status, residual in (*back.cusps[::-1], *forward.cusps)
        ),
        began=back.ended,
        ended=forward.ended,
        fixed={p: model[p] for p in model.parameter_names if p not in problem.names},
        status=forward.status if not forward.status else back.status,
    )
