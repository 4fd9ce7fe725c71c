"""Spikes: when they come, how large and wide they are, what they cost, how regular they are."""

from neurodyn.spikes.bursts import Bursts, bursts
from neurodyn.spikes.intervals import FanoFactor, ISIHistogram, fano_factor, isi_histogram
from neurodyn.spikes.phase_locking import PhaseLocking, phase_locking
from neurodyn.spikes.spectrum import PowerSpectrum, power_spectrum
from neurodyn.spikes.survival import Survival, survival
from neurodyn.spikes.train import SpikeTrain, spikes

__all__ = [
    "Bursts",
    "FanoFactor",
    "ISIHistogram",
    "PhaseLocking",
    "PowerSpectrum",
    "SpikeTrain",
    "Survival",
    "bursts",
    "fano_factor",
    "isi_histogram",
    "phase_locking",
    "power_spectrum",
    "spikes",
    "survival",
]
