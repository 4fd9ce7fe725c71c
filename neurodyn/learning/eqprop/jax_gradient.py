"""Derivatives of the settled cost: implicit, through time, and by differences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import jax.numpy as jnp
import numpy as np

from neurodyn.arrays import Array
from neurodyn.codegen.jax_setup import jax
from neurodyn.errors import NumericalError
from neurodyn.learning.eqprop.jax_program import energy, settle_until, settled, shown
from neurodyn.learning.eqprop.settling import Settling
from neurodyn.learning.jax_arrays import array
from neurodyn.status import Status

_MOST_STEPS = 1_000_000
_TRIED = 6  # weights of each layer that are moved
Layers = tuple[jax.Array, ...]


class Problem:
    """A network on a few samples, in float64."""

    def __init__(
        self,
        how: Settling,
        weights: Sequence[Array],
        biases: Sequence[Array],
        x: Array,
        targets: Array,
        tolerance: float,
    ) -> None:
        self.how, self.tolerance = how, tolerance
        self.weights = tuple(array(w, "float64") for w in weights)
        self.biases = tuple(array(b, "float64") for b in biases)
        self.x, self.targets = array(x, "float64"), array(targets, "float64")

    def _settle(self, weights: Layers, biases: Layers, nudge: Any) -> Any:
        states, most = self.start(), _MOST_STEPS
        return settle_until(self.how, weights, biases, self.x, nudge, most, self.tolerance, states)

    def _at_rest(self, weights: Layers, biases: Layers, beta: float | None) -> Layers:
        nudge = None if beta is None else (array(beta, "float64"), self.targets)
        states, rate, _ = self._settle(weights, biases, nudge)
        if not float(rate) <= self.tolerance:
            raise NumericalError(
                f"the network does not come to rest: a rate of {float(rate):.2g} is left after "
                f"{_MOST_STEPS} steps of {self.how.dt:g}; a smaller dt may help",
                Status.NOT_CONVERGED,
            )
        return states

    def rest(self, beta: float | None) -> Layers:
        """Return the states at rest, free or nudged by beta."""
        return self._at_rest(self.weights, self.biases, beta)

    def estimate(self, high: Layers, low: Layers, beta: float) -> list[Array]:
        """Return dJ/dtheta as nudging estimates it, weights first."""
        dw, db = [], []
        for states in (high, low):
            r = [self.x, *(shown(self.how.rho, s) for s in states)]
            dw.append([post.T @ pre for pre, post in pairwise(r)])
            db.append([post.sum(0) for post in r[1:]])
        scale = -1.0 / (beta * len(self.x))
        whole = zip([*dw[0], *db[0]], [*dw[1], *db[1]], strict=True)
        return [np.asarray(scale * (a - b)) for a, b in whole]

    def _cost(self, states: Layers) -> jax.Array:
        return 0.5 * ((states[-1] - self.targets) ** 2).sum() / len(self.x)

    def _free_units(self, states: Layers) -> list[Array]:
        """Return which units are not held at a bound, as numbers."""
        if self.how.rho != "hard":
            return [np.ones(s.shape) for s in states]
        return [np.asarray((s > 0) & (s < 1), float) for s in states]

    def at_bounds(self, states: Layers) -> int:
        """Return how many units rest at a bound."""
        return int(sum((mask == 0).sum() for mask in self._free_units(states)))

    def exact(self, states: Layers) -> list[Array]:
        """Return dJ/dtheta by implicit differentiation of dE/ds = 0, sample by sample."""
        sizes = [s.shape[1] for s in states]
        cuts = np.cumsum(sizes)[:-1]
        masks = jnp.concatenate([jnp.asarray(m) for m in self._free_units(states)], axis=1)
        rho = "linear" if self.how.rho == "hard" else self.how.rho  # between the bounds

        def parts(flat: jax.Array) -> Layers:
            return tuple(piece[None] for piece in jnp.split(flat, cuts))

        def of(theta: Any, flat: jax.Array, x: jax.Array) -> jax.Array:
            return energy(rho, theta[0], theta[1], x[None], parts(flat))[0]

        @jax.jit
        def one(theta: Any, flat: jax.Array, x: jax.Array, t: jax.Array, mask: jax.Array) -> Any:
            hessian = jax.hessian(of, 1)(theta, flat, x)
            held = jnp.diag(1 - mask)
            pull = jnp.zeros_like(flat).at[-sizes[-1] :].set(flat[-sizes[-1] :] - t) * mask
            adjoint = jnp.linalg.solve(hessian * jnp.outer(mask, mask) + held, pull)
            return jax.grad(lambda th: -(jax.grad(of, 1)(th, flat, x) @ adjoint))(theta)

        theta = (self.weights, self.biases)
        whole = jnp.concatenate(states, axis=1)
        total: Any = None
        for i in range(len(self.x)):
            found = one(theta, whole[i], self.x[i], self.targets[i], masks[i])
            total = found if total is None else jax.tree.map(jnp.add, total, found)
        return [np.asarray(g) / len(self.x) for layers in total for g in layers]

    def through_time(self) -> list[Array]:
        """Return dJ/dtheta by backpropagation through as many steps as rest takes."""
        _, _, steps = self._settle(self.weights, self.biases, None)

        @jax.jit
        def cost(theta: Any) -> jax.Array:
            weights, biases = theta
            driven = self.x @ weights[0].T + biases[0]
            return self._cost(
                settled(self.how, weights, biases, driven, self.start(), int(steps))[0]
            )

        found = jax.grad(cost)((self.weights, self.biases))
        return [np.asarray(g) for layers in found for g in layers]

    def start(self) -> Layers:
        """Return states half-way, within the bounds, where every slope is known."""
        return tuple(jnp.full((len(self.x), len(b)), 0.5) for b in self.biases)

    def by_differences(self, exact: Sequence[Array], bump: float) -> float:
        """Return the largest error of the exact gradient at some weights, by differences."""
        theta = [*self.weights, *self.biases]
        layers = len(self.weights)
        worst = 0.0
        rng = np.random.default_rng(0)
        for place, values in enumerate(theta):
            for flat in rng.choice(values.size, min(_TRIED, values.size), replace=False):
                where = np.unravel_index(flat, values.shape)
                costs = []
                for sign in (1.0, -1.0):
                    moved = list(theta)
                    moved[place] = values.at[where].add(sign * bump)
                    states = self._at_rest(tuple(moved[:layers]), tuple(moved[layers:]), None)
                    costs.append(float(self._cost(states)))
                slope = (costs[0] - costs[1]) / (2 * bump)
                worst = max(worst, abs(slope - float(exact[place][where])))
        return worst
