"""What the adjoint foretells of continuous couplings, against cycles of the joint model."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd


@pytest.fixture(scope="module")
def neuron():
    return nd.devices.nbox_neuron(I_s=300e-6)


@pytest.fixture(scope="module")
def cycle(neuron):
    return nd.settled_cycle(neuron, 3e-6)


def test_multipliers_of_a_resistor_are_the_limit_of_weak_coupling(neuron, cycle, pair_reference):
    """R ln(mu), from independent shooting; what is left goes like 1/R."""
    known = pair_reference["resistor"]
    found = nd.weak_locking(neuron, cycle, [nd.Resistor("a", "b", 1e6)])
    in_phase, antiphase = found.locked
    assert (in_phase.stable, antiphase.stable) == (True, False)
    rates = {
        in_phase: [(ohm, np.log(mu)) for ohm, mu in known["in_phase"]],
        antiphase: [(ohm, 2 * np.log(-swap)) for ohm, _, swap in known["antiphase"]],
    }
    for state, rows in rates.items():
        ohm, rate = np.array([row for row in rows if row[0] > 2e5]).T
        off = ohm * rate - 1e6 * np.log(state.multiplier)
        assert np.abs(off / (ohm * rate)).max() < 1e-3
        assert np.ptp(off * ohm) < 0.2 * np.abs(off * ohm).max()


def test_locking_range_of_unequal_neurons(neuron, cycle, pair_reference):
    """The fold at which 1:1 locking ends, R_c (fold) times the mismatch: weak, so nearly."""
    found = nd.weak_locking(neuron, cycle, [nd.Resistor("a", "b", 1e6)])
    errors = []
    for _, current, ohm, _ in pair_reference["resistor"]["detuned"]:
        other = nd.settled_cycle(neuron.with_parameters(I_s=current), 3e-6)
        mismatch = abs(other.period / cycle.period - 1)
        errors.append(abs(1e6 * found.locking_range / mismatch / ohm - 1))
    assert errors[0] < 0.015
    assert errors[1] < 0.05
    assert errors[0] < errors[1]


@pytest.mark.parametrize("kind", ["capacitor", "analogue"])
def test_other_couplings_against_the_joint_cycle(neuron, cycle, kind):
    """Multipliers in phase by continuation of the pair; the distance shrinks with the coupling."""
    errors = []
    for size in (1.0, 0.25):
        if kind == "capacitor":
            links = [nd.Capacitor("a", "b", 4e-14 * size)]
        else:
            links = [nd.Analogue(*ends, -1e-3 * size) for ends in ("ab", "ba")]
        state = nd.weak_locking(neuron, cycle, links).locked[0]
        assert state.phase == 0.0
        pair = nd.coupled({"a": neuron, "b": neuron}, links, shared=neuron.parameter_names)
        start = nd.joint_cycle(pair, cycle, {"a": 0.0, "b": 0.0})
        span = (0.999 * 300e-6, 1.001 * 300e-6)
        branch = nd.continue_cycles(pair, start, span, parameter="I_s", max_points=1)
        exact = branch.cycles[int(np.argmin(np.abs(branch.parameter - 300e-6)))]
        others = np.delete(exact.multipliers, np.argmin(np.abs(exact.multipliers - 1)))
        if kind == "capacitor":
            others = exact.multipliers[1:]
        near = others[np.argmin(np.abs(others - state.multiplier))].real
        errors.append(abs(np.log(near) / np.log(state.multiplier) - 1))
    assert errors[0] < 0.02
    assert errors[1] < errors[0] / 3 or errors[1] < 1e-4


def test_a_small_capacitor_is_a_weighted_current(neuron, cycle):
    """C_ext dV/dt = I_s - I_d, so C (dV_b/dt - dV_a/dt) = (I_d,a - I_d,b) C/C_ext."""
    C = 1e-15
    capacitor = nd.weak_locking(neuron, cycle, [nd.Capacitor("a", "b", C)])
    weight = -C / neuron["C_ext"]
    currents = [nd.Analogue(*ends, weight) for ends in ("ab", "ba")]
    analogue = nd.weak_locking(neuron, cycle, currents)
    size = np.abs(analogue.shift).max()
    assert capacitor.shift == pytest.approx(analogue.shift, abs=1e-4 * size)


def test_alike_is_symmetric(neuron, cycle):
    found = nd.weak_locking(neuron, cycle, [nd.Resistor("b", "a", 1e5)])
    assert found.shift == pytest.approx(-found.shift[::-1], abs=1e-9 * np.abs(found.shift).max())


def test_bad_input(neuron, cycle):
    for links in ([], [nd.Resistor("a", "b", 1.0), nd.Resistor("b", "c", 1.0)]):
        with pytest.raises(nd.InputError, match="expected two"):
            nd.weak_locking(neuron, cycle, links)
    with pytest.raises(nd.InputError, match="expected a cycle of this model"):
        nd.weak_locking(nd.devices.nbox_circuit(I_s=3e-4), cycle, [nd.Resistor("a", "b", 1.0)])
