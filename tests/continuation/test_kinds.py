"""Kinds of systems on which continuation was once wrong, each with a value known otherwise."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.continuation import continue_cycle_fold, continue_cycles, continue_equilibria
from neurodyn.errors import InputError
from neurodyn.status import Status


def model(states, rhs, **parameters):
    return nd.Model.from_equations(states, parameters, rhs)


PEROXIDASE = [
    "-k1*A*B*X - k3*A*B*Y + k7 - km7*A",
    "-k1*A*B*X - k3*A*B*Y + k8",
    "k1*A*B*X - 2*k2*X^2 + 2*k3*A*B*Y - k4*X + k6",
    "-k3*A*B*Y + 2*k2*X^2 - k5*Y",
]


def test_normal_forms_beside_an_asymptote():
    """Peroxidase-oxidase: B has a pole at k7 = k8 = 0.5; coefficients by mpmath with 40 digits."""
    system = model(
        ["A", "B", "X", "Y"], PEROXIDASE,
        k1=0.1631021, k2=1250.0, k3=0.046875, k4=20.0, k5=1.104, k6=0.001, k7=1.0, km7=0.1175,
        k8=0.5,
    )  # fmt: skip
    branch = continue_equilibria(system, "k7", (0.5, 5.0))
    exact = ((0.7124753725759, -0.0237187998962), (4.5900451654141, 0.0152754632497))
    for value, coefficient in exact:
        point = min(branch.hopf, key=lambda h: abs(h.parameter - value))
        assert point.parameter == pytest.approx(value, rel=1e-11)
        assert point.re_c1 == pytest.approx(coefficient, rel=1e-7)
    assert {end for pair in branch.ended for end in pair} == {
        "B without bound at k7 = 0.5",
        "range",
    }
    assert branch.status is Status.OK


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_a_branch_with_an_asymptote_ends_there(unit):
    """x = unit / (p - 0.5), and a fold-free second state y = p."""
    system = model(["x", "y"], [f"{unit!r} - (p - 0.5)*x", "p - y"], p=1.0)
    branch = continue_equilibria(system, "p", (0.0, 2.0), {"x": 2 * unit, "y": 1.0, "p": 1.0})
    assert branch.ended == (("x without bound at p = 0.5", "range"),)
    assert branch["x"] == pytest.approx(unit / (branch.parameter - 0.5), rel=1e-6)
    assert branch["x"].max() > 1e3 * unit


def test_no_lyapunov_coefficient_where_an_eigenvalue_vanishes_too():
    """Roessler, a = b = 0.2: at c = 0.4 the eigenvalues are 0 and +- 1.4 i, in closed form."""
    system = model(["x", "y", "z"], ["-y - z", "x + a*y", "b + z*(x - c)"], a=0.2, b=0.2, c=2.0)
    for span in ((0.3, 6.0), (-0.35, 3.4)):
        branch = continue_equilibria(system, "c", span, {"x": 0.02, "y": -0.1, "z": 0.1, "c": 2.0})
        (hopf,) = branch.hopf
        assert hopf.parameter == pytest.approx(0.4, abs=1e-12)
        assert hopf.omega == pytest.approx(1.4, rel=1e-12)
        assert hopf.criticality == "degenerate"
        assert np.isnan(hopf.re_c1)
        assert any("no first Lyapunov coefficient" in note for note in branch.notes)


def test_a_zero_eigenvalue_near_by_leaves_the_coefficient_right():
    """z' = i z + z (p - |z|^2 - s), s' = |z|^2 - e s: Re c_1 = -1 - 1/e, by the centre manifold."""
    for e in (1.0, 1e-3, 1e-6):
        square = "(x^2 + y^2)"
        rhs = [f"p*x - y - x*{square} - x*s", f"x + p*y - y*{square} - y*s", f"{square} - {e!r}*s"]
        system = model(["x", "y", "s"], rhs, p=-1.0)
        (hopf,) = continue_equilibria(system, "p", (-1.0, 1.0), [0.0, 0.0, 0.0]).hopf
        # |x + i y|^2 = 4 |z|^2 |q|^2 / 2 with |q| = 1: twice the square of the amplitude of z
        assert hopf.re_c1 == pytest.approx(-2 * (1 + 1 / e), rel=1e-6)


@pytest.mark.parametrize(
    ("states", "rhs", "law"),
    [
        (["S", "I", "R"], ["-p*S*I + 0.05*R", "p*S*I - 0.2*I", "0.2*I - 0.05*R"], "S + I + R is"),
        (["a", "b", "c"], ["p*b - a*b", "2*a*b - 2*p*b", "c*(1 - c)"], "a + 0.5 b is"),
        (["x", "k"], ["p - x", "0*k"], "k is"),
        (["a", "b", "c"], ["-p*a*b + c", "-p*a*b + c", "p*a*b - c"], "a + c is"),
    ],
    ids=["epidemic", "weights", "still", "two-laws"],
)
def test_a_conserved_sum_is_named(states, rhs, law):
    """The sum of the equations with these weights is zero, term by term."""
    system = model(states, rhs, p=0.5)
    with pytest.raises(InputError, match=law.replace("+", r"\+") + " conserved"):
        continue_equilibria(system, "p", (0.1, 1.0), [0.5] * len(states))
    t = np.linspace(0, 1, 20)
    orbit = np.stack([np.cos(2 * np.pi * t)] * len(states), axis=1)
    with pytest.raises(InputError, match="is conserved"):
        continue_cycles(system, (t, orbit), (0.1, 1.0), parameter="p")


def test_what_is_conserved_at_one_value_only_is_no_law():
    """x' = p x (1 - x) stands still at p = 0 alone."""
    branch = continue_equilibria(
        model(["x"], ["p*x*(1 - x)"], p=0.0), "p", (-1.0, 1.0), {"x": 1.0, "p": 0.5}
    )
    assert branch["x"] == pytest.approx(1.0)


