"""The NbOx neuron: what the source does not tell, checked in closed form and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
import sympy
from scipy.integrate import solve_ivp

import neurodyn as nd
from neurodyn.codegen import expression_function
from neurodyn.continuation import (
    continue_cycle_fold,
    continue_cycles,
    continue_equilibria,
    continue_hopf,
)
from tests.tolerances import ROUNDING

FOLD_OF_CYCLES = 0.9638336556e-3  # A, at 200 pF and 298 K, unchanged from 60 to 240 intervals
BAUTIN = (0.537434953e-3, 13.79022063e-12)  # I_s [A], C_ext [F]


def closed_form(model):
    """Return T -> (V, I_s) at rest, from the model's Lambert-W formula."""
    curve = model.equilibria
    names = [("T", (curve.coordinate,)), ("p", model.parameter_names)]
    constants = {c.name: float(c.default) for c in model.constants}
    function = expression_function([curve.states["V"], curve.input_value], names, constants)
    return lambda T: function((np.asarray(T, float),), model.p)


def trace(model, T):
    """Trace of the Jacobian at rest at temperature T, per second."""
    V, current = closed_form(model)(T)
    at = model.with_parameters(I_s=float(current))
    return float(np.trace(nd.compiled(at, "numpy").jacobian(np.array([float(V), T]), at.p)))


def test_equilibria_are_those_of_the_closed_form(nbox, nbox_diagram):
    branch = nbox_diagram.equilibria
    warm = branch["T"] > 299.0
    V, current = closed_form(nbox)(branch["T"][warm])
    np.testing.assert_allclose(V, branch["V"][warm], rtol=1e-8)
    np.testing.assert_allclose(current, branch.parameter[warm], rtol=1e-8)


def test_hopf_points_are_where_the_trace_vanishes(nbox, nbox_diagram):
    hopf = nbox_diagram.equilibria.hopf
    assert len(nbox_diagram.equilibria.special) == len(hopf) == 2
    for point, bracket in zip(hopf, [(320.0, 450.0), (1200.0, 1800.0)], strict=True):
        T = scipy.optimize.brentq(lambda T: trace(nbox, T), *bracket, xtol=1e-10)
        _, current = closed_form(nbox)(T)
        assert point.parameter == pytest.approx(float(current), rel=1e-8)
        assert point.state["T"] == pytest.approx(T, rel=1e-8)
    assert [point.criticality for point in hopf] == ["supercritical", "subcritical"]
    assert [point.parameter for point in hopf] == pytest.approx([43.247e-6, 905.260e-6], rel=1e-5)


def test_fold_of_cycles_and_bistable_window(nbox_diagram):
    (family,) = nbox_diagram.cycles
    assert (family.began, family.ended) == ("hopf", "hopf")
    (fold,) = family.special
    assert fold.kind == "cycle_fold"
    assert fold.parameter == pytest.approx(FOLD_OF_CYCLES, rel=1e-9)
    assert fold.period == pytest.approx(186.17245e-9, rel=1e-6)
    ((low, high),) = nbox_diagram.bistable_windows
    assert (low, high) == (nbox_diagram.equilibria.hopf[1].parameter, fold.parameter)


def settles(model, current, x0, t_end=60e-6):
    """Simulate; return the range of T over the last fifth."""
    at = model.with_parameters(I_s=current)
    compiled = nd.compiled(at, "numba")
    run = solve_ivp(
        lambda _, x: compiled.rhs(x, at.p),
        (0.0, t_end),
        x0,
        "LSODA",
        rtol=1e-8,
        atol=[1e-9, 1e-6],
        jac=lambda _, x: compiled.jacobian(x, at.p),
    )
    return float(np.ptp(run.y[1][run.t > 0.8 * t_end]))


