"""Misfit of an I-V fit: what the residuals and the fitted curve say for and against it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.equilibria import iv_curve
from neurodyn.errors import NeurodynError
from neurodyn.fitting.residual_tests import chi_square_p_value
from neurodyn.fitting.verdict import LARGE_MISFIT, heat_warnings
from neurodyn.io import IVData
from neurodyn.model import Model

TREND = "trend along the curve"
"""The residual test that decides."""

_TREND_P = 1e-6  # one false alarm in a million good fits
_HOT = 800.0  # K
_EXCHANGEABLE = 0.95  # correlation


def misfit_reasons(
    residuals: Array,
    scatter: float,
    trend_p: float,
    chi_square: float | None,
    degrees_of_freedom: int,
    broken: int,
) -> list[str]:
    """Say why the model is rejected; nothing if it is not."""
    rms, reasons = float(np.sqrt(np.mean(residuals**2))), []
    if trend_p < _TREND_P and rms > LARGE_MISFIT:
        reasons.append(
            f"the model does not follow the data: residuals of {rms:.1%} vary slowly along the "
            f"curve, while neighbouring points scatter by {scatter:.2%}"
        )
    if chi_square is not None and chi_square_p_value(chi_square, degrees_of_freedom) < _TREND_P:
        reasons.append(
            f"chi-square is {chi_square:.0f} for {degrees_of_freedom} degrees of freedom: the "
            "residuals are larger than the stated noise"
        )
    if broken:
        reasons.append(
            f"{broken} inequalities (rows at compliance, jumps) are broken by more than five "
            "standard deviations"
        )
    return reasons


def warnings_about(
    model: Model,
    data: IVData,
    inner: Array,
    residuals: Array,
    trend_p: float,
    names: Sequence[str],
    correlation: Array,
) -> list[str]:
    """Say what a reader should know that is no reason to reject."""
    found = []
    if trend_p < _TREND_P:
        rms = float(np.sqrt(np.mean(residuals**2)))
        found.append(
            f"the residuals ({rms:.2%}) vary slowly along the curve: they are misfit, not noise, "
            "and the standard errors are too small"
        )
    found += heat_warnings(model, "the fit", float(inner.max()), float(np.mean(inner > _HOT)))
    if "R_series" in names and "R_0" in names:
        size = float(correlation[names.index("R_series"), names.index("R_0")])
        if abs(size) > _EXCHANGEABLE:
            found.append(
                f"R_series and R_0 are nearly exchangeable (correlation {size:+.4f}): R_0 rests on "
                "the prior of R_series"
            )
    return [*found, *_reach(model, data)]


def _reach(model: Model, data: IVData) -> list[str]:
    """Compare the end of the data with the folds of the fitted curve."""
    try:
        curve = iv_curve(model, n=2)
    except NeurodynError:
        return []
    end = f"the data end at {data.I.max():.3g} A"
    if curve.threshold is None:
        return ["the fitted curve has no threshold switching point"]
    if data.I.max() < curve.threshold.I:
        return [
            f"{end}, below the threshold switching point of the fit at {curve.threshold.I:.3g} A"
        ]
    if curve.hold is not None and data.I.max() < curve.hold.I:
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
