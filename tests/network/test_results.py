"""What a run gives away, and the sentences that bad input gets."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import neurodyn as nd

LIF = nd.devices.leaky_integrate_and_fire
NBOX = nd.devices.nbox_neuron
PULSE = nd.Rectangular(1e-7)


@pytest.fixture(scope="module")
def run() -> nd.NetworkRun:
    pair = nd.Population("pair", NBOX(I_s=3e-4), 2)
    source = nd.SpikeSource("source", [[1e-6, 2e-6]])
    pulses = nd.Connection("pair", "pair", -6e-5, 2.5e-7, PULSE)
    kick = nd.Connection("source", "pair", 5e-5, 1e-7, PULSE)
    record = nd.Record(states_at_spikes=["pair"], integrals={"pair": ["P_device"]})
    return nd.simulate(nd.Network([pair, source], [pulses, kick]), 4e-6, record=record)


def test_spikes_leave_as_tables_files_and_trains(run: nd.NetworkRun, tmp_path: Path) -> None:
    frame, data = run.to_pandas(), run.to_xarray()
    assert len(frame) == len(run["pair"]) + 2 == data.sizes["point"]
    assert frame["time"].is_monotonic_increasing
    assert set(frame["population"]) == {"pair", "source"}
    run.to_csv(tmp_path / "spikes.csv")
    lines = (tmp_path / "spikes.csv").read_text().splitlines()
    assert lines[0] == "time [s],population,neuron"
    assert len(lines) == 1 + len(frame)
    run.to_npz(tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as file:
        assert np.array_equal(file["pair/times"], run["pair"].times)
    trains = run.to_neo().spiketrains
    assert [len(t) for t in trains] == [*run["pair"].counts, 2]
    assert trains[0].rescale("ns").magnitude == pytest.approx(run["pair"].train(0) * 1e9)


def test_energy_of_spikes_is_that_of_nd_spikes() -> None:
    """Integral of power along the network's steps against the one along a dense solution."""
    cell = nd.Population("cell", NBOX(I_s=3e-4), 1)
    record = nd.Record(integrals={"cell": ["P_device"]})
    run = nd.simulate(nd.Network([cell]), 5e-6, record=record)
    alone = nd.spikes(nd.solve(NBOX(I_s=3e-4), 5e-6))
    assert alone.energy_device is not None
    (energies,) = run.per_spike("cell", "P_device")
    assert energies == pytest.approx(alone.energy_device, rel=1e-6)


def test_spikes_happen_on_their_threshold(run: nd.NetworkRun) -> None:
    assert run.states_at_spikes["pair"]["T"] == pytest.approx(600.0, abs=1e-6)


def test_measures_of_trains() -> None:
    """Two regular trains half a period apart: by hand."""
    spikes = nd.SpikeTrains("pair", np.arange(0.25, 10.0, 0.5), np.arange(20) % 2, 2, 10.0, "1")
    assert spikes.counts.tolist() == [10, 10]
    assert spikes.rates() == pytest.approx([1.0, 1.0])
    assert spikes.order_parameter(np.array([3.1, 4.7])) == pytest.approx(0.0, abs=1e-12)
    together = nd.SpikeTrains("pair", np.repeat(spikes.times, 2), np.arange(40) % 2, 2, 10.0, "1")
    assert together.order_parameter(np.array([3.1, 4.7])) == pytest.approx(1.0, rel=1e-12)
    lags, counts = spikes.correlogram(0, 1, 0.1, 1.0)
    assert lags[counts > 0] == pytest.approx([-0.5, 0.5])
    _, rate = spikes.population_rate(1.0)
    assert rate == pytest.approx(np.ones(10))
    middles, rate = spikes.population_rate(4.0)  # the last bin ends with the run
    assert middles == pytest.approx([2.0, 6.0, 9.0])
    assert rate == pytest.approx(np.ones(3))


def test_random_sources_keep_their_rates() -> None:
    """Counts of a Poisson process have the mean and the variance rate * t: within 5 errors."""
    rates = np.array([0.0, 5.0, 50.0, 500.0])
    _, neurons = nd.PoissonSource("noise", 4, rates).spikes(40.0, 3)
    counts = np.bincount(neurons, minlength=4)
    assert np.all(np.abs(counts - 40.0 * rates) <= 5.0 * np.sqrt(40.0 * rates))
    _, many = nd.PoissonSource("noise", 2000, 5.0).spikes(40.0, 3)
    spread = np.bincount(many, minlength=2000).var()
    assert spread / 200.0 == pytest.approx(1.0, abs=5.0 * np.sqrt(2.0 / 2000))


