"""Branches that stand upright, run away or meet others: what is left of the rest, and the words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ellipk

import neurodyn as nd
from neurodyn.continuation import bifurcation_diagram, continue_cycles, continue_equilibria
from neurodyn.status import Status


def model(states, rhs, **parameters):
    return nd.Model.from_equations(states, parameters, rhs)


def predator_prey():
    return model(
        {"u": 1 / 3, "v": 2.0},
        ["p2*u*(1-u) - u*v - p1*(1 - exp(-p3*u))", "-v + p4*u*v"],
        p1=0.0, p2=3.0, p3=5.0, p4=3.0,
    )  # fmt: skip


@pytest.mark.parametrize("span", [(-0.1, 1.1), (0.01, 0.9)])
@pytest.mark.parametrize("given", [True, False])
def test_one_branch_that_runs_away_leaves_the_rest(span, given):
    """Harvested prey: branch points p1 = p2 / p5 on (0, 0) and where 1 = p4 u; u -> -inf at 0."""
    start = {"u": 1 / 3, "v": 2.0, "p1": max(0.0, span[0])} if given else None
    system = predator_prey()
    branch = continue_equilibria(system, "p1", span, start, switch_branches=True)
    assert branch.status is Status.OK
    assert branch.notes == ()
    (hopf,) = branch.hopf
    assert hopf.parameter == pytest.approx(0.6715938475, abs=1e-9)
    assert hopf.criticality == "supercritical"
    u = 1 / 3  # on v = 0 the predator invades where p4 u = 1
    crossing = 3 * u * (1 - u) / (1 - np.exp(-5 * u))
    found = sorted(p.parameter for p in branch.branch_points)
    assert found == pytest.approx([3 / 5, crossing], abs=1e-9)
    (fold,) = branch.folds
    assert fold.parameter == pytest.approx(0.8329293222, abs=1e-9)
    words = {end for pair in branch.ended for end in pair}
    assert words <= {"range", "u without bound at p1 = 0"}
    diagram = bifurcation_diagram(system, "p1", span, start)
    assert diagram.failures == ()
    assert [family.began for family in diagram.cycles] == ["hopf"]


@pytest.mark.parametrize("scale", [1.0, 1e-3])
def test_a_branch_on_which_a_state_is_zero(scale):
    """v' = v (u - 1): v = 0 stands still, though its scale is declared; it crosses at p = 1."""
    system = nd.Model.from_equations(
        {"u": 0.5, "v": 0.0}, {"p": 0.5}, ["p - u - u*v", "v*(u - 1)"], scales={"v": scale}
    )
    branch = continue_equilibria(system, "p", (0.1, 3.0), [0.5, 0.0], switch_branches=True)
    assert branch.status is Status.OK
    assert [p.parameter for p in branch.branch_points] == pytest.approx([1.0], abs=1e-12)
    on = np.abs(branch["v"]) > 1e-9
    assert branch["v"][on] == pytest.approx(branch.parameter[on] - 1, abs=1e-9)
    assert branch.parameter[on].max() == pytest.approx(3.0)


@pytest.mark.parametrize("rhs", ["p*x", "p*x - p*x^3", "p*x + p^2*x^2"])
def test_a_vertical_family_of_equilibria_is_called_so(rhs):
    """At p = 0 every x is at rest."""
    branch = continue_equilibria(
        model(["x"], [rhs], p=-1.0), "p", (-1, 1), [0.0], switch_branches=True
    )
    assert branch.ended == (("range", "range"), ("vertical at p = 0",) * 2)
    assert [p.parameter for p in branch.special] == pytest.approx([0.0], abs=1e-12)


def quarter_period(amplitude, stiffening):
    """Of x'' = -x - s x^3 by elliptic integrals (Landau, Lifshitz; Abramowitz, Stegun 17)."""
    square = 1 + stiffening * amplitude**2
    return ellipk(stiffening * amplitude**2 / (2 * square)) / np.sqrt(square)


@pytest.mark.parametrize(
    ("force", "period", "end"),
    [
        ("x + x^3", lambda a: 4 * quarter_period(a, 1.0), "vertical at mu = 0"),
        ("x", lambda a: 2 * np.pi + 0 * a, "vertical at mu = 0"),
        ("sin(x)", lambda a: 4 * ellipk(np.sin(a / 2) ** 2), "homoclinic"),
    ],
    ids=["duffing", "harmonic", "pendulum"],
)
def test_cycles_of_a_conservative_system_in_a_dummy_damping(force, period, end):
    """All cycles lie at mu = 0; their periods are known by their amplitudes."""
    system = model(["x", "y"], ["y", f"-({force}) + mu*y"], mu=-0.1)
    (hopf,) = continue_equilibria(system, "mu", (-1, 1), [0.0, 0.0]).hopf
    cycles = continue_cycles(system, hopf)
    assert cycles.ended == end
    assert cycles.status is Status.OK
    assert cycles.special == ()
    assert np.abs(cycles.parameter).max() < 1e-9
    amplitude = cycles.maximum[:, 0]
    far = amplitude < 3.1  # beyond, the pendulum all but stands on its head
    assert cycles.period[far] == pytest.approx(period(amplitude[far]), rel=1e-5)
    assert np.ptp(amplitude) > 2.0


def test_a_family_that_fails_where_it_stands_upright_ends_in_a_canard():
    """VO2: its upper family is born at 958 uA and stands at 950.19 uA, where spikes begin."""
    neuron = nd.devices.mott_vo2("current_driven")
    hopf = continue_equilibria(neuron, "I_s", (9e-4, 1.5e-3)).hopf[-1]
    family = continue_cycles(neuron, hopf)
    assert family.ended == "canard"
    assert sum("canard explosion" in note for note in family.notes) >= 1
    assert not any("could not be followed" in note for note in family.notes)
    assert np.ptp(family.parameter[-50:]) < 1e-9 * 6e-4
