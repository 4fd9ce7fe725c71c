"""Netlists as text: element lines as in SPICE, and what the text says beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from neurodyn.circuits.domains import thermal_nodes, unit_of
from neurodyn.circuits.ladders import ladder
from neurodyn.circuits.library import element_of
from neurodyn.circuits.parts import KINDS, Part, Value
from neurodyn.circuits.text.values import read_value
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.circuits import Element

_SHARED = re.compile(r"\{\s*([A-Za-z]\w*)\s*\}")
_HEAT = ("own", "capacity", "port")
_INPUT = "input"


@dataclass
class Netlist:
    """What a netlist says, with numbers as text until their units are known."""

    name: str = "circuit"
    parts: list[Part] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    spike: str = ""


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield line numbers and lines without comments, continued ones joined; up to ``.end``."""
    pending: tuple[int, str] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.split(r";|\s\$", raw, maxsplit=1)[0].strip()
        if not line or line.startswith("*"):
            continue
        if line.startswith("+"):
            if pending is None:
                raise InputError(f"line {number}: '+' goes on with a line, but there is none")
            pending = pending[0], f"{pending[1]} {line[1:].strip()}"
            continue
        if pending is not None:
            yield pending
        if line.lower() == ".end":
            return
        pending = number, line
    if pending is not None:
        yield pending


def read_netlist(
    text: str,
) -> tuple[str, list[Part], dict[str, float], dict[str, float], list[str], str]:
    """Return name, parts, shared parameters, inputs, shared names and spike of a netlist.

    Raises
    ------
    InputError
        Naming the line and the element.
    """
    found = Netlist()
    first = text.lstrip().partition("\n")[0]
    if first.startswith("*"):
        found.name = first.lstrip("* ").strip() or found.name
    for number, line in logical_lines(text):
        (_directive if line.startswith(".") else _element)(found, number, line)
    if not found.parts:
        raise InputError("the netlist has no elements; expected lines like 'R1 a 0 4k'")
    thermal = thermal_nodes(found.parts)
    units: dict[str, str] = {}
    parts = [_with_numbers(part, thermal, units) for part in found.parts]
    for part in found.parts:  # what devices share is set by its own name
        for name, unit in device_units(part.device).items() if part.device else ():
            if name in (*found.shared, "T_amb"):
                units.setdefault(name, unit)
    for name in (*found.parameters, *found.inputs):
        if name not in units:
            raise InputError(
                f"{name} is declared, but no element uses it; expected {{{name}}} in place of a "
                "value"
            )
    parameters, inputs = (
        {name: read_value(value, units[name], name) for name, value in group.items()}
        for group in (found.parameters, found.inputs)
    )
    return found.name, parts, parameters, inputs, found.shared, found.spike


def _directive(found: Netlist, number: int, line: str) -> None:
    word, _, rest = line.partition(" ")
    known: dict[str, Callable[[], object]] = {
        ".param": lambda: found.parameters.update(_pairs(rest, number, word)),
        ".input": lambda: found.inputs.update(_pairs(rest, number, word)),
        ".shared": lambda: found.shared.extend(rest.replace(",", " ").split()),
        ".spike": lambda: setattr(found, "spike", rest.strip()),
        ".title": lambda: setattr(found, "name", rest.strip()),
    }
    if word.lower() not in known:
        raise InputError(f"line {number}: {unknown_name('directive', word, [*known, '.end'])}")
    known[word.lower()]()


def _pairs(text: str, number: int, what: str) -> dict[str, str]:
    """Read ``NAME=VALUE ...``; blanks around the sign of equality are allowed."""
    pairs: dict[str, str] = {}
    for item in re.sub(r"\s*=\s*", "=", text).split():
        name, equals, value = item.partition("=")
        if not (name and equals and value):
            raise InputError(f"line {number}, {what}: {item!r} is no NAME=VALUE")
        if name in pairs:
            raise InputError(f"line {number}, {what}: {name} is given twice; expected once")
        pairs[name] = value
    return pairs


