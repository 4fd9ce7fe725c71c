"""The compiled engine of one population: its model's functions, and the loop that advances it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from neurodyn.codegen.event_source import event_lines, row_lines, split_event
from neurodyn.codegen.numba_module import HEADER, kernel_text, load_generated, numba_source
from neurodyn.model import Model, symbol
from neurodyn.simulation import methods, scalar

_HERE = Path(__file__).parent
_METHODS, _SCALAR = Path(methods.__path__[0]), Path(scalar.__path__[0])


def _text(loop: str, plastic: bool) -> str:
    weights = "plastic_weights" if plastic else "fixed_weights"
    return kernel_text(
        *(_METHODS / f"{name}.py" for name in ("endings", "tsit5", "intervals", "rises")),
        *([_SCALAR / "tsit5_step.py"] if loop == "adaptive_kernel" else []),
        *(_HERE / f"{name}.py" for name in (weights, "edges", "notes", loop)),
    )


def adaptive_module(model: Model, plastic: bool) -> ModuleType:
    """Return the loop of a population whose model has no closed form."""
    assert model.spike is not None
    text = _text("adaptive_kernel", plastic)
    events, jump = [model.spike.expression], model.jump
    if jump is not None and jump is not model.spike:
        events.append(jump.expression)
    number = -1 if jump is None else len(events) - 1
    states = model.state_names
    split = [split_event(e, [symbol(name) for name in states]) for e in events]
    arguments = model.parameter_names, model.constant_values

    def source() -> str:
        lines = [*event_lines(split, *arguments), *row_lines(split, states, *arguments)]
        numbers = f"SPIKE = 0\nJUMP = {number}"
        return "\n".join((numba_source(model), numbers, *lines, text))

    return load_generated(f"network {model.digest}{number}{text}", source)


def exact_module(plastic: bool) -> ModuleType:
    """Return the loop of populations that are solved in closed form, whatever their model."""
    weights = "plastic_weights" if plastic else "fixed_weights"
    return _without_model(weights, "edges", "notes", "exact_kernel")


def plasticity_module() -> ModuleType:
    """Return the rules of plasticity alone."""
    return _without_model("plastic_weights")


def _without_model(*names: str) -> ModuleType:
    text = kernel_text(
        *(_METHODS / f"{name}.py" for name in ("endings", "intervals")),
        *(_HERE / f"{name}.py" for name in names),
    )
    source = "\n".join((*HEADER, "import math", "", text))
    return load_generated(source, lambda: source)