def test_criticality_and_window_by_simulation(nbox, nbox_diagram):
    upper, (family,) = nbox_diagram.equilibria.hopf[1], nbox_diagram.cycles
    (fold,) = family.special
    on_cycle = fold.cycle.x[0]
    near_rest = upper.x * np.array([1.0, 1.002])
    inside = 0.5 * (upper.parameter + fold.parameter)
    assert settles(nbox, inside, near_rest) < 1.0  # stable rest ...
    assert settles(nbox, inside, on_cycle) > 3000.0  # ... beside large spikes
    assert settles(nbox, 0.99 * upper.parameter, near_rest) > 3000.0  # jumps: subcritical
    assert settles(nbox, fold.parameter - 2e-7, on_cycle) > 3000.0
    assert settles(nbox, fold.parameter + 2e-6, on_cycle) < 1.0
    lower = nbox_diagram.equilibria.hopf[0]
    first = family.cycles[0]  # a small cycle, reached from rest: supercritical
    assert first.parameter > lower.parameter
    small = settles(nbox, first.parameter, lower.x * np.array([1.0, 1.01]), 300e-6)
    assert small == pytest.approx(first.maximum[1] - first.minimum[1], rel=1e-3)


def test_period_by_simulation(nbox, nbox_diagram):
    """One stable cycle against an initial-value solver: it closes after one period."""
    (family,) = nbox_diagram.cycles
    cycle = next(c for c in family.cycles if c.parameter > 3e-4)
    at = nbox.with_parameters(I_s=cycle.parameter)
    compiled = nd.compiled(at, "numba")
    scale = np.ptp(cycle.nodes, axis=0)
    run = solve_ivp(
        lambda _, x: compiled.rhs(x, at.p), (0.0, cycle.period), cycle.x[0], "DOP853",
        rtol=1e-11, atol=1e-10 * scale,
    )  # fmt: skip
    assert np.max(np.abs(run.y[:, -1] - cycle.x[0]) / scale) < 1e-6


@pytest.mark.parametrize("intervals", [100, 200])
def test_doubling_the_mesh_changes_nothing(nbox, nbox_diagram, intervals):
    cycles = continue_cycles(nbox, nbox_diagram.equilibria.hopf[1], intervals=intervals)
    (fold,) = cycles.special
    (chosen,) = nbox_diagram.cycle_folds
    assert fold.parameter == pytest.approx(chosen.parameter, rel=1e-8)
    assert fold.period == pytest.approx(chosen.period, rel=1e-6)


def test_bautin_point(nbox, nbox_diagram):
    curve = continue_hopf(nbox, nbox_diagram.equilibria.hopf[1], "C_ext", (5e-12, 5e-10))
    (point,) = curve.special
    assert point.kind == "bautin"
    assert point.parameters["I_s"] == pytest.approx(BAUTIN[0], rel=1e-8)
    assert point.parameters["C_ext"] == pytest.approx(BAUTIN[1], rel=1e-8)
    assert point.second_lyapunov < 0
    # on the closed form: the trace vanishes there too
    assert abs(trace(nbox.with_parameters(C_ext=BAUTIN[1]), point.state["T"])) < 1e-7 * point.omega
    # sign of l1 on both sides, from branches of equilibria
    for factor, criticality in ((0.98, "supercritical"), (1.02, "subcritical")):
        moved = nbox.with_parameters(C_ext=factor * BAUTIN[1])
        assert continue_equilibria(moved, "I_s", (0.0, 1.2e-3)).hopf[1].criticality == criticality


def test_window_over_capacitance(nbox, nbox_diagram):
    """The curve of folds of cycles ends at the Bautin point, and agrees with separate branches."""
    curve = continue_cycle_fold(nbox, nbox_diagram.cycle_folds[0], "C_ext", (5e-12, 5e-10))
    assert (curve.began, curve.ended) == ("bautin", "range")
    assert curve.parameters[0] == pytest.approx(BAUTIN, rel=1e-4)
    assert curve["C_ext"][-1] == pytest.approx(5e-10, rel=ROUNDING)
    moved = nbox.with_parameters(C_ext=5e-10)
    hopf = continue_equilibria(moved, "I_s", (0.0, 1.2e-3)).hopf[1]
    (fold,) = continue_cycles(moved, hopf, (5e-4, 1.2e-3)).special
    assert curve["I_s"][-1] == pytest.approx(fold.parameter, rel=1e-8)
    assert curve.period[-1] == pytest.approx(fold.period, rel=1e-5)


