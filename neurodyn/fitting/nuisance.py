"""What is known of an instrument: a setting that is exact, has a prior, or is free."""

from __future__ import annotations

import math
from typing import Literal

from neurodyn.errors import InputError
from neurodyn.fitting.ambient import Pair

Setting = float | Pair | Literal["free"]
"""A value that is exact, (mean, standard deviation), or "free"."""


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
