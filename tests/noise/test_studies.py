"""The two studies with noise run, and say what docs/noise.md says."""

import importlib
import json

import pytest

from tests.conftest import REPOSITORY


@pytest.fixture
def study(monkeypatch, tmp_path):
    """Return a function that runs one study with few points and returns its JSON."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "analysis"))

    def run(name, **reduced):
        importlib.import_module(name).main(tmp_path, **reduced)
        assert 10_000 < (tmp_path / f"{name}.png").stat().st_size < 300_000
        return json.loads((tmp_path / f"{name}.json").read_text())

    return run


@pytest.mark.slow
def test_noise_of_18_uA_makes_the_bistable_window_a_bursting_range(study):
    found = study(
        "fig_2_16_noisy_frequency", n=12, points=13, times=(1e-9, 1e-7), strengths=(3e-6, 18e-6),
        capacitances=(200e-12,), pulses=(40e-6,),
    )  # fmt: skip
    fast, slow = found["by_correlation_time"]
    weak, strong = found["by_strength"]
    assert fast["range_of_median"] < 0.02e-3 < slow["range_of_median"] < 0.08e-3
    assert weak["range_of_median"] < strong["range_of_median"]
    # events end where the window does: above the fold nothing spikes for long
    assert strong["median_falls_to"] < found["fold"] + 5e-6
    # without noise only the ghost of the fold is left
    assert found["without_noise"]["range_of_median"] < 3e-6
    deep, middle, edge = found["survival"]
    assert deep["silence"]["rate"] < middle["silence"]["rate"] < edge["silence"]["rate"]
    assert deep["spiking"]["rate"] > edge["spiking"]["rate"]


@pytest.mark.slow
def test_only_slow_noise_makes_quiet_periods_near_threshold(study):
    found = study(
        "fig_2_11_stochastic_spiking", n=4, duration=200e-6, sweep=(40e-6, 50e-6),
        times=(1e-8, 2e-5),
    )  # fmt: skip
    fast, slow = found["by_correlation_time"]
    assert fast["fraction_quiet"] < 0.1 < 0.3 < slow["fraction_quiet"]
    assert fast["cv"] < 0.2 < 1.0 < slow["cv"]
    ours = found["mechanism"]["slow"]
    assert ours["agreement"] > ours["by_chance"] + 0.25
    assert found["criticality"] == "supercritical"
