"""Rates of states between which there are capacitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy

from neurodyn.errors import InputError
from neurodyn.model.coupling.links import End, Joint
from neurodyn.model.coupling.members import Drive


def charge(
    joints: Sequence[Joint], drives: Mapping[str, Drive]
) -> dict[tuple[str, str], sympy.Expr]:
    """Solve for the rates of the states between capacitors, and add the capacitors' currents.

    With rates f without capacitors, gains G = d rate / d input and the Laplacian L of the
    capacitors, currents -L V' flow in, so that (1 + G L) V' = f.
    """
    ends = list({_key(end): end for joint in joints for end in joint.ends}.values())
    place = {_key(end): i for i, end in enumerate(ends)}
    laplacian = sympy.zeros(len(ends))
    for joint in joints:
        i, j = (place[_key(end)] for end in joint.ends)
        for row, column, sign in ((i, i, 1), (j, j, 1), (i, j, -1), (j, i, -1)):
            laplacian[row, column] += sign * joint.parameter.symbol
    gains = _gains(ends)
    names = {sympy.Dummy(): gain for gain in set(gains) if gain != 0}
    dummies = gains.xreplace({gain: name for name, gain in names.items()})
    # cancelled, sums of positive terms are left, which lose no digits to a large capacitor
    inverse = (sympy.eye(len(ends)) + dummies * laplacian).inv().applyfunc(sympy.cancel)
    bare = [drives[end.member.tag].applied(end.member.rate(end.state.name)) for end in ends]
    rates = list(inverse.xreplace(names) * sympy.Matrix(len(ends), 1, bare))
    for end, current in zip(ends, -laplacian * sympy.Matrix(len(ends), 1, rates), strict=True):
        drives[end.member.tag].add(end.into, current)
    return {end.place: rate for end, rate in zip(ends, rates, strict=True)}


def _key(end: End) -> tuple[str, str, str]:
    return (*end.place, end.into.name)


def _gains(ends: Sequence[End]) -> sympy.Matrix:
    """Return d rate_i / d input_j, 0 between members.

    Raises
    ------
    InputError
        If a current enters in another way than linearly.
    """
    inputs = {end.into.symbol for end in ends}

    def gain(i: int, j: int) -> sympy.Expr:
        one, other = ends[i], ends[j]
        if one.member.tag != other.member.tag:
            return sympy.Integer(0)
        found = sympy.diff(one.member.rate(one.state.name), other.into.symbol)
        if found.free_symbols & inputs:
            raise InputError(
                f"{other.into.name} enters d{one.state.name}/dt of {one.member.tag!r} nonlinearly; "
                "expected a current that a Capacitor can be charged by"
            )
        return one.member.own(found)

    return sympy.Matrix(len(ends), len(ends), gain)
