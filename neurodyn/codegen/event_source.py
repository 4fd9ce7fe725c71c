"""Events as numba source: their level, and bounds of it over a part of a step.

An event is split into *rows*, its largest parts that are linear in what moves (states and driven
inputs), and an expression of the rows. A row is a polynomial over a step like the states are, so an
event that is linear is one row, whatever the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import sympy

from neurodyn.codegen.printing import assignments, constant_lines, numba_code
from neurodyn.model import symbol

_BASIC = {
    sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.tan: "tan", sympy.cosh: "cosh",
    sympy.Abs: "abs", sympy.sign: "sign", sympy.floor: "floor",
}  # fmt: skip
_INCREASING = (
    sympy.asin, sympy.atan, sympy.sinh, sympy.tanh, sympy.asinh, sympy.acosh, sympy.atanh, sympy.erf,
)  # fmt: skip


@dataclass(frozen=True)
class SplitEvent:
    """An event as an expression of rows that are linear in what moves.

    Parameters
    ----------
    rows : tuple of expressions
        Linear in states and driven inputs.
    outer : expression
        Of the symbols :func:`row` and what does not move.
    """

    rows: tuple[sympy.Expr, ...]
    outer: sympy.Expr

    @property
    def linear(self) -> bool:
        """Whether the event itself is a row."""
        return self.outer == row(0)


def row(number: int) -> sympy.Symbol:
    """Return the symbol that stands for a row."""
    return sympy.Symbol(f"_r{number}", real=True)


def split_event(expression: sympy.Expr, moving: Iterable[sympy.Symbol]) -> SplitEvent:
    """Split an event into rows and what is made of them."""
    symbols = set(moving)
    rows: dict[sympy.Expr, sympy.Symbol] = {}

    def named(part: sympy.Expr) -> sympy.Symbol:
        return rows.setdefault(part, row(len(rows)))

    def split(part: sympy.Basic) -> sympy.Basic:
        used = part.free_symbols & symbols
        if not used:
            return part
        if isinstance(part, sympy.Expr) and _is_linear(part, used):
            return named(part)
        if part.is_Add:
            plain = [t for t in part.args if _is_linear(t, t.free_symbols & symbols)]
            bent = [split(t) for t in part.args if t not in plain]
            if (total := sympy.Add(*plain)).free_symbols & symbols:
                return sympy.Add(named(total), *bent)
            return sympy.Add(total, *bent)
        return part.func(*map(split, part.args))

    outer = split(expression)
    return SplitEvent(tuple(rows), outer)


def _is_linear(part: sympy.Basic, used: set[sympy.Basic]) -> bool:
    """Whether an expression is a polynomial of degree 1 or less in some symbols."""
    if not used:
        return True
    return part.is_polynomial(*used) and sympy.Poly(part, *used).total_degree() <= 1


class _Bounds:
    """Writes an expression in the interval arithmetic of ``simulation/methods/intervals.py``.

    Parameters
    ----------
    moving : set of symbols
        Those that stand for intervals; all others are numbers.
    """

    def __init__(self, moving: set[sympy.Symbol]) -> None:
        self.moving, self.lines, self.complete = moving, [], True

    def write(self, part: sympy.Basic) -> str:
        """Return the code of an interval, or of whether a condition can hold and can fail."""
        if not part.free_symbols & self.moving:
            text = numba_code(part)
            boolean = isinstance(part, sympy.logic.boolalg.Boolean) and not part.is_Symbol
            return f"({text}, not {text})" if boolean else f"_i_point({text})"
        if part.is_Symbol:
            return part.name
        for kind, method in self._KINDS:
            if isinstance(part, kind):
                return method(self, part)
        self.complete = False
        return "_i_unknown()"

    def _nested(self, name: str, parts: Iterable[sympy.Basic]) -> str:
        return reduce(lambda a, b: f"{name}({a}, {b})", map(self.write, parts))

    def _product(self, part: sympy.Mul) -> str:
        fixed = [factor for factor in part.args if not factor.free_symbols & self.moving]
        others = [factor for factor in part.args if factor not in fixed]
        return self._nested("_i_multiply", [sympy.Mul(*fixed), *others] if fixed else others)

    def _power(self, part: sympy.Pow) -> str:
        base, exponent = part.args
        if exponent.is_Integer:
            size = abs(int(exponent))
            text = self.write(base) if size == 1 else f"_i_power({self.write(base)}, {size})"
        elif abs(exponent) == sympy.S.Half:
            text = f"_i_sqrt({self.write(base)})"
        else:
            return self.write(sympy.exp(exponent * sympy.log(base), evaluate=False))
        return f"_i_inverse({text})" if exponent < 0 else text

    def _basic(self, part: sympy.Function) -> str:
        return f"_i_{_BASIC[part.func]}({self.write(part.args[0])})"

    def _increasing(self, part: sympy.Function) -> str:
        """Values from both ends, slopes from the symbolic derivative."""
        argument = self.write(part.args[0])
        a, value = (f"_t{len(self.lines) + i}" for i in (0, 1))
        ends = [numba_code(part.func(sympy.Symbol(f"{a}[{i}]"))) for i in (0, 1)]
        self.lines += [f"{a} = {argument}", f"{value} = {', '.join(ends)}, 0.0, 0.0"]
        x, y = sympy.Symbol(a, real=True), sympy.Symbol(value, real=True)
        slope = part.func(x).diff(x).subs(part.func(x), y)
        self.moving |= {x, y}
        return f"_i_chain({value}[0], {value}[1], {self.write(slope)}, {a})"

    def _cosine(self, part: sympy.cos) -> str:
        return f"_i_sin({self.write(part.args[0] + sympy.pi / 2)})"

    def _smallest(self, part: sympy.Min) -> str:
        return f"_i_minus({self._nested('_i_larger', [-each for each in part.args])})"

    def _choice(self, part: sympy.Piecewise) -> str:
        text = "_i_unknown()"
        for value, condition in reversed(part.args):
            text = f"_i_choose({self.write(condition)}, {self.write(value)}, {text})"
        return text

    def _inequality(self, part: sympy.core.relational.Relational) -> str:
        return f"_i_below({self.write(part.lts)}, {self.write(part.gts)})"

    def _either(self, part: sympy.Or) -> str:
        return f"_i_not({self.write(sympy.And(*map(sympy.Not, part.args)))})"

    _KINDS = (
        (sympy.Add, lambda self, part: self._nested("_i_add", part.args)),
        (sympy.Mul, _product),
        (sympy.Pow, _power),
        (tuple(_BASIC), _basic),
        (_INCREASING, _increasing),
        (sympy.cos, _cosine),
        (sympy.ceiling, lambda self, part: f"_i_minus(_i_floor({self.write(-part.args[0])}))"),
        (sympy.Max, lambda self, part: self._nested("_i_larger", part.args)),
        (sympy.Min, _smallest),
        (sympy.Heaviside, lambda self, part: self.write(part.rewrite(sympy.Piecewise))),
        (sympy.Piecewise, _choice),
        ((sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge), _inequality),
        (sympy.And, lambda self, part: self._nested("_i_and", part.args)),
        (sympy.Or, _either),
        (sympy.Not, lambda self, part: f"_i_not({self.write(part.args[0])})"),
    )


def event_lines(
    events: Sequence[SplitEvent], parameters: Sequence[str], constants: Mapping[str, float]
) -> list[str]:
    """Return ``event_level``, ``event_bounds`` and whether the latter bounds every event.

    What a kernel may call is described in ``interface``.
    """
    levels, bounds, complete = [], [], True
    for e, event in enumerate(events):
        rows = [row(r) for r in range(len(event.rows))]
        used = {s.name for s in event.outer.free_symbols}
        fixed = [f"{name} = _p[{i}]" for i, name in enumerate(parameters) if name in used]
        fixed += constant_lines({n: v for n, v in constants.items() if n in used})
        values = [f"{r} = _v[{i}]" for i, r in enumerate(rows)]
        body = [*fixed, *values, *assignments([event.outer], ["_level"], "numba"), "return _level"]
        levels += [f"    if _e == {e}:", *(f"        {line}" for line in body)]

        printer = _Bounds(set(rows))
        shared, (outer,) = sympy.cse([event.outer], symbols=sympy.numbered_symbols("_c", real=True))
        for name, part in shared:
            moves = part.free_symbols & printer.moving
            printer.lines.append(f"{name} = {printer.write(part) if moves else numba_code(part)}")
            printer.moving |= {name} if moves else set()
        text = printer.write(outer)
        ranges = [f"{r} = _i_quartic(_rows[{i}], _left, _right)" for i, r in enumerate(rows)]
        body = [*fixed, *ranges, *printer.lines, f"return {text}"]
        bounds += [f"    if _e == {e}:", *(f"        {line}" for line in body)]
        complete = complete and printer.complete
    return [
        f"BOUNDED = {complete}",
        "@njit(**INNER)",
        "def event_level(_v, _p, _e):",
        *levels,
        "    return -1.0",
        "",
        "@njit(**INNER)",
        "def event_bounds(_rows, _left, _right, _p, _e):",
        *bounds,
        "    return -1.0, -1.0, 0.0, 0.0",
        "",
    ]


def row_weights(event: SplitEvent, moving: Sequence[sympy.Symbol]) -> list[list[sympy.Expr]]:
    """Return the factor of each moving quantity in each row, and last what stands alone."""
    still = dict.fromkeys(moving, sympy.Integer(0))
    return [[*(part.diff(s) for s in moving), part.xreplace(still)] for part in event.rows]


def row_lines(
    events: Sequence[SplitEvent],
    moving: Sequence[str],
    parameters: Sequence[str],
    constants: Mapping[str, float],
) -> list[str]:
    """Return ``event_rows``, and where the rows of each event begin."""
    weights = [w for event in events for w in row_weights(event, [symbol(n) for n in moving])]
    flat = [part for one in weights for part in one]
    used = {s.name for part in flat for s in part.free_symbols}
    body = [f"{name} = _p[{i}]" for i, name in enumerate(parameters) if name in used]
    body += constant_lines({n: v for n, v in constants.items() if n in used})
    names = [f"_f{r}_{i}" for r, one in enumerate(weights) for i in range(len(one))]
    body += assignments(flat, names, "numba")
    for r, one in enumerate(weights):
        terms = [f"_f{r}_{i} * _coef[{i}, _k]" for i, factor in enumerate(one[:-1]) if factor != 0]
        body += [
            "for _k in range(5):",
            f"    _rows[{r}, _k] = {' + '.join(terms)}",
            f"_rows[{r}, 0] += _f{r}_{len(one) - 1}",
        ]
    firsts = [0, *np.cumsum([len(event.rows) for event in events]).tolist()]
    return [
        f"ROW_OF = {tuple(firsts)}",
        "@njit(**INNER)",
        "def event_rows(_coef, _p, _rows):",
        *(f"    {line}" for line in body or ["pass"]),
        "",
    ]
