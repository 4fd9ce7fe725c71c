"""Null directions: combinations of log parameters that data do not see, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import IdentifiabilityError
from neurodyn.fitting.unknowns import PRODUCTS

_NEGLIGIBLE = 1e-3  # of the largest share: what the accuracy of a Jacobian leaves over


def null_directions(
    jacobian: Array, names: Sequence[str], accuracy: float = 1e-9
) -> list[dict[str, float]]:
    """Return combinations of log parameters along which nothing measured changes.

    Parameters
    ----------
    jacobian : (n, k) float
        d(residuals)/d(log parameters), residuals in units of their noise.
    names : sequence of k names
    accuracy : float
        Of the Jacobian, relative: singular values below that part of the largest are zero.

    Returns
    -------
    list of mappings from name to share
        A basis in reduced echelon form with the last names as pivots; each direction scaled to a
        smallest share of one and positive in its first: ``{"E_a": 1, "eps_r": -2, "R_th": 1,
        "T_amb": 1}``. Empty if every combination is seen.
    """
    k = len(names)
    _, values, rows = np.linalg.svd(jacobian, full_matrices=True)
    values = np.concatenate([values, np.zeros(k - len(values))])
    space = rows[values <= accuracy * max(values.max(), np.finfo(float).tiny)]
    return [_named(row, names) for row in _reduced(space[:, ::-1])[:, ::-1]]


def _reduced(space: Array) -> Array:
    """Return the reduced row echelon form of independent rows."""
    space, row = space.copy(), 0
    for column in range(space.shape[1]):
        if row == len(space):
            break
        best = row + int(np.abs(space[row:, column]).argmax())
        if abs(space[best, column]) < _NEGLIGIBLE:
            continue
        space[[row, best]] = space[[best, row]]
        space[row] /= space[row, column]
        for other in range(len(space)):
            if other != row:
                space[other] -= space[other, column] * space[row]
        row += 1
    return space


def _named(vector: Array, names: Sequence[str]) -> dict[str, float]:
    counts = np.abs(vector) > _NEGLIGIBLE * np.abs(vector).max()
    scaled = vector / np.abs(vector[counts]).min()
    # exact symmetries have small whole numbers: show them so
    near = np.round(scaled)
    if np.abs(scaled[counts] - near[counts]).max() < 0.01:
        scaled = near
    sign = np.sign(scaled[int(np.flatnonzero(counts)[0])])
    return {
        name: float(sign * share) for name, share, c in zip(names, scaled, counts, strict=True) if c
    }


def as_text(direction: Mapping[str, float]) -> str:
    """Write a direction in words.

    Examples
    --------
    >>> as_text({"eps_r": 1.0, "d": -1.0})
    '(eps_r, d) along (+1, -1)'
    """
    shares = ", ".join(f"{share:+.3g}" for share in direction.values())
    return f"({', '.join(direction)}) along ({shares})"


def refuse_factors(wanted: Sequence[str]) -> None:
    """Raise IdentifiabilityError if a factor is asked for of which only a product enters."""
    for product, (varied, held, _) in PRODUCTS.items():
        if varied in wanted or held in wanted:
            raise IdentifiabilityError(
                f"{varied} and {held} cannot be told apart: only their product enters the model, "
                f"so ({varied}, {held}) along (+1, -1) in logarithms leaves everything unchanged; "
                f"fit {product!r} instead",
                [{varied: 1.0, held: -1.0}],
            )
