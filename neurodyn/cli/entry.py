"""The shell's way to the same verbs. No science here: read options, call, print, write."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

import neurodyn as nd
from neurodyn.cli.failures import told
from neurodyn.cli.options import EPILOG
from neurodyn.cli.output import Destination
from neurodyn.cli.terminal import flush, spell_out
from neurodyn.errors import InputError

# one module each, with ``add(commands)`` that declares its options
COMMANDS = (
    "datasheet",
    "iv",
    "phase",
    "simulate",
    "bifurcate",
    "behaviours",
    "fit",
    "plan",
    "sweep",
    "network",
    "learn",
    "export",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = argparse.Namespace()
    try:
        spell_out(sys.stdout, sys.stderr)
        parser().parse_args(_signed(sys.argv[1:] if arguments is None else arguments), options)
        for value in vars(options).values():
            if isinstance(value, Destination):
                value.check()  # before any work
        status = options.run(options)
        flush(sys.stdout)
        return status
    except (Exception, KeyboardInterrupt) as error:
        return told(error, options)


def _signed(arguments: Sequence[str]) -> list[str]:
    """Tie a value that begins with a minus sign to its option: ``--from -1mA`` is no option -1."""
    tied: list[str] = []
    for argument in arguments:
        if tied and re.match(r"-\.?\d", argument) and re.fullmatch(r"--[^=]+", tied[-1]):
            tied[-1] += f"={argument}"
        else:
            tied.append(argument)
    return tied


class _Parser(argparse.ArgumentParser):
    """Parser whose complaints end in one sentence, as all others do."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} ({self.prog} --help lists what there is)")


def parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="neurodyn",
        description="Nonlinear dynamics of spiking memristor neurons.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"neurodyn {nd.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(f"neurodyn.cli.{name}").add(commands)
    return parser
