"""Eigenvalues of an equilibrium: their order, and what of them vanishes where stability changes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array, ComplexArray


@cache
def _pairs(n: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return np.triu_indices(n, 1)


def pair_sums(values: ComplexArray) -> Array:
    """Product of all sums of two values, each divided by their sizes; (..., n) -> (...).

    Zero where two eigenvalues of a real matrix add up to zero: at a Hopf point or neutral saddle.
    In two dimensions it is the trace in other units. One where there is only one value.
    """
    i, j = _pairs(values.shape[-1])
    size = np.abs(values[..., i]) + np.abs(values[..., j])
    sums = (values[..., i] + values[..., j]) / np.where(size > 0, size, 1.0)
    return np.prod(sums, axis=-1).real


def by_real_part(values: npt.NDArray[Any]) -> ComplexArray:
    """Return the values with the largest real part first; (..., n) -> (..., n)."""
    values = values.astype(complex)
    order = np.lexsort((-np.imag(values), -np.real(values)), axis=-1)
    return np.take_along_axis(values, order, axis=-1)
