"""Write docs/questions.md and its figures: what else can be asked of a neuron than the sheet tells.

    python analysis/questions.py

Under a minute; every number is computed anew, and each answer is held against a second way.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, GREEN, ORANGE, VERMILION, style

DOCS = Path(__file__).parents[1] / "docs"
CURRENT = 335e-6  # A, in the middle of the firing range
T_AMB = 298.0  # K
WAYS = ("C_ext", "C_th", "R_th", "R_0", "E_a", "eps_r", "T_amb", "I_s")
SOURCE_OF_IV = Path(__file__).parents[1] / "fits" / "nbox_drouhin2023" / "iv.csv"
MODELS = ("nbox_neuron", "mott_nbo2", "mott_vo2", "thermal_neuristor")


def neuron(current: float = CURRENT) -> nd.Model:
    return nd.devices.nbox_neuron(T_amb=T_AMB, I_s=current)


def shifts(model: nd.Model, response: nd.PhaseResponse, kick: float, n: int) -> tuple:
    """Return times of kicks [s], and the advance of a far later spike [s/V] by runs."""
    tight = nd.Adaptive(1e-10)
    start = dict(zip(response.names, response.x[0], strict=True))
    late = 6.5 * response.period

    def last_spike(x0: dict[str, float], begin: float) -> float:
        run = nd.solve(model, late - begin, x0=x0, method=tight)
        return begin + run.spike_times[-1]

    whole = nd.solve(model, late, x0=start, method=tight)
    times = (np.arange(n) + 0.5) / n * response.period
    advances = []
    for t in times:
        V, T = (float(whole.at(t, name)) for name in ("V", "T"))
        both = [last_spike({"V": V + sign * kick, "T": T}, t) for sign in (1, -1)]
        advances.append((both[1] - both[0]) / (2 * kick))
    return times, np.array(advances)


def kicks(folder: Path) -> str:
    """When does a kick move the next spike?"""
    model = neuron()
    hopf = nd.continue_equilibria(model, "I_s", (0.0, 1.2e-3)).hopf[0]
    cycle = nd.continue_cycles(model, hopf, (0.0, CURRENT)).cycles[-1]
    response = nd.phase_response(model, cycle)
    times, advances = shifts(model, response, kick=1e-5, n=24)
    with plt.rc_context(style()):
        figure, ax = plt.subplots(figsize=(5.4, 3.4))
        nd.plot.phase_response(response, ax=ax)
        ax.plot(times * 1e9, advances * 1e9, "o", color=VERMILION, ms=4, label="runs with a kick")
        ax.lines[0].set_label("adjoint of the cycle")
        ax.legend()
        drawing.save(figure, folder, "kicks")
    advance = response["V"] * response.period / (2 * np.pi)
    at = response.at(2 * np.pi * times / response.period)[:, 0] * response.period / (2 * np.pi)
    apart = float(np.max(np.abs(at - advances)) / np.max(np.abs(advance)))
    return f"""\
## When does a kick move the next spike?

```python
hopf = nd.continue_equilibria(neuron, "I_s", (0.0, 1.2e-3)).hopf[0]
cycle = nd.continue_cycles(neuron, hopf, (0.0, 335e-6)).cycles[-1]
response = nd.phase_response(neuron, cycle)
nd.plot.phase_response(response)
```

A charge dropped on the capacitor lifts V at once; how far it brings later spikes forward depends
on when it comes. At {CURRENT * 1e6:g} µA (period {response.period * 1e9:.1f} ns) one millivolt
advances them by {advance.max() * 1e6:.3g} ns at most and delays them by
{-advance.min() * 1e6:.3g} ns at most. The line is the adjoint solution of the cycle; the dots are
pairs of runs with a kick of ±10 µV each. They differ by {apart:.0e} of the largest advance. With
this curve weak coupling and locking can be predicted without a run.

