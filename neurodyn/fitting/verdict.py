"""Verdict of a fit: the reasons against it, and what to mind if there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.fitting.parameters import FittedParameter
from neurodyn.fitting.profile_result import Profiles
from neurodyn.fitting.unknowns import Unknown, typical_size
from neurodyn.model import Model

HARMFUL = 0.1
"""Relative error that a misfit may leave in a parameter: that of one that is well determined."""

_UNTYPICAL = 100.0  # times the size that a model declares for a parameter
_HOT = 800.0  # K; beyond that few oxides stay what they were
_NBO2_TRANSITION = 1080.0  # K; as quoted for NbO2, not checked at a primary source


@dataclass(frozen=True)
class Verdict:
    """Whether a fit is to be believed.

    Parameters
    ----------
    misfit : tuple of str
        Reasons against the model: what the residuals say.
    undetermined : tuple of str
        Reasons from parameters that the data do not hold.
    warnings : tuple of str
    """

    misfit: tuple[str, ...]
    undetermined: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the fit is rejected; empty if it is not."""
        return (*self.misfit, *self.undetermined)

    @property
    def accepted(self) -> bool:
        """Whether there is no reason against the fit."""
        return not self.reasons

    def __str__(self) -> str:
        return "accepted" if self.accepted else "rejected: " + "; ".join(self.reasons)


def verdict_on(
    model: Model,
    parameters: Sequence[FittedParameter],
    misfit: Sequence[str],
    warnings: Sequence[str],
) -> Verdict:
    """Return the verdict on a fit, what its parameters say of it included."""
    undetermined = _undetermined(parameters)
    return Verdict(tuple(misfit), undetermined, (*_untypical(model, parameters), *warnings))


def _untypical(model: Model, parameters: Sequence[FittedParameter]) -> Iterator[str]:
    """Say which values lie far from anything typical, as those of wrong units do.

    Voltages s times and currents r times too large fit as well: with R_0 s/r times, eps_r d s times
    and R_th 1/(s r) times what they are.
    """
    for p in parameters:
        typical = typical_size(p.name, model)
        if not typical or not p.value > 0 or 1 / _UNTYPICAL <= p.value / typical <= _UNTYPICAL:
            continue
        times, way = p.value / typical, "more"
        if times < 1:
            times, way = 1 / times, "less"
        yield (
            f"{p.name} = {p.value:.3g} {p.unit} is {times:.2g} times {way} than is typical "
            f"({typical:.2g} {p.unit}): are the units of the data right?"
        )


def most_harmed(
    unknowns: Sequence[Unknown], noise: Array, whole: Array
) -> tuple[str, float] | None:
    """Return the parameter in which a misfit leaves the largest error, and that relative error.

    Parameters
    ----------
    unknowns : sequence of k Unknown
    noise, whole : (k, k) float
        Covariance by noise alone, and with what the misfit adds.

    Returns
    -------
    title, error
        None if no error by misfit is above 10 % and above that by noise.
    """
    found = []
    for unknown, alone, both in zip(unknowns, np.diag(noise), np.diag(whole), strict=True):
        if unknown.logarithmic and unknown.name != "ambient":
            error = float(np.sqrt(max(both - alone, 0.0)))
            if error > HARMFUL and error**2 > alone:
                found.append((error, unknown.title))
    return (max(found)[1], max(found)[0]) if found else None


def judged_by_profiles(
    parameters: Sequence[FittedParameter], verdict: Verdict, profiles: Profiles
) -> tuple[tuple[FittedParameter, ...], Verdict]:
    """Return parameters and verdict with the statuses that the profiles give."""
    opened = tuple(_opened(parameter, profiles) for parameter in parameters)
    return opened, replace(verdict, undetermined=_undetermined(opened))


def _undetermined(parameters: Sequence[FittedParameter]) -> tuple[str, ...]:
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
    return tuple(reasons)


def _opened(parameter: FittedParameter, profiles: Profiles) -> FittedParameter:
    found = [p for p in profiles.profiles if p.name == parameter.name and p.is_open]
    if not found:
        return parameter
    below, above = found[0].open_below is not None, found[0].open_above is not None
    where = "on both sides" if below and above else "below" if below else "above"
    return replace(parameter, status=f"open {where}")


def heat_warnings(model: Model, what: str, hottest: float, share: float | None = None) -> list[str]:
    """Warn of temperatures at which the material may not be what it was.

    Parameters
    ----------
    model : Model
    what : str
        What gets so hot: "the fit", "the spikes".
    hottest : float [K]
    share : float, optional
        Of the points above 800 K.
    """
    if "T" not in model.state_names or hottest < _HOT:
        return []
    verb = "reaches" if what == "the fit" else "reach"
    reach = f"{what} {verb} {hottest:.0f} K"
    reach += "" if share is None else f" ({share:.0%} of the points above {_HOT:.0f} K)"
    if "eps_r" not in model.parameter_names:
        return [f"{reach}: is the material still the same there?"]
    if hottest > _NBO2_TRANSITION:
        where = f"above the transition of NbO2 near {_NBO2_TRANSITION:.0f} K"
        return [f"{reach}, {where}, where the model is an extrapolation"]
    return [f"{reach}: is the material still the same there?"]
