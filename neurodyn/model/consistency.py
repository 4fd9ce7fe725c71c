"""Consistency of a model's declarations: kinds, names used once, expressions of declared names."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING

from neurodyn.arguments import shown
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.quantities import Output, Quantity, SpikeEvent, Switch

if TYPE_CHECKING:
    from neurodyn.model.model import Model


def check_kinds(model: Model) -> None:
    """Raise InputError where something is declared by what is no declaration."""
    groups = {Quantity: ("states", "parameters", "inputs", "constants"), Output: ("outputs",)}
    for kind, attributes in groups.items():
        for attribute in attributes:
            for item in getattr(model, attribute):
                _require(item, kind, f"one of the {attribute} of model {model.name!r}")
    for attribute, kind in (("spike", SpikeEvent), ("switch", Switch)):
        if (event := getattr(model, attribute)) is not None:
            _require(event, kind, f"the {attribute} of model {model.name!r}")


def _require(item: object, kind: type, what: str) -> None:
    if not isinstance(item, kind):
        raise InputError(
            f"{what} is {shown(item)}; expected a neurodyn.model.{kind.__name__} "
            "(Model.from_equations reads plain names and text)"
        )


def check_names(model: Model) -> None:
    """Raise InputError where names clash, or states and equations do not match."""
    names = [
        item.name
        for group in (model.states, model.parameters, model.inputs, model.constants, model.outputs)
        for item in group
    ]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{name!r} is declared twice in model {model.name!r}")
        if keyword.iskeyword(name):
            raise InputError(f"{name!r} is a word of the Python language; choose another name")
    if not model.states:
        raise InputError(f"model {model.name!r} has no states; expected at least one")
    if len(model.rhs) != len(model.states):
        raise InputError(
            f"model {model.name!r} has {len(model.states)} states but {len(model.rhs)} equations; "
            "expected one equation per state"
        )


def check_expressions(model: Model) -> None:
    """Raise InputError where an expression uses a name that is not declared."""
    declared = (*model.states, *model.parameters, *model.inputs, *model.constants)
    known = {quantity.symbol for quantity in declared}
    labelled = [(f"d{s.name}/dt", e) for s, e in zip(model.states, model.rhs, strict=True)]
    labelled += [(output.name, output.expression) for output in model.outputs]
    if model.spike is not None:
        labelled.append(("the spike event", model.spike.expression))
        if model.spike.observable not in model.observable_names:
            raise unknown_name("state or output", model.spike.observable, model.observable_names)
    if model.spike is not None and model.spike.reset and model.switch is not None:
        raise InputError(f"model {model.name!r} has a switch and a reset at spikes; expected one")
    if (jump := model.jump) is not None:
        jump.check_reset(model.state_names, model.input_names)
        labelled.append(("the switch", jump.expression))
        labelled += [(f"the reset of {n}", e) for n, e in jump.reset.items()]
    for label, expression in labelled:
        for unknown in sorted(map(str, expression.free_symbols - known)):
            error = unknown_name("quantity", unknown, [quantity.name for quantity in declared])
            raise InputError(f"{label} = {expression}: {error}")
