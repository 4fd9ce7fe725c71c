"""The number that decides each verdict, computed again, fast."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd


def count(run):
    return len(run.spike_times)


@pytest.fixture(scope="module")
def circuit():
    """The full circuit at 298 K."""
    return nd.devices.nbox_circuit(T_amb=298.0)


def test_undershoot_begins_near_100_nH(circuit):
    def lowest(L_ext):
        run = nd.solve(circuit.with_parameters(L_ext=L_ext), 3e-6, inputs={"I_s": 180e-6})
        return nd.spikes(run, observable="V_out", after=1e-6).troughs[0]

    assert lowest(80e-9) > 0 > lowest(120e-9)


def test_spike_after_the_pulse_at_300_K_only(analysis, circuit):
    """193 uA, 1 us to the start of the fall, over after 1.1 us."""
    pulses = analysis("pulses")
    width = pulses.READINGS["rise included"]
    warm = pulses.response(circuit.with_parameters(T_amb=300.0), 193e-6, width)
    assert warm.spike_times == pytest.approx([1.115e-6], abs=1e-9)
    assert warm.spike_times[0] > width + pulses.EDGE
    assert count(pulses.response(circuit, 193e-6, width)) == 0


def test_all_or_nothing(analysis, circuit):
    pulses = analysis("pulses")
    for name, spikes in (("flat top", [0, 1]), ("edges included", [0, 0])):
        runs = (pulses.response(circuit, I, pulses.READINGS[name]) for I in (150e-6, 200e-6))
        assert list(map(count, runs)) == spikes


def test_three_pulses_tell_the_rates_at_67_uA_but_not_at_100(analysis, circuit):
    three = analysis("fig_2_14_temporal_integration").three
    for amplitude, spikes in ((100e-6, (2, 2)), (67e-6, (0, 1)), (60e-6, (0, 0))):
        runs = (three(circuit, amplitude, 1.1e-6, period) for period in (2.86e-6, 1.43e-6))
        assert tuple(map(count, runs)) == spikes


def test_threshold_needs_a_change_between_its_ends(analysis):
    threshold = analysis("pulses").threshold
    assert threshold(lambda x: x**2 > 2, 0.0, 2.0) == pytest.approx(2**0.5, abs=1e-9)
    for happens in (lambda _: True, lambda _: False):
        with pytest.raises(ValueError, match="no single threshold"):
            threshold(happens, 0.0, 2.0)


@pytest.mark.parametrize(("f_in", "p", "q"), [(0.673e6, 1, 3), (0.75e6, 1, 2), (0.8936e6, 5, 6)])
def test_locked_exactly_with_the_fixed_triangle(analysis, f_in, p, q):
    locking = analysis("locking")
    model = nd.devices.nbox_voltage_driven(T_amb=298.0)
    found, run = locking.locking(model, locking.fixed_width(2.06), f_in)
    assert (found.spikes, found.periods) == (p, q)
    # and the state comes back with the spikes, which were all that was looked at
    late = np.arange(60, 100 - q)
    apart = run((late + q) / f_in) - run(late / f_in)
    assert np.abs(apart / model.scales[:, None]).max() < 1e-5


def test_another_integrator_locks_the_same(analysis):
    f_in, model = 0.75e6, nd.devices.nbox_voltage_driven(T_amb=298.0)
    inputs = analysis("locking").fixed_width(2.06)(f_in, 24)
    run = nd.solve(model, 24 / f_in, inputs=inputs, method=nd.Stiff(1e-5))
    assert str(nd.phase_locking(run, 1 / f_in, after=12 / f_in, tolerance=1e-3).ratio) == "1/2"


def test_continuous_triangle_has_the_opposite_order(analysis):
    locking = analysis("locking")
    model = nd.devices.nbox_voltage_driven(T_amb=298.0)
    drive = locking.continuous(2.06)
    ratios = [locking.locking(model, drive, f)[0].ratio for f in (0.4e6, 0.8e6, 1.5e6)]
    assert list(map(str, ratios)) == ["2", "1", "1/2"]


def test_half_rate_at_3_5_V_needs_another_capacitance(analysis):
    locking = analysis("locking")
    for C_ext, ratio in ((200e-12, "2"), (582e-12, "1/2")):
        model = nd.devices.nbox_voltage_driven(T_amb=298.0, C_ext=C_ext)
        found, _ = locking.locking(model, locking.fixed_width(3.5), 0.56e6)
        assert str(found.ratio) == ratio


def test_voltage_driven_full_circuit_is_the_current_driven_one_behind_a_load(analysis):
    """At the same states the current of the source is (V_s - V_C) / R_load."""
    model = analysis("locking").full_circuit(T_amb=298.0, V_s=2.0)
    model.check_dimensions()
    x = np.array([0.6, 2e-4, 0.55, 420.0])
    current = (2.0 - x[0]) / model["R_load"]
    driven = nd.devices.nbox_circuit(T_amb=298.0, I_s=current)
    here, there = (nd.compiled(m, "numba").rhs(x, m.p) for m in (model, driven))
    assert here == pytest.approx(there, rel=1e-12)
