"""How parameters differ from device to device."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.network import LogNormal, Normal, Uniform
from neurodyn.network.distributions import generator


@checked
@dataclass(frozen=True)
class Exponential:
    """Exponential distribution above a lowest value.

    Parameters
    ----------
    low : float
    scale : float
        Mean distance from ``low``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.synapses.Exponential(3.74e-5, 6.56e-4)
    Exponential(low=3.74e-05, scale=0.000656)
    """

    low: float
    scale: Positive

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Return n numbers."""
        return self.low + rng.exponential(self.scale, n)


Spread = float | Normal | LogNormal | Uniform | Exponential
"""A parameter of devices: one number for all, or what each draws its own from."""


def drawn(spread: Spread, name: str, seed: int, n: int) -> Array:
    """Return a parameter of n devices; the first are the same however many follow."""
    if isinstance(spread, float | int):
        return np.full(n, float(spread))
    return spread.draw(generator(seed, "synapses", name), n)


def typical(spread: Spread) -> float:
    """Return the number that stands for all: the mean, of a log-normal the median."""
    match spread:
        case Normal():
            return spread.mean
        case LogNormal():
            return spread.median
        case Uniform():
            return 0.5 * (spread.low + spread.high)
        case Exponential():
            return spread.low + spread.scale
    return float(spread)


def two_moments(spread: Spread) -> tuple[float, float]:
    """Return E[x] and E[x^2]."""
    match spread:
        case Normal():
            mean, variance = spread.mean, spread.sd**2
        case LogNormal():
            mean = spread.median * math.exp(0.5 * spread.sd**2)
            variance = mean**2 * math.expm1(spread.sd**2)
        case Uniform():
            mean, variance = typical(spread), (spread.high - spread.low) ** 2 / 12
        case Exponential():
            mean, variance = typical(spread), spread.scale**2
        case _:
            mean, variance = float(spread), 0.0
    return mean, variance + mean**2
