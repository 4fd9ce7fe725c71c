"""Which column is the voltage, which the current, and in what unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from neurodyn.errors import InputError, unknown_name
from neurodyn.io.columns.header_words import (
    SI,
    describes,
    dimension,
    kind_and_rank,
    kind_of_unit,
)
from neurodyn.io.columns.unit_text import as_unit, plain, take_apart
from neurodyn.model.units import DIMENSIONLESS, parse_unit

_SPICE = re.compile(r"(?P<letter>[VIvi])[a-z]?[(](?P<node>[^()]*)[)]")  # V(out), i(v1), Id(M1)
_OF_UNIT = re.compile(r"(?P<name>[VUItT])\s*/\s*(?P<unit>[A-Za-zµμΩ]+)")  # V/mV, t/s
_DIMENSIONS = {name: parse_unit(si).dimension for name, si in zip("VUItT", "VVAsK", strict=True)}
_LONGEST_NAME = 200  # what is longer is prose or rubbish


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
    kind : {"V", "I", "R", None}
        What the name stands for; R only where a resistance serves in place of a current.
    rank : float
        Smaller is preferred: measured, then plain, then sourced.
    doubt : str
        What in the header may be a factor or another unit, so that the column is refused until
        its unit is said.
    """

    index: int
    text: str
    name: str = ""
    unit: str | None = None
    kind: str | None = None
    rank: float = 1.0
    doubt: str = ""

    @property
    def shown(self) -> str:
        """The header for messages, cut short if it is very long."""
        return self.text if len(self.text) < 80 else f"{self.text[:60]}..."


def unit_of_row_cell(cell: str) -> str | None:
    """Return the unit in a cell of a row of units, with or without brackets, or None."""
    text = plain(cell).strip() if len(cell) < _LONGEST_NAME else ""
    if len(text) > 2 and text[0] + text[-1] in ("()", "[]", "{}", "<>"):
        text = text[1:-1].strip()
    unit = as_unit(text)
    # "V/mV" is a voltage in mV, not a pure number
    pure = unit is None or unit.dimension == DIMENSIONLESS.dimension
    return None if pure else text


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
    if len(text) > _LONGEST_NAME:
        return Column(index, text, text)
    if text.lower() != "v" and (alone := unit_of_row_cell(text)) is not None:
        kind, rank = kind_of_unit("", alone)  # nothing but a unit: "mV", "(uA)"
        return Column(index, text, text, alone, kind, rank)
    spice = _SPICE.fullmatch(text.strip())
    if spice and (as_unit(spice["node"]) is None or spice["letter"].islower()):
        return Column(index, text, text, unit, spice["letter"].upper(), 1.5)
    of = _OF_UNIT.fullmatch(plain(text).strip())
    if of and (found := as_unit(of["unit"])) and found.dimension == _DIMENSIONS[of["name"]]:
        kind, rank = kind_and_rank(of["name"])
        return Column(index, text, of["name"], of["unit"], kind, rank)
    if of and of["name"] in "VUI" and of["unit"] in "VUI":
        return Column(index, text, text, unit)  # I/V, V/I: a ratio
    parts = take_apart(text, describes)
    kind, rank = kind_and_rank(parts.name)
    own, doubt = parts.unit_for(dimension(kind) if kind else None)
    if own is None and unit is not None and not parts.factor:
        doubt = ""  # a row of units says it
    if kind is None or parts.name == "":
        kind, rank = kind_of_unit(parts.name, own or unit)
    return Column(index, text, parts.name or text, own or unit, kind, rank, doubt)


def pick(columns: list[Column], kind: str, wanted: str | int | None, source: str) -> Column:
    """Return the column of one kind, the wanted one if it is named.

    Raises
    ------
    InputError
        If there is none, or more than one that is equally likely; says how to choose.
    """
    keyword = "voltage" if kind == "V" else "current"
    if kind == "I" and wanted is None and lines_of_array(columns):
        resistances = [replace(c, kind="R") for c in columns if _is_resistance(c)]
        if len(resistances) == 1:
            return resistances[0]
    if wanted is not None:
        return replace(named(columns, keyword, wanted, source), kind=kind)
    found = [column for column in columns if column.kind == kind]
    found = [c for c in found if c.rank == min(column.rank for column in found)]
    if len(found) == 1:
        return found[0]
    listing = ", ".join(f"{c.index}: {c.shown!r}" for c in (found or columns)[:12]) or "none"
    what = "more than one column" if found else "no column"
    raise InputError(
        f"{source!r} has {what} that reads as a {keyword} ({listing}); "
        f"pass {keyword}= with the name or the number of one"
    )


def lines_of_array(columns: list[Column]) -> list[Column]:
    """Return the columns that say which device of an array a row is of (ArC ONE); or none."""
    found = [c for c in columns if c.text.strip().lower() in ("wordline", "bitline")]
    return found if len(found) == 2 else []


def _is_resistance(column: Column) -> bool:
    unit = as_unit(column.unit) if column.unit else None
    by_unit = unit is not None and unit.dimension == parse_unit("ohm").dimension
    by_name = bool(re.search(r"(?i)\bresistance\b", column.name)) and column.unit is None
    return (by_unit or by_name) and not re.search(r"(?i)load|series|set", column.name)


def named(columns: list[Column], keyword: str, wanted: str | int, source: str) -> Column:
    """Return the column of that name or number.

    Raises
    ------
    InputError
        If there is none, or more than one of that name.
    """
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if 0 <= wanted < len(columns):
            return columns[wanted]
        raise InputError(
            f"{keyword}={wanted}, but {source!r} has {len(columns)} columns, counted from 0"
        )
    if not isinstance(wanted, str) or not wanted.strip():
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
    si = SI[column.kind or "V"]
    what = {"V": "voltage", "A": "current", "ohm": "resistance"}[si]
    written = unit if unit is not None else column.unit
    if unit is None and column.doubt:
        raise InputError(
            f"{source!r}: {column.doubt!r} in or above the header {column.text!r} may be a factor "
            f"or another unit; pass {what}_unit= with the unit of the numbers as they stand, e.g. "
            f"{si!r} or 'm{si}'"
        )
    if written is None:
        return 1.0, f"No unit is given for {column.text!r}: {si} was assumed."
    found = as_unit(written) if isinstance(written, str) else None
    if found is None:
        raise InputError(
            f"{source!r}: the unit of {column.text!r} is {written!r}, which is not one that "
            f"neurodyn knows; pass {what}_unit= with e.g. {si!r} or 'm{si}'"
        )
    if found.dimension != dimension(column.kind or "V"):
        raise InputError(
            f"{source!r}: the unit of {column.text!r} is {written!r}; expected a unit of {what}, "
            f"such as {si!r} or 'm{si}'"
        )
    if unit is not None and column.unit is not None and column.unit != unit:
        note = f"The unit {unit!r} was given by the caller; the file says {column.unit!r}."
        return found.factor, note
    return found.factor, ""
