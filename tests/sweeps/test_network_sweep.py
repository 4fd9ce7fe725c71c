"""A sweep over networks is each network's own run, wherever it is made."""

import numpy as np
import pytest

import neurodyn as nd

WEIGHTS, SEEDS = [-6e-5, 0.0, 6e-5], [1, 2]
MEASURES = {
    "rate": lambda run: run["cells"].rates().mean(),
    "last": lambda run: run["cells"].times[-1],
}


def pair(weight: float, seed: int) -> nd.Network:
    cells = nd.Population(
        "cells", nd.devices.nbox_neuron(I_s=3e-4), 2, parameters={"R_0": nd.LogNormal(190.0, 0.05)}
    )
    pulses = nd.Connection("cells", "cells", weight, 1e-7, nd.Rectangular(1e-7))
    return nd.Network([cells], [pulses], seed=seed)


def test_every_point_is_the_run_of_its_network() -> None:
    done = []
    sweep = nd.sweep_networks(
        pair, {"weight": WEIGHTS, "seed": SEEDS}, 3e-6, measure=MEASURES,
        progress=lambda _, fraction: done.append(fraction),
    )  # fmt: skip
    assert sweep["rate"].shape == sweep.ok.shape == (3, 2)
    assert sweep.ok.all()
    for i, weight in enumerate(WEIGHTS):
        for j, seed in enumerate(SEEDS):
            run = nd.simulate(pair(weight, seed), 3e-6)
            assert sweep["rate"][i, j] == run["cells"].rates().mean()
            assert sweep["last"][i, j] == run["cells"].times[-1]
    assert len(np.unique(sweep["last"])) == 6
    assert done[-1] == 1.0
    assert sweep.to_xarray()["last"].sel(weight=0.0, seed=2) == sweep["last"][1, 1]
    table = sweep.to_pandas()
    assert table["seed"].tolist() == SEEDS * 3
    assert np.array_equal(table["last"], sweep["last"].ravel())


def test_a_run_that_fails_has_its_status_and_the_others_are_not_affected() -> None:
    """dx/dt = 1 + a x^2 from 0 reaches infinity at pi/2 / sqrt(a): before the end for a = 1."""
    model = nd.Model.from_equations(
        ["x"], {"a": 0.0}, ["1 + a*x^2"], inputs={"I": 0.0}, spike="x - 2"
    )

    def one(a: float) -> nd.Network:
        return nd.Network([nd.Population("cells", model.with_parameters(a=a), 1)])

    measure = {"first": lambda run: run["cells"].times[0]}
    sweep = nd.sweep_networks(one, {"a": [0.0, 1.0, 0.01]}, 4.0, measure=measure)
    assert sweep.ok.tolist() == [True, False, True]
    expected = [2.0, np.nan, np.arctan(0.2) / 0.1]
    assert sweep["first"] == pytest.approx(np.array(expected), rel=1e-6, nan_ok=True)
    assert "1 did not reach the end" in repr(sweep)


@pytest.mark.parametrize(
    ("values", "measure", "sentence"),
    [
        ({"weight": WEIGHTS}, MEASURES, "missing a required argument: 'seed'"),
        ({"weight": WEIGHTS, "seed": [1], "n": [1]}, MEASURES, "unexpected keyword argument 'n'"),
        ({"weight": [], "seed": [1]}, MEASURES, "weight has no list of values"),
        ({}, MEASURES, "at least one name"),
        ({"weight": [0.0], "seed": [1]}, {}, "one measure"),
    ],
    ids=["lacks", "unknown", "empty", "nothing", "no measure"],
)
def test_what_cannot_be_is_refused_in_words(values: dict, measure: dict, sentence: str) -> None:
    with pytest.raises(nd.InputError, match=sentence):
        nd.sweep_networks(pair, values, 1e-6, measure=measure)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of a cluster
def test_a_cluster_gives_the_same_digits() -> None:
    distributed = pytest.importorskip("distributed")
    ask = {"values": {"weight": WEIGHTS, "seed": SEEDS}, "t_end": 3e-6, "measure": MEASURES}
    here = nd.sweep_networks(pair, **ask)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        away = nd.sweep_networks(pair, run=nd.Dask(client), **ask)
    for name in MEASURES:
        assert np.array_equal(here[name], away[name])
