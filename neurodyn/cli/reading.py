"""Options of every command that reads measurements: which column, which sheet, which times."""

from __future__ import annotations

import argparse
from typing import Any

import neurodyn as nd
from neurodyn.cli.options import parse_value

_COLUMN = "COLUMN"


def table_options(parser: argparse.ArgumentParser) -> Any:
    """Let the command say which columns and which sheet of a file are read."""
    group = parser.add_argument_group(
        "reading files", "columns by their header or their number, counted from 0"
    )
    group.add_argument("--voltage", metavar=_COLUMN, help="the voltage, if it is not recognised")
    group.add_argument("--current", metavar=_COLUMN, help="the current, if it is not recognised")
    group.add_argument("--voltage-unit", metavar="UNIT", help="of the numbers, e.g. mV")
    group.add_argument("--current-unit", metavar="UNIT", help="of the numbers, e.g. uA")
    group.add_argument("--sheet", metavar="NAME", help="of a workbook; 'all' joins its runs")
    return group


def record_options(parser: argparse.ArgumentParser) -> None:
    """Let the command say the same, and how a record in time is clocked."""
    group = table_options(parser)
    group.add_argument("--time", metavar=_COLUMN, help="the time, if it is not recognised")
    group.add_argument("--time-unit", metavar="UNIT", help="of the numbers, e.g. us")
    group.add_argument("--dt", metavar="TIME", help="interval of the samples, if no time is there")
    group.add_argument("--t0", metavar="TIME", help="time of the first sample, with --dt [0]")
    group.add_argument(
        "--resample",
        metavar="TIME",
        help="even steps for a record of a simulator, by straight lines",
    )


def column_of(text: str | None) -> str | int | None:
    """Return a column as the readers take it: a number counts from 0."""
    return int(text) if text is not None and text.isdecimal() else text


def read_iv(file: str, options: argparse.Namespace) -> nd.IVData:
    """Read an I-V curve as the options say."""
    return nd.read_iv(
        file,
        voltage=column_of(options.voltage),
        current=column_of(options.current),
        voltage_unit=options.voltage_unit,
        current_unit=options.current_unit,
        sheet=options.sheet,
    )


def read_trace(file: str, options: argparse.Namespace, channel: str) -> nd.TraceData:
    """Read a record in time as the options say; ``channel`` is what was measured."""
    column = options.column or (options.current if channel.startswith("I") else options.voltage)
    unit = options.current_unit if channel.startswith("I") else options.voltage_unit
    seconds = {
        name: None if text is None else parse_value(text, "s", f"--{name}")
        for name, text in (("dt", options.dt), ("t0", options.t0), ("resample", options.resample))
    }
    record = nd.read_trace(
        file,
        time=column_of(options.time),
        channels=None if column is None else {channel: column_of(column)},  # type: ignore[dict-item]
        time_unit=options.time_unit,
        units=None if unit is None else {channel: unit},
        sheet=options.sheet,
        dt=seconds["dt"],
        t0=seconds["t0"],
    )
    step = seconds["resample"]
    return record if step is None else record.resampled(step)
