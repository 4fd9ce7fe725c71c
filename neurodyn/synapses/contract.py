"""What every synapse technology offers: devices that are pulsed, and read."""

from __future__ import annotations

import copy
import warnings
from abc import ABC, abstractmethod
from typing import Literal

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from neurodyn.arguments import checked, shown
from neurodyn.arrays import Array
from neurodyn.errors import InputError, SaturationError

OnSaturation = Literal["stop", "freeze", "warn"]
"""What a pulse does to a device that has reached its end: an error before anything changes,
nothing but a count in ``lost``, or that and a warning."""
Counts = NDArray[np.int64]


def shape_of(shape: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of an array of devices.

    Raises
    ------
    InputError
        If it has no place for a device, or has more than 2^31.
    """
    whole = (shape,) if isinstance(shape, int) else tuple(shape)
    if not whole or min(whole) < 1 or np.prod([float(n) for n in whole]) > 2**31:
        raise InputError(f"the shape is {shown(shape)}; expected from 1 to 2^31 devices")
    return whole


class Devices(ABC):
    """Many devices of one technology, numbered in the order of a C array.

    What a device does is a function of the seed, its number and the pulses it has had: not of
    its neighbours, of how calls are ordered, or of how many pulses one call gives. A device
    without a pulse keeps its conductance to the last bit.

    Attributes
    ----------
    shape : tuple of int
    pulses : int array of that shape
        Pulses that each device has had, those that were lost left out.
    lost : int array of that shape
        Pulses to devices that had reached their end.
    """

    def __init__(self, shape: tuple[int, ...], on_saturation: OnSaturation = "freeze") -> None:
        self.shape = shape
        self.pulses: Counts = np.zeros(shape, np.int64)
        self.lost: Counts = np.zeros(shape, np.int64)
        self._on_saturation = on_saturation

    @abstractmethod
    def conductance(self) -> Array:
        """Return the conductance that each device has, in siemens."""

    def read(self) -> Array:
        """Return the conductance as it is read, in siemens: within limits, where there are any."""
        return self.conductance()

    def read_at(self, where: NDArray[np.intp]) -> Array:
        """Return what is read of some devices, by their numbers."""
        return self.read().reshape(-1)[where]

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """Which devices have reached their end."""
        left = self._left()
        return np.zeros(self.shape, bool) if left is None else left == 0

    def _left(self) -> Counts | None:
        """Pulses that each device can still take; None where there is no end."""
        return None

    def _advance(self, where: NDArray[np.intp]) -> None:  # noqa: B027 - many have nothing to do
        """Do what is more than counting, for the devices (flat numbers) that had pulses."""

    @checked
    def pulse(self, n: npt.ArrayLike = 1) -> None:
        """Give each device n pulses.

        Parameters
        ----------
        n : int or int array
            0 or more for each device.

        Raises
        ------
        InputError
            If these are no whole numbers of 0 or more, one or as many as devices.
        SaturationError
            If a device that has reached its end is pulsed and ``on_saturation`` is ``"stop"``;
            nothing has changed then.

        Examples
        --------
        >>> import neurodyn as nd
        >>> devices = nd.synapses.Ideal(1e-4, step=-1e-6).devices(3)
        >>> devices.pulse([0, 1, 10])
        >>> devices.conductance().round(9)
        array([1.0e-04, 9.9e-05, 9.0e-05])
        """
        wanted = counts_of(n, self.shape).reshape(-1)
        where = np.flatnonzero(wanted)
        self.pulse_at(where, wanted[where])

    def pulse_at(self, where: NDArray[np.intp], n: Counts) -> None:
        """Give some devices, by their numbers, one or more pulses each.

        Raises
        ------
        SaturationError
            As :meth:`pulse`.
        """
        left = self._left()
        given = n if left is None else np.minimum(n, left.reshape(-1)[where])
        lost = n - given
        if lost.any():
            self._tell(int(np.count_nonzero(lost)))
            self.lost.reshape(-1)[where] += lost
            where, given = where[given > 0], given[given > 0]
        self.pulses.reshape(-1)[where] += given
        self._advance(where)

    def _tell(self, number: int) -> None:
        what = f"{number} of {self.pulses.size} devices have reached their end and were pulsed"
        if self._on_saturation == "stop":
            raise SaturationError(f"{what}; nothing was changed", number)
        if self._on_saturation == "warn":
            warnings.warn(f"{what}; they stay as they are", RuntimeWarning, stacklevel=5)

    def copy(self) -> Devices:
        """Return the devices as they are now; both go on alike under the same pulses."""
        return copy.deepcopy(self)


def counts_of(n: npt.ArrayLike, shape: tuple[int, ...], low: int = 0) -> Counts:
    """Return numbers of pulses, one for each device.

    Raises
    ------
    InputError
        If these are no whole numbers of ``low`` or more, or do not fit the devices.
    """
    found = np.asarray(n)
    fits = found.shape in ((), shape)
    if fits and found.dtype in (np.int8, np.int16, np.int32) and low < 0:
        return np.broadcast_to(found, shape)  # any such number will do
    if fits and found.dtype.kind in "fiu" and np.isfinite(found).all():
        whole = np.abs(found) <= 2**53
        if whole.all() and (found == np.floor(found)).all() and found.min(initial=0) >= low:
            return np.broadcast_to(found.astype(np.int64), shape)
    kind = "whole numbers" if low < 0 else "whole numbers of 0 or more"
    raise InputError(
        f"the pulses are {shown(n)}; expected {kind}, one or an array of shape {shape}"
    )
