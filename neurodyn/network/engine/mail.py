"""Arrivals that are under way to one population: sent by spikes, taken out window by window."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from neurodyn.arrays import Array

Arrivals = tuple[npt.NDArray[np.int64], Array, npt.NDArray[np.int32], npt.NDArray[np.int64]]
"""First of each neuron (n + 1,); times, channels and synapses, in the order they are applied."""


class Mail:
    """Arrivals under way, in no order.

    Parameters
    ----------
    n : int
        Neurons of the population.
    """

    def __init__(self, n: int) -> None:
        self.n, self.sent = n, 0
        self.nothing: Arrivals = (
            np.zeros(n + 1, np.int64),
            np.empty(0),
            np.empty(0, np.int32),
            np.empty(0, np.int64),
        )
        self._waiting = self._room(1024)
        self._spare = self._room(1024)
        self._used = 0

    @staticmethod
    def _room(n: int) -> tuple[npt.NDArray[Any], ...]:
        kinds = (np.float64, np.int32, np.int32, np.int64)  # time, neuron, channel, synapse
        return tuple(np.empty(n, kind) for kind in kinds)

    def send(
        self,
        times: Array,
        who: npt.NDArray[np.int64],
        first: npt.NDArray[np.int64],
        post: npt.NDArray[np.int32],
        delays: Array,
        channel: int,
        offset: int,
    ) -> None:
        """Send spikes by the synapses of one connection, whose numbers begin at ``offset``."""
        total = int((first[who + 1] - first[who]).sum())
        if not total:
            return
        if self._used + total > len(self._waiting[0]):
            more = self._room(max(2 * len(self._waiting[0]), self._used + total))
            for new, old in zip(more, self._waiting, strict=True):
                new[: self._used] = old[: self._used]
            self._waiting = more
        _send(times, who, first, post, delays, channel, offset, self._used, *self._waiting)
        self._used += total
        self.sent += total

    def take(self, until: float, weights: Array) -> Arrivals:
        """Take out what arrives before a time, in order of neuron, time and weight."""
        if not self._used:
            return self.nothing
        waiting = tuple(part[: self._used] for part in self._waiting)
        first, here = _count_due(until, self.n, waiting[0], waiting[1])
        if not here:
            return self.nothing
        times, channels = np.empty(here), np.empty(here, np.int32)
        synapses = np.empty(here, np.int64)
        self._used = _take(until, first, *waiting, times, channels, synapses)
        _sort(first, times, channels, synapses, weights)
        return first, times, channels, synapses

    @property
    def contents(self) -> tuple[npt.NDArray[Any], ...]:
        """What is under way: times, neurons, channels, synapses."""
        return tuple(part[: self._used].copy() for part in self._waiting)

    @contents.setter
    def contents(self, parts: tuple[npt.NDArray[Any], ...]) -> None:
        self._used = len(parts[0])
        self._waiting = tuple(np.ascontiguousarray(part) for part in parts)


@njit(cache=True, nogil=True)
def _send(times, who, first, post, delays, channel, offset, used, to_time, to_post, to_channel, to):
    for n in range(len(times)):
        for s in range(first[who[n]], first[who[n] + 1]):
            to_time[used] = times[n] + (delays[s] if delays.size > 1 else delays[0])
            to_post[used], to_channel[used], to[used] = post[s], channel, offset + s
            used += 1


@njit(cache=True, nogil=True)
def _count_due(until, n, times, post):
    first, here = np.zeros(n + 1, np.int64), 0
    for a in range(len(times)):
        if times[a] < until:
            first[post[a] + 1] += 1
            here += 1
    if here:
        for i in range(n):
            first[i + 1] += first[i]
    return first, here


@njit(cache=True, nogil=True)
def _take(until, first, times, post, channels, synapses, to_time, to_channel, to):
    """Move what is due into place by neuron, and close the gaps; return how many stay."""
    place, stay = first.copy(), 0
    for a in range(len(times)):
        if times[a] < until:
            at = place[post[a]]
            place[post[a]] += 1
            to_time[at], to_channel[at], to[at] = times[a], channels[a], synapses[a]
        else:
            times[stay], post[stay] = times[a], post[a]
            channels[stay], synapses[stay] = channels[a], synapses[a]
            stay += 1
    return stay


@njit(cache=True, nogil=True)
def _sort(first, times, channels, synapses, weights):
    """Sort the arrivals of each neuron by time, channel and weight (D. L. Shell, 1959)."""
    for i in range(len(first) - 1):
        low, n = first[i], first[i + 1] - first[i]
        gap = 1
        while 3 * gap + 1 < n:
            gap = 3 * gap + 1
        while gap > 0:
            for m in range(low + gap, low + n):
                t, c, s = times[m], channels[m], synapses[m]
                at = m - gap
                while at >= low and (
                    times[at] > t
                    or (
                        times[at] == t
                        and (
                            channels[at] > c
                            or (channels[at] == c and weights[synapses[at]] > weights[s])
                        )
                    )
                ):
                    to = at + gap
                    times[to], channels[to], synapses[to] = times[at], channels[at], synapses[at]
                    at -= gap
                times[at + gap], channels[at + gap], synapses[at + gap] = t, c, s
            gap //= 3


@njit(cache=True, nogil=True)
def to_do(t1, due, first, todo):
    """Write the neurons that are due before t1, or that something reaches; return how many."""
    n = 0
    for i in range(len(due)):
        if due[i] < t1 or first[i + 1] > first[i]:
            todo[n] = i
            n += 1
    return n


@njit(cache=True, nogil=True)
def most_arrivals(first, todo):
    """Return the largest number of arrivals at one neuron."""
    most = 0
    for i in todo:
        most = max(most, first[i + 1] - first[i])
    return most
