"""Three letters of 3 x 3 pixels, learned by NbOx neurons that pulse each other.

python analysis/network_learning.py
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np
from scipy import sparse

import neurodyn as nd
from neurodyn.arrays import Array
from neurodyn.plot.style import BLACK, BLUE, VERMILION, style

LETTERS = {"z": "110010011", "v": "101101010", "n": "010101101"}  # any two differ in 6 pixels
ON = 300e-6  # A, of the input neuron of a dark pixel, and of one that is always on
WIDTH, DELAY = 100e-9, 100e-9  # s, of pulses
TIME = 5e-6  # s, of an inference
SPREAD = {"R_0": 0.05, "C_ext": 0.02}  # relative, from device to device
START = 30e-6  # A: weights are drawn between plus and minus this
RATE = 8e-6  # A per spike that an output has too few or too many, shared by all patterns
TARGET = 10  # spikes of the right output; of the others none
EPOCHS, SEEDS = 16, (1, 2, 3, 4, 5)

NEURON = nd.devices.nbox_neuron(T_amb=298.0)
INPUTS, OUTPUTS = 10, len(LETTERS)


def patterns(flips: int) -> tuple[Array, Array]:
    """Return all letters with so many pixels flipped, (n, 9), and which letter each is."""
    found, labels = [], []
    for label, letter in enumerate(LETTERS.values()):
        for flipped in combinations(range(9), flips):
            pixels = np.array([int(pixel) for pixel in letter])
            pixels[list(flipped)] ^= 1
            found.append(pixels)
            labels.append(label)
    return np.array(found), np.array(labels)


def devices(seed: int) -> dict[str, Array]:
    """Return the parameters of the 13 devices, which stay as they are while they learn."""
    rng = np.random.default_rng([seed, 1])
    n = INPUTS + OUTPUTS
    return {name: NEURON[name] * np.exp(sd * rng.standard_normal(n)) for name, sd in SPREAD.items()}


def shown(weights: Array, own: dict[str, Array], pixels: Array, measured: bool) -> nd.NetworkRun:
    """Return the run in which the same 13 devices see each pattern from rest, side by side."""
    m = len(pixels)
    on = np.column_stack([pixels, np.ones(m)])
    front, back = (
        {name: np.tile(values[part], m) for name, values in own.items()}
        for part in (slice(INPUTS), slice(INPUTS, None))
    )
    inputs = nd.Population("in", NEURON, INPUTS * m, parameters={"I_s": ON * on.ravel(), **front})
    outputs = nd.Population("out", NEURON, OUTPUTS * m, parameters=back)
    each = sparse.kron(sparse.eye(m), weights, format="csc")
    pulses = nd.Connection("in", "out", each, DELAY, nd.Rectangular(WIDTH))
    energies = {"in": ["P_device"], "out": ["P_device"]} if measured else {}
    record = nd.Record(integrals=energies)
    return nd.simulate(nd.Network([inputs, outputs], [pulses]), TIME, record=record)


def spikes_of_outputs(run: nd.NetworkRun) -> Array:
    """Return the spikes of each output, (patterns, letters)."""
    return run["out"].counts.reshape(-1, OUTPUTS)


def right(counts: Array, labels: Array) -> float:
    """Return the share of patterns whose own output spikes most; a tie is wrong."""
    ordered = np.sort(counts, axis=1)
    clear = ordered[:, -1] > ordered[:, -2]
    return float(np.mean(clear & (counts.argmax(axis=1) == labels)))


@dataclass(frozen=True)
class Learned:
    """What one network learned."""

    weights: Array
    known: list[
        float
    ]  # share right of the patterns it learns from, before each epoch and at the end
    unseen: list[float]  # of letters with two flipped pixels, at the beginning and at the end
    energy: float  # J, of an inference of what it has not seen
    spikes: float  # of an inference


def learn(seed: int, epochs: int = EPOCHS) -> Learned:
    """Learn letters with no pixel or one flipped, by the delta rule on counted spikes."""
    own = devices(seed)
    weights = np.random.default_rng([seed, 2]).uniform(-START, START, (OUTPUTS, INPUTS))
    parts = [patterns(flips) for flips in (0, 1)]
    pixels, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    new, of_new = patterns(2)
    target = TARGET * np.eye(OUTPUTS)[labels]
    on = np.column_stack([pixels, np.ones(len(pixels))])
    unseen = [right(spikes_of_outputs(shown(weights, own, new, False)), of_new)]
    known = []
    for _ in range(epochs):
        counts = spikes_of_outputs(shown(weights, own, pixels, False))
        known.append(right(counts, labels))
        weights = weights + RATE * (target - counts).T @ on / len(pixels)
    known.append(right(spikes_of_outputs(shown(weights, own, pixels, False)), labels))
    run = shown(weights, own, new, True)
    unseen.append(right(spikes_of_outputs(run), of_new))
    energy, spikes = 0.0, 0
    for name in ("in", "out"):
        each = np.concatenate(run.per_spike(name, "P_device"))  # from a spike to the next
        energy += float(each.mean()) * len(run[name])
        spikes += len(run[name])
    return Learned(weights, known, unseen, energy / len(new), spikes / len(new))


def _draw(found: list[Learned], folder: Path) -> None:
    one, own = found[0], devices(SEEDS[0])
    letters, _ = patterns(0)
    run = shown(one.weights, own, letters, False)
    with plt.rc_context(style()):
        figure = plt.figure(figsize=(11.5, 3.4))
        parts = figure.subfigures(1, 3, width_ratios=(1, 1.1, 1))
        ax = parts[0].subplots()
        for learned in found:
            ax.plot(learned.known, color=BLUE, lw=0.9)
            ax.plot([0, EPOCHS], learned.unseen, "o", color=VERMILION, ms=4)
        ax.plot([], [], color=BLUE, label="learned from")
        ax.plot([], [], "o", color=VERMILION, ms=4, label="two pixels flipped, unseen")
        ax.axhline(1 / OUTPUTS, color=BLACK, lw=0.8, ls=":", label="chance")
        ax.set(xlabel="epoch", ylabel="share right", title="(a) five networks", ylim=(-0.05, 1.08))
        ax.legend(loc="center right")
        size = 1e6 * np.abs(one.weights).max()
        axes = parts[1].subplots(1, OUTPUTS)
        for ax, name, row in zip(axes, LETTERS, one.weights, strict=True):
            image = ax.imshow(1e6 * row[:9].reshape(3, 3), cmap="RdBu_r", vmin=-size, vmax=size)
            ax.set(title=f"(b) to {name}", xticks=[], yticks=[])
            ax.grid(visible=False)
        parts[1].colorbar(image, ax=axes, location="bottom", label="weight (µA)")
        ax = parts[2].subplots()
        spikes = run["out"]
        ax.plot(1e6 * spikes.times, spikes.neurons, "|", color=BLACK, ms=9, mew=0.9)
        for k in (1, 2):
            ax.axhline(OUTPUTS * k - 0.5, color=BLACK, lw=0.5)
        names = [f"{letter}: {output}" for letter in LETTERS for output in LETTERS]
        ax.set_yticks(range(len(names)), names)
        ax.set(xlabel="time (µs)", title="(c) letter shown: output", ylim=(8.6, -0.6))
        drawing.save(figure, folder, "network_patterns")


def main(folder: Path) -> str:
    """Learn with five networks; return the section of the page."""
    found = [learn(seed) for seed in SEEDS]
    _draw(found, folder)
    rows = "\n".join(
        f"| {seed} | {100 * one.unseen[0]:.0f} % | {100 * one.known[-1]:.0f} % "
        f"| {100 * one.unseen[1]:.1f} % | {1e9 * one.energy:.2f} nJ | {one.spikes:.1f} |"
        for seed, one in zip(SEEDS, found, strict=True)
    )
    spread = ", ".join(f"{name} by {100 * sd:.0f} %" for name, sd in SPREAD.items())
    return f"""\
