"""``neurodyn learn``."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import neurodyn as nd
from neurodyn.cli.options import EXIT_OK, command, whole
from neurodyn.cli.output import out_option
from neurodyn.errors import NumericalError
from neurodyn.files import save_arrays
from neurodyn.progress import progress_bar
from neurodyn.tables import plain

_FILES = """\
FILE is described in docs/learning.md; "digits_probabilistic" and "digits_on_measured_devices" are
shipped.

"""


def add(commands: Any) -> None:
    text = "Train the network of a TOML file by Equilibrium Propagation, and draw how it went."
    parser = command(commands, "learn", run, text, _FILES, settings=False)
    parser.add_argument("file", metavar="FILE", help="TOML, or the name of a shipped training")
    parser.add_argument("--data", metavar="FILE", help="labelled data, in place of the file's")
    parser.add_argument("--epochs", type=whole(1), help="in place of the file's")
    parser.add_argument("--seed", type=whole(0), default=0, help="of all that is drawn")
    parser.add_argument(
        "--store", metavar="FILE", help="keep what is done in a file (.npz); call again to go on"
    )
    out_option(
        parser,
        "history.csv",
        "learned.json",
        "weights.npz",
        "accuracy.png",
        "pulses.png",
        "drift.png",
        "confusion.png",
    )


def run(options: argparse.Namespace) -> int:
    recipe = nd.learning.read_learning(options.file, data=options.data)
    network = recipe.network
    if options.epochs is not None:
        network = replace(network, epochs=options.epochs)
    held = recipe.validation
    with progress_bar() as report:
        fit = network.fit(
            recipe.data.x,
            recipe.data.labels,
            validation=held,
            seed=options.seed,
            store=options.store,
            progress=report,
        )
    print(fit.report())
    if options.out and len(fit.history["train"]):
        shown = recipe.data if held is None else held
        confusion = fit.confusion(shown.x, shown.labels)
        options.out.write(
            {"learned.json": json.dumps(plain(fit.to_dict()), indent=1)},
            {
                "accuracy.png": lambda: nd.plot.accuracy(fit).figure,
                "pulses.png": lambda: nd.plot.pulse_counts(fit).figure,
                "drift.png": lambda: nd.plot.weight_drift(fit).figure,
                "confusion.png": lambda: nd.plot.confusion(confusion).figure,
            },
            {"history.csv": fit.to_csv, "weights.npz": lambda path: _weights(path, fit)},
        )
    if fit.status is nd.Status.INTERRUPTED:
        raise KeyboardInterrupt
    if not fit.status:
        raise NumericalError(fit.notes[0], fit.status, fit)
    return EXIT_OK


def _weights(path: Path, fit: nd.learning.EqPropFit) -> None:
    arrays = {f"W{i}": w for i, w in enumerate(fit.weights, 1)}
    arrays |= {f"b{i}": b for i, b in enumerate(fit.biases, 1)}
    save_arrays(path, arrays | {"classes": np.asarray(fit.classes)})
