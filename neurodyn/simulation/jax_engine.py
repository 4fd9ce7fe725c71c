"""Runs of a problem by diffrax: side by side under ``jax.vmap``, on whatever device jax has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurodyn.simulation.methods.endings import STATUSES
from neurodyn.simulation.options import Adaptive, absolute
from neurodyn.simulation.problem import Notes, Outcome, Problem
from neurodyn.status import Status


def run_on_jax(
    problem: Problem, method: Adaptive, notes: Notes, progress: Callable[[float], None]
) -> Outcome:
    """Do all runs."""
    from neurodyn.simulation import jax_program

    program = jax_program.program_of(problem.model, problem.pieces.driven)
    array = jax_program.array
    tables = tuple(map(array, problem.pieces.tables))
    limits = (
        absolute(method, problem.model),
        method.rtol,
        method.max_steps,
        notes.settle,
        problem.t_end,
    )
    own = array(problem.p), array(problem.sets)
    room = np.full((len(problem), max(1, notes.capacity)), np.nan)  # jax writes into no empty array
    lanes = program.begin(*own, array(problem.x0), room, tables, limits)
    while (np.asarray(lanes["status"]) == STATUSES.index(Status.INTERRUPTED)).any():
        lanes = program.advance(lanes, *own, tables, limits)
        progress(float(np.mean(lanes["t"])) / problem.t_end)
    noted = {name: np.array(lanes[name]) for name in lanes}
    return Outcome(
        noted["counts"],
        noted["times"],
        noted["train"][:, : notes.capacity],
        noted["status"],
        noted["t"],
        noted["x"],
        np.column_stack([noted["steps"], noted["unsure"]]),
    )
