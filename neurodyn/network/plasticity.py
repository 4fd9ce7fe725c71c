"""Rules by which spikes change weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurodyn.arguments import Extended, NonNegative, Numbers, Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.network.engine import rate_weights
from neurodyn.network.engine.module import plasticity_module

Pairing = Literal["all_to_all", "nearest_symmetric", "nearest_presynaptic", "nearest_reduced"]
Bounds = Literal["hard", "soft", "none"]
_PAIRINGS = ("all_to_all", "nearest_symmetric", "nearest_presynaptic", "nearest_reduced")
_BOUNDS = ("none", "hard", "soft")


@checked
@dataclass(frozen=True)
class STDP:
    """Spike-timing-dependent plasticity, of pairs or of triplets of spikes.

    A spike a time d after an arrival changes the weight by ``a_plus exp(-d / tau_plus)``; an
    arrival a time d after a spike by ``-a_minus exp(-d / tau_minus)``; at one instant by nothing.
    Times are those of arrivals, after the delay.

    Parameters
    ----------
    a_plus, a_minus : float
        In the unit of the weight; with soft bounds a pure number.
    tau_plus, tau_minus : float [time unit of the model]
    pairing : str
        ``"all_to_all"``: every pair. ``"nearest_symmetric"``: a spike with the last arrival, an
        arrival with the last spike. ``"nearest_presynaptic"``: an arrival with the last spike and
        the next. ``"nearest_reduced"``: neighbours alone.
    bounds : {"hard", "soft", "none"}
        Weights are cut at the bounds; or approach them, as changes shrink with the way that is
        left; or are free.
    w_min, w_max : float
        In the unit of the weight.
    triplet_plus, triplet_minus : float
        More of a change for each earlier spike, or arrival, by its trace of time constant
        ``tau_y`` or ``tau_x`` (Pfister and Gerstner 2006); with all pairs.

    Raises
    ------
    InputError
        For bounds that are missing or the wrong way round, or triplets with another pairing.

    Examples
    --------
    >>> import neurodyn as nd
    >>> rule = nd.STDP(0.01, 0.012, 20.0, 20.0, w_min=0.0, w_max=1.0)
    >>> round(rule.weight_change([10.0], [15.0], w=0.5), 6)        # 0.01 exp(-5 / 20)
    0.007788
    """

    a_plus: NonNegative
    a_minus: NonNegative
    tau_plus: Positive
    tau_minus: Positive
    pairing: Pairing = "all_to_all"
    bounds: Bounds = "hard"
    w_min: Extended = -math.inf
    w_max: Extended = math.inf
    triplet_plus: NonNegative = 0.0
    triplet_minus: NonNegative = 0.0
    tau_x: Positive = 1.0
    tau_y: Positive = 1.0

    def __post_init__(self) -> None:
        if not self.w_min < self.w_max:
            raise InputError(f"STDP: w_min is {self.w_min:g}; expected less than {self.w_max:g}")
        if self.bounds == "soft" and not math.isfinite(self.w_max - self.w_min):
            raise InputError("STDP: soft bounds need w_min and w_max; expected two numbers")
        if (self.triplet_plus or self.triplet_minus) and self.pairing != "all_to_all":
            raise InputError(
                f"STDP: triplets with the pairing {self.pairing!r}; expected 'all_to_all'"
            )

    @property
    def row(self) -> Array:
        """The rule as numbers, in the order of ``engine/plastic_weights.py``."""
        numbers = [_PAIRINGS.index(self.pairing), self.a_plus, self.a_minus, self.tau_plus]
        numbers += [self.tau_minus, self.triplet_plus, self.triplet_minus, self.tau_x, self.tau_y]
        return np.array([*numbers, _BOUNDS.index(self.bounds), self.w_min, self.w_max], dtype=float)

    @checked
    def weight_change(
        self, pre: Numbers, post: Numbers, *, delay: NonNegative = 0.0, w: float = 0.0
    ) -> float:
        """Return how much two spike trains change one weight.

        Parameters
        ----------
        pre, post : (n,), (m,) [time unit of the model]
            Spikes before and after the synapse.
        delay : float
            From a spike to its arrival.
        w : float
            The weight before.
        """
        weight = np.array([w])
        arrivals = np.sort(np.asarray(pre, float).ravel()) + delay
        spikes = np.sort(np.asarray(post, float).ravel())
        plasticity_module().pair_trains(arrivals, spikes, weight, self.row)
        return float(weight[0] - w)


@checked
@dataclass(frozen=True)
class EqSpike:
    """Learning by the change of rates while a network is nudged (EqSpike).

    A neuron's rho is 1 for ``width`` after each spike, or arrival, and 0 else. Its rate is followed
    by a leaky integrator, ``dV/dt = rho - gamma V``, how that changes by the difference ``gamma
    (V(t) - V(t - tau)) / tau``, and A is the mean of that over the time ``average``. From ``start``
    to ``stop``

        dw = eta int (A_pre rho_post + rho_pre A_post) dt

    in closed form, where what comes from the neuron before the synapse is delayed. The integral is
    a pure number.

    Parameters
    ----------
    eta : float
        In the unit of the weight; below zero it unlearns.
    gamma : float [1 / time unit of the model]
        Leak of the integrator.
    tau, average, width : float [time unit of the model]
    start, stop : float [time unit of the model]
        Of the time in which a network is nudged towards its target.
    every : float, optional [time unit of the model]
        The weights change by what has come together: so often from ``start`` on, and at ``stop``;
        only at ``stop`` by default. A run does it at the end of the window it is in, which is at
        most the smallest delay later.
    w_min, w_max : float
        Weights are cut there, in their unit.

    Raises
    ------
    InputError
        If ``stop`` is not after ``start``, weights would never change, or bounds are the wrong way
        round.

    References
    ----------
    E. Martin et al., iScience 24, 102222 (2021); M. Drouhin, PhD thesis, Paris-Saclay 2023
    (NNT 2023UPAST168), sec. 1.2, 3.1 and 4.3. Its eq. for dw is printed with one factor twice, and
    the difference of V without its minus; what is meant is the derivative of a product.

    Examples
    --------
    >>> import numpy as np
    >>> import neurodyn as nd
    >>> rule = nd.EqSpike(10.0, 1e6, 3e-6, 6e-6, 5e-8, start=40e-6, stop=80e-6)
    >>> slow, fast = np.arange(0.0, 40e-6, 1e-6), np.arange(40e-6, 80e-6, 4e-7)
    >>> rising = np.concatenate([slow, fast])                # 1 MHz, then 2.5 MHz
    >>> rule.weight_change(rising, rising) > 0.0
    True
    """

    eta: float
    gamma: Positive
    tau: Positive
    average: Positive
    width: Positive
    start: NonNegative = 0.0
    stop: Extended = math.inf
    every: Positive | None = None
    w_min: Extended = -math.inf
    w_max: Extended = math.inf

    def __post_init__(self) -> None:
        if not self.start < self.stop:
            raise InputError(f"EqSpike: stop is {self.stop:g}; expected more than {self.start:g}")
        if self.every is None and math.isinf(self.stop):
            raise InputError("EqSpike: weights would never change; expected stop= or every=")
        if not self.w_min < self.w_max:
            raise InputError(f"EqSpike: w_min is {self.w_min:g}; expected less than {self.w_max:g}")

    @property
    def row(self) -> Array:
        """The rule as numbers, in the order of ``engine/rate_weights.py``."""
        every = self.every or self.stop - self.start
        numbers = [self.gamma, self.tau, self.average, self.start, self.stop, every]
        return np.array([*numbers, self.eta, self.width, self.w_min, self.w_max])

    @checked
    def weight_change(
        self, pre: Numbers, post: Numbers, *, delay: NonNegative = 0.0, w: float = 0.0
    ) -> float:
        """Return how much two spike trains change one weight.

        Parameters
        ----------
        pre, post : (n,) or (n, 2) [time unit of the model]
            Spikes, or beginnings and ends of pulses that were measured.
        delay : float
            From a spike to its arrival.
        w : float
            The weight before.
        """
        one, other = self._table(pre), self._table(post)
        change = self.eta * rate_weights.product(one, other, delay, self.start, self.stop, self.row)
        return min(max(w + change, self.w_min), self.w_max) - w

    @checked
    def rate_change(self, spikes: Numbers) -> float:
        """Return ``int A dt`` of one neuron from start to stop, a pure number.

        The source's rule changes a bias by it, times a learning rate in the unit of the bias.

        Parameters
        ----------
        spikes : (n,) or (n, 2) [time unit of the model]
            Spikes, or beginnings and ends of pulses.
        """
        table, numbers = self._table(spikes), self.row
        last = table[-1, 0] + rate_weights.memory(numbers) if len(table) else self.start
        ends = self.start, max(self.start, min(self.stop, last))
        first, second = (rate_weights.filtered(table, t, numbers)[3] for t in ends)
        return second - first

    @checked
    def filtered(self, spikes: Numbers, t: Numbers) -> tuple[Array, Array, Array]:
        """Return V, its difference and the mean of that, A, at times: (m,) each.

        Parameters
        ----------
        spikes : (n,) or (n, 2) [time unit of the model]
            Spikes, or beginnings and ends of pulses.
        t : (m,) [time unit of the model]
        """
        table, numbers = self._table(spikes), self.row
        times = np.atleast_1d(np.asarray(t, float))
        rows = np.array([rate_weights.filtered(table, one, numbers)[:3] for one in times])
        v, difference, mean = rows.reshape(-1, 3).T
        return v, difference, mean

    def _table(self, given: Numbers) -> Array:
        """Return the table of one train.

        Raises
        ------
        InputError
            If it is neither spikes nor pulses that follow each other.
        """
        train = np.asarray(given, float)
        if train.ndim == 1:
            table = rate_weights.table_of(np.sort(train), self.width)
        elif train.ndim == 2 and train.shape[1] == 2 and (np.diff(train.ravel()) >= 0.0).all():
            table = np.zeros((train.size, 4))
            table[:, 0] = train.ravel()
        else:
            raise InputError(
                "EqSpike: expected times of spikes, or rows of beginning and end of pulses that "
                f"follow each other, and not the shape {train.shape}"
            )
        return rate_weights.integrate(table, self.gamma)


Plasticity = STDP | EqSpike
