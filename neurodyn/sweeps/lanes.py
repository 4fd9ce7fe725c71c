"""Runs on threads: each takes lanes' worth of runs from one shared queue."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.status import Status
from neurodyn.sweeps.grid import Grid
from neurodyn.sweeps.lane_constants import Precision
from neurodyn.sweeps.lane_source import load_lane_module

Whole = npt.NDArray[np.int64]

STATUSES = (
    Status.INTERRUPTED, Status.OK, Status.MAX_STEPS, Status.STEP_TOO_SMALL, Status.NOT_FINITE,
    Status.RESET_ABOVE,
)  # fmt: skip
"""Status of each code in :attr:`Outcome.status`; 0 is a run that was not finished."""


@dataclass(frozen=True, eq=False)
class Rules:
    """How runs are integrated and what is noted of them.

    Parameters
    ----------
    rtol, atol : float
        ``atol`` in units of each state's scale.
    max_steps : int
    settle : float
        Spikes after this time count as late.
    capacity : int
        Spike times kept of each run.
    precision : {"float64", "float32"}
    """

    rtol: float
    atol: float
    max_steps: int
    settle: float
    capacity: int
    precision: Precision


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was noted of n runs.

    Parameters
    ----------
    counts : (n, 2) int
        Spikes, and late spikes.
    times : (n, 3) float
        Of the first, first late, and last spike; NaN without one.
    trains : (n, capacity) float
        Spike times, then NaN.
    status : (n,) int
        Place in ``STATUSES``.
    ends : (n,) float
        Where the run ended.
    states : (n, n_states) float
        State there.
    steps : (n, 2) int
        Accepted and rejected steps.
    """

    counts: Whole
    times: Array
    trains: Array
    status: Whole
    ends: Array
    states: Array
    steps: Whole

    @staticmethod
    def empty(n: int, n_states: int, capacity: int) -> Outcome:
        """Return room for n runs."""
        return Outcome(
            np.zeros((n, 2), dtype=np.int64), np.full((n, 3), np.nan),
            np.full((n, capacity), np.nan), np.zeros(n, dtype=np.int64), np.zeros(n),
            np.full((n, n_states), np.nan), np.zeros((n, 2), dtype=np.int64),
        )  # fmt: skip

    @property
    def arrays(self) -> tuple[Whole, Array, Array, Whole, Array, Array, Whole]:
        """All arrays, in order."""
        return (
            self.counts, self.times, self.trains, self.status, self.ends, self.states, self.steps
        )  # fmt: skip

    @staticmethod
    def joined(parts: list[Outcome]) -> Outcome:
        """Return the runs of all parts, one after another."""
        return Outcome(*map(np.concatenate, zip(*(part.arrays for part in parts), strict=True)))


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_on_lanes(
    grid: Grid,
    rules: Rules,
    start: int,
    stop: int,
    threads: int,
    progress: Callable[[float], None],
) -> Outcome:
    """Do the runs from ``start`` to before ``stop``."""
    module: ModuleType = load_lane_module(grid.model, grid.driven, rules.precision)
    runs, model = grid.runs(start, stop), grid.model
    real = np.dtype(rules.precision).type
    outcome = Outcome.empty(stop - start, len(model.states), rules.capacity)
    limits = float(rules.max_steps), grid.t_end, rules.settle
    arguments = (
        (runs.p, runs.x0, runs.waves),
        ((rules.atol * model.scales).astype(real), real(rules.rtol), *limits),
        grid.tables,
    )

    def scratch() -> tuple[npt.NDArray, ...]:
        numbers = (np.zeros(module._W_SIZE, real), np.zeros(module._Z_SIZE))
        places = tuple(np.zeros(module._L, dtype=np.int64) for _ in range(3))
        return (*numbers, *places, np.zeros((module._N, 5), real), np.zeros(module._N, real))

    on_threads(module.run_lanes, arguments, outcome, scratch, threads, stop - start, progress)
    return outcome


def on_threads(
    kernel: Callable[..., None],
    arguments: tuple,
    outcome: Outcome,
    scratch: Callable[[], tuple],
    threads: int,
    n: int,
    progress: Callable[[float], None],
) -> None:
    """Call ``kernel(*arguments, shared, *outcome, scratch())`` on threads until all n are done."""
    shared = np.zeros(3, dtype=np.int64)  # next run, runs finished, whether to stop
    # Python has to stay awake to hear Ctrl-C, so that even one thread is a thread of its own
    with ThreadPoolExecutor(threads) as pool:
        work = [
            pool.submit(kernel, *arguments, shared, *outcome.arrays, scratch())
            for _ in range(threads)
        ]
        try:
            while wait(work, timeout=0.1).not_done:
                progress(float(shared[1]) / n)
        finally:
            shared[2] = 1
    for part in work:
        part.result()
