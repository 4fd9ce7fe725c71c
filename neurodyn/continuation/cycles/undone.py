"""Two crossings inside one stride that undo each other, so that no test function changes sign.

It comes near zero in between, and the cycles around tell: where the polynomial through its values
at the ends of the stride and of its neighbours does so, cycles are solved for, and nowhere else.
"""

from __future__ import annotations

import numpy as np
import scipy.optimize

from neurodyn.continuation.cycles.curve import CycleStride
from neurodyn.continuation.cycles.special_points import is_resolved, tests
from neurodyn.errors import NumericalError

_NEAR = 0.3  # of the smaller value at the ends: predictions below it are looked into
_SHORT = 1e-3  # of a stride: a neighbour that tells nothing
_GRID = np.arange(1, 32) / 32  # parts of a stride at which a polynomial is looked at
_AROUND, _PRECISION, _LOOKS = 0.25, 1e-4, 12  # parts of the stride, and cycles solved for


def undone(
    stride: CycleStride, before: CycleStride | None, after: CycleStride | None
) -> float | None:
    """Return a part of a stride at which a test function has another sign than at both ends.

    None where there is none, or where multipliers are not resolved.

    Parameters
    ----------
    stride : Stride
    before, after : Stride or None
        Its neighbours, where it has them.
    """
    cycles, places, unit = [stride.start, stride.end], [0.0, 1.0], _length(stride)
    if unit == 0.0:  # a branch that has ended on a point
        return None
    if before is not None and _length(before) > _SHORT * unit:
        cycles.append(before.start)
        places.append(-_length(before) / unit)
    if after is not None and _length(after) > _SHORT * unit:
        cycles.append(after.end)
        places.append(1.0 + _length(after) / unit)
    if len(cycles) == 2 or not all(map(is_resolved, cycles)):
        return None
    values = [tests(cycle) for cycle in cycles]
    powers = np.vander(places)
    for name, first in values[0].items():
        sense, last = (1.0 if first >= 0 else -1.0), values[1][name]
        least = min(abs(first), abs(last))
        if (first >= 0) != (last >= 0) or not least > 0:
            continue
        polynomial = np.linalg.solve(powers, [value[name] for value in values])
        predicted = sense * np.polyval(polynomial, _GRID)
        if predicted.min() >= _NEAR * least:
            continue
        part = _looked_for(stride, name, sense, float(_GRID[predicted.argmin()]))
        if part is not None:
            return part
    return None


def _length(stride: CycleStride) -> float:
    return abs(stride.length - stride.begin)


class _Turned(Exception):
    """A cycle at which the sign is another."""

    def __init__(self, part: float) -> None:
        super().__init__()
        self.part = part


def _looked_for(stride: CycleStride, name: str, sense: float, near: float) -> float | None:
    """Go down to the least value of a test function around a part; return where its sign turns."""

    def distance(part: float) -> float:
        value = sense * tests(stride.at(float(part)))[name]
        if value < 0:
            raise _Turned(float(part))
        return value

    bounds = max(0.0, near - _AROUND), min(1.0, near + _AROUND)
    options = {"xatol": _PRECISION, "maxiter": _LOOKS}
    try:
        scipy.optimize.minimize_scalar(distance, bounds=bounds, method="bounded", options=options)
    except _Turned as turned:
        return turned.part
    except NumericalError:
        return None
    return None
