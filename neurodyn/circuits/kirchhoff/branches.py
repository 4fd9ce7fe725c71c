"""What the solver of a network knows of it: branches between nodes, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sympy

from neurodyn.circuits.parts import Part
from neurodyn.errors import InputError


@dataclass(frozen=True)
class Branch:
    """A branch of a network of currents (or of heat flows).

    Parameters
    ----------
    part : Part
        What it stands for.
    kind : {"R", "C", "L", "V", "I", "X"}
    plus, minus : str
        A positive current flows from ``plus`` to ``minus`` through the branch.
    value : sympy expression
        Resistance, capacitance, inductance, voltage, or the current of a current source.
    moves : bool
        Whether a source is an input, or follows the states: its derivative is not at hand.
    resistance : function, optional
        Of an X: voltage -> resistance.
    ohmic : bool
        Whether that resistance is independent of the voltage.
    """

    part: Part
    kind: Literal["R", "C", "L", "V", "I", "X"]
    plus: str
    minus: str
    value: sympy.Expr
    moves: bool = False
    resistance: Callable[[sympy.Expr], sympy.Expr] | None = None
    ohmic: bool = False

    def through(self, voltage: sympy.Expr) -> sympy.Expr:
        """Return the current of a resistor or device at a voltage."""
        return voltage / (self.resistance(voltage) if self.resistance else self.value)

    def sign_at(self, inside: set[str]) -> int:
        """Return 1 if the branch leaves a set of nodes, -1 if it enters it, 0 otherwise."""
        return (self.plus in inside) - (self.minus in inside)


@dataclass(frozen=True)
class NetworkState:
    """A state of a network: a name, what it is the voltage or current of, and its rate."""

    symbol: sympy.Symbol
    rate: sympy.Expr
    meaning: str
    inductive: bool = False


@dataclass(frozen=True)
class Solved:
    """A network solved for what its states do.

    Parameters
    ----------
    states : tuple of NetworkState
    potentials : mapping from node to expression of states and sources
    currents : mapping from name of branch to expression
    """

    states: tuple[NetworkState, ...]
    potentials: Mapping[str, sympy.Expr]
    currents: Mapping[str, sympy.Expr]


def total(terms: Sequence[sympy.Expr]) -> sympy.Expr:
    """Return a sum of expressions."""
    return sympy.Add(*terms)


def refuse(branches: Sequence[Branch], what: str) -> InputError:
    """Return the error that names the branches and says what is wrong with them."""
    names = [branch.part.place for branch in branches]
    last = f" and {names[-1]}" if len(names) > 1 else names[-1]
    return InputError(f"{', '.join(names[:-1])}{last}: {what}")
