"""A run that is split, killed or stopped gives the digits of one that is not."""

import _thread
import os
import signal
import subprocess
import sys
import threading
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


def test_an_interrupted_run_goes_on_with_the_same_digits() -> None:
    """Whenever Ctrl-C comes, the window under way is finished: half of one is no state."""
    network, end = plastic_network(), 4000.0
    whole = nd.simulate(network, end)
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    rng, stopped = np.random.default_rng(1), 0
    try:
        for _ in range(6):
            run = None
            for _ in range(3):
                timer = threading.Timer(rng.uniform(0.0, 0.3), _thread.interrupt_main)
                timer.start()
                try:
                    run = nd.simulate(network, end, resume=run, raise_on_failure=False)
                    timer.join()
                    time.sleep(0.001)
                except KeyboardInterrupt:  # before the run began, or when it was over
                    timer.join()
                stopped += run is not None and run.status is nd.Status.INTERRUPTED
            assert same(nd.simulate(network, end, resume=run), whole)
    finally:
        signal.signal(signal.SIGINT, ignored)
    assert stopped > 0


def test_going_on_with_another_record_or_method_is_refused() -> None:
    network = random_network()
    run = nd.simulate(network, 1e-7)
    with pytest.raises(nd.InputError, match=r"record=Record\(.*expected the same record again"):
        nd.simulate(network, 2e-7, resume=run, record=nd.Record({"cells": [0]}, period=1e-8))
    with pytest.raises(nd.InputError, match="expected the same method again"):
        nd.simulate(network, 2e-7, resume=run, method=nd.Adaptive(1e-5))


def test_a_store_of_another_network_or_damaged_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "run.npz"
    nd.simulate(random_network(), 1e-7, store=store)
    with pytest.raises(nd.InputError, match="another network"):
        nd.simulate(random_network(), 1e-7, store=store, method=nd.Adaptive(1e-6))
    store.write_bytes(store.read_bytes()[:1000])
    with pytest.raises(nd.InputError, match="damaged; remove it"):
        nd.simulate(random_network(), 1e-7, store=store)
