"""A sweep in pieces: kept on disk as they are done, and done on other machines.

A run depends on its own numbers alone, so pieces joined are what one call would have given.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.errors import InputError
from neurodyn.provenance import require, versions
from neurodyn.sweeps.grid import Grid
from neurodyn.sweeps.lanes import Outcome, Rules, run_on_lanes
from neurodyn.sweeps.noisy import NoisyRules, run_with_noise

if TYPE_CHECKING:
    from distributed import Client

CHUNK = 2048
"""Runs in a piece: seconds of work, and some hundred kilobytes."""

Span = tuple[int, int]
Report = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Question:
    """Everything that the outcome of a sweep depends on."""

    grid: Grid
    rules: Rules | NoisyRules

    def answer(self, start: int, stop: int, threads: int, progress: Report) -> Outcome:
        """Do the runs from ``start`` to before ``stop``."""
        if isinstance(self.rules, NoisyRules):
            return run_with_noise(self.grid, self.rules, start, stop, threads, progress)
        return run_on_lanes(self.grid, self.rules, start, stop, threads, progress)

    @property
    def digest(self) -> str:
        """Fingerprint of the question and of the program that answers it."""
        rules = self.rules
        if isinstance(rules, NoisyRules):
            parts = [rules.noisy.digest, rules.dt, rules.seed, rules.settle, rules.capacity]
        else:
            parts = [rules]
        text = repr((self.grid.digest, *parts, versions()["neurodyn"], versions()["numba"]))
        return hashlib.sha256(text.encode()).hexdigest()


def answer(
    question: Question,
    threads: int,
    progress: Report,
    store: str | os.PathLike[str] | None,
    client: Client | None,
    chunk: int = CHUNK,
) -> Outcome:
    """Do all runs, in one piece, or in chunks where they are stored or sent away."""
    size = question.grid.size
    if store is None and client is None:
        return question.answer(0, size, threads, progress)
    spans = [(start, min(start + chunk, size)) for start in range(0, size, chunk)]
    folder = None if store is None else _folder(Path(store), question)
    done: dict[Span, Outcome] = {}
    for span in spans:
        if folder is not None and (kept := _load(folder / _name(span))) is not None:
            done[span] = kept
    left = [span for span in spans if span not in done]

    def finished() -> float:
        return sum(stop - start for start, stop in done) / size

    def on(fraction: float) -> None:
        progress(min(1.0, finished() + fraction * chunk / size))

    for span, part in (
        _here(question, left, threads, on) if client is None else _away(question, left, client)
    ):
        if folder is not None:
            _save(folder / _name(span), part)
        done[span] = part
        progress(finished())
    return Outcome.joined([done[span] for span in spans])


def _here(
    question: Question, spans: Iterable[Span], threads: int, progress: Report
) -> Iterator[tuple[Span, Outcome]]:
    for span in spans:
        yield span, question.answer(*span, threads, progress)


def _away(
    question: Question, spans: Iterable[Span], client: Client
) -> Iterator[tuple[Span, Outcome]]:
    """Send the pieces to the workers of a dask cluster; a worker that dies is replaced."""
    distributed = require("distributed", extra="dask")
    shared = client.scatter(question, broadcast=True, hash=False)
    work = {client.submit(_piece, shared, *span, pure=False): span for span in spans}
    try:
        for future in distributed.as_completed(work):
            yield work[future], future.result()
    finally:
        client.cancel(list(work))


def _piece(question: Question, start: int, stop: int) -> Outcome:
    return question.answer(start, stop, 1, lambda _: None)


def _name(span: Span) -> str:
    return f"{span[0]:010d}-{span[1]:010d}.npz"


def _folder(store: Path, question: Question) -> Path:
    """Return the folder of one question, with a note for people."""
    folder = store / question.digest[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"store is {str(store)!r}, where no folder can be made ({error})"
        ) from None
    grid = question.grid
    note = {
        "digest": question.digest,
        "model": grid.model.name,
        "axes": {axis.name: axis.size for axis in grid.axes},
        "trials": grid.trials,
        "t_end": grid.t_end,
        "versions": versions(),
    }
    _whole(folder / "question.json", lambda path: path.write_text(json.dumps(note, indent=1)))
    return folder


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is there whole or not at all, whatever kills the process."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(handle)
    try:
        write(Path(name))
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _save(path: Path, outcome: Outcome) -> None:
    _whole(path, lambda file: np.savez(file, *outcome.arrays))


def _load(path: Path) -> Outcome | None:
    """Return a piece that was kept, or None if it is not there or cannot be read."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            return Outcome(*(arrays[f"arr_{i}"] for i in range(len(arrays.files))))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None
