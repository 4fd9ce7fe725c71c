"""Modified nodal analysis, done symbolically.

Nodes fall into ever larger groups. Voltage sources tie nodes to *supernodes*, one unknown potential
each. Capacitors tie those to *islands*: inside one, differences of potential are states, and the
potential of the whole follows from Kirchhoff's law for its border, since capacitors inside carry
nothing over it. Resistors and devices tie islands to *lands*: over the border of a land there are
inductors (and current sources) alone, so their currents add up to nothing, which leaves one state
less and gives the potential of the land by the derivative of that sum.

C.-W. Ho, A. E. Ruehli, P. A. Brennan, IEEE Trans. Circuits Syst. 22, 504 (1975), for the equations;
T. R. Bashkow, IRE Trans. Circuit Theory 4, 117 (1957), for the choice of states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sympy

from neurodyn.circuits.domains import Groups
from neurodyn.circuits.kirchhoff.branches import Branch, refuse

Namer = Callable[[str], str]


@dataclass(frozen=True)
class Words:
    """How states of a network are called, and what is advised where it cannot be solved."""

    of_node: Namer
    of_capacitor: Namer
    quantity: str
    ground: str
    source: str

    @property
    def potential(self) -> str:
        """The quantity in a sentence."""
        return f"the {self.quantity}"


@dataclass
class Network:
    branches: Sequence[Branch]
    ground: str
    words: Words
    potentials: dict[str, sympy.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        nodes = dict.fromkeys(n for b in self.branches for n in (b.plus, b.minus))
        self.nodes = [self.ground, *(n for n in nodes if n != self.ground)]
        self.supernodes = self._grouped("V")
        self.islands = self._grouped("VC")
        self.lands = self._grouped("VCRX")

    def _grouped(self, kinds: str) -> dict[str, list[str]]:
        """Return the groups of nodes that branches of these kinds join, by their first node."""
        groups = Groups(self.nodes)
        for branch in self.branches:
            if branch.kind in kinds:
                groups.join(branch.plus, branch.minus)
        found = {}
        for members in groups.members().values():
            ordered = [node for node in self.nodes if node in set(members)]
            found[ordered[0]] = ordered
        return found

    def of_kind(self, kinds: str) -> list[Branch]:
        return [branch for branch in self.branches if branch.kind in kinds]

    def home(self, groups: dict[str, list[str]], node: str) -> str:
        return next(first for first, members in groups.items() if node in members)

    def crossing(self, nodes: Sequence[str], kinds: str) -> list[Branch]:
        inside = set(nodes)
        return [b for b in self.of_kind(kinds) if b.sign_at(inside)]

    def across(self, branch: Branch) -> sympy.Expr:
        return self.potentials[branch.plus] - self.potentials[branch.minus]


def check_connected(net: Network) -> None:
    ground = net.words.ground
    for first, nodes in net.lands.items():
        if first == net.ground:
            continue
        border = net.crossing(nodes, "LI")
        listing = ", ".join(nodes)
        inside = [b for b in net.branches if b.plus in nodes or b.minus in nodes]
        if not border:
            raise refuse(
                inside,
                f"the nodes {listing} float: nothing joins them to {ground}; expected a resistor "
                "or capacitor that does",
            )
        sources = [b for b in border if b.kind == "I"]
        if len(sources) == len(border):
            raise refuse(
                sources,
                f"only {net.words.source} joins {listing} to the rest, so that "
                f"{net.words.potential} there is not determined; expected a resistor or capacitor "
                f"from {nodes[-1]} to {ground}",
            )
        if any(b.moves for b in sources):
            raise refuse(
                border,
                f"the input and the inductors are all that meet at {listing}, so that a jump of "
                "the input would need an infinite voltage; expected a resistor or capacitor from "
                f"{nodes[-1]} to {ground}",
            )


def source_offsets(net: Network) -> dict[str, sympy.Expr]:
    """Return the potential of each node over that of the first of its supernode."""
    offsets: dict[str, sympy.Expr] = {first: sympy.Integer(0) for first in net.supernodes}
    left = net.of_kind("V")
    while left:
        found = next((b for b in left if b.plus in offsets or b.minus in offsets), left[0])
        left.remove(found)
        if found.plus in offsets and found.minus in offsets:
            loop = [
                b
                for b in net.of_kind("V")
                if net.home(net.supernodes, b.plus) == net.home(net.supernodes, found.plus)
            ]
            raise refuse(
                loop, "the sources form a loop; expected a resistor in series with one of them"
            )
        if found.minus in offsets:
            offsets[found.plus] = offsets[found.minus] + found.value
        else:
            offsets[found.minus] = offsets[found.plus] - found.value
    for b in net.of_kind("C"):
        gap = (offsets[b.plus] - offsets[b.minus]).free_symbols
        moving = [v for v in net.of_kind("V") if v.moves and v.value.free_symbols & gap]
        if moving:
            raise refuse(
                [b, *moving],
                "the input lies in a loop with capacitors alone, so that a jump of it would need "
                "an infinite current; expected a resistor in series with the source",
            )
    return offsets
