"""``nd.sweep``: many neurons at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Positive, checked
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.noise import stochastic
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.provenance import jax_setting, versions
from neurodyn.simulation import Adaptive, Dask, FixedStep, Jax, Threads, solve
from neurodyn.simulation.events import ONE_A_STEP, incomplete, sampled_only
from neurodyn.simulation.lanes.noisy_run import NoisyGrid
from neurodyn.simulation.methods.endings import STATUSES
from neurodyn.simulation.step_size import best_method, checked_step, step_limits
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus
from neurodyn.sweeps.chunks import SweepJob, run_all
from neurodyn.sweeps.grid import Grid, Values, grid_of
from neurodyn.sweeps.measures import BUILT, SETTLE, Measure, named_measures
from neurodyn.sweeps.result import Sweep

_OK = STATUSES.index(Status.OK)
_MOVED = {
    "rtol": "method=nd.Adaptive(rtol)",
    "atol": "method=nd.Adaptive(rtol, atol)",
    "max_steps": "method=nd.Adaptive(max_steps=...)",
    "precision": "method=nd.Adaptive(precision=...)",
    "noise": "method=nd.FixedStep(noise=...)",
    "trials": "method=nd.FixedStep(trials=...)",
    "seed": "method=nd.FixedStep(seed=...)",
    "dt": "method=nd.FixedStep(dt)",
    "threads": "run=nd.Threads(n)",
    "client": "run=nd.Dask(client)",
    "engine": "run=nd.Jax() or run=nd.Threads()",
    "capacity": "nothing in its place: there is room for all spike times",
}


@checked(moved=_MOVED)
def sweep(
    model: Model,
    values: Mapping[str, Values],
    t_end: Positive,
    *,
    measure: Measure | Sequence[Measure] = "rate",
    inputs: Mapping[str, Stimulus | float] | None = None,
    x0: Mapping[str, float] | None = None,
    method: Adaptive | FixedStep = Adaptive(1e-6),
    run: Threads | Dask | Jax = Threads(),
    store: str | PathLike[str] | None = None,
    zipped: bool = False,
    settle: float = SETTLE,
    progress: Progress = silent,
) -> Sweep:
    """Integrate a model for many values of its parameters, and measure each run.

    Runs advance side by side in the lanes of vector registers, each with its own step, on all
    processors. A run gives the same digits in whatever order, chunk or thread it is done. A run
    that cannot go on ends with a status; the others are not affected.

    Parameters
    ----------
    model : Model
    values : mapping from name to list
        Of parameters, inputs, or states (where they start); an input may have a list of stimuli.
        Every combination is run.
    t_end : float [time unit of the model]
    measure : str, function, or several
        ``"rate"`` and ``"period"`` (of the spikes after settling), ``"spikes"`` (their number),
        ``"first_spike"``, ``"last_spike"``, ``"spike_times"``, ``"final"`` (state), or a function
        of a trajectory that gives a number. A function needs the whole trajectory: each run is then
        made by ``nd.solve``, one after another.
    inputs : mapping from input name to Stimulus or number, optional
        As in :func:`neurodyn.solve`, for all runs.
    x0 : mapping from state name to float, optional
    method : Adaptive or FixedStep
        ``nd.Adaptive(rtol)``, or ``nd.FixedStep(noise=...)`` for runs with noise.
    run : Threads, Dask or Jax
        Where: on threads of this process, on a dask cluster, or on jax's device.
    store : path, optional
        Folder in which each piece of a long sweep is kept as it is done. The same call with the
        same folder goes on where it was interrupted, and gives the same digits.
    zipped : bool
        If true, the i-th values of all names make run i.
    settle : float
        Fraction of each run left out of ``"rate"`` and ``"period"``.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        For unknown names, values out of bounds, or choices that do not fit together.

    Examples
    --------
    >>> import neurodyn as nd
    >>> currents = [1e-4, 2e-4, 3e-4]
    >>> runs = nd.sweep(nd.devices.nbox_neuron(), {"I_s": currents, "C_ext": [1e-10, 2e-10]}, 1e-5)
    >>> runs["rate"].shape
    (3, 2)
    >>> bool((runs["rate"][:, 0] > runs["rate"][:, 1]).all())      # a smaller capacitor is faster
    True
    """
    if not 0 <= settle < 1:
        raise InputError(f"settle is {settle:g}; expected a fraction from 0 to below 1")
    noisy = None
    if isinstance(method, FixedStep):
        noisy = stochastic(model, method.noise or ())
        model = noisy.model
    trials = method.trials if isinstance(method, FixedStep) else 1
    grid = grid_of(model, values, t_end, zipped, inputs or {}, x0 or {}, trials)
    measures = named_measures(measure, model)
    functions = {name: item for name, item in measures.items() if callable(item)}
    if isinstance(run, Jax):
        run.check(model, method, stored=store is not None, whole=bool(functions))
    if isinstance(method, FixedStep):
        method.check(whole=bool(functions))
    chosen = method if isinstance(method, Adaptive) else _noisy_grid(grid, noisy, method)
    report = monotonic(progress, "sweep")
    data: dict[str, npt.NDArray] = {}
    status, unsure = np.full(grid.shape, _OK), 0
    if len(functions) < len(measures):
        trains = "spike_times" in measures
        job = SweepJob(grid, chosen, settle * grid.t_end, trains, isinstance(run, Jax))
        outcome = run_all(job, run, store, report)
        for name in measures.keys() - functions.keys():
            found = BUILT[name].of(outcome)
            data[name] = found.reshape((*grid.shape, *found.shape[1:]))
        status = outcome.status.reshape(grid.shape)
        unsure = int(outcome.steps[:, 2].sum())
    if functions and isinstance(chosen, Adaptive):
        found, codes = _by_solving(grid, functions, chosen, report)
        data.update(found)
        status = np.where(status == _OK, codes, status)
    report(1.0)
    return Sweep(
        model=model,
        dims=_dims(grid),
        coords=_coords(grid),
        data={name: data[name] for name in measures},
        status=status,
        t_end=grid.t_end,
        notes=_notes(grid, unsure, method, run),
        provenance=_provenance(grid, chosen, method, run, settle),
    )


def _notes(
    grid: Grid, unsure: int, method: Adaptive | FixedStep, run: Threads | Dask | Jax
) -> tuple[str, ...]:
    """Return what is to be known of the spikes that were counted."""
    if unsure:
        return (incomplete(unsure),)
    if isinstance(method, FixedStep):
        return sampled_only(grid.model, grid.waves[0], ONE_A_STEP)
    if isinstance(run, Jax):
        return sampled_only(grid.model, grid.waves[0], "jax looks at quarters of a step")
    return ()


def _noisy_grid(grid: Grid, noisy: Any, method: FixedStep) -> NoisyGrid:
    """Return how noise is integrated, the step checked at the first, middle and last point.

    The trials of a point share its path without noise.
    """
    scheme, points = best_method(noisy), grid.size // grid.trials
    limits = []
    for point in sorted({0, points // 2, points - 1}):
        model, start, waves = grid.alone(point * grid.trials)
        one = noisy.with_parameters(**model.parameter_values)
        limits.append(step_limits(one, grid.t_end, waves, start, 0.0, scheme, method.dt is None))
    dt = checked_step(method.dt, min(limits), grid.model.time_unit, scheme)
    return NoisyGrid(noisy, dt, method.seed, scheme)


def _provenance(
    grid: Grid,
    chosen: Adaptive | NoisyGrid,
    method: Adaptive | FixedStep,
    run: Threads | Dask | Jax,
    settle: float,
) -> dict[str, Any]:
    noise = {"dt": chosen.dt, "seed": chosen.seed} if isinstance(chosen, NoisyGrid) else {}
    return {
        "method": repr(method),
        "run": type(run).__name__,
        **noise,
        "settle": settle,
        "digest": grid.digest,
        "parameters": grid.model.parameter_values,
        "x0": dict(grid.x0),
        "inputs": {name: wave.description for name, wave in grid.waves[0].items()},
        "versions": versions() | (jax_setting() if isinstance(run, Jax) else {}),
    }


def _dims(grid: Grid) -> tuple[str, ...]:
    return (*(axis.name for axis in grid.axes), *(("trial",) if grid.trials > 1 else ()))


def _coords(grid: Grid) -> dict[str, tuple[str, npt.NDArray]]:
    coords: dict[str, tuple[str, npt.NDArray]] = {}
    for axis in grid.axes:
        for name, items in axis.columns.items():
            texts = isinstance(items, tuple)
            array = np.array([wave.description for wave in items]) if texts else items
            coords[name] = (axis.name, array)
    if grid.trials > 1:
        coords["trial"] = ("trial", np.arange(grid.trials))
    return coords


def _by_solving(
    grid: Grid,
    functions: Mapping[str, Callable],
    method: Adaptive,
    report: Callable[[float], None],
) -> tuple[dict[str, npt.NDArray], npt.NDArray[np.int64]]:
    """Measure whole trajectories; NaN where a run failed."""
    found = {name: np.full(grid.size, np.nan) for name in functions}
    codes = np.full(grid.size, _OK, dtype=np.int64)
    for r in range(grid.size):
        model, start, waves = grid.alone(r)
        traj = solve(
            model, grid.t_end, inputs=waves, x0=start, method=method, raise_on_failure=False
        )
        codes[r] = STATUSES.index(traj.status)
        if traj.status:
            for name, function in functions.items():
                found[name][r] = function(traj)
        report((r + 1) / grid.size)
    shaped = {name: array.reshape(grid.shape) for name, array in found.items()}
    return shaped, codes.reshape(grid.shape)
