"""Systems beyond the list: exact branch points, closed loops, ends, higher dimensions, results."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurodyn as nd
from neurodyn.continuation import (
    bifurcation_diagram,
    continue_cycle_fold,
    continue_cycles,
    continue_equilibria,
    continue_fold,
    continue_hopf,
)


def model(states, rhs, **parameters):
    return nd.Model.from_equations(states, parameters, rhs)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_pitchfork_in_any_unit(size):
    """x' = lam x - x^3 with x in units of ``size``: the crossing branch is x = +- sqrt(lam)."""
    system = model(["x"], [f"lam*x - x**3/{size!r}**2"], lam=-0.5)
    branch = continue_equilibria(system, "lam", (-1.0, 1.0), [0.0], switch_branches=True)
    (point,) = branch.special
    assert point.kind == "branch_point"
    assert point.parameter == pytest.approx(0.0, abs=1e-10)
    x, lam = branch["x"] / size, branch.parameter
    away = np.abs(x) > 1e-6
    np.testing.assert_allclose(x[away] ** 2, lam[away], atol=1e-9)
    assert x.min() == pytest.approx(-1.0)
    assert x.max() == pytest.approx(1.0)
    assert branch.stable[away].all()


def test_transcritical():
    branch = continue_equilibria(
        model(["x"], ["lam*x - x**2"], lam=-1.0), "lam", (-1.0, 2.0), [0.0], switch_branches=True
    )
    (point,) = branch.special
    assert point.kind == "branch_point"
    assert point.parameter == pytest.approx(0.0, abs=1e-10)
    on_other = np.abs(branch["x"]) > 1e-6
    np.testing.assert_allclose(branch["x"][on_other], branch.parameter[on_other], atol=1e-9)


def test_isola_of_equilibria_closes():
    system = model(["x"], ["x**2 + lam**2 - 1"], lam=0.0)
    branch = continue_equilibria(system, "lam", (-2.0, 2.0), [1.0])
    assert branch.ended == (("closed loop", "closed loop"),)
    assert sorted(round(p.parameter, 9) for p in branch.folds) == [-1.0, 1.0]
    found = continue_equilibria(system, "lam", (-2.0, 2.0))  # no equilibrium at either end
    assert sorted(round(p.parameter, 9) for p in found.folds) == [-1.0, 1.0]


def test_branch_that_leaves_the_range_and_returns():
    """h = x^3 - x: the fold at h = 0.385 lies outside the range, both arms inside."""
    system = model(["x"], ["h + x - x**3"], h=0.0)
    branch = continue_equilibria(system, "h", (-0.3, 0.3), [-1.0])
    assert len(branch.ended) == 3
    assert not branch.special
    np.testing.assert_allclose(branch["x"] ** 3 - branch["x"], branch.parameter, atol=1e-10)
    assert np.abs(branch.parameter).max() == 0.3


def test_cusp_and_its_folds():
    system = model(["x"], ["h + r*x - x**3"], h=0.0, r=1.0)
    fold = continue_equilibria(system, "h", (-1.0, 1.0)).folds[0]
    assert abs(fold.parameter) == pytest.approx(2 / 27**0.5, abs=1e-10)
    curve = continue_fold(system, fold, "r", (-1.0, 2.0))
    np.testing.assert_allclose(27 * curve["h"] ** 2, 4 * curve["r"] ** 3, atol=1e-8)
    (cusp,) = curve.special
    assert cusp.kind == "cusp"
    assert cusp.c == pytest.approx(-1.0, rel=1e-6)
    assert list(cusp.parameters.values()) == pytest.approx([0.0, 0.0], abs=1e-8)


def test_bogdanov_takens_normal_form():
    """x' = y, y' = b1 + b2 y + x^2 + x y: BT at the origin with a = 1, b = 1."""
    system = model(["x", "y"], ["y", "b1 + b2*y + x**2 + x*y"], b1=-0.25, b2=0.0)
    branch = continue_equilibria(system, "b1", (-1.0, 0.5), [-0.5, 0.0])
    curves = [continue_fold(system, branch.folds[0], "b2", (-1.0, 1.0))]
    moved = system.with_parameters(b2=0.3)
    hopf = continue_equilibria(moved, "b1", (-1.0, 0.5), [-0.5, 0.0]).hopf[0]
    assert hopf.parameter == pytest.approx(-0.09, abs=1e-10)
    curves.append(continue_hopf(moved, hopf, "b2", (-1.0, 1.0)))
    for curve in curves:
        (point,) = curve.special
        assert point.kind == "bogdanov_takens"
        assert list(point.parameters.values()) == pytest.approx([0.0, 0.0], abs=1e-8)
        assert (abs(point.a), abs(point.b)) == pytest.approx((1.0, 1.0), rel=1e-5)
        assert point.a * point.b > 0


