r"""Poole-Frenkel conduction heated by its own current: the NbOx element.

.. math::

    R_d(V, T) &= R_0 \exp\frac{E_a - q\sqrt{q|V|/(\pi\epsilon_0\epsilon_r d)}}{k_B T}
    \qquad (2.1) \\
    C_{th}\,\dot T &= V^2/R_d - (T - T_{amb})/R_{th} \qquad (2.2)

M. Drouhin, PhD thesis, Paris-Saclay 2023 (NNT 2023UPAST168), eqs. 2.1 and 2.2; also Neuromorph.
Comput. Eng. 2, 044008 (2022). Only the product ``eps_r d`` enters. T_amb is not given there.

At rest, equating (2.2) to zero and taking logarithms gives, with
``b = q sqrt(q / (pi eps_0 eps_r d))`` and Lambert's function ``W0``,

    sqrt(V) = W0( h ((T - T_amb) R_0 / R_th)^(1/4) exp(E_a / (4 k_B T)) ) / h,   h = b / (4 k_B T)

so the quasi-static I-V curve, folds included, is an explicit curve in T. It uses sqrt(V); the
equations use a smooth form that differs by less than 1e-9 above 1 mV.
"""

from __future__ import annotations

import sympy

from neurodyn import constants
from neurodyn.model import Quantity, SpikeEvent, symbol
from neurodyn.model.circuits import Element, HeatPort, V
from neurodyn.model.smooth import SMOOTHING_VOLTAGE, smooth_sqrt_abs

REFERENCE = "M. Drouhin, PhD thesis, Paris-Saclay 2023 (NNT 2023UPAST168), ch. 2"


CONSTANTS = (
    Quantity("k_B", constants.k_B, "J/K", 1e-23, meaning="Boltzmann constant"),
    Quantity("q", constants.q, "C", 1e-19, meaning="elementary charge"),
    Quantity("eps_0", constants.eps_0, "F/m", 1e-11, meaning="vacuum permittivity"),
    Quantity("V_round", SMOOTHING_VOLTAGE, "V", 1e-8, meaning="rounding of sqrt|V|"),
)
"""Constants of Poole-Frenkel conduction."""

HEATED_THROUGH = SpikeEvent(
    symbol("T") - symbol("T_spike"),
    observable="I_device",
    meaning="The device turns from cold and insulating to hot and conducting.",
)
"""The spike of a device that its own current heats."""


def poole_frenkel_element() -> Element:
    """Return the NbOx element with the parameters of thesis Table 2.1 (T_amb: our choice)."""
    names = "R_0 E_a eps_r d C_th R_th T_amb T k_B q eps_0 V_round"
    R_0, E_a, eps_r, d, C_th, R_th, T_amb, T, k_B, q, eps_0, V_round = map(symbol, names.split())
    lowering = q * sympy.sqrt(q / (sympy.pi * eps_0 * eps_r * d))  # b, in J / V^(1/2)
    resistance = R_0 * sympy.exp((E_a - lowering * smooth_sqrt_abs(V, V_round)) / (k_B * T))

    step = lowering / (4 * k_B * T)
    heating = ((T - T_amb) * R_0 / R_th) ** sympy.Rational(1, 4)
    root_voltage = sympy.LambertW(step * heating * sympy.exp(E_a / (4 * k_B * T))) / step
    voltage_at_rest = root_voltage**2
    current_at_rest = (
        voltage_at_rest / R_0 * sympy.exp(-(E_a - lowering * root_voltage) / (k_B * T))
    )
    heat = HeatPort("T", V**2 / resistance, C_th, (T - T_amb) / R_th)
    return Element(
        name="NbOx",
        reference=REFERENCE,
        states=(Quantity("T", "T_amb", "K", 1e3, (0.0, 1e6), "temperature of the active volume"),),
        parameters=(
            Quantity("R_0", 190.0, "ohm", 100.0, (0.0, 1e12), "resistance prefactor"),
            Quantity("E_a", 0.215 * constants.eV, "J", 1e-20, (0.0, 1e-18), "activation energy"),
            Quantity("eps_r", 45.0, "1", 10.0, (0.0, 1e6), "relative permittivity of the oxide"),
            Quantity("d", 31e-9, "m", 1e-8, (0.0, 1e-3), "oxide thickness"),
            Quantity("C_th", 2e-15, "J/K", 1e-15, (0.0, 1.0), "thermal capacitance"),
            Quantity("R_th", 2040816.0, "K/W", 1e6, (0.0, 1e12), "thermal resistance"),
            # A Poole-Frenkel conductor is frozen out below some 50 K; 25 is a Celsius value.
            Quantity("T_amb", 298.0, "K", 100.0, (50.0, 1500.0), "ambient temperature"),
            Quantity(
                "T_spike", 600.0, "K", 100.0, (0.0, 1e6), "temperature whose crossing is a spike"
            ),
        ),
        constants=CONSTANTS,
        resistance=resistance,
        rhs=(heat.rate,),
        heat=heat,
        spike=HEATED_THROUGH,
        coordinate="T",
        origin="T_amb",
        voltage_at_rest=voltage_at_rest,
        current_at_rest=current_at_rest,
        time_constant=R_th * C_th,
    )
