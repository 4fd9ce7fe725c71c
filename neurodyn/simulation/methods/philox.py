"""Philox: random numbers as a function of (seed, run, stream, place), so that nothing is stored.

Philox4x32-10 of J. Salmon et al., SC'11 (2011). What a run draws depends neither on threads nor on
the number of runs.
"""

import numpy as np
from numba import njit

from neurodyn.simulation.lanes.interface import INLINE

# --- kernel ---
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
MULTIPLY_0, MULTIPLY_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


@njit(**INLINE)
def philox(c0, c1, c2, c3, k0, k1):
    """Return four random whole numbers below 2^32, from a counter and a key."""
    for _ in range(10):
        p0, p1 = MULTIPLY_0 * (c0 & LOW), MULTIPLY_1 * (c2 & LOW)
        c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ k0, p1 & LOW, (p0 >> HALF) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + WEYL_0) & LOW, (k1 + WEYL_1) & LOW
    return c0, c1, c2, c3
