"""A run that is split, killed or stopped gives the digits of one that is not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import neurodyn as nd
from tests.conftest import REPOSITORY
from tests.network.test_properties import random_network, same

RULE = nd.STDP(0.02, 0.015, 15.0, 25.0, w_min=0.0, w_max=1.0)


def plastic_network() -> nd.Network:
    cells = nd.Population(
        "cells",
        nd.devices.leaky_integrate_and_fire(),
        20,
        parameters={"I": nd.Uniform(1.9, 2.6)},
        inputs={},
        refractory=1.0,
    )
    noise = nd.PoissonSource("noise", 10, 0.2)
    drive = nd.Connection(
        "noise", "cells", 0.4, nd.Uniform(1.0, 4.0), nd.Exponential(4.0), plasticity=RULE
    )
    inside = nd.Connection("cells", "cells", -0.05, 2.0, nd.Rectangular(3.0))
    return nd.Network([cells, noise], [drive, inside], seed=2)


@pytest.mark.parametrize("name", ["adaptive", "exact and plastic"])
def test_a_split_run_has_the_same_digits(name: str) -> None:
    if name == "adaptive":
        network, parts, period = random_network(), (7.7e-7, 8e-7, 1.9e-6, 3e-6), 1e-8
    else:
        network, parts, period = plastic_network(), (33.3, 34.0, 120.0, 200.0), 0.5
    record = nd.Record({"cells": [0, 7]}, period=period, weights=20.0 * period)
    whole = nd.simulate(network, parts[-1], record=record)
    run = None
    for end in parts:
        run = nd.simulate(network, end, record=record, resume=run)
        assert run.t_end == end
    assert run is not None
    assert len(whole["cells"]) > 100
    assert same(whole, run)
    for state, values in whole.traces["cells"].states.items():
        assert np.isfinite(values).all()
        assert np.array_equal(values, run.traces["cells"][state])
    assert len(whole.traces["cells"].times) == round(parts[-1] / period) + 1
    for name, weights in whole.weights.items():
        assert np.array_equal(weights, run.weights[name])
        assert np.array_equal(whole.weight_history[name], run.weight_history[name])


_PROGRAM = """
import sys, neurodyn as nd
from tests.network.test_properties import random_network
run = nd.simulate(random_network(), 4e-5, store=sys.argv[1], run=nd.Threads(1))
"""


def test_a_killed_run_goes_on_from_its_store(tmp_path: Path) -> None:
    store = tmp_path / "run.npz"
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    work = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(store)], cwd=REPOSITORY, env=environment
    )
    while not store.exists() and work.poll() is None:
        time.sleep(0.01)
    work.send_signal(signal.SIGKILL)
    assert work.wait() == -signal.SIGKILL, "the run was over before it was killed"
    with np.load(store) as kept:
        assert kept["window"] > 0
    resumed = nd.simulate(random_network(), 4e-5, store=store)
    assert same(resumed, nd.simulate(random_network(), 4e-5))


def test_a_store_of_another_network_or_damaged_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "run.npz"
    nd.simulate(random_network(), 1e-7, store=store)
    with pytest.raises(nd.InputError, match="another network"):
        nd.simulate(random_network(), 1e-7, store=store, method=nd.Adaptive(1e-6))
    store.write_bytes(store.read_bytes()[:1000])
    with pytest.raises(nd.InputError, match="damaged; remove it"):
        nd.simulate(random_network(), 1e-7, store=store)
