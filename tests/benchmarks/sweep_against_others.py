"""Ensembles: ``nd.sweep`` against other programs on the same work, accuracy beside each time.

    python tests/benchmarks/sweep_against_others.py [--write] [--runs 5]

Work: the NbOx neuron at 298 K from rest, N currents in 0.02..1.1 mA, 20 us; a spike is T rising
through 2000 K. Errors are medians over 42 currents from 0.05 to 0.95 mA, against ``nd.solve`` at
rtol 1e-12. Processor time is summed over threads and is what ratios are made of, since it is fair
on a machine that does other work; all in one process tree, one after another. ``--write`` puts the
tables into docs/benchmarks.md. Brian2 has an environment of its own (``make .venv-brian2``).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.integrate import solve_ivp

import neurodyn as nd

HERE = Path(__file__).parent
BRIAN = HERE.parents[1] / ".venv-brian2" / "bin" / "python"
PAGE = HERE.parents[1] / "docs" / "benchmarks.md"
MODEL = nd.devices.nbox_neuron(T_amb=298.0, T_spike=2000.0)
T_END, N = 20e-6, 1000
CURRENTS = np.linspace(2e-5, 1.1e-3, N)
SAMPLE = np.flatnonzero((CURRENTS > 5e-5) & (CURRENTS < 9.5e-4))[::20][:42]
Trains = dict[int, tuple[int, float, float]]  # count, first and last spike by place in CURRENTS


class Rows(list):
    """Rows of a table, each told on standard error as it comes: the whole takes minutes."""

    def append(self, row: tuple) -> None:
        print(*row, file=sys.stderr, flush=True)
        super().append(row)


def timed(function: Callable[[], object], runs: int) -> tuple[float, float, object]:
    """Return median processor and wall seconds, and the value; the first call warms up."""
    value, cpu, wall = function(), [], []
    for _ in range(runs):
        start, begun = time.perf_counter(), time.process_time()
        value = function()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - begun)
    return statistics.median(cpu), statistics.median(wall), value


def summary(times: np.ndarray) -> tuple[int, float, float]:
    return (len(times), times[0], times[-1]) if len(times) else (0, math.nan, math.nan)


def errors(found: Trains, exact: dict[int, np.ndarray]) -> tuple[float, float, int]:
    """Return median errors of period and of phase (cycles), and how many counts differ."""
    period, phase, differ = [], [], 0
    for place, (count, first, last) in found.items():
        times = exact[place]
        differ += count != len(times)
        k = min(count, len(times)) - 1
        if k < 1:
            continue
        true = (times[k] - times[0]) / k
        period.append(abs((last - first) / (count - 1) / true - 1))
        phase.append(abs(last - times[k]) / true if count == len(times) else math.nan)
    return float(np.median(period)), float(np.nanmedian(phase)), differ


# ---------------------------------------------------------------------- competitors


def lsoda(method: str, rtol: float, places: np.ndarray) -> Trains:
    """scipy with a right-hand side in pure Python, one neuron after another."""
    p = {name: MODEL[name] for name in MODEL.parameter_names}
    k_B, q, eps_0 = (MODEL.constant_values[name] for name in ("k_B", "q", "eps_0"))
    A = p["E_a"] / k_B
    S = q * math.sqrt(q / (math.pi * eps_0 * p["eps_r"] * p["d"])) / k_B

    found = {}
    for place in places:
        drive = CURRENTS[place]

        def rhs(_: float, x: np.ndarray, drive: float = drive) -> tuple[float, float]:
            V, T = x
            current = V / p["R_0"] * math.exp(-(A - S * math.sqrt(abs(V))) / T)
            return (
                (drive - current) / p["C_ext"],
                (V * current - (T - p["T_amb"]) / p["R_th"]) / p["C_th"],
            )

        def crossing(_: float, x: np.ndarray) -> float:
            return x[1] - 2000.0

        crossing.direction = 1.0  # type: ignore[attr-defined]
        run = solve_ivp(rhs, (0.0, T_END), MODEL.x0, method, rtol=rtol,
                        atol=rtol * MODEL.scales, events=crossing)  # fmt: skip
        found[int(place)] = summary(run.t_events[0])
    return found


def lanes(rtol: float, n: int = N, precision: str = "float64", **more: object) -> nd.Sweep:
    currents = np.linspace(2e-5, 1.1e-3, n)
    return nd.sweep(MODEL, {"I_s": currents}, T_END, method=nd.Adaptive(rtol, precision=precision),
                    measure=["spikes", "first_spike", "last_spike"], **more)  # fmt: skip


def of_sweep(runs: nd.Sweep) -> Trains:
    return {int(i): (int(runs["spikes"][i]), runs["first_spike"][i], runs["last_spike"][i])
            for i in SAMPLE}  # fmt: skip


def diffrax_end(rtol: float, n: int = N) -> Callable[[], object]:
    """diffrax Tsit5 over all currents at once, end state only: no spikes are looked for."""
    import diffrax
    import jax
    import jax.numpy as jnp

    compiled = nd.compiled(MODEL, "jax")
    place = MODEL.parameter_names.index("I_s")
    scales = jnp.asarray(MODEL.scales)

    def one(drive: jax.Array) -> jax.Array:
        p = jnp.asarray(MODEL.p).at[place].set(drive)
        return diffrax.diffeqsolve(
            diffrax.ODETerm(lambda _, x, p: compiled.rhs(x, p)), diffrax.Tsit5(), 0.0, T_END,
            1e-10, jnp.asarray(MODEL.x0), p, saveat=diffrax.SaveAt(t1=True), max_steps=100_000,
            stepsize_controller=diffrax.PIDController(rtol, rtol * scales, dtmax=12e-9),
        ).ys  # fmt: skip

    many = jax.jit(jax.vmap(one))
    drives = jnp.linspace(2e-5, 1.1e-3, n)
    return lambda: many(drives).block_until_ready()


def brian(job: str, n: int, dt: float, flags: str, t_end: float) -> dict:
    command = [str(BRIAN), str(HERE / "brian2_nbox.py"), job, str(n), str(dt), flags, str(t_end)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


# ---------------------------------------------------------------------- the tables


def fi_table(runs: int) -> list[str]:
    exact = {
        int(i): nd.solve(
            MODEL, T_END, inputs={"I_s": CURRENTS[i]}, method=nd.Adaptive(1e-12)
        ).spike_times
        for i in SAMPLE
    }
    rows = Rows()
    few = SAMPLE[::8]
    base = None
    for name, method, rtol in (("scipy LSODA 1e-6, a loop", "LSODA", 1e-6),
                               ("scipy DOP853 1e-6, a loop", "DOP853", 1e-6)):  # fmt: skip
        cpu, wall, found = timed(lambda m=method, r=rtol: lsoda(m, r, few), min(runs, 3))
        cpu, wall = cpu * N / len(few), wall * N / len(few)
        base = base or cpu
        rows.append((name, cpu, wall, *errors(found, exact)))  # type: ignore[arg-type]
    for rtol in (1e-3, 3e-4, 1e-4, 1e-6, 5e-7):
        cpu, wall, found = timed(lambda r=rtol: lanes(r), runs)
        rows.append((f"neurodyn {rtol:g}", cpu, wall, *errors(of_sweep(found), exact)))  # type: ignore[arg-type]
    for rtol in (1e-4, 1e-6):
        cpu, wall, found = timed(lambda r=rtol: lanes(r, precision="float32"), runs)
        rows.append((f"neurodyn float32 {rtol:g}", cpu, wall, *errors(of_sweep(found), exact)))  # type: ignore[arg-type]
    cpu, wall, found = timed(lambda: lanes(1e-6, run=nd.Jax()), min(runs, 3))
    rows.append(("neurodyn run=nd.Jax() 1e-6", cpu, wall, *errors(of_sweep(found), exact)))  # type: ignore[arg-type]
    cpu, wall, _ = timed(diffrax_end(1e-6), min(runs, 3))
    rows.append(("diffrax Tsit5 1e-6, end state only", cpu, wall, math.nan, math.nan, 0))
    if BRIAN.exists():
        for flags in ("default", "tuned"):
            for dt in (2.0, 1.0) if flags == "tuned" else (2.0,):
                part = brian("fi", N, dt, flags, 20.0)
                found = {int(i): (part["count"][i], part["first"][i] or math.nan,
                                  part["last"][i] or math.nan) for i in SAMPLE}  # fmt: skip
                rows.append((
                    f"Brian2 C++ RK4 {dt:g} ns, {flags} flags, 1 thread",
                    part["cpu"], part["wall"], *errors(found, exact),
                ))  # fmt: skip
    lines = [
        "| program | processor s | ratio to LSODA | wall s | period error | phase error | counts off |",  # noqa: E501
        "|---|---|---|---|---|---|---|",
    ]
    for name, cpu, wall, period, phase, differ in rows:
        shown = ("-", "-", "-") if math.isnan(period) else (f"{period:.1e}", f"{phase:.1e}", differ)
        lines.append(f"| {name} | {cpu:.3g} | {base / cpu:.0f} | {wall:.3g} | "
                     f"{shown[0]} | {shown[1]} | {shown[2]} |")  # fmt: skip
    return lines


def large_table(runs: int) -> list[str]:
    """Ten thousand currents; errors are those of the table for a thousand."""
    n = 10 * N
    rows = [("scipy LSODA 1e-6, a loop over a sample", *(
        used * n / len(SAMPLE[::8]) for used in timed(
            lambda: lsoda("LSODA", 1e-6, SAMPLE[::8]), min(runs, 3))[:2]))]  # fmt: skip
    for rtol in (3e-4, 1e-6, 5e-7):
        cpu, wall, _ = timed(lambda r=rtol: lanes(r, n), runs)
        rows.append((f"neurodyn {rtol:g}", cpu, wall))
    cpu, wall, _ = timed(diffrax_end(1e-6, n), min(runs, 3))
    rows.append(("diffrax Tsit5 1e-6, end state only", cpu, wall))
    if BRIAN.exists():
        for dt in (2.0, 1.0):
            part = brian("fi", n, dt, "tuned", 20.0)
            rows.append((f"Brian2 C++ RK4 {dt:g} ns, tuned, 1 thread", part["cpu"], part["wall"]))
    lines = ["| program, 10 000 currents | processor s | ratio to LSODA | wall s |",
             "|---|---|---|---|"]  # fmt: skip
    base = rows[0][1]
    return lines + [f"| {name} | {cpu:.3g} | {base / cpu:.0f} | {wall:.3g} |"
                    for name, cpu, wall in rows]  # fmt: skip


def noise_table(runs: int) -> list[str]:
    source = nd.noise.white("V", 1e-3 / math.sqrt(1e-9))
    model = MODEL.with_parameters(I_s=335e-6)
    lines = ["| program | processor s for 20 us | spikes per neuron | mean interval ns |",
             "|---|---|---|---|"]  # fmt: skip
    intervals = {}
    for dt in (0.5e-9, 1e-9, 2e-9):
        cpu, _, found = timed(
            lambda dt=dt: nd.sweep(model, {}, T_END, measure=["spikes", "spike_times"],
                                   method=nd.FixedStep(dt, source, trials=1000, seed=1)),
            runs,
        )  # fmt: skip
        times = found["spike_times"]  # type: ignore[index]
        intervals[dt] = np.diff(times, axis=-1)
        intervals[dt] = intervals[dt][np.isfinite(intervals[dt])]
        lines.append(f"| neurodyn, Runge-Kutta {dt * 1e9:g} ns | {cpu:.3g} | "
                     f"{found['spikes'].mean():.3f} | {intervals[dt].mean() * 1e9:.3f} |")  # type: ignore[index]  # fmt: skip
    if BRIAN.exists():
        from scipy.stats import ks_2samp

        part = brian("noise", 200, 0.05, "tuned", 20.0)
        theirs = np.array(part["intervals"])
        lines.append(f"| Brian2 C++ Euler 50 ps, tuned (200 neurons, times 5) | "
                     f"{part['cpu'] * 5:.3g} | {np.mean(part['count']):.3f} | "
                     f"{theirs.mean() * 1e9:.3f} |")  # fmt: skip
        for dt in (1e-9, 2e-9):
            test = ks_2samp(intervals[dt], theirs)
            lines += ["", f"Intervals at {dt * 1e9:g} ns against Brian2's, Kolmogorov-Smirnov: D = "
                      f"{test.statistic:.4f}, p = {test.pvalue:.2f} ({len(intervals[dt])} and "
                      f"{len(theirs)} intervals)."]  # fmt: skip
    return lines


def scaling_table(runs: int) -> list[str]:
    lines = ["| N | processor ms per neuron | memory over the start MB |", "|---|---|---|"]
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n in (10, 100, 1000, 10_000, 100_000):
        cpu, _, _ = timed(lambda n=n: lanes(1e-4, n), runs if n < 10_000 else 1)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) / 1024
        lines.append(f"| {n} | {cpu / n * 1e3:.3f} | {grown:.0f} |")
    lines += ["", "| threads | wall s | processor s |", "|---|---|---|"]
    for threads in (1, 2):
        cpu, wall, _ = timed(lambda t=threads: lanes(1e-4, run=nd.Threads(t)), runs)
        lines.append(f"| {threads} | {wall:.3f} | {cpu:.3f} |")
    lines += ["", "| t_end us | processor s |", "|---|---|"]
    for factor in (1, 4, 16):
        cpu, _, _ = timed(
            lambda f=factor: nd.sweep(MODEL, {"I_s": CURRENTS}, T_END / 4 * f,
                                      method=nd.Adaptive(1e-4), measure="spikes"), min(runs, 3),
        )  # fmt: skip
        lines.append(f"| {T_END / 4 * factor * 1e6:g} | {cpu:.3f} |")
    return lines


def cold_start() -> list[str]:
    """From ``python`` to the f-I curve of 1000 neurons, in a new process with a warm disk cache."""
    text = (
        "import numpy as np, neurodyn as nd\n"
        "m = nd.devices.nbox_neuron(T_amb=298.0)\n"
        "nd.sweep(m, {'I_s': np.linspace(2e-5, 1.1e-3, 1000)}, 20e-6)\n"
    )
    used, wall = [], []
    for _ in range(4):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-c", text], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall.append(time.perf_counter() - start)
        used.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return [f"Cold start, a fresh process to the f-I curve of 1000 neurons at rtol 1e-6, median of "
            f"3 after the first: {statistics.median(used[1:]):.2f} s of processor time, "
            f"{statistics.median(wall[1:]):.2f} s by the wall clock."]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="fi,large,noise,scaling,cold")
    options = parser.parse_args()
    tables = {"fi": lambda: fi_table(options.runs), "large": lambda: large_table(options.runs),
              "noise": lambda: noise_table(options.runs),
              "scaling": lambda: scaling_table(options.runs), "cold": cold_start}  # fmt: skip
    parts = []
    for name in options.only.split(","):
        parts.append("\n".join(tables[name]()))
        print(parts[-1] + "\n", flush=True)
    load = os.getloadavg()[0]
    parts.append(f"Machine: {os.cpu_count()} cores, shared (load {load:.1f} at the end). Python "
                 f"{platform.python_version()}, numpy {np.__version__}.")  # fmt: skip
    if options.write:
        text = PAGE.read_text()
        begin, end = "<!-- ensembles: numbers -->", "<!-- ensembles: end -->"
        head, tail = text.split(begin)[0], text.split(end)[1]
        PAGE.write_text(f"{head}{begin}\n\n" + "\n\n".join(parts) + f"\n\n{end}{tail}")


if __name__ == "__main__":
    main()
