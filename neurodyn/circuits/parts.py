"""The parts of a circuit as data, and the sentences that name them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from neurodyn.errors import InputError
from neurodyn.model.circuits import Element

Value = float | str
"""A number in SI units, or the name of a parameter that several parts share."""
Heat = Literal["own", "capacity", "port"]
"""What a device keeps of its thermal side: all, its heat capacity alone, or only the port."""

GROUND, AMBIENT = "0", "amb"
KINDS = {
    "R": "resistor",
    "C": "capacitor",
    "L": "inductor",
    "V": "voltage source",
    "I": "current source",
    "X": "device",
}
_NAME = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True)
class Part:
    """One element between two nodes.

    Parameters
    ----------
    name : str
        Its first letter is its kind: R, C, L, V, I or X.
    plus, minus : str
        Nodes; a positive current flows through the part from ``plus`` to ``minus``.
    value : float or str
        In SI units, or the name of a shared parameter; of an input where ``driven``.
    driven : bool
        Whether a source is an input of the model.
    device : Element, optional
        Of an X.
    kind : str
        Name of that device in the library, if it is one of it.
    settings : mapping from parameter name to float or str
        Of that device.
    heat : {"own", "capacity", "port"}
    line : int
        Of the netlist; 0 if there is none.
    """

    name: str
    plus: str
    minus: str
    value: Value = 0.0
    driven: bool = False
    device: Element | None = field(default=None, compare=False)
    kind: str = ""
    settings: Mapping[str, Value] = field(default_factory=dict)
    heat: Heat = "own"
    line: int = field(default=0, compare=False)

    @property
    def letter(self) -> str:
        """The kind of part, as in SPICE."""
        return self.name[0].upper()

    @property
    def nodes(self) -> tuple[str, str]:
        """Both ends."""
        return self.plus, self.minus

    @property
    def place(self) -> str:
        """Where the part stands, for a sentence."""
        return f"line {self.line}, {self.name}" if self.line else self.name

    @property
    def thermal_node(self) -> str:
        """The node at the temperature of a device."""
        return f"{self.name}.T"


def listed(parts: list[Part]) -> str:
    """Return names of parts for a sentence, the lines with them."""
    names = [part.place for part in parts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def check_parts(parts: Sequence[Part]) -> None:
    """Raise InputError for parts that no circuit can have, naming the first of them."""
    seen: dict[str, Part] = {}
    spelled: dict[str, str] = {}
    for part in parts:
        _check_one(part)
        if (other := seen.setdefault(part.name.lower(), part)) is not part:
            raise InputError(
                f"{part.place}: there is {other.place} already; expected each name once (capitals "
                "count for nothing)"
            )
        for node in part.nodes:
            if (first := spelled.setdefault(node.lower(), node)) != node:
                raise InputError(
                    f"{part.place}: the node {node!r} is written {first!r} elsewhere; expected one "
                    "spelling"
                )
    for part in parts:
        for node in part.nodes:
            _check_port(part, node, seen)
    _check_ends(parts)


def _check_one(part: Part) -> None:
    if not part.name or part.letter not in KINDS:
        kinds = ", ".join(f"{letter} ({kind})" for letter, kind in KINDS.items())
        raise InputError(f"{part.place}: expected a name that begins with one of {kinds}")
    if not _NAME.fullmatch(part.name):
        raise InputError(f"{part.place}: expected a name of letters, digits and underscores")
    for node in part.nodes:
        if not _NAME.fullmatch(node.removesuffix(".T")):
            raise InputError(
                f"{part.place}: a node is named {node!r}; expected letters, digits and underscores"
            )
    if part.plus == part.minus:
        raise InputError(f"{part.place}: both ends are at the node {part.plus!r}; expected two")
    positive = isinstance(part.value, str) or 0 < part.value < math.inf
    if part.letter in "RCL" and not positive:
        raise InputError(f"{part.place}: the value is {part.value:g}; expected a positive number")
    if part.driven and part.letter not in "VI":
        raise InputError(f"{part.place}: only sources (V, I) can be an input")


def _check_port(part: Part, node: str, known: Mapping[str, Part]) -> None:
    """Check that ``X1.T`` is the thermal port of a device, and that no device is joined to it."""
    if not node.endswith(".T"):
        return
    owner = known.get(node.removesuffix(".T").lower())
    if owner is None or owner.device is None or node != owner.thermal_node:
        raise InputError(f"{part.place}: there is no device {node.removesuffix('.T')!r}")
    if owner.device.heat is None:
        raise InputError(
            f"{part.place}: {owner.name} ({owner.device.name}) has no temperature; expected a "
            "device with one"
        )
    if part.letter in "XL":
        raise InputError(f"{part.place}: expected R, C, V or I at the thermal node {node!r}")


def _check_ends(parts: Sequence[Part]) -> None:
    """Check that no node is the end of one part alone."""
    users: dict[str, list[Part]] = {}
    for part in parts:
        for node in part.nodes:
            users.setdefault(node, []).append(part)
    for node, found in users.items():
        if len(found) == 1 and node not in (GROUND, AMBIENT) and not node.endswith(".T"):
            raise InputError(
                f"{found[0].place}: the node {node!r} is used once; expected a second part there, "
                f"or the ground {GROUND!r}"
            )
    if parts and GROUND not in users and AMBIENT not in users:
        raise InputError(
            f"no part is at the ground {GROUND!r} (nodes: {', '.join(users)}); expected one"
        )
