"""The ideal synapse: every pulse is one equal step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import NonNegative, Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.synapses.contract import Counts, Devices, OnSaturation, shape_of


@checked
@dataclass(frozen=True)
class Ideal:
    """Devices whose conductance changes by one step with each pulse, from bound to bound.

    The last step before a bound ends on it.

    Parameters
    ----------
    G_start : float [S]
    step : float [S]
        Change by one pulse; negative where pulses lower the conductance.
    G_min, G_max : float [S]
        Bounds; none above by default.
    on_saturation : {"freeze", "warn", "stop"}
        What a pulse at the bound does.

    Raises
    ------
    InputError
        If the start is not within the bounds, or the step is zero.

    Examples
    --------
    >>> import neurodyn as nd
    >>> devices = nd.synapses.Ideal(1e-4, step=-3e-5).devices(2)
    >>> devices.pulse([1, 9])
    >>> devices.conductance().round(9), devices.saturated, devices.lost
    (array([7.e-05, 0.e+00]), array([False,  True]), array([0, 5]))
    """

    G_start: Positive
    step: float
    G_min: NonNegative = 0.0
    G_max: Positive | None = None
    on_saturation: OnSaturation = "freeze"

    def __post_init__(self) -> None:
        high = np.inf if self.G_max is None else self.G_max
        if not self.G_min <= self.G_start <= high:
            raise InputError(
                f"Ideal: G_start is {self.G_start:g} S; expected from {self.G_min:g} to {high:g} S"
            )
        if self.step == 0:
            raise InputError("Ideal: step is 0; expected a change by each pulse")

    @checked
    def devices(self, shape: int | tuple[int, ...], seed: Whole = 0) -> Devices:
        """Return fresh devices.

        Parameters
        ----------
        shape : int or tuple of int
        seed : int
            Changes nothing: there is no chance in them.
        """
        del seed
        return _IdealDevices(self, shape_of(shape))


class _IdealDevices(Devices):
    def __init__(self, model: Ideal, shape: tuple[int, ...]) -> None:
        super().__init__(shape, model.on_saturation)
        self._model = model
        self._end = model.G_min if model.step < 0 else model.G_max
        way = np.inf if self._end is None else (self._end - model.G_start) / model.step
        # rounding must not ask for a step more: 1e-4 / 1e-6 is 99.99999999999999
        self._most = int(np.ceil(way * (1 - 1e-12))) if way < 2**62 else 2**62

    def conductance(self) -> Array:
        values = self._model.G_start + self._model.step * self.pulses
        return np.where(self.pulses == self._most, self._end or 0.0, values)

    def _left(self) -> Counts:
        return self._most - self.pulses
