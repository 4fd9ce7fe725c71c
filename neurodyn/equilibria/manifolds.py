r"""Stable and unstable manifolds of a saddle in the plane.

The unstable manifold leaves the saddle :math:`x_0` along the eigenvector v of the eigenvalue
:math:`\lambda > 0`. Near it,

.. math:: x(s) = x_0 + s\,v + s^2 w + O(s^3), \qquad
          (2\lambda - A)\,w = \tfrac12 D^2\!f(v, v) ,

and a solution that starts there draws the rest, forward in time; for the stable manifold,
:math:`\lambda < 0`, backward. J. Guckenheimer, P. Holmes, Nonlinear Oscillations, Dynamical
Systems, and Bifurcations of Vector Fields (1983), sec. 1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.integrate import DOP853

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.codegen import compiled as compile_model
from neurodyn.equilibria.fixed_points import FixedPoint
from neurodyn.equilibria.nullclines import checked_window
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.status import Status

Window = Mapping[str, tuple[float, float]]

_LINEAR = 1e-8  # largest linearisation error of the first point, in the declared sizes
_NEAREST, _FURTHEST = 1e-6, 1e-3  # limits of the first distance from the saddle
_RTOL, _ATOL = 1e-11, 1e-13
_CLOSED = 1e-7  # two turns nearer than this are a cycle, in the declared sizes
_POINTS_PER_STEP = 8
_MAX_STEPS = 100_000
_TIMES = 60.0  # default duration, in the slowest time of the saddle
_WINDOW = 5.0  # default half-width, in the declared sizes


@dataclass(frozen=True, repr=False, eq=False)
class ManifoldBranch:
    """One of the four branches that meet in a saddle.

    Parameters
    ----------
    kind : {"stable", "unstable"}
    x : (2, n) float [model units]
        Points from near the saddle outwards.
    t : (n,) float [time unit]
        Time of each point, from 0; negative along a stable branch.
    ended : str
        "reached an equilibrium", "wound onto a cycle", "left the window", "time", "largest number
        of steps" or "the equations gave a value that is not finite".
    reached : dict from state name to float, or None
        The equilibrium that was reached; that of the saddle itself for a homoclinic loop.
    """

    kind: Literal["stable", "unstable"]
    x: Array
    t: Array
    ended: str
    reached: dict[str, float] | None = None

    def __repr__(self) -> str:
        a, b = self.x[:, -1]
        return f"<{self.kind} branch, {self.x.shape[1]} points to ({a:.5g}, {b:.5g}): {self.ended}>"


@dataclass(frozen=True, repr=False, eq=False)
class SaddleManifolds:
    """The one-dimensional manifolds of a saddle of a planar model.

    Parameters
    ----------
    model_name : str
    saddle : dict from state name to float
    eigenvalues : (2,) float [1 / time unit]
        The positive one first.
    eigenvectors : (2, 2) float [model units]
        In columns, in the order of the eigenvalues; of unit length in the declared sizes.
    stable, unstable : tuple of two ManifoldBranch
        The branch towards smaller values of the first state first.
    displacement : (2,) float
        Distance of the first points of the unstable and stable branches from the saddle, in the
        declared sizes of the states.
    """

    model_name: str
    saddle: dict[str, float]
    eigenvalues: Array
    eigenvectors: Array
    stable: tuple[ManifoldBranch, ManifoldBranch]
    unstable: tuple[ManifoldBranch, ManifoldBranch]
    displacement: Array

    def __repr__(self) -> str:
        where = ", ".join(f"{name} = {value:.6g}" for name, value in self.saddle.items())
        up, down = self.eigenvalues
        lines = [f"Manifolds of the saddle of {self.model_name} at {where}"]
        lines.append(f"  eigenvalues {up:.6g} and {down:.6g}")
        lines += [f"  {branch!r}" for branch in (*self.unstable, *self.stable)]
        return "\n".join(lines)


@checked
def saddle_manifolds(
    model: Model,
    point: FixedPoint,
    *,
    window: Window | None = None,
    t_end: Positive | None = None,
) -> SaddleManifolds:
    """Return the stable and unstable manifolds of a saddle of a model with two states.

    The stable manifold separates basins of attraction; the unstable one shows where a disturbance
    of the saddle goes. Each branch starts on the quadratic approximation of the manifold, so near
    to the saddle that the linear one would be off by less than 1e-8 of the states' declared sizes,
    and is integrated with a relative tolerance of 1e-11.

    Parameters
    ----------
    model : Model
        With the parameter values at which the saddle was found.
    point : FixedPoint
        Of kind "saddle", from ``nd.fixed_points``.
    window : mapping from state name to (low, high), optional
        Where to follow the branches; five declared sizes around the saddle, within the bounds of
        the states, by default.
    t_end : float, optional [time unit]
        Longest time along a branch; by default 60 times the larger of the model's time scale and
        the slower time constant of the saddle.

    Returns
    -------
    SaddleManifolds

    Raises
    ------
    InputError
        If the model does not have two states, the point is no saddle of it, the window is not one
        or does not hold the saddle, or ``t_end`` is not positive.

    References
    ----------
    J. Guckenheimer, P. Holmes, Nonlinear Oscillations, Dynamical Systems, and Bifurcations of
    Vector Fields (1983), sec. 1.3.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.equilibria import saddle_manifolds
    >>> model = nd.Model.from_equations(["x", "y"], {}, ["y", "x - x**3"])
    >>> (saddle,) = [p for p in nd.fixed_points(model) if p.kind == "saddle"]
    >>> x, y = saddle_manifolds(model, saddle).unstable[1].x
    >>> bool(abs(y**2 - x**2 + x**4 / 2).max() < 1e-8)      # the homoclinic loop
    True
    """
    x0 = _saddle(model, point)
    plane = _Plane(model, _limits(model, x0, window))
    rates, vectors = plane.eigen(x0)
    if t_end is None:
        t_end = _TIMES * max(model.time_scale, 1.0 / float(np.min(np.abs(rates))))
    pairs, distances = [], []
    for rate, vector in zip(rates, vectors.T, strict=True):
        curvature = plane.curvature(x0, rate, vector)
        s = _displacement(curvature)
        starts = [x0 + model.scales * (sign * s * vector + s**2 * curvature) for sign in (-1, 1)]
        left, right = (plane.branch(x0, start, s, rate, t_end) for start in starts)
        pairs.append((left, right))
        distances.append(s)
    return SaddleManifolds(
        model_name=model.name,
        saddle=dict(zip(model.state_names, map(float, x0), strict=True)),
        eigenvalues=rates,
        eigenvectors=vectors * model.scales[:, None],
        stable=pairs[1],
        unstable=pairs[0],
        displacement=np.array(distances),
    )


def _saddle(model: Model, point: FixedPoint) -> Array:
    """Return the saddle, polished by Newton's method, (2,)."""
    if len(model.states) != 2:
        raise InputError(
            f"{model.name!r} has {len(model.states)} states; the manifolds of a saddle are drawn "
            "for planar models, with exactly two"
        )
    if not isinstance(point, FixedPoint):
        kind = type(point).__name__
        raise InputError(f"the point is a {kind}; expected a saddle from nd.fixed_points(model)")
    if set(point.state) != set(model.state_names):
        names, own = ", ".join(point.state), ", ".join(model.state_names)
        raise InputError(f"the point has the states {names}; expected those of the model, {own}")
    if point.kind != "saddle":
        raise InputError(
            f"the equilibrium is a {point.kind}; expected a saddle: only that has both manifolds"
        )
    given = np.array([point.state[name] for name in model.state_names])
    functions, p = compile_model(model, "numpy"), model.p
    x = given.copy()
    with np.errstate(all="ignore"):
        for _ in range(3):
            matrix = functions.jacobian(x, p)
            if not np.linalg.det(matrix) < 0:  # eigenvalues of opposite sign
                break
            x = x - np.linalg.solve(matrix, functions.rhs(x, p))
        off = float(np.max(np.abs(x - given) / model.scales))
        determinant = np.linalg.det(functions.jacobian(x, p))
    if not (off < 1e-4 and determinant < 0):
        raise InputError(
            f"the point is no saddle of {model.name!r} with these parameters; expected one from "
            "nd.fixed_points of the same model"
        )
    return x


