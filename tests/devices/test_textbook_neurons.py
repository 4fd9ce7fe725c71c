"""Textbook neurons against closed forms, published numbers and independent programs."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurodyn as nd
from neurodyn.devices.izhikevich import PANELS
from neurodyn.errors import InputError


def euler(panel, current, dt, t_end, acts_like_accommodation=False):
    """Izhikevich's figure1.m, written down again: Euler steps, v before u; spike times."""
    v = panel.v
    u = -16.0 if acts_like_accommodation else panel.b * panel.v
    times = []
    for k in range(round(t_end / dt)):
        v += dt * (0.04 * v * v + panel.k_1 * v + panel.k_0 - u + current(k * dt))
        u += dt * panel.a * (panel.b * (v + 65) if acts_like_accommodation else panel.b * v - u)
        if v > 30:
            times.append((k + 1) * dt)
            v, u = panel.c, u + panel.d
    return np.array(times)


@pytest.mark.parametrize(
    ("name", "stimulus", "t_end"),
    [
        ("tonic_spiking", nd.step(14.0, start=10.0), 100.0),
        ("tonic_bursting", nd.step(15.0, start=22.0), 70.0),
        ("mixed_mode", nd.step(10.0, start=16.0), 160.0),
        ("class_1", nd.ramp(20.25, 270.0, start=30.0), 200.0),
        ("rebound_spike", nd.pulse(-15.0, width=5.0, start=20.0), 100.0),
        ("inhibition_induced_spiking", nd.pulse(75.0, width=200.0, start=50.0, base=80.0), 250.0),
        ("accommodation", nd.pulse(4.0, width=5.0, start=10.0), 60.0),
    ],
)
def test_izhikevich_is_the_limit_of_the_published_program(name, stimulus, t_end):
    """Euler's spike times come nearer in proportion to the step, to ours."""
    ours = nd.solve(
        nd.devices.izhikevich(name), t_end, inputs={"I": stimulus}, method=nd.Adaptive(1e-9)
    ).spike_times
    knots, values = stimulus.times, stimulus.values

    def current(t):  # np.interp takes the later value at a jump only just after it
        return float(np.interp(t + 1e-9, knots, values))

    errors = []
    for dt in (0.01, 0.005):
        theirs = euler(PANELS[name], current, dt, t_end, name == "accommodation")
        assert len(theirs) == len(ours) > 0
        errors.append(np.abs(theirs - ours).max())
    assert errors[0] < 0.03 * t_end
    assert 0.35 < errors[1] / errors[0] < 0.65


def test_two_published_panels_are_made_by_their_euler_step():
    """With d = -21 one spike at the published step of 0.1 ms, many at a small one; and another."""

    def current(t):
        return 20.0 if abs(t - 10) < 1 else 0.0

    panel = PANELS["depolarising_after_potential"]
    assert len(euler(panel, current, 0.1, 50.0)) == 1
    assert len(euler(panel, current, 0.002, 50.0)) > 5
    neuron = nd.devices.izhikevich("depolarising_after_potential")
    assert len(nd.solve(neuron, 50.0, inputs={"I": nd.pulse(20.0, 2.0, 9.0)}).spike_times) > 5
    # inhibition-induced bursting with the d = -2 of the panel: the rate has no limit
    fast = nd.devices.izhikevich("inhibition_induced_bursting", d=-2.0)
    run = nd.solve(fast, 200.0, inputs={"I": nd.step(75.0, 50.0, 80.0)})
    early, late = np.histogram(run.spike_times, [100, 125, 150])[0]
    assert late > 1.5 * early > 30


def test_unknown_panel_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'tonic_bursting'"):
        nd.devices.izhikevich("tonic_burstin")
    with pytest.raises(InputError, match="expected one of 1, 2"):
        nd.devices.morris_lecar(excitability=3)


@pytest.mark.parametrize("current", [2.001, 2.5, 4.0, 20.0])
def test_leaky_integrator_fires_at_its_closed_form_rate(current):
    """tau ln((R I) / (R I - 20 mV)) for a reset to rest."""
    neuron = nd.devices.leaky_integrate_and_fire(I=current)
    interval = 10 * np.log(10 * current / (10 * current - 20))
    traj = nd.solve(neuron, 10.5 * interval, method=nd.Adaptive(1e-9))
    np.testing.assert_allclose(np.diff(traj.spike_times), interval, rtol=1e-6)
    assert len(traj.spike_times) == 10


def hodgkin_huxley_1952(_t, y, current):
    """The equations as printed in 1952: V is minus the deviation from rest."""
    V, m, h, n = y
    a_n = 0.01 * (V + 10) / (np.exp((V + 10) / 10) - 1)
    a_m = 0.1 * (V + 25) / (np.exp((V + 25) / 10) - 1)
    a_h, b_h = 0.07 * np.exp(V / 20), 1 / (np.exp((V + 30) / 10) + 1)
    b_n, b_m = 0.125 * np.exp(V / 80), 4 * np.exp(V / 18)
    ionic = 120 * m**3 * h * (V + 115) + 36 * n**4 * (V - 12) + 0.3 * (V + 10.613)
    return [
        -current - ionic,
        a_m * (1 - m) - b_m * m,
        a_h * (1 - h) - b_h * h,
        a_n * (1 - n) - b_n * n,
    ]


def test_hodgkin_huxley_is_the_model_of_1952():
    """Integrated by another program from the printed equations, signs and rest as in 1952."""
    axon = nd.devices.hodgkin_huxley()
    traj = nd.solve(axon, 40.0, inputs={"I": 10.0}, method=nd.Adaptive(1e-9))
    start = [-(axon.x0[0] + 65), *axon.x0[1:]]
    theirs = solve_ivp(
        hodgkin_huxley_1952, (0, 40), start, "LSODA", args=(10.0,), rtol=1e-9, atol=1e-9,
        dense_output=True,
    )  # fmt: skip
    t = np.linspace(0, 40, 500)
    np.testing.assert_allclose(traj.at(t, "V"), -65 - theirs.sol(t)[0], atol=1e-4)
    assert len(traj.spike_times) == 3
    (rest,) = nd.fixed_points(axon, box={"V": (-80, 0), "m": (0, 1), "h": (0, 1), "n": (0, 1)})
    assert rest.state["V"] == pytest.approx(-65.0, abs=5e-3)


def test_hopf_point_of_hodgkin_huxley():
    """I = 9.78 uA/cm2: Hassard, J. Theor. Biol. 71, 401 (1978); Rinzel and Miller (1980): 9.78."""
    branch = nd.continue_equilibria(nd.devices.hodgkin_huxley(), "I", (0.0, 20.0))
    (hopf,) = (point for point in branch.special if point.kind == "hopf")
    assert hopf.parameter == pytest.approx(9.78, abs=0.005)


def test_morris_lecar_class_1_begins_with_a_saddle_node():
    """I = 39.96: Rinzel and Ermentrout (1998), and here the fold of equilibria by continuation."""
    branch = nd.continue_equilibria(nd.devices.morris_lecar(excitability=1), "I", (0.0, 60.0))
    folds = [point.parameter for point in branch.special if point.kind == "fold"]
    assert max(folds) == pytest.approx(39.96, abs=0.01)
