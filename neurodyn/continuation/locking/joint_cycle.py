"""The neuron's own cycle, put into each member of a coupled model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.continuation.cycles.cycle import Cycle
from neurodyn.errors import InputError
from neurodyn.model import Model


@checked
def joint_cycle(pair: Model, cycle: Cycle, lags: Mapping[str, float]) -> tuple[Array, Array]:
    """Return a start for cycles of coupled neurons, from the cycle of one of them alone.

    Parameters
    ----------
    pair : Model
        Made by ``coupled`` of neurons alike, or nearly so; two or more.
    cycle : Cycle
        Of one neuron.
    lags : mapping from member to float
        By how much of a period each member comes later: all 0 in phase, 0 and 0.5 in antiphase.

    Returns
    -------
    t : (n,) float [time unit]
    x : (n, n_states) float
        States of the joint model, as ``continue_cycles`` takes them.

    Raises
    ------
    InputError
        If the states of the cycle, named after the members, are not those of the joint model.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=300e-6)
    >>> pair = nd.coupled(
    ...     {"a": neuron, "b": neuron}, [nd.Resistor("a", "b", 3e3, name="R_c")], shared=["I_s"])
    >>> alone = nd.settled_cycle(neuron, 3e-6)
    >>> together = nd.joint_cycle(pair, alone, {"a": 0.0, "b": 0.0})
    >>> branch = nd.continue_cycles(pair, together, (2e3, 4e3), parameter="R_c")
    >>> bool(branch.stable.all())
    True
    """
    named = {f"{name}_{tag}": (tag, i) for tag in lags for i, name in enumerate(cycle.state_names)}
    if set(named) != set(pair.state_names):
        raise InputError(
            f"the cycle and the lags give the states {', '.join(named) or 'none'}; expected those "
            f"of {pair.name}: {', '.join(pair.state_names)}"
        )
    grid = cycle.mesh[:-1, None] + np.diff(cycle.mesh)[:, None] * np.arange(8) / 8
    shifts = [phase for lag in lags.values() for phase in (grid.ravel() + lag) % 1.0]
    tau = np.append(np.unique(np.append(shifts, 0.0)), 1.0)  # close wherever a member is fast
    late = {tag: cycle.at((tau - lag) % 1.0) for tag, lag in lags.items()}
    places = (named[name] for name in pair.state_names)
    return tau * cycle.period, np.stack([late[tag][:, i] for tag, i in places], axis=1)
