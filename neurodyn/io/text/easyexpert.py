"""CSV of Keysight EasyEXPERT (B1500A, 4155/4156): ``DataName`` and ``DataValue`` lines."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from neurodyn.io.cleaning.compliance import easyexpert_settings, find_limit, swept
from neurodyn.io.columns.column import Column, parse_column
from neurodyn.io.text.dialect import Dialect, Kind
from neurodyn.io.text.text_table import Table, join_alike

_DIALECT = Dialect(",", ".")


def find_easyexpert_tables(lines: list[str]) -> list[Table]:
    """Return the records of an EasyEXPERT file; none if it is no such file.

    Records with the same columns and the same compliance (repeated sweeps) are joined.
    """
    starts = [i for i, line in enumerate(lines) if line.startswith("DataName")]
    tables: list[Table] = []
    preamble: list[str] = []
    end = 0
    for start, stop in itertools.pairwise([*starts, len(lines)]):
        settings = lines[end:start]
        if any(line.startswith("TestParameter") for line in settings):
            preamble = settings
        rows = [i for i in range(start + 1, stop) if lines[i].startswith("DataValue")]
        if not rows:
            continue
        end = rows[-1] + 1
        tables.append(_record(lines, start, rows, preamble))
    return join_alike(tables, _columns_and_limit)


def _record(lines: list[str], start: int, rows: list[int], preamble: list[str]) -> Table:
    names = _DIALECT.split(lines[start])[1:]
    data = [lines[i].partition(",")[2] for i in rows]
    kinds = np.fromiter(map(_DIALECT.kind, data), dtype=np.int8, count=len(data))
    header = _preferring_swept([parse_column(i, name) for i, name in enumerate(names)], preamble)
    notes = ["The file is an export of Keysight EasyEXPERT."]
    if any(column.rank < 0 for column in header):
        notes.append("The swept channel (VAR1) was taken.")
    return Table(
        lines=data,
        numbers=np.array(rows) + 1,
        clean=kinds == Kind.CLEAN_ROW,
        dialect=_DIALECT,
        header=header,
        width=len(names),
        preamble=preamble,
        notes=notes,
    )


def _preferring_swept(header: list[Column], preamble: list[str]) -> list[Column]:
    """Put the voltage and current of the swept channel first, whatever the user named them."""
    settings = easyexpert_settings(preamble)
    names = {swept(settings, f"Channel.{kind}Name"): kind for kind in "VI"}
    return [
        replace(column, kind=names[column.text], rank=-1.0) if column.text in names else column
        for column in header
    ]


def _columns_and_limit(table: Table) -> Hashable:
    return tuple(column.text for column in table.header), find_limit(table.preamble, "")[0]