def test_fold_of_the_full_circuit_is_borne_out_on_its_own_mesh():
    """0.91602962545 mA: with 200, 400 and 800 intervals the multipliers are 1 to 1e-8."""
    circuit = nd.devices.nbox_circuit(C_ext=200e-12, T_amb=298.0)
    hopf = continue_equilibria(circuit, "I_s", (0.0, 1.2e-3)).hopf[1]
    (fold,) = continue_cycles(circuit, hopf).folds
    assert fold.parameter == pytest.approx(0.91602962547e-3, rel=1e-10)
    assert fold.status is Status.OK
    assert abs(fold.multipliers[:2] - 1).max() < 1e-6
    curve = continue_cycle_fold(circuit, fold, "C_ext", (190e-12, 210e-12))
    assert curve.status is Status.OK


def radial(p):
    """r' = r (mu + a r^2 + b r^4 - r^6): folds of cycles at a = 3 s^2 - 2 b s, s = r^2."""
    s = "(x^2 + y^2)"
    rhs = [f"{u}*(mu + a*{s} + b*{s}^2 - {s}^3){v}" for u, v in (("x", "- y"), ("y", "+ x"))]
    return model(["x", "y", *p], [*rhs, *(f"-{name}" for name in p)], mu=-1.0, a=-0.8, b=2.0)


@pytest.mark.parametrize("more", [[], ["still"]])
def test_a_fold_of_cycles_ends_at_the_bautin_point_with_one_cusp(more):
    """The one cusp is where da/ds = 0: s = 2/3, a = -4/3, mu = 8/27; the Bautin point at a = 0."""
    system = radial(more)
    hopf = continue_equilibria(system, "mu", (-1, 1), [0.0] * len(system.states)).hopf[0]
    folds = continue_cycles(system, hopf).folds
    assert len(folds) == 2
    for fold in folds:
        curve = continue_cycle_fold(system, fold, "a", (-3, 1))
        (cusp,) = curve.special
        assert cusp.parameters == pytest.approx({"a": -4 / 3, "mu": 8 / 27}, abs=1e-8)
        assert {curve.began, curve.ended} == {"bautin", "range"}
        end = -1 if curve.ended == "bautin" else 0
        assert curve["a"][end] == pytest.approx(0.0, abs=1e-4)
        s = curve.states[:, 0] ** 2
        assert curve["a"] == pytest.approx(3 * s**2 - 4 * s, abs=1e-7)


