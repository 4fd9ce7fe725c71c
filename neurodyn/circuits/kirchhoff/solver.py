"""The rates, potentials and currents of a network, by Kirchhoff's laws on its groups of nodes."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from neurodyn.circuits.kirchhoff.branches import Branch, NetworkState, Solved, refuse, total
from neurodyn.circuits.kirchhoff.linear import solve_linear
from neurodyn.circuits.kirchhoff.network import Network, Words, check_connected, source_offsets
from neurodyn.circuits.kirchhoff.states import capacitor_states, inductor_currents
from neurodyn.errors import InputError


def solve_network(branches: Sequence[Branch], ground: str, words: Words) -> Solved:
    """Solve a network for the rates of its states and for all potentials and currents.

    Parameters
    ----------
    branches : sequence of Branch
    ground : str
        The node at potential zero.
    words : Words

    Raises
    ------
    InputError
        Naming the elements of what has no explicit equations, and what to add.
    """
    net = Network(branches, ground, words)
    check_connected(net)
    offsets = source_offsets(net)
    charges, capacitors = capacitor_states(net, offsets)
    coils = inductor_currents(net)
    lands = {first: sympy.Dummy(first) for first in net.lands if first != ground}
    _island_potentials(net, lands, coils)
    _land_potentials(net, lands)
    currents = {
        **{b.part.name: b.through(net.across(b)) for b in net.of_kind("RX")},
        **{b.part.name: b.value for b in net.of_kind("I")},
        **coils,
    }
    rates = _capacitor_rates(net, charges, capacitors, currents)
    for b in net.of_kind("C"):
        slope = _slope(net, charges, rates, b.plus) - _slope(net, charges, rates, b.minus)
        currents[b.part.name] = b.value * slope
    currents |= _source_currents(net, currents)
    states = [NetworkState(s, rates[s], meaning) for s, meaning in capacitors.items()] + [
        NetworkState(current, net.across(b) / b.value, f"current through {b.part.name}", True)
        for b in net.of_kind("L")
        if isinstance(current := coils[b.part.name], sympy.Symbol)
        and str(current) == f"i_{b.part.name}"
    ]
    return Solved(tuple(states), net.potentials, currents)


def _island_potentials(
    net: Network,
    lands: dict[str, sympy.Dummy],
    coils: dict[str, sympy.Expr],
) -> None:
    """Solve Kirchhoff's law for the borders of islands, for their potentials over the land's."""
    heights = {island: net.potentials[island] for island in net.islands}
    unknown = {
        island: next(s for s in height.free_symbols if isinstance(s, sympy.Dummy))
        for island, height in heights.items()
        if island != net.ground
    }
    given = {unknown[first]: sympy.Integer(0) for first in lands}  # over the foot of the land
    names = [island for island in unknown if unknown[island] not in given]
    own = {node: island for island in net.islands for node in net.islands[island]}
    for node in net.nodes:
        net.potentials[node] = net.potentials[node].xreplace(given)
    heads = {unknown[name]: i for i, name in enumerate(names)}
    for b in net.of_kind("X"):
        if own[b.plus] != own[b.minus] and not b.ohmic:
            raise refuse(
                [b],
                f"{net.words.potential} across it is that of no capacitor, and its current depends "
                f"on it in no linear way, so that the equations cannot be made explicit; expected "
                f"a capacitor across it (from {b.plus} to {b.minus}), if only a small one",
            )
    matrix = sympy.zeros(len(names))
    right: list[sympy.Expr] = []
    for i, name in enumerate(names):
        inside, inflow = set(net.islands[name]), []
        for b in net.crossing(net.islands[name], "RXLI"):
            sign = b.sign_at(inside)
            if b.kind in "LI":
                inflow.append(-sign * (b.value if b.kind == "I" else coils[b.part.name]))
                continue
            conductance = b.through(sympy.Integer(1))
            gap = sign * net.across(b)
            known = gap.xreplace(dict.fromkeys(heads, sympy.Integer(0)))
            for head, j in heads.items():
                matrix[i, j] += conductance * gap.coeff(head)
            inflow.append(-conductance * known)
        right.append(total(inflow))
    values = solve_linear(matrix, right) if names else []
    found = {head: values[i] for head, i in heads.items()}
    for node in net.nodes:
        land = net.home(net.lands, node)
        net.potentials[node] = net.potentials[node].xreplace(found) + lands.get(land, 0)


def _land_potentials(net: Network, lands: dict[str, sympy.Dummy]) -> None:
    """Solve d/dt (sum of the currents over the border of a land) = 0 for its potential."""
    matrix, right = sympy.zeros(len(lands)), []
    heads = {dummy: i for i, dummy in enumerate(lands.values())}
    for i, first in enumerate(lands):
        inside, known = set(net.lands[first]), []
        for b in net.crossing(net.lands[first], "L"):
            gap = b.sign_at(inside) * net.across(b)
            for head, j in heads.items():
                matrix[i, j] += gap.coeff(head) / b.value
            known.append(-gap.xreplace(dict.fromkeys(heads, sympy.Integer(0))) / b.value)
        right.append(total(known))
    values = solve_linear(matrix, right) if lands else []
    found = {head: values[i] for head, i in heads.items()}
    for node in net.nodes:
        net.potentials[node] = net.potentials[node].xreplace(found)


def _capacitor_rates(
    net: Network,
    charges: dict[str, sympy.Expr],
    states: dict[sympy.Symbol, str],
    currents: dict[str, sympy.Expr],
) -> dict[sympy.Symbol, sympy.Expr]:
    """Solve Kirchhoff's law inside islands for the rates of their states."""
    rates: dict[sympy.Symbol, sympy.Expr] = {}
    order = list(states)
    for nodes in net.islands.values():
        inside = [first for first in net.supernodes if first in nodes and charges[first] != 0]
        if not inside:
            continue
        foot = next(f for f in net.supernodes if f in nodes and charges[f] == 0)
        place = {first: i for i, first in enumerate(inside)}
        laplacian, inflow = sympy.zeros(len(inside)), []
        for b in net.of_kind("C"):
            i, j = (net.home(net.supernodes, n) for n in (b.plus, b.minus))
            if i == j or i not in nodes:
                continue
            for row, column, sign in ((i, i, 1), (j, j, 1), (i, j, -1), (j, i, -1)):
                if foot not in (row, column):
                    laplacian[place[row], place[column]] += sign * b.value
        for first in inside:
            members = set(net.supernodes[first])
            border = net.crossing(net.supernodes[first], "RXLI")
            inflow.append(total([-b.sign_at(members) * currents[b.part.name] for b in border]))
        slopes = dict(zip(inside, solve_linear(laplacian, inflow), strict=True))
        for s in order:
            rate = _state_rate(s, charges, slopes)
            if rate is not None:
                rates[s] = rate
    return rates


