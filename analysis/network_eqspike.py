"""One step of EqSpike with two NbOx neurons into one: the setting of the source's figs. 4.22, 4.23.

python analysis/network_learning.py
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.arrays import Array
from neurodyn.plot.style import BLACK, BLUE, GREEN, ORANGE, VERMILION, style

STEP = 0.67e-9  # s, of the source's scheme, in which it counts its times


@dataclass(frozen=True)
class Setting:
    """What the source gives, and below the line what it leaves open."""

    drives: tuple[float, float] = (340.91e-6, 412.04e-6)  # A, of the inputs
    weights: tuple[float, float] = (0.38711533, -0.04242794)  # 1: current per current
    bias: float = 0.0  # A
    free: float = 60_000 * STEP  # s
    nudge: float = 300_000 * STEP  # s
    beta: float = 5e-10  # V s
    f_max: float = 10e6  # Hz
    rate_window: float = 10_000 * STEP  # s, over which spikes are counted for the nudge
    gamma: float = 1e6  # 1 / s
    tau: float = 5_000 * STEP  # s
    average: float = 10_000 * STEP  # s
    eta: float = 10.0  # of the weight per unit of the integral, which is a pure number
    eta_bias: float = 0.4e-9  # A
    # ------------------------------------------------ open in the source
    ohm: float = 5.0  # beta (label f_max - f) is a voltage; over this resistance it is a current
    renewed: float = 10_000 * STEP  # s: the nudge follows the rate so often
    I_on: float = 0.2e-3  # A: rho is 1 while a device carries more
    update: Literal["end", "during"] = "end"  # when the weights change
    skipped: float = 0.0  # s at the beginning of the nudge that do not count
    T_amb: float = 298.0  # K
    inference: float = 300_000 * STEP  # s, in which the rate before and after is counted
    settling: float = 30_000 * STEP  # s before that


SOURCE = Setting()
RATES = 1 / SOURCE.rate_window, 1 / SOURCE.inference  # Hz: what one spike more means
VARIATIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("as drawn: nudge over 5 ohm", {}),
    ("nudge over 10 ohm", {"ohm": 10.0}),
    ("nudge over 25 ohm, the neuron's R_out", {"ohm": 25.0}),
    ("nudge over 25 ohm, eta 100", {"ohm": 25.0, "eta": 100.0}),
    ("rho from 0.1 mA", {"I_on": 0.1e-3}),
    ("rho from 0.5 mA", {"I_on": 0.5e-3}),
    ("weights change during the nudge", {"update": "during"}),
    ("first 15,000 steps of the nudge skipped", {"skipped": 15_000 * STEP}),
    ("nudge renewed every 1,000 steps", {"renewed": 1_000 * STEP}),
    ("T_amb 293 K", {"T_amb": 293.0}),
)
NAMES = ("in1", "in2", "out")
EVENT_WIDTH, EVENT_DELAY = 60e-9, 10e-9  # s, of the pulses of an event network


@dataclass(frozen=True)
class Learned:
    """One presentation, and what it changed."""

    label: int
    pulses: dict[str, Array]
    spikes: Array
    rule: nd.EqSpike
    model: nd.Model  # before
    learned: nd.Model  # after
    before: float  # Hz
    after: float  # Hz


def three_neurons(setting: Setting) -> nd.Model:
    """Return two input neurons whose device currents, weighted, drive a third at every instant."""
    neuron = nd.devices.nbox_neuron(T_amb=setting.T_amb)
    drives = dict(zip(NAMES, (*setting.drives, setting.bias), strict=True))
    members = {name: neuron.with_parameters(I_s=drive) for name, drive in drives.items()}
    couplings = [
        nd.Analogue(name, "out", w, name=f"w_{name}")
        for name, w in zip(NAMES, setting.weights, strict=False)
    ]
    shared = [name for name in neuron.parameter_names if name != "I_s"]
    return nd.coupled(members, couplings, shared=shared, spike="out")


def output_rate(model: nd.Model, setting: Setting) -> float:
    """Return the rate of the output, from rest, by its intervals."""
    start = setting.settling
    spikes = nd.solve(model, start + setting.inference).spike_times
    spikes = spikes[spikes >= start]
    return (len(spikes) - 1) / (spikes[-1] - spikes[0]) if len(spikes) > 1 else 0.0


def rule_of(setting: Setting, start: float, stop: float) -> nd.EqSpike:
    """Return the rule; pulses are measured, so its width is not used."""
    return nd.EqSpike(
        setting.eta, setting.gamma, setting.tau, setting.average, STEP, start=start, stop=stop
    )


def changed(model: nd.Model, rule: nd.EqSpike, pulses: dict[str, Array], s: Setting) -> nd.Model:
    """Return the model with what the rule says of the pulses so far."""
    weights = {
        f"w_{name}": model[f"w_{name}"] + rule.weight_change(pulses[name], pulses["out"])
        for name in NAMES[:2]
    }
    bias = model["I_s_out"] + s.eta_bias * rule.rate_change(pulses["out"])
    return model.with_parameters(**weights, I_s_out=bias)


def present(label: int, setting: Setting = SOURCE) -> Learned:
    """Present the example once: free, then nudged towards the label, then learned from."""
    model = before = three_neurons(setting)
    free, end = setting.free, setting.free + setting.nudge
    ends = [0.0, *np.arange(free, end - 0.5 * setting.renewed, setting.renewed), end]
    above = {name: model.expression(f"I_device_{name}") - setting.I_on for name in NAMES}
    begun, over = ({name: np.empty(0) for name in NAMES} for _ in range(2))
    spikes, pulses, state = np.empty(0), {}, None
    for t0, t1 in pairwise(ends):
        rate = np.sum(spikes > t0 - setting.rate_window) / setting.rate_window
        nudge = setting.beta * (label * setting.f_max - rate) / setting.ohm if t0 >= free else 0.0
        inputs = {"I_s_out": model["I_s_out"] + nudge}
        piece = nd.solve(model, t1, t_start=t0, x0=state, inputs=inputs)
        state = dict(zip(model.state_names, piece(t1).tolist(), strict=True))
        spikes = np.concatenate([spikes, piece.spike_times])
        for name, current in above.items():
            begun[name] = np.concatenate([begun[name], piece.rises(current)])
            over[name] = np.concatenate([over[name], piece.rises(-current)])
            pulses[name] = np.column_stack([begun[name][: len(over[name])], over[name]])
        if setting.update == "during" and t0 >= free + setting.skipped:
            model = changed(model, rule_of(setting, t0, t1), pulses, setting)
    rule = rule_of(setting, free + setting.skipped, end)
    if setting.update == "end":
        model = changed(model, rule, pulses, setting)
    rates = output_rate(before, setting), output_rate(model, setting)
    return Learned(label, pulses, spikes, rule, before, model, *rates)


# ------------------------------------------------------------------ the same by events


def in_events(label: int, setting: Setting = SOURCE) -> tuple[float, float]:
    """Return the output's rates before and after a nudge, all in one run of an event network.

    A spike gives a rectangular pulse of the charge that a spike carries through the device; the
    nudge is a step, as nothing follows the rate in a run.
    """
    neuron = nd.devices.nbox_neuron(T_amb=setting.T_amb)
    train = nd.spikes(nd.solve(neuron, 30e-6, inputs={"I_s": setting.drives[0]}), after=5e-6)
    charge, width = float(train.charge.mean()), EVENT_WIDTH
    inputs = nd.Population("in", neuron, 2, parameters={"I_s": setting.drives})
    free, end = setting.settling + setting.inference, setting.nudge
    target = setting.beta / setting.ohm

    def network(nudge: nd.Stimulus | float) -> nd.Network:
        out = nd.Population("out", neuron, 1, inputs={"I_s": nudge})
        rule = nd.EqSpike(
            setting.eta * charge / width, setting.gamma, setting.tau, setting.average, width,
            start=free, stop=free + end,
        )  # fmt: skip
        pulses = nd.Connection(
            "in", "out", np.array([setting.weights]) * charge / width, EVENT_DELAY,
            nd.Rectangular(width), plasticity=rule,
        )  # fmt: skip
        return nd.Network([inputs, out], [pulses])

    def rate(run: nd.NetworkRun, begin: float, end: float) -> float:
        times = run["out"].times
        times = times[(times >= begin) & (times < end)]
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0

    alone = rate(nd.simulate(network(0.0), free), setting.settling, free)
    nudge = target * (label * setting.f_max - alone)
    step = nd.Stimulus(
        np.array([free, free, free + end, free + end]), np.array([0.0, nudge, nudge, 0.0])
    )
    run = nd.simulate(network(step), 2 * free + end)
    late = free + end + setting.settling
    return rate(run, setting.settling, free), rate(run, late, 2 * free + end)


# ------------------------------------------------------------------ the page


def staircase(first: Learned, changes: Array) -> Array:
    """Return the output's rate along a line of weights that begins where all do and goes through.

    What a step changed by, which is nearly the direction for both labels.
    """
    step = [first.learned[f"w_{name}"] - first.model[f"w_{name}"] for name in NAMES[:2]]
    weights = np.array(SOURCE.weights) + np.outer(changes, np.array(step) / step[0])
    return np.array(
        [output_rate(first.model.with_parameters(w_in1=w[0], w_in2=w[1]), SOURCE) for w in weights]
    )


def _draw(shown: Sequence[Learned], folder: Path) -> None:
    grid = np.linspace(0.0, SOURCE.free + SOURCE.nudge, 2000)
    alone = nd.solve(nd.devices.nbox_neuron(T_amb=SOURCE.T_amb, I_s=SOURCE.drives[0]), 60e-6)
    input_rate = nd.spikes(alone, after=10e-6).rate
    changes: Array = np.concatenate([np.linspace(-0.06, 0.1, 33), np.linspace(0.12, 0.66, 28)])
    with plt.rc_context(style()):
        figure = plt.figure(figsize=(9.6, 9.0))
        above, below = figure.subfigures(2, 1, height_ratios=(3, 1))
        axes = above.subplots(3, 2, sharex="row")
        for column, one in enumerate(shown):
            top, middle, bottom = axes[:, column]
            for model, color, name in (
                (one.model, BLACK, "before"), (one.learned, VERMILION, "after"),
            ):  # fmt: skip
                late = nd.solve(model, 50e-6)
                t = np.linspace(40e-6, 46e-6, 3000)
                top.plot(1e6 * t, 1e3 * late.at(t, "I_device_out"), color=color, lw=0.9, label=name)
            top.set(xlabel="time (µs)", title=f"label {one.label}", ylim=(None, 6.5))
            top.legend(loc="upper right", ncols=2)
            until, since = (
                np.searchsorted(one.spikes, t) for t in (grid, grid - SOURCE.rate_window)
            )
            middle.plot(1e6 * grid, 1e-6 * (until - since) / SOURCE.rate_window, color=BLUE, lw=1)
            _, difference, mean = one.rule.filtered(one.pulses["out"], grid)
            bottom.plot(1e6 * grid, 1e-3 * difference, color=GREEN, lw=0.6, label="difference")
            bottom.plot(1e6 * grid, 1e-3 * mean, color=BLACK, lw=1.2, label="its mean, A")
            bottom.set_xlabel("time (µs)")
            bottom.set_ylim(None, 1.4e-3 * difference.max())
            bottom.legend(loc="upper right", ncols=2)
            for ax in (middle, bottom):
                ax.axvspan(1e6 * SOURCE.free, 1e6 * grid[-1], color=ORANGE, alpha=0.12, lw=0)
        axes[0, 0].set_ylabel("(a) output current (mA)")
        axes[1, 0].set_ylabel("(b) output rate (MHz)")
        axes[2, 0].set_ylabel("(c) change of rho (1/ms)")
        ax = below.subplots()
        rates = staircase(shown[0], changes)
        ax.plot(changes, rates / input_rate, ".-", color=BLACK, ms=3, lw=0.8)
        for one, color in zip(shown, (BLUE, VERMILION), strict=True):
            change = one.learned["w_in1"] - one.model["w_in1"]
            ax.plot(
                change, one.after / input_rate, "o", color=color, label=f"after label {one.label}"
            )
        ax.plot(0.0, shown[0].before / input_rate, "s", color=GREEN, label="before")
        ax.set(xlabel="(d) change of the first weight, with the second in proportion",
               ylabel="output rate / rate of input 1")  # fmt: skip
        for k, n in ((1, 4), (1, 3), (1, 2), (1, 1)):
            ax.axhline(k / n, color=BLACK, lw=0.5, ls=":")
        ax.legend(loc="upper left")
        drawing.save(figure, folder, "network_eqspike")


def main(folder: Path) -> str:
    """Draw both steps; return the section of the page."""
    shown = [present(label) for label in (0, 1)]
    _draw(shown, folder)
    rows = []
    for name, change in VARIATIONS:
        setting = replace(SOURCE, **change)
        both = [present(label, setting) for label in (0, 1)] if change else shown
        numbers = [1e-3 * both[0].before, *(1e-3 * one.after for one in both)]
        rows.append(f"| {name} | " + " | ".join(f"{number:.0f}" for number in numbers) + " |")
    events = [in_events(label) for label in (0, 1)]
    tenths = [f"{1e-6 * rate:.1f} MHz" for rate in (events[0][0], *(after for _, after in events))]
    table = "\n".join([*rows, "| by events, in one run | " + " | ".join(tenths) + " |"])
    weights = "; ".join(
        f"label {one.label}: {one.learned['w_in1']:.4f} and {one.learned['w_in2']:.4f}"
        for one in shown
    )
    return f"""\
