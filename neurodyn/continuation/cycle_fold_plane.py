r"""The equations of a fold of cycles in two parameters, around one point.

A fold of cycles is a cycle whose branch, at fixed second parameter, is vertical. With a border c
near the null vector, the linearised equations have one solution t_1 with <c, t_1> = 1, and

.. math:: g(x, T, \lambda_1, \lambda_2) = (t_1)_{\lambda_1} = 0

is the one equation more. W. Govaerts, Numerical Methods for Bifurcations of Dynamical Equilibria
(SIAM 2000), ch. 3. All corrections lie in the plane of t_1 and of t_2, the response to lambda_2, so
Newton's method needs the derivative of g in these two directions only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.collocation import Orbit, linearise
from neurodyn.continuation.condensation import Border, Borders, Condensed, Step
from neurodyn.continuation.ray import inner, norm, scaled_step
from neurodyn.continuation.system import System
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_GOAL = 1e-8
_DIFFERENCE = 1e-5


@dataclass(frozen=True)
class FoldState:
    """A point of the curve: orbit (with lambda_1) and lambda_2; scaled or in model units."""

    orbit: Orbit
    second: float

    def moved(self, step: Step, second: float) -> FoldState:
        """Return the point shifted by a step."""
        return FoldState(self.orbit.moved(step.x, step.log_period, step.lam), self.second + second)


@dataclass(frozen=True)
class Direction:
    """A direction in the space of points: step of the orbit, and of lambda_2."""

    step: Step
    second: float


@dataclass(frozen=True)
class FoldPlane:
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

    def factor(self, state: FoldState) -> Condensed:
        """Factorise the linearised equations at a point."""
        linear = linearise(self.system, state.orbit, (state.second,))
        if not linear.finite:
            raise NumericalError(str(Status.NOT_FINITE), Status.NOT_FINITE)
        return Condensed(linear, self.system.n, self.borders)

    def g(self, state: FoldState) -> float:
        """The defining function of the fold."""
        return self.factor(state).null_step().lam

    def slopes(
        self, state: FoldState, condensed: Condensed
    ) -> tuple[Step, Step, float, float, float]:
        """Return t_1, t_2, g and its derivatives along both."""
        t1, t2 = condensed.null_step(), condensed.response()
        g = t1.lam
        size1, size2 = norm(t1, self.weights), norm(t2, self.weights) + 1.0
        e1, e2 = _DIFFERENCE / size1, _DIFFERENCE / size2
        g1 = (self.g(state.moved(scaled_step(t1, e1), 0.0)) - g) / e1
        g2 = (self.g(state.moved(scaled_step(t2, e2), e2)) - g) / e2
        return t1, t2, g, g1, g2

    def correct(
        self, guess: FoldState, reference: Orbit, normal: Direction | None
    ) -> tuple[FoldState, Direction, int]:
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
                return state, self.unit(Direction(tangent, g1)), count
            if not size < 10.0:
                break
            previous = size
        raise NumericalError(
            f"{Status.NOT_CONVERGED} (last correction {size:.1e})", Status.NOT_CONVERGED
        )

    def unit(self, direction: Direction) -> Direction:
        """Return the direction with length one."""
        length = np.sqrt(norm(direction.step, self.weights) ** 2 + direction.second**2)
        return Direction(scaled_step(direction.step, 1.0 / length), direction.second / length)

    def dot(self, a: Direction, b: Direction) -> float:
        """Inner product of two directions."""
        return inner(a.step, b.step, self.weights) + a.second * b.second


def _sum(*steps: Step) -> Step:
    return Step(
        sum((s.x for s in steps[1:]), steps[0].x),
        sum(s.log_period for s in steps),
        sum(s.lam for s in steps),
    )
