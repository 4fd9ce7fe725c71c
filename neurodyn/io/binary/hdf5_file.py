"""HDF5: the datasets of each group are the columns of a table. Needs the extra ``hdf5``.

Scaled integers are read as the CF conventions of netCDF say: ``scale_factor``, ``add_offset`` and
``_FillValue``. Links to other files, and numbers kept in other files, are passed over.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.io.binary.numeric_table import NumericTable, tables_of_arrays
from neurodyn.io.guard import DAMAGED, MOST_PARTS, said_by, too_much
from neurodyn.provenance import require

_UNIT_NAMES = ("units", "unit", "Units", "Unit")
_FILL_NAMES = ("_FillValue", "missing_value")
_HEAP = b"GCOL\x01\0\0\0"


def hdf5_tables(raw: bytes, name: str) -> list[NumericTable]:
    """Return one table for each group (and length) that holds rows of numbers.

    The attribute ``unit`` or ``units`` of a dataset is its unit; other attributes are settings.
    A dataset of records gives a column for each field.

    Raises
    ------
    InputError
        If the file is damaged, or holds no row of numbers.
    """
    found = _read_groups(raw, name)
    tables: list[NumericTable] = []
    first: InputError | None = None
    for group in found:
        try:
            made = tables_of_arrays(
                group.arrays, group.units, name, "The file is HDF5.", f"{group.name} "
            )
        except InputError as error:
            first = first or error
            continue
        for table in made:
            table.preamble.extend(group.settings)
            table.notes.extend(group.notes)
        tables += made
    if not tables:
        passed = "; ".join(note for group in found for note in group.notes)[:300]
        raise first or InputError(
            f"{name!r} is HDF5 without a dataset of numbers{': ' + passed if passed else ''}"
        )
    return sorted(tables, key=lambda table: -len(table.numbers))


def hdf5_arrays(raw: bytes, name: str) -> dict[str, np.ndarray]:
    """Return the datasets of the first group that has any, by name.

    Raises
    ------
    InputError
        If the file is damaged, or no dataset can be read.
    """
    found = _read_groups(raw, name)
    for group in found:
        if group.arrays:
            return group.arrays
    passed = "; ".join(note for group in found for note in group.notes)[:300]
    raise InputError(f"{name!r} is HDF5 without a dataset{': ' + passed if passed else ''}")


def _read_groups(raw: bytes, name: str) -> list[_Group]:
    h5py = require("h5py", extra="hdf5")
    if _walks_for_ever(raw):
        raise InputError(
            f"{name!r} cannot be read as HDF5: a heap of texts in it is damaged; expected the "
            "whole, undamaged file"
        )
    try:
        with h5py.File(io.BytesIO(raw), "r") as file:
            return list(_groups(file, h5py, len(raw)))
    except DAMAGED as error:
        raise InputError(f"{name!r} cannot be read as HDF5: {said_by(error)}") from None


def _walks_for_ever(raw: bytes) -> bool:
    """Whether a global heap holds an object smaller than its own header.

    At one of no size the HDF5 library (1.14) stands still, where no clock of Python's reaches it.
    Format specification 3.0, III.E: a collection is a header of 16 bytes, then objects with headers
    of 16; the size of object 0, the free space, counts its header. Lengths of 8 bytes, as h5py
    writes them.
    """
    place = raw.find(_HEAP)
    while 0 <= place <= len(raw) - 16:
        at, end = place + 16, place + struct.unpack_from("<Q", raw, place + 8)[0]
        while end <= len(raw) and at + 16 <= end:
            index, length = struct.unpack_from("<H6xQ", raw, at)
            step = (16 + (length + 7) // 8 * 8 if index else length) % (1 << 64)
            if step < 16:
                return True
            at += step
        place = raw.find(_HEAP, place + 1)
    return False


@dataclass
class _Group:
    """The rows of numbers in one group, with units, settings and remarks."""

    name: str
    settings: list[str]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _groups(file: Any, h5py: Any, size: int) -> Iterator[_Group]:
    """Yield each group once, however often it is linked; settings of those above hold too."""
    waiting: list[tuple[Any, list[str]]] = [(file, [])]
    seen = set()
    parts = 0
    while waiting:
        group, above = waiting.pop(0)
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            continue
        seen.add(address)
        found = _Group(group.name, [*above, *_settings(group)])
        for key in group:
            parts += 1
            if parts > MOST_PARTS:
                raise ValueError(f"it has more than {MOST_PARTS} groups and datasets")
            if isinstance(group.get(key, getlink=True), h5py.ExternalLink):
                found.notes.append(f"{key!r} is a link to another file and was passed over.")
                continue
            item = _reached(group, key)
            if isinstance(item, h5py.Group):
                waiting.append((item, found.settings))
            elif isinstance(item, h5py.Dataset) and item.dtype.names:
                yield _records(group.name, key, item, found.settings, size)
            elif isinstance(item, h5py.Dataset):
                _take(found, key, item, size)
        if found.arrays or found.notes:
            yield found


def _reached(group: Any, key: str) -> Any:
    try:
        return group[key]
    except (KeyError, OSError, RuntimeError):  # a link to nothing, or to itself
        return None


def _records(place: str, key: str, item: Any, settings: list[str], size: int) -> _Group:
    """Return a dataset of records as a table of its own."""
    found = _Group(place.rstrip("/") + "/" + key, settings)
    if _is_here(found, key, item, size):
        values = np.asarray(item[()])
        found.arrays.update({name: values[name] for name in values.dtype.names or ()})
    return found


def _take(found: _Group, key: str, item: Any, size: int) -> None:
    """Read one dataset of numbers."""
    if not _is_here(found, key, item, size):
        return
    values = np.asarray(item[()])
    if values.ndim == 2 and 1 in values.shape:
        values = values.reshape(-1)  # MATLAB keeps a row as a matrix
    found.arrays[key] = _unpacked(values, item, key, found.notes)
    unit = next((item.attrs[n] for n in _UNIT_NAMES if n in item.attrs), None)
    if unit is not None:
        found.units[key] = _text(unit)


def _is_here(found: _Group, key: str, item: Any, size: int) -> bool:
    """Whether the numbers of a dataset are in this file, and no more than it can hold."""
    if item.external:
        found.notes.append(f"{key!r} keeps its numbers in another file and was passed over.")
        return False
    if item.size and too_much(item.size * max(1, item.dtype.itemsize), size):
        found.notes.append(
            f"{key!r} announces {item.size:.3g} values in a file of {size} bytes and was passed "
            "over."
        )
        return False
    return True


def _unpacked(values: np.ndarray, item: Any, key: str, notes: list[str]) -> np.ndarray:
    """Return the numbers that packed ones stand for (CF conventions, section 8.1)."""
    fills = [float(_number(item.attrs[n])) for n in _FILL_NAMES if n in item.attrs]
    scale, offset = (_number(item.attrs.get(n)) for n in ("scale_factor", "add_offset"))
    if values.dtype.kind not in "iuf" or (not fills and scale is None and offset is None):
        return values
    numbers = values.astype(float)
    missing = np.isin(numbers, fills)
    if scale is not None or offset is not None:
        numbers = numbers * (1.0 if scale is None else scale) + (0.0 if offset is None else offset)
        notes.append(f"{key!r} was unpacked by its scale_factor and add_offset.")
    numbers[missing] = np.nan
    return numbers


def _number(value: Any) -> Any:
    """Return an attribute that is one number, else None (NaN where a fill value is none)."""
    if value is None or np.size(value) != 1 or np.asarray(value).dtype.kind not in "iuf":
        return None if value is None else np.nan
    return float(np.asarray(value).reshape(-1)[0])


def _settings(item: Any) -> list[str]:
    return [f"{key}: {_text(value)}" for key, value in item.attrs.items() if np.size(value) == 1]


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic) and value.size == 1:
        value = value.item()
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
