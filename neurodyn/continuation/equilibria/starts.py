"""Where a branch of equilibria starts: at a state that the user gives, or at all that are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.equations.system import System
from neurodyn.equilibria.search import STARTS, equilibria_at, equilibrium_near, scattered
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.status import Status


def starts(
    model: Model, system: System, name: str, span: tuple[float, float], start: Any
) -> list[Array]:
    """Return equilibria to start from, each (n + 1,), states then parameter.

    Raises
    ------
    InputError
        For a start that is none.
    NumericalError
        If there is no equilibrium.
    """
    if start is not None:
        x, value = _read(model, name, span, start)
        return [np.append(_polished(model, system, name, x, value), value)]
    given = scattered(model)
    for values in (span, np.linspace(*span, 11)[1:-1]):
        found = [
            np.append(x, value)
            for value in values
            for x in equilibria_at(model, _at(system, value), given)
        ]
        if found:
            return found
    around = dict(zip(model.state_names, model.x0.tolist(), strict=True))
    raise NumericalError(
        f"no equilibrium of {model.name!r} was found for {name} in ({span[0]:g}, {span[1]:g}): "
        f"Newton's method reached none from {STARTS} starts around {around}. "
        "Give start=, or another range",
        Status.NOT_CONVERGED,
    )


def _at(system: System, value: float):
    lam = np.array([[value]])
    return lambda x: system.at_points(np.ascontiguousarray(x), lam)[:2]


def _read(model: Model, name: str, span: tuple[float, float], start: Any) -> tuple[Array, float]:
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


def _polished(model: Model, system: System, name: str, x: Array, value: float) -> Array:
    """Return the equilibrium that Newton's method reaches from ``x``."""
    root = equilibrium_near(_at(system, value), x, np.maximum(np.abs(x), model.scales))
    if not root.status:
        raise NumericalError(
            f"the start does not converge to an equilibrium of {model.name!r} at {name} = "
            f"{value:g}: {root.status} (residual {root.residual:.1e}, condition number "
            f"{root.condition:.1e}). Start nearer to one, or leave start out to have it searched",
            root.status,
            root,
        )
    return root.z
