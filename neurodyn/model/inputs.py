"""Which input of a model is its current."""

from __future__ import annotations

from neurodyn.errors import InputError, unknown_name
from neurodyn.model.model import Model
from neurodyn.model.quantities import Quantity
from neurodyn.model.units import DIMENSIONLESS, parse_unit


def current_input(model: Model, into: str | None, what: str, otherwise: str = "") -> Quantity:
    """Return the input that a current is added to: the one named, or the model's only current.

    Parameters
    ----------
    model : Model
    into : str or None
    what : str
        What is to be added, at the begin of a sentence.
    otherwise : str
        What could be used in place of a current, at the end of one.

    Raises
    ------
    InputError
        If there is no such input, or no current, or several.
    """
    inputs = {quantity.name: quantity for quantity in model.inputs}
    if into is not None:
        if into not in inputs:
            raise unknown_name("input", into, inputs)
        return inputs[into]
    # textbook neurons give currents as densities or as pure numbers
    currents = [q for q in model.inputs if _is_current(q.unit)]
    if len(currents) == 1:
        return currents[0]
    if currents:
        names = ", ".join(q.name for q in currents)
        raise InputError(f"{what}: {model.name} has the inputs {names}; say which one with into=")
    listing = ", ".join(f"{q.name} [{q.unit}]" for q in model.inputs) or "none"
    raise InputError(
        f"{what}: {model.name} has no input that is a current (inputs: {listing}); expected "
        f"one{otherwise}"
    )


def _is_current(unit: str) -> bool:
    parsed = parse_unit(unit)
    return parsed.dimension == DIMENSIONLESS.dimension or parsed.dimension[3] == 1
