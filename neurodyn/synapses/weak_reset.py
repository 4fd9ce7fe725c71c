"""HfOx in the weak-RESET regime: pulses that raise the resistance a little, with noise.

The model is that of A. Majumdar, thesis, Universite Paris-Saclay (2023), section 2.3; taps of the
pink filter after N. J. Kasdin, Proc. IEEE 83, 802 (1995).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from neurodyn.arguments import NonNegative, Numbers, Positive, Probability, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.network import LogNormal, Normal, Uniform
from neurodyn.synapses import loops
from neurodyn.synapses.contract import Devices, shape_of
from neurodyn.synapses.spread import Exponential, Spread, drawn, two_moments, typical

_OWN = ("m1", "c1", "t_star", "m2", "R_0", "a")
# table 2.1 of the source
_M1, _M2 = Exponential(3.74e-5, 6.56e-4), Exponential(1.64e-34, 2.89e-5)
_C1, _A = Normal(5.29e-3, 5.32e-2), Uniform(0.0, 0.5)
_T_STAR, _R_0 = LogNormal(542.5, 0.80), Normal(6988.0, 381.7)


def pink_taps(pole: int) -> Array:
    """Return the ``pole + 1`` weights of white numbers, the newest first, that make pink noise.

    Kasdin's: b_0 = 1, b_k = b_{k-1} (k - 1/2) / k, the series of (1 - z)^(-1/2) cut short.

    >>> pink_taps(3)
    array([1.    , 0.5   , 0.375 , 0.3125])
    """
    k = np.arange(1, pole + 1)
    return np.cumprod(np.concatenate([[1.0], (k - 0.5) / k]), dtype=float)


@checked
@dataclass(frozen=True)
class WeakReset:
    """HfOx devices under weak RESET pulses.

    After t pulses the resistance is ``R_0 exp(w)``, with w the sum of

    - the mean law ``c1 + m1 t`` up to pulse ``t_star`` and on with the slope ``m2`` after it,
    - random telegraph noise ``a X``: a trap that at each pulse is filled with probability
      ``P_high`` and emptied with ``P_low``, empty at the start,
    - pink noise ``alpha sum_r b_r omega(t - r)`` over the last ``pole + 1`` of one normal number
      for each pulse; the taps b are Kasdin's. Its spectrum falls as 1/f from about 0.03 to 0.3
      per pulse, and is flat below 0.01.

    The noise is of programming: without a pulse a device keeps its resistance. There is no end in
    the model; the mean of R does not exist beyond ``1 / m1.scale`` pulses (1524), while quantiles
    of R and moments of ln R do.

    Parameters
    ----------
    m1, m2 : float or distribution [1 / pulse]
    c1, a : float or distribution
    t_star : float or LogNormal [pulses]
    R_0 : float or distribution [ohm]
        Of these six each device draws its own, independent of each other: the source gives no
        correlations.
    P_high, P_low : float
    alpha : float
    pole : int
    rtn_from : {"always", "t_star"}
        Whether the trap acts from the first pulse, or from pulse ``t_star`` on (empty until then).
    R_min, R_max : float, optional [ohm]
        Limits of what is read. The state goes on beyond them; devices beyond ``R_max`` count as
        saturated, and reads that were cut in ``clipped_reads``.

    Raises
    ------
    InputError
        If R_min is not below R_max, or pole is above 1000.

    Examples
    --------
    >>> import numpy as np
    >>> import neurodyn as nd
    >>> devices = nd.synapses.WeakReset().devices((2, 10, 784), seed=1)
    >>> devices.pulse(100)
    >>> bool(np.median(1 / devices.conductance()) > 7100)      # fresh: 7018 ohm
    True
    """

    m1: Spread = _M1
    c1: Spread = _C1
    t_star: NonNegative | LogNormal = _T_STAR
    m2: Spread = _M2
    R_0: Spread = _R_0
    a: Spread = _A
    P_high: Probability = 8e-4
    P_low: Probability = 2e-3
    alpha: NonNegative = 0.025
    pole: Whole = 15
    rtn_from: Literal["always", "t_star"] = "always"
    R_min: Positive | None = None
    R_max: Positive | None = None

    def __post_init__(self) -> None:
        if (self.R_min or 0.0) >= (self.R_max or math.inf):
            raise InputError(
                f"WeakReset: R_min is {self.R_min:g} ohm; expected less than R_max, {self.R_max:g}"
            )
        if self.pole > 1000:
            raise InputError(f"WeakReset: pole is {self.pole}; expected at most 1000")

    @checked
    def without_noise(self, rtn: bool = True, pink: bool = True) -> WeakReset:
        """Return the model without telegraph noise, pink noise, or both.

        Parameters
        ----------
        rtn, pink : bool
            Which to leave out.
        """
        return replace(self, a=0.0 if rtn else self.a, alpha=0.0 if pink else self.alpha)

    def without_spread(self) -> WeakReset:
        """Return the model of equal devices: means, and of t_star the median."""
        return replace(self, **{name: typical(getattr(self, name)) for name in _OWN})

    @checked
    def moments(self, t: NonNegative) -> Moments:
        """Return mean and variance of w = ln(R / R_0) over devices after t pulses, in closed form.

        Parameters
        ----------
        t : float

        Raises
        ------
        InputError
            If the trap acts from t_star on, which has no closed form.

        Examples
        --------
        >>> import neurodyn as nd
        >>> nd.synapses.WeakReset().moments(300).w_mean
        0.2388279883838...
        """
        if self.rtn_from != "always":
            raise InputError("WeakReset: moments are in closed form for rtn_from='always' only")
        first, second = _reached(self.t_star, t)  # of min(t, t_star)
        spread = second - first**2
        (m1, m1_2), (m2, m2_2) = two_moments(self.m1), two_moments(self.m2)
        c1, c1_2 = two_moments(self.c1)
        a, a_2 = two_moments(self.a)
        beyond = t - first
        law = c1 + m1 * first + m2 * beyond
        law_2 = m1_2 * second - (m1 * first) ** 2 + m2_2 * (spread + beyond**2)
        law_2 += c1_2 - c1**2 - (m2 * beyond) ** 2 - 2 * m1 * m2 * spread
        on = self.trap_on(t)
        pink = self.alpha**2 * float(np.sum(pink_taps(self.pole) ** 2))
        return Moments(law, law_2, on, a * on, a_2 * on - (a * on) ** 2, pink)

    @checked
    def trap_on(self, n: NonNegative, trapped: bool = False) -> float:
        """Return the probability that a trap is filled n pulses after it was known.

        Parameters
        ----------
        n : float
        trapped : bool
            Whether it was filled.
        """
        rate = self.P_high + self.P_low
        if rate == 0:
            return float(trapped)
        duty = self.P_high / rate
        return duty + (float(trapped) - duty) * (1 - rate) ** n

    @checked
    def pink_density(self, f: Numbers) -> Array:
        """Return the density of pink noise in w, from its filter: one-sided [1 / (cycles / pulse)].

        Parameters
        ----------
        f : (n,) array
            Frequencies from 0 to 0.5 cycles per pulse.
        """
        r = np.arange(self.pole + 1)
        at = np.exp(-2j * np.pi * np.multiply.outer(np.asarray(f, dtype=float), r))
        return 2 * self.alpha**2 * np.abs(at @ pink_taps(self.pole)) ** 2

    @checked
    def devices(self, shape: int | tuple[int, ...], seed: Whole = 0) -> WeakResetDevices:
        """Return fresh devices, which have had no pulse.

        Parameters
        ----------
        shape : int or tuple of int
        seed : int
            Of what devices draw, and of all noise they will have.

        Raises
        ------
        InputError
            If a distribution gives a resistance of 0 or less, or a negative t_star.
        """
        return WeakResetDevices(self, shape_of(shape), seed)


@dataclass(frozen=True)
class Moments:
    """Mean and variance of w = ln(R / R_0) over devices, and of its parts.

    Attributes
    ----------
    law_mean, law_var : float
        Of the mean law.
    rtn_on : float
        Share of traps that are filled.
    rtn_mean, rtn_var : float
        Of telegraph noise.
    pink_var : float
    """

    law_mean: float
    law_var: float
    rtn_on: float
    rtn_mean: float
    rtn_var: float
    pink_var: float

    @property
    def w_mean(self) -> float:
        """Mean of w."""
        return self.law_mean + self.rtn_mean

    @property
    def w_var(self) -> float:
        """Variance of w."""
        return self.law_var + self.rtn_var + self.pink_var


def _reached(t_star: float | LogNormal, t: float) -> tuple[float, float]:
    """Return E[u] and E[u^2] of u = min(t, t_star)."""
    if not isinstance(t_star, LogNormal) or t_star.sd == 0 or t == 0:
        u = min(t, typical(t_star))
        return u, u * u
    z = math.log(t / t_star.median) / t_star.sd

    def below(k: int) -> float:
        raw = t_star.median**k * math.exp(0.5 * (k * t_star.sd) ** 2)
        return raw * _normal_below(z - k * t_star.sd) + t**k * _normal_below(-z)

    return below(1), below(2)


def _normal_below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


class WeakResetDevices(Devices):
    """Devices of :class:`WeakReset`.

    Attributes
    ----------
    own : dict of (n,) arrays
        The parameters that each device has drawn.
    clipped_reads : int
        Reads that were cut to the limits.
    """

    def __init__(self, model: WeakReset, shape: tuple[int, ...], seed: int) -> None:
        super().__init__(shape)
        n = self.pulses.size
        # what one pulse needs of a device lies together: devices are pulsed here and there
        self._law = np.stack([drawn(getattr(model, k), k, seed, n) for k in _OWN], axis=1)
        self.own = {name: self._law[:, k] for k, name in enumerate(_OWN)}
        if self.own["R_0"].min() <= 0:
            raise InputError(f"R_0 is {self.own['R_0'].min():g} ohm in a device; expected above 0")
        self.clipped_reads = 0
        self._model = model
        self._key = np.uint64(seed & (2**64 - 1))
        self._taps = model.alpha * pink_taps(model.pole) if model.alpha else np.zeros(0)
        start = np.ceil(self.own["t_star"]) if model.rtn_from == "t_star" else np.zeros(n)
        self._trap = np.zeros((n, 2), np.int64)
        self._trap[:, 1] = np.minimum(start, 2.0**61)
        loops.first_jumps(self._key, self._trap, model.P_high)
        places = len(self._taps) + 2 if model.alpha else 0
        self._noise = np.zeros((n, places), np.float32)
        self._newest = np.full(n, -1)
        self._value = np.zeros((n, 2))
        self._advance(np.arange(n))

    def _advance(self, where: np.ndarray) -> None:
        model, pulses = self._model, self.pulses.reshape(-1)
        state = pulses, self._trap, self._noise, self._newest, self._value
        loops.weak_reset(self._key, where, *state, self._law, self._taps, model.P_high, model.P_low)

    @property
    def w(self) -> Array:
        """ln(R / R_0) of each device."""
        return self._value[:, 0].reshape(self.shape).copy()

    @property
    def trapped(self) -> np.ndarray:
        """Whether the trap of each device is filled."""
        return (self._trap[:, 0] % 2 == 1).reshape(self.shape)

    def conductance(self) -> Array:
        return self._value[:, 1].reshape(self.shape).copy()

    def read_at(self, where: np.ndarray) -> Array:
        if self._model.R_min is None and self._model.R_max is None:
            return self._value[where, 1]
        return super().read_at(where)

    def read(self) -> Array:
        model = self._model
        low = 0.0 if model.R_max is None else 1 / model.R_max
        high = np.inf if model.R_min is None else 1 / model.R_min
        G = self.conductance()
        self.clipped_reads += int(np.count_nonzero(np.clip(G, low, high) != G))
        return np.clip(G, low, high)

    @property
    def saturated(self) -> np.ndarray:
        if self._model.R_max is None:
            return np.zeros(self.shape, dtype=bool)
        return self.conductance() * self._model.R_max <= 1
