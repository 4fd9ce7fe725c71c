"""Bisection of a yes or no: where something begins to happen."""

from __future__ import annotations

from collections.abc import Callable


def bisect(
    happens: Callable[[float], bool],
    no: float,
    yes: float,
    relative: float = 0.0,
    *,
    absolute: float = 0.0,
) -> tuple[float, float]:
    """Narrow the pair (no, yes) around the place where something begins to happen.

    Parameters
    ----------
    happens : function
    no, yes : float
        Where it does not, and where it does; in either order.
    relative, absolute : float
        Distance at which to stop, relative to the larger of the two and absolute. With neither,
        down to neighbouring numbers.

    Examples
    --------
    >>> bisect(lambda x: x * x > 2.0, 0.0, 2.0)[1]
    1.4142135623730951
    """
    while abs(yes - no) > max(absolute, relative * max(abs(yes), abs(no))):
        middle = 0.5 * (yes + no)
        if middle in (yes, no):
            break
        if happens(middle):
            yes = middle
        else:
            no = middle
    return no, yes
