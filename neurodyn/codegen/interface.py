"""Names that a generated numba module offers to a kernel: to write against, not to call.

A kernel is ordinary source text below the line ``# --- kernel ---``. It is appended to the module
generated for a model, where these names are the model's own compiled functions; only so can numba
inline them and cache the result on disk.
"""

from __future__ import annotations

from typing import Any

from numba import njit

N_STATES: int = 0
"""Number of states."""
HAS_JUMP: bool = False
"""Whether there is an event at which the state jumps."""
BOUNDED: bool = True
"""Whether ``event_bounds`` bounds every event."""
LINEAR: bool = True
"""Whether every event is itself a row."""
ROW_OF: tuple[int, ...] = (0,)
"""Where the rows of each event begin, and the number of rows."""
OPTIONS: dict[str, Any] = {}
"""How the functions of the module are compiled."""
INNER: dict[str, Any] = {}
"""How functions are compiled that are called from within the module alone."""


def rhs(_x: Any, _p: Any, _out: Any) -> None:
    """Write dx/dt (n_states,) into ``_out``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def set_inputs(_p: Any, _t: Any, _drive: Any) -> None:
    """Put the value of each driven input at time ``_t`` into the parameter vector ``_p``."""
    raise RuntimeError("this is a placeholder; a loop brings its own")


def jump_level(_x: Any, _p: Any, _out: Any) -> None:
    """Write into ``_out[0]`` the expression that rises through zero where the state jumps."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def jump_to(_x: Any, _p: Any, _out: Any) -> None:
    """Write where states jump to into ``_out`` (n_states,); others are left alone."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def event_rows(_coef: Any, _p: Any, _rows: Any) -> None:
    """Write the rows of all events (n_rows, 5) of a step with the polynomials ``_coef`` (n, 5)."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def event_at(_rows: Any, _theta: Any, _p: Any, _e: Any) -> Any:
    """Return the level of event ``_e`` at a fraction of a step with the polynomials ``_rows``."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def event_bounds(_rows: Any, _left: Any, _right: Any, _p: Any, _e: Any) -> Any:
    """Return (low, high, least slope, largest slope) of event ``_e`` over a part of a step."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def first_order(_x: Any, _p: Any, _out: Any) -> None:
    """Write rhs, its Jacobian and its derivatives by chosen parameters into ``_out``, in a row."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


__all__ = [
    "BOUNDED",
    "HAS_JUMP",
    "INNER",
    "LINEAR",
    "N_STATES",
    "OPTIONS",
    "ROW_OF",
    "event_at",
    "event_bounds",
    "event_rows",
    "first_order",
    "jump_level",
    "jump_to",
    "njit",
    "rhs",
    "set_inputs",
]
