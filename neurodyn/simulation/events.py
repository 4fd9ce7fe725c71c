"""Crossings: where a quantity along a solution rises through zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array

Value = Callable[[npt.NDArray[np.intp], Array], Array]
"""Value at a fraction of a step, from the numbers of steps and the fractions, elementwise."""

_PROBES = np.linspace(0.0, 1.0, 5)  # an excursion shorter than a quarter of a step can hide
_RESOLUTION = 2.0**-52  # of a step
_BLOCK = 2**15  # steps looked at together, which bounds memory


def upward_crossings(t: Array, value: Value) -> Array:
    """Return the times at which a quantity rises through zero, (n,), in order.

    Searched at five points a step and located to the resolution of the time axis (T. Chandrupatla,
    Adv. Eng. Softw. 28, 145 (1997)), on the side where the quantity is not below zero.

    Parameters
    ----------
    t : (n_steps + 1,) float
        Ends of the steps.
    value : function
    """
    if len(t) < 2:
        return np.empty(0)
    from scipy.optimize import elementwise

    widths = np.diff(t)
    parts = [_rising(value, b, min(b + _BLOCK, len(widths))) for b in range(0, len(widths), _BLOCK)]
    step, cell = (np.concatenate(column) for column in zip(*parts, strict=True))
    if not len(step):
        return np.empty(0)
    found = elementwise.find_root(
        lambda theta, number: value(number.astype(np.intp), theta),
        (_PROBES[cell], _PROBES[cell + 1]),
        args=(step.astype(float),),  # numbers of steps, which it would round if they were whole
        tolerances={"xatol": _RESOLUTION, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0},
    )
    theta = np.where(found.f_x >= 0, found.x, found.bracket[1])
    return np.asarray(t[step] + theta * widths[step], dtype=np.float64)


def _rising(
    value: Value, first: int, last: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return steps and the quarters of them in which a quantity rises through zero."""
    sampled = np.broadcast_to(
        value(np.arange(first, last)[:, None], _PROBES), (last - first, len(_PROBES))
    )
    step, cell = np.nonzero((sampled[:, :-1] < 0) & (sampled[:, 1:] >= 0))
    return step + first, cell
