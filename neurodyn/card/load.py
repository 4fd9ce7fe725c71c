"""``nd.load_device``: a card read back, or refused in a sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neurodyn.arguments import checked, shown
from neurodyn.arrays import Array
from neurodyn.card.card import DeviceCard, Validity
from neurodyn.card.content import KINDS, NOT_FINITE
from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.parameters import FittedParameter
from neurodyn.model.stored import Table, card_table, model_from_plain, reading_card


@checked
def load_device(path: str | os.PathLike[str]) -> DeviceCard:
    """Read a device card. It is read as data: nothing in it is ever run.

    Parameters
    ----------
    path : path of a JSON or TOML file
        As :meth:`neurodyn.DeviceCard.write` wrote it. One that was changed by hand is read if its
        ``digest`` is taken out.

    Returns
    -------
    DeviceCard
        ``.model`` is what every verb takes.

    Raises
    ------
    InputError
        If the file cannot be read, is no card, is damaged, or is of a newer format.

    Examples
    --------
    >>> import neurodyn as nd, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "device.toml"
    >>> nd.device_card(nd.devices.mott_nbo2()).write(path)
    >>> nd.load_device(path).model.digest == nd.devices.mott_nbo2().digest
    True
    """
    path = Path(path)
    with reading_card(path):
        return _card(card_table(path))


def _card(top: Table) -> DeviceCard:
    kind = top.text("kind")
    if kind not in KINDS:
        raise unknown_name("kind of card", kind, KINDS)
    model = model_from_plain(top.take("model"))
    fitted = tuple(map(_parameter, top.tables("fitted", "a fitted parameter", ())))
    verdict = Table(top.take("verdict", {}), "verdict")
    held = Table(top.take("held", {}), "held")
    found = DeviceCard(
        model=model,
        kind=kind,
        fitted=fitted,
        correlation=_correlation(top.take("correlation", []), len(fitted)),
        nuisances=tuple(map(_parameter, top.tables("nuisances", "a nuisance", ()))),
        held={name: _number(f"held {name}", value) for name, value in held.data.items()},
        ambients=_ambients(top.take("ambients", [])),
        validity=tuple(map(_validity, top.tables("validity", "a range of validity", ()))),
        accepted=_flag(verdict.take("accepted", kind == "device")),
        reasons=_texts(verdict, "reasons"),
        warnings=_texts(verdict, "warnings"),
        provenance=_mapping(top.take("provenance", {})),
    )
    verdict.finish()
    top.finish()
    for name in found.held:
        if name not in model.parameter_names:
            raise unknown_name("held parameter of the model", name, model.parameter_names)
    return found


def _number(what: str, value: Any) -> float:
    if isinstance(value, str) and value in NOT_FINITE:
        return NOT_FINITE[value]
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    except OverflowError:
        pass
    raise InputError(f"{what} is {shown(value)}; expected a number")


def _parameter(table: Table) -> FittedParameter:
    name = table.text("name")
    table.called(name)
    found = FittedParameter(
        name=name,
        unit=table.text("unit"),
        meaning=table.text("meaning"),
        value=_number(name, table.take("value")),
        standard_error=_number(f"the standard error of {name}", table.take("standard_error")),
        interval=_pair(f"the interval of {name}", table.take("interval_95")),
        status=table.text("status"),
        interval_68=_pair(f"the interval of {name}", table.take("interval_68")),
    )
    table.finish()
    return found


def _pair(what: str, values: Any) -> tuple[float, float]:
    if not isinstance(values, list) or len(values) != 2:
        raise InputError(f"{what} is {shown(values)}; expected two numbers")
    low, high = (_number(what, value) for value in values)
    if low > high:
        raise InputError(f"{what} is {shown(values)}; expected the lower end first")
    return low, high


def _correlation(rows: Any, n: int) -> Array:
    square = isinstance(rows, list) and len(rows) == n
    if not square or any(not isinstance(row, list) or len(row) != n for row in rows):
        raise InputError(f"correlation is {shown(rows)}; expected {n} rows of {n} numbers")
    found = np.array([[_number("a correlation", x) for x in row] for row in rows]).reshape(n, n)
    if np.any(np.abs(found) > 1 + 1e-9) or not np.allclose(found, found.T, equal_nan=True):
        raise InputError("correlation is not symmetric with numbers from -1 to 1")
    return found


def _ambients(given: Any) -> tuple[tuple[float, float], ...]:
    if not isinstance(given, list):
        raise InputError(f"ambients are {shown(given)}; expected pairs (value, standard deviation)")
    found = []
    for pair in given:
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError(f"an ambient temperature is {shown(pair)}; expected two numbers")
        value, sd = (_number("an ambient temperature", x) for x in pair)
        if not (value > 0 and sd >= 0):
            raise InputError(f"an ambient temperature is {shown(pair)}; expected kelvin, positive")
        found.append((value, sd))
    return tuple(found)


def _validity(table: Table) -> Validity:
    name = table.text("name")
    table.called(name)
    ends = [table.take("low"), table.take("high")]
    found = Validity(name, table.text("unit"), *_pair(f"the range of {name}", ends))
    table.finish()
    return found


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"accepted is {shown(value)}; expected true or false")
    return value


def _texts(table: Table, key: str) -> tuple[str, ...]:
    found = table.take(key, [])
    if not isinstance(found, list) or any(not isinstance(text, str) for text in found):
        raise InputError(f"{key} are {shown(found)}; expected a list of texts")
    return tuple(found)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"provenance is {shown(value)}; expected a table")
    return value
