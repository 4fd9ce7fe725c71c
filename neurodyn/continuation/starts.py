"""Equilibria to start from, at one value of the parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.compiled import compiled
from neurodyn.continuation.newton import newton
from neurodyn.continuation.ring import triangular
from neurodyn.continuation.system import System
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.status import Status

Start = Mapping[str, float] | Sequence[float] | Array

_STARTS = 256
_STEPS = 80


def read_start(
    model: Model, name: str, span: tuple[float, float], start: Any
) -> tuple[Array, float]:
    """Return state and parameter value that a user's ``start`` stands for."""
    value = model[name] if span[0] <= model[name] <= span[1] else span[0]
    if hasattr(start, "state") and hasattr(start, "parameter"):  # a special point
        start = {**start.state, start.parameter_name: start.parameter}
    if isinstance(start, Mapping):
        states = dict(start)
        value = float(states.pop(name, value))
        x = model.state_vector(states)
    else:
        x = np.asarray(start, dtype=float)
        if x.shape != (len(model.states),):
            raise InputError(
                f"start has the shape {x.shape}; expected one value for each of the states "
                f"{', '.join(model.state_names)}, or a mapping from names to values"
            )
    if not np.isfinite(x).all():
        raise InputError(f"start is {x}; expected finite values")
    if not span[0] <= value <= span[1]:
        raise InputError(
            f"start is at {name} = {value:g}; expected it inside the range "
            f"({span[0]:g}, {span[1]:g})"
        )
    return x, value


def equilibrium_near(model: Model, system: System, name: str, x: Array, value: float) -> Array:
    """Return the equilibrium that Newton's method reaches from ``x``.

    Raises
    ------
    NumericalError
        If it reaches none.
    """
    lam = np.array([value])
    scale = np.maximum(np.abs(x), model.scales)
    root = newton(lambda z: system.parts(z, lam)[:2], x, scale, _STEPS)
    if not root.status:
        raise NumericalError(
            f"the start does not converge to an equilibrium of {model.name!r} at {name} = "
            f"{value:g}: {root.status} (residual {root.residual:.1e}, condition number "
            f"{root.condition:.1e}). Start nearer to one, or leave start out to have it searched",
            root.status,
            root,
        )
    return root.z


def equilibria_at(model: Model, system: System, value: float) -> list[Array]:
    """Return the equilibria that Newton's method finds from many starts, all at once.

    The starts are ``model.x0`` and points scattered around it over decades of the states' scales,
    the same in every call.
    """
    draw = np.random.default_rng(1)
    scales = np.asarray(model.scales, float)
    spread = 10.0 ** draw.uniform(-1.5, 2.0, _STARTS)
    scattered = scales[:, None] * spread * draw.normal(size=(len(scales), _STARTS))
    x = np.ascontiguousarray(model.x0 + scattered.T)
    x[0] = model.x0
    lam, length = np.array([[value]]), np.full(_STARTS, np.inf)
    going = np.arange(_STARTS)
    for _ in range(_STEPS):
        here = x[going]
        step = _newton_steps(*system.at_points(here, lam)[:2], scales)
        with np.errstate(all="ignore"):
            size = np.max(np.abs(step) / (scales + np.abs(here)), axis=1)
            # never longer than the state and its scale
            x[going] = here - step / np.maximum(size, 1.0)[:, None]
        length[going] = size
        going = going[(size > 1e-12) & np.isfinite(size)]  # neither arrived nor lost
        if not len(going):
            break
    return _distinct(model, x[length < 1e-9])


@compiled
def _newton_steps(f, matrix, scales):
    """Newton steps (M, n) of all starts; NaN where the Jacobian is singular or overflows.

    Takes f (M, n), its Jacobian (M, n, n) and the size of each state (n,).
    """
    count, n = f.shape
    steps, a = np.full((count, n), np.nan), np.empty((n, n + 1))
    for m in range(count):
        for i in range(n):
            size = 0.0
            for j in range(n):
                a[i, j] = matrix[m, i, j] * scales[j]
                size = max(size, abs(a[i, j]))
            a[i, n] = f[m, i]
            if size > 0:
                for j in range(n + 1):
                    a[i, j] /= size
        triangular(a, n)
        determinant = 1.0
        for i in range(n):
            determinant *= a[i, i]
        if abs(determinant) > 1e-14:
            for i in range(n - 1, -1, -1):
                total = a[i, n]
                for j in range(i + 1, n):
                    total -= a[i, j] * steps[m, j] / scales[j]
                steps[m, i] = total / a[i, i] * scales[i]
    return steps


def _distinct(model: Model, candidates: Array) -> list[Array]:
    found: list[Array] = []
    low = np.array([s.bounds[0] for s in model.states])
    high = np.array([s.bounds[1] for s in model.states])
    for x in candidates:
        if np.isfinite(x).all() and (x > low).all() and (x < high).all():
            size = np.abs(x) + 1e-3 * model.scales
            if all(np.max(np.abs(x - other) / size) > 1e-6 for other in found):
                found.append(x)
    return found


def none_found(model: Model, name: str, span: tuple[float, float]) -> NumericalError:
    """The error for a range in which the search found no equilibrium."""
    around = dict(zip(model.state_names, model.x0.tolist(), strict=True))
    return NumericalError(
        f"no equilibrium of {model.name!r} was found for {name} in ({span[0]:g}, {span[1]:g}): "
        f"Newton's method reached none from {_STARTS} starts around {around}. "
        "Give start=, or another range",
        Status.NOT_CONVERGED,
    )
