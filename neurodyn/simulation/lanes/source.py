"""Source of the lane engine for one model: its loops, written out from the symbolic source.

A *lane* is one neuron under way. A thread advances ``LANES`` of them together, each with its own
time and step: what one lane does, the others do at the same instruction with other numbers, so
the loop over lanes holds no branch and compiles to vector instructions. All numbers of a thread
lie in two arrays, ``w`` (state, slopes, constants of the run) and ``z`` (times, always float64),
as rows of ``LANES`` numbers. Names in generated functions begin with an underscore, which names of
a model may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import sympy

from neurodyn.codegen import event_source
from neurodyn.codegen import printing as scalar_printing
from neurodyn.codegen.event_source import event_lines, row, row_lines, row_weights, split_event
from neurodyn.codegen.numba_module import kernel_text, load_generated
from neurodyn.codegen.printing import assignments, constant_lines
from neurodyn.model import Model, symbol
from neurodyn.simulation.lanes.closer import ORDINATES, linear_lines, range_lines, range_of
from neurodyn.simulation.lanes.numbers import (
    HERE,
    METHODS,
    header,
    load_shared,
    number,
    plain_numbers,
)
from neurodyn.simulation.lanes.printing import Invariants, lane_lines
from neurodyn.simulation.methods import tsit5
from neurodyn.simulation.options import Precision

LANES = 32
_STAGES = 7


class Rows:
    """Names of the rows of an array, in the order in which they are asked for."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def __call__(self, *names: str) -> None:
        self._names += names

    def lines(self, total: str) -> list[str]:
        """Return the definitions of all row offsets, and of the length of the array."""
        lines = [f"_{name} = {i * LANES}" for i, name in enumerate(self._names)]
        return [*lines, f"{total} = {len(self._names) * LANES}"]


