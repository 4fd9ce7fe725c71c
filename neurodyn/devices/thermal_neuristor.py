r"""VO2 in a circuit, heated through a hysteretic transition: the thermal neuristor.

.. math::

    R(T) &= R_0 e^{E_a/T} g + R_m, \qquad
    g = \tfrac12 + \tfrac12\tanh\beta\left[\delta w/2 + T_c - T - T_{pr} P(x)\right] \\
    P(x) &= \tfrac12 (1 - \sin\gamma x)(1 + \tanh(\pi^2 - 2\pi x)), \qquad x = (T - T_r)/T_{pr} \\
    C_{th}\,\dot T &= V^2/R - S\,(T - T_{amb})

E. Qiu et al., Adv. Mater. 36, 2306818 (2024), doi 10.1002/adma.202306818; Y.-H. Zhang et al.,
arXiv 2312.12899; the proximity P of minor loops is that of L. A. L. de Almeida et al., Opt. Eng.
41, 2582 (2002). Values as in the authors' published code.

``delta`` is the branch, 1 while T rises and -1 while it falls. At each reversal T_r becomes T,
delta changes sign, and T_pr becomes what keeps g continuous:

    T_pr P(0) = (old T_pr P(x)) - (old delta) w

so delta, T_r and T_pr are memory: states that stand still and are changed by the model's
``switch``. A reversal is noticed when T moves against its branch faster than ``reversal_rate``; the
authors' code compares T every 0.01 K. Without such a limit a device that settles would reverse
without end.

Before the first reversal T_pr = 0, which is the major loop; x is rounded to be finite there. P(0) =
1 - 3e-9 is divided out, where the authors' code leaves a step of that size.
"""

from __future__ import annotations

import math

import sympy

from neurodyn.arguments import checked
from neurodyn.devices.in_circuit import Circuit, in_circuit
from neurodyn.model import Model, Output, Quantity, SpikeEvent, Switch, symbol
from neurodyn.model.circuits import Element, HeatPort, V

_REFERENCE = (
    "E. Qiu et al., Adv. Mater. 36, 2306818 (2024), doi 10.1002/adma.202306818; "
    "Y.-H. Zhang et al., arXiv 2312.12899"
)


