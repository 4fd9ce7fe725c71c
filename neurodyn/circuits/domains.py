"""Which nodes are electrical and which thermal, and the units that follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neurodyn.circuits.parts import AMBIENT, GROUND, Part
from neurodyn.errors import InputError

ELECTRICAL = {"R": "ohm", "C": "F", "L": "H", "V": "V", "I": "A"}
THERMAL = {"R": "K/W", "C": "J/K", "V": "K", "I": "W"}
"""Units of values: heat flows along differences of temperature as current along voltages."""


class Groups:
    """Nodes put together by what joins them (union-find)."""

    def __init__(self, items: Iterable[str] = ()) -> None:
        self._above: dict[str, str] = {item: item for item in items}

    def of(self, item: str) -> str:
        """Return the name of the group of an item."""
        above = self._above.setdefault(item, item)
        return item if above == item else self.of(above)

    def join(self, one: str, other: str) -> bool:
        """Put two groups together; return False if they were one already."""
        a, b = self.of(one), self.of(other)
        self._above[max(a, b)] = min(a, b)
        return a != b

    def members(self) -> dict[str, list[str]]:
        """Return the items of each group, in the order in which they came."""
        found: dict[str, list[str]] = {}
        for item in self._above:
            found.setdefault(self.of(item), []).append(item)
        return found


def thermal_nodes(parts: Sequence[Part]) -> frozenset[str]:
    """Return the nodes that have a temperature: those that parts join to a port or to ``amb``.

    Raises
    ------
    InputError
        If a part joins heat to current.
    """
    groups, electrical = Groups(), {GROUND}
    for part in parts:
        if part.letter == "X":
            electrical.update(part.nodes)
            groups.of(part.thermal_node)
        else:
            groups.join(*part.nodes)
    thermal = {part.thermal_node for part in parts if part.letter == "X"} | {AMBIENT}
    hot, live = ({groups.of(node) for node in nodes} for nodes in (thermal, electrical))
    for part in parts:
        if part.letter != "X" and groups.of(part.plus) in hot & live:
            raise InputError(
                f"{part.place}: the nodes {part.plus!r} and {part.minus!r} are joined both to a "
                f"current ({GROUND!r} or the end of a device) and to a temperature ({AMBIENT!r} or "
                "the .T of a device); expected one or the other"
            )
        if part.letter == "L" and groups.of(part.plus) in hot:
            raise InputError(f"{part.place}: heat has no inertia; expected R, C, V or I there")
    return frozenset(
        node for part in parts for node in part.nodes if groups.of(node) in hot and node
    ) | {part.thermal_node for part in parts if part.letter == "X"}


def unit_of(part: Part, thermal: frozenset[str]) -> str:
    """Return the unit of the value of a part (no X)."""
    return (THERMAL if part.plus in thermal else ELECTRICAL)[part.letter]
