"""Column of the ambient temperature: found by its name and unit, read in kelvin."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.io.columns.column import Column
from neurodyn.io.columns.unit_text import as_unit
from neurodyn.model.units import parse_unit

_NAME = re.compile(
    r"(?i)\s*(?:t|t[\s_-]?(?:amb|ambient|stage|chuck|base|sub|substrate|set|sample)|ta|"
    r"(?:.*\b)?temp(?:erature)?\.?(?:\b.*)?|temperatur|ambient)\s*"
)
_CELSIUS = re.compile(r"(?i)(?:.*[(\[/_ ])?\s*(?:°\s?c|º\s?c|deg\.?\s?c|celsius|℃)\s*[)\]]?\s*")
_BARE_C = re.compile(r".*[(\[/_ ]\s*C\s*[)\]]?\s*")
_COLDEST, _HOTTEST = 1.0, 2000.0  # K
_APART = 1.5  # K between neighbours that makes two ambients


class Temperature(NamedTuple):
    """The column of a temperature, and what to add to its numbers to get kelvin."""

    column: Column
    offset: float
    factor: float


def temperature_column(columns: list[Column], taken: tuple[int, ...]) -> Temperature | None:
    """Return the column that holds an ambient temperature, if exactly one does.

    Examples
    --------
    >>> from neurodyn.io.columns.column import parse_column
    >>> temperature_column([parse_column(0, "T (°C)")], ()).offset
    273.15
    """
    found = []
    for column in columns:
        if column.index in taken or column.kind or len(column.text) > 100:
            continue
        unit = as_unit(column.unit) if column.unit else None
        kelvin = unit is not None and unit.dimension == parse_unit("K").dimension
        celsius = _CELSIUS.fullmatch(column.text) or _CELSIUS.fullmatch(column.unit or "")
        name = re.split(r"[(\[/]", column.text)[0]
        if not _NAME.fullmatch(column.name) and not _NAME.fullmatch(name):
            continue
        if kelvin and unit is not None:
            found.append(Temperature(column, 0.0, unit.factor))
        elif celsius or _BARE_C.fullmatch(column.text) or column.unit == "C":
            found.append(Temperature(column, 273.15, 1.0))
        elif column.unit is None and column.name.strip().lower() != "t":
            found.append(Temperature(column, 0.0, 1.0))
    return found[0] if len(found) == 1 else None


def levels(T: Array) -> tuple[Array, NDArray[np.int64]] | None:
    """Tell the ambient temperatures apart that a column holds.

    Parameters
    ----------
    T : (n,) array
        In K, with NaN where nothing stands.

    Returns
    -------
    values : (k,) array
        Mean of each level, in the order of the rows.
    level : (n,) int array
        Which level each row belongs to (the nearest, where nothing stands); None if the numbers
        are no temperatures.

    Examples
    --------
    >>> import numpy as np
    >>> values, level = levels(np.array([280.0, 280.1, 300.0]))
    >>> values.round(2).tolist(), level.tolist()
    ([280.05, 300.0], [0, 0, 1])
    """
    there = np.isfinite(T)
    if not there.any() or T[there].min() < _COLDEST or T[there].max() > _HOTTEST:
        return None
    ordered = np.sort(T[there])
    edges = ordered[1:][np.diff(ordered) > _APART]
    filled = T.copy()
    places = np.flatnonzero(there)
    filled[~there] = T[places[np.abs(np.flatnonzero(~there)[:, None] - places).argmin(axis=1)]]
    group = np.searchsorted(edges, filled, side="right")
    first = {int(g): k for k, g in reversed(list(enumerate(group)))}
    order = sorted(first, key=first.__getitem__)
    values = np.array([filled[group == g].mean() for g in order])
    return values, np.array([order.index(int(g)) for g in group], dtype=np.int64)
