"""A training by Equilibrium Propagation: its course over epochs, and its result."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.arrays import Array
from neurodyn.learning.data import Labelled
from neurodyn.learning.epochs import Record, fingerprint, provenance_of, run_epochs, store_of
from neurodyn.learning.eqprop.trained import EqPropFit, outputs
from neurodyn.learning.eqprop.trainees import Ideal, OnDevices, plan_of
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.progress import Progress

if TYPE_CHECKING:
    from neurodyn.learning.eqprop.estimator import EqProp

UNSETTLED = 0.05
"""Rate left at the end of a phase, in states from 0 to 1 per time constant, that is told."""


class _Course:
    """Weights in training, epoch by epoch."""

    columns = "train", "validation", "cost", "free_rate", "nudged_rate", "pulses"

    def __init__(self, settings: EqProp, data: Labelled, seed: int) -> None:
        self.trainee = (Ideal if settings.synapse is None else OnDevices)(settings, data, seed)
        self._settings, self._samples, self._seed = settings, len(data), seed
        self.arrays, self.restore = self.trainee.arrays, self.trainee.restore

    def _pulses(self) -> float:
        return sum(float(up.sum() + down.sum()) for up, down in self.trainee.counts())

    def epoch(self, number: int) -> dict[str, float]:
        before = self._pulses()
        seen = self.trainee.epoch(plan_of(self._settings, self._samples, self._seed, number))
        return {
            "train": seen["right"].mean(),
            "cost": seen["cost"].mean(),
            "free_rate": seen["free"].max(),
            "nudged_rate": seen["nudged"].max(),
            "pulses": self._pulses() - before,
        }

    def score(self, held: Labelled) -> float:
        found = outputs(self._settings, self.trainee.weights(), self.trainee.biases, held.x)
        return float(np.mean(found.argmax(1) == held.codes))

    def network(self) -> dict[str, Array]:
        layers = enumerate(zip(self.trainee.weights(), self.trainee.biases, strict=True))
        return {f"{kind}{i}": a for i, (w, b) in layers for kind, a in (("weight", w), ("bias", b))}


def train(
    settings: EqProp,
    data: Labelled,
    held: Labelled | None,
    seed: int,
    path: str | os.PathLike[str] | None,
    progress: Progress | None,
) -> EqPropFit:
    """Train through all epochs, or go on with what a store holds."""
    technology = None if settings.synapse is None else settings.synapse.technology
    question = fingerprint(settings, data, held, seed, technology)
    store = store_of(path)
    course = _Course(settings, data, seed)
    record = run_epochs(course, settings.epochs, held, settings.keep, question, store, progress)
    layers = range(len(course.trainee.shapes))
    batches = record.done * -(-len(data) // min(settings.batch, len(data)))
    counts = course.trainee.counts()
    return EqPropFit(
        settings=settings,
        weights=tuple(np.asarray(record.network[f"weight{i}"], float) for i in layers),
        biases=tuple(np.asarray(record.network[f"bias{i}"], float) for i in layers),
        classes=data.classes,
        history={name: np.array(values) for name, values in record.history.items()},
        pulses=tuple(PulseCounts(np.array(u), np.array(d), batches) for u, d in counts),
        best_epoch=record.best_epoch,
        seed=seed,
        status=record.status,
        notes=(*record.notes, *_warnings(record, settings)),
        provenance=provenance_of(data),
    )


def _warnings(record: Record, settings: EqProp) -> list[str]:
    found = []
    for name, steps in (("free", "free_steps"), ("nudged", "nudge_steps")):
        rate = record.history[f"{name}_rate"][-1] if record.done else 0.0
        if rate > UNSETTLED:
            found.append(
                f"the {name} phase ends at a rate of {rate:.2g} after "
                f"{getattr(settings.settling, steps)} steps: its states are not those of rest; "
                f"more {steps} would bring them nearer"
            )
    return found
