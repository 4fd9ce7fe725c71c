"""Neurons that advance alone, each with its own steps or from event to event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.codegen import compiled
from neurodyn.errors import InputError
from neurodyn.network.engine.cells import Cells, Found
from neurodyn.network.engine.edges import (
    ABOVE,
    ACTIVE,
    CLOCK,
    DUE,
    ENDS,
    HEAD,
    LOOK,
    P_OWN,
    PIECE,
    SEEN,
    SIZES,
    STEPS,
    STILL,
    X,
)
from neurodyn.network.engine.equations import linear_constants
from neurodyn.network.engine.mail import Arrivals, Mail, most_arrivals, to_do
from neurodyn.network.engine.module import adaptive_module, exact_module
from neurodyn.network.network import Network
from neurodyn.network.plasticity import STDP
from neurodyn.network.populations import Population
from neurodyn.simulation.options import Adaptive, absolute

_PIECE = 64  # neurons that are worth a thread


class AloneCells(Cells):
    """A population whose neurons advance alone to the end of a window.

    Parameters
    ----------
    method : Adaptive
    others : see :class:`Cells`
    """

    def __init__(
        self, population: Population, network: Network, method: Adaptive, *more: Any
    ) -> None:
        super().__init__(population, network, *more)
        rules, model, p, x = self.rules, self.model, self.p, self.x.copy()
        self.plastic = self._plastic(rules)
        self.mail = Mail(population.n)
        exact = linear_constants(model, self.inputs)
        self.functions = compiled(model)
        self.limits = (
            absolute(method, model),
            method.rtol,
            population.refractory,
            method.max_steps,
        )
        n, c = population.n, len(self.channels)
        self.room = 4
        self.neurons: list[npt.NDArray[Any]] = [
            x,
            p,
            np.zeros(n),  # clock
            np.zeros(n),  # wanted step, or the spike foretold
            np.full(n, 1e-4),  # last error
            np.zeros(n, np.int64),  # piece of the stimulus
            np.zeros(n, np.int64),  # arrivals seen in this window
            np.zeros((n, c)),  # level of each channel
            np.zeros((n, c), np.int64),  # first of the pulses under way
            np.zeros((n, c), np.int64),  # how many are
            np.zeros((n, c, self.room)),  # when they end
            np.zeros((n, c, self.room)),  # how large they are
            np.full(n, -np.inf),  # until when it is held at its reset
            np.zeros(n, bool),  # above the spike event
            np.zeros(n, np.int64),  # steps
            np.zeros(n, bool),  # has not moved
            np.full(n, -np.inf),  # when it is due
            np.zeros(n),  # when it is to be looked at whether it rests
        ]
        self.channel_arrays = tuple(
            np.array([getattr(each, name) for each in self.channels], dtype=kind)
            for name, kind in (
                ("kind", np.int64),
                ("target", np.int64),
                ("duration", float),
                ("capacitance", np.int64),
            )
        )
        self._todo = np.empty(n, np.int64)
        self.constants = None
        if exact is not None:
            self.constants = np.hstack([exact(p), np.zeros((n, 2 * c))])
        if self.constants is None:
            self.module = adaptive_module(model, bool(rules))
        else:
            self.module = exact_module(bool(rules))

    def _plastic(self, rules: Sequence[Any]) -> tuple[Any, ...]:
        """Return what the rules of plasticity work on; see ``plastic_weights``."""
        n = self.population.n
        changing = [k for k, c in enumerate(self.into) if isinstance(c.plasticity, STDP)]
        place = np.full(len(self.weights) if changing else 0, -1, np.int64)
        posts, numbers, rule = [], [], []
        for k in changing:
            those = np.arange(self.offsets[k], self.offsets[k + 1])
            posts.append(self.synapses[k].post)
            numbers.append(those)
            rule.append(np.full(len(those), rules.index(self.into[k].plasticity)))
        post = np.concatenate([np.empty(0, np.int32), *posts])
        synapse = np.concatenate([np.empty(0, np.int64), *numbers])
        order = np.argsort(post, kind="stable")
        place[synapse] = np.arange(len(synapse))
        first = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(post, minlength=n), out=first[1:])
        x, y = np.zeros((len(synapse), 5)), np.zeros((n, len(rules), 5))
        x[:, 0], y[:, :, 0] = -np.inf, -np.inf
        return (
            np.array([c.rule for c in self.channels], np.int64),
            np.array([r.row for r in rules]).reshape(len(rules), 12),
            place,
            x,
            y,
            first,
            synapse[order],
            np.concatenate([np.empty(0, np.int64), *rule])[order],
        )

    def start(self) -> None:
        """Prepare the first window.

        Raises
        ------
        InputError
            If a neuron that is reset starts at or above its threshold.
        """
        arrays = tuple(self.neurons)
        if self.constants is None:
            self.module.begin(arrays)
        else:
            self.module.begin(
                arrays,
                self.channel_arrays,
                self.constants,
                self.stimulus,
                (*self.mail.nothing, self.weights),
            )
        above = self.neurons[ABOVE]
        if self.model.jump is self.model.spike and above.any():
            raise InputError(
                f"neuron {np.flatnonzero(above)[0]} of {self.population.name!r} starts with its "
                "spike event at or above zero; expected a start below threshold"
            )

    # ------------------------------------------------------------------ running

    def advance(self, t0: float, t1: float, pool: ThreadPoolExecutor | None, n: int) -> Found:
        """Take all neurons to the end of a window; return spikes in order of time and neuron."""
        arrivals = self.mail.take(t1, self.weights)
        due = self.neurons[DUE]
        todo = self._todo[: to_do(t1, due, arrivals[0], self._todo)]
        if not len(todo):
            return np.empty(0), np.empty(0, np.int64), np.empty((0, len(self.model.states)))
        self._make_room(arrivals, todo)
        self.neurons[SEEN][:] = 0
        pieces = [todo]
        if pool is not None and len(todo) >= 2 * _PIECE:
            pieces = np.array_split(todo, min(n, len(todo) // _PIECE))
        shared = (
            t0,
            t1,
            tuple(self.neurons),
            self.channel_arrays,
            self.stimulus,
            (*arrivals, self.weights),
            self.plastic,
            self.limits,
            self.keep_states,
            self.traces,
        )
        # what is solved in closed form has constants beside
        own = () if self.constants is None else (self.constants,)
        work = [(part, *shared, *own) for part in pieces]
        found = self.on_threads(self.module.advance, work, pool)
        if self.constants is None:
            self._put_to_rest(todo, t1)
        return found

    def _make_room(self, arrivals: Arrivals, todo: npt.NDArray[np.int64]) -> None:
        """Make room for all pulses that can be under way at once in a window."""
        active = self.neurons[ACTIVE]
        if not len(arrivals[1]) or not active.size:
            return
        most = int(active.max()) + most_arrivals(arrivals[0], todo)
        if most <= self.room:
            return
        new = max(2 * self.room, most)
        head, index = self.neurons[HEAD], np.arange(self.room)
        order = (head[:, :, None] + index) % self.room
        for k in (ENDS, SIZES):
            old = self.neurons[k]
            more = np.zeros((*old.shape[:2], new))
            more[:, :, : self.room] = np.take_along_axis(old, order, axis=2)
            self.neurons[k] = more
        head[:] = 0
        self.room = new

    def _put_to_rest(self, todo: npt.NDArray[np.int64], t1: float) -> None:
        """Let neurons be that stand at a stable equilibrium with nothing under way to them."""
        still, due, look = (self.neurons[k] for k in (STILL, DUE, LOOK))
        due[todo] = -np.inf
        for i in todo[still[todo] & (look[todo] <= t1)]:
            due[i], look[i] = self._rests(int(i), t1)

    def _rests(self, i: int, t: float) -> tuple[float, float]:
        """Return when a neuron is due again, and when to look again whether it rests.

        It rests where a stable equilibrium lies within the tolerance, and is put there: the
        explicit method does no better, it trembles within the tolerance. If it is still under way,
        its slowest eigenvalue tells when it will be there.
        """
        x, p = self.neurons[X][i], self.neurons[P_OWN][i].copy()
        slots, _, values, _, driven = self.stimulus
        p[slots[driven]] = values[self.neurons[PIECE][i]][driven]
        atol, rtol = self.limits[:2]
        rhs, jacobian = self.functions.rhs, self.functions.jacobian
        again = -np.inf, 1.1 * t
        root = x.copy()
        for _ in range(4):
            try:
                root -= np.linalg.solve(jacobian(root, p), rhs(root, p))
            except np.linalg.LinAlgError:
                return again
        if not np.isfinite(root).all():
            return again
        slowest = np.linalg.eigvals(jacobian(root, p)).real.max()
        apart = (np.abs(root - x) / (atol + rtol * np.abs(x))).max()
        if slowest >= 0.0:
            return again
        if apart > 1.0:
            return -np.inf, t - np.log(apart) / slowest
        x[:] = root
        return np.inf, t

    def keep_rest_of_traces(self, t1: float) -> None:
        """Keep the states of neurons that stand still up to t1, and leave them where they are."""
        if self.constants is not None:
            neurons, channels = tuple(self.neurons), self.channel_arrays
            self.module.flush(t1, neurons, channels, self.constants, self.stimulus, self.traces)
            return
        row_of, first, period, filled, data = self.traces
        for i in np.flatnonzero(row_of >= 0):
            row = row_of[i]
            upto = min(data.shape[1], int(np.floor((t1 - first) / period * (1 + 1e-15))) + 1)
            if self.neurons[CLOCK][i] < t1 and filled[row] < upto:
                data[row, filled[row] : upto] = self.neurons[X][i]
                filled[row] = upto

    @property
    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of all arrays that change."""
        arrays = {f"neurons {k}": array for k, array in enumerate(self.neurons)}
        arrays |= {f"mail {k}": part for k, part in enumerate(self.mail.contents)}
        arrays |= self._learned() | self.keep_state()
        arrays["sent"] = np.array(self.mail.sent)
        return {name: array.copy() for name, array in arrays.items()}

    def _learned(self) -> dict[str, npt.NDArray[Any]]:
        """Return what plasticity changes; nothing where there is none, however many synapses."""
        if not self.learns:
            return {}
        return {"weights": self.weights, "x": self.plastic[3], "y": self.plastic[4]}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go back to a state."""
        self.neurons = [state[f"neurons {k}"].copy() for k in range(len(self.neurons))]
        self.room = self.neurons[ENDS].shape[2]
        self.mail.contents = tuple(state[f"mail {k}"].copy() for k in range(4))
        self.mail.sent = int(state["sent"])
        for name, mine in self._learned().items():
            mine[:] = state[name]
        self.take_back(state)

    def send(self, k: int, times: Array, who: npt.NDArray[np.int64]) -> None:
        """Send spikes by the connection k of those that lead here."""
        s = self.synapses[k]
        channel, offset = self.channel_of[k], int(self.offsets[k])
        self.mail.send(times, who, s.first, s.post, s.delays, channel, offset)

    @property
    def steps(self) -> int:
        """Number of steps so far."""
        return int(self.neurons[STEPS].sum())

    @property
    def sent(self) -> int:
        """Number of arrivals sent so far."""
        return self.mail.sent

    def clock(self, i: int) -> float:
        """Return where neuron i stands."""
        return float(self.neurons[CLOCK][i])
