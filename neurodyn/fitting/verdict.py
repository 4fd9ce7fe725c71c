"""Is the fit to be believed? Reasons against it, and warnings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurodyn.equilibria import iv_curve
from neurodyn.fitting.diagnostics import chi_square_p_value
from neurodyn.fitting.iv_fit import FittedParameter
from neurodyn.io import IVData
from neurodyn.model import Model

Array = npt.NDArray[np.float64]

_TREND_P = 1e-6  # one false alarm in a million good fits
_LARGE_MISFIT = 0.03  # a misfit below 3 % is a warning: the numbers are still of use
_NBO2_TRANSITION = 1080.0  # K; as quoted for NbO2, not checked at a primary source


def reasons_against(
    parameters: Sequence[FittedParameter],
    residuals: Array,
    scatter: float,
    trend_p: float,
    chi_square: float | None,
    degrees_of_freedom: int,
) -> list[str]:
    """Say why the model is rejected; nothing if it is not."""
    rms, reasons = float(np.sqrt(np.mean(residuals**2))), []
    if trend_p < _TREND_P and rms > _LARGE_MISFIT:
        reasons.append(
            f"the model does not follow the data: residuals of {rms:.1%} vary slowly along the "
            f"curve, while neighbouring points scatter by {scatter:.2%}"
        )
    if chi_square is not None and chi_square_p_value(chi_square, degrees_of_freedom) < _TREND_P:
        reasons.append(
            f"chi-square is {chi_square:.0f} for {degrees_of_freedom} degrees of freedom: the "
            "residuals are larger than the stated noise"
        )
    for p in parameters:
        if p.status == "at bound":
            reasons.append(f"{p.name} runs to its bound ({p.value:.3g} {p.unit})")
        elif p.status == "not determined":
            reasons.append(
                f"{p.name} is not determined by these data (standard error "
                f"{p.standard_error / p.value:.0%})"
            )
    return reasons


def warnings_about(
    model: Model, data: IVData, T: Array, residuals: Array, trend_p: float
) -> list[str]:
    found = []
    if trend_p < _TREND_P:
        rms = float(np.sqrt(np.mean(residuals**2)))
        found.append(
            f"the residuals ({rms:.2%}) vary slowly along the curve: they are misfit, not noise, "
            "and the standard errors are too small"
        )
    if T.max() > _NBO2_TRANSITION:
        found.append(
            f"the fit reaches {T.max():.0f} K, above the transition of NbO2 near "
            f"{_NBO2_TRANSITION:.0f} K, where the model is an extrapolation"
        )
    curve = iv_curve(model)
    if curve.threshold is None:
        found.append("the fitted curve has no threshold switching point")
    elif data.I.max() < curve.threshold.I:
        found.append(
            f"the data end at {data.I.max():.3g} A, below the threshold switching point of the "
            f"fit at {curve.threshold.I:.3g} A"
        )
    elif curve.hold is not None and data.I.max() < curve.hold.I:
        found.append(
            f"the data end at {data.I.max():.3g} A; the hold point at {curve.hold.I:.3g} A is an "
            "extrapolation"
        )
    return found
