"""The log that an ArC ONE writes while it pulses an array: operations, one to a line."""

from __future__ import annotations

import csv

import numpy as np

from neurodyn.arguments import shown
from neurodyn.errors import InputError
from neurodyn.io.text.decoding import decoded
from neurodyn.provenance import sha256
from neurodyn.synapses.pulse_table import PulseTable, made_table

_COLUMNS = ("wordline", "bitline", "resistance", "pulsewidth")
_HEAD = 4096  # bytes in which the heading stands


def is_arc_log(raw: bytes) -> bool:
    """Say whether a file has the heading of such a log."""
    head = raw[:_HEAD].lower()
    return b"wordline" in head and b"bitline" in head and b"resistance" in head


def arc_table(raw: bytes, name: str) -> PulseTable:
    """Return readings by device and number of pulses.

    A device is named by its lines, ``W2B7``. Of several readings after one pulse the last counts.

    Raises
    ------
    InputError
        Naming the line that is not as expected.
    """
    lines = [(k, line) for k, line in enumerate(decoded(raw, name).lines, 1) if line.strip()]
    start = next(i for i, (_, line) in enumerate(lines) if "wordline" in line.lower())
    mark = "\t" if "\t" in lines[start][1] else ","
    heading = [cell.split("(")[0].replace(" ", "").lower() for cell in lines[start][1].split(mark)]
    missing = [wanted for wanted in _COLUMNS if wanted not in heading]
    if missing:
        raise InputError(
            f"{name!r}, line {lines[start][0]}: no column {missing[0]!r}; expected Wordline, "
            "Bitline, Resistance and Pulse width, as an ArC ONE writes them"
        )
    places = [heading.index(wanted) for wanted in _COLUMNS]
    readings: dict[str, dict[int, float]] = {}
    for number, line in lines[start + 1 :]:
        cells = next(csv.reader([line], delimiter=mark))
        if len(cells) <= max(places):
            raise InputError(
                f"{name!r}, line {number}: {len(cells)} cells; expected {len(heading)} as in the "
                "heading"
            )
        word, bit, R, width = (cells[place].strip() for place in places)
        device = readings.setdefault(f"W{word}B{bit}", {})
        count = max(device, default=0) + (_number(width, name, number, "a pulse width") > 0)
        ohms = _number(R, name, number, "a resistance in ohm")
        device[count] = 1.0 / ohms if ohms > 0 else np.nan
    if not readings:
        raise InputError(f"{name!r} holds a heading and no operation; expected lines below it")
    pulses = sorted({count for device in readings.values() for count in device})
    G = [[device.get(count, np.nan) for count in pulses] for device in readings.values()]
    return made_table(np.array(G), pulses, list(readings), name, sha256(raw))


def _number(cell: str, name: str, line: int, what: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise InputError(
            f"{name!r}, line {line}: the cell {shown(cell)}; expected {what}"
        ) from None
