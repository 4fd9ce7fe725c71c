"""The published and closed-form systems of tests/reference/continuation_problems.json.

Every expected point must be found at its tolerance, and nothing else: ranges are chosen so that the
lists are complete; where the list leaves out a true point, the test says so and checks it.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurodyn as nd
from neurodyn.continuation import (
    continue_cycles,
    continue_equilibria,
    continue_fold,
    continue_hopf,
)

SPANS = {
    "hopf_normal_form": (-1.0, 1.0),
    "bautin_normal_form": (-0.3, 0.1),
    "adaptx": (0.3, 1.5),
    "lorenz": (0.2, 30.0),
    "auto_ab_p2_14": (0.0, 0.3),
    "auto_ab_p2_16": (0.0, 0.25),
    "auto_ab_p2_18": (0.0, 0.3),
    "torbpc": (-0.7, -0.55),
    "fitzhugh_nagumo": (0.0, 2.0),
    "morris_lecar_type2": (0.0, 300.0),
    "hodgkin_huxley": (0.0, 200.0),
    "brusselator": (3.0, 7.0),
    "predator_prey_holling2": (0.1, 0.9),
}
STARTS = {"torbpc": -0.65}  # the listed start, nu = -0.9, lies outside the range above
NAMES = {"hopf": "hopf", "fold": "fold", "branch_point": "branch_point"}
CYCLE_NAMES = {"LPC": "cycle_fold", "PD": "period_doubling", "NS": "torus"}


def of_branch(problem):
    """Expected points of the primary branch of cycles."""
    return [e for e in problem["expected"] if e["type"] in CYCLE_NAMES and "on" not in e]


@pytest.fixture(scope="session")
def branches(textbook):
    """Branches of equilibria, computed once each."""
    done = {}

    def get(name):
        if name not in done:
            model, parameter, start = textbook(name)
            if name in STARTS:
                start = start | {parameter: STARTS[name]}
            done[name] = model, continue_equilibria(model, parameter, SPANS[name], start)
        return done[name]

    return get


@pytest.mark.parametrize("name", SPANS)
def test_equilibria(name, problems, branches):
    _, branch = branches(name)
    expected = [e for e in problems[name]["expected"] if e["type"] in NAMES]
    found = [p for p in branch.special if p.kind != "neutral_saddle"]
    for e in expected:
        near = [
            p
            for p in found
            if p.kind == e["type"] and abs(p.parameter - e["p"]) <= e.get("tol_p", 1e-9)
        ]
        assert near, f"missing {e['type']} at {e['p']}"
        matching = [
            p for p in near if e.get("x") is None or np.allclose(p.x, e["x"], rtol=1e-7, atol=1e-8)
        ]
        assert matching
        point = matching[0]
        assert point.status
        assert point.residual < 1e-8
        if e["type"] == "hopf":
            if "omega" in e:
                assert point.omega == pytest.approx(e["omega"], rel=1e-8)
            assert point.re_c1 == pytest.approx(e["re_c1"], abs=e.get("tol_l1", 1e-8))
            if "l1_kuznetsov" in e:
                assert point.first_lyapunov == pytest.approx(
                    e["l1_kuznetsov"], abs=e.get("tol_l1", 1e-8)
                )
            assert point.criticality == e["criticality"] + "critical"
    # a mirror image of a listed point counts as listed
    listed = [(e["type"], e["p"]) for e in expected]
    for p in found:
        assert any(p.kind == kind and abs(p.parameter - value) < 1e-4 for kind, value in listed), p


@pytest.mark.parametrize(
    "name",
    [name for name in SPANS if name != "lorenz"],  # its listed cycles are far from the Hopf
)
def test_special_points_of_cycles(name, problems, branches):
    model, branch = branches(name)
    families = []
    for hopf in branch.hopf:
        ends = [end.parameter for family in families for end in family.hopf_points]
        if not any(abs(hopf.parameter - end) < 1e-6 for end in ends):
            families.append(continue_cycles(model, hopf))
    found = [p for family in families for p in family.special]
    expected = of_branch(problems[name])
    for e in expected:
        near = [
            p
            for p in found
            if p.kind == CYCLE_NAMES[e["type"]] and abs(p.parameter - e["p"]) <= e["tol_p"]
        ]
        assert len(near) == 1, (e, found)
        if "period" in e and name != "auto_ab_p2_16":  # a canard: its period is ill-conditioned
            assert near[0].period == pytest.approx(e["period"], rel=1e-6)
        for real, imaginary in e.get("multipliers", []):
            assert np.min(np.abs(near[0].multipliers - complex(real, imaginary))) < 1e-6
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("hopf_normal_form", 1e-8),
        ("auto_ab_p2_14", 1e-6),
        ("auto_ab_p2_16", 1e-6),
        ("fitzhugh_nagumo", 1e-6),
    ],
)
def test_cycles_at_given_parameters(name, tolerance, problems, branches):
    model, branch = branches(name)
    e = next(e for e in problems[name]["expected"] if e["type"] == "cycle")
    cycle = continue_cycles(model, branch.hopf[0], (branch.span[0], e["p"])).cycles[-1]
    assert cycle.parameter == e["p"]
    assert cycle.period == pytest.approx(e["period"], rel=tolerance)
    if "multiplier" in e:
        assert cycle.multipliers[1].real == pytest.approx(e["multiplier"], rel=tolerance)
        radius = np.hypot(*cycle.nodes.T)
        np.testing.assert_allclose(radius, e["radius"], rtol=tolerance)
    if "max" in e:  # given to 5 digits; the last digit of the second is 1 off (6.88001, below)
        np.testing.assert_allclose(cycle.maximum, e["max"], rtol=2e-5)
        np.testing.assert_allclose(cycle.maximum, maximum_by_integration(model, cycle), rtol=1e-6)


def maximum_by_integration(model, cycle):
    """Maxima over one period from an initial-value solver."""
    rhs = nd.compiled(model.with_parameters(**{cycle.parameter_name: cycle.parameter}), "numpy").rhs
    p = model.with_parameters(**{cycle.parameter_name: cycle.parameter}).p
    t = np.linspace(0.0, cycle.period, 100_001)
    run = solve_ivp(
        lambda _, x: rhs(x, p), t[[0, -1]], cycle.x[0], "DOP853", t, rtol=1e-11, atol=1e-12
    )
    return run.y.max(axis=1)


def test_ab_16_has_a_second_hopf_point(textbook):
    """Not in the list, but true: the trace vanishes there, in closed form."""
    model, parameter, start = textbook("auto_ab_p2_16")
    first, second = continue_equilibria(model, parameter, (0.0, 0.3), start).hopf
    # at rest v = p2 u / 4 and p1 exp(v) = u / (1 - u), hence trace = -1 - u/(1 - u) - 4 + p2 u
    for hopf in (first, second):
        u, v = hopf.x
        assert v == pytest.approx(4 * u, rel=1e-10)
        trace = -1 - u / (1 - u) - 4 + 16 * u
        assert trace == pytest.approx(0.0, abs=1e-9)
    assert second.parameter > first.parameter


def test_adaptx_second_period_doubling(textbook, problems):
    model, parameter, start = textbook("adaptx")
    branch = continue_equilibria(model, parameter, (0.3, 1.5), start)
    doubling = continue_cycles(model, branch.hopf[0]).period_doublings[0]
    doubled = continue_cycles(model, doubling)
    expected = next(e for e in problems["adaptx"]["expected"] if "on" in e)
    (point,) = doubled.special
    assert point.kind == "period_doubling"
    assert point.parameter == pytest.approx(expected["p"], abs=expected["tol_p"])
    assert point.period == pytest.approx(expected["period"], rel=1e-6)
    assert doubled.began == "period doubling"


def test_lorenz_homoclinic(branches, problems):
    """Both families, mirror images, as a whole: no special point, all unstable, one end."""
    model, branch = branches("lorenz")
    expected = next(e for e in problems["lorenz"]["expected"] if e["type"] == "homoclinic")
    assert len(branch.hopf) == 2
    for hopf in branch.hopf:
        cycles = continue_cycles(model, hopf)
        assert (cycles.began, cycles.ended) == ("hopf", "homoclinic")
        assert not cycles.special
        assert not cycles.notes
        assert not cycles.stable.any()
        assert cycles.parameter[-1] == pytest.approx(expected["p"], abs=expected["tol_p"])


def test_ab_18_families_end_at_homoclinics(branches):
    """No special point as far as numbers tell.

    At the end of the upper family the saddle quantity is positive, so cycles next to the homoclinic
    orbit are unstable (Andronov, Leontovich) and the family, born stable, has a fold: within 1e-11
    of the homoclinic orbit, where no parameter value tells one cycle from another.
    """
    model, branch = branches("auto_ab_p2_18")
    lower, upper = (continue_cycles(model, hopf) for hopf in branch.hopf)
    for family in (lower, upper):
        assert (family.began, family.ended) == ("hopf", "homoclinic")
        assert not family.special
        assert not family.notes
    assert not lower.stable.any()
    apart = np.abs(upper.parameter - upper.parameter[-1]) > 1e-11
    assert apart.sum() > 20
    assert upper.stable[apart].all()
    at_end = model.with_parameters(p1=float(upper.parameter[-1]))
    (saddle,) = [p for p in nd.fixed_points(at_end) if p.kind == "saddle"]
    assert np.sum(saddle.eigenvalues).real > 0
    fine = continue_cycles(model, branch.hopf[-1], intervals=300)  # multipliers of 1e9 and more
    assert not fine.stable[fine.period > 48].any()  # the fold has a period near 42
    assert (fine.period > 48).sum() >= 2


@pytest.fixture(scope="session")
def lorenz_at_280(textbook):
    """Model and a simulated run that has settled on an asymmetric cycle."""
    model = textbook("lorenz")[0].with_parameters(r=280.0)

    def rhs(_, x):
        return [10 * (x[1] - x[0]), 280 * x[0] - x[1] - x[0] * x[2], x[0] * x[1] - 8 / 3 * x[2]]

    run = solve_ivp(rhs, (0, 40), [1, 2, 30], rtol=1e-7, atol=1e-7, max_step=0.02)
    return model, (run.t, run.y.T)


def test_lorenz_period_doubling_cascade(lorenz_at_280, problems):
    """From a simulated cycle at r = 280 through three period doublings."""
    model, run = lorenz_at_280
    expected = [e for e in problems["lorenz"]["expected"] if e["type"] in ("cycle", "PD")]
    cycles = continue_cycles(model, run, (200.0, 310.0), parameter="r")
    at_280 = cycles.cycles[int(np.argmin(np.abs(cycles.parameter - 280.0)))]
    assert at_280.period == pytest.approx(expected[0]["period"], rel=1e-6)
    for e in expected[1:]:
        (doubling,) = cycles.period_doublings
        assert doubling.parameter == pytest.approx(e["p"], abs=2e-7 * e["p"])
        assert doubling.period == pytest.approx(e["period"], rel=1e-7)
        cycles = continue_cycles(model, doubling, (200.0, 320.0))


def test_bautin_point(branches, problems):
    model, branch = branches("bautin_normal_form")
    curve = continue_hopf(model, branch.hopf[0], "b2", (-1.0, 1.0))
    (point,) = curve.special
    expected = next(e for e in problems["bautin_normal_form"]["expected"] if e["type"] == "gh")
    assert point.kind == "bautin"
    for key, value in expected["p2"].items():
        assert point.parameters[key] == pytest.approx(value, abs=1e-8)
    assert point.second_lyapunov == pytest.approx(expected["l2_kuznetsov"], rel=1e-8)


def test_morris_lecar_codimension_two(textbook, problems):
    """All four Bogdanov-Takens points and both cusps, and nothing else."""
    model, _, _ = textbook("morris_lecar_type2")
    expected = problems["morris_lecar_type2"]["expected"]
    branch = continue_equilibria(model, "I", (0.0, 300.0))
    points = [p for h in branch.hopf for p in continue_hopf(model, h, "V3", (-80.0, 80.0)).special]
    for v3 in (12.0, -45.0):
        moved = model.with_parameters(V3=v3)
        span = (-100.0, 600.0)
        for fold in continue_equilibria(moved, "I", span).folds[:1]:
            points += continue_fold(moved, fold, "V3", (-80.0, 80.0)).special
    wanted = {"bt": "bogdanov_takens", "cusp": "cusp"}
    for e in (e for e in expected if e["type"] in wanted):
        near = [
            p
            for p in points
            if p.kind == wanted[e["type"]]
            and all(
                p.parameters[k] == pytest.approx(v, rel=e["tol_rel"]) for k, v in e["p2"].items()
            )
        ]
        assert near, e
        assert near[0].state["V"] == pytest.approx(e["V"], rel=1e-6)
    kinds = {(p.kind, round(p.parameters["V3"], 3)) for p in points}
    assert len(kinds) == 6


def test_symmetry_breaking_of_lorenz_cycles(lorenz_at_280):
    """Seen from the asymmetric cycles, the pitchfork at r = 313 is a branch point, not a fold."""
    model, run = lorenz_at_280
    cycles = continue_cycles(model, run, (220.0, 330.0), parameter="r")
    kinds = [p.kind for p in cycles.special]
    assert kinds == ["period_doubling", "branch_point", "period_doubling"]
    first, _, last = cycles.special
    assert first.parameter == pytest.approx(last.parameter, rel=1e-8)  # mirror images
