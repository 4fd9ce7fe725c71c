"""NumPy's ``.npz``: named arrays, one column each."""

from __future__ import annotations

import io
import math
import zipfile

import numpy as np

from neurodyn.errors import InputError
from neurodyn.io.binary.numeric_table import NumericTable, tables_of_arrays
from neurodyn.io.guard import DAMAGED, check_archive, require_room, said_by


def npz_tables(raw: bytes, name: str) -> list[NumericTable]:
    """Return the arrays of one length as tables, the longest first; single values as settings.

    Raises
    ------
    InputError
        If the archive is damaged, encrypted or holds no row of numbers. Objects are never
        unpickled.
    """
    check_archive(raw, name)
    arrays: dict[str, np.ndarray] = {}
    try:
        _require_what_is_announced(raw, name)
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            for key in archive.files:
                value = archive[key]
                if not isinstance(value, np.ndarray):
                    raise ValueError(f"{key!r} is no array")
                arrays[key] = value
    except DAMAGED as error:
        raise InputError(f"{name!r} cannot be read as NumPy arrays: {said_by(error)}") from None
    return tables_of_arrays(arrays, {}, name, "The arrays of a NumPy archive were read.")


def _require_what_is_announced(raw: bytes, name: str) -> None:
    """Refuse an array whose header announces more than its member of the archive holds."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for member in archive.infolist():
            if not member.filename.endswith(".npy"):
                continue
            with archive.open(member) as stream:
                version = np.lib.format.read_magic(stream)
                if version == (1, 0):
                    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
                else:
                    shape, _, dtype = np.lib.format.read_array_header_2_0(stream)
            announced = math.prod(shape) * dtype.itemsize
            require_room(announced, len(raw), name)
            if announced > member.file_size:
                raise ValueError(
                    f"{member.filename!r} announces {announced} bytes and holds {member.file_size}"
                )