![advance of later spikes against the time of the kick](figures/kicks.png)
"""


def settled_rate(model: nd.Model, **parameters: float) -> float:
    run = nd.solve(model.with_parameters(**parameters), 5e-6, method=nd.Adaptive(1e-11))
    return float(1 / np.diff(run.spike_times[-9:]).mean())


def causes(folder: Path) -> str:
    """Which parameter sets the rate, and which the cost of a spike?"""
    model = neuron()
    rate = nd.sensitivity(model, WAYS, t_end=3e-6)
    energy = nd.sensitivity(model, WAYS, t_end=3e-6, measure="energy_device")
    with plt.rc_context(style()):
        figure, axes = plt.subplots(1, 2, figsize=(9.0, 3.4))
        for ax, found in zip(axes, (rate, energy), strict=True):
            nd.plot.sensitivity(found, ax)
        drawing.save(figure, folder, "causes")
    capacities = rate.log_gradient["C_ext"] + rate.log_gradient["C_th"]
    change = 1e-4
    runs = [settled_rate(model, C_ext=model["C_ext"] * (1 + sign * change)) for sign in (1, -1)]
    differences = (runs[0] - runs[1]) / (2 * change * rate.value)
    return f"""\
## Which parameter sets the rate, and which the cost of a spike?

```python
names = ["C_ext", "C_th", "E_a", "T_amb"]
rate = nd.sensitivity(neuron, names, t_end=3e-6)
energy = nd.sensitivity(neuron, names, t_end=3e-6, measure="energy_device")
nd.plot.sensitivity(rate)
```

Bars are per cent per per cent, at {rate.value / 1e6:.3f} MHz and {energy.value * 1e12:.1f} pJ per
spike. Two checks: time runs slower by as much as both capacities grow, so C_ext and C_th must add
up to -1 ({capacities:.6f}); and runs at C_ext ± 0.01 % give {differences:.6f} against
{rate.log_gradient["C_ext"]:.6f} here. The bars of E_a and T_amb tell what a
device-to-device spread or a warm day does.

![bars for the rate and for the energy](figures/causes.png)
"""


def noises(folder: Path) -> str:
    """What does noise look like in a spectrum?"""
    model, runs = neuron(), {}
    slow = nd.noise.ornstein_uhlenbeck_current(sd=40e-6, correlation_time=2e-6)
    fast = nd.noise.white_current(density=2.4e-8)
    rows = []
    with plt.rc_context(style()):
        figure, ax = plt.subplots(figsize=(5.4, 3.6))
        for colour, (name, noise) in zip(
            (ORANGE, GREEN), {"slow": slow, "fast": fast}.items(), strict=True
        ):
            runs[name] = nd.solve_sde(model, 1e-3, noise=noise, n=32, seed=1, keep="spikes")
            spectrum = nd.power_spectrum(runs[name], after=5e-6, segment=50e-6)
            nd.plot.power_spectrum(spectrum, ax, unit="1/s")
            ax.lines[-1].set(color=colour, label=name)
            histogram = nd.isi_histogram(runs[name], after=5e-6)
            low = spectrum.density[(spectrum.frequency > 0) & (spectrum.frequency < 5e4)].mean()
            rate = 1 / float(np.mean(histogram.intervals))
            fano = nd.fano_factor(runs[name], 100e-6, after=5e-6).values[0]
            rows.append(
                f"| {name} | {rate / 1e6:.3f} | {histogram.cv:.3f} | {low / (2 * rate):.4f} | "
                f"{fano:.4f} | {histogram.cv**2:.4f} |"
            )
        ax.legend()
        drawing.save(figure, folder, "noises")
    table = "\n".join(rows)
    return f"""\
## What does noise look like in a spectrum?

```python
noise = nd.noise.ornstein_uhlenbeck_current(sd=40e-6, correlation_time=2e-6)
runs = nd.solve_sde(neuron, 1e-3, noise=noise, n=32, seed=1, keep="spikes")
spectrum = nd.power_spectrum(runs, after=5e-6, segment=50e-6)
nd.plot.power_spectrum(spectrum)
```

Two noises of the input current that make intervals vary alike in size leave different spectra:
*fast* is white, *slow* wanders over several spikes. The lines at the rate and its multiples tell
how regular the spikes are, the floor at low frequency how much counts in long windows vary. For
intervals that know nothing of each other, half the floor over the rate is the squared CV of the
intervals, and the Fano factor of long windows tends to the same number (D. R. Cox, P. A. W. Lewis,
The Statistical Analysis of Series of Events (1966)): so it is for the fast noise. Slow noise makes
neighbours alike, and the floor stands far above.

