"""``nd.escape_times``: how long noise leaves a bistable neuron spiking, or silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.noise import StochasticModel
from neurodyn.progress import Progress, silent
from neurodyn.simulation import Keep, StochasticTrajectories, solve, solve_sde
from neurodyn.spikes import Survival, survival

Goal = Literal["silence", "spiking"]

_CYCLES = 40  # without noise, after which a start counts as being on the cycle
_QUIET = 5.0  # intervals without a spike that count as silence


@dataclass(frozen=True, eq=False)
class EscapeTimes:
    """Times that runs took to leave a state; those still in it at the end are censored.

    Parameters
    ----------
    to : {"silence", "spiking"}
    times : (n,) float
        Last spike before silence, or first spike, from the start.
    escaped : (n,) bool
    quiet : float
        Time without spikes that counts as silence.
    survival : Survival
        Kaplan-Meier estimate, rate and its interval.
    runs : StochasticTrajectories
    """

    to: Goal
    times: Array
    escaped: npt.NDArray[np.bool_]
    quiet: float
    survival: Survival
    runs: StochasticTrajectories = field(repr=False)

    def __repr__(self) -> str:
        return f"<escape to {self.to}: {self.survival!r}>"


@checked(moved={"method": "nd.solve_sde for a choice of method"})
def escape_times(
    model: StochasticModel,
    t_max: Positive,
    *,
    to: Goal,
    x0: Mapping[str, float] | None = None,
    n: Count = 100,
    quiet: Positive | None = None,
    dt: Positive | None = None,
    seed: Whole = 0,
    threads: Count | None = None,
    progress: Progress = silent,
) -> EscapeTimes:
    """Measure how long noise needs to stop a spiking neuron, or to start a silent one.

    To silence, runs start at random phases of the cycle that the model reaches without noise, and
    each stops when it has fired no spike for ``quiet``; a pause shorter than that does not count.
    To spiking, runs start at ``x0`` and stop at their first spike.

    Parameters
    ----------
    model : StochasticModel
        From ``nd.noise.stochastic``.
    t_max : float
        Runs that last longer are censored.
    to : {"silence", "spiking"}
    x0 : mapping from state name to float, optional
        The equilibrium for ``"spiking"`` (e.g. ``nd.fixed_points(...)[0].state``); for
        ``"silence"`` a start from which the model reaches the cycle, its own by default.
    n : int
        Number of runs.
    quiet : float, optional
        Five of the cycle's interspike intervals by default.
    dt, seed, threads, progress
        As in :func:`neurodyn.solve_sde`.

    Returns
    -------
    EscapeTimes

    Raises
    ------
    InputError
        If the model does not spike without noise (to silence), or ``x0`` is missing (to spiking).

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=930e-6)
    >>> noisy = nd.noise.stochastic(neuron, nd.noise.white_current(1e-8))
    >>> found = nd.escape_times(noisy, 40e-6, to="silence", n=20, seed=1)
    >>> bool(found.escaped.all())
    True
    """
    common = {"n": n, "dt": dt, "seed": seed, "threads": threads, "progress": progress}
    if to == "spiking":
        if x0 is None:
            raise InputError("escape to spiking starts at the equilibrium; expected it as x0=")
        runs = solve_sde(model, t_max, x0=x0, keep=Keep(traces=False, stop_spikes=1), **common)
        times = np.array([t[0] if len(t) else runs.stop[i] for i, t in enumerate(runs.spike_times)])
        escaped = np.array([len(t) > 0 for t in runs.spike_times])
        return EscapeTimes(to, times, escaped, np.inf, survival(times, escaped), runs)
    starts, interval = _phases(model, x0, n, seed)
    quiet = _QUIET * interval if quiet is None else quiet
    runs = solve_sde(
        model, t_max + quiet, x0=starts, keep=Keep(traces=False, stop_quiet=quiet), **common
    )
    last = np.array([t[-1] if len(t) else 0.0 for t in runs.spike_times])
    escaped = (runs.stop - last >= quiet) & (last <= t_max)
    times = np.where(escaped, last, t_max)
    return EscapeTimes(to, times, escaped, float(quiet), survival(times, escaped), runs)


def _phases(
    model: StochasticModel, x0: Mapping[str, float] | None, n: int, seed: int
) -> tuple[dict[str, Array], float]:
    """Return n starts, uniform in time along the cycle without noise, and its interval."""
    base = model.base
    t_end = _CYCLES * base.time_scale
    known = {name: v for name, v in (x0 or {}).items() if name in base.state_names}
    traj = solve(base, t_end, x0=known)
    spikes = traj.spike_times
    if len(spikes) < 4 or t_end - spikes[-1] > 2 * (spikes[-1] - spikes[-2]):
        raise InputError(
            f"{base.name} is silent at the end of {t_end:.3g} {base.time_unit} without noise; "
            "expected parameters (and x0=) with which it spikes"
        )
    t = np.random.default_rng(seed).uniform(spikes[-2], spikes[-1], n)
    states = traj(t)
    return dict(zip(base.state_names, states, strict=True)), float(spikes[-1] - spikes[-2])
