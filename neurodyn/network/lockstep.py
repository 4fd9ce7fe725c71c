"""The choice of equal steps for a network."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.arguments import Positive, checked


@checked
@dataclass(frozen=True)
class Lockstep:
    """Equal steps for all neurons at once: the classical Runge-Kutta method of order 4.

    The fastest way where many pulses arrive at every neuron. Spikes are located within the step,
    but arrivals and ends of pulses are moved to the nearest step, by ``dt / 2`` at most. For models
    whose state does not jump, without plasticity; neurons with one linear state still go from
    event to event in closed form.

    Parameters
    ----------
    dt : float [time unit of the models]
        At most the smallest delay. Nothing watches it: halve it to see whether it is short enough.

    Examples
    --------
    >>> import neurodyn as nd
    >>> pair = nd.Population("pair", nd.devices.nbox_neuron(I_s=3e-4), 2)
    >>> inhibition = nd.Connection("pair", "pair", -6e-5, 2.5e-7, nd.Rectangular(1e-7))
    >>> network = nd.Network([pair], [inhibition])
    >>> nd.simulate(network, 3e-6, method=nd.Lockstep(1e-9))["pair"].counts.tolist()
    [6, 6]
    """

    dt: Positive
