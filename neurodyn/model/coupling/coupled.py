"""Several neurons as one model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sympy

from neurodyn.arguments import checked
from neurodyn.errors import InputError, unknown_name
from neurodyn.model.coupling.capacitors import charge
from neurodyn.model.coupling.couplings import Analogue, Coupling
from neurodyn.model.coupling.links import feed, joint
from neurodyn.model.coupling.members import Drive, Member, member_of
from neurodyn.model.model import Model
from neurodyn.model.quantities import Quantity, SpikeEvent, as_expression


@checked
def coupled(
    members: Mapping[str, Model],
    couplings: Sequence[Coupling] = (),
    *,
    shared: Sequence[str] = (),
    spike: str | None = None,
) -> Model:
    """Join neurons by continuous couplings into one model, which every verb takes.

    The state ``V`` of the member ``a`` is called ``V_a``, and so are its parameters, inputs and
    outputs. Coupling currents are added to the members' current inputs in their equations; an
    output keeps the member's own input, so ``P_source_a`` is what the source of ``a`` delivers.

    Parameters
    ----------
    members : mapping from name to Model
        Models without jumps, in one unit of time.
    couplings : sequence of Resistor, Capacitor or Analogue
        Each is a parameter of the joint model (``R_a_b``, ``C_a_b``, ``w_a_b``) and, for the first
        two, an output with its current from a to b (``I_R_a_b``, ``I_C_a_b``).
    shared : sequence of str
        Parameters and inputs that the members have in common, under their own names.
    spike : str, optional
        The member whose spikes are those of the joint model; the first that has any by default.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        For an unknown member, state, input or output; a member that jumps; units that do not fit;
        a shared parameter with several values; a current that does not drive the state it is to
        charge.

    Examples
    --------
    Two neurons joined by a resistor, driven by one current:

    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=300e-6)
    >>> pair = nd.coupled(
    ...     {"a": neuron, "b": neuron}, [nd.Resistor("a", "b", 3e3, name="R_c")], shared=["I_s"])
    >>> pair.state_names, pair["R_c"]
    (('V_a', 'T_a', 'V_b', 'T_b'), 3000.0)
    >>> pair.check_dimensions()
    """
    _check(members, shared)
    parts = {tag: Member(tag, model, frozenset(shared)) for tag, model in members.items()}
    feeds = [feed(one, parts) for one in couplings if isinstance(one, Analogue)]
    joints = [joint(one, parts) for one in couplings if not isinstance(one, Analogue)]
    drives = {tag: Drive(part) for tag, part in parts.items()}
    for one in feeds:
        drives[one.target.tag].add(one.into, one.parameter.symbol * one.signal)
    for one in joints:
        if not one.capacitive:
            for end, sign in zip(one.ends, (-1, 1), strict=True):
                drives[end.member.tag].add(end.into, sign * one.current({}))
    rates = charge([one for one in joints if one.capacitive], drives)
    each = parts.values()
    references = dict.fromkeys(m.reference for m in members.values() if m.reference)
    names = dict.fromkeys(model.name for model in members.values())
    return Model(
        name=f"coupled {' and '.join(names)}",
        states=tuple(part.renamed(q) for part in each for q in part.model.states),
        parameters=(
            *_once(part.renamed(q) for part in each for q in part.model.parameters),
            *_once(one.parameter for one in (*joints, *feeds)),
        ),
        inputs=_once(part.renamed(q) for part in each for q in part.model.inputs),
        constants=_once(constant for m in members.values() for constant in m.constants),
        rhs=tuple(
            rates.get((tag, state.name), drives[tag].applied(expression))
            for tag, part in parts.items()
            for state, expression in zip(part.model.states, part.model.rhs, strict=True)
        ),
        outputs=(
            *(part.output(output) for part in each for output in part.model.outputs),
            *(one.output(rates) for one in joints),
        ),
        spike=_spike(parts, drives, spike),
        time_unit=next(iter(members.values())).time_unit,
        cycle=sympy.Max(*(part.own(as_expression(part.model.cycle, "cycle")) for part in each)),
        reference="; ".join(references),
    )


def _check(members: Mapping[str, Model], shared: Sequence[str]) -> None:
    if not members:
        raise InputError("coupled: there are no members; expected at least one")
    (first, model), *others = members.items()
    for tag, other in members.items():
        if not (f"V_{tag}".isidentifier() and tag.isascii()):
            raise InputError(f"a member is named {tag!r}; expected letters, digits and underscores")
        if other.jump is not None:
            what = "is reset at its spikes" if other.jump is other.spike else "switches"
            raise InputError(
                f"the member {tag!r} ({other.name}) {what}; expected members whose states do not "
                "jump"
            )
    for tag, other in others:
        if other.time_unit != model.time_unit:
            raise InputError(
                f"the member {first!r} counts time in [{model.time_unit}] and {tag!r} in "
                f"[{other.time_unit}]; expected one unit"
            )
    for name in shared:
        _check_shared(members, name)


def _check_shared(members: Mapping[str, Model], name: str) -> None:
    known = {n: None for model in members.values() for n in model.parameter_names}
    if name not in known:
        raise unknown_name("parameter or input to share", name, known)
    found = {tag: model for tag, model in members.items() if name in model.parameter_names}
    texts = {
        tag: f"{'an input' if name in model.input_names else 'a parameter'} of {model[name]:.12g} "
        f"{model.quantity(name).unit}"
        for tag, model in found.items()
    }
    if len(set(texts.values())) > 1:
        listing = ", ".join(f"{text} in {tag!r}" for tag, text in texts.items())
        raise InputError(f"{name} is {listing}; expected the same in all that share it")


def _once(quantities: Iterator[Quantity]) -> tuple[Quantity, ...]:
    """Return quantities without repeats of a shared one."""
    found: dict[str, Quantity] = {}
    for quantity in quantities:
        first = found.setdefault(quantity.name, quantity)
        if (first.default, first.unit) != (quantity.default, quantity.unit):
            raise InputError(
                f"{quantity.name} is {first.default:g} {first.unit} and {quantity.default:g} "
                f"{quantity.unit}; expected one value for what has one name"
            )
    return tuple(found.values())


def _spike(
    parts: Mapping[str, Member], drives: Mapping[str, Drive], tag: str | None
) -> SpikeEvent | None:
    if tag is None:
        tag = next((t for t, part in parts.items() if part.model.spike is not None), None)
        if tag is None:
            return None
    event = member_of(parts, tag).model.spike
    if event is None:
        raise InputError(f"the member {tag!r} ({parts[tag].model.name}) declares no spike event")
    return SpikeEvent(
        drives[tag].applied(event.expression), f"{event.observable}_{tag}", event.meaning
    )
