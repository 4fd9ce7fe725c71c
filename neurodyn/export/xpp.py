"""``xpp``: a model as an ``.ode`` file for XPPAUT and the AUTO inside it.

XPPAUT reads names of at most ten characters, does not tell small letters from capitals, keeps ``t``
for time and some eighty words for itself. AUTO measures steps along a branch in the numbers it is
given, so the file holds states, time and continued parameters in their declared scales.
B. Ermentrout, Simulating, Analyzing, and Animating Dynamical Systems (2002).
"""

from __future__ import annotations

import itertools
import math
import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sympy

from neurodyn.arguments import Count, checked
from neurodyn.errors import InputError, unknown_name
from neurodyn.export.exported import write_file
from neurodyn.export.printing import number
from neurodyn.export.xpp_printing import XppPrinter
from neurodyn.model import Model
from neurodyn.noise import StochasticModel

_LONGEST_NAME = 9
_LONGEST_LINE = 900  # XPPAUT keeps 1024 characters of an expression
_DIGITS = 30  # of a number while sympy folds it; the file holds the nearest float
_RESERVED = {
    "t",
    "pi",
    "if",
    "then",
    "else",
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
    "ceil",
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
    "meth",
    "par",
    "param",
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
    "missing",
    *(f"arg{i}" for i in range(1, 21)),
}


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


@checked
def xpp(
    model: Model | StochasticModel,
    path: str | os.PathLike[str] | None = None,
    *,
    continue_in: str | Sequence[str] | None = None,
    span: tuple[float, float] | None = None,
    scaled: bool = True,
    inline: bool = False,
    intervals: Count = 60,
) -> XppFile:
    """Write a model as an ``.ode`` file for XPPAUT.

    The equations come from the same symbolic source as all generated code. Names are put in small
    letters and cut to nine characters; one that is taken or reserved (``T``: XPPAUT's ``t`` is
    time) gets a number at its end. Comments in the file, and ``.names``, tell which became which.

    Parameters
    ----------
    model : Model or StochasticModel
        Its values of parameters and starting states are written; white noise becomes ``wiener``
        variables, and Euler's steps a twentieth as long.
    path : path, optional
        Where to write the file.
    continue_in : str or sequence of str, optional
        Parameters that AUTO may vary, the main one first; by default the model's first input (or
        first parameter).
    span : (low, high), optional
        Range of the main parameter [its unit]. A value outside of it is moved to its nearer end.
    scaled : bool
        Divide time by ``model.time_scale``, and states and the parameters of ``continue_in`` by
        their declared scales, so that AUTO sees numbers of order one. The factors are in comments
        of the file, in ``.scales`` and in ``.time_scale``.
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
        For an unknown parameter, an empty range, a function that XPPAUT does not have, a model
        that is reset at its spikes, or noise that is drawn anew at each spike.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.export import xpp
    >>> file = xpp(nd.devices.nbox_neuron(), continue_in="I_s", span=(1e-6, 1.2e-3))
    >>> file.names["T"], file.scales["T"], file.names["I_s"]
    ('t2', 1000.0, 'i_s')
    """
    diffusion: sympy.Matrix | None = None
    if isinstance(model, StochasticModel):
        if model.jitter:
            raise InputError(
                f"the noise of {model.model.name!r} is drawn anew at each spike, which XPPAUT "
                "files of neurodyn do not hold; expected the model without noise (.base)"
            )
        diffusion, model = model.diffusion, model.model
    if model.jump is not None:
        what = "is reset at its spikes" if model.switch is None else "switches"
        raise InputError(f"{model.name!r} {what}, which AUTO cannot follow")
    main = _continued(model, continue_in)
    limits = _limits(main, span)
    kept = main if inline else list(dict.fromkeys([*main, *model.parameter_names]))
    time = model.time_scale if scaled else 1.0
    taken = set(_RESERVED)
    written = [*model.state_names, *kept, *(output.name for output in model.outputs)]
    names = {name: _free_name(name, taken) for name in written}
    scales = dict.fromkeys(written, 1.0)
    if scaled:
        quantities = (*model.states, *model.parameters, *model.inputs)
        large = {*model.state_names, *main}
        scales |= {q.name: float(q.scale) for q in quantities if q.name in large}
    values = dict(zip(model.state_names, model.x0, strict=True)) | {n: model[n] for n in kept}
    if limits is not None:
        values[main[0]] = min(max(values[main[0]], limits[0]), limits[1])
    values = {name: value / scales[name] for name, value in values.items()}
    lines = [
        *_comments(model, names, scales, time),
        *(f"par {names[name]}={number(values[name])}" for name in kept),
        *(f"init {names[name]}={number(values[name])}" for name in model.state_names),
        *_equations(model, diffusion, names, taken, scales, time),
        *_options(model, names, time, intervals, noisy=diffusion is not None),
        *(_auto_range(*(value / scales[main[0]] for value in limits)) if limits else ()),
        "done",
    ]
    file = XppFile("\n".join(lines) + "\n", names, scales, time)
    if path is not None:
        write_file(path, file.text)
    return file


