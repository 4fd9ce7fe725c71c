"""Brian2: a whole network, every synapse with its weight and its delay, in a script that runs.

Brian2 advances all neurons by one step and then looks for spikes, which it dates to the step's
beginning; here they are dated to its end, where the states are. What a source sends takes effect a
step after its date, so its synapses are a step shorter.
M. Stimberg, R. Brette, D. F. M. Goodman, eLife 8, e47314 (2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.export.exported import Exported, commented, described, heading
from neurodyn.export.formats.brian2 import (
    LANGUAGE,
    equations,
    event_options,
    has_units,
    in_si,
    seconds,
    si_unit,
)
from neurodyn.export.networks import acting_weights, listed, refuse_plasticity, row, step_of
from neurodyn.model.units import parse_unit
from neurodyn.network import Charge, Connection, Exponential, Network, Population, Rectangular
from neurodyn.network.populations import Source
from neurodyn.simulation.problem import stimuli_of
from neurodyn.stimuli import Stimulus

MOST_KNOTS = 200
"""Of a stimulus: each becomes a term of an equation."""


@checked
def brian2_network(network: Network, t_end: Positive, *, step: Positive | None = None) -> Exported:
    """Return a network as a script for Brian2.

    Synapses and parameters are written as they were drawn, each with its number. Poisson sources
    become the spikes that :func:`neurodyn.simulate` would give them.

    Parameters
    ----------
    network : Network
        Of models that Brian2 can hold; without plasticity.
    t_end : float [time unit of the models]
    step : float, optional
        Of the grid, on which spikes, delays and widths lie; a five-hundredth of the shortest cycle
        by default, or the shortest delay if that is less [time unit of the models].

    Returns
    -------
    Exported
        ``names`` go from ``population.quantity`` to the name in the file.

    Raises
    ------
    InputError
        For plasticity, a step above a delay, two spikes of a source within a step, a stimulus of
        very many knots, or a model that Brian2 cannot hold.

    Examples
    --------
    >>> import neurodyn as nd
    >>> pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    >>> coupling = nd.Connection("pair", "pair", -6e-5, 2.5e-7, nd.Rectangular(1e-7))
    >>> file = nd.export.brian2_network(nd.Network([pair], [coupling]), 5e-6)
    >>> "synapses_1.connect(i=array([0, 1], dtype=int)" in file.text
    True
    """
    refuse_plasticity(network, "Brian2")
    step = step_of(network, step)
    grid = _Grid(step, t_end, parse_unit(network.time_unit).factor)
    groups = {
        p.name: _Group(p, f"population_{i}", network)
        for i, p in enumerate(network.populations, 1)
        if isinstance(p, Population)
    }
    lines = ["# A network, written by neurodyn for Brian2", "from brian2 import *", ""]
    lines.append(f"defaultclock.dt = {seconds(step, grid.second)}")
    for i, population in enumerate(network.populations, 1):
        if isinstance(population, Population):
            lines += ["", *groups[population.name].lines(grid)]
        else:
            lines += ["", *_source(population, f"population_{i}", network.seed, grid)]
    words = {p.name: f"population_{i}" for i, p in enumerate(network.populations, 1)}
    for i, connection in enumerate(network.connections, 1):
        if len(network.synapses[connection.name]):
            post, pre = groups[connection.post], words[connection.pre]
            early = step if connection.pre not in groups else 0.0
            lines += ["", *_synapses(connection, i, network, pre, post, early, grid)]
    lines += ["", *(f"spikes_of_{g.word} = SpikeMonitor({g.word})" for g in groups.values())]
    lines += [f"run({seconds(t_end, grid.second)})", "", "spikes = {  # times in seconds, neurons"]
    for name, group in groups.items():
        monitor = f"spikes_of_{group.word}"
        times = f"array(({monitor}.t + defaultclock.dt)/second)"
        lines.append(f"    {name!r}: ({times}, array({monitor}.i)),")
    lines += ["}", "for name, (times, neurons) in spikes.items():"]
    lines += ["    print(len(times), 'spikes of', name)"]
    names = {f"{n}.{q}": word for n, group in groups.items() for q, word in group.names.items()}
    return Exported("Brian2", "\n".join(lines) + "\n", ".py", names)


@dataclass(frozen=True)
class _Grid:
    step: float
    t_end: float
    second: float
    """What a unit of the models' time is in SI."""


