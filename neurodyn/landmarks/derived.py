"""Derived quantities: what a fitted device does, with intervals from the fit, ``nd.derived``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.arguments import Whole, checked
from neurodyn.arrays import Array
from neurodyn.behaviours.subject import Subject
from neurodyn.continuation import bifurcation_diagram
from neurodyn.equilibria import IVCurve, StabilityCurve, iv_curve, stability
from neurodyn.errors import InputError, NeurodynError, unknown_name
from neurodyn.fitting import IVFit
from neurodyn.landmarks.firing import firing_of
from neurodyn.model import Model
from neurodyn.progress import Progress, silent
from neurodyn.simulation import solve
from neurodyn.spikes import spikes
from neurodyn.tables import plain

LABELS = {
    "threshold_V": ("threshold switching point TS, voltage", "V"),
    "threshold_I": ("threshold switching point TS, current", "A"),
    "hold_V": ("hold point H, voltage", "V"),
    "hold_I": ("hold point H, current", "A"),
    "hopf_low": ("lower Hopf point", "A"),
    "hopf_low_frequency": ("frequency at the lower Hopf point", "Hz"),
    "hopf_high": ("upper Hopf point", "A"),
    "hopf_high_frequency": ("frequency at the upper Hopf point", "Hz"),
    "cycle_fold": ("fold of cycles", "A"),
    "spiking_from": ("tonic spiking begins at", "A"),
    "spiking_to": ("tonic spiking ends at", "A"),
    "operating_frequency": ("firing rate at the operating current", "Hz"),
    "operating_energy": ("heat per spike in the device at the operating current", "J"),
}
_CYCLES, _SETTLE = 30, 10  # of a run at the operating current


@dataclass(frozen=True, eq=False)
class DerivedQuantity:
    """One number that follows from a fit.

    Parameters
    ----------
    name, label, unit : str
    value : float
        Of the best fit; NaN if the best fit has none.
    samples : (n,) float
        Of the draws that have one.
    draws : int
        How many were asked.
    """

    name: str
    label: str
    unit: str
    value: float
    samples: Array
    draws: int

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval between equal tails of the draws that have a value."""
        if len(self.samples) < 2:
            return float("nan"), float("nan")
        # so placed, the ends of n draws hold the next one as often as they say
        ends = [0.5 - level / 2, 0.5 + level / 2]
        low, high = np.quantile(self.samples, ends, method="weibull")
        return float(low), float(high)

    def __repr__(self) -> str:
        (a, b), (c, d) = self.interval(0.68), self.interval(0.95)
        missing = self.draws - len(self.samples)
        lacking = f"; absent in {missing} of {self.draws} draws" if missing else ""
        return (
            f"{self.label}: {self.value:.5g} {self.unit}, 68 % [{a:.5g}, {b:.5g}], "
            f"95 % [{c:.5g}, {d:.5g}]{lacking}"
        )


