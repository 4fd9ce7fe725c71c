"""Events as numba source: their level, and bounds of it over a part of a step.

An event is split into *rows*, its largest parts that are linear in what moves (states and driven
inputs), and an expression of the rows. A row is a polynomial over a step like the states are, so an
event that is linear is one row, whatever the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import sympy
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from neurodyn.codegen.printing import assignments, constant_lines, numba_code
from neurodyn.model import symbol

_BASIC = {
    getattr(sympy, name): name.lower()
    for name in ("exp", "log", "sin", "tan", "cosh", "Abs", "sign", "floor")
}
_INCREASING = tuple(
    getattr(sympy, name)
    for name in ("asin", "atan", "sinh", "tanh", "asinh", "acosh", "atanh", "erf")
)


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
    return sympy.Symbol(f"_y{number}", real=True)


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


class Bounds:
    """Writes an expression in the interval arithmetic of ``simulation/methods/intervals.py``.

    Parameters
    ----------
    moving : set of symbols
        Those that stand for intervals; all others are numbers.
    code : function
        Prints an expression of numbers.
    """

    def __init__(self, moving: set[sympy.Symbol], code: Callable[[sympy.Basic], str]) -> None:
        self.moving, self.code = set(moving), code
        self.lines: list[str] = []
        self.complete = True

    def result(self, expression: sympy.Expr) -> str:
        """Return the code of an expression, after the ``lines`` of its shared parts."""
        shared, (rest,) = sympy.cse([expression], symbols=sympy.numbered_symbols("_c", real=True))
        for name, part in shared:
            moves = part.free_symbols & self.moving
            self.lines.append(f"{name} = {self.write(part) if moves else self.code(part)}")
            self.moving |= {name} if moves else set()
        return self.write(rest)

    def write(self, part: sympy.Basic) -> str:
        """Return the code of an interval, or of whether a condition can hold and can fail."""
        if not part.free_symbols & self.moving:
            text = self.code(part)
            boolean = isinstance(part, Boolean) and not part.is_Symbol
            return f"({text}, not {text})" if boolean else f"_i_point({text})"
        if part.is_Symbol:
            return part.name
        for kind, method in self._KINDS:
            if isinstance(part, kind):
                return getattr(self, method)(part)
        self.complete = False
        return "_i_unknown()"

    def _call(self, name: str, *parts: sympy.Basic) -> str:
        """Nest calls of a function of one or two intervals."""
        texts = [self.write(part) for part in parts]
        if len(texts) == 1:
            return f"_i_{name}({texts[0]})"
        return reduce(lambda a, b: f"_i_{name}({a}, {b})", texts)

    def _temporary(self, text: str) -> str:
        self.lines.append(f"_t{len(self.lines)} = {text}")
        return f"_t{len(self.lines) - 1}"

    def _at_ends(self, function: Callable[[sympy.Symbol], sympy.Expr], a: str) -> str:
        return ", ".join(self.code(function(sympy.Symbol(f"{a}[{i}]", real=True))) for i in (0, 1))

    def _sum(self, part: sympy.Add) -> str:
        return self._call("add", *part.args)

    def _product(self, part: sympy.Mul) -> str:
        fixed = [factor for factor in part.args if not factor.free_symbols & self.moving]
        others = [factor for factor in part.args if factor not in fixed]
        both = [sympy.Mul(*fixed), *others] if fixed else others
        return self._call("multiply", *both) if len(both) > 1 else self.write(both[0])

    def _power(self, part: sympy.Pow) -> str:
        base, exponent = part.args
        if exponent.is_Integer:
            size = abs(int(exponent))
            text = self.write(base) if size == 1 else self._whole_power(base, size)
        elif abs(exponent) == sympy.S.Half:
            text = self._call("sqrt", base)
        else:
            return self._call("exp", exponent * sympy.log(base))
        return f"_i_inverse({text})" if exponent < 0 else text

    def _whole_power(self, base: sympy.Expr, n: int) -> str:
        return f"_i_power({self.write(base)}, {n})"

    def _basic(self, part: sympy.Function) -> str:
        return self._call(_BASIC[part.func], part.args[0])

    def _increasing(self, part: sympy.Function) -> str:
        """Values from both ends, slopes from the symbolic derivative."""
        a = self._temporary(self.write(part.args[0]))
        value = self._temporary(f"{self._at_ends(part.func, a)}, 0.0, 0.0")
        x, y = sympy.Symbol(a, real=True), sympy.Symbol(value, real=True)
        self.moving |= {x, y}
        slope = part.func(x).diff(x).subs(part.func(x), y)
        return f"_i_chain({value}[0], {value}[1], {self.write(slope)}, {a})"

    def _cosine(self, part: sympy.cos) -> str:
        return self._call("sin", part.args[0] + sympy.pi / 2)

    def _ceiling(self, part: sympy.ceiling) -> str:
        return f"_i_minus({self._call('floor', -part.args[0])})"

    def _largest(self, part: sympy.Max) -> str:
        return self._call("larger", *part.args)

    def _smallest(self, part: sympy.Min) -> str:
        return f"_i_minus({self._call('larger', *(-each for each in part.args))})"

    def _step(self, part: sympy.Heaviside) -> str:
        return self.write(part.rewrite(sympy.Piecewise))

    def _choice(self, part: sympy.Piecewise) -> str:
        text = "_i_unknown()"
        for value, condition in reversed(part.args):
            text = f"_i_choose({self.write(condition)}, {self.write(value)}, {text})"
        return text

    def _inequality(self, part: Relational) -> str:
        return f"_i_below({self.write(part.lts)}, {self.write(part.gts)})"

    def _equality(self, part: Relational) -> str:
        text = self._call("equal", *part.args)
        return text if isinstance(part, sympy.Eq) else f"_i_not({text})"

    def _both(self, part: sympy.And) -> str:
        return self._call("and", *part.args)

    def _either(self, part: sympy.Or) -> str:
        return f"_i_not({self.write(sympy.And(*map(sympy.Not, part.args)))})"

    def _opposite(self, part: sympy.Not) -> str:
        return self._call("not", part.args[0])

    _KINDS: tuple[tuple[Any, str], ...] = (
        (sympy.Add, "_sum"),
        (sympy.Mul, "_product"),
        (sympy.Pow, "_power"),
        (tuple(_BASIC), "_basic"),
        (_INCREASING, "_increasing"),
        (sympy.cos, "_cosine"),
        (sympy.ceiling, "_ceiling"),
        (sympy.Max, "_largest"),
        (sympy.Min, "_smallest"),
        (sympy.Heaviside, "_step"),
        (sympy.Piecewise, "_choice"),
        ((sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge), "_inequality"),
        ((sympy.Eq, sympy.Ne), "_equality"),
        (sympy.And, "_both"),
        (sympy.Or, "_either"),
        (sympy.Not, "_opposite"),
    )


def event_lines(
    events: Sequence[SplitEvent], parameters: Sequence[str], constants: Mapping[str, float]
) -> list[str]:
    """Return ``event_at``, ``event_bounds``, whether the latter bounds every event, and the rest.

    What a kernel may call is described in ``interface``.
    """
    levels, bounds, complete = [], [], True
    for e, event in enumerate(events):
        rows = [row(r) for r in range(len(event.rows))]
        used = {s.name for s in event.outer.free_symbols}
        fixed = [f"{name} = _p[{i}]" for i, name in enumerate(parameters) if name in used]
        fixed += constant_lines({n: v for n, v in constants.items() if n in used})
        values = [f"{r} = _quartic_at(_rows[{i}], _theta)" for i, r in enumerate(rows)]
        body = [*fixed, *values, *assignments([event.outer], ["_level"], "numba"), "return _level"]
        levels += [f"    if _e == {e}:", *(f"        {line}" for line in body)]

        printer = Bounds(set(rows), numba_code)
        text = printer.result(event.outer)
        ranges = [f"{r} = _i_quartic(_rows[{i}], _left, _right)" for i, r in enumerate(rows)]
        body = [*fixed, *ranges, *printer.lines, f"return {text}"]
        bounds += [f"    if _e == {e}:", *(f"        {line}" for line in body)]
        complete = complete and printer.complete
    return [
        f"BOUNDED = {complete}",
        f"LINEAR = {all(event.linear for event in events)}",
        "@njit(**INNER)",
        "def event_at(_rows, _theta, _p, _e):",
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
