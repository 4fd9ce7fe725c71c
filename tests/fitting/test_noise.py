"""Noise by channel: the parts, and that a fit weighs each point by its own."""

import math

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError

TRUTH = {"R_0": 190.0, "E_a": 0.215 * nd.eV, "eps_r_d": 45 * 31e-9, "R_th": 2040816.0}


def test_parts_add_in_squares():
    noise = nd.ChannelNoise(relative=0.3, absolute=4.0, resolution=math.sqrt(12) * 12.0)
    assert noise.sd(10.0) == pytest.approx(math.sqrt(9 + 16 + 144))
    assert noise.relative_sd(10.0) == pytest.approx(1.3)


def test_resolution_is_the_scatter_of_rounded_readings():
    """Independent: round numbers that lie anywhere on a range of 12 bits."""
    values = np.random.default_rng(0).uniform(0.0, 1e-3, 200_000)
    step = 1e-3 / 4096
    error = np.round(values / step) * step - values
    assert nd.ChannelNoise(resolution=step).sd(values)[0] == pytest.approx(error.std(), rel=5e-3)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "one above 0"),
        ({"absolute": -1.0}, "0 or more"),
        ({"relative": math.nan}, "0 or more"),
        ({"relative": 1.5}, "between 0 and 1"),
    ],
)
def test_parts_that_make_no_sense_are_refused(parts, message):
    with pytest.raises(InputError, match=message):
        nd.ChannelNoise(**parts)


def test_relative_noise_of_channels_is_what_two_numbers_say():
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=40)
    one = nd.fit_iv((curve.V, curve.I), 298.0, noise=(0.01, 0.02), starts=1)
    two = nd.fit_iv(
        (curve.V, curve.I), 298.0, starts=1,
        noise=(nd.ChannelNoise(relative=0.01), nd.ChannelNoise(relative=0.02)),
    )  # fmt: skip
    assert one.to_dict() == two.to_dict()


@pytest.mark.slow
def test_noise_that_is_no_share_of_the_reading_is_weighed_point_by_point():
    """An ammeter with 0.3 uA of noise everywhere, two decades above which the curve ends.

    Over 60 seeds: chi-square is as its distribution says, and (estimate - truth) / error scatters
    as a standard normal number (its variance, of 60, is known to 18 %).
    """
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(3e-6, 3e-3), n=120)
    noise = (nd.ChannelNoise(relative=0.002), nd.ChannelNoise(relative=0.003, absolute=3e-7))
    off, chi_square = [], []
    for seed in range(60):
        rng = np.random.default_rng([seed, 7])
        V, I = (
            x + channel.sd(x) * rng.standard_normal(len(x))
            for x, channel in zip((curve.V, curve.I), noise, strict=True)
        )
        fit = nd.fit_iv((V, I), 298.0, noise=noise, misfit=nd.IVMisfit(jumps=False), starts=1)
        off.append([(fit[n].value - x) / fit[n].standard_error for n, x in TRUTH.items()])
        chi_square.append(fit.chi_square / fit.degrees_of_freedom)
    assert np.var(off, axis=0) == pytest.approx(np.ones(4), abs=3 * 0.18)
    assert np.abs(np.mean(off, axis=0)).max() < 3.5 / math.sqrt(60)
    # mean of 60, each with a standard deviation of sqrt(2 / 116)
    assert np.mean(chi_square) == pytest.approx(1.0, abs=4 * math.sqrt(2 / 116 / 60))
