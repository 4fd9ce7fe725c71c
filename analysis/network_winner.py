"""Winner-take-all: neurons that inhibit each other, and how much more drive it takes to win.

python analysis/network_dynamics.py
"""

from __future__ import annotations

from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.arrays import Array
from neurodyn.bisection import bisect
from neurodyn.plot.style import BLACK, BLUE, ORANGE, VERMILION, style

DRIVE = 100e-6  # A, of all neurons but one
N, FAVOURED = 5, 2
DELAY, DECAY = 20e-9, 1e-6  # s
END, LATE = 60e-6, 40e-6  # s
CHARGES = (60e-12, 90e-12, 120e-12)  # C, that one spike takes from each other neuron
MORE = 1e-6 * np.array([1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 18.0, 25.0, 40.0, 50.0, 60.0, 70.0])  # A
STARTS = 8  # random ones
SPREAD = 0.8  # V, below the threshold
FEW = 1e-8  # A, of a difference found by bisection

NEURON = nd.devices.nbox_neuron(T_amb=298.0)


def competition(more: float, charge: float, seed: int | None = None) -> nd.NetworkRun:
    """Return the run when one neuron has so much more current; a seed draws the voltages."""
    rng = np.random.default_rng(seed)
    start = {} if seed is None else {"V": rng.uniform(0.0, SPREAD, N)}
    drive = np.full(N, DRIVE)
    drive[FAVOURED] += more
    cells = nd.Population("cells", NEURON, N, parameters={"I_s": drive}, start=start)
    inhibition = nd.Connection("cells", "cells", -charge / DECAY, DELAY, nd.Exponential(DECAY))
    record = nd.Record(states_at_spikes=["cells"])
    return nd.simulate(nd.Network([cells], [inhibition]), END, record=record)


def wins(more: float, charge: float, seed: int | None = None) -> bool:
    """Tell whether in the end the favoured neuron spikes and no other does."""
    rates = competition(more, charge, seed)["cells"].rates(LATE)
    return bool(rates[FAVOURED] > 0.0 and rates.sum() == rates[FAVOURED])


def share(more: float, charge: float) -> float:
    """Return in how many of all random starts the favoured neuron wins."""
    return float(np.mean([wins(more, charge, seed) for seed in range(STARTS)]))


def ends(charge: float) -> tuple[float, float] | None:
    """Return the differences between which the favoured neuron wins, switched on at rest [A].

    None if it wins and loses more than once along ``MORE``; NaN for an end beyond ``MORE``.
    """
    won = np.array([wins(more, charge) for more in MORE])
    first, last = np.flatnonzero(won)[[0, -1]]
    if not won[first : last + 1].all():
        return None

    def between(yes: int, no: int) -> float:
        if not 0 <= no < len(MORE):
            return float("nan")
        return bisect(lambda more: wins(more, charge), MORE[no], MORE[yes], absolute=FEW)[1]

    return between(first, first - 1), between(last, last + 1)


def foretold_limit(charge: float) -> float:
    """Return the difference at which inhibition drives losers as hard as their onset of firing [A].

    The element takes no notice of the sign of the voltage, so a mean current below minus the onset
    fires it too: ``charge f(I + more) - I = onset``, with the rate f of one neuron alone.
    """
    branch = nd.continue_equilibria(NEURON.with_parameters(I_s=0.0), "I_s", (0.0, DRIVE))
    onset = branch.hopf[0].parameter
    currents: Array = np.linspace(DRIVE, 3.0 * DRIVE, 41)
    rates = nd.fi_curve(NEURON, "I_s", currents).rate
    return float(np.interp((DRIVE + onset) / charge, rates, currents)) - DRIVE


def main(folder: Path) -> str:
    """Draw a competition and who wins; return the section of the page."""
    shares = {charge: [share(more, charge) for more in MORE] for charge in CHARGES}
    found = {charge: ends(charge) for charge in CHARGES}
    middle, some = CHARGES[1], 5e-6
    won, backwards = (competition(more, middle)["cells"] for more in (some, MORE[-1]))
    with plt.rc_context(style()):
        figure, axes = plt.subplots(1, 3, figsize=(11.5, 3.4))
        for ax, spikes, title in (
            (axes[0], won, f"(a) {1e6 * some:.0f} µA more: one wins"),
            (axes[1], backwards, f"(b) {1e6 * MORE[-1]:.0f} µA more: driven backwards"),
        ):
            favoured = spikes.neurons == FAVOURED
            for which, color in ((favoured, VERMILION), (~favoured, BLACK)):
                times, neurons = 1e6 * spikes.times[which], spikes.neurons[which]
                ax.plot(times, neurons, "|", color=color, ms=12, mew=0.8)
            ax.set(xlabel="time (µs)", ylabel="neuron", title=title, xlim=(0, 30))
            ax.set_yticks(range(N))
            ax.grid(visible=False)
        for charge, color in zip(CHARGES, (BLUE, VERMILION, ORANGE), strict=True):
            label = f"{1e12 * charge:.0f} pC"
            axes[2].plot(1e6 * MORE, shares[charge], "o-", color=color, ms=4, lw=1, label=label)
        axes[2].set(
            xscale="log", xlabel="difference of the drives (µA)", ylabel="share of wins",
            title=f"(c) {STARTS} random starts", ylim=(-0.05, 1.1),
        )  # fmt: skip
        axes[2].set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
        axes[2].legend(loc="upper left")
        drawing.save(figure, folder, "network_winner")
    rows = "\n".join(
        f"| {1e12 * charge:.0f} pC | {_range(found[charge])} | {_always(shares[charge])} "
        f"| {1e6 * foretold_limit(charge):.1f} µA |"
        for charge in CHARGES
    )
    return f"""\
## Winner-take-all

{N} neurons at {1e6 * DRIVE:.0f} µA, one of them with more, inhibit each other: a spike takes a
charge from each other neuron, after {1e9 * DELAY:.0f} ns, as a current that decays in
{1e6 * DECAY:.0f} µs. *Wins* means: after {1e6 * LATE:.0f} µs it spikes and no other does.

![Who wins](figures/network_winner.png)

| charge | wins, switched on at rest | from all {STARTS} random starts | losers fire, foretold |
|---|---|---|---|
{rows}

Weak inhibition needs a large difference, strong inhibition a small one. Too much of it fails: this
element takes no notice of the sign of its voltage, so losers that inhibition drives as hard as
their onset of firing spike too, with V below zero, and drive the winner the same way (b). For
the mean current one neuron alone foretells where (last column: charge times rate of the winner,
less {1e6 * DRIVE:.0f} µA, reaches the current of the Hopf point); the simulated limit comes
earlier, as the current is not even. At {1e12 * CHARGES[-1]:.0f} pC there is no difference at which
the right neuron wins from all starts: two neurons that fire in step can silence the rest.
"""


def _range(found: tuple[float, float] | None) -> str:
    if found is None:
        return "now and then"
    low, high = (f"{1e6 * end:.2f} µA" if np.isfinite(end) else "" for end in found)
    return f"{low} to {high}" if high else f"from {low}"


def _always(shares: list[float]) -> str:
    always = MORE[np.array(shares) == 1.0]
    return f"{1e6 * always[0]:.0f} to {1e6 * always[-1]:.0f} µA" if len(always) else "never"
