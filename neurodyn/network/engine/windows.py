"""The event engine: populations advance window by window, and spikes travel between them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.network.engine.cells import Cells
from neurodyn.network.engine.edges import STEPS
from neurodyn.network.network import Network
from neurodyn.network.populations import Population
from neurodyn.network.record import Record
from neurodyn.network.run import NetworkRun, Traces
from neurodyn.network.trains import SpikeTrains
from neurodyn.provenance import versions
from neurodyn.simulation.events import incomplete
from neurodyn.simulation.lanes.threads import processors
from neurodyn.simulation.options import Adaptive
from neurodyn.status import Status

_CYCLES = 10  # a window without connections, in typical cycles of the slowest model


class Windows:
    """A network under way.

    Parameters
    ----------
    network : Network
    t_end : float
    record : Record
    method : Adaptive
    threads : int, optional
    """

    def __init__(
        self, network: Network, t_end: float, record: Record, method: Adaptive, threads: int | None
    ) -> None:
        self.network, self.record, self.method = network, record, method
        self.threads = threads or processors()
        neurons = [p for p in network.populations if isinstance(p, Population)]
        self.cells = {
            p.name: Cells(
                p, network, method, self._traces(p, t_end), p.name in record.states_at_spikes
            )
            for p in neurons
        }
        for name in (*record.traces, *record.states_at_spikes):
            if name not in self.cells:
                raise unknown_name("population of neurons", name, list(self.cells))
        for cells in self.cells.values():
            cells.start()
        delays = [s.delays.min() for s in network.synapses.values() if len(s)]
        slowest = max(p.model.time_scale for p in neurons)
        self.width = float(min(delays)) if delays else _CYCLES * slowest
        self.window = 0
        self.sources = {
            p.name: p for p in network.populations if not isinstance(p, Population)
        }
        self.found: dict[str, list[tuple[Array, npt.NDArray[np.int64], Array]]] = {
            p.name: [] for p in network.populations
        }
        self.history: list[tuple[float, dict[str, Array]]] = []
        self.status, self.failed = Status.OK, ""

    def _traces(self, population: Population, t_end: float) -> tuple[Any, ...]:
        """Return room for the traces of a population."""
        rows = np.full(population.n, -1, np.int64)
        chosen = np.asarray(self.record.traces.get(population.name, []), np.int64)
        period = self.record.period
        if len(chosen) and period is None:
            raise InputError("Record: traces without a period; expected period=")
        if len(chosen) and not (0 <= chosen.min() and chosen.max() < population.n):
            wrong = chosen.max() if chosen.max() >= population.n else chosen.min()
            raise InputError(
                f"Record: {population.name!r} has no neuron {wrong}; expected 0 to "
                f"{population.n - 1}"
            )
        rows[chosen] = np.arange(len(chosen))
        kept = int(np.floor(t_end / period * (1 + 1e-12))) + 1 if period and len(chosen) else 0
        room = np.full((len(chosen), kept, len(population.model.states)), np.nan)
        return rows, 0.0, period or 1.0, np.zeros(len(chosen), np.int64), room

    def run(
        self,
        t_end: float,
        report: Callable[[float], None],
        store: str | PathLike[str] | None = None,
    ) -> NetworkRun:
        """Advance to the first end of a window at or after t_end."""
        rains = {n: s.spikes(t_end + self.width, self.network.seed) for n, s in self.sources.items()}
        pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None
        try:
            while self.window * self.width < t_end and self.status is Status.OK:
                self._one_window(rains, pool)
                report(self.window * self.width / t_end)
        except KeyboardInterrupt:
            self.status = Status.INTERRUPTED
            self.failed = f"{self.status} at t = {self.window * self.width:.6g}"
        finally:
            if pool is not None:
                pool.shutdown()
        return self._result(min(t_end, self.window * self.width))

    def _one_window(
        self,
        rains: dict[str, tuple[Array, npt.NDArray[np.int64]]],
        pool: ThreadPoolExecutor | None,
    ) -> None:
        t0, t1 = self.window * self.width, (self.window + 1) * self.width
        spikes = {}
        for name, (times, who) in rains.items():
            here = slice(*np.searchsorted(times, [t0, t1]))
            spikes[name] = times[here], who[here], np.empty((0, 0))
        every = self.record.weights
        if every and t0 >= len(self.history) * every:
            self.history.append((t0, self._weights()))
        for name, cells in self.cells.items():
            spikes[name] = cells.advance(t0, t1, pool, self.threads)
            if cells.failure is not None and self.status is Status.OK:
                self.status, i = cells.failure
                at = cells.neurons[2][i]
                self.failed = (
                    f"neuron {i} of {name!r}: {self.status} at t = {at:.6g} "
                    f"{self.network.time_unit}"
                )
        for name, found in spikes.items():
            if len(found[0]):
                self.found[name].append(found)
        for cells in self.cells.values():
            for k, connection in enumerate(cells.into):
                times, who, _ = spikes[connection.pre]
                if len(times):
                    s = cells.synapses[k]
                    channel, offset = cells.channel_of[k], int(cells.offsets[k])
                    cells.mail.send(times, who, s.first, s.post, s.delays, channel, offset)
        self.window += 1

    def _weights(self) -> dict[str, Array]:
        """Return the weights of plastic connections."""
        return {
            c.name: cells.weights[cells.offsets[k] : cells.offsets[k + 1]].copy()
            for cells in self.cells.values()
            for k, c in enumerate(cells.into)
            if c.plasticity is not None
        }

    # ------------------------------------------------------------------ results

    def _result(self, t_end: float) -> NetworkRun:
        spikes, states, traces, notes = {}, {}, {}, []
        for name, found in self.found.items():
            n = self.network[name].n
            times = np.concatenate([np.empty(0), *(f[0] for f in found)])
            who = np.concatenate([np.empty(0, np.int64), *(f[1] for f in found)])
            seen = times <= t_end
            unit = self.network.time_unit
            spikes[name] = SpikeTrains(name, times[seen], who[seen], n, t_end, unit)
            if name in self.record.states_at_spikes:
                width = len(self.cells[name].model.states)
                all_states = np.concatenate([np.empty((0, width)), *(f[2] for f in found)])
                states[name] = all_states[seen]
        for name, cells in self.cells.items():
            if name in self.record.traces:
                cells.keep_rest_of_traces(t_end)
                _, first, period, filled, room = cells.traces
                kept = int(filled.min()) if len(filled) else 0
                traces[name] = Traces(
                    first + np.arange(kept) * period,
                    np.asarray(self.record.traces[name], np.int64),
                    {s: room[:, :kept, i] for i, s in enumerate(cells.model.state_names)},
                )
            if cells.report[2]:
                notes.append(incomplete(int(cells.report[2]), f"spikes of {name!r}"))
        if self.failed:
            notes.append(self.failed)
        history = {
            name: np.array([weights[name] for _, weights in self.history])
            for name in (self.history[0][1] if self.history else {})
        }
        return NetworkRun(
            self.network,
            t_end,
            spikes,
            traces,
            states,
            self._weights(),
            history,
            np.array([t for t, _ in self.history]),
            self.status,
            tuple(notes),
            {
                "method": repr(self.method),
                "seed": self.network.seed,
                "window": self.width,
                "windows": self.window,
                "steps": sum(int(c.neurons[STEPS].sum()) for c in self.cells.values()),
                "arrivals": sum(c.mail.sent for c in self.cells.values()),
                "versions": versions(),
            },
            {},
        )
