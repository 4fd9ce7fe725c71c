"""``neurodyn behaviours``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import EXIT_OK, chosen_model, command, model_option, whole
from neurodyn.cli.output import out_option
from neurodyn.progress import progress_bar


def add(commands: Any) -> None:
    text = "Find out which excitable behaviours a model shows."
    parser = command(commands, "behaviours", run, text)
    model_option(parser)
    parser.add_argument("--input", metavar="NAME", help="input to drive [the model's first]")
    parser.add_argument(
        "--only",
        action="append",
        metavar="NAME",
        help="look at this behaviour, e.g. bistability (may be repeated) [all]",
    )
    parser.add_argument("--seed", type=whole(0), default=0, help="seed of the noise [0]")
    out_option(parser, "table.md", "table.csv", "table.json", "table.png")


def run(options: argparse.Namespace) -> int:
    model = chosen_model(options)
    with progress_bar() as report:
        table = nd.behaviours(
            model,
            input=options.input,
            only=options.only,
            seed=options.seed,
            progress=report,
        )
    print(table)
    if options.out:
        texts = {
            "table.md": f"# Behaviours of {table.model_name}\n\n{table.to_markdown()}",
            "table.csv": table.to_csv(),
            "table.json": json.dumps(table.to_dict(), indent=1) + "\n",
        }
        pictures = {"table.png": lambda: nd.plot.behaviours(table)[0, 0].figure}
        options.out.write(texts, pictures)
    return EXIT_OK
