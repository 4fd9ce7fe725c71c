"""Models in a file: a device of the library by its name and arguments, or a device card."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from neurodyn import devices
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.model.stored import model_of_card


def model_from(given: Any, folder: Path) -> Model:
    """Return the model that ``"nbox_neuron"`` or ``{device = "nbox_neuron", I_s = 3e-4}`` means.

    In place of a name there may be a device card beside the file: ``"card.json"``.

    Raises
    ------
    InputError
        If there is no such device, it does not take those arguments, or a card cannot be read.
    """
    arguments = {"device": given} if isinstance(given, str) else given
    if not isinstance(arguments, Mapping) or not isinstance(arguments.get("device"), str):
        raise InputError(
            'model: expected the name of a device, or a table {device = "nbox_neuron", I_s = 3e-4}'
        )
    chosen: dict[str, Any] = dict(arguments)
    name = chosen.pop("device")
    if Path(name).suffix.lower() in (".json", ".toml"):
        return model_of_card(folder / name).with_parameters(**chosen)
    if name not in devices.__all__:
        raise unknown_name("device", name, devices.__all__)
    return getattr(devices, name)(**chosen)


def described(model: Model) -> str | dict[str, Any]:
    """Return what :func:`model_from` makes the model of.

    Raises
    ------
    InputError
        If the model is not of the library: a file holds no equations.
    """
    found: list[tuple[tuple[bool, int], dict[str, Any]]] = []
    for name, which, plain in _library():
        if plain.digest != model.digest:
            continue
        own = {n: v for n, v in model.parameter_values.items() if v != plain[n]}
        again = plain.with_parameters(**own)
        if all(getattr(again, part) == getattr(model, part) for part in _PARTS):
            place = plain.name != model.name, len(own)
            found.append((place, {"device": name, **which, **own}))
    if not found:
        raise InputError(
            f"the model {model.name!r} is not one of nd.devices as it stands there; a file names "
            "devices of the library and their parameters, and holds no equations"
        )
    best = min(found, key=lambda pair: pair[0])[1]
    return best["device"] if len(best) == 1 else best


_PARTS = ("states", "parameters", "inputs", "outputs", "cycle", "time_unit")


def _library() -> Iterator[tuple[str, dict[str, Any], Model]]:
    """Yield name, arguments and model of all devices, in every circuit and variant."""
    for name in devices.__all__:
        function = getattr(devices, name)
        hints = typing.get_type_hints(function)
        choices: list[dict[str, Any]] = [{}]
        for parameter in inspect.signature(function).parameters.values():
            values = typing.get_args(hints[parameter.name])
            if parameter.kind is not parameter.VAR_KEYWORD:
                choices += [{parameter.name: v} for v in values if v != parameter.default]
        for which in choices:
            yield name, which, function(**which)
