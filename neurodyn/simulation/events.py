"""Rises of an event along a run: where an expression comes from below zero to zero or above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen.event_source import SplitEvent, event_lines, row_weights, split_event
from neurodyn.codegen.loops import compiled_loop
from neurodyn.codegen.numba_module import HEADER, kernel_text, load_generated
from neurodyn.model import Model, symbol
from neurodyn.simulation.lanes.threads import on_all_processors
from neurodyn.simulation.methods import intervals, rises
from neurodyn.simulation.scalar import train_kernel
from neurodyn.stimuli import Stimulus

_BLOCK = 2**15  # steps looked at together, which bounds memory
_ROOM = 2**12  # rises noted in one go
ONE_A_STEP = "with noise one rise is noted in each step, where its ends tell of one"
_KERNELS = [Path(str(module.__file__)) for module in (intervals, rises, train_kernel)]


def rises_along(
    model: Model,
    expression: sympy.Expr,
    t: Array,
    coefficients: Array,
    jumps: npt.NDArray[np.bool_],
    inputs: Mapping[str, Stimulus],
) -> tuple[Array, int]:
    """Return the times at which an expression rises through zero, and how many steps are not sure.

    Parameters
    ----------
    model : Model
        With the parameter values that were used.
    expression : sympy expression
        Of the model's states, parameters, inputs and constants.
    t : (n_steps + 1,) float
    coefficients : (n_steps, n_states, 5) float
    jumps : (n_steps,) bool
        Whether the state jumps at the end of each step.
    inputs : mapping from input name to Stimulus
        Those that a stimulus drives.

    Returns
    -------
    times : (n,) float
    unsure : int
        Parts of steps in which rises may have been missed: 0 unless the expression holds a function
        that is not bounded, or turns without end.
    """
    moving = [symbol(name) for name in (*model.state_names, *inputs)]
    event = split_event(expression, moving)
    used = [n for n in model.parameter_names if symbol(n) in event.outer.free_symbols]
    module = _module_of(event, used, model.constant_values)
    factors = _factors(model, event, moving)
    p, n = np.array([model[name] for name in used]), len(t) - 1

    def search(first: int) -> tuple[list[Array], int]:
        stop, unsure, found = min(first + _BLOCK, n), np.zeros(1, dtype=np.int64), []
        seen = slice(first, min(stop + 1, n))  # the start of the next step tells how this one ends
        rows = _rows(factors, coefficients[seen], t[first : seen.stop + 1], inputs)
        step, begin = 0, 0.0
        while step < stop - first:
            steps, fractions = np.empty(_ROOM, dtype=np.int64), np.empty(_ROOM)
            number, step, begin = module.find_rises(
                rows, jumps[seen], p, step, stop - first, begin, unsure, steps, fractions
            )
            steps = first + steps[:number]
            found.append(t[steps] + fractions[:number] * (t[steps + 1] - t[steps]))
        return found, int(unsure[0])

    blocks = on_all_processors(search, range(0, n, _BLOCK))
    times = [part for found, _ in blocks for part in found]
    return np.concatenate([*times, np.empty(0)]), sum(unsure for _, unsure in blocks)


def incomplete(unsure: int, what: str = "spikes") -> str:
    """Return the sentence of a result whose events may have been missed."""
    return (
        f"{what} may be incomplete: in {unsure} searches of a step the event could not be bounded, "
        "so only its quarters were looked at"
    )


def sampled_only(model: Model, driven: Iterable[str], how: str) -> tuple[str, ...]:
    """Return the note of an engine that looks for spikes at some places of a step alone.

    Between those an event that is linear in what moves rises once at most, for all that is known
    there; any other may rise and fall unseen.

    Parameters
    ----------
    model : Model
    driven : names of the inputs that follow stimuli
    how : str
        What the engine does.
    """
    if model.spike is None:
        return ()
    moving = [symbol(name) for name in (*model.state_names, *driven)]
    if split_event(model.spike.expression, moving).linear:
        return ()
    return (f"spikes may be incomplete: {how}, and the event is not linear",)


def _module_of(event: SplitEvent, used: list[str], constants: Mapping[str, float]) -> ModuleType:
    source = "\n".join((*HEADER, *event_lines([event], used, constants), kernel_text(*_KERNELS)))
    return load_generated(source, lambda: source)


def _factors(model: Model, event: SplitEvent, moving: list[sympy.Symbol]) -> Array:
    """Return the weights of the rows as numbers, (n_rows, n_moving + 1)."""
    numbers = model.parameter_values | model.constant_values
    known = {symbol(name): sympy.Float(value) for name, value in numbers.items()}
    rows = [[float(part.xreplace(known)) for part in row] for row in row_weights(event, moving)]
    return np.array(rows).reshape(-1, len(moving) + 1)


def _rows(factors: Array, states: Array, t: Array, inputs: Mapping[str, Stimulus]) -> Array:
    """Return the polynomials of the rows over each step, (n_steps, n_rows, 5)."""
    rows = np.empty((len(states), len(factors), 5))
    _weighted(factors, states, rows)
    for weight, wave in zip(factors.T[states.shape[1] : -1], inputs.values(), strict=True):
        rows[:, :, 0] += weight * wave(t[:-1])[:, None]
        rows[:, :, 1] += weight * (wave.slope(t[:-1]) * np.diff(t))[:, None]
    return rows


@compiled_loop
def _weighted(factors: Array, states: Array, rows: Array) -> None:
    """Write the sums of the states by their factors, and what stands alone, (m, n_rows, 5)."""
    for r in range(len(factors)):
        used = np.flatnonzero(factors[r, :-1])
        for m in range(len(states)):
            for k in range(5):
                total = factors[r, -1] if k == 0 else 0.0
                for i in used:
                    total += factors[r, i] * states[m, i, k]
                rows[m, r, k] = total
