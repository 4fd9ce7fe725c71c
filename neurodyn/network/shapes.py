"""What a spike does where it arrives: shapes of what a synapse delivers."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.arguments import Positive, checked


@checked
@dataclass(frozen=True)
class Rectangular:
    """The input rises by the weight for a time; pulses that overlap add up.

    Parameters
    ----------
    width : float [time unit of the model]

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Rectangular(200e-9)
    Rectangular(width=2e-07)
    """

    width: Positive


@checked
@dataclass(frozen=True)
class Exponential:
    """The input rises by the weight and decays.

    Parameters
    ----------
    tau : float [time unit of the model]

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Exponential(5.0)
    Exponential(tau=5.0)
    """

    tau: Positive


@checked
@dataclass(frozen=True)
class Charge:
    """A packet of charge: a state jumps by the weight over a capacitance.

    The limit of a rectangular pulse of vanishing width. A neuron that is held after its reset takes
    none.

    Parameters
    ----------
    state : str
        The state that jumps.
    capacitance : str, optional
        Name of the parameter that divides the weight, which then is a charge; without it the
        weight has the unit of the state.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Charge("V", "C_ext")
    Charge(state='V', capacitance='C_ext')
    """

    state: str
    capacitance: str | None = None


Shape = Rectangular | Exponential | Charge
