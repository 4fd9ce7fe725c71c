"""The shell's way to the same verbs. No science here: read options, call, print, write."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

import neurodyn as nd
from neurodyn.cli.options import EPILOG, EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK
from neurodyn.errors import FitRejectedError, InputError, NeurodynError

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
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        options = parser().parse_args(arguments)
        return options.run(options)
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return EXIT_INTERRUPTED
    except FitRejectedError as error:
        print(f"neurodyn: {error}", file=sys.stderr)
        return EXIT_FAILED
    except InputError as error:
        print(f"neurodyn: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except NeurodynError as error:
        print(f"neurodyn: {error}", file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:  # the reader of our output has left
        sys.stderr.close()
        return EXIT_OK


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
