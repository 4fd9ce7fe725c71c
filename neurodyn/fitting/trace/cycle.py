r"""Features of a model's settled cycle, with exact derivatives by log parameters.

A crossing time u of a level l follows from y(u(theta), theta) = l(theta), so by implicit
differentiation of the event

.. math:: du/d\theta = (dl/d\theta - \partial y/\partial\theta) / \dot y,

where y and its sensitivities are the integrator's dense output; the value at an extremum moves with
the partial derivative alone, since there the rate is zero. The cycle is reached by letting
the transient die out: the sensitivities of a trajectory that has settled on a stable cycle are
those of the cycle (its starting state is forgotten with the state itself), so that differences
of crossing times are features of the cycle, without a boundary-value problem.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import NumericalError
from neurodyn.fitting.trace.features.extractor import HIGH, LOW, MIDDLE, VALUES, Extractor, edges
from neurodyn.fitting.trace.features.means import mean_features
from neurodyn.fitting.trace.sensitivity import TOLERANCE, ObservedRun, observe
from neurodyn.model import Model
from neurodyn.simulation import Adaptive, Trajectory, solve

SETTLED = 1e-6  # relative change of the period from one cycle to the next
_MOST_GROWTHS = 6
_FIRST_SPAN = 8.0  # in typical cycles of the model


@dataclass(frozen=True, eq=False)
class ModelCycle:
    """The settled cycle of a model as one channel shows it.

    Parameters
    ----------
    values : mapping from feature to value
        Of ``PER_CYCLE`` and "latency" (first rise through half height, from the start of the run).
    gradients : mapping from feature to (n_names,) float
        Derivatives by ln(parameter).
    run : ObservedRun
    start : float
        Where in the run the cycle begins.
    """

    values: dict[str, float]
    gradients: dict[str, Array]
    run: ObservedRun
    start: float

    def waveform(self, t: Array) -> Array:
        """Return the channel at times counted from the rise through half height, any length."""
        phases, values = self._table
        return np.interp(np.mod(t / self.values["period"], 1.0), phases, values)

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        phases = np.linspace(0.0, 1.0, 20_001)
        return phases, self.run.y(self.start + phases * self.values["period"])


def settled_cycle(
    model: Model,
    channel: str,
    names: tuple[str, ...],
    *,
    x0: dict[str, float] | None = None,
    tolerance: float = TOLERANCE,
    settled: float = SETTLED,
) -> ModelCycle | None:
    """Return the cycle on which a model settles from its start, or None if it does not spike.

    Parameters
    ----------
    model : Model
    channel : str
    names : tuple of str
        Parameters to differentiate by.
    """
    span = _FIRST_SPAN * model.time_scale
    wanted = 3
    for _ in range(_MOST_GROWTHS):
        try:
            plain = solve(model, span, x0=x0, method=Adaptive(1e-7, max_steps=500_000))
        except NumericalError:
            return None
        starts = _rough_starts(plain, channel)
        if len(starts) > wanted:
            end = starts[wanted] + 0.15 * (starts[wanted] - starts[wanted - 1])
            try:
                run = observe(model, channel, names, min(end, span), x0=x0, tolerance=tolerance)
            except NumericalError:
                return None
            cycle, change = _last_cycle(run)
            if cycle is not None and change < settled:
                return cycle
            wanted *= 2
        elif len(starts) >= 2:
            span = starts[-1] + (wanted + 1) * (starts[-1] - starts[-2])
            continue
        span *= 4
    return None


def _rough_starts(traj: Trajectory, channel: str) -> Array:
    """Return when a channel has risen from below 20 to above 80 % of its late range."""
    t = traj.t
    t = np.append((t[:-1, None] + np.diff(t)[:, None] * np.arange(4) / 4).ravel(), t[-1])
    y = traj.at(t, channel)
    late = y[t > 0.5 * t[-1]]
    bottom, top = late.min(), late.max()
    if not top - bottom > 1e-3 * abs(top):
        return np.empty(0)
    rises, _ = edges(y, bottom + LOW * (top - bottom), bottom + HIGH * (top - bottom))
    return t[rises[:, 1]]


def _last_cycle(run: ObservedRun) -> tuple[ModelCycle | None, float]:
    """Measure the last complete cycle of a run, and the relative change of period before it."""
    t = run.step_times
    y = run.y(t)
    late = t > 0.4 * t[-1]
    bottom, top = float(y[late].min()), float(y[late].max())
    rises, falls = edges(y, bottom + LOW * (top - bottom), bottom + HIGH * (top - bottom))
    if len(rises) < 3:
        return None, np.inf
    middle = 0.5 * (bottom + top)
    begin, end = (_bracket(y, rises[i], middle)[0] for i in (-2, -1))
    ends = _extrema(run, t, begin + np.array([y[begin:end].argmin(), y[begin:end].argmax()]))
    (trough, peak), edge_gradient = run.y(ends), run.gradient(ends).T
    fall = falls[falls[:, 0] >= begin][0]

    fractions = np.array([MIDDLE, MIDDLE, MIDDLE, MIDDLE, LOW, HIGH, MIDDLE, HIGH, LOW])
    places = [rises[0], rises[-3], rises[-2], rises[-1], rises[-2], rises[-2], fall, fall, fall]
    levels = trough + fractions * (peak - trough)
    level_gradient = edge_gradient[0] + fractions[:, None] * (edge_gradient[1] - edge_gradient[0])
    brackets = np.array([_bracket(y, e, lv) for e, lv in zip(places, levels, strict=True)])
    u = _crossings(run, t[brackets[:, 0]], t[brackets[:, 1]], levels)
    du = (level_gradient - run.gradient(u).T) / run.rate(u)[:, None]

    def between(a: int, b: int) -> tuple[float, Array]:
        return float(u[b] - u[a]), du[b] - du[a]

    period, period_gradient = between(2, 3)
    level = levels[2]
    mean = float(np.diff(run.traj.integral("observed", u[2:4]))[0]) / period
    moved = np.array(
        [np.diff(run.traj.integral(f"observed_by_{name}", u[2:4]))[0] for name in run.names]
    )
    results = {
        "period": (period, period_gradient),
        "peak": (float(peak), edge_gradient[1]),
        "trough": (float(trough), edge_gradient[0]),
        "width": between(2, 6),
        "rise": between(4, 5),
        "fall": between(7, 8),
        "mean": (mean, (moved + (level - mean) * period_gradient) / period),
        "latency": (float(u[0] - run.traj.t[0]), du[0]),
    }
    change = abs(float((u[2] - u[1]) / period - 1.0))
    return ModelCycle(
        {name: value for name, (value, _) in results.items()},
        {name: gradient for name, (_, gradient) in results.items()},
        run,
        float(u[2]),
    ), change


def _bracket(y: Array, edge: npt.NDArray[np.intp], level: float) -> tuple[int, int]:
    """Return neighbouring samples of an edge between which it passes a level."""
    a, b = edge
    part = y[a : b + 1]
    # of a rise with ringing the last passage upwards counts, of a fall the last downwards
    beyond = part > level if part[-1] > part[0] else part < level
    before = np.flatnonzero(~beyond)
    last = a + (before[-1] if len(before) else 0)
    return int(last), int(min(last + 1, len(y) - 1))


def _crossings(run: ObservedRun, low: Array, high: Array, levels: Array) -> Array:
    """Refine crossings between neighbouring samples, all together, by Newton's method."""
    below, above = run.y(low) - levels, run.y(high) - levels
    u = low + (high - low) * np.clip(below / np.where(above == below, -1.0, below - above), 0, 1)
    for _ in range(4):
        u = np.clip(u - (run.y(u) - levels) / run.rate(u), low, high)
    return u


