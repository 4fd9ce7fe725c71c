"""``nd.solve``: integrate a model in time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from neurodyn import codegen
from neurodyn.arrays import Array
from neurodyn.codegen import expression_function, load_numba_module
from neurodyn.errors import InputError, NumericalError, unknown_name
from neurodyn.model import Model
from neurodyn.model.quantities import symbol
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.provenance import versions
from neurodyn.simulation.trajectory import Trajectory
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus, constant

Flags = npt.NDArray[np.bool_]
Method = Literal["tsit5", "radau"]

_KERNEL = Path(__file__).with_name("tsit5_kernel.py")
_CHUNK = 8192  # steps between looks at the keyboard
_STATUS = {
    1: Status.OK, 2: Status.MAX_STEPS, 3: Status.STEP_TOO_SMALL, 4: Status.NOT_FINITE,
    5: Status.RESET_ABOVE,
}  # fmt: skip


def solve(
    model: Model,
    t_end: float,
    *,
    inputs: Mapping[str, Stimulus | float] | None = None,
    x0: Mapping[str, float] | None = None,
    t_start: float = 0.0,
    rtol: float = 1e-7,
    atol: float = 1e-7,
    method: Method = "tsit5",
    max_steps: int = 50_000_000,
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
    rtol, atol : float
        Relative tolerance, and absolute tolerance in units of each state's ``scale``.
    method : {"tsit5", "radau"}
        Compiled explicit Runge-Kutta pair of order 5(4), or scipy's implicit Radau for models that
        are stiff beyond the time span of interest (and have no reset).
    max_steps : int
        Accepted and rejected steps together, after which the status is ``MAX_STEPS``.
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
        For unknown names, values out of bounds, or a span or tolerance that makes no sense.
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
    if not (np.isfinite(t_start) and np.isfinite(t_end) and t_end > t_start):
        raise InputError(f"t_end is {t_end:g}; expected a finite time after t_start = {t_start:g}")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not 1e-14 < value < 1:
            raise InputError(f"{name} is {value:g}; expected between 1e-14 and 1")
    if max_steps < 1:
        raise InputError(f"max_steps is {max_steps}; expected 1 or more")
    if method not in ("tsit5", "radau"):
        raise unknown_name("method", str(method), ("tsit5", "radau"))
    waves = stimuli_of(model, inputs or {})
    start = model.state_vector(x0)
    start = _checked_start(model, start, method)
    run = _run_tsit5 if method == "tsit5" else _run_radau
    tolerances = (atol * model.scales, rtol)
    knots = knots_of(waves, t_start, t_end)
    t, x, coefficients, resets, status = run(
        model, start, waves, knots, tolerances, max_steps, monotonic(progress, "solving")
    )
    traj = Trajectory(
        model=model,
        t=t,
        x=x,
        coefficients=coefficients,
        inputs=waves,
        resets=resets,
        status=status,
        provenance={
            "method": method,
            "rtol": rtol,
            "atol": atol,
            "digest": model.digest,
            "parameters": dict(zip(model.parameter_names, model.p.tolist(), strict=True)),
            "x0": dict(zip(model.state_names, start.tolist(), strict=True)),
            "inputs": {name: wave.description for name, wave in waves.items()},
            "versions": versions(),
        },
    )
    if status is not Status.OK and raise_on_failure:
        raise NumericalError(_advice(traj), status, traj)
    return traj


def _advice(traj: Trajectory) -> str:
    where = ", ".join(
        f"{name} = {value:.6g}"
        for name, value in zip(traj.model.state_names, traj.x[-1], strict=True)
    )
    hint = {
        Status.MAX_STEPS: "try method='radau' if the model is stiff, or a larger max_steps",
        Status.STEP_TOO_SMALL: "the solution may blow up there, or the tolerances are too strict",
        Status.NOT_FINITE: "the state has left the region where the equations make sense",
        Status.RESET_ABOVE: "expected a reset that takes the state below threshold",
    }[traj.status]
    return (
        f"{traj.model.name}: {traj.status} at t = {traj.t[-1]:.6g} {traj.model.time_unit} "
        f"({where}); {hint}"
    )


def _checked_start(model: Model, start: Array, method: str) -> Array:
    """Return the start, on the side of the switch where it belongs; below threshold."""
    jump = model.jump
    if jump is None:
        return start
    if method != "tsit5":
        what = "is reset at its spikes" if jump is model.spike else "switches"
        raise InputError(
            f"{model.name} {what}, which method {method!r} does not do; expected method='tsit5'"
        )
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    event = expression_function([jump.expression], groups, model.constant_values)
    if jump is model.switch and event(start, model.p)[0] >= 0:
        values = [jump.reset.get(name, symbol(name)) for name in model.state_names]
        start = expression_function(values, groups, model.constant_values)(start, model.p)
    if event(start, model.p)[0] >= 0:
        kind = "spike event" if jump is model.spike else "switch"
        raise InputError(
            f"{model.name} starts with its {kind} {jump.expression} at or above zero; "
            "expected a start below threshold"
        )
    return start


def stimuli_of(model: Model, inputs: Mapping[str, Stimulus | float]) -> dict[str, Stimulus]:
    """Return the stimulus of each input named, numbers as constants, names and bounds checked."""
    waves: dict[str, Stimulus] = {}
    for name, value in inputs.items():
        if name not in model.input_names:
            raise unknown_name("input", name, model.input_names)
        quantity = next(q for q in model.inputs if q.name == name)
        if isinstance(value, Stimulus):
            for extreme in (value.values.min(), value.values.max()):
                quantity.validated(extreme)
            waves[name] = value
        else:
            waves[name] = constant(quantity.validated(value))
    return waves


def knots_of(waves: Mapping[str, Stimulus], t_start: float, t_end: float) -> Array:
    """Return start, every kink inside, and end, in order and without repeats."""
    kinks = np.unique(np.concatenate([[t_start], *(w.times for w in waves.values())]))
    inside = kinks[(kinks > t_start) & (kinks < t_end)]
    return np.concatenate([[t_start], inside, [t_end]])


def _run_tsit5(
    model: Model,
    start: Array,
    waves: Mapping[str, Stimulus],
    knots: Array,
    tolerances: tuple[Array, float],
    max_steps: int,
    progress: Callable[[float], None],
) -> tuple[Array, Array, Array, Flags, Status]:
    module = load_numba_module(model, _KERNEL)
    names = list(model.parameter_names)
    slots = np.array([names.index(name) for name in waves], dtype=np.int64)
    shape = (len(knots) - 1, len(waves))
    values, slopes = np.empty(shape), np.empty(shape)
    for j, wave in enumerate(waves.values()):
        values[:, j], slopes[:, j] = wave(knots[:-1]), wave.slope(knots[:-1])
    x, p = start.copy(), model.p.copy()
    whole, real = np.array([0, 0, 0, 0, 1]), np.array([knots[0], 0.0, 1.0])
    times, coefs, resets = [knots[:1]], [], []
    buffers = (np.empty(_CHUNK), np.empty((_CHUNK, len(start), 5)), np.empty(_CHUNK, dtype=bool))
    while whole[module.STATE] == module.RUNNING:
        written = module.integrate(
            x, p, slots, knots, values, slopes, *tolerances, max_steps, whole, real, *buffers
        )
        times.append(buffers[0][:written].copy())
        coefs.append(buffers[1][:written].copy())
        resets.append(buffers[2][:written].copy())
        progress(float((real[0] - knots[0]) / (knots[-1] - knots[0])))
    coefficients = np.concatenate(coefs)
    states = np.concatenate([coefficients[:, :, 0], x[None]])
    status = _STATUS[int(whole[module.STATE])]
    return np.concatenate(times), states, coefficients, np.concatenate(resets), status


def _run_radau(
    model: Model,
    start: Array,
    waves: Mapping[str, Stimulus],
    knots: Array,
    tolerances: tuple[Array, float],
    max_steps: int,
    progress: Callable[[float], None],
) -> tuple[Array, Array, Array, Flags, Status]:
    from scipy.integrate import Radau

    functions = codegen.compile(model, "numba")
    p = model.p.copy()
    slots = {name: model.parameter_names.index(name) for name in waves}
    times, states, coefs = [knots[0]], [start], []
    status, step = Status.OK, None
    for left, right in itertools.pairwise(knots):
        lines = {slots[n]: (float(w(left)), float(w.slope(left))) for n, w in waves.items()}

        def at(t: float, left: float = left, lines: dict = lines) -> Array:
            for slot, (value, slope) in lines.items():
                p[slot] = value + slope * (t - left)
            return p

        def rhs(t: float, x: Array, at: Callable[[float], Array] = at) -> Array:
            return functions.rhs(x, at(t))

        def jacobian(t: float, x: Array, at: Callable[[float], Array] = at) -> Array:
            return functions.jacobian(x, at(t))

        if not np.isfinite(rhs(left, states[-1])).all():
            status = Status.NOT_FINITE
            break
        first = None if step is None else min(step, right - left)
        solver = Radau(
            rhs, left, states[-1], right, rtol=max(tolerances[1], 1e-13), atol=tolerances[0],
            jac=jacobian, first_step=first,
        )  # fmt: skip
        while solver.status == "running":
            if len(coefs) >= max_steps:
                status = Status.MAX_STEPS
                break
            solver.step()
            if solver.status == "failed":
                status = Status.STEP_TOO_SMALL
                break
            dense = solver.dense_output()
            coefs.append(_quartic(dense, solver.t_old, solver.t))
            times.append(solver.t)
            states.append(solver.y.copy())
            step = solver.step_size
            progress(float((solver.t - knots[0]) / (knots[-1] - knots[0])))
        if status is not Status.OK:
            break
    coefficients = np.array(coefs) if coefs else np.empty((0, len(start), 5))
    none = np.zeros(len(coefs), dtype=bool)
    return np.array(times), np.array(states), coefficients, none, status


def _quartic(dense: Callable[[Array], Array], left: float, right: float) -> Array:
    """Return the coefficients of Radau's cubic over a step, (n_states, 5), exact."""
    theta = np.linspace(0.0, 1.0, 4)
    powers = np.vander(theta, 4, increasing=True)
    values = dense(left + theta * (right - left))
    cubic = np.asarray(np.linalg.solve(powers, values.T).T, dtype=np.float64)
    return np.concatenate([cubic, np.zeros((len(cubic), 1))], axis=1)
