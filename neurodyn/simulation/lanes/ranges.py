"""Ranges of quantities over a step, for all lanes at once: (low, high), without branches.

What decides whether a lane has to look closer for an event that is not linear; the search itself
uses ``methods/intervals.py``. What has no bound is taken to reach ``_HUGE``, since nothing times
infinity is no number.
"""

import math

from numba import njit

from neurodyn.simulation.lanes.interface import _HUGE, INLINE, _real
from neurodyn.simulation.lanes.math import _exp, _larger, _log, _select, _smaller

# --- kernel ---


@njit(**INLINE)
def _v_point(x):
    return x, x


@njit(**INLINE)
def _v_unknown():
    return -_HUGE, _HUGE


@njit(**INLINE)
def _v_add(a, b):
    return a[0] + b[0], a[1] + b[1]


@njit(**INLINE)
def _v_minus(a):
    return -a[1], -a[0]


@njit(**INLINE)
def _v_multiply(a, b):
    p, q, r, s = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    return _smaller(_smaller(p, q), _smaller(r, s)), _larger(_larger(p, q), _larger(r, s))


@njit(**INLINE)
def _v_even(a, low, high):
    """An even function that rises from zero, with the values low and high at the ends of a."""
    across = (a[0] <= _real(0.0)) & (a[1] >= _real(0.0))
    return _select(across, _real(0.0), _smaller(low, high)), _larger(low, high)


@njit(**INLINE)
def _v_inverse(a):
    apart = (a[0] > _real(0.0)) | (a[1] < _real(0.0))
    one = _real(1.0)
    return _select(apart, one / a[1], -_HUGE), _select(apart, one / a[0], _HUGE)


@njit(**INLINE)
def _v_exp(a):
    return _smaller(_exp(a[0]), _HUGE), _smaller(_exp(a[1]), _HUGE)


@njit(**INLINE)
def _v_log(a):
    zero = _real(0.0)
    low, high = _select(a[0] > zero, _log(a[0]), -_HUGE), _select(a[1] > zero, _log(a[1]), _HUGE)
    return low, high


@njit(**INLINE)
def _v_sqrt(a):
    zero = _real(0.0)
    high = _select(a[1] > zero, math.sqrt(_larger(a[1], zero)), _HUGE)
    return math.sqrt(_larger(a[0], zero)), high


@njit(**INLINE)
def _v_sin(a):
    """Of a short range as it is steepest; else from -1 to 1."""
    middle, reach = _real(0.5) * (a[0] + a[1]), _real(0.5) * (a[1] - a[0])
    value = _real(math.sin(middle))
    return _larger(value - reach, _real(-1.0)), _smaller(value + reach, _real(1.0))


@njit(**INLINE)
def _v_abs(a):
    return _v_even(a, math.fabs(a[0]), math.fabs(a[1]))


@njit(**INLINE)
def _v_larger(a, b):
    return _larger(a[0], b[0]), _larger(a[1], b[1])


@njit(**INLINE)
def _v_below(a, b):
    return a[0] < b[1], a[1] >= b[0]


@njit(**INLINE)
def _v_equal(a, b):
    apart = (a[1] < b[0]) | (b[1] < a[0])
    return not apart, not ((a[0] == b[1]) & (a[1] == b[0]))


@njit(**INLINE)
def _v_not(a):
    return a[1], a[0]


@njit(**INLINE)
def _v_and(a, b):
    return a[0] & b[0], a[1] | b[1]


@njit(**INLINE)
def _v_choose(condition, a, b):
    can, fail = condition
    low = _select(can & fail, _smaller(a[0], b[0]), _select(can, a[0], b[0]))
    return low, _select(can & fail, _larger(a[1], b[1]), _select(can, a[1], b[1]))
