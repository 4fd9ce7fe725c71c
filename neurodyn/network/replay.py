"""One neuron of a network once more, alone, with all that reached it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.network.populations import Population
from neurodyn.network.shapes import Rectangular
from neurodyn.simulation import Adaptive, Trajectory, solve
from neurodyn.simulation.problem import stimuli_of
from neurodyn.stimuli import Stimulus, constant

if TYPE_CHECKING:
    from neurodyn.network.run import NetworkRun


def replayed(run: NetworkRun, population: str, neuron: int, method: Adaptive) -> Trajectory:
    """Return the trajectory of a neuron of a run; see :meth:`NetworkRun.trajectory`."""
    cells = run.network[population]
    if not isinstance(cells, Population):
        raise InputError(f"{population!r} is a source of spikes; expected a population of neurons")
    if neuron >= cells.n:
        raise InputError(f"{population!r} has no neuron {neuron}; expected 0 to {cells.n - 1}")
    if cells.refractory > 0.0:
        raise InputError(
            f"neurons of {population!r} are held after their spikes, which nd.solve does not do; "
            "expected a population without refractory"
        )
    p = cells.parameter_table(run.network.seed)
    own = dict(zip(cells.model.parameter_names, p[neuron].tolist(), strict=True))
    model = cells.model.with_parameters(**own)
    start = cells.start_table(p)[neuron].tolist()
    inputs = stimuli_of(model, cells.inputs)
    for name, (times, steps) in _edges(run, cells, neuron).items():
        inputs[name] = _with_steps(inputs.get(name, constant(model[name])), times, steps)
    x0 = dict(zip(model.state_names, start, strict=True))
    return solve(model, run.t_end, inputs=inputs, x0=x0, method=method)


def _edges(run: NetworkRun, cells: Population, neuron: int) -> dict[str, tuple[Array, Array]]:
    """Return when and by how much each input of a neuron rises and falls."""
    found: dict[str, list[tuple[Array, Array]]] = {}
    for connection in run.network.connections:
        if connection.post != cells.name:
            continue
        what, shape = f"connection {connection.name!r}", connection.shape
        if not isinstance(shape, Rectangular) or connection.plasticity is not None:
            raise InputError(
                f"{what} has no rectangular pulses of constant weights; expected nothing else into "
                f"{cells.name!r}"
            )
        synapses, into = run.network.synapses[connection.name], connection.input_of(cells.model)
        pre, edges = synapses.pre, found.setdefault(into, [])
        for s in np.flatnonzero(synapses.post == neuron):
            delay = synapses.delays[s if synapses.delays.size > 1 else 0]
            times = run[connection.pre].train(pre[s]) + delay
            rise = np.full(len(times), synapses.weights[s])
            edges += [(times, rise), (times + shape.width, -rise)]
    nothing = np.empty(0)
    return {
        name: (
            np.concatenate([nothing, *(times for times, _ in edges)]),
            np.concatenate([nothing, *(steps for _, steps in edges)]),
        )
        for name, edges in found.items()
    }


def _with_steps(base: Stimulus, times: Array, steps: Array) -> Stimulus:
    """Return a stimulus with steps added at times in any order."""
    knots = np.unique(np.concatenate([base.times, times]))
    at = np.searchsorted(knots, times)
    level = np.cumsum(np.bincount(at, steps, len(knots)))
    before = np.concatenate([[0.0], level[:-1]])
    first = np.minimum(np.searchsorted(base.times, knots), len(base.times) - 1)
    there = base.times[first] == knots  # the value before a jump is that of its first knot
    left = np.where(there, base.values[first], base(knots)) + before
    values = np.column_stack([left, base(knots) + level])
    return Stimulus(np.repeat(knots, 2), values.ravel(), "all that reached a neuron")
