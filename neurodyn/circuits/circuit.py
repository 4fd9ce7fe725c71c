"""``nd.Circuit``: parts between nodes, and the model that they make."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from neurodyn.arguments import checked
from neurodyn.circuits.assemble import assemble
from neurodyn.circuits.build import build
from neurodyn.circuits.ladders import ladder
from neurodyn.circuits.library import element_of
from neurodyn.circuits.parts import Heat, Part, Value, check_parts
from neurodyn.circuits.text.netlist import read_netlist
from neurodyn.circuits.text.write import netlist_text
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.model.circuits import Element


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Circuit:
    """Resistors, capacitors, inductors, sources and devices of the library between named nodes.

    Immutable: each method that adds a part returns a new circuit. The ground is ``"0"``.
    ``X1.T`` is the thermal port of the device X1 and ``"amb"`` what is at ambient temperature;
    between such nodes R, C, I and V are thermal resistances [K/W], heat capacities [J/K], sources
    of heat [W] and of temperature [K].

    Parameters
    ----------
    name : str
    parts : sequence of Part
        What the methods add.
    parameters, inputs : mapping from name to float
        In SI units; what several parts share by naming it in place of a number.
    shared : sequence of str
        Parameters that all devices have in common, under their own names.
    spike : str
        What counts as a spike: the name of a device (its own event), ``"V_b > 0.5"`` (the level is
        the parameter ``spike_level``), or an expression that rises through zero; the first device's
        own by default.
    reference : str
        Where the circuit comes from.

    Raises
    ------
    InputError
        For parts that no circuit can have; the sentence names the first.

    Examples
    --------
    >>> import neurodyn as nd
    >>> circuit = (
    ...     nd.Circuit("relaxation oscillator")
    ...     .voltage_source("V1", "s", "0")
    ...     .resistor("R1", "s", "b", 4e3)
    ...     .capacitor("C1", "b", "0", 200e-12)
    ...     .device("X1", "b", "0", "nbox", R_0=190.0))
    >>> model = circuit.model()
    >>> model.state_names, model.input_names
    (('V_b', 'T_X1'), ('V1',))
    >>> model.observable_names[2:6]
    ('V_s', 'I_V1', 'P_V1', 'I_R1')
    """

    name: str = "circuit"
    parts: Sequence[Part] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, float] = field(default_factory=dict)
    shared: Sequence[str] = ()
    spike: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        object.__setattr__(self, "shared", tuple(self.shared))

    @classmethod
    @checked
    def from_netlist(cls, text: str) -> Circuit:
        """Read a netlist: element lines as in SPICE.

        Parameters
        ----------
        text : str
            One element a line: ``R1 a b 4k``, ``C1 b 0 200p``, ``L1 a b 700n``, ``V1 s 0 input``,
            ``I1 0 b 100u``, ``X1 b 0 nbox R_0=190``, ``Z1 X1.T amb foster 1meg 1f``; values with
            the suffixes of SPICE or with units, or ``{NAME}`` of ``.param`` or ``.input``.
            ``docs/circuits.md`` tells the rest.

        Raises
        ------
        InputError
            Naming the line and the element.

        Examples
        --------
        >>> import neurodyn as nd
        >>> model = nd.Circuit.from_netlist('''
        ... * current-driven neuron
        ... I1 0 b input
        ... C1 b 0 200p
        ... X1 b 0 nbox
        ... ''').model()
        >>> model.name, model["C1"]
        ('current-driven neuron', 2e-10)
        """
        name, parts, parameters, inputs, shared, spike = read_netlist(text)
        circuit = cls(name, parts, parameters, inputs, shared, spike)
        check_parts(circuit.parts)  # with the lines at hand
        return circuit

    @checked
    def netlist(self) -> str:
        """Return the circuit as the text that :meth:`from_netlist` reads.

        Raises
        ------
        InputError
            If it has a device that is not of the library.

        Examples
        --------
        >>> import neurodyn as nd
        >>> print(nd.Circuit("RC").voltage_source("V1", "a", "0", 1.0).resistor(
        ...     "R1", "a", "b", 4e3).capacitor("C1", "b", "0", 2e-10).netlist())
        * RC
        V1 a 0 1.0
        R1 a b 4000.0
        C1 b 0 2e-10
        .end
        """
        return netlist_text(
            self.name, self.parts, self.parameters, self.inputs, self.shared, self.spike
        )

    # ------------------------------------------------------------------ parts

    def _with(self, *parts: Part) -> Circuit:
        return replace(self, parts=(*self.parts, *parts))

    @checked
    def resistor(self, name: str, plus: str, minus: str, ohm: Value) -> Circuit:
        """Return the circuit with a resistor [ohm], between temperatures a thermal one [K/W]."""
        return self._with(Part(_named(name, "R"), plus, minus, ohm))

    @checked
    def capacitor(self, name: str, plus: str, minus: str, farad: Value) -> Circuit:
        """Return the circuit with a capacitor [F], between temperatures a heat capacity [J/K]."""
        return self._with(Part(_named(name, "C"), plus, minus, farad))

    @checked
    def inductor(self, name: str, plus: str, minus: str, henry: Value) -> Circuit:
        """Return the circuit with an inductor [H]."""
        return self._with(Part(_named(name, "L"), plus, minus, henry))

    @checked
    def voltage_source(
        self, name: str, plus: str, minus: str, volt: Value | None = None
    ) -> Circuit:
        """Return the circuit with ``V(plus) - V(minus)`` held [V]; without a value, by an input."""
        given = 0.0 if volt is None else volt
        return self._with(Part(_named(name, "V"), plus, minus, given, driven=volt is None))

    @checked
    def current_source(
        self, name: str, plus: str, minus: str, ampere: Value | None = None
    ) -> Circuit:
        """Return the circuit with a current through a source from plus to minus [A], as in SPICE.

        So ``("I1", "0", "b")`` drives its current into b. Without a value it is an input.
        """
        given = 0.0 if ampere is None else ampere
        return self._with(Part(_named(name, "I"), plus, minus, given, driven=ampere is None))

    @checked
    def device(
        self,
        name: str,
        plus: str,
        minus: str,
        kind: str | Element,
        *,
        heat: Heat = "own",
        **parameters: Value,
    ) -> Circuit:
        """Return the circuit with a two-terminal device.

        Parameters
        ----------
        name, plus, minus : str
        kind : str or Element
            ``"nbox"``, ``"core_shell"``, ``"mott_nbo2"``, ``"mott_vo2"``, ``"poole_frenkel_3d"``,
            ``"comparator"``, ``"thermal_neuristor"``, or a device of one's own.
        heat : {"own", "capacity", "port"}
            Whether it keeps its own cooling; only its heat capacity, beside a thermal network at
            ``name + ".T"``; or neither.
        **parameters : float or str
            In SI units, or names of shared ones.
        """
        element = element_of(kind) if isinstance(kind, str) else kind
        called = kind if isinstance(kind, str) else ""
        return self._with(
            Part(
                _named(name, "X"),
                plus,
                minus,
                device=element,
                kind=called,
                settings=parameters,
                heat=heat,
            )
        )

    @checked
    def ladder(
        self,
        name: str,
        plus: str,
        minus: str,
        form: Literal["foster", "cauer"],
        pairs: Sequence[tuple[float, float]],
    ) -> Circuit:
        """Return the circuit with a ladder of resistors and capacitors, (R, C) for each pole.

        Foster: pairs of R parallel to C in series. Cauer: C from each node to ``minus``, the first
        at ``plus``, and R from each node to the next, the last to ``minus``.
        """
        values = [value for pair in pairs for value in pair]
        return self._with(*ladder(_named(name, "Z"), plus, minus, form, values))

    @checked
    def parameter(self, name: str, value: float) -> Circuit:
        """Return the circuit with a parameter that parts take by its name in place of a number."""
        return replace(self, parameters={**self.parameters, name: value})

    @checked
    def input(self, name: str, value: float = 0.0) -> Circuit:
        """Return the circuit with an input that sources take by its name in place of a number."""
        return replace(self, inputs={**self.inputs, name: value})

    # ------------------------------------------------------------------ model

    @checked
    def model(self, *, shared: Sequence[str] = (), spike: str | None = None) -> Model:
        """Return the equations of the circuit as a model, which every verb takes.

        States are the voltages of nodes that capacitors lead from to the ground (``V_b``), voltages
        of other capacitors (``V_C1``), currents of inductors (``i_L1``), inner states of devices
        (``T_X1``) and temperatures of thermal nodes. Outputs are all other potentials, the current
        (``I_R1``) and power (``P_R1``) of each part, and ``P_source``, ``P_device``; of a single
        device also ``V_device``, ``I_device`` and ``R_device``.

        Parameters
        ----------
        shared : sequence of str
            Parameters that all devices have in common, under their own names (``T_amb``), beside
            those of the circuit itself; others are called ``R_0_X1``.
        spike : str, optional
            In place of the circuit's own.

        Raises
        ------
        InputError
            If there are no explicit equations: the sentence names the parts and what to add.

        Examples
        --------
        >>> import neurodyn as nd
        >>> circuit = nd.Circuit().current_source("I1", "0", "b").capacitor(
        ...     "C1", "b", "0", 200e-12).device("X1", "b", "0", "nbox")
        >>> len(nd.solve(circuit.model().with_parameters(I1=335e-6), 3e-6).spike_times)
        8
        """
        if not self.parts:
            raise InputError(f"the circuit {self.name!r} has no parts; expected some")
        check_parts(self.parts)
        common = tuple(dict.fromkeys((*self.shared, *shared)))
        found = assemble(self.parts, self.parameters, self.inputs, common)
        return build(self.name, found, self.spike if spike is None else spike, self.reference)

    def __repr__(self) -> str:
        kinds = ", ".join(part.name for part in self.parts)
        return f"<circuit {self.name}: {kinds or 'no parts'}>"


def _named(name: str, letter: str) -> str:
    if name[:1].upper() != letter:
        raise InputError(f"a part is named {name!r}; expected a name that begins with {letter}")
    return name


@checked
def read_circuit(path: str | os.PathLike[str]) -> Circuit:
    """Read a netlist from a file.

    Parameters
    ----------
    path : path
        Text as :meth:`Circuit.from_netlist` reads it.

    Raises
    ------
    InputError
        If there is no such file, it is no text, or a line cannot be read; the line is named.

    Examples
    --------
    >>> import tempfile, pathlib, neurodyn as nd
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "neuron.cir"
    >>> _ = file.write_text("I1 0 b input\\nC1 b 0 200p\\nX1 b 0 nbox\\n")
    >>> nd.read_circuit(file)
    <circuit neuron: I1, C1, X1>
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as a netlist: {error}") from None
    try:
        circuit = Circuit.from_netlist(text)
    except InputError as error:
        raise InputError(f"{file.name}: {error}") from None
    return circuit if circuit.name != "circuit" else replace(circuit, name=file.stem)
