"""Small linear systems of symbols, solved block by block."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy.polys.matrices import DomainMatrix

from neurodyn.circuits.domains import Groups


def solve_linear(matrix: sympy.Matrix, right: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    """Solve ``matrix x = right`` for a matrix whose determinant is a sum of positive products.

    Unknowns that do not meet are solved apart. Entries are named first, so that the inverse is a
    quotient of sums of positive terms, which lose no digits however far its elements are apart.

    Parameters
    ----------
    matrix : (n, n) sympy Matrix
        Symmetric in its pattern.
    right : sequence of n sympy expressions
    """
    n = matrix.rows
    groups = Groups(map(str, range(n)))
    for i in range(n):
        for j in range(n):
            if matrix[i, j] != 0:
                groups.join(str(i), str(j))
    solution = [sympy.Integer(0)] * n
    for members in groups.members().values():
        block = sorted(map(int, members))
        part = matrix.extract(block, block)
        vector = [right[i] for i in block]
        if len(block) == 1:
            solution[block[0]] = _quotient(vector[0], part[0, 0])
            continue
        for i, value in zip(block, _inverse(part) * sympy.Matrix(vector), strict=True):
            solution[i] = value
    return solution


def _quotient(top: sympy.Expr, bottom: sympy.Expr) -> sympy.Expr:
    """Return top / bottom, the factors of one term of each put together."""
    return (
        sympy.Add(*(term / bottom for term in sympy.Add.make_args(top)))
        if (not isinstance(bottom, sympy.Add) and not bottom.is_Symbol)
        else top / bottom
    )


def _inverse(block: sympy.Matrix) -> sympy.Matrix:
    """Return the inverse of a block, in polynomials of the atoms of its entries."""
    atoms = sorted({term for entry in block for term in _terms(entry)}, key=sympy.default_sort_key)
    names = {atom: sympy.Dummy() for atom in atoms}
    named = block.applyfunc(
        lambda entry: (
            sympy.Add(*(c * names[t] for c, t in map(_split, sympy.Add.make_args(entry))))
            if entry != 0
            else entry
        )
    )
    inverse = DomainMatrix.from_Matrix(named).to_field().inv().to_Matrix()
    back = {name: atom for atom, name in names.items()}
    return inverse.applyfunc(lambda entry: entry.xreplace(back))


def _split(term: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    return term.as_coeff_Mul()


def _terms(entry: sympy.Expr) -> list[sympy.Expr]:
    return [_split(term)[1] for term in sympy.Add.make_args(entry) if term != 0]
