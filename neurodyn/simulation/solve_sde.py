"""``nd.solve_sde``: integrate a model with noise, many runs at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import InputError, NumericalError, unknown_name
from neurodyn.model import Model
from neurodyn.noise import NoiseSource, StochasticModel, stochastic
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.provenance import versions
from neurodyn.simulation.sde_compiled import Ensemble, Outcome, run_compiled
from neurodyn.simulation.sde_step import CHOSEN, LIMIT, check_step, step_limits
from neurodyn.simulation.solve import knots_of, stimuli_of
from neurodyn.simulation.stochastic_trajectories import StochasticTrajectories
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus

SDEMethod = Literal["euler_maruyama", "additive_rk4"]
Engine = Literal["numba", "diffrax"]
Keep = Literal["traces", "spikes"]

_LARGEST = 4e9  # bytes of traces


def solve_sde(
    model: Model | StochasticModel,
    t_end: float,
    *,
    noise: NoiseSource | Iterable[NoiseSource] | None = None,
    inputs: Mapping[str, Stimulus | float] | None = None,
    x0: Mapping[str, float | Array] | None = None,
    t_start: float = 0.0,
    dt: float | None = None,
    n: int = 1,
    method: SDEMethod | None = None,
    seed: int = 0,
    engine: Engine = "numba",
    keep: Keep = "traces",
    thin: int = 1,
    refine: int = 1,
    dead_time: float = 0.0,
    stop_spikes: int | None = None,
    stop_quiet: float | None = None,
    threads: int | None = None,
    raise_on_failure: bool = True,
    progress: Progress = silent,
) -> StochasticTrajectories:
    """Integrate a model with noise, in the Ito sense, ``n`` times with independent noise.

    Run ``i`` depends on ``seed``, ``i`` and the step alone: neither ``n`` nor the number of threads
    changes a digit of it. Steps are equal between the kinks of the stimuli and end on each of them.

    Parameters
    ----------
    model : Model or StochasticModel
    t_end : float [time unit of the model]
    noise : source, or several, made by the functions of ``nd.noise``
        Left out for a StochasticModel, which brings its own.
    inputs : mapping from input name to Stimulus or number, optional
    x0 : mapping from state name to float or (n,) array, optional
        States that are not named start where the model says, those of the noise at 0.
    t_start : float
    dt : float, optional [time unit of the model]
        Largest step; chosen from the path without noise if not given.
    n : int
        Number of runs.
    method : {"euler_maruyama", "additive_rk4"}, optional
        ``additive_rk4`` (strong order 3/2, and order 4 in the dynamics) where the noise is
        additive, ``euler_maruyama`` (strong order 1/2) for any noise. By default the best of them.
    seed : int
        From 0 to 2^64 - 1.
    engine : {"numba", "diffrax"}
        Compiled code on threads, or diffrax (for a GPU; no resets, no jitter, methods
        ``euler_maruyama`` and diffrax's SRA1 in place of ``additive_rk4``, other random numbers).
    keep : {"traces", "spikes"}
        What is kept of each run; traces take 8 n (steps / thin) n_states bytes.
    thin : int
        Every thin-th step is kept of traces.
    refine : int
        The Brownian path is drawn on a grid of dt / refine: a run with ``dt=4*h, refine=4`` follows
        the same path as one with ``dt=h`` where both steps divide each stretch between kinks.
    dead_time : float
        A crossing sooner than this after a spike does not count: for events that are themselves
        noisy, and cross several times at once.
    stop_spikes : int, optional
        A run stops after this many spikes.
    stop_quiet : float, optional
        A run stops when it has had no spike for this long.
    threads : int, optional
        All processors by default.
    raise_on_failure : bool
        If false, an ensemble with another status than OK is returned instead of raised.
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
    augmented = noisy.model
    method = _checked_method(noisy, method, engine)
    if not (np.isfinite(t_start) and np.isfinite(t_end) and t_end > t_start):
        raise InputError(f"t_end is {t_end:g}; expected a finite time after t_start = {t_start:g}")
    for name, value in (("n", n), ("thin", thin), ("refine", refine), ("threads", threads)):
        _check_whole(name, value)
    _check_whole("stop_spikes", stop_spikes)
    if not (isinstance(seed, (int, np.integer)) and 0 <= seed < 2**64):
        raise InputError(f"seed is {seed!r}; expected a whole number from 0 to 2^64 - 1")
    for name, time in (("dead_time", dead_time), ("stop_quiet", stop_quiet)):
        if time is not None and not time >= 0:
            raise InputError(f"{name} is {time:g}; expected zero or more")
    if keep not in ("traces", "spikes"):
        raise unknown_name("choice of keep", str(keep), ("traces", "spikes"))
    if (stop_spikes or stop_quiet or keep == "spikes") and augmented.spike is None:
        raise InputError(f"model {augmented.name!r} declares no spike event to keep or to stop at")

    waves = stimuli_of(augmented, inputs or {})
    start = _starts(augmented, x0 or {}, n)
    first = dict(zip(augmented.state_names, start[0].tolist(), strict=True))
    limit, chosen, why = step_limits(noisy, t_end, waves, first, t_start, method)
    unit = augmented.time_unit
    if dt is None:
        dt = chosen
    check_step(dt, limit, chosen, why, unit, method)
    knots = knots_of(waves, t_start, t_end)
    counts = np.maximum(np.ceil(np.diff(knots) / dt - 1e-9), 1).astype(np.int64)
    kept = int(counts.sum()) // thin + 1
    if keep == "traces" and 8.0 * n * kept * len(augmented.states) > _LARGEST:
        wanted = int(np.ceil(8.0 * n * kept * thin * len(augmented.states) / _LARGEST))
        raise InputError(
            f"traces of {n} runs with {int(counts.sum())} steps would take more than "
            f"{_LARGEST:.0e} bytes; expected thin={wanted} or more, or keep='spikes'"
        )
    ensemble = Ensemble(
        noisy=noisy, start=start, waves=waves, knots=knots, counts=counts, method=method,
        seed=int(seed), refine=refine, dead_time=dead_time, stop_spikes=stop_spikes or -1,
        stop_quiet=np.inf if stop_quiet is None else stop_quiet,
        thin=thin, kept=kept if keep == "traces" else 0, limit=LIMIT[method],
    )  # fmt: skip
    if engine == "diffrax":
        from neurodyn.simulation.sde_diffrax import run_diffrax

        outcome = run_diffrax(ensemble)
    else:
        outcome = run_compiled(
            ensemble, threads or os.cpu_count() or 1, monotonic(progress, "runs")
        )
    result = StochasticTrajectories(
        model=noisy,
        t=_kept_times(knots, counts, thin) if keep == "traces" else np.empty(0),
        x=outcome.x,
        start=start,
        end=outcome.end,
        stop=outcome.stop,
        t_start=float(t_start),
        spike_times=outcome.spike_times,
        inputs=waves,
        dt=float(dt),
        status=next((status for status in outcome.statuses if not status), Status.OK),
        provenance={
            "method": method,
            "engine": engine,
            "dt": float(dt),
            "refine": refine,
            "seed": int(seed),
            "noise": [repr(source) for source in noisy.noise],
            "digest": noisy.digest,
            "parameters": dict(zip(augmented.parameter_names, augmented.p.tolist(), strict=True)),
            "x0": {name: np.asarray(value).tolist() for name, value in (x0 or {}).items()},
            "inputs": {name: wave.description for name, wave in waves.items()},
            "versions": versions(),
        },
    )
    if result.status is not Status.OK and raise_on_failure:
        raise NumericalError(_advice(result, outcome, CHOSEN[method]), result.status, result)
    return result


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


def _checked_method(noisy: StochasticModel, method: str | None, engine: str) -> SDEMethod:
    if engine not in ("numba", "diffrax"):
        raise unknown_name("engine", engine, ("numba", "diffrax"))
    if method is None:
        return "additive_rk4" if noisy.additive else "euler_maruyama"
    if method == "additive_rk4":
        if not noisy.additive:
            raise InputError(
                "method 'additive_rk4' needs noise whose strength does not depend on the state, "
                f"which {noisy!r} is not; expected method='euler_maruyama'"
            )
        return "additive_rk4"
    if method != "euler_maruyama":
        raise unknown_name("method", method, tuple(LIMIT))
    return "euler_maruyama"


def _check_whole(name: str, value: int | None) -> None:
    if value is not None and (value != int(value) or value < 1):
        raise InputError(f"{name} is {value}; expected a whole number of 1 or more")


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


def _kept_times(knots: Array, counts: npt.NDArray[np.int64], thin: int) -> Array:
    parts = [
        left + (right - left) / count * np.arange(count)
        for left, right, count in zip(knots[:-1], knots[1:], counts, strict=True)
    ]
    return np.concatenate([*parts, knots[-1:]])[::thin]


def _advice(result: StochasticTrajectories, outcome: Outcome, chosen: float) -> str:
    """Say which run failed, where, and the step it needs."""
    model = result.model.model
    worst = next(i for i, status in enumerate(outcome.statuses) if not status)
    where = ", ".join(
        f"{name} = {value:.6g}"
        for name, value in zip(model.state_names, result.end[worst], strict=True)
    )
    needed = chosen / outcome.fastest if outcome.fastest > 0 else result.dt / 4
    return (
        f"{model.name}: run {worst}: {result.status} at t = {result.stop[worst]:.6g} "
        f"{model.time_unit} ({where}); dt is {result.dt:.3g}, try {min(needed, result.dt / 4):.2g} "
        f"{model.time_unit}"
    )
