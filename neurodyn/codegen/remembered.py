"""Memory of what is slow to build: the last few results, by a key that says all they depend on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The most recently used results of a slow construction.

    Parameters
    ----------
    most : int
        Results kept. A dropped one is built again when it is asked for.

    Examples
    --------
    >>> squares = Remembered[int](most=2)
    >>> squares.get(3, lambda: 9), squares.get(3, lambda: 0)
    (9, 9)
    """

    def __init__(self, most: int = 128) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.RLock()  # two threads that ask for one result wait for one building

    def get(self, key: Hashable, build: Callable[[], T]) -> T:
        """Return the result of a key, built if it is not kept."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = build()
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
