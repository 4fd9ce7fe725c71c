"""Results as tables: xarray and pandas, both optional."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy.typing as npt

if TYPE_CHECKING:
    import pandas
    import xarray

Columns = Mapping[str, tuple[npt.NDArray, str]]


def as_dataset(columns: Columns, attributes: Mapping[str, str]) -> xarray.Dataset:
    """Return columns (values, unit) along the dimension ``point`` as an ``xarray.Dataset``."""
    import xarray

    data = {name: ("point", values, {"units": unit}) for name, (values, unit) in columns.items()}
    return xarray.Dataset(data, attrs=dict(attributes))


def as_frame(columns: Columns, attributes: Mapping[str, str]) -> pandas.DataFrame:
    """Return columns as a ``pandas.DataFrame``; units and provenance are in its ``attrs``."""
    import pandas

    frame = pandas.DataFrame({name: values for name, (values, _) in columns.items()})
    frame.attrs = dict(attributes) | {"units": {name: unit for name, (_, unit) in columns.items()}}
    return frame
