"""``neurodyn datasheet``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import (
    EXIT_OK,
    circuit_option,
    command,
    device_option,
    parse_value,
    settings_of,
    whole,
)
from neurodyn.cli.output import out_option
from neurodyn.cli.reading import read_iv, table_options
from neurodyn.errors import InputError, unknown_name
from neurodyn.progress import progress_bar


def add(commands: Any) -> None:
    parser = command(
        commands,
        "datasheet",
        run,
        "From an I-V curve to a datasheet of the neuron the device makes: HTML, figures, JSON.",
    )
    parser.add_argument(
        "file", nargs="?", help="I-V curve (CSV or text); the shipped one if left out"
    )
    parser.add_argument("--t-amb", metavar="K", help="ambient temperature, needed with a file [K]")
    parser.add_argument("--t-amb-sd", metavar="K", default="0", help="its standard deviation [K]")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", default="nbox_neuron", help="device to fit [nbox_neuron]")
    device_option(which)
    circuit_option(parser, "netlist to put the fitted device into, in place of the full circuit")
    parser.add_argument("--noise", type=float, help="relative noise of the data, if known: 0.01")
    parser.add_argument("--seed", type=whole(0), default=1, help="seed of the uncertainty draws")
    out_option(parser, "datasheet.html", "datasheet.json", "device*", "*.png", default="datasheet")
    table_options(parser)


def run(options: argparse.Namespace) -> int:
    from neurodyn.datasheet.default import DEFAULT_T_AMB, ORIGIN

    if options.file is None:
        path, origin = nd.default_iv(), ORIGIN
        t_amb = str(DEFAULT_T_AMB) if options.t_amb is None else options.t_amb
    else:
        path, origin = Path(options.file), f"Data: {options.file}."
        if options.t_amb is None:
            raise InputError(
                "the ambient temperature of the measurement is not in the data and cannot be "
                "fitted; give it in kelvin with --t-amb, e.g. --t-amb 298"
            )
        t_amb = options.t_amb
    ambient = parse_value(t_amb, "K", "--t-amb"), parse_value(options.t_amb_sd, "K", "--t-amb-sd")
    model, larger = _device(options)
    circuit = None if options.circuit is None else nd.read_circuit(options.circuit)
    beside = larger if circuit is None else circuit.model()
    settings = settings_of(options.settings, larger, beside)
    data = read_iv(str(path), options)
    with progress_bar() as report:
        fit = nd.fit_iv(data, T_amb=ambient, model=model, noise=options.noise, progress=report)
        if not fit.accepted:
            print(fit.report(), file=sys.stderr)
        sheet = nd.datasheet(
            fit,
            parameters=settings,
            circuit=circuit,
            seed=options.seed,
            origin=origin,
            progress=report,
        )
    written = sheet.write(options.out.path)
    print("\n".join(sheet.summary))
    print("written: " + ", ".join(str(path) for path in written))
    return EXIT_OK


def _device(options: argparse.Namespace) -> tuple[str | nd.Model, nd.Model]:
    """Return what is fitted, and the circuit whose parameters ``--set`` knows."""
    from neurodyn.datasheet.circuits import fittable_devices, full_circuit_of

    if options.device is not None:
        model = nd.load_device(options.device).model
        return model, full_circuit_of(model) or model
    if options.model not in fittable_devices():
        raise unknown_name("device with a smooth I-V curve", options.model, fittable_devices())
    return options.model, getattr(nd.devices, options.model)("full_circuit")
