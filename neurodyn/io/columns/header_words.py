"""What the words in a header mean: voltage or current, measured or set, and in what unit."""

from __future__ import annotations

import re
from typing import Any

from neurodyn.io.columns.unit_text import as_unit
from neurodyn.model.units import parse_unit


def words(text: str) -> frozenset[str]:
    """Return the words of a text: a readable way to write a set of them."""
    return frozenset(text.split())


# letters from camel case, digits and punctuation: "AnodeV" -> Anode V, "SMU1_V" -> SMU 1 V
_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
SI = {"V": "V", "I": "A", "R": "ohm"}

_WORDS = {
    "V": words("voltage volt volts potential spannung tension vdc"),
    "I": words("current curr amp amps ampere amperes strom courant idc"),
}
_MEASURED = words("measured measure meas monitor reading sense sensed device dev dut")
_LESSER = words(
    "source sourced src programmed prog program set setpoint applied app forced force target "
    "nominal command cmd bias sweep in input gate g gs bulk substrate total"
)
_PLAIN = words(
    "anode cathode drain top bottom te be smu ch channel probe avg mean average output out "
    "d ds dd a ak c ce s r m f e k dc"
)
_REMARKS = words(
    "smu ch channel sample sim simulated forward reverse up down trace retrace avg mean average "
    "raw dark light run sweep probe no nr"
)
_NEVER = words(  # what is named after a voltage or current but is something else
    "compliance comp cmpl limit range density log ln lg abs sqrt norm normalized normalised std sd "
    "err error noise status time power resistance conductance ratio derivative squared"
)
_DERIVATIVE = re.compile(r"^\s*d\s*[IVU]\b|[IVU]\s*/\s*[IVU]\b|\^|\|")


def dimension(kind: str) -> tuple[Any, ...]:
    """Return the dimension of a voltage (``"V"``) or a current (``"I"``)."""
    return parse_unit(SI[kind]).dimension


def kind_of_unit(name: str, unit: str | None) -> tuple[str | None, float]:
    """Say what a column is whose name says nothing, as ``CH1 (V)``, from its unit alone."""
    found = as_unit(unit) if unit else None
    if found is None or _means_something_else(name):
        return None, 1.0
    for kind in ("V", "I"):
        if found.dimension == dimension(kind):
            return kind, 1.9
    return None, 1.0


def kind_and_rank(name: str) -> tuple[str | None, float]:
    """Say whether a name means a voltage or a current, and how much it is to be preferred."""
    tokens = [token.lower() for token in _TOKEN.findall(name) if not token.isdigit()]
    if not tokens or len(tokens) > 8 or _means_something_else(name):
        return None, 1.0
    if two := re.fullmatch(r"([A-E])([VI])", name):  # AV, AI: terminals of a parameter analyser
        return two[2], 1.5
    by_word = [kind for kind, known in _WORDS.items() if known & set(tokens)]
    if len(by_word) == 1:
        return by_word[0], _rank(tokens)
    if by_word:
        return None, 1.0
    if tokens == ["bias"]:
        return "V", 2.0
    for place, token in enumerate(tokens):
        letter, rest = token[0], token[1:]
        others = tokens[:place] + tokens[place + 1 :] + ([rest] if rest else [])
        if letter in "vui" and all(t in _PLAIN | _MEASURED | _LESSER for t in others):
            # a bare letter is a weaker hint than a word: "ID" beside "Current" is a number
            return ("I" if letter == "i" else "V"), _rank(others) + 0.5
    return None, 1.0


def _means_something_else(name: str) -> bool:
    tokens = {token.lower() for token in _TOKEN.findall(name)}
    return bool(_NEVER & tokens or _DERIVATIVE.search(name))


def _rank(tokens: list[str]) -> float:
    if _MEASURED & set(tokens):
        return 0.0
    return 2.0 if _LESSER & set(tokens) else 1.0


_NUMBERED = re.compile(r"(?i:#|[a-z]{0,8}[\s._-]*#?)[0-9]{1,4}[a-z]?")


def describes(text: str) -> bool:
    """Whether a bracket is a remark rather than a unit: (measured), (SMU-1), [CH1], (2), (dark)."""
    if as_unit(text) is not None:
        return False
    known = _MEASURED | _LESSER | _REMARKS
    tokens = {token.lower() for token in _TOKEN.findall(text) if len(token) > 1}
    letters = text.rstrip("0123456789")
    return bool(known & tokens) or bool(_NUMBERED.fullmatch(text) and as_unit(letters) is None)
