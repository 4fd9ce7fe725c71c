"""Sustained steps: tonic, phasic, bursting, mixed, adapting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from neurodyn.behaviours import rules
from neurodyn.behaviours.response import Response
from neurodyn.behaviours.subject import Subject
from neurodyn.behaviours.table import BehaviourTrace, Finding

_DRAWN = 14  # spikes of a long run that are kept in a trace


def firing(subject: Subject) -> Iterator[Response]:
    """Yield responses to steps between the onset and the end of sustained firing."""
    if subject.onset is None:
        return
    for factor in (1.05, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 8.0):
        height = factor * subject.onset
        if subject.firing_end is not None and height > 0.9 * subject.firing_end:
            return
        yield subject.step(subject.held + height)


def passing(subject: Subject) -> Iterator[Response]:
    """Yield responses to steps that make it fire but not for ever, weak and strong ones."""
    low, high = subject.rheobase, subject.onset
    if high is None:
        heights = [f * low for f in (1.02, 1.1, 1.5, 2.0, 3.0)]
    else:
        heights = [low + f * (high - low) for f in (0.1, 0.5, 0.9, 0.98)] if high > low else []
    if subject.firing_end is not None:
        heights += [f * subject.firing_end for f in (1.0005, 1.003, 1.01, 1.1, 1.3, 1.0002)]
    for height in heights:
        yield subject.step(subject.held + height)


def drawn(subject: Subject, run: Response, label: str = "") -> BehaviourTrace:
    """Return the first spikes of a run, or all of it if it ends at rest."""
    stop = np.inf
    if run.count > _DRAWN:
        stop = float(run.spike_times[_DRAWN - 1])
    elif run.count:
        stop = float(run.spike_times[-1] + max(5 * subject.interval, 0.3 * run.spike_times[-1]))
    return run.trace(label or run.stimulus.description, subject.observable, stop)


def first(
    subject: Subject,
    name: str,
    runs: Iterator[Response],
    rule: Callable[[Response], bool],
    numbers: Callable[[Response], dict[str, float]],
    otherwise: str,
) -> Finding:
    """Return the finding from the first run that fits a rule."""
    last = None
    for run in runs:
        last = run
        if rule(run):
            return Finding(
                name, "shown", "", run.stimulus.description, numbers(run), (drawn(subject, run),)
            )
    if last is None:
        return Finding(name, "not shown", otherwise)
    return Finding(name, "not shown", otherwise, "", numbers(last), (drawn(subject, last),))


def _regularity(run: Response) -> dict[str, float]:
    if run.count < 2:
        return {"spikes": run.count}
    tail = rules.late(run.intervals)
    return {"spikes": run.count, "late interval": tail.mean(), "CV": rules.variation(tail)}


def _counts(run: Response) -> dict[str, float]:
    last = {"last spike": run.spike_times[-1]} if run.count else {}
    return {"spikes": run.count, "at rest in the end": run.settled, **last}


def tonic_spiking(subject: Subject) -> Finding:
    """Regular firing for as long as the input is on."""
    return first(
        subject,
        "tonic_spiking",
        firing(subject),
        lambda run: run.sustained and rules.is_tonic(run.intervals),
        _regularity,
        "no step makes it fire regularly and without end",
    )


def phasic_spiking(subject: Subject) -> Finding:
    """One spike at the onset of a sustained input."""
    return first(
        subject,
        "phasic_spiking",
        passing(subject),
        lambda run: rules.is_phasic_spiking(run.count, run.settled),
        _counts,
        "no step makes it fire just once",
    )


def phasic_bursting(subject: Subject) -> Finding:
    """A burst at the onset of a sustained input."""
    return first(
        subject,
        "phasic_bursting",
        passing(subject),
        lambda run: rules.is_phasic_bursting(run.count, run.settled),
        lambda run: _counts(run) | _spread(run),
        "no step gives three spikes or more and then rest",
    )


def _spread(run: Response) -> dict[str, float]:
    if run.count < 2:
        return {}
    return {"shortest interval": run.intervals.min(), "longest interval": run.intervals.max()}


def tonic_bursting(subject: Subject) -> Finding:
    """Bursts for as long as the input is on."""

    def numbers(run: Response) -> dict[str, float]:
        limit, ratio = rules.burst_gap(rules.late(run.intervals))
        tail = rules.late(run.intervals)
        short = tail[tail <= limit]
        return {
            "interval in bursts": short.mean() if len(short) else np.nan,
            "gap between bursts": tail[tail > limit].mean() if (tail > limit).any() else np.nan,
            "ratio of nearest two": ratio,
        }

    return first(
        subject,
        "tonic_bursting",
        firing(subject),
        lambda run: run.sustained and rules.is_bursting(run.intervals),
        numbers,
        "intervals are of one kind",
    )


def mixed_mode(subject: Subject) -> Finding:
    """A burst at the onset, then single spikes."""

    def numbers(run: Response) -> dict[str, float]:
        i, ratio = rules.break_point(run.intervals)
        found = {"spikes before the break": i + 2, "ratio at the break": ratio}
        return found if run.count > 2 else {"spikes": run.count}

    return first(
        subject,
        "mixed_mode",
        firing(subject),
        lambda run: run.sustained and rules.is_mixed_mode(run.intervals),
        numbers,
        "firing does not begin with a burst",
    )


def spike_frequency_adaptation(subject: Subject) -> Finding:
    """Intervals that grow under a sustained input."""

    def numbers(run: Response) -> dict[str, float]:
        if run.count < 2:
            return {"spikes": run.count}
        return {
            "first interval": run.intervals[0],
            "late interval": rules.late(run.intervals).mean(),
        }

    return first(
        subject,
        "spike_frequency_adaptation",
        firing(subject),
        lambda run: run.sustained and rules.is_adapting(run.intervals),
        numbers,
        "intervals do not grow step by step",
    )
