"""What scripts of whole networks share: the step, weights as they act, and numbers in rows."""

from __future__ import annotations

import textwrap

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.export.printing import number
from neurodyn.model import Model
from neurodyn.network import Charge, Connection, Network, Population
from neurodyn.network.synapses import Synapses


def refuse_plasticity(network: Network, program: str) -> None:
    """Raise if a connection learns."""
    for connection in network.connections:
        if connection.plasticity is not None:
            raise InputError(
                f"connection {connection.name!r} is plastic, which {program} files of neurodyn do "
                "not hold; expected a network without plasticity"
            )


def step_of(network: Network, step: float | None) -> float:
    """Return the step of a grid: by default a part of a cycle, and never above a delay."""
    neurons = [p for p in network.populations if isinstance(p, Population)]
    delays = [float(s.delays.min()) for s in network.synapses.values() if len(s)]
    if step is None:
        return min([2e-3 * p.model.time_scale for p in neurons] + delays)
    if delays and step > min(delays):
        raise InputError(
            f"step is {step:g}, and the shortest delay {min(delays):g}; expected a step that is "
            "not longer"
        )
    return step


def acting_weights(connection: Connection, drawn: Synapses, model: Model, p: Array) -> Array:
    """Return what a spike adds to its target: charges over capacitances.

    ``p`` are the parameters of each neuron after the synapses, (n, n_parameters).
    """
    shape = connection.shape
    if isinstance(shape, Charge) and shape.capacitance is not None:
        return drawn.weights / p[drawn.post, model.parameter_names.index(shape.capacitance)]
    return drawn.weights


def listed(values: Array | npt.NDArray[np.integer], before: str = "[", after: str = "]") -> str:
    """Return numbers as text with all digits; one number where all are equal."""
    if len(values) and (values == values[0]).all():
        return number(float(values[0]))
    return row(values, before, after)


def row(values: Array | npt.NDArray[np.integer], before: str = "[", after: str = "]") -> str:
    """Return numbers as text with all digits, in lines that fit."""
    text = ", ".join(map(repr, values.tolist()))
    return f"{before}{f'{chr(10)}    '.join(textwrap.wrap(text, 96))}{after}"
