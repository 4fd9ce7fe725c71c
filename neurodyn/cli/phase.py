"""``neurodyn phase``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import EXIT_OK, chosen_model, command, model_option, time_of
from neurodyn.cli.output import write_files
from neurodyn.errors import InputError


def add(commands: Any) -> None:
    text = "Phase plane of a model with two states: nullclines, fixed points, trajectory."
    parser = command(commands, "phase", run, text)
    model_option(parser)
    parser.add_argument("--t-end", metavar="TIME", help="length of the trajectory")
    parser.add_argument("--out", default="phase.png", metavar="FILE", help="picture [phase.png]")


def run(options: argparse.Namespace) -> int:
    model = chosen_model(options)
    plane = nd.phase_plane(model, t_end=time_of(options.t_end, model))
    for point in plane.fixed_points:
        print(point)
    out = Path(options.out)
    if out.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise InputError(
            f"--out is {options.out!r}; expected a name that ends in .png, .pdf or .svg"
        )
    write_files(out.parent, {}, {out.name: lambda: nd.plot.phase_plane(plane).figure})
    return EXIT_OK
