"""Where equations are 0/0 and have a limit all the same, as ``x/(1 - exp(-x))`` at x = 0."""

from __future__ import annotations

import numpy as np

from neurodyn.arrays import Array
from neurodyn.codegen.model_functions import compiled
from neurodyn.model import Model

_ASIDE = 1e-6  # part of a state, and of its scale, by which one looks beside it
_ALIKE = 1e-3  # part by which the values on both sides of a removable singularity may differ


def removable_singularity(model: Model, x: Array) -> str:
    """Return a sentence that names the equation that is 0/0 at a state, or nothing.

    Parameters
    ----------
    model : Model
    x : (n_states,) float

    Examples
    --------
    >>> import numpy as np
    >>> import neurodyn as nd
    >>> from neurodyn.codegen.undefined import removable_singularity
    >>> gate = nd.Model.from_equations(["V", "m"], {}, ["-V", "V/(1 - exp(-V)) - m"])
    >>> removable_singularity(gate, np.zeros(2)).split(":")[0]
    'dm/dt is 0/0 there, though it has the limit 1 (a removable singularity)'
    """
    rhs = compiled(model, "numpy").rhs
    with np.errstate(all="ignore"):
        here = np.isfinite(rhs(x, model.p))
        for k, name in enumerate(model.state_names):
            step = np.zeros_like(x)
            step[k] = _ASIDE * (abs(x[k]) + model.scales[k])
            above, below = rhs(x + step, model.p), rhs(x - step, model.p)
            alike = np.abs(above - below) <= _ALIKE * (np.abs(above) + np.abs(below))
            if (here | alike).all() and not here.all():
                i = int(np.argmin(here))
                limit = (above[i] + below[i]) / 2
                return (
                    f"d{model.state_names[i]}/dt is 0/0 there, though it has the limit "
                    f"{limit:.6g} (a removable singularity): start beside it, at {name} = "
                    f"{x[k] + step[k]:.9g}"
                )
    return ""
