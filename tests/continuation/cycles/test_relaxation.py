"""Relaxation oscillations: meshes that move, starts from runs, canards, what lies beyond them.

The van der Pol equation in Lienard's plane, eps x' = y + x - x^3/3, y' = a - x, has a supercritical
Hopf point at a = +-1 and, between, a cycle of two slow and two fast parts.
"""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd


def van_der_pol(eps, a=0.0):
    return nd.Model.from_equations(
        ["x", "y"], {"a": a, "eps": eps}, ["(y + x - x**3/3)/eps", "a - x"], name="van der Pol"
    )


def settled(model, turns=2.0):
    return nd.solve(model, 2.0 * turns + 4.0, x0={"x": 2.0, "y": 0.6}, method=nd.Stiff(1e-5))


def at(branch, value):
    return branch.cycles[int(np.argmin(np.abs(branch.parameter - value)))]


@pytest.mark.parametrize(
    ("eps", "most"), [(1e-2, 100), (1e-3, 50), pytest.param(1e-4, 250, marks=pytest.mark.slow)]
)
def test_steps_do_not_shrink_with_the_width_of_the_jumps(eps, most):
    """The mesh moves with the jumps; on a mesh that stands, steps are as short as jumps are wide.

    Periods against explicit runs at a tolerance far below that of the run that gives the start.
    """
    model = van_der_pol(eps)
    branch = nd.continue_cycles(model, settled(model), (-0.8, 0.8), parameter="a")
    assert (branch.began, branch.ended) == ("range", "range")
    assert len(branch) < most
    assert branch.stable.all()
    assert np.abs(branch.multipliers[:, 0] - 1).max() < 1e-3
    for cycle in branch.cycles[:: len(branch) // 4]:
        there = model.with_parameters(a=cycle.parameter)
        x0 = dict(zip(("x", "y"), map(float, cycle.nodes[0]), strict=True))
        run = nd.solve(there, 2.2 * cycle.period, x0=x0, method=nd.Adaptive(1e-10))
        times = run.rises(there.states[0].symbol)
        assert times[-1] - times[-2] == pytest.approx(cycle.period, rel=1e-7)


def test_the_family_is_symmetric_and_its_period_tends_to_the_known_limit():
    """a -> -a turns the plane round; at a = 0, T = 3 - 2 ln 2 + 7.0143 eps^(2/3) + O(eps ln eps).

    M. L. Cartwright (1952); J. Grasman, Asymptotic Methods for Relaxation Oscillations (1987).
    """
    periods = {}
    for eps in (1e-2, 1e-3):
        model = van_der_pol(eps)
        branch = nd.continue_cycles(model, settled(model), (-0.5, 0.5), parameter="a")
        assert branch.period[0] == pytest.approx(branch.period[-1], rel=1e-8)
        periods[eps] = at(branch, 0.0).period
    for eps, period in periods.items():
        limit = 3 - 2 * np.log(2) + 7.0143 * eps ** (2 / 3)
        assert period == pytest.approx(limit, abs=eps * abs(np.log(eps)))


@pytest.mark.slow
def test_what_lies_beyond_a_canard_is_found():
    """Both families stand upright at a = -+1 + eps/8 (canards); a run finds the cycles between."""
    diagram = nd.bifurcation_diagram(van_der_pol(3e-4), "a", (-1.3, 1.3))
    assert not diagram.open_intervals
    assert not diagram.failures
    wide = max(diagram.cycles, key=lambda family: np.ptp(family.parameter))
    assert np.ptp(wide.parameter) == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize("current", [pytest.param(20e-6, marks=pytest.mark.slow), 300e-6])
def test_a_spike_of_nanoseconds_in_microseconds_is_a_start(current):
    """VO2: an even mesh misses the spike; the steps of an implicit run do not."""
    model = nd.devices.mott_vo2(I_s=current)
    run = nd.solve(model, 5e-5 if current < 1e-4 else 2e-6, method=nd.Adaptive(1e-6))
    span = (current * 0.999, current * 1.001)
    branch = nd.continue_cycles(model, run, span, parameter="I_s")
    period = at(branch, current).period
    exact = nd.solve(model, run.t[-1], method=nd.Adaptive(1e-9)).spike_times
    assert period == pytest.approx(np.diff(exact)[-1], rel=1e-6)


def test_ranges_of_stability_end_at_their_own_special_points():
    """On an S of equilibria three special points lie between two samples of the parameter alone."""
    model = nd.devices.mott_nbo2("voltage_driven").with_parameters(C_ext=1e-9)
    branch = nd.continue_equilibria(model, "V_s", (0.0, 2.7))
    (low, high) = (point.parameter for point in branch.hopf)
    diagram = nd.BifurcationDiagram(branch, ())
    (gap,) = diagram.open_intervals
    assert gap == pytest.approx((low, high), rel=1e-9)
