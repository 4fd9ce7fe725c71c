"""A model from numbers, text, lists and mappings; what is wrong with them, in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from neurodyn.arguments import shown
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.closed_form import ClosedFormEquilibria
from neurodyn.model.model import Model
from neurodyn.model.quantities import Output, Quantity, SpikeEvent, Switch
from neurodyn.model.stored.table import Table
from neurodyn.model.stored.text import from_text
from neurodyn.model.units import parse_unit


def model_from_plain(data: Any) -> Model:
    """Return the model that :func:`model_as_plain` wrote.

    Raises
    ------
    InputError
        Naming what is missing, unknown, of another kind, or no model.
    """
    top = Table(data, "the model")
    name, reference = top.text("name"), top.text("reference", "")
    time_unit = top.text("time_unit", "1")
    states = top.tables("states", "state")
    groups = {key: top.tables(key, key[:-1], ()) for key in ("parameters", "inputs", "constants")}
    outputs = top.tables("outputs", "output", ())
    equations = [state.take("equation") for state in states]
    quantities = {key: tuple(map(_read_quantity, group)) for key, group in groups.items()}
    parts = {"states": tuple(map(_read_quantity, states)), **quantities}
    names = [item.name for group in parts.values() for item in group]
    own = [item.name for item in (*parts["parameters"], *parts["inputs"])]
    rates = zip(parts["states"], equations, strict=True)
    rhs = tuple(from_text(text, names, f"d{state.name}/dt") for state, text in rates)
    cycle = top.take("cycle", 1.0)
    known = isinstance(cycle, Real)
    cycle = _positive("cycle", cycle) if known else from_text(cycle, own, "cycle")
    spike, switch, form = (top.table(key) for key in ("spike", "switch", "equilibria"))
    model_parts: dict[str, Any] = {
        "outputs": tuple(_read_output(output, names) for output in outputs),
        "cycle": cycle,
        "spike": None if spike is None else _read_spike(spike, names),
        "switch": None if switch is None else _read_switch(switch, names),
        "equilibria": None if form is None else _read_equilibria(form, names),
    }
    top.finish()
    parse_unit(time_unit)
    return Model(
        name=name, rhs=rhs, time_unit=time_unit, reference=reference, **parts, **model_parts
    )


def _positive(what: str, value: Real) -> float:
    number = _number(what, value)
    if not number > 0:
        raise InputError(f"{what} is {shown(value)}; expected a positive number")
    return number


def _number(what: str, value: Any) -> Any:
    """Return a finite number as it is: a whole one stays whole."""
    try:
        good = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        good = False
    if not good:
        raise InputError(f"{what} is {shown(value)}; expected a finite number")
    return value


def _read_quantity(table: Table) -> Quantity:
    name, value = table.text("name"), table.take("value")
    table.called(name)
    bounds = table.take("bounds", ["-inf", "inf"])
    if not isinstance(bounds, list) or len(bounds) != 2:
        raise InputError(f"the bounds of {name} are {shown(bounds)}; expected two numbers")
    low, high = (_bound(name, end) for end in bounds)
    found = Quantity(
        name,
        value if isinstance(value, str) else _number(name, value),
        table.text("unit", "1"),
        _number(f"the scale of {name}", table.take("scale", 1.0)),
        (low, high),
        table.text("meaning", ""),
    )
    parse_unit(found.unit)
    table.finish()
    return found


def _bound(name: str, value: Any) -> float:
    if value in ("inf", "-inf"):
        return math.inf if value == "inf" else -math.inf
    return _number(f"a bound of {name}", value)


def _read_output(table: Table, names: Sequence[str]) -> Output:
    name = table.text("name")
    table.called(name)
    expression = from_text(table.take("equation"), names, name)
    found = Output(name, expression, table.text("unit", "1"), table.text("meaning", ""))
    parse_unit(found.unit)
    table.finish()
    return found


def _read_event(table: Table, names: Sequence[str]) -> dict[str, Any]:
    label = table.what
    reset = table.table("reset")
    found = {
        "expression": from_text(table.take("rises_through_zero"), names, label),
        "reset": {} if reset is None else reset.expressions(names, "the reset of"),
        "meaning": table.text("meaning", ""),
    }
    table.finish()
    return found


def _read_spike(table: Table, names: Sequence[str]) -> SpikeEvent:
    observable = table.text("observable")
    return SpikeEvent(observable=observable, **_read_event(table, names))


def _read_switch(table: Table, names: Sequence[str]) -> Switch:
    return Switch(**_read_event(table, names))


def _read_equilibria(table: Table, names: Sequence[str]) -> ClosedFormEquilibria:
    states, origin = table.table("states"), table.take("origin")
    if states is None:
        raise InputError("equilibria has no states; expected an expression for each")
    condition = table.take("condition", None)
    found = ClosedFormEquilibria(
        coordinate=table.text("coordinate"),
        origin=origin if isinstance(origin, str) else _number("the origin of equilibria", origin),
        states=states.expressions(names, "equilibria:"),
        input_name=table.text("input_name"),
        input_value=from_text(table.take("input_value"), names, "input_value"),
        unknown=table.text("unknown", ""),
        condition=None if condition is None else from_text(condition, names, "condition"),
    )
    table.finish()
    for name in (found.coordinate, *found.states, *([found.unknown] if found.unknown else [])):
        if name not in names:
            raise unknown_name("state in equilibria", name, names)
    if found.input_name not in names or (isinstance(origin, str) and origin not in names):
        wrong = found.input_name if found.input_name not in names else origin
        raise unknown_name("quantity in equilibria", wrong, names)
    return found
