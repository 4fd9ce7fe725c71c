"""NumPy's ``.npz``: named arrays, one column each."""

from __future__ import annotations

import io
import zipfile
import zlib

import numpy as np

from neurodyn.errors import InputError
from neurodyn.io.binary.numeric_table import NumericTable
from neurodyn.io.columns.column import parse_column

_DAMAGED = (
    ValueError, OSError, EOFError, KeyError, MemoryError, NotImplementedError, RuntimeError,
    SyntaxError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def npz_tables(raw: bytes, name: str) -> list[NumericTable]:
    """Return the arrays of one length as tables, the longest first; single values as settings.

    Raises
    ------
    InputError
        If the archive is damaged or holds no row of numbers. Objects are never unpickled.
    """
    arrays: dict[str, np.ndarray] = {}
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            for key in archive.files:
                value = archive[key]
                if not isinstance(value, np.ndarray):
                    raise ValueError(f"{key!r} is no array")
                arrays[key] = value
    except (
        ValueError,
        OSError,
        EOFError,
        KeyError,
        zipfile.BadZipFile,
        NotImplementedError,
    ) as error:
        raise InputError(f"{name!r} cannot be read as NumPy arrays: {error}") from None
    return tables_of_arrays(arrays, {}, name, "The arrays of a NumPy archive were read.")


def tables_of_arrays(
    arrays: dict[str, np.ndarray], units: dict[str, str], name: str, note: str, place: str = ""
) -> list[NumericTable]:
    """Group one-dimensional arrays by length; others become settings or a remark.

    Raises
    ------
    InputError
        If there is no row of numbers.
    """
    groups: dict[int, list[str]] = {}
    settings, skipped = [], []
    for key, array in arrays.items():
        if array.ndim == 0 or array.size == 1:
            settings.append(f"{key}: {array.reshape(-1)[0] if array.size else ''}")
        elif array.ndim == 1 and array.dtype.kind in "iuf":
            groups.setdefault(len(array), []).append(key)
        else:
            skipped.append(f"{key!r} ({array.dtype}, shape {array.shape})")
    if not groups:
        listing = ", ".join(skipped) or "nothing"
        raise InputError(
            f"{name!r} holds {listing}; expected named rows of real numbers, one per quantity"
        )
    remarks = [f"Passed over: {', '.join(skipped)}."] if skipped else []
    return [
        NumericTable(
            [parse_column(i, key, units.get(key)) for i, key in enumerate(keys)],
            [arrays[key].astype(float) for key in keys],
            f"{place}{', '.join(keys)} ({length} values each)",
            settings,
            [note, *remarks],
        )
        for length, keys in sorted(groups.items(), reverse=True)
    ]
