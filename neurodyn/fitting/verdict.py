"""Is the fit to be believed? Reasons against it, and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.equilibria import iv_curve
from neurodyn.errors import NeurodynError
from neurodyn.fitting.diagnostics import chi_square_p_value
from neurodyn.fitting.iv_fit import FittedParameter
from neurodyn.fitting.profile import Profiles
from neurodyn.io import IVData
from neurodyn.model import Model

_TREND_P = 1e-6  # one false alarm in a million good fits
_LARGE_MISFIT = 0.03  # a misfit below 3 % is a warning: the numbers are still of use
_HOT = 800.0  # K; beyond that few oxides stay what they were
NBO2_TRANSITION = 1080.0  # K; as quoted for NbO2, not checked at a primary source
_EXCHANGEABLE = 0.95  # correlation


def reasons_against(
    parameters: Sequence[FittedParameter],
    residuals: Array,
    scatter: float,
    trend_p: float,
    chi_square: float | None,
    degrees_of_freedom: int,
    broken: int,
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
    if broken:
        reasons.append(
            f"{broken} inequalities (rows at compliance, jumps) are broken by more than five "
            "standard deviations"
        )
    return [*reasons, *reasons_from_parameters(parameters)]


def reasons_from_parameters(parameters: Sequence[FittedParameter]) -> list[str]:
    """Say which parameters the data do not hold."""
    reasons = []
    for p in parameters:
        if p.status == "at bound":
            reasons.append(f"{p.name} runs to its bound ({p.value:.3g} {p.unit})")
        elif p.status == "not determined":
            reasons.append(
                f"{p.name} is not determined by these data (standard error "
                f"{p.standard_error / abs(p.value):.0%})"
            )
        elif p.status.startswith("open"):
            reasons.append(f"{p.name} is {p.status}: the data set no limit there at 95 %")
    return reasons


def opened(parameter: FittedParameter, profiles: Profiles) -> FittedParameter:
    """Return the parameter with the status that its profile gives."""
    found = [p for p in profiles.profiles if p.name == parameter.name and p.is_open]
    if not found:
        return parameter
    below, above = found[0].open_below is not None, found[0].open_above is not None
    where = "on both sides" if below and above else "below" if below else "above"
    return replace(parameter, status=f"open {where}")


def warnings_about(
    model: Model,
    data: IVData,
    T: Array,
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
    found += _hot(model, T)
    if "R_series" in names and "R_0" in names:
        size = float(correlation[names.index("R_series"), names.index("R_0")])
        if abs(size) > _EXCHANGEABLE:
            found.append(
                f"R_series and R_0 are nearly exchangeable (correlation {size:+.4f}): R_0 rests on "
                "the prior of R_series"
            )
    return [*found, *_reach(model, data)]


def _hot(model: Model, T: Array) -> list[str]:
    if "T" not in model.state_names or T.max() < _HOT:
        return []
    reach = f"the fit reaches {T.max():.0f} K ({np.mean(T > _HOT):.0%} of the points above 800 K)"
    if "eps_r" in model.parameter_names and T.max() > NBO2_TRANSITION:
        where = f"above the transition of NbO2 near {NBO2_TRANSITION:.0f} K"
        return [f"{reach}, {where}, where the model is an extrapolation"]
    return [f"{reach}: is the material still the same there?"]


def _reach(model: Model, data: IVData) -> list[str]:
    """Compare the end of the data with the folds of the fitted curve."""
    try:
        curve = iv_curve(model)
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
