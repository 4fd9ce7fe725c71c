"""``neurodyn simulate``."""

from __future__ import annotations

import argparse
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import (
    EXIT_OK,
    MOST_ROWS,
    STIMULI,
    chosen_model,
    command,
    model_option,
    stimuli_of,
    time_of,
    whole,
)
from neurodyn.cli.output import csv_rows, out_option
from neurodyn.progress import progress_bar


def add(commands: Any) -> None:
    text = "Simulate a model and measure its spikes."
    parser = command(commands, "simulate", run, text, STIMULI + "\n")
    model_option(parser)
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=STIMULUS",
        dest="inputs",
        help="drive an input, e.g. --input I_s=200uA (may be repeated)",
    )
    parser.add_argument("--t-end", metavar="TIME", help="end of the simulation")
    parser.add_argument("--rtol", type=float, default=1e-7, help="relative tolerance [1e-7]")
    parser.add_argument(
        "--points", type=whole(2, MOST_ROWS), default=5000, help="rows of trace.csv [5000]"
    )
    out_option(parser, "trace.csv", "spikes.csv", "trace.png")


def run(options: argparse.Namespace) -> int:
    import numpy as np

    model = chosen_model(options)
    inputs = stimuli_of(options.inputs, model)
    given = time_of(options.t_end, model)
    t_end = 20 * model.time_scale if given is None else given
    with progress_bar() as report:
        traj = nd.solve(
            model, t_end, inputs=inputs, method=nd.Adaptive(options.rtol), progress=report
        )
    train = nd.spikes(traj)
    print(traj)
    print(train)
    if train.energy_device is not None and len(train):
        print(f"energy per spike (device): {train.energy_per_spike('device') * 1e12:.5g} pJ")
    if train.energy_source is not None and len(train):
        print(f"energy per spike (source): {train.energy_per_spike('source') * 1e12:.5g} pJ")
    if options.out:
        names = model.observable_names
        t = np.linspace(traj.t[0], traj.t[-1], options.points)
        columns = [t, *(traj.at(t, name) for name in names)]
        head = [f"t ({model.time_unit})"]
        head += [f"{name} ({model.quantity(name).unit})" for name in names]
        trace = ",".join(head) + "\n" + csv_rows(np.array(columns).T)
        spike_columns = np.array([train.times, train.peaks, train.widths]).T
        spikes = f"t ({model.time_unit}),peak of {train.observable},width\n" + csv_rows(
            spike_columns
        )
        picture = {"trace.png": lambda: nd.plot.traces(traj)[0].figure}
        options.out.write({"trace.csv": trace, "spikes.csv": spikes}, picture)
    return EXIT_OK
