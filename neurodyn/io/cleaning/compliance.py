"""The compliance that an instrument worked under, read from the settings above its data."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from neurodyn.errors import InputError
from neurodyn.io.columns.unit_text import as_unit
from neurodyn.model.units import parse_unit, parse_value

Quantity = Literal["current", "voltage"]
_SI: dict[Quantity, str] = {"current": "A", "voltage": "V"}
_MOST_LIMITS = 3
_PLAIN = re.compile(
    r"(?<![a-z])(?:(?P<which>current|voltage|[iv])[\s_.-]*)?"
    r"(?P<word>compliance|limit(?:ing)?|cmpl|comp|(?:(?<=i)|(?<![a-z]))cc|strombegrenzung)(?![a-z])"
    r"(?:[\s_.-]*(?P<after>current|voltage|[iv])(?![a-z]))?[\s_\"+-]*"
    r"(?:\((?:positive|negative|forward|reverse|set|reset|pos|neg)\)|set|reset|[+-])?[\s_\"]*"
    r"(?:[(\[](?P<bracket>[^)\]]*)[)\]])?[\s\":=,;]*"
    r"(?P<value>[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)\s*(?P<unit>[a-zµμ]*)",
    re.IGNORECASE,
)


class Limit(NamedTuple):
    """A compliance: its size in SI and what it limits, ``"current"`` or ``"voltage"``.

    ``others`` are further ones that the settings name, as of the other polarity.
    """

    value: float
    kind: Quantity
    others: tuple[float, ...] = ()


def find_limit(preamble: Sequence[str], current: str) -> tuple[Limit | None, str]:
    """Read the compliance from the lines above a table.

    Parameters
    ----------
    preamble : sequence of str
    current : str
        Header of the current column; where there are several channels it names the right one.

    Returns
    -------
    limit : Limit or None
    note : str
        Where it was found, or why what was found is not used; may be empty.
    """
    for reader in (_easyexpert, _kickstart):
        limit = reader(preamble, current)
        if limit is not None:
            return limit, f"The {limit.kind} limit is that of the instrument settings."
    return _plain(preamble)


def _limit(text: str, kind: Quantity) -> Limit | None:
    try:
        value = abs(parse_value(text.strip(), _SI[kind]))
    except InputError:
        return None
    return Limit(value, kind) if 0 < value < float("inf") else None


def _easyexpert(preamble: Sequence[str], _current: str) -> Limit | None:
    """``TestParameter, Measurement.Primary.Compliance, 0.001`` and the swept channel's mode."""
    settings = easyexpert_settings(preamble)
    compliance = settings.get("Measurement.Primary.Compliance", [""])[0]
    mode = swept(settings, "Channel.Mode") or "V"
    return _limit(compliance, "voltage" if mode.upper().startswith("I") else "current")


def easyexpert_settings(preamble: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each ``TestParameter`` line."""
    settings: dict[str, list[str]] = {}
    for line in preamble:
        if line.startswith("TestParameter"):
            cells = [cell.strip().strip('"') for cell in line.split(",")]
            if len(cells) > 2:
                settings[cells[1]] = cells[2:]
    return settings


def swept(settings: dict[str, list[str]], key: str) -> str | None:
    """Return the entry of a setting that belongs to the swept channel (``VAR1``)."""
    functions = settings.get("Channel.Func", [])
    values = settings.get(key, [])
    pairs = zip(functions, values, strict=False)
    return next((value for function, value in pairs if function == "VAR1"), None)


def _kickstart(preamble: Sequence[str], current: str) -> Limit | None:
    """``...Function  Voltage Sweep`` and ``...Limit  0.1`` below ``.Channel  SMU-1``."""
    found: dict[str, Limit] = {}
    channel = ""
    kind: Quantity | None = None
    for line in preamble:
        cells = _cells(line)
        if len(cells) < 2 or not cells[0].startswith("."):
            continue
        key, value = cells[0].strip(". "), cells[1]
        if key == "Channel":
            channel, kind = value, None
        elif key == "Function":
            kind = "voltage" if value.lower().startswith("current") else "current"
        elif key == "Limit" and kind and (limit := _limit(value, kind)):
            found.setdefault(channel, limit)
    named = [limit for name, limit in found.items() if name and name in current]
    return next(iter(named or (found.values() if len(found) == 1 else [])), None)


def _cells(line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return []


def _plain(preamble: Sequence[str]) -> tuple[Limit | None, str]:
    """``Compliance: 1 mA`` or ``# current limit = 0.001`` in any line."""
    matches = (m for line in preamble if len(line) < 300 for m in _PLAIN.finditer(line))
    limits = {limit for match in matches if (limit := _said(match))}
    if len({limit.kind for limit in limits}) == 1 and 1 < len(limits) <= _MOST_LIMITS:
        largest, *others = sorted((limit.value for limit in limits), reverse=True)
        note = f"The lines above the rows name {len(limits)} limits; each is looked for."
        return Limit(largest, limits.pop().kind, tuple(others)), note
    if len(limits) > 1:
        return None, "The lines above the rows name several limits; none of them was used."
    if not limits:
        return None, ""
    limit = limits.pop()
    return limit, f"The {limit.kind} limit was read from a line above the rows."


def _said(match: re.Match[str]) -> Limit | None:
    unit = match["bracket"] or match["unit"] or ""
    found = as_unit(unit) if unit else None
    if unit and found is None:
        return None
    kind = _kind_said(match)
    for candidate, si in _SI.items():
        if found is not None and found.dimension == parse_unit(si).dimension:
            limit = _limit(match["value"], candidate)
            agrees = kind in (candidate, None)
            return Limit(limit.value * found.factor, candidate) if limit and agrees else None
    if kind is None and match["word"].lower() != "limit":
        kind = "current"  # "compliance" of a voltage sweep; a voltage would match no current
    return _limit(match["value"], kind) if kind and not unit else None


def _kind_said(match: re.Match[str]) -> Quantity | None:
    first = (match["which"] or match["after"] or " ").lower()[0]
    return "voltage" if first == "v" else "current" if first in "ci" else None
