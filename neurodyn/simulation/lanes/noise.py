"""Increments of noise for all lanes of a step, parameters that jitter, and the rate of a step.

Normal numbers after G. Box, M. Muller, Ann. Math. Stat. 29, 610 (1958), as functions of (seed, run,
stream, place).
"""

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
    INLINE,
    OPTIONS,
    _jacobian_rows,
    _prefer_wide_vectors,
)
from neurodyn.simulation.lanes.math import _log, _sine_and_cosine_of_turn
from neurodyn.simulation.methods.philox import HALF, LOW, philox

# --- kernel ---
PATH, JITTER = np.uint64(0), np.uint64(1)  # streams of random numbers


@njit(**INLINE)
def _two_normals(first, second):
    """Two normal numbers from two random whole numbers below 2^32."""
    radius = math.sqrt(-2.0 * _log((float(np.int64(first)) + 0.5) * 2.0**-32))
    sine, cosine = _sine_and_cosine_of_turn((float(np.int64(second)) + 0.5) * 2.0**-32)
    return radius * cosine, radius * sine


@njit(**INLINE)
def _four_normals(seed, run, stream, block):
    """The normal numbers of one block of a stream of a run."""
    place = np.uint64(block)
    r0, r1, r2, r3 = philox(
        place & LOW, place >> HALF, np.uint64(run), stream, seed & LOW, seed >> HALF
    )
    a, b = _two_normals(r0, r1)
    c, d = _two_normals(r2, r3)
    return a, b, c, d


@njit(**OPTIONS)
def _normals(w, run_of, seed, block, lanes):
    """Four normal numbers of each lane into its rows."""
    _prefer_wide_vectors()
    for l in range(lanes):
        a, b, c, d = _four_normals(seed, run_of[l], PATH, block)
        w[_NORMAL0 + l], w[_NORMAL1 + l], w[_NORMAL2 + l], w[_NORMAL3 + l] = a, b, c, d


@njit(**OPTIONS)
def _add_increment(w, source, odd, root, share, lanes):
    """Go on by root^2 along the path of a source, of which it is the given share of the step.

    Row W gets the increment of the Wiener process, row Z the mean of what it has gained over the
    step, I_(1,0) / h: P. Kloeden, E. Platen, Numerical Solution of SDEs (1992), eq. 10.4.3.
    """
    _prefer_wide_vectors()
    pair = _NORMAL2 if odd else _NORMAL0
    for l in range(lanes):
        first, second = root * w[pair + l], root * w[pair + _L + l]
        before = w[_W0 + source * _L + l]
        mean = before + 0.5 * (first + second / math.sqrt(3.0))
        w[_Z0 + source * _L + l] += share * mean
        w[_W0 + source * _L + l] = before + first


@njit(**OPTIONS)
def _increments(w, run_of, seed, step, refine, h, lanes):
    """Increments of all sources over a step, from a path on a grid of h / refine."""
    for row in range(_SOURCES):
        for l in range(lanes):
            w[_W0 + row * _L + l] = 0.0
            w[_Z0 + row * _L + l] = 0.0
    root, held = math.sqrt(h / refine), np.int64(-1)
    for sub in range(step * refine, (step + 1) * refine):
        for j in range(_SOURCES):
            pair = sub * _SOURCES + j
            if pair // 2 != held:
                held = pair // 2
                _normals(w, run_of, seed, held, lanes)
            _add_increment(w, j, pair % 2 == 1, root, 1.0 / refine, lanes)


@njit(**OPTIONS)
def _draw_parameters(own, p, jittered, spreads, seed, run, spike):
    """Draw the jittered parameters for one cycle: log-normal, with the mean they are given."""
    blocks = (jittered.size + 3) // 4
    for j in range(jittered.size):
        four = _four_normals(seed, run, JITTER, spike * blocks + j // 4)
        s = spreads[j]
        own[jittered[j]] = p[jittered[j]] * math.exp(s * four[j % 4] - 0.5 * s * s)


@njit(**OPTIONS)
def _square(w, a, b, lanes):
    """Square the matrices of all lanes in the rows from a into those from b."""
    _prefer_wide_vectors()
    for i in range(_N):
        for j in range(_N):
            for l in range(lanes):
                total = 0.0
                for m in range(_N):
                    total += w[a + (i * _N + m) * _L + l] * w[a + (m * _N + j) * _L + l]
                w[b + (i * _N + j) * _L + l] = total


@njit(**OPTIONS)
def _flag_large(w, a, lanes):
    """Flag the lanes whose matrix in the rows from a has a norm above 1; return their number."""
    found = 0
    for l in range(lanes):
        total = 0.0
        for i in range(_N * _N):
            total += w[a + i * _L + l] * w[a + i * _L + l]
        flag = (total > 1.0) & (w[_ACTIVE + l] > 0.0)
        w[_FLAG + l] = 1.0 if flag else 0.0
        found += 1 if flag else 0
    return found


@njit(**OPTIONS)
def _too_coarse(w, h, inputs, scales, limit, lanes):
    """Flag the lanes whose step times the fastest rate exceeds the limit; return their number.

    The rate is the spectral radius of the Jacobian J, from above: |J^16|^(1/16) in scaled states.
    """
    _jacobian_rows(w, inputs, lanes)
    for i in range(_N):
        for j in range(_N):
            factor = h / limit * scales[j] / scales[i]
            for l in range(lanes):
                w[_J0 + (i * _N + j) * _L + l] *= factor
    if _flag_large(w, _J0, lanes) == 0:  # |J| bounds |J^16|^(1/16)
        return 0
    a, b = _J0, _SQUARE0
    for _ in range(4):
        _square(w, a, b, lanes)
        a, b = b, a
    return _flag_large(w, a, lanes)
