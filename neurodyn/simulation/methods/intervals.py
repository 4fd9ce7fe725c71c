"""Interval arithmetic with slopes: what a quantity can be over a part of a step, and how it moves.

An interval is (low, high, least slope, largest slope). R. E. Moore, R. B. Kearfott, M. J. Cloud,
Introduction to Interval Analysis (2009), ch. 2 and 5; slopes by forward differentiation. Bounds are
not rounded outwards: what they exclude by less than rounding cannot be told from zero anyhow. A
NaN is passed on, never dropped, so that it excludes nothing.
"""

import math

import numpy as np
from numba import njit

from neurodyn.codegen.interface import INNER

# --- kernel ---
_TURN = 2.0 * math.pi


@njit(**INNER)
def _i_point(x):
    return x, x, 0.0, 0.0


@njit(**INNER)
def _i_unknown():
    return -np.inf, np.inf, -np.inf, np.inf


@njit(**INNER)
def _least(a, b):
    return a if a < b or a != a else b


@njit(**INNER)
def _largest(a, b):
    return a if a > b or a != a else b


@njit(**INNER)
def _times(a, b):
    """Product of two numbers; nothing of anything, even of what has no bound, is nothing."""
    return 0.0 if a == 0.0 or b == 0.0 else a * b


@njit(**INNER)
def _product(a, b, c, d):
    """Bounds of the product of [a, b] and [c, d]."""
    p, q, r, s = _times(a, c), _times(a, d), _times(b, c), _times(b, d)
    return _least(_least(p, q), _least(r, s)), _largest(_largest(p, q), _largest(r, s))


@njit(**INNER)
def _hull(a, b):
    return (
        _least(a[0], b[0]),
        _largest(a[1], b[1]),
        _least(a[2], b[2]),
        _largest(a[3], b[3]),
    )


@njit(**INNER)
def _i_among(a, b, c, d, e):
    """What lies among five numbers, moving in any way."""
    low = _least(_least(a, b), _least(_least(c, d), e))
    return low, _largest(_largest(a, b), _largest(_largest(c, d), e)), -np.inf, np.inf


@njit(**INNER)
def _i_chain(low, high, slope, a):
    """A function with values in [low, high] and slopes by its argument, those by time from both."""
    least, largest = _product(slope[0], slope[1], a[2], a[3])
    return low, high, least, largest


@njit(**INNER)
def _i_add(a, b):
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]


@njit(**INNER)
def _i_multiply(a, b):
    low, high = _product(a[0], a[1], b[0], b[1])
    c, d = _product(a[2], a[3], b[0], b[1])
    e, f = _product(a[0], a[1], b[2], b[3])
    return low, high, c + e, d + f


@njit(**INNER)
def _whole_power(low, high, n):
    """Bounds of x^n for a whole n above 0."""
    a, b = low**n, high**n
    if n % 2 == 1:
        return a, b
    if low <= 0.0 <= high:
        return 0.0, _largest(a, b)
    return _least(a, b), _largest(a, b)


@njit(**INNER)
def _i_power(a, n):
    low, high = _whole_power(a[0], a[1], n)
    if n == 1:
        return a
    slope = _whole_power(a[0], a[1], n - 1)
    return _i_chain(low, high, (n * slope[0], n * slope[1]), a)


@njit(**INNER)
def _i_inverse(a):
    if not (a[0] > 0.0 or a[1] < 0.0):
        return _i_unknown()
    low, high = 1.0 / a[1], 1.0 / a[0]
    slope = _whole_power(low, high, 2)
    return _i_chain(low, high, (-slope[1], -slope[0]), a)


@njit(**INNER)
def _i_exp(a):
    low, high = math.exp(a[0]), math.exp(a[1])
    return _i_chain(low, high, (low, high), a)


@njit(**INNER)
def _i_log(a):
    if not a[1] > 0.0:
        return _i_unknown()
    low, steepest = (math.log(a[0]), 1.0 / a[0]) if a[0] > 0.0 else (-np.inf, np.inf)
    return _i_chain(low, math.log(a[1]), (1.0 / a[1], steepest), a)


@njit(**INNER)
def _i_sqrt(a):
    if not a[1] > 0.0:
        return _i_unknown()
    low, high = math.sqrt(_largest(a[0], 0.0)), math.sqrt(a[1])
    return _i_chain(low, high, (0.5 / high, 0.5 / low if low > 0.0 else np.inf), a)


@njit(**INNER)
def _wave(low, high):
    """Bounds of the sine over [low, high]."""
    if not high - low < _TURN:
        return -1.0, 1.0
    a, b = math.sin(low), math.sin(high)
    # the number of crests, and of troughs, up to each end
    crest = math.floor(low / _TURN - 0.25) < math.floor(high / _TURN - 0.25)
    trough = math.floor(low / _TURN + 0.25) < math.floor(high / _TURN + 0.25)
    return -1.0 if trough else min(a, b), 1.0 if crest else max(a, b)