## Three letters

z, v and n of 3 x 3 pixels (after M. Prezioso et al., Nature 521, 61 (2015)): nine input neurons,
at {1e6 * ON:.0f} µA where a pixel is dark and else at none, and one that is always on, pulse
three outputs ({1e9 * WIDTH:.0f} ns, {1e9 * DELAY:.0f} ns late; weights of both signs). The answer
is the output with the most spikes in {1e6 * TIME:.0f} µs; a tie, or silence, is wrong. Devices
differ ({spread}) and stay the same while a network learns.

It learns from the letters and all with one pixel flipped (30 patterns) by the delta rule on
spikes, between runs: a weight rises by {1e6 * RATE:.0f} µA times (wanted - counted), averaged over
all patterns, of those that switch its input on. Wanted are {TARGET} spikes of the right output and
none of the others. It is tried on all letters with two pixels flipped (108), which it never
learned from. Chance is one in three.

![What is learned](figures/network_patterns.png)

| seed | unseen, before | learned from | unseen | energy | spikes |
|---|---|---|---|---|---|
{rows}

Energy and spikes are those of all 13 neurons in one inference: the heat in each device from a
spike to its next (`run.per_spike`), its mean over a population, times the spikes. Before learning
outputs are silent, as weights are drawn small.
"""
