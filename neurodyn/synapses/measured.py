"""Measured devices as synapses: each synapse follows one row of a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurodyn.arguments import Count, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.network.distributions import generator
from neurodyn.synapses.contract import Counts, Devices, OnSaturation, shape_of
from neurodyn.synapses.pulse_table import PulseTable, pulse_table


@checked
@dataclass(frozen=True, eq=False)
class MeasuredTable:
    """Synapses that do what measured devices did.

    Each synapse draws a row of the table, dead devices left out, and has its conductance after as
    many pulses. Between measured pulses it is straight in the conductance; readings that are not
    there are filled in likewise, and before the first and after the last by these.

    Parameters
    ----------
    table : PulseTable
    on_saturation : {"stop", "freeze", "warn"}
        What a pulse beyond the last of the table does.

    Raises
    ------
    InputError
        If all devices of the table are dead.

    Examples
    --------
    >>> import neurodyn as nd
    >>> table = nd.synapses.pulse_table([[1e-4, 9e-5, 8e-5]], [0, 10, 20])
    >>> devices = nd.synapses.MeasuredTable(table).devices(2)
    >>> devices.pulse([5, 20])
    >>> devices.conductance(), devices.saturated
    (array([9.5e-05, 8.0e-05]), array([False,  True]))
    """

    table: PulseTable
    on_saturation: OnSaturation = "stop"

    def __post_init__(self) -> None:
        self.table.live()

    @cached_property
    def rows(self) -> Array:
        """Conductances of devices that live, without gaps: (devices, points)."""
        live, at = self.table.live(), self.table.pulse.astype(float)
        seen = np.isfinite(live.G) & (live.G > 0)
        pairs = zip(live.G, seen, strict=True)
        return np.array([np.interp(at, at[there], row[there]) for row, there in pairs])

    @checked
    def devices(self, shape: int | tuple[int, ...], seed: Whole = 0) -> MeasuredDevices:
        """Return devices at the first pulse of the table.

        Parameters
        ----------
        shape : int or tuple of int
        seed : int
            Of which synapse follows which row.
        """
        return MeasuredDevices(self, shape_of(shape), seed)


class MeasuredDevices(Devices):
    """Devices of :class:`MeasuredTable`.

    Attributes
    ----------
    row : int array
        Which device of ``table.live()`` each follows.
    """

    def __init__(self, model: MeasuredTable, shape: tuple[int, ...], seed: int) -> None:
        super().__init__(shape, model.on_saturation)
        self._G, self._at = model.rows, model.table.pulse
        self.row = generator(seed, "synapses", "row").integers(len(self._G), size=shape)

    def _left(self) -> Counts:
        return self._at[-1] - self._at[0] - self.pulses

    def conductance(self) -> Array:
        at = self._at[0] + self.pulses
        left = np.clip(np.searchsorted(self._at, at, side="right") - 1, 0, len(self._at) - 2)
        part = (at - self._at[left]) / (self._at[left + 1] - self._at[left])
        before, after = self._G[self.row, left], self._G[self.row, left + 1]
        return np.where(part == 1, after, before + part * (after - before))


@checked
def synthetic_table(
    synapse: object,
    devices: Count = 314,
    pulses: Count = 5000,
    *,
    every: Count = 1,
    seed: Whole = 0,
) -> PulseTable:
    """Return a table as measuring devices of a model would give it, which says so.

    Parameters
    ----------
    synapse : WeakReset, Ideal or another technology
    devices, pulses : int
        By default the size of the source's table, which is not published.
    every : int
        Pulses from point to point.
    seed : int

    Raises
    ------
    InputError
        If ``synapse`` makes no devices, or there are fewer pulses than ``every``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 10, 100, every=20)
    >>> table.G.shape, table.notes
    ((10, 6), ('Synthetic: drawn from WeakReset with seed 0, not measured.',))
    """
    make = getattr(synapse, "devices", None)
    if not callable(make):
        raise InputError(
            f"synapse is a {type(synapse).__name__}; expected a technology, such as WeakReset()"
        )
    if pulses < every:
        raise InputError(f"pulses is {pulses}; expected at least every = {every}")
    state = make(devices, seed)
    if not isinstance(state, Devices):
        raise InputError(f"{type(synapse).__name__} makes no devices that can be pulsed")
    at = np.arange(0, pulses + 1, every)
    G = np.empty((devices, len(at)))
    for k in range(len(at)):
        if k:
            state.pulse(every)
        G[:, k] = state.read()
    plain = pulse_table(G, at)
    name = type(synapse).__name__
    note = f"Synthetic: drawn from {name} with seed {seed}, not measured."
    return PulseTable(plain.G, plain.pulse, plain.names, f"synthetic {name}", "", (note,))
