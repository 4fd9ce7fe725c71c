"""The NbOx spiking neuron of Drouhin (2023) in its three circuits.

Every parameter is a keyword argument in SI units (``T_amb``, ``C_ext``, ``E_a`` in joules, ...);
defaults are thesis Table 2.1, with ``T_amb = 298`` K, which the thesis does not give.
"""

from __future__ import annotations

from neurodyn.arguments import checked
from neurodyn.devices.in_circuit import Circuit, in_circuit
from neurodyn.devices.poole_frenkel import poole_frenkel_element
from neurodyn.model import Model


@checked
def nbox_neuron(circuit: Circuit = "current_driven", **parameters: float) -> Model:
    """Two states (V, T), driven by the current ``I_s`` into ``C_ext`` (thesis eq. 2.3).

    Parameters
    ----------
    circuit : {"current_driven", "full_circuit", "voltage_driven"}
        What the element is put into; the other two are :func:`nbox_circuit` and
        :func:`nbox_voltage_driven`.
    **parameters : float
        ``I_s`` [A], ``C_ext`` [F], ``R_0`` [ohm], ``E_a`` [J], ``eps_r`` [1], ``d`` [m],
        ``C_th`` [J/K], ``R_th`` [K/W], ``T_amb`` [K]; ``T_spike`` [K], whose upward crossing by T
        is counted as a spike.

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(C_ext=50e-12, E_a=0.22 * nd.eV)
    >>> neuron.state_names
    ('V', 'T')
    """
    return in_circuit(poole_frenkel_element, circuit).with_parameters(**parameters)


def nbox_circuit(**parameters: float) -> Model:
    """Four states (V_C, i_L, V, T): the full circuit of thesis fig. 2.7, output ``V_out``.

    Parameters
    ----------
    **parameters : float
        Those of :func:`nbox_neuron`, and ``L_ext`` [H], ``R_out`` [ohm], ``C_d`` [F].

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.devices.nbox_circuit(L_ext=50e-9).state_names
    ('V_C', 'i_L', 'V', 'T')
    """
    return nbox_neuron("full_circuit", **parameters)


def nbox_voltage_driven(**parameters: float) -> Model:
    """Two states (V, T), driven by the voltage ``V_s`` through ``R_load`` (thesis fig. 2.6).

    Parameters
    ----------
    **parameters : float
        Those of :func:`nbox_neuron`, with ``V_s`` [V] in place of ``I_s``, and ``R_load`` [ohm].

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.devices.nbox_voltage_driven(V_s=1.52)["R_load"]
    4000.0
    """
    return nbox_neuron("voltage_driven", **parameters)
