"""Units as metadata: parse ``"J/K"`` or ``"50 pF"``.

A unit is a factor to SI and seven exponents. Values inside neurodyn are plain floats; units are
read at the edge (files, command line), printed on axes, and used to check equations once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sympy

from neurodyn.errors import InputError

_BASE = ("m", "kg", "s", "A", "K", "mol", "cd")

# exponents of (m, kg, s, A, K); the last two base units never occur here
_UNITS: dict[str, tuple[float, tuple[int, ...]]] = {
    "m": (1.0, (1, 0, 0, 0, 0)),
    "g": (1e-3, (0, 1, 0, 0, 0)),
    "s": (1.0, (0, 0, 1, 0, 0)),
    "A": (1.0, (0, 0, 0, 1, 0)),
    "K": (1.0, (0, 0, 0, 0, 1)),
    "Hz": (1.0, (0, 0, -1, 0, 0)),
    "N": (1.0, (1, 1, -2, 0, 0)),
    "J": (1.0, (2, 1, -2, 0, 0)),
    "W": (1.0, (2, 1, -3, 0, 0)),
    "C": (1.0, (0, 0, 1, 1, 0)),
    "V": (1.0, (2, 1, -3, -1, 0)),
    "ohm": (1.0, (2, 1, -3, -2, 0)),
    "S": (1.0, (-2, -1, 3, 2, 0)),
    "F": (1.0, (-2, -1, 4, 2, 0)),
    "H": (1.0, (2, 1, -2, -2, 0)),
    "eV": (1.602176634e-19, (2, 1, -2, 0, 0)),
}
_ALIASES = {"\u03a9": "ohm", "\u2126": "ohm", "Ohm": "ohm", "Ohms": "ohm", "ohms": "ohm"}
_WORDS = {
    "volt": "V", "volts": "V", "ampere": "A", "amperes": "A", "amp": "A", "amps": "A",
    "kelvin": "K", "second": "s", "seconds": "s", "sec": "s", "farad": "F", "henry": "H",
    "joule": "J", "watt": "W", "siemens": "S", "hertz": "Hz",
}  # fmt: skip
_PREFIXES = {
    "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2,
    "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A unit: its size in SI base units, and its dimension.

    Parameters
    ----------
    factor : float
        Multiply a value in this unit by ``factor`` to get SI.
    dimension : tuple of Fraction-like
        Exponents of metre, kilogram, second, ampere, kelvin.
    """

    factor: float
    dimension: tuple[sympy.Rational, ...]

    def __mul__(self, other: Unit) -> Unit:
        pairs = zip(self.dimension, other.dimension, strict=True)
        return Unit(self.factor * other.factor, tuple(a + b for a, b in pairs))

    def __pow__(self, exponent: sympy.Rational) -> Unit:
        return Unit(
            float(self.factor ** float(exponent)), tuple(a * exponent for a in self.dimension)
        )

    def same_as(self, other: Unit) -> bool:
        """Whether both have one dimension and one size."""
        return self.dimension == other.dimension and math.isclose(
            self.factor, other.factor, rel_tol=1e-9
        )

    def __str__(self) -> str:
        parts = [
            f"{base}^{power}" if power != 1 else base
            for base, power in zip(_BASE, self.dimension, strict=False)
            if power != 0
        ]
        name = " ".join(parts) or "dimensionless"
        return name if self.factor == 1 else f"{self.factor:g} {name}"


DIMENSIONLESS = Unit(1.0, (sympy.Integer(0),) * 5)


def _named_unit(name: str) -> Unit | None:
    name = _ALIASES.get(name, _WORDS.get(name.lower(), name))
    if name in _UNITS:
        factor, exponents = _UNITS[name]
        return Unit(factor, tuple(sympy.Integer(e) for e in exponents))
    prefix, rest = name[:1], name[1:]
    rest = _ALIASES.get(rest, rest)
    if prefix in _PREFIXES and rest in _UNITS:
        factor, exponents = _UNITS[rest]
        return Unit(factor * _PREFIXES[prefix], tuple(sympy.Integer(e) for e in exponents))
    return None


def parse_unit(text: str) -> Unit:
    """Parse a unit such as ``"J/K"``, ``"uA/cm^2"``, ``"1/s"`` or ``"1"``.

    Raises
    ------
    InputError
        If a part of the text is not a unit.

    Examples
    --------
    >>> from neurodyn.model.units import parse_unit
    >>> parse_unit("mV").factor
    0.001
    """
    unit = DIMENSIONLESS
    cleaned = text.strip().replace("·", "*").replace(" ", "*").replace("**", "^").replace("²", "^2")
    if not re.fullmatch(r"[^*/]+(?:[*/][^*/]+)*", cleaned):
        raise InputError(f"{text!r} is not a unit; expected something like 'V', 'J/K' or 'uA/cm^2'")
    for sign, factor in re.findall(r"([*/]?)([^*/]+)", cleaned):
        name, _, power = factor.partition("^")
        try:
            exponent = sympy.Rational(power or 1)
        except (TypeError, ValueError):
            raise InputError(
                f"{text!r} is not a unit: the exponent {power!r} is no number"
            ) from None
        if name == "1":
            continue
        known = _named_unit(name)
        if known is None:
            raise InputError(
                f"{text!r} is not a unit that neurodyn knows: {name!r} is none of "
                f"{', '.join(_UNITS)}, with or without a prefix ({', '.join(_PREFIXES)})"
            )
        unit = unit * known ** (-exponent if sign == "/" else exponent)
    return unit


def quotient(numerator: Sequence[str], denominator: Sequence[str]) -> str:
    """Return the unit of a quotient of units, under its own name where it has one.

    Examples
    --------
    >>> from neurodyn.model.units import quotient
    >>> quotient(["mV"], ["nA"]), quotient(["A"], ["A"]), quotient(["mV"], ["uA/cm^2"])
    ('Mohm', '1', 'mV/uA*cm^2')
    """
    over = re.findall(r"([*/]?)([^*/]+)", "*".join(denominator))
    text = "*".join(numerator) + "".join(("*" if s == "/" else "/") + unit for s, unit in over)
    wanted = parse_unit(text)
    if wanted.same_as(DIMENSIONLESS):
        return "1"
    names = (prefix + name for prefix in ("", *_PREFIXES) for name in _UNITS)
    return next((name for name in names if parse_unit(name).same_as(wanted)), text)


_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$")


def parse_value(text: str, unit: str, what: str = "value") -> float:
    """Read a number with an optional unit, returned in ``unit``.

    Parameters
    ----------
    text : str
        ``"50pF"``, ``"335 uA"``, ``"0.215 eV"`` or a bare number, taken to be in ``unit``.
    unit : str
        The unit of the result, e.g. ``"F"``.
    what : str
        Name used in the error message.

    Raises
    ------
    InputError
        If the text is no number or its unit has another dimension.

    Examples
    --------
    >>> from neurodyn.model.units import parse_value
    >>> parse_value("335 uA", "A")
    0.000335
    """
    match = _NUMBER.match(text)
    if match is None:
        raise InputError(f"{what} is {text!r}; expected a number, with or without a unit ({unit})")
    number, given = float(match[1]), match[2].strip()
    if not given:
        return number
    source, target = parse_unit(given), parse_unit(unit)
    if source.dimension != target.dimension:
        raise InputError(f"{what} is {text!r}; expected a unit that converts to {unit}")
    # divide by the reciprocal of a small factor: 335 / 1e6 rounds to 0.000335, 335 * 1e-6 does not
    factor = source.factor / target.factor
    return number * factor if factor >= 1 else number / (target.factor / source.factor)
