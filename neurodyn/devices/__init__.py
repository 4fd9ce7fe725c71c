"""The library: one published device or textbook neuron per file."""

from neurodyn.devices.fitzhugh_nagumo import fitzhugh_nagumo
from neurodyn.devices.morris_lecar import morris_lecar
from neurodyn.devices.nbox import nbox_circuit, nbox_neuron, nbox_voltage_driven
from neurodyn.devices.stuart_landau import stuart_landau

__all__ = [
    "fitzhugh_nagumo",
    "morris_lecar",
    "nbox_circuit",
    "nbox_neuron",
    "nbox_voltage_driven",
    "stuart_landau",
]
