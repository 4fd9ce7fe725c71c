"""``neurodyn phase``."""

from __future__ import annotations

import argparse
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import EXIT_OK, chosen_model, command, model_option, time_of
from neurodyn.cli.output import Picture


def add(commands: Any) -> None:
    text = "Phase plane of a model with two states: nullclines, fixed points, trajectory."
    parser = command(commands, "phase", run, text)
    model_option(parser)
    parser.add_argument("--t-end", metavar="TIME", help="length of the trajectory")
    parser.add_argument(
        "--out", default="phase.png", type=Picture, metavar="FILE", help="picture [phase.png]"
    )


def run(options: argparse.Namespace) -> int:
    model = chosen_model(options)
    plane = nd.phase_plane(model, t_end=time_of(options.t_end, model))
    for point in plane.fixed_points:
        print(point)
    options.out.write(lambda: nd.plot.phase_plane(plane).figure)
    return EXIT_OK
