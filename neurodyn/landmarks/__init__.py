"""Landmarks of a neuron as numbers: what a fitted device does, with intervals."""

from neurodyn.landmarks.circuit import CircuitStudy, study_circuit
from neurodyn.landmarks.derived import Derived, DerivedQuantity, derived
from neurodyn.landmarks.firing import Firing, RateCurve

__all__ = [
    "CircuitStudy",
    "Derived",
    "DerivedQuantity",
    "Firing",
    "RateCurve",
    "derived",
    "study_circuit",
]
