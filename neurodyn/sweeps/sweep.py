"""``nd.sweep``: many neurons at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.noise import NoiseSource, StochasticModel
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.provenance import versions
from neurodyn.simulation import solve
from neurodyn.spikes.fi_curve import SETTLE
from neurodyn.stimuli import Stimulus
from neurodyn.sweeps.chunks import Question, answer
from neurodyn.sweeps.grid import Grid, Values, grid_of
from neurodyn.sweeps.jax_engine import check_jax, jax_setting, run_on_jax
from neurodyn.sweeps.lane_constants import Precision
from neurodyn.sweeps.lanes import Outcome, Rules, processors
from neurodyn.sweeps.measures import BUILT, Measure, named_measures
from neurodyn.sweeps.noisy import NoisyRules, step_of, with_noise
from neurodyn.sweeps.result import Sweep

if TYPE_CHECKING:
    from distributed import Client

Engine = Literal["numba", "jax"]


def sweep(
    model: Model,
    values: Mapping[str, Values],
    t_end: float,
    *,
    measure: Measure | Sequence[Measure] = "rate",
    zipped: bool = False,
    inputs: Mapping[str, Stimulus | float] | None = None,
    x0: Mapping[str, float] | None = None,
    rtol: float = 1e-6,
    atol: float | None = None,
    settle: float = SETTLE,
    capacity: int | None = None,
    noise: NoiseSource | Iterable[NoiseSource] | None = None,
    trials: int = 1,
    seed: int = 0,
    dt: float | None = None,
    engine: Engine = "numba",
    precision: Precision = "float64",
    max_steps: int = 50_000_000,
    threads: int | None = None,
    store: str | PathLike[str] | None = None,
    client: Client | None = None,
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
    zipped : bool
        If true, the i-th values of all names make run i.
    inputs : mapping from input name to Stimulus or number, optional
        As in :func:`neurodyn.solve`, for all runs.
    x0 : mapping from state name to float, optional
    rtol : float
        Relative tolerance.
    atol : float, optional
        Absolute tolerance in units of each state's scale; ``rtol`` by default.
    settle : float
        Fraction of each run left out of ``"rate"`` and ``"period"``.
    capacity : int, optional
        Room for spike times of each run. By default all runs are done twice: to count, to keep.
    noise : source, or several, made by the functions of ``nd.noise``, optional
        Runs then keep a grid of equal steps, with the method and the random numbers of
        :func:`neurodyn.solve_sde`: run i of the sweep follows the path of its run i.
    trials : int
        Runs at each point, with independent noise: an axis ``"trial"``.
    seed : int
        From 0 to 2^64 - 1.
    dt : float, optional [time unit of the model]
        Largest step of runs with noise; chosen from the dynamics without noise if not given.
    engine : {"numba", "jax"}
        ``"jax"`` uses diffrax, on the device that jax has (a GPU if there is one), for runs without
        noise of models that do not jump; in float64, and on jax's own threads.
    precision : {"float64", "float32"}
        float32 is faster, as a vector holds twice as many; its rounding leaves some 2e-7 of a
        period. Time itself stays float64.
    max_steps : int
        Accepted and rejected steps of one run together, after which its status is ``MAX_STEPS``.
    threads : int, optional
        All processors by default.
    store : path, optional
        Folder in which each piece of a long sweep is kept as it is done. The same call with the
        same folder goes on where it was interrupted, and gives the same digits.
    client : distributed.Client, optional
        Pieces are done by the workers of this dask cluster, with the same digits.
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
    _check_choices(engine, precision)
    atol = rtol if atol is None else atol
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not 1e-14 < value < 1:
            raise InputError(f"{name} is {value:g}; expected between 1e-14 and 1")
    if not 0 <= settle < 1:
        raise InputError(f"settle is {settle:g}; expected a fraction from 0 to below 1")
    for name, count in (("max_steps", max_steps), ("threads", threads), ("capacity", capacity)):
        if count is not None and (count != int(count) or count < 1):
            raise InputError(f"{name} is {count}; expected a whole number of 1 or more")
    noisy = None if noise is None else with_noise(model, noise)
    model = model if noisy is None else noisy.model
    grid = grid_of(model, values, t_end, zipped, inputs or {}, x0 or {}, trials)
    measures = named_measures(measure, model)
    _check_noise(noisy, grid, measures, seed, dt, precision)
    if engine == "jax":
        check_jax(
            model,
            {
                "noise": noisy is not None,
                "precision='float32'": precision != "float64",
                "store": store is not None,
                "client": client is not None,
                "threads": threads is not None,
                "measures that are functions": any(map(callable, measures.values())),
            },
        )
    start = settle * grid.t_end
    rules: Rules | NoisyRules
    if noisy is None:
        rules = Rules(rtol, atol, int(max_steps), start, 0, precision)
    else:
        dt = step_of(noisy, grid, dt)
        rules = NoisyRules(noisy, dt, int(seed), start, 0)
    threads = min(threads or processors(), -(-grid.size // 8))
    report = monotonic(progress, "sweep")

    def run(rules: Rules | NoisyRules, share: float, done: float) -> Outcome:
        def part(fraction: float) -> None:
            report(done + share * fraction)

        if engine == "jax" and isinstance(rules, Rules):
            return run_on_jax(grid, rules, part)
        return answer(Question(grid, rules), threads, part, store, client)

    built = {name: item for name, item in measures.items() if isinstance(item, str)}
    functions = {name: item for name, item in measures.items() if callable(item)}
    data: dict[str, npt.NDArray] = {}
    status = np.ones(grid.shape, dtype=np.int64)
    if built or not functions:
        twice = "spike_times" in built and capacity is None
        keeps = "spike_times" in built and not twice
        first = replace(rules, capacity=capacity if keeps and capacity else 0)
        outcome = run(first, 0.5 if twice else 1.0, 0.0)
        most = int(outcome.counts[:, 0].max())
        if twice:
            outcome = run(replace(rules, capacity=most), 0.5, 0.5)
        elif keeps and capacity is not None and most > capacity:
            raise InputError(
                f"a run has {most} spikes, more than capacity = {capacity}; expected {most} or more"
            )
        for name in built:
            found = BUILT[name].of(outcome)
            data[name] = found.reshape((*grid.shape, *found.shape[1:]))
        status = outcome.status.reshape(grid.shape)
    if functions and isinstance(rules, Rules):
        found, codes = _by_solving(grid, functions, rules, report)
        data.update(found)
        status = np.where(status == 1, codes, status)
    report(1.0)
    return Sweep(
        model=model,
        dims=_dims(grid),
        coords=_coords(grid),
        data={name: data[name] for name in measures},
        status=status,
        t_end=grid.t_end,
        provenance={
            "engine": engine,
            "seed": int(seed),
            "noise": [repr(source) for source in noisy.noise] if noisy is not None else [],
            "dt": dt,
            "precision": precision,
            "rtol": rtol,
            "atol": atol,
            "settle": settle,
            "max_steps": int(max_steps),
            "digest": grid.digest,
            "parameters": dict(zip(model.parameter_names, model.p.tolist(), strict=True)),
            "x0": dict(x0 or {}),
            "inputs": {name: wave.description for name, wave in grid.waves[0].items()},
            "versions": versions() | (jax_setting() if engine == "jax" else {}),
        },
    )


def _check_choices(engine: str, precision: str) -> None:
    if engine not in ("numba", "jax"):
        raise unknown_name("engine", str(engine), ("numba", "jax"))
    if precision not in ("float64", "float32"):
        raise unknown_name("precision", str(precision), ("float64", "float32"))


def _check_noise(
    noisy: StochasticModel | None,
    grid: Grid,
    measures: Mapping[str, Measure],
    seed: int,
    dt: float | None,
    precision: str,
) -> None:
    if not (isinstance(seed, int | np.integer) and 0 <= seed < 2**64):
        raise InputError(f"seed is {seed!r}; expected a whole number from 0 to 2^64 - 1")
    if noisy is None:
        if grid.trials > 1:
            raise InputError(f"trials is {grid.trials} without noise; expected noise=... as well")
        if dt is not None:
            raise InputError(f"dt is {dt:g} without noise, where steps follow rtol; expected none")
        return
    if precision != "float64":
        raise InputError(f"precision is {precision!r} with noise; expected 'float64'")
    for name, item in measures.items():
        if callable(item):
            raise InputError(
                f"the measure {name!r} is a function of a trajectory, which a sweep with noise "
                "does not keep; expected a name, or nd.solve_sde"
            )


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
    rules: Rules,
    report: Callable[[float], None],
) -> tuple[dict[str, npt.NDArray], npt.NDArray[np.int64]]:
    """Measure whole trajectories; NaN where a run failed."""
    found = {name: np.full(grid.size, np.nan) for name in functions}
    codes = np.ones(grid.size, dtype=np.int64)
    for r in range(grid.size):
        model, start = grid.model_of(r)
        traj = solve(
            model, grid.t_end, inputs=grid.stimuli_of(r), x0=start, rtol=rules.rtol,
            atol=rules.atol, max_steps=rules.max_steps, raise_on_failure=False,
        )  # fmt: skip
        codes[r] = Sweep.statuses.index(traj.status)
        if traj.status:
            for name, function in functions.items():
                found[name][r] = function(traj)
        report((r + 1) / grid.size)
    return {name: array.reshape(grid.shape) for name, array in found.items()}, codes.reshape(
        grid.shape
    )
