"""Shapes of spikes are right by closed forms, and cost in proportion to the number of spikes."""

import math
from importlib import import_module

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.simulation import Trajectory


def rotator():
    """x = cos t, y = sin t."""
    return nd.Model.from_equations({"x": 1.0, "y": 0.0}, {"w": 1.0}, ["-w*y", "w*x"], spike="x")


def test_a_cosine_has_peak_1_trough_minus_1_and_half_a_turn_of_width():
    train = nd.spikes(nd.solve(rotator(), 100 * math.pi))
    whole = slice(0, -1)  # the last may be cut by the end
    assert len(train) == 50
    np.testing.assert_allclose(train.peaks[whole], 1.0, rtol=1e-4)
    np.testing.assert_allclose(train.troughs[whole], -1.0, rtol=1e-2)
    np.testing.assert_allclose(train.widths[whole], math.pi, rtol=1e-2)
    np.testing.assert_allclose(np.diff(train.peak_times[whole]), 2 * math.pi, rtol=1e-3)


def test_a_charging_curve_with_reset_peaks_at_its_end():
    """v = 2 (1 - exp(-t)) to 1 and back to 0: after ln 2."""
    model = nd.Model.from_equations(
        {"v": 0.0}, {"I": 2.0}, ["I - v"], spike="v - 1", reset={"v": "0"}
    )
    train = nd.spikes(nd.solve(model, 20.5 * math.log(2)))
    assert len(train) == 20
    np.testing.assert_allclose(train.troughs, 0.0, atol=1e-9)
    np.testing.assert_allclose(train.peaks[:-1], 1.0, rtol=1e-9)  # the last is cut by the end
    np.testing.assert_allclose(train.intervals, math.log(2), rtol=1e-6)


@pytest.mark.parametrize("blocks", [1000, 100])
def test_blocks_change_no_digit(monkeypatch, blocks):
    traj = nd.solve(rotator(), 100 * math.pi)
    whole = nd.spikes(traj)
    monkeypatch.setattr(import_module("neurodyn.spikes.shapes"), "_BLOCK", blocks)
    parts = nd.spikes(traj)
    for name in ("peak_times", "peaks", "troughs", "widths"):
        assert getattr(whole, name).tobytes() == getattr(parts, name).tobytes()


def test_twice_the_spikes_are_twice_the_evaluations(monkeypatch):
    counted = []
    within, sampler = Trajectory.within, Trajectory.sampler

    def counting(function):
        def counted_too(*arguments):
            values = function(*arguments)
            counted.append(values.size)
            return values

        return counted_too

    monkeypatch.setattr(Trajectory, "within", counting(within))
    monkeypatch.setattr(Trajectory, "sampler", lambda *args: counting(sampler(*args)))

    def evaluations(turns):
        traj = nd.solve(rotator(), turns * 2 * math.pi)
        counted.clear()
        assert len(nd.spikes(traj)) == turns
        return sum(counted), len(counted)

    (small, calls), (large, more_calls) = evaluations(200), evaluations(400)
    assert large / small == pytest.approx(2.0, rel=0.05)
    assert more_calls < 2 * calls + 20  # calls of numpy do not go with the spikes


def test_a_trough_may_be_the_end_of_the_run():
    """x = cos t rises through 0 at 3/2 pi; 2 after its top at 2 pi it is lower than ever since."""
    train = nd.spikes(nd.solve(rotator(), 2 * math.pi + 2))
    assert train.troughs[0] == pytest.approx(math.cos(2), rel=1e-6)


@pytest.mark.parametrize(
    ("model", "end", "rtol"),
    [
        (nd.devices.nbox_circuit(I_s=180e-6), 4e-6, 1e-7),
        (nd.devices.nbox_neuron(I_s=100e-6), 8e-6, 1e-3),
        (nd.devices.hodgkin_huxley(I=10.0), 80.0, 1e-3),
        (nd.devices.fitzhugh_nagumo(I=0.5), 200.0, 1e-2),
    ],
    ids=lambda value: value.name if isinstance(value, nd.Model) else "",
)
def test_shapes_are_those_of_two_hundred_samples_in_every_step(model, end, rtol):
    traj = nd.solve(model, end, method=nd.Adaptive(rtol=rtol))
    for observable in model.observable_names:
        train = nd.spikes(traj, observable=observable)
        assert len(train) > 3
        for n in range(1, len(train) - 1):
            start, stop = train.times[n : n + 2]
            ends = np.concatenate([[start], traj.t[(traj.t > start) & (traj.t < stop)], [stop]])
            t = np.interp(np.arange(200 * len(ends)) / 200, np.arange(len(ends)), ends)
            y = traj.at(t, observable)
            size = y.max() - y.min()
            assert train.peaks[n] == pytest.approx(y.max(), rel=0, abs=2e-3 * size)
            assert train.troughs[n] == pytest.approx(y.min(), rel=0, abs=2e-3 * size)
            before = y[: y.argmax()] < (half := (train.peaks[n] + train.troughs[n]) / 2)
            after = y[y.argmax() :] < half
            if before.any() and after.any():  # it rose and fell within the spike
                rise, fall = t[np.flatnonzero(before)[-1]], t[y.argmax() + after.argmax()]
                assert train.widths[n] == pytest.approx(fall - rise, rel=2e-3)


@pytest.mark.parametrize("stimulus", [None, nd.ramp(400e-6, 8e-6, begin=60e-6)])
def test_observables_of_a_long_run_are_compiled_to_the_same_values(monkeypatch, stimulus):
    neuron = nd.devices.nbox_neuron(I_s=100e-6)
    traj = nd.solve(neuron, 8e-6, inputs={} if stimulus is None else {"I_s": stimulus})
    short = nd.spikes(traj)
    assert len(short) > 2
    power = traj.at(traj.t, "P_source")
    monkeypatch.setattr(import_module("neurodyn.simulation.trajectory"), "_WORTH_COMPILING", 0)
    vars(traj).pop("_sums")
    long = nd.spikes(traj)
    for name in ("peak_times", "peaks", "troughs", "widths", "charge", "energy_source"):
        np.testing.assert_allclose(getattr(long, name), getattr(short, name), rtol=1e-12)
    np.testing.assert_allclose(traj.at(traj.t, "P_source"), power, rtol=1e-13, atol=1e-25)
