"""A layer on small arrays: voltages, threshold columns, and division into blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from neurodyn.arguments import Count, Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError


@dataclass(frozen=True)
class ThresholdColumns:
    """A bridge of n inputs and b columns that set the threshold.

    Parameters
    ----------
    inputs, columns : int
    step : float [V]
        Smallest difference between the two lines of the bridge.
    lowest, highest : float
        Thresholds that the columns reach, in counts.
    """

    inputs: int
    columns: int
    step: float
    lowest: float
    highest: float


@checked
def threshold_columns(inputs: Count, V_DD: Positive = 1.2) -> ThresholdColumns:
    """Return how a threshold is set, and the smallest voltage a comparator must tell.

    b = 2 floor(0.05 n) columns of which tau say one: T = (n + b) / 2 - tau. With V = m / (n + b) of
    the supply on one line and the rest on the other, the least difference is V_DD / (n + b) for an
    odd number of lines, and twice that for an even one beside a tie (A. Majumdar, thesis 2023,
    eqs. 3.3 and 3.4).

    Parameters
    ----------
    inputs : int
    V_DD : float [V]

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.threshold_columns(33).step.__round__(4)
    0.0343
    """
    b = 2 * int(np.floor(0.05 * inputs + 1e-9))
    n = inputs + b
    return ThresholdColumns(inputs, b, V_DD / n * (1 if n % 2 else 2), n / 2 - b, n / 2)


@dataclass(frozen=True)
class Partition:
    """A layer cut into an odd number of blocks, whose majority is its output.

    Parameters
    ----------
    inputs : int
        Or channels.
    block : int
        Inputs (channels) of a whole block.
    sizes : tuple of int
        Of each block; the last may be shorter, and empty where only that makes their number odd.
    rows : int
        Rows that a whole block uses.
    """

    inputs: int
    block: int
    sizes: tuple[int, ...]
    rows: int

    @property
    def exact(self) -> bool:
        """Whether no block is cut short; an empty one may still make their number odd."""
        return all(size in (0, self.block) for size in self.sizes)


@checked
def partition(
    inputs: Count,
    *,
    rows: Count = 58,
    kernel: Count = 1,
    pad: Literal["last_block", "refuse"] = "last_block",
) -> Partition:
    """Cut the inputs of a neuron into blocks that fit an array, odd in number.

    Parameters
    ----------
    inputs : int
        Inputs of a fully connected layer, or channels of a convolution.
    rows : int
        Of the array that hold weights: 58 of 64 in the source, 6 hold the threshold.
    kernel : int
        Weights of one channel: 9 for 3 x 3.
    pad : {"last_block", "refuse"}
        What to do where blocks do not come out even.

    Raises
    ------
    InputError
        If a kernel does not fit the rows, or the blocks do not come out and shall.

    Examples
    --------
    >>> import neurodyn as nd
    >>> len(nd.learning.partition(3654).sizes), len(nd.learning.partition(738, kernel=9).sizes)
    (63, 123)
    """
    block = rows // kernel
    if block == 0:
        raise InputError(f"a kernel of {kernel} weights does not fit {rows} rows")
    whole, rest = divmod(inputs, block)
    sizes = (block,) * whole + ((rest,) if rest else ())
    if len(sizes) % 2 == 0:
        sizes = (*sizes, 0)
    if pad == "refuse" and (rest or len(sizes) != whole):
        raise InputError(
            f"{inputs} inputs are no odd number of blocks of {block}; expected {block} times an "
            "odd number"
        )
    return Partition(inputs, block, sizes, block * kernel)


@checked
def divided_disagreement(blocks: Count, rows: Count) -> float:
    """Return how often the majority of blocks differs from the sign of the whole.

    Exact, for independent fair bits, odd numbers of blocks and of rows: by the joint number of
    ones and of blocks that say one, block after block.

    Parameters
    ----------
    blocks, rows : int

    Raises
    ------
    InputError
        If one of them is even.

    Examples
    --------
    >>> import neurodyn as nd
    >>> round(nd.learning.divided_disagreement(3, 5), 12)
    0.128173828125
    """
    if not blocks % 2 or not rows % 2:
        raise InputError(f"{blocks} blocks of {rows} rows; expected odd numbers, without ties")
    one: Array = stats.binom.pmf(np.arange(rows + 1), rows, 0.5)
    # joint[k, m]: k blocks say one, m ones in all
    joint = np.zeros((blocks + 1, blocks * rows + 1))
    joint[0, 0] = 1.0
    for _ in range(blocks):
        after = np.zeros_like(joint)
        for m, p in enumerate(one):
            up = int(2 * m > rows)
            moved = p * joint[: blocks + 1 - up, : joint.shape[1] - m]
            after[up:, m:] += moved
        joint = after
    majority = 2 * np.arange(blocks + 1)[:, None] > blocks
    whole = 2 * np.arange(blocks * rows + 1)[None, :] > blocks * rows
    return float(joint[majority != whole].sum())


@checked
def block_majority(outputs: Array, axis: Whole = 0) -> Array:
    """Return the majority of block outputs of -1 and +1.

    Parameters
    ----------
    outputs : array of -1 and +1
    axis : int
        Along which blocks stand; an odd number of them.

    Raises
    ------
    InputError
        If their number is even.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.block_majority([[1, -1], [1, 1], [-1, -1]])
    array([ 1., -1.])
    """
    votes = np.asarray(outputs, dtype=float)
    if axis >= votes.ndim or votes.shape[axis] % 2 == 0:
        raise InputError(f"outputs of shape {votes.shape}; expected an odd number of blocks")
    return np.sign(votes.sum(axis=axis))
