"""ngspice and LTspice: a sub-circuit with its thermal node, and a test bench.

A device becomes a two-terminal sub-circuit; the circuit around it is made of ordinary elements.
Any other model becomes a sub-circuit with a pin for each input and each state. Exponentials are
limited: above an argument of 80, which no device reaches, they go on as straight lines, so nothing
overflows; below, they are the same to the last bit. H. Vogt et al., ngspice manual 39 (2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import sympy

from neurodyn.arguments import Positive, checked
from neurodyn.errors import unknown_name
from neurodyn.export.exported import (
    Exported,
    Language,
    commented,
    described,
    heading,
    identifier,
    renamed,
    value_of,
)
from neurodyn.export.formats.spice_printing import (
    FixedPrinter,
    LTspicePrinter,
    SpicePrinter,
    folded,
    wrapped,
)
from neurodyn.export.netlist import CIRCUIT_PARAMETERS, Device, Node, device_of, nodes_of
from neurodyn.export.printing import number
from neurodyn.model import Model, symbol
from neurodyn.model.units import parse_unit
from neurodyn.noise import StochasticModel
from neurodyn.stimuli import Stimulus

Dialect = Literal["ngspice", "ltspice"]

_SLOW = 1e4  # cycles in which the current of the loop rises
_JUMP = 1e-9  # of a cycle: a jump of a stimulus takes so long
_RESERVED = (
    "time temper hertz pi e boltz echarge kelvin planck c yes no true false and or not exp ln "
    "log log10 sqrt sin cos tan asin acos atan sinh cosh tanh abs min max pow pwr floor ceil "
    "int nint sgn sign u uramp u2 ternary_fcn if ddt idt delay limit temp tnom gmin reltol "
    "abstol vntol tables v i n p gnd params x t"
)


LANGUAGE = Language("SPICE", _RESERVED.split(), capitals=False)


@checked
def ngspice(
    model: Model | StochasticModel,
    *,
    inputs: Mapping[str, float | Stimulus] | None = None,
    t_end: Positive | None = None,
    step: Positive | None = None,
    iv_to: Positive = 1e-3,
) -> Exported:
    """Return a model as a netlist for ngspice: a sub-circuit and a test bench that runs as it is.

    The bench of a device sweeps the current for the quasi-static I-V loop (``*_iv.txt``), then runs
    the neuron from rest (``*_run.txt``); that of any other model runs it.

    Parameters
    ----------
    model : Model
    inputs : mapping from name to value or Stimulus, optional
        Sources of the bench; constant at the model's values by default.
    t_end : float, optional
        End of the run [the model's time unit]; twenty cycles by default.
    step : float, optional
        Largest time step; a thousandth of a cycle by default.
    iv_to : float
        Highest current of the loop [A].

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For a model that jumps, white noise, or a function that SPICE does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> netlist = nd.export.ngspice(nd.devices.nbox_neuron(I_s=335e-6))
    >>> ".subckt nbox_neuron_device p n th" in netlist.text
    True
    """
    return _netlist(model, "ngspice", inputs or {}, t_end, step, iv_to)


@checked
def ltspice(
    model: Model | StochasticModel,
    *,
    inputs: Mapping[str, float | Stimulus] | None = None,
    t_end: Positive | None = None,
    step: Positive | None = None,
    iv_to: Positive = 1e-3,
) -> Exported:
    """Return a model as a netlist for LTspice. It has not been run there: no LTspice was at hand.

    Parameters
    ----------
    model, inputs, t_end, step, iv_to
        As for :func:`ngspice`.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        As for :func:`ngspice`.

    Examples
    --------
    >>> import neurodyn as nd
    >>> print(nd.export.ltspice(nd.devices.nbox_neuron()).text.splitlines()[-1])
    .end
    """
    return _netlist(model, "ltspice", inputs or {}, t_end, step, iv_to)


def _netlist(
    given: Model | StochasticModel,
    dialect: Dialect,
    inputs: Mapping[str, float | Stimulus],
    t_end: float | None,
    step: float | None,
    iv_to: float,
) -> Exported:
    model = LANGUAGE.model_of(given)
    for name in inputs:
        if name not in model.input_names:
            raise unknown_name("input", name, model.input_names)
    second = parse_unit(model.time_unit).factor
    end = (20 * model.time_scale if t_end is None else t_end) * second
    longest = (1e-3 * model.time_scale if step is None else step) * second
    writer = _Writer(model, dialect, second)
    program = {"ngspice": "ngspice", "ltspice": "LTspice (not run there)"}[dialect]
    device = device_of(model)
    parts = writer.of_device(device, inputs) if device else writer.of_states(inputs)
    about = heading(model, writer.names, program, parts.pins)
    lines = [f"* {about.splitlines()[0]}", commented("\n".join(about.splitlines()[1:]), "*")]
    lines += [*parts.subcircuit, "", "* test bench", *parts.bench]
    lines += _analyses(writer, parts, end, longest, iv_to)
    text = "\n".join(line for line in lines if line is not None) + "\n.end\n"
    return Exported(program, text, ".cir", writer.names)


class _Parts:
    """Lines of the pins, the sub-circuit and the bench, and the nodes that the bench shows."""

    def __init__(self) -> None:
        self.pins: list[str] = []
        self.subcircuit: list[str] = []
        self.bench: list[str] = []
        self.seen: list[str] = []
        self.source = ""
        self.held = ""
        self.pins_of_device: list[str] = []


class _Writer:
    """Writes one model in one dialect."""

    def __init__(self, model: Model, dialect: Dialect, second: float) -> None:
        self.model, self.dialect, self.second = model, dialect, second
        self.name = identifier(model)
        words = LANGUAGE.names(model, self.name)
        self.names = {q.name: words[q.name] for q in (*model.parameters, *model.constants)}
        self.pins = _pins(model)
        self.printer = {"ngspice": SpicePrinter, "ltspice": LTspicePrinter}[dialect]

    def expression(self, expr: sympy.Expr, label: str, nodes: Mapping[str, str]) -> str:
        """Return an expression of parameters, in braces, and of nodes.

        ngspice adds 1e-32 to what it divides by, and squares it for derivatives: dividing by
        Boltzmann's constant would ruin them. So what holds no node is computed once, in braces.
        """
        printer = self.printer(label)
        moving = {symbol(name) for name in nodes}
        fixed = FixedPrinter(label)
        parts = folded(sympy.sympify(expr), moving, lambda e: fixed.text(self._named(e)))
        return printer.text(renamed(parts, nodes))

    def _named(self, expr: sympy.Expr) -> sympy.Expr:
        return renamed(expr, self.names)

    def parameters(self, names: tuple[str, ...]) -> list[str]:
        pairs = [f"{self.names[name]}={value_of(self.model, name)}" for name in names]
        return [f"+ {pair}" for pair in pairs]

    def node_lines(self, nodes: list[Node], places: Mapping[str, str]) -> list[str]:
        """Return a source and a capacitance for each state."""
        lines = []
        for node in nodes:
            pin, label = self.pin(node), f"d{node.state.name}/dt"
            drive = self.expression(node.storage * node.rate, label, places)
            storage = self.expression(node.storage, label, {})
            lines += wrapped(f"B_{pin} 0 {pin} I={drive}")
            lines.append(f"C_{pin} {pin} 0 {storage}")
            lines.append(f"R_{pin} {pin} 0 1e18")
        return lines

    def pin(self, node: Node) -> str:
        return "th" if node.thermal else self.pins[node.state.name]

    def value_at(self, node: Node) -> str:
        """Return a state as read at its node.

        Below its floor, where no run goes but a search for a solution may, it bends towards zero:
        f^2 / (2 f - x) has the value and the slope of x at the floor f, and never changes sign.
        """
        start = self.expression(node.start, node.state.name, {})
        text = f"({start}+V({self.pin(node)}))"
        if node.floor is None:
            return text
        low = f"({self.expression(node.floor, node.state.name, {})})"
        bent = f"{low}*{low}/max(2.0*{low}-{text},{low})"
        return f"({self.printer('').choice(f'{text}>{low}', text, bent)})"

    def source(self, name: str, given: float | Stimulus | None) -> str:
        """Return a constant or a piecewise-linear source."""
        if not isinstance(given, Stimulus):
            return f"DC {number(self.model[name] if given is None else given)}"
        times, values = given.times * self.second, given.values
        short = _JUMP * self.model.time_scale * self.second
        times = np.maximum.accumulate(times + short * _later_of_pairs(times))
        knots = [(0.0, float(given(0.0)))]
        knots += [(float(t), float(v)) for t, v in zip(times, values, strict=True) if t > 0]
        if len(knots) == 1:
            return f"DC {number(knots[0][1])}"
        return f"PWL({' '.join(f'{number(t)} {number(v)}' for t, v in knots)})"

    # ------------------------------------------------------------------ a device

    def of_device(self, device: Device, inputs: Mapping[str, float | Stimulus]) -> _Parts:
        """Return a two-terminal element, and the circuit around it as the bench."""
        parts, name = _Parts(), f"{self.name}_device"
        pins = [self.pin(node) for node in device.nodes]
        parts.pins_of_device = pins
        parts.source = "V_s" if device.circuit == "voltage_driven" else "I_s"
        source = self.source(parts.source, inputs.get(parts.source))
        parts.held = source.removeprefix("DC ") if source.startswith("DC") else ""
        places = {n.state.name: self.value_at(n) for n in device.nodes} | {"V": "V(p,n)"}
        circuit_names = {"V": "V(p,n)", "V_C": "V(a)", "i_L": "I(L_ext)"}
        self.names |= {s: at for s, at in circuit_names.items() if s in self.model.state_names}
        self.names |= {n.state.name: f"V({self.pin(n)})" for n in device.nodes}
        self.names |= {parts.source: parts.source}
        parts.pins += ["pins: p, n: the terminals; the current from p to n is that of the device"]
        for node in device.nodes:
            what = f"{node.state.name} less {node.state.default}"
            scale = ": 1 V is 1 K, 1 A is 1 W; leave it open, or join neighbours by resistors"
            parts.pins.append(f"  {self.pin(node)}: {what}{scale if node.thermal else ''}")
        parts.subcircuit += [
            f".subckt {name} p n {' '.join(pins)} params:",
            *self.parameters(device.parameters),
            *wrapped(f"B_i p n I={self.expression(device.current, 'the current', places)}"),
            *self.node_lines(device.nodes, places),
            f".ends {name}",
        ]
        circuit = [n for n in CIRCUIT_PARAMETERS if n in self.model.parameter_names]
        lead = [symbol_.name for symbol_ in device.lead.free_symbols]
        around = {*device.parameters, *circuit, *lead}
        others = (*self.model.parameters, *self.model.constants)
        outside = [q.name for q in others if q.name not in around]
        if outside:
            parts.pins.append(
                "not of the circuit: "
                + ", ".join(
                    f"{n} = {value_of(self.model, n)} {described(self.model, n)}" for n in outside
                )
            )
        values = {n: self.names[n] for n in (*circuit, *lead)}
        parts.bench += [f".param {new}={value_of(self.model, n)}" for n, new in values.items()]
        parts.bench += self._circuit(device, inputs)
        parts.bench.append(f"X_dev dev 0 {' '.join(pins)} {name}")
        parts.seen = ["V(dev)", *(f"V({pin})" for pin in pins)]
        if device.circuit == "full_circuit":
            parts.seen[:0] = ["V(a)", "I(L_ext)"]
        return parts

    def _circuit(self, device: Device, inputs: Mapping[str, float | Stimulus]) -> list[str]:
        at = {n: f"{{{new}}}" for n, new in self.names.items()}
        if device.circuit == "voltage_driven":
            load = self.expression(symbol("R_load") + device.lead, "R_load", {})
            return [
                f"V_s s 0 {self.source('V_s', inputs.get('V_s'))}",
                f"R_load s dev {load}",
                f"C_ext dev 0 {at['C_ext']}",
            ]
        source = self.source("I_s", inputs.get("I_s"))
        if device.circuit == "current_driven":
            return [f"I_s 0 dev {source}", f"C_ext dev 0 {at['C_ext']}"]
        out = self.expression(symbol("R_out") + device.lead, "R_out", {})
        return [
            f"I_s 0 a {source}",
            f"C_ext a 0 {at['C_ext']}",
            f"L_ext a b {at['L_ext']}",
            f"R_out b dev {out}",
            f"C_d dev 0 {at['C_d']}",
        ]

    # ------------------------------------------------------------------ any model

    def of_states(self, inputs: Mapping[str, float | Stimulus]) -> _Parts:
        """Return a sub-circuit with a pin for each input and each state."""
        parts, model = _Parts(), self.model
        nodes = nodes_of(model, model.state_names)
        feeds = {name: self.pins[name] for name in model.input_names}
        self.names |= feeds | {node.state.name: self.pin(node) for node in nodes}
        places = {n.state.name: self.value_at(n) for n in nodes}
        places |= {name: f"V({pin})" for name, pin in feeds.items()}
        pins = [*feeds.values(), *(self.pin(node) for node in nodes)]
        for name, pin in feeds.items():
            parts.pins.append(f"pin {pin}: {name} {described(model, name)}, as a voltage")
        for node in nodes:
            start = node.state.default
            parts.pins.append(f"pin {self.pin(node)}: {node.state.name} less {start}, as a voltage")
        own = tuple(q.name for q in (*model.parameters, *model.constants))
        parts.subcircuit += [
            f".subckt {self.name} {' '.join(pins)} {'params:' if own else ''}".rstrip(),
            *self.parameters(own),
            *self.node_lines(nodes, places),
            f".ends {self.name}",
        ]
        for name, pin in feeds.items():
            parts.bench.append(f"V_{pin} {pin} 0 {self.source(name, inputs.get(name))}")
        parts.bench.append(f"X_neuron {' '.join(pins)} {self.name}")
        parts.seen = [f"V({self.pin(node)})" for node in nodes]
        return parts


def _analyses(writer: _Writer, parts: _Parts, end: float, step: float, iv_to: float) -> list[str]:
    """Return the loop, a ramp of the current so slow that the device is at rest, and the run."""
    lines, loop, name = [], [], writer.name
    ramp = _SLOW * writer.model.time_scale * writer.second
    slow = f"tran {number(ramp / 1000)} {number(2 * ramp)} 0 {number(ramp / 500)} uic"
    run = f"tran {number(step)} {number(end)} 0 {number(step)} uic"
    if parts.source:
        pins = " ".join(f"iv_{pin}" for pin in parts.pins_of_device)
        knots = f"0 0 {number(ramp)} {number(iv_to)} {number(2 * ramp)} 0"
        lines += [f"I_iv 0 iv PWL({knots})", f"X_iv iv 0 {pins} {name}_device"]
        loop = [
            f"alter {parts.source} dc=0",
            slow,
            f"wrdata {name}_iv.txt V(iv)",
            f"alter {parts.source} dc={parts.held}",
        ]
    if writer.dialect == "ltspice":
        told = [f"* the loop, in place of .tran, with {parts.source} = 0: .{slow}"] if loop else []
        return [*lines, *told, f".{run}"]
    shown = " ".join(parts.seen)
    return [
        *lines,
        ".control",
        "set wr_singlescale",
        "set numdgt=12",
        *(loop if parts.held else []),  # a source that moves by itself cannot be held at 0
        run,
        f"wrdata {name}_run.txt {shown}",
        "quit",
        ".endc",
    ]


def _pins(model: Model) -> dict[str, str]:
    """Return a name for the node of each state and input; SPICE reads no capitals."""
    found: dict[str, str] = {}
    groups = [("x", model.states), ("in", model.inputs)]
    for kind, item in ((kind, item) for kind, group in groups for item in group):
        pin, count = f"{kind}_{item.name.lower()}", 1
        while pin in found.values():
            count += 1
            pin = f"{kind}_{item.name.lower()}_{count}"
        found[item.name] = pin
    return found


def _later_of_pairs(times: np.ndarray) -> np.ndarray:
    """Return 1 for the second of two equal times: a jump."""
    return np.concatenate([[0.0], (np.diff(times) == 0).astype(float)])
