"""What commands share: the options of a command, and reading values, models and stimuli."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import neurodyn as nd
from neurodyn.errors import InputError, unknown_name

EXIT_OK, EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 0, 1, 2, 130

EPILOG = """\
values may carry a unit: 200pF, 335uA, 0.215eV, 20us; without one they are in SI units.
exit status: 0 done, 1 the data or the equations say no, 2 bad input, 130 interrupted.
"""

STIMULI = """\
stimuli for --input, times in seconds or with a unit:
  I_s=335uA                                         constant
  I_s=pulse(193uA,width=1us,edge=100ns,start=0)     one pulse
  I_s=train(100uA,width=1us,period=2.86us,count=3)  equal pulses
  I_s=ramp(680uA,duration=100us,fall=100ns)         ramp from 0
  I_s=step(200uA,start=1us)                         jump from 0
  V_s=triangle(2.06V,period=1us,count=20)           triangles
  I_s=FILE.csv                                      two columns, time and value, joined by lines
"""

# written out, because --help does not wait for sympy; a test holds it against nd.devices
MODELS = (
    "nbox_neuron",
    "nbox_circuit",
    "nbox_voltage_driven",
    "comparator",
    "core_shell",
    "fitzhugh_nagumo",
    "hodgkin_huxley",
    "izhikevich",
    "leaky_integrate_and_fire",
    "morris_lecar",
    "mott_nbo2",
    "mott_vo2",
    "poole_frenkel_3d",
    "stuart_landau",
    "thermal_neuristor",
)
MOST_ROWS = 10_000_000
"""Rows of a table that another program can still open."""
VARIANTS = ("izhikevich", "morris_lecar")  # models that take --model NAME:VARIANT


def parse_value(text: str, unit: str, what: str) -> float:
    """Read a number that may carry a unit (imported late: ``--help`` need not wait for sympy)."""
    from neurodyn.model import units

    return units.parse_value(text, unit, what)


def whole(least: int, most: int = 2**63 - 1) -> Callable[[str], int]:
    """Return a reader of whole numbers, for the type of an option."""

    def read(text: str) -> int:
        digits = text.strip()
        plain = digits.isascii() and digits.isdigit() and len(digits) < 20
        if plain and least <= int(digits) <= most:
            return int(digits)
        end = f"from {least} to {most}" if most < 2**63 - 1 else f"of {least} or more"
        raise argparse.ArgumentTypeError(f"is {shortened(text)!r}; expected a whole number {end}")

    return read


def shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    epilog: str = "",
    *,
    settings: bool = True,
) -> argparse.ArgumentParser:
    """Add a command whose first line of help is ``text``; ``settings`` is whether it has --set."""
    parser = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=epilog + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    if not settings:
        return parser
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="change a parameter, e.g. --set C_ext=50pF (may be repeated)",
    )
    return parser


def model_option(parser: argparse.ArgumentParser, default: str = "nbox_neuron") -> None:
    """Let the command take ``--model``, or ``--device`` or ``--circuit`` in its place."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--model",
        default=default,
        help=f"{', '.join(MODELS)} [{default}]; a "
        "set of parameters by its name, e.g. izhikevich:tonic_bursting or morris_lecar:1",
    )
    device_option(which)
    circuit_option(which)


def circuit_option(parser: Any, text: str = "netlist, in place of a model's name") -> None:
    """Let the command take ``--circuit``."""
    parser.add_argument("--circuit", metavar="FILE", help=text)


def device_option(parser: Any) -> None:
    """Let the command take ``--device``."""
    parser.add_argument(
        "--device", metavar="CARD", help="device card, JSON or TOML, in place of a device's name"
    )


def store_option(parser: argparse.ArgumentParser, text: str) -> None:
    """Let the command take ``--store DIR``."""
    parser.add_argument("--store", metavar="DIR", type=_store, help=text)


def _store(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; expected a folder")
    return text


def pairs_of(parts: Sequence[str], option: str) -> dict[str, str]:
    """Read NAME=VALUE texts; each name once."""
    found: dict[str, str] = {}
    for part in parts:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise InputError(f"{option} has {shortened(part)!r}; expected NAME=VALUE")
        if name in found:
            raise InputError(f"{option} gives {shortened(name)} twice; expected each name once")
        found[name] = value
    return found


def settings_of(texts: Sequence[str], *models: nd.Model) -> dict[str, float]:
    """Read NAME=VALUE texts, each value in the unit of its parameter in one of the models."""
    quantities = {q.name: q for model in models for q in (*model.parameters, *model.inputs)}
    found = {}
    for name, value in pairs_of(texts, "--set").items():
        if name not in quantities:
            raise unknown_name("parameter or input", name, quantities)
        found[name] = parse_value(value, quantities[name].unit, name)
    return found


def chosen_model(options: argparse.Namespace) -> nd.Model:
    """Return the model that ``--model``, ``--device`` or ``--circuit``, and ``--set``, ask for."""
    if options.circuit is not None:
        model = nd.read_circuit(options.circuit).model()
    elif options.device is not None:
        model = nd.load_device(options.device).model
    else:
        model = named_model(options.model)
    return model.with_parameters(**settings_of(options.settings, model))


def named_model(text: str) -> nd.Model:
    """Return the model of the library that ``NAME`` or ``NAME:VARIANT`` means."""
    name, _, variant = text.partition(":")
    if name not in MODELS:
        raise unknown_name("model", name, MODELS)
    if variant and name not in VARIANTS:
        raise InputError(f"--model {text}; only {' and '.join(VARIANTS)} have variants")
    which = [int(variant) if variant.isdigit() else variant] if variant else []
    return getattr(nd.devices, name)(*which)


def time_of(text: str | None, model: nd.Model) -> float | None:
    """Read ``--t-end``."""
    return None if text is None else parse_value(text, model.time_unit, "--t-end")


def stimuli_of(texts: Sequence[str], model: nd.Model) -> dict[str, nd.Stimulus]:
    """Read ``NAME=STIMULUS`` texts as described in the help."""
    from neurodyn.stimuli.parse import parse_stimulus

    units = {q.name: q.unit for q in model.inputs}
    found = {}
    for name, value in pairs_of(texts, "--input").items():
        if name not in units:
            raise unknown_name("input", name, units)
        found[name] = parse_stimulus(value, units[name], model.time_unit)
    return found


def value_and_sd(text: str, unit: str, what: str) -> tuple[float, float]:
    """Read VALUE or VALUE+-SD."""
    value, given, sd = text.partition("+-")
    return parse_value(value, unit, what), parse_value(sd, unit, what) if given else 0.0


def setting_of(text: str, unit: str, what: str) -> Any:
    """Read what is known of an instrument: VALUE, VALUE+-SD or "free"."""
    if text.strip() == "free":
        return "free"
    value, sd = value_and_sd(text, unit, what)
    return (value, sd) if sd else value


def check_store(options: argparse.Namespace) -> None:
    """Refuse to go on from an earlier run unasked, or to resume without a place."""
    from neurodyn.fitting.store import FILE

    if options.resume and not options.store:
        raise InputError("--resume goes on from a folder; expected --store DIR")
    if options.store and not options.resume and (Path(options.store) / FILE).exists():
        raise InputError(
            f"{options.store} holds a fit already; expected --resume to go on from it, or another "
            "folder"
        )
