"""Which column is the voltage, which the current, and in what unit: read from their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from neurodyn.errors import InputError, unknown_name
from neurodyn.model.units import Unit, parse_unit

# letters from camel case, digits and punctuation: "AnodeV" -> Anode V, "SMU1_V" -> SMU 1 V
_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_BRACKET = re.compile(r"^(.*?)\s*[(\[{<]([^()\[\]{}<>]*)[)\]}>]\s*$", re.DOTALL)
_TAIL = re.compile(r"^(.+?)(?:\s*[,/_]\s*|\s+in\s+|\s+)([^\s,/_]+)$")
_SPELLED = {"micro": "u", "milli": "m", "nano": "n", "pico": "p", "kilo": "k"}

_WORDS = {
    "V": frozenset("voltage volt volts potential spannung tension vdc".split()),
    "I": frozenset("current curr amp amps ampere amperes strom courant idc".split()),
}
_MEASURED = frozenset("measured measure meas monitor reading sense sensed device dev dut".split())
_LESSER = frozenset(
    "source sourced src programmed prog program set setpoint applied app forced force target "
    "nominal command cmd bias in input gate g bulk substrate total".split()
)
_PLAIN = frozenset(
    "anode cathode drain top bottom te be smu ch channel probe avg mean average output out "
    "d ds dd a ak c ce s r m f e k dc".split()
)
_NEVER = frozenset(  # what is named after a voltage or current but is something else
    "compliance comp cmpl limit range density log ln lg abs sqrt norm normalized normalised std sd "
    "err error noise status time power resistance conductance ratio derivative squared".split()
)
_DERIVATIVE = re.compile(r"^\s*d\s*[IVU]\b|[IVU]\s*/\s*[IVU]\b|\^|\|")


@dataclass(frozen=True)
class Column:
    """One column of a table, as its header describes it.

    Parameters
    ----------
    index : int
        Counted from 0.
    text : str
        The header cell as it stands.
    name : str
        The same without its unit.
    unit : str or None
        The unit as written.
    kind : {"V", "I", None}
        What the name stands for.
    rank : float
        Smaller is preferred: measured, then plain, then sourced.
    """

    index: int
    text: str
    name: str = ""
    unit: str | None = None
    kind: str | None = None
    rank: float = 1.0


def as_unit(text: str) -> Unit | None:
    """Return the unit that a text means, or None; also ``v``, ``ma`` and ``uAmps``."""
    text = re.sub(r"\b(dc|rms)\b", "", text.strip(), flags=re.IGNORECASE).strip()
    word = re.sub(r"(?i)(amperes?|amps?)$", "A", re.sub(r"(?i)volts?$", "V", text))
    for long, short in _SPELLED.items():
        word = re.sub(rf"(?i)^{long}\s*(?=[AV]$)", short, word)
    if re.fullmatch(r"[fpnumkµμ]?[va]", word):
        word = word[:-1] + word[-1].upper()
    for candidate in (text, word):
        if re.search(r"[A-Za-zΩΩ]", candidate):
            try:
                return parse_unit(candidate)
            except (InputError, ArithmeticError, ValueError):
                continue
    return None


def unit_of_row_cell(cell: str) -> str | None:
    """Return the unit in a cell of a row of units, with or without brackets, or None."""
    bracket = _BRACKET.match(cell)
    text = bracket[2].strip() if bracket and not bracket[1].strip() else cell
    return text if as_unit(text) is not None else None


def parse_column(index: int, text: str, unit: str | None = None) -> Column:
    """Read a header cell.

    Parameters
    ----------
    index : int
    text : str
        E.g. ``"SMU-1 Voltage (V)"``, ``"I_uA"``, ``"Current / mA"``.
    unit : str, optional
        The unit from a row of units, used where the cell itself has none.

    Examples
    --------
    >>> column = parse_column(2, "SMU-1 Current (mA)")
    >>> column.kind, column.unit, column.name
    ('I', 'mA', 'SMU-1 Current')
    """
    name, own = text, None
    bracket = _BRACKET.match(text)
    # in V(out) and I(R1) of circuit simulators the bracket is part of the name
    node = bracket and re.fullmatch(r"[VI]", bracket[1]) and as_unit(bracket[2]) is None
    if bracket and bracket[1].strip() and not node and not _describes(bracket[2]):
        name, own = bracket[1].strip(), bracket[2].strip() or None
    kind, rank = _kind_and_rank(bracket[1] if node and bracket else name)
    tail = _TAIL.match(name) if own is None else None
    if tail and (found := as_unit(tail[2])):
        kind_of_head, rank_of_head = _kind_and_rank(tail[1])
        # V_S and I_D are subscripts; only the unit that the quantity can have is taken for one
        if kind_of_head and found.dimension == parse_unit(_SI[kind_of_head]).dimension:
            name, own, kind, rank = tail[1].strip(), tail[2], kind_of_head, rank_of_head
    if kind is None and own is None:
        kind, own, rank = _unit_as_name(text)
    return Column(index, text, name, own or unit, kind, rank)


_SI = {"V": "V", "I": "A"}


def _describes(text: str) -> bool:
    """Whether a bracket says which voltage is meant rather than its unit: (measured), (SMU-1)."""
    words = [token.lower() for token in _TOKEN.findall(text)]
    known = _MEASURED | _LESSER | {"smu", "ch", "channel", "sample", "sim", "simulated"}
    return as_unit(text) is None and any(w in known for w in words if len(w) > 1)


def _unit_as_name(text: str) -> tuple[str | None, str | None, float]:
    """Read a header that consists of units only: ``mV`` or ``(uA)``."""
    unit = unit_of_row_cell(text)
    found = as_unit(unit) if unit else None
    for kind, si in _SI.items():
        if found is not None and found.dimension == parse_unit(si).dimension:
            return kind, unit, 1.9
    return None, None, 1.0


def _kind_and_rank(name: str) -> tuple[str | None, float]:
    """Say whether a name means a voltage or a current, and how much it is to be preferred."""
    tokens = [token.lower() for token in _TOKEN.findall(name) if not token.isdigit()]
    if not tokens or len(tokens) > 8 or _DERIVATIVE.search(name) or _NEVER & set(tokens):
        return None, 1.0
    by_word = [kind for kind, words in _WORDS.items() if words & set(tokens)]
    if len(by_word) == 1:
        return by_word[0], _rank(tokens)
    if by_word:
        return None, 1.0
    if tokens == ["bias"]:
        return "V", 2.0
    for token in tokens:
        letter, rest = token[0], token[1:]
        others = [t for t in tokens if t is not token] + ([rest] if rest else [])
        if letter in "vui" and all(t in _PLAIN | _MEASURED | _LESSER for t in others):
            # a bare letter is a weaker hint than a word: "ID" beside "Current" is a number
            return ("I" if letter == "i" else "V"), _rank(others) + 0.5
    return None, 1.0


def _rank(tokens: list[str]) -> float:
    if _MEASURED & set(tokens):
        return 0.0
    return 2.0 if _LESSER & set(tokens) else 1.0


def pick(columns: list[Column], kind: str, wanted: str | int | None, source: str) -> Column:
    """Return the column of one kind, the wanted one if it is named.

    Raises
    ------
    InputError
        If there is none, or more than one that is equally likely; says how to choose.
    """
    keyword = "voltage" if kind == "V" else "current"
    if wanted is not None:
        return replace(_named(columns, keyword, wanted, source), kind=kind)
    found = [column for column in columns if column.kind == kind]
    found = [c for c in found if c.rank == min(column.rank for column in found)]
    if len(found) == 1:
        return found[0]
    listing = ", ".join(f"{c.index}: {c.text!r}" for c in (found or columns)) or "none"
    what = "more than one column" if found else "no column"
    raise InputError(
        f"{source!r} has {what} that reads as a {keyword} ({listing}); "
        f"pass {keyword}= with the name or the number of one"
    )


def _named(columns: list[Column], keyword: str, wanted: str | int, source: str) -> Column:
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if 0 <= wanted < len(columns):
            return columns[wanted]
        raise InputError(
            f"{keyword}={wanted}, but {source!r} has {len(columns)} columns, counted from 0"
        )
    if not isinstance(wanted, str):
        raise InputError(f"{keyword} is {wanted!r}; expected the name or number of a column")
    for key in (str, str.casefold):
        for field in ("text", "name"):
            found = [c for c in columns if key(getattr(c, field)) == key(wanted.strip())]
            if len(found) == 1:
                return found[0]
            if found:
                numbers = " and ".join(str(column.index) for column in found)
                raise InputError(
                    f"{source!r} has several columns called {wanted!r}: "
                    f"pass {keyword}= one of the numbers {numbers}"
                )
    raise unknown_name("column", wanted, [column.text for column in columns])


def factor_to_si(column: Column, unit: str | None, source: str) -> tuple[float, str]:
    """Return what to multiply a column by to get SI, and a note if the unit had to be assumed.

    Parameters
    ----------
    column : Column
        With its kind.
    unit : str, optional
        The unit the caller gives; it wins over the header.

    Raises
    ------
    InputError
        If the unit is unknown or is not one of the quantity.
    """
    si = _SI[column.kind or "V"]
    what = {"V": "voltage", "A": "current"}[si]
    written = unit if unit is not None else column.unit
    if written is None:
        return 1.0, f"No unit is given for {column.text!r}: {si} was assumed."
    found = as_unit(written) if isinstance(written, str) else None
    if found is None:
        raise InputError(
            f"{source!r}: the unit of {column.text!r} is {written!r}, which is not one that "
            f"neurodyn knows; pass {what}_unit= with e.g. {si!r} or 'm{si}'"
        )
    if found.dimension != parse_unit(si).dimension:
        raise InputError(
            f"{source!r}: the unit of {column.text!r} is {written!r}; expected a unit of {what}, "
            f"such as {si!r} or 'm{si}'"
        )
    if unit is not None and column.unit is not None and column.unit != unit:
        note = f"The unit {unit!r} was given by the caller; the file says {column.unit!r}."
        return found.factor, note
    return found.factor, ""
