"""Tsit5: tableau, interpolant, step control and first step, for every engine that uses it.

Ch. Tsitouras, Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying
assumption, Comput. Math. Appl. 62, 770 (2011): tableau and the free interpolant of order 4.
Step control: proportional-integral, E. Hairer, G. Wanner, Solving Ordinary Differential Equations
II, sec. IV.2; first step: E. Hairer, S. Norsett, G. Wanner, Solving ODEs I, sec. II.4.
"""

import math

import numpy as np

from neurodyn.codegen.interface import INNER, njit

# --- kernel ---
C = np.array([0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0])
A = np.zeros((7, 6))
A[1, :1] = [0.161]
A[2, :2] = [-0.008480655492356989, 0.335480655492357]
A[3, :3] = [2.8971530571054935, -6.359448489975075, 4.3622954328695815]
A[4, :4] = [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525]
A[5, :4] = [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401]
A[5, 4] = -0.028269050394068383
A[6, :4] = [0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742]
A[6, 4:] = [-3.290069515436081, 2.324710524099774]
# difference of the two embedded solutions
E = np.array(
    [
        0.0017800110522257773,
        0.0008164344596567463,
        -0.007880878010261994,
        0.1447110071732629,
        -0.5823571654525552,
        0.45808210592918686,
        -0.015151515151515152,
    ]
)
# interpolant: b_i(theta) = sum_j P[i, j] theta^(j+1), from the factors as published
P = np.zeros((7, 4))
P[0] = (
    -1.0530884977290216
    * np.polymul([1.0, -1.3299890189751412], [1.0, -1.4364028541716351, 0.7139816917074209])[::-1]
)
P[1, 1:] = 0.1017 * np.array([1.2949852507374631, -2.1966568338249754, 1.0])
P[2, 1:] = 2.490627285651252793 * np.array([1.57803468208092486, -2.38535645472061657, 1.0])
P[3, 1:] = -16.54810288924490272 * np.poly([1.21712927295533244, 0.61620406037800089])[::-1]
P[4, 1:] = 47.37952196281928122 * np.poly([1.203071208372362603, 0.658047292653547382])[::-1]
P[5, 1:] = -34.87065786149660974 * np.poly([1.2, 2.0 / 3.0])[::-1]
P[6, 1:] = 2.5 * np.poly([1.0, 0.6])[::-1]

# Exponents of the step factor err^GROW past^PAST where a step is accepted, and err^SHRINK where it
# is not, as sums of powers of two: (sign, n) stands for sign 2^-n. Lanes read such a power off the
# bits of a number. Smaller gains reject less and take more steps (docs/benchmarks.md).
GROW, PAST, SHRINK = ((-1, 3), (-1, 5), (-1, 6)), ((1, 4), (1, 5)), ((-1, 2), (1, 4), (-1, 6))
SAFETY, LEAST, MOST = 0.9, 0.2, 5.0  # of the factor of an accepted step
LEAST_REJECTED = 0.1  # of a rejected step; also where a stage overflowed
SMALLEST_ERROR, PAST_ERROR = 1e-10, 1e-4  # below which errors count as this; PAST_ERROR at first
SMALLEST_SQUARE, PAST_SQUARE = SMALLEST_ERROR**2, PAST_ERROR**2  # lanes know no roots of errors
NEARLY = 1.01  # a step that leaves less than 1 % of itself before a knot goes to the knot


def exponent(terms):
    """Return a sum of signed powers of two."""
    return sum(sign * 2.0**-n for sign, n in terms)


GROW_EXPONENT, PAST_EXPONENT, SHRINK_EXPONENT = exponent(GROW), exponent(PAST), exponent(SHRINK)


@njit(**INNER)
def first_trial(d0, d1, span):
    """Trial for the first step, from the norms of the state and of its slope."""
    return 1e-6 * span if d0 < 1e-5 or d1 < 1e-5 or not math.isfinite(d1) else 0.01 * d0 / d1


@njit(**INNER)
def first_step(trial, d1, d2):
    """First step, from the norms of the slope and of its change over the trial step, over it."""
    d2 = max(d1, d2)
    if d2 <= 1e-15 or not math.isfinite(d2):
        return trial
    return min(100.0 * trial, (0.01 / d2) ** 0.2)
