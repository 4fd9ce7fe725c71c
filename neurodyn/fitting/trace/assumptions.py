"""What a trace fit assumes, each tried as one unknown more: parameters held, scope, bandwidth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import solve_triangular
from scipy.signal import lfilter

from neurodyn.arrays import Array
from neurodyn.fitting.extensions import AS_GOOD, Extension, ModelError, chance, score
from neurodyn.fitting.least_squares import Minimum
from neurodyn.fitting.trace.cycle import ModelCycle
from neurodyn.fitting.trace.instrument import Shown, kind_name
from neurodyn.fitting.trace.problem import FeatureTarget, TraceProblem
from neurodyn.fitting.unknowns import PRODUCTS, Unknown, shown_name
from neurodyn.model import Quantity

FRAGILE = "fragile: "
"""Begins the one line that is a warning, too."""
_STEP = 1e-4  # of ln(parameter), of a difference quotient
_BANDWIDTHS = np.geomspace(0.03, 10.0, 14)  # tried, in the inverse of the fastest edge
_FINE, _CYCLES, _SETTLING = 8, 14, 3  # samples for one of the record, cycles, those left out
_PERCENT = 0.01
_SHOWN = 1e-3  # relative: what moves less by a percent is not worth a word


@dataclass(frozen=True, eq=False)
class Trial:
    """One assumption.

    Parameters
    ----------
    name, unit : str
    assumed : float
    logarithmic : bool
        Whether it is tried in ln(value).
    column : (n,) float
        Derivatives of the residuals by it.
    remedy : str
    positive : bool
        Whether only a positive amount of it makes sense.
    """

    name: str
    unit: str
    assumed: float
    logarithmic: bool
    column: Array
    remedy: str
    positive: bool = False


def model_error(
    problem: TraceProblem, minimum: Minimum, unseen: Sequence[Mapping[str, float]], nu: float
) -> tuple[ModelError, float]:
    """Try what a trace fit assumes; return it, and the sum of squares with the best granted.

    What explains the data best is granted, and what explains them less well is tried beside it: a
    gain that is off makes whatever moves the same features look wrong too.

    Parameters
    ----------
    problem : TraceProblem
    minimum : Minimum
    unseen : sequence of null directions
        Of the model in such traces.
    nu : float
        Degrees of freedom of the covariance of the features.
    """
    residuals, jacobian = minimum.residuals, minimum.jacobian
    total, k = float(residuals @ residuals), len(minimum.theta)
    held = list(_held(problem, minimum.theta, unseen))
    trials = [*held, *_scope(problem, minimum.theta)]
    freedom = len(residuals) - k - 1
    narrow = list(_bandwidths(problem, minimum)) if freedom > 0 else []
    found: list[tuple[float, Extension, Trial]] = []
    count = len(trials) + len(narrow)
    for trial in trials:
        result = score(residuals, jacobian, trial.column)
        if result is None or freedom < 1:
            continue
        t, noise = _significance(total, result.fall, freedom)
        value, scale = trial.assumed + result.value, 1.0
        if trial.logarithmic:
            value = scale = trial.assumed * math.exp(result.value)
        extension = Extension(
            name=trial.name,
            unit=trial.unit,
            value=value,
            standard_error=result.sd * math.sqrt(noise) * abs(scale),
            assumed=trial.assumed,
            t=t,
            p=chance(t, nu, count),
            shift=result.shift,
            remedy=trial.remedy,
            logarithmic=trial.logarithmic,
        )
        found.append((result.fall, extension, trial))
    for fall, shift, trial, bandwidth in narrow:
        t, lag = _significance(total, fall, freedom)[0], 1 / (2 * math.pi * bandwidth)
        extension = Extension(
            name=trial.name,
            unit=trial.unit,
            value=lag,
            standard_error=lag / max(t, 0.1),
            assumed=trial.assumed,
            t=t,
            p=chance(t, nu, count),
            shift=shift,
            remedy=trial.remedy,
        )
        found.append((fall, extension, trial))
    found.sort(key=lambda one: -one[0])
    covariance, left = minimum.covariance(), total
    explained = np.zeros(k)
    if found and found[0][1].asked:
        best, granted, chosen = found[0]
        left, explained = total - best, granted.shift
        wider = np.column_stack([jacobian, chosen.column])
        for i, (fall, extension, trial) in enumerate(found):
            if fall <= best - AS_GOOD:
                t = errors_beside(residuals, wider, trial)
                extension = replace(extension, t=t, p=chance(t, nu, count))
                found[i] = fall, extension, trial
            if extension.asked:
                wide = 1 + 1 / max(extension.t, 1.0) ** 2
                covariance = covariance + wide * np.outer(extension.shift, extension.shift)
        found.sort(key=lambda one: not one[1].asked)
    untold = tuple(_fragility(held, minimum, problem.unknowns))
    return ModelError(tuple(e for _, e, _ in found), covariance, explained, untold), left


def errors_beside(residuals: Array, jacobian: Array, trial: Trial) -> float:
    """Return how many standard errors from nothing the data ask for beside what is granted.

    Parameters
    ----------
    residuals : (n,) float
        In standard deviations.
    jacobian : (n, k + 1) float
        Derivatives by the unknowns and by what is granted.
    trial : Trial
    """
    result, freedom = score(residuals, jacobian, trial.column), len(residuals) - jacobian.shape[1]
    if result is None or freedom < 2 or (trial.positive and result.value < 0):
        return 0.0
    basis = np.linalg.qr(jacobian)[0]
    left = residuals - basis @ (basis.T @ residuals)
    return _significance(float(left @ left), result.fall, freedom - 1)[0]


def _significance(total: float, fall: float, freedom: int) -> tuple[float, float]:
    """Return a fall of the sum of squares in standard errors, and the mean square that is left."""
    noise = max((total - fall) / freedom, 1.0)
    return math.sqrt(max(fall, 0.0) / noise), noise


def _held(
    problem: TraceProblem, theta: Array, unseen: Sequence[Mapping[str, float]]
) -> Iterator[Trial]:
    """Yield parameters and inputs that were held, and that the traces depend on."""
    model = problem.model_at(theta)
    alone = {name for direction in unseen for name in direction if len(direction) == 1}
    factors = {held for _, held, _ in PRODUCTS.values()}
    own = {name for target in problem.targets for name in target.trace.settings}
    device = problem.device if problem.device is not None else model
    left = {*problem.names, *alone, *factors, *own, "T_amb"}
    for name in (*device.parameter_names, *device.input_names):
        value = model[name]
        if name in left or value == 0:
            continue
        left.add(name)
        moved = replace(
            problem, model=problem.model.with_parameters(**{name: value * math.exp(_STEP)})
        )
        if not moved.spikes(theta):
            continue
        column = (moved.residuals(theta) - problem.residuals(theta)) / _STEP
        quantity, title = device.quantity(name), shown_name(name, device)
        unit = quantity.unit if isinstance(quantity, Quantity) else "1"
        scale = device[PRODUCTS[title][1]] if title in PRODUCTS else 1.0
        unit = "m" if title in PRODUCTS else unit
        remedy = f"parameters=[..., {title!r}] with priors={{...}}, or static= an I-V fit"
        yield Trial(title, unit, scale * value, True, column, remedy)


def _scope(problem: TraceProblem, theta: Array) -> Iterator[Trial]:
    """Yield gain and offset of each channel that were taken as exact."""
    known = [unknown.name for unknown in problem.unknowns]
    for channel in dict.fromkeys(target.trace.channel for target in problem.targets):
        for kind, usual in (("gain", 1.0), ("offset", 0.0)):
            name = kind_name(kind, channel)
            if name in known:
                continue
            assumed = problem.held.get(name, usual)
            unknown = Unknown(name, (-math.inf, math.inf), logarithmic=False)
            wider = replace(problem, unknowns=(*problem.unknowns, unknown))
            column = wider.jacobian(np.append(theta, assumed))[:, -1]
            unit = problem.model.quantity(channel).unit if kind == "offset" else "1"
            remedy = f"instrument=nd.TraceInstrument({kind}=(value, sd))"
            yield Trial(name, unit, assumed, False, column, remedy)


def _bandwidths(
    problem: TraceProblem, minimum: Minimum
) -> Iterator[tuple[float, Array, Trial, float]]:
    """Yield for each channel the bandwidth that explains most: fall, shift, trial and value."""
    theta, model = minimum.theta, problem.model_at(minimum.theta)
    if model.time_unit != "s":
        return
    basis = np.linalg.qr(minimum.jacobian)[0]
    total, first = float(minimum.residuals @ minimum.residuals), 0
    for target in problem.targets:
        rows = slice(first, first + target.size)
        first += target.size
        shown = problem.shown(theta, target.trace.channel)
        named = target.trace.channel.endswith("_shown")  # its bandwidth is stated
        if named or not isinstance(target, FeatureTarget) or target.inflation == 0:
            continue
        cycle = target.cycle(model, problem.names, problem.tolerance)
        if cycle is None:
            continue
        edge = min(cycle.values["rise"], cycle.values["fall"])
        best: tuple[float, Array, Trial, float] | None = None
        name = f"lag of {target.trace.channel}, 1 / (2 pi bandwidth)"
        remedy = "instrument=nd.TraceInstrument(bandwidth=...)"
        for bandwidth in _BANDWIDTHS / edge:
            change = _through(cycle, target, shown, float(bandwidth))
            if change is None:
                continue
            column = np.zeros(len(minimum.residuals))
            column[rows] = solve_triangular(target.whitener, change, lower=True)
            left = minimum.residuals + column
            left = left - basis @ (basis.T @ left)
            fall = total - float(left @ left)
            if best is None or fall > best[0]:
                moved = np.linalg.lstsq(minimum.jacobian, -column, rcond=None)[0]
                trial = Trial(name, "s", 0.0, False, column, remedy, positive=True)
                best = fall, np.asarray(moved, dtype=np.float64), trial, float(bandwidth)
        if best is not None:
            yield best


def _through(
    cycle: ModelCycle, target: FeatureTarget, shown: Shown, bandwidth: float
) -> Array | None:
    """Return how the measured features change if a channel passes a low-pass of first order."""
    dt, period = target.extractor.dt, cycle.values["period"]
    t = np.arange(0.0, _CYCLES * period, dt / _FINE)
    y = shown.values(cycle.waveform(t))
    kept = math.exp(-2 * math.pi * bandwidth * dt / _FINE)
    slow = lfilter([1 - kept], [1, -kept], y - y[0]) + y[0]
    names = tuple(name for name in target.measured.names if name != "latency")
    tables = [target.extractor.measure(x[::_FINE]).columns(names)[_SETTLING:] for x in (slow, y)]
    if min(len(table) for table in tables) < 2:
        return None
    change = dict(zip(names, tables[0].mean(axis=0) - tables[1].mean(axis=0), strict=True))
    return np.array([change.get(name, 0.0) for name in target.measured.names])


def _fragility(
    held: Sequence[Trial], minimum: Minimum, unknowns: Sequence[Unknown]
) -> Iterator[str]:
    """Say how far a percent of each parameter that was held moves those that were fitted."""
    sd, worst = np.sqrt(np.diag(minimum.covariance())), (1.0, "")
    for trial in held:
        found = np.linalg.lstsq(minimum.jacobian, -trial.column, rcond=None)[0]
        pairs = zip(unknowns, _PERCENT * found, strict=True)
        moved = [f"{u.title} by {x:+.1%}" for u, x in pairs if u.logarithmic and abs(x) > _SHOWN]
        if moved:
            yield f"{trial.name} held: 1 % more moves {', '.join(moved)}"
        for u, x, bar in zip(unknowns, _PERCENT * found, sd, strict=True):
            if u.logarithmic and abs(x) > worst[0] * bar:
                worst = (
                    abs(x) / bar,
                    (
                        f"{trial.name} is held as if it were exact: 1 % of it moves {u.title} by "
                        f"{abs(x):.1%} ({abs(x) / bar:.1f} standard errors); static= an I-V fit, "
                        "or a prior, counts its error"
                    ),
                )
    if worst[1]:
        yield FRAGILE + worst[1]
