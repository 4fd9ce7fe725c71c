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
