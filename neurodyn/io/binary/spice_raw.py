"""SPICE ``.raw``: what LTspice and ngspice write, ascii and binary, real.

A header of ``Keyword: value`` lines, a list of variables, and after ``Values:`` numbers as text or
after ``Binary:`` numbers as bytes. ngspice (and Spice3) store doubles, point after point. LTspice
writes the header in UTF-16; in its transient plots time is a double (whose sign marks compression
and means nothing) and the rest are floats, unless the flag ``double`` is set; with the flag
``fastaccess`` all points of one variable stand together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io.binary.numeric_table import NumericTable
from neurodyn.io.columns.column import Column

_START = "Title:"
_MARKS = ("Binary:\n", "Values:\n")  # what ends a header
_UNITS = {
    "time": ("s", None),
    "voltage": ("V", "V"),
    "current": ("A", "I"),
    "device_current": ("A", "I"),
    "subckt_current": ("A", "I"),
    "temp-sweep": ("K", None),
}


def is_spice_raw(raw: bytes) -> bool:
    """Whether a file begins as a ``.raw`` does."""
    return raw.startswith((_START.encode(), _START.encode("utf-16-le")))


def spice_tables(raw: bytes, name: str) -> list[NumericTable]:
    """Return one table for each plot of a ``.raw`` file.

    Raises
    ------
    InputError
        If it is damaged, or holds complex numbers (an AC analysis) only.
    """
    wide = raw.startswith(_START.encode("utf-16-le"))
    tables, refused, place = [], [], 0
    while place < len(raw) and raw[place : place + 64].strip(b"\0\r\n \t"):
        header, place = _header(raw, place, wide, name)
        if "complex" in header.flags:
            refused.append(header.plot)
        values, place = _values(raw, place, header, name)
        if "complex" not in header.flags:
            tables.append(_table(header, values))
    if not tables:
        raise InputError(
            f"{name!r} holds complex numbers ({', '.join(refused)}); expected a plot of real "
            "numbers, from a transient or a DC analysis"
        )
    return tables


@dataclass(frozen=True)
class _Header:
    """What stands above the numbers of one plot."""

    lines: list[str]
    plot: str
    flags: tuple[str, ...]
    points: int
    variables: list[tuple[str, str]]
    binary: bool
    wide: bool

    @property
    def ltspice(self) -> bool:
        """Whether LTspice wrote it; version 4 wrote headers of one byte a letter."""
        return self.wide or any("ltspice" in line.lower() for line in self.lines)

    @property
    def floats(self) -> bool:
        """Whether all but the first variable are four bytes: LTspice, unless told otherwise."""
        return self.ltspice and not {"double", "complex"} & {*self.flags}


def _header(raw: bytes, start: int, wide: bool, name: str) -> tuple[_Header, int]:
    """Read the header that begins at a byte; return it and the byte after it."""
    codec = "utf-16-le" if wide else "latin-1"
    # a header of a circuit with ten thousand nodes takes a few hundred kilobytes
    text = raw[start : start + (1 << 23)].decode(codec, errors="replace").replace("\r\n", "\n")
    ends = [(text.find("\n" + mark), mark) for mark in _MARKS]
    ends = [(place, mark) for place, mark in ends if place >= 0]
    if not ends and start:
        raise InputError(
            f"{name!r}: {len(raw) - start} bytes are left after the points that the header of the "
            "SPICE raw file announces, and they are no further plot"
        )
    if not ends:
        raise InputError(f"{name!r} begins as a SPICE raw file and is cut off before its numbers")
    end, mark = min(ends)
    text = text[: end + 1]
    begin = _first_byte_after(raw, start, mark, codec)
    if begin is None:
        raise InputError(f"{name!r}: the header of the SPICE raw file mixes line ends")
    head, _, listing = text.partition("\nVariables:")
    fields = dict(re.findall(r"^([^:\n]+):[ \t]*(.*)$", head, flags=re.MULTILINE))
    rows = [line.split() for line in listing.splitlines() if line.strip()]
    try:
        count, points = int(fields["No. Variables"]), int(fields["No. Points"])
        variables = [(row[1], row[2].lower()) for row in rows]
    except (KeyError, ValueError, IndexError):
        raise InputError(
            f"{name!r}: the header of a SPICE raw file does not say how many variables and points "
            "there are, or lists them in a form that is not known"
        ) from None
    if len(variables) != count or count < 1 or points < 0:
        raise InputError(
            f"{name!r}: the header announces {count} variables and lists {len(variables)}, of "
            f"{points} points"
        )
    header = _Header(
        [line for line in head.splitlines() if line.strip()],
        fields.get("Plotname", "a plot").strip(),
        tuple(fields.get("Flags", "").lower().split()),
        points,
        variables,
        mark.startswith("Binary"),
        wide,
    )
    return header, begin


def _first_byte_after(raw: bytes, start: int, mark: str, codec: str) -> int | None:
    for line_end in ("\n", "\r\n"):
        pattern = (line_end + mark.replace("\n", line_end)).encode(codec)
        place = raw.find(pattern, start)
        if place >= 0:
            return place + len(pattern)
    return None


def _values(raw: bytes, place: int, header: _Header, name: str) -> tuple[list[Array], int]:
    """Read the numbers of one plot; return them by variable, and the byte after them."""
    if not header.binary:
        return _text_values(raw, place, header, name)
    n, m = header.points, len(header.variables)
    first = "<c16" if "complex" in header.flags else "<f8"
    kinds = [first, *["<f4" if header.floats else first] * (m - 1)]
    record = np.dtype([(f"c{i}", kind) for i, kind in enumerate(kinds)])
    size = n * record.itemsize
    block = raw[place : place + size]
    if len(block) < size:
        raise InputError(
            f"{name!r} is cut off: {header.plot} announces {n} points, which take {size} bytes, "
            f"and {len(block)} are there"
        )
    if "fastaccess" in header.flags:
        columns, at = [], 0
        for kind in kinds:
            step = n * np.dtype(kind).itemsize
            columns.append(np.frombuffer(block[at : at + step], dtype=kind))
            at += step
    else:
        table = np.frombuffer(block, dtype=record)
        columns = [table[f"c{i}"] for i in range(m)]
    return [np.real(column).astype(float) for column in columns], place + size


def _text_values(raw: bytes, place: int, header: _Header, name: str) -> tuple[list[Array], int]:
    n, m = header.points, len(header.variables)
    codec = "utf-16-le" if header.wide else "latin-1"
    stop = raw.find(("\n" + _START).encode(codec), place)
    end = len(raw) if stop < 0 else stop + len("\n".encode(codec))
    words = raw[place:end].decode(codec, errors="replace").split()
    if len(words) != n * (m + 1):
        raise InputError(
            f"{name!r}: {header.plot} announces {n} points of {m} variables and holds "
            f"{len(words)} numbers; expected {n * (m + 1)} with those that count the points"
        )
    try:
        if "complex" in header.flags:
            words = [word.partition(",")[0] for word in words]
        values = np.array(words, dtype=float).reshape(n, m + 1)
    except ValueError as error:
        raise InputError(f"{name!r}: {header.plot} holds text among its numbers: {error}") from None
    if not np.array_equal(values[:, 0], np.arange(n)):
        raise InputError(f"{name!r}: the points of {header.plot} are not counted 0, 1, 2, ...")
    return list(values[:, 1:].T), end


def _table(header: _Header, values: list[Array]) -> NumericTable:
    columns = []
    for i, (name, kind) in enumerate(header.variables):
        unit, letter = _UNITS.get(kind, (None, None))
        columns.append(Column(i, name, name, unit, letter))
    if header.ltspice and header.variables[0][1] == "time":
        values = [np.abs(values[0]), *values[1:]]
    return NumericTable(
        columns,
        values,
        header.plot,
        header.lines,
        [f"The file is a SPICE raw file: {header.plot}."],
    )
