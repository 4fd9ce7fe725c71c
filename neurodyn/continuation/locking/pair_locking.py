"""How the phase difference of two neurons moves in a period, and where it comes to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.errors import NumericalError
from neurodyn.status import Status

Shift = Callable[[Array], tuple[Array, Array]]
"""From phase differences to the change of the time difference in a period, and that period."""

_AT_REST = 1e-9  # of a period: what is left at a phase where the difference rests
_STEP = 1e-5  # for the slope there
_NEAR = 1e-6  # two resting phases nearer to each other are one
_MOST, _STILL = 1_000_000, 1e-13  # periods that are followed, and the move after which no more are


@dataclass(frozen=True, repr=False)
class LockedPhase:
    """A phase difference at which two neurons fire together.

    Parameters
    ----------
    phase : float
        By how much of the joint period the second fires after the first, from 0 to below 1.
    period : float [time unit]
        Of the two together.
    multiplier : float
        By which a small distance from it is multiplied in a period.
    """

    phase: float
    period: float
    multiplier: float

    @property
    def stable(self) -> bool:
        """Whether small distances shrink."""
        return abs(self.multiplier) < 1.0

    def __repr__(self) -> str:
        kind = "stable" if self.stable else "unstable"
        return (
            f"phase {self.phase:.7g}: {kind}, multiplier {self.multiplier:.6g}, "
            f"period {self.period:.9g}"
        )


@dataclass(frozen=True, repr=False, eq=False)
class PairLocking:
    """What phase responses foretell of two neurons alike that act on each other.

    Parameters
    ----------
    model_name, coupling, time_unit : str
    period : float [time unit]
        Of one neuron alone.
    phase : (n + 1,) float
        By how much of the joint period the second neuron fires after the first, from 0 to 1.
    shift : (n + 1,) float [time unit]
        What the coupling adds to the time difference in a period: the interaction function.
    joint_period : (n + 1,) float [time unit]
        Mean period of the two at that difference.
    locked : tuple of LockedPhase
        Where the difference rests, in order of the phase.
    """

    model_name: str
    coupling: str
    time_unit: str
    period: float
    phase: Array
    shift: Array
    joint_period: Array
    locked: tuple[LockedPhase, ...]

    @property
    def stable(self) -> tuple[LockedPhase, ...]:
        """The stable ones."""
        return tuple(one for one in self.locked if one.stable)

    @property
    def locking_range(self) -> float:
        """Largest difference of the periods alone, in periods, at which both still lock 1:1.

        To first order in the difference: locked where the interaction function makes up for it.
        """
        return float(np.max(np.abs(self.shift)) / self.period)

    @cached_property
    def drift(self) -> CubicSpline:
        """Change of the phase difference in a period, as a periodic spline of the difference."""
        values = self.shift / self.joint_period
        values[-1] = values[0]
        return CubicSpline(self.phase, values, bc_type="periodic")

    @checked
    def end(self, start: float, mismatch: float = 0.0) -> float:
        """Return where the phase difference comes to rest, period by period, from 0 to below 1.

        Parameters
        ----------
        start : float
            Phase difference at the beginning, in periods.
        mismatch : float
            By how much of its period the second neuron alone is slower than the first.

        Raises
        ------
        NumericalError
            If it does not come to rest: the two are not locked.
        """
        phase, joint = start, CubicSpline(self.phase, self.joint_period)
        for _ in range(_MOST):
            step = float(self.drift(phase) + mismatch * self.period / joint(phase % 1.0))
            phase += step
            if abs(step) < _STILL:
                return phase % 1.0
            if abs(phase - start) > 2.0:
                break
        raise NumericalError(
            f"from {start:g} on, with a mismatch of {mismatch:g}, the phase difference does not "
            f"come to rest; expected a mismatch below the locking range, {self.locking_range:.4g}",
            Status.NOT_CONVERGED,
        )

    def __repr__(self) -> str:
        unit = "" if self.time_unit == "1" else f" {self.time_unit}"
        lines = [
            f"Pair of {self.model_name}, {self.coupling}; period alone {self.period:.9g}{unit}"
        ]
        lines += [f"  {one}{unit}" for one in self.locked]
        lines.append(f"  locked 1:1 up to a mismatch of {self.locking_range:.4g} of the period")
        return "\n".join(lines)


def locked_phases(
    shift: Shift, phase: Array, multiplier: Callable[[float], float]
) -> tuple[LockedPhase, ...]:
    """Return where the shift is zero; in phase and antiphase it always is, by symmetry.

    Parameters
    ----------
    shift : function
    phase : (n + 1,) float
        On which signs are looked at, from 0 to 1.
    multiplier : function
        From the slope of the phase's change in a period.
    """

    def drift(at: float) -> float:
        move, period = shift(np.array([at]))
        return float(move[0] / period[0])

    values, periods = shift(phase)
    values = values / periods
    roots = [0.0, 0.5]
    for i in np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0):
        root = float(brentq(drift, phase[i], phase[i + 1], xtol=1e-14))
        distance = np.abs((np.array(roots) - root + 0.5) % 1.0 - 0.5)
        if abs(drift(root)) < _AT_REST and distance.min() > _NEAR:
            roots.append(root)
    found = []
    for root in sorted(roots):
        slope = (drift(root + _STEP) - drift(root - _STEP)) / (2 * _STEP)
        period = float(shift(np.array([root]))[1][0])
        found.append(LockedPhase(root, period, multiplier(slope)))
    return tuple(found)
