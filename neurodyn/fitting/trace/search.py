"""Search of a trace fit from several starts, kept on disk so that a killed fit goes on."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import InputError, NumericalError
from neurodyn.fitting.least_squares import Minimum, least_squares
from neurodyn.fitting.store import Store
from neurodyn.fitting.trace.features.extractor import edges
from neurodyn.fitting.trace.problem import (
    FeatureTarget,
    TraceProblem,
    WaveformTarget,
    rough_target,
)
from neurodyn.fitting.unknowns import limits_of
from neurodyn.progress import Progress
from neurodyn.provenance import sha256
from neurodyn.status import Status

_WIDTH = np.log(1.6)  # standard deviation of starts around the model's values
_COARSE = 1e-6  # tolerance of integration while searching
_FAR_OFF = 0.01  # relative change of parameters over which the bias is found anew
_SAME = 1e-3  # relative distance of two minima that are one


@dataclass(frozen=True, eq=False)
class Found:
    """Where a search ended.

    Parameters
    ----------
    problem : TraceProblem
        With the bias of the features taken out.
    minimum : Minimum
    searches : tuple of (theta, cost)
        Of every start.
    store : Store
        Where the result goes.
    question : str
        Fingerprint of what was asked.
    """

    problem: TraceProblem
    minimum: Minimum
    searches: tuple[tuple[Array, float], ...]
    store: Store
    question: str


def search(
    problem: TraceProblem,
    starts: int,
    seed: int,
    store: str | os.PathLike[str] | None,
    progress: Progress,
) -> Found:
    """Minimise from several starts at coarse tolerance, then polish the best.

    Raises
    ------
    InputError
        If ``store`` belongs to another fit.
    NumericalError
        If the model spikes at none of the starts.
    """
    coarse = replace(problem, tolerance=_COARSE)
    question = _digest(problem, starts, seed)
    kept = Store(store, question)
    candidates = kept.done("starts")
    if candidates is None:
        candidates = [c.tolist() for c in _candidates(coarse, starts, seed)]
        kept.keep("starts", candidates)
    done: list[tuple[Array, float]] = []
    for i, start in enumerate(candidates):
        step = f"search {i + 1}"
        entry = kept.done(step)
        if entry is None:
            theta, cost = _descend(coarse, np.array(start))
            entry = {"theta": theta.tolist(), "cost": cost if np.isfinite(cost) else None}
            kept.keep(step, entry)
        cost = np.inf if entry["cost"] is None else entry["cost"]
        done.append((np.array(entry["theta"]), cost))
        progress("trace fit", (i + 1) / (starts + 1))
        if _two_agree(done):
            break
    runs = [run for run in done if np.isfinite(run[1])]
    if not runs:
        raise NumericalError(
            f"{problem.model.name} spikes at none of {len(candidates)} starts around the values "
            "given; start from parameters with which it spikes",
            Status.NOT_CONVERGED,
        )
    best = min(runs, key=lambda run: run[1])[0]
    if any(isinstance(target, FeatureTarget) for target in problem.targets):
        rough = best
        problem = _corrected(problem, rough, seed)
        best = _polished(problem, rough).theta
        if np.abs(best - rough).max() > _FAR_OFF:
            problem = _corrected(problem, best, seed)
    minimum = _polished(problem, best)
    progress("trace fit", 1.0)
    return Found(problem, minimum, tuple(done), kept, question)


def _polished(problem: TraceProblem, theta: Array) -> Minimum:
    return _minimum(problem, theta, 1e-10, 60)


def _minimum(problem: TraceProblem, start: Array, tolerance: float, evaluations: int) -> Minimum:
    return least_squares(
        problem.residuals,
        start,
        problem.jacobian,
        limits_of(problem.unknowns),
        tolerance=tolerance,
        evaluations=evaluations,
    )


def _corrected(problem: TraceProblem, theta: Array, seed: int) -> TraceProblem:
    model, told = problem.model_at(theta), problem.told_by_data(theta)
    targets = tuple(
        target.corrected(
            model,
            problem.names,
            problem.shown(theta, target.trace.channel),
            told,
            seed + i,
        )
        if isinstance(target, FeatureTarget)
        else target
        for i, target in enumerate(problem.targets)
    )
    return replace(problem, targets=targets)


def _candidates(problem: TraceProblem, starts: int, seed: int) -> list[Array]:
    """Return the model's own values, then the nearest of random ones around them."""
    rng, centre = np.random.default_rng(seed), problem.centre
    width = np.where(np.arange(len(centre)) < len(problem.names), _WIDTH, 0.0)
    spread = np.diag(width**2)
    if problem.prior is not None:
        places = problem.places(problem.prior.names)
        spread[np.ix_(places, places)] = problem.prior.covariance
    draws = rng.multivariate_normal(centre, spread, size=6 * (starts - 1), method="eigh")
    distance = []
    for draw in draws:
        residuals = problem.residuals(draw)
        distance.append(np.log1p(residuals**2).mean() if problem.spikes(draw) else np.inf)
    order = np.argsort(distance, kind="stable")[: starts - 1]
    return [centre, *(draws[i] for i in order if np.isfinite(distance[i]))]


