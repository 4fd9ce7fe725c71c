"""``neurodyn plan``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import (
    EXIT_OK,
    MOST_ROWS,
    chosen_model,
    command,
    model_option,
    pairs_of,
    parse_value,
)
from neurodyn.cli.output import out_option
from neurodyn.errors import InputError, unknown_name

_PROTOCOLS = """\
planned measurements:
  --sweep 0.1uA:3mA                                       I-V curve, current-driven
  --sweep 0.1uA:0.3mA,points=50,T_amb=280/300/330/360     at several stage temperatures
  --sweep 0.1V:2V,R_load=500                              voltage-driven, up and down
  --sweep 0.1uA:3mA,R_series=100                          with --unknown R_series to find it
  --trace cycles=100,points=20000,jitter=0.01             spike trace, compared by features
  --trace cycles=8,method=waveform,V_s=1.6                every sample, from rest

"""
_SWEEP = {"points": "1", "noise": "1", "R_load": "ohm", "R_series": "ohm", "T_amb": "K"}
_TRACE = {"cycles": "1", "points": "1", "noise": "1", "jitter": "1", "channel": "", "method": ""}


def add(commands: Any) -> None:
    text = "What a planned measurement would determine, before it is made."
    parser = command(commands, "plan", run, text, _PROTOCOLS)
    model_option(parser, "nbox_voltage_driven")
    parser.add_argument(
        "--sweep",
        action="append",
        default=[],
        metavar="LOW:HIGH[,...]",
        help="plan an I-V sweep (may be repeated)",
    )
    parser.add_argument(
        "--trace",
        action="append",
        default=[],
        metavar="cycles=N[,...]",
        help="plan a spike trace (may be repeated)",
    )
    parser.add_argument(
        "--unknown",
        action="append",
        metavar="NAME",
        help="parameter to determine (may be repeated) [R_0, E_a, eps_r_d, R_th; C_th with traces]",
    )
    parser.add_argument(
        "--prior",
        action="append",
        default=[],
        metavar="NAME=VALUE+-SD",
        help="what is known already, in SI units, e.g. R_series=100+-5 (may be repeated)",
    )
    out_option(parser, "plan.txt", "plan.csv", "plan.json")


def run(options: argparse.Namespace) -> int:
    model = chosen_model(options)
    protocols = [_sweep(text) for text in options.sweep]
    protocols += [_trace(text, model) for text in options.trace]
    if not protocols:
        raise InputError("nothing is planned; expected --sweep LOW:HIGH or --trace cycles=N")
    priors = dict(_prior(text) for text in options.prior)
    plan = nd.identifiability(model, protocols, parameters=options.unknown, priors=priors)
    print(plan.report())
    if options.out:
        names = ",".join(plan.names)
        table = f"unknown,standard error,status,{names}\n"
        for i, name in enumerate(plan.names):
            row = ",".join(f"{value:.6g}" for value in plan.correlation[i])
            table += f"{name},{plan.standard_errors[i]:.6g},{plan.status(name)},{row}\n"
        texts = {
            "plan.txt": plan.report() + "\n",
            "plan.csv": table,
            "plan.json": json.dumps(plan.to_dict(), indent=1, allow_nan=False) + "\n",
        }
        options.out.write(texts)
    return EXIT_OK


def _points(value: float) -> int:
    if value != value // 1 or not 2 <= value <= MOST_ROWS:
        raise InputError(f"points is {value:g}; expected a whole number from 2 to {MOST_ROWS}")
    return int(value)


def _sweep(text: str) -> Any:
    ends, *more = text.split(",")
    low, colon, high = ends.partition(":")
    if not colon:
        raise InputError(f"--sweep {text!r}; expected LOW:HIGH, e.g. 0.1uA:3mA or 0.1V:2V")
    drive = "voltage" if high.strip().endswith("V") else "current"
    unit = "V" if drive == "voltage" else "A"
    options: dict[str, Any] = {}
    for name, value in pairs_of(more, "--sweep").items():
        if name not in _SWEEP:
            raise unknown_name("option of --sweep", name, _SWEEP)
        numbers = [parse_value(part, _SWEEP[name], name) for part in value.split("/")]
        options[name] = numbers if name == "T_amb" else numbers[0]
    if "points" in options:
        options["points"] = _points(options["points"])
    return nd.protocols.iv_sweep(
        parse_value(low, unit, "--sweep"),
        parse_value(high, unit, "--sweep"),
        drive=drive,
        **options,
    )


def _trace(text: str, model: nd.Model) -> Any:
    quantities = {q.name: q.unit for q in (*model.parameters, *model.inputs)}
    options: dict[str, Any] = {}
    for name, value in pairs_of(text.split(","), "--trace").items():
        if name not in (*_TRACE, *quantities):
            raise unknown_name("option of --trace", name, (*_TRACE, *quantities))
        unit = _TRACE.get(name, quantities.get(name, "1"))
        options[name] = value if unit == "" else parse_value(value, unit, name)
    if "points" in options:
        options["points"] = _points(options["points"])
    return nd.protocols.trace(**options)


def _prior(text: str) -> tuple[str, tuple[float, float]]:
    name, equals, pair = text.partition("=")
    value, sign, sd = pair.partition("+-")
    if not equals or not sign:
        raise InputError(f"--prior {text!r}; expected NAME=VALUE+-SD, e.g. R_series=100+-5")
    try:
        return name.strip(), (float(value), float(sd))
    except ValueError:
        raise InputError(f"--prior {text!r}; expected two numbers in SI units") from None
