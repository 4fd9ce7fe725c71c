"""What one line of a table says: delimiter, decimal mark, numbers, and words for no number."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

from neurodyn.io.columns.header_words import words
from neurodyn.io.row_reasons import OVER_RANGE

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eEdD][+-]?[0-9]+)?")


COMMENT = re.compile(r'[\s"]*(?:#(?!N/A|NUM|VALUE|DIV)|%|!|//)+[\s"]*', re.IGNORECASE)
_QUOTED_OR_WORD = re.compile(r'"[^"]*"|\S+')
_NO_VALUE = words(
    "nan +nan -nan inf +inf -inf infinity +infinity -infinity #n/a n/a #num! #value! #div/0! "
    "1.#inf -1.#inf 1.#ind -1.#ind 1.#qnan -1.#qnan overflow overload overrange over-range ovrflw "
    "ovld ol"
)


class Kind(IntEnum):
    """What a line is, seen alone."""

    BLANK = 0
    TEXT = 1
    ROW = 2  # at least two numbers, perhaps among words
    CLEAN_ROW = 3  # nothing but numbers


@dataclass(frozen=True)
class Dialect:
    """How cells are separated and numbers written.

    Parameters
    ----------
    delimiter : str
        ``","``, ``";"``, a tab, ``"|"``, or ``" "`` for any white space.
    decimal : str
        ``"."`` or ``","``.
    words : tuple of bool, optional
        For each column whether it holds words (time stamps, states) and never a number of use;
        empty if all hold numbers.
    """

    delimiter: str
    decimal: str
    words: tuple[bool, ...] = ()

    def split(self, line: str) -> list[str]:
        """Return the cells of a line, without quotes and surrounding white space."""
        if self.delimiter == " ":
            cells = _QUOTED_OR_WORD.findall(line)
        elif '"' not in line:
            cells = line.split(self.delimiter)
        else:
            try:
                reader = csv.reader([line], delimiter=self.delimiter, skipinitialspace=True)
                cells = next(reader, [])
            except csv.Error:  # a cell beyond the limit of the csv module
                cells = line.split(self.delimiter)
        return [cell.strip().strip("\"'").strip() for cell in cells]

    def number(self, cell: str) -> float | None:
        """Return the number in a cell: None for text, NaN for words such as 'overflow'."""
        if "," in cell and self.decimal == ".":
            # a cell that an office program wrote; 1,234 might be a thousand
            if grouped(cell):
                return None
            cell = cell.replace(",", ".")
        elif self.decimal == ",":
            if "." in cell and ("," in cell or grouped(cell)):
                return None
            cell = cell.replace(",", ".")
        if _NUMBER.fullmatch(cell):
            value = float(cell.replace("d", "e").replace("D", "e"))
            return value if abs(value) < OVER_RANGE else math.inf
        return math.nan if cell.lower() in _NO_VALUE else None

    def kind(self, line: str) -> Kind:
        """Say what a line is."""
        if self._only_numbers.fullmatch(line):
            return Kind.CLEAN_ROW
        filled = [cell for cell in self.split(line) if cell]
        if not filled:
            return Kind.BLANK
        if COMMENT.match(line):
            return Kind.TEXT
        texts = [cell for cell in filled if self.number(cell) is None]
        if len(filled) - len(texts) < 2 or any(map(_hides_numbers, texts)):
            return Kind.TEXT
        return Kind.ROW

    @cached_property
    def _only_numbers(self) -> re.Pattern[str]:
        """Match lines of numbers, with empty cells only before the first and after the last.

        Cells of words may hold anything, so that the others can still be read at once.
        """
        number = _NUMBER.pattern.replace("dD", "").replace(r"\.", re.escape(self.decimal))
        cell = rf' *(?:{number}|"{number}") *'
        if self.delimiter == " ":
            cells = [r'[^\s"]+' if is_words else number for is_words in self.words]
            row = r"[ \t]+".join(cells) or rf"{number}(?:[ \t]+{number})+"
            return re.compile(rf"(?!\s*[#%!/])[ \t]*{row}[ \t]*")
        if self.delimiter == self.decimal:  # numbers must be quoted to tell the commas apart
            cell = rf' *(?:"{number}"|[+-]?[0-9]+) *'
        mark = re.escape(self.delimiter)
        if self.words:
            cells = [rf'[^"{mark}]*' if is_words else cell for is_words in self.words]
            return re.compile(rf"(?!\s*[#%!/]){mark.join(cells)}(?:{mark} *)*")
        return re.compile(rf"(?: *{mark})*{cell}(?:{mark}{cell})+(?:{mark} *)*")

    def __str__(self) -> str:
        names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "white space"}
        decimal = " and decimal commas" if self.decimal == "," else ""
        return names[self.delimiter] + decimal


# where two fit equally well the earlier wins
DIALECTS = tuple(
    Dialect(delimiter, decimal)
    for decimal in (".", ",")
    for delimiter in (",", ";", "\t", "|", " ")
)
_EITHER_DECIMAL = Dialect(" ", "."), Dialect(" ", ",")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[,.'’_ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")


def _hides_numbers(cell: str) -> bool:
    """Whether a cell of text is really several numbers: the line was split at the wrong mark."""
    parts = [part for part in re.split(r"[;\t| ]+", cell) if part]
    return bool(parts) and all(
        any(either.number(part) is not None for either in _EITHER_DECIMAL) for part in parts
    )


def find_dialect(lines: list[str]) -> Dialect | None:
    """Return the dialect in which most lines are rows of numbers alike, or None."""
    # the start and the end will do, and keep a file of a million lines quick
    sample = lines if len(lines) < 6000 else lines[:4000] + lines[-1000:]
    best, best_score, best_kinds = None, (0, 0, 0), [Kind.BLANK] * len(sample)
    rest, unbeaten = sample, False  # lines that are no rows; whether all others are, and alike
    text = "\n".join(sample)
    there = {mark: mark in text for mark in ",;\t|"} | {" ": True, ".": True}
    for dialect in DIALECTS:
        if not (there[dialect.delimiter] and there[dialect.decimal]):
            continue
        if unbeaten and all(dialect.kind(line) < Kind.ROW for line in rest):
            continue
        kinds = [dialect.kind(line) for line in sample]
        score = _rows_alike(dialect, sample, kinds)
        if score > best_score:
            best, best_score, best_kinds = dialect, score, kinds
            rest = [line for line, kind in zip(sample, kinds, strict=True) if kind < Kind.ROW]
            unbeaten = score[1] == len(sample) - len(rest)
    return best and replace(best, words=_columns_of_words(best, sample, best_kinds))


def _rows_alike(dialect: Dialect, lines: list[str], kinds: list[Kind]) -> tuple[int, int, int]:
    """Count the rows of the usual number of cells; those without words; those of one mark."""
    widths: Counter[int] = Counter()
    clean: Counter[int] = Counter()
    own_mark: Counter[int] = Counter()
    other = "." if dialect.decimal == "," else ","
    for line, kind in zip(lines, kinds, strict=True):
        if kind == Kind.CLEAN_ROW:
            width = len(dialect.split(line))
            clean[width] += 1
        elif kind == Kind.ROW:
            cells = dialect.split(line)
            width = len(cells)
            foreign = any(other in c and dialect.number(c) is not None for c in cells)
            own_mark[width] += not foreign
        else:
            continue
        widths[width] += 1
    scores = ((count, clean[width], own_mark[width]) for width, count in widths.items())
    return max(scores, default=(0, 0, 0))


def _columns_of_words(dialect: Dialect, lines: list[str], kinds: list[Kind]) -> tuple[bool, ...]:
    """Find the columns that hold words in most rows; none if most rows hold numbers only."""
    if kinds.count(Kind.ROW) <= kinds.count(Kind.CLEAN_ROW):
        return ()
    rows = [
        dialect.split(line) for line, kind in zip(lines, kinds, strict=True) if kind == Kind.ROW
    ]
    width = Counter(map(len, rows)).most_common(1)[0][0]
    alike = [row for row in rows if len(row) == width]
    without = [sum(dialect.number(row[i]) is None for row in alike) for i in range(width)]
    mostly = tuple(count > 0.5 * len(alike) for count in without)
    return mostly if mostly.count(False) >= 2 else ()


def grouped(cell: str) -> bool:
    """Whether a number may be written with separators of thousands: 1,234 or 1.234.567,8."""
    return bool(_GROUPED.fullmatch(cell)) and not cell.lstrip("+-").startswith(("0,", "0."))


def second_mark(lines: list[str], dialect: Dialect | None) -> tuple[str, int]:
    """Find numbers that are written in another way than the rest.

    That is a separator of thousands (1,234), or a second decimal mark: taken for what it is not, it
    changes the number by a thousand.

    Parameters
    ----------
    lines : list of str
        Rows of a table, or of a text without any.
    dialect : Dialect or None
        How the rows were read, if they were.

    Returns
    -------
    written : str
        A number whose meaning is not sure; empty if there is none.
    others : int
        How many rows have another decimal mark than the rest, and are sure.

    Examples
    --------
    >>> second_mark(["0.500\\t1,234"], Dialect("\\t", "."))
    ('1,234', 0)
    """
    if dialect is None:
        cells = (cell.strip() for line in lines for cell in _split_anyhow(line))
        return next(filter(_GROUPED.fullmatch, cells), ""), 0
    other = "." if dialect.decimal == "," else ","
    ambiguous, certain, others = "", False, 0
    for line in lines:
        cells = dialect.split(line)
        others += any(other in cell and dialect.number(cell) is not None for cell in cells)
        for cell in cells:
            if dialect.number(cell) is None and _GROUPED.fullmatch(cell):
                return cell, others
            if dialect.decimal == "," and "," in cell and dialect.number(cell) is not None:
                certain |= not grouped(cell)
                ambiguous = ambiguous or (cell if grouped(cell) else "")
    return ("" if certain else ambiguous), others


def _split_anyhow(line: str) -> list[str]:
    quoted = re.findall(r'"([^"]*)"', line)
    return [*quoted, *re.split(r"[;\t|]", re.sub(r'"[^"]*"', "", line))]


def count_single_numbers(lines: list[str]) -> int:
    """Count the lines that hold one number and nothing else."""
    return sum(bool(_NUMBER.fullmatch(line.strip(' \t",;'))) for line in lines)
