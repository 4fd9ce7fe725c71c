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
        neuron, {"I_s": [3.35e-4]}, 1e-6, method=nd.FixedStep(1e-9, SOURCE, trials=37, seed=3),
        measure=["spikes", "last_spike", "final", "spike_times"],
    )  # fmt: skip
    alone = nd.solve_sde(driven, 1e-6, noise=SOURCE, n=37, seed=3, dt=1e-9, keep="spikes")
    assert runs["spikes"][0].tolist() == [len(times) for times in alone.spike_times]
    np.testing.assert_allclose(runs["final"][0], alone.end, rtol=1e-7)
    for found, times in zip(runs["spike_times"][0], alone.spike_times, strict=True):
        np.testing.assert_allclose(found[: len(times)], times, rtol=1e-9)
        assert np.isnan(found[len(times) :]).all()


def test_threads_and_company_change_no_digit(neuron):
    ask = {"measure": ["last_spike", "final"]}

    def noisy(trials, seed=5):
        return nd.FixedStep(1e-9, SOURCE, trials, seed)

    many = nd.sweep(neuron, {"I_s": [2e-4, 4e-4]}, 5e-7, method=noisy(40), run=nd.Threads(1), **ask)
    again = nd.sweep(
        neuron, {"I_s": [2e-4, 4e-4]}, 5e-7, method=noisy(40), run=nd.Threads(3), **ask
    )
    fewer = nd.sweep(neuron, {"I_s": [2e-4]}, 5e-7, method=noisy(7), **ask)
    for name in many.data:
        np.testing.assert_array_equal(many[name], again[name])
        np.testing.assert_array_equal(many[name][0, :7], fewer[name][0])
    other = nd.sweep(neuron, {"I_s": [2e-4]}, 5e-7, method=noisy(7, 6), **ask)
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
        lif, {"k": [0.5, 1.0]}, 4.0, method=nd.FixedStep(0.01, source, trials=9, seed=2),
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
    method = nd.FixedStep(1e-9, SOURCE, trials=1000, seed=1)
    runs = nd.sweep(model, {}, 20e-6, method=method, measure="spikes")
    counts = runs["spikes"]
    error = counts.std() / np.sqrt(counts.size)
    assert counts.mean() == pytest.approx(58.02, abs=4 * error)


def test_parameters_jitter_in_a_sweep_as_in_an_ensemble(neuron):
    """Every cycle draws anew, in each lane for itself."""
    noise = [nd.noise.parameter_jitter({"R_0": 0.02, "C_ext": 0.01}), nd.noise.white_current(2e-9)]
    driven = neuron.with_parameters(I_s=3.35e-4)
    alone = nd.solve_sde(driven, 2e-6, noise=noise, n=9, seed=4, dt=1e-9, keep="spikes")
    method = nd.FixedStep(1e-9, noise, trials=9, seed=4)
    runs = nd.sweep(driven, {}, 2e-6, method=method, measure=["last_spike", "final"])
    np.testing.assert_array_equal(runs["final"], alone.end)
    assert runs["last_spike"].tolist() == [times[-1] for times in alone.spike_times]


def test_a_step_too_large_on_the_way_ends_its_run_alone():
    """dx = -k x^5: fast where noise kicks it to, and only there; k = 0 never is."""
    model = nd.Model.from_equations({"x": 0.0}, {"k": 1.0}, ["-k*x**5"])
    method = nd.FixedStep(0.09, nd.noise.white("x", 1.0))
    runs = nd.sweep(model, {"k": [0.0, 1.0]}, 100.0, method=method, measure="final")
    assert runs.ok.tolist() == [True, False]
    assert runs.failures == {nd.Status.TOO_COARSE: 1}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nd.FixedStep(1e-9), "no noise was given"),
        (lambda: nd.FixedStep(1e-9, SOURCE, seed=-1), "seed is -1"),
        (lambda: nd.FixedStep(1e-9, SOURCE, seed=2**64), "seed is"),
        (lambda: nd.FixedStep(1e-9, SOURCE, trials=0), "trials is 0"),
        (lambda: nd.FixedStep(0.0, SOURCE), "dt is 0"),
    ],
)
def test_choices_that_make_no_sense_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"trials": 5}, r"sweep has no trials=; use method=nd.FixedStep\(trials"),
        ({"noise": SOURCE}, r"sweep has no noise=; use method=nd.FixedStep\(noise"),
        ({"method": nd.FixedStep(1e-7, SOURCE)}, "too large"),
        ({"method": nd.FixedStep(1e-9, SOURCE), "measure": len}, "nd.solve_sde"),
    ],
)
def test_bad_calls_end_in_a_sentence(neuron, arguments, message):
    with pytest.raises(InputError, match=message):
        nd.sweep(neuron, {"I_s": [3e-4]}, 1e-6, **arguments)
