"""The loop over epochs, what it notes, and the file by which it goes on."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.arrays import Array
from neurodyn.checkpoint import digest_of, read_state, write_state
from neurodyn.errors import SaturationError
from neurodyn.files import writable_place
from neurodyn.learning.data import Labelled
from neurodyn.learning.eqprop.trained import EqPropFit, outputs
from neurodyn.learning.eqprop.trainees import Ideal, OnDevices, Trainee, plan_of
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.progress import Progress, monotonic
from neurodyn.provenance import jax_setting, versions
from neurodyn.status import Status
from neurodyn.synapses import MeasuredTable

if TYPE_CHECKING:
    from neurodyn.learning.eqprop.estimator import EqProp

UNSETTLED = 0.05
"""Rate left at the end of a phase, in states from 0 to 1 per time constant, that is told."""
_STORE = "a training", "another training (other data, settings or seed)"
_HISTORY = ("train", "validation", "cost", "free_rate", "nudged_rate", "pulses")


@dataclass
class _Record:
    """What has been seen so far."""

    history: dict[str, list[float]] = field(default_factory=lambda: {n: [] for n in _HISTORY})
    best: float = -np.inf
    best_epoch: int = 0
    best_arrays: dict[str, Array] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return len(self.history["train"])

    def arrays(self) -> dict[str, Array]:
        """Return all of it as arrays."""
        found = {f"history {name}": np.array(values) for name, values in self.history.items()}
        found["best"] = np.array([self.best, self.best_epoch], float)
        return found | {f"best {name}": a for name, a in self.best_arrays.items()}


def train(
    settings: EqProp,
    data: Labelled,
    held: Labelled | None,
    seed: int,
    path: str | os.PathLike[str] | None,
    progress: Progress | None,
) -> EqPropFit:
    """Train through all epochs, or go on with what a store holds."""
    question = _question(settings, data, held, seed)
    store = None if path is None else Path(path)
    if store is not None:
        writable_place(store.parent, (glob.escape(store.name),), together=False)
    kept = None if store is None else read_state(store, question, *_STORE)
    trainee = (Ideal if settings.synapse is None else OnDevices)(settings, data, seed)
    record = _Record() if kept is None else _resumed(kept, trainee)
    tell = monotonic(progress, "learning")
    status, notes = Status.OK, []
    for epoch in range(record.done, settings.epochs):
        tell(epoch / settings.epochs)
        try:
            seen = trainee.epoch(plan_of(settings, len(data), seed, epoch))
        except KeyboardInterrupt:
            status = Status.INTERRUPTED
            break
        except SaturationError as error:
            status = Status.MAX_STEPS
            notes.append(f"stopped in epoch {epoch + 1}: {error}")
            break
        _note_epoch(record, settings, trainee, held, seen)
        if store is not None:
            write_state(store, trainee.arrays() | record.arrays(), question)
    tell(1.0)
    return _fit(settings, data, trainee, record, seed, status, notes)


def _question(settings: EqProp, data: Labelled, held: Labelled | None, seed: int) -> str:
    """Return the fingerprint of all that decides what is learned."""
    parts: dict[str, object] = {"settings": repr(settings), "seed": seed}
    for name, one in (("data", data), ("validation", held)):
        if one is not None:
            parts |= {f"{name} x": one.x, f"{name} codes": one.codes}
    technology = None if settings.synapse is None else settings.synapse.technology
    if isinstance(technology, MeasuredTable):  # its text is cut short
        parts |= {"table": technology.table.G, "pulse": technology.table.pulse}
    return digest_of(parts)


def _resumed(kept: dict[str, Array], trainee: Trainee) -> _Record:
    trainee.restore(kept)
    best, epoch = kept["best"]
    return _Record(
        {name: kept[f"history {name}"].tolist() for name in _HISTORY},
        float(best),
        int(epoch),
        {k.removeprefix("best "): v for k, v in kept.items() if k.startswith("best ")},
    )


def _note_epoch(
    record: _Record,
    settings: EqProp,
    trainee: Trainee,
    held: Labelled | None,
    seen: dict[str, Array],
) -> None:
    total = sum(float(up.sum() + down.sum()) for up, down in trainee.counts())
    score = np.nan
    if held is not None:
        found = outputs(settings, trainee.weights(), trainee.biases, held.x)
        score = float(np.mean(found.argmax(1) == held.codes))
    row = {
        "train": seen["right"].mean(),
        "validation": score,
        "cost": seen["cost"].mean(),
        "free_rate": seen["free"].max(),
        "nudged_rate": seen["nudged"].max(),
        "pulses": total - sum(record.history["pulses"]),
    }
    for name, value in row.items():
        record.history[name].append(float(value))
    if settings.keep == "last" or held is None or score > record.best:
        record.best = float(np.nan_to_num(score, nan=-1.0))
        record.best_epoch = record.done
        layers = enumerate(zip(trainee.weights(), trainee.biases, strict=True))
        record.best_arrays = {
            f"{kind}{i}": np.array(a)
            for i, (w, b) in layers
            for kind, a in (("weight", w), ("bias", b))
        }


def _fit(
    settings: EqProp,
    data: Labelled,
    trainee: Trainee,
    record: _Record,
    seed: int,
    status: Status,
    notes: list[str],
) -> EqPropFit:
    layers, best = range(len(trainee.shapes)), record.best_arrays
    weights = [best[f"weight{i}"] for i in layers] if best else trainee.weights()
    biases = [best[f"bias{i}"] for i in layers] if best else trainee.biases
    batches = record.done * -(-len(data) // min(settings.batch, len(data)))
    return EqPropFit(
        settings=settings,
        weights=tuple(np.asarray(w, float) for w in weights),
        biases=tuple(np.asarray(b, float) for b in biases),
        classes=data.classes,
        history={name: np.array(values) for name, values in record.history.items()},
        pulses=tuple(PulseCounts(np.array(u), np.array(d), batches) for u, d in trainee.counts()),
        best_epoch=record.best_epoch,
        seed=seed,
        status=status,
        notes=(*notes, *_warnings(record, settings)),
        provenance={
            "versions": versions(),
            "data": digest_of({"x": data.x, "codes": data.codes}),
            **jax_setting(),
        },
    )


def _warnings(record: _Record, settings: EqProp) -> list[str]:
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
