"""A network as data: populations, and connections between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from neurodyn.arguments import Numbers, Whole, checked
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.model.inputs import current_input
from neurodyn.network.distributions import Distribution, generator
from neurodyn.network.patterns import AllToAll, Pattern
from neurodyn.network.plasticity import Plasticity
from neurodyn.network.populations import Population, Source
from neurodyn.network.shapes import Charge, Shape
from neurodyn.network.synapses import SparseMatrix, Synapses, of_matrix, of_pairs


@checked
@dataclass(frozen=True, eq=False)
class Connection:
    """Synapses from one population to another.

    Parameters
    ----------
    pre, post : str
        Names of populations; ``pre`` may be a source of spikes.
    weight : number, (n_synapses,) numbers, distribution, or matrix (n_post, n_pre)
        In the unit of what it adds to. A matrix, dense or of ``scipy.sparse``, is the pattern too:
        a weight of zero is no synapse.
    delay : number, (n_synapses,) numbers, distribution, or matrix [time unit of the model]
        From a spike to its arrival; above zero.
    shape : Rectangular, Exponential or Charge
        What a spike does where it arrives.
    pattern : AllToAll, OneToOne, FixedProbability, FixedInDegree, Distance or FromList
        Numbers of each synapse follow the order of its pairs.
    into : str, optional
        The input that it adds to; the model's only current by default.
    plasticity : STDP or EqSpike, optional
        How spikes change the weights.
    self_connections : bool
        Whether a neuron may connect to itself.
    dale : bool
        Whether to refuse neurons whose weights differ in sign (Dale's law).
    name : str, optional
        Two connections between the same populations need names.

    Raises
    ------
    InputError
        For a delay that is not above zero, or numbers that are not finite.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Connection("cells", "cells", 3e-6, 1e-7, nd.Rectangular(200e-9),
    ...               pattern=nd.FixedProbability(0.1))
    <connection 'cells -> cells'>
    """

    pre: str
    post: str
    weight: Numbers | Distribution | SparseMatrix
    delay: Numbers | Distribution
    shape: Shape
    pattern: Pattern = field(default_factory=AllToAll)
    into: str | None = None
    plasticity: Plasticity | None = None
    self_connections: bool = False
    dale: bool = False
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", f"{self.pre} -> {self.post}")
        if not isinstance(self.delay, Distribution) and not np.all(np.asarray(self.delay) > 0.0):
            least = float(np.min(np.asarray(self.delay)))
            raise InputError(
                f"connection {self.name!r}: a delay is {least:g}; expected delays above zero: what "
                "acts at once couples neurons continuously, which nd.coupled does"
            )

    def synapses(self, n_pre: int, n_post: int, seed: int) -> Synapses:
        """Return the synapses; what is drawn depends on the seed and the connection's name."""
        rng = generator(seed, self.name)
        if _is_matrix(self.weight):
            drawn = of_matrix(self, n_pre, n_post, keep_zeros=self.plasticity is not None)
        else:
            try:
                pairs = self.pattern.draw(rng, n_pre, n_post)
            except InputError as error:
                raise InputError(f"connection {self.name!r}: {error}") from None
            drawn = of_pairs(self, pairs, n_pre, rng)
        return drawn

    def input_of(self, model: Model) -> str:
        """Return the input of the model after it that it adds to.

        Raises
        ------
        InputError
            If the model lacks it, or none is named and it has not one current.
        """
        return current_input(model, self.into, f"connection {self.name!r}").name

    def __repr__(self) -> str:
        return f"<connection {self.name!r}>"


def _is_matrix(weight: Any) -> bool:
    return not isinstance(weight, Distribution) and getattr(weight, "ndim", np.ndim(weight)) == 2


@checked
@dataclass(frozen=True, eq=False)
class Network:
    """Populations and the connections between them; :func:`neurodyn.simulate` runs it.

    Parameters
    ----------
    populations : sequence of Population, SpikeSource or PoissonSource
    connections : sequence of Connection
    seed : int
        What is drawn for a network (synapses, spread of parameters, Poisson spikes) depends on it
        and on names alone, not on order.

    Raises
    ------
    InputError
        For names that are not there or there twice, models with different units of time, an input
        that the model lacks, or a connection of a neuron with itself where none is meant.

    Examples
    --------
    >>> import neurodyn as nd
    >>> pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    >>> inhibition = nd.Connection("pair", "pair", -6e-5, 2.5e-7, nd.Rectangular(1e-7))
    >>> nd.Network([pair], [inhibition])
    <network: 2 neurons, 2 synapses
      population 'pair': 2 x NbOx neuron
      connection 'pair -> pair': 2 synapses>
    """

    populations: Sequence[Population | Source]
    connections: Sequence[Connection] = ()
    seed: Whole = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "populations", tuple(self.populations))
        object.__setattr__(self, "connections", tuple(self.connections))
        for kind, items in (("population", self.populations), ("connection", self.connections)):
            names = [item.name for item in items]
            for name in names:
                if names.count(name) > 1:
                    raise InputError(f"two {kind}s are named {name!r}; expected different names")
        if not any(isinstance(p, Population) for p in self.populations):
            raise InputError("a network needs a population of neurons; none was given")
        units = {p.model.time_unit for p in self.populations if isinstance(p, Population)}
        if len(units) > 1:
            raise InputError(
                f"models count time in {' and '.join(sorted(units))}; expected one unit of time"
            )
        for connection in self.connections:
            self._check(connection)

    def _check(self, connection: Connection) -> None:
        names = [p.name for p in self.populations]
        for name in (connection.pre, connection.post):
            if name not in names:
                raise unknown_name("population", name, names)
        post = self[connection.post]
        if not isinstance(post, Population):
            raise InputError(
                f"connection {connection.name!r} leads to {post.name!r}, which is a source of "
                "spikes; expected a population of neurons"
            )
        model, shape = post.model, connection.shape
        if isinstance(shape, Charge):
            if shape.state not in model.state_names:
                raise unknown_name("state", shape.state, model.state_names)
            if shape.capacitance is not None and shape.capacitance not in model.parameter_names:
                raise unknown_name("parameter", shape.capacitance, model.parameter_names)
        else:
            connection.input_of(model)

    @checked
    def __getitem__(self, name: str) -> Population | Source:
        for population in self.populations:
            if population.name == name:
                return population
        raise unknown_name("population", name, [p.name for p in self.populations])

    @property
    def time_unit(self) -> str:
        """Unit of time of its models."""
        return next(p.model.time_unit for p in self.populations if isinstance(p, Population))

    @cached_property
    def synapses(self) -> dict[str, Synapses]:
        """Synapses of each connection by its name."""
        return {
            c.name: c.synapses(self[c.pre].n, self[c.post].n, self.seed) for c in self.connections
        }

    def __repr__(self) -> str:
        neurons = sum(p.n for p in self.populations if isinstance(p, Population))
        lines = [repr(p)[1:-1] for p in self.populations]
        lines += [
            f"connection {c.name!r}: {len(self.synapses[c.name])} synapses"
            for c in self.connections
        ]
        total = sum(map(len, self.synapses.values()))
        return "\n  ".join([f"<network: {neurons} neurons, {total} synapses", *lines]) + ">"
