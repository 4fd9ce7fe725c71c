"""Spikes: when they come, how large and wide they are, what they cost, how regular they are."""

from neurodyn.spikes.bursts import Bursts, bursts
from neurodyn.spikes.escape import EscapeTimes, escape_times
from neurodyn.spikes.fi_curve import FICurve, fi_curve
from neurodyn.spikes.intervals import FanoFactor, ISIHistogram, fano_factor, isi_histogram
from neurodyn.spikes.median_frequency import MedianFrequency, median_frequency
from neurodyn.spikes.phase_locking import PhaseLocking, phase_locking
from neurodyn.spikes.spectrum import PowerSpectrum, power_spectrum
from neurodyn.spikes.staircase import Plateau, Staircase, staircase
from neurodyn.spikes.survival import Survival, survival
from neurodyn.spikes.train import SpikeTrain, spikes

__all__ = [
    "Bursts",
    "EscapeTimes",
    "FICurve",
    "FanoFactor",
    "ISIHistogram",
    "MedianFrequency",
    "PhaseLocking",
    "Plateau",
    "PowerSpectrum",
    "SpikeTrain",
    "Staircase",
    "Survival",
    "bursts",
    "escape_times",
    "fano_factor",
    "fi_curve",
    "isi_histogram",
    "median_frequency",
    "phase_locking",
    "power_spectrum",
    "spikes",
    "staircase",
    "survival",
]
