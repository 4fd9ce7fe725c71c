"""Brief pulses: latency, all or nothing, sums in space and in time."""

from __future__ import annotations

import numpy as np

from neurodyn.behaviours import rules
from neurodyn.behaviours.response import Response
from neurodyn.behaviours.subject import PULSE_PRECISION, Subject
from neurodyn.behaviours.table import BehaviourTrace, Finding
from neurodyn.stimuli import Stimulus


def drawn(subject: Subject, run: Response, label: str, name: str | None = None) -> BehaviourTrace:
    """Return the observable (or ``name``) until well after the stimulus and the first spike."""
    seen = max(float(run.stimulus.times[-1]), *run.spike_times[:1], 0.0)
    stop = seen + max(2 * seen, 3 * subject.chronaxie)
    return run.trace(label, name or subject.observable, stop)


def spike_latency(subject: Subject) -> Finding:
    """A spike that comes long after a brief pulse."""
    evidence, traces, shape = {}, (), ""
    for part in (1.0, 0.5, 0.25):
        width = part * subject.chronaxie
        height = subject.threshold(lambda h, w=width: subject.pulses(0.0, w, h))
        if not np.isfinite(height):
            break
        weak, strong = (subject.run(subject.pulses(0.0, width, f * height), 1) for f in (1.0, 2.0))
        late, early = float(weak.spike_times[0]), float(strong.spike_times[0])
        evidence = {"width": width, "delay at threshold": late, "delay at twice": early}
        traces = (drawn(subject, weak, "threshold"), drawn(subject, strong, "twice"))
        shape = weak.stimulus.description
        if rules.is_late(late, early, late > width * (1 + 1e-6)):
            return Finding("spike_latency", "shown", "", shape, evidence, traces)
    reason = "the spike comes during the pulse, or hardly later at threshold than above it"
    return Finding("spike_latency", "not shown", reason, "", evidence, traces)


def all_or_nothing(subject: Subject) -> Finding:
    """A response that is a full spike or none."""
    width, height = subject.chronaxie, subject.pulse_threshold
    heights = {
        "below": (1 - 1.5 * PULSE_PRECISION) * height,
        "at threshold": height,
        "twice": 2 * height,
    }
    peaks, traces = [], []
    for label, h in heights.items():
        run = subject.run(subject.pulses(0.0, width, h))
        y = run.sampled(subject.observable)[1]
        peaks.append(float(np.max(y) - y[0]))
        traces.append(drawn(subject, run, label))
    evidence = {f"peak {label}": peak for label, peak in zip(heights, peaks, strict=True)}
    evidence["threshold"] = height
    if subject.model.spike is not None and subject.model.spike.reset:
        reason = "the top of a spike is set by the reset of the model"
        return Finding("all_or_nothing", "not decidable", reason, "", evidence, tuple(traces))
    if rules.is_all_or_nothing(*peaks):
        words = f"pulses of {height:.5g} and {2 * height:.5g}, width {width:.4g}"
        return Finding("all_or_nothing", "shown", "", words, evidence, tuple(traces))
    reason = "the height of the response is graded"
    return Finding("all_or_nothing", "not shown", reason, "", evidence, tuple(traces))


def spatial_integration(subject: Subject) -> Finding:
    """Two inputs, each too weak, that fire the neuron when they come at once."""
    width, height = subject.chronaxie, 0.75 * subject.pulse_threshold
    one, both = (subject.run(subject.pulses(0.0, width, n * height)) for n in (1, 2))
    evidence = {"each": height, "spikes of one": one.count, "spikes of both": both.count}
    traces = (drawn(subject, one, "one"), drawn(subject, both, "both"))
    if one.count == 0 and both.count > 0:
        words = f"two pulses of {height:.5g} at once, width {width:.4g}"
        return Finding("spatial_integration", "shown", "", words, evidence, traces)
    reason = "two inputs of 0.75 of the threshold do not fire it together"
    return Finding("spatial_integration", "not shown", reason, "", evidence, traces)


def temporal_integration(subject: Subject) -> Finding:
    """A train of weak pulses that fires the neuron at a fast rate and not at a slow one."""
    width, single = subject.chronaxie, subject.pulse_threshold
    fast = 1.5 * width

    def train(height: float, period: float) -> Stimulus:
        return subject.pulses(period * np.arange(3), width, height)

    sum_of_three = subject.threshold(lambda h: train(h, fast), single)
    evidence = {"threshold of one": single, "threshold of three, fast": sum_of_three}
    height = 0.5 * (single + sum_of_three)
    sums, slow, forgotten = sum_of_three <= 0.95 * single, fast, False
    for _ in range(14 if sums else 1):
        slow *= 2
        if not subject.fires(train(height, slow)):
            forgotten = True
            break
    evidence |= {"fast period": fast, "slow period": slow}
    runs = [subject.run(train(height, period)) for period in (fast, slow)]
    traces = tuple(drawn(subject, r, n) for r, n in zip(runs, ("fast", "slow"), strict=True))
    if sums and forgotten:
        words = f"three pulses of {height:.5g}, width {width:.4g}, period {fast:.4g} or {slow:.4g}"
        return Finding("temporal_integration", "shown", "", words, evidence, traces)
    reason = "three pulses in a row fire it no more easily than one, or as easily at any rate"
    return Finding("temporal_integration", "not shown", reason, "", evidence, traces)
