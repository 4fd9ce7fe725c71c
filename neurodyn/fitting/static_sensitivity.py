r"""How the quasi-static I-V curve moves with the logarithms of parameters.

Along the curve the inner state z is at rest, g(V, z, p) = 0. Holding z and moving a parameter,

.. math:: \partial_p V = -p\, g_p / g_V, \qquad
          \partial_p I = I_V\, \partial_p V + p\, I_p,

and along the curve dV/dz = -g_z / g_V, dI/dz = I_V dV/dz + I_z: exact from the symbolic
source, whether or not the curve itself is known in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.equilibria import iv_curve
from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.trace_sensitivity import observed_expression
from neurodyn.model import Model
from neurodyn.model.quantities import symbol

_POINTS = 20_000


@dataclass(frozen=True, eq=False)
class StaticSensitivity:
    """The I-V curve with derivatives, from small to large current.

    Parameters
    ----------
    V, I : (n,) float
    V_z, I_z : (n,) float
        Along the inner state.
    V_p, I_p : (n_names, n) float
        By ln(parameter), the inner state held.
    """

    V: Array
    I: Array
    V_z: Array
    I_z: Array
    V_p: Array
    I_p: Array


def static_sensitivity(model: Model, names: tuple[str, ...]) -> StaticSensitivity:
    """Return the I-V curve of a model and how it moves with parameters.

    Raises
    ------
    InputError
        If the model has no such curve, or a parameter does not exist.
    """
    form = model.equilibria
    if form is None:
        raise InputError(f"{model.name!r} has no I-V curve along one inner state")
    for name in names:
        if name not in model.parameter_names:
            raise unknown_name("parameter", name, model.parameter_names)
    z = symbol(form.coordinate)
    V = symbol("V")
    rest = model.rhs[model.state_names.index(form.coordinate)]
    current = observed_expression(model, "I_device")
    by_V = sympy.diff(rest, V)
    V_z = -sympy.diff(rest, z) / by_V
    expressions = [V_z, sympy.diff(current, V) * V_z + sympy.diff(current, z)]
    for name in names:
        p = symbol(name)
        V_p = -p * sympy.diff(rest, p) / by_V
        expressions += [V_p, sympy.diff(current, V) * V_p + p * sympy.diff(current, p)]
    curve = iv_curve(model, n=_POINTS, current=_range(model))
    function = expression_function(
        expressions,
        [("x", ("V", form.coordinate)), ("p", model.parameter_names)],
        model.constant_values,
    )
    found = function(np.stack([curve.V, curve.T]), model.p)
    return StaticSensitivity(curve.V, curve.I, found[0], found[1], found[2::2], found[3::2])


def _range(model: Model) -> tuple[float, float]:
    """Return currents far below the threshold and far above the hold point."""
    curve = iv_curve(model, n=50)
    return 1e-9, 10 * float(curve.I[-1])
