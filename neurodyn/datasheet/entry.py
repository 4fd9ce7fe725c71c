"""One number of the sheet."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn import constants
from neurodyn.plot.style import prefixed


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

    @property
    def text(self) -> str:
        """The value with its unit, as the page prints it."""
        factor, unit = printed_unit([self.value], self.unit)
        return f"{factor * self.value:.5g} {unit}".strip()

    @property
    def interval_text(self) -> str:
        """The interval with its unit; empty where there is none."""
        if self.interval is None:
            return ""
        factor, unit = printed_unit(list(self.interval), self.unit)
        return f"{factor * self.interval[0]:.5g} … {factor * self.interval[1]:.5g} {unit}".strip()


def printed_unit(values: list[float], unit: str) -> tuple[float, str]:
    """Return factor and unit for print; energies of single electrons in eV."""
    if unit == "J" and max(map(abs, values)) < 1e-17:
        return 1 / constants.eV, "eV"
    return prefixed(values, unit)
