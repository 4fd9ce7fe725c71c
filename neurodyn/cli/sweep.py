"""``neurodyn sweep``."""

from __future__ import annotations

import argparse
import math
import sys
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import (
    EXIT_OK,
    MOST_ROWS,
    STIMULI,
    chosen_model,
    command,
    model_option,
    parse_value,
    stimuli_of,
    store_option,
    time_of,
    whole,
)
from neurodyn.cli.output import out_option
from neurodyn.errors import InputError, unknown_name
from neurodyn.progress import progress_bar

_VALUES = """\
values for --over:
  I_s=20uA:1.1mA:1000        from, to, number: equal distances
  C_ext=50pF,100pF,200pF     a list

"""


def add(commands: Any) -> None:
    text = "Run a model for many values of its parameters, and measure each run."
    parser = command(commands, "sweep", run, text, _VALUES + STIMULI + "\n")
    model_option(parser)
    parser.add_argument(
        "--over",
        action="append",
        required=True,
        metavar="NAME=VALUES",
        help="parameter, input or state, and its values (may be repeated: all combinations)",
    )
    parser.add_argument("--zipped", action="store_true", help="the i-th values together, not all")
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=STIMULUS",
        dest="inputs",
        help="drive an input in all runs (may be repeated)",
    )
    parser.add_argument("--t-end", metavar="TIME", help="length of each run [60 cycles]")
    parser.add_argument(
        "--measure",
        action="append",
        metavar="NAME",
        help="rate, period, spikes, first_spike, last_spike, final (may be repeated) [rate]",
    )
    parser.add_argument("--rtol", type=float, default=1e-6, help="relative tolerance [1e-6]")
    parser.add_argument("--threads", type=whole(1, 1024), help="[all processors]")
    store_option(parser, "keep what is done; call again to go on")
    out_option(parser, "sweep.csv")


def run(options: argparse.Namespace) -> int:
    model = chosen_model(options)
    values = dict(_values(text, model) for text in options.over)
    if len(values) < len(options.over):
        raise InputError("--over names a quantity twice; expected each once")
    sizes = [len(listed) for listed in values.values()]
    if (runs := max(sizes) if options.zipped else math.prod(sizes)) > MOST_ROWS:
        raise InputError(f"--over asks for {runs} runs; expected at most {MOST_ROWS}")
    given = time_of(options.t_end, model)
    if "spike_times" in (options.measure or ()):
        raise InputError("--measure spike_times has no place in a table; expected nd.sweep")
    with progress_bar() as report:
        found = nd.sweep(
            model,
            values,
            60 * model.time_scale if given is None else given,
            measure=options.measure or ["rate"],
            zipped=options.zipped,
            inputs=stimuli_of(options.inputs, model),
            method=nd.Adaptive(options.rtol),
            run=nd.Threads(options.threads),
            store=options.store,
            progress=report,
        )
    print(found, file=sys.stderr)  # beside the table, which may go into a file
    columns = found.columns()
    head = ",".join(f"{name} ({unit})" if unit else name for name, (_, unit) in columns.items())
    rows = zip(*(column.tolist() for column, _ in columns.values()), strict=True)
    table = head + "\n" + "".join(",".join(map(_text, row)) + "\n" for row in rows)
    if options.out:
        options.out.write({"sweep.csv": table})
    else:
        print(table, end="")
    return EXIT_OK


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _values(text: str, model: nd.Model) -> tuple[str, list[float]]:
    """Read ``NAME=FROM:TO:NUMBER`` or ``NAME=VALUE,VALUE,...``."""
    import numpy as np

    quantities = {q.name: q for q in (*model.parameters, *model.inputs, *model.states)}
    name, equals, body = (part.strip() for part in text.partition("="))
    if not equals:
        raise InputError(f"--over {text!r}; expected NAME=VALUES, e.g. I_s=20uA:1.1mA:1000")
    if name not in quantities:
        raise unknown_name("parameter, input or state", name, quantities)
    unit = quantities[name].unit
    if ":" not in body:
        return name, [parse_value(item, unit, name) for item in body.split(",")]
    parts = body.split(":")
    try:
        number = whole(1, MOST_ROWS)(parts[2] if len(parts) == 3 else "")
    except argparse.ArgumentTypeError as error:
        raise InputError(f"--over {text!r}; expected NAME=FROM:TO:NUMBER, NUMBER {error}") from None
    low, high = (parse_value(part, unit, name) for part in parts[:2])
    return name, np.linspace(low, high, number).tolist()
