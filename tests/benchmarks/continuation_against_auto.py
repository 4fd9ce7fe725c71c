"""neurodyn against AUTO (inside XPPAUT, through xpplab) on one job, side by side in one process.

    pip install xpplab
    python tests/benchmarks/continuation_against_auto.py [--write]

The job: NbOx neuron at 298 K and 200 pF, equilibria over I_s from 1 uA to 1.2 mA with both Hopf
points, and the branch of cycles that joins them, with its fold. AUTO retraces the branch when it
has reached the other Hopf point; an untimed run finds where that is, and the timed runs stop there.
Least processor time of five runs, taken in turn: on a shared machine it varies least.
``--write`` puts the tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy

import neurodyn as nd
from neurodyn.continuation import continue_cycles, continue_equilibria
from neurodyn.export import XppFile, xpp

SPAN = (1e-6, 1.2e-3)
REPEATS = 5
MESHES = (30, 60, 120, 240, 480, 960)
FIRST = 30  # cycles from the upper Hopf point past the fold, for time per cycle
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
EQUILIBRIA = {"dsmax": 0.05, "epsl": 1e-8, "epsu": 1e-8, "epss": 1e-8}
CYCLES = {
    "ncol": 4, "iad": 1, "ds": 0.01, "dsmin": 1e-6, "dsmax": 0.5,
    "epsl": 1e-7, "epsu": 1e-7, "epss": 1e-7,
}  # fmt: skip


class AutoJob:
    """The job as AUTO does it: load (not timed), equilibria, cycles."""

    def __init__(self, xpplab: Any, path: Path) -> None:
        self.xpplab, self.path = xpplab, path
        hopf, cycles, _ = self.run(140)
        amplitude = np.array([p.umax["T2"] - p.umin["T2"] for p in cycles])
        value = np.array([p.value for p in cycles])
        there = (np.abs(value / hopf[1].value - 1) < 1e-3) & (amplitude < 0.2)
        self.points = int(np.argmax(there)) + 1
        if not there.any():
            raise SystemExit("AUTO did not reach the upper Hopf point with these settings")

    def run(self, points: int | None = None, intervals: int = 60) -> tuple[Any, Any, list[float]]:
        model = self.xpplab.load(self.path)
        start = time.process_time()
        hopf = model.auto.equilibria("i_s", **EQUILIBRIA).special("HB")
        middle = time.process_time()
        count = points or self.points
        cycles = list(
            model.auto.continue_from(hopf[0], "periodic", nmax=count, ntst=intervals, **CYCLES)
        )
        end = time.process_time()
        model.close()
        return hopf, cycles, [middle - start, end - middle]

    def from_upper(self, intervals: int) -> tuple[float, int]:
        """Time and number of cycles that are numbers, over the first steps from the upper Hopf."""
        model = self.xpplab.load(self.path)
        hopf = model.auto.equilibria("i_s", **EQUILIBRIA).special("HB")
        start = time.process_time()
        cycles = model.auto.continue_from(
            hopf[1], "periodic", nmax=FIRST - 5, ntst=intervals, **CYCLES
        )
        seconds = time.process_time() - start
        count = sum(np.isfinite(point.value) for point in cycles)
        model.close()
        return seconds, count


def ours(neuron: nd.Model, intervals: int | None) -> tuple[Any, Any, list[float]]:
    start = time.process_time()
    branch = continue_equilibria(neuron, "I_s", SPAN)
    middle = time.process_time()
    cycles = continue_cycles(neuron, branch.hopf[0], intervals=intervals)
    return branch, cycles, [middle - start, time.process_time() - middle]


def job_rows(neuron: nd.Model, auto: AutoJob, file: XppFile) -> tuple[list[list[str]], str]:
    runs: dict[str, Callable[[], tuple[Any, Any, list[float]]]] = {
        "neurodyn, mesh chosen": lambda: ours(neuron, None),
        "neurodyn, 60 x 4": lambda: ours(neuron, 60),
        "AUTO, 60 x 4": auto.run,
    }
    for run in runs.values():
        run()  # warm
    seconds: dict[str, list[list[float]]] = {name: [] for name in runs}
    last: dict[str, tuple[Any, Any, list[float]]] = {}
    for _ in range(REPEATS):
        for name, run in runs.items():
            last[name] = run()
            seconds[name].append(last[name][2])
    rows = []
    for name, (branch, cycles, _) in last.items():
        steady, orbits = (min(column) for column in zip(*seconds[name], strict=True))
        if name.startswith("AUTO"):
            hopf = [p.value * file.scales["I_s"] for p in branch]
            folds = [p for p in cycles if p.type == "LP"]
            where = [(p.value * file.scales["I_s"], p.period * file.time_scale) for p in folds]
            count = sum(np.isfinite(p.value) for p in cycles)
        else:
            hopf = [p.parameter for p in branch.hopf]
            where, count = [(p.parameter, p.period) for p in cycles.folds], len(cycles)
        fold, period = max(where, default=(np.nan, np.nan))
        rows.append([
            name, f"{steady * 1e3:.0f}", f"{orbits:.3f}", str(count),
            f"{orbits / count * 1e3:.1f}", ", ".join(f"{h * 1e6:.5f}" for h in hopf),
            f"{fold * 1e3:.9f}", f"{period * 1e9:.4f}",
        ])  # fmt: skip
    totals = {name: min(sum(pair) for pair in values) for name, values in seconds.items()}
    ratio = totals["neurodyn, mesh chosen"] / totals["AUTO, 60 x 4"]
    whole = ", ".join(f"{name}: {value:.2f} s" for name, value in totals.items())
    word = "slower" if ratio > 1 else "faster"
    return rows, (
        f"The whole job, least of {REPEATS}: {whole}. neurodyn with its own mesh is "
        f"{max(ratio, 1 / ratio):.1f} times **{word}** than AUTO."
    )


def mesh_rows(neuron: nd.Model, auto: AutoJob) -> list[list[str]]:
    hopf = continue_equilibria(neuron, "I_s", SPAN).hopf[1]
    rows, times = [], {}
    for intervals in MESHES:
        mine, theirs = [], []
        for _ in range(REPEATS):
            start = time.process_time()
            branch = continue_cycles(neuron, hopf, intervals=intervals, max_points=FIRST)
            mine.append((time.process_time() - start) / len(branch) * 1e3)
            seconds, count = auto.from_upper(intervals)
            theirs.append(seconds / max(count, 1) * 1e3)
        times[intervals] = min(mine)
        before = times.get(intervals // 2)
        growth = "" if before is None else f"{times[intervals] / before:.2f}"
        other = f"{min(theirs):.1f}"
        rows.append([str(intervals), f"{times[intervals]:.1f}", growth, other])
    return rows


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the tables in docs/benchmarks.md")
    write = parser.parse_args().write
    try:
        import xpplab
    except ImportError:
        raise SystemExit("xpplab (XPPAUT and AUTO) is not installed: pip install xpplab") from None
    neuron = nd.devices.nbox_neuron(T_amb=298.0, C_ext=200e-12)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nbox.ode"
        file = xpp(neuron, path, continue_in="I_s", span=SPAN, inline=True)
        auto = AutoJob(xpplab, path)
        rows, summary = job_rows(neuron, auto, file)
        job = table(
            ["", "equilibria [ms]", "cycles [s]", "cycles", "per cycle [ms]", "Hopf [uA]",
             "fold [mA]", "period there [ns]"], rows,
        )  # fmt: skip
        head = ["intervals", "neurodyn [ms per cycle]", "from the row above", "AUTO [ms per cycle]"]
        growth = table(head, mesh_rows(neuron, auto))
    versions = ", ".join(
        [
            f"Python {platform.python_version()}",
            f"numpy {np.__version__}",
            f"scipy {scipy.__version__}",
            f"xpplab {importlib.metadata.version('xpplab')} (XPPAUT 8.0)",
        ]
    )
    text = (
        f"{summary}\n\n{job}\n\nTime per cycle over the first {FIRST} cycles from the upper Hopf "
        "point, through the fold, 4 collocation points per interval, least processor time of "
        f"{REPEATS}:\n\n{growth}\n\n"
        f"Machine: {os.cpu_count()} cores, shared; one thread. {versions}."
    )
    print(text)
    if write:
        page = PAGE.read_text()
        marks = r"(<!-- continuation: numbers -->\n).*(\n<!-- continuation: end -->)"
        page = re.sub(marks, lambda m: f"{m[1]}\n{text}\n{m[2]}", page, flags=re.DOTALL)
        PAGE.write_text(page)


if __name__ == "__main__":
    main()
