"""Search for rest: the equilibrium near a state, and all that Newton's method finds from many.

``evaluate`` stands for a model at constant inputs: states (M, n) -> dx/dt (M, n) and its Jacobian
(M, n, n).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurodyn.arrays import Array
from neurodyn.equilibria.newton import Root, newton
from neurodyn.model import Model

Evaluate = Callable[[Array], tuple[Array, Array]]

STARTS = 256
"""Starts of a search."""
_STEPS = 80
_REGULAR = 1e-14  # least determinant, with rows of size one, of a Jacobian that gives a direction
_ARRIVED, _CLOSE = 1e-12, 1e-9  # last step, relative to the state
_SAME = 1e-6


def equilibrium_near(evaluate: Evaluate, x: Array, scale: Array, max_steps: int = _STEPS) -> Root:
    """Return what Newton's method reaches from ``x``; its status tells whether that is at rest."""

    def equations(z: Array) -> tuple[Array, Array]:
        f, matrix = evaluate(z[None])
        return f[0], matrix[0]

    with np.errstate(all="ignore"):  # Newton's method notices what is not finite
        return newton(equations, x, scale, max_steps)


def scattered(model: Model) -> Array:
    """Return starts around ``model.x0`` over decades of the states' scales, (STARTS, n).

    The first is ``model.x0`` itself; they are the same in every call.
    """
    draw = np.random.default_rng(1)
    scales = np.asarray(model.scales, float)
    spread = 10.0 ** draw.uniform(-1.5, 2.0, STARTS)
    around = scales[:, None] * spread * draw.normal(size=(len(scales), STARTS))
    x = np.ascontiguousarray(model.x0 + around.T)
    x[0] = model.x0
    return x


def equilibria_at(model: Model, evaluate: Evaluate, starts: Array) -> list[Array]:
    """Return the equilibria that Newton's method finds from many starts, all at once.

    Only those within the bounds of the states count.

    Parameters
    ----------
    model : Model
        Scales and bounds of the states.
    evaluate : function
    starts : (M, n) float
    """
    x, scales = np.array(starts, float), np.asarray(model.scales, float)
    length = np.full(len(x), np.inf)
    going = np.arange(len(x))
    with np.errstate(all="ignore"):  # a start that is lost overflows
        for _ in range(_STEPS):
            here = x[going]
            step = _newton_steps(*evaluate(here), scales)
            size = np.max(np.abs(step) / (scales + np.abs(here)), axis=1)
            # never longer than the state and its scale
            x[going] = here - step / np.maximum(size, 1.0)[:, None]
            length[going] = size
            going = going[(size > _ARRIVED) & np.isfinite(size)]
            if not len(going):
                break
    return _distinct(model, x[length < _CLOSE])


def _newton_steps(f: Array, matrix: Array, scales: Array) -> Array:
    """Newton steps (M, n) of all starts; NaN where the Jacobian is singular or overflows."""
    scaled = matrix * scales
    size = np.abs(scaled).max(axis=2)
    size = np.where(size > 0, size, 1.0)
    scaled = scaled / size[:, :, None]
    regular = np.abs(np.linalg.det(scaled)) > _REGULAR
    steps = np.full_like(f, np.nan)
    right = (f / size)[regular, :, None]
    steps[regular] = np.linalg.solve(scaled[regular], right)[:, :, 0] * scales
    return steps


def _distinct(model: Model, candidates: Array) -> list[Array]:
    found: list[Array] = []
    low = np.array([s.bounds[0] for s in model.states])
    high = np.array([s.bounds[1] for s in model.states])
    for x in candidates:
        if np.isfinite(x).all() and (x >= low).all() and (x <= high).all():
            size = np.abs(x) + 1e-3 * model.scales
            if all(np.max(np.abs(x - other) / size) > _SAME for other in found):
                found.append(x)
    return found
