"""``nd.sweep_networks``: many networks, measured."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.network import Lockstep, Network, NetworkRun, simulate
from neurodyn.network.record import Record
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.provenance import require, versions
from neurodyn.simulation import Adaptive, Dask, Threads
from neurodyn.simulation.methods.endings import STATUSES
from neurodyn.status import Status
from neurodyn.tables import as_frame

if TYPE_CHECKING:
    import pandas
    import xarray

Point = Mapping[str, Any]
Found = tuple[int, tuple[float, ...]]
"""How a run ended, as a place in ``STATUSES``, and its measures."""


@dataclass(frozen=True, eq=False)
class NetworkSweep:
    """Measures of many networks over a grid.

    ``sweep["rate"]`` is the array of a measure, ``sweep["weight"]`` the values of what was swept.

    Parameters
    ----------
    coords : mapping from name to (n,) values
        What was swept, in the order of the axes.
    data : mapping from measure to float array of the shape of the grid
        NaN where a run did not reach its end.
    status : int array of the shape of the grid
        How each run ended, as a place in ``statuses``.
    t_end : float
    provenance : mapping

    Examples
    --------
    >>> import neurodyn as nd
    >>> def one(I_s):
    ...     return nd.Network([nd.Population("one", nd.devices.nbox_neuron(I_s=I_s), 1)])
    >>> count = {"spikes": lambda run: len(run["one"])}
    >>> nd.sweep_networks(one, {"I_s": [2e-5, 2e-4]}, 2e-6, measure=count)["spikes"].tolist()
    [0.0, 2.0]
    """

    coords: Mapping[str, npt.NDArray]
    data: Mapping[str, npt.NDArray[np.float64]]
    status: npt.NDArray[np.int64]
    t_end: float
    provenance: Mapping[str, Any] = field(repr=False)

    statuses = STATUSES
    """What the numbers in ``status`` mean."""

    @property
    def ok(self) -> npt.NDArray[np.bool_]:
        """Whether each run reached its end, of the shape of the grid."""
        return self.status == STATUSES.index(Status.OK)

    @checked
    def __getitem__(self, name: str) -> npt.NDArray:
        known = {**self.coords, **self.data}
        if name not in known:
            raise unknown_name("measure or swept quantity", name, known)
        return known[name]

    def to_xarray(self) -> xarray.Dataset:
        """Return all measures, and the status, as an ``xarray.Dataset``; needs xarray."""
        xr = require("xarray", extra="xarray")
        dims = list(self.coords)
        measures = {name: (dims, values) for name, values in self.data.items()}
        variables = {**measures, "status": (dims, self.status)}
        return xr.Dataset(variables, coords=dict(self.coords), attrs=self._attributes)

    def to_pandas(self) -> pandas.DataFrame:
        """Return a table with one row for each run; needs pandas."""
        places = np.unravel_index(np.arange(self.status.size), self.status.shape)
        swept = zip(self.coords.items(), places, strict=True)
        columns = {name: (values[place], "") for (name, values), place in swept}
        columns |= {name: (values.ravel(), "") for name, values in self.data.items()}
        names = np.array([status.name for status in STATUSES])
        return as_frame(columns | {"status": (names[self.status.ravel()], "")}, self._attributes)

    @property
    def _attributes(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.provenance.items()}

    def __repr__(self) -> str:
        axes = " x ".join(f"{len(values)} {name}" for name, values in self.coords.items())
        ended = f"{(~self.ok).sum()} did not reach the end" if not self.ok.all() else ""
        ended = ended or "all reached the end"
        return f"<sweep of networks: {axes}; {', '.join(self.data)}; {ended}>"


@checked
def sweep_networks(
    network: Callable[..., Network],
    values: Mapping[str, Sequence[object] | Array],
    t_end: Positive,
    *,
    measure: Mapping[str, Callable[[NetworkRun], float]],
    record: Record = Record(),
    method: Adaptive | Lockstep = Adaptive(),
    run: Threads | Dask = Threads(),
    progress: Progress = silent,
) -> NetworkSweep:
    """Run a network for many values of what it is made from, and measure each run.

    Parameters
    ----------
    network : function
        Makes a network from one value of each name.
    values : mapping from name to list
        Of its arguments: weights, seeds, numbers of neurons. Every combination is run.
    t_end, record, method
        As in :func:`neurodyn.simulate`.
    measure : mapping from name to function
        Each takes the run and gives a number.
    run : Threads or Dask
        One after another on threads of this process, or side by side on a dask cluster; no digit
        depends on it.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    NetworkSweep

    Raises
    ------
    InputError
        For names that the function does not take, or lacks, or without values or measures.

    Examples
    --------
    >>> import neurodyn as nd
    >>> def pair(weight, seed):
    ...     cells = nd.Population("cells", nd.devices.nbox_neuron(I_s=3e-4), 2,
    ...                           parameters={"R_0": nd.LogNormal(190.0, 0.05)})
    ...     pulses = nd.Connection("cells", "cells", weight, 1e-7, nd.Rectangular(1e-7))
    ...     return nd.Network([cells], [pulses], seed=seed)
    >>> rates = {"rate": lambda run: run["cells"].rates(after=1e-6).mean()}
    >>> nd.sweep_networks(pair, {"weight": [-6e-5, 6e-5], "seed": range(3)}, 4e-6, measure=rates)
    <sweep of networks: 2 weight x 3 seed; rate; all reached the end>
    """
    axes = {name: np.asarray(list(column)) for name, column in values.items()}
    for name, column in axes.items():
        if column.ndim != 1 or not len(column):
            raise InputError(f"sweep_networks: {name} has no list of values; expected one or more")
    if not axes or not measure:
        raise InputError("sweep_networks: expected at least one name with values, and one measure")
    try:
        inspect.signature(network).bind(**axes)
    except TypeError as error:
        raise InputError(
            f"sweep_networks: {error}; expected in values what the function that makes the network "
            "takes"
        ) from None
    columns = [column.tolist() for column in axes.values()]
    points = [dict(zip(axes, point, strict=True)) for point in product(*columns)]
    job = _Job(network, tuple(measure.values()), t_end, record, method)
    found: dict[int, Found] = {}
    report = monotonic(progress, "sweep of networks")
    done = job.here(points, run) if isinstance(run, Threads) else job.away(points, run)
    for k, one in done:
        found[k] = one
        report(len(found) / len(points))
    shape = tuple(map(len, axes.values()))
    numbers = np.array([found[k][1] for k in range(len(points))], float)
    return NetworkSweep(
        axes,
        {name: numbers[:, m].reshape(shape) for m, name in enumerate(measure)},
        np.array([found[k][0] for k in range(len(points))]).reshape(shape),
        t_end,
        {"method": repr(method), "record": repr(record), "versions": versions()},
    )


@dataclass(frozen=True, eq=False)
class _Job:
    """All of a sweep that one run needs, but its point."""

    network: Callable[..., Network]
    measures: tuple[Callable[[NetworkRun], float], ...]
    t_end: float
    record: Record
    method: Adaptive | Lockstep

    def one(self, point: Point, threads: Threads) -> Found:
        """Make a network, run it and measure it."""
        made, options = self.network(**point), {"record": self.record, "method": self.method}
        run = simulate(made, self.t_end, run=threads, raise_on_failure=False, **options)
        if run.status is Status.INTERRUPTED:
            raise KeyboardInterrupt
        measures = [float(f(run)) if run.status else np.nan for f in self.measures]
        return STATUSES.index(run.status), tuple(measures)

    def here(self, points: Sequence[Point], threads: Threads) -> Iterator[tuple[int, Found]]:
        """Do all points one after another."""
        for k, point in enumerate(points):
            yield k, self.one(point, threads)

    def away(self, points: Sequence[Point], run: Dask) -> Iterator[tuple[int, Found]]:
        """Send the points to the workers of a dask cluster; a worker that dies is replaced."""
        distributed = require("distributed", extra="dask")
        shared = run.client.scatter(self, broadcast=True, hash=False)
        work = {
            run.client.submit(_one, shared, point, pure=False): k for k, point in enumerate(points)
        }
        try:
            for future in distributed.as_completed(work):
                yield work[future], future.result()
        finally:
            run.client.cancel(list(work))


def _one(job: _Job, point: Point) -> Found:
    return job.one(point, Threads(1))
