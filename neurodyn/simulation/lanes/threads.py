"""Threads that share one queue of runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from neurodyn.simulation.problem import Outcome

_LINE = 64  # bytes
T = TypeVar("T")
R = TypeVar("R")


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def aligned_zeros(n: int, dtype: npt.DTypeLike = np.float64) -> npt.NDArray:
    """Return zeros (n,) that begin on a cache line, which no vector then straddles."""
    size = np.dtype(dtype).itemsize
    room = np.zeros(n + _LINE // size, dtype)
    skip = -room.ctypes.data % _LINE // size
    return room[skip : skip + n]


def on_all_processors(function: Callable[[T], R], parts: Sequence[T]) -> list[R]:
    """Return what a function gives for each part; numpy and compiled loops run side by side."""
    threads = min(processors(), len(parts))
    if threads < 2:
        return [function(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        work = [pool.submit(copy_context().run, function, part) for part in parts]
        return [part.result() for part in work]


def on_threads(
    kernel: Callable[..., None],
    arguments: tuple,
    outcome: Outcome,
    scratch: Callable[[], tuple],
    threads: int,
    units: int,
    progress: Callable[[float], None],
) -> None:
    """Call ``kernel(*arguments, shared, *outcome, scratch())`` on threads until all is done.

    Parameters
    ----------
    kernel : compiled function
        Takes the next run from ``shared[0]``, counts up ``shared[1]`` for each of the ``units`` of
        work that it has done, and returns where ``shared[2]`` is not zero.
    arguments : tuple
    outcome : Outcome
        Room for the results.
    scratch : function
        Makes what each thread has for itself.
    """
    shared = np.zeros(3, dtype=np.int64)
    # Python has to stay awake to hear Ctrl-C, so that even one thread is a thread of its own
    with ThreadPoolExecutor(threads) as pool:
        work = [
            pool.submit(kernel, *arguments, shared, *outcome.arrays, scratch())
            for _ in range(threads)
        ]
        try:
            while wait(work, timeout=0.1).not_done:
                progress(min(1.0, float(shared[1]) / units))
        finally:
            shared[2] = 1
    for part in work:
        part.result()
