"""Checks that every fit makes of what it is told beside the data."""

from __future__ import annotations

import math

from neurodyn.devices import nbox_neuron
from neurodyn.errors import InputError


def ambient_temperature(T_amb: float | tuple[float, float]) -> tuple[float, float]:
    """Check one ambient temperature, with its standard deviation or without."""
    value, sd = T_amb if isinstance(T_amb, (tuple, list)) else (T_amb, 0.0)
    quantity = next(q for q in nbox_neuron().parameters if q.name == "T_amb")
    try:
        value = quantity.validated(value)
    except InputError as error:
        hint = "; T_amb is in kelvin (25 degrees Celsius are 298.15 K)"
        raise InputError(f"{error}{hint}") from None
    if not (math.isfinite(sd) and 0 <= sd < 0.2 * value):
        raise InputError(
            f"the standard deviation of T_amb is {sd:g} K; expected 0 to 20 % of it "
            "(several ambient temperatures go in a list)"
        )
    return value, float(sd)


def relative_noise(noise: float | tuple[float, float] | None) -> tuple[float, float] | None:
    """Check the relative noise of V and of I."""
    if noise is None:
        return None
    pair = tuple(noise) if isinstance(noise, (tuple, list)) else (noise, noise)
    if len(pair) != 2 or not all(math.isfinite(sd) and 0 < sd < 1 for sd in pair):
        raise InputError(
            f"noise is {noise!r}; expected one or two relative standard deviations between 0 and 1"
        )
    return float(pair[0]), float(pair[1])
