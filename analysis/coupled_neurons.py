"""Write docs/coupled_neurons.md and its figures: two neurons as one model, and what they lock to.

    python analysis/coupled_neurons.py

Under a minute; every number is computed anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, VERMILION, style

DOCS = Path(__file__).parents[1] / "docs"
CURRENT = 300e-6  # A
OTHER = 310e-6  # A, of the neuron that is not alike
PULSE, WIDTH = 60e-6, 100e-9  # A, s
DELAYS = (60e-9, 150e-9, 250e-9)  # s
SIZES = np.array([5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0])  # uA
MIDDLE, TOP = 2e3, 3e4  # ohm: where the figure's branches start, and its largest

NEURON = nd.devices.nbox_neuron(T_amb=298.0, I_s=CURRENT)
COMMON = [name for name in NEURON.parameter_names if name != "I_s"]
PAIR = nd.coupled(
    {"a": NEURON, "b": NEURON}, [nd.Resistor("a", "b", 3e3, name="R_c")], shared=COMMON
)
IN_PHASE, ANTIPHASE = {"a": 0.0, "b": 0.0}, {"a": 0.0, "b": 0.5}


def window(alone: nd.continuation.Cycle, folder: Path) -> str:
    """In phase and in antiphase, along the resistance between two neurons alike."""
    branches = {
        (name, low): nd.continue_cycles(
            PAIR.with_parameters(R_c=MIDDLE),
            nd.joint_cycle(PAIR, alone, lags),
            (low, high),
            parameter="R_c",
        )
        for name, lags in (("in phase", IN_PHASE), ("antiphase", ANTIPHASE))
        for low, high in ((700.0, MIDDLE), (MIDDLE, TOP))
    }
    antiphase = branches["antiphase", 700.0]
    first = {point.kind: point for point in antiphase.special if point.period < 4.25e-7}
    fold, broken = first["cycle_fold"], first["branch_point"]
    weak = nd.weak_locking(NEURON, alone, [nd.Resistor("a", "b", 1e6)])
    with plt.rc_context(style()):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8))
        for (name, low), branch in branches.items():
            color = BLUE if name == "in phase" else VERMILION
            multiplier = np.abs(branch.multipliers[:, 1])
            for ax, values in ((left, 1e9 * branch.period), (right, multiplier)):
                shown = np.where(branch.stable, values, np.nan)
                ax.plot(branch.parameter, values, color=color, lw=0.9, ls="--")
                label = name if low == MIDDLE else None
                ax.plot(branch.parameter, shown, color=color, lw=1.8, label=label)
        left.plot(fold.parameter, 1e9 * fold.period, "s", color=BLACK, ms=5, label="fold")
        left.plot(
            broken.parameter, 1e9 * broken.period, "D", color=GREEN, ms=5, label="symmetry breaks"
        )
        ohm = np.geomspace(2e3, TOP, 100)
        for state in weak.locked:
            label = "weak coupling" if state.phase == 0.0 else None
            right.plot(
                ohm, state.multiplier ** (1e6 / ohm), color=ORANGE, lw=1, ls=":", label=label
            )
        right.axhline(1.0, color="0.5", lw=0.8)
        right.axvspan(fold.parameter, broken.parameter, color=VERMILION, alpha=0.12, lw=0)
        left.axvspan(fold.parameter, broken.parameter, color=VERMILION, alpha=0.12, lw=0)
        left.set(xscale="log", xlabel="$R_c$ (ohm)", ylabel="period (ns)", ylim=(360, 440))
        right.set(xscale="log", xlabel="$R_c$ (ohm)", ylabel="|multiplier|", ylim=(0, 1.6))
        left.legend(loc="upper right")
        right.legend(loc="lower right")
        drawing.save(figure, folder, "pair_by_resistor")
    in_phase, opposite = (1e6 * np.log(state.multiplier) for state in weak.locked)
    return f"""\
## A resistor between two neurons alike

```python
alone = nd.settled_cycle(neuron, 3e-6)
pair = nd.coupled(
    {{"a": neuron, "b": neuron}}, [nd.Resistor("a", "b", 3e3, name="R_c")],
    shared=[name for name in neuron.parameter_names if name != "I_s"])
start = nd.joint_cycle(pair, alone, {{"a": 0.0, "b": 0.5}})           # antiphase
branch = nd.continue_cycles(pair, start, (700.0, 30e3), parameter="R_c")
```

![Periods and multipliers along the resistance](figures/pair_by_resistor.png)

Solid: stable. In phase no current flows, so the period is that of one neuron, and the pair is
stable at every resistance. Antiphase is unstable where the coupling is weak, as `nd.weak_locking`
foretells (dotted): in a period a small distance shrinks by exp({in_phase:.1f} ohm / R_c) in phase,
and grows by exp({opposite:.1f} ohm / R_c) in antiphase. Yet beside the stable in-phase cycle there
is a window in which antiphase is stable too, and continuation finds its ends:

