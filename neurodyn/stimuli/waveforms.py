"""Piecewise-linear waveforms.

Every stimulus is straight between its knots, with jumps allowed at a knot. So the solver can end
a step exactly on each kink, and no pulse, however short, is stepped over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, NonNegative, Numbers, Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError


@checked
@dataclass(frozen=True, eq=False)
class Stimulus:
    """A piecewise-linear function of time.

    Parameters
    ----------
    times : (n,) float
        Knots, not decreasing. Two equal times make a jump; the value after it holds at the knot.
    values : (n,) float
        Value at each knot, in the unit of the input it drives. Constant before the first knot and
        after the last one.
    description : str
        One line for titles and provenance.

    Raises
    ------
    InputError
        If the knots are not finite or not in order.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.pulse(2.0, width=4.0, start=1.0, edge=1.0)([0.0, 1.5, 3.0]).tolist()
    [0.0, 1.0, 2.0]
    """

    times: Array
    values: Array
    description: str = "piecewise linear"

    def __post_init__(self) -> None:
        for name in ("times", "values"):
            array = np.array(getattr(self, name), dtype=float)
            if array.ndim != 1 or not len(array):
                raise InputError(
                    f"{self.description}: {name} has the shape {array.shape}; expected (n,)"
                )
            if not np.isfinite(array).all():
                raise InputError(f"{self.description}: {name} holds values that are not finite")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if len(self.times) != len(self.values):
            raise InputError(
                f"{self.description}: {len(self.times)} times but {len(self.values)} values"
            )
        if (np.diff(self.times) < 0).any():
            raise InputError(f"{self.description}: times go back; expected them in order")

    @checked
    def __call__(self, t: npt.ArrayLike) -> Array:
        """Return the value at the times ``t`` (any shape), the later one at a jump."""
        t = np.asarray(t, dtype=float)
        index = np.searchsorted(self.times, t, side="right") - 1
        left = np.clip(index, 0, len(self.times) - 1)
        right = np.clip(index + 1, 0, len(self.times) - 1)
        span = self.times[right] - self.times[left]
        fraction = np.where(span > 0, (t - self.times[left]) / np.where(span > 0, span, 1.0), 0.0)
        fraction = np.where(index < 0, 0.0, fraction)
        return self.values[left] + fraction * (self.values[right] - self.values[left])

    @checked
    def slope(self, t: npt.ArrayLike) -> Array:
        """Return the slope just after the times ``t``."""
        t = np.asarray(t, dtype=float)
        index = np.searchsorted(self.times, t, side="right") - 1
        inside = (index >= 0) & (index < len(self.times) - 1)
        i = np.clip(index, 0, max(len(self.times) - 2, 0))
        j = np.minimum(i + 1, len(self.times) - 1)
        span = self.times[j] - self.times[i]
        rise = self.values[j] - self.values[i]
        with np.errstate(over="ignore"):
            steep = rise / np.where(span > 0, span, 1.0)
        # an edge so short that its slope overflows is over within the rounding of any time
        return np.where(inside & (span > 0) & np.isfinite(steep), steep, 0.0)

    def __repr__(self) -> str:
        return f"<stimulus: {self.description}>"


@checked
def constant(value: float) -> Stimulus:
    """Return a stimulus that never changes.

    Examples
    --------
    >>> import neurodyn as nd
    >>> float(nd.constant(335e-6)(1.0))
    0.000335
    """
    return Stimulus(np.zeros(1), np.array([value]), f"constant {value:g}")


@checked
def step(value: float, start: float = 0.0, before: float = 0.0) -> Stimulus:
    """Return a jump from ``before`` to ``value`` at ``start``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.step(1e-4, start=1e-6)([0.0, 1e-6]).tolist()
    [0.0, 0.0001]
    """
    return Stimulus(
        np.array([start, start]), np.array([before, value]), f"step to {value:g} at {start:g}"
    )


@checked
def pulse(
    amplitude: float,
    width: Positive,
    start: float = 0.0,
    edge: NonNegative = 0.0,
    base: float = 0.0,
) -> Stimulus:
    """Return one pulse.

    Parameters
    ----------
    amplitude : float
        Top value, in the unit of the input.
    width : float
        Time from the start of the rise to the start of the fall.
    start : float
        When the rise begins.
    edge : float
        Duration of the rise, and of the fall, which follows the width.
    base : float
        Value outside the pulse.

    Raises
    ------
    InputError
        If the width is not positive or the edge is longer than the width.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.pulse(2e-4, width=1e-6).times.tolist()
    [0.0, 0.0, 1e-06, 1e-06]
    """
    if edge > width:
        raise InputError(f"edge is {edge:g}, longer than the width {width:g}; expected less")
    times = start + np.array([0.0, edge, width, width + edge])
    values = np.array([base, amplitude, amplitude, base])
    return Stimulus(times, values, f"pulse {amplitude:g}, width {width:g}")


@checked
def train(
    amplitude: float,
    width: Positive,
    period: Positive,
    count: Count,
    start: float = 0.0,
    edge: NonNegative = 0.0,
    base: float = 0.0,
) -> Stimulus:
    """Return ``count`` equal pulses, one each ``period``; other arguments as in :func:`pulse`.

    Raises
    ------
    InputError
        If the pulses overlap or the count is not a positive whole number.

    Examples
    --------
    >>> import neurodyn as nd
    >>> len(nd.train(1e-4, width=1e-6, period=2.86e-6, count=3, edge=1e-7).times)
    12
    """
    one = pulse(amplitude, width, start, edge, base)
    if width + edge > period:
        raise InputError(
            f"period is {period:g}, shorter than one pulse ({width + edge:g}); expected more"
        )
    shifts = period * np.arange(count)
    return Stimulus(
        (one.times[None, :] + shifts[:, None]).ravel(),
        np.tile(one.values, count),
        f"train of {count} pulses {amplitude:g}, width {width:g}, period {period:g}",
    )


@checked
def ramp(
    end: float,
    duration: Positive,
    start: float = 0.0,
    begin: float = 0.0,
    fall: NonNegative | None = None,
) -> Stimulus:
    """Return a straight line from ``begin`` to ``end`` in ``duration``.

    Parameters
    ----------
    end, begin : float
        Values, in the unit of the input.
    duration : float
    start : float
        When the ramp begins.
    fall : float, optional
        If given, the value returns to ``begin`` in this time; otherwise ``end`` is held.

    Examples
    --------
    >>> import neurodyn as nd
    >>> float(nd.ramp(680e-6, duration=100e-6, fall=1e-7)(50e-6))
    0.00034
    """
    times, values = [start, start + duration], [begin, end]
    if fall is not None:
        times.append(times[-1] + fall)
        values.append(values[0])
    return Stimulus(np.array(times), np.array(values), f"ramp {begin:g} to {end:g} in {duration:g}")


@checked
def triangle(
    peak: float, period: Positive, count: Count, start: float = 0.0, base: float = 0.0
) -> Stimulus:
    """Return ``count`` symmetric triangles from ``base`` to ``peak`` and back, one each ``period``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.triangle(2.06, period=1e-6, count=2)([0.5e-6, 1e-6, 1.5e-6]).tolist()
    [2.06, 0.0, 2.06]
    """
    times = start + period * np.arange(2 * count + 1) / 2
    values = np.full(len(times), base)
    values[1::2] = peak
    return Stimulus(times, values, f"{count} triangles to {peak:g}, period {period:g}")


@checked
def sampled(times: Numbers, values: Numbers) -> Stimulus:
    """Return a stimulus that joins samples by straight lines and holds the end values.

    Raises
    ------
    InputError
        If times go back, lengths differ, or a value is not finite.

    Examples
    --------
    >>> import neurodyn as nd
    >>> float(nd.sampled([0.0, 1.0], [0.0, 2.0])(0.25))
    0.5
    """
    return Stimulus(
        np.asarray(times, dtype=float),
        np.asarray(values, dtype=float),
        f"{len(np.atleast_1d(times))} samples",
    )
