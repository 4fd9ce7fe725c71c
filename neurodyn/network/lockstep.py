"""The choice of equal steps for a network."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.arguments import Positive, checked


@checked
@dataclass(frozen=True)
class Lockstep:
    """Equal steps for all neurons at once, by the solution of order 5 of Tsit5.

    The fastest way where many pulses arrive at every neuron. Spikes are located within the step. An
    arrival, or the end of a pulse, within a step is shared by its start and its end, so that charge
    and mean time are right: an error of second order in the step. For models whose state does not
    jump, without plasticity; neurons with one linear state still go from event to event in closed
    form.

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