def _descend(problem: TraceProblem, start: Array) -> tuple[Array, float]:
    """Run from one start, through easier problems first where the whole waveform is compared."""
    if not problem.spikes(start):
        return start, np.inf
    cost = np.inf
    for part in _approaches(problem):
        run = _minimum(part, start, 1e-5, 30)
        start, cost = run.theta, run.cost
    return start, float(cost)


def _approaches(problem: TraceProblem) -> list[TraceProblem]:
    """Return the problem, for waveforms after rough features, then 1.3, then 4 cycles.

    Over many cycles a small error of the period is a large one of the phase: the sum of squares of
    a long waveform has many minima.
    """
    waveforms = [t for t in problem.targets if isinstance(t, WaveformTarget)]
    if not waveforms:
        return [problem]
    parts = []
    with contextlib.suppress(InputError):  # without spikes there is no phase to go wrong
        rough = tuple(rough_target(target.trace) for target in waveforms)
        parts.append(replace(problem, targets=rough))
    for cycles in (1.3, 4.0):
        short = tuple(replace(t, until=_time_of(t, cycles)) for t in waveforms)
        parts.append(replace(problem, targets=short))
    return [*parts, problem]


def _time_of(target: WaveformTarget, cycles: float) -> float:
    t, y = target.trace.t, target.trace.y
    bottom, top = np.percentile(y, [1, 99])
    rises, _ = edges(y, bottom + 0.2 * (top - bottom), bottom + 0.8 * (top - bottom))
    if len(rises) < 2:
        return float(t[-1])
    first, period = t[rises[0, 1]], float(np.median(np.diff(t[rises[:, 1]])))
    return float(first + cycles * period)


def _two_agree(runs: list[tuple[Array, float]]) -> bool:
    """Say whether two starts have led to the lowest cost found."""
    if len(runs) < 2:
        return False
    lowest = min(cost for _, cost in runs)
    best = [theta for theta, cost in runs if cost <= lowest * (1 + 1e-3) + 1e-3]
    return len(best) > 1 and bool(np.abs(best[0] - best[1]).max() < 10 * _SAME)


def _digest(problem: TraceProblem, starts: int, seed: int) -> str:
    """Return a fingerprint of data, model and question."""
    parts = [problem.model.digest, str(problem.names), problem.model.p.tobytes().hex()]
    parts += [str(problem.unknowns), str(sorted(problem.held.items())), str(starts), str(seed)]
    for target in problem.targets:
        parts += [target.trace.sha256, str(sorted(target.trace.settings.items()))]
        parts.append(type(target).__name__)
        if isinstance(target, FeatureTarget):
            parts.append(str(target.measured.names))
    if problem.prior is not None:
        parts += [problem.prior.mean.tobytes().hex(), problem.prior.covariance.tobytes().hex()]
    return sha256("\n".join(parts).encode())
