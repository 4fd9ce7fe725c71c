"""Leaky integrate-and-fire neuron, the one spiking model that is solved with a pencil.

L. Lapicque, J. Physiol. Pathol. Gen. 9, 620 (1907); in this form W. Gerstner et al., Neuronal
Dynamics (2014), ch. 1: tau dV/dt = E_L - V + R I, and V := V_reset where V reaches V_th.
For R I > V_th - E_L the interval between spikes is
tau ln((R I + E_L - V_reset) / (R I + E_L - V_th)).
"""

from __future__ import annotations

from functools import cache

from neurodyn.model import Model, Quantity, SpikeEvent, symbol


@cache
def _leaky_integrate_and_fire() -> Model:
    V, current, tau, R = map(symbol, ("V", "I", "tau", "R"))
    E_L, V_th, V_reset = map(symbol, ("E_L", "V_th", "V_reset"))
    return Model(
        name="leaky integrate-and-fire",
        states=(Quantity("V", -70.0, "mV", 20.0, meaning="membrane potential"),),
        parameters=(
            Quantity("tau", 10.0, "ms", 10.0, (0.0, 1e6), "membrane time constant"),
            Quantity("R", 10.0, "Mohm", 10.0, (0.0, 1e6), "membrane resistance"),
            Quantity("E_L", -70.0, "mV", 20.0, meaning="resting potential"),
            Quantity("V_th", -50.0, "mV", 20.0, meaning="threshold, where V is reset"),
            Quantity("V_reset", -70.0, "mV", 20.0, meaning="potential after a spike"),
        ),
        inputs=(Quantity("I", 0.0, "nA", 1.0, meaning="input current"),),
        rhs=((E_L - V + R * current) / tau,),
        spike=SpikeEvent(V - V_th, "V", "V reaches V_th and is reset.", reset={"V": V_reset}),
        time_unit="ms",
        cycle=tau,
        reference="L. Lapicque, J. Physiol. Pathol. Gen. 9, 620 (1907)",
    )


def leaky_integrate_and_fire(**parameters: float) -> Model:
    """Leaky integrate-and-fire neuron, state V [mV], input ``I`` [nA], time in ms.

    Parameters
    ----------
    **parameters : float
        ``tau`` [ms], ``R`` [Mohm], ``E_L``, ``V_th``, ``V_reset`` [mV], and the input ``I`` [nA].

    Raises
    ------
    InputError
        For an unknown name or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.leaky_integrate_and_fire(I=4.0)
    >>> nd.solve(neuron, 20.0).spike_times.round(4).tolist()      # 10 ms ln 2, and again
    [6.9315, 13.8629]
    """
    return _leaky_integrate_and_fire().with_parameters(**parameters)
