"""Synapses of one connection, in arrays ordered by the neuron that spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.network.distributions import Distribution
from neurodyn.network.patterns import Pairs

if TYPE_CHECKING:
    from neurodyn.network.network import Connection


@runtime_checkable
class SparseMatrix(Protocol):
    """What ``scipy.sparse`` calls a matrix or an array."""

    shape: Any

    def tocsc(self) -> Any:
        """Return it by columns."""


@dataclass(frozen=True, eq=False)
class Synapses:
    """Synapses from each neuron: those of neuron j are ``first[j] : first[j + 1]``.

    Without plasticity a synapse takes 12 bytes where all delays are equal, and 20 where not.

    Parameters
    ----------
    first : (n_pre + 1,) int
    post : (n,) int32
    weights : (n,) float
    delays : (n,) float, or (1,) where all are equal
    """

    first: npt.NDArray[np.int64]
    post: npt.NDArray[np.int32]
    weights: Array
    delays: Array

    def __len__(self) -> int:
        return len(self.post)

    @property
    def pre(self) -> npt.NDArray[np.int64]:
        """The neuron that spikes, of each synapse."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def matrix(self, n_post: int) -> Array:
        """Return the weights as a matrix (n_post, n_pre)."""
        matrix = np.zeros((n_post, len(self.first) - 1))
        np.add.at(matrix, (self.post, self.pre), self.weights)
        return matrix


def of_matrix(connection: Connection, n_pre: int, n_post: int, keep_zeros: bool) -> Synapses:
    """Return the synapses of a matrix of weights (n_post, n_pre), dense or sparse."""
    from scipy.sparse import csc_array

    what, sparse = f"connection {connection.name!r}", csc_array(connection.weight)
    if sparse.shape != (n_post, n_pre):
        raise InputError(
            f"{what}: the matrix of weights has the shape {sparse.shape}; "
            f"expected ({n_post}, {n_pre}): a row for each neuron after a synapse"
        )
    sparse.sum_duplicates()
    pre = np.repeat(np.arange(n_pre), np.diff(sparse.indptr))
    post, values = sparse.indices.astype(np.int64), np.asarray(sparse.data, float)
    if not keep_zeros:
        there = values != 0.0
        pre, post, values = pre[there], post[there], values[there]
    if (
        connection.pre == connection.post
        and not connection.self_connections
        and (pre == post).any()
    ):
        raise InputError(
            f"{what}: neuron {pre[pre == post][0]} connects to itself; expected zeros on the "
            "diagonal, or self_connections=True"
        )
    delay = np.asarray(connection.delay) if not isinstance(connection.delay, Distribution) else None
    if delay is not None and delay.ndim == 2:
        if delay.shape != (n_post, n_pre):
            raise InputError(
                f"{what}: the matrix of delays has the shape {delay.shape}; expected "
                f"({n_post}, {n_pre})"
            )
        delays = delay[post, pre]
    else:
        delays = _numbers(connection, "delay", len(post), None)
    return _ordered(connection, (pre, post), values, delays, n_pre)


def of_pairs(
    connection: Connection, pairs: Pairs, n_pre: int, rng: np.random.Generator
) -> Synapses:
    """Return the synapses of pairs of neurons, weights and delays in the order of the pairs."""
    pre, post = pairs
    if connection.pre == connection.post and not connection.self_connections:
        apart = pre != post
        pre, post = pre[apart], post[apart]
    weights = _numbers(connection, "weight", len(pre), rng)
    delays = _numbers(connection, "delay", len(pre), rng)
    if connection.plasticity is None and weights.size:
        there = np.broadcast_to(weights != 0.0, len(pre))
        if not there.all():
            pre, post = pre[there], post[there]
            weights = np.broadcast_to(weights, len(there))[there]
            delays = delays[there] if delays.size > 1 else delays
    return _ordered(connection, (pre, post), np.broadcast_to(weights, len(pre)), delays, n_pre)


def _numbers(connection: Connection, name: str, n: int, rng: np.random.Generator | None) -> Array:
    """Return the weights or delays of n synapses, (1,) where one number was given for all."""
    values = getattr(connection, name)
    if isinstance(values, Distribution):
        if rng is None:
            raise InputError(
                f"connection {connection.name!r}: with a matrix of weights, expected a number or a "
                f"matrix as {name}"
            )
        drawn = values.draw(rng, n)
        if name == "delay" and n and drawn.min() <= 0.0:
            raise InputError(
                f"connection {connection.name!r}: a delay drawn is {drawn.min():g}; expected a "
                "distribution of delays above zero"
            )
        return drawn
    numbers = np.atleast_1d(np.asarray(values, float))
    if numbers.shape not in ((1,), (n,)):
        raise InputError(
            f"connection {connection.name!r}: {name} has the shape {numbers.shape}; expected one "
            f"number, or one for each of {n} synapses"
        )
    return numbers


def _ordered(
    connection: Connection, pairs: Pairs, weights: Array, delays: Array, n_pre: int
) -> Synapses:
    pre, post = pairs
    order = np.lexsort((post, pre))
    first = np.zeros(n_pre + 1, np.int64)
    np.cumsum(np.bincount(pre, minlength=n_pre), out=first[1:])
    if delays.size > 1 and (delays == delays[0]).all():
        delays = delays[:1]
    if connection.dale and len(pre):
        positive = np.bincount(pre, weights > 0.0, n_pre) > 0
        mixed = np.flatnonzero(positive & (np.bincount(pre, weights < 0.0, n_pre) > 0))
        if len(mixed):
            raise InputError(
                f"connection {connection.name!r}: weights from neuron {mixed[0]} differ in sign, "
                "which dale=True refuses"
            )
    return Synapses(
        first,
        post[order].astype(np.int32),
        np.ascontiguousarray(weights[order], dtype=float),
        np.ascontiguousarray(delays[order] if delays.size > 1 else delays[:1], dtype=float),
    )
