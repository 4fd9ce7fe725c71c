"""HDF5: the datasets of each group are the columns of a table. Needs the extra ``hdf5``."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.io.binary.numeric_table import NumericTable
from neurodyn.io.binary.numpy_file import tables_of_arrays
from neurodyn.provenance import require

_UNIT_NAMES = ("units", "unit", "Units", "Unit")


def hdf5_tables(raw: bytes, name: str) -> list[NumericTable]:
    """Return one table for each group (and length) that holds rows of numbers.

    The attribute ``unit`` or ``units`` of a dataset is its unit; other attributes are settings.
    A dataset of records gives a column for each field.

    Raises
    ------
    InputError
        If the file is damaged, or holds no row of numbers.
    """
    h5py = require("h5py", extra="hdf5")
    try:
        with h5py.File(io.BytesIO(raw), "r") as file:
            found = list(_groups(file, h5py))
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{name!r} cannot be read as HDF5: {error}") from None
    tables: list[NumericTable] = []
    first: InputError | None = None
    for place, arrays, units, settings in found:
        try:
            group = tables_of_arrays(arrays, units, name, "The file is HDF5.", f"{place} ")
        except InputError as error:
            first = first or error
            continue
        for table in group:
            table.preamble.extend(settings)
        tables += group
    if not tables:
        raise first or InputError(f"{name!r} is HDF5 without a dataset of numbers")
    return sorted(tables, key=lambda table: -len(table.numbers))


def _groups(group: Any, h5py: Any, above: tuple[str, ...] = ()):
    """Yield (name, arrays, units, settings) of each group; settings of those above hold too."""
    settings = (*above, *_settings(group))
    arrays: dict[str, np.ndarray] = {}
    units: dict[str, str] = {}
    for key, item in group.items():
        if isinstance(item, h5py.Group):
            yield from _groups(item, h5py, settings)
        elif isinstance(item, h5py.Dataset):
            values = np.asarray(item[()])
            fields = values.dtype.names
            for part, array in (
                ((f, values[f]) for f in fields) if fields else ((key, values),)
            ):  # fmt: skip
                arrays[part] = array
            unit = next((item.attrs[n] for n in _UNIT_NAMES if n in item.attrs), None)
            if unit is not None and not fields:
                units[key] = _text(unit)
    if arrays:
        yield group.name, arrays, units, settings


def _settings(item: Any) -> list[str]:
    return [f"{key}: {_text(value)}" for key, value in item.attrs.items() if np.size(value) == 1]


def _text(value: Any) -> str:
    value = value.item() if isinstance(value, np.ndarray | np.generic) else value
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
