"""Runs of a problem with noise in lanes, on a fixed grid of times."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.noise import StochasticModel
from neurodyn.simulation.lanes.noisy_source import load_noisy_module
from neurodyn.simulation.lanes.threads import aligned_zeros, on_threads
from neurodyn.simulation.methods.additive_rk4 import CHECK_EVERY, LARGEST_RATE
from neurodyn.simulation.options import AdditiveRK4, EulerMaruyama, Keep
from neurodyn.simulation.problem import Notes, Outcome, Problem

_VECTOR = 8
"""Lanes in use are a multiple of this: float64 in a vector register, where they are longest."""


@dataclass(frozen=True, eq=False)
class NoisyGrid:
    """How runs with noise are integrated.

    Parameters
    ----------
    noisy : StochasticModel
        Its ``model`` is that of the problem.
    dt : float
        Largest step.
    seed : int
    method : AdditiveRK4 or EulerMaruyama
    """

    noisy: StochasticModel
    dt: float
    seed: int
    method: AdditiveRK4 | EulerMaruyama

    def steps_in(self, knots: Array) -> npt.NDArray[np.int64]:
        """Return the number of equal steps between each two knots."""
        return np.maximum(np.ceil(np.diff(knots) / self.dt - 1e-9), 1).astype(np.int64)


NOTHING = Keep(traces=False)


def run_with_noise(
    problem: Problem,
    grid: NoisyGrid,
    notes: Notes,
    threads: int,
    progress: Callable[[float], None],
    keep: Keep = NOTHING,
) -> tuple[Outcome, Array]:
    """Do all runs; return what was noted, and traces (n, kept, n_states).

    Traces are NaN after a run has stopped. Neither threads nor company change a digit.
    """
    n, n_states = problem.x0.shape
    outcome, done = Outcome.empty(n, n_states, notes.capacity), 0
    traces: Array = np.empty((n, 0, n_states))
    for one in np.unique(problem.sets):  # all lanes keep step, so they share their stimuli
        these = np.flatnonzero(problem.sets == one)
        share, before = len(these) / n, done / n
        part, kept = _alike(
            problem,
            grid,
            notes,
            keep,
            int(one),
            these,
            threads,
            lambda f, share=share, before=before: progress(before + share * f),
        )
        for whole, piece in zip(outcome.arrays, part.arrays, strict=True):
            whole[these] = piece
        if keep.traces:
            traces = kept  # only ensembles keep traces, and these have one set of stimuli
        done += len(these)
    return outcome, traces


def _alike(
    problem: Problem,
    grid: NoisyGrid,
    notes: Notes,
    keep: Keep,
    stimuli: int,
    these: npt.NDArray[np.int64],
    threads: int,
    progress: Callable[[float], None],
) -> tuple[Outcome, Array]:
    """Do the runs that have one set of stimuli."""
    model, method, n = problem.model, grid.method, len(these)
    name = type(method).__name__
    module: ModuleType = load_noisy_module(
        grid.noisy, problem.pieces.driven, isinstance(method, AdditiveRK4)
    )
    knots, levels, slopes = problem.pieces.of_set(stimuli)
    steps_of = grid.steps_in(knots)
    steps = int(steps_of.sum())
    kept = steps // keep.thin + 1 if keep.traces else 0
    traces = np.full((n, kept, len(model.states)), np.nan)
    outcome = Outcome.empty(n, len(model.states), notes.capacity)
    jitter = grid.noisy.jitter
    places = np.array([model.parameter_names.index(name) for name in jitter], dtype=np.int64)
    spreads = np.sqrt(np.log1p(np.square(list(jitter.values()), dtype=float)))
    lanes = min(module._L, _VECTOR * math.ceil(n / threads / _VECTOR))
    arguments = (
        (problem.p[these], problem.x0[these], problem.first + these),
        (steps_of, levels, slopes, knots),
        (places, spreads, np.uint64(grid.seed), method.refine),
        (model.scales, LARGEST_RATE[name], CHECK_EVERY[name]),
        (
            notes.settle,
            keep.dead_time,
            keep.stop_spikes or -1,
            math.inf if keep.stop_quiet is None else keep.stop_quiet,
        ),
        keep.thin,
        lanes,
        traces,
    )

    def scratch() -> tuple[npt.NDArray, ...]:
        own = np.zeros((module._L, problem.p.shape[1]))
        inputs = tuple(np.zeros(len(problem.pieces.driven)) for _ in range(3))
        run_of = np.zeros(module._L, dtype=np.int64)
        return (aligned_zeros(module._W_SIZE), run_of, own, np.zeros(module._L), *inputs)

    units = math.ceil(n / lanes) * math.ceil(steps / module.LOOK_UP)
    on_threads(module.run_noisy, arguments, outcome, scratch, threads, units, progress)
    return outcome, traces
