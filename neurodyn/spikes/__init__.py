"""Spikes: when they come, how large and wide they are, what they cost."""

from neurodyn.spikes.fi_curve import FICurve, fi_curve
from neurodyn.spikes.train import SpikeTrain, spikes

__all__ = ["FICurve", "SpikeTrain", "fi_curve", "spikes"]
