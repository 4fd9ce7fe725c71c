"""``nd.solve_sde``: integrate a model with noise, many runs at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np

from neurodyn.arguments import Count, Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.codegen import compiled
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.noise import NoiseSource, StochasticModel, stochastic
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.simulation.ensemble import StochasticTrajectories
from neurodyn.simulation.lanes.noisy_run import NoisyGrid, run_with_noise
from neurodyn.simulation.lanes.threads import processors
from neurodyn.simulation.methods.additive_rk4 import DEFAULT_RATE
from neurodyn.simulation.methods.endings import STATUSES
from neurodyn.simulation.options import AdditiveRK4, EulerMaruyama, Keep, check_seed
from neurodyn.simulation.problem import (
    Notes,
    Outcome,
    Problem,
    Waves,
    stimuli_of,
    where_it_ended,
)
from neurodyn.simulation.step_size import best_method, checked_step, step_limits
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus

_LARGEST = 4e9  # bytes of traces
_SPIKES_PER_CYCLE = 4  # room for spike times, per typical cycle; a run with more is done again
_KEEP = {"traces": Keep(), "spikes": Keep(traces=False)}
_MOVED = {
    "thin": "keep=nd.Keep(thin=...)",
    "dead_time": "keep=nd.Keep(dead_time=...)",
    "stop_spikes": "keep=nd.Keep(stop_spikes=...)",
    "stop_quiet": "keep=nd.Keep(stop_quiet=...)",
    "refine": "method=nd.AdditiveRK4(refine) or nd.EulerMaruyama(refine)",
    "engine": "nothing in its place: there is one engine",
    "t_start": "stimuli that start earlier: runs begin at time 0",
    "raise_on_failure": "NumericalError.result for what was computed",
}


@checked(moved=_MOVED)
def solve_sde(
    model: Model | StochasticModel,
    t_end: Positive,
    *,
    noise: NoiseSource | Iterable[NoiseSource] | None = None,
    inputs: Mapping[str, Stimulus | float] | None = None,
    x0: Mapping[str, float | Array] | None = None,
    dt: Positive | None = None,
    n: Count = 1,
    seed: Whole = 0,
    method: AdditiveRK4 | EulerMaruyama | None = None,
    keep: Literal["traces", "spikes"] | Keep = "traces",
    threads: Count | None = None,
    progress: Progress = silent,
) -> StochasticTrajectories:
    """Integrate a model with noise, in the Ito sense, ``n`` times with independent noise.

    Run ``i`` depends on ``seed``, ``i`` and the step alone: neither ``n`` nor the number of threads
    changes a digit of it. Steps are equal between the kinks of the stimuli and end on each of them.

    Parameters
    ----------
    model : Model or StochasticModel
    t_end : float [time unit of the model]
        Runs begin at 0.
    noise : source, or several, made by the functions of ``nd.noise``
        Left out for a StochasticModel, which brings its own.
    inputs : mapping from input name to Stimulus or number, optional
    x0 : mapping from state name to float or (n,) array, optional
        States that are not named start where the model says, those of the noise at 0.
    dt : float, optional [time unit of the model]
        Largest step; if not given, chosen from the path without noise and, where the scale of a
        nonlinear state is not declared, from how far noise leads some runs of their own.
    n : int
        Number of runs.
    seed : int
        From 0 to 2^64 - 1.
    method : AdditiveRK4 or EulerMaruyama, optional
        By default the first where the noise is additive, else the second.
    keep : {"traces", "spikes"} or Keep
        What is kept of each run; ``nd.Keep`` also thins traces and stops runs early.
    threads : int, optional
        All processors by default.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    StochasticTrajectories

    Raises
    ------
    InputError
        For unknown names, numbers that make no sense, and a step too large for the dynamics along
        the path without noise, or for the noise (the step needed is named).
    NumericalError
        If a run left the region where the equations or the step make sense; ``error.result`` holds
        what was computed, and the message the step needed.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=335e-6)
    >>> runs = nd.solve_sde(neuron, 3e-6, noise=nd.noise.white_current(2e-9), n=4, seed=1)
    >>> [len(times) for times in runs.spike_times]
    [8, 8, 8, 8]
    """
    noisy = _with_noise(model, noise)
    check_seed(seed)
    keep = _KEEP[keep] if isinstance(keep, str) else keep
    method = _checked_method(noisy, method)
    spiking = noisy.model.spike is not None
    if not spiking and (keep.stop_spikes or keep.stop_quiet is not None or not keep.traces):
        raise InputError(
            f"model {noisy.model.name!r} declares no spike event to keep or to stop at"
        )
    waves = stimuli_of(noisy.model, inputs or {})
    starts = _starts(noisy.model, x0 or {}, n)
    problem = Problem.alike(noisy.model, starts, waves, 0.0, t_end)
    first = dict(zip(noisy.model.state_names, starts[0].tolist(), strict=True))
    limits = step_limits(noisy, t_end, waves, first, 0.0, method, dt is None)
    dt = checked_step(dt, limits, noisy.model.time_unit, method)
    grid = NoisyGrid(noisy, dt, seed, method)
    times = _kept_times(problem, grid, keep)
    outcome, traces = _run(problem, grid, keep, threads or processors(), progress)
    return _result(problem, grid, outcome, traces, times, waves, x0 or {})


def _with_noise(
    model: Model | StochasticModel, noise: NoiseSource | Iterable[NoiseSource] | None
) -> StochasticModel:
    if isinstance(model, StochasticModel):
        if noise is not None:
            raise InputError("noise was given for a model that has its own; expected one of them")
        return model
    if noise is None:
        raise InputError("no noise was given; expected noise=nd.noise.white_current(...) or such")
    return stochastic(model, noise)


def _checked_method(
    noisy: StochasticModel, method: AdditiveRK4 | EulerMaruyama | None
) -> AdditiveRK4 | EulerMaruyama:
    if isinstance(method, AdditiveRK4) and not noisy.additive:
        raise InputError(
            "AdditiveRK4 needs noise whose strength does not depend on the state, which "
            f"{noisy!r} is not; expected method=nd.EulerMaruyama()"
        )
    return best_method(noisy) if method is None else method


def _starts(model: Model, x0: Mapping[str, float | Array], n: int) -> Array:
    """Return where each run starts, (n, n_states)."""
    start = np.tile(model.x0, (n, 1))
    for name, value in x0.items():
        values = np.asarray(value, dtype=float)
        if values.shape not in ((), (n,)):
            raise InputError(
                f"x0 of {name!r} has the shape {values.shape}; expected one number or ({n},)"
            )
        for extreme in (values.min(), values.max()):
            model.state_vector({name: float(extreme)})  # knows the name and its bounds
        start[:, model.state_names.index(name)] = values
    return start


def _kept_times(problem: Problem, grid: NoisyGrid, keep: Keep) -> Array:
    """Return the times at which states are kept, if their number can be held."""
    if not keep.traces:
        return np.empty(0)
    knots = problem.pieces.knots
    counts = grid.steps_in(knots)
    n, n_states = problem.x0.shape
    size = 8.0 * n * n_states * (int(counts.sum()) // keep.thin + 1)
    if size > _LARGEST:
        raise InputError(
            f"traces of {n} runs with {int(counts.sum())} steps would take more than "
            f"{_LARGEST:.0e} bytes; expected keep=nd.Keep(thin="
            f"{int(np.ceil(size * keep.thin / _LARGEST))}) or more, or keep='spikes'"
        )
    parts = [
        left + (right - left) / count * np.arange(count)
        for left, right, count in zip(knots[:-1], knots[1:], counts, strict=True)
    ]
    return np.concatenate([*parts, knots[-1:]])[:: keep.thin]


def _run(
    problem: Problem, grid: NoisyGrid, keep: Keep, threads: int, progress: Progress
) -> tuple[Outcome, Array]:
    """Do the runs, once more where one has more spikes than were expected."""
    report = monotonic(progress, "runs")
    cycles = (problem.t_end - problem.t_start) / problem.model.time_scale
    room = keep.stop_spikes or int(min(16 + _SPIKES_PER_CYCLE * cycles, 1e6))
    room = room if problem.model.spike is not None else 0
    outcome, traces = run_with_noise(problem, grid, Notes(np.inf, room), threads, report, keep)
    if (most := int(outcome.counts[:, 0].max())) > room:
        notes = Notes(np.inf, most)
        outcome, traces = run_with_noise(problem, grid, notes, threads, report, keep)
    report(1.0)
    return outcome, traces


def _result(
    problem: Problem,
    grid: NoisyGrid,
    outcome: Outcome,
    traces: Array,
    times: Array,
    waves: Waves,
    x0: Mapping[str, float | Array],
) -> StochasticTrajectories:
    statuses = [STATUSES[code] for code in outcome.status]
    spikes = zip(outcome.trains, outcome.counts[:, 0], strict=True)
    result = StochasticTrajectories(
        model=grid.noisy,
        t=times,
        x=traces,
        start=problem.x0,
        end=outcome.states,
        stop=outcome.ends,
        t_start=problem.t_start,
        spike_times=tuple(train[:count].copy() for train, count in spikes),
        inputs=waves,
        dt=grid.dt,
        status=next((status for status in statuses if not status), Status.OK),
        provenance={
            "method": repr(grid.method),
            "dt": grid.dt,
            "seed": grid.seed,
            "noise": [repr(source) for source in grid.noisy.noise],
            "x0": {name: np.asarray(value).tolist() for name, value in x0.items()},
        }
        | problem.provenance(waves)
        | {"digest": grid.noisy.digest},
    )
    if result.status is not Status.OK:
        worst = next(i for i, status in enumerate(statuses) if not status)
        raise NumericalError(_advice(result, worst, grid), result.status, result)
    return result


def _advice(result: StochasticTrajectories, worst: int, grid: NoisyGrid) -> str:
    """Say which run failed, where, and the step it needs."""
    model, x, dt = result.model.model, result.end[worst], grid.dt
    needed = dt / 4
    if result.status is Status.TOO_COARSE:
        rates = np.abs(np.linalg.eigvals(compiled(model, "numpy").jacobian(x, model.p)))
        needed = min(needed, DEFAULT_RATE[type(grid.method).__name__] / float(rates.max()))
    ended = where_it_ended(model, result.status, float(result.stop[worst]), x)
    return f"{model.name}: run {worst}: {ended}; dt is {dt:.3g}, try {needed:.2g} {model.time_unit}"
