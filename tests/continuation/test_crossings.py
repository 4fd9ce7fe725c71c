"""Every change of stability is explained by a special point, or told; what was found is kept."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq

import neurodyn as nd
from neurodyn.continuation import continue_equilibria
from neurodyn.status import Status


def model(states, rhs, **parameters):
    return nd.Model.from_equations(states, parameters, rhs)


def unstable(system, branch, value, near):
    """Number of unstable eigenvalues at the equilibrium beside ``near``, by plain Newton."""
    at = system.with_parameters(**{branch.parameter_name: float(value)})
    functions, x = nd.compiled(at, "numpy"), np.array(near, float)
    for _ in range(20):
        x = x - np.linalg.solve(functions.jacobian(x, at.p), functions.rhs(x, at.p))
    return (np.linalg.eigvals(functions.jacobian(x, at.p)).real > 0).sum(), x


@pytest.mark.parametrize("span", [(0.05, 0.4), (0.0376, 0.1449)])
def test_two_hopf_points_in_one_step(span):
    """Stirred reactor (Uppal, Ray, Poore 1974): trace zero twice, 0.7 % apart, by root finding."""
    system = model(
        {"x1": 0.05, "x2": 0.2},
        ["-x1 + Da*(1 - x1)*exp(x2)", "-x2 + B*Da*(1 - x1)*exp(x2) - beta*x2"],
        B=7.06,
        beta=0.74,
        Da=0.05,
    )

    def trace(x1):  # at rest x2 = B x1 / (1 + beta), Da exp(x2) = x1 / (1 - x1)
        rate = x1 / (1 - x1)
        return -1 - rate - (1 + 0.74) + 7.06 * x1

    def at(x1):
        return x1 / (1 - x1) * np.exp(-7.06 * x1 / 1.74)

    grid = np.linspace(0.01, 0.99, 400)
    exact = [
        at(brentq(trace, a, b)) for a, b in itertools.pairwise(grid) if trace(a) * trace(b) < 0
    ]
    found = continue_equilibria(system, "Da", span, {"x1": 0.05, "x2": 0.2, "Da": 0.05}).hopf
    assert [p.parameter for p in found] == pytest.approx(sorted(exact), rel=1e-9)


@pytest.mark.parametrize("coupling", [1e-4, 0.01, 0.05])
def test_hopf_points_of_two_coupled_cells(coupling):
    """FitzHugh-Nagumo: v^2 = 1 - b eps in phase, 1 - b eps - 2 g in antiphase (the trace)."""
    b, eps = 0.8, 0.08
    cell = "v{0} - v{0}**3/3 - w{0} + I + g*(v{1} - v{0})"
    system = model(
        ["v1", "w1", "v2", "w2"],
        [cell.format(1, 2), "eps*(v1 + 0.7 - b*w1)", cell.format(2, 1), "eps*(v2 + 0.7 - b*w2)"],
        I=0.0, g=coupling, b=b, eps=eps,
    )  # fmt: skip
    branch = continue_equilibria(system, "I", (0.0, 2.0), [-1.2, -0.6, -1.2, -0.6])
    exact = [
        (v + 0.7) / b - v + v**3 / 3
        for square in (1 - b * eps, 1 - b * eps - 2 * coupling)
        for v in (-(square**0.5), square**0.5)
    ]
    assert [p.parameter for p in branch.hopf] == pytest.approx(sorted(exact), rel=1e-9)
    assert branch.notes == ()


def test_special_points_account_for_every_change_of_stability():
    """Rings of three to six cells of random strengths: unstable eigenvalues by numpy alone."""
    draw = np.random.default_rng(3)
    for n in (3, 4, 5, 6):
        strengths = (2.0 + draw.uniform(0.0, 3.0, n)).tolist()
        rhs = [
            f"tanh({strengths[i]!r}*p*x{i}) - x{i} - y{i} + 0.1*(x{(i + 1) % n} - x{i}) + 0.01"
            for i in range(n)
        ]
        rhs += [f"0.5*(x{i} - 0.3*y{i})" for i in range(n)]
        names = [f"x{i}" for i in range(n)] + [f"y{i}" for i in range(n)]
        system = model(names, rhs, p=0.1)
        branch = continue_equilibria(system, "p", (0.05, 1.0), [0.0] * (2 * n))
        assert not branch.notes
        weights = {"fold": 1, "branch_point": 1, "hopf": 2, "neutral_saddle": 0}
        counts = (branch.eigenvalues.real > 0).sum(axis=1)
        explained = sum(weights[p.kind] for p in branch.special)
        changed = np.abs(np.diff(counts)).sum()
        assert explained >= changed > 2
        for point in branch.hopf:  # an independent way: the count changes by two across the point
            width = 1e-6
            a, x = unstable(system, branch, point.parameter - width, point.x)
            b, _ = unstable(system, branch, point.parameter + width, x)
            assert abs(a - b) == 2


def test_crossings_that_cannot_be_told_apart_are_told():
    """Two uncoupled oscillators alike: both pairs cross at p = 0 at once."""
    rhs = ["p*x - y", "x + p*y", "p*u - v", "u + p*v"]
    branch = continue_equilibria(model(["x", "y", "u", "v"], rhs, p=-1.0), "p", (-1.0, 1.5))
    (note,) = branch.notes
    assert "from 0 to 4" in note or "from 4 to 0" in note


def test_a_branch_that_cannot_be_followed_keeps_what_was_found():
    """x = sqrt(r) ends at r = 0, where its slope is infinite."""
    system = model(["x"], ["sqrt(r) - x"], r=1.0)
    branch = continue_equilibria(system, "r", (-1.0, 2.0), {"x": 1.0, "r": 1.0})
    assert branch.ended == (("failure", "range"),)
    assert branch.status is Status.NOT_CONVERGED
    assert any("could not be followed beyond r = " in note for note in branch.notes)
    assert len(branch) > 5
    np.testing.assert_allclose(branch["x"] ** 2, branch.parameter, atol=1e-9)


def test_neutral_saddle_of_real_eigenvectors():
    """Lorenz, at rest: 8/3 and -8/3 where (8/3)^2 + 11 (8/3) + 10 (1 - r) = 0."""
    system = model(["x", "y", "z"], ["10*(y - x)", "r*x - y - x*z", "x*y - 8*z/3"], r=0.5)
    branch = continue_equilibria(system, "r", (0.0, 10.0), [0.0, 0.0, 0.0])
    (saddle,) = [p for p in branch.special if p.kind == "neutral_saddle"]
    mu = 8 / 3
    assert saddle.parameter == pytest.approx(1 + (mu**2 + 11 * mu) / 10, rel=1e-12)
