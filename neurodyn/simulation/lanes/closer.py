"""Whether an event may rise through zero within a step, of all lanes at once; mostly it cannot.

A row of an event (see ``codegen/event_source.py``) is a polynomial of degree 4 over the step, known
by its values and slopes at both ends and by its highest coefficient; its Bernstein coefficients
bound it.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import sympy

from neurodyn.codegen.event_source import Ranges, row
from neurodyn.simulation.lanes.numbers import number, weighted_sum
from neurodyn.simulation.lanes.printing import LanePrinter
from neurodyn.simulation.methods import tsit5

if TYPE_CHECKING:
    from neurodyn.simulation.lanes.source import LaneModel

_code = LanePrinter().doprint


def linear_lines(e: int) -> list[str]:
    """Return lines for an event that is one row.

    Of the cubic with its values and slopes at both ends: a rise needs a Bernstein coefficient below
    zero before one that is not (variation diminishes). The highest coefficient is left out, which
    costs a twentieth of the time of a step: what rises above zero by less than a sixteenth of it,
    about the tolerance, may pass.
    """
    return [
        f"_g, _third = _w[_LEVEL{e} + _l], _h * {number(1 / 3)}",
        f"_b1, _b2 = _g + _third * _w[_RATE{e} + _l], _g{e} - _third * _r{e}",
        f"_below_1, _below_2 = _b1 < _zero, (_b2 < _zero) & (_g{e} < _zero)",
        "_closer = _closer | ((_g < _zero) & (not (_below_1 & _below_2)))",
        "_closer = _closer | (_below_1 & (not _below_2))",
        f"_closer = _closer | ((_b2 < _zero) & (_g{e} >= _zero))",
    ]


def range_lines(m: LaneModel, e: int) -> list[str]:
    """Return lines for any other event: its range over the step holds zero."""
    n = m.n
    now = [f"_w[_X{i} + _l]" for i in range(n)]
    now += [f"(_w[_U{j} + _l] + _w[_S{j} + _l] * _since)" for j in range(len(m.driven))]
    then = [*m.states, *m.driven]
    before = [*(f"_w[_K0_{i} + _l]" for i in range(n)), *m.rates]
    after = [*m.dx, *m.rates]
    lines, five = [], ["_g", "_b1", "_b2", "_b3", "_there"]
    for r, weights in enumerate(m.weights[e]):
        alone = _code(weights[-1])
        lines += [
            f"_g, _d = {_sum(weights, now)} + {alone}, {_sum(weights, before)}",
            f"_there, _slope = {_sum(weights, then)} + {alone}, {_sum(weights, after)}",
            *_bernstein("_there", "_slope", _highest(m, weights)),
            f"_low{r} = {_nested('_smaller', five)}",
            f"_high{r} = {_nested('_larger', five)}",
        ]
    writer = Ranges({row(r) for r in range(len(m.weights[e]))}, _code)
    text = writer.result(m.outer[e])
    lines += [f"_y{r} = _low{r}, _high{r}" for r in range(len(m.weights[e]))]
    lines += [*writer.lines, f"_low, _high = {text}"]
    return [*lines, "_closer = _closer | (not ((_low > _zero) | (_high < _zero)))"]


def interpolant_lines(m: LaneModel) -> list[str]:
    """Return lines that put the step of one lane into _coef: states, then driven inputs."""
    body = ["_h, _since = _w[_USED + _l], _real(_z[_T + _l] - _z[_KNOT + _l])"]
    for i in range(m.n):
        body.append(f"_coef[{i}, 0] = _w[_X{i} + _l]")
        for power in range(4):
            total = weighted_sum(
                [(tsit5.P[s, power], f"_w[_K{s}_{i} + _l]") for s in range(len(tsit5.P))]
            )
            body.append(f"_coef[{i}, {power + 1}] = _h * ({total})")
    for j in range(len(m.driven)):
        body += [
            f"_coef[{m.n + j}, 0] = _w[_U{j} + _l] + _w[_S{j} + _l] * _since",
            f"_coef[{m.n + j}, 1] = _h * _w[_S{j} + _l]",
            f"_coef[{m.n + j}, 2:] = 0.0",
        ]
    return body


def _bernstein(end: str, slope: str, highest: str) -> list[str]:
    """Lines for the inner Bernstein coefficients of a row: from _g with the slope _d to the end."""
    return [
        f"_first, _last_d, _q4 = _h * _d, _h * {slope}, _h * ({highest})",
        f"_q2 = {number(3.0)} * ({end} - _g) - _first - _first - _last_d + _q4",
        f"_b1, _b3 = _g + {number(0.25)} * _first, {end} - {number(0.25)} * _last_d",
        f"_b2 = _g + {number(0.5)} * _first + {number(1 / 6)} * _q2",
    ]


def _highest(m: LaneModel, weights: list[sympy.Expr]) -> str:
    """Return the coefficient of theta^4 of a row, over the step."""
    last = len(tsit5.P) - 1
    parts = []
    for i, slope in enumerate(m.dx):
        slopes = [*(f"_w[_K{s}_{i} + _l]" for s in range(last)), slope]
        parts.append(f"({weighted_sum(list(zip(tsit5.P[:, 3], slopes, strict=True)))})")
    return _sum(weights[: m.n], parts)


def _sum(weights: list[sympy.Expr], names: list[str]) -> str:
    terms = zip(weights[: len(names)], names, strict=True)
    return " + ".join(f"({_code(w)}) * {name}" for w, name in terms if w != 0) or number(0.0)


def _nested(name: str, parts: list[str]) -> str:
    return reduce(lambda a, b: f"{name}({a}, {b})", parts)
