"""What lane modules have in common: number type, coefficients of functions, and functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from neurodyn.codegen.numba_module import kernel_text, load_generated
from neurodyn.simulation.methods import tsit5
from neurodyn.simulation.options import Precision

HERE = Path(__file__).parent
METHODS = Path(str(tsit5.__file__)).parent
_SHARED_FILES = (
    *(METHODS / f"{name}.py" for name in ("endings", "tsit5", "intervals")),
    *(METHODS / f"{name}.py" for name in ("linear_event", "rises", "philox")),
    *(HERE / f"{name}.py" for name in ("bits", "math")),
    METHODS / "normals.py",
    HERE / "spikes.py",
)

_NUMBER = re.compile(r"_real\((-?\d[\d.]*(?:e[-+]?\d+)?)\)")
_SHARED = {"_LOG2_E": 1.4426950408889634, "_HUGE": 1e30}
_VALUES = {
    # _ROUNDER: adding it leaves a whole number in the last digits; ln 2 = high + low, where
    # products of high with small whole numbers are exact
    "float64": {
        "_ROUNDER": 1.5 * 2.0**52, "_EXP_LOW": -708.0, "_EXP_HIGH": 709.0, "_TINY": 1e-300,
        "_LN2_HIGH": 6.93147180369123816490e-01, "_LN2_LOW": 1.90821492927058770002e-10,
    },
    "float32": {
        "_ROUNDER": 1.5 * 2.0**23, "_EXP_LOW": -87.0, "_EXP_HIGH": 88.0, "_TINY": 1e-37,
        "_LN2_HIGH": 0.693359375, "_LN2_LOW": -2.12194440e-4,
    },
}  # fmt: skip
# polynomials, highest power first
# (exp(r) - 1 - r) / r^2 for |r| <= ln(2)/2: Chebyshev interpolants
_EXP_TAIL = {
    "float64": (
        2.5100375832561234e-08, 2.7620075879983367e-07, 2.7557268480310024e-06,
        2.4801521322368692e-05, 0.00019841269863040545, 0.0013888888917196719,
        0.008333333333330065, 0.041666666666624164, 0.16666666666666669, 0.5000000000000001,
    ),
    "float32": (
        0.00019841269863040545, 0.0013888888917196719, 0.008333333333330065,
        0.041666666666624164, 0.16666666666666669, 0.5,
    ),
}  # fmt: skip
# (sin r - r) / r^3 and (cos r - 1) / r^2 in r^2 for |r| <= pi/4: Taylor, next terms below 1e-17
_SINE_TAIL = (
    -1 / 1307674368000, 1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6,
)  # fmt: skip
_COSINE_TAIL = (
    -1 / 87178291200, 1 / 479001600, -1 / 3628800, 1 / 40320, -1 / 720, 1 / 24, -0.5,
)  # fmt: skip
# log(1 + f) = 2 s + s^3 (...), s = f / (2 + f): W. Cody, W. Waite; coefficients of Sun's fdlibm
_LOG_TAIL = (
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
    2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01,
    1.479819860511658591e-01,
)  # fmt: skip


def number(value: float) -> str:
    """Return a number as source, in the precision of the module."""
    return f"_real({float(value)!r})"


def plain_numbers(text: str, precision: Precision) -> str:
    """Return the source of a module with numbers written as numba compiles them soonest.

    What numba takes a number for is float64, so that nothing needs to be called for it.
    """
    return _NUMBER.sub(r"(\1)", text) if precision == "float64" else text


def _polynomial(name: str, coefficients: Sequence[float]) -> list[str]:
    """Return a function of r by Horner's scheme."""
    text, *rest = map(number, coefficients)
    for c in rest:
        text = f"({text} * r + {c})"
    return ["@njit(**INLINE)", f"def {name}(r):", f"    return {text}", ""]


def header(cached: bool) -> list[str]:
    """Return the first lines of a lane module; whether each of its functions is kept on disk."""
    return [
        "import math", "import numpy as np", "from llvmlite import ir",
        "from numba import njit, types", "from numba.extending import intrinsic", "",
        # one multiplication and addition may be fused; nothing that hides a NaN is allowed
        "OPTIONS = dict(nogil=True, error_model='numpy', fastmath={'contract'},",
        f"               no_cpython_wrapper=True, no_cfunc_wrapper=True, cache={cached})",
        "INLINE = dict(OPTIONS, forceinline=True)",
        "INNER = OPTIONS",
        "OUTER = dict(cache=True, nogil=True, error_model='numpy', no_cfunc_wrapper=True)",
    ]  # fmt: skip


def tables(precision: Precision) -> list[str]:
    """Return the lines that define the numbers of a precision."""
    values = {**_SHARED, **_VALUES[precision]}
    lines = [f"_real = np.{precision}"]
    lines += [f"{name} = {number(value)}" for name, value in values.items()]
    lines += ["_LOG = (" + ", ".join(map(number, _LOG_TAIL)) + ",)", ""]
    lines += _polynomial("_exp_tail", _EXP_TAIL[precision])
    lines += _polynomial("_sine_tail", _SINE_TAIL)
    return lines + _polynomial("_cosine_tail", _COSINE_TAIL)


def load_shared(precision: Precision) -> ModuleType:
    """Return what all lane modules of a precision have in common, compiled once for all models.

    Its search for events is that for linear ones.
    """
    names = "__all__ = [name for name in globals() if not name.startswith('__')]"
    lines = [*header(cached=True), *tables(precision), kernel_text(*_SHARED_FILES), names]
    source = plain_numbers("\n".join(lines), precision)
    return load_generated(source, lambda: source)
