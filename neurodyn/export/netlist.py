"""A model as a circuit simulator sees it: a two-terminal element, or nodes for its states.

The node of a state carries its distance from where it starts, so that a node at 0 V is the start
of a run, and a cold start (all nodes at 0 V) is the device at rest. A thermal node carries kelvin
above ambient as volts, and watts as amperes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from neurodyn.codegen.expressions import model_function
from neurodyn.model import Model, Quantity, symbol
from neurodyn.model.units import parse_unit

_SAME = 1e-9  # relative: two ways to write one equation


@dataclass(frozen=True)
class Node:
    """The node of one state.

    Parameters
    ----------
    state : Quantity
    rate : sympy expression
        Per second.
    storage : sympy expression
        Its capacitance: that of the device where it is known, else a number that makes the
        currents of a cycle about a milliampere.
    floor : sympy expression or None
        Half of where a state that is positive starts: no run goes below, but a simulator that
        looks for a solution may.
    thermal : bool
    """

    state: Quantity
    rate: sympy.Expr
    storage: sympy.Expr
    floor: sympy.Expr | None
    thermal: bool

    @property
    def start(self) -> sympy.Expr:
        """Where the state starts."""
        start = self.state.default
        return symbol(start) if isinstance(start, str) else sympy.Float(start)


def nodes_of(model: Model, states: Sequence[str]) -> list[Node]:
    """Return a node for each of some states."""
    per_second = 1.0 / parse_unit(model.time_unit).factor
    pairs = zip(model.states, model.rhs, strict=True)
    return [_node(model, s, f * per_second, per_second) for s, f in pairs if s.name in states]


def _node(model: Model, state: Quantity, rate: sympy.Expr, per_second: float) -> Node:
    thermal = state.name == "T" and state.unit == "K" and "C_th" in model.parameter_names
    size = 1e-3 * model.time_scale / per_second / state.scale
    storage = symbol("C_th") if thermal else sympy.Float(10.0 ** round(math.log10(size)))
    low = state.bounds[0]
    start = symbol(state.default) if isinstance(state.default, str) else sympy.Float(state.default)
    positive = low >= 0 and (model[state.default] if isinstance(state.default, str) else start) > 0
    return Node(state, rate, storage, start / 2 if thermal and positive else None, thermal)


@dataclass(frozen=True)
class Device:
    """A two-terminal element in one of the circuits of :mod:`neurodyn.model.circuits`.

    Parameters
    ----------
    model : Model
    current : sympy expression
        Of ``V`` and the inner states.
    nodes : list of Node
    circuit : {"current_driven", "voltage_driven", "full_circuit"}
    parameters : tuple of str
        Of the element alone.
    lead : sympy expression
        A resistance in series that the element brings.
    """

    model: Model
    current: sympy.Expr
    nodes: list[Node]
    circuit: str
    parameters: tuple[str, ...]
    lead: sympy.Expr


_CIRCUIT_STATES = ("V_C", "i_L", "V")
CIRCUIT_PARAMETERS = ("C_ext", "R_load", "L_ext", "R_out", "C_d")
"""What belongs to the circuit, not to the element."""


def device_of(model: Model) -> Device | None:
    """Return the element in a model that is one of the three circuits; else None."""
    outputs = {output.name: output.expression for output in model.outputs}
    if "I_device" not in outputs or "V" not in model.state_names or model.time_unit != "s":
        return None
    current = outputs["I_device"]
    lead = symbol("R_s") if "R_s" in model.parameter_names else sympy.Integer(0)
    V, V_C, i_L = map(symbol, ("V", "V_C", "i_L"))
    C_ext, C_d, L_ext, R_out, R_load = map(symbol, ("C_ext", "C_d", "L_ext", "R_out", "R_load"))
    circuits = {
        "current_driven": {"V": (symbol("I_s") - current) / C_ext},
        "voltage_driven": {"V": ((symbol("V_s") - V) / (R_load + lead) - current) / C_ext},
        "full_circuit": {
            "V_C": (symbol("I_s") - i_L) / C_ext,
            "i_L": (V_C - V - (R_out + lead) * i_L) / L_ext,
            "V": (i_L - current) / C_d,
        },
    }
    rates = dict(zip(model.state_names, model.rhs, strict=True))
    inner = [name for name in model.state_names if name not in _CIRCUIT_STATES]
    known = {symbol(name) for name in (*_CIRCUIT_STATES[:2], *CIRCUIT_PARAMETERS)}
    known |= {symbol(name) for name in model.input_names}
    used = current.free_symbols.union(*(rates[name].free_symbols for name in inner))
    if used & known:
        return None
    for circuit, equations in circuits.items():
        states = set(model.state_names) - set(inner)
        if states == set(equations) and _same(model, equations, rates):
            own = tuple(
                q.name
                for q in (*model.parameters, *model.constants)
                if q.symbol in used or q.name in [s.default for s in model.states]
            )
            return Device(model, current, nodes_of(model, inner), circuit, own, lead)
    return None


def _same(model: Model, equations: dict[str, sympy.Expr], rates: dict[str, sympy.Expr]) -> bool:
    names = {s for e in equations.values() for s in e.free_symbols}
    groups = (model.states, model.parameters, model.inputs, model.constants)
    if not names <= {item.symbol for group in groups for item in group}:
        return False
    pairs = [e for name, e in equations.items() for e in (e, rates[name])]
    evaluate = model_function(model, pairs)
    for factor in (0.3, 0.7, 1.1):
        x = np.where(model.x0 != 0, model.x0 * (1 + 0.1 * factor), factor * model.scales)
        p = np.where(model.p != 0, model.p, factor * 1e-4)
        found = evaluate(x, p).reshape(-1, 2)
        size = np.abs(found).max(axis=1) + 1e-300
        if np.any(np.abs(found[:, 0] - found[:, 1]) > _SAME * size):
            return False
    return True
