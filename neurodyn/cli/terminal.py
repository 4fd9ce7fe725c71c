"""Standard output and error: terminals that lack letters, and readers that leave or are full."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
from typing import TextIO

_SPELLED = {
    "\u00b5": "u",
    "\u03bc": "u",
    "\u03a9": "ohm",
    "\u2126": "ohm",
    "°": "deg",
    "±": "+-",
    "×": "x",
    "·": "*",
    "²": "^2",
    "³": "^3",
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "χ": "chi",
    "σ": "sigma",
    "τ": "tau",
    "ε": "eps",
    "é": "e",
    "’": "'",
    "“": '"',
    "”": '"',
}


def spell_out(*streams: TextIO) -> None:
    """Let streams write what their encoding lacks in letters that it has: "µA" as "uA"."""
    codecs.register_error("neurodyn.spelled", _spelled)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="neurodyn.spelled")


def flush(stream: TextIO) -> None:
    """Write what is held back, so that a full disk shows now; the stream is silent afterwards."""
    try:
        stream.flush()
    except OSError:
        with contextlib.suppress(OSError):  # or the same error comes again at the very end
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise


def _spelled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_SPELLED.get(letter, "?") for letter in lacking), error.end
