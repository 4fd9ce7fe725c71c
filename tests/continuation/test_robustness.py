"""Systems that nobody tuned for, against closed forms, published numbers and integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import neurodyn as nd
from neurodyn.continuation import bifurcation_diagram, continue_cycles, continue_equilibria


def model(states, rhs, **parameters):
    return nd.Model.from_equations(states, parameters, rhs)


def closes(system, cycle, tolerance=1e-6):
    """Whether an initial-value solver comes back to the first point after one period."""
    at = system.with_parameters(**{cycle.parameter_name: cycle.parameter})
    rhs = nd.compiled(at, "numpy").rhs
    run = solve_ivp(
        lambda _, x: rhs(x, at.p), (0, cycle.period), cycle.x[0], "DOP853", rtol=1e-11, atol=1e-12
    )
    return np.max(np.abs(run.y[:, -1] - cycle.x[0]) / np.ptp(cycle.nodes, axis=0)) < tolerance


def test_pitchfork_is_found_without_a_start():
    diagram = bifurcation_diagram(model(["x"], ["r*x - x**3"], r=0.5), "r", (-1.0, 1.0))
    branch = diagram.equilibria
    (point,) = branch.special
    assert (point.kind, bool(point.status)) == ("branch_point", True)
    assert point.parameter == pytest.approx(0.0, abs=1e-10)
    assert (branch["x"].min(), branch["x"].max()) == pytest.approx((-1.0, 1.0))


def test_fold_at_a_vanishing_state():
    """x' = h - x^2: at its fold the Jacobian is zero to all digits."""
    branch = continue_equilibria(model(["x"], ["h - x**2"], h=0.5), "h", (-1.0, 1.0))
    (fold,) = branch.special
    assert (fold.kind, bool(fold.status)) == ("fold", True)
    assert fold.parameter == pytest.approx(0.0, abs=1e-12)
    assert fold.coefficient == pytest.approx(-1.0)


def test_five_stage_ring_in_closed_form():
    """x_1' = g / (1 + x_5^4) - x_1, x_i' = x_(i-1) - x_i: gain sec^5(pi/5), omega tan(pi/5)."""
    stages = [f"x{i - 1} - x{i}" for i in range(2, 6)]
    ring = model([f"x{i}" for i in range(1, 6)], ["g/(1 + x5**4) - x1", *stages], g=1.0)
    diagram = bifurcation_diagram(ring, "g", (0.1, 10.0))
    (hopf,) = diagram.equilibria.special
    gain = np.cos(np.pi / 5) ** -5.0  # = 4 x^4 / (1 + x^4) at rest
    x = (gain / (4 - gain)) ** 0.25
    assert hopf.parameter == pytest.approx(x * (1 + x**4), rel=1e-9)
    assert hopf.omega == pytest.approx(np.tan(np.pi / 5), rel=1e-9)
    assert hopf.criticality == "supercritical"
    (family,) = diagram.cycles
    assert family.ended == "range"
    assert family.stable.all()
    assert closes(ring, family.cycles[-1])


def test_wilson_cowan_ends_in_a_homoclinic():
    excite = "(1/(1 + exp(-1.3*(16*E - 12*I + P - 4))) - 1/(1 + exp(5.2)))"
    inhibit = "(1/(1 + exp(-2*(15*E - 3*I - 3.7))) - 1/(1 + exp(7.4)))"
    system = model({"E": 0.1, "I": 0.1}, [f"(1 - E)*{excite} - E", f"(1 - I)*{inhibit} - I"], P=0.0)
    diagram = bifurcation_diagram(system, "P", (-1.0, 3.0))
    kinds = [point.kind for point in diagram.equilibria.special]
    assert kinds == ["fold", "neutral_saddle", "fold", "hopf"]
    hopf = diagram.equilibria.hopf[0]
    at = system.with_parameters(P=hopf.parameter)
    jacobian = nd.compiled(at, "numpy").jacobian(hopf.x, at.p)
    assert np.trace(jacobian) == pytest.approx(0.0, abs=1e-9)
    assert np.linalg.det(jacobian) == pytest.approx(hopf.omega**2, rel=1e-8)
    (family,) = diagram.cycles
    assert family.ended == "homoclinic"
    assert closes(system, family.cycles[10])


