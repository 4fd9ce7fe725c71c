"""One population under way: the arrays that its compiled loop works on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.network.engine import rate_weights
from neurodyn.network.engine.edges import EXPONENTIAL, KICK, PULSE
from neurodyn.network.engine.equations import input_pieces, with_integrals
from neurodyn.network.network import Connection, Network
from neurodyn.network.plasticity import STDP, EqSpike
from neurodyn.network.populations import Population
from neurodyn.network.shapes import Charge, Exponential, Rectangular
from neurodyn.simulation.methods.endings import RUNNING, STATUSES
from neurodyn.simulation.problem import stimuli_of
from neurodyn.status import Status

Found = tuple[Array, npt.NDArray[np.int64], Array]
"""Times, neurons and states of spikes."""
Spikes = tuple[Array, npt.NDArray[np.int64], int]
"""Times in order, neurons, and how many neurons there are."""


@dataclass(frozen=True)
class Channel:
    """A way in which arrivals act, that one or several connections share."""

    kind: int
    target: int
    duration: float
    capacitance: int
    rule: int


class Cells(ABC):
    """A population under way, whatever advances it.

    Parameters
    ----------
    population : Population
    network : Network
    traces : row of each neuron or -1, first time, period, rows filled, room for states
    keep_states : bool
        Whether states at spikes are noted.
    integrals : sequence of str
        Outputs that are integrated along the run, as further states.
    """

    def __init__(
        self,
        population: Population,
        network: Network,
        traces: tuple[Any, ...],
        keep_states: bool,
        integrals: Sequence[str] = (),
    ) -> None:
        model = with_integrals(population.model, integrals)
        self.population, self.model, self.traces = population, model, traces
        self.keep_states = keep_states
        self.into = [c for c in network.connections if c.post == population.name]
        self.synapses = [network.synapses[c.name] for c in self.into]
        sizes = [len(s) for s in self.synapses]
        self.offsets = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)
        self.weights = np.concatenate([np.empty(0), *(s.weights for s in self.synapses)])
        if len(self.into) == 1 and self.into[0].plasticity is None:
            self.weights = self.synapses[0].weights  # which nothing changes: no copy is needed
        waves = stimuli_of(model, population.inputs)
        targets = [c.input_of(model) for c in self.into if not isinstance(c.shape, Charge)]
        self.inputs = list(dict.fromkeys([*waves, *targets]))
        self.stimulus = input_pieces(model, self.inputs, waves)
        self.rules = list(
            dict.fromkeys(c.plasticity for c in self.into if isinstance(c.plasticity, STDP))
        )
        self.by_rates = {
            k: c.plasticity.row
            for k, c in enumerate(self.into)
            if isinstance(c.plasticity, EqSpike)
        }
        channels = [self._channel(c) for c in self.into]
        self.channels = list(dict.fromkeys(channels))
        self.channel_of = [self.channels.index(c) for c in channels]
        self.p = population.parameter_table(network.seed)
        self.x = np.zeros((population.n, len(model.states)))
        self.x[:, : len(population.model.states)] = population.start_table(self.p)
        self.report = np.zeros(3, np.int64)

    @abstractmethod
    def start(self) -> None:
        """Prepare the first window; raise InputError for a start that cannot be."""

    @abstractmethod
    def send(self, k: int, times: Array, who: npt.NDArray[np.int64]) -> None:
        """Send spikes by the connection k of those that lead here."""

    @abstractmethod
    def advance(self, t0: float, t1: float, pool: ThreadPoolExecutor | None, n: int) -> Found:
        """Take all neurons to the end of a window; return spikes in order of time and neuron."""

    @abstractmethod
    def keep_rest_of_traces(self, t1: float) -> None:
        """Keep the states of neurons that stand still up to t1, and leave them where they are."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """Number of steps so far."""

    @property
    @abstractmethod
    def sent(self) -> int:
        """Number of arrivals sent so far."""

    @property
    @abstractmethod
    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of all arrays that change."""

    @abstractmethod
    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go back to a state."""

    @abstractmethod
    def clock(self, i: int) -> float:
        """Return where neuron i stands."""

    @property
    def learns(self) -> bool:
        """Whether any weight changes."""
        return bool(self.rules or self.by_rates)

    def learn(self, k: int, span: tuple[float, float], pre: Spikes, post: Spikes) -> None:
        """Change the weights of connection k by what the rates did in a span that is over."""
        s, numbers = self.synapses[k], self.by_rates[k]
        w = self.weights[self.offsets[k] : self.offsets[k + 1]]
        rate_weights.learn(w, pre, post, (s.first, s.post, s.delays), span, numbers)

    def on_threads(
        self,
        advance: Callable[..., Any],
        work: Sequence[tuple[Any, ...]],
        pool: ThreadPoolExecutor | None,
    ) -> Found:
        """Call ``advance(*arguments, report)`` for each piece of work; return all spikes in order.

        The report, (3,) int, is how a piece ended, the neuron that failed, and the searches of a
        step that may have missed an event.
        """
        reports = [np.zeros(3, np.int64) for _ in work]
        pieces = [(*arguments, report) for arguments, report in zip(work, reports, strict=True)]
        if pool is None or len(pieces) == 1:
            found = [advance(*piece) for piece in pieces]
        else:
            found = [each.result() for each in [pool.submit(advance, *piece) for piece in pieces]]
        for report in reports:
            self.report[2] += report[2]
            if report[0] != RUNNING and self.report[0] == RUNNING:
                self.report[:2] = report[:2]
        return in_order(found, self.keep_states)

    @property
    def failure(self) -> tuple[Status, int] | None:
        """How and in which neuron the run failed."""
        if self.report[0] == RUNNING:
            return None
        return STATUSES[self.report[0]], int(self.report[1])

    @property
    def fingerprint(self) -> tuple[npt.NDArray[Any], ...]:
        """Arrays that tell this population from another."""
        channels = np.array([astuple(channel) for channel in self.channels], float)
        rules = np.concatenate(
            [
                np.empty(0),
                *(rule.row for rule in self.rules),
                *([k, *numbers] for k, numbers in self.by_rates.items()),
            ]
        )
        held = np.array([self.population.refractory])
        return self.x, self.p, *self.stimulus, channels, rules, held

    def keep_state(self) -> dict[str, npt.NDArray[Any]]:
        """Return what every kind of cells has to keep."""
        return {"filled": self.traces[3], "kept": self.traces[4], "report": self.report}

    def take_back(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go back to what :meth:`keep_state` gave."""
        room = self.traces[4].shape[1]
        np.minimum(state["filled"], room, out=self.traces[3])
        self.traces[4][:, : state["kept"].shape[1]] = state["kept"][:, :room]
        self.report[:] = state["report"]

    def _channel(self, connection: Connection) -> Channel:
        model, shape = self.model, connection.shape
        plasticity = connection.plasticity
        rule = self.rules.index(plasticity) if isinstance(plasticity, STDP) else -1
        if isinstance(shape, Charge):
            divisor = -1
            if shape.capacitance is not None:
                divisor = model.parameter_names.index(shape.capacitance)
            return Channel(KICK, model.state_names.index(shape.state), 0.0, divisor, rule)
        target = self.inputs.index(connection.input_of(model))
        if isinstance(shape, Rectangular):
            return Channel(PULSE, target, shape.width, -1, rule)
        assert isinstance(shape, Exponential)
        return Channel(EXPONENTIAL, target, shape.tau, -1, rule)


def in_order(found: Sequence[tuple[Any, ...]], keep_states: bool) -> Found:
    """Return spikes of several pieces of work in order of time and neuron."""
    times = np.concatenate([f[1][: f[0]] for f in found])
    who = np.concatenate([f[2][: f[0]] for f in found])
    states = np.concatenate([f[3][: f[0]] for f in found])
    if len(times) > 1:
        order = np.lexsort((who, times))
        times, who = times[order], who[order]
        states = states[order] if keep_states else states
    return times, who, states
