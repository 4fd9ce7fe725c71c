"""Sweeps with noise: the same paths as ``nd.solve_sde``, in lanes."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError

SOURCE = nd.noise.white("V", 1e-3 / np.sqrt(1e-9))


def test_each_run_follows_the_path_of_solve_sde(neuron):
    """Another program, the same random numbers: spikes and states equal to rounding."""
    driven = neuron.with_parameters(I_s=3.35e-4)
    runs = nd.sweep(
        neuron, {"I_s": [3.35e-4]}, 1e-6, noise=SOURCE, trials=37, seed=3, dt=1e-9,
        measure=["spikes", "last_spike", "final", "spike_times"],
    )  # fmt: skip
    alone = nd.solve_sde(driven, 1e-6, noise=SOURCE, n=37, seed=3, dt=1e-9, keep="spikes")
    assert runs["spikes"][0].tolist() == [len(times) for times in alone.spike_times]
    np.testing.assert_allclose(runs["final"][0], alone.end, rtol=1e-7)
    for found, times in zip(runs["spike_times"][0], alone.spike_times, strict=True):
        np.testing.assert_allclose(found[: len(times)], times, rtol=1e-9)
        assert np.isnan(found[len(times) :]).all()


def test_threads_and_company_change_no_digit(neuron):
    ask = {"noise": SOURCE, "seed": 5, "dt": 1e-9, "measure": ["last_spike", "final"]}
    many = nd.sweep(neuron, {"I_s": [2e-4, 4e-4]}, 5e-7, trials=40, threads=1, **ask)
    again = nd.sweep(neuron, {"I_s": [2e-4, 4e-4]}, 5e-7, trials=40, threads=3, **ask)
    fewer = nd.sweep(neuron, {"I_s": [2e-4]}, 5e-7, trials=7, **ask)
    for name in many.data:
        np.testing.assert_array_equal(many[name], again[name])
        np.testing.assert_array_equal(many[name][0, :7], fewer[name][0])
    other = nd.sweep(neuron, {"I_s": [2e-4]}, 5e-7, trials=7, **{**ask, "seed": 6})
    assert (other["final"] != fewer["final"]).all()
    assert many.dims == ("I_s", "trial")
    assert many.provenance["seed"] == 5


@pytest.mark.slow
def test_resets_stimuli_and_noise_that_depends_on_the_state():
    """Integrate-and-fire with a pulse, and Euler-Maruyama where strength follows the state."""
    lif = nd.Model.from_equations(
        ["V"], {"k": 1.0}, ["I - k*V"], inputs={"I": 2.0}, spike="V - 1", reset={"V": 0}
    )
    wave = nd.pulse(3.0, width=2.0, start=0.5)
    source = nd.noise.white("V", 0.05)
    runs = nd.sweep(
        lif, {"k": [0.5, 1.0]}, 4.0, noise=source, trials=9, seed=2, dt=0.01,
        inputs={"I": wave}, measure=["spikes", "final"],
    )  # fmt: skip
    for i, k in enumerate((0.5, 1.0)):
        model = lif.with_parameters(k=k)
        alone = nd.solve_sde(
            model, 4.0, noise=source, n=9 * (i + 1), seed=2, dt=0.01, inputs={"I": wave}
        )
        these = slice(9 * i, 9 * (i + 1))
        assert runs["spikes"][i].tolist() == [len(times) for times in alone.spike_times[these]]
        np.testing.assert_allclose(runs["final"][i], alone.end[these], rtol=1e-9)


@pytest.mark.slow
def test_mean_count_of_the_noisy_ensemble(neuron):
    """58.02 spikes in 20 us (Brian2, and Euler-Maruyama at 50 ps), to the sampling error."""
    model = neuron.with_parameters(T_spike=2000.0, I_s=3.35e-4)
    runs = nd.sweep(model, {}, 20e-6, noise=SOURCE, trials=1000, seed=1, dt=1e-9, measure="spikes")
    counts = runs["spikes"]
    error = counts.std() / np.sqrt(counts.size)
    assert counts.mean() == pytest.approx(58.02, abs=4 * error)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"trials": 5}, "trials is 5 without noise"),
        ({"dt": 1e-9}, "without noise"),
        ({"noise": SOURCE, "seed": -1}, "seed is -1"),
        ({"noise": SOURCE, "dt": 1e-7}, "too large"),
        ({"noise": SOURCE, "trials": 0}, "trials is 0"),
        ({"noise": SOURCE, "precision": "float32"}, "with noise"),
        ({"noise": SOURCE, "measure": len}, "nd.solve_sde"),
        ({"noise": nd.noise.parameter_jitter({"R_0": 0.1})}, "nd.solve_sde"),
    ],
)
def test_bad_calls_end_in_a_sentence(neuron, arguments, message):
    with pytest.raises(InputError, match=message):
        nd.sweep(neuron, {"I_s": [3e-4]}, 1e-6, **arguments)
