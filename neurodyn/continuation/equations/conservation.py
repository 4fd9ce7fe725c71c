"""Refuse equations that conserve a sum of states: their equilibria are never isolated.

Where ``w . f(x) = 0`` for every state, the Jacobian is singular everywhere: each value of ``w . x``
has equilibria of its own, a branch over one parameter is a surface, and cycles come in families at
one parameter value.
"""

from __future__ import annotations

import numpy as np

from neurodyn.arrays import Array
from neurodyn.codegen import compiled
from neurodyn.errors import InputError
from neurodyn.model import Model

_TRIALS = 64
_PASSES = 3
_NOTHING = 1e-8  # weight of a state that takes no part
_DEPENDENT = 1e-11  # singular value, against the largest, of rows that depend on each other


def require_isolated(model: Model, name: str, span: tuple[float, float]) -> None:
    """Raise InputError, naming it, if a sum of states is conserved all over the range."""
    weights = _conserved(model, name, span)
    if weights is None:
        return
    names = [
        _term(value, name)
        for value, name in zip(weights, model.state_names, strict=True)
        if value != 0.0
    ]
    text = " ".join(names).removeprefix("+ ")
    last = model.state_names[int(np.nonzero(weights)[0][-1])]
    raise InputError(
        f"{text} is conserved by the equations of {model.name!r}: its value is free, so equilibria "
        "and cycles are never isolated and the Jacobian is singular everywhere; expected equations "
        f"without {last}: put it in terms of the other states and the conserved value, as a "
        "parameter"
    )


def _term(value: float, name: str) -> str:
    sign, size = "-" if value < 0 else "+", abs(value)
    return f"{sign} {name}" if abs(size - 1) < 1e-9 else f"{sign} {size:.6g} {name}"


def _conserved(model: Model, name: str, span: tuple[float, float]) -> Array | None:
    """Return the weights of a sum of states that stands still at every state, or None.

    The right-hand side is taken at states and values of the parameter drawn at random, where
    independent functions are independent.
    """
    draw, n = np.random.default_rng(0), len(model.states)
    x = model.x0[:, None] + model.scales[:, None] * draw.normal(size=(n, _TRIALS))
    p = np.repeat(model.p[:, None], _TRIALS, axis=1)
    p[model.parameter_names.index(name)] = draw.uniform(*span, _TRIALS)
    with np.errstate(all="ignore"):
        rates = np.broadcast_to(compiled(model, "numpy").rhs(x, p), x.shape)
    rates = rates[:, np.isfinite(rates).all(axis=0)]
    if rates.shape[1] < 2 * n:
        return None
    size = np.ones(n)
    for _ in range(_PASSES):  # no state drawn, and no rate, outweighs the others
        rates = rates / _largest(rates, 0)
        row = _largest(rates, 1)
        rates, size = rates / row, size * row[:, 0]
    left, sizes, _ = np.linalg.svd(rates)
    dependent = sizes < _DEPENDENT * sizes[0]
    return _echelon(left[:, dependent].T / size)[0] if dependent.any() else None


def _largest(values: Array, axis: int) -> Array:
    size = np.abs(values).max(axis=axis, keepdims=True)
    return np.where(size > 0, size, 1.0)


def _echelon(rows: Array) -> Array:
    """Return rows that span the same space, begin with one and have few terms."""
    rows, done = rows / _largest(rows, 1), 0
    for column in range(rows.shape[1]):
        pivot = done + int(np.argmax(np.abs(rows[done:, column])))
        if abs(rows[pivot, column]) < _NOTHING:
            continue
        rows[[done, pivot]] = rows[[pivot, done]]
        rows[done] /= rows[done, column]
        others = np.arange(len(rows)) != done
        rows[others] -= rows[others, column, None] * rows[done]
        done += 1
        if done == len(rows):
            break
    return np.where(np.abs(rows) > _NOTHING, rows, 0.0)
