"""Open a file of any known kind: its tables, whatever they are stored as."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io.binary import scope_file
from neurodyn.io.binary.excel_file import ALL, excel_sheets
from neurodyn.io.binary.hdf5_file import hdf5_tables
from neurodyn.io.binary.matlab_file import is_matlab, matlab_tables
from neurodyn.io.binary.numeric_table import NumericTable
from neurodyn.io.binary.numpy_file import npz_tables
from neurodyn.io.binary.spice_raw import is_spice_raw, spice_tables
from neurodyn.io.text.decoding import TextFile, decoded, read_bytes
from neurodyn.io.text.easyexpert import find_easyexpert_tables
from neurodyn.io.text.read_numbers import read_columns
from neurodyn.io.text.scope_layouts import find_scope_tables
from neurodyn.io.text.text_table import Table, find_tables, join_alike
from neurodyn.provenance import sha256

AnyTable = Table | NumericTable


@dataclass(frozen=True)
class Source:
    """A file and its tables, in the order in which they are tried."""

    name: str
    sha256: str
    tables: list[AnyTable]
    notes: tuple[str, ...] = ()


def open_source(
    path: str | os.PathLike[str], encoding: str | None = None, sheet: str | None = None
) -> Source:
    """Read a file; what it is is told by its first bytes, of oscilloscopes by its name.

    Raises
    ------
    InputError
        If it cannot be read, or holds no table of numbers.
    """
    raw = read_bytes(path)
    name, digest = Path(path).name, sha256(raw)
    if sheet is not None and not _is_zip_with(raw, "xl/"):
        raise InputError(f"sheet={sheet!r} was given, but {name!r} is no Excel workbook")
    numeric = _numeric_tables(raw, path, name) if encoding is None else None
    if numeric is not None:
        return Source(name, digest, list(numeric))
    if _is_zip_with(raw, "xl/"):
        return _of_sheets(excel_sheets(raw, name, digest, sheet), name, digest, sheet == ALL)
    file = decoded(raw, name, encoding)
    tables = _text_tables(file.lines, name)
    return Source(name, digest, list(tables), file.notes)


def _text_tables(lines: list[str], name: str) -> list[Table]:
    return (
        find_easyexpert_tables(lines) or find_scope_tables(lines, name) or find_tables(lines, name)
    )


@np.errstate(invalid="ignore", over="ignore")  # what is not finite is set aside, row by row
def _numeric_tables(
    raw: bytes, path: str | os.PathLike[str], name: str
) -> list[NumericTable] | None:
    if raw.startswith(b"\x89HDF"):
        return hdf5_tables(raw, name)
    if is_matlab(raw):
        return matlab_tables(raw, name)
    if is_spice_raw(raw):
        return spice_tables(raw, name)
    if _is_zip_with(raw, ".npy"):
        return npz_tables(raw, name)
    if raw.startswith(b"PK\x03\x04") and not zipfile.is_zipfile(io.BytesIO(raw)):
        raise InputError(
            f"{name!r} begins as an Excel workbook or another zip archive (such as .npz) and "
            "is cut off or damaged; expected the whole file"
        )
    if raw.startswith(b"\x93NUMPY"):
        raise InputError(
            f"{name!r} is one NumPy array without names; expected an .npz with a name for each "
            "quantity, as by numpy.savez(file, V=..., I=...)"
        )
    # text may have any of these endings too
    if Path(path).suffix.lower() in scope_file.SUFFIXES and b"\0" in raw[:4096]:
        return scope_file.oscilloscope_tables(path)
    if Path(path).suffix.lower() == ".isf":
        return scope_file.oscilloscope_tables(path)
    return None


def _is_zip_with(raw: bytes, part: str) -> bool:
    if not raw.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return any(part in entry for entry in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return False


def _of_sheets(sheets: list[TextFile], name: str, digest: str, together: bool) -> Source:
    """Return the tables of all sheets that hold any; the error of the first if none does.

    Tables of the same columns are joined if they are asked for ``together``.
    """
    tables: list[Table] = []
    errors: list[InputError] = []
    for file in sheets:
        try:
            found = find_tables(file.lines, name)
        except InputError as error:
            errors.append(error)
            continue
        title = file.notes[0].removesuffix(".").lower()
        for table in found:
            table.notes.extend(file.notes)
        tables += [replace(table, where=f"{title}, ") for table in found]
    if not tables:
        raise errors[0] if errors else InputError(f"{name!r} is a workbook without sheets")
    if together:
        tables = join_alike(tables, lambda table: tuple(c.text.casefold() for c in table.header))
    return Source(name, digest, list(tables))


def why_none_fits(file: Source, errors: list[InputError]) -> InputError:
    """Return the error of the longest table, and name the others that were looked at.

    Parameters
    ----------
    file : Source
    errors : list of InputError
        One for each table.
    """
    if not errors:
        return InputError(f"{file.name!r} holds no table of numbers")
    lengths = [len(table.numbers) for table in file.tables]
    error = errors[lengths.index(max(lengths))]
    remarks = [
        note for table in file.tables for note in table.notes if note.startswith("Passed over")
    ]
    titles = [table.span for table in file.tables if isinstance(table, NumericTable)]
    looked = f"; looked at {'; '.join(titles[:5])}" if len(titles) > 1 else ""
    return InputError(f"{error}{looked}{'. ' + remarks[0] if remarks else ''}")


def numbers_of(table: AnyTable, columns: tuple[int, ...]) -> tuple[Array, NDArray[np.int8]]:
    """Return columns as (n, k) numbers, and which rows could not be read (see ``read_columns``)."""
    if isinstance(table, Table):
        return read_columns(table, columns)
    values = np.stack([table.values[column] for column in columns], axis=1)
    return values, np.zeros(len(values), dtype=np.int8)


def layout_note(table: AnyTable) -> tuple[str, ...]:
    """Say how cells are separated, where that had to be found out."""
    if isinstance(table, Table):
        return (f"The cells are separated by {table.dialect}.",)
    return ()
