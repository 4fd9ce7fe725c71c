"""Landmarks of a neuron as numbers: what a fitted device does, with intervals."""

from neurodyn.landmarks.derived import Derived, DerivedQuantity, derived
from neurodyn.landmarks.spiking_range import SpikingRange, fi_curve_and_range

__all__ = ["Derived", "DerivedQuantity", "SpikingRange", "derived", "fi_curve_and_range"]
