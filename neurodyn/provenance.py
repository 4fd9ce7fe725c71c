"""What a result must say about how it was made."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import platform
from collections.abc import Iterable
from functools import cache
from typing import Any

from neurodyn.errors import InputError, NeurodynError


@cache
def versions() -> dict[str, str]:
    """Return the versions of neurodyn, Python and the numerical libraries."""
    found = {"python": platform.python_version()}
    for package in ("neurodyn", "numpy", "scipy", "sympy", "numba"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # run from a source tree
            found[package] = "unknown"
    return found


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def refuse_repeated(data: Iterable[tuple[str, str]], what: str) -> None:
    """Refuse data that are given twice: they would count twice.

    Parameters
    ----------
    data : (source, digest) of each
    what : str
        What one of them is called.

    Raises
    ------
    InputError
        Naming the two.
    """
    seen: dict[str, str] = {}
    for source, digest in data:
        if digest in seen:
            first, again = seen[digest], source
            both = f"{first!r} is given twice"
            if again != first:
                both = f"{first!r} and {again!r} hold the same numbers"
            raise InputError(f"{both} and would count twice; expected each {what} once")
        seen[digest] = source


def require(module: str, extra: str) -> Any:
    """Import an optional dependency.

    Raises
    ------
    NeurodynError
        Naming the extra that brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise NeurodynError(
            f"this needs {module}, which is not installed; install neurodyn[{extra}]"
        ) from None


def jax_setting() -> dict[str, str]:
    """Return the versions of jax and diffrax, and the device that jax computes on."""
    import diffrax
    import jax

    device = jax.devices()[0]
    return {
        "jax": jax.__version__,
        "diffrax": diffrax.__version__,
        "device": f"{device.platform}: {device.device_kind}",
    }
