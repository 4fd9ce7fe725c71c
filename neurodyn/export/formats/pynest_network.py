"""PyNEST: a whole network, every synapse with its weight and its delay, in a script that runs.

The script holds a NESTML model for each population, with a port for each connection that arrives;
a spike takes effect at the grid point that its delay leads to. All values are set from Python,
with all their digits. A rectangular pulse is two synapses: up, and down after its width.
NEST 3.10.0, NESTML 9.0.0 (2025).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.export.exported import Exported
from neurodyn.export.formats.nestml import LANGUAGE, OWN_WORDS, Port, definition, time_step_of
from neurodyn.export.networks import acting_weights, listed, refuse_plasticity, row, step_of
from neurodyn.export.printing import number
from neurodyn.model.units import parse_unit
from neurodyn.network import Charge, Connection, Exponential, Network, Population, Rectangular
from neurodyn.network.populations import Source
from neurodyn.simulation.problem import stimuli_of

TIC = 1e-3
"""Of NEST [its ms]: resolutions are multiples of it."""


@checked
def pynest_network(network: Network, t_end: Positive, *, step: Positive | None = None) -> Exported:
    """Return a network as a script for NEST.

    Synapses and parameters are written as they were drawn, each with its number. Poisson sources
    become the spikes that :func:`neurodyn.simulate` would give them.

    Parameters
    ----------
    network : Network
        Of models that NESTML can hold; without plasticity, and with inputs that stand still.
    t_end : float [time unit of the models]
    step : float, optional
        The resolution, on whose grid spikes, delays and widths lie; at most a five-hundredth of
        the shortest cycle and the shortest delay by default [time unit of the models].

    Returns
    -------
    Exported
        ``names`` go from ``population.quantity`` to the name in the file. The script leaves
        ``spikes``, a dictionary from a population's name to times [time unit of the models] and
        numbers of neurons.

    Raises
    ------
    InputError
        For plasticity, an input that changes with time, a step above a delay or one that is no
        multiple of NEST's tic, or a model that NESTML cannot hold.

    Examples
    --------
    >>> import neurodyn as nd
    >>> pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    >>> coupling = nd.Connection("pair", "pair", -6e-5, 2.5e-7, nd.Rectangular(1e-7))
    >>> file = nd.export.pynest_network(nd.Network([pair], [coupling]), 5e-6)
    >>> "connect(population_1, [0, 1], population_1, [1, 0]" in file.text
    True
    """
    refuse_plasticity(network, "NEST")
    neurons = [p for p in network.populations if isinstance(p, Population)]
    factor = min(time_step_of(p.model) for p in neurons)
    grid = _Grid(_resolution(network, factor, step), factor)
    end = round(math.floor(t_end / (factor * grid.step) + 1e-6) * grid.step, 3)
    groups = {
        p.name: _Group(p, f"population_{i}", network, grid)
        for i, p in enumerate(network.populations, 1)
        if isinstance(p, Population)
    }
    unit = parse_unit(network.time_unit).factor * factor
    lines = [
        f"# A network, written by neurodyn for NEST; one NEST ms is {unit:g} s of the models,",
        f"# {factor:g} {network.time_unit}.",
        "from pathlib import Path",
        "",
        "import nest",
        "import numpy as np",
        "from pynestml.frontend.pynestml_frontend import generate_nest_target",
        "",
        "models = {",
    ]
    for group in groups.values():
        lines += [f"{group.word + '_model'!r}: '''", group.definition + "''',"]
    lines += [
        "}",
        "folder = Path('network_models')",
        "folder.mkdir(exist_ok=True)",
        "for name, text in models.items():",
        "    (folder / f'{name}.nestml').write_text(text)",
        "generate_nest_target([str(folder / f'{name}.nestml') for name in models],",
        "                     target_path='network_target', module_name='network_module')",
        "nest.Install('network_module')",
        f"nest.resolution = {number(grid.step)}",
        "",
        "",
        "def connect(pre, i, post, j, weights, delays, port):",
        "    i, j = np.array(pre.tolist())[i], np.array(post.tolist())[j]",
        "    ports = post[0].get().get('receptor_types', {})  # one port has no number",
        "    nest.Connect(i, j, 'one_to_one', {",
        "        'weight': np.broadcast_to(weights, len(i)).astype(float),",
        "        'delay': np.broadcast_to(delays, len(i)).astype(float),",
        "        'receptor_type': np.full(len(i), ports.get(port, 0)),",
        "    })",
    ]
    for i, population in enumerate(network.populations, 1):
        if isinstance(population, Population):
            lines += ["", *groups[population.name].lines()]
        else:
            lines += ["", *_source(population, f"population_{i}", network.seed, end, grid)]
    words = {p.name: f"population_{i}" for i, p in enumerate(network.populations, 1)}
    for i, connection in enumerate(network.connections, 1):
        if len(network.synapses[connection.name]):
            post = groups[connection.post]
            lines += ["", *_synapses(connection, i, network, words[connection.pre], post, grid)]
    lines += ["", f"nest.Simulate({number(end)})", "", "spikes = {}"]
    for name, group in groups.items():
        lines.append(f"events = spikes_of_{group.word}.events")
        times = f"{number(factor)} * np.array(events['times'])"
        senders = f"np.array(events['senders'], int) - {group.word}[0].global_id"
        lines.append(f"spikes[{name!r}] = {times}, {senders}")
    lines += ["for name, (times, neurons) in spikes.items():"]
    lines += ["    print(len(times), 'spikes of', name)"]
    names = {f"{n}.{q}": word for n, group in groups.items() for q, word in group.names.items()}
    return Exported("PyNEST", "\n".join(lines) + "\n", ".py", names)


@dataclass(frozen=True)
class _Grid:
    step: float
    """[NEST ms]"""
    factor: float
    """What a NEST ms is in the models' time."""

    def on(self, times: Array) -> Array:
        """Return times of the models as multiples of the step [NEST ms], in whole tics."""
        return np.round(np.rint(times / (self.factor * self.step)) * self.step, 3)


