"""Every change of stability is explained by a special point, or told; what was found is kept."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq

import neurodyn as nd
from neurodyn.continuation import continue_cycles, continue_equilibria, continue_hopf
from neurodyn.status import Status


def model(states, rhs, **parameters):
    return nd.Model.from_equations(states, parameters, rhs)


class Counter:
    """Counts unstable eigenvalues of a model, by plain Newton and numpy's eigenvalues."""

    def __init__(self, system, parameter):
        self.functions = nd.compiled(system)
        self.p, self.place = system.p.copy(), system.parameter_names.index(parameter)

    def __call__(self, value, near):
        """Number at the equilibrium beside ``near``, and the equilibrium."""
        self.p[self.place], x = value, np.array(near, float)
        for _ in range(20):
            matrix = self.functions.jacobian(x, self.p)
            step = np.linalg.solve(matrix, self.functions.rhs(x, self.p))
            x = x - step
            if np.abs(step).max() < 1e-13 * np.abs(x).max():
                break
        return (np.linalg.eigvals(self.functions.jacobian(x, self.p)).real > 0).sum(), x


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


def fitzhugh(links, currents, a=0.7, b=0.8, eps=0.08):
    """FitzHugh-Nagumo cells: links (i, j, g) drive cell i by g (v_j - v_i)."""
    rhs = []
    for i, current in enumerate(currents):
        into = "".join(f" + {g!r}*(v{j} - v{i})" for k, j, g in links if k == i)
        rhs.append(f"v{i} - v{i}^3/3 - w{i} + {current!r}*p{into}")
        rhs.append(f"{eps!r}*(v{i} + {a!r} - {b!r}*w{i})")
    n = len(currents)
    states = {f"{name}{i}": x for i in range(n) for name, x in (("v", -1.2), ("w", -0.6))}
    return nd.Model.from_equations(states, {"p": 0.0}, rhs), (0.0, 2.0)


def tanh_ring(strengths):
    """Cells that excite themselves by tanh, in a ring: folds and Hopf points from a cold start."""
    n = len(strengths)
    rhs = [
        f"tanh({s!r}*p*x{i}) - x{i} - y{i} + 0.1*(x{(i + 1) % n} - x{i}) + 0.01"
        for i, s in enumerate(strengths)
    ]
    rhs += [f"0.5*(x{i} - 0.3*y{i})" for i in range(n)]
    names = [f"x{i}" for i in range(n)] + [f"y{i}" for i in range(n)]
    return nd.Model.from_equations(names, {"p": 0.1}, rhs), (0.05, 1.0)


def morris_lecar(conductance):
    """Two Morris-Lecar cells joined by a gap junction, of unequal leaks."""
    cell = nd.devices.morris_lecar()
    other = cell.with_parameters(g_L=1.8)
    pair = nd.coupled(
        {"a": cell, "b": other}, [nd.Resistor("a", "b", 1 / conductance)], shared=["I"]
    )
    return pair, (0.0, 300.0)


def ring(n, g):
    return [(i, (i + 1) % n, g) for i in range(n)]


def chain(strengths):
    return [link for i, g in enumerate(strengths) for link in ((i, i + 1, g), (i + 1, i, g))]


