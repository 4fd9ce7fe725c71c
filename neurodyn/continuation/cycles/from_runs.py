"""Families of cycles that no Hopf point leads to, found by letting the model run.

The family born at a Hopf point of a stiff neuron stands upright in a canard explosion, where it
holds cycles by the thousand. The cycle beyond it attracts, so a run finds it.
"""

from __future__ import annotations

import numpy as np

from neurodyn.continuation.cycles.branch import CycleBranch
from neurodyn.continuation.cycles.continue_cycles import continue_cycles
from neurodyn.continuation.equilibria.branch import EquilibriumBranch
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.simulation import Stiff, solve
from neurodyn.status import Status

_TURNS = 30.0  # length of the first run, in periods of the fastest Hopf point
_LONGER = 4.0  # and of each next one, against the one before
_RUNS = 6
_KICK = 1e-2  # off the equilibrium, in sizes of the states
_TOLERANCE = 1e-6


def found_by_a_run(model: Model, equilibria: EquilibriumBranch, value: float) -> CycleBranch:
    """Return the family of the cycle that a run from beside the unstable equilibrium settles on.

    Parameters
    ----------
    model : Model
    equilibria : EquilibriumBranch
        With a Hopf point, whose frequency tells how long to run.
    value : float
        Of the parameter.

    Raises
    ------
    NumericalError
        If no run settles on a cycle.
    """
    name = equilibria.parameter_name
    at = model.with_parameters(**{name: value})
    nearest = int(np.argmin(np.abs(equilibria.parameter - value)))
    x = equilibria.states[nearest] + _KICK * model.scales
    length = _TURNS * 2 * np.pi / max(point.omega for point in equilibria.hopf)
    reason = ""
    for _ in range(_RUNS):
        start = dict(zip(model.state_names, map(float, x), strict=True))
        run = solve(at, length, x0=start, method=Stiff(_TOLERANCE))
        try:
            return continue_cycles(at, run, equilibria.span, parameter=name)
        except (InputError, NumericalError) as error:  # not yet settled, or no cycle
            reason = str(error)
        x, length = run.x[-1], _LONGER * length
    raise NumericalError(
        f"no run at {name} = {value:.6g} settled on a cycle ({reason})", Status.NOT_CONVERGED
    )
