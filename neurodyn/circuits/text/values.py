"""Numbers as netlists write them: ``4k``, ``200p``, ``3meg``, ``200pF``, ``0.215eV``."""

from __future__ import annotations

import math
import re

from neurodyn.errors import InputError
from neurodyn.model.units import parse_unit, parse_value

_SUFFIXES = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "meg": 1e6,
    "g": 1e9,
    "t": 1e12,
}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)")


def read_value(text: str, unit: str, what: str) -> float:
    """Read a number with a suffix of SPICE, or with a unit, returned in ``unit``.

    Suffixes count whether capital or small, as in SPICE, but for what would be read in two ways:
    ``5M`` (milli to SPICE, mega to people) and a suffix that is also the unit, as in ``1F``.

    Raises
    ------
    InputError
        If the text is no number, its unit has another dimension, or it has two meanings.

    Examples
    --------
    >>> from neurodyn.circuits.text.values import read_value
    >>> read_value("4k", "ohm", "R1"), read_value("200pF", "F", "C1")
    (4000.0, 2e-10)
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{what}: {text!r} is no number; expected one like 4k, 200p or 3meg")
    number, rest = found.groups()
    value = _in_unit(number, rest, unit, what)
    if not math.isfinite(value):
        raise InputError(f"{what}: {text!r} is too large for a number")
    return value


def _in_unit(number: str, rest: str, unit: str, what: str) -> float:
    if not rest:
        return float(number)
    small = rest.lower()
    if rest == "M" or (small in _SUFFIXES and rest == unit):
        readings = f"{_SUFFIXES[small]:g}", "1e6" if rest == "M" else f"1 {unit}"
        raise InputError(
            f"{what}: {number}{rest} can be read in two ways (times {readings[0]} or times "
            f"{readings[1]}); expected a number like {number}e6 or {number}{small}"
            if rest == "M"
            else f"{what}: {number}{rest} can be read in two ways (times {readings[0]} or in "
            f"{unit}); expected {number} alone or with a power of ten"
        )
    if small in _SUFFIXES:
        return _scaled(number, _SUFFIXES[small])
    if small.startswith("meg"):  # the one suffix of SPICE that is no prefix of a unit
        return _scaled(number, 1e6) * parse_value(f"1{rest[3:]}", unit, what)
    try:
        same = parse_unit(rest).dimension == parse_unit(unit).dimension
    except InputError:
        raise InputError(
            f"{what}: {number}{rest} has a unit that is not known; expected [{unit}]"
        ) from None
    if not same:
        raise InputError(f"{what}: {number}{rest} has a wrong unit; expected [{unit}]")
    return parse_value(number + rest, unit, what)


def _scaled(number: str, factor: float) -> float:
    # as parse_value: dividing by the reciprocal of a small factor rounds to the decimal meant
    return float(number) * factor if factor >= 1 else float(number) / (1 / factor)