DRAWN = np.random.default_rng(3).uniform(2.0, 5.0, 12).tolist()
NETWORKS = {
    "pair": lambda: fitzhugh(chain([0.03]), [1.0, 1.0]),
    "pair-driven": lambda: fitzhugh([(1, 0, 0.1)], [1.0, 0.6]),
    "pair-inhibiting": lambda: fitzhugh([(0, 1, -0.08), (1, 0, -0.05)], [1.0, 0.9]),
    "ring-of-3-one-way": lambda: fitzhugh(ring(3, 0.05), [1.0, 1.0, 1.0]),
    "all-to-all-3": lambda: fitzhugh(
        [(i, j, 0.02) for i in range(3) for j in range(3) if i != j], [1.0] * 3
    ),
    "chain-of-4": lambda: fitzhugh(chain([0.05, 0.1, 0.02]), [1.0, 0.8, 0.9, 1.1]),
    "star-of-5": lambda: fitzhugh(
        [link for i in range(1, 5) for link in ((0, i, 0.04), (i, 0, 0.04))], [1.0] * 5
    ),
    "ring-of-6": lambda: fitzhugh(
        ring(6, 0.03) + [(j, i, g) for i, j, g in ring(6, 0.03)], [1.0] * 6
    ),
    "tanh-ring-of-3": lambda: tanh_ring(DRAWN[:3]),
    "tanh-ring-of-6": lambda: tanh_ring(DRAWN[3:9]),
    "gap-junction": lambda: morris_lecar(0.5),
}


QUICK = ("pair", "ring-of-3-one-way", "tanh-ring-of-3")


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NETWORKS]
)
def test_special_points_account_for_every_change_of_stability(name):
    """Two to six coupled neurons: unstable eigenvalues between the points, by numpy alone."""
    system, span = NETWORKS[name]()
    parameter = "I" if name == "gap-junction" else "p"
    branch = continue_equilibria(system, parameter, span, system.x0)
    assert branch.status is Status.OK
    unstable = Counter(system, parameter)
    counts, marks = [], np.array([point.parameter for point in branch.special])
    for i in range(len(branch) - 1):
        (p, q), (x, y) = branch.parameter[i : i + 2], branch.states[i : i + 2]
        counts.append((branch.eigenvalues[i].real > 0).sum())
        if ((marks - p) * (marks - q) <= 0).any():
            continue  # Newton's method at one value of p may find the other side of a fold
        for part in (np.arange(6) + 0.5) / 6:
            counts.append(unstable(p + part * (q - p), x + part * (y - x))[0])
    counts.append((branch.eigenvalues[-1].real > 0).sum())
    changed = np.abs(np.diff(counts)).sum()
    assert changed > 2
    assert sum(point.crossing for point in branch.special) == changed
    for point in branch.special:
        assert point.status is Status.OK
        values = np.sort(np.abs(point.eigenvalues.real))
        assert values[: point.crossing].max(initial=0.0) < 1e-7
    for point in branch.hopf:  # an independent way: the count changes by two across the point
        near = 1e-6
        a, x = unstable(point.parameter - near, point.x)
        b, _ = unstable(point.parameter + near, x)
        assert abs(a - b) == point.crossing


def test_pairs_that_cross_at_once_are_one_point():
    """Two uncoupled oscillators alike: both pairs cross at p = 0 at once, with omega = 1."""
    for extra in ("", " - x*(x^2 + y^2)"):
        rhs = [f"p*x - y{extra}", f"x + p*y{extra.replace('- x', '- y', 1)}", "p*u - v", "u + p*v"]
        branch = continue_equilibria(model(["x", "y", "u", "v"], rhs, p=-1.0), "p", (-1.0, 1.5))
        (point,) = branch.hopf
        assert branch.special == (point,)
        assert (point.multiplicity, point.crossing) == (2, 4)
        assert point.status is Status.OK
        assert point.parameter == pytest.approx(0.0, abs=1e-12)
        assert point.omega == pytest.approx(1.0, rel=1e-12)
        assert point.criticality == "degenerate"
        assert "2 pairs at once" in str(point)
        (note,) = branch.notes
        assert "at p = 0, 4 eigenvalues cross the imaginary axis at once" in note


