r"""Three-dimensional Poole-Frenkel conduction with self-heating: the NbO2 element of Kumar et al.

.. math::

    I &= \sigma_0 A\,\frac{V}{d}\, e^{-E_a/k_B T}
        \left\{\frac{1 + (a - 1)e^a}{a^2} + \frac12\right\}, \qquad
    a = \frac{q}{k_B T}\sqrt{\frac{q|V|}{\pi\epsilon_0\epsilon_r d}} \\
    C_{th}\,\dot T &= V^2/R - (T - T_{amb})/R_{th}(T)

S. Kumar, J. P. Strachan, R. S. Williams, Nature 548, 318 (2017), doi 10.1038/nature23307. The brace
is the mean over the directions of escape, 1 for a -> 0 (ohmic). R_th is lower below the transition
near 1070 K than above it; the published step is smoothed over ``T_width``, so that branches can be
followed through it.

E_a, C_th, R_th, its step and T_amb are written down from memory of the paper and could not be
verified. sigma_0 A / d (here ``1/R_0``), eps_r and d could not be had: they are choices that put
the threshold near 1.3 V.

At rest V is not explicit, but ln(V^2/R) - ln((T - T_amb)/R_th) grows with V, so each T has one V.
"""

from __future__ import annotations

import sympy

from neurodyn import constants
from neurodyn.arguments import checked
from neurodyn.devices.in_circuit import Circuit, in_circuit
from neurodyn.devices.poole_frenkel import CONSTANTS, HEATED_THROUGH
from neurodyn.model import Model, Quantity, symbol
from neurodyn.model.circuits import Element, HeatPort, V
from neurodyn.model.smooth import smooth_sqrt_abs

_REFERENCE = (
    "S. Kumar, J. P. Strachan, R. S. Williams, Nature 548, 318 (2017), doi 10.1038/nature23307"
)
_UNVERIFIED = " (from memory of the paper, not verified)"
_CHOSEN = " (a choice, not from the paper)"
_SERIES_BELOW = sympy.Rational(1, 2)  # the closed expression loses digits as 1/a^2
_TERMS = 12  # of the series: 4e-14 is left out


def _mean_over_directions(a: sympy.Expr) -> sympy.Expr:
    """Return (1 + (a - 1) exp(a)) / a^2, the integral of s exp(a s) over 0 < s < 1."""
    series = sum(a**n / (sympy.factorial(n) * (n + 2)) for n in range(_TERMS))
    closed = (1 + (a - 1) * sympy.exp(a)) / a**2
    return sympy.Piecewise((sympy.horner(series), a < _SERIES_BELOW), (closed, True))


def poole_frenkel_3d_element() -> Element:
    names = "R_0 E_a eps_r d C_th R_cold R_hot T_step T_width T_amb T k_B q eps_0 V_round"
    (
        R_0, E_a, eps_r, d, C_th, R_cold, R_hot, T_step, T_width, T_amb, T, k_B, q, eps_0,
        V_round,
    ) = map(symbol, names.split())  # fmt: skip
    lowering = q * sympy.sqrt(q / (sympy.pi * eps_0 * eps_r * d))
    a = sympy.Dummy("a", positive=True)
    mean = (_mean_over_directions(a) + sympy.Rational(1, 2)).subs(
        a, lowering * smooth_sqrt_abs(V, V_round) / (k_B * T)
    )
    resistance = R_0 * sympy.exp(E_a / (k_B * T)) / mean
    R_th = R_cold + (R_hot - R_cold) * (1 + sympy.tanh((T - T_step) / T_width)) / 2
    heat = HeatPort("T", V**2 / resistance, C_th, (T - T_amb) / R_th)
    return Element(
        name="3D Poole-Frenkel",
        reference=_REFERENCE,
        states=(Quantity("T", "T_amb", "K", 1e3, (0.0, 1e6), "temperature of the active volume"),),
        parameters=(
            Quantity("R_0", 30.0, "ohm", 100.0, (0.0, 1e12), f"d / (sigma_0 A){_CHOSEN}"),
            Quantity(
                "E_a", 0.301 * constants.eV, "J", 1e-20, (0.0, 1e-18),
                f"activation energy{_UNVERIFIED}",
            ),
            Quantity("eps_r", 45.0, "1", 10.0, (0.0, 1e6), f"relative permittivity{_CHOSEN}"),
            Quantity("d", 10e-9, "m", 1e-8, (0.0, 1e-3), f"oxide thickness{_CHOSEN}"),
            Quantity("C_th", 1e-14, "J/K", 1e-14, (0.0, 1.0), f"thermal capacitance{_UNVERIFIED}"),
            Quantity(
                "R_cold", 1.4e6, "K/W", 1e6, (0.0, 1e12),
                f"thermal resistance below T_step{_UNVERIFIED}",
            ),
            Quantity(
                "R_hot", 2e6, "K/W", 1e6, (0.0, 1e12),
                f"thermal resistance above T_step{_UNVERIFIED}",
            ),
            Quantity("T_step", 1070.0, "K", 100.0, (0.0, 1e5), f"where R_th changes{_UNVERIFIED}"),
            Quantity("T_width", 20.0, "K", 10.0, (0.0, 1e4), f"half width of that step{_CHOSEN}"),
            Quantity(
                "T_amb", 296.0, "K", 100.0, (50.0, 1500.0), f"ambient temperature{_UNVERIFIED}"
            ),
            Quantity(
                "T_spike", 600.0, "K", 100.0, (0.0, 1e6), "temperature whose crossing is a spike"
            ),
        ),
        constants=CONSTANTS,
        resistance=resistance,
        rhs=(heat.rate,),
        heat=heat,
        spike=HEATED_THROUGH,
        time_constant=R_cold * C_th,
        coordinate="T",
        origin="T_amb",
        voltage_at_rest=V,
        current_at_rest=V / resistance,
        condition=sympy.log(V**2 * R_th / (resistance * (T - T_amb))),
        swing_resistance=5e3,
    )  # fmt: skip


@checked
def poole_frenkel_3d(circuit: Circuit = "current_driven", **parameters: float) -> Model:
    """NbO2 with 3D Poole-Frenkel conduction (Kumar et al. 2017) in a circuit, states (V, T).

    The form is published; of the values some are from memory and some are choices, as the meaning
    of each parameter says. ``C_ext`` is 20 pF if not given.

    Parameters
    ----------
    circuit : {"current_driven", "voltage_driven", "full_circuit"}
    **parameters : float
        ``R_0`` [ohm], ``E_a`` [J], ``eps_r``, ``d`` [m], ``C_th`` [J/K], ``R_cold``, ``R_hot``
        [K/W], ``T_step``, ``T_width``, ``T_amb``, ``T_spike`` [K], and those of the circuit.

    Raises
    ------
    InputError
        For an unknown circuit or parameter, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.iv_curve(nd.devices.poole_frenkel_3d())
    >>> curve.threshold.V > curve.hold.V
    True
    """
    defaults = {"C_ext": 20e-12}  # the usual 200 pF would heat so small a volume by 10,000 K
    return in_circuit(poole_frenkel_3d_element, circuit).with_parameters(
        **{**defaults, **parameters}
    )
