"""The network of ``network_against_others.py`` in Brian2 (C++ standalone), one thread.

Prints one line of JSON: processor seconds of the program, spike times and neurons.

    python -m tests.benchmarks.brian2_network FILE.npz DT_NS default|tuned
"""

from __future__ import annotations

import json
import sys

import numpy as np

from tests.benchmarks.brian2_nbox import CONSTANTS, EQUATIONS, prepare, processor_time


def main() -> None:
    import brian2 as b2

    given, dt, flags = np.load(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    prepare(b2, dt, flags)
    constants = {**CONSTANTS, "w": 3e-6}
    driven = EQUATIONS.format(noise="").replace("(drive -", "(drive + pulses -")
    neurons = b2.NeuronGroup(
        len(given["current"]),
        driven + "pulses : 1",
        threshold="T > 2000",
        refractory="T > 2000",
        method="rk4",
        namespace=constants,
    )
    neurons.T, neurons.drive = CONSTANTS["T_AMB"], given["current"]
    post, pre = np.nonzero(given["connected"])
    edges = {"up": "pulses_post += w", "down": "pulses_post -= w"}
    synapses = b2.Synapses(neurons, neurons, on_pre=edges, namespace=constants)
    synapses.connect(i=pre, j=post)
    synapses.up.delay, synapses.down.delay = 100e-9 * b2.second, 300e-9 * b2.second
    monitor = b2.SpikeMonitor(neurons)
    b2.run(50e-6 * b2.second)
    found = {"cpu": processor_time(b2)}
    found["times"] = np.asarray(monitor.t / b2.second).tolist()
    found["neurons"] = np.asarray(monitor.i).tolist()
    print(json.dumps(found))
    b2.device.delete(force=True)


if __name__ == "__main__":
    main()
