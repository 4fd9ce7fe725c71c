"""Unknowns of a fit, with transform, bounds and prior; settings that may be such; fit problems."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.fitting.ambient import Pair
from neurodyn.model import Model, Quantity

PRODUCTS = {"eps_r_d": ("eps_r", "d", "relative permittivity times oxide thickness")}
"""Products that alone enter a model: the factor that is varied, the one that is held, a meaning."""

Setting = float | Pair | Literal["free"]
"""What is known of a number: it is exact, has (mean, standard deviation), or is "free"."""


@dataclass(frozen=True)
class Unknown:
    """One unknown of a fit.

    Parameters
    ----------
    name : str
        A parameter of the model, "ambient" (T_amb of some curves), "T_offset" or "R_series".
    bounds : (low, high)
        Of the value.
    logarithmic : bool
        Whether the fit varies ln(value); positive quantities of unknown size are varied so.
    prior : (mean, standard deviation), optional
        Gaussian, of theta: of ln(value) if logarithmic.
    shown : str
        Name under which it is reported; ``name`` if empty.
    unit, meaning : str
        Of what is reported.
    factor : float
        What the value is multiplied by in reports.
    """

    name: str
    bounds: tuple[float, float]
    logarithmic: bool = True
    prior: tuple[float, float] | None = None
    shown: str = ""
    unit: str = "1"
    meaning: str = ""
    factor: float = 1.0

    @property
    def title(self) -> str:
        """Name under which it is reported."""
        return self.shown or self.name

    def theta(self, value: float) -> float:
        """Return what the fit varies."""
        return float(np.log(value)) if self.logarithmic else float(value)

    def value(self, theta: float) -> float:
        """Return the value itself."""
        return float(np.exp(theta)) if self.logarithmic else float(theta)

    def reported(self, theta: float) -> float:
        """Return the value that is reported."""
        return self.factor * self.value(theta)

    @property
    def limits(self) -> tuple[float, float]:
        """Bounds of theta."""
        return self.theta(self.bounds[0]), self.theta(self.bounds[1])


class Problem(Protocol):
    """A least-squares problem in theta, as minimised, profiled and reported."""

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """What is varied."""
        ...

    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Return residuals (n,) in standard deviations, and d(residuals)/d(theta) (n, k)."""
        ...


def limits_of(unknowns: Sequence[Unknown]) -> tuple[Array, Array]:
    """Return the bounds of theta, (k,) each."""
    low, high = zip(*(unknown.limits for unknown in unknowns), strict=True)
    return np.array(low), np.array(high)


def shown_name(name: str, model: Model) -> str:
    """Return the name under which a parameter of a model is fitted and reported."""
    for product, (varied, held, _) in PRODUCTS.items():
        if name == varied and held in model.parameter_names:
            return product
    return name


def model_name(name: str, model: Model) -> str:
    """Return the parameter of a model that is varied under a name."""
    varied = PRODUCTS[name][0] if name in PRODUCTS else name
    return varied if varied in model.parameter_names else name


def typical_size(name: str, model: Model) -> float | None:
    """Return the size that a model declares for what is reported under a name; None if no unit."""
    names = PRODUCTS[name][:2] if name in PRODUCTS else (name,)
    found = [model.quantity(part) for part in names if part in model.parameter_names]
    if len(found) < len(names) or all(quantity.unit == "1" for quantity in found):
        return None
    return float(np.prod([quantity.scale for quantity in found if isinstance(quantity, Quantity)]))


def unknown_of_model(name: str, model: Model, bounds: tuple[float, float]) -> Unknown:
    """Return a parameter of a model as an unknown, within the quantity's own bounds."""
    quantity, shown = model.quantity(name), shown_name(name, model)
    assert isinstance(quantity, Quantity)
    inside = max(bounds[0], quantity.bounds[0]), min(bounds[1], quantity.bounds[1])
    if shown == name:
        return Unknown(name, inside, unit=quantity.unit, meaning=quantity.meaning)
    _, held, meaning = PRODUCTS[shown]
    unit = model.quantity(held).unit
    return Unknown(name, inside, shown=shown, unit=unit, meaning=meaning, factor=model[held])


def setting(given: Setting, what: str, unit: str = "") -> Pair:
    """Return mean and standard deviation of a setting; 0 if exact, infinite if free.

    Raises
    ------
    InputError
        If it is no setting.

    Examples
    --------
    >>> setting("free", "gain"), setting(1.0, "gain")
    ((nan, inf), (1.0, 0.0))
    """
    if given == "free":
        return math.nan, math.inf
    pair = tuple(given) if isinstance(given, (tuple, list)) else (given, 0.0)
    numbers = len(pair) == 2 and all(isinstance(x, (int, float)) for x in pair)
    if not numbers or not (math.isfinite(pair[0]) and math.isfinite(pair[1]) and pair[1] >= 0):
        of = f" in {unit}" if unit else ""
        raise InputError(
            f"{what} is {given!r}; expected a number{of}, (mean, standard deviation), or 'free'"
        )
    return float(pair[0]), float(pair[1])


def as_text(known: Pair, unit: str = "") -> str:
    """Write a setting in words."""
    mean, sd = known
    if math.isinf(sd):
        return "free"
    of = f" {unit}" if unit else ""
    return f"{mean:g}{of} (held)" if sd == 0 else f"{mean:g} +- {sd:g}{of} (prior)"
