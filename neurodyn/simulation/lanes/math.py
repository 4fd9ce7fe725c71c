"""Elementary functions for lanes, without branches.

numba calls the C library for ``math.exp``, one number at a time. Written in plain arithmetic as
below, a loop over lanes compiles to vector instructions. Each function is accurate to a few units
in the last place; beyond the range of floats exp gives infinity, and a NaN stays a NaN.

Argument reduction after P. T. P. Tang, ACM Trans. Math. Softw. 15, 144 (1989). The text below the
mark is part of the module that ``source`` generates, after the coefficients of ``numbers``.
"""

# ruff: noqa: ARG001 - numba prescribes the arguments of an intrinsic

import math

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

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
    _real,
    _sine_tail,
)
from neurodyn.simulation.methods.tsit5 import GROW, PAST, SHRINK


# --- kernel ---
def _place_values(kind):
    """Return the number of digits of a float, its bias, and the bits of 1.0."""
    digits, bias = (52, 1023) if kind.bitwidth == 64 else (23, 127)
    return digits, bias, bias << digits


def _integer(builder, x, kind):
    return builder.bitcast(x, ir.IntType(kind.bitwidth))


@intrinsic
def _count_up(typing, shared, place):
    """Return shared[place] and add 1 to it, as one act for all threads."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.gep(array.data, [arguments[1]])
        one = ir.Constant(ir.IntType(64), 1)
        return builder.atomic_rmw("add", pointer, one, "monotonic")

    return types.int64(shared, place), generate


@intrinsic
def _prefer_wide_vectors(typing):
    """Ask LLVM for 512-bit vectors where there are any; on Intel it takes 256 unless asked."""

    def generate(context, builder, signature, arguments):
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def _two_to(typing, t):
    """Return 2^n for t = n + _ROUNDER, whose last bits hold n."""

    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        digits, bias, _ = _place_values(kind)
        bits = _integer(builder, arguments[0], kind)
        shifted = builder.shl(builder.add(bits, bits.type(bias)), bits.type(digits))
        return builder.bitcast(shifted, arguments[0].type)

    return t(t), generate


@intrinsic
def _root_guess(typing, x):
    """Return x^(-1/4) to some per cent, from the bits of x, which grow like its logarithm."""

    def generate(context, builder, signature, arguments):
        digits, _, one = _place_values(signature.args[0])
        bits = _integer(builder, arguments[0], signature.args[0])
        # 5/4 of the bits of 1.0; what is taken off halves the largest error over a factor of 16
        start = one + (one >> 2) - int(0.054 * 2**digits)
        moved = builder.sub(bits.type(start), builder.lshr(bits, bits.type(2)))
        return builder.bitcast(moved, arguments[0].type)

    return x(x), generate


@intrinsic
def _step_factors(typing, x, y):
    """Return (err^GROW past^PAST, err^SHRINK) to some per cent, for x = err^2 and y = past^2."""

    def generate(context, builder, signature, arguments):
        _, _, one = _place_values(signature.args[0])
        x, y = (_integer(builder, a, signature.args[0]) for a in arguments)

        def power(*factors):
            # the logarithm of a number grows like its bits; squares halve the exponents
            total = x.type(one)
            for bits, terms in factors:
                for sign, n in terms:
                    shift = n + 1
                    change = builder.sub(builder.lshr(bits, x.type(shift)), x.type(one >> shift))
                    total = (builder.add if sign > 0 else builder.sub)(total, change)
            return builder.bitcast(total, arguments[0].type)

        grow, shrink = power((x, GROW), (y, PAST)), power((x, SHRINK))
        return context.make_tuple(builder, signature.return_type, (grow, shrink))

    return types.UniTuple(x, 2)(x, y), generate


@intrinsic
def _exponent(typing, x):
    """Return floor(log2 x) of a positive x."""

    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        digits, bias, _ = _place_values(kind)
        bits = _integer(builder, arguments[0], kind)
        # the exponent becomes the last digits of a float that is taken away again
        rounder = 1.5 * 2.0**digits
        base = builder.bitcast(ir.Constant(arguments[0].type, rounder), bits.type)
        moved = builder.add(builder.lshr(bits, bits.type(digits)), base)
        value = builder.bitcast(moved, arguments[0].type)
        return builder.fsub(value, ir.Constant(arguments[0].type, rounder + bias))

    return x(x), generate


@intrinsic
def _mantissa(typing, x):
    """Return x / 2^floor(log2 x), in [1, 2)."""

    def generate(context, builder, signature, arguments):
        kind = signature.args[0]
        digits, bias, _ = _place_values(kind)
        bits = _integer(builder, arguments[0], kind)
        kept = builder.and_(bits, bits.type((1 << digits) - 1))
        return builder.bitcast(builder.or_(kept, bits.type(bias << digits)), arguments[0].type)

    return x(x), generate


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
