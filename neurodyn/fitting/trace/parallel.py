"""A resistance beside the device in its circuit, as a parameter that can be fitted."""

from __future__ import annotations

from dataclasses import replace

from neurodyn.codegen.memory import kept_by_equations
from neurodyn.errors import InputError
from neurodyn.model import Model, Quantity, symbol

PARALLEL = "R_parallel"
_START = 1e6  # ohm
_CAPACITANCES = ("C_d", "C_ext")  # what lies across the device: its own if the circuit has one


def with_parallel(model: Model) -> Model:
    """Return the model with ``R_parallel`` across the device: one more current off its capacitance.

    Raises
    ------
    InputError
        If the model has no voltage V across a capacitance.
    """
    known = [name for name in _CAPACITANCES if name in model.parameter_names]
    if "V" not in model.state_names or not known:
        raise InputError(
            f"{model.name!r} has no voltage V across C_d or C_ext; expected a device in a circuit "
            f"to fit {PARALLEL} beside it"
        )
    values = dict(zip(model.parameter_names, model.p.tolist(), strict=True))
    return _built(model, known[0]).with_parameters(**values)


@kept_by_equations(16)
def _built(model: Model, capacitance: str) -> Model:
    meaning = "resistance in parallel with the device"
    resistance = Quantity(PARALLEL, _START, "ohm", _START, (0.0, 1e15), meaning)
    leaking = symbol("V") / (symbol(PARALLEL) * symbol(capacitance))
    at_rest = model.state_names.index("V")
    return replace(
        model,
        parameters=(*model.parameters, resistance),
        rhs=tuple(f - leaking if i == at_rest else f for i, f in enumerate(model.rhs)),
        equilibria=None,
    )
