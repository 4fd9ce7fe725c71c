"""``neurodyn iv``."""

from __future__ import annotations

import argparse
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import EXIT_OK, MOST_ROWS, chosen_model, command, model_option, whole
from neurodyn.cli.output import out_option


def add(commands: Any) -> None:
    text = "Quasi-static I-V curve of a device, with threshold switching point and hold point."
    parser = command(commands, "iv", run, text)
    model_option(parser)
    parser.add_argument(
        "--points", type=whole(2, MOST_ROWS), default=400, help="number of points [400]"
    )
    out_option(parser, "iv.csv", "iv.png")


def run(options: argparse.Namespace) -> int:
    curve = nd.iv_curve(chosen_model(options), n=options.points)
    for name, point in (
        ("threshold switching point TS", curve.threshold),
        ("hold point H", curve.hold),
    ):
        print(f"{name}: " + ("none" if point is None else _point(point)))
    if options.out:
        rows = zip(curve.V, curve.I, curve.T, strict=True)
        table = "V (V),I (A),T (K)\n" + "".join(f"{v:.10g},{i:.10g},{t:.10g}\n" for v, i, t in rows)
        options.out.write({"iv.csv": table}, {"iv.png": lambda: nd.plot.iv(curve).figure})
    return EXIT_OK


def _point(point: nd.IVPoint) -> str:
    return f"{point.V:.6g} V, {point.I * 1e6:.6g} uA, {point.T:.5g} K"
