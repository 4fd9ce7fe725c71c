"""Circuits from netlists: parts between nodes, solved symbolically into a model."""

from neurodyn.circuits.circuit import Circuit, read_circuit
from neurodyn.circuits.ready import pearson_anson, ring, thermal_pair, two_switch_neuron

__all__ = ["Circuit", "pearson_anson", "read_circuit", "ring", "thermal_pair", "two_switch_neuron"]
