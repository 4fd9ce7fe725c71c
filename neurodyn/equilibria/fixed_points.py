"""``nd.fixed_points``: equilibria of a model, with eigenvalues and type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.codegen import compiled
from neurodyn.equilibria.curve_source import refuse_memory
from neurodyn.equilibria.search import STARTS, equilibria_at, scattered
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model

_NEUTRAL = 1e-9  # real parts below this fraction of the largest eigenvalue count as zero


@dataclass(frozen=True)
class FixedPoint:
    """An equilibrium.

    Parameters
    ----------
    state : dict from state name to float
    eigenvalues : (n_states,) complex [1 / time unit]
        Of the Jacobian, largest real part first.
    kind : str
        "stable node", "stable focus", "unstable node", "unstable focus", "saddle", "saddle-focus"
        or "non-hyperbolic".
    """

    state: dict[str, float]
    eigenvalues: ComplexArray = field(compare=False)
    kind: str

    @property
    def stable(self) -> bool:
        """Whether every small disturbance dies out."""
        return self.kind.startswith("stable")

    def __repr__(self) -> str:
        where = ", ".join(f"{name} = {value:.6g}" for name, value in self.state.items())
        values = ", ".join(f"{value:.4g}" for value in self.eigenvalues)
        return f"<{self.kind} at {where}; eigenvalues {values}>"


def classify(eigenvalues: ComplexArray) -> str:
    """Name the type of an equilibrium from its eigenvalues."""
    real, size = eigenvalues.real, np.abs(eigenvalues).max()
    if size == 0 or (np.abs(real) <= _NEUTRAL * size).any():
        return "non-hyperbolic"
    turning = bool((np.abs(eigenvalues.imag) > _NEUTRAL * size).any())
    if (real < 0).all():
        return "stable focus" if turning else "stable node"
    if (real > 0).all():
        return "unstable focus" if turning else "unstable node"
    return "saddle-focus" if turning else "saddle"


def describe_equilibrium(model: Model, x: Array) -> FixedPoint:
    """Return the state ``x`` (n_states,), known to be at rest, with its eigenvalues and type."""
    values = np.linalg.eigvals(compiled(model).jacobian(x, model.p))
    values = values[np.argsort(-values.real, kind="stable")].astype(np.complex128)
    state = dict(zip(model.state_names, map(float, x), strict=True))
    return FixedPoint(state, values, classify(values))


@checked
def fixed_points(
    model: Model, *, box: Mapping[str, tuple[float, float]] | None = None, **held: float
) -> tuple[FixedPoint, ...]:
    """Return the equilibria of a model at constant inputs.

    Where the model knows its equilibria in closed form, all of them with non-negative input are
    found, exactly. Otherwise Newton's method starts from 256 points spread over a box, and without
    one from 256 more over decades of the states' sizes; what it finds within the bounds of the
    states are equilibria, but one with a small basin may be missed.

    Parameters
    ----------
    model : Model
    box : mapping from state name to (low, high), optional
        Where to start from; five typical sizes around the start by default. Not used with a closed
        form.
    **held : float
        Parameters and inputs to change first, e.g. ``I_s=0.9e-3``.

    Returns
    -------
    tuple of FixedPoint
        In order of the first state.

    Raises
    ------
    InputError
        For an unknown state in the box, an unknown parameter, or a value out of bounds.

    Examples
    --------
    >>> import neurodyn as nd
    >>> [point.kind for point in nd.fixed_points(nd.devices.nbox_neuron(), I_s=0.5e-3)]
    ['unstable focus']
    >>> [point.kind for point in nd.fixed_points(nd.devices.nbox_neuron(), I_s=1.1e-3)]
    ['stable focus']
    """
    model = model.with_parameters(**held)
    refuse_memory(model)
    if model.equilibria is not None and model[model.equilibria.input_name] >= 0:
        curve = StaticCurve(model)
        places = curve.where_input_is(model[model.equilibria.input_name])
        states = list(curve.at_rest(np.array(places))[0].T)
    else:
        states = _multistart(model, box or {})
    points = [describe_equilibrium(model, x) for x in states]
    return tuple(sorted(points, key=lambda point: tuple(point.state.values())))


def _multistart(model: Model, box: Mapping[str, tuple[float, float]]) -> list[Array]:
    """Search from points of a Sobol sequence in the box; without one, over decades too."""
    from scipy.stats import qmc  # half a second to import: only for models without closed form

    ranges = {
        state.name: (start - 5 * state.scale, start + 5 * state.scale)
        for state, start in zip(model.states, model.x0, strict=True)
    }
    for name, (low, high) in box.items():
        if name not in ranges:
            raise unknown_name("state", name, model.state_names)
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise InputError(f"box of {name} is ({low:g}, {high:g}); expected low < high")
        ranges[name] = (low, high)
    low, high = np.array(list(ranges.values())).T
    sobol = qmc.Sobol(len(low), rng=np.random.default_rng(0)).random(STARTS)
    given = np.vstack([model.x0, qmc.scale(sobol, low, high), *([] if box else [scattered(model)])])
    functions, p = compiled(model, "numpy"), model.p

    def evaluate(x: Array) -> tuple[Array, Array]:
        f, matrix = functions.rhs(x.T, p), functions.jacobian(x.T, p)
        return f.T, np.moveaxis(matrix, -1, 0)

    return equilibria_at(model, evaluate, given)
