"""A model as numbers, text, lists and mappings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sympy

from neurodyn.arguments import shown
from neurodyn.errors import InputError
from neurodyn.model.closed_form import ClosedFormEquilibria
from neurodyn.model.model import Model
from neurodyn.model.quantities import Quantity, SpikeEvent, Switch
from neurodyn.model.stored.read import model_from_plain
from neurodyn.model.stored.text import as_text


def model_as_plain(model: Model) -> dict[str, Any]:
    """Return a model as numbers, text, lists and mappings, from which nothing is lost.

    Raises
    ------
    InputError
        If the model contains what text cannot hold; nothing is lost silently.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.model.stored import model_as_plain
    >>> model_as_plain(nd.devices.fitzhugh_nagumo())["states"][0]["equation"]
    'I - v**3/3 + v - w'
    """
    states = [
        {**_quantity(state), "equation": as_text(rate)}
        for state, rate in zip(model.states, model.rhs, strict=True)
    ]
    found: dict[str, Any] = {
        "name": model.name,
        "reference": model.reference,
        "time_unit": model.time_unit,
        "cycle": _number_or_text(model.cycle),
        "states": states,
        "parameters": [_quantity(item) for item in model.parameters],
        "inputs": [_quantity(item) for item in model.inputs],
        "constants": [_quantity(item) for item in model.constants],
        "outputs": [
            _without_defaults(
                {"name": o.name, "unit": o.unit, "meaning": o.meaning}, {"unit": "1", "meaning": ""}
            )
            | {"equation": as_text(o.expression)}
            for o in model.outputs
        ],
    }
    if model.spike is not None:
        found["spike"] = {"observable": model.spike.observable, **_event(model.spike)}
    if model.switch is not None:
        found["switch"] = _event(model.switch)
    if model.equilibria is not None:
        found["equilibria"] = _equilibria(model.equilibria)
    found = {key: value for key, value in found.items() if value not in ([], "")}
    _check_nothing_is_lost(model, found)
    return found


def _quantity(item: Quantity) -> dict[str, Any]:
    found = {
        "name": item.name,
        "value": item.default,
        "unit": item.unit,
        "scale": item.scale,
        "bounds": [_end(end) for end in item.bounds],
        "meaning": item.meaning,
    }
    free = [_end(-math.inf), _end(math.inf)]
    return _without_defaults(found, {"unit": "1", "scale": 1.0, "bounds": free, "meaning": ""})


def _without_defaults(found: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in found.items() if k not in defaults or v != defaults[k]}


def _end(value: float) -> float | str:
    """Return a bound; JSON has no infinity."""
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def _number_or_text(value: float | sympy.Expr) -> float | str:
    return as_text(value) if isinstance(value, sympy.Expr) else value


def _event(event: SpikeEvent | Switch) -> dict[str, Any]:
    found: dict[str, Any] = {"rises_through_zero": as_text(event.expression)}
    if event.meaning:
        found["meaning"] = event.meaning
    if event.reset:
        found["reset"] = {name: as_text(value) for name, value in event.reset.items()}
    return found


def _equilibria(form: ClosedFormEquilibria) -> dict[str, Any]:
    found: dict[str, Any] = {
        "coordinate": form.coordinate,
        "origin": form.origin,
        "input_name": form.input_name,
        "input_value": as_text(form.input_value),
        "states": {name: as_text(value) for name, value in form.states.items()},
    }
    if form.condition is not None:
        found |= {"unknown": form.unknown, "condition": as_text(form.condition)}
    return found


def _check_nothing_is_lost(model: Model, found: Mapping[str, Any]) -> None:
    again = model_from_plain(found)
    parts = ("states", "parameters", "inputs", "constants", "outputs", "cycle", "equilibria")
    if again.digest == model.digest and all(getattr(again, p) == getattr(model, p) for p in parts):
        return
    pairs = [*zip(again.rhs, model.rhs, strict=True)]
    pairs += [
        (a.expression, b.expression) for a, b in zip(again.outputs, model.outputs, strict=True)
    ]
    changed = next((str(b) for a, b in pairs if sympy.srepr(a) != sympy.srepr(b)), "a part of it")
    raise InputError(
        f"the model {model.name!r} cannot be written as text without loss: {shown(changed)} would "
        "be read back in another form"
    )
