"""Increments of noise for all lanes of a step, and the rate of a step."""

import math

import numpy as np
from numba import njit

from neurodyn.simulation.lanes.interface import (
    _ACTIVE,
    _FLAG,
    _J0,
    _L,
    _N,
    _NORMAL0,
    _NORMAL1,
    _NORMAL2,
    _NORMAL3,
    _SOURCES,
    _SQUARE0,
    _W0,
    _Z0,
    OPTIONS,
    _get,
    _jacobian_rows,
    _prefer_wide_vectors,
    _put,
)
from neurodyn.simulation.methods.normals import PATH, _four_normals


# --- kernel ---
@njit(**OPTIONS)
def _normals(w, run_of, seed, block, lanes):
    """Four normal numbers of each lane into its rows."""
    _prefer_wide_vectors()
    for l in range(lanes):
        a, b, c, d = _four_normals(seed, run_of[l], PATH, block)
        _put(w, _NORMAL0, l, a)
        _put(w, _NORMAL1, l, b)
        _put(w, _NORMAL2, l, c)
        _put(w, _NORMAL3, l, d)


@njit(**OPTIONS)
def _add_increment(w, source, odd, fresh, root, share, lanes):
    """Go on by root^2 along the path of a source, of which it is the given share of the step.

    A step begins where it is ``fresh``.

    Row W gets the increment of the Wiener process, row Z the mean of what it has gained over the
    step, I_(1,0) / h: P. Kloeden, E. Platen, Numerical Solution of SDEs (1992), eq. 10.4.3.
    """
    _prefer_wide_vectors()
    pair = _NORMAL2 if odd else _NORMAL0
    for l in range(lanes):
        first, second = root * _get(w, pair, l), root * _get(w, pair + _L, l)
        before = 0.0 if fresh else _get(w, _W0 + source * _L, l)
        mean = before + 0.5 * (first + second / math.sqrt(3.0))
        past = 0.0 if fresh else _get(w, _Z0 + source * _L, l)
        _put(w, _Z0 + source * _L, l, past + share * mean)
        _put(w, _W0 + source * _L, l, before + first)


@njit(**OPTIONS)
def _increments(w, run_of, seed, step, refine, h, lanes):
    """Increments of all sources over a step, from a path on a grid of h / refine."""
    root, held = math.sqrt(h / refine), np.int64(-1)
    for sub in range(step * refine, (step + 1) * refine):
        for j in range(_SOURCES):
            pair = sub * _SOURCES + j
            if pair // 2 != held:
                held = pair // 2
                _normals(w, run_of, seed, held, lanes)
            fresh = sub == step * refine
            _add_increment(w, j, pair % 2 == 1, fresh, root, 1.0 / refine, lanes)


@njit(**OPTIONS)
def _square(w, a, b, lanes):
    """Square the matrices of all lanes in the rows from a into those from b."""
    _prefer_wide_vectors()
    for i in range(_N):
        for j in range(_N):
            for l in range(lanes):
                total = 0.0
                for m in range(_N):
                    total += _get(w, a + (i * _N + m) * _L, l) * _get(w, a + (m * _N + j) * _L, l)
                _put(w, b + (i * _N + j) * _L, l, total)


@njit(**OPTIONS)
def _flag_large(w, a, lanes):
    """Flag the lanes whose matrix in the rows from a has a norm above 1; return their number."""
    found = 0
    for l in range(lanes):
        total = 0.0
        for i in range(_N * _N):
            total += _get(w, a + i * _L, l) * _get(w, a + i * _L, l)
        flag = (total > 1.0) & (_get(w, _ACTIVE, l) > 0.0)
        _put(w, _FLAG, l, 1.0 if flag else 0.0)
        found += 1 if flag else 0
    return found


@njit(**OPTIONS)
def _too_coarse(w, h, inputs, scales, limit, lanes):
    """Flag the lanes whose step times the fastest rate exceeds the limit; return their number.

    The rate is the spectral radius of the Jacobian J, from above: |J^16|^(1/16) in scaled states.
    """
    a, b = np.int64(_J0), np.int64(_SQUARE0)  # no literals, which compile each function once more
    _jacobian_rows(w, inputs, lanes)
    for i in range(_N):
        for j in range(_N):
            factor = h / limit * scales[j] / scales[i]
            for l in range(lanes):
                _put(w, _J0 + (i * _N + j) * _L, l, _get(w, _J0 + (i * _N + j) * _L, l) * factor)
    if _flag_large(w, a, lanes) == 0:  # |J| bounds |J^16|^(1/16)
        return 0
    for _ in range(4):
        _square(w, a, b, lanes)
        a, b = b, a
    return _flag_large(w, a, lanes)