class LaneModel:
    """A model split into what is constant along a run (``_q0, _q1, ...``) and what changes.

    Parameters
    ----------
    model : Model
    driven : names of the inputs that a stimulus drives
    more : further expressions that generated functions will need
    """

    def __init__(self, model: Model, driven: Sequence[str], more: Sequence[sympy.Expr] = ()):
        self.model, self.driven, self.states = model, list(driven), list(model.state_names)
        self.n = len(self.states)
        moving = [*self.states, *self.driven]
        self.slopes = [f"_k{i}" for i in range(self.n)]
        self.rates = [f"_s{j}" for j in range(len(self.driven))]
        changes = [*self.slopes, *self.rates]
        spike, jump = model.spike, model.jump
        events = [] if spike is None else [spike.expression]
        self.jump = -1  # the event at which the state jumps
        if jump is not None:
            if jump is not spike:
                events.append(jump.expression)
            self.jump = len(events) - 1
        resets = dict(jump.reset) if jump is not None else {}
        symbols = [symbol(name) for name in moving]
        self.moving, self.split = moving, [split_event(e, symbols) for e in events]
        self.linear = all(event.linear for event in self.split)
        rows = [row(r) for event in self.split for r in range(len(event.rows))]
        parts = Invariants([*symbols, *map(symbol, changes), *rows])
        self.rhs = [parts.fold(e) for e in model.rhs]
        self.events = [parts.fold(e) for e in events or [sympy.Integer(-1)]]
        # of the rows of each event, the weight of each moving quantity and what stands alone
        self.weights = [
            [[parts.fold(factor) for factor in row] for row in row_weights(event, symbols)]
            for event in self.split
        ]
        self.outer = [parts.fold(event.outer) for event in self.split]
        # ... and the rate of their level; of others the search finds its own bounds
        self.event_rates = [
            parts.fold(
                sympy.Add(
                    *(
                        sympy.diff(e, symbol(name)) * symbol(rate)
                        for name, rate in zip(moving, changes, strict=True)
                        if self.split[n].linear
                    )
                )
            )
            for n, e in enumerate(events)
        ] or [sympy.Integer(0)]
        self.jump_to = [parts.fold(sympy.sympify(resets.get(s, symbol(s)))) for s in self.states]
        self.more = [parts.fold(e) for e in more]
        self.fixed = parts.expressions
        self.q = [f"_q{i}" for i in range(len(self.fixed))]
        self.arguments = ", ".join([*moving, *self.q])
        self.rate_arguments = ", ".join([*moving, *changes, *self.q])
        self.load_q = [f"_q{i} = _get(_w, _CONST{i}, _l)" for i in range(len(self.q))]
        self.dx = [f"_d{i}" for i in range(self.n)]

    def lines(self, expressions: Sequence[sympy.Expr], names: Sequence[str]) -> list[str]:
        """Return lines that evaluate folded expressions."""
        return lane_lines(expressions, names, "_c")

    def inputs_at(self, since: str) -> list[str]:
        """Return lines that set each driven input, ``since`` the last kink of its stimulus."""
        return [
            f"{name} = _get(_w, _U{j}, _l) + _get(_w, _S{j}, _l) * ({since})"
            for j, name in enumerate(self.driven)
        ]

    def rows(self, more: Sequence[str], times: Sequence[str]) -> list[str]:
        """Return the lines that define where everything lies."""
        w, z, events = Rows(), Rows(), range(len(self.events))
        w(*(f"X{i}" for i in range(self.n)), *(f"N{i}" for i in range(self.n)))
        w(*(f"K{s}_{i}" for s in range(_STAGES) for i in range(self.n)))
        w(*(f"CONST{i}" for i in range(len(self.q))))
        w(*(f"U{j}" for j in range(len(self.driven))), *(f"S{j}" for j in range(len(self.driven))))
        for group in ("LEVEL", "LEVEL_NEW", "RATE", "RATE_NEW"):
            w(*(f"{group}{e}" for e in events))
        w(*more)
        z(*times)
        return [
            *w.lines("_W_SIZE"),
            *z.lines("_Z_SIZE"),
            f"_L = {LANES}",
            f"_N = {self.n}",
            f"_DRIVEN = {len(self.driven)}",
            *([] if self.driven else ["_U0 = _S0 = 0"]),
            f"_EVENTS = {len(self.events)}",
            f"_JUMP = {self.jump}",
            f"_SPIKES = {self.model.spike is not None}",
        ]

    def functions(self) -> list[str]:
        """Return the model as functions of numbers; constants of a run from its parameters."""
        dx, q = self.dx, self.q
        g = [f"_e{i}" for i in range(len(self.events))]
        lines = function(
            "_rhs", self.arguments, [*lane_lines(self.rhs, dx, "_c"), f"return ({', '.join(dx)},)"]
        )
        lines += function(
            "_events",
            self.arguments,
            [*lane_lines(self.events, g, "_c"), f"return ({', '.join(g)},)"],
        )
        lines += function(
            "_jump_to",
            self.arguments,
            [*lane_lines(self.jump_to, dx, "_c"), f"return ({', '.join(dx)},)"],
        )
        arguments = self.model.parameter_names, self.model.constant_values
        lines += [] if self.linear else event_lines(self.split, *arguments)
        lines += row_lines(self.split, self.moving, *arguments)
        body = [f"{name} = _p[{i}]" for i, name in enumerate(self.model.parameter_names)]
        body += constant_lines(self.model.constant_values)
        body += assignments(self.fixed, q, "numba")
        body += [f"_put(_w, _CONST{i}, _l, {name})" for i, name in enumerate(q)]
        return lines + function("_constants", "_p, _w, _l", body, "OPTIONS")

    def adaptive_functions(self) -> list[str]:
        """Return what lanes with their own times and pieces of stimuli need, one at a time."""
        dx, n = self.dx, self.n
        g = [f"_e{i}" for i in range(len(self.events))]
        lines = function(
            "_event_rates",
            self.rate_arguments,
            [*lane_lines(self.event_rates, g, "_c"), f"return ({', '.join(g)},)"],
        )
        since = self.inputs_at("_real(_t - _get(_z, _KNOT, _l))")
        rows = [f"{name} = _get(_w, _x, {i * LANES})" for i, name in enumerate(self.states)]
        lines += function(
            "_slopes_of",
            "_w, _z, _l, _t, _x, _k",
            [
                *rows,
                *since,
                *self.load_q,
                f"{', '.join(dx)}, = _rhs({self.arguments})",
                *(f"_put(_w, _k, {i * LANES}, _d{i})" for i in range(n)),
            ],
            "OPTIONS",
        )
        lines += function(
            "_event_rate_of",
            "_w, _z, _l, _t, _x, _k, _n",
            [
                *rows,
                *since,
                *self.load_q,
                *(f"_k{i} = _get(_w, _k, {i * LANES})" for i in range(n)),
                *(f"_s{j} = _get(_w, _S{j}, _l)" for j in range(len(self.driven))),
                f"return _event_rates({self.rate_arguments})[_n]",
            ],
            "OPTIONS",
        )
        at = [*(f"{s} = _x[{i}]" for i, s in enumerate(self.states)), *since, *self.load_q]
        lines += function(
            "_event_at",
            "_w, _z, _l, _t, _x, _n",
            [*at, f"return _events({self.arguments})[_n]"],
            "OPTIONS",
        )
        lines += function(
            "_jump_at",
            "_w, _z, _l, _t, _x",
            [
                *at,
                f"{', '.join(dx)}, = _jump_to({self.arguments})",
                *(f"_put(_w, _N{i}, _l, _d{i})" for i in range(n)),
            ],
            "OPTIONS",
        )
        return lines


