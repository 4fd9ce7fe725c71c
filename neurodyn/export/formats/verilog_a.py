"""Verilog-A: a compact model with its thermal node, for OpenVAF and simulators that take OSDI.

A device has the terminals p and n and a thermal node th, which carries kelvin above ambient; any
other model has a node for each input and each state. Exponentials are limited as in SPICE: straight
above an argument of 80, the same to the last bit below. Accellera, Verilog-AMS 2.4 (2014).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import ClassVar

import sympy

from neurodyn.arguments import checked
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
from neurodyn.export.netlist import Node, device_of, nodes_of
from neurodyn.export.printing import InfixPrinter, number
from neurodyn.model import Model, Quantity
from neurodyn.noise import StochasticModel

_SAME = "sin cos tan asin acos atan sinh cosh tanh floor sqrt"
_RESERVED = (
    "above abs absdelay absdelta abstol access acos acosh aliasparam always analog analysis "
    "and asin asinh assert assign atan atan2 atanh begin branch buf case ceil connect "
    "continuous cos cosh cross ddt ddx deassign default define delay disable discipline "
    "discrete domain driver edge else end endcase endmodule enable event exclude exp "
    "final_step flicker_noise floor flow for force forever fork from function generate genvar "
    "ground highz hypot idt idtmod if inf initial initial_step inout input integer join "
    "laplace_nd last_crossing limexp ln localparam log max merged min module nature negedge "
    "net nor not or output parameter potential pow real reg release repeat sin sinh slew "
    "split sqrt string table tan tanh task temperature time timer transition tri unresolved "
    "units vt wait wand while white_noise wire wor xor zi_nd V I Temp Pwr p n th lexp x "
    "electrical thermal"
)
_SAME_NAMES = {f: f for f in _SAME.split()}
LANGUAGE = Language("Verilog-A", _RESERVED.split())


class _Printer(InfixPrinter):
    program = "Verilog-A"
    functions: ClassVar = {
        "exp": "lexp",
        "log": "ln",
        "Abs": "abs",
        **{f: f for f in _SAME.split()},
    }

    def raised(self, base: str, power: str) -> str:
        return f"pow({base},{power})"


_LIMITED = """\
    analog function real lexp; // an exponential that ends in a straight line: nothing overflows
        input x;
        real x;
        lexp = (x > 80.0) ? exp(80.0)*(1.0 + x - 80.0) : exp(x);
    endfunction
"""


@checked
def verilog_a(model: Model | StochasticModel) -> Exported:
    """Return a model as a Verilog-A module: what a device group sends to its circuit group.

    Parameters
    ----------
    model : Model
        A device in one of the circuits becomes the two-terminal element alone.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For a model that jumps, white noise, or a function that Verilog-A does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> module = nd.export.verilog_a(nd.devices.nbox_neuron())
    >>> "module nbox_neuron_device(p, n, th);" in module.text
    True
    """
    model = LANGUAGE.model_of(model)
    device = device_of(model)
    name = identifier(model) + ("_device" if device else "")
    words = LANGUAGE.names(model, name)
    nodes = device.nodes if device else nodes_of(model, model.state_names)
    pins = {n.state.name: "th" if n.thermal else f"x_{words[n.state.name]}" for n in nodes}
    feeds = {} if device else {q.name: f"in_{words[q.name]}" for q in model.inputs}
    every = tuple(q.name for q in (*model.parameters, *model.constants))
    own = device.parameters if device else every
    names = {q: words[q] for q in own} | pins | feeds | ({"V": "V(p, n)"} if device else {})
    ports = ["p", "n", *pins.values()] if device else [*feeds.values(), *pins.values()]
    wires = [port for port in ports if port != "th"]
    about = ["the current from p to n is that of the device"] if device else []
    about += [f"node {pins[n.state.name]}: {n.state.name} less {n.state.default}" for n in nodes]
    lines = [
        commented(heading(model, names, "Verilog-A", about), "//"),
        '`include "constants.vams"',
        '`include "disciplines.vams"',
        "",
        f"module {name}({', '.join(ports)});",
        f"    inout {', '.join(ports)};",
        f"    electrical {', '.join(wires)};",
        *(["    thermal th;"] if "th" in ports else []),
        *(f"    {_parameter(model, q, words[q])}" for q in own),
        *(f"    real s_{words[node.state.name]};" for node in nodes),
    ]
    values = {q: words[q] for q in own} | {n.state.name: f"s_{words[n.state.name]}" for n in nodes}
    values |= {q: f"V({pin})" for q, pin in feeds.items()} | ({"V": "V(p, n)"} if device else {})
    expressions = [device.current] if device else []
    expressions += [node.storage * node.rate for node in nodes]
    labels = ["the current"] * bool(device) + [f"d{n.state.name}/dt" for n in nodes]
    fresh = (f"part_{i}" for i in itertools.count(1))
    symbols = (sympy.Symbol(f"@{w}", real=True) for w in fresh if w not in words.values())
    shared, reduced = sympy.cse([renamed(e, values) for e in expressions], symbols=symbols)
    texts = [_Printer(label).text(e) for label, e in zip(labels, reduced, strict=True)]
    lines += [f"    real {str(part)[1:]};" for part, _ in shared]
    lines += ["", _LIMITED, "    analog begin"]
    lines += [f"        {_state(node, words, pins)}" for node in nodes]
    lines += [f"        {str(p)[1:]} = {_Printer(model.name).text(e)};" for p, e in shared]
    if device:
        lines.append(f"        I(p, n) <+ {texts.pop(0)};")
    for node, drive in zip(nodes, texts, strict=True):
        flow, level = ("Pwr", "Temp") if node.thermal else ("I", "V")
        pin, storage = pins[node.state.name], _Printer("").text(renamed(node.storage, words))
        lines.append(f"        {flow}({pin}) <+ {storage}*ddt({level}({pin})) - {drive};")
    text = "\n".join([*lines, "    end", "endmodule"]) + "\n"
    return Exported("Verilog-A", text, ".va", names)


def _parameter(model: Model, name: str, word: str) -> str:
    groups = (model.parameters, model.constants)
    item = next(q for group in groups for q in group if q.name == name)
    return (
        f"parameter real {word} = {value_of(model, name)}{_range(item)}; "
        f"// {described(model, name)}"
    )


def _range(item: Quantity) -> str:
    low, high = item.bounds
    if math.isinf(low) and math.isinf(high):
        return ""
    ends = ["-inf" if math.isinf(low) else number(low), "inf" if math.isinf(high) else number(high)]
    return f" from ({ends[0]}:{ends[1]})"


def _state(node: Node, words: Mapping[str, str], pins: Mapping[str, str]) -> str:
    """Return the line that reads a state at its node; below half its start it bends to zero."""
    level = "Temp" if node.thermal else "V"
    word = f"s_{words[node.state.name]}"
    start = _Printer("").text(renamed(node.start, words))
    line = f"{word} = {start} + {level}({pins[node.state.name]});"
    if node.floor is None:
        return line
    low = _Printer("").text(renamed(node.floor, words))
    return f"{line} if ({word} < {low}) {word} = {low}*{low}/(2.0*{low} - {word});"
