"""What lanes do below the level of numba: rows of numbers, bits of numbers, a counter for threads.

The text below the mark is part of the module that ``source`` generates. Rows are read and written
here because numba takes some ten times as long to compile ``w[row + l]``, for which it considers
every meaning that a sum and an index can have. A float's bits, taken for a whole number, grow like
its logarithm.
"""

# ruff: noqa: ARG001 - numba prescribes the arguments of an intrinsic

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from neurodyn.simulation.methods.tsit5 import GROW, PAST, SHRINK


# --- kernel ---
def _place_values(kind):
    """Return the number of digits of a float, its bias, and the bits of 1.0."""
    digits, bias = (52, 1023) if kind.bitwidth == 64 else (23, 127)
    return digits, bias, bias << digits


def _integer(builder, x, kind):
    return builder.bitcast(x, ir.IntType(kind.bitwidth))


@intrinsic
def _get(typing, w, row, l):
    """Return w[row + l]."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.add(arguments[1], arguments[2])
        return builder.load(builder.gep(array.data, [place], inbounds=True))

    return w.dtype(w, types.int64, types.int64), generate


@intrinsic
def _put(typing, w, row, l, value):
    """Set w[row + l]."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.add(arguments[1], arguments[2])
        builder.store(arguments[3], builder.gep(array.data, [place], inbounds=True))
        return context.get_dummy_value()

    return types.void(w, types.int64, types.int64, w.dtype), generate


def _weighted(weights):
    """Return a function of (w, first, l, stride): sum of weights[s] w[first + s stride + l]."""
    terms = [(s, float(weight)) for s, weight in enumerate(weights) if weight != 0.0]

    @intrinsic
    def total(typing, w, first, l, stride):
        def generate(context, builder, signature, arguments):
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            place, stride = builder.add(arguments[1], arguments[2]), arguments[3]
            value = None
            for s, weight in terms:
                at = builder.add(place, builder.mul(stride, stride.type(s)))
                number = builder.load(builder.gep(array.data, [at], inbounds=True))
                term = builder.fmul(number.type(weight), number)
                value = term if value is None else builder.fadd(value, term)
            return value

        return w.dtype(w, types.int64, types.int64, types.int64), generate

    return total


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
            # of squares, whose exponents are half
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