def _continued(model: Model, names: str | Sequence[str] | None) -> list[str]:
    if names is None:
        return [*model.input_names, *model.parameter_names][:1]
    chosen = [names] if isinstance(names, str) else list(dict.fromkeys(names))
    for name in chosen:
        if name not in model.parameter_names:
            raise unknown_name("parameter or input", name, model.parameter_names)
    return chosen


def _limits(main: list[str], span: tuple[float, float] | None) -> tuple[float, float] | None:
    if span is None:
        return None
    low, high = map(float, span)
    if not main or not -math.inf < low < high < math.inf:
        raise InputError(
            f"the range of {main[0] if main else 'no parameter'} is ({low:g}, {high:g}); expected "
            "(low, high), two finite numbers, for a parameter to continue in"
        )
    return low, high


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name that XPPAUT can read and tell from those taken, and take it."""
    candidate, number = name.lower()[:_LONGEST_NAME], 1
    while candidate in taken:
        number += 1
        candidate = name.lower()[: _LONGEST_NAME - len(str(number))] + str(number)
    taken.add(candidate)
    return candidate


def _equations(
    model: Model,
    diffusion: sympy.Matrix | None,
    names: dict[str, str],
    taken: set[str],
    scales: dict[str, float],
    time: float,
) -> list[str]:
    """Return lines for noise and the shared parts, then one per state, then the outputs."""
    swap: dict[sympy.Basic, sympy.Expr] = {sympy.pi: sympy.pi.evalf(_DIGITS)}
    swap |= {q.symbol: sympy.Float(q.default, _DIGITS) for q in model.constants}
    for q in (*model.states, *model.parameters, *model.inputs):
        if q.name in names:  # "@" keeps the new symbols apart from the old
            short, factor = sympy.Symbol(f"@{names[q.name]}", real=True), scales[q.name]
            swap[q.symbol] = short if factor == 1.0 else sympy.Float(factor, _DIGITS) * short
        else:
            swap[q.symbol] = sympy.Float(model[q.name], _DIGITS)
    rates = [
        f.xreplace(swap) * (sympy.Float(time, _DIGITS) / sympy.Float(scales[s.name], _DIGITS))
        for s, f in zip(model.states, model.rhs, strict=True)
    ]
    lines = []
    if diffusion is not None:  # dW of the model's time is sqrt(time) dW of the file's
        words = [_free_name("w", taken) for _ in range(diffusion.shape[1])]
        noise = sympy.Matrix([sympy.Symbol(f"@{word}", real=True) for word in words])
        lines += [f"wiener {word}" for word in words]
        for i, (s, g) in enumerate(zip(model.states, diffusion * noise, strict=True)):
            root = sympy.Float(math.sqrt(time) / scales[s.name], _DIGITS)
            rates[i] += g.xreplace(swap) * root
    fresh = (sympy.Symbol(f"@{_free_name('part', taken)}", real=True) for _ in itertools.count())
    readings = [sympy.sympify(output.expression).xreplace(swap) for output in model.outputs]
    shared, reduced = sympy.cse([*rates, *readings], symbols=fresh, optimizations="basic")
    rates, readings = reduced[: len(rates)], reduced[len(rates) :]
    for name, part in shared:
        lines += _lines(f"{name}=", part, f"the equations of {model.name}", fresh)
    for state, rate in zip(model.states, rates, strict=True):
        lines += _lines(f"{names[state.name]}'=", rate, f"d{state.name}/dt", fresh)
    for output, value in zip(model.outputs, readings, strict=True):
        lines += _lines(f"aux {names[output.name]}=", value, output.name, fresh)
    return lines


def _lines(left: str, expr: sympy.Expr, label: str, fresh: Iterator[sympy.Symbol]) -> list[str]:
    """Return ``left`` and the expression, after lines for its parts if it is too long a line."""
    text = XppPrinter(label).text(expr)
    if len(text) <= _LONGEST_LINE:
        return [left.replace("@", "") + text]
    parts, lines = list(expr.args), []
    if isinstance(expr, (sympy.Add, sympy.Mul)) and len(parts) > 2:
        middle = len(parts) // 2
        parts = [expr.func(*parts[:middle]), expr.func(*parts[middle:])]
    for i, part in enumerate(parts):
        if isinstance(part, sympy.Expr) and part.args:
            parts[i] = next(fresh)
            lines += _lines(f"{parts[i]}=", part, label, fresh)
    if not lines:
        raise InputError(
            f"{label} contains a {type(expr).__name__} of {len(text)} characters, which cannot be "
            f"split; expected at most {_LONGEST_LINE}, which XPPAUT can read"
        )
    return [*lines, *_lines(left, expr.func(*parts), label, fresh)]


def _comments(
    model: Model, names: dict[str, str], scales: dict[str, float], time: float
) -> list[str]:
    lines = [f"{model.name}, written by neurodyn for XPPAUT", *textwrap.wrap(model.reference, 90)]
    lines.append(f"time in neurodyn = {number(time)} * t [{model.time_unit}]")
    lines.append("name in neurodyn = factor * name here [unit]:")
    for name, short in names.items():
        lines.append(f"  {name} = {number(scales[name])} * {short} [{model.quantity(name).unit}]")
    return ["# " + line.encode("ascii", "replace").decode() for line in lines]


def _options(
    model: Model, names: dict[str, str], time: float, intervals: int, *, noisy: bool
) -> list[str]:
    """Return settings: ten cycles of simulation, what to plot, and the mesh of AUTO."""
    cycle = model.time_scale / time
    steps = f"dt={number(1e-4 * cycle)}, meth=euler, njmp=20"  # noise is for Euler's steps only
    if not noisy:
        steps = f"dt={number(0.002 * cycle)}, meth=stiff, tol=1e-9"
    x, y = (names[name] for name in (*model.state_names, *model.state_names)[:2])
    return [
        f"@ total={number(10 * cycle)}, {steps}",
        f"@ bound=1e12, maxstor=100000, xp={x if x != y else 't'}, yp={y}",
        f"@ ntst={int(intervals)}, nmax=2000, npr=2000, normmin=0, normmax=1e12",
        "@ epsl=1e-8, epsu=1e-8, epss=1e-8",
    ]


def _auto_range(low: float, high: float) -> list[str]:
    width = high - low
    return [
        f"@ autoxmin={low!r}, autoxmax={high!r}, parmin={low!r}, parmax={high!r}",
        f"@ ds={1e-3 * width!r}, dsmin={1e-7 * width!r}, dsmax={0.02 * width!r}",
    ]
