"""Branches of equal cells must not depend on rounding: one system, written in many coordinates.

What a library returns as basis of a kernel, and what is 0 by a symmetry, changes with the
coordinates, as it changes with the kernels of another processor. The branches do not.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.continuation import continue_equilibria
from neurodyn.status import Status

LOW, HIGH, G = -0.5, 1.0, 0.1
PAIR = [(0, 1), (1, 0)]
THREE = [(i, j) for i in range(3) for j in range(3) if i != j]
RING = [(i, j % 4) for i in range(4) for j in (i + 1, i + 3)]


def cells(n, links, matrix, jitter=None):
    """Cells x' = mu x - x^3, coupled by G, in coordinates y with x = matrix y.

    ``jitter`` draws what each number is off by, relative.
    """

    def number(value):
        return repr(float(value * (1 + (0 if jitter is None else jitter.uniform(-1e-15, 1e-15)))))

    back = np.linalg.inv(matrix)
    x = [
        "(" + " + ".join(f"{number(matrix[i, j])}*y{j}" for j in range(n) if matrix[i, j]) + ")"
        for i in range(n)
    ]
    rates = [
        f"mu*{x[i]} - {x[i]}^3" + "".join(f" + {number(G)}*({x[j]} - {x[i]})" for j in into)
        for i in range(n)
        for into in [[j for k, j in links if k == i]]
    ]
    rhs = [
        " + ".join(f"{number(back[i, j])}*({rates[j]})" for j in range(n) if back[i, j])
        for i in range(n)
    ]
    return nd.Model.from_equations([f"y{i}" for i in range(n)], {"mu": -1.0}, rhs)


def coordinates(kind, n, seed):
    rng = np.random.default_rng(seed)
    if kind == "turned":
        return np.linalg.qr(rng.normal(size=(n, n)))[0]
    if kind == "permuted":
        return np.eye(n)[rng.permutation(n)]
    return np.diag(10 ** rng.uniform(-1, 1, n)) if kind == "in other units" else np.eye(n)


def followed(n, links, kind, seed):
    """Branch, and the states in the cells' own coordinates where it meets mu = HIGH."""
    matrix = coordinates(kind, n, seed)
    jitter = np.random.default_rng(seed) if kind == "off by 1e-15" else None
    system = cells(n, links, matrix, jitter)
    branch = continue_equilibria(system, "mu", (LOW, HIGH), [0.0] * n, switch_branches=True)
    last = branch.states[branch.parameter > HIGH - 1e-9] @ matrix.T
    return branch, np.unique(last.round(6) + 0.0, axis=0)


def equilibria(n, links):
    """All equilibria at mu = HIGH, by Newton's method from a grid; numpy alone."""
    coupling = np.zeros((n, n))
    for i, j in links:
        coupling[i, j] += G
        coupling[i, i] -= G
    x = np.array(list(itertools.product(np.linspace(-1.05, 1.05, 9), repeat=n)))
    for _ in range(60):
        matrix = coupling + (HIGH - 3 * x**2)[:, :, None] * np.eye(n)
        x -= np.linalg.solve(matrix, (HIGH * x - x**3 + x @ coupling.T)[:, :, None])[:, :, 0]
    good = np.abs(HIGH * x - x**3 + x @ coupling.T).max(axis=1) < 1e-12
    return np.unique(x[good].round(6) + 0.0, axis=0)


KINDS = [
    *[("turned", seed) for seed in range(3)],
    ("permuted", 1),
    *[("in other units", seed) for seed in range(3)],
    *[("off by 1e-15", seed) for seed in range(3)],
]


def checked_branches(n, links, kind, seed, count, pieces):
    """Every end is a state at rest that the grid finds too, and its mirror images are there."""
    branch, last = followed(n, links, kind, seed)
    assert branch.status is Status.OK
    assert branch.hopf == ()  # it is a gradient system
    assert branch.piece[-1] + 1 == pieces
    assert len(last) == count
    known = equilibria(n, links)
    turned = np.roll(last, 1, axis=1)
    for states, among in ((last, known), (-last, last), (turned, last), (last[:, ::-1], last)):
        gaps = np.abs(states[:, None] - among[None]).max(axis=2).min(axis=1)
        assert gaps.max() < 3e-6
    return branch, known


