"""Names that a generated module offers to the kernel here: to write against, not to call."""

from __future__ import annotations

from typing import Any

_CHANNEL0: int = 0
"""Row of the first channel."""
_MAIL0: int = 0
"""Row of what arrives by the first channel."""


def _lock_step(_w: Any, _h: Any, _stim: Any, _decay: Any) -> Any:
    """One step of all lanes; whether there is something to look at more closely."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _first_level(_w: Any, _l: Any, _stim: Any, _decay: Any) -> None:
    """Note the level of a lane's spike event."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


def _locate(_w: Any, _l: Any, _h: Any, _stim: Any, _decay: Any, _x: Any) -> Any:
    """Fraction of the last step at which a lane's spike event rises; its state there."""
    raise RuntimeError("this is a placeholder; a generated module brings its own")


__all__ = ["_CHANNEL0", "_MAIL0", "_first_level", "_locate", "_lock_step"]
