"""The cycle that a run settles on, made exact."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurodyn.arguments import Positive, Tolerance, checked
from neurodyn.arrays import Array
from neurodyn.continuation.cycles.curve import CycleCurve, SolvedCycle
from neurodyn.continuation.cycles.cycle import Cycle, as_cycle
from neurodyn.continuation.cycles.starts import from_samples
from neurodyn.continuation.equations.smoothness import require_smooth
from neurodyn.continuation.equations.system import check_parameter, free_system
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.simulation import Adaptive, Trajectory, solve
from neurodyn.status import Status

_MOST_SPIKES = 32  # in one cycle
_ALIKE = 1e-3  # states at two spikes, in units of scale: near enough for Newton's method
_NEUTRAL = 1e-6  # distance of a second multiplier from 1 at which cycles are a family, or at a fold
_SAMPLES = 4  # for each step of the solver


@checked
def settled_cycle(
    model: Model,
    t_end: Positive,
    *,
    parameter: str | None = None,
    x0: Mapping[str, float] | None = None,
    rtol: Tolerance = 1e-10,
) -> Cycle:
    """Return the cycle that a spiking neuron settles on, made exact by Newton's method.

    Parameters
    ----------
    model : Model
    t_end : float [time unit of the model]
        After which the model spikes regularly; the run needs to come near the cycle only.
    parameter : str, optional
        Along which the cycle can be continued afterwards; the model's first input by default.
    x0 : mapping from state name to float, optional
        Where the run starts; matters where several cycles are stable.
    rtol : float
        Relative tolerance of the run.

    Returns
    -------
    Cycle
        It begins at a spike.

    Raises
    ------
    InputError
        For a model without spike event, or whose state jumps.
    NumericalError
        If the run does not settle on a cycle of at most 32 spikes; ``error.result`` is the run.

    Examples
    --------
    >>> import neurodyn as nd
    >>> cycle = nd.settled_cycle(nd.devices.nbox_neuron(I_s=300e-6), 3e-6)
    >>> round(1e9 * cycle.period, 6)
    368.535445
    """
    if model.spike is None:
        raise InputError(f"model {model.name!r} declares no spike event; expected one that spikes")
    require_smooth(model)
    name = parameter or next(iter((*model.input_names, *model.parameter_names)), "")
    check_parameter(model, name)
    traj = solve(model, t_end, x0=x0, method=Adaptive(rtol))
    last, period, _ = last_cycle(traj)
    found = exact_cycle(traj, *samples(traj, last, period), name, None)
    return as_cycle(found.orbit, name, model.state_names, found.multipliers)


def unit_of(model: Model, name: str) -> float:
    """Return the size of a parameter: derivatives are integrated per that change."""
    quantity = next(q for q in (*model.parameters, *model.inputs) if q.name == name)
    return abs(model[name]) or quantity.scale


def _unsettled(traj: Trajectory, why: str) -> NumericalError:
    return NumericalError(
        f"{traj.model.name}: no settled cycle by t = {traj.t[-1]:.6g} ({why}); "
        "expected a later t_end, or parameters at which it spikes regularly",
        Status.NOT_CONVERGED,
        traj,
    )


def last_cycle(traj: Trajectory) -> tuple[float, float, int]:
    """Return time of the last spike, period, and number of spikes of the cycle that it closes."""
    times = traj.spike_times
    if len(times) < 3:
        raise _unsettled(traj, f"{len(times)} spikes")
    states = traj(times).T / traj.model.scales
    distance = np.abs(states[:-1] - states[-1]).max(axis=1)[::-1]
    back = np.flatnonzero(distance[:_MOST_SPIKES] < _ALIKE)
    if not len(back):
        raise _unsettled(traj, f"the state at its last spike is {distance.min():.3g} off")
    count = int(back[0]) + 1
    period = float(times[-1] - times[-1 - count])
    if traj.t[-1] - times[-1] > 2 * period:
        raise _unsettled(traj, "it has fallen silent")
    return float(times[-1]), period, count


def samples(traj: Trajectory, last: float, period: float) -> tuple[Array, Array]:
    """Return times (n,) and states (n, n_states) of the last period, close where steps are."""
    steps = traj.t[(traj.t > last - period) & (traj.t < last)]
    knots = np.concatenate([[last - period], steps, [last]])
    parts = np.arange(_SAMPLES) / _SAMPLES
    t = np.append((knots[:-1, None] + np.diff(knots)[:, None] * parts).ravel(), last)
    return t, traj(t).T


def exact_cycle(
    traj: Trajectory, t: Array, x: Array, name: str, intervals: int | None
) -> SolvedCycle:
    """Return the exact cycle next to the samples, if it is one that a run may settle on."""
    model = traj.model
    curve = CycleCurve(free_system(model, (name,)), name, unit_of(model, name), intervals)
    try:
        cycle = from_samples(curve, model, t, x, model[name])
        others = np.delete(cycle.multipliers, np.argmin(np.abs(cycle.multipliers - 1)))
    except np.linalg.LinAlgError:
        raise _unsettled(traj, "its last cycle is one of a family, or about to vanish") from None
    except NumericalError as error:
        raise _unsettled(traj, f"no exact cycle lies next to its last one: {error}") from None
    if len(others) and np.abs(others - 1).min() < _NEUTRAL:
        raise _unsettled(traj, "its last cycle is one of a family, or about to vanish")
    if len(others) and np.abs(others).max() > 1 + _ALIKE:
        raise _unsettled(traj, "the cycle next to its last one is unstable")
    return cycle
