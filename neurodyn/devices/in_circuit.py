"""A named element in any of the three circuits, built once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal

from neurodyn.model import Model
from neurodyn.model.circuits import Element, current_driven, full_circuit, voltage_driven

Circuit = Literal["current_driven", "voltage_driven", "full_circuit"]

_CIRCUITS = {
    "current_driven": (current_driven, ""),
    "voltage_driven": (voltage_driven, ", voltage-driven"),
    "full_circuit": (full_circuit, ", full circuit"),
}


@cache
def in_circuit(element: Callable[[], Element], circuit: Circuit) -> Model:
    """Return the model of an element in a circuit of :mod:`neurodyn.model.circuits`.

    Parameters
    ----------
    element : function -> Element
    circuit : {"current_driven", "voltage_driven", "full_circuit"}
    """
    build, suffix = _CIRCUITS[circuit]
    parts = element()
    return build(parts, f"{parts.name} neuron{suffix}")
