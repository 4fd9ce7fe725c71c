"""The loop over epochs: what it notes, which epoch it keeps, and the file by which it goes on."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from neurodyn.arrays import Array
from neurodyn.checkpoint import digest_of, read_state, write_state
from neurodyn.errors import SaturationError
from neurodyn.files import writable_place
from neurodyn.learning.data import Labelled
from neurodyn.progress import Progress, monotonic
from neurodyn.provenance import jax_setting, versions
from neurodyn.status import Status
from neurodyn.synapses import MeasuredTable

Keep = Literal["best", "last"]
_STORE = "a training", "another training (other data, settings or seed)"


class Course(Protocol):
    """What is trained, epoch by epoch."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of what is noted of an epoch, "validation" among them."""
        ...

    def epoch(self, number: int) -> dict[str, float]:
        """Train through an epoch, counted from 0; return a value for each other column."""
        ...

    def score(self, held: Labelled) -> float:
        """Return the share of samples that are told rightly now."""
        ...

    def network(self) -> dict[str, Array]:
        """Return what predicts, as it is now."""
        ...

    def arrays(self) -> dict[str, Any]:
        """Return what a later process needs to go on."""
        ...

    def restore(self, arrays: dict[str, Any]) -> None:
        """Go back to what :meth:`arrays` gave."""
        ...


@dataclass
class Record:
    """What has been seen so far.

    Parameters
    ----------
    history : dict from name to list of float
        A value for each epoch.
    best : float
        Score of the epoch that is kept.
    best_epoch : int
        Counted from 1.
    network : dict of arrays
        What predicts, as it was then.
    status : Status
    notes : list of str
        Why it ended early.
    """

    history: dict[str, list[float]]
    best: float = -np.inf
    best_epoch: int = 0
    network: dict[str, Array] = field(default_factory=dict)
    status: Status = Status.OK
    notes: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Epochs that are whole."""
        return len(self.history["validation"])

    def arrays(self) -> dict[str, Array]:
        """Return all of it as arrays."""
        found = {f"history {name}": np.array(values) for name, values in self.history.items()}
        found["best"] = np.array([self.best, self.best_epoch], float)
        return found | {f"best {name}": a for name, a in self.network.items()}

    def note(
        self, course: Course, seen: dict[str, float], held: Labelled | None, keep: Keep
    ) -> None:
        """Note an epoch, and keep its network if it is the one to keep."""
        score = np.nan if held is None else course.score(held)
        for name, value in (seen | {"validation": score}).items():
            self.history[name].append(float(value))
        if keep == "last" or held is None or score > self.best:
            self.best = float(np.nan_to_num(score, nan=-1.0))
            self.best_epoch = self.done
            self.network = {name: np.array(a) for name, a in course.network().items()}


def fingerprint(
    settings: object, data: Labelled, held: Labelled | None, seed: int, technology: object = None
) -> str:
    """Return the fingerprint of all that decides what is learned."""
    parts: dict[str, object] = {"settings": repr(settings), "seed": seed}
    for name, one in (("data", data), ("validation", held)):
        if one is not None:
            parts |= {f"{name} x": one.x, f"{name} codes": one.codes}
    if isinstance(technology, MeasuredTable):  # its text is cut short
        parts |= {"table": technology.table.G, "pulse": technology.table.pulse}
    return digest_of(parts)


def store_of(path: str | os.PathLike[str] | None) -> Path | None:
    """Return the place of a store.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    if path is None:
        return None
    store = Path(path)
    writable_place(store.parent, (glob.escape(store.name),), together=False)
    return store


def run_epochs(
    course: Course,
    epochs: int,
    held: Labelled | None,
    keep: Keep,
    question: str,
    store: Path | None,
    progress: Progress | None,
) -> Record:
    """Train through all epochs, or go on with what a store holds.

    An interrupt by the keyboard ends it as ``INTERRUPTED``, devices that stop at their end as
    ``MAX_STEPS``; what there is by then is kept.
    """
    kept = None if store is None else read_state(store, question, *_STORE)
    record = (
        Record({name: [] for name in course.columns}) if kept is None else _resumed(kept, course)
    )
    tell = monotonic(progress, "learning")
    for number in range(record.done, epochs):
        tell(number / epochs)
        try:
            seen = course.epoch(number)
        except KeyboardInterrupt:
            record.status = Status.INTERRUPTED
            break
        except SaturationError as error:
            record.status = Status.MAX_STEPS
            record.notes.append(f"stopped in epoch {number + 1}: {error}")
            break
        record.note(course, seen, held, keep)
        if store is not None:
            write_state(store, course.arrays() | record.arrays(), question)
    tell(1.0)
    if not record.network:
        record.network = course.network()
    return record


def _resumed(kept: dict[str, Array], course: Course) -> Record:
    course.restore(kept)
    best, epoch = kept["best"]
    return Record(
        {name: kept[f"history {name}"].tolist() for name in course.columns},
        float(best),
        int(epoch),
        {k.removeprefix("best "): v for k, v in kept.items() if k.startswith("best ")},
    )


def provenance_of(data: Labelled) -> dict[str, Any]:
    """Return versions, the digest of the data, and the device."""
    digest = digest_of({"x": data.x, "codes": data.codes})
    return {"versions": versions(), "data": digest, **jax_setting()}
