"""Which voltages and currents of a network are its states."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from neurodyn.circuits.domains import Groups
from neurodyn.circuits.kirchhoff.branches import Branch, refuse, total
from neurodyn.circuits.kirchhoff.network import Network
from neurodyn.model import symbol


def capacitor_states(
    net: Network, offsets: dict[str, sympy.Expr]
) -> tuple[dict[str, sympy.Expr], dict[sympy.Symbol, str]]:
    """Name the states of the islands.

    Returns the potential of each supernode over the foot of its island, as an expression of
    states, and the states with their meanings. Sets all potentials but for the islands' own.
    """
    charges: dict[str, sympy.Expr] = {}
    states: dict[sympy.Symbol, str] = {}
    for island, nodes in net.islands.items():
        inside = [first for first in net.supernodes if first in nodes]
        if island == net.ground:
            charges[net.ground] = sympy.Integer(0)
            for first in inside:
                if first != net.ground:
                    name = symbol(net.words.of_node(first))
                    charges[first] = name
                    states[name] = f"{net.words.quantity} of {first}"
        else:
            _spanning_states(net, inside, charges, states)
        height = sympy.Integer(0) if island == net.ground else sympy.Dummy(island)
        for node in nodes:
            base = net.home(net.supernodes, node)
            net.potentials[node] = height + charges[base] + offsets[node]
    return charges, states


def _spanning_states(
    net: Network,
    inside: Sequence[str],
    charges: dict[str, sympy.Expr],
    states: dict[sympy.Symbol, str],
) -> None:
    """Take voltages of capacitors as states, from the foot of an island up."""
    ties = [
        (net.home(net.supernodes, b.plus), net.home(net.supernodes, b.minus), b)
        for b in net.of_kind("C")
    ]
    ties = [(a, b, c) for a, b, c in ties if a in inside and a != b]
    charges[ties[0][1] if ties else inside[0]] = sympy.Integer(0)
    while missing := [first for first in inside if first not in charges]:
        a, b, branch = next(t for t in ties if (t[0] in missing) != (t[1] in missing))
        gap = symbol(net.words.of_capacitor(branch.part.name))
        states[gap] = f"{net.words.quantity} across {branch.part.name}"
        if a in missing:
            charges[a] = charges[b] + gap
        else:
            charges[b] = charges[a] - gap


def inductor_currents(net: Network) -> dict[str, sympy.Expr]:
    """Return the current of each inductor: a state, or what the others leave to it."""
    coils = net.of_kind("L")
    lands = {b.part.name: tuple(net.home(net.lands, n) for n in (b.plus, b.minus)) for b in coils}
    groups, tree = Groups(net.lands), []
    for b in reversed(coils):  # those named first stay states
        if groups.join(*lands[b.part.name]):
            tree.append(b)
    for first, nodes in net.lands.items():
        if groups.of(first) != groups.of(net.ground):
            raise refuse(
                net.crossing(nodes, "LI"),
                f"only inductors and {net.words.source} join {', '.join(nodes)} to the rest; "
                f"expected a resistor or capacitor from {nodes[-1]} to {net.words.ground}",
            )
    currents: dict[str, sympy.Expr] = {
        b.part.name: symbol(f"i_{b.part.name}") for b in coils if b not in tree
    }
    open_lands = [nodes for first, nodes in net.lands.items() if first != net.ground]
    while tree:  # a leaf of the tree has one unknown current left
        nodes = next(n for n in open_lands if len(_within(tree, net.crossing(n, "L"))) == 1)
        border = net.crossing(nodes, "LI")
        unknown = next(b for b in border if b in tree)
        inside = set(nodes)
        others = total(
            [
                b.sign_at(inside) * (b.value if b.kind == "I" else currents[b.part.name])
                for b in border
                if b is not unknown
            ]
        )
        currents[unknown.part.name] = -unknown.sign_at(inside) * others
        tree.remove(unknown)
        open_lands.remove(nodes)
    return {b.part.name: currents[b.part.name] for b in coils}


def _within(some: Sequence[Branch], others: Sequence[Branch]) -> list[Branch]:
    return [b for b in others if b in some]
