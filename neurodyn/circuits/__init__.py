"""Circuits from netlists: parts between nodes, solved symbolically into a model."""

from neurodyn.circuits.circuit import Circuit, read_circuit

__all__ = ["Circuit", "read_circuit"]