@pytest.mark.parametrize(("kind", "seed"), KINDS)
def test_branches_of_three_equal_cells_in_any_coordinates(kind, seed):
    """S3: 0, both states in phase, and 12 branches that leave mu = 0.3 (by hand: (a, -a, 0) and
    (a, a, b)); to fifth order the equations are alike in all directions.

    The other 12 states of the grid, two cells alike and large, are born at folds of their own.
    """
    branch, known = checked_branches(3, THREE, kind, seed, 15, 14)
    assert len(known) == 27
    points = sorted((round(p.parameter, 6), p.multiplicity) for p in branch.branch_points)
    assert points == [(0.0, 1), (0.3, 2)]


@pytest.mark.parametrize(("kind", "seed"), KINDS[::3])
def test_branches_of_two_equal_cells_in_any_coordinates(kind, seed):
    """Z2 x Z2: all 9 states of the grid; in antiphase from mu = 0.2, and from there at 0.3."""
    branch, known = checked_branches(2, PAIR, kind, seed, 9, 5)
    assert len(known) == 9
    points = sorted((round(p.parameter, 6), p.multiplicity) for p in branch.branch_points)
    assert points == [(0.0, 1), (0.2, 1), (0.3, 1), (0.3, 1)]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seed"), KINDS[1::2])
def test_branches_of_a_ring_of_four_cells_in_any_coordinates(kind, seed):
    """D4: two eigenvalues vanish at mu = 0.2 on the trunk, and at 0.5 on both antiphase branches.

    Of the 81 states of the grid 16 are not connected: one cell against three, born at folds.
    """
    branch, known = checked_branches(4, RING, kind, seed, 65, 45)
    assert len(known) == 81
    double = sorted(round(p.parameter, 5) for p in branch.branch_points if p.multiplicity == 2)
    assert double == [0.2, 0.5, 0.5]
    assert len(branch.branch_points) == 23


def test_branches_of_four_equal_cells():
    """S4: three eigenvalues vanish at mu = 0.4, and 3^3 - 1 branches leave (Bezout)."""
    links = [(i, j) for i in range(4) for j in range(4) if i != j]
    system = cells(4, links, np.eye(4))
    branch = continue_equilibria(system, "mu", (LOW, 0.5), [0.0] * 4, switch_branches=True)
    assert branch.status is Status.OK
    assert sorted(p.multiplicity for p in branch.branch_points) == [1, 3]
    assert branch.piece[-1] + 1 == 2 + 26


def test_three_branches_of_a_triangle():
    """z' = mu z - conj(z)^2: |z| = |mu| on three lines, six branches, by hand."""
    rhs = ["mu*x - x^2 + y^2", "mu*y + 2*x*y"]
    system = nd.Model.from_equations(["x", "y"], {"mu": -1.0}, rhs)
    branch = continue_equilibria(system, "mu", (LOW, HIGH), [0.0, 0.0], switch_branches=True)
    assert branch.piece[-1] + 1 == 1 + 6
    (point,) = branch.special
    assert (point.kind, point.multiplicity) == ("branch_point", 2)
    z = branch["x"] + 1j * branch["y"]
    away = np.abs(z) > 1e-6
    np.testing.assert_allclose(np.abs(z[away]), np.abs(branch.parameter[away]), atol=1e-9)
    np.testing.assert_allclose(((z / branch.parameter)[away]) ** 3, 1.0, atol=1e-6)
    assert not any("not isolated" in note for note in branch.notes)


def test_a_circle_of_equilibria_is_told():
    """z' = mu z - z |z|^2: a circle at each mu > 0, no branch more than another."""
    square = "(x^2 + y^2)"
    rhs = [f"mu*x - x*{square}", f"mu*y - y*{square}"]
    system = nd.Model.from_equations(["x", "y"], {"mu": -1.0}, rhs)
    branch = continue_equilibria(system, "mu", (LOW, HIGH), [0.0, 0.0], switch_branches=True)
    assert branch.status is Status.OK
    (point,) = branch.special
    assert (point.kind, point.multiplicity) == ("branch_point", 2)
    assert branch.piece[-1] == 0
    assert any("equilibria that are not isolated leave" in note for note in branch.notes)
