r"""A resistance with two values and two thresholds: the comparator model of VO2.

P. Maffezzoni, L. Daniel, N. Shukla, S. Datta, A. Raychowdhury, IEEE Trans. Circuits Syst. I 62,
2207 (2015), doi 10.1109/TCSI.2015.2452332 (from memory, not verified). The resistance relaxes with
the time constant tau to R_met once V has risen above V_on, and to R_ins once it has fallen below
V_off:

.. math:: \tau\,\dot R = m R_{met} + (1 - m) R_{ins} - R, \qquad m \in \{0, 1\}

m is memory: a state that the model's ``switch`` changes. For tau -> 0 and a voltage source V_s
through R_load into C_ext both halves of a cycle are exponentials, and the period is

.. math::

    \tau_i \ln\frac{V_i - V_{off}}{V_i - V_{on}} + \tau_m \ln\frac{V_{on} - V_m}{V_{off} - V_m},
    \qquad V_x = \frac{V_s R_x}{R_x + R_{load}}, \quad
    \tau_x = \frac{C_{ext} R_x R_{load}}{R_x + R_{load}}

where V_i > V_on and V_m < V_off; else it comes to rest.
"""

from __future__ import annotations

import sympy

from neurodyn.arguments import checked
from neurodyn.devices.in_circuit import Circuit, in_circuit
from neurodyn.model import Model, Quantity, SpikeEvent, Switch, symbol
from neurodyn.model.circuits import Element, V

_REFERENCE = (
    "P. Maffezzoni et al., IEEE Trans. Circuits Syst. I 62, 2207 (2015), doi 10.1109/TCSI.2015."
    "2452332"
)


def comparator_element() -> Element:
    names = "R m R_ins R_met V_on V_off tau"
    R, m, R_ins, R_met, V_on, V_off, tau = map(symbol, names.split())
    return Element(
        name="two-state comparator",
        reference=_REFERENCE,
        states=(
            Quantity("R", "R_ins", "ohm", 1e4, (0.0, 1e12), "resistance of the device"),
            Quantity("m", 0.0, "1", 1.0, (-0.1, 1.1), "state: 0 insulating, 1 metallic"),
        ),
        parameters=(
            Quantity("R_ins", 100.2e3, "ohm", 1e4, (0.0, 1e12), "resistance of the insulator"),
            Quantity("R_met", 990.0, "ohm", 1e3, (0.0, 1e12), "resistance of the metal"),
            Quantity("V_on", 1.99, "V", 1.0, (0.0, 1e3), "voltage above which it turns metallic"),
            Quantity("V_off", 1.0, "V", 1.0, (0.0, 1e3), "voltage below which it turns insulating"),
            Quantity("tau", 30e-9, "s", 1e-8, (0.0, 1.0), "time constant of the transition"),
        ),
        constants=(),
        resistance=R,
        rhs=((m * R_met + (1 - m) * R_ins - R) / tau, sympy.Integer(0)),
        spike=SpikeEvent(
            sympy.sqrt(R_ins * R_met) - R,
            observable="I_device",
            meaning="The resistance falls through the geometric mean of its two values.",
        ),
        time_constant=tau,
        switch=Switch(
            (1 - m) * (V - V_on) + m * (V_off - V),
            {"m": 1 - m},
            meaning="The device turns metallic above V_on and insulating below V_off.",
        ),
        swing_resistance=1e4,
    )


@checked
def comparator(circuit: Circuit = "voltage_driven", **parameters: float) -> Model:
    """Two-state relaxation neuron, states (V, R, m): the comparator model of VO2.

    :func:`neurodyn.solve` finds each switching exactly; continuation and equilibria refuse it.

    Parameters
    ----------
    circuit : {"voltage_driven", "current_driven", "full_circuit"}
    **parameters : float
        ``R_ins``, ``R_met`` [ohm], ``V_on``, ``V_off`` [V], ``tau`` [s], and those of the circuit;
        ``C_ext`` is 300 pF and ``R_load`` 47 kohm if not given.

    Raises
    ------
    InputError
        For an unknown circuit or parameter, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.comparator(V_s=14.0)
    >>> len(nd.solve(neuron, 20e-6).spike_times)
    12
    """
    load = {"R_load": 47e3} if circuit == "voltage_driven" else {}
    defaults = {"C_ext": 300e-12, **load}
    return in_circuit(comparator_element, circuit).with_parameters(**{**defaults, **parameters})
