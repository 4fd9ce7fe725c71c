"""A model under its name in a joint model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import sympy

from neurodyn.errors import unknown_name
from neurodyn.model.model import Model
from neurodyn.model.quantities import Output, Quantity, symbol


@dataclass(frozen=True)
class Member:
    """A model under its name in the joint model."""

    tag: str
    model: Model
    shared: frozenset[str]

    def called(self, name: str) -> str:
        """Return what a name of the model is in the joint one."""
        return name if name in self.shared else f"{name}_{self.tag}"

    @cached_property
    def symbols(self) -> dict[sympy.Symbol, sympy.Symbol]:
        """What stands in the joint model for each symbol."""
        model = self.model
        groups = (model.states, model.parameters, model.inputs)
        return {q.symbol: symbol(self.called(q.name)) for group in groups for q in group}

    def own(self, expression: sympy.Expr) -> sympy.Expr:
        """Return an expression of the model in the symbols of the joint one."""
        return expression.xreplace(self.symbols)

    def renamed(self, quantity: Quantity) -> Quantity:
        """Return a quantity of the model as the joint one declares it."""
        default, meaning = quantity.default, quantity.meaning
        if isinstance(default, str):
            default = self.called(default)
        if meaning and quantity.name not in self.shared:
            meaning = f"{meaning}, {self.tag}"
        return replace(quantity, name=self.called(quantity.name), default=default, meaning=meaning)

    def output(self, output: Output) -> Output:
        """Return an output of the model as the joint one declares it."""
        meaning = f"{output.meaning}, {self.tag}" if output.meaning else ""
        name = f"{output.name}_{self.tag}"
        return Output(name, self.own(output.expression), output.unit, meaning)

    def rate(self, state: str) -> sympy.Expr:
        """Return the time derivative of a state, in the model's own symbols."""
        return self.model.rhs[self.model.state_names.index(state)]


class Drive:
    """What flows into each input of a member beside what the input itself says."""

    def __init__(self, member: Member) -> None:
        self.symbols: dict[sympy.Symbol, sympy.Expr] = dict(member.symbols)

    def add(self, into: Quantity, current: sympy.Expr) -> None:
        """Let a current, in the symbols of the joint model, flow into an input."""
        self.symbols[into.symbol] += current

    def applied(self, expression: sympy.Expr) -> sympy.Expr:
        """Return an expression of the model, driven, in the symbols of the joint one."""
        return expression.xreplace(self.symbols)


def member_of(parts: Mapping[str, Member], tag: str) -> Member:
    """Return a member by its name.

    Raises
    ------
    InputError
        If there is none; the nearest is named.
    """
    if tag not in parts:
        raise unknown_name("member", tag, parts)
    return parts[tag]
