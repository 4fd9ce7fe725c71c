"""Progress of long work: one type for every verb, drawn on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float], None]
"""Called with the name of the work and the fraction of it that is done."""


def silent(name: str, fraction: float) -> None:
    """Report nothing."""


def monotonic(progress: Progress | None, name: str) -> Callable[[float], None]:
    """Return a function that passes fractions on under one name, never less than before.

    How far a continuation or a search still has to go is not known beforehand (branches turn
    back), so fractions are estimates; what can be promised is that they rise from 0 to 1.
    """
    best = 0.0

    def tell(fraction: float) -> None:
        nonlocal best
        best = max(best, min(float(fraction), 1.0))
        if progress is not None:
            progress(name, best)

    return tell


def part(progress: Progress, name: str, start: float, end: float) -> Progress:
    """Return the progress of a piece of work that is the part from start to end of another."""

    def tell(_: str, fraction: float) -> None:
        progress(name, start + (end - start) * fraction)

    return tell


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a :data:`Progress` that draws bars on standard error if it is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = TextColumn("{task.description:32}"), BarColumn(), TimeRemainingColumn()
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

        def report(name: str, fraction: float) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=1.0)
            bars.update(tasks[name], completed=fraction)  # type: ignore[arg-type]

        yield report