def test_cycles_of_a_state_that_the_equilibria_hold_in_place():
    """Colpitts oscillator: x1 stays within 1e-5 at rest; values of AUTO."""
    f1, f2 = "(Is*(exp(q*x1) - 1))", "(Is*(exp(q*x2) - 1))"
    i_e, i_c = f"(-{f2} + {f1}/aF)", f"({f2}/aR - {f1})"
    x4 = f"((x1 - V)/R + {i_e} + {i_c})"
    system = model(
        {"x1": 0.9957, "x2": 0.79, "x3": 19.81},
        [f"(-x3 - {x4})/C1", f"(-x3 - {x4})/C1 - (x3 + {i_c})/C2", "(x2 - mu)/L"],
        C1=1.0, C2=1.0, L=1.0, R=0.25, Is=1e-16, q=40.0, aF=0.99, aR=0.5, mu=0.79, V=6.0,
    )  # fmt: skip
    branch = continue_equilibria(system, "mu", (0.2, 0.8), system.x0)
    (hopf,) = branch.hopf
    assert hopf.parameter == pytest.approx(0.7650480443654, abs=1e-11)
    cycles = continue_cycles(system, hopf)
    found = [(point.kind, point.parameter) for point in cycles.special]
    exact = [
        ("period_doubling", 0.7312050674),
        ("period_doubling", 0.6729592388),
        ("cycle_fold", 0.6220420037),
        ("cycle_fold", 0.6377138407),
    ]
    assert [kind for kind, _ in found] == [kind for kind, _ in exact]
    assert [v for _, v in found] == pytest.approx([v for _, v in exact], abs=1e-8)


C, S = "(x/sqrt(x^2 + y^2))", "(y/sqrt(x^2 + y^2))"
ACROSS = {
    "told": (["z"], ["(a + 1)*z"]),
    "fold_flip": (  # rates a + 1 and -1/2 in a frame that makes half a turn a period
        ["z", "w"],
        [
            f"(a/2 + 1/4)*z + (a/2 + 3/4)*({C}*z + {S}*w) - w/2",
            f"(a/2 + 1/4)*w + (a/2 + 3/4)*({S}*z - {C}*w) + z/2",
        ],
    ),
    "fold_torus": (["z", "w"], ["(a + 1)*z - 0.3*w", "0.3*z + (a + 1)*w"]),
}


@pytest.mark.parametrize(
    "kind", ["told", "fold_flip", pytest.param("fold_torus", marks=pytest.mark.slow)]
)
def test_a_change_of_stability_along_a_fold_of_cycles_is_located_or_told(kind):
    """Across the circles a rate is a + 1: stable below a = -1, unstable above.

    Circles of radius r fold where a + 4 r^2 = 3 r^4, at mu = -(a r^2 + 2 r^4 - r^6): at a = -1 at
    r^2 = 1 and 1/3, mu = 0 and 4/27.
    """
    s, (more, rates) = "(x^2 + y^2)", ACROSS[kind]
    rhs = [f"{u}*(mu + a*{s} + 2*{s}^2 - {s}^3){v}" for u, v in (("x", "- y"), ("y", "+ x"))]
    system = model(["x", "y", *more], [*rhs, *rates], mu=0.075, a=-0.8)
    t = np.linspace(0, 2 * np.pi, 101)
    circle = np.sqrt(1.5) * np.c_[np.cos(t), np.sin(t)]
    orbit = t, np.pad(circle, ((0, 0), (0, len(more))))
    fold = continue_cycles(system, orbit, (-1, 1), parameter="mu").folds[0]
    curve = continue_cycle_fold(system, fold, "a", (-3, 1))
    passed = np.abs(np.diff(np.sign(curve["a"] + 1))).sum() / 2
    found = [point for point in curve.special if point.kind == kind]
    told = [note for note in curve.notes if "further unstable multipliers" in note]
    assert passed > 0
    assert (len(told), len(found)) == ((passed, 0) if kind == "told" else (0, passed))
    assert [p.kind for p in curve.special if p not in found] == ["cusp"]
    for point in found:
        assert point.status
        assert point.parameters["a"] == pytest.approx(-1.0, abs=1e-7)
        assert min(abs(point.parameters["mu"] - mu) for mu in (0, 4 / 27)) < 1e-7