def _resolution(network: Network, factor: float, step: float | None) -> float:
    """Return the step [NEST ms], if NEST can have it."""
    chosen, tic = step_of(network, step), factor * TIC
    tics = math.floor(chosen / tic + 1e-6)
    if step is None and tics:  # 1, 2 or 5 in front of zeros: a grid that most delays lie on
        decade = 10 ** (len(str(tics)) - 1)
        tics = max(m * decade for m in (1, 2, 5) if m * decade <= tics)
    wrong = step is not None and not math.isclose(tics * tic, chosen, rel_tol=1e-9)
    if tics < 1 or wrong:
        what = "step" if step is not None else "shortest delay"
        raise InputError(
            f"the {what} is {chosen:g}; expected a multiple of {tic:g}, which NEST counts in"
        )
    return round(tics * TIC, 3)


class _Group:
    """A population, its model in NESTML, and what arrives at it."""

    def __init__(self, population: Population, word: str, network: Network, grid: _Grid) -> None:
        self.population, self.word, self.grid = population, word, grid
        self.model = model = LANGUAGE.model_of(population.model)
        arriving = {
            i: connection
            for i, connection in enumerate(network.connections, 1)
            if connection.post == population.name
        }
        own = [f"{kind}_{i}" for i in arriving for kind in ("spikes", "arriving")]
        self.names = LANGUAGE.names(model, *own, *OWN_WORDS)
        self.ports = [self._port(i, connection) for i, connection in arriving.items()]
        self.p = population.parameter_table(network.seed)

    def _port(self, i: int, connection: Connection) -> Port:
        shape, word = connection.shape, f"spikes_{i}"
        if isinstance(shape, Charge):
            return Port(word, self.names[shape.state])
        tau = shape.tau / self.grid.factor if isinstance(shape, Exponential) else None
        return Port(word, f"arriving_{i}", connection.input_of(self.model), tau)

    @cached_property
    def definition(self) -> str:
        """The model in NESTML."""
        held = self.grid.on(np.array(self.population.refractory)) / self.grid.step
        return definition(
            self.model,
            self.names,
            f"{self.word}_model",
            self.grid.factor,
            self.ports,
            round(float(held)),
        )

    def lines(self) -> list[str]:
        """Return what makes the neurons and gives each its values."""
        model, names, word = self.model, self.names, self.word
        n = self.population.n
        lines = [f"# population {self.population.name!r}"]
        lines.append(f"{word} = nest.Create('{word}_model', {n})")
        lines.append(f"{word}.set({{")
        values: dict[str, Array] = {
            q.name: column
            for q, column in zip([*model.parameters, *model.inputs], self.p.T, strict=True)
        }
        values |= {name: np.array([x]) for name, x in model.constant_values.items()}
        values |= self._held_inputs()
        start = self.population.start_table(self.p)
        values |= {s.name: column for s, column in zip(model.states, start.T, strict=True)}
        lines += [f"    {names[name]!r}: {listed(x)}," for name, x in values.items()]
        lines += ["})", f"spikes_of_{word} = nest.Create('spike_recorder')"]
        return [*lines, f"nest.Connect({word}, spikes_of_{word})"]

    def _held_inputs(self) -> Mapping[str, Array]:
        held = {}
        for name, stimulus in dict(stimuli_of(self.model, self.population.inputs)).items():
            if (stimulus.values != stimulus.values[0]).any():
                raise InputError(
                    f"population {self.population.name!r}: its {name} changes with time, which "
                    "PyNEST files of neurodyn do not hold; expected a number (Brian2 files can)"
                )
            held[name] = stimulus.values[:1]
        return held


def _source(source: Source, word: str, seed: int, end: float, grid: _Grid) -> list[str]:
    times, neurons = source.spikes(end * grid.factor, seed)
    at = np.maximum(grid.on(times), grid.step)  # NEST begins after its first step
    trains = ",\n    ".join(row(at[neurons == i]) for i in range(source.n))
    return [
        f"# source {source.name!r}",
        f"{word} = nest.Create('spike_generator', {source.n})",
        f"for one, times in zip({word}, [\n    {trains},\n]):",
        "    one.set(spike_times=times)",
    ]


def _synapses(
    connection: Connection, index: int, network: Network, pre: str, post: _Group, grid: _Grid
) -> list[str]:
    drawn, shape = network.synapses[connection.name], connection.shape
    weights = acting_weights(connection, drawn, post.model, post.p)
    paths = [(weights, drawn.delays)]
    if isinstance(shape, Rectangular):
        paths.append((-weights, drawn.delays + shape.width))
    lines = [f"# connection {connection.name!r}"]
    for w, delays in paths:
        lines += [
            f"connect({pre}, {row(drawn.pre)}, {post.word}, {row(drawn.post)},",
            f"        {listed(w)},",
            f"        {listed(grid.on(delays))}, 'SPIKES_{index}')",
        ]
    return lines
