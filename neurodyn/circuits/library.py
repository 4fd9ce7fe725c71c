"""Devices that a netlist can name."""

from __future__ import annotations

from neurodyn.devices.comparator import comparator_element
from neurodyn.devices.core_shell import core_shell_element
from neurodyn.devices.mott import nbo2_element, vo2_element
from neurodyn.devices.poole_frenkel import poole_frenkel_element
from neurodyn.devices.poole_frenkel_3d import poole_frenkel_3d_element
from neurodyn.devices.thermal_neuristor import neuristor_element
from neurodyn.errors import unknown_name
from neurodyn.model.circuits import Element

_LIBRARY = {
    "nbox": poole_frenkel_element,
    "comparator": comparator_element,
    "core_shell": core_shell_element,
    "mott_nbo2": nbo2_element,
    "mott_vo2": vo2_element,
    "poole_frenkel_3d": poole_frenkel_3d_element,
    "thermal_neuristor": neuristor_element,
}


def element_of(name: str) -> Element:
    """Return a two-terminal device of the library by its name.

    Raises
    ------
    InputError
        If there is none; the nearest is named.
    """
    if name not in _LIBRARY:
        raise unknown_name("two-terminal device", name, _LIBRARY)
    return _LIBRARY[name]()
