"""Landmarks of a neuron along its input, where another verb has computed them already."""

from __future__ import annotations

from dataclasses import dataclass

NARROWEST_WINDOW = 2e-3
"""Width of a bistable window, relative to its input, below which it is not told from none."""


@dataclass(frozen=True)
class Landmarks:
    """Values of the input at which the neuron changes what it does, from rest at the held input.

    ``nd.behaviours`` measures them itself unless it is given them.

    Parameters
    ----------
    rest_lost_at : float
        Where rest, followed upwards from the held input, loses its stability.
    firing_from, firing_to : float or None
        Smallest and largest step under which firing goes on; None if there is none.
    windows : tuple of (low, high)
        Where rest and firing are both stable.
    """

    rest_lost_at: float
    firing_from: float | None
    firing_to: float | None
    windows: tuple[tuple[float, float], ...] = ()

    def wide_windows(self) -> tuple[tuple[float, float], ...]:
        """Return the windows that are wide enough to be told from none."""
        return tuple((a, b) for a, b in self.windows if b - a >= NARROWEST_WINDOW * abs(b))
