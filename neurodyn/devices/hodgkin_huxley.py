"""Hodgkin-Huxley's squid axon, space-clamped, at 6.3 C.

A. L. Hodgkin, A. F. Huxley, J. Physiol. 117, 500 (1952), in today's convention: V is inside minus
outside, the axon rests near -65 mV, and an inward input current is positive (their V is
-65 mV - V here). E_L = -54.387 mV is their V_L = -10.613 mV; rest is at -64.996 mV.
"""

from __future__ import annotations

import math
from functools import cache

import sympy

from neurodyn.model import Model, Quantity, SpikeEvent, symbol

_POSITIVE = (0.0, math.inf)


@cache
def _hodgkin_huxley() -> Model:
    V, m, h, n, current, mV, ms = map(symbol, ("V", "m", "h", "n", "I", "mV", "ms"))
    C, g_Na, g_K, g_L = map(symbol, ("C", "g_Na", "g_K", "g_L"))
    E_Na, E_K, E_L, phi = map(symbol, ("E_Na", "E_K", "E_L", "phi"))
    v = V / mV  # their fits are for numbers in mV and ms

    def linoid(x: sympy.Expr) -> sympy.Expr:
        return x / (1 - sympy.exp(-x))

    def gate(x: sympy.Expr, opening: sympy.Expr, closing: sympy.Expr) -> sympy.Expr:
        return phi * (opening * (1 - x) - closing * x) / ms

    sodium = g_Na * m**3 * h * (V - E_Na)
    potassium = g_K * n**4 * (V - E_K)
    return Model(
        name="Hodgkin-Huxley",
        states=(
            Quantity("V", -65.0, "mV", 50.0, meaning="membrane potential"),
            Quantity("m", 0.05293, meaning="sodium activation"),
            Quantity("h", 0.59612, meaning="sodium availability"),
            Quantity("n", 0.31768, meaning="potassium activation"),
        ),
        parameters=(
            Quantity("C", 1.0, "uF/cm^2", 1.0, _POSITIVE, "membrane capacitance"),
            Quantity("g_Na", 120.0, "mS/cm^2", 100.0, meaning="sodium conductance"),
            Quantity("g_K", 36.0, "mS/cm^2", 10.0, meaning="potassium conductance"),
            Quantity("g_L", 0.3, "mS/cm^2", 0.1, meaning="leak conductance"),
            Quantity("E_Na", 50.0, "mV", 50.0, meaning="sodium reversal potential"),
            Quantity("E_K", -77.0, "mV", 50.0, meaning="potassium reversal potential"),
            Quantity("E_L", -54.387, "mV", 50.0, meaning="leak reversal potential"),
            Quantity("phi", 1.0, "1", 1.0, _POSITIVE, "speed of the gates, 3^((T - 6.3 C) / 10 C)"),
        ),
        inputs=(Quantity("I", 0.0, "uA/cm^2", 10.0, meaning="input current density"),),
        constants=(
            Quantity("mV", 1.0, "mV", meaning="unit of the fitted rates"),
            Quantity("ms", 1.0, "ms", meaning="unit of the fitted rates"),
        ),
        rhs=(
            (current - sodium - potassium - g_L * (V - E_L)) / C,
            gate(m, linoid((v + 40) / 10), 4 * sympy.exp(-(v + 65) / 18)),
            gate(
                h,
                sympy.Rational(7, 100) * sympy.exp(-(v + 65) / 20),
                1 / (1 + sympy.exp(-(v + 35) / 10)),
            ),
            gate(n, linoid((v + 55) / 10) / 10, sympy.exp(-(v + 65) / 80) / 8),
        ),
        spike=SpikeEvent(V, observable="V", meaning="V rises through 0 mV."),
        time_unit="ms",
        cycle=15.0,
        reference="A. L. Hodgkin, A. F. Huxley, J. Physiol. 117, 500 (1952)",
    )


def hodgkin_huxley(**parameters: float) -> Model:
    """Hodgkin-Huxley axon, states (V [mV], m, h, n), input ``I`` [uA/cm2], time in ms.

    Parameters
    ----------
    **parameters : float
        ``C`` [uF/cm2], ``g_Na``, ``g_K``, ``g_L`` [mS/cm2], ``E_Na``, ``E_K``, ``E_L`` [mV],
        ``phi``, and the input ``I`` [uA/cm2].

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> axon = nd.devices.hodgkin_huxley()
    >>> len(nd.solve(axon, 40.0, inputs={"I": nd.pulse(20.0, width=1.0)}).spike_times)
    1
    """
    return _hodgkin_huxley().with_parameters(**parameters)
