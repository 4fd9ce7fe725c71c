r"""Noise of each meter, as neighbouring residuals show it, where it is not stated.

A residual is :math:`r = a_V\,\delta\ln V + a_I\,\delta\ln I`, the shares a turning with the normal
of the curve; so its variance along the curve tells the noise of the two meters apart. Second
differences of residuals within a sweep are used, which a slow misfit does not enter. V and I count
alike unless the data say otherwise beyond chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.fitting.iv.distance import OrthogonalProblem
from neurodyn.fitting.noise import ChannelNoise

_FEWEST = 20  # second differences from which two kinds of noise can be told apart
_CORRELATED = 1.94  # variance of sums of squared second differences against independent ones
_PRICE = 10.0  # of ln-likelihood, twice, for one kind more: one false alarm in some 600 fits
_LEAST = 0.05  # of the noise of the other meter: what a meter is never better than
_COARSE = 0.1  # share in the variance from which the step of a converter counts
_WHOLE = 0.02  # of a step: how far a number may lie from a multiple of it
_EVEN = 0.7  # share of equal moves of a source
_PARTS, _LARGEST = (1, 2, 3, 5), 1e5  # of the least difference that a step may be; its multiples
_SCORINGS, _STILL, _DEEPEST = 60, 1e-4, 25.0  # steps, in ln of a variance, and its lowest value
_OUTLYING, _WINDOW = 6.0, 15  # standard deviations, and residuals beside by which they are judged
# the kinds of noise that are told apart: relative and absolute, of V and of I; equal indices are
# one number
_STRUCTURES = (
    (0, None, 0, None),
    (0, None, 1, None),
    (0, None, 0, 1),
    (0, None, 1, 2),
    (0, 3, 1, 2),
)


def local_sd(values: Array) -> Array:
    """Return the standard deviation of normal numbers around each place, blind to outliers."""
    size = np.abs(values)
    width = min(_WINDOW, len(size) - (len(size) + 1) % 2)
    padded = np.pad(size, width // 2, mode="reflect")
    medians = np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=-1)
    return np.maximum(1.4826 * medians, np.finfo(float).tiny)


def resolution(values: Array) -> float:
    """Return the step of which all readings are multiples; zero if there is none.

    A source that is set in even steps, one after the other, is no rounded reading.

    Parameters
    ----------
    values : (n,) float
        In the order in which they were measured.

    Examples
    --------
    >>> import numpy as np
    >>> resolution(np.array([0.25, 1.0, 1.75, 4.25, 8.0, 2.5, 3.0, 3.25]))
    0.25
    >>> resolution(np.array([0.1, 0.23, 0.3711, 0.512, 0.77, 0.8, 0.9, 0.99]))
    0.0
    >>> resolution(np.arange(1.0, 9.0))
    0.0
    """
    different = np.unique(values)
    if len(different) < 2:
        return 0.0
    least = float(np.diff(different).min())
    moves = np.abs(np.diff(values))
    moves = moves[moves > 0.5 * least]
    if np.mean(np.abs(moves / np.median(moves) - 1) < _WHOLE) > _EVEN:
        return 0.0
    for parts in _PARTS:  # no two neighbours need be one step apart
        multiples = values * parts / least
        # the larger the multiples, the more digits would be needed to see it
        if multiples.max() > _LARGEST:
            return 0.0
        if (np.abs(multiples - np.round(multiples)) < _WHOLE).all():
            return least / parts
    return 0.0


def noise_of_meters(
    problem: OrthogonalProblem,
    theta: Array,
    residuals: Array,
    sweep: npt.NDArray[np.intp],
    steps: tuple[float, float],
) -> tuple[ChannelNoise, ChannelNoise] | None:
    """Return the noise of V and of I; None if both count alike, relatively.

    Parameters
    ----------
    problem : OrthogonalProblem
    theta : (k,) float
        Where it is least.
    residuals : (n,) float
        Of the points there.
    sweep : (n,) int
        Which sweep each belongs to.
    steps : (of V, of I)
        Of the converters; zero if not known.
    """
    by_V, by_I = problem.shares(theta)
    inner, V, I = problem.nearest(theta)
    order = np.lexsort((inner, sweep))
    parts = [a.ravel() for a in np.split(order, np.flatnonzero(np.diff(sweep[order])) + 1)]
    triples = np.concatenate([_triples(part) for part in parts])
    if len(triples) < _FEWEST:
        return None
    second = residuals[triples] @ np.array([1.0, -2.0, 1.0]) / np.sqrt(6.0)
    weight = np.array([1.0, 4.0, 1.0]) / 6.0
    seen = np.abs(second) < _OUTLYING * local_sd(second)  # outliers are no noise

    def mixed(variance: Array) -> Array:
        return np.asarray(variance[triples] @ weight)[seen]

    kinds = [mixed(x) for x in (by_V**2, (by_V / V) ** 2, by_I**2, (by_I / I) ** 2)]
    fixed = sum(k * s**2 / 12 for k, s in zip(kinds[1::2], steps, strict=True))
    squares, typical = second[seen] ** 2, float(np.mean(second[seen] ** 2))
    start = np.log(typical / np.array([np.mean(kind) for kind in kinds]))
    best: tuple[float, tuple[int | None, ...], Array] | None = None
    for structure in _STRUCTURES:
        found = _most_likely(squares, kinds, fixed, structure, start)
        price = _PRICE * len(found[1])
        if best is None or found[0] / _CORRELATED + price < best[0]:
            best = found[0] / _CORRELATED + price, structure, found[1]
    assert best is not None
    _, structure, logs = best
    shares = [0.0 if i is None else float(np.exp(logs[_place(structure, i)])) for i in structure]
    coarse = float(np.max(fixed / (fixed + sum(s * k for s, k in zip(shares, kinds, strict=True)))))
    if structure == _STRUCTURES[0] and coarse < _COARSE:
        return None
    V_relative, V_absolute, I_relative, I_absolute = np.sqrt(shares)
    return (
        _meter(V_relative, V_absolute, steps[0], I_relative),
        _meter(I_relative, I_absolute, steps[1], V_relative),
    )


def _meter(relative: float, absolute: float, step: float, other: float) -> ChannelNoise:
    return ChannelNoise(max(float(relative), _LEAST * float(other)), float(absolute), step)


def _triples(rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return each row with its neighbours, (m, 3)."""
    if len(rows) < 3:
        return np.empty((0, 3), dtype=np.intp)
    return np.stack([rows[:-2], rows[1:-1], rows[2:]], axis=1)


