"""Noise of what an instrument shows, channel by channel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import NonNegative, Numbers, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError


@checked
@dataclass(frozen=True)
class ChannelNoise:
    """Standard deviation of one measured channel: independent parts, added in squares.

    Parameters
    ----------
    relative : float
        Of the value: noise that grows with the reading.
    absolute : float [unit of the channel]
        The same at every reading.
    resolution : float [unit of the channel]
        Step of the converter on the range that was set; rounding to it has a standard deviation
        of the step over the root of twelve.

    Raises
    ------
    InputError
        If a part is negative or not finite, or all are zero.

    Examples
    --------
    >>> import neurodyn as nd
    >>> ammeter = nd.ChannelNoise(relative=0.003, resolution=1e-3 / 4096)   # 12 bits of 1 mA
    >>> ammeter.sd([1e-6, 1e-3]).round(9).tolist()
    [7.1e-08, 3.001e-06]
    """

    relative: NonNegative = 0.0
    absolute: NonNegative = 0.0
    resolution: NonNegative = 0.0

    def __post_init__(self) -> None:
        parts = (self.relative, self.absolute, self.resolution)
        if not all(math.isfinite(part) and part >= 0 for part in parts) or not any(parts):
            raise InputError(
                f"noise has the parts relative {parts[0]!r}, absolute {parts[1]!r} and resolution "
                f"{parts[2]!r}; expected numbers of 0 or more, and one above 0"
            )
        if self.relative >= 1:
            raise InputError(
                f"noise is {self.relative!r}; expected a relative standard deviation between 0 "
                "and 1"
            )

    @checked
    def sd(self, values: Numbers) -> Array:
        """Return the standard deviation of each reading, in the unit of the channel."""
        values = np.asarray(values, dtype=float)
        if not self.absolute and not self.resolution:
            return self.relative * np.abs(values)
        return np.sqrt((self.relative * values) ** 2 + self.absolute**2 + self.resolution**2 / 12)

    @checked
    def relative_sd(self, values: Numbers) -> Array:
        """Return the standard deviation of ln(reading), to first order in the noise."""
        values = np.asarray(values, dtype=float)
        if not self.absolute and not self.resolution:
            return np.full(values.shape, self.relative)
        return self.sd(values) / np.abs(values)

    def __str__(self) -> str:
        parts = [f"{self.relative:.3g} of the reading"] if self.relative else []
        parts += [f"{self.absolute:.3g}"] if self.absolute else []
        parts += [f"steps of {self.resolution:.3g}"] if self.resolution else []
        return " and ".join(parts)


Noise = float | ChannelNoise


def noise_of_channels(
    noise: Noise | tuple[Noise, Noise] | None,
) -> tuple[ChannelNoise, ChannelNoise] | None:
    """Check the noise of V and of I; one number is relative, of both.

    Raises
    ------
    InputError
        If it is no noise.
    """
    if noise is None:
        return None
    pair = tuple(noise) if isinstance(noise, (tuple, list)) else (noise, noise)
    if len(pair) != 2:
        raise InputError(
            f"noise is {noise!r}; expected one or two relative standard deviations between 0 and "
            "1, or nd.ChannelNoise"
        )
    V, I = (_channel(one, noise) for one in pair)
    return V, I


def _channel(one: Noise, given: object) -> ChannelNoise:
    if isinstance(one, ChannelNoise):
        return one
    if not isinstance(one, (int, float)) or not (math.isfinite(one) and 0 < one < 1):
        raise InputError(
            f"noise is {given!r}; expected one or two relative standard deviations between 0 and "
            "1, or nd.ChannelNoise"
        )
    return ChannelNoise(relative=float(one))
