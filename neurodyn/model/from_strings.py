"""What :meth:`Model.from_equations` makes of plain strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurodyn.arguments import finite
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.parse import parse_equation
from neurodyn.model.quantities import Output, Quantity, SpikeEvent


def parts_from_strings(
    states: Sequence[str] | Mapping[str, float],
    parameters: Mapping[str, float],
    rhs: Sequence[str] | Mapping[str, str],
    inputs: Mapping[str, float],
    outputs: Mapping[str, str],
    spike: str | None,
    reset: Mapping[str, str | float],
    scales: Mapping[str, float],
) -> dict[str, Any]:
    """Return states, parameters, inputs, rhs, outputs and spike as :class:`Model` takes them.

    Raises
    ------
    InputError
        Naming the equation and the name in it that is not declared.
    """
    starts = dict(states) if isinstance(states, Mapping) else dict.fromkeys(states, 0.0)
    names = list(starts)
    for state in names:
        if list(states).count(state) > 1 or state in parameters or state in inputs:
            raise InputError(f"{state!r} is declared twice")
    for key in scales:
        if key not in starts:
            raise unknown_name("state", key, names)
    declared = [*names, *parameters, *inputs]
    return {
        "states": tuple(
            Quantity(
                key,
                finite(key, value),
                scale=finite(f"the scale of {key}", scales.get(key, 1.0)),
            )
            for key, value in starts.items()
        ),
        "parameters": tuple(Quantity(key, value) for key, value in parameters.items()),
        "inputs": tuple(Quantity(key, value) for key, value in inputs.items()),
        "rhs": tuple(
            parse_equation(text, declared, f"equation {number}")
            for number, text in enumerate(_in_order(rhs, names), start=1)
        ),
        "outputs": tuple(
            Output(key, parse_equation(text, declared, key)) for key, text in outputs.items()
        ),
        "spike": _spike_event(spike, reset, names, declared),
    }


def _in_order(rhs: Sequence[str] | Mapping[str, str], names: Sequence[str]) -> Sequence[str]:
    if not isinstance(rhs, Mapping):
        return rhs
    for key in rhs:
        if key not in names:
            raise unknown_name("state", key, names)
    missing = [key for key in names if key not in rhs]
    if missing:
        raise InputError(f"state {missing[0]!r} has no equation; expected one for each")
    return [rhs[key] for key in names]


def _spike_event(
    spike: str | None,
    reset: Mapping[str, str | float],
    names: Sequence[str],
    declared: Sequence[str],
) -> SpikeEvent | None:
    if spike is None:
        if reset:
            raise InputError("reset= is given without spike=; expected what triggers it")
        return None
    expression = parse_equation(spike, declared, "spike")
    driven = [name for name in names if name in map(str, expression.free_symbols)]
    jumps = {key: parse_equation(text, declared, f"reset of {key}") for key, text in reset.items()}
    return SpikeEvent(expression, observable=(driven or list(names))[0], reset=jumps)