def neuristor_element() -> Element:
    names = (
        "T delta T_r T_pr R_0 E_a R_m beta w T_c gamma C_th S T_amb T_spike reversal_rate T_round"
    )
    (
        T,
        delta,
        T_r,
        T_pr,
        R_0,
        E_a,
        R_m,
        beta,
        w,
        T_c,
        gamma,
        C_th,
        S,
        T_amb,
        T_spike,
        reversal_rate,
        T_round,
    ) = map(symbol, names.split())
    x = (T - T_r) * T_pr / (T_pr**2 + T_round**2)
    window = (1 - sympy.sin(gamma * x)) * (1 + sympy.tanh(sympy.pi**2 - 2 * sympy.pi * x)) / 2
    proximity = T_pr * window
    g = (1 + sympy.tanh(beta * (delta * w / 2 + T_c - T - proximity))) / 2
    resistance = R_0 * sympy.exp(E_a / T) * g + R_m
    heat = HeatPort("T", V**2 / resistance, C_th, S * (T - T_amb))
    return Element(
        name="VO2 thermal neuristor",
        reference=_REFERENCE,
        states=(
            Quantity("T", "T_amb", "K", 10.0, (200.0, 1000.0), "temperature of the device"),
            Quantity("delta", 1.0, "1", 1.0, (-1.1, 1.1), "branch: 1 heating, -1 cooling"),
            Quantity(
                "T_r", "T_amb", "K", 10.0, (200.0, 1000.0), "temperature of the last reversal"
            ),
            Quantity("T_pr", 0.0, "K", 10.0, (-1e3, 1e3), "distance of the minor loop there"),
        ),
        parameters=(
            Quantity("R_0", 5.35882879e-3, "ohm", 1e-3, (0.0, 1e12), "prefactor of the insulator"),
            Quantity("E_a", 5220.47417, "K", 1e3, (0.0, 1e6), "activation energy / k_B"),
            Quantity("R_m", 1286.316544, "ohm", 1e3, (0.0, 1e12), "resistance of the metal"),
            Quantity("beta", 0.252796285, "1/K", 0.1, (0.0, 1e3), "steepness of the transition"),
            Quantity("w", 7.19357064, "K", 1.0, (0.0, 1e3), "width of the hysteresis"),
            Quantity("T_c", 332.805839, "K", 10.0, (200.0, 1000.0), "centre of the hysteresis"),
            Quantity("gamma", 0.956269682, "1", 1.0, (0.0, 10.0), "shape of minor loops"),
            Quantity("C_th", 49.62776831e-12, "J/K", 1e-11, (0.0, 1.0), "thermal capacitance"),
            Quantity("S", 0.20558726e-3, "W/K", 1e-4, (0.0, 1.0), "thermal conductance"),
            Quantity("T_amb", 325.0, "K", 10.0, (200.0, 1000.0), "ambient temperature"),
            Quantity(
                "T_spike", 340.0, "K", 10.0, (0.0, 1e6), "temperature whose crossing is a spike"
            ),
            Quantity(
                "reversal_rate", 1e3, "K/s", 1e3, (0.0, 1e9), "rate at which a reversal is noticed"
            ),
        ),
        constants=(Quantity("T_round", 1e-3, "K", 1e-3, meaning="rounding of x at T_pr = 0"),),
        resistance=resistance,
        rhs=(heat.rate, *(sympy.Integer(0),) * 3),
        heat=heat,
        spike=SpikeEvent(
            T - T_spike,
            observable="I_device",
            meaning="The device heats through the transition.",
        ),
        time_constant=C_th / S,
        switch=Switch(
            -delta * heat.rate - reversal_rate,
            {
                "delta": -delta,
                "T_r": T,
                "T_pr": (proximity - delta * w) / ((1 + math.tanh(math.pi**2)) / 2),
            },
            meaning="The temperature turns back, and the device leaves its branch.",
        ),
        outputs=(Output("g", g, "1", "insulating fraction"),),
        swing_resistance=3e3,
    )


@checked
def thermal_neuristor(circuit: Circuit = "voltage_driven", **parameters: float) -> Model:
    """VO2 thermal neuristor with hysteresis and minor loops, states (V, T, delta, T_r, T_pr).

    The last three are its memory: they jump where the temperature turns back (``model.switch``).
    :func:`neurodyn.solve` follows that exactly; continuation and equilibria refuse it, since where
    it rests depends on where it has been. With the defaults it spikes from about 10 V to 15.9 V.

    Parameters
    ----------
    circuit : {"voltage_driven", "current_driven", "full_circuit"}
    **parameters : float
        ``R_0``, ``R_m`` [ohm], ``E_a`` [K], ``beta`` [1/K], ``w``, ``T_c``, ``T_amb``,
        ``T_spike`` [K], ``gamma``, ``C_th`` [J/K], ``S`` [W/K], ``reversal_rate`` [K/s], and those
        of the circuit; ``C_ext`` is 145.3 pF and ``R_load`` 12 kohm if not given.

    Raises
    ------
    InputError
        For an unknown circuit or parameter, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> traj = nd.solve(nd.devices.thermal_neuristor(V_s=12.0), 20e-6)
    >>> round(float(1e6 * (traj.spike_times[4] - traj.spike_times[3])), 2)   # us
    3.04
    """
    load = {"R_load": 12e3} if circuit == "voltage_driven" else {}
    defaults = {"C_ext": 145.34619293e-12, **load}
    return in_circuit(neuristor_element, circuit).with_parameters(**{**defaults, **parameters})
