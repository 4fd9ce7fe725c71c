"""MATLAB's ``.mat``: variables, and fields of structures, one column each, read by SciPy.

Files of version 7.3 are HDF5 and are read as such. A matrix gives a column for each of its columns.
"""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import scipy.io

from neurodyn.errors import InputError
from neurodyn.io.binary.hdf5_file import hdf5_tables
from neurodyn.io.binary.numeric_table import NumericTable, tables_of_arrays
from neurodyn.io.guard import DAMAGED, require_room, said_by

_MOST_COLUMNS = 100  # of a matrix; what has more is an image


def is_matlab(raw: bytes) -> bool:
    """Whether a file begins as those of MATLAB 5 and later do."""
    return raw.startswith(b"MATLAB 5.0 MAT-file") or raw.startswith(b"MATLAB 7.3 MAT-file")


def matlab_tables(raw: bytes, name: str) -> list[NumericTable]:
    """Return the variables of one length as tables, the longest first.

    Raises
    ------
    InputError
        If the file is damaged or holds no row of numbers.
    """
    if raw.startswith(b"MATLAB 7.3"):
        return [_in_rows(table) for table in hdf5_tables(raw, name)]
    try:
        shapes = scipy.io.whosmat(io.BytesIO(raw))
        require_room(sum(8 * math.prod(shape) for _, shape, _ in shapes), len(raw), name)
        content = scipy.io.loadmat(io.BytesIO(raw), squeeze_me=True, struct_as_record=True)
    except DAMAGED as error:
        raise InputError(f"{name!r} cannot be read as MATLAB's: {said_by(error)}") from None
    arrays: dict[str, np.ndarray] = {}
    for key, value in content.items():
        if not key.startswith("__"):
            _collect(key, value, arrays)
    return tables_of_arrays(arrays, {}, name, "The variables of a MATLAB file were read.")


def _collect(key: str, value: Any, arrays: dict[str, np.ndarray]) -> None:
    """Take a variable; of a structure its fields, of a matrix its columns."""
    array = np.asarray(value)
    if array.dtype.names and array.ndim == 0:
        for name in array.dtype.names:
            _collect(f"{key}.{name}", array[name].item(), arrays)
    elif array.ndim == 2 and array.dtype.kind in "iuf" and array.shape[1] <= _MOST_COLUMNS:
        for column in range(array.shape[1]):
            arrays[f"{key} column {column}"] = array[:, column]
    else:
        arrays[key] = array


def _in_rows(table: NumericTable) -> NumericTable:
    table.notes.append("It was written by MATLAB 7.3.")
    return table
