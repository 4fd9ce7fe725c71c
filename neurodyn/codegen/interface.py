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


def rhs(_x: Any, _p: Any, _out: Any) -> None:
    """Write dx/dt (n_states,) into ``_out``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


__all__ = ["N_STATES", "njit", "rhs"]
