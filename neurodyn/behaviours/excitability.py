"""Class of excitability, from the interval between spikes just above the onset of firing.

The onset is that of a slow ramp: where rest loses its stability, or where firing begins, whichever
is higher. Steps may set a neuron firing below that, if it is bistable.
"""

from __future__ import annotations

import numpy as np

from neurodyn.behaviours import rules
from neurodyn.behaviours.steps import drawn
from neurodyn.behaviours.subject import Subject
from neurodyn.behaviours.table import Finding

_EXCESS = (1e-1, 1e-2, 1e-3)
_SPIKES = 16


def _class(subject: Subject, name: str, wanted: int) -> Finding:
    if subject.onset is None:
        return Finding(name, "not shown", "no step makes it fire on and on")
    start = max(subject.onset, subject.rest_lost_at)
    runs = [subject.step(subject.held + (1 + e) * start, _SPIKES) for e in _EXCESS]
    if any(run.count < 3 for run in runs):
        return Finding(name, "not decidable", "too few spikes just above the onset of firing")
    intervals = np.array([run.intervals[-max(2, run.count // 2) :].mean() for run in runs])
    evidence = {
        f"interval at {e:g} above": interval for e, interval in zip(_EXCESS, intervals, strict=True)
    } | {"onset": start}
    found = rules.excitability_class(intervals)
    traces = tuple(
        drawn(subject, run, f"{1 + e:g} onset") for run, e in zip(runs, _EXCESS, strict=True)
    )[::2]
    if found is None:
        reason = "the interval grows towards the onset, but by too little to call it unbounded"
        return Finding(name, "not decidable", reason, "", evidence, traces)
    steps = f"steps of 1.1, 1.01 and 1.001 times the onset {start:.6g}"
    if found == wanted:
        return Finding(name, "shown", "", steps, evidence, traces)
    return Finding(name, "not shown", f"it is class {found}", "", evidence, traces)


def class_1(subject: Subject) -> Finding:
    """Firing begins at an arbitrarily low frequency."""
    return _class(subject, "class_1", 1)


def class_2(subject: Subject) -> Finding:
    """Firing begins at a finite frequency."""
    return _class(subject, "class_2", 2)