| R_c | period | what happens to antiphase |
|---|---|---|
| {_place(broken)} | stable below; above, its symmetry is broken (branch point) |
| {_place(fold)} | gone below (fold of cycles): both fall into phase |
"""


def _place(point: nd.continuation.CyclePoint) -> str:
    return f"{point.parameter:.3f} ohm | {1e9 * point.period:.4f} ns"


def tongue(alone: nd.continuation.Cycle, folder: Path) -> str:
    """Up to which resistance two unequal neurons lock."""
    unequal = PAIR.with_parameters(I_s_b=OTHER, R_c=1.5e3)
    start = nd.joint_cycle(PAIR, alone, IN_PHASE)
    branch = nd.continue_cycles(unequal, start, (1e3, 2e4), parameter="R_c", max_points=80)
    fold = max(branch.folds, key=lambda point: point.parameter)
    edge = nd.continue_cycle_fold(unequal, fold, "I_s_b", (302e-6, 340e-6))
    periods = nd.continue_cycles(NEURON, alone, (300e-6, 345e-6), parameter="I_s")
    mismatch = np.abs(periods.period / alone.period - 1)
    weak = nd.weak_locking(NEURON, alone, [nd.Resistor("a", "b", 1e6)])
    foretold = 1e6 * weak.locking_range / mismatch[1:]
    at = np.interp(OTHER, periods.parameter[1:], foretold)
    with plt.rc_context(style()):
        figure, ax = plt.subplots(figsize=(5.2, 3.6))
        more = 1e6 * (edge["I_s_b"] - CURRENT)
        ax.plot(more, edge["R_c"] / 1e3, color=BLUE, lw=1.6, label="folds of cycles")
        ax.fill_between(more, edge["R_c"] / 1e3, 1.0, color=BLUE, alpha=0.1, lw=0)
        ax.plot(
            1e6 * (periods.parameter[1:] - CURRENT),
            foretold / 1e3,
            color=VERMILION,
            ls="--",
            label="foretold by the phase response",
        )
        ax.text(8, 2.6, "locked 1:1", color=BLUE)
        ax.set(
            yscale="log", xlim=(2, 40), ylim=(1, 60), xlabel="difference of the currents (µA)",
            ylabel="$R_c$ (kohm)",
        )  # fmt: skip
        ax.legend(loc="upper right")
        drawing.save(figure, folder, "tongue")
    return f"""\
## A resistor between unequal neurons

```python
unequal = pair.with_parameters(I_s_b=310e-6, R_c=1.5e3)
start = nd.joint_cycle(pair, alone, {{"a": 0.0, "b": 0.0}})
locked = nd.continue_cycles(unequal, start, (1e3, 20e3), parameter="R_c", max_points=80)
fold = max(locked.folds, key=lambda point: point.parameter)
edge = nd.continue_cycle_fold(unequal, fold, "I_s_b", (302e-6, 340e-6))
```

![The tongue of 1:1 locking](figures/tongue.png)

At 300 and {1e6 * OTHER:.0f} µA the neurons lock up to R_c = {fold.parameter:.2f} ohm, where the
locked cycle meets an unstable one (a fold); above, the phase slips. The fold, followed in both
parameters, is the border of the tongue. The phase response of one neuron alone foretells
{at:.0f} ohm, with nothing to fit: locking ends where the mismatch of the periods exceeds
`weak_locking(...).locking_range`. The two part slowly, as the coupling becomes strong.
"""


def pulses(alone: nd.continuation.Cycle, folder: Path) -> str:
    """What one pulse does, and what two neurons that send each other pulses lock to."""
    responses = [
        nd.pulse_response(NEURON, alone, nd.pulse(sign * PULSE, width=WIDTH)) for sign in (1, -1)
    ]
    found = {
        (1e6 * response.pulse.values[1], delay): nd.pulse_locking(response, delay)
        for response in responses
        for delay in DELAYS
    }
    with plt.rc_context(style()):
        figure, axes = plt.subplots(2, 2, figsize=(9.6, 7.0))
        for ax, response, sign in zip(axes[0], responses, ("+", "−"), strict=True):
            nd.plot.pulse_response(response, ax=ax)
            ax.set_title(f"({'ab'[sign == '−']}) one pulse of {sign}60 µA, 100 ns")
        nd.plot.pair_locking(found[60.0, DELAYS[1]], ax=axes[1, 0])
        axes[1, 0].set_title("(c) +60 µA, delay 150 ns")
        sizes = [nd.pulse_response(NEURON, alone, nd.pulse(1e-6 * size, width=WIDTH), n=256)
                 for size in SIZES]  # fmt: skip
        for delay, color in zip(DELAYS, (BLUE, VERMILION, GREEN), strict=True):
            for weak, line in ((False, "-"), (True, ":")):
                ranges = [nd.pulse_locking(one, delay, weak=weak).locking_range for one in sizes]
                axes[1, 1].plot(
                    100 * np.array(ranges), SIZES, line, color=color,
                    label=None if weak else f"delay {1e9 * delay:.0f} ns",
                )  # fmt: skip
        axes[1, 1].set(
            title="(d) locked to the left (dotted: first order)", ylim=(0, SIZES[-1]),
            xlabel="mismatch of the periods (%)", ylabel="pulse (µA)",
        )  # fmt: skip
        axes[1, 1].legend(loc="lower right")
        drawing.save(figure, folder, "pulses")
    rows = "\n".join(
        f"| {size:+.0f} µA | {1e9 * delay:.0f} ns | {_listed(one)} "
        f"| {_listed(one, stable=False)} | {100 * one.locking_range:.2f} % |"
        for (size, delay), one in found.items()
    )
    return f"""\