def function(name: str, args: str, body: Sequence[str], options: str = "INLINE") -> list[str]:
    """Return the lines of a compiled function."""
    lines = [f"@njit(**{options})", f"def {name}({args}):"]
    return [*lines, *(f"    {line}" for line in body or ["pass"]), ""]


GENERATORS = "".join(
    path.read_text()
    for path in (
        Path(str(scalar_printing.__file__)),
        Path(str(event_source.__file__)),
        METHODS / "additive_rk4.py",
        *(
            HERE / f"{name}.py"
            for name in ("source", "noisy_source", "closer", "printing", "numbers")
        ),
    )
)
"""What the source of a module depends on beside the model and the kernels."""


def load_lane_module(model: Model, driven: tuple[str, ...], precision: Precision) -> ModuleType:
    """Return the compiled lane engine of a model; ``driven``: its inputs with a stimulus."""
    shared, kernel = load_shared(precision).__name__, kernel_text(HERE / "kernel.py")
    search = kernel_text(METHODS / "rises.py")
    content = "".join((model.digest, repr((driven, shared)), GENERATORS, search, kernel))

    def source() -> str:
        parts = LaneModel(model, driven)
        after = [kernel] if parts.linear else [search, kernel]
        lines = [f"from {shared} import *", *header(cached=False), *lane_lines_of(parts), *after]
        return plain_numbers("\n".join(lines), precision)

    return load_generated(content, source)


def lane_lines_of(parts: LaneModel) -> list[str]:
    """Return the lines of the lane engine that are written for a model."""
    rows = parts.rows(
        ("H", "USED", "GROWN", "PAST", "ERROR", "FLAG", "GOOD"),
        ("T", "STOP", "KNOT", "ACCEPTED", "REJECTED", "ACTIVE", "TN"),
    )
    return [
        *rows,
        *(f"_stage_{s} = _weighted(A[{s}, :{s}])" for s in range(1, _STAGES)),
        "_difference = _weighted(E)",
        *(f"_power_{k} = _weighted(P[:, {k - 1}])" for k in range(1, 5)),
        "",
        *parts.functions(),
        *parts.adaptive_functions(),
        *([] if parts.linear else ORDINATES),
        *(
            line
            for e, event in enumerate(parts.split)
            if not event.linear
            for line in function(f"_range{e}", *range_of(parts, e))
        ),
        *_advance(parts),
        *_accept(parts),
    ]


