"""From parts to a model: electrical and thermal network, devices, parameters, outputs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sympy

from neurodyn.circuits.domains import thermal_nodes, unit_of
from neurodyn.circuits.kirchhoff.branches import Branch, Solved
from neurodyn.circuits.kirchhoff.network import Words
from neurodyn.circuits.kirchhoff.solver import solve_network
from neurodyn.circuits.parts import AMBIENT, GROUND, KINDS, Part
from neurodyn.circuits.placed import Placed
from neurodyn.circuits.rest import at_rest
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import ClosedFormEquilibria, Output, Quantity, symbol

_COLD = "0 K"  # the ground of temperatures: no netlist can name it
_POSITIVE = (0.0, math.inf)
_ELECTRICAL_WORDS = Words(
    lambda node: f"V_{node}",
    lambda name: f"V_{name}",
    "voltage",
    f"the ground {GROUND!r}",
    "a current source",
)
_THERMAL_WORDS = Words(
    lambda node: f"T_{node.removesuffix('.T')}",
    lambda name: f"T_{name}",
    "temperature",
    f"{AMBIENT!r}",
    "a source of heat",
)


@dataclass(frozen=True)
class Assembly:
    """A circuit solved: what a model is made of."""

    placed: tuple[Placed, ...]
    electrical: Solved
    thermal: Solved
    parameters: tuple[Quantity, ...]
    inputs: tuple[Quantity, ...]
    outputs: tuple[Output, ...]
    powers: Mapping[str, sympy.Expr]
    rest: ClosedFormEquilibria | None
    stores: tuple[sympy.Expr, sympy.Expr, sympy.Expr]
    ambient: str | float


def assemble(
    parts: Sequence[Part],
    values: Mapping[str, float],
    inputs: Mapping[str, float],
    shared: Sequence[str],
) -> Assembly:
    """Solve a circuit.

    Parameters
    ----------
    parts : sequence of Part
    values, inputs : mapping from name to value
        Parameters and inputs that parts share by name.
    shared : sequence of str
        Parameters that the devices have in common.

    Raises
    ------
    InputError
        For parts that do not make a circuit with explicit equations.
    """
    hot = thermal_nodes(parts)
    joined = {node for part in parts if part.letter != "X" for node in part.nodes}
    heated = bool(joined & hot)
    common = (*shared, "T_amb") if heated and AMBIENT in joined else tuple(shared)
    placed = tuple(
        Placed(part, frozenset(common), part.thermal_node in joined)
        for part in parts
        if part.device is not None
    )
    _check_shared(placed, common, shared, values)
    table = _Quantities(parts, placed, values, inputs, hot)
    live = [_branch(part, inputs) for part in parts if part.letter != "X" and part.plus not in hot]
    live += [one.branch for one in placed]
    electrical = solve_network(live, GROUND, _ELECTRICAL_WORDS)
    placed = tuple(one.at(electrical.potentials) for one in placed)
    thermal = _heat(parts, placed, inputs, hot) if heated else Solved((), {}, {})
    across = {
        b.part.name: electrical.potentials[b.plus] - electrical.potentials[b.minus] for b in live
    }
    powers = {name: gap * electrical.currents[name] for name, gap in across.items()}
    parameters, driven = table.parameters(AMBIENT in joined), table.inputs()
    for name in {*values, *inputs} - {q.name for q in (*parameters, *driven)}:
        raise InputError(
            f"{name} is declared, but no element uses it; expected {{{name}}} in place of a value, "
            f"or '.shared {name}' for a parameter of the devices"
        )
    return Assembly(
        placed,
        electrical,
        thermal,
        parameters,
        driven,
        tuple(_outputs(parts, electrical, thermal, powers, across)),
        powers,
        _rest(placed, live, driven),
        tuple(sympy.Add(*(b.value for b in live if b.kind == kind)) for kind in "CLR"),
        "T_amb" if AMBIENT in joined else 298.0,
    )


def _rest(
    placed: Sequence[Placed], live: Sequence[Branch], inputs: Sequence[Quantity]
) -> ClosedFormEquilibria | None:
    if len(placed) != 1:
        return None
    return at_rest(placed[0], live, GROUND, _ELECTRICAL_WORDS, [q.symbol for q in inputs])


def _branch(part: Part, inputs: Mapping[str, float]) -> Branch:
    name = part.value if isinstance(part.value, str) else part.name
    moves = part.driven or name in inputs
    return Branch(part, part.letter, part.plus, part.minus, symbol(name), moves)  # type: ignore[arg-type]


def _heat(
    parts: Sequence[Part],
    placed: Sequence[Placed],
    inputs: Mapping[str, float],
    hot: frozenset[str],
) -> Solved:
    """Solve the thermal network, whose ground is the absolute zero."""
    branches = [_branch(part, inputs) for part in parts if part.letter != "X" and part.plus in hot]
    if any(AMBIENT in (b.plus, b.minus) for b in branches):
        source = Part("Vamb", AMBIENT, _COLD)
        branches.append(Branch(source, "V", AMBIENT, _COLD, symbol("T_amb")))
    for one in placed:
        if one.joined:
            branches += one.heat_branches(_COLD)
    solved = solve_network(branches, _COLD, _THERMAL_WORDS)
    for one in placed:
        if one.joined and solved.potentials[one.part.thermal_node] != one.temperature:
            raise InputError(
                f"{one.part.place}: its temperature is that of no heat capacity; expected "
                "heat=own or heat=capacity, or a capacitor at "
                f"{one.part.thermal_node!r} that leads to {AMBIENT!r}"
            )
    return solved


def _check_shared(
    placed: Sequence[Placed],
    common: Iterable[str],
    asked: Sequence[str],
    values: Mapping[str, float],
) -> None:
    known = {q.name: None for one in placed for q in one.quantities}
    for name in asked:
        if name not in known:
            raise unknown_name("parameter of a device to share", name, known)
    for name in common:
        # a parameter of that name sets it for all devices that do not set it themselves
        found = {
            one.part.name: (one.part.settings if name in values else one.values)[name]
            for one in placed
            if name in (one.part.settings if name in values else one.values)
        } | ({name: values[name]} if name in values else {})
        numbers = {key: value for key, value in found.items() if not isinstance(value, str)}
        if len(set(numbers.values())) > 1:
            listing = ", ".join(f"{value:.12g} in {key}" for key, value in numbers.items())
            advice = "" if name in asked else f", or '.param' and {{...}} for {name} of each"
            raise InputError(f"{name} is {listing}; expected the same in all that share it{advice}")


class _Quantities:
    """Parameters and inputs of the model, each once."""

    def __init__(
        self,
        parts: Sequence[Part],
        placed: Sequence[Placed],
        values: Mapping[str, float],
        inputs: Mapping[str, float],
        hot: frozenset[str],
    ) -> None:
        self._found: dict[str, Quantity] = {}
        self._driven: dict[str, Quantity] = {}
        self._values, self._inputs = values, inputs
        for part in parts:
            if part.device is None:
                self._of_part(part, unit_of(part, hot), part.plus in hot)
        for one in placed:
            for quantity in one.parameters(values):
                self._add(quantity, one.part.place)

    def _of_part(self, part: Part, unit: str, thermal: bool) -> None:
        kind = f"thermal {KINDS[part.letter]}" if thermal else KINDS[part.letter]
        bounds = _POSITIVE if part.letter in "RCL" else (-math.inf, math.inf)
        name, value = part.name, part.value
        meaning = f"{kind} from {part.plus} to {part.minus}"
        driven = part.driven
        if isinstance(value, str):
            name, meaning = value, f"shared by {kind}s"
            driven = value in self._inputs
            known = {**self._values, **self._inputs} if part.letter in "VI" else self._values
            if value not in known:
                raise InputError(f"{part.place}: {unknown_name('shared parameter', value, known)}")
            value = known[value]
        scale = abs(value) or {"V": 1.0, "A": 1e-4, "K": 100.0, "W": 1e-4}[unit]
        quantity = Quantity(name, value, unit, scale, bounds, meaning)
        if driven:
            self._driven.setdefault(name, quantity)
        else:
            self._add(quantity, part.place)

    def _add(self, quantity: Quantity, place: str) -> None:
        first = self._found.setdefault(quantity.name, quantity)
        if (first.default, first.unit) != (quantity.default, quantity.unit):
            raise InputError(
                f"{place}: {quantity.name} is {first.default:g} {first.unit} elsewhere and "
                f"{quantity.default:g} {quantity.unit} here; expected one value for what has one "
                "name"
            )

    def parameters(self, ambient: bool) -> tuple[Quantity, ...]:
        """Return the parameters; with one for the ambient temperature if that is a node."""
        if ambient and "T_amb" not in self._found:
            default = self._values.get("T_amb", 298.0)
            quantity = Quantity("T_amb", default, "K", 100.0, (0.0, 1e5), "ambient temperature")
            self._found["T_amb"] = quantity
        return tuple(self._found.values())

    def inputs(self) -> tuple[Quantity, ...]:
        """Return the inputs, in the order of the netlist."""
        return tuple(self._driven.values())


def _outputs(
    parts: Sequence[Part],
    electrical: Solved,
    thermal: Solved,
    powers: Mapping[str, sympy.Expr],
    across: Mapping[str, sympy.Expr],
) -> Iterable[Output]:
    """Yield potentials that are no states, currents and powers of all branches."""
    states = {s.symbol.name for solved in (electrical, thermal) for s in solved.states}
    for solved, words, unit in (
        (electrical, _ELECTRICAL_WORDS, "V"),
        (thermal, _THERMAL_WORDS, "K"),
    ):
        for node, potential in solved.potentials.items():
            name = words.of_node(node)
            told = name in states or potential == symbol(name)  # an input may bear that name
            if node not in (GROUND, AMBIENT, _COLD) and not told:
                yield Output(name, potential, unit, f"{words.quantity} of {node}")
    for part in parts:
        name = part.name
        if name in thermal.currents:
            yield Output(f"Q_{name}", thermal.currents[name], "W", f"heat flow through {name}")
            continue
        if part.letter == "X":
            yield Output(f"V_{name}", across[name], "V", f"voltage across {name}")
        called = f"{'i' if part.letter == 'L' else 'I'}_{name}"
        if called not in states:
            current = electrical.currents[name]
            yield Output(called, current, "A", f"current through {name}")
        yield Output(f"P_{name}", powers[name], "W", f"power that goes into {name}")
