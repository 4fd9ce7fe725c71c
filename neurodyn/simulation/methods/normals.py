"""Normal numbers as functions of (seed, run, stream, place), and parameters that jitter.

G. Box, M. Muller, Ann. Math. Stat. 29, 610 (1958).
"""

import math

import numpy as np
from numba import njit

from neurodyn.simulation.lanes.interface import INLINE, OPTIONS
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
def _draw_parameters(own, p, jittered, spreads, seed, run, spike):
    """Draw the jittered parameters for one cycle: log-normal, with the mean they are given."""
    blocks = (jittered.size + 3) // 4
    for j in range(jittered.size):
        four = _four_normals(seed, run, JITTER, spike * blocks + j // 4)
        s = spreads[j]
        own[jittered[j]] = p[jittered[j]] * math.exp(s * four[j % 4] - 0.5 * s * s)