def test_morris_lecar_class_1_ends_on_its_fold():
    """Rinzel, Ermentrout (1998), V3 = 12: saddle-node on the cycle at 39.96, Hopf at 97.79."""
    current = "2*(V + 60) + 4*(1 + tanh((V + 1.2)/18))/2*(V - 120) + 8*w*(V + 84)"
    gate = "0.06667*((1 + tanh((V - 12)/17.4))/2 - w)*cosh((V - 12)/34.8)"
    system = model({"V": -40.0, "w": 0.01}, [f"(I - ({current}))/20", gate], I=0.0)
    diagram = bifurcation_diagram(system, "I", (-20.0, 150.0))
    upper = max(diagram.equilibria.folds, key=lambda point: point.parameter)
    assert upper.parameter == pytest.approx(39.963, abs=1e-3)
    assert diagram.equilibria.hopf[0].parameter == pytest.approx(97.79, abs=1e-2)
    (family,) = diagram.cycles
    assert family.ended == "homoclinic"
    assert family.parameter[-1] == pytest.approx(upper.parameter, rel=1e-5)
    assert [point.kind for point in family.special] == ["cycle_fold"]


def test_roessler_period_doublings():
    """a = b = 0.2: the first two doublings at c = 2.8324 and 3.8373, from a settled run."""
    system = model({"x": 1.0, "y": 1.0, "z": 0.0}, ["-y - z", "x + a*y", "b + z*(x - c)"],
                   a=0.2, b=0.2, c=2.5)  # fmt: skip
    rhs = nd.compiled(system, "numpy").rhs
    run = solve_ivp(
        lambda _, s: rhs(s, system.p), (0, 300), [1.0, 1.0, 0.0], rtol=1e-8, max_step=0.1
    )
    cycles = continue_cycles(system, (run.t, run.y.T), (2.0, 4.0), parameter="c")
    (first,) = cycles.special
    doubled = continue_cycles(system, first)
    (second,) = doubled.special
    assert [first.kind, second.kind] == ["period_doubling"] * 2
    assert (first.parameter, second.parameter) == pytest.approx((2.83244, 3.83736), abs=2e-5)
    assert second.period / first.period == pytest.approx(2.0, rel=0.01)


def test_slow_state_that_drifts():
    """Hindmarsh-Rose: z hardly oscillates, but its mean moves far; steps must not follow z."""
    system = model(
        ["x", "y", "z"],
        ["y - x**3 + 3*x**2 - z + I", "1 - 5*x**2 - y", "r*(4*(x + 1.6) - z)"],
        I=1.0,
        r=0.001,
    )
    branch = continue_equilibria(system, "I", (0.0, 30.0))
    assert len(branch.hopf) == 4
    for hopf in branch.hopf:  # x is the root of x^3 + 2 x^2 + 4 (x + 1.6) = 1 + I
        x = hopf.state["x"]
        assert x**3 + 2 * x**2 + 4 * (x + 1.6) - 1 == pytest.approx(hopf.parameter, rel=1e-9)
    upper = branch.hopf[-1]
    cycles = continue_cycles(system, upper, max_points=80)
    assert cycles.parameter.min() < 10.0
    assert closes(system, cycles.cycles[40])


@pytest.mark.parametrize("capacitance", [1e-15, 1e-13, 1e-12])
def test_small_capacitance_has_no_oscillation(capacitance):
    """Below the fold of the Hopf curve the NbOx neuron rests at every current."""
    diagram = bifurcation_diagram(nd.devices.nbox_neuron(C_ext=capacitance), "I_s", (0.0, 1.2e-3))
    assert diagram.special == ()
    assert diagram.equilibria.stable.all()


@pytest.mark.parametrize("T_amb", [270.0, 296.38, 310.0])
def test_search_for_starts_is_quiet_at_any_ambient(T_amb):
    """At 296.38 K one of the scattered starts overflows; warnings are errors here."""
    model = nd.devices.nbox_neuron(T_amb=T_amb)
    found = continue_equilibria(model, "I_s", (0.0, 1.2e-3)).hopf
    exact = nd.stability(model).hopf
    assert [p.parameter for p in found] == pytest.approx([p.parameter for p in exact], rel=1e-7)
