"""Rows of an I-V curve that a fit sets aside: far off alone, or of too few steps of a converter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.fitting.iv.channel_noise import local_sd
from neurodyn.io import IVData
from neurodyn.io.iv_data import SetAside

OUTLIER, COARSE = "outlier", "few steps of the converter"
_FAR = 7.0  # standard deviations: once in some 10^11 normal numbers
_LEAST = 3e-3  # relative: nearer than that no row is a glitch
_LONGEST = 3  # rows beside each other; more are something that the device does
_MOST = 0.05  # of all rows
_FEWEST_STEPS = 4  # below that, rounding is no noise: how a value rounds depends on where it lies


def outlying(
    residuals: Array, unit: Array, sweep: npt.NDArray[np.intp], order: Array, *, stated: bool
) -> npt.NDArray[np.intp]:
    """Return the places of rows that lie far off, at most three beside each other.

    Parameters
    ----------
    residuals : (n,) float
        In standard deviations, in the order in which they were measured.
    unit : (n,) float
        Of them, relative.
    sweep : (n,) int
        Which sweep each belongs to.
    order : (n,) float
        What grows along the curve: neighbours on it say what noise is usual there.
    stated : bool
        Whether the noise is stated, so that less than it is no sign of less.

    Returns
    -------
    (m,) int
        None if they are more than 5 % of all rows.
    """
    along = np.lexsort((order, sweep))
    usual = np.empty(len(residuals))
    usual[along] = local_sd(residuals[along])
    usual = np.maximum(usual, 1.4826 * float(np.median(np.abs(residuals))))
    usual = np.maximum(usual, 1.0 if stated else 0.0)
    off = np.abs(residuals)
    far = np.flatnonzero((off > _FAR * usual) & (off * unit > _LEAST))
    if not len(far):
        return far
    beside = (np.diff(far) == 1) & (np.diff(sweep[far]) == 0)
    runs = np.split(far, np.flatnonzero(~beside) + 1)
    found = np.concatenate([run if len(run) <= _LONGEST else run[:0] for run in runs])
    return found if len(found) <= _MOST * len(residuals) else found[:0]


def coarse(data: Sequence[IVData], steps: tuple[float, float]) -> npt.NDArray[np.intp]:
    """Return the places of rows that read less than four steps of a converter.

    Parameters
    ----------
    data : sequence of IVData
    steps : (of V, of I)
        Zero if not known.
    """
    V, I = (np.concatenate([getattr(one, axis) for one in data]) for axis in "VI")
    least_V, least_I = ((_FEWEST_STEPS - 0.5) * step for step in steps)
    return np.flatnonzero((least_V > V) | (least_I > I))


def without(
    data: Sequence[IVData], places: npt.NDArray[np.intp], reason: str
) -> tuple[IVData, ...]:
    """Return measurements without the points at these places among all, which are set aside."""
    left, first = [], 0
    for one in data:
        here = places[(places >= first) & (places < first + len(one))] - first
        first += len(one)
        left.append(_without(one, here, reason) if len(here) else one)
    return tuple(left)


def _without(data: IVData, places: npt.NDArray[np.intp], reason: str) -> IVData:
    gone = [SetAside(int(data.rows[i]), float(data.V[i]), float(data.I[i]), reason) for i in places]
    rows = {one.row for one in gone}
    kept = {name: np.delete(getattr(data, name), places) for name in _BY_ROW}
    return replace(
        data,
        **kept,
        set_aside=tuple(sorted((*data.set_aside, *gone), key=lambda one: one.row)),
        jumps=tuple(j for j in data.jumps if not {j.before[0], j.after[0]} & rows),
    )


_BY_ROW = ("V", "I", "rows", "sweep", "direction")
