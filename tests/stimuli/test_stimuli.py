"""Waveforms."""

import math

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.stimuli.parse import parse_stimulus

WAVES = [
    nd.constant(1.0),
    nd.step(1.0, start=2.0, before=-1.0),
    nd.pulse(1.0, width=2.0, start=1.0),
    nd.pulse(1.0, width=2.0, start=1.0, edge=0.5, base=0.2),
    nd.train(1.0, width=1.0, period=3.0, count=4, edge=0.1),
    nd.ramp(2.0, duration=5.0, start=1.0, fall=0.1),
    nd.ramp(2.0, duration=5.0, fall=0.0),
    nd.triangle(2.0, period=2.0, count=3),
    nd.sampled([0.0, 1.0, 1.0, 4.0], [0.0, 1.0, 3.0, -1.0]),
]


@pytest.mark.parametrize("wave", WAVES, ids=repr)
def test_slope_is_the_derivative_between_knots(wave):
    t = np.linspace(-0.5, 14.0, 1457) + 1e-4  # clear of every knot
    h = 1e-7
    by_difference = (wave(t + h) - wave(t - h)) / (2 * h)
    np.testing.assert_allclose(wave.slope(t), by_difference, atol=1e-6)


def test_values_at_a_jump_are_those_after_it():
    pulse = nd.pulse(2.0, width=1.0)
    assert pulse([0.0, 1.0 - 1e-12, 1.0]).tolist() == [2.0, 2.0, 0.0]


def test_held_before_the_first_and_after_the_last_knot():
    wave = nd.sampled([1.0, 2.0], [3.0, 4.0])
    assert wave([0.0, 5.0]).tolist() == [3.0, 4.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nd.pulse(1.0, width=0.0), "width is 0"),
        (lambda: nd.pulse(1.0, width=-1.0), "width is -1"),
        (lambda: nd.pulse(math.nan, width=1.0), "amplitude is nan"),
        (lambda: nd.pulse(1.0, width=1.0, edge=2.0), "longer than the width"),
        (lambda: nd.train(1.0, width=2.0, period=1.0, count=2), "shorter than one pulse"),
        (lambda: nd.train(1.0, width=1.0, period=2.0, count=0), "count is 0"),
        (lambda: nd.triangle(1.0, period=1.0, count=1.5), "count is 1.5"),
        (lambda: nd.sampled([0.0, 2.0, 1.0], [0.0, 1.0, 2.0]), "times go back"),
        (lambda: nd.sampled([0.0, 1.0], [0.0]), "2 times but 1 values"),
        (lambda: nd.sampled([0.0, math.inf], [0.0, 1.0]), "expected finite numbers"),
        (lambda: nd.sampled([], []), "expected"),
        (lambda: nd.constant(math.inf), "finite"),
        (lambda: nd.step(1.0, start=math.nan), "start is nan"),
    ],
)
def test_bad_waveforms_end_in_a_sentence(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("200uA", nd.constant(2e-4)),
        ("pulse(200uA, width=1us, edge=100ns)", nd.pulse(2e-4, width=1e-6, edge=1e-7)),
        ("train(0.1mA,1us,2.86us,3)", nd.train(1e-4, 1e-6, 2.86e-6, 3)),
        ("ramp(680e-6, duration=100us, fall=0.1us)", nd.ramp(680e-6, 100e-6, fall=1e-7)),
    ],
)
def test_stimuli_from_text(text, same_as):
    wave = parse_stimulus(text, "A", "s")
    np.testing.assert_allclose(wave.times, same_as.times, rtol=1e-12)
    np.testing.assert_allclose(wave.values, same_as.values, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pulze(1uA,width=1us)", "did you mean 'pulse'"),
        ("pulse(1uA)", "pulse needs width"),
        ("pulse(1uA, widht=1us)", "did you mean 'width'"),
        ("pulse(1us, width=1us)", "converts to A"),
        ("pulse(1uA, width=1us, 2, 3, 4, 5, 6)", "takes 5 arguments"),
        ("missing.csv", "cannot be read"),
        ("hello", "expected a number"),
    ],
)
def test_bad_text_ends_in_a_sentence(text, message):
    with pytest.raises(InputError, match=message):
        parse_stimulus(text, "A", "s")


def test_stimulus_from_a_file(tmp_path):
    path = tmp_path / "wave.csv"
    path.write_text("t (s),I (A)\n0,0\n1e-6,1e-4\n")
    assert float(parse_stimulus(str(path), "A", "s")(0.5e-6)) == pytest.approx(5e-5)
