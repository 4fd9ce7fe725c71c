"""NESTML: a neuron model for NEST, and a PyNEST script that runs it.

NEST counts time in "ms". Here one of them stands for ``time_step_of(model)`` of the model's time
(a nanosecond for a device), so that resolution and step sizes of NEST are about one. NESTML keeps
nine digits of a number, and drops a zero at the end of an exponent (``200e-12`` and ``20e-11``
both become ``0.2``): such a number is written in two factors. NESTML 9.0.0 (2025).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import sympy

from neurodyn.arguments import Count, Positive, checked
from neurodyn.errors import InputError
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
from neurodyn.export.printing import InfixPrinter, number
from neurodyn.model import Model
from neurodyn.model.units import parse_unit
from neurodyn.noise import StochasticModel

_RESERVED = (
    "t e E inf pi input output state parameters internals equations update function return if "
    "elif else for while in step end true false and or not is min max exp ln log10 erf erfc "
    "sin cos tan sinh cosh tanh abs ceil floor round print println warning error info "
    "convolve inline kernel recordable integer real string boolean void emit_spike "
    "integrate_odes onReceive onCondition model name B_ P_ S_ V_ m s h d g A V W J K F N S C "
    "H Hz ohm Ohm mV pA nS pF ms us ns bar T mol cd lx lm rad sr y I spikes currents weight "
    "delay tau timestep resolution steps random_normal random_uniform"
)
_SAME_NAMES = {f: f for f in ["exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "floor"]}
LANGUAGE = Language("NESTML", _RESERVED.split(), resets=True)
OWN_WORDS = ("I_stim", "is_above", "held")
"""Of every file written here."""


def nestml_number(value: float) -> str:
    """Return a number of 0 or more with all its digits; in two factors if its exponent ends in 0.

    >>> nestml_number(200e-12), nestml_number(1.25e-10), nestml_number(0.5)
    ('(0.2*1e-09)', '(0.125*1e-09)', '0.5')
    """
    mantissa, e, exponent = number(value).partition("e")
    if not e or int(exponent) % 10:
        return number(value)
    digits = mantissa.replace(".", "").rstrip("0") or "0"
    return f"(0.{digits}*1e{int(exponent) + 1:+03d})"


class _Printer(InfixPrinter):
    program = "NESTML"
    functions: ClassVar = {"log": "ln", "Abs": "abs", **_SAME_NAMES}
    power = "**"
    conjunctions = (" and ", " or ")

    def literal(self, value: float) -> str:
        return nestml_number(value)

    def root(self, text: str) -> str:
        return f"({text}**0.5)"

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        return f"(({condition}) ? ({value}) : ({otherwise}))"


def time_step_of(model: Model) -> float:
    """Return what one "ms" of NEST stands for, in the model's time unit: about 1/300 of a cycle.

    >>> import neurodyn as nd
    >>> time_step_of(nd.devices.nbox_neuron()), time_step_of(nd.devices.hodgkin_huxley())
    (1e-09, 1.0)
    """
    if model.time_unit == "ms":
        return 1.0
    return 10.0 ** math.floor(math.log10(model.time_scale / 300))


@checked
def nestml(model: Model | StochasticModel) -> Exported:
    """Return a model as NESTML.

    Parameters
    ----------
    model : Model
        A reset at spikes is written as such; inputs are parameters, to which the currents that
        arrive at NEST's port are added.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For a device that switches, white noise, or a function that NESTML does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> file = nd.export.nestml(nd.devices.nbox_neuron())
    >>> "C_ext real = (0.2*1e-09)" in file.text
    True
    """
    model = LANGUAGE.model_of(model)
    names = LANGUAGE.names(model, *OWN_WORDS)
    text = definition(model, names, name_of(model), time_step_of(model))
    return Exported("NESTML", text, ".nestml", names)


@dataclass(frozen=True)
class Port:
    """Where spikes of one connection arrive.

    Parameters
    ----------
    word : str
        Name of the port in the file.
    target : str
        What a spike adds its weight to: a name in the file.
    adds_to : str
        The input that ``target`` is added to; empty if it is a state.
    tau : float or None
        Of its decay [NEST ms]; None if it stands still.
    """

    word: str
    target: str
    adds_to: str = ""
    tau: float | None = None


def definition(
    model: Model,
    names: Mapping[str, str],
    word: str,
    factor: float,
    ports: Sequence[Port] = (),
    held_steps: int = 0,
) -> str:
    """Return a model as NESTML, where one "ms" stands for a factor of the model's time.

    For some steps after a reset the states stand still, and take nothing that arrives.
    """
    about = [f'one "ms" here is {factor:g} {model.time_unit}']
    lines = [commented(heading(model, names, "NESTML", about), "#"), f"model {word}:"]
    lines.append("    state:")
    for state, start in zip(model.states, model.x0.tolist(), strict=True):
        given = names[state.default] if isinstance(state.default, str) else _signed(start)
        lines.append(
            f"        {names[state.name]} real = {given}  # {described(model, state.name)}"
        )
    lines.append("        is_above real = 0  # 1 after a spike, until its condition is over")
    arriving = [port for port in ports if port.adds_to]
    lines += [f"        {port.target} real = 0  # from {port.word}" for port in arriving]
    if held_steps:
        lines.append("        held real = 0  # steps of NEST until the neuron moves again")
    lines += ["", "    equations:"]
    sums = {q.name: [names[q.name]] for q in model.inputs}
    for port in arriving:
        sums[port.adds_to].append(port.target)
    for q in model.inputs[:1]:
        sums[q.name].append("I_stim")
    drives = {name: f"({'+'.join(terms)})" for name, terms in sums.items()}
    for state, rate in zip(model.states, model.rhs, strict=True):
        text = _Printer(f"d{state.name}/dt").text(renamed(rate, {**names, **drives}))
        lines.append(f"        {names[state.name]}' = {_signed(factor)} * {text} / (1 ms)")
    for port in arriving:
        if port.tau is not None:
            lines.append(f"        {port.target}' = -{port.target} / ({_signed(port.tau)} * 1 ms)")
    lines += ["", "    parameters:"]
    for q in (*model.parameters, *model.inputs, *model.constants):
        value = _signed(float(value_of(model, q.name)))
        lines.append(f"        {names[q.name]} real = {value}  # {described(model, q.name)}")
    lines += ["", "    input:", "        I_stim real <- continuous"]
    lines += [f"        {port.word} <- spike" for port in ports]
    lines += ["", "    output:", "        spike", "", "    update:"]
    if held_steps:
        decaying = ", ".join(port.target for port in arriving if port.tau is not None)
        lines += ["        if held > 0.5:", "            held -= 1"]
        lines += [f"            integrate_odes({decaying})"] if decaying else []
        lines += ["        else:", "            integrate_odes()"]
    else:
        lines.append("        integrate_odes()")
    for port in ports:
        lines += ["", f"    onReceive({port.word}):"]
        taken = f"{port.target} += {port.word} * 1 s"
        if held_steps and not port.adds_to:
            lines += ["        if held < 0.5:", f"            {taken}"]
        else:
            lines.append(f"        {taken}")
    if model.spike is not None:
        lines += _spike(model, names)
    if held_steps:
        lines.append(f"        held = {held_steps}")
    return "\n".join(lines) + "\n"


def _signed(value: float) -> str:
    return nestml_number(value) if value >= 0 else f"-{nestml_number(-value)}"


def name_of(model: Model) -> str:
    """Return the name of the model in NEST."""
    return f"{identifier(model)}_neuron".replace("_neuron_neuron", "_neuron")


def _spike(model: Model, names: Mapping[str, str]) -> list[str]:
    """Return one spike for each rise of the condition through zero, and the reset."""
    assert model.spike is not None
    event = _Printer("the spike event").text(renamed(model.spike.expression, names))
    if model.jump is None:
        return [
            "",
            f"    onCondition({event} >= 0 and is_above < 0.5):",
            "        is_above = 1",
            "        emit_spike()",
            "",
            f"    onCondition({event} < 0 and is_above > 0.5):",
            "        is_above = 0",
        ]
    done: set[str] = set()
    lines = ["", f"    onCondition({event} >= 0):"]
    for name, value in model.jump.reset.items():
        if done & {str(symbol) for symbol in value.free_symbols}:
            raise InputError(
                f"the reset of {name} needs old values of {', '.join(done)}, which a NESTML file "
                "cannot express; sbml can"
            )
        done.add(name)
        text = _Printer(f"the reset of {name}").text(renamed(sympy.sympify(value), names))
        lines.append(f"        {names[name]} = {text}")
    return [*lines, "        emit_spike()"]


@checked
def pynest(
    model: Model | StochasticModel, *, n: Count = 1, t_end: Positive | None = None
) -> Exported:
    """Return a PyNEST script that builds the NESTML model and runs a population of it.

    Parameters
    ----------
    model : Model
    n : int
        Neurons.
    t_end : float, optional
        [the model's time unit]; twenty cycles by default.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        As for :func:`nestml`.

    Examples
    --------
    >>> import neurodyn as nd
    >>> "nest.Simulate(" in nd.export.pynest(nd.devices.nbox_neuron(I_s=335e-6), n=10).text
    True
    """
    file = nestml(model)
    model = LANGUAGE.model_of(model)
    factor, name = time_step_of(model), name_of(model)
    end = (20 * model.time_scale if t_end is None else t_end) / factor
    resolution = 1e-3 * 10.0 ** math.floor(math.log10(model.time_scale / factor))
    unit = parse_unit(model.time_unit).factor * factor
    lines = [
        f"# {model.name} in NEST, written by neurodyn; one NEST ms is {unit:g} s of the model,",
        f"# {factor:g} {model.time_unit}. The model is {name}.nestml beside this script.",
        "import nest",
        "from pynestml.frontend.pynestml_frontend import generate_nest_target",
        "",
        f'generate_nest_target("{name}.nestml", target_path="{name}_target",',
        f'                     module_name="{name}_module")',
        f'nest.Install("{name}_module")',
        f"nest.resolution = {number(resolution)}",
        f'neurons = nest.Create("{name}", {n})',
        'recorder = nest.Create("spike_recorder")',
        "nest.Connect(neurons, recorder)",
        f"nest.Simulate({number(math.ceil(end))})",
        "print(recorder.n_events, 'spikes at', recorder.events['times'], 'ms of NEST')",
    ]
    return Exported("PyNEST", "\n".join(lines) + "\n", ".py", file.names)
