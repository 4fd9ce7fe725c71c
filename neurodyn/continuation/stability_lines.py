"""Polylines of a branch, cut where its stability changes: at the special points themselves.

A branch is known at samples. Between two samples of different stability lies a special point, or
several; taken from the samples alone, the change would be a whole step off. Pictures draw these
lines, and windows of stability are read off them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.cycles.branch import CycleBranch
from neurodyn.continuation.equilibria.branch import EquilibriumBranch
from neurodyn.continuation.two_parameter.curve import TwoParameterCurve
from neurodyn.equilibria import StabilityCurve

_STILL = 1e-9  # part of its size on the whole branch by which a state at rest may drift
_BESIDE = 0.2  # a point is on a step if the way over it is longer by less than this part of it
_CRITICAL = {"cycle_fold": 1, "branch_point": 1, "period_doubling": 1, "torus": 2}
"""Multipliers on the unit circle at a special point of cycles of each kind."""


@dataclass(frozen=True)
class Mark:
    """A special point that becomes a vertex.

    Parameters
    ----------
    place : (d,) float
        In the coordinates of the polyline.
    changes : bool
        Whether what the line style says changes there.
    """

    place: Array
    changes: bool


@dataclass(frozen=True)
class Stretch:
    """A part of a branch with one line style.

    Parameters
    ----------
    sign : int
        -1: stable (of a Hopf curve: supercritical); +1: not; 0: not known.
    vertices : (n, d) float
        The parameter in the first column.
    """

    sign: int
    vertices: Array

    @property
    def interval(self) -> tuple[float, float]:
        """Range of the parameter."""
        values = self.vertices[:, 0]
        return float(values.min()), float(values.max())


def stretches(
    points: Array, test: Array, marks: Sequence[Mark], least: Array | float = 0.0
) -> list[Stretch]:
    """Cut a polyline where the sign of a test function changes.

    Parameters
    ----------
    points : (n, d) float
        Samples in the order of the curve.
    test : (n,) float
        Negative where the branch is stable; NaN where that is not known.
    marks : sequence of Mark
        Vertices beside the samples. Where the sign changes without one, the zero of the straight
        line between the two values is taken.
    least : (d,) float, optional
        Range of a column below which it counts as standing still.

    Returns
    -------
    list of Stretch
        Each begins at the last vertex of the one before.
    """
    signs = np.where(np.isnan(test), 0, np.where(test < 0, -1, 1))
    inserted = _by_step(points, marks, least)
    vertices, styles = [points[0]], []
    for i in range(len(points) - 1):
        sign, step = int(signs[i]), inserted.get(i, [])
        for mark in step:
            vertices.append(mark.place)
            styles.append(sign)
            sign = -sign if mark.changes else sign
        if not step and sign * signs[i + 1] < 0:
            fraction = test[i] / (test[i] - test[i + 1])
            vertices.append(points[i] + fraction * (points[i + 1] - points[i]))
            styles.append(sign)
        vertices.append(points[i + 1])
        styles.append(int(signs[i + 1]))
    return _runs(np.array(vertices), styles or [int(signs[0])])


def _runs(vertices: Array, styles: Sequence[int]) -> list[Stretch]:
    changes = [i for i in range(1, len(styles)) if styles[i] != styles[i - 1]]
    ends = [0, *changes, len(styles)]
    return [Stretch(styles[a], vertices[a : b + 1]) for a, b in pairwise(ends)]


def _by_step(points: Array, marks: Sequence[Mark], least: Array | float) -> dict[int, list[Mark]]:
    """Return the marks that lie on each step of the polyline, in the order of the curve."""
    found: dict[int, list[tuple[float, Mark]]] = {}
    size = np.maximum(np.ptp(points, axis=0), least)
    size = np.where(size > 0, size, 1.0)
    scaled = points / size
    for mark in marks if len(points) > 1 else ():
        place = mark.place / size
        away = np.linalg.norm(scaled - place, axis=1)
        steps = np.linalg.norm(np.diff(scaled, axis=0), axis=1)
        i = int(np.argmin(away[:-1] + away[1:] - steps))
        if away[i] + away[i + 1] - steps[i] <= _BESIDE * steps[i]:
            found.setdefault(i, []).append((float(away[i]), mark))
    return {i: [mark for _, mark in sorted(step, key=_first)] for i, step in found.items()}


def _first(pair: tuple[float, Mark]) -> float:
    return pair[0]


def equilibrium_lines(branch: EquilibriumBranch) -> list[Stretch]:
    """Return the stretches of equilibria; columns: the parameter, then the states."""
    points = np.column_stack([branch.parameter, branch.states])
    test = branch.eigenvalues.real.max(axis=1)
    marks = [
        Mark(
            np.array([point.parameter, *point.x]),
            point.crossing > 0
            and _others_stable(np.asarray(point.eigenvalues.real), point.crossing),
        )
        for point in branch.special
    ]
    found, least = [], np.zeros(points.shape[1])
    for point in branch.special[:1]:  # a state at rest drifts by rounding: that is no range
        least[1:] = _STILL * np.asarray(point.scales)
    for number in np.unique(branch.piece):
        here = branch.piece == number
        found += stretches(points[here], test[here], marks, least)
    return found


def _others_stable(growth: Array, critical: int) -> bool:
    """Whether all is stable but the rates nearest to zero: then those decide, and change it."""
    return bool((growth[np.argsort(np.abs(growth))[critical:]] < 0).all())


def cycle_lines(branch: CycleBranch) -> list[Stretch]:
    """Return the stretches of cycles; columns: the parameter, the minima, then the maxima.

    A family that begins or ends in a Hopf point is drawn up to it.
    """
    points = np.column_stack([branch.parameter, branch.minimum, branch.maximum])
    test = _growth(branch.multipliers)
    marks = []
    for point in branch.special:
        cycle, critical = point.cycle, _CRITICAL[point.kind]
        growth = _growth_rates(np.asarray(cycle.multipliers))
        place = np.array([point.parameter, *cycle.minimum, *cycle.maximum])
        marks.append(Mark(place, _others_stable(growth, critical)))
    for hopf in branch.hopf_points:
        place = np.array([hopf.parameter, *hopf.x, *hopf.x])
        size = np.maximum(np.ptp(points, axis=0), 1e-300)
        first, last = (np.linalg.norm((points[end] - place) / size) for end in (0, -1))
        at_start = branch.began == "hopf" and (first < last or branch.ended != "hopf")
        points = np.vstack([place, points] if at_start else [points, place])
        test = np.insert(test, 0 if at_start else len(test), test[0 if at_start else -1])
    return stretches(points, test, marks)


def _growth_rates(multipliers: np.ndarray) -> Array:
    """Logarithm of the modulus of the nontrivial multipliers; the trivial one comes first."""
    return np.log(np.maximum(np.abs(multipliers[..., 1:]), 1e-300))


def _growth(multipliers: np.ndarray) -> Array:
    return _growth_rates(multipliers).max(axis=-1)


def hopf_lines(curve: TwoParameterCurve) -> list[Stretch]:
    """Return the stretches of a Hopf curve by criticality; columns: the two parameters."""
    marks = [
        Mark(np.array([point.parameters[name] for name in curve.parameter_names]), True)
        for point in curve.of_kind("bautin")
    ]
    return stretches(curve.parameters, curve.first_lyapunov, marks)


def rest_lines(curve: StabilityCurve) -> list[Stretch]:
    """Return the stretches of a closed-form curve of equilibria; columns: input, then states."""
    points = np.column_stack([curve.values, curve.states.T])
    marks = [Mark(np.array([p.parameter, *p.state.values()]), True) for p in curve.hopf]
    return stretches(points, curve.eigenvalues.real.max(axis=0), marks)
