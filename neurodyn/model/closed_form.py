"""Equilibria known in closed form, as a curve along one coordinate."""

from __future__ import annotations

from dataclasses import dataclass

import sympy


@dataclass(frozen=True)
class ClosedFormEquilibria:
    """All equilibria of a model, for every value of one input, as a curve in one state.

    Along the curve, ``states[name]`` and ``input_value`` are expressions of ``coordinate`` and the
    parameters alone, so no equation need be solved to draw it.

    Parameters
    ----------
    coordinate : str
        The state that parametrises the curve.
    origin : str or float
        The parameter (or number) at which ``coordinate`` starts (there the input is zero).
    states : mapping from state name to sympy expression
    input_name : str
        The input that is held constant.
    input_value : sympy expression
        The value of that input for which the point is an equilibrium.
    unknown : str
        A positive state that is not explicit: ``states`` and ``input_value`` may contain it.
    condition : sympy expression, optional
        Zero where that state is at rest, and growing with it: one scalar root for each point.
    """

    coordinate: str
    origin: str | float
    states: dict[str, sympy.Expr]
    input_name: str
    input_value: sympy.Expr
    unknown: str = ""
    condition: sympy.Expr | None = None
