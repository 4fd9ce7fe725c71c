"""Binary files of oscilloscopes, through RigolWFM. Needs the extra ``oscilloscope``.

RigolWFM (S. Prahl, BSD licence) reads Rigol, Tektronix, LeCroy, Keysight, Siglent, Rohde & Schwarz
and Yokogawa, and finds out which it is. A channel says in what unit it measured.
"""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from pathlib import Path

import numpy as np

from neurodyn.errors import InputError
from neurodyn.io.binary.numeric_table import NumericTable
from neurodyn.io.columns.column import Column
from neurodyn.io.guard import DAMAGED, said_by
from neurodyn.provenance import require

SUFFIXES = (".wfm", ".isf", ".trc", ".bin", ".wdf", ".hdr")
_UNITS = {"v": ("V", "V"), "a": ("A", "I"), "w": ("W", None)}


def oscilloscope_tables(path: str | os.PathLike[str]) -> list[NumericTable]:
    """Return one table: time, and each channel that was on.

    Raises
    ------
    InputError
        If RigolWFM cannot read the file, or no channel holds data.
    NeurodynError
        If RigolWFM is not installed.
    """
    rigol = require("RigolWFM.wfm", extra="oscilloscope")
    name = Path(path).name
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            record = rigol.Wfm.from_file(os.fspath(path))
    except DAMAGED as error:
        raise InputError(
            f"{name!r} cannot be read as the record of an oscilloscope that RigolWFM knows: "
            f"{said_by(error)}"
        ) from None
    on = [
        c for c in record.channels if c.times is not None and c.volts is not None and len(c.volts)
    ]
    if not on:
        raise InputError(f"{name!r} is the record of an oscilloscope without data in any channel")
    if any(not np.array_equal(c.times, on[0].times) for c in on[1:]):
        raise InputError(f"{name!r}: its channels have time axes of their own; expected one")
    header = [Column(0, "time", "time", "s")]
    for i, channel in enumerate(on, start=1):
        said = getattr(channel.unit, "name", str(channel.unit)).lower()
        unit, kind = _UNITS.get(said, (None, None))
        header.append(Column(i, channel.name, channel.name, unit, kind))
    values = [np.asarray(on[0].times, dtype=float)]
    values += [np.asarray(channel.volts, dtype=float) for channel in on]
    model = str(getattr(record, "header_name", "") or "oscilloscope")
    return [
        NumericTable(header, values, model, [f"Model: {model}"], [f"Read by RigolWFM as {model}."])
    ]
