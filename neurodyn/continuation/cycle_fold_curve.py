r"""``continue_cycle_fold``: folds of cycles in the plane of two parameters.

A fold of cycles is a cycle whose branch, at fixed second parameter, is vertical. With a border c
near the null vector, the linearised equations have one solution t_1 with <c, t_1> = 1, and

.. math:: g(x, T, \lambda_1, \lambda_2) = (t_1)_{\lambda_1} = 0

is the one equation more. W. Govaerts, Numerical Methods for Bifurcations of Dynamical Equilibria
(SIAM 2000), ch. 3. All corrections lie in the plane of t_1 and of t_2, the response to lambda_2, so
Newton's method needs the derivative of g in these two directions only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from neurodyn.continuation.collocation import Orbit, linearise, node_weights, phase_row
from neurodyn.continuation.condensation import Border, Borders, Condensed, Step
from neurodyn.continuation.cycle import CyclePoint, extrema
from neurodyn.continuation.cycle_ends import is_small, turned_over
from neurodyn.continuation.cycle_walk import half_amplitude
from neurodyn.continuation.mesh import adapted_mesh, intervals_needed, remeshed, transfer
from neurodyn.continuation.ray import inner, norm, scaled_step
from neurodyn.continuation.smoothness import require_smooth
from neurodyn.continuation.system import System, check_parameter, check_range, free_system
from neurodyn.continuation.two_parameter import TwoParameterCurve
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.status import Status

Array = npt.NDArray[np.float64]

_PARTS = 8.0
_STEP, _STEP_MAX, _STEP_MIN = 0.05, 0.25, 1e-6
_GROWTH, _QUICK = 1.5, 4
_GOAL = 1e-8
_DIFFERENCE = 1e-5
_MAX_POINTS = 1000
_COSINE_MIN = 0.9
_BEYOND = 10.0
_VANISHING = 0.05  # amplitude, against that of the start, below which a fold has met a Hopf point


@dataclass(frozen=True)
class _State:
    """A point of the curve: orbit (with lambda_1) and lambda_2; scaled or in model units."""

    orbit: Orbit
    second: float

    def moved(self, step: Step, second: float) -> _State:
        return _State(self.orbit.moved(step.x, step.log_period, step.lam), self.second + second)


@dataclass(frozen=True)
class _Direction:
    """A direction in the space of points: step of the orbit, and of lambda_2."""

    step: Step
    second: float


@dataclass(frozen=True)
class _Plane:
    """Scaled equations around one point, with the border that defines g."""

    system: System
    phase: Border
    border: Step
    weights: Array

    @cached_property
    def borders(self) -> Borders:
        """Phase, and the border that defines g."""
        c = self.border
        return Borders.of(self.phase, Border(self.weights[:, None] * c.x, c.log_period, c.lam))

    def factor(self, state: _State) -> Condensed:
        """Factorise the linearised equations at a point."""
        linear = linearise(self.system, state.orbit, (state.second,))
        if not linear.finite:
            raise NumericalError(str(Status.NOT_FINITE), Status.NOT_FINITE)
        return Condensed(linear, self.system.n, self.borders)

    def g(self, state: _State) -> float:
        """The defining function of the fold."""
        return self.factor(state).null_step().lam

    def slopes(self, state: _State, condensed: Condensed) -> tuple[Step, Step, float, float, float]:
        """Return t_1, t_2, g and its derivatives along both."""
        t1, t2 = condensed.null_step(), condensed.response()
        g = t1.lam
        size1, size2 = norm(t1, self.weights), norm(t2, self.weights) + 1.0
        e1, e2 = _DIFFERENCE / size1, _DIFFERENCE / size2
        g1 = (self.g(state.moved(scaled_step(t1, e1), 0.0)) - g) / e1
        g2 = (self.g(state.moved(scaled_step(t2, e2), e2)) - g) / e2
        return t1, t2, g, g1, g2

    def correct(
        self, guess: _State, reference: Orbit, normal: _Direction | None
    ) -> tuple[_State, _Direction, int]:
        """Newton; without a normal, at fixed lambda_2. Returns point, tangent and steps."""
        state, previous, size = guess, np.inf, np.inf
        for count in range(1, 12):
            condensed = self.factor(state)
            t1, t2, g, g1, g2 = self.slopes(state, condensed)
            phase = float(np.sum(self.phase.x * (state.orbit.x - reference.x)))
            d0 = condensed.newton_step((phase, 0.0))
            e0 = _DIFFERENCE / (norm(d0, self.weights) + _DIFFERENCE)
            g0 = (self.g(state.moved(scaled_step(d0, e0), 0.0)) - g) / e0
            matrix = np.array([[g1, g2], [0.0, 1.0]])
            right = np.array([-g - g0, 0.0])
            if normal is not None:
                off = Step(
                    state.orbit.x - guess.orbit.x,
                    state.orbit.log_period - guess.orbit.log_period,
                    state.orbit.lam - guess.orbit.lam,
                )
                dot = [inner(normal.step, s, self.weights) for s in (t1, t2, d0, off)]
                matrix[1] = [dot[0], dot[1] + normal.second]
                right[1] = -dot[2] - dot[3] - normal.second * (state.second - guess.second)
            alpha, beta = np.linalg.solve(matrix, right)
            step = _sum(d0, scaled_step(t1, alpha), scaled_step(t2, beta))
            state = state.moved(step, beta)
            size = max(np.max(np.abs(step.x)), abs(step.log_period), abs(step.lam), abs(beta))
            if size < _GOAL or (size < 1e-6 and size > previous / 4):
                tangent = _sum(scaled_step(t1, -g2), scaled_step(t2, g1))
                return state, self.unit(_Direction(tangent, g1)), count
            if not size < 10.0:
                break
            previous = size
        raise NumericalError(
            f"{Status.NOT_CONVERGED} (last correction {size:.1e})", Status.NOT_CONVERGED
        )

    def unit(self, direction: _Direction) -> _Direction:
        """Return the direction with length one."""
        length = np.sqrt(norm(direction.step, self.weights) ** 2 + direction.second**2)
        return _Direction(scaled_step(direction.step, 1.0 / length), direction.second / length)

    def dot(self, a: _Direction, b: _Direction) -> float:
        """Inner product of two directions."""
        return inner(a.step, b.step, self.weights) + a.second * b.second


def _sum(*steps: Step) -> Step:
    return Step(
        sum((s.x for s in steps[1:]), steps[0].x),
        sum(s.log_period for s in steps),
        sum(s.lam for s in steps),
    )


@dataclass
class _Half:
    states: list[_State] = field(default_factory=list)
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

    def plane(self, state: _State, border: Step, size: Array) -> tuple[_Plane, _State]:
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
        plane = _Plane(
            self.system.scaled(size, self.widths),
            Border(row / np.linalg.norm(row), 0.0, 0.0),
            scaled_step(c, 1.0 / norm(c, weights)),
            weights,
        )
        return plane, _State(scaled, state.second / self.widths[1])

    def unscaled(self, state: _State, size: Array) -> _State:
        orbit = state.orbit
        plain = Orbit(orbit.mesh, orbit.x * size, orbit.log_period, orbit.lam * self.widths[0])
        return _State(plain, state.second * self.widths[1])


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
        ``omega`` is 2 pi / period, ``states`` are the maxima. It ends with "bautin" where the
        cycles shrink to a Hopf point.

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
    start = _State(point.cycle.orbit, model[parameter])
    border = point.direction
    if border is None:
        raise InputError("this fold carries no direction; expected one found by continue_cycles")
    forward = _walk(problem, start, border, 1.0)
    back = _walk(problem, start, border, -1.0)
    states = [*back.states[:0:-1], *forward.states]
    return _result(model, problem, states, back, forward).or_failure()


def _walk(problem: _Problem, start: _State, border: Step, sign: float) -> _Half:
    """Follow one direction: towards larger lambda_2 for sign 1."""
    half, size = _Half(), half_amplitude(start.orbit)
    plane, here = problem.plane(start, border, size)
    point, tangent, _ = plane.correct(here, here.orbit, None)
    if tangent.second * sign < 0:
        tangent = _Direction(scaled_step(tangent.step, -1.0), -tangent.second)
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
        tangent = plane.unit(_Direction(moved, tangent.second))
        try:
            point, tangent, length = _advance(plane, base, tangent, length)
        except NumericalError as error:
            vanishing = (
                np.max(half_amplitude(state.orbit) / half_amplitude(start.orbit)) < _VANISHING
            )
            half.ended = "bautin" if vanishing else _not_followed(problem, state, error)
            half.status = Status.OK if vanishing else error.status
            break
        _finish(problem, half, problem.unscaled(point, size), start)
    return half


def _not_followed(problem: _Problem, state: _State, error: NumericalError) -> str:
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
    plane: _Plane, base: _State, tangent: _Direction, length: float
) -> tuple[_State, _Direction, float]:
    reason = "the curve turns too sharply"
    while length > _STEP_MIN:
        guess = base.moved(scaled_step(tangent.step, length), length * tangent.second)
        try:
            point, new, count = plane.correct(guess, base.orbit, tangent)
            if plane.dot(new, tangent) < 0:
                new = _Direction(scaled_step(new.step, -1.0), -new.second)
            if plane.dot(new, tangent) > _COSINE_MIN:
                grown = min(length * _GROWTH, _STEP_MAX) if count <= _QUICK else length
                return point, new, grown
            reason = "the curve turns too sharply"
        except (NumericalError, np.linalg.LinAlgError) as error:
            reason = str(error)
        length /= 2
    raise NumericalError(f"steps below {_STEP_MIN:g} fail, {reason}", Status.NOT_CONVERGED)


def _finish(problem: _Problem, half: _Half, new: _State, start: _State) -> None:
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


def _at_second(problem: _Problem, state: _State, limit: float) -> _State:
    """Return the fold at the limit of the range, from the point just beyond."""
    size = half_amplitude(state.orbit)
    flat = Step(state.orbit.x - state.orbit.x.mean(axis=0), 0.0, 0.0)
    plane, here = problem.plane(replace(state, second=limit), flat, size)
    try:
        found, _, _ = plane.correct(here, here.orbit, None)
    except (NumericalError, np.linalg.LinAlgError):
        return state
    return problem.unscaled(found, size)


def _result(
    model: Model, problem: _Problem, states: list[_State], back: _Half, forward: _Half
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
        states=np.array([extrema(s.orbit.mesh, s.orbit.x)[1] for s in states]),
        state_names=model.state_names,
        omega=np.array([2 * np.pi / s.orbit.period for s in states]),
        first_lyapunov=np.full(len(states), np.nan),
        special=(),
        began=back.ended,
        ended=forward.ended,
        fixed={p: model[p] for p in model.parameter_names if p not in problem.names},
        status=forward.status if not forward.status else back.status,
    )