## Pulses from neuron to neuron

```python
response = nd.pulse_response(neuron, alone, nd.pulse(60e-6, width=100e-9))
locking = nd.pulse_locking(response, delay=150e-9)
locking.stable, locking.locking_range, locking.end(0.3)
```

![What a pulse does, and the locking that follows](figures/pulses.png)

(a), (b): a run for each phase tells by how much all later spikes move; dashed, what the adjoint
equation says of weak pulses. A positive pulse always advances the spikes of this neuron, nearly
alike through most of the period: it integrates. (c): from that alone follows how the time
difference of two neurons moves in a period, and where it rests. (d): how unequal they may be.

| pulse | delay | stable phases and joint periods | unstable phases | locked up to a mismatch of |
|---|---|---|---|---|
{rows}

The phases and periods are not approximate: the joint period is solved for with the phases, and what
a pulse does after the next spike is counted, so they are exact as long as a neuron is back on its
cycle before the next pulse comes (this one forgets within a period). `nd.simulate` ends at the
stable phases of all six rows to 1e-6, and simulations of 3000 periods by other code, made for three
of them, agree to 1e-9. `weak=True` gives the limit of weak pulses; multipliers and locking ranges
are exact in that limit only (the simulated range differs by less than a tenth).
"""


def _listed(found: nd.PairLocking, *, stable: bool = True) -> str:
    chosen = [one for one in found.locked if one.stable is stable]
    if not stable:
        return ", ".join(f"{one.phase:.4f}" for one in chosen) or "none"
    return ", ".join(f"{one.phase:.6f} ({1e9 * one.period:.4f} ns)" for one in chosen) or "none"


def others(alone: nd.continuation.Cycle, folder: Path) -> str:
    """Which phases other couplings choose."""
    del folder
    kinds = {
        "resistor, 1 Mohm": [nd.Resistor("a", "b", 1e6)],
        "capacitor, 10 fF": [nd.Capacitor("a", "b", 1e-14)],
        "each the other's current, 0.1 %": _each_way(1e-3),
        "the same, −0.1 %": _each_way(-1e-3),
    }
    rows = []
    for name, links in kinds.items():
        found = nd.weak_locking(NEURON, alone, links)
        stable, unstable = (
            ", ".join(f"{one.phase:.4f}" for one in found.locked if one.stable is kind)
            for kind in (True, False)
        )
        rows.append(f"| {name} | {stable} | {unstable} | {1e4 * found.locking_range:.3f} |")
    listing = "\n".join(rows)
    return f"""\
## Other couplings

`nd.Capacitor` and `nd.Analogue` (a weighted output of one neuron into another, as in the source's
EqSpike: no event, no delay) go into `nd.coupled` and `nd.weak_locking` like a resistor. A small
capacitor C acts like the currents of both, weighted by -C/C_ext: C_ext dV/dt is the source's
current less the device's.

| coupling | stable phases | unstable phases | locked up to a mismatch of (1e-4) |
|---|---|---|---|
{listing}
"""


def _each_way(weight: float) -> list[nd.Analogue]:
    return [nd.Analogue("a", "b", weight), nd.Analogue("b", "a", weight)]


HEAD = """\
# Coupled neurons

Generated by `python analysis/coupled_neurons.py`; do not edit.

`nd.coupled` joins neurons by resistors, capacitors and weighted outputs into one `Model`, which
every verb takes: runs, sweeps, and continuation, which also finds the cycles of the pair that no
run can show. The phase response of one neuron alone foretells much of it. All numbers are of

```python
import neurodyn as nd

neuron = nd.devices.nbox_neuron(T_amb=298.0, I_s=300e-6)
```

and are held in `tests/continuation/locking` against independent shooting and simulations.
"""
PARTS = (window, tongue, pulses, others)


def main(docs: Path) -> None:
    """Compute every part and write the page."""
    folder = docs / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    alone = nd.settled_cycle(NEURON, 3e-6)
    page = "\n".join([HEAD, *(part(alone, folder) for part in PARTS)])
    (docs / "coupled_neurons.md").write_text(page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the page")
    main(parser.parse_args().out)
