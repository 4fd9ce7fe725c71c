"""Two devices as one weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from neurodyn.arguments import Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import NumericalError
from neurodyn.network.distributions import generator
from neurodyn.status import Status
from neurodyn.synapses.contract import Counts, Devices, counts_of, shape_of


@runtime_checkable
class Technology(Protocol):
    """What makes devices: `Ideal`, `WeakReset`, `MeasuredTable`, or one's own."""

    def devices(self, shape: int | tuple[int, ...], seed: int = 0) -> Devices:
        """Return fresh devices."""
        ...


class Pairs:
    """Weights that are two devices each, on a bit line BL and on its complement BLb.

    ``W = alpha (G_BLb - G_BL)``, or ``W = alpha (log10 G_BLb - log10 G_BL)``, which is alpha
    times ``log10(R_BL / R_BLb)``. A pulse that raises resistance raises W on BL and lowers it on
    BLb; nothing sets a device back, so that a weight has a finite supply of pulses.

    Parameters
    ----------
    technology : Ideal, WeakReset, MeasuredTable or another
    shape : int or tuple of int
        Of the weights: (post, pre).
    seed : int
    weight : {"log", "linear"}
    alpha : float
        In ohm for linear weights, a plain number for logarithmic ones.
    G_th : float, optional [S]
        A device at or below this conductance is not pulsed; it is read before each pulse.
    tie : {"random_fixed", "+1"}
        Sign of a pair whose resistances are equal: drawn once for each pair, or +1.

    Attributes
    ----------
    devices : Devices
        Of shape (2, ...): BL, and BLb.
    refused : int array of that shape
        Pulses that the threshold held back.

    Raises
    ------
    InputError
        If an argument is not what it should be.

    Examples
    --------
    >>> import neurodyn as nd
    >>> falling = nd.synapses.Ideal(1e-4, step=-1e-5)
    >>> pairs = nd.synapses.Pairs(falling, 3, weight="linear", alpha=1e4)
    >>> pairs.pulse([2, 0, -1])
    >>> pairs.weights().round(6)
    array([ 0.2,  0. , -0.1])
    """

    @checked
    def __init__(
        self,
        technology: Technology,
        shape: int | tuple[int, ...],
        seed: Whole = 0,
        *,
        weight: Literal["log", "linear"] = "log",
        alpha: Positive = 1.0,
        G_th: Positive | None = None,
        tie: Literal["random_fixed", "+1"] = "random_fixed",
    ) -> None:
        self.shape = shape_of(shape)
        self.devices = technology.devices((2, *self.shape), seed)
        self.refused: Counts = np.zeros((2, *self.shape), np.int64)
        self._weight, self._alpha, self._G_th = weight, alpha, G_th
        self._G = self.devices.read()
        self._W = self._weight_of(*self._G)
        signs = generator(seed, "synapses", "tie").choice([-1, 1], self.shape)
        self._tie = signs if tie == "random_fixed" else np.ones_like(signs)

    @checked
    def pulse(self, k: npt.ArrayLike) -> None:
        """Pulse BL k times where k is positive, and BLb -k times where it is negative.

        Parameters
        ----------
        k : int or int array

        Raises
        ------
        InputError
            If these are no whole numbers, one or as many as weights.
        SaturationError
            As of the devices.
        NumericalError
            If a device of a logarithmic pair has come to 0 S.
        """
        signed = counts_of(k, self.shape, low=-(2**53)).reshape(-1)
        where = np.flatnonzero(signed)
        n = np.abs(signed[where].astype(np.int64))
        # devices are numbered line by line: those of BL first
        place = np.where(signed[where] > 0, where, where + signed.size)
        if self._G_th is None:
            self.devices.pulse_at(place, n)
        else:
            self._pulse_above(place, n, self._G_th)
        self._G.reshape(-1)[place] = self.devices.read_at(place)
        line, complement = self._G[0].reshape(-1)[where], self._G[1].reshape(-1)[where]
        self._W.reshape(-1)[where] = self._weight_of(line, complement)

    def _pulse_above(self, place: NDArray[np.intp], n: Counts, lowest: float) -> None:
        """Pulse once, read, and go on with those that are still above a conductance."""
        while place.size:
            allowed = self.devices.read_at(place) > lowest
            # a device without a pulse stays as it is, so what is refused once is refused for good
            self.refused.reshape(-1)[place[~allowed]] += n[~allowed]
            place, n = place[allowed], n[allowed] - 1
            self.devices.pulse_at(place, np.ones_like(n))
            place, n = place[n > 0], n[n > 0]

    def _weight_of(self, line: Array, complement: Array) -> Array:
        if self._weight == "linear":
            return self._alpha * (complement - line)
        if min(line.min(initial=1.0), complement.min(initial=1.0)) <= 0:
            raise NumericalError(
                "a device of a logarithmic pair has come to 0 S, where the weight has no value; "
                "expected devices that stay above it, or linear weights",
                Status.NOT_FINITE,
            )
        return self._alpha * np.log10(complement / line)

    def state(self) -> dict[str, Counts]:
        """Return all counts of pulses: what the pairs are follows from them and the seed."""
        return {
            "pulses": self.devices.pulses,
            "lost": self.devices.lost,
            "refused": self.refused,
        }

    def restore(self, state: Mapping[str, Counts]) -> None:
        """Bring fresh pairs to what :meth:`state` of others, of the same seed, gave."""
        self.devices.pulse(state["pulses"])
        self.devices.lost[...] = state["lost"]
        self.refused[...] = state["refused"]
        self._G = self.devices.read()
        self._W = self._weight_of(*self._G)

    def weights(self) -> Array:
        """Return W of each pair."""
        return self._W.copy()

    def signs(self) -> npt.NDArray[np.int64]:
        """Return +1 where R_BL is above R_BLb and -1 where it is below: a sense amplifier."""
        line, complement = self._G
        return np.where(line == complement, self._tie, np.where(line < complement, 1, -1))
