"""The event engine: populations advance window by window, and spikes travel between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import takewhile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.checkpoint import digest_of, read_state, write_state
from neurodyn.errors import InputError, unknown_name
from neurodyn.network.engine import rate_weights
from neurodyn.network.engine.alone import AloneCells
from neurodyn.network.engine.cells import Cells, Spikes
from neurodyn.network.engine.equations import is_linear
from neurodyn.network.engine.lockstep.cells import LockstepCells
from neurodyn.network.lockstep import Lockstep
from neurodyn.network.network import Connection, Network
from neurodyn.network.populations import Population, SpikeSource
from neurodyn.network.record import Record
from neurodyn.network.run import NetworkRun, Traces
from neurodyn.network.trains import SpikeTrains
from neurodyn.provenance import versions
from neurodyn.simulation.events import incomplete
from neurodyn.simulation.lanes.threads import processors
from neurodyn.simulation.options import Adaptive
from neurodyn.status import Status

_PAUSE = 1.0  # seconds between two writings of the store; a twentieth of the time goes into them
_LOOK = 0.1  # seconds between two looks at the keyboard
_STORE = "a network run", "the run of another network, record or method"
_CYCLES = 10  # a window without connections, in typical cycles of the slowest model


class Windows:
    """A network under way.

    Parameters
    ----------
    network : Network
    t_end : float
    record : Record
    method : Adaptive or Lockstep
    threads : int, optional
    """

    def __init__(
        self,
        network: Network,
        t_end: float,
        record: Record,
        method: Adaptive | Lockstep,
        threads: int | None,
    ) -> None:
        self.network, self.record, self.method = network, record, method
        self.threads = threads or processors()
        neurons = [p for p in network.populations if isinstance(p, Population)]
        delays = [s.delays.min() for s in network.synapses.values() if len(s)]
        slowest = max(p.model.time_scale for p in neurons)
        self.width = float(min(delays)) if delays else _CYCLES * slowest
        self.steps = 0  # of a window in lockstep
        if isinstance(method, Lockstep):
            self.steps = int(self.width / method.dt * (1 + 1e-12))
            if self.steps == 0:
                raise InputError(
                    f"Lockstep: dt is {method.dt:g}; expected at most the smallest delay, "
                    f"{self.width:g}"
                )
            self.width = self.steps * method.dt
        self.cells: dict[str, Cells] = {p.name: self._cells_of(p, method, t_end) for p in neurons}
        for name in (*record.traces, *record.states_at_spikes, *record.integrals):
            if name not in self.cells:
                raise unknown_name("population of neurons", name, list(self.cells))
        for cells in self.cells.values():
            cells.start()
        self.window = 0
        self.sources = {p.name: p for p in network.populations if not isinstance(p, Population)}
        self.found: dict[str, list[tuple[Array, npt.NDArray[np.int64], Array]]] = {
            p.name: [] for p in network.populations
        }
        self.history: list[tuple[float, dict[str, Array]]] = []
        self.status, self.failed = Status.OK, ""
        self._stop = self._interrupted = False

    def _cells_of(self, p: Population, method: Adaptive | Lockstep, t_end: float) -> Cells:
        """Return the cells of a population: alone, or in lockstep where that is asked for."""
        keep = p.name in self.record.states_at_spikes or p.name in self.record.integrals
        more = self._traces(p, t_end), keep, self._integrals(p)
        if isinstance(method, Lockstep):
            if not is_linear(p.model):
                return LockstepCells(p, self.network, method, self.steps, *more)
            method = Adaptive()
        return AloneCells(p, self.network, method, *more)

    def _integrals(self, population: Population) -> tuple[str, ...]:
        """Return the outputs of a population that are integrated."""
        outputs = tuple(self.record.integrals.get(population.name, ()))
        known = [output.name for output in population.model.outputs]
        for name in outputs:
            if name not in known:
                raise unknown_name("output", name, known)
        return outputs

    def _traces(self, population: Population, t_end: float) -> tuple[Any, ...]:
        """Return room for the traces of a population."""
        rows = np.full(population.n, -1, np.int64)
        chosen = np.asarray(self.record.traces.get(population.name, []), np.int64)
        period = self.record.period
        if len(chosen) and period is None:
            raise InputError("Record: traces without a period; expected period=")
        if len(chosen) and not (chosen.min() >= 0 and chosen.max() < population.n):
            wrong = chosen.max() if chosen.max() >= population.n else chosen.min()
            raise InputError(
                f"Record: {population.name!r} has no neuron {wrong}; expected 0 to "
                f"{population.n - 1}"
            )
        if len(np.unique(chosen)) < len(chosen):
            raise InputError(f"Record: a neuron of {population.name!r} is named twice")
        rows[chosen] = np.arange(len(chosen))
        until = np.ceil(t_end / self.width) * self.width  # what a run that goes on would need
        kept = int(until / period * (1 + 1e-12)) + 1 if period and len(chosen) else 0
        width = len(population.model.states) + len(self._integrals(population))
        room = np.full((len(chosen), kept, width), np.nan)
        return rows, 0.0, period or 1.0, np.zeros(len(chosen), np.int64), room

    def run(
        self,
        t_end: float,
        report: Callable[[float], None],
        store: str | PathLike[str] | None = None,
    ) -> NetworkRun:
        """Advance to the first end of a window at or after t_end."""
        path, digest = (None, "") if store is None else (Path(store), self._digest())
        if path is not None and (kept := read_state(path, digest, *_STORE)) is not None:
            self.restore(kept)
        keep = None if path is None else lambda: write_state(path, self.state, digest)
        # Python has to stay awake to hear Ctrl-C; the window that is under way then is finished,
        # as half a window is no state to go on from
        with ThreadPoolExecutor(1) as worker:
            work = worker.submit(self._advance, t_end, keep)
            try:
                while not wait([work], timeout=_LOOK).done:
                    report(self.window * self.width / t_end)
            except KeyboardInterrupt:
                self._interrupted = True
            finally:
                self._stop = True
        work.result()
        if self._interrupted and self.status is Status.OK and self.window * self.width < t_end:
            self.status = Status.INTERRUPTED
            self.failed = f"{self.status} at t = {self.window * self.width:.6g}"
        if keep is not None:
            keep()
        if not self._interrupted:
            report(min(1.0, self.window * self.width / t_end))
        return self._result(min(t_end, self.window * self.width))

    def _advance(self, t_end: float, keep: Callable[[], None] | None) -> None:
        """Do windows until the end, a failure or a wish to stop; keep the state now and then."""
        seed, next_time = self.network.seed, time.monotonic() + _PAUSE
        rains = {n: s.spikes(t_end + self.width, seed) for n, s in self.sources.items()}
        with ThreadPoolExecutor(self.threads) as pool:
            while not self._stop and self.window * self.width < t_end and self.status is Status.OK:
                self._one_window(rains, pool if self.threads > 1 else None)
                if keep is not None and time.monotonic() > next_time:
                    started = time.monotonic()
                    keep()
                    next_time = time.monotonic() + max(_PAUSE, 20 * (time.monotonic() - started))

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
                at = cells.clock(i)
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
                    cells.send(k, times, who)
            for k, numbers in cells.by_rates.items():
                for span in rate_weights.spans(numbers, t0, t1):
                    since = rate_weights.felt_since(span[0], cells.synapses[k].delays, numbers)
                    cells.learn(k, span, *self._trains(cells.into[k], since))
        self.window += 1

    def _trains(self, connection: Connection, since: float) -> list[Spikes]:
        """Return spikes of the neurons before and after a connection: all since a time, or more."""
        trains = []
        for name in (connection.pre, connection.post):
            late = takewhile(lambda part: (part[0] >= since).any(), reversed(self.found[name]))
            parts = [(np.empty(0), np.empty(0, np.int64)), *reversed([part[:2] for part in late])]
            times, who = (np.concatenate(columns) for columns in zip(*parts, strict=True))
            trains.append((times, who, self.network[name].n))
        return trains

    def _weights(self) -> dict[str, Array]:
        """Return the weights of plastic connections."""
        return {
            c.name: cells.weights[cells.offsets[k] : cells.offsets[k + 1]].copy()
            for cells in self.cells.values()
            for k, c in enumerate(cells.into)
            if c.plasticity is not None
        }

    @property
    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of all that changes."""
        state: dict[str, npt.NDArray[Any]] = {"window": np.array(self.window)}
        for name, cells in self.cells.items():
            state |= {f"{name}/{key}": array for key, array in cells.state.items()}
        for name, found in self._spikes().items():
            state |= {f"{name}/spikes {k}": part for k, part in enumerate(found)}
        state["history times"] = np.array([t for t, _ in self.history])
        for k, (_, weights) in enumerate(self.history):
            state |= {f"{name}/history {k}": values for name, values in weights.items()}
        return state

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go back to a state."""
        self.window = int(state["window"])
        for name, cells in self.cells.items():
            mine = f"{name}/"
            cells.restore({k.removeprefix(mine): v for k, v in state.items() if k.startswith(mine)})
        for name in self.found:
            times, who, states = (state[f"{name}/spikes {k}"] for k in range(3))
            self.found[name] = [(times, who, states)]
        plastic = self._weights()
        self.history = [
            (float(t), {name: state[f"{name}/history {k}"] for name in plastic})
            for k, t in enumerate(state["history times"])
        ]

    def _digest(self) -> str:
        """Return the fingerprint of network, record and method."""
        parts: dict[str, object] = {
            "method": repr(self.method),
            "record": repr(self.record),
            "seed": self.network.seed,
        }
        for name, cells in self.cells.items():
            parts |= {f"{name} {k}": array for k, array in enumerate(cells.fingerprint)}
            parts[f"{name} model"] = cells.model.digest
            for connection, s in zip(cells.into, cells.synapses, strict=True):
                these = (s.first, s.post, s.weights, s.delays)
                parts |= {f"{connection.name} {k}": array for k, array in enumerate(these)}
        for name, source in self.sources.items():
            times = source.times if isinstance(source, SpikeSource) else [source.rate]
            parts |= {f"{name} {k}": np.asarray(train, float) for k, train in enumerate(times)}
        return digest_of(parts)

    def _spikes(self) -> dict[str, tuple[Array, npt.NDArray[np.int64], Array]]:
        """Return times, neurons and states of all spikes so far."""
        joined = {}
        for name, found in self.found.items():
            width = len(self.cells[name].model.states) if name in self.cells else 0
            times = np.concatenate([np.empty(0), *(f[0] for f in found)])
            who = np.concatenate([np.empty(0, np.int64), *(f[1] for f in found)])
            joined[name] = (
                times,
                who,
                np.concatenate([np.empty((0, width)), *(f[2] for f in found)]),
            )
        return joined

    # ------------------------------------------------------------------ results

    def _result(self, t_end: float) -> NetworkRun:
        state = self.state
        spikes, states, integrals, traces, notes = {}, {}, {}, {}, []
        for name, (times, who, all_states) in self._spikes().items():
            seen, unit = times <= t_end, self.network.time_unit
            n = self.network[name].n
            spikes[name] = SpikeTrains(name, times[seen], who[seen], n, t_end, unit)
            if not (name in self.cells and self.cells[name].keep_states):
                continue
            names = self.cells[name].model.state_names
            columns = dict(zip(names, all_states[seen].T, strict=True))
            outputs = self.record.integrals.get(name, ())
            integrals[name] = {o: columns.pop(f"integral_{o}") for o in outputs}
            if name in self.record.states_at_spikes:
                states[name] = columns
        for name, cells in self.cells.items():
            if name in self.record.traces:
                cells.keep_rest_of_traces(t_end)
                _, first, period, filled, room = cells.traces
                upto = int(t_end / period * (1 + 1e-12)) + 1
                kept = min(int(filled.min()), upto) if len(filled) else 0
                traces[name] = Traces(
                    first + np.arange(kept) * period,
                    np.asarray(self.record.traces[name], np.int64),
                    {
                        s: room[:, :kept, i]
                        for i, s in enumerate(cells.population.model.state_names)
                    },
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
            integrals,
            self._weights(),
            history,
            np.array([t for t, _ in self.history]),
            self.status,
            tuple(notes),
            {
                "method": repr(self.method),
                "record": repr(self.record),
                "seed": self.network.seed,
                "window": self.width,
                "windows": self.window,
                "steps": sum(c.steps for c in self.cells.values()),
                "arrivals": sum(c.sent for c in self.cells.values()),
                "versions": versions(),
            },
            state,
        )
