"""Whether an event may rise through zero within a step, of all lanes at once; mostly it cannot.

An event that is linear in what moves is told by its values and slopes at both ends, any other by
interval bounds. Only where these do not exclude a rise the step is searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurodyn.codegen.event_source import Bounds, row
from neurodyn.model import symbol
from neurodyn.simulation.lanes.numbers import number
from neurodyn.simulation.lanes.printing import LanePrinter

if TYPE_CHECKING:
    from neurodyn.simulation.lanes.source import LaneModel

ORDINATES = (
    "_ordinate_1 = _weighted(P[:, 0] / 4)",
    "_ordinate_2 = _weighted(P[:, 0] / 2 + P[:, 1] / 6)",
    "_ordinate_3 = _weighted(0.75 * P[:, 0] + P[:, 1] / 2 + P[:, 2] / 4)",
)
"""Of a state over a step, in units of the step: inner Bernstein coefficients, from the slopes.

The outer ones are the values at both ends; all together bound the polynomial.
"""


def linear_lines(e: int) -> list[str]:
    """Return lines for an event that is one row.

    Of the cubic with its values and slopes at both ends: a rise needs a Bernstein coefficient below
    zero before one that is not (variation diminishes). The highest coefficient is left out, which
    costs a twentieth of the time of a step: what rises above zero by less than a sixteenth of it,
    about the tolerance, may pass.
    """
    return [
        f"_g, _third = _get(_w, _LEVEL{e}, _l), _h * {number(1 / 3)}",
        f"_b1, _b2 = _g + _third * _get(_w, _RATE{e}, _l), _g{e} - _third * _r{e}",
        f"_below_1, _below_2 = _b1 < _zero, (_b2 < _zero) & (_g{e} < _zero)",
        "_closer = _closer | ((_g < _zero) & (not (_below_1 & _below_2)))",
        "_closer = _closer | (_below_1 & (not _below_2))",
        f"_closer = _closer | ((_b2 < _zero) & (_g{e} >= _zero))",
    ]


def range_of(m: LaneModel, e: int) -> tuple[str, list[str]]:
    """Return arguments (its rows as intervals) and body of a function that bounds an event."""
    rows = [row(r) for r in range(len(m.split[e].rows))]
    bounds = Bounds(set(rows), LanePrinter().doprint)
    text = bounds.result(m.outer[e])
    arguments = ", ".join([*map(str, rows), *m.q])
    return arguments, [*bounds.lines, f"_bounds = {text}", "return _bounds[0], _bounds[1]"]


def range_lines(m: LaneModel) -> list[str]:
    """Return a loop over lanes that flags those in whose step an event that is bent may rise."""
    bent = [e for e, event in enumerate(m.split) if not event.linear]
    if not bent:
        return []
    lines = [*m.load_q, "_h, _closer = _get(_w, _USED, _l), False"]
    for i in range(m.n):
        lines.append(f"_b{i}_0, _b{i}_4 = _get(_w, _X{i}, _l), _get(_w, _N{i}, _l)")
        for k in (1, 2, 3):
            lines.append(f"_b{i}_{k} = _b{i}_0 + _h * _ordinate_{k}(_w, _K0_{i}, _l, _N * _L)")
    if m.driven:
        lines.append("_since = _real(_get(_z, _T, _l) - _get(_z, _KNOT, _l))")
    for j in range(len(m.driven)):
        lines.append(f"_level, _slope = _get(_w, _U{j}, _l), _get(_w, _S{j}, _l)")
        for k in range(5):
            lines.append(f"_b{m.n + j}_{k} = _level + _slope * (_since + {number(k / 4)} * _h)")
    code = LanePrinter().doprint
    for e in bent:
        for r, (*weights, alone) in enumerate(m.weights[e]):
            for k in range(5):
                terms = [w * symbol(f"_b{i}_{k}") for i, w in enumerate(weights)]
                lines.append(f"_y{r}_{k} = {code(sum(terms, alone))}")
            ordinates = ", ".join(f"_y{r}_{k}" for k in range(5))
            lines.append(f"_y{r} = _i_among({ordinates})")
        lines += [
            f"_low, _high = _range{e}({range_of(m, e)[0]})",
            "_closer = _closer | (not ((_high < 0.0) | (_low > 0.0)))",  # true for NaN
            # the levels may differ from their bounds by rounding
            f"_before, _after = _get(_w, _LEVEL{e}, _l), _get(_w, _LEVEL_NEW{e}, _l)",
            "_closer = _closer | ((_before < 0.0) & (_after >= 0.0))",
        ]
    return [
        "for _l in range(_L):",
        *(f"    {line}" for line in lines),
        "    _flag = _get(_w, _FLAG, _l)",
        "    _good = (_get(_w, _GOOD, _l) > 0.0) & (_get(_z, _ACTIVE, _l) > 0.0)",
        "    _more = 1 if _closer & _good & ((_flag == 0.0) | (_flag == 2.0)) else 0",
        "    _put(_w, _FLAG, _l, _flag + _real(_more))",
        "    _flagged += _more",
    ]
