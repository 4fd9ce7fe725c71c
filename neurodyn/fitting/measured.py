"""Several measurements as one, for results that speak of all points."""

from __future__ import annotations

import hashlib

import numpy as np

from neurodyn.io import IVData


def together(data: tuple[IVData, ...]) -> IVData:
    """Return all points in order; line numbers are those of each file."""
    if len(data) == 1:
        return data[0]
    digests = "".join(one.sha256 for one in data).encode()
    return IVData(
        V=np.concatenate([one.V for one in data]),
        I=np.concatenate([one.I for one in data]),
        rows=np.concatenate([one.rows for one in data]),
        set_aside=tuple(row for one in data for row in one.set_aside),
        source=", ".join(one.source for one in data),
        sha256=hashlib.sha256(digests).hexdigest(),
        sweep=np.concatenate([one.sweep for one in data]),
        direction=np.concatenate([one.direction for one in data]),
        jumps=tuple(jump for one in data for jump in one.jumps),
        notes=tuple(f"{one.source}: {note}" for one in data for note in one.notes),
    )
