"""Measurements at several ambient temperatures in one file, each cleaned alone, then joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neurodyn.arrays import Array
from neurodyn.io.iv_data import Censored, IVData


def at_ambients(
    clean: Callable[..., IVData], T: Array, level: NDArray[np.int64], column: str
) -> IVData:
    """Return all rows, with the measurement at each ambient temperature in ``by_T``.

    Parameters
    ----------
    clean : callable
        Takes places of rows, and notes; returns them as :class:`IVData`.
    T : (k,) array
        Ambient temperatures [K].
    level : (n,) int array
        Which of them each row has.
    column : str
        Header of the column that holds them.
    """
    listing = ", ".join(f"{value:.4g}" for value in T)
    if len(T) == 1:
        note = f"The column {column!r} holds one ambient temperature, {listing} K."
        whole = clean(slice(None), (note,))
        return replace(whole, by_T=((float(T[0]), whole),))
    note = (
        f"The column {column!r} holds {len(T)} ambient temperatures ({listing} K); split_by_T() "
        "gives the measurement at each, as a fit needs them."
    )
    parts = [clean(np.flatnonzero(level == k), (note,)) for k in range(len(T))]
    return replace(_joined(parts), by_T=tuple(zip(map(float, T), parts, strict=True)))


def _joined(parts: list[IVData]) -> IVData:
    """Return all rows of several measurements; the sweeps are counted on."""
    counted, first = [], 0
    for part in parts:
        jumps = tuple(replace(jump, sweep=jump.sweep + first) for jump in part.jumps)
        counted.append((part, part.sweep + first, part.censored.sweep + first, jumps))
        first += 1 + max([*part.sweep.tolist(), *part.censored.sweep.tolist()], default=-1)
    limits = [part for part in parts if part.limit is not None]
    limited = max(limits, key=lambda part: part.limit or 0.0) if limits else parts[0]
    return replace(
        parts[0],
        V=np.concatenate([part.V for part in parts]),
        I=np.concatenate([part.I for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
        set_aside=tuple(row for part in parts for row in part.set_aside),
        limit=limited.limit,
        limit_kind=limited.limit_kind,
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        sweep=np.concatenate([sweep for _, sweep, _, _ in counted]),
        direction=np.concatenate([part.direction for part in parts]),
        censored=Censored(
            V=np.concatenate([part.censored.V for part in parts]),
            I=np.concatenate([part.censored.I for part in parts]),
            rows=np.concatenate([part.censored.rows for part in parts]),
            sweep=np.concatenate([sweep for _, _, sweep, _ in counted]),
            direction=np.concatenate([part.censored.direction for part in parts]),
            limited=next((p.censored.limited for p in parts if p.censored.limited), None),
        ),
        jumps=tuple(jump for *_, jumps in counted for jump in jumps),
    )
