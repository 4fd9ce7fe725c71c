"""Response to pulses and the locking that it foretells, against independent simulations.

The numbers of tests/reference/coupled_neurons.json are from code that is not neurodyn: single
pulses, and 3000 periods of two neurons that send each other pulses.
"""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd


@pytest.fixture(scope="module")
def known(pair_reference):
    return pair_reference["pulses"]


@pytest.fixture(scope="module")
def neuron(known):
    return nd.devices.nbox_neuron(I_s=known["I_s"])


@pytest.fixture(scope="module")
def cycle(neuron):
    return nd.settled_cycle(neuron, 3e-6)


@pytest.fixture(scope="module")
def responses(neuron, cycle, known):
    width = 1e-9 * known["width_ns"]
    return {
        current: nd.pulse_response(neuron, cycle, nd.pulse(current, width=width), n=n)
        for current, n in ((60e-6, 1024), (-60e-6, 1021))
    }


def test_the_cycle_begins_at_a_spike(neuron, cycle, known):
    assert cycle["T"][0] == pytest.approx(neuron["T_spike"], abs=1e-3)
    assert 1e9 * cycle.period == pytest.approx(known["period_ns"], rel=1e-10)
    run = nd.solve(neuron, 3e-6, x0={"V": cycle["V"][0], "T": 599.9}, method=nd.Adaptive(1e-11))
    assert np.diff(run.spike_times)[-1] == pytest.approx(cycle.period, rel=1e-9)


def test_kicks(neuron, cycle, known):
    """Z of the adjoint equation against runs after small jumps of V."""
    response = nd.phase_response(neuron, cycle)
    for phase, advance in known["kick"]:
        found = response.at([2 * np.pi * phase])[0, 0] * response.period / (2 * np.pi)
        assert 1e9 * found == pytest.approx(advance, rel=known["tolerance"]["kick"])


def test_changes_of_each_interval(neuron, cycle, known):
    width = 1e-9 * known["width_ns"]
    for current in (60e-6, -60e-6):
        found = nd.pulse_response(neuron, cycle, nd.pulse(current, width=width), n=10)
        rows = [row for row in known["response"] if row[0] == current]
        assert len(rows) == 10
        for _, phase, first, second, total in rows:
            i = round(10 * phase)
            got = 1e9 * np.append(found.changes[i, :2], found.total[i])
            assert got == pytest.approx([first, second, total], abs=1e-8)  # ns; 1e-6 is asked for


def test_between_phases(responses, known):
    for current, phase, first, _, total in known["response"]:
        found = responses[current]
        tolerance = known["tolerance"]["response_ns"]
        assert 1e9 * found.curve(phase) == pytest.approx(total, abs=tolerance)
        assert 1e9 * found.later(phase) == pytest.approx(total - first, abs=tolerance)


def test_weak_pulses_do_what_the_adjoint_says(neuron, cycle):
    """The distance from first order shrinks with the square of the pulse; any waveform."""
    shape = nd.Stimulus(np.array([0.0, 4e-8, 4e-8, 2e-7]), np.array([0.0, 1.0, -0.5, 0.0]))
    errors = []
    for size in (4e-6, 1e-6, 0.25e-6):
        pulse = nd.Stimulus(shape.times, size * shape.values)
        found = nd.pulse_response(neuron, cycle, pulse, n=16)
        errors.append(np.abs(found.total - found.weak).max() / np.abs(found.weak).max())
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.1)
    assert errors[2] < 2e-3


def test_locked_phases_and_periods_are_those_of_the_runs(responses, known):
    """Two signs, three delays, five starts each; exact, as the neuron forgets within a period."""
    tolerance = known["tolerance"]
    for current, delay, ahead, end, period in known["locked"]:
        found = nd.pulse_locking(responses[current], 1e-9 * delay)
        # there neuron 2 starts further on the cycle, so that it fires earlier
        assert found.end(1.0 - ahead) == pytest.approx(end, abs=tolerance["phase"])
        (state,) = [one for one in found.stable if abs(one.phase - end) < 1e-3]
        assert state.phase == pytest.approx(end, abs=1e-9)
        assert 1e9 * state.period == pytest.approx(period, rel=1e-9)


def test_stability_is_the_sign_of_the_slope(responses):
    """In phase where the response rises at d/P; antiphase where it does at 1/2 + d/P: weakly."""
    for response in responses.values():
        slope = response.weak_curve.derivative()
        for delay in (40e-9, 130e-9, 220e-9, 330e-9):
            found = nd.pulse_locking(response, delay, weak=True)
            for one in found.locked:
                if one.phase in (0.0, 0.5):
                    s = slope((one.phase + delay / response.period) % 1.0) / response.period
                    assert one.multiplier == pytest.approx(1 - 2 * s, abs=1e-6)
                    assert one.period == response.period
            mirrored = sorted((1.0 - one.phase) % 1.0 for one in found.locked)
            assert mirrored == pytest.approx([one.phase for one in found.locked], abs=1e-9)


def test_the_end_of_the_locking_range(responses):
    found = nd.pulse_locking(responses[60e-6], 60e-9)
    inside, outside = 0.99 * found.locking_range, 1.02 * found.locking_range
    rest = found.end(0.4, mismatch=inside)
    shift = np.interp(rest, found.phase, found.shift)
    assert shift == pytest.approx(-inside * found.period, rel=1e-4)
    with pytest.raises(nd.NumericalError, match="does not come to rest"):
        found.end(0.4, mismatch=outside)


def test_a_pulse_that_ends_the_firing_is_told():
    """Hodgkin-Huxley at 8 uA/cm^2 can rest or fire: Guttman et al., J. Physiol. 305, 377 (1980)."""
    neuron = nd.devices.hodgkin_huxley(I=8.0)
    cycle = nd.settled_cycle(neuron, 200.0)
    with pytest.raises(nd.NumericalError, match=r"at phase 0\.5.* does not spike 8 times within"):
        nd.pulse_response(neuron, cycle, nd.pulse(10.0, width=0.5), n=32)


def test_bad_input(neuron, cycle, responses):
    pulse = nd.pulse(1e-6, width=1e-8)
    with pytest.raises(nd.InputError, match="expected one that begins at 0 or later, from 0"):
        nd.pulse_response(neuron, cycle, nd.constant(1e-6))
    with pytest.raises(nd.InputError, match="expected a cycle of this model"):
        nd.pulse_response(nd.devices.nbox_circuit(I_s=3e-4), cycle, pulse)
    with pytest.raises(nd.InputError, match="n is 3; expected 8"):
        nd.pulse_response(neuron, cycle, pulse, n=3)
    with pytest.raises(nd.InputError, match="expected less than the period alone"):
        nd.pulse_locking(responses[60e-6], 1e-6)
    longer = nd.pulse_response(neuron, cycle, nd.pulse(-280e-6, width=3e-6), n=8)
    with pytest.raises(nd.InputError, match="expected less than the period alone"):
        nd.pulse_locking(longer, 60e-9)
    twice = nd.coupled({"a": neuron, "b": neuron}, [nd.Resistor("a", "b", 3e3)])
    with pytest.raises(nd.InputError, match="say which one with into="):
        nd.pulse_response(twice, cycle, pulse)