def test_hopf_hopf_and_zero_hopf():
    """Two oscillators and a slow state: codimension two where their conditions meet."""
    system = model(
        ["x", "y", "u", "v", "z"],
        [
            "a*x - y - x*(x**2 + y**2)",
            "x + a*y - y*(x**2 + y**2)",
            "(a - b)*u - 3*v - u*(u**2 + v**2)",
            "3*u + (a - b)*v - v*(u**2 + v**2)",
            "(b + 0.5)*z - z**3",
        ],
        a=-1.0,
        b=0.4,
    )
    branch = continue_equilibria(system, "a", (-1.0, 1.0), [0.0] * 5)
    assert [round(p.parameter, 9) for p in branch.hopf] == [0.0, 0.4]
    points = continue_hopf(system, branch.hopf[0], "b", (-1.0, 1.0)).special
    found = {p.kind: p.parameters["b"] for p in points}
    assert found == pytest.approx({"hopf_hopf": 0.0, "zero_hopf": -0.5}, abs=1e-8)


@pytest.mark.parametrize(
    "rhs",
    [
        ["e*x - y", "x + e*y"],  # linear: every term is zero
        ["x*(1 - y) + e*x", "y*(x - 1) + e*y"],  # Lotka-Volterra: the terms cancel
    ],
)
def test_conservative_hopf_is_degenerate(rhs):
    start = [0.0, 0.0] if rhs[0].startswith("e") else [1.0, 1.0]
    branch = continue_equilibria(model(["x", "y"], rhs, e=0.0), "e", (-0.5, 0.6), start)
    assert all(hopf.criticality == "degenerate" for hopf in branch.hopf)


def test_hindmarsh_rose_against_simulation():
    """Three-dimensional neuron: a cycle of the branch closes under an initial-value solver."""
    system = nd.Model.from_equations(
        ["x", "y", "z"],
        {"I": 1.0, "r": 0.01, "s": 4.0, "x0": -1.6},
        ["y - x**3 + 3*x**2 - z + I", "1 - 5*x**2 - y", "r*(s*(x - x0) - z)"],
    )
    branch = continue_equilibria(system, "I", (0.0, 6.0))
    for hopf in branch.hopf:
        values = hopf.eigenvalues
        assert np.min(np.abs(values.real)) < 1e-9 * np.max(np.abs(values))
    upper = branch.hopf[-1]
    cycles = continue_cycles(system, upper, max_points=30)
    cycle = cycles.cycles[-1]
    at = system.with_parameters(I=cycle.parameter)
    rhs = nd.compiled(at, "numpy").rhs
    run = solve_ivp(
        lambda _, x: rhs(x, at.p), (0, cycle.period), cycle.x[0], "DOP853", rtol=1e-11, atol=1e-12
    )
    np.testing.assert_allclose(run.y[:, -1], cycle.x[0], atol=1e-6)


def test_closed_family_of_cycles():
    """r' = r (0.04 - lam^2 - (r^2 - 1)^2): circles around r = 1, folds at lam = +-0.2."""
    bracket = "(0.04 - lam**2 - (x**2 + y**2 - 1)**2)"
    system = model(["x", "y"], [f"x*{bracket} - y", f"y*{bracket} + x"], lam=0.0)
    t, radius = np.linspace(0, 2 * np.pi, 200), np.sqrt(1.2)
    samples = radius * np.c_[np.cos(t), np.sin(t)]
    cycles = continue_cycles(system, (t, samples), (-1.0, 1.0), parameter="lam")
    assert cycles.ended == "closed loop"
    assert sorted(p.parameter for p in cycles.folds) == pytest.approx([-0.2, 0.2], abs=1e-9)
    assert len(cycles.special) == 2


def test_fold_of_cycles_in_two_parameters():
    square = "(x**2 + y**2)"
    system = model(
        ["x", "y"],
        [f"a*x - y + b*x*{square} - x*{square}**2", f"x + a*y + b*y*{square} - y*{square}**2"],
        a=-0.2,
        b=0.5,
    )
    hopf = continue_equilibria(system, "a", (-0.3, 0.1), [0.0, 0.0]).hopf[0]
    fold = continue_cycles(system, hopf).folds[0]
    curve = continue_cycle_fold(system, fold, "b", (-0.5, 1.0))
    np.testing.assert_allclose(curve["a"], -(curve["b"] ** 2) / 4, atol=1e-9)
    assert (curve.began, curve.ended) == ("bautin", "range")


