"""Results as tables and as plain data: CSV, JSON, and pandas and xarray if installed."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import checked, shown
from neurodyn.errors import InputError
from neurodyn.files import write_whole
from neurodyn.provenance import require

if TYPE_CHECKING:
    import pandas
    import xarray

Columns = Mapping[str, tuple[npt.NDArray, str]]
"""Name to (values, unit); all values of one length."""


class Tabular:
    """A result that is a table: as CSV, and for pandas and xarray (which writes netCDF)."""

    def columns(self) -> Columns:
        """Return name to (values, unit)."""
        raise NotImplementedError

    def to_xarray(self) -> xarray.Dataset:
        """Return the table as an ``xarray.Dataset`` with units; needs xarray."""
        return as_dataset(self.columns(), {"source": repr(self)})

    def to_pandas(self) -> pandas.DataFrame:
        """Return the table as a ``pandas.DataFrame``, units in its ``attrs``; needs pandas."""
        return as_frame(self.columns(), {"source": repr(self)})

    @checked
    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table as CSV, the unit in each name.

        Raises
        ------
        InputError
            If the place cannot be written.
        """
        try:
            write_whole(Path(path), columns_as_csv(self.columns()))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{shown(str(path))} cannot be written: {reason}") from None


def as_dataset(columns: Columns, attributes: Mapping[str, str]) -> xarray.Dataset:
    """Return columns along the dimension ``point`` as an ``xarray.Dataset``."""
    xr = require("xarray", extra="xarray")
    data = {name: ("point", values, {"units": unit}) for name, (values, unit) in columns.items()}
    return xr.Dataset(data, attrs=dict(attributes))


def as_frame(columns: Columns, attributes: Mapping[str, str]) -> pandas.DataFrame:
    """Return columns as a ``pandas.DataFrame``; units and provenance are in its ``attrs``."""
    pd = require("pandas", extra="xarray")
    frame = pd.DataFrame({name: values for name, (values, _) in columns.items()})
    frame.attrs = dict(attributes) | {"units": {name: unit for name, (_, unit) in columns.items()}}
    return frame


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV (RFC 4180 quoting, line feeds); floats with ten digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"{x:.10g}" if isinstance(x, float) else x for x in row])
    return text.getvalue()


def columns_as_csv(columns: Columns) -> str:
    """Return columns as CSV, the unit in each name: ``I_s [A]``."""
    header = [f"{name} [{unit}]" if unit else name for name, (_, unit) in columns.items()]
    rows = zip(*(values.tolist() for values, _ in columns.values()), strict=True)
    return as_csv(header, rows)


def plain(value: Any) -> Any:
    """Return a value as what JSON knows; numbers that are not finite, and NaN, as None.

    Mappings and sequences are taken apart, arrays become lists, members of an enumeration their
    name, and anything else its text.

    >>> plain({"a": np.array([1.0, np.nan]), "b": (np.int64(2), True)})
    {'a': [1.0, None], 'b': [2, True]}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)
