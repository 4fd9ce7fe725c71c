"""What a weight does with the change that learning asks for: follow it, or take pulses.

Each rule turns the change dW that a batch asks for into a whole number of pulses k, each of which
moves the weight by one step v (J. Drouhin, thesis 2023, eqs. 3.15 to 3.18 and fig. 3.16).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, Positive, checked
from neurodyn.errors import InputError

Pulses = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Continuous:
    """The weight follows every change as asked, with no pulses.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.Continuous()
    Continuous()
    """

    needs_chance = False
    most = 1

    def counts(self, xp: Any, change: Any, chance: Any) -> Any:
        """Return no pulses."""
        del chance
        return xp.zeros_like(change)


def _signed(xp: Any, change: Any, size: Any) -> Any:
    return xp.where(change > 0, size, -size)


class _Pulsed(ABC):
    """A rule that gives pulses: ``theta`` is its threshold, ``v`` the step of a weight."""

    most = 1

    @abstractmethod
    def counts(self, xp: Any, change: Any, chance: Any) -> Any:
        """Return the pulses as whole numbers, of the type of ``change``; ``xp`` is numpy or jax."""

    @checked
    def pulses(self, change: npt.ArrayLike, chance: npt.ArrayLike = 0.5) -> Pulses:
        """Return the pulses for changes that are asked for.

        Parameters
        ----------
        change : float array
            Changes of weights.
        chance : float array
            Uniform random numbers from 0 to 1, used by a rule that is left to chance.
        """
        return np.asarray(self.counts(np, np.asarray(change, float), np.asarray(chance))).astype(
            np.int64
        )


@checked
@dataclass(frozen=True)
class Ternary(_Pulsed):
    """One pulse where the change reaches the threshold, in its direction.

    Parameters
    ----------
    theta : float
        Threshold on the change.
    v : float
        Change of an ideal weight by one pulse; a device moves as it does.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.Ternary(theta=5e-5).pulses([6e-5, 4e-5, -1.0])
    array([ 1,  0, -1])
    """

    theta: Positive
    v: Positive = 1e-4
    needs_chance = False

    def counts(self, xp: Any, change: Any, chance: Any) -> Any:
        """Return -1, 0 or 1."""
        del chance
        return _signed(xp, change, (xp.abs(change) >= self.theta).astype(change.dtype))


@checked
@dataclass(frozen=True)
class ProbabilisticTernary(_Pulsed):
    """One pulse with probability change / theta, certain from the threshold on.

    Parameters
    ----------
    theta : float
        Change at which a pulse is certain.
    v : float
        Change of an ideal weight by one pulse.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.ProbabilisticTernary(theta=2e-4).pulses([1e-4, 1e-4, -3e-4], [0.4, 0.6, 0.9])
    array([ 1,  0, -1])
    """

    theta: Positive
    v: Positive = 4e-4
    needs_chance = True

    def counts(self, xp: Any, change: Any, chance: Any) -> Any:
        """Return -1, 0 or 1."""
        pulsed = chance * xp.asarray(self.theta, change.dtype) < xp.abs(change)
        return _signed(xp, change, pulsed.astype(change.dtype))


@checked
@dataclass(frozen=True)
class Quantised(_Pulsed):
    """As many pulses as the threshold goes into the change, up to a most.

    Parameters
    ----------
    theta : float
        Change that one pulse stands for.
    v : float
        Change of an ideal weight by one pulse.
    most : int
        Pulses at once (t_max), up to 127.

    Raises
    ------
    InputError
        If ``most`` is above 127.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.Quantised(theta=1e-3, v=2e-3).pulses([2.5e-3, -1e-4, -1.0])
    array([ 2,  0, -9])
    """

    theta: Positive
    v: Positive
    most: Count = 9
    needs_chance = False

    def __post_init__(self) -> None:
        if self.most > 127:
            raise InputError(f"Quantised: most is {self.most}; expected from 1 to 127 pulses")

    def counts(self, xp: Any, change: Any, chance: Any) -> Any:
        """Return whole numbers from -most to most."""
        del chance
        size = xp.minimum(xp.floor(xp.abs(change) / self.theta), float(self.most))
        return _signed(xp, change, size)


Update = Continuous | Ternary | ProbabilisticTernary | Quantised