def _advance(m: LaneModel) -> list[str]:
    """One trial step of all lanes; returns how much there is to look at more closely."""
    body = ["_prefer_wide_vectors()", "_flagged = 0"]
    for s in range(1, _STAGES):
        body.append("for _l in range(_L):")
        if s == 1:
            body += [
                "    _wanted = _get(_w, _H, _l)",
                "    _ahead = _real(_get(_z, _STOP, _l) - _get(_z, _T, _l))",
                f"    _h = _ahead if {number(tsit5.NEARLY)} * _wanted >= _ahead else _wanted",
                "    _put(_w, _USED, _l, _h)",
            ]
        else:
            body.append("    _h = _get(_w, _USED, _l)")
        for i, name in enumerate(m.states):
            total = f"_stage_{s}(_w, _K0_{i}, _l, _N * _L)"
            body.append(f"    {name} = _get(_w, _X{i}, _l) + _h * {total}")
            if s == _STAGES - 1:
                body.append(f"    _put(_w, _N{i}, _l, {name})")
        if m.driven:
            body.append("    _since = _real(_get(_z, _T, _l) - _get(_z, _KNOT, _l))")
        body += [f"    {line}" for line in m.inputs_at(f"_since + {number(tsit5.C[s])} * _h")]
        body += [f"    {line}" for line in m.load_q]
        body.append(f"    {', '.join(m.dx)}, = _rhs({m.arguments})")
        body += [f"    _put(_w, _K{s}_{i}, _l, _d{i})" for i in range(m.n)]
    body.append("    _size = _real(0.0)")
    for i in range(m.n):
        body += [
            f"    _unit = _atol[{i}] + _rtol * math.fabs(_get(_w, _X{i}, _l))",
            f"    _ratio = _h * _difference(_w, _K0_{i}, _l, _N * _L) / _unit",
            "    _size += _ratio * _ratio",
        ]
    body += [
        f"    _size = _size * {number(1 / m.n)}",
        "    _good = _size <= _real(1.0)",  # false for NaN
        "    _bounded = _size if _size < _HUGE else _HUGE",
        "    _past = _get(_w, _PAST, _l)",
        f"    _error = _larger(_bounded, {number(tsit5.PAST_SQUARE)})",
        "    _put(_w, _ERROR, _l, _error if _good else _past)",
        "    _t, _stop, _wanted = _get(_z, _T, _l), _get(_z, _STOP, _l), _get(_w, _H, _l)",
        f"    _last = {number(tsit5.NEARLY)} * _wanted >= _real(_stop - _t)",
        "    _grown = _h * _step_factor(_bounded, _past)",
        # a step cut short by a kink says nothing against the step wanted before it
        "    _grown = _larger(_grown, _wanted) if _good & _last else _grown",
        "    _end = _stop if _last else _t + _h",
        "    _end = _end if _good else _t",
        "    _zero = _real(0.0)",
        "    _closer = False",
        *(f"    _k{i} = _d{i}" for i in range(m.n)),
        *(f"    _s{j} = _get(_w, _S{j}, _l)" for j in range(len(m.driven))),
        f"    {''.join(f'_g{e}, ' for e in range(len(m.events)))} = _events({m.arguments})",
        f"    {''.join(f'_r{e}, ' for e in range(len(m.events)))} = "
        f"_event_rates({m.rate_arguments})",
    ]
    for e in range(len(m.split)):
        body += [f"    {line}" for line in (linear_lines(e) if m.split[e].linear else ())]
    for e in range(len(m.events)):
        body += [
            f"    _put(_w, _LEVEL_NEW{e}, _l, _g{e})",
            f"    _put(_w, _RATE_NEW{e}, _l, _r{e})",
        ]
    body += [
        "    _steps = _get(_z, _ACCEPTED, _l) + _get(_z, _REJECTED, _l)",
        "    _stuck = (_end + 0.1 * _grown == _end) & (not (_good & _last))",
        "    _ends = (_good & _last) | _stuck | (_steps >= _max_steps)",
        "    _active = _get(_z, _ACTIVE, _l) > 0.0",
        "    _flag = (1 if _good & _closer & _active else 0) + (2 if _ends & _active else 0)",
        "    _flagged += _flag",
        "    _put(_w, _FLAG, _l, _real(_flag))",
        "    _put(_w, _GROWN, _l, _grown)",
        "    _put(_w, _GOOD, _l, _real(1.0) if _good else _zero)",
        "    _put(_z, _TN, _l, _end)",
        *range_lines(m),
    ]
    return function(
        "_advance", "_w, _z, _atol, _rtol, _max_steps", [*body, "return _flagged"], "OPTIONS"
    )


def _accept(m: LaneModel) -> list[str]:
    """Take the trial step where it is good."""
    body = ["_prefer_wide_vectors()", "for _l in range(_L):"]
    body.append("    _good = _get(_w, _GOOD, _l) > _real(0.0)")
    pairs = [(f"_N{i}", f"_X{i}") for i in range(m.n)]
    pairs += [(f"_K{_STAGES - 1}_{i}", f"_K0_{i}") for i in range(m.n)]
    pairs += [(f"_{a}_NEW{e}", f"_{a}{e}") for a in ("LEVEL", "RATE") for e in range(len(m.events))]
    for new, old in pairs:
        body += [
            f"    _new, _old = _get(_w, {new}, _l), _get(_w, {old}, _l)",
            f"    _put(_w, {old}, _l, _new if _good else _old)",
        ]
    body += [
        "    _put(_w, _PAST, _l, _get(_w, _ERROR, _l))",
        "    _put(_w, _H, _l, _get(_w, _GROWN, _l))",
        "    _put(_z, _T, _l, _get(_z, _TN, _l))",
        "    _put(_z, _ACCEPTED, _l, _get(_z, _ACCEPTED, _l) + (1.0 if _good else 0.0))",
        "    _put(_z, _REJECTED, _l, _get(_z, _REJECTED, _l) + (0.0 if _good else 1.0))",
    ]
    return function("_accept", "_w, _z", body, "OPTIONS")
