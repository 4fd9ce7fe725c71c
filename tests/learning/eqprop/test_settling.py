"""Energy, rest and gradients of small networks, against independent derivatives."""

import itertools

import numpy as np
import pytest
import scipy.optimize

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.learning.eqprop import jax_gradient, jax_program

RNG = np.random.default_rng(5)
SIZES = (5, 4, 3, 2)
X = RNG.uniform(0, 1, (3, SIZES[0]))
TARGETS = np.eye(2)[[0, 1, 0]]


def network(seed=1, scale=0.4):
    rng = np.random.default_rng(seed)
    weights = [scale * rng.standard_normal((b, a)) for a, b in itertools.pairwise(SIZES)]
    return weights, [0.3 + 0.1 * rng.standard_normal(b) for b in SIZES[1:]]


def problem(rho, seed=1, scale=0.4):
    return jax_gradient.Problem(
        nd.learning.Settling(rho=rho), *network(seed, scale), X, TARGETS, 1e-14
    )


def plain_energy(rho, weights, biases, x, states):
    """The energy as printed in the source (eq. 3.5), sum by sum."""
    show = {
        "hard": lambda s: np.clip(s, 0, 1),
        "logistic": lambda s: 1 / (1 + np.exp(-s)),
        "tanh": np.tanh,
    }[rho]
    shown = [x, *map(show, states)]
    total = sum(0.5 * (s**2).sum() for s in states)
    for w, b, below, above in zip(weights, biases, shown, shown[1:], strict=False):
        for i in range(len(above)):
            total -= b[i] * above[i]
            for j in range(len(below)):
                total -= w[i, j] * above[i] * below[j]
    return total


@pytest.mark.parametrize("rho", ["hard", "logistic", "tanh"])
@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_rest_is_the_least_energy_that_scipy_finds(rho, beta):
    """Independent minimisation of E + beta C from the printed sums, in the box of the hard rho."""
    one = problem(rho, scale=0.2)
    states = one.rest(beta or None)
    weights, biases = network(scale=0.2)
    cuts = np.cumsum(SIZES[1:])[:-1]
    for sample in range(len(X)):

        def total(flat, sample=sample):
            s = np.split(flat, cuts)
            cost = 0.5 * ((s[-1] - TARGETS[sample]) ** 2).sum()
            return plain_energy(rho, weights, biases, X[sample], s) + beta * cost

        found = scipy.optimize.minimize(
            total,
            np.full(sum(SIZES[1:]), 0.4),
            bounds=[(0, 1)] * sum(SIZES[1:]) if rho == "hard" else None,
            tol=1e-15,
        )
        ours = np.concatenate([np.asarray(s[sample]) for s in states])
        np.testing.assert_allclose(ours, found.x, atol=1e-6)
        assert total(ours) <= found.fun + 1e-14


def test_energy_is_that_of_the_printed_sums():
    weights, biases = network()
    states = [RNG.uniform(0, 1, (3, n)) for n in SIZES[1:]]
    for rho in ("hard", "logistic", "tanh"):
        found = jax_program.energy(rho, tuple(weights), tuple(biases), X, tuple(states))
        plain = [plain_energy(rho, weights, biases, X[i], [s[i] for s in states]) for i in range(3)]
        np.testing.assert_allclose(found, plain, rtol=1e-13)


def test_rest_of_a_linear_network_is_a_linear_system():
    """Within the bounds of the hard rho, (1 - A) s = b + W x: solved to 1e-12."""
    weights, biases = network(scale=0.12)
    one = problem("hard", scale=0.12)
    states = one.rest(None)
    n = sum(SIZES[1:])
    coupling = np.zeros((n, n))
    cuts = np.concatenate([[0], np.cumsum(SIZES[1:])])
    for layer in (1, 2):
        rows, columns = slice(*cuts[layer : layer + 2]), slice(*cuts[layer - 1 : layer + 1])
        coupling[rows, columns] = weights[layer]
        coupling[columns, rows] = weights[layer].T
    for sample in range(3):
        drive = np.concatenate([weights[0] @ X[sample] + biases[0], *biases[1:]])
        exact = np.linalg.solve(np.eye(n) - coupling, drive)
        assert ((exact > 0) & (exact < 1)).all()
        found = np.concatenate([np.asarray(s[sample]) for s in states])
        np.testing.assert_allclose(found, exact, atol=1e-12)


