"""Progress that never runs backwards."""

from __future__ import annotations

from collections.abc import Callable


def rising(progress: Callable[[float], None] | None) -> Callable[[float], None]:
    """Return a function that passes fractions on to ``progress``, never less than before.

    How far a continuation still has to go is not known beforehand (branches turn back), so the
    fractions are estimates; what can be promised is that they rise from 0 to 1.
    """
    best = 0.0

    def tell(fraction: float) -> None:
        nonlocal best
        best = max(best, min(float(fraction), 1.0))
        if progress is not None:
            progress(best)

    return tell