def test_pairs_of_two_frequencies_that_cross_at_once_are_two_points():
    """omega = 1 and 3, both at p = 0: two normal forms apart, Re c_1 = -2 l with <q, q> = 1."""
    rhs = []
    for x, y, w, l in (("x", "y", 1, 1), ("u", "v", 3, 2)):
        s = f"({x}^2 + {y}^2)"
        rhs += [f"p*{x} - {w}*{y} - {l}*{x}*{s}", f"{w}*{x} + p*{y} - {l}*{y}*{s}"]
    branch = continue_equilibria(model(["x", "y", "u", "v"], rhs, p=-1.0), "p", (-1.0, 1.5))
    assert sorted(p.omega for p in branch.hopf) == pytest.approx([1.0, 3.0], rel=1e-9)
    assert [p.parameter for p in branch.hopf] == pytest.approx([0.0, 0.0], abs=1e-12)
    found = {round(p.omega): p.re_c1 for p in branch.hopf}
    assert found == pytest.approx({1: -2.0, 3: -4.0}, rel=1e-6)


def test_branches_of_three_equal_cells():
    """S3: at mu = 0.3 the sum of the cells keeps still and two eigenvalues vanish at once.

    By hand: (a, -a, 0) with a^2 = mu - 3 g in 6 places, and (a, a, b) in 6 more.
    """
    rhs = [f"mu*x{i} - x{i}^3 + g*(x{(i + 1) % 3} + x{(i + 2) % 3} - 2*x{i})" for i in range(3)]
    system = model(["x0", "x1", "x2"], rhs, mu=-1.0, g=0.1)
    branch = continue_equilibria(system, "mu", (-0.5, 1.0), [0.0] * 3, switch_branches=True)
    assert branch.status is Status.OK
    points = {round(p.parameter, 9): p.multiplicity for p in branch.branch_points}
    assert points == {0.0: 1, 0.3: 2}
    ends = branch.states[np.append(np.nonzero(np.diff(branch.piece))[0], len(branch) - 1)]
    a = np.sqrt(1 - 0.3)
    opposite = [x for x in ends if np.abs(np.sort(x) - [-a, 0, a]).max() < 1e-8]
    assert len(opposite) == 6
    paired = [x for x in ends if np.sort(np.diff(np.sort(x)))[0] < 1e-8 and np.ptp(x) > 0.1]
    assert len(paired) == 6
    for x in paired:  # both equations, of the two alike and of the third
        x = x if abs(x[0] - x[1]) < 1e-8 else np.roll(x, 1 if abs(x[0] - x[2]) < 1e-8 else 2)
        u, v = x[1], x[2]
        assert u - u**3 + 0.1 * (v - u) == pytest.approx(0.0, abs=1e-8)
        assert v - v**3 + 0.2 * (u - v) == pytest.approx(0.0, abs=1e-8)
    assert not any(point.kind == "hopf" for point in branch.special)  # it is a gradient system


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


def circle_with(transverse, rates, **parameters):
    """A circle of radius 1, and two states across it."""
    square = "(x^2 + y^2)"
    states = ["x", "y", *transverse]
    rhs = [f"x - y - x*{square}", f"x + y - y*{square}", *rates]
    t = np.linspace(0, 2 * np.pi, 101)
    samples = np.c_[np.cos(t), np.sin(t), 0 * t, 0 * t]
    return model(states, rhs, p=0.0, **parameters), (t, samples)


def test_two_period_doublings_in_one_step():
    """In a frame that makes half a turn a period, rates are p - 0.1995 and p - 0.2005."""
    m, d = 0.2, 5e-4
    system, orbit = circle_with(
        "uv",
        [
            f"(p - {m})*u + {d}*(x*u + y*v) - v/2",
            f"(p - {m})*v + {d}*(y*u - x*v) + u/2",
        ],
    )
    cycles = continue_cycles(system, orbit, (-0.5, 0.5), parameter="p")
    assert cycles.notes == ()
    assert [point.kind for point in cycles.special] == ["period_doubling"] * 2
    found = [point.parameter for point in cycles.special]
    assert found == pytest.approx([m - d, m + d], abs=1e-9)


