"""Profile likelihoods as results: how chi-square rises on both sides of a fitted value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.errors import unknown_name


@dataclass(frozen=True, eq=False)
class Profile:
    """Profile likelihood of one parameter.

    Parameters
    ----------
    name, unit : str
    values : (m,) float
        Of the parameter, ascending.
    rise : (m,) float
        Of chi-square above its minimum, all other unknowns refitted.
    intervals : mapping from level to (low, high)
        Infinite, or zero below for a positive quantity, on a side where the profile is open.
    open_below, open_above : float or None
        The level that the profile does not reach on that side before its bound; None if it does.
    """

    name: str
    unit: str
    values: Array
    rise: Array
    intervals: Mapping[float, tuple[float, float]]
    open_below: float | None
    open_above: float | None

    @property
    def is_open(self) -> bool:
        """Whether a 95 % interval has only one end, or none."""
        return self.open_below is not None or self.open_above is not None

    def __repr__(self) -> str:
        parts = [
            f"{level:.0%} [{low:.5g}, {high:.5g}]" for level, (low, high) in self.intervals.items()
        ]
        parts += [
            f"OPEN {side}: does not reach {level:.0%}"
            for side, level in (("below", self.open_below), ("above", self.open_above))
            if level is not None
        ]
        return f"{self.name} ({self.unit}): " + ", ".join(parts)


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profile likelihoods of the parameters of a fit.

    Parameters
    ----------
    profiles : tuple of Profile
    thresholds : mapping from level to float
        The rise of chi-square at each level, for one parameter at a time.
    reference : str
        The distribution that gives the thresholds, with its degrees of freedom.
    better : bool
        Whether a smaller chi-square was met on the way: then the fit is not the minimum.
    """

    profiles: tuple[Profile, ...]
    thresholds: Mapping[float, float]
    reference: str
    better: bool

    @checked
    def __getitem__(self, name: str) -> Profile:
        for profile in self.profiles:
            if profile.name == name:
                return profile
        raise unknown_name("profiled parameter", name, [p.name for p in self.profiles])

    def report(self) -> str:
        """Return levels and intervals as text."""
        levels = ", ".join(f"{level:.0%} at {rise:.4g}" for level, rise in self.thresholds.items())
        lines = [f"profile likelihoods, one parameter at a time: rise of chi-square {levels}"]
        lines.append(f"  ({self.reference}; joint regions of several parameters are larger)")
        lines += [f"  {profile!r}" for profile in self.profiles]
        if self.better:
            lines.append("  a smaller chi-square was met on the way: the fit is not the minimum")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; the end of an open interval is None."""
        return {
            "reference": self.reference,
            "thresholds": {str(level): rise for level, rise in self.thresholds.items()},
            "better_minimum_met": self.better,
            "parameters": {
                p.name: {
                    "unit": p.unit,
                    "values": p.values.tolist(),
                    "rise_of_chi_square": p.rise.tolist(),
                    "intervals": {
                        str(level): [
                            None if p.open_below is not None and level >= p.open_below else low,
                            None if p.open_above is not None and level >= p.open_above else high,
                        ]
                        for level, (low, high) in p.intervals.items()
                    },
                    "open_below": p.open_below,
                    "open_above": p.open_above,
                }
                for p in self.profiles
            },
        }

    def __repr__(self) -> str:
        return f"<{self.report()}>"
