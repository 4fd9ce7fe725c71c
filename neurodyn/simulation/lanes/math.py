"""Elementary functions for lanes, without branches.

numba calls the C library for ``math.exp``, one number at a time. Written in plain arithmetic as
below, a loop over lanes compiles to vector instructions. Each function is accurate to a few units
in the last place; beyond the range of floats exp gives infinity, and a NaN stays a NaN.

Argument reduction after P. T. P. Tang, ACM Trans. Math. Softw. 15, 144 (1989). The text below the
mark is part of the module that ``source`` generates, after the coefficients of ``numbers``.
"""

import math

from numba import njit

from neurodyn.simulation.lanes.interface import (
    _EXP_HIGH,
    _EXP_LOW,
    _LN2_HIGH,
    _LN2_LOW,
    _LOG,
    _LOG2_E,
    _ROUNDER,
    _TINY,
    INLINE,
    _cosine_tail,
    _exp_tail,
    _exponent,
    _mantissa,
    _real,
    _root_guess,
    _sine_tail,
    _two_to,
)


# --- kernel ---
@njit(**INLINE)
def _select(condition, a, b):
    return a if condition else b


@njit(**INLINE)
def _larger(a, b):
    return b if a < b else a


@njit(**INLINE)
def _smaller(a, b):
    return b if b < a else a


@njit(**INLINE)
def _sign(x):
    return _real(1.0) if x > _real(0.0) else (_real(-1.0) if x < _real(0.0) else x)


@njit(**INLINE)
def _pow2(x):
    return x * x


@njit(**INLINE)
def _pow3(x):
    return x * x * x


@njit(**INLINE)
def _pow4(x):
    return _pow2(x * x)


@njit(**INLINE)
def _pow5(x):
    return _pow2(x * x) * x


@njit(**INLINE)
def _pow6(x):
    return _pow3(x * x)


@njit(**INLINE)
def _pow7(x):
    return _pow3(x * x) * x


@njit(**INLINE)
def _pow8(x):
    return _pow4(x * x)


@njit(**INLINE)
def _small_expm1(r):
    """exp(r) - 1 for |r| <= ln(2)/2."""
    return r + r * r * _exp_tail(r)


@njit(**INLINE)
def _exp(x):
    y = _EXP_LOW if x < _EXP_LOW else x
    y = _EXP_HIGH if y > _EXP_HIGH else y
    t = y * _LOG2_E + _ROUNDER
    n = t - _ROUNDER
    r = (y - n * _LN2_HIGH) - n * _LN2_LOW
    power = (_real(1.0) + _small_expm1(r)) * _two_to(t)
    return _real(math.inf) if x > _EXP_HIGH else power


@njit(**INLINE)
def _expm1_of_positive(x):
    """exp(x) - 1 for 0 <= x < 100, accurate near 0."""
    t = x * _LOG2_E + _ROUNDER
    n = t - _ROUNDER
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    power = _two_to(t)
    return _small_expm1(r) * power + (power - _real(1.0))


@njit(**INLINE)
def _tanh(x):
    y = math.fabs(x)
    y = _real(20.0) if y > _real(20.0) else y
    e = _expm1_of_positive(y + y)
    value = e / (e + _real(2.0))
    return math.copysign(value, x)


@njit(**INLINE)
def _cosh(x):
    e = _exp(math.fabs(x))
    return _real(0.5) * (e + _real(1.0) / e)


@njit(**INLINE)
def _sinh(x):
    y = math.fabs(x)
    small = _real(1.0) if y > _real(1.0) else y
    e = _expm1_of_positive(small)
    large = _exp(y)
    near = _real(0.5) * (e + e / (e + _real(1.0)))
    far = _real(0.5) * (large - _real(1.0) / large)
    return math.copysign(near if y < _real(1.0) else far, x)


@njit(**INLINE)
def _log(x):
    m, e = _mantissa(x), _exponent(x)
    high = m > _real(1.4142135623730951)
    m = _real(0.5) * m if high else m
    e = e + _real(1.0) if high else e
    f = m - _real(1.0)
    s = f / (_real(2.0) + f)
    z = s * s
    high, low = (
        _LOG[0] + z * (_LOG[1] + z * _LOG[2]),
        _LOG[3] + z * (_LOG[4] + z * (_LOG[5] + z * _LOG[6])),
    )
    tail = z * (high + z * z * z * low)
    half = _real(0.5) * f * f
    value = e * _LN2_HIGH - ((half - (s * (half + tail) + e * _LN2_LOW)) - f)
    value = value if x < _real(math.inf) else x
    return value if x >= _TINY else (_real(-math.inf) if x >= _real(0.0) else _real(math.nan))


@njit(**INLINE)
def _root4(x):
    """x^(1/4) by two steps of order four on x^(-1/4): no root and no division."""
    y = _TINY if x < _TINY else x
    g = _root_guess(y)
    for _ in range(2):
        r = _real(1.0) - y * _pow4(g)
        g += g * r * (_real(0.25) + r * (_real(0.15625) + r * _real(0.1171875)))
    value = x * _pow3(g)
    return value if x >= _real(0.0) else _real(math.nan)


@njit(**INLINE)
def _power(x, y):
    value = _exp(y * _log(x))
    return value if x != _real(0.0) else (_real(0.0) if y > _real(0.0) else _real(math.inf))


@njit(**INLINE)
def _sine_and_cosine_of_turn(u):
    """sin(2 pi u) and cos(2 pi u) for u in [0, 1]."""
    turn = u * _real(4.0)  # in quarters
    n = (turn + _ROUNDER) - _ROUNDER
    r = (turn - n) * _real(1.5707963267948966)
    s = r * r
    sine, cosine = r + r * s * _sine_tail(s), _real(1.0) + s * _cosine_tail(s)
    swap = (n == _real(1.0)) | (n == _real(3.0))
    a, b = cosine if swap else sine, sine if swap else cosine
    a = -a if (n == _real(2.0)) | (n == _real(3.0)) else a
    b = -b if (n == _real(1.0)) | (n == _real(2.0)) else b
    return a, b
