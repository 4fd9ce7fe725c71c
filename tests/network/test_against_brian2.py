"""Integrate-and-fire networks against Brian2: to the digit where the grid allows it, else to it."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurodyn as nd
from tests.conftest import REPOSITORY
from tests.network.test_truth import lif_network
from tests.tolerances import ROUNDING

PROGRAM = Path(__file__).with_name("brian2_lif.py")
OWN = REPOSITORY / ".venv-brian2/bin/python"
PYTHON = sys.executable if find_spec("brian2") else str(OWN)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (find_spec("brian2") or any(OWN.parents[1].glob("lib/*/site-packages/brian2"))),
        reason="Brian2 is not there: make .venv-brian2",
    ),
]
VALUES = {"tau": 10.0, "tau_s": 3.0, "R": 10.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -65.0}
NOTHING: dict[str, list] = {"pre": [], "post": [], "weights": [], "delay_steps": []}


def in_brian2(given: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return times, on Brian2's grid, and neurons of all spikes."""
    done = subprocess.run(
        [PYTHON, PROGRAM], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    return np.array(found["steps"]) * given["dt"], np.array(found["neurons"])


def listed(synapses: Any, dt: float) -> dict[str, list]:
    delays = np.broadcast_to(synapses.delays, len(synapses))
    return {
        "pre": synapses.pre.tolist(),
        "post": synapses.post.tolist(),
        "weights": synapses.weights.tolist(),
        "delay_steps": np.round(delays / dt).astype(int).tolist(),
    }


def test_spikes_by_packets_of_charge_on_the_grid_are_the_same_in_brian2() -> None:
    """60 neurons below threshold: every spike comes at an arrival, all arrivals on the grid.

    Brian2's exact integration of linear equations and its delays on the grid make no error then.
    """
    rng, dt, n = np.random.default_rng(7), 0.125, 60  # sums of binary fractions are exact
    steps = [np.flatnonzero(rng.random(4000) < 0.02) for _ in range(30)]
    current, start = rng.uniform(1.0, 1.8, n), rng.uniform(-70.0, -51.0, n)
    model = nd.devices.leaky_integrate_and_fire(
        **{name: value for name, value in VALUES.items() if name != "tau_s"}
    )
    cells = nd.Population("cells", model, n, parameters={"I": current}, start={"V": start})
    source = nd.SpikeSource("source", [dt * (train + 1) for train in steps])
    few, kick = nd.FixedProbability(0.2), nd.Charge("V")
    inside, drive = (
        nd.Connection(pre, "cells", nd.Normal(mean, 1.0), 1.0, kick, pattern=few, name=name)
        for pre, mean, name in (("cells", 0.2, "inside"), ("source", 2.0, "drive"))
    )
    drawn = nd.Network([cells, source], [inside, drive], seed=3)
    connections = []
    for name in ("inside", "drive"):
        s, pre = drawn.synapses[name], "cells" if name == "inside" else "source"
        delays = dt * rng.integers(3, 40, len(s))
        pairs = nd.FromList(s.pre, s.post)
        connections.append(
            nd.Connection(pre, "cells", s.weights, delays, kick, pattern=pairs, name=name)
        )
    network = nd.Network([cells, source], connections)
    run = nd.simulate(network, 400.0)["cells"]
    given = {
        "dt": dt, "t_end": 400.0, "parameters": VALUES, "state": "V",
        "I": current.tolist(), "V_start": start.tolist(),
        "n_sources": len(steps),
        "source_neurons": np.repeat(np.arange(30), [len(train) for train in steps]).tolist(),
        "source_steps": np.concatenate(steps).tolist(),
        "from_source": listed(network.synapses["drive"], dt),
        "inside": listed(network.synapses["inside"], dt),
    }  # fmt: skip
    times, neurons = in_brian2(given)
    assert len(times) > 500
    ours = np.lexsort((run.neurons, np.round(run.times / dt)))
    theirs = np.lexsort((neurons, times))
    assert np.array_equal(run.neurons[ours], neurons[theirs])
    assert run.times[ours] == pytest.approx(times[theirs], rel=ROUNDING)


def test_spikes_between_steps_agree_with_brian2_to_its_grid(reference: dict) -> None:
    """Exponential currents, thresholds reached between steps: Brian2 comes nearer as its step."""
    case, end, errors = reference["lif"][0], 60.0, []
    network = lif_network(case)
    run = nd.simulate(network, end)["cells"]
    for dt in (0.02, 0.01, 0.005):
        given = {
            "dt": dt, "t_end": end + 1.0, "parameters": case["parameters"], "state": "s",
            "I": case["I_ext"], "V_start": case["V_start"],
            "n_sources": 1, "source_neurons": [], "source_steps": [],
            "from_source": NOTHING, "inside": listed(network.synapses["cells -> cells"], dt),
        }  # fmt: skip
        times, neurons = in_brian2(given)
        apart = [times[neurons == i][: len(run.train(i))] - run.train(i) for i in range(run.n)]
        errors.append(max(np.abs(one).max() for one in apart))
        assert errors[-1] < 3.0 * dt
    assert len(run) > 10
    assert errors[2] < 0.4 * errors[0]
