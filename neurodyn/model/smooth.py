"""Smooth stand-ins for functions whose derivatives break down at a point.

``sqrt(|V|)`` has no derivative at ``V = 0``, where every simulated device starts. The form below
differs from it by less than 1e-9 (relative) above 1 mV and has finite derivatives of every order.
"""

from __future__ import annotations

import sympy

SMOOTHING_VOLTAGE: float = 5e-8
"""Rounding scale of ``smooth_sqrt_abs`` [V]; relative error (scale / V)**2 / 4."""


def smooth_sqrt_abs(v: sympy.Expr, rounding: sympy.Expr | float = SMOOTHING_VOLTAGE) -> sympy.Expr:
    """Return ``(v**2 + rounding**2)**(1/4)``, a smooth ``sqrt(|v|)``.

    Parameters
    ----------
    v : sympy expression
    rounding : sympy expression or float
        In the unit of ``v``. The relative difference to ``sqrt(|v|)`` is ``(rounding / v)**2 / 4``.

    Examples
    --------
    >>> import sympy
    >>> from neurodyn.model.smooth import smooth_sqrt_abs
    >>> round(float(smooth_sqrt_abs(sympy.Float(0.25))), 12)
    0.5
    """
    return (v**2 + rounding**2) ** sympy.Rational(1, 4)