def test_full_circuit():
    circuit = nd.devices.nbox_circuit()
    branch = continue_equilibria(circuit, "I_s", (0.0, 1.2e-3))
    assert [p.criticality for p in branch.special] == ["supercritical", "subcritical"]
    cycles = continue_cycles(circuit, branch.hopf[1], (5e-4, 1.2e-3))
    assert [p.kind for p in cycles.special] == ["cycle_fold"]
    assert cycles.special[0].parameter == pytest.approx(0.9160296e-3, rel=1e-6)
    assert cycles.special[0].period == pytest.approx(205.4932e-9, rel=1e-5)


def test_voltage_driven():
    neuron = nd.devices.nbox_voltage_driven()
    branch = continue_equilibria(neuron, "V_s", (0.0, 6.0))
    assert [p.criticality for p in branch.special] == ["supercritical", "subcritical"]
    cycles = continue_cycles(neuron, branch.hopf[0])
    assert cycles.ended == "hopf"
    assert cycles.hopf_points[1].parameter == pytest.approx(branch.hopf[1].parameter, rel=1e-9)
    (fold,) = cycles.special
    assert fold.parameter == pytest.approx(4.47008079, rel=1e-8)


def rescaled(model):
    """The NbOx neuron in mV, units of T_amb, nA, and ns: the same physics in other numbers."""
    from neurodyn.model import Model, Quantity

    unit = {"V": 1e-3, "T": 298.0, "I_s": 1e-9, "C_ext": 1e-12, "time": 1e-9}
    swap = {q.symbol: q.symbol * unit[q.name] for q in (*model.states, *model.inputs)}
    swap[sympy.Symbol("C_ext", real=True)] = sympy.Symbol("C_ext", real=True) * unit["C_ext"]
    rhs = [
        (f.subs(swap, simultaneous=True) * unit["time"] / unit[s.name])
        for f, s in zip(model.rhs, model.states, strict=True)
    ]
    return (
        Model(
            name="NbOx in other units",
            states=(Quantity("V", 0.0), Quantity("T", 1.0)),
            parameters=tuple(
                Quantity(q.name, float(q.default) / unit.get(q.name, 1.0)) for q in model.parameters
            ),
            inputs=(Quantity("I_s", 0.0),),
            constants=model.constants,
            rhs=tuple(rhs),
        ),
        unit,
    )


@pytest.mark.slow
def test_units_do_not_matter(nbox, nbox_diagram):
    """No declared scales, other units: the same points to 1e-6."""
    other, unit = rescaled(nbox)
    branch = continue_equilibria(other, "I_s", (0.0, 1.2e6))
    for a, b in zip(branch.special, nbox_diagram.equilibria.special, strict=True):
        assert a.parameter * unit["I_s"] == pytest.approx(b.parameter, rel=1e-6)
        assert a.omega / unit["time"] == pytest.approx(b.omega, rel=1e-6)
        assert a.criticality == b.criticality
    cycles = continue_cycles(other, branch.hopf[1])
    (fold,), (expected,) = cycles.special, nbox_diagram.cycle_folds
    assert fold.parameter * unit["I_s"] == pytest.approx(expected.parameter, rel=1e-6)
    assert fold.period * unit["time"] == pytest.approx(expected.period, rel=1e-6)
    (bautin,) = continue_hopf(other, branch.hopf[1], "C_ext", (5.0, 500.0)).special
    assert bautin.parameters["C_ext"] * unit["C_ext"] == pytest.approx(BAUTIN[1], rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("T_amb", np.arange(293.0, 300.5, 1.0))
def test_ambient_temperature(nbox, T_amb):
    """The fold of cycles moves down with T_amb and passes 0.96702 mA between 296 and 297 K."""
    from neurodyn.continuation import bifurcation_diagram

    diagram = bifurcation_diagram(nbox.with_parameters(T_amb=T_amb), "I_s", (0.0, 1.2e-3))
    (fold,) = diagram.cycle_folds
    assert (fold.parameter > 0.96702e-3) == (T_amb < 296.5)
    assert [p.criticality for p in diagram.equilibria.hopf] == ["supercritical", "subcritical"]
