"""What an I-V fit assumes, each tried as one unknown more: leak, offset, range, drift, R_th(T)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.fitting.extensions import (
    AS_GOOD,
    ASKED,
    Extension,
    ModelError,
    Score,
    chance,
    score,
)
from neurodyn.fitting.iv.distance import DRIFT, OrthogonalProblem
from neurodyn.fitting.iv.instrument import RANGE_GAIN, TERMINALS, instrument_unknown
from neurodyn.fitting.iv.power import OF, POWER, takes_power, with_power
from neurodyn.fitting.least_squares import Minimum, least_squares, remembered, weights
from neurodyn.fitting.residual_tests import points_alike, trend_p_value
from neurodyn.fitting.unknowns import Unknown

_FEWEST = 5  # points on either side of what is told by comparing sides
_FREE = (math.nan, math.inf)
_MOST = 3  # extensions that are granted, one after the other
_IN_TURN = 4  # of those that are asked for, granted to see which explains most
_SLOW_P = 1e-3  # with which white noise varies so slowly that its neighbours are taken as alike
_GAIN = 0.1  # ln of a gain or a drift: bounds of one that is tried


@dataclass(frozen=True, eq=False)
class Candidate:
    """One assumption, as an unknown.

    Parameters
    ----------
    unknown : Unknown
    assumed : float
        What the fit takes it to be, in theta.
    label : str
    remedy : str
    shown : function
        From theta to the number that is reported.
    range_from : float, optional [A]
        Of a gain.
    """

    unknown: Unknown
    assumed: float
    label: str
    remedy: str
    shown: Callable[[float], float]
    range_from: float | None = None

    def grant(self, problem: OrthogonalProblem) -> OrthogonalProblem:
        """Return the problem with this as one unknown more."""
        problem = replace(problem, unknowns=(*problem.unknowns, self.unknown))
        if self.range_from is not None:
            ranges = {**problem.ranges, self.unknown.name: self.range_from}
            return replace(problem, ranges=ranges)
        if self.unknown.name.startswith(DRIFT):
            groups = tuple(part for group in problem.groups for part in group.by_direction())
            return replace(problem, groups=groups)
        if self.unknown.name == POWER:
            return replace(problem, model=with_power(problem.model))
        return problem


def candidates(problem: OrthogonalProblem) -> list[Candidate]:
    """Return what can be tried with these data, beside what is fitted already."""
    found = [*_terminals(problem), *_ranges(problem), *_drifts(problem)]
    if OF in problem.names and takes_power(problem.model):
        unknown = Unknown(POWER, (0.05, 5.0))
        remedy = f"a model in which {OF} depends on T"
        found.append(Candidate(unknown, 0.0, f"exponent of {OF} in T", remedy, math.expm1))
    several = len({group.held.get("T_amb") for group in problem.groups}) > 1
    if several and "T_offset" not in problem.names and "ambient" not in problem.names:
        unknown = Unknown("T_offset", (-100.0, 100.0), logarithmic=False, unit="K")
        remedy = 'offset="common"'
        found.append(Candidate(unknown, 0.0, "common error of T_amb", remedy, unknown.reported))
    return found


def _terminals(problem: OrthogonalProblem) -> Iterator[Candidate]:
    for name, field in TERMINALS.items():
        if name in problem.names:
            continue
        unknown = replace(instrument_unknown(name, _FREE), bounds=(-math.inf, math.inf))
        series = name == "R_series"
        given = "R_series=(ohm, sd)), --r-series" if series else f'{name}="free")'
        remedy = f"instrument=nd.IVInstrument({given}"
        held = getattr(problem.held, field)
        yield Candidate(unknown, held, name, remedy, unknown.reported)


def _ranges(problem: OrthogonalProblem) -> Iterator[Candidate]:
    """Yield the gain of the ammeter above each power of ten that the data pass."""
    if RANGE_GAIN in problem.names:
        return
    ln_I = np.sort(np.concatenate([group.ln_I for group in problem.groups]))
    if len(ln_I) < 2 * _FEWEST:
        return
    first, last = (x / math.log(10.0) for x in (ln_I[_FEWEST - 1], ln_I[-_FEWEST]))
    for k in range(math.floor(first) + 1, math.ceil(last)):
        start, name = float(f"1e{k}"), f"{RANGE_GAIN} above 1e{k} A"
        unknown = Unknown(name, (math.exp(-_GAIN), math.exp(_GAIN)))
        remedy = f'instrument=nd.IVInstrument(range_gain="free", range_from=1e{k})'
        yield Candidate(unknown, 0.0, name, remedy, unknown.reported, start)


def _drifts(problem: OrthogonalProblem) -> Iterator[Candidate]:
    ways = [group.ways for group in problem.groups if not group.way and group.ways is not None]
    counts = [np.count_nonzero(np.concatenate(ways) == way) if ways else 0 for way in (1, -1)]
    if min(counts) < _FEWEST:
        return
    for unknown in problem.unknowns:
        if unknown.name not in problem.model.parameter_names:
            continue
        drift = Unknown(f"{DRIFT}{unknown.name}", (math.exp(-1.0), math.exp(1.0)))
        label = f"{DRIFT}{unknown.title} between the ways up and down"
        yield Candidate(drift, 0.0, label, "sweeps fitted one by one", math.expm1)


@dataclass(frozen=True, eq=False)
class Trial:
    """A candidate and what one evaluation says of it.

    Parameters
    ----------
    candidate : Candidate
    score : Score
    noise : float
        Mean square of what would remain.
    freedom : float
        Degrees of freedom of it; infinite if the noise is stated.
    trials : int
        How many candidates there are.
    """

    candidate: Candidate
    score: Score
    noise: float
    freedom: float
    trials: int

    @property
    def t(self) -> float:
        """Of the estimate, in standard errors."""
        return math.sqrt(max(self.score.fall, 0.0) / self.noise)

    @property
    def p(self) -> float:
        """Probability of so large a value by chance."""
        return chance(self.t, self.freedom, self.trials)

    def extension(
        self, k: int, found: Minimum | None = None, before: Array | None = None
    ) -> Extension:
        """Return it as it is reported: by its score, or by a minimum in which it was granted."""
        theta, sd = self.candidate.assumed + self.score.value, self.score.sd
        shift = self.score.shift
        if found is not None and before is not None:
            theta, sd = float(found.theta[-1]), math.sqrt(found.covariance()[-1, -1])
            shift = found.theta - np.append(before, self.candidate.assumed)
        say, unknown = self.candidate.shown, self.candidate.unknown
        scale = math.exp(theta) if unknown.logarithmic else unknown.factor
        return Extension(
            name=self.candidate.label,
            unit=unknown.unit,
            value=say(theta),
            standard_error=scale * sd * math.sqrt(self.noise),
            assumed=say(self.candidate.assumed),
            t=self.t,
            p=self.p,
            shift=shift[:k],
            remedy=self.candidate.remedy,
        )


def model_error(
    problem: OrthogonalProblem, minimum: Minimum, *, stated: bool
) -> tuple[ModelError, Array]:
    """Try what a fit assumes; return it, and the residuals with all granted that is asked for.

    What the data ask for most is granted first, and the others are tried beside it: a leak that is
    there makes an offset look likely too.

    Parameters
    ----------
    problem : OrthogonalProblem
    minimum : Minimum
    stated : bool
        Whether the noise is stated; else it is what the residuals show.
    """
    k, every = len(problem.unknowns), candidates(problem)
    alone = tries = _tried(problem, minimum, every, len(every), stated)
    now, at, granted = problem, minimum, dict[Candidate, Extension]()
    while tries and len(granted) < _MOST:
        best = _best(now, at, tries)
        if best is None:
            break
        trial, wider, found = best
        granted[trial.candidate] = trial.extension(k, found, at.theta)
        left = [other.candidate for other in tries if other.candidate is not trial.candidate]
        now, at = wider, found
        tries = _tried(now, at, left, len(every), stated)
    beside = {trial.candidate: trial for trial in tries}
    falls = {trial.candidate: trial.score.fall / trial.noise for trial in alone}
    rest = []
    for trial in alone:
        if trial.candidate not in granted:
            rival = any(falls[trial.candidate] > falls[c] - AS_GOOD for c in granted)
            last = trial if rival else beside.get(trial.candidate)
            t, p = (0.0, 1.0) if last is None else (last.t, last.p)
            rest.append(replace(trial.extension(k), t=t, p=p))
    covariance = minimum.covariance()
    if granted:
        covariance = at.covariance()[:k, :k] * (1.0 if stated else _mean_square(now, at))
    explained = at.theta[:k] - minimum.theta
    for shift in (explained, *(extension.shift for extension in rest if extension.asked)):
        covariance = covariance + np.outer(shift, shift)
    tested = (*granted.values(), *sorted(rest, key=lambda extension: extension.p))
    return ModelError(tested, covariance, explained), at.residuals[: problem.n_points]


def with_slow_residuals(error: ModelError, left: Array) -> tuple[ModelError, float]:
    """Widen the errors where residuals vary slowly; return also how many points count as one.

    Parameters
    ----------
    error : ModelError
    left : (n,) float
        What is left with all granted that is asked for, in order along the curve.
    """
    if trend_p_value(left) > _SLOW_P:
        return error, 1.0
    # what is slow and far below a stated noise does no harm
    alike = max(points_alike(left) * min(float(np.mean(left**2)), 1.0), 1.0)
    return replace(error, covariance=alike * error.covariance), alike


def _tried(
    problem: OrthogonalProblem,
    minimum: Minimum,
    every: Sequence[Candidate],
    trials: int,
    stated: bool,
) -> list[Trial]:
    """Try candidates at a minimum, one at a time, by one evaluation for all."""
    k, whole = len(problem.unknowns), problem
    at_once = [candidate for candidate in every if candidate.unknown.name != POWER]
    for candidate in at_once:
        whole = candidate.grant(whole)
    start = np.append(minimum.theta, [candidate.assumed for candidate in at_once])
    residuals, slopes = whole.evaluate(start)
    columns = dict(zip(at_once, slopes[:, k:].T, strict=True))
    for candidate in every:
        if candidate not in columns:
            columns[candidate] = _power_column(problem, minimum.theta, slopes)
    weight = weights(residuals, minimum.loss, minimum.robust)
    residuals, slopes = weight * residuals, weight[:, None] * slopes
    priors = sum(unknown.prior is not None for unknown in problem.unknowns)
    freedom = problem.n_points + priors - k - 1
    found = []
    for candidate, column in columns.items():
        result = score(residuals, slopes[:, :k], weight * column)
        if result is None or freedom < 1:
            continue
        noise = max((float(residuals @ residuals) - result.fall) / freedom, 1e-300)
        noise, nu = (max(noise, 1.0), math.inf) if stated else (noise, float(freedom))
        found.append(Trial(candidate, result, noise, nu, trials))
    return found


def _power_column(problem: OrthogonalProblem, theta: Array, slopes: Array) -> Array:
    """Return derivatives by the exponent of R_th: those by ln(R_th), times ln(T/T_amb).

    At one T the curve knows only R_th there. Inequalities are left out of this first look.
    """
    column = np.zeros(len(slopes))
    by = slopes[:, problem.names.index(OF)]
    for group in problem.groups:
        p = problem.parameters(theta, group)
        T = problem.curve.inner(problem.nearest_points(theta, group)[0], p)
        column[group.place] = by[group.place] * np.log(T / problem.curve.origin(p))
    return column


def _best(
    problem: OrthogonalProblem, minimum: Minimum, tries: Sequence[Trial]
) -> tuple[Trial, OrthogonalProblem, Minimum] | None:
    """Return what the data ask for most, granted; None if they ask for nothing.

    The first look is straight where the curve bends, so the likeliest are granted in turn.
    """
    likely = sorted((t for t in tries if t.p < ASKED), key=lambda t: -t.score.fall)[:_IN_TURN]
    found = []
    for trial in likely:
        wider = trial.candidate.grant(problem)
        there = _minimum(wider, minimum, trial)
        bent = replace(trial, score=replace(trial.score, fall=minimum.cost - there.cost))
        if bent.p < ASKED:
            found.append((bent, wider, there))
    return min(found, key=lambda one: one[2].cost, default=None)


def _minimum(problem: OrthogonalProblem, before: Minimum, trial: Trial) -> Minimum:
    """Return the minimum with one unknown more, or where it was before if none is lower."""
    residuals, jacobian = remembered(problem.evaluate)
    start = np.append(before.theta + trial.score.shift, trial.candidate.assumed + trial.score.value)
    low, high = problem.bounds
    try:
        found = least_squares(
            residuals,
            np.clip(start, low, high),
            jacobian,
            (low, high),
            loss=before.loss,
            robust=before.robust,
            tolerance=1e-9,
            evaluations=100,
        )
    except (ValueError, np.linalg.LinAlgError):  # residuals not finite on the way
        return before
    return found if found.cost < before.cost else before


def _mean_square(problem: OrthogonalProblem, minimum: Minimum) -> float:
    free = sum(unknown.prior is None for unknown in problem.unknowns)
    points = minimum.residuals[: problem.n_points]
    return float(points @ points) / max(len(points) - free, 1)
