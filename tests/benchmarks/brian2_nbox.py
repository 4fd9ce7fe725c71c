"""The NbOx neuron in Brian2 (C++ standalone), for ``sweep_against_others.py``.

Runs in an environment of its own (``make .venv-brian2``), because Brian2 for Python 3.11 needs an
older numpy. Prints one line of JSON: processor seconds of the program, its own wall time, and the
spike count, first and last spike time of each neuron.

    brian2_nbox.py fi|noise N DT_NS default|tuned T_END_US [SEED]
"""

from __future__ import annotations

import json
import math
import resource
import sys
import tempfile
from typing import Any

import numpy as np

K_B, Q, EPS_0 = 1.380649e-23, 1.602176634e-19, 8.8541878188e-12
R_0, E_A, EPS_R, D = 190.0, 0.215 * Q, 45.0, 31e-9
C_TH, R_TH, T_AMB, C = 2e-15, 2040816.0, 298.0, 200e-12
B = Q * math.sqrt(Q / (math.pi * EPS_0 * EPS_R * D))

EQUATIONS = """
current = V / R_0 * exp(-(A - S * sqrt(abs(V))) / T) : 1
dV/dt = (drive - current) / C / second {noise} : 1
dT/dt = (V * current - (T - T_AMB) / R_TH) / C_TH / second : 1
drive : 1
"""


CONSTANTS = {"R_0": R_0, "A": E_A / K_B, "S": B / K_B, "C": C, "T_AMB": T_AMB, "R_TH": R_TH,
             "C_TH": C_TH}  # fmt: skip


def prepare(b2: Any, dt: float, flags: str) -> None:
    """Have Brian2 write a program with steps of ``dt`` ns, by its own compiler flags or tuned."""
    if flags == "tuned":
        kept = [f for f in b2.prefs["codegen.cpp.extra_compile_args_gcc"]
                if f != "-fno-finite-math-only"]  # fmt: skip
        b2.prefs["codegen.cpp.extra_compile_args_gcc"] = kept
    b2.set_device("cpp_standalone", directory=tempfile.mkdtemp(), build_on_run=False)
    b2.defaultclock.dt = dt * 1e-9 * b2.second


def processor_time(b2: Any) -> float:
    """Build the program and run it; return the processor seconds that the run took."""
    b2.device.build(run=False)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    b2.device.run(with_output=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime


def main() -> None:
    import brian2 as b2  # only in the environment that this program has to itself

    job, n, dt, flags, t_end = (
        sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], float(sys.argv[5])
    )  # fmt: skip
    prepare(b2, dt, flags)
    b2.seed(int(sys.argv[6]) if len(sys.argv) > 6 else 1)
    constants = {**CONSTANTS, "sigma": 1e-3 / math.sqrt(1e-9)}
    noise = "+ sigma * xi * second**-0.5" if job == "noise" else ""
    neurons = b2.NeuronGroup(
        n, EQUATIONS.format(noise=noise), threshold="T > 2000", refractory="T > 2000",
        method="rk4" if job == "fi" else "euler", namespace=constants,
    )  # fmt: skip
    neurons.T = T_AMB
    neurons.drive = np.linspace(2e-5, 1.1e-3, n) if job == "fi" else 335e-6
    monitor = b2.SpikeMonitor(neurons)
    b2.run(t_end * 1e-6 * b2.second)
    cpu = processor_time(b2)
    trains = monitor.spike_trains()
    times = [np.asarray(trains[i]) for i in range(n)]
    print(json.dumps({
        "cpu": cpu,
        "wall": b2.device._last_run_time,
        "count": [len(t) for t in times],
        "first": [float(t[0]) if len(t) else None for t in times],
        "last": [float(t[-1]) if len(t) else None for t in times],
        "intervals": np.concatenate([np.diff(t) for t in times]).tolist() if job == "noise" else [],
    }))  # fmt: skip
    b2.device.delete(force=True)


if __name__ == "__main__":
    main()