def _element(found: Netlist, number: int, line: str) -> None:
    name, *words = re.sub(r"\s*=\s*", "=", line).split()
    where = f"line {number}, {name}"
    letter = name[0].upper()
    if letter == "Z":
        if len(words) < 3:
            raise InputError(f"{where}: expected 'Z1 node node foster R C R C ...', or cauer")
        found.parts += ladder(name, words[0], words[1], words[2].lower(), words[3:], number)  # type: ignore[arg-type]
        return
    if letter not in KINDS:
        kinds = ", ".join(f"{key} ({kind})" for key, kind in KINDS.items())
        raise InputError(
            f"{where}: no element begins with {name[0]!r}; expected {kinds} or Z (ladder); a title "
            "is written '* title' in the first line"
        )
    if len(words) < 3:
        what = "the name of a device" if letter == "X" else "a value"
        raise InputError(f"{where}: expected two nodes and {what}, as in '{_example(letter)}'")
    plus, minus, what, *rest = words
    part = Part(name, _node(plus), _node(minus), line=number)
    found.parts.append((_device if letter == "X" else _simple)(part, what, rest))


def _node(name: str) -> str:
    return "0" if name.lower() == "gnd" else name


def _example(letter: str) -> str:
    ends = {"R": "4k", "C": "200p", "L": "700n", "V": "input", "I": "input", "X": "nbox R_0=190"}
    return f"{letter}1 a b {ends[letter]}"


def _simple(part: Part, what: str, rest: Sequence[str]) -> Part:
    """Read the value of R, C, L, V or I; as text, for its unit is not known yet."""
    if part.letter in "VI" and what.lower() == "dc" and rest:
        what, *rest = rest
    driven = what.lower() == _INPUT
    if driven and part.letter not in "VI":
        raise InputError(f"{part.place}: only sources (V, I) can be an input")
    if driven:
        what, *rest = rest or ["0"]
    if rest:
        raise InputError(
            f"{part.place}: {rest[0]!r} is too much; expected '{_example(part.letter)}'"
        )
    return replace(part, value=what, driven=driven)


def _device(part: Part, kind: str, rest: Sequence[str]) -> Part:
    try:
        element = element_of(kind)
    except InputError as error:
        raise InputError(f"{part.place}: {error}") from None
    settings = _pairs(" ".join(rest), part.line, part.name)
    heat = settings.pop("heat", "own")
    if heat not in _HEAT:
        raise InputError(f"{part.place}: {unknown_name('way of heat', heat, _HEAT)}")
    return replace(part, device=element, kind=kind, settings=settings, heat=heat)


def _with_numbers(part: Part, thermal: frozenset[str], units: dict[str, str]) -> Part:
    """Return a part with numbers in place of texts; note the units of shared names."""
    if part.device is not None:
        known = device_units(part.device)
        settings = {}
        for name, text in part.settings.items():
            if name not in known:
                raise InputError(f"{part.place}: {unknown_name('parameter', name, known)}")
            settings[name] = _number(str(text), known[name], f"{part.place}, {name}", units)
        return replace(part, settings=settings)
    number = _number(str(part.value), unit_of(part, thermal), part.place, units)
    return replace(part, value=number)


def device_units(element: Element) -> dict[str, str]:
    """Return the units of the parameters of a device as a part of a circuit."""
    lead = set() if element.series is None else {str(s) for s in element.series.free_symbols}
    return {q.name: q.unit for q in element.parameters if q.name not in lead}


def _number(text: str, unit: str, what: str, units: dict[str, str]) -> Value:
    if (name := _SHARED.fullmatch(text)) is None:
        return read_value(text, unit, what)
    if units.setdefault(name[1], unit) != unit:
        raise InputError(
            f"{what}: {name[1]} is in [{units[name[1]]}] elsewhere and in [{unit}] here; expected "
            "one unit for what has one name"
        )
    return name[1]