class _Group:
    """A population as a ``NeuronGroup``, and what arrives at each of its inputs."""

    def __init__(self, population: Population, word: str, network: Network) -> None:
        self.population, self.word = population, word
        self.model = LANGUAGE.model_of(population.model)
        self.units = has_units(self.model)
        self.arriving = {
            connection.name: f"arriving_{i}"
            for i, connection in enumerate(network.connections, 1)
            if connection.post == population.name and not isinstance(connection.shape, Charge)
        }
        self.connections = [c for c in network.connections if c.name in self.arriving]
        self.names = LANGUAGE.names(self.model, "weight", *self.arriving.values())
        self.p = population.parameter_table(network.seed)

    def lines(self, grid: _Grid) -> list[str]:
        model, word, names, units = self.model, self.word, self.names, self.units
        stimuli = dict(stimuli_of(model, self.population.inputs))
        about = [f"population {self.population.name!r}"]
        if not units:
            about.append("bare numbers stand in its equations: no units, time in seconds")
        lines = [commented(heading(model, names, "Brian2", about), "#"), f"{word}_values = {{"]
        own: list[tuple[str, str, str]] = []
        constants = [(q, np.array([model.constant_values[q.name]])) for q in model.constants]
        quantities = [*model.parameters, *model.inputs]
        for q, values in [*zip(quantities, self.p.T, strict=True), *constants]:
            if q.name in stimuli:
                continue
            if (values == values[0]).all():
                value = self.text(values[:1], q.unit)
                lines.append(f"    {names[q.name]!r}: {value},  # {described(model, q.name)}")
            else:
                own.append((names[q.name], q.unit, self.text(values, q.unit)))
        drives = {
            q.name: "+".join([names[q.name], *self._arriving_at(q.name)]) for q in model.inputs
        }
        drawn = {**names, **{n: f"({text})" for n, text in drives.items()}}
        held = f"{seconds(self.population.refractory, grid.second)}"
        held = held if self.population.refractory else ""
        lines += ["}", f"{word} = NeuronGroup({self.population.n}, '''"]
        lines += equations(model, drawn, units, held=bool(held))
        for q in model.inputs:
            if q.name in stimuli:
                text = self._stimulus(q.name, q.unit, stimuli[q.name], grid)
                lines.append(f"{names[q.name]} = {text} : {si_unit(q.unit, units)}")
        for connection in self.connections:
            lines.append(self._kernel(connection, grid))
        lines += [f"{name} : {si_unit(unit, units)} (constant)" for name, unit, _ in own]
        options = [
            "method='rk4'",
            f"namespace={word}_values",
            *event_options(model, drawn, units, held),
        ]
        lines.append(f"''', {', '.join(options)})")
        lines += [f"{word}.{name} = {text}" for name, _, text in own]
        start = self.population.start_table(self.p)
        for state, values in zip(model.states, start.T, strict=True):
            lines.append(f"{word}.{names[state.name]} = {self.text(values, state.unit)}")
        return lines

    def _arriving_at(self, name: str) -> list[str]:
        return [self.arriving[c.name] for c in self.connections if c.input_of(self.model) == name]

    def _kernel(self, connection: Connection, grid: _Grid) -> str:
        """Return what a pulse does between its edges: stand still, or decay."""
        word = self.arriving[connection.name]
        (unit,) = (q.unit for q in self.model.inputs if q.name == connection.input_of(self.model))
        written = si_unit(unit, self.units)
        if isinstance(connection.shape, Exponential):
            return (
                f"d{word}/dt = -{word}/({seconds(connection.shape.tau, grid.second)}) : {written}"
            )
        return f"{word} : {written}"

    def text(self, values: Array, unit: str) -> str:
        one, after = in_si(1.0, unit, self.units)
        scaled = values * float(one)
        return f"{_listed(scaled)}{after}"

    def _stimulus(self, name: str, unit: str, stimulus: Stimulus, grid: _Grid) -> str:
        """Return a piecewise-linear function of the time as a sum over its pieces."""
        t, u = stimulus.times, stimulus.values
        if len(t) > MOST_KNOTS:
            raise InputError(
                f"population {self.population.name!r}: the stimulus of {name} has {len(t)} knots; "
                f"expected at most {MOST_KNOTS} in a Brian2 file"
            )
        at = [seconds(time, grid.second) for time in t.tolist()]
        values = [self.text(u[k : k + 1], unit) for k in range(len(u))]
        terms = [f"int(t < {at[0]})*({values[0]})", f"int(t >= {at[-1]})*({values[-1]})"]
        for k in np.flatnonzero(np.diff(t) > 0).tolist():
            rise = self.text(np.diff(u[k : k + 2]), unit)
            length = seconds(t[k + 1] - t[k], grid.second)
            terms.append(
                f"int(t >= {at[k]} and t < {at[k + 1]})"
                f"*({values[k]} + ({rise})*(t - {at[k]})/({length}))"
            )
        return " + ".join(terms)


