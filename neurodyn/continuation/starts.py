"""Equilibria to start from, at one value of the parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.continuation.newton import newton
from neurodyn.continuation.system import System
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.status import Status

Array = npt.NDArray[np.float64]
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
    n, scales = len(model.x0), np.asarray(model.scales)[:, None]
    spread = 10.0 ** draw.uniform(-1.5, 2.0, _STARTS)
    x = model.x0[:, None] + scales * spread * draw.normal(size=(n, _STARTS))
    x[:, 0] = model.x0
    lam, length = np.array([value]), np.full(_STARTS, np.inf)
    going = np.arange(_STARTS)
    for _ in range(_STEPS):
        here = x[:, going]
        f, matrix, _ = system.parts(here, lam)
        step = _batched_step(np.moveaxis(matrix, -1, 0), f, scales)
        with np.errstate(all="ignore"):
            size = np.max(np.abs(step) / (scales + np.abs(here)), axis=0)
            x[:, going] = here - step / np.maximum(size, 1.0)  # never longer than state and scale
        length[going] = size
        going = going[(size > 1e-12) & np.isfinite(size)]  # neither arrived nor lost
        if not len(going):
            break
    return _distinct(model, x[:, length < 1e-9].T)


def _batched_step(matrix: Array, f: Array, scales: Array) -> Array:
    """Newton steps of all starts; one whose Jacobian is singular or overflows gets NaN."""
    with np.errstate(all="ignore"):
        alive = np.asarray(np.isfinite(f).all(axis=0) & np.isfinite(matrix).all(axis=(1, 2)))
        matrix = np.where(alive[:, None, None], matrix, np.eye(len(f)))
        f = np.where(alive, f, np.nan)
        balanced = matrix * scales[None, :, 0]
        rows = np.abs(balanced).max(axis=2, keepdims=True)
        rows[rows == 0] = 1.0
        balanced = balanced / rows
        right = (f.T / rows[:, :, 0])[..., None]
        lost = ~(np.abs(np.linalg.det(balanced)) > 1e-14) | ~np.isfinite(right).all(axis=(1, 2))
        balanced[lost] = np.eye(len(f))
        step = np.linalg.solve(balanced, right)[..., 0].T * scales
    step[:, lost] = np.nan
    return np.asarray(step, dtype=np.float64)


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