def _extrema(run: ObservedRun, t: Array, samples: npt.NDArray[np.intp]) -> Array:
    """Refine a minimum and a maximum beside two samples: where the rate passes zero."""
    low, high = t[np.maximum(samples - 1, 0)], t[np.minimum(samples + 1, len(t) - 1)]
    sign = np.array([-1.0, 1.0])
    for _ in range(26):
        middle = 0.5 * (low + high)
        before = sign * run.rate(middle) > 0
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return 0.5 * (low + high)


def jittery_record(
    cycle: ModelCycle, cycles: int, dt: float, noise: float, jitter: float, seed: int
) -> tuple[Array, Array]:
    """Return times and values of a free-running record of a settled cycle.

    Each cycle lasts the period times 1 + jitter times a normal number, so the phase walks at
    random; sampling starts at a random phase.

    Parameters
    ----------
    noise : float
        Standard deviation of white noise on each sample.
    jitter : float
        Relative standard deviation of the duration of a cycle.
    """
    rng = np.random.default_rng(seed)
    period = cycle.values["period"]
    durations = period * np.maximum(1 + jitter * rng.standard_normal(cycles + 2), 0.1)
    ends = np.concatenate([[0.0], np.cumsum(durations)])
    start = rng.uniform(0.0, period)
    t = start + dt * np.arange(int((ends[-1] - period - start) / dt))
    k = np.searchsorted(ends, t, side="right") - 1
    y = cycle.waveform((t - ends[k]) / durations[k] * period)
    return t - t[0], y + noise * rng.standard_normal(len(t))


def bias(
    cycle: ModelCycle,
    extractor: Extractor,
    noise: float,
    names: tuple[str, ...],
    seed: int,
    shown: Callable[[Array], Array] = lambda y: y,
    cycles: int = 500,
) -> tuple[Array, Array]:
    """Return the bias of the measured features, and the covariance of its estimate.

    The model's own settled cycle is sampled as the data were, with their white noise, and measured
    with the same extractor; what comes out beside the exact features is bias. The step is the
    nearest to theirs at which the samples meet every phase of the cycle.

    Parameters
    ----------
    noise : float
        Standard deviation of one sample.
    names : tuple of str
        Features, of ``PER_CYCLE``.
    shown : function
        What the instrument makes of values of the channel.
    """
    period = cycle.values["period"]
    dt = _step_through_all_phases(period, extractor.dt)
    t = np.arange(round((cycles + 1) * period / dt), dtype=np.float64) * dt
    clean = shown(cycle.waveform(np.mod(t, period)))
    y = clean + noise * np.random.default_rng([seed, 1]).standard_normal(len(clean))
    extractor = replace(extractor, dt=dt)
    table = extractor.measure(y)
    if len(table) < cycles // 2:  # noise breaks the edges: measured features would mean nothing
        return np.full(len(names), np.nan), np.full((len(names),) * 2, np.nan)
    means = mean_features(table.values, extractor.level_slopes(y), names, dt)
    values = np.array([cycle.values[name] for name in names])
    exact = np.where([name in VALUES for name in names], shown(values), values)
    return means.values - exact, means.covariance


def _step_through_all_phases(period: float, dt: float) -> float:
    """Return the step next to dt of which a period takes an irrational number.

    Samples to a cycle are a whole number of twentieths and 0.618.. of one, so that the phases of
    its samples never repeat and fill the cycle evenly.
    """
    golden = (math.sqrt(5) - 1) / 2
    return period / ((round(20 * period / dt - golden) + golden) / 20)
