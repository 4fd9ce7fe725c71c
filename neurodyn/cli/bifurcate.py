"""``neurodyn bifurcate``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import (
    EXIT_FAILED,
    EXIT_OK,
    chosen_model,
    command,
    model_option,
    parse_value,
)
from neurodyn.cli.output import branch_table, out_option
from neurodyn.errors import unknown_name
from neurodyn.progress import progress_bar

_MOST = 0.5  # part of the range


def add(commands: Any) -> None:
    text = "Bifurcation diagram of a model along one parameter: equilibria, cycles, special points."
    parser = command(commands, "bifurcate", run, text)
    model_option(parser)
    parser.add_argument(
        "--along", metavar="NAME", help="parameter or input [the model's first input]"
    )
    parser.add_argument("--from", default="0", metavar="VALUE", dest="low", help="start [0]")
    parser.add_argument("--to", metavar="VALUE", dest="high", required=True, help="end, e.g. 1.2mA")
    parser.add_argument("--state", help="state that is drawn [the first]")
    out_option(parser, "equilibria.csv", "cycles_*.csv", "bifurcation.png")


def run(options: argparse.Namespace) -> int:
    model = chosen_model(options)
    quantities = {q.name: q for q in (*model.parameters, *model.inputs)}
    along = options.along or next(iter(model.input_names), "I_s")
    if along not in quantities:
        raise unknown_name("parameter or input", along, quantities)
    if options.state is not None and options.state not in model.state_names:
        raise unknown_name("state", options.state, model.state_names)
    unit = quantities[along].unit
    span = parse_value(options.low, unit, "--from"), parse_value(options.high, unit, "--to")
    with progress_bar() as report:
        diagram = nd.bifurcation_diagram(model, along, span, progress=report)
    print(diagram)
    if options.out:
        tables = {"equilibria.csv": branch_table(diagram.equilibria)}
        for number, family in enumerate(diagram.cycles, start=1):
            tables[f"cycles_{number}.csv"] = branch_table(family)
        draw = {"bifurcation.png": lambda: nd.plot.bifurcation(diagram, state=options.state).figure}
        options.out.write(tables, draw)
    missing = sum(b - a for a, b in diagram.open_intervals)
    unfinished = diagram.failures or any(not family.status for family in diagram.cycles)
    if unfinished and missing > _MOST * (span[1] - span[0]):
        parts = ", ".join(f"{a:.4g} to {b:.4g}" for a, b in diagram.open_intervals)
        print(f"the diagram misses most of its range: nothing stable from {parts}", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_OK
