"""Foster and Cauer ladders of resistors and capacitors, as parts."""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.circuits.parts import Part, Value
from neurodyn.errors import InputError, unknown_name

FORMS = ("foster", "cauer")


def ladder(
    name: str, plus: str, minus: str, form: str, values: Sequence[Value], line: int = 0
) -> list[Part]:
    """Return the resistors and capacitors of a ladder of n poles between two nodes.

    ``foster``: n pairs of R parallel to C in series, Z(s) = sum R_i / (1 + s R_i C_i). ``cauer``:
    C_i from the i-th node (the first is ``plus``) to ``minus``, R_i from it to the next, the last
    to ``minus``.

    Parameters
    ----------
    name, plus, minus : str
    form : {"foster", "cauer"}
    values : sequence of float or str
        R_1, C_1, R_2, C_2, ...
    line : int

    Raises
    ------
    InputError
        For another form, or values that do not come in pairs.
    """
    where = f"line {line}, {name}" if line else name
    if form not in FORMS:
        raise InputError(f"{where}: {unknown_name('ladder', form, FORMS)}")
    if not values or len(values) % 2:
        raise InputError(
            f"{where}: {len(values)} values are given; expected pairs R_1 C_1 R_2 C_2 ..."
        )
    n = len(values) // 2
    nodes = [plus, *(f"{name}_{i}" for i in range(1, n)), minus]
    parts = []
    for i in range(n):
        far = nodes[i + 1] if form == "foster" else minus
        resistance, capacitance = values[2 * i], values[2 * i + 1]
        parts += [
            Part(f"R{name}_{i + 1}", nodes[i], nodes[i + 1], resistance, line=line),
            Part(f"C{name}_{i + 1}", nodes[i], far, capacitance, line=line),
        ]
    return parts