@pytest.mark.parametrize("slant", [0.0, 0.3])
def test_cusp_of_folds_of_cycles(slant):
    """Circles with radius^2 = 1 + s, s' ~ p + slant q + q s - s^3: cusp at p = q = 0, radius 1."""
    s = "(x**2 + y**2 - 1)"
    radial = f"(p + {slant}*q + q*{s} - {s}**3)"
    system = model(["x", "y"], [f"x*{radial} - y", f"y*{radial} + x"], p=-0.3, q=0.5)
    t = np.linspace(0.0, 2 * np.pi, 200)
    (inner,) = (root.real for root in np.roots([-1, 0, 0.5, -0.3 + 0.5 * slant]) if root.imag == 0)
    radius = np.sqrt(1 + inner)
    samples = t, radius * np.c_[np.cos(t), np.sin(t)]
    fold = continue_cycles(system, samples, (-0.4, 0.4), parameter="p").folds[0]
    curve = continue_cycle_fold(system, fold, "q", (-0.5, 1.0))
    assert (curve.began, curve.ended) == ("range", "range")
    p = curve["p"] + slant * curve["q"]
    np.testing.assert_allclose(27 * p**2, 4 * curve["q"] ** 3, atol=1e-9)
    (cusp,) = curve.special
    assert (cusp.kind, bool(cusp.status)) == ("cusp", True)
    assert cusp.residual < 1e-8
    assert [cusp.parameters[name] for name in ("p", "q")] == pytest.approx([0, 0], abs=1e-8)
    assert list(cusp.state.values()) == pytest.approx([1.0, 1.0], abs=1e-4)


def test_symmetric_cycles_switch_at_their_branch_point(textbook):
    """AUTO's demo tor, eps = 0: LP at -0.584335 (T = 8.42647), BP at -0.587029."""
    system, parameter, start = textbook("torbpc")
    system = system.with_parameters(eps=0.0, nu=-0.65)
    branch = continue_equilibria(system, parameter, (-0.7, -0.55), start)
    cycles = continue_cycles(system, branch.hopf[0])
    assert [p.kind for p in cycles.special] == ["cycle_fold", "branch_point"]
    fold, point = cycles.special
    assert fold.parameter == pytest.approx(-0.5843347865, abs=1e-9)
    assert fold.period == pytest.approx(8.426472339, rel=1e-8)
    assert point.parameter == pytest.approx(-0.587029, abs=1e-6)
    crossing = continue_cycles(system, point)
    assert crossing.began == "branch point"
    x = crossing.cycles[-1]["x"]
    assert abs(x.max() + x.min()) > 0.01  # no longer symmetric


def test_snic_ends_as_homoclinic():
    """x' = 1-parameter flow on a ring: the period diverges at mu = 1 like 2 pi / sqrt(mu^2 - 1)."""
    ring = "(1 - x**2 - y**2)"
    system = model(["x", "y"], [f"x*{ring} - y*(mu - x)", f"y*{ring} + x*(mu - x)"], mu=2.0)
    rhs = nd.compiled(system, "numpy").rhs
    run = solve_ivp(lambda _, s: rhs(s, system.p), (0, 40), [1.0, 0.0], rtol=1e-8, max_step=0.02)
    cycles = continue_cycles(system, (run.t, run.y.T), (0.5, 3.0), parameter="mu")
    assert sorted([cycles.began, cycles.ended]) == ["homoclinic", "range"]
    assert cycles.parameter.min() == pytest.approx(1.0, abs=1e-5)
    expected = 2 * np.pi / np.sqrt(cycles.parameter**2 - 1)
    modest = cycles.period < 100
    np.testing.assert_allclose(cycles.period[modest], expected[modest], rtol=1e-6)


def test_removable_singularity(textbook):
    """Hodgkin-Huxley's rates are 0/0 at V = -40 and V = -55: a start there is as good as any."""
    system, _, _ = textbook("hodgkin_huxley")
    start = {"V": -55.0, "m": 0.1, "h": 0.4, "n": 0.4, "I": 20.0}
    branch = continue_equilibria(system, "I", (0.0, 200.0), start)
    assert np.isfinite(branch.states).all()
    assert [round(p.parameter, 4) for p in branch.hopf] == [9.7793, 154.5263]


def test_results_are_data():
    diagram = bifurcation_diagram(nd.devices.fitzhugh_nagumo(), "I", (0.0, 1.0))
    copy = pickle.loads(pickle.dumps(diagram))
    (family,) = copy.cycles
    np.testing.assert_array_equal(family.period, diagram.cycles[0].period)
    assert repr(copy) == repr(diagram)
    assert "Kuznetsov" in repr(diagram.equilibria.hopf[0])
    frame = family.to_pandas()
    assert len(frame) == len(family)
    assert {"I", "period", "v_max", "stable"} <= set(frame.columns)
    dataset = diagram.equilibria.to_xarray()
    assert dataset["v"].attrs["units"] == "1"
    assert dataset.attrs["eps"] == "0.08"
    low, high = family.envelope("v")
    assert (low < high).all()
