"""``nd.solve``: integrate a model in time."""

from __future__ import annotations

from collections.abc import Mapping

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.codegen import model_function
from neurodyn.codegen.undefined import removable_singularity
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.simulation.options import Adaptive, Stiff
from neurodyn.simulation.problem import Problem, stimuli_of, where_it_ended
from neurodyn.simulation.scalar.dense import run_explicit, run_stiff
from neurodyn.simulation.trajectory import Trajectory
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus

_MOVED = {
    "rtol": "method=nd.Adaptive(rtol)",
    "atol": "method=nd.Adaptive(rtol, atol)",
    "max_steps": "method=nd.Adaptive(max_steps=...)",
}


@checked(moved=_MOVED)
def solve(
    model: Model,
    t_end: float,
    *,
    inputs: Mapping[str, Stimulus | float] | None = None,
    x0: Mapping[str, float] | None = None,
    t_start: float = 0.0,
    method: Adaptive | Stiff = Adaptive(),
    raise_on_failure: bool = True,
    progress: Progress = silent,
) -> Trajectory:
    """Integrate a model from ``t_start`` to ``t_end``.

    Steps end exactly on every kink of every stimulus, so no pulse is stepped over. A trial step
    that gives a value that is not finite is rejected and tried smaller. Where the spike event of a
    model has a ``reset``, a step ends on each spike, the state jumps, and integration starts anew.

    Parameters
    ----------
    model : Model
    t_end : float [time unit of the model]
    inputs : mapping from input name to Stimulus or number, optional
        Inputs that are not named keep the value they have in the model.
    x0 : mapping from state name to float, optional
        States that are not named start where the model says.
    t_start : float
    method : Adaptive or Stiff
        ``nd.Adaptive(rtol)`` is a compiled explicit Runge-Kutta pair; ``nd.Stiff(rtol)`` is
        implicit, for models that are stiff beyond the time span of interest (and do not jump).
    raise_on_failure : bool
        If false, a trajectory with another status than OK is returned instead of raised.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    Trajectory

    Raises
    ------
    InputError
        For unknown names, values out of bounds, or a span that makes no sense.
    NumericalError
        If the end was not reached; ``error.result`` holds the trajectory until then.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron()
    >>> traj = nd.solve(neuron, 20e-6, inputs={"I_s": nd.pulse(200e-6, width=1e-6)})
    >>> len(traj.spike_times)
    1
    """
    waves = stimuli_of(model, inputs or {})
    start = _checked_start(model, model.state_vector(x0), method)
    problem = Problem.alike(model, start[None], waves, t_start, t_end)
    report = monotonic(progress, "solving")
    if isinstance(method, Stiff):
        run = run_stiff(problem, method, report)
    else:
        run = run_explicit(problem, _in_float64(method), report)
    start_by_name = dict(zip(model.state_names, start.tolist(), strict=True))
    traj = Trajectory(
        model=model,
        t=run.t,
        x=run.x,
        coefficients=run.coefficients,
        inputs=waves,
        resets=run.jumps,
        status=run.status,
        method=method,
        unsure=run.unsure,
        provenance={"method": repr(method), "x0": start_by_name} | problem.provenance(waves),
    )
    if traj.status is not Status.OK and raise_on_failure:
        raise NumericalError(_advice(traj), traj.status, traj)
    return traj


def _in_float64(method: Adaptive) -> Adaptive:
    if method.precision != "float64":
        raise InputError(
            f"nd.solve does not compute in {method.precision}; expected precision='float64'"
        )
    return method


def _advice(traj: Trajectory) -> str:
    hint = {
        Status.MAX_STEPS: "try method=nd.Stiff() if the model is stiff, or a larger max_steps",
        Status.STEP_TOO_SMALL: "the solution may blow up there, or the tolerances are too strict",
        Status.NOT_FINITE: "the state has left the region where the equations make sense",
        Status.RESET_ABOVE: "expected a reset that takes the state below threshold",
    }[traj.status]
    if traj.status is Status.NOT_FINITE:
        hint = removable_singularity(traj.model, traj.x[-1]) or hint
    ended = where_it_ended(traj.model, traj.status, float(traj.t[-1]), traj.x[-1])
    return f"{traj.model.name}: {ended}; {hint}"


def _checked_start(model: Model, start: Array, method: Adaptive | Stiff) -> Array:
    """Return the start, on the side of the switch where it belongs; below threshold."""
    jump = model.jump
    if jump is None:
        return start
    if isinstance(method, Stiff):
        what = "is reset at its spikes" if jump is model.spike else "switches"
        raise InputError(
            f"{model.name} {what}, which nd.Stiff does not do; expected method=nd.Adaptive()"
        )
    level = model_function(model, [jump.expression])
    if jump is model.switch and level(start, model.p)[0] >= 0:
        values = [jump.reset.get(name, model.expression(name)) for name in model.state_names]
        start = model_function(model, values)(start, model.p)
    if level(start, model.p)[0] >= 0:
        kind = "spike event" if jump is model.spike else "switch"
        raise InputError(
            f"{model.name} starts with its {kind} {jump.expression} at or above zero; "
            "expected a start below threshold"
        )
    return start
