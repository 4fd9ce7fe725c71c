r"""Two neurons alike that send each other a pulse at each spike, foretold from one's response.

Neuron 2 fires :math:`\varphi Q` after neuron 1, Q the joint period. Pulses arrive at the ages

.. math:: u_1 = (\varphi Q + d) \bmod Q, \qquad u_2 = ((1 - \varphi) Q + d) \bmod Q

after the last spike of neuron 1 and 2. Part of what the pulse before did, r, comes after that
spike, so on its cycle the neuron is at the phase x with x P + r(x) = u. The time difference then
changes in a period by :math:`\Delta(x_2) - \Delta(x_1)`, and Q is P plus the mean of both. For
neurons that are back on their cycle when the next pulse comes, the phases at which the change is
zero, and their periods, are exact. To first order in the pulse, Q = P and r = 0, it is the map of
P. Goel, B. Ermentrout, Physica D 163, 191 (2002).
"""

from __future__ import annotations

import numpy as np

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.continuation.locking.pair_locking import PairLocking, Shift, locked_phases
from neurodyn.continuation.locking.pulse_response import PulseResponse
from neurodyn.errors import InputError, NumericalError
from neurodyn.status import Status

_GRID = 1024  # phase differences
_STEPS, _PRECISION = 500, 1e-14  # of the joint period, in periods
_NEWTON = 4


@checked
def pulse_locking(response: PulseResponse, delay: Positive, *, weak: bool = False) -> PairLocking:
    """Foretell how two neurons alike lock that send each other a pulse at each spike.

    Parameters
    ----------
    response : PulseResponse
    delay : float [time unit]
        From a spike to the beginning of the pulse at the other neuron; below the period.
    weak : bool
        Whether to take the response to first order in the pulse, and the period alone for the joint
        one: the limit of weak coupling.

    Returns
    -------
    PairLocking

    Raises
    ------
    InputError
        If the delay, or the pulse, is a period or longer.
    NumericalError
        If a pulse is so strong that the order of spikes and pulses changes.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=300e-6)
    >>> cycle = nd.settled_cycle(neuron, 3e-6)
    >>> response = nd.pulse_response(neuron, cycle, nd.pulse(60e-6, width=100e-9))
    >>> (locked,) = nd.pulse_locking(response, delay=60e-9).stable
    >>> locked.phase, round(1e9 * locked.period, 4)       # antiphase, ns
    (0.5, 349.6891)
    """
    if delay >= response.period:
        raise InputError(
            f"delay is {delay:g}; expected less than the period alone, {response.period:g}"
        )
    if (lasts := response.pulse.times[-1]) >= response.period:
        raise InputError(
            f"the pulse lasts until {lasts:g} after its beginning; expected less than the period "
            f"alone, {response.period:g}, after which the next one comes"
        )
    shift = _weakly(response, delay) if weak else _exactly(response, delay)
    phase = np.arange(_GRID + 1) / _GRID
    shifts, periods = shift(phase)
    unit = "" if response.time_unit == "1" else f" {response.time_unit}"
    return PairLocking(
        model_name=response.model_name,
        coupling=f"{response.pulse.description} to each other after {delay:g}{unit}",
        time_unit=response.time_unit,
        period=response.period,
        phase=phase,
        shift=shifts,
        joint_period=periods,
        locked=locked_phases(shift, phase, lambda slope: 1.0 + slope),
    )


def _weakly(response: PulseResponse, delay: float) -> Shift:
    def shift(phase: Array) -> tuple[Array, Array]:
        late = delay / response.period
        first, second = (phase + late) % 1.0, (1.0 - phase + late) % 1.0
        move = response.weak_curve(second) - response.weak_curve(first)
        return move, np.full(phase.shape, response.period)

    return shift


def _exactly(response: PulseResponse, delay: float) -> Shift:
    period, later = response.period, response.later
    fine = np.linspace(0.0, 1.0, 4 * len(response.phase))
    ages = fine * period + later(fine)
    if (np.diff(ages) <= 0).any():
        raise NumericalError(
            f"{response.pulse.description} is so strong that a later pulse comes at an earlier "
            "phase; expected a weaker one, or a run of the two neurons",
            Status.NOT_CONVERGED,
        )
    slope = later.derivative()

    def at_age(age: Array) -> Array:
        """Return the phase on the cycle at an age; above 1 if the spike should have come."""
        x = np.interp(age, ages, fine)
        for _ in range(_NEWTON):
            x = np.clip(x - (x * period + later(x) - age) / (period + slope(x)), 0.0, 1.0)
        return x + (age - x * period - later(x)) / period

    def shift(phase: Array) -> tuple[Array, Array]:
        first, second, moved = np.zeros(phase.shape), np.zeros(phase.shape), np.inf
        for _ in range(_STEPS):
            joint, before = period + (first + second) / 2, (first, second)
            # each neuron has had its next spike when its own interval is over
            first = response.curve(at_age((phase * joint + delay) % (period + first)))
            second = response.curve(at_age(((1.0 - phase) * joint + delay) % (period + second)))
            moved = np.max(np.abs(np.array([first, second]) - before))
            if moved < _PRECISION * period:
                return second - first, period + (first + second) / 2
        raise NumericalError(
            f"no joint period is found for {response.pulse.description} after {delay:g}: it still "
            f"changes by {moved / period:.1e} of itself; expected a weaker pulse, or a run of both",
            Status.NOT_CONVERGED,
        )

    return shift
