r"""Two neurons alike, weakly and continuously coupled, foretold from their phase response.

With p the rates that the coupling adds to those of a neuron, and the second neuron a part
:math:`\varphi` of the period P later, spikes of the first change in a period by

.. math:: -\frac{P}{2\pi} \int_0^P Z(t) \cdot p(x(t), x(t - \varphi P))\, dt ,

those of the second likewise. G. B. Ermentrout, D. H. Terman, Mathematical Foundations of
Neuroscience (2010), ch. 8.2; F. C. Hoppensteadt, E. M. Izhikevich, Weakly Connected Neural
Networks (1997), ch. 9.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.codegen import model_function
from neurodyn.continuation.cycles.cycle import Cycle, require_states
from neurodyn.continuation.cycles.phase_response import phase_response
from neurodyn.continuation.locking.pair_locking import PairLocking, locked_phases
from neurodyn.errors import InputError
from neurodyn.model import Analogue, Capacitor, Model, Resistor, coupled

_TIMES, _GRID = 4096, 512  # in a period; phase differences


@checked
def weak_locking(
    model: Model, cycle: Cycle, couplings: Sequence[Resistor | Capacitor | Analogue]
) -> PairLocking:
    """Foretell how two neurons alike lock that are coupled weakly and continuously.

    Parameters
    ----------
    model : Model
        Its parameters are used, but for the one along which the cycle was found: that is taken
        from the cycle.
    cycle : Cycle
        Of one neuron alone, as from ``settled_cycle``.
    couplings : sequence of Resistor, Capacitor or Analogue
        Between two members; the first named is the first neuron.

    Returns
    -------
    PairLocking
        To first order in the coupling; multipliers are those of the flow, ``exp(slope)``.

    Raises
    ------
    InputError
        If the couplings name other than two members, or do not fit the model.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=300e-6)
    >>> cycle = nd.settled_cycle(neuron, 3e-6)
    >>> in_phase, antiphase = nd.weak_locking(neuron, cycle, [nd.Resistor("a", "b", 3e5)]).locked
    >>> round(in_phase.multiplier, 5), antiphase.stable
    (0.99084, False)
    """
    names = dict.fromkeys(name for one in couplings for name in _ends(one))
    if len(names) != 2:
        listing = ", ".join(names) or "none"
        raise InputError(f"the couplings join the members {listing}; expected two")
    require_states(cycle, model)
    model = model.with_parameters(**{cycle.parameter_name: cycle.parameter})
    pair = coupled(dict.fromkeys(names, model), couplings)
    phase = np.arange(_GRID + 1) / _GRID
    curve = CubicSpline(phase, _shifts(model, pair, cycle), bc_type="periodic")

    def shift(at: Array) -> tuple[Array, Array]:
        return curve(at), np.full(np.shape(at), cycle.period)

    shifts, periods = shift(phase)
    return PairLocking(
        model_name=model.name,
        coupling=", ".join(map(_told, couplings)),
        time_unit=model.time_unit,
        period=cycle.period,
        phase=phase,
        shift=shifts,
        joint_period=periods,
        locked=locked_phases(shift, phase, lambda slope: float(np.exp(slope))),
    )


def _ends(coupling: Resistor | Capacitor | Analogue) -> tuple[str, str]:
    if isinstance(coupling, Analogue):
        return coupling.source, coupling.target
    return coupling.a, coupling.b


def _told(coupling: Resistor | Capacitor | Analogue) -> str:
    if isinstance(coupling, Resistor):
        return f"joined by {coupling.ohm:g} ohm"
    if isinstance(coupling, Capacitor):
        return f"joined by {coupling.farad:g} F"
    return f"{coupling.weight:g} {coupling.output} of {coupling.source} into {coupling.target}"


def _shifts(model: Model, pair: Model, cycle: Cycle) -> Array:
    """Return the change of the time difference in a period at each phase difference."""
    response = phase_response(model, cycle)
    tau = np.arange(_TIMES) / _TIMES
    x = np.ascontiguousarray(cycle.at(tau).T)
    # the trapezoidal rule converges beyond all powers on what is smooth and periodic
    Z = response.at(2 * np.pi * tau).T * cycle.period**2 / (2 * np.pi) / _TIMES
    joint = model_function(pair, list(pair.rhs), "numpy")
    one = np.array(model_function(model, list(model.rhs), "numpy")(x, model.p))
    found = np.empty(_GRID + 1)
    for k in range(_GRID):
        late = k * (_TIMES // _GRID)
        both = np.vstack([x, np.roll(x, late, axis=1)])
        added = np.array(joint(both, pair.p)) - np.vstack([one, np.roll(one, late, axis=1)])
        found[k] = (np.vstack([Z, -np.roll(Z, late, axis=1)]) * added).sum()
    found[-1] = found[0]
    return found