def network(**changes: Any) -> nd.Network:
    """Return a network of which something is wrong."""
    cells = nd.Population("cells", NBOX(I_s=3e-4), 3)
    arguments: dict[str, Any] = {
        "pre": "cells",
        "post": "cells",
        "weight": 1e-5,
        "delay": 1e-7,
        "shape": PULSE,
    }
    built = nd.Network([cells], [nd.Connection(**(arguments | changes))])
    assert built.synapses
    return built


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"delay": 0.0}, "a delay is 0; expected delays above zero: what acts at once couples"),
        ({"delay": np.nan}, "delay is nan"),
        ({"weight": np.full((3, 3), np.nan)}, "weight"),
        ({"weight": np.ones((2, 3))}, r"shape \(2, 3\); expected \(3, 3\)"),
        ({"weight": np.eye(3)}, "neuron 0 connects to itself; expected zeros on the diagonal"),
        ({"weight": sparse.eye(3)}, "neuron 0 connects to itself"),
        ({"weight": [1e-5, 1e-5]}, r"weight has the shape \(2,\)"),
        ({"post": "cell"}, "did you mean 'cells'"),
        ({"into": "I"}, "no input 'I'"),
        ({"shape": nd.Charge("U")}, "no state 'U'"),
        ({"shape": nd.Charge("V", "C")}, "no parameter 'C'"),
        ({"pattern": nd.FixedInDegree(4)}, "k is 4; expected at most 3"),
        ({"pattern": nd.FromList([0, 3], [1, 2])}, "pre names neuron 3; expected numbers from 0"),
        ({"delay": nd.Normal(1e-7, 1e-6), "pattern": nd.AllToAll()}, "a delay drawn is"),
        ({"weight": [1e-5, -1e-5] * 3, "dale": True}, "weights from neuron 0 differ in sign"),
    ],
)
def test_a_network_that_cannot_be_is_refused_in_a_sentence(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(nd.InputError, match=sentence) as caught:
        network(**changes)
    assert len(str(caught.value)) < 300


def test_populations_that_cannot_be_are_refused() -> None:
    one, silent = nd.Population("a", LIF(), 1), nd.Model.from_equations(["x"], {}, ["-x"])
    for sentence, make in (
        ("no parameter or input 'R_o'", partial(nd.Population, parameters={"R_o": 1.0})),
        (r"R_0 has the shape \(3,\)", partial(nd.Population, parameters={"R_0": [1, 2, 3]})),
        ("is not reset at its spikes", partial(nd.Population, refractory=1e-8)),
    ):
        with pytest.raises(nd.InputError, match=sentence):
            make("a", NBOX(), 2)
    for sentence, make in (
        ("declares no spike event", lambda: nd.Population("a", silent, 2)),
        ("two populations are named 'a'", lambda: nd.Network([one, one])),
        ("one unit of time", lambda: nd.Network([one, nd.Population("b", NBOX(), 1)])),
    ):
        with pytest.raises(nd.InputError, match=sentence):
            make()
    with pytest.raises(nd.InputError, match="a time is -1e-07; expected 0 or later"):
        nd.SpikeSource("source", [[1e-7], [2e-7, -1e-7]])
    with pytest.raises(nd.InputError, match="a neuron of 'a' is named twice"):
        nd.simulate(nd.Network([one]), 1.0, record=nd.Record({"a": [0, 0]}, period=0.1))
    wrong = nd.Population("a", NBOX(), 2, parameters={"R_0": [190.0, -1.0]})
    with pytest.raises(nd.InputError, match=re.escape("neuron 1 of 'a' has R_0 = -1")):
        nd.simulate(nd.Network([wrong]), 1e-7)
    above = nd.Population("a", LIF(), 2, start={"V": [-70.0, -40.0]})
    with pytest.raises(nd.InputError, match="neuron 1 of 'a' starts with its spike event"):
        nd.simulate(nd.Network([above]), 1.0)


def test_a_neuron_that_cannot_be_followed_is_named_and_nothing_is_lost() -> None:
    model = nd.Model.from_equations(
        ["x"], {"a": 0.0}, ["1 + a*x^2"], inputs={"I": 0.0}, spike="x - 2"
    )
    cells = nd.Population("cells", model, 3, parameters={"a": [0.0, 0.0, 1.0]})
    with pytest.raises(nd.NumericalError, match="neuron 2 of 'cells'") as caught:
        nd.simulate(nd.Network([cells]), 30.0)
    kept = caught.value.result
    assert isinstance(kept, nd.NetworkRun)
    assert not kept.status
    assert [kept["cells"].train(i).round(6).tolist() for i in (0, 1)] == [[2.0], [2.0]]


def test_sparse_dense_and_listed_synapses_are_the_same() -> None:
    rng = np.random.default_rng(1)
    matrix = np.where(rng.random((4, 4)) < 0.5, rng.normal(size=(4, 4)), 0.0)
    np.fill_diagonal(matrix, 0.0)
    post, pre = np.nonzero(matrix)
    cells = nd.Population("cells", LIF(), 4)
    kinds = []
    for weight, pattern in (
        (matrix, nd.AllToAll()),
        (sparse.csr_array(matrix), nd.AllToAll()),
        (matrix[post, pre], nd.FromList(pre, post)),
    ):
        made = nd.Connection("cells", "cells", weight, 1.0, nd.Exponential(2.0), pattern)
        kinds.append(nd.Network([cells], [made]).synapses["cells -> cells"])
    for other in kinds[1:]:
        assert np.array_equal(other.matrix(4), matrix)
        assert np.array_equal(other.post, kinds[0].post)


def test_draws_have_the_numbers_they_promise() -> None:
    """Binomial count of pairs within five standard deviations; in-degrees exactly."""
    rng = np.random.default_rng(0)
    pre, post = nd.FixedProbability(0.03).draw(rng, 500, 400)
    n, mean = len(pre), 500 * 400 * 0.03
    assert abs(n - mean) < 5 * np.sqrt(mean * 0.97)
    assert len(set(zip(pre.tolist(), post.tolist(), strict=True))) == n
    for k, total in ((3, 500), (100, 150), (150, 150)):
        pre, post = nd.FixedInDegree(k).draw(rng, total, 40)
        assert (np.bincount(post) == k).all()
        assert all(len(set(pre[post == i])) == k for i in range(40))
    ring = nd.Distance(np.arange(30.0)[:, None], length=1e-3, period=30.0)
    pre, post = ring.draw(rng, 30, 30)
    assert np.array_equal(pre, post)
