"""Pieces of a sweep: kept on disk as they are done, and done on other machines.

A run depends on its own numbers alone, so pieces joined are what one call would have given.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neurodyn.errors import InputError
from neurodyn.files import write_whole
from neurodyn.provenance import require, versions
from neurodyn.simulation.jax_engine import run_on_jax
from neurodyn.simulation.lanes.noisy_run import NoisyGrid, run_with_noise
from neurodyn.simulation.lanes.run import run_on_lanes
from neurodyn.simulation.lanes.threads import processors
from neurodyn.simulation.options import Adaptive, Dask, Jax, Threads
from neurodyn.simulation.problem import Notes, Outcome
from neurodyn.sweeps.grid import Grid

if TYPE_CHECKING:
    from distributed import Client

CHUNK = 2048
"""Runs in a piece: seconds of work, and some hundred kilobytes."""
_ROOM, _LEAST_ROOM = 2**24, 16
"""Room for spike times at first: numbers in all, and of each run at least."""
_SPIKES_PER_CYCLE = 4

Span = tuple[int, int]
Report = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class SweepJob:
    """Everything that the outcome of a sweep depends on.

    Parameters
    ----------
    grid : Grid
    method : Adaptive or NoisyGrid
    settle : float
        Spikes after this time count as late.
    trains : bool
        Whether the times of all spikes are wanted.
    on_jax : bool
    """

    grid: Grid
    method: Adaptive | NoisyGrid
    settle: float
    trains: bool
    on_jax: bool = False

    def run(self, start: int, stop: int, threads: int, progress: Report) -> Outcome:
        """Do the runs from ``start`` to before ``stop``."""
        problem, room = self.grid.problem(start, stop), 0
        if self.trains:
            cycles = self.grid.t_end / self.grid.model.time_scale
            room = int(min(_SPIKES_PER_CYCLE * cycles, _ROOM / len(problem))) + _LEAST_ROOM

        def once(room: int) -> Outcome:
            notes = Notes(self.settle, room)
            if isinstance(self.method, NoisyGrid):
                return run_with_noise(problem, self.method, notes, threads, progress)[0]
            if self.on_jax:
                return run_on_jax(problem, self.method, notes, progress)
            return run_on_lanes(problem, self.method, notes, threads, progress)

        outcome = once(room)
        most = int(outcome.counts[:, 0].max())
        if self.trains and most > room:
            outcome = once(most)
        return outcome.trimmed(most) if self.trains else outcome

    @property
    def digest(self) -> str:
        """Fingerprint of the job and of the program that does it."""
        method = self.method
        if isinstance(method, NoisyGrid):
            parts = [method.noisy.digest, method.dt, method.seed, method.method]
        else:
            parts = [method]
        parts += [self.settle, self.trains]
        text = repr((self.grid.digest, *parts, versions()["neurodyn"], versions()["numba"]))
        return hashlib.sha256(text.encode()).hexdigest()


def run_all(
    job: SweepJob,
    run: Threads | Dask | Jax,
    store: str | os.PathLike[str] | None,
    progress: Report,
    chunk: int = CHUNK,
) -> Outcome:
    """Do all runs, in one piece, or in chunks where they are stored or sent away."""
    size = job.grid.size
    client = run.client if isinstance(run, Dask) else None
    threads = run.n if isinstance(run, Threads) and run.n else processors()
    threads = min(threads, -(-size // 8))  # with fewer runs than a vector holds there is no gain
    if store is None and client is None:
        return job.run(0, size, threads, progress)
    spans = [(start, min(start + chunk, size)) for start in range(0, size, chunk)]
    folder = None if store is None else _folder(Path(store), job)
    done: dict[Span, Outcome] = {}
    for span in spans:
        if folder is not None and (kept := _load(folder / _name(span), job)) is not None:
            done[span] = kept
    left = [span for span in spans if span not in done]

    def finished() -> float:
        return sum(stop - start for start, stop in done) / size

    def on(fraction: float) -> None:
        progress(min(1.0, finished() + fraction * chunk / size))

    for span, part in (
        _locally(job, left, threads, on) if client is None else _on_dask(job, left, client)
    ):
        if folder is not None:
            _save(folder / _name(span), part, job)
        done[span] = part
        progress(finished())
    return Outcome.joined([done[span] for span in spans])


def _locally(
    job: SweepJob, spans: Iterable[Span], threads: int, progress: Report
) -> Iterator[tuple[Span, Outcome]]:
    for span in spans:
        yield span, job.run(*span, threads, progress)


def _on_dask(
    job: SweepJob, spans: Iterable[Span], client: Client
) -> Iterator[tuple[Span, Outcome]]:
    """Send the pieces to the workers of a dask cluster; a worker that dies is replaced."""
    distributed = require("distributed", extra="dask")
    shared = client.scatter(job, broadcast=True, hash=False)
    work = {client.submit(_piece, shared, *span, pure=False): span for span in spans}
    try:
        for future in distributed.as_completed(work):
            yield work[future], future.result()
    finally:
        client.cancel(list(work))


def _piece(job: SweepJob, start: int, stop: int) -> Outcome:
    return job.run(start, stop, 1, lambda _: None)


def _name(span: Span) -> str:
    return f"{span[0]:010d}-{span[1]:010d}.npz"


def _folder(store: Path, job: SweepJob) -> Path:
    """Return the folder of one job, with a note for people."""
    folder = store / job.digest[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"store is {str(store)!r}, where no folder can be made ({error})"
        ) from None
    grid = job.grid
    note = {
        "digest": job.digest,
        "model": grid.model.name,
        "axes": {axis.name: axis.size for axis in grid.axes},
        "trials": grid.trials,
        "t_end": grid.t_end,
        "versions": versions(),
    }
    text, path = json.dumps(note, indent=1), folder / "question.json"
    if not path.exists() or path.read_text(encoding="utf-8", errors="replace") != text:
        write_whole(path, text)  # a store that is complete may lie on a disk that is read-only
    return folder


_DAMAGES = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy raises on a file that is not what it wrote; NotImplementedError is a RuntimeError."""


def _save(path: Path, outcome: Outcome, job: SweepJob) -> None:
    digest = _digest(outcome.arrays, path.name, job)
    write_whole(path, lambda file: np.savez(file, *outcome.arrays, digest=np.array(digest)))


def _load(path: Path, job: SweepJob) -> Outcome | None:
    """Return a piece that was kept, or None if it is not there or not what was written there."""
    try:
        with path.open("rb") as file, np.load(file) as kept:
            arrays = [kept[f"arr_{i}"] for i in range(len(kept.files) - 1)]
            if str(kept["digest"]) != _digest(arrays, path.name, job):
                return None
            return Outcome(*arrays)
    except _DAMAGES:
        return None


def _digest(arrays: Iterable[np.ndarray], name: str, job: SweepJob) -> str:
    """Fingerprint of a piece, its place in the sweep and the question it answers."""
    found = hashlib.sha256(f"{job.digest} {name}".encode())
    for array in arrays:
        found.update(f"{array.dtype.str} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
