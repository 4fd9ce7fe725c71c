"""A binarised network as it infers: sums, batch normalisation, signs; or ones that are counted.

A neuron's sum of n products of -1 and +1 is ``s = 2 m - n`` with m the number of products that are
+1, so ``BN(s) > 0`` is ``m > (n + mean) / 2``: batch normalisation becomes a threshold on a count
(A. Majumdar, thesis 2023, eq. 2.9, whose printed form has the threshold inside the count).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array

Values = npt.NDArray[Any]
Signs = npt.NDArray[np.int8]
EPS = 1e-5
"""Added to variances of batch normalisation, in training and after it."""


@dataclass(frozen=True, eq=False)
class BinaryLayer:
    """A layer of binary weights and its batch normalisation.

    Parameters
    ----------
    signs : (post, pre) int8
        -1 and +1.
    mean, var : (blocks, post) float
        Of the sums of each block.
    sizes : tuple of int
        Inputs of each block; one block where the layer is not cut.
    """

    signs: Signs
    mean: Array
    var: Array
    sizes: tuple[int, ...]

    @property
    def blocks(self) -> list[slice]:
        """Inputs of each block that is not empty."""
        ends = np.cumsum(self.sizes)
        return [slice(e - size, e) for e, size in zip(ends, self.sizes, strict=True) if size]

    def sums(self, a: Values) -> Values:
        """Return the sums of each block, (samples, blocks, post)."""
        w = self.signs.astype(a.dtype)
        return np.stack([a[:, at] @ w[:, at].T for at in self.blocks], axis=1)

    def normalised(self, a: Values) -> Values:
        """Return the sums less their mean, over their deviation."""
        return (self.sums(a) - self.mean) / np.sqrt(self.var + EPS)

    @property
    def thresholds(self) -> npt.NDArray[np.int64]:
        """Counts above which a block of binary inputs says +1, (blocks, post), exactly.

        Sums are whole, so that one above the mean is one above the mean rounded down.
        """
        n = np.array([at.stop - at.start for at in self.blocks])[:, None]
        return (n + np.floor(self.mean).astype(np.int64)) // 2

    def counts(self, a: Values) -> npt.NDArray[np.int64]:
        """Return how many products of binary inputs are +1, (samples, blocks, post)."""
        n = np.array([at.stop - at.start for at in self.blocks])[:, None]
        # whole numbers up to 2^24 are exact in float32
        return (n + self.sums(a).astype(np.int64)) // 2


def majority(signs: Values) -> Values:
    """Return -1 or +1 for the blocks of each neuron; an even vote is -1, as an empty block says."""
    return np.where(signs.sum(1) > 0, 1, -1).astype(np.float32)


def signed(z: Values) -> Values:
    """Return -1 and +1, 0 being -1."""
    return np.where(z > 0, 1, -1).astype(np.float32)


Decide = Callable[[int, BinaryLayer, Values], Values]
"""From number, layer and its binary inputs to the signs of its blocks, (samples, blocks, post)."""


def by_normalising(number: int, layer: BinaryLayer, a: Values) -> Values:
    """Decide as training does: sums, batch normalisation, sign."""
    del number
    return signed(layer.normalised(a))


def by_counting(number: int, layer: BinaryLayer, a: Values) -> Values:
    """Decide as a circuit does: ones are counted and held against a threshold."""
    del number
    return signed(layer.counts(a) - layer.thresholds)


def forward(layers: Sequence[BinaryLayer], x: Array, decide: Decide) -> tuple[list[Values], Array]:
    """Return the signs of each hidden layer, and the real outputs."""
    a, hidden = np.asarray(x, np.float32), []
    for number, layer in enumerate(layers[:-1]):
        # inputs of the first layer are real: there is nothing to count
        said = signed(layer.normalised(a)) if number == 0 else decide(number, layer, a)
        a = majority(said)
        hidden.append(a)
    return hidden, np.asarray(layers[-1].normalised(a)[:, 0], float)
