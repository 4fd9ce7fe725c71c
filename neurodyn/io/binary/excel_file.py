"""Excel workbooks: each sheet read as if it were a text file. Needs the extra ``excel``."""

from __future__ import annotations

import io
from typing import Any

from neurodyn.errors import InputError, unknown_name
from neurodyn.io.guard import DAMAGED, check_archive, said_by
from neurodyn.io.text.decoding import TextFile
from neurodyn.provenance import require

ALL = "all"  # sheets, those with the same columns joined
_MOST_CELLS = 30_000_000


def excel_sheets(raw: bytes, name: str, sha256: str, sheet: str | None) -> list[TextFile]:
    """Return the lines of each visible sheet, cells separated by tabs; line numbers are Excel's.

    Formulas count as the value that Excel last stored. A hidden sheet is read only by its name.

    Raises
    ------
    InputError
        If the workbook is damaged, or has no sheet of that name.
    """
    openpyxl = require("openpyxl", extra="excel")
    check_archive(raw, name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True, read_only=True)
        pages = {page.title: page for page in book.worksheets}
        hidden = [title for title, page in pages.items() if page.sheet_state != "visible"]
        if sheet not in (None, ALL) and sheet not in pages:
            raise unknown_name("sheet", sheet, pages)
        wanted = (
            [sheet]
            if sheet not in (None, ALL)
            else [title for title in pages if title not in hidden]
        )
        lines = {title: _lines(pages[title]) for title in wanted}
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(
            f"{name!r} is an Excel workbook or another zip archive that cannot be read: "
            f"{said_by(error)}"
        ) from None
    passed = f"Passed over hidden sheets: {', '.join(map(repr, hidden))}." if hidden else ""
    remarks = (passed,) if passed and sheet in (None, ALL) else ()
    return [
        TextFile(name, rows, sha256, (f"Sheet {title!r}.", *remarks))
        for title, rows in lines.items()
    ]


def _lines(page: Any) -> list[str]:
    page.reset_dimensions()  # which a stray cell makes as large as a sheet can be
    lines: list[str] = []
    last = cells = 0
    for row in page.iter_rows(values_only=True):
        cells += len(row)
        if cells > _MOST_CELLS:
            raise ValueError(f"the sheet {page.title!r} has more than {_MOST_CELLS} cells")
        lines.append("\t".join(map(_cell, row)).rstrip())
        last = len(lines) if lines[-1] else last
    return lines[:last]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return " ".join(str(value).split())
