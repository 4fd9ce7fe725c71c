"""Where a walk ends: at a limit of an unknown, where it closes, where it can go no further."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from neurodyn.continuation.options import STEPS, Steps
from neurodyn.continuation.walk.curve import C, Curve, P, Stride
from neurodyn.continuation.walk.follow import follow
from neurodyn.errors import NumericalError
from neurodyn.status import Status

_ROUND = 8  # fewest steps of a closed loop
_CRAWLS, _NOWHERE = 100, 1e-3  # steps, and the length below which they lead nowhere together
_ASIDE = 0.1  # of a step: how far the start may lie beside it on a closed loop


@dataclass(frozen=True)
class Limit:
    """Range of one unknown, and the word for the end of a curve that leaves it.

    Parameters
    ----------
    place : int
        In the marks of the curve, and in ``u``.
    low, high : float [model units]
    word : str
    """

    place: int
    low: float
    high: float
    word: str

    def crossed(self, value: float) -> float | None:
        """Return the limit that a value lies beyond, or None."""
        if self.low <= value <= self.high:
            return None
        return self.low if value < self.low else self.high


@dataclass(frozen=True)
class End:
    """Why a walk ended, in one word or a sentence, and how."""

    word: str
    status: Status = Status.OK


def walk(
    curve: Curve[P, C],
    chart: C,
    start: P,
    *,
    take: Callable[[Stride[P, C]], None],
    limits: Sequence[Limit],
    most: int,
    before: Callable[[Stride[P, C]], str] = lambda _: "",
    after: Callable[[Stride[P, C]], str] = lambda _: "",
    steps: Steps = STEPS,
) -> End:
    """Follow a curve in one direction to its end.

    Parameters
    ----------
    curve : Curve
    chart : Chart
        At the start; its tangent is the direction.
    start : Point
    take : function
        Told every stride that belongs to the curve; at a limit only the stretch up to it.
    limits : sequence of Limit
    most : int
        Largest number of strides.
    before, after : function
        Ends of the curve's own: before a stride is taken (it is not), and after.
    steps : Steps

    Returns
    -------
    End
        With a status other than OK where the curve could not be followed or ``most`` is reached.
    """
    first = last = curve.marks(start)
    heading, lengths = None, deque(maxlen=_CRAWLS)
    try:
        for count, stride in enumerate(follow(curve, chart, start, steps), 1):
            if word := before(stride):
                return End(word)
            marks = last, curve.marks(stride.end)
            last = marks[1]
            for limit in limits:
                if (value := limit.crossed(marks[1][limit.place])) is not None:
                    take(_up_to(stride, limit.place, value, marks))
                    return End(limit.word)
            take(stride)
            if word := after(stride):
                return End(word)
            units = stride.chart.mark_units
            heading = marks[1] - marks[0] if heading is None else heading
            if count >= _ROUND and _passes(*(m / units for m in (*marks, first, heading))):
                return End("closed loop")
            lengths.append(stride.length)
            if count >= _CRAWLS and sum(lengths) < _NOWHERE:
                return End(_crawls(curve, stride), Status.NOT_CONVERGED)
            if count >= most:
                return End("largest number of points", Status.MAX_STEPS)
    except NumericalError as error:
        return End(str(error), error.status)
    raise AssertionError("a curve is followed without end")


def _crawls(curve: Curve[P, C], stride: Stride[P, C]) -> str:
    return (
        f"the {curve.name} could not be followed beyond {curve.where(stride.chart)}: {_CRAWLS} "
        f"steps lead together no further than {_NOWHERE:g} of the size of the curve. {curve.advice}"
    )


def _up_to(stride: Stride[P, C], place: int, value: float, marks) -> Stride[P, C]:
    """The stretch up to a limit; none of it where the curve cannot be solved there."""
    return stride.cut(place, value, (marks[0][place], marks[1][place]))


def _passes(a, b, start, heading) -> bool:
    """Whether the step from ``a`` to ``b`` passes through the start, in its direction."""
    chord, back = b - a, start - a
    length = float(chord @ chord)
    if length == 0 or chord @ heading <= 0:
        return False
    part = float(back @ chord) / length
    return 0 <= part <= 1 and bool(np.linalg.norm(back - part * chord) < _ASIDE * np.sqrt(length))
