"""Where the branches that meet at a branch point leave its neighbourhood.

All of them are tangent to the null space of the (n, n + 1) Jacobian there. It is spanned by the
kernel of the Jacobian by the states and one direction more, the axis, in which the parameter moves.
A branch is looked for at a distance from the axis in the kernel, whatever the parameter is there,
as after a pitchfork, and at a distance along the axis. Of the kernel's bases none is preferred: the
one that a library returns is one of many, and rounding chooses it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import matrix_balance

from neurodyn.arrays import Array
from neurodyn.continuation.equilibria.curve import EquilibriumCurve
from neurodyn.continuation.walk.vector_curve import moved_by_rounding

_DIRECTIONS = (2, 96, 200, 600)  # in a kernel of one, two, three and more dimensions
_REACH = 0.2  # how far, in sizes of the branch, one may get along the axis meanwhile
_ITERATIONS, _GOAL = 40, 1e-6  # of Newton's method; the last correction but one, in distances
_HOLDS = 1e-12  # of its terms to which an equation holds at a root
_BOLD = 0.5  # longest correction where the distance is measured, in distances
_NONE = 1e-14  # part of the largest singular value that is none
_APART = 0.01  # two roots, in distances; what rounding moves as far is none
_STRAIGHT, _SHRINKS = 0.9, 0.8  # cosine, and length, at half the distance: it comes from the point

_NOT_ISOLATED = (
    "equilibria that are not isolated leave the branch point, or branches that rounding does not "
    "tell apart, as with a symmetry under all rotations; they are not followed"
)
_INCOMPLETE = "more branches may leave the branch point than were found, so many they are"

Offsets = Array
"""(K, n + 1), from the branch point, in sizes of the unknowns."""
Flags = npt.NDArray[np.bool_]
"""(K,), one for each offset."""


@dataclass(frozen=True)
class Neighbourhood:
    """A branch point, and the null space of the equations there.

    Parameters
    ----------
    curve : EquilibriumCurve
    u, scale : (n + 1,) float
        The point, and sizes of the unknowns.
    kernel : (k, n + 1) float
        Orthonormal directions, in these sizes, in which the parameter stands still.
    axis : (1, n + 1) float
        The one across them.
    """

    curve: EquilibriumCurve
    u: Array
    scale: Array
    kernel: Array
    axis: Array

    @classmethod
    def of(cls, curve: EquilibriumCurve, u: Array, scale: Array, count: int) -> Neighbourhood:
        """Of the branch point at ``u`` where ``count`` eigenvalues vanish."""
        matrix = curve.equations(u)[1]
        if count > 1:  # equal cells in unequal units: their coupling tells which sizes correspond
            square = matrix[:, :-1] * scale[:-1] / scale[:-1, None]
            balance = matrix_balance(square, permute=False, separate=True)[1][0]
            scale = scale * np.append(balance / np.exp(np.log(balance).mean()), 1.0)
        matrix = matrix * scale
        sizes = np.abs(matrix).max(axis=1, keepdims=True)
        null = np.linalg.svd(matrix / np.where(sizes > 0, sizes, 1.0))[2][-1 - count :]
        turned = np.linalg.svd(null[:, -1:].T)[2] @ null
        return cls(curve, u, scale, turned[1:], turned[:1])

    def leaving(self, distance: float) -> tuple[list[Array], str]:
        """Return the points (n + 1,) of all branches at a distance, and what is left open."""
        ways, turns = _directions(len(self.kernel)), (0.0, 1.0, -1.0)
        across = [way @ self.kernel + turn * self.axis[0] for way in ways for turn in turns]
        inside = np.concatenate([0 * ways[:1], ways])
        along = [way @ self.kernel + sign * self.axis[0] for way in inside for sign in turns[1:]]
        found: list[Array] = []
        doubt = ""
        for border, starts in ((self.kernel, across), (self.axis, along)):
            v, converged = self._solved(distance * np.array(starts), border, distance)
            roots, hits = _distinct(v[converged], _APART * distance)
            sharp = self._moved(roots, border) < _APART * distance
            from_here = sharp & self._come_from_the_point(roots, border, distance)
            found += list(self.u + roots[from_here] * self.scale)
            if len(self.kernel) > 1 and not sharp.all():
                doubt = _NOT_ISOLATED
            elif len(ways) == _DIRECTIONS[-1] and (hits[from_here] < 2).any():
                doubt = doubt or _INCOMPLETE
        return found, doubt

    def _come_from_the_point(self, roots: Offsets, border: Array, distance: float) -> Flags:
        """Whether roots at a distance have one at half of it, half as far, on the way back."""
        back, converged = self._solved(roots / 2, border, distance / 2)
        cosines = ((back @ border.T) * (roots @ border.T)).sum(axis=1) / (distance**2 / 2)
        nearer = np.linalg.norm(back, axis=1) < _SHRINKS * np.linalg.norm(roots, axis=1)
        return converged & (cosines > _STRAIGHT) & nearer

    def _solved(self, starts: Offsets, border: Array, distance: float) -> tuple[Offsets, Flags]:
        """Newton's method from many offsets at once, at a distance in the span of ``border``.

        Return where it ends, and whether it has converged near the point.
        """
        v, last = starts.copy(), np.full(len(starts), np.inf)
        todo = np.arange(len(v))
        for _ in range(_ITERATIONS):
            if not len(todo):
                break
            step = self._correction(v[todo], border, distance)
            quadratic = last[todo] < _GOAL * distance
            last[todo] = np.abs(step).max(axis=1)
            v[todo] += np.where(np.isfinite(step), step, 0.0)
            todo = todo[~quadratic & np.isfinite(last[todo])]
        near = np.abs(v).max(axis=1, initial=0.0) < max(4 * distance, _REACH)
        return v, (last < _GOAL * distance) & near & self._hold(v)

    def _hold(self, v: Offsets) -> Flags:
        """Whether the equations hold to rounding: singular ones have corrections of none."""
        value, matrix = self._equations(v)
        rows = np.nanmax(np.abs(matrix), axis=(0, 2), initial=0.0)
        size = np.abs(self.u / self.scale + v).max(axis=1, initial=0.0)
        return (np.abs(value) <= _HOLDS * rows * size[:, None]).all(axis=1)

    def _equations(self, v: Offsets) -> tuple[Array, Array]:
        """Values (K, n) and Jacobians (K, n, n + 1) by the offsets."""
        u = self.u + v * self.scale
        value, by_state, by_parameter = self.curve.system.at_points(
            np.ascontiguousarray(u[:, :-1]), np.ascontiguousarray(u[:, -1:].T)
        )
        return value, np.concatenate([by_state, by_parameter], axis=2) * self.scale

    def _correction(self, v: Offsets, border: Array, distance: float) -> Offsets:
        """Return Newton's corrections, not too bold; infinite where the equations are not."""
        value, matrix = self._equations(v)
        finite = np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(value).all(axis=1)
        sizes = np.abs(matrix[finite]).max(axis=2)
        sizes[sizes == 0.0] = 1.0
        across, length = _border(v[finite], border)
        rows = np.concatenate([matrix[finite] / sizes[:, :, None], across[:, None]], axis=1)
        right = np.concatenate([value[finite] / sizes, (length - distance)[:, None]], axis=1)
        step = -(np.linalg.pinv(rows, rcond=_NONE) @ right[:, :, None])[:, :, 0]
        longest = np.linalg.norm(step @ border.T, axis=1) / (_BOLD * distance)
        longest = np.maximum(longest, np.abs(step).max(axis=1) / _REACH)
        steps = np.full(v.shape, np.inf)
        steps[finite] = step / np.maximum(longest, 1.0)[:, None]
        return steps

    def _moved(self, v: Offsets, border: Array) -> Array:
        """How far rounding moves roots within the kernel, (K,)."""
        # the largest unknown counts for all: a state that is 0 by a symmetry has no rounding
        size = np.abs(self.u / self.scale + v).max(
            axis=1, keepdims=True, initial=0.0
        ) * np.ones_like(v)
        moved = moved_by_rounding(self._equations(v)[1], _border(v, border)[0], size)
        return np.linalg.norm(moved @ np.abs(self.kernel).T, axis=1)


