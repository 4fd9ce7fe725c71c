"""Networks: ``nd.simulate`` against Brian2 on the same work, spike times beside each time.

    python -m tests.benchmarks.network_against_others [--write] [--runs 3]

Work: 1000 NbOx neurons at 298 K, each connected to each with probability 0.1 by pulses of 3 uA and
200 ns after 100 ns; 100 of them driven by 0.2 to 0.5 mA, the others by 5 uA; 50 us. A spike is T
rising through 2000 K. The error is the largest difference of a spike time to that of
``nd.Adaptive(1e-10)``. Then: how time grows with the number of linear neurons at one in-degree,
what an idle network costs, and memory of a synapse. Processor time, one thread. Brian2 has an
environment of its own (``make .venv-brian2``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import neurodyn as nd
from tests.benchmarks.sweep_against_others import BRIAN, PAGE, timed

N, T_END, ONE = 1000, 50e-6, nd.Threads(1)


def drive() -> tuple[np.ndarray, np.ndarray]:
    """Return who is connected to whom (post, pre), and the currents: the known recipe."""
    rng = np.random.default_rng(1)
    connected = rng.random((N, N)) < 0.1
    np.fill_diagonal(connected, False)
    driven = rng.choice(N, 100, replace=False)
    uniform = rng.uniform(0.2e-3, 0.5e-3, N)
    current = np.full(N, 5e-6)
    current[driven] = uniform[driven]
    return connected, current


def nbox_network() -> nd.Network:
    connected, current = drive()
    model = nd.devices.nbox_neuron(T_amb=298.0, T_spike=2000.0)
    cells = nd.Population("cells", model, N, parameters={"I_s": current})
    pulses = nd.Connection(
        "cells", "cells", np.where(connected, 3e-6, 0.0), 1e-7, nd.Rectangular(2e-7)
    )
    return nd.Network([cells], [pulses])


def brian(dt: float, flags: str) -> dict:
    """Return processor time and spikes of Brian2."""
    connected, current = drive()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.npz"
        np.savez(file, connected=connected, current=current)
        command = [str(BRIAN), "-m", "tests.benchmarks.brian2_network", str(file), str(dt), flags]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    return json.loads(done.stdout.splitlines()[-1])


def sorted_spikes(times: np.ndarray, neurons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((times, neurons))
    return times[order], neurons[order]


def nbox_table(runs: int) -> list[str]:
    network = nbox_network()
    exact = nd.simulate(network, T_END, method=nd.Adaptive(1e-10))["cells"]
    reference = sorted_spikes(exact.times, exact.neurons)

    def error(times: np.ndarray, neurons: np.ndarray) -> str:
        found = sorted_spikes(times, neurons)
        if len(found[0]) != len(reference[0]) or not np.array_equal(found[1], reference[1]):
            return f"{len(times)} spikes"
        return f"{np.abs(found[0] - reference[0]).max() * 1e9:.2g} ns"

    rows = [["program", "cpu [s]", "spikes", "largest error"]]
    for method in (nd.Lockstep(4e-9), nd.Lockstep(2.5e-9), nd.Lockstep(2e-9), nd.Lockstep(1e-9),
                   nd.Adaptive(1e-4), nd.Adaptive(1e-6)):  # fmt: skip
        cpu, _, run = timed(
            lambda m=method: nd.simulate(network, T_END, method=m, run=ONE),
            runs,
        )
        assert isinstance(run, nd.NetworkRun)
        spikes = run["cells"]
        name = repr(method).split(", atol")[0].rstrip(")") + ")"
        rows.append([f"neurodyn {name}", f"{cpu:.3f}", str(len(spikes)),
                     error(spikes.times, spikes.neurons)])  # fmt: skip
        print(*rows[-1], file=sys.stderr, flush=True)
    for dt, flags in ((2.0, "tuned"), (1.0, "tuned"), (2.0, "default")):
        found = min((brian(dt, flags) for _ in range(runs)), key=lambda each: each["cpu"])
        rows.append([f"Brian2 {dt:g} ns, {flags}", f"{found['cpu']:.3f}", str(len(found["times"])),
                     error(np.array(found["times"]), np.array(found["neurons"]))])  # fmt: skip
        print(*rows[-1], file=sys.stderr, flush=True)
    return as_table(rows)


def linear_network(n: int, k: int = 100) -> nd.Network:
    """Return excitatory and inhibitory linear neurons of one in-degree, driven above threshold."""
    lif = nd.devices.leaky_integrate_and_fire()
    cells = nd.Population(
        "cells", lif, n, parameters={"I": nd.Uniform(2.0, 2.4)},
        start={"V": np.linspace(-70.0, -51.0, n)}, refractory=2.0,
    )  # fmt: skip
    inside = nd.Connection(
        "cells", "cells", nd.Normal(0.0, 0.02), 1.5, nd.Exponential(5.0),
        pattern=nd.FixedInDegree(k),
    )  # fmt: skip
    return nd.Network([cells], [inside])


def growth_table(runs: int) -> list[str]:
    rows = [
        ["linear neurons", "synapses", "spikes", "cpu [s]", "us per spike", "bytes per synapse"]
    ]
    for n in (100, 1000, 10_000, 100_000):
        network = linear_network(n, min(100, n // 2))
        synapses = network.synapses["cells -> cells"]
        taken = sum(a.nbytes for a in (synapses.first, synapses.post, synapses.weights,
                                       synapses.delays))  # fmt: skip
        few = runs if n < 100_000 else 1
        cpu, _, run = timed(lambda w=network: nd.simulate(w, 100.0, run=ONE), few)
        assert isinstance(run, nd.NetworkRun)
        spikes = len(run["cells"])
        rows.append([str(n), str(len(synapses)), str(spikes), f"{cpu:.3f}",
                     f"{1e6 * cpu / spikes:.2f}", f"{taken / len(synapses):.1f}"])  # fmt: skip
        print(*rows[-1], file=sys.stderr, flush=True)
    return as_table(rows)


def idle_table(runs: int) -> list[str]:
    """An idle network: ten times the time costs no more steps."""
    cells = nd.Population("cells", nd.devices.nbox_neuron(I_s=5e-6), 1000)
    pulses = nd.Connection("cells", "cells", 3e-6, 1e-7, nd.Rectangular(2e-7),
                           pattern=nd.FixedProbability(0.1))  # fmt: skip
    network = nd.Network([cells], [pulses])
    rows = [["idle for", "cpu [s]", "steps"]]
    for t_end in (5e-4, 1e-3, 5e-3):
        cpu, _, run = timed(lambda t=t_end: nd.simulate(network, t, run=ONE), runs)
        assert isinstance(run, nd.NetworkRun)
        rows.append([f"{t_end * 1e3:g} ms", f"{cpu:.3f}", str(run.provenance["steps"])])
        print(*rows[-1], file=sys.stderr, flush=True)
    return as_table(rows)


def as_table(rows: list[list[str]]) -> list[str]:
    head, *rest = rows
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rest)]
    return ["\n".join(lines)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    parts = [
        f"One thread, processor seconds; {platform.processor() or platform.machine()}.",
        *nbox_table(options.runs),
        *growth_table(options.runs),
        *idle_table(options.runs),
    ]
    text = "\n\n".join(parts)
    print(text)
    if options.write:
        page, begin, end = PAGE.read_text(), "<!-- networks: begin -->", "<!-- networks: end -->"
        head, rest = page.split(begin)
        PAGE.write_text(f"{head}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}")


if __name__ == "__main__":
    main()
