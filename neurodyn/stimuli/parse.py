"""Stimuli from text, as the command line writes them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import numpy as np

from neurodyn.errors import InputError, unknown_name
from neurodyn.model.units import parse_value
from neurodyn.stimuli import waveforms
from neurodyn.stimuli.waveforms import Stimulus

_SHAPES = {
    name: getattr(waveforms, name)
    for name in ("constant", "step", "pulse", "train", "ramp", "triangle")
}
_LEVELS = ("value", "before", "amplitude", "base", "end", "begin", "peak")


def parse_stimulus(text: str, unit: str, time_unit: str) -> Stimulus:
    """Read ``"335uA"``, ``"pulse(200uA, width=1us)"`` or the name of a two-column file.

    Parameters
    ----------
    text : str
    unit : str
        Of the input; levels may carry a prefix of it.
    time_unit : str

    Raises
    ------
    InputError
        Naming the shape, the argument or the file that cannot be read.

    Examples
    --------
    >>> from neurodyn.stimuli.parse import parse_stimulus
    >>> parse_stimulus("pulse(200uA, width=1us)", "A", "s")
    <stimulus: pulse 0.0002, width 1e-06>
    """
    call = re.fullmatch(r"\s*(\w+)\s*\((.*)\)\s*", text)
    if call is None:
        if Path(text).suffix or Path(text).is_file():
            looks_like_number = re.match(r"\s*[+-]?[\d.]", text)
            if not looks_like_number:
                return _from_file(Path(text))
        return waveforms.constant(parse_value(text, unit, "the stimulus"))
    shape, body = call[1], call[2]
    if shape not in _SHAPES:
        raise unknown_name("stimulus", shape, _SHAPES)
    signature = inspect.signature(_SHAPES[shape])
    arguments = [part.strip() for part in body.split(",") if part.strip()]
    values: dict[str, float] = {}
    for position, argument in enumerate(arguments):
        key, equals, value = argument.partition("=")
        if equals:
            key = key.strip()
        else:
            if position >= len(signature.parameters):
                raise InputError(
                    f"{shape} takes {len(signature.parameters)} arguments; got {text!r}"
                )
            key, value = list(signature.parameters)[position], argument
        if key not in signature.parameters:
            raise unknown_name(f"argument of {shape}", key, signature.parameters)
        expected = unit if key in _LEVELS else "1" if key == "count" else time_unit
        values[key] = parse_value(value, expected, key)
    missing = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty and name not in values
    ]
    if missing:
        raise InputError(f"{shape} needs {', '.join(missing)}; got {text!r}")
    return _SHAPES[shape](**values)


def _from_file(path: Path) -> Stimulus:
    try:
        table = np.genfromtxt(path, delimiter=",", comments="#")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as two columns of numbers ({error})") from None
    if table.ndim == 2 and np.isnan(table[0]).all():
        table = table[1:]  # a header row
    if table.ndim != 2 or table.shape[1] != 2 or len(table) < 2:
        raise InputError(f"{path}: expected two columns, time and value, and at least two rows")
    return waveforms.sampled(table[:, 0], table[:, 1])
