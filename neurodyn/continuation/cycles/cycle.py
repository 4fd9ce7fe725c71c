"""A periodic orbit, and the special points of branches of them, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation.elimination import Step
from neurodyn.continuation.collocation.orbit import DEGREE, Orbit, interpolate, lagrange, node_times
from neurodyn.continuation.equilibria.points import doubt
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.status import Status

CycleKind = Literal["cycle_fold", "period_doubling", "torus", "branch_point"]

_SAMPLES = 8  # per interval, for extrema


@dataclass(frozen=True, repr=False)
class Cycle:
    """One periodic orbit: a piecewise polynomial of degree 4 on an adapted mesh.

    Parameters
    ----------
    parameter_name : str
    parameter : float
    period : float [time unit]
    mesh : (N + 1,) float
        Interval ends, in periods.
    nodes : (4 N, n_states) float [model units]
        Values at the nodes; the end of the period is the beginning.
    state_names : tuple of str
    multipliers : (n_states,) complex
        Floquet multipliers: the trivial one, then largest modulus first.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import continue_cycles, continue_equilibria
    >>> model = nd.devices.stuart_landau(mu=-1.0)
    >>> hopf = continue_equilibria(model, "mu", (-1.0, 1.0), [0.0, 0.0]).hopf[0]
    >>> cycle = continue_cycles(model, hopf).cycles[-1]
    >>> round(float(cycle.maximum[0]), 6), round(cycle.period, 6)   # radius 1 at mu = 1
    (1.0, 6.283185)
    """

    parameter_name: str
    parameter: float
    period: float
    mesh: Array
    nodes: Array
    state_names: tuple[str, ...]
    multipliers: ComplexArray = field(default_factory=lambda: np.empty(0, complex))

    def at(self, phase: npt.ArrayLike) -> Array:
        """Return the states at phases in periods, (len(phase), n_states)."""
        return interpolate(self.mesh, self.nodes, np.atleast_1d(np.asarray(phase, float)))

    @property
    def t(self) -> Array:
        """Times of the nodes, the end of the period included, (4 N + 1,)."""
        return np.append(node_times(self.mesh), 1.0) * self.period

    @property
    def x(self) -> Array:
        """States at :attr:`t`, (4 N + 1, n_states)."""
        return np.vstack([self.nodes, self.nodes[:1]])

    def __getitem__(self, name: str) -> Array:
        if name not in self.state_names:
            raise unknown_name("state", name, self.state_names)
        return self.x[:, self.state_names.index(name)]

    @property
    def maximum(self) -> Array:
        """Largest value of each state, (n_states,)."""
        return extrema(self.mesh, self.nodes)[1]

    @property
    def minimum(self) -> Array:
        """Smallest value of each state, (n_states,)."""
        return extrema(self.mesh, self.nodes)[0]

    @property
    def orbit(self) -> Orbit:
        """The orbit as collocation has it."""
        return Orbit(self.mesh, self.nodes, float(np.log(self.period)), self.parameter)

    def __repr__(self) -> str:
        return (
            f"Cycle at {self.parameter_name} = {self.parameter:.9g}: period {self.period:.9g}, "
            f"{len(self.mesh) - 1} intervals, multipliers {np.round(self.multipliers, 6).tolist()}"
        )


def extrema(mesh: Array, nodes: Array) -> tuple[Array, Array]:
    """Return minimum and maximum of each state along a cycle, from the polynomials themselves."""
    table = _table()
    blocks = nodes.reshape(-1, DEGREE, nodes.shape[1])
    blocks = np.concatenate([blocks, np.roll(blocks[:, :1], -1, axis=0)], axis=1)
    values = np.einsum("si,jin->jsn", table, blocks).reshape(-1, nodes.shape[1])
    times = (mesh[:-1, None] + np.diff(mesh)[:, None] * np.arange(_SAMPLES) / _SAMPLES).ravel()
    return -_peak(times, -values), _peak(times, values)


@cache
def _table() -> Array:
    """The basis at the samples, (_SAMPLES, m + 1)."""
    return lagrange(np.arange(_SAMPLES) / _SAMPLES)


def _peak(times: Array, values: Array) -> Array:
    """Height of the parabola through the largest sample and its neighbours, per column."""
    k, columns = np.argmax(values, axis=0), np.arange(values.shape[1])
    before, after = (k - 1) % len(times), (k + 1) % len(times)
    a, b = np.mod(times[k] - times[before], 1.0), np.mod(times[after] - times[k], 1.0)
    y = values[k, columns]
    left, right = (y - values[before, columns]) / a, (values[after, columns] - y) / b
    curvature = (right - left) / (a + b)
    slope = (left * b + right * a) / (a + b)
    with np.errstate(all="ignore"):
        rise = np.where(curvature < 0, -(slope**2) / (4 * curvature), 0.0)
    return y + rise


def require_states(cycle: Cycle, model: Model) -> None:
    """Raise InputError for a cycle of another model."""
    if cycle.state_names != model.state_names:
        raise InputError(
            f"the cycle has the states {', '.join(cycle.state_names)}, {model.name!r} has "
            f"{', '.join(model.state_names)}; expected a cycle of this model"
        )


def as_cycle(orbit: Orbit, name: str, states: tuple[str, ...], multipliers: ComplexArray) -> Cycle:
    """Return the public form of an orbit in model units."""
    return Cycle(name, orbit.lam, orbit.period, orbit.mesh, orbit.x, states, multipliers)


@dataclass(frozen=True, repr=False)
class CyclePoint:
    """A special point of a branch of cycles.

    Parameters
    ----------
    kind : {"cycle_fold", "period_doubling", "torus", "branch_point"}
    parameter_name : str
    parameter : float
    period : float [time unit]
    cycle : Cycle
    multipliers : (n_states,) complex
    status : Status
        LOCATED or NOT_CONVERGED where the point was bracketed but could not be refined.
    residual : float
        Last Newton correction, relative to the size of the cycle; where there is none, the width
        of the bracket in the same measure.
    span : tuple of float
        Range of the parameter of the branch.
    direction : Step or None
        Where the branch runs, at a branch point.
    """

    kind: CycleKind
    parameter_name: str
    parameter: float
    period: float
    cycle: Cycle
    multipliers: ComplexArray
    status: Status
    residual: float
    span: tuple[float, float]
    direction: Step | None = None

    def __str__(self) -> str:
        return (
            f"{self.kind.replace('_', ' '):15} {self.parameter_name} = {self.parameter:.9g}, "
            f"period {self.period:.7g}{doubt(self.status)}"
        )

    __repr__ = __str__
