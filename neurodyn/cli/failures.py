"""Failures of a command: each becomes one sentence on standard error and an exit status."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from neurodyn.cli.options import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK
from neurodyn.cli.output import Destination
from neurodyn.cli.terminal import flush
from neurodyn.errors import InputError, NeurodynError

_LONGEST = 300
_ARITHMETIC = ("LinAlgError", "LinAlgWarning")  # numpy's and scipy's, which need not be loaded


def told(error: BaseException, options: argparse.Namespace) -> int:
    """Say what went wrong, and what stands or is kept; return the exit status."""
    if sys.flags.dev_mode and not isinstance(error, NeurodynError | KeyboardInterrupt):
        raise error
    status, sentence = _meaning(error)
    with contextlib.suppress(OSError, ValueError):  # nobody may be there to read it
        flush(sys.stdout)
    if sentence:
        with contextlib.suppress(OSError, ValueError):
            print(f"neurodyn: {sentence}{_what_stands(error, options)}", file=sys.stderr)
            flush(sys.stderr)
    return status


def _meaning(error: BaseException) -> tuple[int, str]:
    """Return exit status and sentence; no sentence if the reader of the output has left."""
    match error:
        case KeyboardInterrupt():
            return EXIT_INTERRUPTED, "interrupted"
        case BrokenPipeError():
            return EXIT_OK, ""
        case InputError():
            return EXIT_BAD_INPUT, str(error)
        case NeurodynError():
            return EXIT_FAILED, str(error)
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return EXIT_BAD_INPUT, _line(f"{where}{error.strerror or error}")
        case MemoryError():
            what = "the memory of this machine does not hold what was asked for"
            return EXIT_BAD_INPUT, f"{what}; expected fewer points, runs or rows"
        case RecursionError():
            return EXIT_BAD_INPUT, "what was given is nested too deep; expected fewer brackets"
        case UnicodeError():
            return EXIT_BAD_INPUT, _line(f"a text cannot be read or written here: {error}")
        case ArithmeticError():
            return EXIT_FAILED, _line(f"the numbers leave what can be computed ({error})")
    kind = type(error).__name__
    if kind in _ARITHMETIC:
        return EXIT_FAILED, _line(f"a system of linear equations has no solution ({error})")
    return EXIT_FAILED, _line(
        "this is a fault of neurodyn, please report it (python -X dev -m neurodyn ... shows "
        f"where): unexpected {kind}: {error}"
    )


def _line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _what_stands(error: BaseException, options: argparse.Namespace) -> str:
    """Return what was written or kept, where someone has to know it to go on."""
    if isinstance(error, InputError):
        return ""
    store = getattr(options, "store", None)
    if store and (Path(store).is_file() or (Path(store).is_dir() and os.listdir(store))):
        again = "the same command with --resume" if "resume" in options else "the same command"
        return f"; what was done is kept in {store}: {again} goes on from there"
    if not isinstance(error, KeyboardInterrupt):
        return ""
    places = [value for value in vars(options).values() if isinstance(value, Destination)]
    if any(place.written for place in places):
        return "; the files of --out were written"
    return "; nothing was written"
