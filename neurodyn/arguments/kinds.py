"""Kinds of number that an annotation can name, and one value read as one of them."""

from __future__ import annotations

import math
import numbers
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from neurodyn.errors import InputError


@dataclass(frozen=True, slots=True)
class Kind:
    """What a number must be beyond its type: a phrase, and the test that it names."""

    phrase: str
    holds: Callable[[Any], bool]


Positive = Annotated[float, Kind("a positive number", lambda x: 0 < x < math.inf)]
NonNegative = Annotated[float, Kind("a number of 0 or more", lambda x: 0 <= x < math.inf)]
Tolerance = Annotated[float, Kind("a number above 0 and below 1", lambda x: 0 < x < 1)]
Probability = Annotated[float, Kind("a number from 0 to 1", lambda x: 0 <= x <= 1)]
Extended = Annotated[float, Kind("a number or infinity", lambda x: x == x)]
Count = Annotated[int, Kind("a whole number of 1 or more", lambda n: n >= 1)]
Whole = Annotated[int, Kind("a whole number of 0 or more", lambda n: n >= 0)]
ALL_FINITE = Kind("finite numbers", lambda values: bool(np.all(np.isfinite(values))))
Numbers = Annotated[npt.ArrayLike, ALL_FINITE]
"""Numbers of any shape, all of them finite."""

FINITE = Kind("a finite number", math.isfinite)


def shown(value: object) -> str:
    """Return a value as a message shows it: one short line, whatever it is.

    >>> shown("1us"), shown(10**400)[:6]
    ("'1us'", '100000')
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    try:
        text = repr(value) if isinstance(value, float | complex) else reprlib.repr(value)
    except Exception:  # a repr of somebody else's that fails is no reason to lose the sentence
        text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


class Refused(Exception):
    """A value is not of a type; the message is what was expected."""


def read_number(value: Any, kind: Kind = FINITE) -> float:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if kind.holds(number):
            return number
    raise Refused(kind.phrase)


def finite(name: str, value: object, unit: str = "") -> float:
    """Return one finite number as a float.

    Raises
    ------
    InputError
        Naming what was given; text is no number, whatever it says.
    """
    try:
        return read_number(value)
    except Refused as refused:
        unit = f" in {unit}" if unit else ""
        raise InputError(f"{name} is {shown(value)}; expected {refused}{unit}") from None
