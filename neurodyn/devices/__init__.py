"""The library: one published device or textbook neuron per file."""

from neurodyn.devices.comparator import comparator
from neurodyn.devices.core_shell import core_shell
from neurodyn.devices.fitzhugh_nagumo import fitzhugh_nagumo
from neurodyn.devices.hodgkin_huxley import hodgkin_huxley
from neurodyn.devices.izhikevich import izhikevich
from neurodyn.devices.leaky_integrate_and_fire import leaky_integrate_and_fire
from neurodyn.devices.morris_lecar import morris_lecar
from neurodyn.devices.mott import mott_nbo2, mott_vo2
from neurodyn.devices.nbox import nbox_circuit, nbox_neuron, nbox_voltage_driven
from neurodyn.devices.poole_frenkel_3d import poole_frenkel_3d
from neurodyn.devices.stuart_landau import stuart_landau
from neurodyn.devices.thermal_neuristor import thermal_neuristor

__all__ = [
    "comparator",
    "core_shell",
    "fitzhugh_nagumo",
    "hodgkin_huxley",
    "izhikevich",
    "leaky_integrate_and_fire",
    "morris_lecar",
    "mott_nbo2",
    "mott_vo2",
    "nbox_circuit",
    "nbox_neuron",
    "nbox_voltage_driven",
    "poole_frenkel_3d",
    "stuart_landau",
    "thermal_neuristor",
]
