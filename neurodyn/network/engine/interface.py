"""Names that a generated module offers to kernels of this room: to write against, not to call."""

from __future__ import annotations

from typing import Any

SPIKE: int = 0
"""Number of the spike event."""
JUMP: int = -1
"""Number of the event at which the state jumps; -1 if there is none."""


def on_arrival(_i: Any, _a: Any, _t: Any, _arrivals: Any, _plastic: Any) -> None:
    """Change weights at an arrival."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def on_spike(_i: Any, _t: Any, _arrivals: Any, _plastic: Any) -> None:
    """Change weights at a spike."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


__all__ = ["JUMP", "SPIKE", "on_arrival", "on_spike"]
