"""Loops over arrays that no model enters into: how they are compiled, once, and kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from neurodyn.codegen.cache import hold_to_digest


def compiled_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop over arrays when it is first called."""
    options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    try:
        return hold_to_digest(njit(cache=True, **options)(function))
    except RuntimeError:  # no folder may be written to: compile in every process
        return njit(**options)(function)
