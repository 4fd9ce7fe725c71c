"""The network of ``network_against_others.py`` in Brian2 (C++ standalone), one thread.

Prints one line of JSON: processor seconds of the program, spike times and neurons.

    python -m tests.benchmarks.brian2_network FILE.npz DT_NS default|tuned
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile

import numpy as np

from tests.benchmarks.brian2_nbox import C_TH, E_A, EPS_0, EPS_R, K_B, R_0, R_TH, T_AMB, C, D, Q


def main() -> None:
    import brian2 as b2

    given, dt, flags = np.load(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    if flags == "tuned":
        kept = [f for f in b2.prefs["codegen.cpp.extra_compile_args_gcc"]
                if f != "-fno-finite-math-only"]  # fmt: skip
        b2.prefs["codegen.cpp.extra_compile_args_gcc"] = kept
    folder = tempfile.mkdtemp()
    b2.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b2.defaultclock.dt = dt * 1e-9 * b2.second
    slope = Q * np.sqrt(Q / (np.pi * EPS_0 * EPS_R * D)) / K_B
    constants = {"R_0": R_0, "A": E_A / K_B, "S": slope, "C": C,
                 "T_AMB": T_AMB, "R_TH": R_TH, "C_TH": C_TH, "w": 3e-6}  # fmt: skip
    equations = """
    current = V / R_0 * exp(-(A - S * sqrt(abs(V))) / T) : 1
    dV/dt = (drive + pulses - current) / C / second : 1
    dT/dt = (V * current - (T - T_AMB) / R_TH) / C_TH / second : 1
    pulses : 1
    drive : 1
    """
    n = len(given["current"])
    neurons = b2.NeuronGroup(n, equations, threshold="T > 2000", refractory="T > 2000",
                             method="rk4", namespace=constants)  # fmt: skip
    neurons.T, neurons.drive = T_AMB, given["current"]
    post, pre = np.nonzero(given["connected"])
    synapses = b2.Synapses(neurons, neurons, on_pre={"up": "pulses_post += w",
                                                     "down": "pulses_post -= w"},
                           namespace=constants)  # fmt: skip
    synapses.connect(i=pre, j=post)
    synapses.up.delay, synapses.down.delay = 100e-9 * b2.second, 300e-9 * b2.second
    monitor = b2.SpikeMonitor(neurons)
    b2.run(50e-6 * b2.second)
    b2.device.build(run=False)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    b2.device.run(with_output=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "cpu": after.ru_utime - before.ru_utime,
        "times": np.asarray(monitor.t / b2.second).tolist(),
        "neurons": np.asarray(monitor.i).tolist(),
    }))  # fmt: skip
    b2.device.delete(force=True)


if __name__ == "__main__":
    main()
