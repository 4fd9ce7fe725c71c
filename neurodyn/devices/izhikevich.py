"""Izhikevich's simple model with the twenty parameter sets of his figure 1.

E. M. Izhikevich, IEEE Trans. Neural Netw. 15, 1063 (2004); the numbers are those of the program
``figure1.m`` that the paper points to. Two panels have an equation of their own: class 1 and the
integrator another parabola, accommodation another recovery. All are cases of

    dv/dt = k_2 v^2 + k_1 v + k_0 - u + I,   du/dt = a (b (v - v_u) - leak u),
    and v := c, u := u + d where v rises through v_peak.

The program takes Euler steps of 0.1 to 0.5 ms; neurodyn solves the equations. Two panels come from
that step: with a = 1, d = -21 (after-potential) the equations fire on and on after the pulse, and
with d = -2 (inhibition-induced bursting) the rate of spikes grows without end. For the latter the
program's table of parameters, which has d = 0, is followed; it bursts. Bistability has a = 0.1,
b = 0.26 in the panel, kept here, and a = 1, b = 1.5, I = -65 in the table.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

from neurodyn.arguments import checked
from neurodyn.model import Model, Quantity, SpikeEvent, symbol


class Panel(NamedTuple):
    a: float
    b: float
    c: float
    d: float
    v: float  # where v starts
    held: float = 0.0  # input before the stimulus
    k_1: float = 5.0
    k_0: float = 140.0


PANELS: dict[str, Panel] = {
    "tonic_spiking": Panel(0.02, 0.2, -65, 6, -70),
    "phasic_spiking": Panel(0.02, 0.25, -65, 6, -64),
    "tonic_bursting": Panel(0.02, 0.2, -50, 2, -70),
    "phasic_bursting": Panel(0.02, 0.25, -55, 0.05, -64),
    "mixed_mode": Panel(0.02, 0.2, -55, 4, -70),
    "spike_frequency_adaptation": Panel(0.01, 0.2, -65, 8, -70),
    "class_1": Panel(0.02, -0.1, -55, 6, -60, k_1=4.1, k_0=108),
    "class_2": Panel(0.2, 0.26, -65, 0, -64, held=-0.5),
    "spike_latency": Panel(0.02, 0.2, -65, 6, -70),
    "subthreshold_oscillations": Panel(0.05, 0.26, -60, 0, -62),
    "resonator": Panel(0.1, 0.26, -60, -1, -62),
    "integrator": Panel(0.02, -0.1, -55, 6, -60, k_1=4.1, k_0=108),
    "rebound_spike": Panel(0.03, 0.25, -60, 4, -64),
    "rebound_burst": Panel(0.03, 0.25, -52, 0, -64),
    "threshold_variability": Panel(0.03, 0.25, -60, 4, -64),
    "bistability": Panel(0.1, 0.26, -60, 0, -61, held=0.24),
    "depolarising_after_potential": Panel(1, 0.2, -60, -21, -70),
    "accommodation": Panel(0.02, 1, -55, 4, -65),
    "inhibition_induced_spiking": Panel(-0.02, -1, -60, 8, -63.8, held=80),
    "inhibition_induced_bursting": Panel(-0.026, -1, -45, 0, -63.8, held=80),
}
IzhikevichPanel = Literal[
    "tonic_spiking", "phasic_spiking", "tonic_bursting", "phasic_bursting", "mixed_mode",
    "spike_frequency_adaptation", "class_1", "class_2", "spike_latency",
    "subthreshold_oscillations", "resonator", "integrator", "rebound_spike", "rebound_burst",
    "threshold_variability", "bistability", "depolarising_after_potential", "accommodation",
    "inhibition_induced_spiking", "inhibition_induced_bursting",
]  # fmt: skip


@cache
def _izhikevich(behaviour: str) -> Model:
    panel = PANELS[behaviour]
    v, u, current = map(symbol, ("v", "u", "I"))
    a, b, c, d, leak, v_u = map(symbol, ("a", "b", "c", "d", "leak", "v_u"))
    k_2, k_1, k_0, v_peak = map(symbol, ("k_2", "k_1", "k_0", "v_peak"))
    other = behaviour == "accommodation"  # du/dt = a b (v + 65), from u = -16
    return Model(
        name=f"Izhikevich, {behaviour.replace('_', ' ')}",
        states=(
            Quantity("v", panel.v, "mV", 50.0, meaning="membrane potential"),
            Quantity("u", -16.0 if other else panel.b * panel.v, "mV/ms", 10.0, meaning="recovery"),
        ),
        parameters=(
            Quantity("a", panel.a, "1/ms", 0.1, meaning="rate of the recovery"),
            Quantity("b", panel.b, "1/ms", 0.1, meaning="what v adds to the recovery"),
            Quantity("c", panel.c, "mV", 50.0, meaning="v after a spike"),
            Quantity("d", panel.d, "mV/ms", 5.0, meaning="what a spike adds to u"),
            Quantity("k_2", 0.04, "1/mV/ms", 0.1, (0.0, 1e6), "curvature of dv/dt"),
            Quantity("k_1", panel.k_1, "1/ms", 5.0, meaning="linear term of dv/dt"),
            Quantity("k_0", panel.k_0, "mV/ms", 100.0, meaning="constant term of dv/dt"),
            Quantity("v_u", -65.0 if other else 0.0, "mV", 50.0, meaning="v where u rests at 0"),
            Quantity("leak", 0.0 if other else 1.0, meaning="1, or 0 if u integrates v - v_u"),
            Quantity("v_peak", 30.0, "mV", 50.0, meaning="top of a spike, where v and u are reset"),
        ),
        inputs=(Quantity("I", panel.held, "mV/ms", 10.0, meaning="input current"),),
        rhs=(k_2 * v**2 + k_1 * v + k_0 - u + current, a * (b * (v - v_u) - leak * u)),
        spike=SpikeEvent(
            v - v_peak, "v", "v reaches its peak and is reset.", reset={"v": c, "u": u + d}
        ),
        time_unit="ms",
        cycle=50.0,
        reference="E. M. Izhikevich, IEEE Trans. Neural Netw. 15, 1063 (2004)",
    )


@checked
def izhikevich(behaviour: IzhikevichPanel = "tonic_spiking", **parameters: float) -> Model:
    """Izhikevich neuron, states (v [mV], u [mV/ms]), input ``I`` [mV/ms], time in ms.

    Parameters
    ----------
    behaviour : str
        Panel of the paper's figure 1 whose parameters and held input are taken.
    **parameters : float
        ``a``, ``b`` [1/ms], ``c`` [mV], ``d`` [mV/ms], ``k_2`` [1/mV/ms], ``k_1`` [1/ms], ``k_0``
        [mV/ms], ``v_u`` [mV], ``leak``, ``v_peak`` [mV], and the input ``I`` [mV/ms].

    Raises
    ------
    InputError
        For an unknown behaviour or name, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> chattering = nd.devices.izhikevich("tonic_bursting", I=15.0)
    >>> len(nd.solve(chattering, 60.0).spike_times) > 5
    True
    """
    return _izhikevich(behaviour).with_parameters(**parameters)
