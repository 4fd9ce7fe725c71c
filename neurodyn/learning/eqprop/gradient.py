"""Whether what a network learns from is the gradient of its cost: three independent ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError, NumericalError
from neurodyn.learning.data import coded
from neurodyn.learning.eqprop.estimator import EqProp
from neurodyn.learning.eqprop.trained import EqPropFit
from neurodyn.status import Status
from neurodyn.tables import Columns, Tabular

_MOST_UNITS = 2000  # the implicit derivative solves one dense system per sample
_BUMP = 1e-5  # of a weight, for differences of the settled cost


@dataclass(frozen=True, eq=False)
class GradientCheck(Tabular):
    """Estimates of the gradient by nudging, against the exact gradient of the settled cost.

    Parameters
    ----------
    beta : (n,) float
    one_sided, centred : (n,) float
        Largest error of any weight or bias, relative to the largest exact derivative.
    finite_differences, backpropagation : float
        The same of differences of the settled cost (at some weights), and of backpropagation
        through the time of the free phase: they bear out the exact gradient.
    exact : mapping from "W1", "b1", ... to arrays
        Derivatives of the mean cost.
    at_bounds : int
        Units at rest at a bound, where the hard rho has no derivative and the exact one is 0.
    """

    beta: Array
    one_sided: Array
    centred: Array
    finite_differences: float
    backpropagation: float
    exact: Mapping[str, Array]
    at_bounds: int

    @property
    def orders(self) -> tuple[float, float]:
        """Measured orders in beta of both errors, from the two smallest beta: 1 and 2 expected."""
        ratio = np.log(self.beta[-2] / self.beta[-1])
        return (
            float(np.log(self.one_sided[-2] / self.one_sided[-1]) / ratio),
            float(np.log(self.centred[-2] / self.centred[-1]) / ratio),
        )

    def columns(self) -> Columns:
        """Return errors for each beta."""
        return {
            "beta": (self.beta, ""),
            "one_sided": (self.one_sided, ""),
            "centred": (self.centred, ""),
        }

    def __repr__(self) -> str:
        one, two = self.orders
        return (
            f"<gradient check: error {self.one_sided[-1]:.2g} one-sided (order {one:.2f}), "
            f"{self.centred[-1]:.2g} centred (order {two:.2f}) at beta = {self.beta[-1]:g}>"
        )


@checked
def gradient_check(
    network: EqProp | EqPropFit,
    x: npt.ArrayLike,
    y: Any,
    *,
    beta: Sequence[Positive] = (0.1, 0.05, 0.025),
    tolerance: Positive = 1e-13,
    seed: Whole = 0,
) -> GradientCheck:
    """Compare the estimate of the gradient with the exact one, in float64 and fully settled.

    The exact gradient follows from implicit differentiation of the settled state; it is itself
    borne out by differences of the settled cost and by backpropagation through time.

    Parameters
    ----------
    network : EqProp or EqPropFit
        Settings, with first weights of ``seed``; or a trained network.
    x, y
        A few labelled samples.
    beta : sequence of float
        Strengths of nudging, falling.
    tolerance : float
        Largest |ds/dt| that counts as settled.
    seed : int

    Returns
    -------
    GradientCheck

    Raises
    ------
    InputError
        If data do not fit, or the network is too large for dense derivatives.
    NumericalError
        If it does not settle.

    Examples
    --------
    >>> import neurodyn as nd
    >>> net = nd.learning.EqProp(hidden=6, settling=nd.learning.Settling(rho="logistic"))
    >>> check = nd.learning.gradient_check(net, [[0.3, 0.7, 0.1], [0.9, 0.2, 0.4]], ["a", "b"])
    >>> [round(order) for order in check.orders]
    [1, 2]
    """
    from neurodyn.learning.eqprop import jax_gradient

    strengths = np.asarray(beta, float)
    if len(strengths) < 2 or not (np.diff(strengths) < 0).all():
        raise InputError(f"beta is {list(beta)}; expected at least two strengths, falling")
    trained = isinstance(network, EqPropFit)
    data = coded(x, y, network.classes if trained else None)
    settings = network.settings if trained else network
    if trained:
        weights, biases = network.weights, network.biases
        if data.x.shape[1] != weights[0].shape[1]:
            raise InputError(f"x has {data.x.shape[1]} features; expected {weights[0].shape[1]}")
    else:
        first = settings.first_weights(data.x.shape[1], len(data.classes), seed)
        weights, biases = tuple(first), tuple(np.zeros(len(w)) for w in first)
    if sum(map(len, biases)) > _MOST_UNITS:
        raise InputError(
            f"the network has {sum(map(len, biases))} units; expected at most {_MOST_UNITS} for a "
            "check that solves dense systems"
        )
    how = replace(settings.settling, order="together")
    problem = jax_gradient.Problem(how, weights, biases, data.x, data.one_hot, tolerance)
    free = problem.rest(None)
    exact = problem.exact(free)
    size = max(float(np.abs(g).max()) for g in exact)
    if size == 0:
        raise NumericalError(
            "the exact gradient is 0: all units rest at a bound", Status.NOT_FINITE
        )

    def error(found: Sequence[Array]) -> float:
        return max(float(np.abs(a - b).max()) for a, b in zip(found, exact, strict=True)) / size

    one, two = [], []
    for strength in strengths:
        up, down = problem.rest(strength), problem.rest(-strength)
        one.append(error(problem.estimate(up, free, strength)))
        two.append(error(problem.estimate(up, down, 2 * strength)))
    names = [f"{kind}{i}" for kind in "Wb" for i in range(1, len(weights) + 1)]
    return GradientCheck(
        strengths,
        np.array(one),
        np.array(two),
        problem.by_differences(exact, _BUMP) / size,
        error(problem.through_time()),
        dict(zip(names, exact, strict=True)),
        problem.at_bounds(free),
    )
