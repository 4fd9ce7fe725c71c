"""Which classes were taken for which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.learning.data import Labelled


@dataclass(frozen=True, eq=False)
class Confusion:
    """Which classes were taken for which.

    Parameters
    ----------
    counts : (n, n) int
        Samples, true class by row, predicted by column.
    classes : (n,) array
    """

    counts: npt.NDArray[np.int64]
    classes: npt.NDArray[Any]


def confusion_of(data: Labelled, found: npt.NDArray[np.int64]) -> Confusion:
    """Return how many samples of each class were predicted as each."""
    counts = np.zeros((len(data.classes),) * 2, np.int64)
    np.add.at(counts, (data.codes, found), 1)
    return Confusion(counts, data.classes)