@pytest.mark.parametrize("rho", ["hard", "logistic", "tanh"])
def test_nudging_tends_to_the_exact_gradient_in_first_and_second_order(rho):
    """Implicit, through time, by differences: and orders 1 one-sided, 2 centred as beta falls."""
    net = nd.learning.EqProp(hidden=(4, 3), settling=nd.learning.Settling(rho=rho))
    check = nd.learning.gradient_check(net, X, ["a", "b", "a"], beta=(2e-3, 1e-3), seed=4)
    assert check.finite_differences < 1e-8
    assert check.backpropagation < 1e-10
    one, two = check.orders
    assert one == pytest.approx(1, abs=0.05)
    assert two == pytest.approx(2, abs=0.1)
    assert check.centred[-1] < 1e-4 < check.one_sided[-1] * 10


def test_a_unit_at_a_bound_has_no_gradient_and_is_told():
    weights, biases = network()
    biases[0] = biases[0] - np.array([5.0, 0, 0, 0])
    one = jax_gradient.Problem(nd.learning.Settling(), weights, biases, X, TARGETS, 1e-14)
    free = one.rest(None)
    exact = one.exact(free)
    assert (np.asarray(free[0])[:, 0] == 0).all()
    assert one.at_bounds(free) >= 3
    assert (exact[0][0] == 0).all()
    estimate = one.estimate(one.rest(1e-5), free, 1e-5)
    assert (estimate[0][0] == 0).all()


def one_batch(how, sign=1.0):
    weights, biases = network(scale=0.1)
    start = tuple(np.zeros((3, n)) for n in SIZES[1:])
    dw, db, free, seen = jax_program.estimate(
        how,
        tuple(weights),
        tuple(biases),
        X,
        TARGETS,
        np.full((1, 1), sign),
        start,
        np.full((3, 1), 1 / 3),
    )
    return weights, biases, dw, db, free, seen


def plain_euler(weights, biases, steps, states, beta, dt=0.5):
    """Euler steps written out in numpy, units together, clipped after each."""
    for _ in range(steps):
        shown = [X, *states]
        new = []
        for layer, s in enumerate(states):
            drive = shown[layer] @ weights[layer].T + biases[layer]
            if layer + 1 < len(states):
                drive = drive + states[layer + 1] @ weights[layer + 1]
            pull = beta * (TARGETS - s) if layer + 1 == len(states) else 0.0
            new.append(np.clip(s + dt * (drive - s + pull), 0, 1))
        states = new
    return states


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_batch_is_thirty_and_ten_steps_and_their_difference(sign):
    """Against numpy's loop: states, changes and biases to rounding."""
    weights, biases, dw, db, free, seen = one_batch(nd.learning.Settling(), sign)
    start = [np.zeros((3, n)) for n in SIZES[1:]]
    ours = plain_euler(weights, biases, 30, start, 0.0)
    nudged = plain_euler(weights, biases, 10, ours, sign * 0.4)
    for a, b in zip(free, ours, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-14)
    below = [[X, *ours[:-1]], [X, *nudged[:-1]]]
    for layer in range(3):
        high, low = nudged[layer].T @ below[1][layer], ours[layer].T @ below[0][layer]
        np.testing.assert_allclose(dw[layer], (high - low) / (3 * sign * 0.4), atol=1e-13)
        expected = (nudged[layer] - ours[layer]).mean(0) / (sign * 0.4)
        np.testing.assert_allclose(db[layer], expected, atol=1e-13)
    last = plain_euler(weights, biases, 29, start, 0.0)
    left = max(np.abs(a - b).max() for a, b in zip(ours, last, strict=True)) / 0.5
    assert float(seen["free"]) == pytest.approx(left, rel=1e-9)
    cost = 0.5 * ((ours[-1] - TARGETS) ** 2).sum(1).mean()
    assert float(seen["cost"]) == pytest.approx(cost, rel=1e-12)


def test_centred_nudging_is_the_mean_of_both_signs():
    centred = one_batch(nd.learning.Settling(nudge="centred"))[2]
    plus, minus = (one_batch(nd.learning.Settling(), sign)[2] for sign in (1.0, -1.0))
    for c, p, m in zip(centred, plus, minus, strict=True):
        np.testing.assert_allclose(c, 0.5 * (np.asarray(p) + np.asarray(m)), atol=1e-13)


def test_both_orders_of_updating_come_to_the_same_rest():
    both = [
        one_batch(nd.learning.Settling(order=order, free_steps=300))[4]
        for order in ("together", "layer_by_layer")
    ]
    for a, b in zip(*both, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    quick = [
        one_batch(nd.learning.Settling(order=order, free_steps=3))[4]
        for order in ("together", "layer_by_layer")
    ]
    assert np.abs(np.asarray(quick[0][2]) - np.asarray(quick[1][2])).max() > 1e-3


def test_a_step_that_cannot_settle_is_refused():
    with pytest.raises(InputError, match="at most 2"):
        nd.learning.Settling(dt=2.5)
