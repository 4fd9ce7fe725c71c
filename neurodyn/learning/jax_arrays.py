"""Arrays on jax's device, and chance that follows from keys and places."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from neurodyn.codegen.jax_setup import jax


def array(values: Any, kind: str | None = None) -> jax.Array:
    """Return an array on jax's device, of a type."""
    return jnp.asarray(values, dtype=kind)


def uniform(key: jax.Array, shape: tuple[int, ...], kind: Any) -> jax.Array:
    """Return numbers from 0 to 1 that follow from a key of two words and the place of each.

    Two rounds of a 32-bit integer hash (C. Wellons' lowbias32), quicker than a generator by far,
    and of the same digits on every device; each batch has its own key.
    """
    at = [lax.broadcasted_iota(jnp.uint32, shape, axis) for axis in (0, 1)]
    h = at[0] * jnp.uint32(shape[1]) + at[1]
    for word in key:
        h ^= word
        h = (h ^ (h >> 16)) * jnp.uint32(0x7FEB352D)
        h = (h ^ (h >> 15)) * jnp.uint32(0x846CA68B)
        h ^= h >> 16
    return ((h >> 8).astype(kind) + jnp.asarray(0.5, kind)) * jnp.asarray(2.0**-24, kind)
