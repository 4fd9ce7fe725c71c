"""Exceptions of neurodyn, and the sentences they carry.

Misuse raises :class:`InputError` at the public boundary: what was asked, what was given, what is
expected, and the nearest valid name. Numerical failure raises :class:`NumericalError`, which keeps
the partial result. Both derive from :class:`NeurodynError`, so a caller needs one ``except``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from neurodyn.status import Status

_LONGEST = 1500  # characters of a message; a sentence with all names of a model stays below


class NeurodynError(Exception):
    """Base class of everything neurodyn raises on purpose."""


class InputError(NeurodynError, ValueError):
    """The call, the file or the value given cannot be used; the message says what would be.

    A message that repeats something very long that was given is cut in its middle.
    """

    def __init__(self, message: str) -> None:
        long = len(message) > _LONGEST
        super().__init__(f"{message[:400]} ... {message[-200:]}" if long else message)


class CallError(InputError, TypeError):
    """A function was called with names it does not have, or without those that it needs."""


class DimensionError(InputError):
    """An equation adds or compares quantities of different units."""


class IdentifiabilityError(InputError):
    """The data asked for cannot determine the parameters asked for, however good they are.

    Parameters
    ----------
    message : str
    null_directions : sequence of mappings from name to exponent
        Powers with which parameters can be scaled together without any trace in the data.
    """

    def __init__(self, message: str, null_directions: Sequence[Mapping[str, float]] = ()) -> None:
        super().__init__(message)
        self.null_directions = tuple(null_directions)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.null_directions)


class NumericalError(NeurodynError, ArithmeticError):
    """A computation ended before its goal.

    Parameters
    ----------
    message : str
        What failed, where, and what to try.
    status : Status
        The reason, one of the members of :class:`neurodyn.status.Status`.
    result : object, optional
        What had been computed until then.
    """

    def __init__(self, message: str, status: Status, result: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.result = result

    def __reduce__(self) -> tuple[Any, ...]:  # so that a pool's worker can send it back
        return type(self), (str(self), self.status, self.result)


class FitRejectedError(NeurodynError):
    """A result was asked for that only an accepted fit can give.

    Parameters
    ----------
    message : str
    fit : IVFit
        The rejected fit.
    """

    def __init__(self, message: str, fit: Any = None) -> None:
        super().__init__(message)
        self.fit = fit

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.fit)


class SaturationError(NeurodynError):
    """Devices that have reached their end were to be changed further.

    Parameters
    ----------
    message : str
    number : int
        How many.
    """

    def __init__(self, message: str, number: int = 0) -> None:
        super().__init__(message)
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.number)


def near_hint(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the nearest name that exists, or nothing."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    lowered = {candidate.lower(): candidate for candidate in names}
    if not near and name.lower() in lowered:
        near = [lowered[name.lower()]]
    return f"; did you mean {near[0]!r}?" if near else ""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> InputError:
    """Build the error for a name that does not exist, naming the nearest that does."""
    names = list(known)
    shown = name if len(name) <= 80 else name[:77] + "..."
    listing = ", ".join(names) if names else "none"
    return InputError(f"no {kind} {shown!r}{near_hint(name, names)} (known: {listing})")
