"""Step lengths of continuation: the one set of constants that every curve is followed with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Steps:
    """How far a step may go, in the curve's own measure of length, and how its length changes.

    Every curve measures each unknown in units of the range that it has covered, or of the amplitude
    of its oscillation, and a parameter in eighths of its range.

    Parameters
    ----------
    largest : float
        So a range is crossed in at least 32 steps: few enough to be quick, enough for drawing.
    least : float
        Steps this short leave half of the digits of a float to the differences along the curve.
    growth : float
        Largest change of the length from step to step; twice would overshoot every other time.
    shrink : float
        Factor after a step that did not converge.
    turn : float [rad]
        Largest angle between the tangents at both ends, and with the chord: 18 degrees. A chord
        that leads to a neighbouring branch is mostly steeper.
    margin : float
        Part of the allowed turn that the next length aims at, so that few steps are taken twice.
    quick : int
        Newton steps up to which the next step may grow.
    contraction : float
        Largest ratio of two Newton corrections in one step; one that converges quadratically to the
        point aimed at stays far below.
    corner : float
        Length below which turn and contraction do not count: there the curve has a corner, where a
        derivative of the equations jumps, and no step is short enough.
    """

    largest: float = 0.25
    least: float = 1e-9
    growth: float = 1.5
    shrink: float = 0.5
    turn: float = 0.32
    margin: float = 0.85
    quick: int = 4
    contraction: float = 0.5
    corner: float = 1e-6


STEPS = Steps()
PARAMETER_PARTS = 8.0
"""A parameter counts in this part of its range, so that a range is at least eight units long."""
EXCURSION = 10.0
"""How far the first parameter of a two-parameter curve may leave the range of its branch."""
