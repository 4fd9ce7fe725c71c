"""Rules by which spikes change weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurodyn.arguments import Extended, NonNegative, Numbers, Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
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
