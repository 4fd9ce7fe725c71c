"""How many pulses a training gave to each weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array


@dataclass(frozen=True, eq=False)
class PulseCounts:
    """Pulses of one layer, weight by weight.

    Parameters
    ----------
    up, down : (post, pre) int or float
        Pulses that raised a weight (on BL) and that lowered it (on BLb). Of a rule without pulses,
        the positive and the negative part of all changes.
    batches : int
        Updates over which they were counted.
    """

    up: npt.NDArray[Any]
    down: npt.NDArray[Any]
    batches: int

    @property
    def net(self) -> npt.NDArray[Any]:
        """Up less down."""
        return self.up - self.down

    @property
    def total(self) -> npt.NDArray[Any]:
        """Up and down."""
        return self.up + self.down

    @property
    def silent(self) -> float:
        """Share of weights that never had a pulse."""
        return float(np.mean(self.total == 0))

    @property
    def per_update(self) -> float:
        """Pulses for one weight and one update, on average."""
        return float(self.total.mean()) / max(self.batches, 1)

    def histogram(self, bins: int = 50) -> tuple[Array, Array]:
        """Return how many weights had how many pulses in all: counts (bins,), edges (bins + 1,)."""
        counts, edges = np.histogram(self.total, bins)
        return counts.astype(float), edges

    def to_dict(self) -> dict[str, float]:
        """Return what they sum up to."""
        total = self.total
        return {"total": float(total.sum()), "most": float(total.max()), "silent": self.silent}

    def __str__(self) -> str:
        total = self.total
        return (
            f"{total.sum():.6g} pulses, most {total.max():.6g}, {self.per_update:.4g} for one "
            f"weight and update, {100 * self.silent:.3g} % never pulsed"
        )
