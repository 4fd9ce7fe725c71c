r"""One-parameter extensions of a fit: what it assumes, and what the data say of it.

With r the residuals, J their derivatives by the unknowns and d those by one parameter more, of
which the fit assumes a value, the parameter is told by what of d lies outside the columns of J: its
estimate is :math:`-d_\perp\cdot r / d_\perp^2`, which lowers the sum of squares by
:math:`(d_\perp\cdot r)^2 / d_\perp^2`, and moves the unknowns by :math:`-J^+ d` for each unit (the
score test of C. R. Rao, Proc. Camb. Phil. Soc. 44, 50 (1948), in its least-squares form).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from neurodyn.arrays import Array
from neurodyn.fitting.unknowns import Unknown

ASKED = 0.01
"""Probability, over all that is tried, with which data of the right model ask for an extension."""
LIKELY = 2.0
"""Standard errors from which an extension that is not asked for is named, if it moves something."""
AS_GOOD = 9.0
"""Fall of chi-square within which two extensions explain the data alike."""
_FAR = 20.0  # ln of a factor beyond which a straight line says nothing
_UNSEEN = 1e-6  # share of d outside the columns of J, below which no data tell it


@dataclass(frozen=True, eq=False)
class Score:
    """What one evaluation says of one parameter more.

    Parameters
    ----------
    value, sd : float
        Estimate, counted from what is assumed, in what the fit varies.
    fall : float
        Of the sum of squares.
    shift : (k,) float
        How the unknowns would move.
    """

    value: float
    sd: float
    fall: float
    shift: Array


def score(residuals: Array, jacobian: Array, column: Array) -> Score | None:
    """Return what the data say of one parameter more; None if they cannot tell it.

    Parameters
    ----------
    residuals : (n,) float
        In standard deviations, where they are least.
    jacobian : (n, k) float
    column : (n,) float
        Derivatives by the parameter.
    """
    length = np.linalg.norm(jacobian, axis=0)
    length[length == 0] = 1.0
    basis, singular, turned = np.linalg.svd(jacobian / length, full_matrices=False)
    kept = singular > _UNSEEN * singular.max()
    basis, singular, turned = basis[:, kept], singular[kept], turned[kept]
    inside = basis.T @ column
    outside = column - basis @ inside
    size = float(outside @ outside)
    if not size > _UNSEEN**2 * float(column @ column):
        return None
    left = residuals - basis @ (basis.T @ residuals)
    along = float(outside @ left)
    value = -along / size
    moved = -(turned.T @ (inside / singular)) / length
    return Score(value, size**-0.5, along**2 / size, value * moved)


@dataclass(frozen=True, eq=False)
class Extension:
    """One thing that a fit assumes, tried as one unknown more.

    Parameters
    ----------
    name, unit : str
    value, standard_error : float
        As the data would have it, by the unknown's own measure (reported value).
    assumed : float
    t : float
        Of the estimate, in standard errors.
    p : float
        Probability of so large a one by chance, in as many trials as were made.
    shift : (k,) float
        How the unknowns of the fit would move.
    remedy : str
        How to fit it.
    logarithmic : bool
        Whether it was tried in ln(value).
    """

    name: str
    unit: str
    value: float
    standard_error: float
    assumed: float
    t: float
    p: float
    shift: Array
    remedy: str
    logarithmic: bool = False

    @property
    def asked(self) -> bool:
        """Whether the data ask for it."""
        return self.p < ASKED

    def most_moved(self, unknowns: Sequence[Unknown], sd: Array) -> tuple[int, float]:
        """Return the place of the parameter that would move most, and by how many errors."""
        counts = np.array([u.logarithmic and u.name != "ambient" for u in unknowns])
        bars = np.where(counts, np.abs(self.shift), 0.0) / np.maximum(sd, 1e-300)
        i = int(bars.argmax())
        return i, float(bars[i])

    def line(self, unknowns: Sequence[Unknown], sd: Array) -> str:
        """Say what is assumed, what the data say of it, and what that would do."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        head = f"{self.name} = {self.assumed:g}{unit}"
        if self.asked:
            return f"{head}: the data ask for {self.found}; {self.moved(unknowns, sd)}"
        half, place = 1.96 * self.standard_error, self.most_moved(unknowns, sd)[0]
        ends = (self.value - half, self.value + half)
        if self.logarithmic:
            ends = tuple(self.value * math.exp(x * half / self.value) for x in (-1, 1))
        came = self._measure(self.value) - self._measure(self.assumed)
        each = self.shift[place] / (came or 1.0)
        low, high = (
            _as_change(unknowns[place], each * (self._measure(end) - self._measure(self.assumed)))
            for end in ends
        )
        return (
            f"{head}: the data allow {ends[0]:.3g} to {ends[1]:.3g}{unit}, over which "
            f"{unknowns[place].title} moves from {low} to {high}"
        )

    def _measure(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value

    @property
    def found(self) -> str:
        """The estimate in words."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        return f"{self.value:.3g} +- {self.standard_error:.2g}{unit}"

    def moved(self, unknowns: Sequence[Unknown], sd: Array) -> str:
        """Say what would move most."""
        i, bars = self.most_moved(unknowns, sd)
        change = _as_change(unknowns[i], float(self.shift[i]))
        return f"{unknowns[i].title} would move by {change} ({bars:.1f} standard errors)"

    def to_dict(self, unknowns: Sequence[Unknown]) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "name": self.name,
            "unit": self.unit,
            "assumed": self.assumed,
            "value": self.value,
            "standard_error": self.standard_error,
            "p": self.p,
            "asked_for": self.asked,
            "shifts": {u.title: x for u, x in zip(unknowns, self.shift, strict=True)},
            "remedy": self.remedy,
        }


def chance(t: float, freedom: float, trials: int) -> float:
    """Return the probability that the largest of so many estimates is so many errors from zero."""
    one = 2 * (stats.t.sf(abs(t), freedom) if np.isfinite(freedom) else stats.norm.sf(abs(t)))
    return float(-np.expm1(trials * np.log1p(-min(one, 1 - 1e-16))))


@dataclass(frozen=True, eq=False)
class ModelError:
    """What a fit assumes, and what that does to it.

    Parameters
    ----------
    extensions : tuple of Extension
        All that were tried; those that are asked for come first.
    covariance : (k, k) float
        Of the unknowns, what is asked for included.
    explained : (k,) float
        How the unknowns move where all that is asked for is granted.
    untold : tuple of str
        What else is assumed that no such data can tell, with what it does.
    """

    extensions: tuple[Extension, ...]
    covariance: Array
    explained: Array
    untold: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[Extension, ...]:
        """What the data ask for."""
        return tuple(extension for extension in self.extensions if extension.asked)

    def warnings(self, unknowns: Sequence[Unknown], sd: Array) -> list[str]:
        """Say what the data ask for, and what they make likely that would move a parameter."""
        said = [
            f"model error: the data ask for {e.name} = {e.found}, not {e.assumed:g}; "
            f"{e.moved(unknowns, sd)}, which is in the errors; {e.remedy} fits it"
            for e in self.asked
        ]
        likely = [e for e in self.extensions if not e.asked and e.t > LIKELY]
        likely = [e for e in likely if e.most_moved(unknowns, sd)[1] > 1]
        if likely and not said:
            e = max(likely, key=lambda e: e.t)
            said.append(
                f"the data do not rule out {e.name} = {e.found}; {e.moved(unknowns, sd)}; "
                f"{e.remedy} fits it"
            )
        return said


def _as_change(unknown: Unknown, shift: float) -> str:
    """Write a shift of what a fit varies: relative where that is a logarithm."""
    if not unknown.logarithmic:
        return f"{shift:+.2g}{'' if unknown.unit == '1' else ' ' + unknown.unit}"
    if abs(shift) < 1:
        return f"{math.expm1(shift):+.2%}"
    return f"a factor of {math.exp(shift):.2g}" if abs(shift) < _FAR else "more than can be said"
