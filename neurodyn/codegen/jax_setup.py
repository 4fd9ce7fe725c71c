"""The one global switch that neurodyn sets: jax computes in float64 from the first use on.

In float32 a capacitance of 1e-12 F beside a temperature of 1e3 K leaves no digits for a period.
"""

from __future__ import annotations

import jax
import jax.numpy

jax.config.update("jax_enable_x64", True)

__all__ = ["jax"]
