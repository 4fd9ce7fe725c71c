"""The least-squares core that every fit here goes through: scipy's, with its uncertainty.

Held against the certified problems of NIST (tests/fitting/test_nist_strd.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import optimize

from neurodyn.arrays import Array
from neurodyn.errors import unknown_name

_STEP = float(np.finfo(float).eps) ** (1 / 3)
Loss = Literal["linear", "soft_l1", "huber"]


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where a sum of squares is least.

    Parameters
    ----------
    theta : (k,) float
    residuals : (n,) float
    jacobian : (n, k) float
        d(residuals)/d(theta).
    cost : float
        Sum of the losses of all residuals; the sum of squares for the linear loss.
    converged : bool
    message : str
    evaluations : int
    loss : str
    robust : int
        How many of the first residuals the loss applies to.
    """

    theta: Array
    residuals: Array
    jacobian: Array
    cost: float
    converged: bool
    message: str
    evaluations: int
    loss: Loss
    robust: int

    @property
    def sum_of_squares(self) -> float:
        """Plain sum of squares, whatever the loss."""
        return float(self.residuals @ self.residuals)

    def covariance(self) -> Array:
        """Return the covariance of theta for residuals in units of their standard deviation.

        For a robust loss the sandwich H^-1 B H^-1 with H the curvature of the loss and B the outer
        product of its gradients (P. J. Huber, Robust Statistics, Wiley 1981, sec. 7.6). Directions
        that the data do not hold get a very large variance, not a missing one.
        """
        inverse = self.inverse_curvature()
        if self.loss == "linear":
            return inverse
        slope = _rho(self.residuals**2, self.loss, self.robust)[1]
        gradients = self.jacobian * (slope * self.residuals)[:, None]
        return inverse @ (gradients.T @ gradients) @ inverse

    def inverse_curvature(self) -> Array:
        """Return the inverse of half the second derivatives of the cost."""
        _, slope, bend = _rho(self.residuals**2, self.loss, self.robust)
        curvature = np.maximum(slope + 2 * bend * self.residuals**2, 0.0)
        return inverse_normal_matrix(self.jacobian * np.sqrt(curvature)[:, None])


def inverse_normal_matrix(jacobian: Array) -> Array:
    """Return (J^T J)^-1 by singular values of J with columns of equal length."""
    length = np.linalg.norm(jacobian, axis=0)
    length[length == 0] = np.finfo(float).tiny ** 0.5
    _, values, directions = np.linalg.svd(jacobian / length, full_matrices=False)
    # a direction below rounding is not known to be better than that
    values = np.maximum(values, np.finfo(float).eps * values.max())
    root = directions.T / values / length[:, None]
    return root @ root.T


