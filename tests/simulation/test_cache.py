"""Compiled code is kept on disk for the next process, and shared by threads."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import neurodyn as nd
from neurodyn.codegen import load_numba_module


def test_second_process_compiles_nothing(tmp_path):
    """The integrator of the first process is loaded from the cache by the second."""
    code = (
        "import neurodyn as nd; m = nd.devices.nbox_neuron(I_s=2e-4); nd.solve(m, 1e-7); "
        "from neurodyn.simulation.scalar.dense import KERNELS; "
        "from neurodyn.codegen import load_numba_module; "
        "stats = load_numba_module(m, KERNELS).integrate.stats; "
        "print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))"
    )
    environment = {**os.environ, "NEURODYN_CACHE_DIR": str(tmp_path)}
    counts = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env=environment,
        )  # fmt: skip
        counts.append(done.stdout.split())
    assert counts == [["0", "1"], ["1", "0"]]


def test_threads_that_ask_at_once_get_one_module():
    """A model that no other test has: the first use, eight times at the same moment."""
    model = nd.Model.from_equations(["x"], {"k": 1.0}, ["-k*x + 0.12345*cos(x)"])
    with ThreadPoolExecutor(8) as pool:
        modules = list(pool.map(lambda _: load_numba_module(model), range(8)))
    assert all(module is modules[0] for module in modules)
