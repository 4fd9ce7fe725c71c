"""``neurodyn fit trace``."""

from __future__ import annotations

import argparse
import json
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import (
    EXIT_FAILED,
    EXIT_OK,
    check_store,
    chosen_model,
    command,
    model_option,
    parse_value,
    setting_of,
    store_option,
    value_and_sd,
    whole,
)
from neurodyn.cli.output import out_option
from neurodyn.cli.reading import read_trace, record_options
from neurodyn.errors import InputError, unknown_name
from neurodyn.progress import Progress

_EXAMPLE = """\
example:
  neurodyn fit trace run7.csv --t-amb 298+-1 --set V_s=1.6V --set R_load=7kohm --parameters C_th

"""


def add(kinds: Any) -> None:
    """Declare ``neurodyn fit trace``."""
    text = "Circuit and thermal parameters from spike traces."
    parser = command(kinds, "trace", run, text, _EXAMPLE)
    model_option(parser, "nbox_voltage_driven")
    option = parser.add_argument
    option("files", nargs="*", metavar="FILE", help="records in time, all measured alike")
    option("--recipe", metavar="TOML", help="data and options from a file, instead of those here")
    option("--t-amb", metavar="K[+-SD]", help="ambient temperature, e.g. 298+-1")
    option("--channel", default="V", help="state or output that was measured [V]")
    option("--column", help="header of the column that holds it, if it is not recognised")
    option("--parameters", metavar="A,B,...", default="C_th,C_ext", help="[C_th,C_ext]")
    option(
        "--static",
        default="fixed",
        metavar="WHAT",
        help="R_0, E_a, eps_r d, R_th: fixed, free, or the recipe (TOML) of an I-V fit [fixed]",
    )
    option("--method", default="features", help="features or waveform [features]")
    option("--onset", metavar="TIME", help="when the source was switched on")
    option("--noise", metavar="SD", help="of one sample, in the unit of the channel, e.g. 2mV")
    option("--gain", metavar="VALUE[+-SD]|free", help="of scope and probe [1+-0.01]")
    option("--offset", metavar="VALUE[+-SD]|free", help="of the record [0 +- 1 %% of its swing]")
    option("--bandwidth", metavar="HZ[+-SD]|free", help="of scope and probe, e.g. 200MHz [none]")
    option("--jitter", metavar="SD", help="of the trigger, e.g. 1ns [0]")
    option("--starts", type=whole(1, 10_000), default=3, help="searches from other starts [3]")
    option("--seed", type=whole(0), default=0, help="[0]")
    store_option(parser, "keep every finished search there")
    option("--resume", action="store_true", help="go on from what --store holds")
    out_option(parser, "fit.json", "fit.txt", "device.json", "fit.png")
    record_options(parser)


def run(options: argparse.Namespace) -> int:
    from neurodyn.progress import progress_bar

    check_store(options)
    with progress_bar() as report:
        if options.recipe:
            if options.files or options.t_amb:
                raise InputError("--recipe names the data; expected no FILE and no --t-amb beside")
            fit = nd.fit_trace_recipe(options.recipe, store=options.store, progress=report)
        else:
            fit = _fit(options, report)
    if options.out:
        texts = {
            "fit.json": json.dumps(fit.to_dict(), indent=1, allow_nan=False) + "\n",
            "fit.txt": fit.report() + "\n",
            "device.json": nd.device_card(fit).text(),
        }
        options.out.write(texts, {"fit.png": lambda: nd.plot.trace_fit(fit)})
    print(fit.report())
    return EXIT_OK if fit.accepted else EXIT_FAILED


def _fit(options: argparse.Namespace, report: Progress) -> nd.TraceFit:
    if not options.files:
        raise InputError("no measurement is given; expected FILE ... or --recipe TOML")
    if not options.t_amb:
        raise InputError(
            "no ambient temperature is given; expected --t-amb, e.g. 298+-1: no trace tells it"
        )
    onset = None if options.onset is None else parse_value(options.onset, "s", "--onset")
    model, channel = chosen_model(options), options.channel
    if channel not in model.observable_names:
        raise unknown_name("channel", channel, model.observable_names)
    unit = model.quantity(channel).unit
    noise = None if options.noise is None else parse_value(options.noise, unit, "--noise")
    traces = [
        nd.spike_trace(
            read_trace(file, options, channel), channel=channel, onset=onset, noise=noise
        )
        for file in options.files
    ]
    static = options.static
    if static not in ("fixed", "free"):
        static = nd.fit_recipe(static, progress=report)
    return nd.fit_trace(
        traces,
        model,
        instrument=_instrument(options, unit),
        static=static,
        method=options.method,
        parameters=[name.strip() for name in options.parameters.split(",")],
        T_amb=value_and_sd(options.t_amb, "K", "--t-amb"),
        starts=options.starts,
        seed=options.seed,
        store=options.store,
        progress=report,
    )


def _instrument(options: argparse.Namespace, unit: str) -> nd.TraceInstrument:
    """Return the instrument that was stated; what was not is that of a common oscilloscope."""
    units = {"gain": "1", "offset": unit, "bandwidth": "Hz"}
    given = {name: getattr(options, name) for name in units}
    found = {
        name: setting_of(text, units[name], f"--{name}")
        for name, text in given.items()
        if text is not None
    }
    if options.jitter is not None:
        found["jitter"] = parse_value(options.jitter, "s", "--jitter")
    return nd.TraceInstrument(**found)
