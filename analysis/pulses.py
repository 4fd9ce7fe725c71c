"""Shared by figs. 2.12 to 2.14: the 1 us pulse, which the source leaves open, and thresholds."""

from __future__ import annotations

from collections.abc import Callable

import neurodyn as nd

EDGE = 100e-9  # s, rise and fall
DURATION = 1e-6  # s
# Start of the rise to start of the fall, for each way to read "a pulse of 1 us, edges of 100 ns".
READINGS = {
    "edges included": DURATION - EDGE,
    "rise included": DURATION,
    "flat top": DURATION + EDGE,  # what LTspice's PULSE calls T_on
}


def threshold(
    happens: Callable[[float], bool], low: float, high: float, halvings: int = 32
) -> float:
    """Return where something begins to happen between two values, by bisection.

    Raises
    ------
    ValueError
        If it happens at both ends or at none.
    """
    if happens(low) or not happens(high):
        raise ValueError(f"no single threshold between {low:g} and {high:g}")
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if happens(middle) else (middle, high)
    return high


def response(model: nd.Model, amplitude: float, width: float, t_end: float = 4e-6) -> nd.Trajectory:
    """Apply one pulse at rest."""
    return nd.solve(model, t_end, inputs={"I_s": nd.pulse(amplitude, width=width, edge=EDGE)})
