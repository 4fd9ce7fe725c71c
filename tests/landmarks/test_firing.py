"""Firing of a circuit under constant current: rates and ends, against formulas and plain runs."""

from __future__ import annotations

import math

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.behaviours.subject import Subject
from neurodyn.landmarks.circuit import study_circuit
from neurodyn.landmarks.firing import rate_at, spiking_cycles


@pytest.mark.parametrize("current", [2.05, 3.0, 8.0])
def test_rate_of_a_leaky_integrate_and_fire_neuron_is_that_of_its_formula(current):
    model = nd.devices.leaky_integrate_and_fire()
    up = model["R"] * current + model["E_L"]
    interval = model["tau"] * math.log((up - model["V_reset"]) / (up - model["V_th"]))
    assert rate_at(Subject(model, "I", 0.0), current) == pytest.approx(1 / interval, rel=1e-5)


def test_below_its_threshold_it_does_not_fire():
    assert rate_at(Subject(nd.devices.leaky_integrate_and_fire(), "I", 0.0), 1.95) == 0.0


def test_cycles_that_stay_below_the_spike_event_are_no_spikes():
    """The cycle at mu is a circle of radius sqrt(mu); x = 0.5 is passed from mu = 0.25 on."""
    model = nd.Model.from_equations(
        states=["x", "y"],
        parameters={"mu": -0.5},
        rhs=["mu*x - y - x*(x**2 + y**2)", "x + mu*y - y*(x**2 + y**2)"],
        spike="x - 0.5",
    )
    hopf = nd.continue_equilibria(model, "mu", (-0.5, 1.0), [0.0, 0.0]).hopf[0]
    branch = nd.continue_cycles(model, hopf, (-0.5, 1.0))
    assert len(set(spiking_cycles(model, branch))) == 2
    np.testing.assert_array_equal(spiking_cycles(model, branch), branch.parameter > 0.25)


def test_another_capacitance_moves_the_ends_of_firing_to_where_runs_say():
    """Plain runs of other length and tolerance fire within the ends, and are silent beyond."""
    model = nd.devices.nbox_neuron(C_ext=60e-12, T_amb=305.0)
    study = study_circuit(model, "two-state circuit", nd.iv_curve(model), lambda *_: None)
    firing = study.firing

    def settled(current, cycles=40):
        length = cycles / firing.rate_begin
        run = nd.solve(model.with_parameters(I_s=current), length, method=nd.Adaptive(1e-9))
        late = run.spike_times[run.spike_times > 0.6 * length]
        return 1 / np.diff(late).mean() if len(late) > 3 else 0.0

    assert settled(firing.begins) == pytest.approx(firing.rate_begin, rel=1e-4)
    assert settled(firing.begins * 0.9995) == 0.0
    # the rate approaches that of the fold with the square root of the distance: 2 % at 1e-3
    assert settled(firing.ends * (1 - 1e-5), 600) == pytest.approx(firing.rate_end, rel=3e-3)
    assert settled(firing.ends * 1.005, cycles=300) == 0.0
    inside = (study.rates.values > firing.begins) & (study.rates.values < firing.ends)
    k = int(np.flatnonzero(inside)[inside.sum() // 3])
    assert settled(study.rates.values[k]) == pytest.approx(study.rates.rate[k], rel=1e-4)