def _border(v: Offsets, border: Array) -> tuple[Offsets, Array]:
    """Direction of offsets within the span of ``border``, (K, n + 1), and length there, (K,)."""
    inside = v @ border.T
    length = np.maximum(np.linalg.norm(inside, axis=1), np.finfo(float).tiny)
    return (inside / length[:, None]) @ border, length


def _directions(dimension: int) -> Array:
    """Directions that cover the sphere evenly, (K, dimension)."""
    count = _DIRECTIONS[min(dimension, len(_DIRECTIONS)) - 1]
    if dimension == 1:
        return np.array([[1.0], [-1.0]])
    if dimension == 2:
        angles = 2 * np.pi * np.arange(count) / count
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)
    drawn = np.random.default_rng(0).normal(size=(count, dimension))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def _distinct(v: Offsets, apart: float) -> tuple[Offsets, npt.NDArray[np.int64]]:
    """Return the offsets that differ, and how often each is there."""
    kept: list[Array] = []
    hits: list[int] = []
    for one in v:
        gaps = [float(np.abs(one - other).max()) for other in kept]
        if gaps and min(gaps) < apart:
            hits[int(np.argmin(gaps))] += 1
        else:
            kept.append(one)
            hits.append(1)
    return np.array(kept).reshape(-1, v.shape[1]), np.array(hits, dtype=np.int64)
