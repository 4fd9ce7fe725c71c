"""Dense runs: one trajectory as polynomials, by Tsit5 in compiled code or by scipy's Radau."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.codegen import compiled, load_numba_module
from neurodyn.simulation import methods
from neurodyn.simulation.methods.endings import STATUSES
from neurodyn.simulation.options import Adaptive, Stiff, absolute
from neurodyn.simulation.problem import Problem
from neurodyn.status import Status

_METHODS = Path(methods.__path__[0])
KERNELS = (
    *(_METHODS / f"{name}.py" for name in ("endings", "tsit5", "intervals", "rises")),
    *(Path(__file__).with_name(f"tsit5_{name}.py") for name in ("step", "kernel")),
)
_CHUNK = 8192  # steps between looks at the keyboard


@dataclass(frozen=True, eq=False)
class DenseRun:
    """One run as the polynomials of its steps; see :class:`neurodyn.simulation.Trajectory`."""

    t: Array
    x: Array
    coefficients: Array
    jumps: npt.NDArray[np.bool_]
    status: Status
    unsure: int = 0


def run_explicit(problem: Problem, method: Adaptive, progress: Callable[[float], None]) -> DenseRun:
    """Integrate the first run of a problem by Tsit5."""
    model = problem.model
    module = load_numba_module(model, KERNELS)
    knots, levels, slopes = problem.pieces.of_set(problem.sets[0])
    x, p = problem.x0[0].copy(), problem.p[0].copy()
    counters = np.array([0, 0, 0, 0, 1, 0])
    clock = np.array([knots[0], 0.0, module.PAST_ERROR])
    n = len(x)
    steps = _Growing((np.empty(_CHUNK), np.empty((_CHUNK, n, 5)), np.empty(_CHUNK, dtype=bool)))
    while counters[module.STATE] == module.RUNNING:
        buffers = steps.room(_CHUNK)
        written = module.integrate(
            x,
            p,
            problem.pieces.slots,
            knots,
            levels,
            slopes,
            absolute(method, model),
            method.rtol,
            method.max_steps,
            counters,
            clock,
            *buffers,
        )
        steps.used += int(written)
        progress(float((clock[0] - knots[0]) / (knots[-1] - knots[0])))
    polynomials = steps.room(1)[1]  # where the run ends, as a step begins there, stands its state
    polynomials[0] = 0.0
    polynomials[0, :, 0] = x
    steps.used += 1
    ends, coefficients, jumps = steps.whole()
    status = STATUSES[int(counters[module.STATE])]
    return DenseRun(
        t=np.concatenate([knots[:1], ends[:-1]]),
        x=coefficients[:, :, 0],  # a view: states are held once
        coefficients=coefficients[:-1],
        jumps=jumps[:-1],
        status=status,
        unsure=int(counters[module.UNSURE]),
    )


class _Growing:
    """Arrays that grow in place along their first axis: no step is held twice."""

    def __init__(self, arrays: tuple[Array, Array, npt.NDArray[np.bool_]]) -> None:
        self._arrays = arrays
        self.used = 0

    def room(self, n: int) -> list[npt.NDArray[Any]]:
        """Return views of the next n places of each array."""
        self._resize(lambda now: now if now >= self.used + n else now + max(n, now // 4))
        return [array[self.used : self.used + n] for array in self._arrays]

    def whole(self) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
        """Return the places used; no view of the arrays is good any more."""
        self._resize(lambda _: self.used)
        return self._arrays

    def _resize(self, size: Callable[[int], int]) -> None:
        for array in self._arrays:
            if (n := size(len(array))) != len(array):
                array.resize((n, *array.shape[1:]), refcheck=False)


def run_stiff(problem: Problem, method: Stiff, progress: Callable[[float], None]) -> DenseRun:
    """Integrate the first run of a problem by scipy's Radau, from knot to knot."""
    from scipy.integrate import Radau

    model = problem.model
    functions = compiled(model)
    slots, (knots, levels, slopes) = problem.pieces.slots, problem.pieces.of_set(problem.sets[0])
    p = problem.p[0].copy()
    times, states, coefs = [knots[0]], [problem.x0[0]], []
    status, step = Status.OK, None
    for s, (left, right) in enumerate(itertools.pairwise(knots)):

        def at(t: float, s: int = s, left: float = left) -> Array:
            p[slots] = levels[s] + slopes[s] * (t - left)
            return p

        def rhs(t: float, x: Array, at: Callable[[float], Array] = at) -> Array:
            return functions.rhs(x, at(t))

        def jacobian(t: float, x: Array, at: Callable[[float], Array] = at) -> Array:
            return functions.jacobian(x, at(t))

        if not np.isfinite(rhs(left, states[-1])).all():
            status = Status.NOT_FINITE
            break
        solver = Radau(
            rhs,
            left,
            states[-1],
            right,
            rtol=max(method.rtol, 1e-13),
            atol=absolute(method, model),
            jac=jacobian,
            first_step=None if step is None else min(step, right - left),
        )
        while solver.status == "running":
            if len(coefs) >= method.max_steps:
                status = Status.MAX_STEPS
                break
            solver.step()
            if solver.status == "failed":
                status = Status.STEP_TOO_SMALL
                break
            coefs.append(_quartic(solver.dense_output(), solver.t_old, solver.t))
            times.append(solver.t)
            states.append(solver.y.copy())
            step = solver.step_size
            progress(float((solver.t - knots[0]) / (knots[-1] - knots[0])))
        if status is not Status.OK:
            break
    coefficients = np.array(coefs) if coefs else np.empty((0, problem.x0.shape[1], 5))
    none = np.zeros(len(coefs), dtype=bool)
    return DenseRun(np.array(times), np.array(states), coefficients, none, status)


def _quartic(dense: Callable[[Array], Array], left: float, right: float) -> Array:
    """Return the coefficients of Radau's cubic over a step, (n_states, 5), exact."""
    theta = np.linspace(0.0, 1.0, 4)
    powers = np.vander(theta, 4, increasing=True)
    values = dense(left + theta * (right - left))
    cubic = np.asarray(np.linalg.solve(powers, values.T).T, dtype=np.float64)
    return np.concatenate([cubic, np.zeros((len(cubic), 1))], axis=1)
