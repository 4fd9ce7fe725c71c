"""A population in lockstep: its lanes, and the ring in which arrivals wait for their step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.network.engine.cells import Cells, Found
from neurodyn.network.engine.edges import EXPONENTIAL, PULSE
from neurodyn.network.engine.lockstep.source import STAGES, load_lockstep
from neurodyn.network.lockstep import Lockstep
from neurodyn.network.network import Network
from neurodyn.network.populations import Population
from neurodyn.simulation.lanes.threads import aligned_zeros
from neurodyn.simulation.methods.tsit5 import C

_LEAST_BLOCKS = 2  # that are worth a thread


class LockstepCells(Cells):
    """A population whose neurons take equal steps side by side.

    Parameters
    ----------
    method : Lockstep
    steps : int
        In a window.
    others : see :class:`Cells`
    """

    def __init__(
        self, population: Population, network: Network, method: Lockstep, steps: int, *more: Any
    ) -> None:
        super().__init__(population, network, *more)
        what = f"population {population.name!r}"
        if self.model.jump is not None:
            raise InputError(
                f"{what}: the state of {self.model.name} jumps, which nd.Lockstep does not do; "
                "expected method=nd.Adaptive()"
            )
        if self.learns:
            raise InputError(
                f"{what}: nd.Lockstep does not change weights; expected method=nd.Adaptive()"
            )
        period = self.traces[2] / method.dt
        if self.traces[4].size and abs(period - round(period)) > 1e-9 * period:
            raise InputError(
                f"Record: period is {self.traces[2]:g}; expected a multiple of the step, "
                f"{method.dt:g}"
            )
        self.dt, self.window = method.dt, steps
        kinds = tuple((channel.kind, channel.target) for channel in self.channels)
        self.module = load_lockstep(self.model, self.inputs, kinds)
        lanes = self.module._L
        blocks = math.ceil(population.n / lanes)
        size = self.module._W_SIZE
        self.w = aligned_zeros(blocks * size).reshape(blocks, size)
        longest = [s.delays.max() for s in self.synapses if len(s)]
        longest += [c.duration for c in self.channels if c.kind == PULSE]
        slots = steps + 3 + math.ceil(sum(longest, 0.0) / self.dt)
        self.mail = np.zeros((len(kinds), slots, blocks * lanes))
        self.now = 0
        self.delivered = 0
        self.decays = np.array([channel.kind == EXPONENTIAL for channel in self.channels], bool)
        self.decay = np.ones((len(kinds), STAGES))
        for c, channel in enumerate(self.channels):
            if channel.kind == EXPONENTIAL:
                self.decay[c] = np.exp(-C[:STAGES] * self.dt / channel.duration)
        self.divisors = [
            np.ones(population.n) if c.capacitance < 0 else self.p[:, c.capacitance].copy()
            for c in self.channels
        ]

    def start(self) -> None:
        """Prepare the first window."""
        n, lanes = self.population.n, self.module._L
        slots, driven = self.stimulus[0], self.stimulus[4]
        for j, slot in enumerate(slots):
            base = np.zeros(len(self.w) * lanes)  # what a stimulus drives has all from it
            base[:n] = 0.0 if driven[j] else self.p[:, slot]
            base[n:] = base[n - 1]
            row = getattr(self.module, f"_BASE{j}")
            self.w[:, row : row + lanes] = base.reshape(len(self.w), -1)
        self.module.begin(self.w, self.p, self.x, self._stimuli(0, 1)[0], self.decay)
        if self.traces[4].shape[1]:
            rows = self.traces[0]
            chosen = np.flatnonzero(rows >= 0)
            self.traces[4][rows[chosen], 0] = self.x[chosen]
            self.traces[3][:] = 1

    def _stimuli(self, first: int, steps: int) -> Array:
        """Return stimuli at the stages of some steps, (steps, n_inputs, STAGES)."""
        slots, knots, levels, slopes, driven = self.stimulus
        stim = np.zeros((steps, len(slots), STAGES))
        if driven.any():
            starts = (first + np.arange(steps)) * self.dt
            for place, fraction in enumerate(C[:STAGES]):
                # the end of a step belongs to the piece that it began in
                t = starts + fraction * self.dt
                inside = starts + 0.5 * self.dt
                row = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 1)
                stim[:, :, place] = levels[row] + slopes[row] * (t - knots[row])[:, None]
        return stim

    def send(self, k: int, times: Array, who: npt.NDArray[np.int64]) -> None:
        """Send spikes by the connection k of those that lead here."""
        s, c = self.synapses[k], self.channel_of[k]
        channel = self.channels[c]
        width = channel.duration if channel.kind == PULSE else 0.0
        routes = s.first, s.post, s.weights, s.delays
        ring, divisors = self.mail[c], self.divisors[c]
        self.delivered += _post(times, who, *routes, width, self.dt, ring, divisors)

    def advance(self, t0: float, t1: float, pool: ThreadPoolExecutor | None, n: int) -> Found:
        """Take all neurons to the end of a window; return spikes in order of time and neuron."""
        del t0, t1  # windows are counted in steps
        stim = self._stimuli(self.now, self.window)
        blocks = len(self.w)
        pieces = 1 if pool is None else max(1, min(n, blocks // _LEAST_BLOCKS))
        ends = [blocks * i // pieces for i in range(pieces + 1)]
        work = [
            (
                *(ends[i], ends[i + 1], self.population.n, self.w, self.mail, self.decays),
                *(self.now, self.window, self.dt, stim, self.decay, self.keep_states, self.traces),
            )
            for i in range(pieces)
        ]
        found = self.on_threads(self.module.advance, work, pool)
        self.now += self.window
        return found

    def keep_rest_of_traces(self, t1: float) -> None:
        """Nothing is left to keep."""

    @property
    def steps(self) -> int:
        """Number of steps so far."""
        return self.now * self.population.n

    @property
    def sent(self) -> int:
        """Number of arrivals sent so far."""
        return self.delivered

    def clock(self, i: int) -> float:
        """Return where neuron i stands, to a window."""
        del i
        return self.now * self.dt

    @property
    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of all arrays that change."""
        arrays = {"w": self.w, "mail": self.mail, "now": np.array([self.now, self.delivered])}
        return {name: array.copy() for name, array in (arrays | self.keep_state()).items()}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go back to a state."""
        self.w[:], self.mail[:] = state["w"], state["mail"]
        self.now, self.delivered = map(int, state["now"])
        self.take_back(state)


@njit(cache=True, nogil=True)
def _post(times, who, first, post, weights, delays, width, dt, mail, divisors):
    """Put what spikes send into the ring; return how many arrivals.

    What arrives within a step is shared by its start and its end, so that charge and mean time are
    right: the error is of second order in the step.
    """
    slots, sent = len(mail), 0
    for n in range(len(times)):
        for s in range(first[who[n]], first[who[n] + 1]):
            place = (times[n] + (delays[s] if delays.size > 1 else delays[0])) / dt
            w, at = weights[s] / divisors[post[s]], int(place)
            late = w * (place - at)
            mail[at % slots, post[s]] += w - late
            mail[(at + 1) % slots, post[s]] += late
            if width > 0.0:
                place += width / dt
                at = int(place)
                late = w * (place - at)
                mail[at % slots, post[s]] -= w - late
                mail[(at + 1) % slots, post[s]] -= late
        sent += first[who[n] + 1] - first[who[n]]
    return sent
