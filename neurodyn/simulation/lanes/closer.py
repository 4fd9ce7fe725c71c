"""Whether an event may rise through zero within a step, of all lanes at once; mostly it cannot.

This is known of an event that is linear in what moves; for any other every step is searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurodyn.simulation.lanes.numbers import number, weighted_sum
from neurodyn.simulation.methods import tsit5

if TYPE_CHECKING:
    from neurodyn.simulation.lanes.source import LaneModel


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
