"""Numbers as netlists write them: ``4k``, ``200p``, ``3meg``, ``200pF``, ``0.215eV``."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from neurodyn.errors import InputError
from neurodyn.model.units import parse_unit, parse_value

_SUFFIXES = {
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "m": -3,
    "k": 3,
    "meg": 6,
    "g": 9,
    "t": 12,
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
    small = rest.lower()
    if small in _SUFFIXES and rest == unit:
        raise InputError(
            f"{what}: {number}{rest} can be read in two ways (times 1e{_SUFFIXES[small]} or in "
            f"{unit}); expected {number} alone or with a power of ten"
        )
    suffix, name = _taken_apart(rest, unit)
    if rest[:1] == "M" and suffix == "m":
        raise InputError(
            f"{what}: {number}{rest} can be read in two ways (times 1e-3, as SPICE does, or times "
            f"1e6); expected {number}m, {number}meg or a power of ten"
        )
    if not name or name == unit:
        # shifting the decimal point rounds once, to the number that was meant
        return float(Decimal(number).scaleb(_SUFFIXES.get(suffix, 0)))
    try:
        same = parse_unit(rest).dimension == parse_unit(unit).dimension
    except InputError:
        raise InputError(
            f"{what}: {number}{rest} has a unit that is not known; expected [{unit}]"
        ) from None
    if not same:
        raise InputError(f"{what}: {number}{rest} has a wrong unit; expected [{unit}]")
    return parse_value(number + rest, unit, what)


def _taken_apart(rest: str, unit: str) -> tuple[str, str]:
    """Return the suffix, in small letters, and the unit behind it; no suffix before other units."""
    if rest == unit:
        return "", unit
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        name = rest[len(suffix) :]
        if rest.lower().startswith(suffix) and name in ("", unit):
            return suffix, name
    return "", rest
