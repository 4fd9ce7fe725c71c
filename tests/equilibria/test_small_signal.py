"""Impedance and local activity: against runs, closed forms, and the folds and Hopf points."""

import numpy as np
import pytest

import neurodyn as nd
from tests.tolerances import ROOT, ROUNDING

BIAS = [20e-6, 42e-6, 0.91e-3, 0.95e-3, 1.2e-3]  # stable, two of them with negative resistance


@pytest.mark.parametrize("current", BIAS)
def test_impedance_of_the_neuron_is_what_a_small_sine_does_in_a_run(current):
    neuron = nd.devices.nbox_neuron(T_amb=298.0, I_s=current)
    found = nd.impedance(neuron)
    slowest = -1 / found.poles.real.max()
    f = abs(found.poles[0]) / (2 * np.pi) / 3
    amplitude, n = 1e-4 * current, 400  # knots for each period: a sine of straight pieces
    periods = int(np.ceil(25 * slowest * f)) + 4  # the transient has died out before the last three
    t = np.arange(periods * n + 1) / (n * f)
    sine = nd.sampled(t, current + amplitude * np.sin(2 * np.pi * f * t))
    run = nd.solve(neuron, t[-1], x0=found.state, inputs={"I_s": sine}, method=nd.Adaptive(1e-10))
    last = t[-3 * n - 1 : -1]
    wave = np.exp(-2j * np.pi * f * last)
    answer = (run.at(last, "V") * wave).mean() * 2j
    drive = ((sine(last)) * wave).mean() * 2j
    expected = nd.impedance(neuron, f=[f]).Z[0]
    assert answer / drive == pytest.approx(expected, rel=1e-3)


def test_impedance_of_linear_circuits_is_the_closed_form():
    R, C, L = 50.0, 1e-9, 1e-6
    f = np.geomspace(1e3, 1e9, 40)
    s = 2j * np.pi * f
    text = f"I1 0 a input\nC1 a 0 {C!r}\nR1 a b {R!r}\nL1 b 0 {L!r}"
    found = nd.impedance(nd.Circuit.from_netlist(text).model(), f=f)
    assert pytest.approx(1 / (s * C + 1 / (R + s * L)), rel=ROOT) == found.Z
    assert found.zeros == pytest.approx(np.array([-R / L]), rel=ROOT)
    assert sorted(found.poles, key=np.imag) == pytest.approx(
        sorted(np.roots([L * C, R * C, 1]), key=np.imag), rel=ROOT
    )
    text = f"V1 a 0 input\nR1 a b {R!r}\nL1 b c {L!r}\nC1 c 0 {C!r}"
    found = nd.impedance(nd.Circuit.from_netlist(text).model(), f=f)
    assert found.port.inverted
    assert pytest.approx(R + s * L + 1 / (s * C), rel=ROOT) == found.Z
    assert pytest.approx(1 / found.Z, rel=ROUNDING) == found.Y
    assert found.negative_bands == ()


def test_both_drives_of_a_device_see_one_impedance():
    """A port is a port: current-driven, or voltage-driven behind a known resistor."""
    f = np.geomspace(1e4, 1e9, 30)
    one = nd.impedance(nd.devices.nbox_neuron(), f=f, I_s=1e-3)
    level = one.state["V"] + 4e3 * 1e-3
    other = nd.impedance(nd.devices.nbox_voltage_driven(V_s=level), f=f, at=one.state)
    assert pytest.approx(one.Z, rel=1e-8, abs=1e-8) == other.Z - 4e3


def test_at_frequency_zero_it_is_the_slope_of_the_iv_curve():
    neuron = nd.devices.nbox_neuron(T_amb=298.0)
    for level in (0.2e-3, 0.93e-3):
        low, high = (
            nd.fixed_points(neuron, I_s=level * (1 + step))[0].state["V"] for step in (-1e-5, 1e-5)
        )
        slope = (high - low) / (2e-5 * level)
        assert nd.impedance(neuron, f=[1.0], I_s=level).Z[0].real == pytest.approx(slope, rel=1e-5)


def test_negative_band_ends_where_the_resistance_vanishes():
    neuron = nd.devices.nbox_neuron(T_amb=298.0, I_s=0.93e-3)
    ((low, high),) = nd.impedance(neuron, f=np.geomspace(1e3, 1e9, 4000)).negative_bands
    assert low == 1e3
    fine = nd.impedance(neuron, f=[high * 0.999, high * 1.001]).Z.real
    assert fine[0] < 0 < fine[1]


def test_device_alone_is_at_the_edge_of_chaos_from_fold_to_fold():
    """Held by a current it is stable and active where dV/dI < 0: the folds are found elsewhere."""
    device = nd.Circuit().voltage_source("V1", "a", "0").device("X1", "a", "0", "nbox").model()
    found, curve = nd.local_activity(device, n=60), nd.iv_curve(device)
    (stretch,) = found.edge_of_chaos_otherwise
    assert stretch.answer == pytest.approx((curve.threshold.I, curve.hold.I), rel=1e-8)
    assert stretch.input == pytest.approx((curve.threshold.V, curve.hold.V), rel=1e-8)
    assert found.active_ranges == found.edge_of_chaos_otherwise
    assert found.edge_of_chaos == ()  # a voltage source cannot hold it there


def test_neuron_is_at_the_edge_of_chaos_between_folds_and_hopf_points():
    neuron = nd.devices.nbox_neuron(T_amb=298.0)
    found = nd.local_activity(neuron, n=60)
    hopf = [point.parameter for point in nd.stability(neuron).hopf]
    curve = nd.iv_curve(neuron)
    first, second = found.edge_of_chaos
    assert first.input == pytest.approx((curve.threshold.I, hopf[0]), rel=1e-7)
    assert second.input == pytest.approx((hopf[1], curve.hold.I), rel=1e-7)


def test_passive_circuit_is_nowhere_active():
    cold = nd.devices.nbox_neuron()
    found = nd.local_activity(cold, (1e-7, 30e-6), n=20)
    assert found.active_ranges == ()
    assert (found.least_real >= -1e-6).all()


def test_ports_that_must_be_named_are_asked_for():
    pair = nd.Circuit.from_netlist(
        "I1 0 a input\nC1 a 0 1n\nR1 a 0 1k\nI2 0 b input\nC2 b 0 1n\nR2 a b 1k"
    ).model()
    with pytest.raises(nd.InputError, match="inputs I1, I2; say with input="):
        nd.impedance(pair)
    with pytest.raises(nd.InputError, match="expected output="):
        nd.impedance(pair, input="I1")
    transfer = nd.impedance(pair, input="I1", output="V_b", f=[1.0])
    assert transfer.response[0] == pytest.approx(1e3, rel=1e-4)
    two = nd.devices.morris_lecar()
    with pytest.raises(nd.InputError, match="expected output="):
        nd.impedance(two)
    with pytest.raises(nd.InputError, match="not positive"):
        nd.impedance(nd.devices.nbox_neuron(I_s=1e-3), f=[0.0])
    with pytest.raises(nd.InputError, match="3 bias points"):
        nd.impedance(nd.devices.nbox_voltage_driven(R_load=10.0), V_s=0.8)
