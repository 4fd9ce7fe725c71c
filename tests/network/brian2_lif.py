"""Integrate-and-fire neurons in Brian2, for ``test_against_brian2.py``.

Runs in an environment of its own (``make .venv-brian2``), because Brian2 for Python 3.11 needs an
older numpy. Reads a network as JSON from standard input, writes times and neurons of all spikes.

Brian2 advances states first, so what it calls t is the end of the step that begins at t. Synapses
act before thresholds here, so that a spike comes at the arrival that causes it; what a threshold
finds then reaches the queue a step later, which is taken off the delays.
"""

from __future__ import annotations

import json
import sys

import numpy as np


def main() -> None:
    import brian2 as b2  # only in the environment that this program has to itself

    given, ms = json.load(sys.stdin), b2.ms
    b2.prefs.codegen.target = "numpy"
    b2.defaultclock.dt = dt = given["dt"] * ms
    values = given["parameters"]
    constants = {
        "tau": values["tau"] * ms, "tau_s": values["tau_s"] * ms, "V_th": values["V_th"],
        "V_reset": values["V_reset"], "E_L": values["E_L"], "R": values["R"],
    }  # fmt: skip
    neurons = b2.NeuronGroup(
        len(given["I"]),
        "dV/dt = (E_L - V + R * (I + s)) / tau : 1\nds/dt = -s / tau_s : 1\nI : 1",
        threshold="V >= V_th", reset="V = V_reset", method="exact", namespace=constants,
    )  # fmt: skip
    neurons.V, neurons.I = given["V_start"], given["I"]
    source = b2.SpikeGeneratorGroup(
        given["n_sources"], given["source_neurons"], np.array(given["source_steps"]) * dt
    )
    parts = [neurons, source]
    for group, name in ((source, "from_source"), (neurons, "inside")):
        wiring = given[name]
        if wiring["pre"]:
            synapses = b2.Synapses(group, neurons, "w : 1", on_pre=f"{given['state']}_post += w")
            synapses.connect(i=wiring["pre"], j=wiring["post"])
            synapses.w = wiring["weights"]
            synapses.delay = (np.array(wiring["delay_steps"]) - 1) * dt
            parts.append(synapses)
    monitor = b2.SpikeMonitor(neurons)
    network = b2.Network(*parts, monitor)
    network.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
    network.run(given["t_end"] * ms)
    steps = np.round(np.asarray(monitor.t / dt)).astype(int) + 1
    json.dump({"steps": steps.tolist(), "neurons": np.asarray(monitor.i).tolist()}, sys.stdout)


if __name__ == "__main__":
    main()
