"""Spikes of one population, and what can be read off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import NonNegative, Numbers, Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError


@dataclass(frozen=True, eq=False)
class SpikeTrains:
    """Spikes of one population in order of time.

    Parameters
    ----------
    name : str
    times : (n_spikes,) float
    neurons : (n_spikes,) int
    n : int
        Number of neurons.
    t_end : float
    time_unit : str

    Examples
    --------
    >>> import neurodyn as nd
    >>> cell = nd.Population("cell", nd.devices.leaky_integrate_and_fire(I=4.0), 1)
    >>> nd.simulate(nd.Network([cell]), 20.0)["cell"].times.round(4).tolist()
    [6.9315, 13.8629]
    """

    name: str
    times: Array
    neurons: npt.NDArray[np.int64]
    n: int
    t_end: float
    time_unit: str

    def __len__(self) -> int:
        return len(self.times)

    @checked
    def train(self, neuron: Whole) -> Array:
        """Return the spike times of one neuron.

        Raises
        ------
        InputError
            If there is no such neuron.
        """
        if neuron >= self.n:
            raise InputError(f"{self.name!r} has no neuron {neuron}; expected 0 to {self.n - 1}")
        return self.times[self.neurons == neuron]

    @property
    def trains(self) -> list[Array]:
        """Spike times of every neuron."""
        order = np.argsort(self.neurons, kind="stable")
        return np.split(self.times[order], np.cumsum(self.counts)[:-1])

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of spikes of each neuron, (n,)."""
        return np.bincount(self.neurons, minlength=self.n)

    @checked
    def rates(self, after: NonNegative = 0.0) -> Array:
        """Return spikes per time of each neuron, (n,), after a time."""
        late = self.neurons[self.times >= after]
        return np.bincount(late, minlength=self.n) / (self.t_end - after)

    @checked
    def population_rate(self, width: Positive) -> tuple[Array, Array]:
        """Return mid times of bins, and spikes per time and neuron in them."""
        starts = np.arange(0.0, self.t_end * (1.0 - 1e-12), width)  # the last bin may be short
        edges = np.concatenate([starts, [self.t_end]])
        counts, _ = np.histogram(self.times, edges)
        widths = np.diff(edges)
        return starts + 0.5 * widths, counts / (widths * self.n)

    @property
    def intervals(self) -> list[Array]:
        """Intervals between the spikes of each neuron."""
        return [np.diff(train) for train in self.trains]

    @checked
    def order_parameter(self, t: Numbers) -> Array:
        """Return how alike the phases of all neurons are, at times t: 0 to 1.

        |mean exp(i phase)| with phases that grow evenly from spike to spike (Y. Kuramoto, 1984);
        neurons count where they have a spike before and after the time; NaN where none has.
        """
        t = np.asarray(t, float)
        total, here = np.zeros(np.shape(t), complex), np.zeros(np.shape(t))
        for train in self.trains:
            if len(train) < 2:
                continue
            k = np.searchsorted(train, t, side="right") - 1
            inside = (k >= 0) & (k < len(train) - 1)
            k = np.clip(k, 0, len(train) - 2)
            phase = (t - train[k]) / (train[k + 1] - train[k])
            total += np.where(inside, np.exp(2j * np.pi * phase), 0.0)
            here += inside
        return np.abs(total) / np.where(here > 0, here, np.nan)

    @checked
    def correlogram(
        self, i: Whole, j: Whole, width: Positive, reach: Positive
    ) -> tuple[Array, Array]:
        """Return lags, and how often neuron j spikes that long after neuron i.

        Parameters
        ----------
        width, reach : float
            Of a bin, and the largest lag.
        """
        n = int(np.ceil(reach / width))
        edges = (np.arange(-n, n + 2) - 0.5) * width
        a, b = self.train(i), self.train(j)
        lags = [b[(b >= t + edges[0]) & (b < t + edges[-1])] - t for t in a]
        counts, _ = np.histogram(np.concatenate([np.empty(0), *lags]), edges)
        middles = np.asarray(edges[:-1] + 0.5 * width, np.float64)
        return middles, counts.astype(np.float64)

    def __repr__(self) -> str:
        return (
            f"<{len(self)} spikes of {self.n} neurons {self.name!r} in {self.t_end:g} "
            f"{self.time_unit}>"
        )
