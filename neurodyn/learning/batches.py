"""Samples in a random order, cut into batches of one size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array


def batches(
    rng: np.random.Generator, n: int, size: int, least: int = 1
) -> tuple[npt.NDArray[np.int64], Array]:
    """Return the batches of an epoch; the last is filled up with samples of no weight.

    A last batch of fewer than ``least`` samples is left out: they wait for another epoch.

    Returns
    -------
    places : (n_batches, batch) int
    shares : (n_batches, batch) float
        Of each sample in the mean over its batch.
    """
    batch = min(size, n)
    order = rng.permutation(n)
    if 0 < n % batch < least:
        order = order[: n - n % batch]
    missing = -len(order) % batch
    places = np.concatenate([order, order[:missing]]).reshape(-1, batch)
    shares = np.full(places.shape, 1.0 / batch)
    if missing:
        shares[-1] = np.where(np.arange(batch) < batch - missing, 1.0 / (batch - missing), 0.0)
    return places, shares
