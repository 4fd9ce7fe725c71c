"""``xpp``: a model as an ``.ode`` file for XPPAUT and the AUTO inside it.

XPPAUT reads names of at most ten characters, does not tell small letters from capitals, keeps ``t``
for time and some eighty words for itself. AUTO measures steps along a branch in the numbers it is
given, so the file holds states, time and continued parameters in their declared scales.
B. Ermentrout, Simulating, Analyzing, and Animating Dynamical Systems (2002).
"""

from __future__ import annotations

import os
import tempfile
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sympy
from sympy.printing.codeprinter import CodePrinter

from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model

_LONGEST_NAME = 9
_LONGEST_LINE = 900  # XPPAUT keeps 1024 characters of an expression
_DIGITS = 30  # of a number while sympy folds it; the file holds the nearest float
_RESERVED = frozenset(
    [
        "t",
        "pi",
        "then",
        "else",
        "if",
        "sum",
        "of",
        "int",
        "shift",
        "delay",
        "del_shft",
        "set",
        "not",
        "mod",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "atan2",
        "sinh",
        "cosh",
        "tanh",
        "exp",
        "ln",
        "log",
        "log10",
        "sqrt",
        "abs",
        "heav",
        "sign",
        "max",
        "min",
        "flr",
        "ran",
        "normal",
        "poisson",
        "besselj",
        "bessely",
        "besseli",
        "erf",
        "erfc",
        "lgamma",
        "hom_bcs",
        "ceil",
        "rem",
        "bool",
        "arg1",
        "arg2",
        "arg3",
        "arg4",
        "arg5",
        "arg6",
        "arg7",
        "arg8",
        "arg9",
        "par",
        "param",
        "parameter",
        "init",
        "aux",
        "number",
        "wiener",
        "table",
        "bdry",
        "markov",
        "global",
        "done",
        "only",
        "solv",
        "vector",
        "volt",
        "special",
        "export",
        "option",
        "options",
        "network",
        "conv",
        "fft",
        "sparse",
        "fconv",
        "fsparse",
        "fftcon",
        "mmult",
        "gill",
        "findext",
        "import",
        "derived",
        "index",
        "missing",
    ]
)
_ELEMENTARY = {
    "exp": "exp", "log": "ln", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin",
    "acos": "acos", "atan": "atan", "atan2": "atan2", "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "Abs": "abs", "sign": "sign", "floor": "flr", "erf": "erf", "erfc": "erfc",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class XppFile:
    """A model in the language of XPPAUT, and how its numbers are to be read.

    Parameters
    ----------
    text : str
        The ``.ode`` file.
    names : mapping from neurodyn name to XPPAUT name
        Of states, parameters and inputs that the file holds, and outputs.
    scales : mapping from neurodyn name to float
        Value in the model's unit = scale * value in the file; 1 for all that is not scaled.
    time_scale : float
        Time in the model's unit = time_scale * time in the file; periods too.
    """

    text: str
    names: Mapping[str, str]
    scales: Mapping[str, float]
    time_scale: float

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        renamed = ", ".join(f"{name} -> {short}" for name, short in self.names.items())
        lines = len(self.text.splitlines())
        return f"XPPAUT file of {lines} lines, time in units of {self.time_scale:g}: {renamed}"


def xpp(
    model: Model,
    path: str | os.PathLike[str] | None = None,
    *,
    continue_in: str | Sequence[str] | None = None,
    span: tuple[float, float] | None = None,
    scaled: bool = True,
    inline: bool = False,
    intervals: int = 60,
) -> XppFile:
    """Write a model as an ``.ode`` file for XPPAUT.

    The equations come from the same symbolic source as all generated code. Names are put in small
    letters and cut to nine characters; one that is taken or reserved (``T``: XPPAUT's ``t`` is time)
    gets a number at its end. Comments in the file, and ``.names``, tell which became which.

    Parameters
    ----------
    model : Model
        Its values of parameters and starting states are written.
    path : path, optional
        Where to write the file.
    continue_in : str or sequence of str, optional
        Parameters that AUTO may vary, the main one first; by default the model's first input (or
        first parameter).
    span : (low, high), optional
        Range of the main parameter [its unit]. A value outside of it is moved to its nearer end.
    scaled : bool
        Divide states by their declared scales, time by ``model.time_scale`` and the parameters of
        ``continue_in`` by their declared scales, so that AUTO sees numbers of order one. The factors
        are in the comments of the file and in ``.scales`` and ``.time_scale``.
    inline : bool
        Write numbers in place of all parameters that are not in ``continue_in``: shorter equations,
        which XPPAUT evaluates faster.
    intervals : int
        Mesh intervals of AUTO (NTST) for periodic orbits.

    Returns
    -------
    XppFile
        ``.text``, ``.names``, ``.scales``, ``.time_scale``.

    Raises
    ------
    InputError
        For an unknown parameter, an empty range, or a function that XPPAUT does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.export import xpp
    >>> file = xpp(nd.devices.nbox_neuron(), continue_in="I_s", span=(1e-6, 1.2e-3))
    >>> file.names["T"], file.scales["T"], file.names["I_s"]
    ('t2', 1000.0, 'i_s')
    """
    main = _continued(model, continue_in)
    limits = _limits(model, main[0], span)
    kept = [n for n in (*main, *(n for n in model.parameter_names if n not in main))]
    if inline:
        kept = list(main)
    scales = _scales(model, main, kept, scaled)
    time = model.time_scale if scaled else 1.0
    names, taken = _short_names(
        [*model.state_names, *kept, *(output.name for output in model.outputs)]
    )
    writer = _Writer(model, names, taken, scales, time, kept)
    values = {name: model[name] for name in kept}
    if limits is not None:
        values[main[0]] = min(max(values[main[0]], limits[0]), limits[1])
    starts = dict(zip(model.state_names, model.x0, strict=True))
    lines = [
        *_comments(model, names, scales, time),
        *(f"par {names[n]}={_number(values[n] / scales[n])}" for n in kept),
        *(f"init {names[n]}={_number(starts[n] / scales[n])}" for n in model.state_names),
        *writer.equations(),
        *_options(model, names, scales, time, main[0], limits, intervals),
        "done",
    ]
    file = XppFile("\n".join(lines) + "\n", names, scales, time)
    if path is not None:
        _write(Path(path), file.text)
    return file


# ---------------------------------------------------------------------- what is asked for


def _continued(model: Model, names: str | Sequence[str] | None) -> list[str]:
    if names is None:
        chosen = [*model.input_names, *model.parameter_names][:1]
    else:
        chosen = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    for name in chosen:
        if name not in model.parameter_names:
            raise unknown_name("parameter or input", name, model.parameter_names)
    if not chosen:
        raise InputError(
            f"model {model.name!r} has no parameter that AUTO could vary; expected at least one"
        )
    return chosen


def _limits(
    model: Model, name: str, span: tuple[float, float] | None
) -> tuple[float, float] | None:
    if span is None:
        return None
    quantity = next(q for q in (*model.parameters, *model.inputs) if q.name == name)
    try:
        low, high = span
    except (TypeError, ValueError):
        raise InputError(f"span is {span!r}; expected (low, high) for {name}") from None
    low, high = float(low), float(high)
    if not -float("inf") < low < high < float("inf"):
        raise InputError(
            f"the range ({low:g}, {high:g}) of {name} is empty; expected low < high, both finite "
            f"numbers in {quantity.unit}"
        )
    return low, high


def _scales(model: Model, main: list[str], kept: list[str], scaled: bool) -> dict[str, float]:
    scales = dict.fromkeys(
        [*model.state_names, *kept, *(output.name for output in model.outputs)], 1.0
    )
    if scaled:
        scales |= {state.name: float(state.scale) for state in model.states}
        scales |= {
            q.name: float(q.scale) for q in (*model.parameters, *model.inputs) if q.name in main
        }
    return scales


def _short_names(names: Iterable[str]) -> tuple[dict[str, str], set[str]]:
    """Return a name for each that XPPAUT can read and tell apart, and all that are taken."""
    short: dict[str, str] = {}
    taken: set[str] = set(_RESERVED)
    for name in names:
        short[name] = _free_name(name, taken)
    return short, taken


def _free_name(name: str, taken: set[str]) -> str:
    candidate, number = name.lower()[:_LONGEST_NAME], 1
    while candidate in taken:
        number += 1
        candidate = name.lower()[: _LONGEST_NAME - len(str(number))] + str(number)
    taken.add(candidate)
    return candidate


# ---------------------------------------------------------------------- equations


def _number(value: float) -> str:
    return repr(float(value))


class _XppPrinter(CodePrinter):
    """Sympy to XPPAUT: ``^`` for powers, ``ln``, ``flr``, ``if()then()else()``."""

    printmethod = "_xpp"
    language = "XPPAUT"
    _default_settings = {  # noqa: RUF012
        **CodePrinter._default_settings,
        "precision": 17,
        "user_functions": {},
        "contract": False,
    }
    _operators = {"and": "&", "or": "|", "not": "not"}  # noqa: RUF012

    def __init__(self, label: str) -> None:
        super().__init__()
        self.known_functions = dict(_ELEMENTARY)
        self.label = label

    def _format_code(self, lines: list[str]) -> list[str]:
        return lines

    def _refuse(self, expr: sympy.Basic) -> str:
        word = type(expr).__name__
        raise InputError(
            f"{self.label} contains {word}, which XPPAUT does not have; expected arithmetic and "
            f"{', '.join(sorted(set(_ELEMENTARY.values())))}, sqrt, max, min, heav or a piecewise "
            "expression"
        )

    _print_not_supported = _refuse
    emptyPrinter = _refuse

    def _print_Function(self, expr: sympy.Function) -> str:
        word = _ELEMENTARY.get(type(expr).__name__)
        if word is None:
            return self._refuse(expr)
        return f"{word}({','.join(map(self._print, expr.args))})"

    def _print_Symbol(self, expr: sympy.Symbol) -> str:
        return expr.name

    def _print_Integer(self, expr: sympy.Integer) -> str:
        return self._print_Float(expr)

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return self._print_Float(expr)

    def _print_Float(self, expr: sympy.Expr) -> str:
        value = float(expr)
        return _number(value) if value >= 0 else f"({_number(value)})"

    _print_Half = _print_One = _print_Zero = _print_NegativeOne = _print_Rational
    _print_Pi = _print_Exp1 = _print_NumberSymbol = _print_Float

    def _print_Infinity(self, expr: sympy.Expr) -> str:
        return self._refuse(expr)

    _print_NegativeInfinity = _print_ComplexInfinity = _print_NaN = _print_Infinity
    _print_ImaginaryUnit = _print_Infinity

    def _print_Add(self, expr: sympy.Add, order: str | None = None) -> str:  # noqa: ARG002
        text = "+".join(self._print(term) for term in expr.as_ordered_terms())
        return f"({text})"

    def _print_Mul(self, expr: sympy.Mul) -> str:
        above, below = [], []
        for factor in expr.as_ordered_factors():
            base, power = factor.as_base_exp()
            if power.is_number and power.is_negative:
                below.append(self._print(base ** (-power)))
            else:
                above.append(self._print(factor))
        text = "*".join(above) or "1.0"
        return f"({'/'.join([text, *below])})"

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:  # noqa: ARG002
        base, power = expr.args
        text = self._print(base)
        if power.is_number and power.is_negative:
            return f"(1.0/{self._print(base ** (-power))})"
        roots = {sympy.S.Half: 1, sympy.Rational(1, 4): 2, sympy.Rational(1, 8): 3}
        if power in roots:
            return "sqrt(" * roots[power] + text + ")" * roots[power]
        if power in (2, 3, 4) and isinstance(base, sympy.Symbol):
            return f"({'*'.join([text] * int(power))})"
        return f"({text}^{self._print(power)})"

    def _extreme(self, word: str, parts: Sequence[sympy.Expr]) -> str:
        text = self._print(parts[0])
        for part in parts[1:]:
            text = f"{word}({text},{self._print(part)})"
        return text

    def _print_Max(self, expr: sympy.Max) -> str:
        return self._extreme("max", expr.args)

    def _print_Min(self, expr: sympy.Min) -> str:
        return self._extreme("min", expr.args)

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        x = self._print(expr.args[0])  # XPPAUT's own heav(0) is 1
        at_zero = self._print(expr.args[1])
        return f"if({x}==0)then({at_zero})else(heav({x}))"

    def _print_asinh(self, expr: sympy.asinh) -> str:
        x = self._print(expr.args[0])
        return f"(sign({x})*ln(abs({x})+sqrt({x}*{x}+1.0)))"

    def _print_acosh(self, expr: sympy.acosh) -> str:
        x = self._print(expr.args[0])
        return f"ln({x}+sqrt({x}-1.0)*sqrt({x}+1.0))"

    def _print_atanh(self, expr: sympy.atanh) -> str:
        x = self._print(expr.args[0])
        return f"(0.5*ln((1.0+{x})/(1.0-{x})))"

    def _print_Piecewise(self, expr: sympy.Piecewise) -> str:
        *pieces, (last, condition) = expr.args
        if condition != sympy.true:
            raise InputError(
                f"{self.label} contains a piecewise expression without a last piece for all other "
                "values; expected one whose last condition is True"
            )
        text = self._print(last)
        for value, condition in reversed(pieces):
            text = f"(if({self._print(condition)})then({self._print(value)})else({text}))"
        return text

    def _print_Relational(self, expr: sympy.core.relational.Relational) -> str:
        return f"({self._print(expr.lhs)}{expr.rel_op}{self._print(expr.rhs)})"

    def _print_And(self, expr: sympy.And) -> str:
        return f"({'&'.join(map(self._print, expr.args))})"

    def _print_Or(self, expr: sympy.Or) -> str:
        return f"({'|'.join(map(self._print, expr.args))})"

    def _print_Not(self, expr: sympy.Not) -> str:
        return f"not({self._print(expr.args[0])})"


class _Writer:
    """Lines ``name=expression``, ``x'=expression`` and ``aux name=expression``."""

    def __init__(
        self,
        model: Model,
        names: dict[str, str],
        taken: set[str],
        scales: dict[str, float],
        time: float,
        kept: list[str],
    ) -> None:
        self.model, self.names, self.taken = model, names, taken
        self.scales, self.time = scales, time
        numbers = {q.symbol: q.default for q in model.constants}
        quantities = (*model.parameters, *model.inputs)
        numbers |= {q.symbol: q.default for q in quantities if q.name not in kept}
        self.swap: dict[sympy.Symbol, sympy.Expr] = {
            symbol: _exact(float(value)) for symbol, value in numbers.items()
        }
        for q in (*model.states, *(q for q in quantities if q.name in kept)):
            short = sympy.Symbol(f"@{names[q.name]}", real=True)  # apart from all old symbols
            factor = scales[q.name]
            self.swap[q.symbol] = short if factor == 1.0 else _exact(factor) * short

    def equations(self) -> list[str]:
        """Return shared parts, then one equation per state, then the outputs."""
        model = self.model
        rates = [
            self._in_file(f) * (_exact(self.time / self.scales[s.name]) if self.time else 1)
            for s, f in zip(model.states, model.rhs, strict=True)
        ]
        shared, rates = sympy.cse(rates, symbols=self._fresh(), optimizations="basic")
        lines = [line for s, part in shared for line in self._line(f"{s}=", part, "the equations")]
        for state, rate in zip(model.states, rates, strict=True):
            lines += self._line(f"{self.names[state.name]}'=", rate, f"d{state.name}/dt")
        for output in model.outputs:
            expression = self._in_file(output.expression)
            lines += self._line(f"aux {self.names[output.name]}=", expression, output.name)
        return lines

    def _in_file(self, expression: sympy.Expr) -> sympy.Expr:
        return sympy.sympify(expression).xreplace(self.swap)

    def _fresh(self):
        while True:
            yield sympy.Symbol(f"@{_free_name('part', self.taken)}", real=True)

    def _line(self, left: str, expression: sympy.Expr, label: str) -> list[str]:
        """Return the line, after lines for parts of it if it is too long for XPPAUT."""
        text = _XppPrinter(label).doprint(expression).replace("@", "")
        if len(text) <= _LONGEST_LINE or not expression.args:
            return [left.replace("@", "") + text]
        symbols, lines, parts = self._fresh(), [], []
        for part in expression.args:
            whole = isinstance(part, (sympy.Number, sympy.Symbol, sympy.logic.boolalg.Boolean))
            if whole or not isinstance(part, sympy.Expr) or len(str(part)) < 40:
                parts.append(part)
                continue
            name = next(symbols)
            lines += self._line(f"{name}=", part, label)
            parts.append(name)
        if not lines:
            half = len(expression.args) // 2
            if not isinstance(expression, (sympy.Add, sympy.Mul)) or half == 0:
                raise InputError(
                    f"{label} has a part of {len(text)} characters that cannot be split; XPPAUT "
                    "reads 1024"
                )
            for piece in (expression.args[:half], expression.args[half:]):
                name = next(symbols)
                lines += self._line(f"{name}=", expression.func(*piece), label)
                parts.append(name)
            parts = parts[-2:]
        return [*lines, *self._line(left, expression.func(*parts), label)]


def _exact(value: float) -> sympy.Float:
    return sympy.Float(value, _DIGITS)


# ---------------------------------------------------------------------- the rest of the file


def _comments(
    model: Model, names: dict[str, str], scales: dict[str, float], time: float
) -> list[str]:
    unit = "" if model.time_unit == "1" else f" {model.time_unit}"
    lines = [f"{model.name}, written by neurodyn for XPPAUT"]
    lines += textwrap.wrap(model.reference, 90)
    lines.append(f"time = {_number(time)}{unit} * t")
    lines.append("name in neurodyn = factor * name here [unit]")
    for name, short in names.items():
        unit = model.quantity(name).unit
        lines.append(f"  {name} = {_number(scales[name])} * {short} [{unit}]")
    return ["# " + line.encode("ascii", "replace").decode() for line in lines]


def _options(
    model: Model,
    names: dict[str, str],
    scales: dict[str, float],
    time: float,
    main: str,
    limits: tuple[float, float] | None,
    intervals: int,
) -> list[str]:
    """Return settings: a few cycles of simulation, and AUTO's in the numbers of the file."""
    cycle = model.time_scale / time
    lines = [f"@ total={_number(10 * cycle)}, dt={_number(0.002 * cycle)}, meth=stiff, tol=1e-9"]
    lines.append("@ bound=1e12, maxstor=100000")
    if len(model.states) > 1:
        x, y = (names[name] for name in model.state_names[:2])
        lines.append(f"@ xp={x}, yp={y}")
    lines.append(f"@ ntst={int(intervals)}, nmax=2000, npr=2000, normmin=0, normmax=1e12")
    if limits is not None:
        low, high = (value / scales[main] for value in limits)
        width = high - low
        lines.append(
            f"@ autoxmin={_number(low)}, autoxmax={_number(high)}, parmin={_number(low)}, "
            f"parmax={_number(high)}"
        )
        lines.append(
            f"@ ds={_number(1e-3 * width)}, dsmin={_number(1e-7 * width)}, "
            f"dsmax={_number(0.05 * width)}"
        )
    return lines


def _write(path: Path, text: str) -> None:
    """Write the whole file or nothing."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        temporary.write_text(text, encoding="ascii")
        temporary.replace(path)
