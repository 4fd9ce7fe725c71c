"""Distributions that weights, delays and parameters are drawn from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import NonNegative, Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return the random numbers of one thing that has a name, whatever else is drawn."""
    words = [zlib.crc32(name.encode()) if isinstance(name, str) else name for name in names]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *words])))


@checked
@dataclass(frozen=True)
class Normal:
    """Normal distribution.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Normal(3e-6, 1e-7)
    Normal(mean=3e-06, sd=1e-07)
    """

    mean: float
    sd: NonNegative

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Return n numbers."""
        return rng.normal(self.mean, self.sd, n)


@checked
@dataclass(frozen=True)
class LogNormal:
    """Log-normal distribution by its median and the standard deviation of the logarithm.

    For small numbers ``sd`` is the relative spread: 0.05 is 5 %.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.LogNormal(190.0, 0.05)
    LogNormal(median=190.0, sd=0.05)
    """

    median: Positive
    sd: NonNegative

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Return n numbers."""
        return self.median * np.exp(self.sd * rng.standard_normal(n))


@checked
@dataclass(frozen=True)
class Uniform:
    """Uniform distribution.

    Raises
    ------
    InputError
        If ``high`` is below ``low``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Uniform(1e-7, 2e-7)
    Uniform(low=1e-07, high=2e-07)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise InputError(
                f"Uniform: high is {self.high:g}; expected at least low = {self.low:g}"
            )

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Return n numbers."""
        return rng.uniform(self.low, self.high, n)


Distribution = Normal | LogNormal | Uniform
