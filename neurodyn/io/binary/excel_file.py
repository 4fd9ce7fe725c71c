"""Excel workbooks: each sheet read as if it were a text file. Needs the extra ``excel``."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from neurodyn.errors import InputError, unknown_name
from neurodyn.io.text.decoding import TextFile
from neurodyn.provenance import require

_DAMAGED = (
    ValueError, KeyError, OSError, EOFError, TypeError, AttributeError, IndexError, SyntaxError,
    RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def excel_sheets(raw: bytes, name: str, sha256: str, sheet: str | None) -> list[TextFile]:
    """Return the lines of each sheet, cells separated by tabs; the line numbers are Excel's.

    Formulas count as the value that Excel last stored.

    Raises
    ------
    InputError
        If the workbook is damaged, or has no sheet of that name.
    """
    openpyxl = require("openpyxl", extra="excel")
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
        sheets = {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}
    except _DAMAGED as error:
        # openpyxl has no error of its own; SyntaxError is that of damaged XML
        raise InputError(
            f"{name!r} is an Excel workbook or another zip archive that cannot be read: {error}"
        ) from None
    if sheet is not None and sheet not in sheets:
        raise unknown_name("sheet", sheet, sheets)
    chosen = sheets if sheet is None else {sheet: sheets[sheet]}
    return [
        TextFile(name, ["\t".join(map(_cell, row)) for row in rows], sha256, (f"Sheet {title!r}.",))
        for title, rows in chosen.items()
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return " ".join(str(value).split())
