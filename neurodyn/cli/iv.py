"""``neurodyn iv``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import EXIT_OK, chosen_model, command, model_option
from neurodyn.cli.output import write_files


def add(commands: Any) -> None:
    text = "Quasi-static I-V curve of a device, with threshold switching point and hold point."
    parser = command(commands, "iv", run, text)
    model_option(parser)
    parser.add_argument("--points", type=int, default=400, help="number of points [400]")
    parser.add_argument("--out", metavar="DIR", help="write iv.csv and iv.png there")


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
        write_files(
            Path(options.out), {"iv.csv": table}, {"iv.png": lambda: nd.plot.iv(curve).figure}
        )
    return EXIT_OK


def _point(point: nd.IVPoint) -> str:
    return f"{point.V:.6g} V, {point.I * 1e6:.6g} uA, {point.T:.5g} K"
