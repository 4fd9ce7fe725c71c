"""Tables of pulses as files: CSV, which anybody can write, NPZ, HDF5; and the log of an ArC ONE."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import checked, shown
from neurodyn.errors import InputError, unknown_name
from neurodyn.files import save_arrays, write_whole
from neurodyn.io.binary.hdf5_file import hdf5_arrays
from neurodyn.io.guard import DAMAGED, check_archive, said_by
from neurodyn.io.text.decoding import decoded, read_bytes
from neurodyn.provenance import require, sha256
from neurodyn.synapses.arc_log import arc_table, is_arc_log
from neurodyn.synapses.pulse_table import PulseTable, made_table
from neurodyn.tables import as_csv

CORNER = "device \\ pulse [S]"
_NO_READING = ("", "nan", "na", "n/a")


@checked
def read_pulse_table(path: str | os.PathLike[str]) -> PulseTable:
    """Read conductances pulse by pulse.

    **CSV**: one line of heading, ``device \\ pulse [S],0,1,2,...``, with the pulses that devices
    had had; then one line for each device: its name and its conductances in siemens. A cell that
    is empty or says ``nan`` is a reading that is not there. Lines that begin with ``#`` are
    remarks. **NPZ**: arrays ``G`` (devices, points) in siemens and, if wanted, ``pulse`` (points,)
    and ``names`` (devices,). **HDF5** (extra ``hdf5``): datasets of these names in the first group
    that has any. **ArC ONE**: its log of operations, lines of Wordline, Bitline, Resistance,
    Amplitude, Pulse width and more, by tabs or commas; each line with a width above 0 is a pulse,
    and its resistance the reading after it.

    Parameters
    ----------
    path : str or path

    Raises
    ------
    InputError
        Naming the line, cell or array that is not as said above.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import neurodyn as nd
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "pulses.csv"
    >>> _ = file.write_text("device \\\\ pulse [S],0,10,20\\nA1,1.4e-4,1.39e-4,1.35e-4\\n")
    >>> nd.synapses.read_pulse_table(file).pulse
    array([ 0, 10, 20])
    """
    raw = read_bytes(path)
    name = Path(path).name
    if raw.startswith(b"PK\x03\x04"):
        return _from_npz(raw, name)
    if raw.startswith(b"\x89HDF\r\n\x1a\n"):
        return _from_arrays(hdf5_arrays(raw, name), raw, name)
    if is_arc_log(raw):
        return arc_table(raw, name)
    return _from_csv(raw, name)


@checked
def write_pulse_table(table: PulseTable, path: str | os.PathLike[str]) -> Path:
    """Write a table as :func:`read_pulse_table` reads it: CSV of ten digits, NPZ or HDF5 of all.

    Parameters
    ----------
    table : PulseTable
    path : str or path
        Ends in ``.csv``, ``.npz`` or ``.h5``; what stood there is replaced.

    Raises
    ------
    InputError
        If the ending is another, or the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import neurodyn as nd
    >>> table = nd.synapses.pulse_table([[1e-4, 9e-5], [1e-4, 8e-5]])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "pulses.npz"
    >>> nd.synapses.write_pulse_table(table, path).name
    'pulses.npz'
    """
    file = Path(path)
    try:
        if file.suffix == ".npz":
            arrays = {"G": table.G, "pulse": table.pulse, "names": np.array(table.names)}
            write_whole(file, lambda place: save_arrays(place, arrays))
        elif file.suffix == ".h5":
            h5py = require("h5py", extra="hdf5")

            def save(place: Path) -> None:
                with h5py.File(place, "w") as content:
                    content["G"], content["pulse"] = table.G, table.pulse
                    content["names"] = list(table.names)
                    content["G"].attrs["units"] = "S"

            write_whole(file, save)
        elif file.suffix == ".csv":
            heading = [CORNER, *map(str, table.pulse.tolist())]
            rows = (
                [name, *("" if np.isnan(g) else g for g in row)]
                for name, row in zip(table.names, table.G.tolist(), strict=True)
            )
            write_whole(file, as_csv(heading, rows))
        else:
            raise InputError(f"{shown(str(file))} has no ending .csv, .npz or .h5; expected one")
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{shown(str(file))} cannot be written: {reason}") from None
    return file


def _from_npz(raw: bytes, name: str) -> PulseTable:
    check_archive(raw, name)
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            arrays = {key: np.asarray(archive[key]) for key in archive.files}
    except DAMAGED as error:
        raise InputError(f"{name!r} cannot be read as NumPy arrays: {said_by(error)}") from None
    return _from_arrays(arrays, raw, name)


def _from_arrays(arrays: Mapping[str, npt.NDArray[Any]], raw: bytes, name: str) -> PulseTable:
    for key in arrays:
        if key not in ("G", "pulse", "names"):
            raise unknown_name(
                f"array of a pulse table, in {name!r},", key, ("G", "pulse", "names")
            )
    if "G" not in arrays:
        raise InputError(f"{name!r} has no array 'G'; expected (devices, points) in siemens")
    for key in ("G", "pulse"):
        if key in arrays and arrays[key].dtype.kind not in "iuf":
            raise InputError(f"{name!r}: {key} holds {arrays[key].dtype}; expected real numbers")
    names = arrays.get("names")
    if names is not None and names.ndim != 1:
        raise InputError(f"{name!r}: names has the shape {names.shape}; expected one row of them")
    named = None if names is None else [_as_text(item) for item in names.tolist()]
    return made_table(arrays["G"].astype(float), arrays.get("pulse"), named, name, sha256(raw))


def _as_text(item: object) -> str:
    return item.decode(errors="replace") if isinstance(item, bytes) else str(item)


def _from_csv(raw: bytes, name: str) -> PulseTable:
    lines = [
        (number, line)
        for number, line in enumerate(decoded(raw, name).lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    try:
        cells = list(csv.reader(line for _, line in lines))
    except csv.Error as error:
        raise InputError(f"{name!r} cannot be read as CSV: {said_by(error)}") from None
    if len(cells) < 2 or len(cells) != len(lines):
        raise InputError(
            f"{name!r} has {len(cells)} lines that are no remark; expected a heading and one line "
            "for each device"
        )
    numbers = [number for number, _ in lines]
    heading = cells[0]
    if len(heading) < 3:
        raise InputError(
            f"{name!r}, line {numbers[0]}: a heading of {len(heading)} cells; expected "
            f"'{CORNER}' and at least two pulses, separated by commas"
        )
    corner = heading[0].replace(" ", "").lower()
    if corner != CORNER.replace(" ", "").lower():
        raise InputError(
            f"{name!r}, line {numbers[0]}: the heading begins with {shown(heading[0])}; expected "
            f"'{CORNER}', conductances in siemens"
        )
    pulses = [_number(cell, name, numbers[0], "a pulse") for cell in heading[1:]]
    rows = []
    for number, row in zip(numbers[1:], cells[1:], strict=True):
        if len(row) != len(heading):
            raise InputError(
                f"{name!r}, line {number}: {len(row)} cells; expected {len(heading)} as in the "
                "heading"
            )
        rows.append(
            [
                np.nan
                if cell.strip().lower() in _NO_READING
                else _number(cell, name, number, "a conductance in siemens")
                for cell in row[1:]
            ]
        )
    names = [row[0].strip() for row in cells[1:]]
    return made_table(np.array(rows), pulses, names, name, sha256(raw))


def _number(cell: str, name: str, line: int, what: str) -> float:
    try:
        if "_" not in cell:  # Python's own grouping of digits
            return float(cell)
    except ValueError:
        pass
    raise InputError(f"{name!r}, line {line}: the cell {shown(cell)}; expected {what}")
