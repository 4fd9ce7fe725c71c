"""Strides in which at most one eigenvalue, or one pair, crosses the imaginary axis.

Two Hopf points in one stride leave every test function with the sign that it had. So eigenvalues
are watched between the points too, on the cubic through both ends of each stride, and a stride in
which more than one thing happens is cut, on the curve itself, until each part holds one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.walk.vector_curve import VectorStride
from neurodyn.equilibria.eigenvalues import pair_sums
from neurodyn.errors import NumericalError

_PARTS = 8  # of a stride, between which eigenvalues are compared
_ROUNDING = 1e-13  # part of the largest eigenvalue below which a real part has no sign
_DEPTH = 7  # cuts within cuts: parts of 1e-6 of a stride

Spectra = Callable[[Array], ComplexArray]
"""Points (M, n + 1) -> eigenvalues (M, n)."""


def single_crossings(
    spectra: Spectra, strides: Sequence[VectorStride], depth: int = _DEPTH
) -> Iterator[tuple[VectorStride, tuple[int, int], bool]]:
    """Yield the strides, those with more than one crossing in parts that have one each.

    With each come the numbers of unstable eigenvalues at both ends, and whether the product of sums
    of two eigenvalues changes sign.

    Where crossings cannot be told apart the smallest part is yielded as it is.
    """
    inside = np.arange(1, _PARTS) / _PARTS
    u = [
        np.vstack([stride.first, stride.interpolated(inside), stride.first + stride.chord])
        for stride in strides
    ]
    signs = _signatures(spectra(np.concatenate(u))).reshape(len(strides), _PARTS + 1, 3)
    for stride, here in zip(strides, signs, strict=True):
        changes = np.nonzero((here[1:, :2] != here[:-1, :2]).any(axis=1))[0]
        a, b = here[0].tolist(), here[-1].tolist()
        whole = stride, (a[0], b[0]), a[1] != b[1]
        noise = len(changes) > _PARTS // 2
        simple = noise or len(changes) == 0
        if len(changes) == 1:
            before, after = here[changes[0]].tolist(), here[changes[0] + 1].tolist()
            simple = noise or _is_simple(*(q - p for p, q in zip(before, after, strict=True)))
        if simple or depth == 0:
            yield whole
            continue
        cuts = sorted({int(k) for c in changes for k in (c, c + 1)} - {0, _PARTS})
        try:
            parts = stride.split(np.array(cuts) / _PARTS)
        except NumericalError:
            yield whole
            continue
        yield from single_crossings(spectra, parts, depth - 1)


def _signatures(values: ComplexArray) -> npt.NDArray[np.int64]:
    """Number of unstable eigenvalues, the sign of the product of pair sums, and how many of the
    unstable ones are complex; (M, 3) int.

    A point at which rounding decides takes what its predecessor has.
    """
    noise = _ROUNDING * np.abs(values).max(axis=1, keepdims=True)
    clear = (np.abs(values.real) > noise).all(axis=1)
    i, j = np.triu_indices(values.shape[1], 1)
    clear &= (np.abs(values[:, i] + values[:, j]) > noise).all(axis=1)
    growing = values.real > 0
    signs = np.stack(
        [growing.sum(axis=1), pair_sums(values) >= 0, (growing & (values.imag != 0)).sum(axis=1)],
        axis=1,
    )
    place = np.maximum.accumulate(np.where(clear, np.arange(len(values)), -1))
    first = int(np.argmax(clear)) if clear.any() else 0
    return signs.astype(np.int64)[np.where(place < 0, first, place)]


def _is_simple(change: int, turned: int, complex_ones: int) -> bool:
    """Whether one eigenvalue or one pair has crossed, or a neutral saddle was passed.

    Two real ones that cross zero at once change what a pair changes, but for being complex.
    """
    pair = abs(change) == 2 and turned != 0 and change == complex_ones
    return pair or (abs(change), turned != 0) in ((0, True), (1, False))