def _place(structure: tuple[int | None, ...], index: int) -> int:
    return sorted({i for i in structure if i is not None}).index(index)


def _most_likely(
    squares: Array,
    kinds: Sequence[Array],
    fixed: Array | float,
    structure: tuple[int | None, ...],
    start: Array,
) -> tuple[float, Array]:
    """Return minus twice ln-likelihood, and the logarithms of the variances of the kinds."""
    indices = sorted({i for i in structure if i is not None})
    columns = np.array(
        [sum(k for k, j in zip(kinds, structure, strict=True) if j == i) for i in indices]
    )
    first = np.array([start[structure.index(i)] - np.log(len(indices)) for i in indices])

    logs, lowest = first, first - _DEEPEST
    for _ in range(_SCORINGS):  # Fisher's method of scoring
        shares = np.exp(logs)
        variance = shares @ columns + fixed
        relative = shares[:, None] * columns / variance
        slope = relative @ (1.0 - squares / variance)
        move = np.linalg.solve(relative @ relative.T + 1e-9 * np.eye(len(logs)), -slope)
        logs = np.maximum(logs + np.clip(move, -1.0, 1.0), lowest)
        if np.abs(move).max() < _STILL:
            break
    variance = np.exp(logs) @ columns + fixed
    return float(np.sum(np.log(variance) + squares / variance)), logs
