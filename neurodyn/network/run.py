"""What a network did: a frozen result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import unknown_name
from neurodyn.files import save_arrays, write_whole
from neurodyn.network.network import Network
from neurodyn.network.replay import replayed
from neurodyn.network.trains import SpikeTrains
from neurodyn.provenance import require
from neurodyn.simulation import Adaptive, Trajectory
from neurodyn.status import Status
from neurodyn.tables import Columns, as_dataset, as_frame, columns_as_csv

if TYPE_CHECKING:
    import neo
    import pandas
    import xarray


@dataclass(frozen=True, eq=False)
class Traces:
    """States of some neurons on a grid of times.

    Parameters
    ----------
    times : (n_times,) float
    neurons : (n,) int
    states : mapping from state to (n, n_times) float
    """

    times: Array
    neurons: npt.NDArray[np.int64]
    states: Mapping[str, Array]

    @checked
    def __getitem__(self, state: str) -> Array:
        if state not in self.states:
            raise unknown_name("state", state, list(self.states))
        return self.states[state]


@dataclass(frozen=True, eq=False)
class NetworkRun:
    """Spikes of all populations, and what else was recorded.

    ``run["cells"]`` are the spikes of a population.

    Parameters
    ----------
    network : Network
    t_end : float
    spikes : mapping from population to SpikeTrains
    traces : mapping from population to Traces
    states_at_spikes : mapping from population to mapping from state to (n_spikes,) float
    integrals : mapping from population to mapping from output to (n_spikes,) float
        From the start to each spike.
    weights : mapping from connection to (n_synapses,) float
        At the end, in the order of ``network.synapses``.
    weight_history : mapping from connection to (n_times, n_synapses) float
        At ``weight_times``.
    weight_times : (n_times,) float
    status : Status
    notes : tuple of str
        What is to be known of the result, in sentences.
    provenance : mapping
        Method, seed, versions, and what was counted: windows, steps, arrivals.
    state : mapping
        All that is needed to go on.

    Examples
    --------
    >>> import neurodyn as nd
    >>> pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    >>> inhibition = nd.Connection("pair", "pair", -6e-5, 2.5e-7, nd.Rectangular(1e-7))
    >>> run = nd.simulate(nd.Network([pair], [inhibition]), 3e-6)
    >>> run["pair"].counts.tolist()
    [6, 6]
    """

    network: Network
    t_end: float
    spikes: Mapping[str, SpikeTrains]
    traces: Mapping[str, Traces]
    states_at_spikes: Mapping[str, Mapping[str, Array]]
    integrals: Mapping[str, Mapping[str, Array]]
    weights: Mapping[str, Array]
    weight_history: Mapping[str, Array]
    weight_times: Array
    status: Status
    notes: tuple[str, ...]
    provenance: Mapping[str, Any] = field(repr=False)
    state: Mapping[str, Any] = field(repr=False)

    @checked
    def __getitem__(self, population: str) -> SpikeTrains:
        if population not in self.spikes:
            raise unknown_name("population", population, list(self.spikes))
        return self.spikes[population]

    @checked
    def per_spike(self, population: str, output: str) -> list[Array]:
        """Return the integral of an output from each spike to the next, for each neuron.

        Of ``"P_device"`` it is the energy of each spike.

        Raises
        ------
        InputError
            If it was not recorded.
        """
        outputs = self.integrals.get(population, {})
        if output not in outputs:
            raise unknown_name("integral", output, list(outputs))
        spikes = self.spikes[population]
        order = np.argsort(spikes.neurons, kind="stable")
        ends = np.cumsum(spikes.counts)[:-1]
        return [np.diff(values) for values in np.split(outputs[output][order], ends)]

    @checked
    def trajectory(
        self, population: str, neuron: Whole, *, method: Adaptive = Adaptive()
    ) -> Trajectory:
        """Return one neuron's run again, alone, with all that reached it.

        It answers what :func:`neurodyn.solve` and :func:`neurodyn.spikes` answer: states and
        outputs at any time, peak, width, charge and energy of each spike.

        Parameters
        ----------
        population : str
        neuron : int
        method : Adaptive

        Raises
        ------
        InputError
            If there is no such neuron, if it is held after its spikes, or if anything but
            rectangular pulses of constant weights leads to it.

        Examples
        --------
        >>> import neurodyn as nd
        >>> pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
        >>> inhibition = nd.Connection("pair", "pair", -6e-5, 2.5e-7, nd.Rectangular(1e-7))
        >>> run = nd.simulate(nd.Network([pair], [inhibition]), 3e-6)
        >>> train = nd.spikes(run.trajectory("pair", 0))
        >>> len(train.peaks), bool((train.widths < 1e-7).all())
        (6, True)
        """
        return replayed(self, population, neuron, method)

    @property
    def _columns(self) -> Columns:
        """All spikes in order of time: time, population, neuron."""
        trains = list(self.spikes.values())
        times = np.concatenate([s.times for s in trains])
        neurons = np.concatenate([s.neurons for s in trains])
        names = np.repeat([s.name for s in trains], [len(s) for s in trains])
        order = np.argsort(times, kind="stable")
        unit = self.network.time_unit
        return {
            "time": (times[order], unit if unit != "1" else ""),
            "population": (names[order], ""),
            "neuron": (neurons[order], ""),
        }

    @property
    def _attributes(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.provenance.items()}

    def to_pandas(self) -> pandas.DataFrame:
        """Return all spikes as a ``pandas.DataFrame`` in order of time; needs pandas."""
        return as_frame(self._columns, self._attributes)

    def to_xarray(self) -> xarray.Dataset:
        """Return all spikes as an ``xarray.Dataset`` in order of time; needs xarray."""
        return as_dataset(self._columns, self._attributes)

    @checked
    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write all spikes as CSV in order of time."""
        write_whole(Path(path), columns_as_csv(self._columns))

    @checked
    def to_npz(self, path: str | PathLike[str]) -> None:
        """Write spikes, traces and weights as arrays that ``numpy.load`` reads."""
        arrays: dict[str, npt.NDArray] = {}
        for name, spikes in self.spikes.items():
            arrays[f"{name}/times"], arrays[f"{name}/neurons"] = spikes.times, spikes.neurons
        for name, traces in self.traces.items():
            arrays[f"{name}/trace_times"] = traces.times
            arrays[f"{name}/trace_neurons"] = traces.neurons
            arrays |= {f"{name}/trace {s}": values for s, values in traces.states.items()}
        arrays |= {f"{name}/weights": values for name, values in self.weights.items()}
        write_whole(Path(path), lambda to: save_arrays(to, arrays))

    def to_neo(self) -> neo.Segment:
        """Return one ``neo.SpikeTrain`` for each neuron, in a segment; needs neo.

        So that elephant, for example, can analyse them.
        """
        neo = require("neo", extra="neo")
        unit = {"1": "dimensionless"}.get(self.network.time_unit, self.network.time_unit)
        segment = neo.Segment(name="network")
        for spikes in self.spikes.values():
            for i, train in enumerate(spikes.trains):
                segment.spiketrains.append(
                    neo.SpikeTrain(train, t_stop=self.t_end, units=unit, name=f"{spikes.name} {i}")
                )
        return segment

    def __repr__(self) -> str:
        lines = [repr(spikes)[1:-1] for spikes in self.spikes.values()]
        if not self.status:
            lines.append(f"{self.status}")
        return "<network run: " + "\n  ".join([*lines, *self.notes]) + ">"