@dataclass(frozen=True, eq=False)
class Derived:
    """What a fitted device does, with intervals.

    Parameters
    ----------
    quantities : tuple of DerivedQuantity
    operating_current : float or None [A]
        At which frequency and energy are given.
    assumed : mapping from name to value
        What the I-V curve does not hold and the circuit needs.
    seed : int
    """

    quantities: tuple[DerivedQuantity, ...]
    operating_current: float | None
    assumed: Mapping[str, float]
    seed: int

    @checked
    def __getitem__(self, name: str) -> DerivedQuantity:
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity
        raise unknown_name("derived quantity", name, [q.name for q in self.quantities])

    def report(self) -> str:
        """Return all numbers as text."""
        held = ", ".join(f"{name} = {value:.4g}" for name, value in self.assumed.items())
        lines = [f"derived quantities (sampled, seed {self.seed}; assumed: {held}):"]
        if self.operating_current is not None:
            lines.append(f"  operating current {self.operating_current:.4g} A")
        return "\n".join([*lines, *(f"  {quantity!r}" for quantity in self.quantities)])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; NaN as None."""
        return plain(
            {
                "operating_current": self.operating_current,
                "assumed": self.assumed,
                "seed": self.seed,
                "quantities": {
                    q.name: {
                        "label": q.label,
                        "unit": q.unit,
                        "value": q.value,
                        "interval_68": q.interval(0.68),
                        "interval_95": q.interval(0.95),
                        "draws": q.draws,
                        "draws_without": q.draws - len(q.samples),
                    }
                    for q in self.quantities
                },
            }
        )

    def __repr__(self) -> str:
        return f"<{self.report()}>"


@checked
def derived(
    fit: IVFit,
    *,
    draws: Whole = 200,
    dynamic_draws: Whole = 0,
    seed: Whole = 0,
    parameters: Mapping[str, float] | None = None,
    progress: Progress = silent,
) -> Derived:
    """Return threshold, hold and Hopf points of a fitted device, and what its spikes are like.

    Each draw from the uncertainty of the fit (``fit.sample``) is asked itself, since near folds
    nothing is linear. A draw that lacks a quantity is counted, not dropped unseen.

    Parameters
    ----------
    fit : IVFit
    draws : int
        For threshold, hold and Hopf points, from the closed form.
    dynamic_draws : int
        For the fold of cycles, the range of spiking from rest, and rate and energy of spikes at the
        geometric middle of the best fit's range: seconds each.
    seed : int
    parameters : mapping from name to value, optional
        What the curve does not hold: ``C_ext``, ``C_th``, ...; the model's values by default.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    Derived

    Raises
    ------
    InputError
        For an unknown parameter, or fewer draws than 2.

    Examples
    --------
    >>> import neurodyn as nd
    >>> fit = nd.fit_iv(nd.read_iv(nd.default_iv()), T_amb=(298.0, 1.0))
    >>> numbers = nd.derived(fit, draws=20)
    >>> low, high = numbers["threshold_V"].interval(0.95)
    >>> low < numbers["threshold_V"].value < high
    True
    """
    if draws < 2:
        raise InputError(f"draws is {draws}; expected 2 or more")
    held = dict(parameters or {})
    best = fit.model.with_parameters(**held)
    models = [
        model.with_parameters(**held) for model in fit.sample(max(draws, dynamic_draws), seed)
    ]
    central = _numbers(best)
    samples: list[dict[str, float]] = []
    for i, model in enumerate(models[:draws]):
        samples.append(_numbers(model))
        progress("uncertainties", (i + 1) / draws)
    found = _collected(central, samples)
    current = None
    if dynamic_draws:
        central, current = _dynamics(best, None)
        samples = []
        for i, model in enumerate(models[:dynamic_draws]):
            samples.append(_dynamics(model, current)[0])
            progress("spikes of the draws", (i + 1) / dynamic_draws)
        found += _collected(central, samples)
    assumed = {
        name: best[name]
        for direction in fit.null_directions
        for name in direction
        if len(direction) == 1
    }
    return Derived(tuple(found), current, assumed, seed)


def _collected(
    central: Mapping[str, float], samples: list[dict[str, float]]
) -> list[DerivedQuantity]:
    names = [name for name in LABELS if name in central or any(name in s for s in samples)]
    return [
        DerivedQuantity(
            name,
            *LABELS[name],
            central.get(name, float("nan")),
            np.array([s[name] for s in samples if name in s]),
            len(samples),
        )
        for name in names
    ]


def _numbers(model: Model) -> dict[str, float]:
    try:
        return static_numbers(iv_curve(model, n=2), stability(model, n=200))
    except (NeurodynError, ValueError):  # a draw far out may have no folds, or no finite curve
        return {}


def static_numbers(iv: IVCurve, along: StabilityCurve) -> dict[str, float]:
    """Return the numbers that follow from the closed form alone."""
    found = {}
    for key, point in (("threshold", iv.threshold), ("hold", iv.hold)):
        if point is not None:
            found |= {f"{key}_V": point.V, f"{key}_I": point.I}
    if len(along.hopf) == 2:
        for key, hopf in zip(("hopf_low", "hopf_high"), along.hopf, strict=True):
            found |= {key: hopf.parameter, f"{key}_frequency": hopf.frequency}
    return found


def _dynamics(model: Model, current: float | None) -> tuple[dict[str, float], float | None]:
    """Return what takes cycles or simulation, and the operating current."""
    found: dict[str, float] = {}
    try:
        along = stability(model)
        diagram = bifurcation_diagram(model, "I_s", (0.0, 1.5 * along.hopf[-1].parameter))
        firing = firing_of(Subject(model, along.parameter, 0.0), along, diagram)
    except (NeurodynError, ValueError, IndexError):  # counted as a draw without
        return found, current
    if firing is not None:
        found |= {"spiking_from": firing.begins, "spiking_to": firing.ends}
        if current is None:
            current = float(np.sqrt(firing.begins * firing.ends))
    folds = [fold.parameter for fold in diagram.cycle_folds if fold.status]
    found |= {"cycle_fold": max(folds)} if folds else {}
    if current is not None:
        driven = model.with_parameters(I_s=current)
        cycle = driven.time_scale
        train = spikes(solve(driven, _CYCLES * cycle), after=_SETTLE * cycle)
        if len(train) > 2:
            found["operating_frequency"] = train.rate
            found["operating_energy"] = train.energy_per_spike("device")
    return found, current
