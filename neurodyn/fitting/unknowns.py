"""What a fit varies: each unknown with its transform, bounds and prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Unknown:
    """One unknown of a fit.

    Parameters
    ----------
    name : str
        A parameter of the model, "ambient" (T_amb of some curves), "T_offset" or "R_series".
    bounds : (low, high)
        Of the value.
    logarithmic : bool
        Whether the fit varies ln(value); positive quantities of unknown size are varied so.
    prior : (mean, standard deviation), optional
        Gaussian, of theta: of ln(value) if logarithmic.
    """

    name: str
    bounds: tuple[float, float]
    logarithmic: bool = True
    prior: tuple[float, float] | None = None

    def theta(self, value: float) -> float:
        """Return what the fit varies."""
        return float(np.log(value)) if self.logarithmic else float(value)

    def value(self, theta: float) -> float:
        """Return the value itself."""
        return float(np.exp(theta)) if self.logarithmic else float(theta)

    @property
    def limits(self) -> tuple[float, float]:
        """Bounds of theta."""
        return self.theta(self.bounds[0]), self.theta(self.bounds[1])