def _source(source: Source, word: str, seed: int, grid: _Grid) -> list[str]:
    times, neurons = source.spikes(grid.t_end, seed)
    steps = np.rint(times / grid.step).astype(int)
    if len(np.unique(np.stack([steps, neurons]), axis=1).T) < len(steps):
        raise InputError(
            f"source {source.name!r} sends two spikes from one neuron within a step of "
            f"{grid.step:g}, which Brian2 does not take; expected a smaller step"
        )
    at = f"{_indices(steps)}*defaultclock.dt"
    return [
        f"# source {source.name!r}",
        f"{word} = SpikeGeneratorGroup({source.n}, {_indices(neurons)}, {at})",
    ]


def _synapses(
    connection: Connection,
    index: int,
    network: Network,
    pre: str,
    post: _Group,
    early: float,
    grid: _Grid,
) -> list[str]:
    drawn, model, shape = network.synapses[connection.name], post.model, connection.shape
    word, weights = f"synapses_{index}", acting_weights(connection, drawn, model, post.p)
    if isinstance(shape, Charge):
        (unit,) = (state.unit for state in model.states if state.name == shape.state)
        target = post.names[shape.state]
    else:
        into = connection.input_of(model)
        (unit,) = (q.unit for q in model.inputs if q.name == into)
        target = post.arriving[connection.name]
    paths: dict[str, tuple[str, float]] = {"up": ("+=", 0.0)}
    if isinstance(shape, Rectangular):
        paths["down"] = ("-=", shape.width)
    actions = {name: f"{target}_post {sign} weight" for name, (sign, _) in paths.items()}
    lines = [
        f"# connection {connection.name!r}",
        f"{word} = Synapses({pre}, {post.word}, 'weight : {si_unit(unit, post.units)}',",
        f"    on_pre={actions})",
        f"{word}.connect(i={_indices(drawn.pre)}, j={_indices(drawn.post)})",
        f"{word}.weight = {post.text(weights, unit)}",
    ]
    for name, (_, later) in paths.items():
        delays = (drawn.delays - early + later) * grid.second
        lines.append(f"{word}.{name}.delay = {_listed(delays)}*second")
    return lines


def _listed(values: Array) -> str:
    return listed(values, "array([", "])")


def _indices(values: npt.NDArray[np.integer]) -> str:
    return row(values, "array([", "], dtype=int)")