def _limits(model: Model, x0: Array, window: Window | None) -> Array:
    """Return the window as (2 states, low and high); it must hold the saddle."""
    if window is None:
        low, high = np.array([state.bounds for state in model.states], dtype=float).T
        wide = _WINDOW * np.asarray(model.scales, float)
        return np.array([np.maximum(x0 - wide, low), np.minimum(x0 + wide, high)]).T
    limits = np.array(checked_window(model, window))
    for name, value, (low, high) in zip(model.state_names, x0, limits, strict=True):
        if not low < value < high:
            raise InputError(
                f"the window of {name} is ({low:g}, {high:g}), but the saddle lies at {value:.6g}; "
                "expected a window that holds it"
            )
    return limits


def _displacement(curvature: Array) -> float:
    """Distance at which the linear approximation is off by the tolerance, within limits."""
    size = float(np.linalg.norm(curvature))
    furthest = np.sqrt(_LINEAR / size) if size > 0 else np.inf
    return float(np.clip(furthest, _NEAREST, _FURTHEST))


class _Plane:
    """The equations of a planar model, and the window in which they are followed."""

    def __init__(self, model: Model, limits: Array) -> None:
        self.names, self.p, self.scales = model.state_names, model.p, model.scales
        self.limits = limits
        functions = compile_model(model, "numpy")
        self.rhs, self.jacobian = functions.rhs, functions.jacobian

    def scaled_jacobian(self, x: Array) -> Array:
        """Jacobian in units of the scales, (2, 2)."""
        return self.jacobian(x, self.p) * self.scales / self.scales[:, None]

    def eigen(self, x0: Array) -> tuple[Array, Array]:
        """Eigenvalues (positive first) and eigenvectors in units of the scales."""
        values, vectors = (np.real(part) for part in np.linalg.eig(self.scaled_jacobian(x0)))
        order = np.argsort(-values)
        values, vectors = values[order], vectors[:, order]
        leading = np.where(np.abs(vectors[0]) > 1e-12, vectors[0], vectors[1])
        return values, vectors * np.sign(leading)

    def curvature(self, x0: Array, rate: float, vector: Array) -> Array:
        """Quadratic coefficient w of the manifold, in units of the scales, (2,)."""
        h = 1e-4
        step = h * vector * self.scales
        change = self.scaled_jacobian(x0 + step) - self.scaled_jacobian(x0 - step)
        second = change @ vector / (2 * h)
        matrix = 2 * rate * np.eye(2) - self.scaled_jacobian(x0)
        return np.asarray(np.linalg.solve(matrix, second / 2), np.float64)

    def branch(
        self, x0: Array, start: Array, distance: float, rate: float, t_end: float
    ) -> ManifoldBranch:
        """Integrate away from the saddle until something ends the branch."""
        walk = _Walk(self, x0, start, distance, 1.0 if rate > 0 else -1.0, t_end)
        with np.errstate(all="ignore"):  # what is not finite ends the branch
            ended = walk.to_its_end()
        reached = None
        if walk.reached is not None:
            reached = dict(zip(self.names, map(float, walk.reached), strict=True))
        kind = "unstable" if rate > 0 else "stable"
        x, t = np.hstack(walk.points), np.concatenate(walk.times)
        return ManifoldBranch(kind, x, t, ended, reached)

    def inside(self, x: Array) -> npt.NDArray[np.bool_]:
        """Whether points (2, n) lie in the window, (n,)."""
        return np.all((x >= self.limits[:, :1]) & (x <= self.limits[:, 1:]), axis=0)

    def distance(self, a: Array, b: Array) -> float:
        """Distance of two points in the declared sizes."""
        return float(np.linalg.norm((a - b) / self.scales))

    def at_edge(self, x: Array) -> bool:
        """Whether a point lies on the edge of the window, to 1e-6 of the declared sizes."""
        return bool(np.min(np.abs(self.limits - x[:, None]) / self.scales[:, None]) < 1e-6)

    def equilibrium_near(self, x: Array, distance: float) -> Array | None:
        """Return the equilibrium within ``distance`` that Newton's method finds, if any."""
        rest = x
        for _ in range(4):
            try:
                rest = rest - np.linalg.solve(self.jacobian(rest, self.p), self.rhs(rest, self.p))
            except np.linalg.LinAlgError:
                return None
            if not self.distance(rest, x) < 2 * distance:
                return None
        return rest if self.distance(rest, x) < distance else None


