"""Runs with noise on threads, on a fixed grid of times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt

from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.noise import NoiseSource, StochasticModel, stochastic
from neurodyn.simulation.sde_step import check_step, step_limits
from neurodyn.sweeps.grid import Grid
from neurodyn.sweeps.lanes import Outcome, on_threads
from neurodyn.sweeps.noisy_source import load_noisy_module


@dataclass(frozen=True, eq=False)
class NoisyRules:
    """How runs with noise are integrated and what is noted of them.

    Parameters
    ----------
    noisy : StochasticModel
    dt : float
        Largest step.
    seed : int
    settle : float
        Spikes after this time count as late.
    capacity : int
    """

    noisy: StochasticModel
    dt: float
    seed: int
    settle: float
    capacity: int

    @property
    def order_4(self) -> bool:
        """Whether the method is the one of order 4 in the dynamics, for additive noise."""
        return self.noisy.additive


def with_noise(model: Model, noise: NoiseSource | Iterable[NoiseSource]) -> StochasticModel:
    """Return the model with its noise, if lanes can do it."""
    noisy = stochastic(model, noise)
    if noisy.jitter:
        raise InputError(
            "a sweep has no parameters that jitter from cycle to cycle; expected nd.solve_sde"
        )
    if not noisy.diffusion.shape[1]:
        raise InputError("no noise was given; expected noise=nd.noise.white_current(...) or such")
    return noisy


def step_of(noisy: StochasticModel, grid: Grid, dt: float | None) -> float:
    """Return the step, checked against the dynamics of the first, middle and last run."""
    method = "additive_rk4" if noisy.additive else "euler_maruyama"
    found = []
    for run in sorted({0, grid.size // 2, grid.size - 1}):
        model, start = grid.model_of(run)
        settings = dict(zip(model.parameter_names, model.p.tolist(), strict=True))
        one = noisy.with_parameters(**settings)
        found.append(step_limits(one, grid.t_end, grid.stimuli_of(run), start, 0.0, method))
    limit, chosen, why = min(found)
    dt = chosen if dt is None else dt
    check_step(dt, limit, chosen, why, grid.model.time_unit, method)
    return dt


def run_with_noise(
    grid: Grid,
    rules: NoisyRules,
    start: int,
    stop: int,
    threads: int,
    progress: Callable[[float], None],
) -> Outcome:
    """Do the runs from ``start`` to before ``stop``; ``grid`` is that of the augmented model."""
    module: ModuleType = load_noisy_module(rules.noisy, grid.driven, rules.order_4)
    runs = grid.runs(start, stop)
    n, n_states = stop - start, len(grid.model.states)
    outcome = Outcome.empty(n, n_states, rules.capacity)
    first, levels, slopes, knots, last = grid.tables
    inputs = np.zeros(len(grid.driven))

    def scratch() -> tuple[npt.NDArray, ...]:
        numbers, lanes = np.zeros(module._W_SIZE), np.zeros(module._L, dtype=np.int64)
        return numbers, lanes, inputs.copy(), inputs.copy(), inputs.copy()

    done = 0
    for one in np.unique(runs.waves):  # all lanes keep step, so they share their stimuli
        these = np.flatnonzero(runs.waves == one)
        pieces = slice(first[one], first[one] + last[one] + 1)
        edges = knots[first[one] : first[one] + last[one] + 2]
        counts = np.maximum(np.ceil(np.diff(edges) / rules.dt - 1e-9), 1).astype(np.int64)
        part = Outcome.empty(len(these), n_states, rules.capacity)
        arguments = (
            runs.p[these], runs.x0[these], start + these, np.uint64(rules.seed), counts,
            levels[pieces], slopes[pieces], edges, rules.settle,
        )  # fmt: skip
        share, before = len(these) / n, done / n
        on_threads(
            module.run_noisy, arguments, part, scratch, threads, len(these),
            lambda f, share=share, before=before: progress(before + share * f),
        )  # fmt: skip
        for whole, piece in zip(outcome.arrays, part.arrays, strict=True):
            whole[these] = piece
        done += len(these)
    return outcome
