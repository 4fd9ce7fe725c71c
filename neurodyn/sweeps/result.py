"""Sweep: arrays of measures, with the names of what was swept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import checked
from neurodyn.errors import unknown_name
from neurodyn.model import Model
from neurodyn.provenance import require
from neurodyn.simulation.methods.endings import STATUSES
from neurodyn.status import Status
from neurodyn.sweeps.measures import BUILT
from neurodyn.tables import as_frame

if TYPE_CHECKING:
    import pandas
    import xarray


@dataclass(frozen=True, eq=False)
class Sweep:
    """Measures of many runs over a grid of parameter values.

    ``sweep["rate"]`` is the array of a measure, ``sweep["I_s"]`` the values of what was swept.

    Parameters
    ----------
    model : Model
    dims : tuple of str
        Names of the axes of every measure: the names swept, in order; ``"run"`` where values are
        zipped; ``"trial"`` last where there are several trials.
    coords : mapping from name to (dimension, values)
    data : mapping from measure to array
        Each of the shape of the grid; ``spike_times`` has an axis ``"spike"`` more, ``final`` an
        axis ``"state"``.
    status : int array of the shape of the grid
        How each run ended, as a place in ``statuses``.
    t_end : float
    provenance : mapping
        Method and place of the runs with their options, versions, digest of the grid.
    notes : tuple of str
        What is to be known of the result, in sentences; mostly nothing.

    Examples
    --------
    >>> import neurodyn as nd
    >>> sweep = nd.sweep(nd.devices.nbox_neuron(), {"I_s": [2e-5, 2e-4]}, t_end=2e-6,
    ...                  measure="spikes")
    >>> sweep["spikes"].tolist()
    [0, 2]
    """

    model: Model
    dims: tuple[str, ...]
    coords: Mapping[str, tuple[str, npt.NDArray]]
    data: Mapping[str, npt.NDArray]
    status: npt.NDArray[np.int64]
    t_end: float
    provenance: Mapping[str, Any] = field(repr=False)
    notes: tuple[str, ...] = ()

    statuses = STATUSES
    """What the numbers in ``status`` mean."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the grid."""
        return self.status.shape

    @property
    def ok(self) -> npt.NDArray[np.bool_]:
        """Whether each run reached its end, of the shape of the grid."""
        return self.status == STATUSES.index(Status.OK)

    @property
    def failures(self) -> dict[Status, int]:
        """How many runs ended otherwise, by status."""
        codes, numbers = np.unique(self.status[~self.ok], return_counts=True)
        return {STATUSES[code]: int(n) for code, n in zip(codes, numbers, strict=True)}

    @checked
    def __getitem__(self, name: str) -> npt.NDArray:
        if name in self.data:
            return self.data[name]
        if name in self.coords:
            return self.coords[name][1]
        raise unknown_name("measure or swept quantity", name, (*self.data, *self.coords))

    def _extra_dims(self, name: str) -> tuple[str, ...]:
        return {"spike_times": ("spike",), "final": ("state",)}.get(name, ())

    def _attributes(self, name: str) -> dict[str, str]:
        if name not in BUILT:
            return {}
        return {"units": BUILT[name].unit(self.model.time_unit), "long_name": BUILT[name].meaning}

    def to_xarray(self) -> xarray.Dataset:
        """Return all measures, and the status, as an ``xarray.Dataset`` with units."""
        xr = require("xarray", extra="xarray")
        coords: dict[str, Any] = {}
        for name, (dim, values) in self.coords.items():
            quantity = self.model.quantity(name) if name != "trial" else None
            attributes = (
                {} if quantity is None else {"units": quantity.unit, "long_name": quantity.meaning}
            )
            coords[name] = (dim, values, attributes)
        if "final" in self.data:
            coords["state"] = list(self.model.state_names)
        flags = {
            "flag_values": list(range(len(STATUSES))),
            "flag_meanings": "; ".join(map(str, STATUSES)),
        }
        variables: dict[str, Any] = {
            name: ((*self.dims, *self._extra_dims(name)), values, self._attributes(name))
            for name, values in self.data.items()
        }
        variables["status"] = (self.dims, self.status, flags)
        return xr.Dataset(variables, coords=coords, attrs=self._origin())

    def _origin(self) -> dict[str, str]:
        return {"model": self.model.name, "digest": self.provenance["digest"]}

    def columns(self) -> dict[str, tuple[npt.NDArray, str]]:
        """Return a table with one row for each run: name to (values, unit).

        What was swept, measures with one number, final states, and the name of the status.
        """
        places = np.indices(self.shape).reshape(len(self.dims), -1)
        table: dict[str, tuple[npt.NDArray, str]] = {}
        for name, (dim, values) in self.coords.items():
            unit = "" if name == "trial" else self.model.quantity(name).unit
            table[name] = values[places[self.dims.index(dim)]], unit
        for name, values in self.data.items():
            if name == "final":
                for i, state in enumerate(self.model.states):
                    table[f"final_{state.name}"] = values[..., i].ravel(), state.unit
            elif values.shape == self.shape:
                table[name] = values.ravel(), self._attributes(name).get("units", "")
        names = np.array([status.name for status in STATUSES])
        table["status"] = names[self.status.ravel()], ""
        return table

    def to_pandas(self) -> pandas.DataFrame:
        """Return :meth:`columns` as a ``pandas.DataFrame``."""
        return as_frame(self.columns(), self._origin())

    def __repr__(self) -> str:
        axes = (
            " x ".join(f"{n} {dim}" for dim, n in zip(self.dims, self.shape, strict=True))
            or "one run"
        )
        ended = (
            "all reached the end"
            if not self.failures
            else "; ".join(f"{n} {status}" for status, n in self.failures.items())
        )
        ended = "; ".join((ended, *self.notes))
        return f"<sweep of {self.model.name}: {axes}; {', '.join(self.data)}; {ended}>"
