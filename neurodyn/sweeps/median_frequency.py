"""``nd.median_frequency``: the average frequency of many noisy runs at each constant input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, Positive, Probability, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.noise import StochasticModel
from neurodyn.progress import Progress, silent
from neurodyn.simulation import solve_sde


@dataclass(frozen=True, eq=False)
class MedianFrequency:
    """Average frequencies of runs of one length, at a number of constant inputs.

    Parameters
    ----------
    model : StochasticModel
    parameter : str
    values : (n_values,) float
    frequency : (n_values, n_runs) float [1 / time unit]
        Spikes over the length of the run, silence included.
    stopped : (n_values, n_runs) bool
        Whether the run fell silent before its end: no spike for ``quiet``.
    restarted : (n_values, n_runs) bool
        Whether it fired again after a pause longer than ``quiet``.
    last_spike : (n_values, n_runs) float
        From the start; NaN without spikes.
    duration, quiet : float
    provenance : mapping
        Of the first ensemble.
    """

    model: StochasticModel
    parameter: str
    values: Array
    frequency: Array
    stopped: npt.NDArray[np.bool_]
    restarted: npt.NDArray[np.bool_]
    last_spike: Array
    duration: float
    quiet: float
    provenance: Mapping[str, Any] = field(repr=False)

    @property
    def median(self) -> Array:
        """Median over the runs, (n_values,)."""
        return np.median(self.frequency, axis=1)

    @property
    def fraction_stopped(self) -> Array:
        """Fraction of runs that fell silent, (n_values,)."""
        return self.stopped.mean(axis=1)

    @checked
    def quantile(self, q: Probability) -> Array:
        """Return a quantile over the runs, (n_values,)."""
        return np.quantile(self.frequency, q, axis=1)


@checked(moved={"method": "nd.solve_sde for a choice of method"})
def median_frequency(
    model: StochasticModel,
    parameter: str,
    values: Sequence[float] | Array,
    duration: Positive,
    *,
    quiet: Positive,
    x0: Mapping[str, float | Array] | None = None,
    n: Count = 100,
    dt: Positive | None = None,
    seed: Whole = 0,
    threads: Count | None = None,
    progress: Progress = silent,
) -> MedianFrequency:
    """Return the average frequencies of many noisy runs at each of a number of constant inputs.

    As an experiment does: an input is switched on for a time, spikes are counted, again and again.

    Parameters
    ----------
    model : StochasticModel
        From ``nd.noise.stochastic``.
    parameter : str
        Input or parameter that takes the values.
    values : sequence of float
    duration : float
        Of each run.
    quiet : float
        A run that ends with a pause longer than this counts as stopped.
    x0 : mapping from state name to float or (n,) array, optional
        Where runs start.
    n : int
        Runs at each value; those of different values have independent noise.
    dt, seed, threads, progress
        As in :func:`neurodyn.solve_sde`.

    Raises
    ------
    InputError
        If there are no values or a value is out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> noisy = nd.noise.stochastic(nd.devices.nbox_neuron(), nd.noise.white_current(2e-9))
    >>> found = nd.median_frequency(noisy, "I_s", [2e-5, 3e-4], 5e-6, quiet=2e-6, n=5)
    >>> (found.median / 1e6).tolist()
    [0.0, 2.4]
    """
    values = np.atleast_1d(np.asarray(values, dtype=float))
    if not len(values):
        raise InputError(f"no values of {parameter} were given; expected at least one")
    counts, lasts, restarts, provenance = [], [], [], {}
    for i, value in enumerate(values):
        driven = model.with_parameters(**{parameter: value})
        runs = solve_sde(
            driven,
            duration,
            x0=x0,
            n=n,
            dt=dt,
            keep="spikes",
            threads=threads,
            seed=(seed + i * 0x9E3779B97F4A7C15) % 2**64,  # far apart, whatever the seeds
        )
        provenance = provenance or dict(runs.provenance)
        counts.append([len(times) for times in runs.spike_times])
        lasts.append([times[-1] if len(times) else np.nan for times in runs.spike_times])
        restarts.append([bool((np.diff(times) > quiet).any()) for times in runs.spike_times])
        progress("median frequency", (i + 1) / len(values))
    last = np.array(lasts)
    return MedianFrequency(
        model=model,
        parameter=parameter,
        values=values,
        frequency=np.array(counts) / duration,
        stopped=duration - np.nan_to_num(last) > quiet,
        restarted=np.array(restarts),
        last_spike=last,
        duration=float(duration),
        quiet=float(quiet),
        provenance=provenance,
    )
