"""Misfit of an I-V fit: what the residuals and the fitted curve say for and against it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.equilibria import IVCurve, iv_curve
from neurodyn.errors import NeurodynError
from neurodyn.fitting.extensions import ModelError
from neurodyn.fitting.iv.distance import OrthogonalProblem
from neurodyn.fitting.iv.outliers import OUTLIER
from neurodyn.fitting.iv.request import Request
from neurodyn.fitting.least_squares import Minimum
from neurodyn.fitting.parameters import FittedParameter
from neurodyn.fitting.residual_tests import chi_square_p_value
from neurodyn.fitting.verdict import Verdict, heat_warnings, most_harmed, verdict_on
from neurodyn.io import IVData
from neurodyn.model import Model

TREND = "trend along the curve"
"""The residual test that decides."""

_SURE = 1e-6  # one false alarm in a million good fits
_HOT = 800.0  # K
_EXCHANGEABLE = 0.95  # correlation


@dataclass(frozen=True, eq=False)
class Judged:
    """A minimum of an I-V fit, as it is judged.

    Parameters
    ----------
    request : Request
    problem : OrthogonalProblem
    minimum : Minimum
    parameters : tuple of FittedParameter
        With errors of the model in their errors.
    model : Model
    data : IVData
    inner, residuals : (n,) float
        Inner state and relative residual of each point.
    scatter : float
        That neighbours show.
    trend_p : float
        Of the residuals along the curve.
    slow : float
        How many points count as one, once all is granted that is asked for.
    error : ModelError
    chi_square : float or None
    degrees_of_freedom, broken : int
        And inequalities that are broken.
    """

    request: Request
    problem: OrthogonalProblem
    minimum: Minimum
    parameters: tuple[FittedParameter, ...]
    model: Model
    data: IVData
    inner: Array
    residuals: Array
    scatter: float
    trend_p: float
    slow: float
    error: ModelError
    chi_square: float | None
    degrees_of_freedom: int
    broken: int

    @property
    def rms(self) -> float:
        """Root mean square of the residuals, relative."""
        return float(np.sqrt(np.mean(self.residuals**2)))


def judge(fit: Judged) -> Verdict:
    """Return the verdict: what the misfit does to the parameters, and what else speaks against."""
    warnings = list(_warnings(fit))
    curve = _curve(fit.model)
    reasons = [*_misfit(fit)]
    if curve is not None and curve.threshold is None:
        text = "the fitted curve has no threshold switching point"
        own = _curve(fit.request.model)
        switches = own is not None and own.threshold is not None
        (reasons if switches else warnings).append(
            f"{text}, which {fit.request.model.name} has" if switches else text
        )
    elif curve is not None:
        warnings += _reach(curve, fit.data)
    return verdict_on(fit.model, fit.parameters, reasons, warnings)


def _misfit(fit: Judged) -> Iterator[str]:
    """Yield what the residuals say against the model."""
    worst = max([fit.trend_p < _SURE, *(e.p < _SURE for e in fit.error.asked)])
    harmed = most_harmed(fit.problem.unknowns, fit.minimum.covariance(), fit.error.covariance)
    if worst and harmed is not None:
        why = f"{fit.error.asked[0].name} is asked for" if fit.error.asked else "no reason is known"
        yield (
            f"the model does not follow the data: the misfit ({fit.rms:.1%}, neighbouring points "
            f"scatter by {fit.scatter:.2%}; {why}) leaves {harmed[0]} uncertain by {harmed[1]:.0%}"
        )
    if fit.chi_square is not None:
        p = chi_square_p_value(fit.chi_square, fit.degrees_of_freedom)
        if p < _SURE:
            yield (
                f"chi-square is {fit.chi_square:.0f} for {fit.degrees_of_freedom} degrees of "
                "freedom: the residuals are larger than the stated noise"
            )
    if fit.broken:
        yield (
            f"{fit.broken} inequalities (rows at compliance, jumps) are broken by more than five "
            "standard deviations"
        )


def _warnings(fit: Judged) -> Iterator[str]:
    """Yield what a reader should know that is no reason to reject."""
    sd = np.sqrt(np.diag(fit.minimum.covariance()))
    yield from fit.error.warnings(fit.problem.unknowns, sd)
    outliers = [str(row.row) for row in fit.data.set_aside if row.reason == OUTLIER]
    if outliers:
        what = "row lies" if len(outliers) == 1 else "rows lie"
        yield (
            f"{len(outliers)} {what} far off the fitted curve, and more than their neighbours: set "
            f"aside as outliers, in line {', '.join(outliers)}"
        )
    if fit.slow > 1:
        n = len(fit.residuals)
        yield (
            f"the residuals ({fit.rms:.2%}) vary slowly along the curve: they are misfit, not "
            f"noise, and {n} points count as {n / fit.slow:.0f} in the errors"
        )
    hot = float(np.mean(fit.inner > _HOT))
    yield from heat_warnings(fit.model, "the fit", float(fit.inner.max()), hot)
    names = list(fit.problem.names)
    if "R_series" in names and "R_0" in names:
        i, j = names.index("R_series"), names.index("R_0")
        C = fit.minimum.covariance()
        size = C[i, j] / math.sqrt(C[i, i] * C[j, j])
        if abs(size) > _EXCHANGEABLE:
            yield (
                f"R_series and R_0 are nearly exchangeable (correlation {size:+.4f}): R_0 rests on "
                "the prior of R_series"
            )


def _curve(model: Model) -> IVCurve | None:
    try:
        return iv_curve(model, n=2)
    except NeurodynError:
        return None


def _reach(curve: IVCurve, data: IVData) -> list[str]:
    """Compare the end of the data with the folds of the fitted curve."""
    end, last = f"the data end at {data.I.max():.3g} A", data.I.max()
    assert curve.threshold is not None
    if last < curve.threshold.I:
        return [
            f"{end}, below the threshold switching point of the fit at {curve.threshold.I:.3g} A"
        ]
    if curve.hold is not None and last < curve.hold.I:
        return [f"{end}; the hold point at {curve.hold.I:.3g} A is an extrapolation"]
    return []


def largest_misfit(
    data: IVData, curve: npt.NDArray[np.int64], inner: Array, residuals: Array
) -> str:
    """Say where along which sweep the residuals are largest.

    Parameters
    ----------
    data : IVData
        All points.
    curve : (n,) int
        The measurement that each belongs to.
    inner : (n,) float
        Inner state, which orders the points of a sweep.
    residuals : (n,) float
        Relative.
    """
    worst = int(np.abs(residuals).argmax())
    same = (curve == curve[worst]) & (data.sweep == data.sweep[worst])
    order = np.flatnonzero(same)[np.argsort(inner[same], kind="stable")]
    here = int(np.flatnonzero(order == worst)[0])
    # the stretch around it over which the residual keeps its sign and half its size
    far = residuals[order] * np.sign(residuals[worst]) < 0.5 * abs(residuals[worst])
    before, after = np.flatnonzero(far[:here]), np.flatnonzero(far[here:])
    first = before[-1] + 1 if len(before) else 0
    last = here + after[0] if len(after) else len(order)
    rows = order[first:last]
    way = "up" if data.direction[worst] > 0 else "down"
    V, I = data.V[rows], data.I[rows]
    return (
        f"up to {residuals[worst]:+.1%} on the way {way}, from {V.min():.3g} to "
        f"{V.max():.3g} V ({I.min():.3g} to {I.max():.3g} A, {len(rows)} points)"
    )
