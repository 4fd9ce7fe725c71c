"""Right-hand sides as assignments, shared parts first: Julia and MATLAB."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import sympy

from neurodyn.export.exported import renamed
from neurodyn.export.printing import InfixPrinter
from neurodyn.model import Model

_SAME = "exp log sin cos tan asin acos atan sinh cosh tanh floor sign sqrt"
FUNCTIONS = {"Abs": "abs", **{f: f for f in _SAME.split()}}
"""Of sympy, by their names in both."""


def assigned(
    model: Model, names: Mapping[str, str], printer: Callable[[str], InfixPrinter]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return names and texts of shared parts, and a text for each rate."""
    fresh = (f"part_{i}" for i in itertools.count(1))
    symbols = (sympy.Symbol(f"@{w}", real=True) for w in fresh if w not in names.values())
    shared, reduced = sympy.cse([renamed(rate, names) for rate in model.rhs], symbols=symbols)
    parts = [(str(name)[1:], printer(model.name).text(part)) for name, part in shared]
    pairs = zip(model.states, reduced, strict=True)
    return parts, [printer(f"d{state.name}/dt").text(rate) for state, rate in pairs]
