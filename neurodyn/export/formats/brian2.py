"""Brian2: equations with units, in a script that runs as it is.

Values are written in SI units. Where an equation holds bare numbers for quantities with a unit (its
dimensions do not fit), everything is written without units, and time in seconds.
M. Stimberg, R. Brette, D. F. M. Goodman, eLife 8, e47314 (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import sympy

from neurodyn.arguments import Count, Positive, checked
from neurodyn.errors import DimensionError, InputError
from neurodyn.export.exported import (
    Exported,
    Language,
    commented,
    described,
    heading,
    renamed,
    value_of,
)
from neurodyn.export.printing import InfixPrinter, number
from neurodyn.model import Model
from neurodyn.model.units import parse_unit
from neurodyn.noise import StochasticModel

_RESERVED = (
    "t dt i j N xi t_in_timesteps lastspike not_refractory inf pi e exp log log10 sqrt abs "
    "sin cos tan sinh cosh tanh arcsin arccos arctan sign floor ceil clip mod rand randn "
    "poisson int True False and or not if else for in is lambda volt amp ohm siemens farad "
    "henry joule watt kelvin second metre meter kilogram gram mole candela hertz coulomb "
    "newton pascal weber tesla mV ms uA nA pA pF nF uF nS uS mS um nm mm cm us ns Hz kHz MHz "
    "eqs neuron spikes states run defaultclock NeuronGroup SpikeMonitor StateMonitor"
)
LANGUAGE = Language("Brian2", _RESERVED.split(), resets=True, noise=True)
_BASE = ("metre", "kilogram", "second", "amp", "kelvin")
_KNOWN = {
    "V": "volt",
    "A": "amp",
    "ohm": "ohm",
    "S": "siemens",
    "F": "farad",
    "H": "henry",
    "J": "joule",
    "W": "watt",
    "K": "kelvin",
    "s": "second",
    "m": "metre",
    "C": "coulomb",
    "Hz": "hertz",
}
_SAME = "exp log sin cos tan sinh cosh tanh floor sign sqrt"


class Brian2Printer(InfixPrinter):
    program = "Brian2"
    functions: ClassVar = {
        "Abs": "abs",
        "asin": "arcsin",
        "acos": "arccos",
        "atan": "arctan",
        **{f: f for f in _SAME.split()},
    }
    power = "**"
    conjunctions = (" and ", " or ")

    def choice(self, condition: str, value: str, otherwise: str) -> str:
        return f"(int({condition})*({value})+int(not ({condition}))*({otherwise}))"

    def extreme(self, name: str, a: str, b: str) -> str:
        sign = {"max": ">", "min": "<"}[name]
        return self.choice(f"({a}){sign}({b})", a, b)


@checked
def brian2(
    model: Model | StochasticModel,
    *,
    n: Count = 1,
    t_end: Positive | None = None,
    step: Positive | None = None,
) -> Exported:
    """Return a model as a script for Brian2.

    Parameters
    ----------
    model : Model or StochasticModel
        A reset at spikes is written as such, white noise as ``xi``.
    n : int
        Neurons of the group.
    t_end, step : float, optional
        Of the run [the model's time unit]; twenty cycles, and a five-hundredth of one, by
        default; with noise a ten-thousandth, because Brian2 then takes Euler's steps.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        For a device that switches, noise that depends on the state or is drawn at spikes, or a
        function that Brian2 does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> script = nd.export.brian2(nd.devices.nbox_neuron(I_s=335e-6))
    >>> "R_0 = 190.0*ohm" in script.text
    True
    """
    system, model = model, LANGUAGE.model_of(model)
    sources = _diffusion(system).shape[1]
    names = LANGUAGE.names(model, *(f"xi_{k}" for k in range(sources)))
    units = has_units(system)
    second = parse_unit(model.time_unit).factor
    about = [] if units else ["bare numbers stand in its equations: no units, time in seconds"]
    lines = [commented(heading(model, names, "Brian2", about), "#"), "from brian2 import *", ""]
    for q in (*model.parameters, *model.inputs, *model.constants):
        value, unit = in_si(float(value_of(model, q.name)), q.unit, units)
        lines.append(f"{names[q.name]} = {value}{unit}  # {described(model, q.name)}")
    lines += ["", "eqs = '''", *equations(system, names, units), "'''"]
    method, fraction = ("euler", 1e-4) if sources else ("rk4", 2e-3)
    options = [
        f"method='{method}', dt={seconds(step or fraction * model.time_scale, second)}",
        *event_options(model, names, units),
    ]
    lines.append(f"neuron = NeuronGroup({n}, eqs, {', '.join(options)})")
    for state, start in zip(model.states, model.x0.tolist(), strict=True):
        value, unit = in_si(start, state.unit, units)
        given = names[state.default] if isinstance(state.default, str) else f"{value}{unit}"
        lines.append(f"neuron.{names[state.name]} = {given}")
    lines += ["", "spikes = SpikeMonitor(neuron)"] if model.spike is not None else [""]
    end = seconds(20 * model.time_scale if t_end is None else t_end, second)
    lines += [f"run({end})"]
    if model.spike is not None:
        lines.append("print(len(spikes.t), 'spikes at', spikes.t)")
    return Exported("Brian2", "\n".join(lines) + "\n", ".py", names)


def equations(
    system: Model | StochasticModel, names: Mapping[str, str], units: bool, *, held: bool = False
) -> list[str]:
    """Return a line for each state; those held stand still while a neuron is refractory."""
    model, diffusion = LANGUAGE.model_of(system), _diffusion(system)
    second = parse_unit(model.time_unit).factor
    factor = "" if units else f"*{number(1.0 / second)}/second"
    root = "" if units else f"*{number(second**-0.5)}/second**0.5"
    flag = " (unless refractory)" if held else ""
    lines = []
    for i, (state, rate) in enumerate(zip(model.states, model.rhs, strict=True)):
        printer = Brian2Printer(f"d{state.name}/dt")
        text = printer.text(renamed(rate, names)) + factor
        for k, strength in enumerate(diffusion[i, :]):
            if strength != 0:
                text += f" + {printer.text(renamed(strength, names))}*xi_{k}{root}"
        lines.append(f"d{names[state.name]}/dt = {text} : {si_unit(state.unit, units)}{flag}")
    return lines


def _diffusion(system: Model | StochasticModel) -> sympy.Matrix:
    """Return what multiplies white noise, a column for each, if Brian2 can hold it.

    Its Euler steps take noise only if that depends on no state, and its other methods read what
    does as Stratonovich, or take one source for each state.
    """
    if isinstance(system, Model):
        return sympy.zeros(len(system.states), 0)
    what = "" if system.additive else "depends on the state"
    if system.jitter:
        what = "is drawn anew at each spike"
    if what:
        raise InputError(
            f"the noise of {system.model.name!r} {what}, which Brian2 files of neurodyn do not "
            "hold; expected noise that does not, or the model without noise (.base)"
        )
    return system.diffusion


def event_options(
    model: Model, names: Mapping[str, str], units: bool, refractory: str = ""
) -> list[str]:
    """Return threshold, reset and refractoriness of a group: one spike for each rise."""
    if model.spike is None:
        return []
    event = Brian2Printer("the spike event").text(renamed(model.spike.expression, names))
    condition = f"{event} > {zero_of_event(model, units)}"
    options = [f"threshold='{condition}'"]
    if not model.spike.reset:
        options.append(f"refractory='{condition}'")
    elif refractory:
        options.append(f"refractory={refractory}")
    if model.jump is not None:
        options.append(f"reset='''{assignments_at_reset(model, names)}'''")
    return options


def has_units(system: Model | StochasticModel) -> bool:
    """Whether the equations are right in any units, so that they can be written in SI."""
    try:
        system.check_dimensions()
    except DimensionError:
        return False
    return LANGUAGE.model_of(system).time_unit != "1"


def in_si(value: float, unit: str, units: bool) -> tuple[str, str]:
    """Return a value in SI units, and what to multiply it by."""
    if not units:
        return number(value), ""
    written = si_unit(unit, units)
    return number(value * parse_unit(unit).factor), "" if written == "1" else f"*{written}"


def si_unit(unit: str, units: bool) -> str:
    """Return the SI unit of a dimension as Brian2 writes it."""
    if not units:
        return "1"
    dimension = parse_unit(unit).dimension
    for name, written in _KNOWN.items():
        if parse_unit(name).dimension == dimension:
            return written
    parts = [
        name if power == 1 else f"{name}**{float(power) if power.q != 1 else int(power)}"
        for name, power in zip(_BASE, map(sympy.Rational, dimension), strict=True)
        if power != 0
    ]
    return "*".join(parts) or "1"


def seconds(value: float, second: float) -> str:
    """Return a time of a model that counts in units of so many seconds."""
    return f"{number(value * second)}*second"


def zero_of_event(model: Model, units: bool) -> str:
    """Return zero in the unit of the spike event; a state or a parameter in it tells which."""
    assert model.spike is not None
    if not units:
        return "0"
    groups = (model.states, model.parameters, model.inputs, model.constants)
    known = {q.symbol: q.unit for group in groups for q in group}
    terms = sympy.Add.make_args(model.spike.expression)
    alone = [known[term] for term in terms if term in known]
    return f"0*{si_unit(alone[0], units)}" if alone and si_unit(alone[0], units) != "1" else "0"


def assignments_at_reset(model: Model, names: Mapping[str, str]) -> str:
    """Return assignments of all new values from those just before the spike."""
    assert model.jump is not None
    if len(model.jump.reset) == 1 or _independent(model):
        pairs = model.jump.reset.items()
        texts = [(n, Brian2Printer(f"the reset of {n}").text(renamed(e, names))) for n, e in pairs]
        return "; ".join(f"{names[name]} = {text}" for name, text in texts)
    told = ", ".join(model.jump.reset)
    raise InputError(
        f"the resets of {told} need one another's old values, which a Brian2 file cannot express; "
        "sbml can"
    )


def _independent(model: Model) -> bool:
    """Whether the states can be set one after another."""
    assert model.jump is not None
    done: set[str] = set()
    for name, value in model.jump.reset.items():
        if done & {str(symbol) for symbol in value.free_symbols}:
            return False
        done.add(name)
    return True
