"""Populations: neurons of one model, and sources of spikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import NonNegative, Numbers, checked
from neurodyn.arguments.kinds import Kind
from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.network.distributions import Distribution, generator
from neurodyn.simulation.problem import stimuli_of
from neurodyn.stimuli import Stimulus

_MOST = np.iinfo(np.int32).max  # synapses hold numbers of neurons in four bytes
Size = Annotated[int, Kind(f"a whole number from 1 to {_MOST}", lambda n: 1 <= n <= _MOST)]


@checked
@dataclass(frozen=True, eq=False)
class Population:
    """Neurons of one model, each with its own parameters if need be.

    Parameters
    ----------
    name : str
    model : Model
        Any that declares a spike event. What is not named below is as in the model.
    n : int
    parameters : mapping from parameter or input to number, (n,) numbers or distribution, optional
        Device-to-device spread is a distribution, ``nd.LogNormal(190.0, 0.05)``.
    inputs : mapping from input to Stimulus, optional
        Of all neurons alike; synapses add to it.
    start : mapping from state to number or (n,) numbers, optional
    refractory : float [time unit of the model]
        How long states stay at their reset after a spike; for models that are reset.
    devices : mapping from parameter to (m,) numbers, optional
        A table of devices, fitted ones for example: each neuron is one of its rows, drawn whole, so
        that what goes together in a device stays together.

    Raises
    ------
    InputError
        If the model declares no spike event, for unknown names, wrong shapes, or values out of
        bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> spread = {"R_0": nd.LogNormal(190.0, 0.05)}
    >>> nd.Population("cells", nd.devices.nbox_neuron(I_s=3e-4), 100, parameters=spread)
    <population 'cells': 100 x NbOx neuron, own R_0>
    >>> measured = {"R_0": [180.0, 190.0, 205.0], "E_a": [3.47e-20, 3.44e-20, 3.41e-20]}
    >>> nd.Population("cells", nd.devices.nbox_neuron(I_s=3e-4), 100, devices=measured)
    <population 'cells': 100 x NbOx neuron, own R_0, E_a>
    """

    name: str
    model: Model
    n: Size
    parameters: Mapping[str, Numbers | Distribution] = field(default_factory=dict)
    inputs: Mapping[str, Stimulus | float] = field(default_factory=dict)
    start: Mapping[str, Numbers] = field(default_factory=dict)
    refractory: NonNegative = 0.0
    devices: Mapping[str, Numbers] = field(default_factory=dict)

    def __post_init__(self) -> None:
        model, what = self.model, f"population {self.name!r}"
        if model.spike is None:
            raise InputError(f"{what}: {model.name} declares no spike event")
        stimuli_of(model, self.inputs)
        for kind, names, given in (
            ("parameter or input", model.parameter_names, self.parameters),
            ("state", model.state_names, self.start),
        ):
            for name, values in given.items():
                if name not in names:
                    raise unknown_name(kind, name, names)
                shape = () if isinstance(values, Distribution) else np.shape(values)
                if shape not in ((), (self.n,)):
                    raise InputError(
                        f"{what}: {name} has the shape {shape}; expected a number or ({self.n},)"
                    )
        if both := set(self.own) & set(self.inputs):
            raise InputError(
                f"{what}: {sorted(both)[0]} is given both as a number of each neuron and as a "
                "stimulus of all; expected one of them"
            )
        self._check_devices(what)
        if self.refractory > 0.0 and not model.spike.reset:
            raise InputError(
                f"{what}: refractory is {self.refractory:g}, and {model.name} is not reset at its "
                "spikes; expected 0"
            )

    def _check_devices(self, what: str) -> None:
        shapes = {name: np.shape(values) for name, values in self.devices.items()}
        for name, shape in shapes.items():
            if name not in self.model.parameter_names:
                raise unknown_name("parameter or input", name, self.model.parameter_names)
            if name in self.parameters:
                raise InputError(
                    f"{what}: {name} is given both in parameters and in devices; expected one of "
                    "them"
                )
            if len(shape) != 1 or not shape[0] or shape != next(iter(shapes.values())):
                raise InputError(
                    f"{what}: {name} of devices has the shape {shape}; expected a number of each "
                    "device"
                )

    @property
    def own(self) -> tuple[str, ...]:
        """Parameters and inputs that differ from neuron to neuron."""
        return (*self.parameters, *self.devices)

    def parameter_table(self, seed: int) -> Array:
        """Return the parameters of each neuron, (n, n_parameters); those drawn depend on the seed.

        Raises
        ------
        InputError
            For a value out of bounds; the neuron is named.
        """
        table = np.tile(self.model.p, (self.n, 1))
        quantities = [*self.model.parameters, *self.model.inputs]
        values = dict(self.parameters)
        if self.devices:
            (m,) = np.shape(next(iter(self.devices.values())))
            which = generator(seed, self.name, "devices").integers(m, size=self.n)
            values |= {name: np.asarray(row)[which] for name, row in self.devices.items()}
        for name, value in values.items():
            slot = self.model.parameter_names.index(name)
            if isinstance(value, Distribution):
                value = value.draw(generator(seed, self.name, name), self.n)
            table[:, slot] = value
            _check_bounds(table[:, slot], quantities[slot].bounds, name, self.name)
        return table

    def start_table(self, p: Array) -> Array:
        """Return the starting state of each neuron, (n, n_states), given its parameters."""
        names, columns = self.model.parameter_names, []
        for state in self.model.states:
            if state.name in self.start:
                column = np.broadcast_to(np.asarray(self.start[state.name], float), (self.n,))
                _check_bounds(column, state.bounds, state.name, self.name)
            elif isinstance(state.default, str):
                column = p[:, names.index(state.default)]
            else:
                column = np.full(self.n, float(state.default))
            columns.append(column)
        return np.ascontiguousarray(np.array(columns).T)

    def __repr__(self) -> str:
        own = f", own {', '.join(self.own)}" if self.own else ""
        return f"<population {self.name!r}: {self.n} x {self.model.name}{own}>"


def _check_bounds(values: Array, bounds: tuple[float, float], name: str, population: str) -> None:
    wrong = np.flatnonzero(~((values > bounds[0]) & (values < bounds[1])))
    if len(wrong):
        raise InputError(
            f"neuron {wrong[0]} of {population!r} has {name} = {values[wrong[0]]:g}; expected more "
            f"than {bounds[0]:g} and less than {bounds[1]:g}"
        )


@checked
@dataclass(frozen=True, eq=False)
class SpikeSource:
    """Spikes at given times, recorded or made up.

    Parameters
    ----------
    name : str
    times : sequence of (m,) numbers
        Of each neuron, in any order.

    Raises
    ------
    InputError
        If a time is not a finite number, or before 0, where runs begin.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.SpikeSource("stimulus", [[1e-7, 3e-7], [2e-7]])
    <source 'stimulus': 2 neurons, 3 spikes>
    """

    name: str
    times: Sequence[Numbers]

    def __post_init__(self) -> None:
        if len(self.times) == 0 or np.ndim(self.times[0]) != 1:
            raise InputError(
                f"source {self.name!r}: expected a list of times for each neuron: [[1e-7, 3e-7]]"
            )
        early = min((np.min(train) for train in self.times if np.size(train)), default=0.0)
        if early < 0.0:
            raise InputError(f"source {self.name!r}: a time is {early:g}; expected 0 or later")

    @property
    def n(self) -> int:
        """Number of neurons."""
        return len(self.times)

    def spikes(self, t_end: float, _: int) -> tuple[Array, npt.NDArray[np.int64]]:
        """Return times before the end, in order, and neurons."""
        trains = [np.asarray(train, float) for train in self.times]
        return _merged(trains, t_end)

    def __repr__(self) -> str:
        total = sum(np.size(train) for train in self.times)
        return f"<source {self.name!r}: {self.n} neurons, {total} spikes>"


@checked
@dataclass(frozen=True, eq=False)
class PoissonSource:
    """Spikes at random, independently of each other.

    Parameters
    ----------
    name : str
    n : int
    rate : number or (n,) numbers [1 / time unit]

    Raises
    ------
    InputError
        If a rate is below zero.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.PoissonSource("background", 20, 1e5)
    <source 'background': 20 neurons, Poisson>
    """

    name: str
    n: Size
    rate: Numbers

    def __post_init__(self) -> None:
        if np.shape(self.rate) not in ((), (self.n,)) or np.any(np.asarray(self.rate) < 0):
            raise InputError(
                f"source {self.name!r}: expected a rate of 0 or more, or {self.n} of them"
            )

    def spikes(self, t_end: float, seed: int) -> tuple[Array, npt.NDArray[np.int64]]:
        """Return times before the end, in order, and neurons: the same however far they go."""
        trains = []
        for i, rate in enumerate(np.broadcast_to(np.asarray(self.rate, float), (self.n,))):
            rng, pieces = generator(seed, self.name, i), [np.zeros(1)]
            while rate > 0.0 and pieces[-1][-1] < t_end:
                pieces.append(pieces[-1][-1] + np.cumsum(rng.exponential(size=64)) / rate)
            trains.append(np.concatenate(pieces)[1:])
        return _merged(trains, t_end)

    def __repr__(self) -> str:
        return f"<source {self.name!r}: {self.n} neurons, Poisson>"


def _merged(trains: list[Array], t_end: float) -> tuple[Array, npt.NDArray[np.int64]]:
    times = np.concatenate(trains)
    neurons = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    order = np.lexsort((neurons, times))
    order = order[times[order] < t_end]
    return times[order], neurons[order]


Source = SpikeSource | PoissonSource