@njit(**INNER)
def _i_sin(a):
    low, high = _wave(a[0], a[1])
    return _i_chain(low, high, _wave(a[0] + 0.25 * _TURN, a[1] + 0.25 * _TURN), a)


@njit(**INNER)
def _i_tan(a):
    if a[1] - a[0] >= math.pi or math.tan(a[0]) > math.tan(a[1]):  # a pole lies between
        return _i_unknown()
    low, high = math.tan(a[0]), math.tan(a[1])
    slope = _whole_power(low, high, 2)
    return _i_chain(low, high, (1.0 + slope[0], 1.0 + slope[1]), a)


@njit(**INNER)
def _i_cosh(a):
    b, c = math.cosh(a[0]), math.cosh(a[1])
    low = 1.0 if a[0] <= 0.0 <= a[1] else _least(b, c)
    return _i_chain(low, _largest(b, c), (math.sinh(a[0]), math.sinh(a[1])), a)


@njit(**INNER)
def _i_abs(a):
    if a[0] >= 0.0:
        return a
    minus = (-a[1], -a[0], -a[3], -a[2])
    if a[1] <= 0.0:
        return minus
    both = _hull(a, minus)
    return 0.0 * both[1], both[1], both[2], both[3]


@njit(**INNER)
def _i_step(low, high):
    """A function that is constant but for jumps."""
    if low == high:
        return low, high, 0.0, 0.0
    return low, high, -np.inf, np.inf


@njit(**INNER)
def _i_sign(a):
    return _i_step(np.sign(a[0]), np.sign(a[1]))


@njit(**INNER)
def _i_floor(a):
    return _i_step(np.floor(a[0]), np.floor(a[1]))


@njit(**INNER)
def _i_larger(a, b):
    if a[0] >= b[1]:
        return a
    if b[0] >= a[1]:
        return b
    both = _hull(a, b)
    return _largest(a[0], b[0]), _largest(a[1], b[1]), both[2], both[3]


@njit(**INNER)
def _i_minus(a):
    return -a[1], -a[0], -a[3], -a[2]


# whether a condition can hold, and whether it can fail, somewhere in the intervals


@njit(**INNER)
def _i_below(a, b):
    return not a[0] >= b[1], not a[1] < b[0]


@njit(**INNER)
def _i_equal(a, b):
    return not (a[1] < b[0] or b[1] < a[0]), not a[0] == a[1] == b[0] == b[1]


@njit(**INNER)
def _i_not(a):
    return a[1], a[0]


@njit(**INNER)
def _i_and(a, b):
    return a[0] and b[0], a[1] or b[1]


@njit(**INNER)
def _i_choose(condition, a, b):
    """The first interval where a condition holds, the second where it fails: it may jump."""
    if not condition[1]:
        return a
    if not condition[0]:
        return b
    both = _hull(a, b)
    return both[0], both[1], -np.inf, np.inf


@njit(**INNER)
def _quartic_at(q, theta):
    return q[0] + theta * (q[1] + theta * (q[2] + theta * (q[3] + theta * q[4])))


@njit(**INNER)
def _i_quartic(q, left, right):
    """Bounds of a polynomial (5,), and of its slope, over a part of a step.

    From its Bernstein coefficients there: G. Farin, Curves and Surfaces for CAGD, 5th ed. (2002),
    sec. 5.
    """
    w = right - left
    # the polynomial in s = (theta - left) / w, by Horner's scheme at left
    c4 = q[4]
    c3 = q[3] + left * c4
    c2 = q[2] + left * c3
    c1 = q[1] + left * c2
    c0 = q[0] + left * c1
    c3 += left * c4
    c2 += left * c3
    c1 += left * c2
    c3 += left * c4
    c2 += left * c3
    c3 += left * c4
    c1, c2, c3, c4 = w * c1, w * w * c2, w * w * w * c3, w * w * w * w * c4
    b1 = c0 + c1 / 4.0
    b2 = c0 + c1 / 2.0 + c2 / 6.0
    b3 = c0 + 0.75 * c1 + c2 / 2.0 + c3 / 4.0
    b4 = c0 + c1 + c2 + c3 + c4
    low = _least(_least(c0, b1), _least(_least(b2, b3), b4))
    high = _largest(_largest(c0, b1), _largest(_largest(b2, b3), b4))
    d0, d1, d2, d3 = b1 - c0, b2 - b1, b3 - b2, b4 - b3
    scale = 4.0 / w
    least = scale * _least(_least(d0, d1), _least(d2, d3))
    largest = scale * _largest(_largest(d0, d1), _largest(d2, d3))
    return low, high, least, largest