UNDONE = {  # what rates of two states across a circle are, and turns of their frame a period
    "one-out-and-in": ({"k": 1, "m": 0, "c": -0.3, "h": 0, "w": 0.0}, "branch_point"),
    "one-out-one-in": ({"k": 0, "m": 1, "c": 0.0, "h": 0, "w": 0.0}, "branch_point"),
    "doubling-and-back": ({"k": 1, "m": 0, "c": -0.3, "h": 1, "w": 0.5}, "period_doubling"),
    "pair-out-and-in": ({"k": 1, "m": 2, "c": 0.0, "h": 0, "w": 0.3}, "torus"),
}


@pytest.mark.parametrize("way", UNDONE)
def test_crossings_in_one_step_that_undo_each_other(way):
    """Rates (p - a) (b - p) and c, or p - a and b - p, or (p - a) (b - p) twice; b - a = 0.001."""
    a, b = 0.1995, 0.2005
    numbers, kind = UNDONE[way]
    bump = f"(p - {a})*({b} - p)"
    one = f"(k*{bump} + (1 - k)*(p - {a}))"
    other = f"(m*(2 - m)*({b} - p) + m*(m - 1)/2*{bump} + c)"
    mean, half = f"({one} + {other})/2", f"({one} - {other})/2"
    along, across = "(h*x + 1 - h)", "h*y"
    system, orbit = circle_with(
        "uv",
        [
            f"{mean}*u + {half}*({along}*u + {across}*v) - w*v",
            f"{mean}*v + {half}*({across}*u - {along}*v) + w*u",
        ],
        **{name: float(value) for name, value in numbers.items()},
    )
    cycles = continue_cycles(system, orbit, (-0.5, 0.5), parameter="p")
    assert [point.kind for point in cycles.special] == [kind] * 2
    assert [point.parameter for point in cycles.special] == pytest.approx([a, b], abs=1e-9)
    assert cycles.notes == ()


def test_multipliers_that_cross_at_once_are_told():
    """Two states across the circle with the same rate p - 0.2."""
    system, orbit = circle_with("uv", ["(p - 0.2)*u", "(p - 0.2)*v"])
    cycles = continue_cycles(system, orbit, (-0.5, 0.5), parameter="p")
    (note,) = cycles.notes
    assert "from 0 to 2" in note
    assert "several cross at once" in note


def oscillators(*rates):
    """Uncoupled oscillators of radius sqrt(rate), each with its own frequency."""
    rhs = []
    for i, rate in enumerate(rates):
        square, w = f"(x{i}^2 + y{i}^2)", 1 + 0.7 * i
        rhs.append(f"({rate})*x{i} - {w}*y{i} - x{i}*{square}")
        rhs.append(f"{w}*x{i} + ({rate})*y{i} - y{i}*{square}")
    states = [f"{name}{i}" for i in range(len(rates)) for name in "xy"]
    return model(states, rhs, p=-1.0, q=-0.5)


@pytest.mark.parametrize("third", ["q - 0.2005", "q - 0.2"], ids=["apart", "at-once"])
def test_double_hopf_points_in_one_step_of_a_curve(third):
    """Along p = 0 the second and third pair cross at q = 0.2 and at 0.2005, or together."""
    system = oscillators("p", "q - 0.2 + 0.1*p", third)
    branch = continue_equilibria(system, "p", (-1.0, 1.0), [0.0] * 6)
    (hopf,) = [point for point in branch.hopf if abs(point.omega - 1) < 1e-3]
    curve = continue_hopf(system, hopf, "q", (-1.0, 1.0))
    assert curve["p"] == pytest.approx(0.0, abs=1e-9)
    if third == "q - 0.2":
        (note,) = curve.notes
        assert "from 0 to 4" in note
    else:
        assert [point.kind for point in curve.special] == ["hopf_hopf"] * 2
        assert [p.parameters["q"] for p in curve.special] == pytest.approx([0.2, 0.2005], abs=1e-9)
        assert curve.notes == ()
