"""What an I-V fit assumes and no such data can tell: ambient temperature and gains, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from neurodyn.arrays import Array
from neurodyn.fitting.ambient import Pair
from neurodyn.fitting.iv.distance import Group, OrthogonalProblem
from neurodyn.fitting.least_squares import Minimum

_SMALL = 1e-4  # change of a gain over which a fit is straight
_SHOWN = 5e-4  # relative: what moves less is not worth a word
_PERCENT = 0.01


def untold(
    problem: OrthogonalProblem,
    minimum: Minimum,
    ambients: Sequence[Pair],
    null_directions: Sequence[Mapping[str, float]],
) -> Iterator[str]:
    """Yield what is taken as exact, and how it would move the parameters if it were not."""
    along = [direction for direction in null_directions if "T_amb" in direction]
    exact = [value for value, sd in ambients if sd == 0]
    if along and exact and "T_offset" not in problem.names:
        share = {name: x / along[0]["T_amb"] / exact[0] for name, x in along[0].items()}
        moved = {u.title: share[u.name] for u in problem.unknowns if u.name in share}
        if moved:
            yield f"T_amb = {exact[0]:g} K, exact: each kelvin more moves {_listed(moved)}"
    for what, axis in (("voltmeter", "ln_V"), ("ammeter", "ln_I")):
        shift = _PERCENT * _by_gain(problem, minimum, axis)
        pairs = zip(problem.unknowns, shift, strict=True)
        moved = {u.title: float(x) for u, x in pairs if u.name in problem.model.parameter_names}
        yield f"gain of the {what}, exact: 1 % too high moves {_listed(moved)}"


def _listed(moved: Mapping[str, float]) -> str:
    shown = [f"{name} by {x:+.2%}" for name, x in moved.items() if abs(x) > _SHOWN]
    return ", ".join(shown) or "nothing"


def _by_gain(problem: OrthogonalProblem, minimum: Minimum, axis: str) -> Array:
    """Return how the unknowns move with ln of the gain of all readings of one meter."""

    def read_high(group: Group) -> Group:
        rows = tuple(
            replace(row, **{axis: getattr(row, axis) + _SMALL}) for row in group.inequalities
        )
        return replace(group, **{axis: getattr(group, axis) + _SMALL}, inequalities=rows)

    high = replace(problem, groups=tuple(read_high(group) for group in problem.groups))
    column = (high.residuals(minimum.theta) - minimum.residuals) / _SMALL
    found = np.linalg.lstsq(minimum.jacobian, -column, rcond=None)[0]
    return np.asarray(found, dtype=np.float64)
