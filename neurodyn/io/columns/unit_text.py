"""Units and factors in a header cell: every way of writing one, wherever in the cell it stands.

A header cell is a name, a unit and perhaps remarks. Whatever could be a unit or a factor is found
here; what can be read in two ways is a doubt, which refuses the column until the caller says its
unit: a factor of a thousand that passes unsaid is worse than a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from neurodyn.errors import InputError
from neurodyn.model.units import DIMENSIONLESS, Unit, parse_unit

Dimension = tuple[Any, ...]

_SPELLED = {
    "femto": "f",
    "pico": "p",
    "nano": "n",
    "micro": "u",
    "milli": "m",
    "kilo": "k",
}
_LIKE_UNIT = re.compile(r"{0}(?:[*/·]{0})*".format(r"[A-Za-zΩΩµμ]+(?:\^?-?[0-9]|²)?"))
_LARGEST_PREFIX = 1e3  # MA is no unit of a device's current, but mA in capitals
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = re.compile(r"(?<=[0-9])([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_MARKED_UP = re.compile(r"[\\$&]")
_MARKUP = (
    (re.compile(r"\\g\(([mM])\)"), "µ"),  # Origin: a letter in Greek
    (re.compile(r"\\g\([wW]\)"), "Ω"),
    (re.compile(r"\\[-+=biuc]\(([^()]*)\)"), r"\1"),  # Origin: subscripts, italics
    (re.compile(r"\\(?:mathrm|text|rm|si|unit)\s*\{([^{}]*)\}"), r"\1"),  # LaTeX
    (re.compile(r"\\(?:mu|micro|textmu)(?![A-Za-z])\s*"), "µ"),
    (re.compile(r"\\ampere\b"), "A"),
    (re.compile(r"\\milli\s*"), "m"),
    (re.compile(r"\\nano\s*"), "n"),
    (re.compile(r"\\volt\b"), "V"),
    (re.compile(r"&(?:micro|mu);"), "µ"),  # HTML
    (re.compile(r"Âµ|Î¼|Âμ"), "µ"),  # UTF-8 read as latin-1
    (re.compile(r"\$"), ""),
)

# a number that multiplies: 1e-6, 10^-6, 0.001, 1
_POWER = r"(?:[0-9.]*[0-9][eE][+-]?[0-9]+|10\s?(?:\^|\*\*)\s?\(?[+-]?[0-9]+\)?|1|0\.0*1)"
_SCALED = re.compile(rf"[x×*·]?\s*(?P<number>{_POWER})\s*[x×*·]?\s*(?P<unit>[A-Za-zµμΩ]+)")
_DIVIDED_BY = re.compile(rf"/\s*\(?\s*({_POWER}\s*[A-Za-zµμ]+)\s*\)?\s*$")  # I / 1e-6 A
_FACTOR = re.compile(
    r"(?<![A-Za-z0-9_.])[x×*·/]\s*[0-9]"  # x10, *1e6, /1000
    r"|(?<![A-Za-z0-9.+-])[0-9]*\.?[0-9]+[eE][+-]?[0-9]+"
    r"|(?<![0-9])10\s?(?:\^|\*\*)|(?<![A-Za-z0-9.])10{3,}(?![0-9.])|[0-9]\s*[*×·]|×"
    r"|(?i:\b(?:times|divided|multiplied|scaled?|factor)\b)"
)
_NO_UNIT = re.compile(
    r"%|(?i:\b(?:dB[a-zµ]*|ppm|percent|a\.?u\.?|arb|arbitrary|counts?|adc|lsb|codes?|raw)\b)"
)
_DAMAGED = re.compile(r"[?\ufffd¿][AV]|mcg?[AV]|[FPNUKMG][AV]")  # ?A; UA and MA in capitals
_VALUE = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?\s*(?P<unit>[A-Za-zµμΩ°]+)")
_BRACKET = re.compile(r"[(\[{<]((?:[^()\[\]{}<>]|\([^()]*\))*)[)\]}>]")
_FUNCTION = re.compile(r"(?i:\b(?:log|log10|ln|lg|abs|sqrt|per)\b)")
_INTRODUCED = re.compile(r"(?i:^\s*(?:in\b|units?\b))[\s:=]*")
_MARKED = re.compile(r"^(?P<name>.+?)(?:\s*[,/;:|=]\s*|\s+in\s+)(?P<unit>[^\s,_][^,_]*)$")
PREFIXED = re.compile(r"(?:[fpnuµμmk](?:[AVsK]|sec|amps?|volts?|Amps?|Volts?)|[munp]a|[mu]v)")
_NAME = re.compile(
    r"(?i:voltage|spannung|tension|potential|current|strom|courant|time|temperature)"
)
_WORD_GLUED = re.compile(
    r"(?P<name>(?i:voltage|volt|spannung|tension|potential|current|curr|strom|courant|bias|time"
    r"|[vuit](?:d|ds|dev|out|in|meas)?))(?P<unit>[fpnuµμmk][AVs])"
)
_PIECE = re.compile(r"[^\s_.,;:|/()\[\]{}<>@=+#-]+")


@lru_cache(maxsize=1024)
def as_unit(text: str) -> Unit | None:
    """Return the unit that a text means, or None; also ``v``, ``ma`` and ``uAmps``."""
    if (scaled := _SCALED.fullmatch(text.strip())) and (unit := as_unit(scaled["unit"])):
        factor = _power(scaled["number"])
        return Unit(factor * unit.factor, unit.dimension) if factor <= 1 else None
    text = re.sub(r"\b(dc|rms)\b", "", text.strip(), flags=re.IGNORECASE).strip()
    word = re.sub(r"(?i)(amperes?|amps?\.?)$", "A", re.sub(r"(?i)volts?$", "V", text))
    for long, short in _SPELLED.items():
        word = re.sub(rf"(?i)^{long}[\s-]*(?=[AV]$|sec)", short, word)
    if re.fullmatch(r"[fpnumkµμ]?[va]", word):
        word = word[:-1] + word[-1].upper()
    for candidate in (text, word):
        if len(candidate) <= 16 and _LIKE_UNIT.fullmatch(candidate):
            try:
                return parse_unit(candidate)
            except InputError:
                continue
    return None


def plain(text: str) -> str:
    """Return a header cell without the markup of Origin, LaTeX and HTML.

    Examples
    --------
    >>> plain("I (&micro;A)"), plain("10⁻⁶ A"), plain("Strom (ÂµA)")
    ('I (µA)', '10^-6 A', 'Strom (µA)')
    """
    if text.isascii() and not _MARKED_UP.search(text):
        return text
    for pattern, short in _MARKUP:
        text = pattern.sub(short, text)
    return _RAISED.sub(lambda m: "^" + m[1].translate(_SUPERSCRIPTS), text)


def _power(number: str) -> float:
    base, _, exponent = number.replace("**", "^").partition("^")
    return float(base) ** int(exponent.strip("() ")) if exponent else float(base)


@dataclass(frozen=True)
class Written:
    """A unit that a header cell shows.

    Parameters
    ----------
    text : str
        As it stands.
    unit : Unit or None
        None where it stands like a unit and is none that is known.
    place : {"bracket", "mark", "word", "letter"}
        How surely it is one: in brackets, behind a slash or comma, a word such as mA, a bare V.
    """

    text: str
    unit: Unit | None
    place: str


@dataclass(frozen=True)
class Parts:
    """A header cell taken apart: what is left as name, the units found, and doubts."""

    name: str
    units: tuple[Written, ...] = ()
    factor: str = ""  # what looks like a factor
    strange: str = ""  # what may be a unit, if no other stands there

    def unit_for(self, dimension: Dimension | None) -> tuple[str | None, str]:
        """Return the unit of a quantity as written, and a doubt about it (empty if there is none).

        Parameters
        ----------
        dimension : tuple or None
            Of the quantity that the name means; None if it says nothing.
        """
        fits = [w for w in self.units if w.unit and dimension in (None, w.unit.dimension)]
        for place in ("bracket", "mark", "word", "letter"):
            here = [w for w in fits if w.place == place]
            rivals = {w.text for w in fits if w.place != "letter" and not _same(w, here)}
            if here:
                doubt = self.factor or (f"{here[0].text} and {rivals.pop()}" if rivals else "")
                return here[0].text, doubt
            others = [w for w in self.units if w.place == place and w.place in ("bracket", "mark")]
            if others and not any(w.place == "word" for w in fits):
                return others[0].text, self.factor
        return None, self.factor or self.strange


def _same(written: Written, others: list[Written]) -> bool:
    return all(o.unit and written.unit and written.unit.same_as(o.unit) for o in others)


@lru_cache(maxsize=1024)
def take_apart(text: str, describes: Callable[[str], bool]) -> Parts:
    """Find the units and factors in a header cell, wherever they stand.

    Parameters
    ----------
    text : str
    describes : callable
        Whether the text in a bracket is a remark, as (measured) or [CH1].

    Examples
    --------
    >>> parts = take_apart("Current (mA) avg", lambda text: False)
    >>> parts.name, parts.unit_for(None)
    ('Current avg', ('mA', ''))
    >>> take_apart("Current (A) x1e6", lambda text: False).unit_for(None)
    ('A', 'x1e6')
    """
    text = plain(text)
    units: list[Written] = []
    strange: list[str] = []
    if tail := _DIVIDED_BY.search(text):
        units.append(Written(tail[1], as_unit(tail[1]), "bracket"))
        text = text[: tail.start()]
    rest, end = "", 0
    for bracket in _BRACKET.finditer(text):
        inside = _INTRODUCED.sub("", bracket[1]).strip(" .")
        keep = ""
        if (unit := as_unit(inside)) is not None and not unit.same_as(DIMENSIONLESS):
            units.append(Written(inside, unit, "bracket"))
        elif describes(inside) or not inside:
            keep = bracket[0]
        elif value := _VALUE.fullmatch(inside):  # (300 K), (100 uA): a setting, or a factor
            strange.append(inside if as_unit(value["unit"]) is not None else "")
            keep = bracket[0]
        else:
            units.append(_in_words(inside))
        rest += text[end : bracket.start()] + (keep or " ")
        end = bracket.end()
    rest = " ".join((rest + text[end:]).split())
    factor = _FACTOR.search(rest) or next(
        (m for w in units if w.unit is None and (m := _FACTOR.search(w.text))), None
    )
    if not units and (marked := _MARKED.match(rest)) and (unit := as_unit(marked["unit"])):
        units.append(Written(marked["unit"].strip(), unit, "mark"))
        rest = marked["name"].strip()
    rest = _words(rest, units, strange)
    if no_unit := _NO_UNIT.search(rest):
        strange.append(no_unit[0])
    shown = factor[0].strip() if factor else ""
    return Parts(
        rest.strip(" ,;:/_-"), tuple(units), shown and _around(text, shown), "".join(strange[:1])
    )


def _in_words(inside: str) -> Written:
    """Return the one unit among words in a bracket (uA rms, avg in mA), else what stands there."""
    found = [piece for piece in _PIECE.findall(inside) if PREFIXED.fullmatch(piece)]
    known = as_unit(found[0]) if len(found) == 1 else None
    if known is None or _FACTOR.search(inside) or _FUNCTION.search(inside):
        return Written(inside, None, "bracket")
    before, after = inside.split(found[0], 1)
    if re.search(r"[-/^*0-9]\s*$", before) or re.match(r"\s*[/*·^²]", after):
        return Written(inside, None, "bracket")
    return Written(found[0], known, "bracket")


def _words(rest: str, units: list[Written], strange: list[str]) -> str:
    """Find units that stand as words of their own or glued to a name; return the others."""
    kept, end = "", 0
    for piece in _PIECE.finditer(rest):
        word = piece[0]
        kept += rest[end : piece.start()]
        end = piece.end()
        glued = _WORD_GLUED.fullmatch(word)
        value = _VALUE.fullmatch(word)
        bare = value["unit"] if value else word
        after_number = value or re.search(r"(?<![A-Za-z0-9#.])[0-9.]+\s*$", rest[: piece.start()])
        if after_number and PREFIXED.fullmatch(bare):
            strange.append(word)
        elif PREFIXED.fullmatch(word) or (len(word) > 3 and as_unit(word)):
            unit = as_unit(word)
            units.append(Written(word, unit, "letter" if unit and unit.factor == 1 else "word"))
            if units[-1].place == "word":
                continue
        elif glued and as_unit(glued["unit"]):
            units.append(Written(glued["unit"], as_unit(glued["unit"]), "word"))
            word = glued["name"]
        elif word in ("V", "A", "s", "K") and (piece.start() or _NAME.search(rest)):
            units.append(Written(word, as_unit(word), "letter"))
        elif _DAMAGED.fullmatch(word):
            strange.append(word)
        kept += word
    return kept + rest[end:]


def _around(text: str, found: str) -> str:
    """Return the whole word around a piece of a header, for messages."""
    place = text.find(found)
    start = text.rfind(" ", 0, place) + 1 if place >= 0 else 0
    stop = text.find(" ", place + len(found))
    return text[start : stop if stop >= 0 else None] if place >= 0 else found
