"""Ambient temperature: an input of every fit, because no electrical measurement tells it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from neurodyn.arguments import Extended
from neurodyn.devices import nbox_neuron
from neurodyn.errors import InputError
from neurodyn.io import IVData
from neurodyn.model import Quantity

Pair = tuple[float, Extended]
"""A value and its standard deviation."""


def ambient_temperature(T_amb: float | Pair) -> Pair:
    """Check one ambient temperature, with its standard deviation or without.

    Raises
    ------
    InputError
        If it is none in kelvin, or its standard deviation makes no sense.
    """
    value, sd = T_amb if isinstance(T_amb, (tuple, list)) else (T_amb, 0.0)
    quantity = nbox_neuron().quantity("T_amb")
    assert isinstance(quantity, Quantity)
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


def at_each_ambient(
    data: Sequence[IVData], ambients: Sequence[Pair]
) -> tuple[tuple[IVData, ...], tuple[Pair, ...]]:
    """Take measurements apart that hold several ambient temperatures in a column of their own.

    The column says the temperatures; their standard deviation is the one that was given.
    """
    parts: list[IVData] = []
    of_parts: list[Pair] = []
    for one, (value, sd) in zip(data, ambients, strict=True):
        several = one.by_T if len(one.by_T) > 1 else ((value, one),)
        for T, part in several:
            note = f"Taken at the ambient temperature that its column holds, {T:.4g} K."
            parts.append(part if part is one else replace(part, notes=(*part.notes, note)))
            of_parts.append((T, sd))
    return tuple(parts), tuple(of_parts)
