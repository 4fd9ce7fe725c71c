"""What continuation says of the NbOx neuron, against the closed form and direct simulation."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd

T, CURRENT = 1, "I_s"


def last_temperatures(model, current, x0, t_end, part=0.1):
    """Simulate; return lowest and highest T in the last part."""
    start = None if x0 is None else dict(zip(model.state_names, map(float, x0), strict=True))
    run = nd.solve(model, t_end, inputs={CURRENT: current}, x0=start, method=nd.Adaptive(1e-9))
    values = run.at(np.linspace((1 - part) * t_end, t_end, 20_000), "T")
    return float(values.min()), float(values.max())


def swing(model, current, x0, t_end):
    low, high = last_temperatures(model, current, x0, t_end)
    return high - low


@pytest.mark.parametrize("held", [{}, {"T_amb": 293.0}, {"C_ext": 20e-12}, {"C_ext": 500e-12}])
def test_hopf_points_are_those_of_the_closed_form(nbox, held):
    model = nbox.with_parameters(**held)
    found = nd.continue_equilibria(model, CURRENT, (0.0, 1.2e-3)).hopf
    exact = nd.stability(model, (0.0, 1.2e-3)).hopf
    assert [p.parameter for p in found] == pytest.approx([p.parameter for p in exact], rel=1e-8)
    assert [p.frequency for p in found] == pytest.approx([p.frequency for p in exact], rel=1e-8)
    assert [p.destabilises for p in exact] == [True, False]


def test_spiking_from_rest_ends_at_the_fold_of_cycles(nbox, diagram):
    (fold,) = diagram.cycle_folds
    below, above = (
        nd.spikes(nd.solve(nbox, 200e-6, inputs={CURRENT: factor * fold.parameter}))
        for factor in (1 - 1e-4, 1 + 1e-4)
    )
    assert below.times[-1] > 199.5e-6
    assert len(below) == pytest.approx(200e-6 / fold.period, rel=0.05)
    assert 1 < len(above) < 20
    assert above.times[-1] < 5e-6


def test_simulation_brackets_the_fold_to_1e_7(nbox, diagram):
    """Tight tolerances, 0.1 nA on both sides: about 190 spikes and silence, or no end."""
    (fold,) = diagram.cycle_folds
    trains = [
        nd.spikes(
            nd.solve(nbox, 100e-6, inputs={CURRENT: fold.parameter + d}, method=nd.Adaptive(1e-10))
        )
        for d in (-1e-10, 1e-10)
    ]
    assert trains[0].times[-1] > 99.5e-6
    assert 170 < len(trains[1]) < 210


@pytest.mark.parametrize("inside", [0.995, 0.9])
def test_the_unstable_cycle_is_a_separatrix(nbox, diagram, inside):
    upper, current = diagram.equilibria.hopf[1], 0.93e-3
    branch = nd.continue_cycles(nbox, upper, (0.0, current))
    unstable = branch.cycles[-1]
    assert unstable.parameter == current
    assert not branch.stable[-1]
    stable = nd.continue_cycles(nbox, diagram.equilibria.hopf[0], (0.0, current)).cycles[-1]
    (rest,) = nd.fixed_points(nbox.with_parameters(I_s=current))
    centre = np.array(list(rest.state.values()))
    for phase in (0.0, 0.3, 0.6, 0.9):
        arm = unstable.at(phase)[0] - centre
        assert swing(nbox, current, centre + inside * arm, 20e-6) < 1.0
        low, high = last_temperatures(nbox, current, centre + (2 - inside) * arm, 20e-6)
        assert low == pytest.approx(stable.minimum[T], rel=1e-4)
        assert high == pytest.approx(stable.maximum[T], rel=1e-4)


def test_lower_hopf_point_is_supercritical(nbox, diagram):
    hopf, (cycles,) = diagram.equilibria.hopf[0], diagram.cycles
    kicked = hopf.x * np.array([1.0, 1.01])
    assert swing(nbox, 0.998 * hopf.parameter, kicked, 400e-6) < 0.1  # no cycle below ...
    assert cycles.parameter.min() > hopf.parameter
    # ... and above a small stable one: its square grows in proportion
    distances = np.array([1e-4, 2e-4, 4e-4]) * hopf.parameter
    swings = []
    for d in distances:
        small = nd.continue_cycles(nbox, hopf, (0.0, hopf.parameter + d))
        assert small.ended == "range"
        assert small.stable.all()
        cycle = small.cycles[-1]
        swings.append(cycle.maximum[T] - cycle.minimum[T])
    exponent = np.polyfit(np.log(distances), np.log(swings), 1)[0]
    assert exponent == pytest.approx(0.5, abs=0.01)
    simulated = swing(nbox, hopf.parameter + distances[-1], cycle.x[0] * [1.0, 1.01], 600e-6)
    assert simulated == pytest.approx(swings[-1], rel=1e-2)


def test_upper_hopf_point_is_subcritical(nbox, diagram):
    hopf, (cycles,) = diagram.equilibria.hopf[1], diagram.cycles
    assert hopf.first_lyapunov > 0
    for factor, settles in ((1.001, True), (0.999, False)):
        (rest,) = nd.fixed_points(nbox.with_parameters(I_s=factor * hopf.parameter))
        kicked = np.array(list(rest.state.values())) * [1.0, 1.001]
        end = swing(nbox, factor * hopf.parameter, kicked, 60e-6)
        assert end < 1.0 if settles else end > 6000.0  # no small cycle: straight to the large one
    small = np.flatnonzero(cycles.maximum[:, T] - cycles.minimum[:, T] < 500.0)
    near = small[cycles.parameter[small] > 8e-4]
    assert len(near)
    assert (cycles.parameter[near] > hopf.parameter).all()
    assert not cycles.stable[near].any()


@pytest.mark.parametrize(
    ("make", "drive", "span"),
    [(nd.devices.nbox_circuit, "I_s", (0.0, 1.2e-3)),
     (nd.devices.nbox_voltage_driven, "V_s", (0.0, 6.0))],
)  # fmt: skip
def test_the_other_circuits(make, drive, span):
    model = make(T_amb=298.0)
    hopf = nd.continue_equilibria(model, drive, span).hopf
    exact = nd.stability(model, span).hopf
    assert [p.parameter for p in hopf] == pytest.approx([p.parameter for p in exact], rel=1e-8)
    assert [p.criticality for p in hopf] == ["supercritical", "subcritical"]
    cycles = nd.continue_cycles(model, hopf[1], (0.4 * hopf[1].parameter, span[1]))
    (fold,) = cycles.folds
    assert fold.parameter > hopf[1].parameter
    stable = np.flatnonzero(cycles.stable)
    for i in stable[[len(stable) // 3, len(stable) // 2, -2]]:
        cycle = cycles.cycles[i]
        start = dict(zip(model.state_names, cycle.x[0] * 1.001, strict=True))  # in its basin
        run = nd.solve(model, 60 * cycle.period, inputs={drive: cycle.parameter}, x0=start,
                       method=nd.Adaptive(1e-9))  # fmt: skip
        settled = nd.spikes(run).intervals[-20:].mean()
        assert cycle.period == pytest.approx(settled, rel=1e-5)