## One step of EqSpike, two inputs and one output

Setting of the source's figs. 4.22 and 4.23: two neurons at {1e6 * SOURCE.drives[0]:.2f} and
{1e6 * SOURCE.drives[1]:.2f} µA; their device currents, times {SOURCE.weights[0]} and
{SOURCE.weights[1]}, drive a third at every instant (`nd.coupled`, `nd.Analogue`: no event,
no delay). Free for {1e6 * SOURCE.free:.1f} µs, then nudged for {1e6 * SOURCE.nudge:.0f} µs by
a current beta (label f_max - f) over a resistance, where f is counted over the last
{1e6 * SOURCE.rate_window:.1f} µs. `nd.EqSpike` reads the pulses of the device currents. Rates
before and after, from rest, by the intervals of {1e6 * SOURCE.inference:.0f} µs, in kHz. One spike
more is {1e-3 * RATES[1]:.1f} kHz there, and {1e-3 * RATES[0]:.0f} kHz in the source's own window.

![A step towards 0 and one towards 1](figures/network_eqspike.png)

| | before | after label 0 | after label 1 |
|---|---|---|---|
{table}

The rate falls after a step towards 0 and rises after one towards 1, each by more than even the
source's own window resolves; weights after {weights}.

Small steps do nothing (d): the output is locked to the first input, one spike for three, and a
step has to carry it off that tread. With 25 ohm, the output resistance of the source's neuron, the
step towards 0 has the right sign and stays on the tread. All is learned from the transient after
the switch: where the first tau + average of the nudge do not count, the step towards 0 goes the
wrong way and that towards 1 goes nowhere. Over 5 ohm the nudge towards 0 is an oscillation between
silence and the rate before, as it follows a rate that is counted late (b).

What the source leaves open, each a named argument of `Setting` in `analysis/network_eqspike.py`:
what turns beta, in V s, into a current (`ohm`); how often the nudge follows the rate (`renewed`);
the current at which rho is 1 (`I_on`); the units of the learning rates (`eta` of the weight,
`eta_bias` in A); when weights change (`update`); whether the beginning of the nudge counts
(`skipped`); the ambient temperature (`T_amb`). A net current below zero is allowed.

What could not be matched: the source prints no frequency to compare with. Its nudge read in
amperes, without a resistance, would be 4.5 mA towards 1, at which this neuron latches. Its f_max
of 10 MHz is more than the neuron can do (5.5 MHz), so label 1 always pushes.

By events: a spike gives a rectangular pulse ({1e9 * EVENT_WIDTH:.0f} ns) with the charge of a spike
times the weight, {1e9 * EVENT_DELAY:.0f} ns late; the nudge is a step of what it is at first, as
nothing follows a rate within a run. Free, nudge and what was learned are one `nd.simulate`. After
the step towards 0 the output fires now and then, by a spike more or less as the tolerance is.
"""
