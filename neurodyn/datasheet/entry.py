"""One number of the sheet."""

from __future__ import annotations

from dataclasses import dataclass

ASSUMED = ("C_th", "C_ext", "L_ext", "R_out", "C_d")
"""What a quasi-static curve says nothing about: taken from the model's defaults or the user."""


@dataclass(frozen=True)
class Entry:
    """One number of the sheet.

    Parameters
    ----------
    label : str
    value : float
    unit : str
    interval : (low, high) or None
        95 % interval from the uncertainty of the fit.
    provenance : str
        How the number came about.
    """

    label: str
    value: float
    unit: str
    interval: tuple[float, float] | None
    provenance: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", float(self.value))