| noise | rate (MHz) | CV | floor / (2 rate) | Fano factor, 100 µs | CV² |
|---|---|---|---|---|---|
{table}

![spectra of spike trains under slow and fast noise](figures/noises.png)
"""


def basins(folder: Path) -> str:
    """Which starts end on, which end off?"""
    model = nd.devices.nbox_voltage_driven(V_s=0.8, R_load=100.0, T_amb=T_AMB)
    points = nd.fixed_points(model)
    (saddle,) = [point for point in points if point.kind == "saddle"]
    window = {"V": (0.0, 1.0), "T": (290.0, 4000.0)}
    found = nd.saddle_manifolds(model, saddle, window=window)
    plane = nd.phase_plane(model, window=window)
    hot = max(point.state["T"] for point in points)
    with plt.rc_context(style()):
        figure, ax = plt.subplots(figsize=(7.4, 4.2))
        nd.plot.phase_plane(plane, ax, manifolds=found)
        for V in np.linspace(0.05, 0.95, 10):
            for T in np.linspace(400.0, 2500.0, 12):
                end = nd.solve(model, 5e-6, x0={"V": V, "T": T}).x[-1, 1]
                on = abs(end - hot) < abs(end - T_AMB)
                ax.plot(V, T, "." if on else "x", color=BLACK, ms=3, alpha=0.7)
        ax.get_legend().set_loc("center left")
        ax.get_legend().set_bbox_to_anchor((1.0, 0.5))
        drawing.save(figure, folder, "basins")
    places = ", ".join(
        f"{point.kind} at {point.state['V'] * 1e3:.0f} mV and {point.state['T']:.0f} K"
        for point in points
    )
    return f"""\
## Which starts end on, which end off?

```python
latch = nd.devices.nbox_voltage_driven(V_s=0.8, R_load=100.0)
saddle = next(p for p in nd.fixed_points(latch) if p.kind == "saddle")
window = {{"V": (0.0, 1.0), "T": (290.0, 4000.0)}}
found = nd.saddle_manifolds(latch, saddle, window=window)
nd.plot.phase_plane(nd.phase_plane(latch, window=window), manifolds=found)
```

Behind 100 Ω the same device is a latch: between the hold and the threshold voltage it has three
equilibria ({places}). The stable manifold of the saddle parts the starts that switch on (dots) from
those that fall back (crosses): 120 runs of their own. The heat that holds it on is what the
two-state model says of this device; nothing was measured there.

![phase plane with manifolds and the ends of runs](figures/basins.png)
"""


def devices(_: Path) -> str:
    """Which device is it?"""
    data = nd.read_iv(SOURCE_OF_IV)
    fits = [nd.fit_iv(data, T_amb=T_AMB, model=name) for name in MODELS]
    report = nd.compare_fits(fits).report()
    return f"""\
## Which device is it?

```python
data = nd.read_iv("fits/nbox_drouhin2023/iv.csv")
names = {list(MODELS)!r}
fits = [nd.fit_iv(data, T_amb=298.0, model=name) for name in names]
print(nd.compare_fits(fits).report())
```

```
{report}
```

The shipped curve was made by the Poole-Frenkel model, and that is what the comparison finds.
"""


QUESTIONS = (kicks, causes, noises, basins, devices)
HEAD = """\
# Questions beyond the sheet

Generated by `python analysis/questions.py`; do not edit.

Each question is a few lines on the neuron of the datasheet,

```python
import neurodyn as nd

neuron = nd.devices.nbox_neuron(T_amb=298.0, I_s=335e-6)
```

and each answer is held against a second way.
"""


def main(docs: Path) -> None:
    """Answer every question and write the page."""
    folder = docs / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    page = "\n".join([HEAD, *(question(folder) for question in QUESTIONS)])
    (docs / "questions.md").write_text(page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the page")
    main(parser.parse_args().out)
