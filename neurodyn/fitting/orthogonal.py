"""Orthogonal distance from points to the quasi-static I-V curve in (ln V, ln I).

Distances in V alone fail on the steep off branch, in I alone at the folds. Here a residual is the
signed distance from a point to the curve, each axis in units of its relative noise, so every part
of the S counts alike. Differentiating such a distance moves neither the foot point along the curve
nor the normal to first order, so its Jacobian is minus the normal component of d(curve)/d(theta):
exact, from the symbolic source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.codegen import expression_function
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.model.quantities import symbol

Array = npt.NDArray[np.float64]

_MOST_ITERATIONS = 60
_LARGEST_MOVE = 0.5  # in ln(T - T_amb), a step that keeps Gauss-Newton on its branch


@dataclass(frozen=True)
class OrthogonalProblem:
    """Residuals and Jacobian of an I-V fit as functions of log parameters.

    Parameters
    ----------
    model : Model
        Current-driven, with equilibria in closed form; holds the parameters that are not fitted.
    names : tuple of str
        Parameters fitted, as ln(value).
    ln_V, ln_I : (n,) float
        Data, ln of volts and amperes.
    sd_V, sd_I : float
        Relative noise of V and I: the units of distance.
    """

    model: Model
    names: tuple[str, ...]
    ln_V: Array
    ln_I: Array
    sd_V: float
    sd_I: float

    @cached_property
    def _curve(self):
        """ln V, ln I and their derivatives by T and by each log parameter, from one source."""
        form = self.model.equilibria
        if form is None:
            raise InputError(f"{self.model.name!r} has no closed-form I-V curve to fit")
        points = [sympy.log(form.states["V"]), sympy.log(form.input_value)]
        wanted = list(points)
        wanted += [sympy.diff(point, symbol(form.coordinate)) for point in points]
        for name in self.names:
            wanted += [symbol(name) * sympy.diff(point, symbol(name)) for point in points]
        return expression_function(
            wanted,
            [("z", (form.coordinate,)), ("p", self.model.parameter_names)],
            self.model.constant_values,
        )

    @cached_property
    def _origin(self) -> float:
        assert self.model.equilibria is not None
        return self.model[self.model.equilibria.origin]

    def parameters(self, theta: Array) -> Array:
        """Return the parameter vector for log parameters ``theta`` (n_fitted,)."""
        p = self.model.p.copy()
        for name, value in zip(self.names, theta, strict=True):
            p[self.model.parameter_names.index(name)] = np.exp(value)
        return p

    def feet(self, theta: Array) -> tuple[Array, Array]:
        """Return T at the nearest point of the curve to each datum, and the curve there.

        Since ln V + ln I = ln(T - T_amb) - ln R_th at rest, the power of a datum gives a start
        within its own noise of the foot; Gauss-Newton does the rest.
        """
        p = self.parameters(theta)
        R_th = p[self.model.parameter_names.index("R_th")]
        u = self.ln_V + self.ln_I + np.log(R_th)
        curve = self._curve((self._origin + np.exp(u),), p)
        for _ in range(_MOST_ITERATIONS):
            slope_V, slope_I = curve[2:4] * np.exp(u)
            along = (self.ln_V - curve[0]) * slope_V / self.sd_V**2
            along += (self.ln_I - curve[1]) * slope_I / self.sd_I**2
            move = along / ((slope_V / self.sd_V) ** 2 + (slope_I / self.sd_I) ** 2)
            u = u + np.clip(move, -_LARGEST_MOVE, _LARGEST_MOVE)
            curve = self._curve((self._origin + np.exp(u),), p)
            if not np.abs(move).max() > 1e-11:
                break
        return self._origin + np.exp(u), curve

    def residuals(self, theta: Array) -> Array:
        """Return the signed distances (n,), in units of the noise."""
        with np.errstate(all="ignore"):
            return self._distance(self.feet(theta)[1])[0]

    def jacobian(self, theta: Array) -> Array:
        """Return d(residuals)/d(theta), (n, n_fitted)."""
        with np.errstate(all="ignore"):
            curve = self.feet(theta)[1]
            _, normal_V, normal_I = self._distance(curve)
        by_V, by_I = curve[4::2] / self.sd_V, curve[5::2] / self.sd_I
        return -(normal_V * by_V + normal_I * by_I).T

    def _distance(self, curve: Array) -> tuple[Array, Array, Array]:
        tangent_V, tangent_I = curve[2] / self.sd_V, curve[3] / self.sd_I
        length = np.hypot(tangent_V, tangent_I)
        # the tangent turned left; ln I grows along the curve, so the sign does not flip
        normal_V, normal_I = -tangent_I / length, tangent_V / length
        off_V, off_I = (self.ln_V - curve[0]) / self.sd_V, (self.ln_I - curve[1]) / self.sd_I
        return normal_V * off_V + normal_I * off_I, normal_V, normal_I
