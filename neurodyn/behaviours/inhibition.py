"""Inhibition: what follows it, what it prepares, and what it starts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from neurodyn.behaviours import rules
from neurodyn.behaviours.pulses import drawn as pulse_drawn
from neurodyn.behaviours.response import ENOUGH, Response, Undecidable
from neurodyn.behaviours.steps import drawn
from neurodyn.behaviours.subject import Subject
from neurodyn.behaviours.table import Finding
from neurodyn.stimuli import Stimulus

_DEPTHS = (0.5, 1.0, 2.0, 4.0, 8.0)
_NO_INHIBITION = "it answers both polarities alike, and nothing inhibits it below input 0"


def _inhibitions(subject: Subject, base: Subject) -> Iterator[tuple[float, float]]:
    """Yield depths and widths of inhibitory pulses; depths in rheobases, down to the floor."""
    deepest = subject.held - base.lowest_inhibiting_input
    depths = [d * base.rheobase for d in _DEPTHS if d * base.rheobase <= deepest]
    if not depths and deepest > 0:
        depths = [deepest]
    for width in (3 * base.chronaxie, 2 * base.interval, 8 * base.interval):
        for depth in depths:
            yield depth, width


def _rebound(subject: Subject, name: str, least: int) -> Finding:
    evidence, traces = {}, ()
    for level in subject.levels():
        for depth, width in _inhibitions(level, subject):
            try:
                run = level.run(level.pulses(0.0, width, -depth), ENOUGH)
            except Undecidable:
                continue
            during = int((run.spike_times <= width).sum())
            after = run.count - during
            numbers = {"held input": level.held, "spikes during": during, "spikes after": after}
            if rules.is_rebound(during, after, least, run.settled):
                delay = {"delay": run.spike_times[during] - width}
                words = f"{run.stimulus.description}, held at {level.held:.5g}"
                trace = (drawn(subject, run),)
                return Finding(name, "shown", "", words, numbers | delay, trace)
            if after >= evidence.get("spikes after", -1):
                evidence, traces = numbers, (pulse_drawn(subject, run, run.stimulus.description),)
    if not evidence:
        return Finding(name, "not decidable", _NO_INHIBITION)
    reason = "no inhibitory pulse is followed by " + ("a spike" if least == 1 else "a burst")
    return Finding(name, "not shown", reason + " and rest", "", evidence, traces)


def rebound_spike(subject: Subject) -> Finding:
    """A spike after the end of an inhibitory pulse."""
    return _rebound(subject, "rebound_spike", 1)


def rebound_burst(subject: Subject) -> Finding:
    """A burst after the end of an inhibitory pulse."""
    return _rebound(subject, "rebound_burst", 3)


def _prepared(subject: Subject, depth: float, length: float, gap: float, h: float) -> Stimulus:
    """Inhibition of some depth and length, then after a gap a pulse one chronaxie wide."""
    start, width = length + gap, subject.chronaxie
    times = [0.0, 0.0, length, length, start, start, start + width, start + width]
    shape = np.array([0, -depth, -depth, 0, 0, h, h, 0])
    words = f"pulse of {-depth:.4g}, width {length:.4g}, then {h:+.4g}, width {width:.4g}"
    return Stimulus(np.array(times), subject.held + shape, f"{words}, after {gap:.3g}")


def threshold_variability(subject: Subject) -> Finding:
    """A pulse that is too weak alone, but not after inhibition."""
    name, evidence, traces = "threshold_variability", {}, ()
    for level in subject.levels():
        width, plain = level.chronaxie, level.pulse_threshold
        for depth, length in _inhibitions(level, subject):
            evidence = evidence or {"held input": level.held, "usual threshold": plain}
            if level.fires(level.pulses(0.0, length, -depth)):
                continue  # a rebound needs no pulse
            for gap in (0.0, 0.5 * width, 2 * width):
                prepare = partial(_prepared, level, depth, length, gap)
                if not level.fires(prepare(0.97 * plain)):
                    continue
                prepared = level.threshold(prepare, plain)
                height = 0.5 * (prepared + plain)
                alone = level.run(level.pulses(0.0, width, height))
                run = level.run(prepare(height))
                evidence = {
                    "held input": level.held,
                    "usual threshold": plain,
                    "after inhibition": prepared,
                }
                traces = (pulse_drawn(level, alone, "alone"), pulse_drawn(level, run, "after"))
                if rules.is_variable_threshold(prepared, plain):
                    words = f"{run.stimulus.description}, held at {level.held:.5g}"
                    return Finding(name, "shown", "", words, evidence, traces)
    if not evidence:
        return Finding(name, "not decidable", _NO_INHIBITION)
    reason = "inhibition before a pulse does not lower its threshold by 2 %"
    return Finding(name, "not shown", reason, "", evidence, traces)


def _downward(subject: Subject) -> Iterator[Response]:
    for depth in (0.25, *_DEPTHS):
        if subject.held - depth * subject.rheobase >= subject.lowest_inhibiting_input:
            try:
                yield subject.step(subject.held - depth * subject.rheobase)
            except Undecidable:
                continue


def _induced(subject: Subject, name: str, bursting: bool) -> Finding:
    evidence, traces = {}, ()
    for run in _downward(subject):
        bursts = rules.is_bursting(run.intervals)
        numbers = {"spikes": float(run.count), "input": float(run.stimulus.values[-1])}
        if run.sustained and bursts == bursting:
            numbers["late interval"] = float(rules.late(run.intervals).mean())
            words = run.stimulus.description
            return Finding(name, "shown", "", words, numbers, (drawn(subject, run),))
        if run.count >= evidence.get("spikes", -1):
            evidence, traces = numbers, (drawn(subject, run),)
    if not evidence:
        return Finding(name, "not decidable", _NO_INHIBITION)
    kind = "burst" if bursting else "fire"
    return Finding(name, "not shown", f"no lower input makes it {kind}", "", evidence, traces)


def inhibition_induced_spiking(subject: Subject) -> Finding:
    """Firing for as long as the input is lowered."""
    return _induced(subject, "inhibition_induced_spiking", bursting=False)


def inhibition_induced_bursting(subject: Subject) -> Finding:
    """Bursts for as long as the input is lowered."""
    return _induced(subject, "inhibition_induced_bursting", bursting=True)