class _Walk:
    """One branch in the making: the solver, the points so far, and what may end it."""

    def __init__(
        self, plane: _Plane, x0: Array, start: Array, distance: float, sign: float, t_end: float
    ) -> None:
        self.plane, self.x0, self.distance, self.sign = plane, x0, distance, sign
        self.times: list[Array] = [np.zeros(1)]
        self.points: list[Array] = [start[:, None]]
        self.reached: Array | None = None
        self._away, self._turn = False, None
        self._solver = DOP853(self._flow, 0.0, start / plane.scales, t_end, rtol=_RTOL, atol=_ATOL)

    def _flow(self, _: float, y: Array) -> Array:
        """The equations, in the declared sizes, backward in time for a stable branch."""
        plane = self.plane
        return self.sign * plane.rhs(y * plane.scales, plane.p) / plane.scales

    def to_its_end(self) -> str:
        """Step until something ends the branch; return what."""
        for _ in range(_MAX_STEPS):
            before = self._flow(0.0, self._solver.y)[0]
            self._solver.step()
            if self._solver.status == "failed" or not np.isfinite(self._solver.y).all():
                at_edge = self.plane.at_edge(self.points[-1][:, -1])
                return "left the window" if at_edge else Status.NOT_FINITE.value
            ended = self._record() or self._arrival(before)
            if ended:
                return ended
            if self._solver.status == "finished":
                return "time"
        return "largest number of steps"

    def _record(self) -> str:
        """Keep points of the last step, up to the edge of the window."""
        old, new = float(self._solver.t_old or 0.0), float(self._solver.t)
        t = old + (new - old) * np.arange(1, _POINTS_PER_STEP + 1) / _POINTS_PER_STEP
        inside = self.plane.inside(self._at(t))
        left = not inside.all()
        if left:
            first = int(np.argmin(inside))
            edge = _bisected(
                lambda s: bool(self.plane.inside(self._at(np.array([s])))[0]),
                float(t[first - 1]) if first else old,
                float(t[first]),
            )
            t = np.append(t[:first], edge)
        self.times.append(self.sign * t)
        self.points.append(self._at(t))
        return "left the window" if left else ""

    def _at(self, t: Array) -> Array:
        """Points of the last step at the solver's times, (2, n)."""
        return self._solver.dense_output()(t) * self.plane.scales[:, None]

    def _arrival(self, before: float) -> str:
        """Whether an equilibrium or a cycle has been reached."""
        now = self.points[-1][:, -1]
        self._away = self._away or self.plane.distance(now, self.x0) > 10 * self.distance
        if not self._away:
            return ""
        self.reached = self.plane.equilibrium_near(now, self.distance)
        if self.reached is not None:
            return "reached an equilibrium"
        at_maximum = before > 0 >= self._flow(0.0, self._solver.y)[0]
        return self._return() if at_maximum else ""

    def _return(self) -> str:
        """Compare this maximum of the first state with the one a turn before."""
        top = _bisected(
            lambda s: bool(self._flow(s, self._solver.dense_output()(s))[0] > 0),
            float(self._solver.t_old or 0.0),
            float(self._solver.t),
        )
        turn, previous = self._at(np.array([top]))[:, 0], self._turn
        self._turn = turn
        closed = previous is not None and self.plane.distance(turn, previous) < _CLOSED
        return "wound onto a cycle" if closed else ""


def _bisected(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the last time at which ``holds`` is true, between ``low`` (true) and ``high``."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
