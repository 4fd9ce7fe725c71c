r"""What an instrument shows of a device: leads in series, a leak beside it, offsets.

With V and I of the device,

.. math::

    I_t = I + G V, \quad V_t = V + R I_t, \quad I_{shown} = I_t + I_0, \quad V_{shown} = V_t + V_0.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from neurodyn.arrays import Array


@dataclass(frozen=True)
class Terminals:
    """Between a device and the readings.

    Parameters
    ----------
    series : float [ohm]
        Resistance in series, which the shown voltage includes.
    leak : float [S]
        Conductance in parallel with the device, whose current the shown current includes.
    current_offset : float [A]
    voltage_offset : float [V]
    """

    series: float = 0.0
    leak: float = 0.0
    current_offset: float = 0.0
    voltage_offset: float = 0.0

    def __bool__(self) -> bool:
        return any(astuple(self))

    def shown(self, values: Array) -> Array:
        """Return what is shown of ln V and ln I and their derivatives along the curve, (4, n)."""
        if not self:
            return values
        V, I = np.exp(values[:2])
        total_V, total_I = self._totals(V, I)
        along_V, along_I = self._follow(V, I, values[2], values[3])
        with np.errstate(invalid="ignore", divide="ignore"):  # below an offset nothing is read
            return np.stack([np.log(total_V), np.log(total_I), along_V, along_I])

    def shown_slopes(self, values: Array, by: Array) -> Array:
        """Return d(shown ln V, ln I) by what ``by`` (k, 2, n) holds for the device."""
        if not self:
            return by
        V, I = np.exp(values[:2])
        return np.stack(self._follow(V, I, by[:, 0], by[:, 1]), axis=1)

    def slopes(self, values: Array) -> Array:
        """Return d(shown ln V, ln I) by each field, in their order, (4, 2, n)."""
        V, I = np.exp(values[:2])
        total_V, total_I = self._totals(V, I)
        none, current = np.zeros_like(V), I + self.leak * V
        return np.array(
            [
                [current / total_V, none],
                [self.series * V / total_V, V / total_I],
                [none, 1 / total_I],
                [1 / total_V, none],
            ]
        )

    def _totals(self, V: Array, I: Array) -> tuple[Array, Array]:
        current = I + self.leak * V
        return V + self.series * current + self.voltage_offset, current + self.current_offset

    def _follow(self, V: Array, I: Array, ln_V: Array, ln_I: Array) -> tuple[Array, Array]:
        """Return how the shown logarithms follow those of the device."""
        total_V, total_I = self._totals(V, I)
        current = I * ln_I + self.leak * V * ln_V
        return (V * ln_V + self.series * current) / total_V, current / total_I


BARE = Terminals()
"""The device itself."""
