"""``neurodyn export``: a device as a file for another program."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import neurodyn as nd
from neurodyn.cli.network import network_of
from neurodyn.cli.options import (
    EXIT_OK,
    MODELS,
    VARIANTS,
    chosen_model,
    circuit_option,
    command,
    device_option,
)
from neurodyn.cli.output import TextFile
from neurodyn.errors import InputError, unknown_name

NETWORK_FORMATS = ("brian2", "pynest")

# written out, because --help does not wait for sympy; a test holds it against the formats
FORMATS = (
    "card",
    "ngspice",
    "ltspice",
    "verilog-a",
    "sbml",
    "brian2",
    "nestml",
    "pynest",
    "xpp",
    "bifurcationkit",
    "matcont",
    "latex",
    "json",
)

_EXAMPLE = """\
examples:
  neurodyn export ngspice nbox_neuron --set I_s=335uA --out nbox.cir
  neurodyn export verilog-a --device device.json --out nbox.va
  neurodyn export card mott_nbo2 --out mott.toml
  neurodyn export pynest --network ring --t-end 10us --out ring.py

"""


def add(commands: Any) -> None:
    text = "A device as a file for another program: SPICE, Verilog-A, SBML, Brian2, NEST, ..."
    parser = command(commands, "export", run, text, _EXAMPLE)
    parser.add_argument("format", metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument(
        "model",
        metavar="DEVICE",
        nargs="?",
        help=f"{', '.join(MODELS)}; {' and '.join(VARIANTS)} take NAME:VARIANT; or give --device",
    )
    device_option(parser)
    circuit_option(parser)
    parser.add_argument(
        "--network",
        metavar="FILE",
        help=f"a whole network, as {' or '.join(NETWORK_FORMATS)}: TOML, or a shipped one's name",
    )
    parser.add_argument("--t-end", metavar="TIME", help="of a network's run, not the file's")
    parser.add_argument(
        "--out", metavar="FILE", type=TextFile, help="write it there; printed if left out"
    )


def run(options: argparse.Namespace) -> int:
    if options.format not in FORMATS:
        raise unknown_name("format", options.format, FORMATS)
    sources = (options.model, options.device, options.circuit, options.network)
    if sum(given is not None for given in sources) != 1:
        raise InputError(
            "expected a DEVICE, --device CARD, --circuit FILE or --network FILE, one of them"
        )
    text = _of_network(options) if options.network is not None else _of_device(options)
    if options.out is None:
        print(text, end="")
    else:
        options.out.write(text)
    return EXIT_OK


def _of_device(options: argparse.Namespace) -> str:
    if options.t_end is not None:
        raise InputError("--t-end goes with --network only")
    card = None if options.device is None else nd.load_device(options.device)
    model = chosen_model(options)
    if options.format == "card":
        card = nd.device_card(model) if card is None else card.with_model(model)
        toml = options.out is not None and Path(options.out.text).suffix.lower() == ".toml"
        return card.text(toml=toml)
    return nd.export.FORMATS[options.format](model).text


def _of_network(options: argparse.Namespace) -> str:
    if options.format not in NETWORK_FORMATS:
        raise InputError(
            f"{options.format} files of neurodyn do not hold networks; expected "
            f"{' or '.join(NETWORK_FORMATS)}"
        )
    network, run = network_of(options.network, options.settings, options.t_end)
    write = {"brian2": nd.export.brian2_network, "pynest": nd.export.pynest_network}
    return write[options.format](network, run["t_end"]).text
