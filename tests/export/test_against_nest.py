"""Exported NESTML in NEST, built by nest_build.py, which tells the repairs that the wheels need."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import neurodyn as nd
from tests.conftest import DEVICES, DRIVEN
from tests.export.simulators import python_with_nest

pytestmark = pytest.mark.slow

CURRENTS = [60e-6, 150e-6, 335e-6, 500e-6]
MODELS = {"nbox_neuron": "nbox_neuron", "izhikevich": "izhikevich_tonic_spiking_neuron"}
RUN = """
import ctypes, json, os, sys, time
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
ctypes.CDLL("libgsl.so.27", mode=ctypes.RTLD_GLOBAL)
import nest
nest.verbosity = nest.VerbosityLevel.ERROR
nest.Install("neurodyn_module")
nest.resolution = 0.1
currents = json.loads(sys.argv[1])
neurons = nest.Create("nbox_neuron", len(currents))
other = nest.Create("izhikevich_tonic_spiking_neuron")
neurons.I_s = currents
recorders = nest.Create("spike_recorder", len(currents) + 1)
for i in range(len(currents)):
    nest.Connect(neurons[i], recorders[i])
nest.Connect(other, recorders[len(currents)])
values = {"nbox_neuron": neurons[0].get(), "izhikevich": other.get()}
values = {k: {n: x for n, x in v.items() if isinstance(x, float)} for k, v in values.items()}
began = time.perf_counter()
nest.Simulate(10000.0)
cost = (time.perf_counter() - began) / (len(currents) + 1) / 1e5
times = [r.events["times"].tolist() for r in recorders]
print("RESULT", json.dumps({"values": values, "times": times, "cost": cost}))
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return what NEST says of two models, or skip with what is missing."""
    python = python_with_nest()
    folder = tmp_path_factory.mktemp("nest")
    files = {name: nd.export.nestml(DEVICES[name](**DRIVEN[name])) for name in MODELS}
    for name, file in files.items():
        file.write(folder / f"{name}.nestml")
    build = Path(__file__).with_name("nest_build.py")
    names = [f"{name}.nestml" for name in MODELS]
    done = subprocess.run(
        [python, build, "work", *names], cwd=folder, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (folder / "run.py").write_text(RUN)
    environment = os.environ | {"LD_LIBRARY_PATH": str(folder / "work" / "module")}
    done = subprocess.run(
        [python, "run.py", json.dumps(CURRENTS)], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return files, json.loads(done.stdout.split("RESULT ")[1])


@pytest.mark.parametrize("name", sorted(MODELS))
def test_nest_holds_every_parameter(name, result):
    """Read back from NEST itself, to 1e-8: NESTML keeps nine digits."""
    files, found = result
    model = DEVICES[name](**DRIVEN[name])
    held = found["values"][name]
    for parameter, value in (model.parameter_values | model.constant_values).items():
        if parameter == "I_s":
            continue  # set for each neuron
        assert held[files[name].names[parameter]] == pytest.approx(value, rel=1e-8, abs=0.0)


def test_nest_gives_the_f_i_curve_to_its_grid(result):
    """Spikes lie on the grid of 0.1 ns, so a mean over many periods is right to a part of it."""
    _, found = result
    for current, times in zip(CURRENTS, found["times"], strict=False):
        model = DEVICES["nbox_neuron"](I_s=current)
        ours = nd.solve(model, 10e-6, method=nd.Adaptive(1e-9)).spike_times
        assert abs(len(times) - len(ours)) <= 0
        if len(ours) > 2:
            periods = np.diff(times).mean() * 1e-9, np.diff(ours).mean()
            assert periods[0] == pytest.approx(periods[1], abs=0.2e-9 / (len(ours) - 1) + 1e-13,
                                               rel=2e-5)  # fmt: skip


def test_nest_resets_as_we_do(result):
    """Each spike is up to a grid step late, and so is what follows it."""
    _, found = result
    model = DEVICES["izhikevich"](**DRIVEN["izhikevich"])
    ours = nd.solve(model, 10000.0, method=nd.Adaptive(1e-9)).spike_times
    theirs = np.array(found["times"][-1])
    assert np.median(np.diff(theirs)) == pytest.approx(np.median(np.diff(ours)), abs=0.2)
