"""A circuit as the text of a netlist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neurodyn.circuits.parts import Part, Value
from neurodyn.errors import InputError


def netlist_text(
    name: str,
    parts: Sequence[Part],
    parameters: Mapping[str, float],
    inputs: Mapping[str, float],
    shared: Sequence[str],
    spike: str,
) -> str:
    """Return a netlist that reads back as the same circuit."""
    lines = [f"* {name}"]
    lines += [f".param {key}={value!r}" for key, value in parameters.items()]
    lines += [f".input {key}={value!r}" for key, value in inputs.items()]
    lines += [_line(part) for part in parts]
    if shared:
        lines.append(f".shared {' '.join(shared)}")
    if spike:
        lines.append(f".spike {spike}")
    return "\n".join([*lines, ".end"])


def _line(part: Part) -> str:
    ends = f"{part.name} {part.plus} {part.minus}"
    if part.device is None:
        drive = "input " if part.driven else ""
        return f"{ends} {drive}{_text(part.value)}"
    if not part.kind:
        raise InputError(
            f"{part.place} is a device of one's own ({part.device.name}), which a netlist cannot "
            "name; expected devices of the library"
        )
    settings = [f"{key}={_text(value)}" for key, value in part.settings.items()]
    heat = [] if part.heat == "own" else [f"heat={part.heat}"]
    return " ".join([ends, part.kind, *settings, *heat])


def _text(value: Value) -> str:
    return f"{{{value}}}" if isinstance(value, str) else repr(value)