def least_squares(
    residuals: Callable[[Array], Array],
    start: npt.ArrayLike,
    jacobian: Callable[[Array], Array] | None = None,
    bounds: tuple[Array, Array] | None = None,
    *,
    loss: Loss = "linear",
    robust: int | None = None,
    tolerance: float = 1e-12,
    evaluations: int = 1000,
) -> Minimum:
    """Minimise a sum of squares (or of robust losses) from one start.

    The trust-region reflective method (M. A. Branch, T. F. Coleman, Y. Li, SIAM J. Sci. Comput. 21,
    1 (1999)), in parameters scaled by the columns of the Jacobian, as MINPACK does. Where it stops
    short and there are no bounds, MINPACK's Levenberg-Marquardt goes on from there.

    Parameters
    ----------
    residuals : function
        theta (k,) -> (n,), in units of their standard deviation.
    start : (k,) array_like
    jacobian : function, optional
        theta -> (n, k); three-point differences if not given.
    bounds : (low, high), optional
    loss : {"linear", "soft_l1", "huber"}
        Turns over at one standard deviation.
    robust : int, optional
        The loss applies to that many first residuals (all by default); the rest are priors.
    tolerance : float
        Relative, on the sum, the parameters and the gradient.
    evaluations : int
        Most calls of ``residuals``, differences not counted.

    Raises
    ------
    InputError
        For an unknown loss.
    ValueError
        If the residuals at the start are not finite (from scipy).

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(5.0)
    >>> fit = least_squares(lambda b: b[0] * np.exp(-b[1] * x) - 3 * np.exp(-0.5 * x), [1.0, 1.0])
    >>> fit.theta.round(6).tolist()
    [3.0, 0.5]
    """
    if loss not in get_args(Loss):
        raise unknown_name("loss", loss, get_args(Loss))
    start = np.asarray(start, dtype=float)
    low, high = bounds if bounds is not None else (-np.inf, np.inf)
    count = len(residuals(start)) if robust is None else robust
    scipy_loss = loss if loss == "linear" else lambda z: np.stack(_rho(z, loss, count))
    common = {
        "jac": "3-point" if jacobian is None else jacobian,
        "diff_step": _STEP,  # of each parameter, however small; scipy's own is one of 1 + |x|
        "xtol": tolerance,
        "ftol": tolerance,
        "gtol": tolerance,
        "max_nfev": evaluations,
    }
    with np.errstate(all="ignore"):
        found = optimize.least_squares(
            residuals,
            start,
            bounds=(low, high),
            method="trf",
            x_scale="jac",
            loss=scipy_loss,
            **common,
        )
        if bounds is None and loss == "linear" and len(found.fun) >= len(start):
            # trf stops a little short on badly scaled problems; the sum can only fall
            found_lm = optimize.least_squares(
                residuals, found.x, method="lm", x_scale="jac", **common
            )
            found = min(found, found_lm, key=lambda f: f.cost)
    return Minimum(
        theta=found.x,
        residuals=found.fun,
        jacobian=_unweighted(found, jacobian),
        cost=2 * float(found.cost),
        converged=found.status > 0,
        message=str(found.message),
        evaluations=int(found.nfev),
        loss=loss,
        robust=count,
    )


def remembered(
    evaluate: Callable[[Array], tuple[Array, Array]],
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Split a function theta -> (residuals, Jacobian) in two that share the last evaluation."""
    last: dict[bytes, tuple[Array, Array]] = {}

    def both(theta: Array) -> tuple[Array, Array]:
        key = np.asarray(theta).tobytes()
        if key not in last:
            last.clear()
            last[key] = evaluate(theta)
        return last[key]

    return lambda theta: both(theta)[0], lambda theta: both(theta)[1]


def cost_of(residuals: Array, loss: Loss, robust: int) -> float:
    """Return the sum of the losses of residuals, of which the first may be robust."""
    return float(_rho(residuals**2, loss, robust)[0].sum())


def weights(residuals: Array, loss: Loss, robust: int) -> Array:
    """Return the roots of the weights that a robust loss gives to residuals."""
    return np.asarray(np.sqrt(_rho(residuals**2, loss, robust)[1]), dtype=np.float64)


def _unweighted(found: optimize.OptimizeResult, jacobian: Callable[[Array], Array] | None) -> Array:
    """Return the Jacobian at the minimum; scipy's own carries the weights of a robust loss."""
    return np.asarray(found.jac if jacobian is None else jacobian(found.x), dtype=np.float64)


def _rho(z: Array, loss: Loss, count: int) -> tuple[Array, Array, Array]:
    """Return a loss of squared residuals and its first two derivatives; linear beyond ``count``."""
    value, slope, bend = z.copy(), np.ones_like(z), np.zeros_like(z)
    inner = z[:count]
    if loss == "soft_l1":
        root = np.sqrt(1 + inner)
        value[:count], slope[:count], bend[:count] = 2 * (root - 1), 1 / root, -0.5 / root**3
    elif loss == "huber":
        far = inner > 1
        root = np.sqrt(np.where(far, inner, 1.0))
        value[:count] = np.where(far, 2 * root - 1, inner)
        slope[:count], bend[:count] = 1 / root, np.where(far, -0.5 / root**3, 0.0)
    return value, slope, bend
