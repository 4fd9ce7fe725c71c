"""Noise as part of a model's vocabulary: what fluctuates, in the units instruments measure it in.

Everything is in the Ito convention.
"""

from neurodyn.noise.currents import ornstein_uhlenbeck_current, white, white_current
from neurodyn.noise.device import johnson_nyquist, parameter_jitter, temperature_fluctuation
from neurodyn.noise.source import NoiseSource
from neurodyn.noise.stochastic import StochasticModel, stochastic

__all__ = [
    "NoiseSource",
    "StochasticModel",
    "johnson_nyquist",
    "ornstein_uhlenbeck_current",
    "parameter_jitter",
    "stochastic",
    "temperature_fluctuation",
    "white",
    "white_current",
]