def _state_rate(
    state: sympy.Symbol, charges: dict[str, sympy.Expr], slopes: dict[str, sympy.Expr]
) -> sympy.Expr | None:
    """Return the rate of a state from those of potentials over the foot of its island."""
    with_it = [first for first in slopes if state in charges[first].free_symbols]
    if not with_it:
        return None
    # the supernode that the state was made for has the fewest others in its path
    first = min(with_it, key=lambda f: len(charges[f].free_symbols))
    sign = charges[first].coeff(state)
    rest = charges[first] - sign * state
    if rest == 0:
        return sign * slopes[first]
    below = next(f for f, path in charges.items() if path == rest and f in slopes)
    return sign * (slopes[first] - slopes[below])


def _slope(
    net: Network,
    charges: dict[str, sympy.Expr],
    rates: dict[sympy.Symbol, sympy.Expr],
    node: str,
) -> sympy.Expr:
    """Return the rate of a potential over the foot of its island."""
    path = charges[net.home(net.supernodes, node)]
    return total([path.coeff(s) * rates[s] for s in sorted(path.free_symbols, key=str)])


def _source_currents(net: Network, known: dict[str, sympy.Expr]) -> dict[str, sympy.Expr]:
    """Return the currents of voltage sources, from the leaves of their supernodes."""
    found: dict[str, sympy.Expr] = {}
    left = net.of_kind("V")
    nodes = [n for n in net.nodes if n != net.ground]
    while left:
        for node in nodes:
            here = [b for b in net.branches if node in (b.plus, b.minus)]
            open_ones = [b for b in here if b in left]
            if len(open_ones) == 1:
                break
        else:
            raise InputError("the voltage sources leave a current undetermined")
        unknown, inside = open_ones[0], {node}
        others = total(
            [b.sign_at(inside) * (known | found)[b.part.name] for b in here if b is not unknown]
        )
        found[unknown.part.name] = -unknown.sign_at(inside) * others
        left.remove(unknown)
        nodes.remove(node)
    return found
