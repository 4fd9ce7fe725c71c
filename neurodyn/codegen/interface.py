"""What a generated numba module offers to a kernel: names to write against, not to call.

A kernel is ordinary source text below the line ``# --- kernel ---``. It is appended to the module
generated for a model, where these names are the model's own compiled functions; only so can numba
inline them and cache the result on disk.
"""

from __future__ import annotations

from typing import Any

from numba import njit

N_STATES: int = 0
"""Number of states."""


HAS_RESET: bool = False
"""Whether the spike event resets states."""


def rhs(_x: Any, _p: Any, _out: Any) -> None:
    """Write dx/dt (n_states,) into ``_out``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def spike(_x: Any, _p: Any, _out: Any) -> None:
    """Write the spike event's expression into ``_out[0]``; it rises through zero at a spike."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def reset(_x: Any, _p: Any, _out: Any) -> None:
    """Write what the reset states jump to into ``_out`` (n_states,); others are left alone."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def jacobian(_x: Any, _p: Any, _out: Any) -> None:
    """Write d rhs / dx (n_states, n_states) into ``_out``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def diffusion(_x: Any, _p: Any, _out: Any) -> None:
    """Write what is not zero of the diffusion (n_states, n_sources) into ``_out``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def event(_x: Any, _p: Any, _out: Any) -> None:
    """Write the spike event's expression into ``_out[0]``; nothing where there is no event."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def first_order(_x: Any, _p: Any, _out: Any) -> None:
    """Write rhs, its Jacobian and its derivatives by chosen parameters into ``_out``, in a row."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


__all__ = [
    "HAS_RESET",
    "N_STATES",
    "diffusion",
    "event",
    "first_order",
    "jacobian",
    "njit",
    "reset",
    "rhs",
    "spike",
]
