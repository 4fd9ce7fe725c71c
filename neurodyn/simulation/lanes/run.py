"""Runs of a problem in lanes, each with its own time and step."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from neurodyn.simulation.lanes.source import load_lane_module
from neurodyn.simulation.lanes.threads import aligned_zeros, on_threads
from neurodyn.simulation.options import Adaptive, absolute
from neurodyn.simulation.problem import Notes, Outcome, Problem


def run_on_lanes(
    problem: Problem,
    method: Adaptive,
    notes: Notes,
    threads: int,
    progress: Callable[[float], None],
) -> Outcome:
    """Do all runs; neither threads nor company change a digit of one."""
    model, n = problem.model, len(problem)
    module: ModuleType = load_lane_module(model, problem.pieces.driven, method.precision)
    real = np.dtype(method.precision).type
    outcome = Outcome.empty(n, len(model.states), notes.capacity)
    limits = float(method.max_steps), problem.t_end, notes.settle
    arguments = (
        (problem.p, problem.x0, problem.sets),
        (absolute(method, model).astype(real), real(method.rtol), *limits),
        problem.pieces.tables,
    )

    def scratch() -> tuple[Any, ...]:
        numbers = (aligned_zeros(module._W_SIZE, real), aligned_zeros(module._Z_SIZE))
        places = tuple(np.zeros(module._L, dtype=np.int64) for _ in range(3))
        coef = np.zeros((module._N + len(problem.pieces.driven), 5), real)
        rows = np.zeros((module.ROW_OF[-1], 5))
        search = (coef, rows, np.zeros(64))
        return (*numbers, *places, np.zeros(module._N, real), search)

    on_threads(module.run_lanes, arguments, outcome, scratch, threads, n, progress)
    return outcome
