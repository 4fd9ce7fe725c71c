"""Orthogonal distance from points to quasi-static I-V curves in (ln V, ln I).

Distances in V alone fail on the steep off branch, in I alone at the folds. Here a residual is the
signed distance from a point to the curve, each axis in units of its relative noise, so every part
of the S counts alike. Differentiating such a distance moves neither the foot point along the curve
nor the normal to first order, so its Jacobian is minus the normal component of d(curve)/d(theta):
exact, from the symbolic source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.equilibria.terminals import BARE, Terminals
from neurodyn.fitting.iv.inequalities import Inequality, residuals_and_slopes
from neurodyn.fitting.iv.instrument import TERMINALS
from neurodyn.fitting.noise import ChannelNoise
from neurodyn.fitting.unknowns import Unknown, limits_of
from neurodyn.model import Model

_MOST_ITERATIONS = 60
_BLOCK = 2**11  # data whose distances to a whole curve are held at a time
_LARGEST_MOVE = 0.5  # in u, a step that keeps Gauss-Newton on its branch
DRIFT = "drift of "
"""Begins the name of an unknown: ln of a parameter on the way down, against that on the way up."""


@dataclass(frozen=True, eq=False)
class Group:
    """Points that belong to one and the same curve: one ambient temperature, one direction.

    Parameters
    ----------
    ln_V, ln_I : (n,) float
        Data, ln of volts and amperes.
    place : (n,) int
        Where they stand among all points of the fit.
    sd_V, sd_I : (n,) float
        Standard deviations of them: the units of distance.
    held : mapping from parameter name to value
        What is special to the group: ``T_amb``, a direction of sweep.
    ambient : int or None
        Place of its own unknown ``T_amb``.
    inequalities : tuple of Inequality
    way : {1, -1, 0}
        Direction of the sweep; 0 if both may be in the group.
    ways : (n,) int, optional
        Then that of each point.
    """

    ln_V: Array
    ln_I: Array
    place: npt.NDArray[np.int64]
    sd_V: Array
    sd_I: Array
    held: dict[str, float]
    ambient: int | None = None
    inequalities: tuple[Inequality, ...] = ()
    way: int = 0
    ways: npt.NDArray[np.int64] | None = None

    def by_direction(self) -> tuple[Group, ...]:
        """Return the points of either way in groups of their own."""
        if self.way or self.ways is None:
            return (self,)
        parts = []
        for way in (1, -1):
            here = self.ways == way
            rows = tuple(row for row in self.inequalities if row.direction == way)
            parts.append(
                replace(
                    self,
                    ln_V=self.ln_V[here],
                    ln_I=self.ln_I[here],
                    place=self.place[here],
                    sd_V=self.sd_V[here],
                    sd_I=self.sd_I[here],
                    inequalities=rows,
                    way=way,
                    ways=None,
                )
            )
        return tuple(part for part in parts if len(part.place) or part.inequalities)

    def scaled(self, scale: float) -> Group:
        """Return the group with so many times the noise."""
        rows = tuple(replace(row, sd=scale * row.sd) for row in self.inequalities)
        return replace(self, sd_V=scale * self.sd_V, sd_I=scale * self.sd_I, inequalities=rows)

    def thinned(self, step: int, first: int) -> Group:
        """Return every ``step``-th point, numbered from ``first``."""
        ln_V = self.ln_V[::step]
        return replace(
            self,
            ln_V=ln_V,
            ln_I=self.ln_I[::step],
            place=first + np.arange(len(ln_V)),
            sd_V=self.sd_V[::step],
            sd_I=self.sd_I[::step],
            ways=None if self.ways is None else self.ways[::step],
        )


@dataclass(frozen=True, eq=False)
class OrthogonalProblem:
    """Residuals and Jacobian of an I-V fit as functions of its unknowns.

    The residuals are those of the points, in the order of ``Group.place``, then of the
    inequalities, then of the priors; all in units of their standard deviation.

    Parameters
    ----------
    model : Model
        Holds the parameters that are not fitted.
    unknowns : tuple of Unknown
    groups : tuple of Group
    held : Terminals
        What lies between device and readings, where it is no unknown.
    ranges : mapping from unknown to current [A]
        Unknown gains of the ammeter, each where it reads more than that.
    """

    model: Model
    unknowns: tuple[Unknown, ...]
    groups: tuple[Group, ...]
    held: Terminals = BARE
    ranges: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_points(self) -> int:
        """Number of data points."""
        return sum(len(group.place) for group in self.groups)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the unknowns."""
        return tuple(unknown.name for unknown in self.unknowns)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Bounds of theta."""
        return limits_of(self.unknowns)

    @property
    def unit(self) -> Array:
        """Noise of each point in (ln V, ln I), the geometric mean of the two, (n_points,)."""
        unit = np.empty(self.n_points)
        for group in self.groups:
            unit[group.place] = np.sqrt(group.sd_V * group.sd_I)
        return unit

    def scaled(self, scale: float) -> OrthogonalProblem:
        """Return the problem with so many times the noise."""
        return replace(self, groups=tuple(group.scaled(scale) for group in self.groups))

    def thinned(self, n: int) -> OrthogonalProblem:
        """Return the problem with about ``n`` of its points."""
        step = max(1, self.n_points // n)
        groups, first = [], 0
        for group in self.groups:
            groups.append(group.thinned(step, first))
            first += len(groups[-1].place)
        return replace(self, groups=tuple(groups))

    # ------------------------------------------------------------------ parameters

    @cached_property
    def _fitted(self) -> tuple[int, ...]:
        """Places of the unknowns that are parameters of the device."""
        return tuple(i for i, name in enumerate(self.names) if name in self.model.parameter_names)

    @cached_property
    def _drifting(self) -> tuple[tuple[int, str], ...]:
        """Places of the unknowns that are drifts, and of what."""
        pairs = ((i, name.removeprefix(DRIFT)) for i, name in enumerate(self.names))
        return tuple((i, of) for i, of in pairs if of != self.names[i])

    def _place_of(self, name: str) -> int | None:
        return self.names.index(name) if name in self.names else None

    @cached_property
    def curve(self) -> StaticCurve:
        """The curve with its derivatives, by T_amb too where that is uncertain."""
        names = tuple(self.unknowns[i].name for i in self._fitted)
        uncertain = {"ambient", "T_offset"} & set(self.names)
        return StaticCurve(self.model, (*names, "T_amb") if uncertain else names)

    def parameters(self, theta: Array, group: Group) -> Array:
        """Return the parameter vector of a group."""
        p, position = self.curve.parameter_values, self.curve.parameter_names.index
        for name, value in group.held.items():
            p[position(name)] = value
        for i in self._fitted:
            p[position(self.unknowns[i].name)] = self.unknowns[i].value(theta[i])
        if group.ambient is not None:
            p[position("T_amb")] = np.exp(theta[group.ambient])
        offset = self._place_of("T_offset")
        if offset is not None:
            p[position("T_amb")] += theta[offset]
        for i, name in self._drifting:
            p[position(name)] *= np.exp(theta[i]) if group.way < 0 else 1.0
        return p

    def model_at(self, theta: Array) -> Model:
        """Return the model with the parameters of the first group."""
        p = self.parameters(theta, self.groups[0]).tolist()
        values = dict(zip(self.model.parameter_names, p, strict=False))  # a direction is none
        changed = {name: value for name, value in values.items() if value != self.model[name]}
        return self.model.with_parameters(**changed)

    def terminals(self, theta: Array) -> Terminals:
        """Return what lies between device and readings."""
        found = {
            TERMINALS[name]: float(theta[i])
            for i, name in enumerate(self.names)
            if name in TERMINALS
        }
        return replace(self.held, **found) if found else self.held

    def _ln_I(self, theta: Array, group: Group) -> Array:
        """Return ln of the currents as the lower range of the ammeter would read them."""
        ln_I = group.ln_I
        for name, start in self.ranges.items():
            ln_I = ln_I - theta[self.names.index(name)] * (group.ln_I > np.log(start))
        return ln_I

    # ------------------------------------------------------------------ distances

    def nearest_points(self, theta: Array, group: Group) -> tuple[Array, Array]:
        """Return u at the point of the curve nearest each datum, and the curve there.

        The nearest point of a grid along the whole curve is the start; Gauss-Newton does the rest.
        """
        p, terminals = self.parameters(theta, group), self.terminals(theta)
        ln_V, ln_I = group.ln_V, self._ln_I(theta, group)
        grid = self.curve.grid(p)
        drawn = self.curve.values_and_slopes(grid, p, terminals)[:2]
        u = grid[_nearest((ln_V, ln_I), (group.sd_V, group.sd_I), drawn)]
        curve = self.curve.values_and_slopes(u, p, terminals, ln_V)
        for _ in range(_MOST_ITERATIONS):
            along = (ln_V - curve[0]) * curve[2] / group.sd_V**2
            along += (ln_I - curve[1]) * curve[3] / group.sd_I**2
            move = along / ((curve[2] / group.sd_V) ** 2 + (curve[3] / group.sd_I) ** 2)
            u = u + np.clip(move, -_LARGEST_MOVE, _LARGEST_MOVE)
            curve = self.curve.values_and_slopes(u, p, terminals, curve[0])
            # a distance errs by the square of that
            if not np.abs(move).max(initial=0.0) > 1e-8:
                break
        return u, curve

    def _distance(self, theta: Array, group: Group, curve: Array) -> tuple[Array, Array, Array]:
        tangent_V, tangent_I = curve[2] / group.sd_V, curve[3] / group.sd_I
        length = np.hypot(tangent_V, tangent_I)
        # the tangent turned left; ln I grows along the curve, so the sign does not flip
        normal_V, normal_I = -tangent_I / length, tangent_V / length
        off_V = (group.ln_V - curve[0]) / group.sd_V
        off_I = (self._ln_I(theta, group) - curve[1]) / group.sd_I
        return normal_V * off_V + normal_I * off_I, normal_V, normal_I

    def nearest(self, theta: Array) -> tuple[Array, Array, Array]:
        """Return inner state, V and I at the point of the curve nearest each datum, (n,) each."""
        inner, V, I = (np.empty(self.n_points) for _ in range(3))
        for group in self.groups:
            u, along = self.nearest_points(theta, group)
            inner[group.place] = self.curve.inner(u, self.parameters(theta, group))
            V[group.place], I[group.place] = np.exp(along[:2])
        return inner, V, I

    def shares(self, theta: Array) -> tuple[Array, Array]:
        """Return d(residual) by ln V and by ln I of each datum, (n,) each."""
        by_V, by_I = np.empty(self.n_points), np.empty(self.n_points)
        for group in self.groups:
            curve = self.nearest_points(theta, group)[1]
            _, normal_V, normal_I = self._distance(theta, group, curve)
            by_V[group.place], by_I[group.place] = normal_V / group.sd_V, normal_I / group.sd_I
        return by_V, by_I

    def with_noise(
        self, theta: Array, meters: tuple[ChannelNoise, ChannelNoise]
    ) -> OrthogonalProblem:
        """Return the problem with other noise of the meters, as it is on the curve at theta."""
        _, V, I = self.nearest(theta)
        sd_V, sd_I = meters[0].relative_sd(V), meters[1].relative_sd(I)
        groups = tuple(
            replace(
                group,
                sd_V=sd_V[group.place],
                sd_I=sd_I[group.place],
                inequalities=tuple(row.with_noise(*meters) for row in group.inequalities),
            )
            for group in self.groups
        )
        return replace(self, groups=groups)

    def residuals(self, theta: Array) -> Array:
        """Return all residuals."""
        return self.evaluate(theta)[0]

    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Return all residuals, and d(residuals)/d(theta)."""
        with np.errstate(all="ignore"):
            return self._residuals_and_jacobian(np.asarray(theta, dtype=float))

    def _residuals_and_jacobian(self, theta: Array) -> tuple[Array, Array]:
        points, slopes = np.empty(self.n_points), np.empty((self.n_points, len(theta)))
        more: list[tuple[Array, Array]] = []
        for group in self.groups:
            p, terminals = self.parameters(theta, group), self.terminals(theta)
            u, curve = self.nearest_points(theta, group)
            distance, normal_V, normal_I = self._distance(theta, group, curve)
            off_V, off_I = normal_V / group.sd_V, normal_I / group.sd_I
            by_log, by_terminals = (
                -(off_V * by[:, 0] + off_I * by[:, 1]).T
                for by in self.curve.by_parameters(u, p, terminals, curve[0])
            )
            points[group.place] = distance
            slopes[group.place] = self._by_theta(theta, group, p, by_log, by_terminals)
            for name, start in self.ranges.items():
                above = group.ln_I > np.log(start)
                slopes[group.place, self.names.index(name)] = -off_I * above
            if group.inequalities:
                residual, by_log, by_terminals = residuals_and_slopes(
                    group.inequalities, self.curve, p, terminals
                )
                more.append((residual, self._by_theta(theta, group, p, by_log, by_terminals)))
        for i, unknown in enumerate(self.unknowns):
            if unknown.prior is not None:
                mean, sd = unknown.prior
                row = np.zeros((1, len(theta)))
                row[0, i] = 1 / sd
                more.append((np.array([(theta[i] - mean) / sd]), row))
        values, rows = zip((points, slopes), *more, strict=True)
        return np.concatenate(values), np.vstack(rows)

    def _by_theta(
        self, theta: Array, group: Group, p: Array, by_log: Array, by_terminals: Array
    ) -> Array:
        """Sort derivatives by the logarithms of parameters, and by the terminals, into columns."""
        slopes = np.zeros((len(by_log), len(theta)))
        for column, i in enumerate(self._fitted):
            scale = 1.0 if self.unknowns[i].logarithmic else 1.0 / theta[i]
            slopes[:, i] = scale * by_log[:, column]
        for i, name in self._drifting:
            if group.way < 0:
                slopes[:, i] = by_log[:, self.curve.names.index(name)]
        if len(self.curve.names) > len(self._fitted):
            by_kelvin = by_log[:, -1] / p[self.model.parameter_names.index("T_amb")]
            if group.ambient is not None:
                slopes[:, group.ambient] = by_kelvin * np.exp(theta[group.ambient])
            offset = self._place_of("T_offset")
            if offset is not None:
                slopes[:, offset] = by_kelvin
        order = [field.name for field in fields(Terminals)]
        for i, name in enumerate(self.names):
            if name in TERMINALS:
                slopes[:, i] = by_terminals[:, order.index(TERMINALS[name])]
        return slopes


def _nearest(
    data: tuple[Array, Array], sd: tuple[Array, Array], drawn: Array
) -> npt.NDArray[np.intp]:
    """Return the place of the point of a drawn curve (2, k) nearest each datum, (n,)."""
    nearest = np.empty(len(data[0]), dtype=np.intp)
    for first in range(0, len(nearest), _BLOCK):
        rows = slice(first, first + _BLOCK)
        far = sum(
            ((values[rows, None] - along) / width[rows, None]) ** 2
            for values, width, along in zip(data, sd, drawn, strict=True)
        )
        nearest[rows] = np.where(np.isfinite(far), far, np.inf).argmin(axis=1)
    return nearest
