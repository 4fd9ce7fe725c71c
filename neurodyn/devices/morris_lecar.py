"""Morris-Lecar neuron in its textbook units (mV, ms, uA/cm2).

C. Morris, H. Lecar, Biophys. J. 35, 193 (1981); the parameter sets of class 1
(saddle-node on a cycle) and class 2 excitability (Hopf) in J. Rinzel, B. Ermentrout, in Koch and
Segev, Methods in Neuronal Modeling, 2nd ed. (1998), ch. 7, table 7.1.
The tanh forms: m_inf = (1 + tanh((V - V_1)/V_2))/2, w_inf = (1 + tanh((V - V_3)/V_4))/2,
1/tau_w = phi cosh((V - V_3)/(2 V_4)).
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Literal

import sympy

from neurodyn.arguments import checked
from neurodyn.model import Model, Quantity, SpikeEvent, symbol

_POSITIVE = (0.0, math.inf)


@cache
def _morris_lecar() -> Model:
    V, w, current = map(symbol, ("V", "w", "I"))
    C, phi, g_Ca, g_K, g_L = map(symbol, ("C", "phi", "g_Ca", "g_K", "g_L"))
    V_Ca, V_K, V_L = map(symbol, ("V_Ca", "V_K", "V_L"))
    V_1, V_2, V_3, V_4 = map(symbol, ("V_1", "V_2", "V_3", "V_4"))
    calcium = (1 + sympy.tanh((V - V_1) / V_2)) / 2
    potassium = (1 + sympy.tanh((V - V_3) / V_4)) / 2
    return Model(
        name="Morris-Lecar",
        states=(
            Quantity("V", -60.85, "mV", 50.0, meaning="membrane potential"),
            Quantity("w", 0.0149, "1", 1.0, meaning="fraction of open potassium channels"),
        ),
        parameters=(
            Quantity("C", 20.0, "uF/cm^2", 10.0, _POSITIVE, "membrane capacitance"),
            Quantity("phi", 0.04, "1/ms", 0.1, _POSITIVE, "rate of the potassium gate"),
            Quantity("g_Ca", 4.4, "mS/cm^2", 1.0, meaning="calcium conductance"),
            Quantity("g_K", 8.0, "mS/cm^2", 1.0, meaning="potassium conductance"),
            Quantity("g_L", 2.0, "mS/cm^2", 1.0, meaning="leak conductance"),
            Quantity("V_Ca", 120.0, "mV", 100.0, meaning="calcium reversal potential"),
            Quantity("V_K", -84.0, "mV", 100.0, meaning="potassium reversal potential"),
            Quantity("V_L", -60.0, "mV", 100.0, meaning="leak reversal potential"),
            Quantity("V_1", -1.2, "mV", 10.0, meaning="midpoint of m_inf"),
            Quantity("V_2", 18.0, "mV", 10.0, _POSITIVE, "width of m_inf"),
            Quantity("V_3", 2.0, "mV", 10.0, meaning="midpoint of w_inf"),
            Quantity("V_4", 30.0, "mV", 10.0, _POSITIVE, "width of w_inf"),
        ),
        inputs=(Quantity("I", 0.0, "uA/cm^2", 100.0, meaning="input current density"),),
        rhs=(
            (current - g_Ca * calcium * (V - V_Ca) - g_K * w * (V - V_K) - g_L * (V - V_L)) / C,
            phi * (potassium - w) * sympy.cosh((V - V_3) / (2 * V_4)),
        ),
        spike=SpikeEvent(V, observable="V", meaning="V rises through 0 mV."),
        time_unit="ms",
        cycle=100.0,
        reference="C. Morris, H. Lecar, Biophys. J. 35, 193 (1981); Rinzel and Ermentrout (1998)",
    )


_CLASS_1 = {"phi": 1 / 15, "g_Ca": 4.0, "V_3": 12.0, "V_4": 17.4}


@checked
def morris_lecar(excitability: Literal[1, 2] = 2, **parameters: float) -> Model:
    """Morris-Lecar neuron, states (V [mV], w), input ``I`` [uA/cm2], time in ms.

    Parameters
    ----------
    excitability : {2, 1}
        Class of excitability of the parameter set.
    **parameters : float
        ``C`` [uF/cm2], ``phi`` [1/ms], ``g_Ca``, ``g_K``, ``g_L`` [mS/cm2], ``V_Ca``, ``V_K``,
        ``V_L``, ``V_1`` ... ``V_4`` [mV], and the input ``I`` [uA/cm2].

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds, or a class that is neither 1 nor 2.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.devices.morris_lecar(I=100.0).time_unit
    'ms'
    >>> nd.devices.morris_lecar(excitability=1)["V_4"]
    17.4
    """
    model = _morris_lecar()
    if excitability == 1:
        model = replace(model.with_parameters(**_CLASS_1), name="Morris-Lecar, class 1")
    return model.with_parameters(**parameters)
