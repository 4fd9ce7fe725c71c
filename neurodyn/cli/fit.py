"""``neurodyn fit``: fits to measurements, one sub-command for each kind of data."""

from __future__ import annotations

import argparse
import json
from typing import Any

import neurodyn as nd
from neurodyn.cli import fit_trace
from neurodyn.cli.options import (
    EPILOG,
    EXIT_FAILED,
    EXIT_OK,
    MOST_ROWS,
    check_store,
    command,
    device_option,
    pairs_of,
    parse_value,
    setting_of,
    store_option,
    value_and_sd,
    whole,
)
from neurodyn.cli.output import out_option
from neurodyn.cli.reading import read_iv, table_options
from neurodyn.errors import InputError, unknown_name
from neurodyn.progress import Progress

_SETTING = "VALUE[+-SD]|free"
_INSTRUMENT = {"current_offset": "A", "voltage_offset": "V", "leak": "S", "range_gain": "1"}
_NOISE = "its noise, e.g. relative=0.003,absolute={0},resolution={0}"


def add(commands: Any) -> None:
    text = "Fit a device to measurements, with uncertainty and a verdict."
    parser = commands.add_parser(
        "fit",
        help=text,
        description=text,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    add_iv(kinds)
    fit_trace.add(kinds)


def add_iv(kinds: Any) -> None:
    """Declare ``neurodyn fit iv``."""
    text = "Static parameters from quasi-static I-V curves."
    parser = command(kinds, "iv", run_iv, text)
    option = parser.add_argument
    option("files", nargs="*", metavar="FILE", help="measurements; or give --recipe")
    option("--recipe", metavar="TOML", help="data and options from a file; options here come first")
    option(
        "--t-amb",
        action="append",
        metavar="K[+-SD]",
        help="ambient temperature, e.g. 298+-1; once for all files, or once for each",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", help="device to fit, one of nd.devices [nbox_neuron]")
    device_option(which)
    option("--parameters", metavar="A,B,...", help="what is fitted")
    option("--noise", type=float, help="relative standard deviation of V and I")
    option("--noise-voltage", metavar="PART=SD,...", help=_NOISE.format("2mV"))
    option("--noise-current", metavar="PART=SD,...", help=_NOISE.format("1nA"))
    option(
        "--no-jumps",
        action="store_false",
        dest="jumps",
        default=None,
        help="do not use jumps of voltage sweeps as brackets",
    )
    option("--loss", choices=("linear", "soft_l1", "huber"), help="[linear]")
    option("--offset", metavar="common|SD", help="error that all ambient temperatures share, K")
    option("--r-series", metavar="OHM[+-SD]", help="series resistance in V: held, or with a prior")
    option("--current-offset", metavar=_SETTING, help="of the ammeter, e.g. 0+-2nA")
    option("--voltage-offset", metavar=_SETTING, help="of the voltmeter, e.g. 0+-1mV")
    option("--leak", metavar=_SETTING, help="conductance beside the device, e.g. 1uS or free")
    option("--range-gain", metavar=_SETTING, help="of the ammeter above --range-from, e.g. 1+-0.02")
    option("--range-from", metavar="AMPERE", help="reading at which the range changes, e.g. 100uA")
    option("--starts", type=whole(1, 10_000), help="places from which the minimum is sought [9]")
    option("--seed", type=whole(0), help="[0]")
    option("--profile", action="store_true", default=None, help="add profile likelihoods")
    option(
        "--draws",
        type=whole(0, MOST_ROWS),
        help="of the uncertainty, for derived quantities [0: none]",
    )
    option(
        "--dynamic-draws", type=whole(0, MOST_ROWS), help="the same for what takes simulation [0]"
    )
    store_option(parser, "keep every finished step there")
    option("--resume", action="store_true", help="go on from what --store holds")
    out_option(parser, "fit.json", "fit.md", "device.json", "fit.png")
    table_options(parser)


def run_iv(options: argparse.Namespace) -> int:
    from neurodyn.progress import progress_bar

    check_store(options)
    changes, report = _changes(options), {}
    with progress_bar() as progress:
        if options.recipe:
            if options.files or options.t_amb:
                raise InputError("--recipe names the data; expected no FILE and no --t-amb beside")
            report = nd.read_recipe(options.recipe)["report"]
            fit = nd.fit_recipe(options.recipe, store=options.store, progress=progress, **changes)
        else:
            data, T_amb = _data(options)
            fit = nd.fit_iv(data, T_amb, store=options.store, progress=progress, **changes)
        asked = {name: getattr(options, name) for name in ("profile", "draws", "dynamic_draws")}
        report |= {name: value for name, value in asked.items() if value is not None}
        fit, derived = _more(fit, report, options, progress)
    texts = [] if derived is None else [derived.report()]
    if options.out:
        plain = fit.to_dict() | {"derived": None if derived is None else derived.to_dict()}
        files = {
            "fit.json": json.dumps(plain, indent=1),
            "fit.md": fit.to_markdown(*texts),
            "device.json": nd.device_card(fit).text(),
        }
        options.out.write(files, {"fit.png": lambda: nd.plot.fit(fit, derived)})
    print("\n".join([fit.report(), *texts]))
    return EXIT_OK if fit.accepted else EXIT_FAILED


def _more(
    fit: nd.IVFit, report: dict[str, Any], options: argparse.Namespace, progress: Progress
) -> tuple[nd.IVFit, nd.Derived | None]:
    """Add what was asked for beside the fit: profiles, derived quantities."""
    if report.get("profile"):
        profiles = nd.profile(fit, store=options.store, progress=progress)
        fit = fit.with_profiles(profiles)
    if not report.get("draws"):
        return fit, None
    numbers = {name: report[name] for name in ("draws", "dynamic_draws") if name in report}
    seed = fit.provenance["seed"]
    return fit, nd.derived(fit, **numbers, seed=seed, progress=progress)


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the fit that were given."""
    names = ("model", "noise", "starts", "seed")
    found = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.device is not None:
        found["model"] = nd.load_device(options.device).model
    if options.parameters:
        found["parameters"] = [name.strip() for name in options.parameters.split(",")]
    if options.noise_voltage or options.noise_current:
        if options.noise is not None or not (options.noise_voltage and options.noise_current):
            raise InputError("expected --noise, or --noise-voltage and --noise-current together")
        found["noise"] = (
            _noise(options.noise_voltage, "V", "--noise-voltage"),
            _noise(options.noise_current, "A", "--noise-current"),
        )
    if options.offset:
        common = options.offset == "common"
        found["offset"] = (
            "common" if common else (0.0, parse_value(options.offset, "K", "--offset"))
        )
    misfit = {"loss": options.loss, "jumps": options.jumps}
    if any(value is not None for value in misfit.values()):
        given = {name: value for name, value in misfit.items() if value is not None}
        found["misfit"] = nd.IVMisfit(**given)
    instrument = _instrument(options)
    if instrument:
        found["instrument"] = nd.IVInstrument(**instrument)
    if options.settings:
        raise InputError("--set has no place in a fit; --model and --parameters say what is fitted")
    return found


def _instrument(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of the instrument that were given."""
    found: dict[str, Any] = {}
    if options.r_series:
        found["R_series"] = value_and_sd(options.r_series, "ohm", "--r-series")
    for name, unit in _INSTRUMENT.items():
        text, option = getattr(options, name), f"--{name.replace('_', '-')}"
        if text is not None:
            found[name] = setting_of(text, unit, option)
    if options.range_from is not None:
        found["range_from"] = parse_value(options.range_from, "A", "--range-from")
    return found


def _noise(text: str, unit: str, option: str) -> nd.ChannelNoise:
    """Read the parts of the noise of one channel."""
    units = {"relative": "1", "absolute": unit, "resolution": unit}
    parts = pairs_of(text.split(","), option)
    for name in parts:
        if name not in units:
            raise unknown_name(f"part of {option}", name, units)
    return nd.ChannelNoise(
        **{name: parse_value(value, units[name], option) for name, value in parts.items()}
    )


def _data(options: argparse.Namespace) -> tuple[list[nd.IVData], Any]:
    if not options.files:
        raise InputError("no measurement is given; expected FILE ... or --recipe TOML")
    if not options.t_amb:
        raise InputError(
            "no ambient temperature is given; expected --t-amb, e.g. 298+-1: no I-V curve tells it"
        )
    pairs = [value_and_sd(text, "K", "--t-amb") for text in options.t_amb]
    if len(pairs) not in (1, len(options.files)):
        raise InputError(
            f"--t-amb is given {len(pairs)} times for {len(options.files)} files; expected once "
            "for all, or once for each"
        )
    if len(pairs) == 1:
        pairs *= len(options.files)
    return [read_iv(file, options) for file in options.files], pairs
