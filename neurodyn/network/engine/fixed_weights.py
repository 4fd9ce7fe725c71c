"""Weights that nothing changes.

The text below the mark is part of the modules that ``module.py`` generates.
"""

from neurodyn.codegen.interface import INNER, njit

# --- kernel ---


@njit(**INNER, forceinline=True)
def on_arrival(i, a, t, arrivals, plastic):
    """Change no weight."""


@njit(**INNER, forceinline=True)
def on_spike(i, t, arrivals, plastic):
    """Change no weight."""
