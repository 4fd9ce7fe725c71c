r"""``nd.sensitivity``: what a change of each parameter does to rate, period or energy of a spike.

The settled cycle starts on the spike event g and comes back after its period T:

.. math:: \varphi_T(x, p) - x = 0, \qquad g(x, p) = 0.

Both x and T follow the parameters, by the implicit function theorem (e.g. R. Seydel, Practical
Bifurcation and Stability Analysis, 3rd ed., ch. 7). The derivatives of the flow obey the
variational equations, which jax writes from the generated right-hand side and diffrax integrates
beside the states, under one error control: nothing is differentiated numerically.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.arguments import Positive, Tolerance, checked
from neurodyn.arrays import Array
from neurodyn.codegen import Remembered, compiled, model_function
from neurodyn.errors import InputError, NumericalError, unknown_name
from neurodyn.model import Model
from neurodyn.provenance import jax_setting, versions
from neurodyn.simulation import Adaptive, Trajectory, solve
from neurodyn.status import Status

Measured = Literal["rate", "period", "energy_device", "energy_source"]

_POWERS = {"energy_device": "P_device", "energy_source": "P_source"}
_MOST_SPIKES = 32  # in one cycle
_ALIKE = 1e-3  # states at two spikes, in units of scale: near enough for Newton's method
_TURNS = 10
_MAX_STEPS = 100_000  # of one cycle


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """A number of the settled cycle and its derivatives.

    Parameters
    ----------
    model : Model
    measure : str
    value : float
        Rate [1 / time unit], period [time unit] or energy per spike [J].
    unit : str
    gradient : mapping from parameter name to float
        d value / d parameter, in ``unit`` per unit of the parameter.
    log_gradient : mapping from parameter name to float
        d ln value / d ln parameter: per cent per per cent.
    spikes_per_cycle : int
        Spikes after which the state repeats.
    provenance : mapping
        Tolerance, versions, digest of the equations, parameters.
    """

    model: Model
    measure: str
    value: float
    unit: str
    gradient: Mapping[str, float]
    log_gradient: Mapping[str, float]
    spikes_per_cycle: int
    provenance: Mapping[str, Any] = field(repr=False)

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {value:+.4g}" for name, value in self.log_gradient.items())
        return (
            f"<{self.measure} of {self.model.name}: {self.value:.6g} {self.unit}; % per %: {parts}>"
        )


@checked
def sensitivity(
    model: Model,
    parameters: str | Sequence[str],
    t_end: Positive,
    *,
    measure: Measured = "rate",
    x0: Mapping[str, float] | None = None,
    rtol: Tolerance = 1e-10,
) -> Sensitivity:
    """Return the derivatives of a number of the settled cycle by parameters.

    The model runs until ``t_end`` and its last cycle is made exact by Newton's method, so the run
    needs to come near the cycle only. Inputs are constant. The equations must be continuous, also
    where a ``Piecewise`` goes from one piece to the next.

    Parameters
    ----------
    model : Model
    parameters : sequence of str
        Parameters or inputs.
    t_end : float [time unit of the model]
        After which the model spikes regularly.
    measure : {"rate", "period", "energy_device", "energy_source"}
        The energies are per spike: the integral of the output ``P_device`` (heat in the device) or
        ``P_source`` (work of the source).
    x0 : mapping from state name to float, optional
        Where the run starts; matters where several cycles are stable.
    rtol : float
        Relative tolerance, also of the derivatives.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        For unknown names, or a model without spike event, whose state jumps, or whose equations
        have a step.
    NumericalError
        If the run does not settle on a cycle of at most 32 spikes; ``error.result`` is the run.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=335e-6)
    >>> found = nd.sensitivity(neuron, ["C_ext", "C_th"], 2e-6, measure="period")
    >>> round(sum(found.log_gradient.values()), 6)    # slower by as much as both capacities grow
    1.0
    """
    names = [parameters] if isinstance(parameters, str) else list(parameters)
    _check(model, names, measure, rtol)
    traj = solve(model, t_end, x0=x0, method=Adaptive(rtol))
    last, period, count = _last_cycle(traj)
    columns = np.array([model.parameter_names.index(name) for name in names], dtype=np.int64)
    units = np.array([_unit_of(model, name) for name in names])
    power = _POWERS.get(measure)
    integral, by_unit = _over_cycle(traj, last, period, power, columns, units, rtol)
    value, slopes = integral / count, by_unit / units / count
    if measure == "rate":
        value, slopes = 1 / value, -slopes / value**2
    gradient = dict(zip(names, slopes.tolist(), strict=True))
    time = model.time_unit
    rate_unit = {"1": "1", "s": "Hz"}.get(time, f"1/{time}")
    return Sensitivity(
        model=model,
        measure=measure,
        value=float(value),
        unit={"rate": rate_unit, "period": time}.get(measure, "J"),
        gradient=gradient,
        log_gradient={name: model[name] * slope / value for name, slope in gradient.items()},
        spikes_per_cycle=count,
        provenance={
            "rtol": rtol,
            "t_end": float(t_end),
            "digest": model.digest,
            "parameters": dict(zip(model.parameter_names, model.p.tolist(), strict=True)),
            "x0": dict(x0 or {}),
            "versions": versions() | jax_setting(),
        },
    )


def _check(model: Model, names: Sequence[str], measure: str, rtol: float) -> None:
    if not names:
        raise InputError("no parameter was given; expected at least one")
    for name in names:
        if name not in model.parameter_names:
            raise unknown_name("parameter or input", name, model.parameter_names)
    if model.spike is None:
        raise InputError(f"model {model.name!r} declares no spike event, which {measure!r} needs")
    if model.jump is not None:
        raise InputError(f"{model.name!r} jumps; derivatives through jumps are not computed")
    if any(part.has(sympy.Heaviside, sympy.sign, sympy.floor) for part in model.rhs):
        raise InputError(
            f"the equations of {model.name!r} have a step (Heaviside, sign or floor); expected "
            "continuous ones"
        )
    power = _POWERS.get(measure)
    if power is not None and power not in model.observable_names:
        raise InputError(f"model {model.name!r} has no output {power}, so {measure!r} is not known")
    if not 1e-13 <= rtol <= 1e-4:
        raise InputError(f"rtol is {rtol:g}; expected between 1e-13 and 1e-4")


def _unit_of(model: Model, name: str) -> float:
    """Return the size of a parameter: derivatives are integrated per that change."""
    quantity = next(q for q in (*model.parameters, *model.inputs) if q.name == name)
    return abs(model[name]) or quantity.scale


def _unsettled(traj: Trajectory, why: str) -> NumericalError:
    return NumericalError(
        f"{traj.model.name}: no settled cycle by t = {traj.t[-1]:.6g} ({why}); "
        "expected a later t_end, or parameters at which it spikes regularly",
        Status.NOT_CONVERGED, traj,
    )  # fmt: skip


def _last_cycle(traj: Trajectory) -> tuple[float, float, int]:
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


def _over_cycle(
    traj: Trajectory,
    last: float,
    period: float,
    power: str | None,
    columns: npt.NDArray[np.int64],
    units: Array,
    rtol: float,
) -> tuple[float, Array]:
    """Return the integral of a power (or of 1) over the exact cycle, and its derivatives."""
    model = traj.model
    flow, n = _flow(model, power), len(model.states)
    guess, length, size = traj(last) / model.scales, period, period
    if power is not None:
        size = abs(float(np.diff(traj.integral(power, [last - period, last]))[0])) or 1.0
    for _ in range(_TURNS):
        end, moved, event, event_moved, good = map(
            np.asarray, flow(guess, length, model.p, columns, units, model.scales, size, rtol)
        )
        if not good or abs(length / period - 1) > 0.05:
            break
        # unknowns: state and ln T; equations: back at the start, and on the event
        matrix, weight = np.zeros((n + 1, n + 1 + len(columns))), np.linalg.norm(event_moved[:n])
        matrix[:n], matrix[n] = moved[:n], event_moved / weight
        matrix[:n, :n] -= np.eye(n)
        square, by_parameters = matrix[:, : n + 1], matrix[:, n + 1 :]
        if not np.linalg.cond(square) < 1e-2 / rtol:
            raise _unsettled(traj, "its last cycle is one of a family, or about to vanish")
        step = -np.linalg.solve(square, np.append(end[:n] - guess, event / weight))
        if np.abs(step).max() < 1e3 * rtol:
            if np.abs(np.linalg.eigvals(moved[:n, :n])).max() > 1 + _ALIKE:
                raise _unsettled(traj, "the cycle next to its last one is unstable")
            follow = -np.linalg.solve(square, by_parameters)
            slopes = size * (moved[n, n + 1 :] + moved[n, : n + 1] @ follow)
            return size * float(end[n]), np.asarray(slopes, dtype=np.float64)
        guess, length = guess + step[:n], length * float(np.exp(step[n]))
    raise _unsettled(traj, "Newton's method does not converge on its last cycle")


_flows: Remembered[Callable[..., Any]] = Remembered(most=16)


def _flow(model: Model, power: str | None) -> Callable[..., Any]:
    """Return the compiled map over one period with its derivatives."""
    return _flows.get((model.digest, power), lambda: _build(model, power))


def _build(model: Model, power: str | None) -> Callable[..., Any]:
    import diffrax

    from neurodyn.codegen.jax_setup import jax

    jnp, n = jax.numpy, len(model.states)
    assert model.spike is not None
    shown = {output.name: output.expression for output in model.outputs}
    wanted = [shown[power] if power else sympy.Integer(1), model.spike.expression]
    rhs = compiled(model, "jax").rhs
    integrand, event = (model_function(model, [part], "jax") for part in wanted)

    def flow(
        start: Any, period: Any, p: Any, columns: Any, units: Any, scales: Any, size: Any, rtol: Any
    ) -> Any:
        """Return (n + 1,) end, its derivatives, event at the start, its derivatives, success.

        States are in units of their scales and time in periods. Derivatives are by the n starting
        states, ln T, and the chosen parameters in their units.
        """

        def field(y: Any, log_period: Any, change: Any) -> Any:
            here = y[:n] * scales, p.at[columns].add(units * change)
            speed = jnp.append(rhs(*here) / scales, integrand(*here) / size)
            return speed * jnp.exp(log_period)

        def moves(_: Any, y: Any, __: Any) -> Any:
            y, by = y
            no_change = jnp.zeros(len(columns))
            here = y, jnp.log(period), no_change

            def along(*direction: Any) -> Any:
                return jax.jvp(field, here, direction)[1]

            return field(*here), jax.vmap(along, (1, 0, 0), 1)(by, log_period, change)

        width = n + 1 + len(columns)
        log_period, change = jnp.eye(width)[:, n], jnp.eye(width)[:, n + 1 :]
        by = jnp.eye(n + 1, width).at[n, n].set(0.0)
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(moves), diffrax.Tsit5(), 0.0, 1.0, None, (jnp.append(start, 0.0), by),
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=rtol),
            max_steps=_MAX_STEPS, throw=False,
        )  # fmt: skip
        end, by = jax.tree.map(lambda part: part[-1], solution.ys)

        def on_event(start: Any, _: Any, change: Any) -> Any:
            return event(start * scales, p.at[columns].add(units * change))[0]

        level, slopes = jax.value_and_grad(on_event, (0, 1, 2))(start, 0.0, jnp.zeros(len(columns)))
        good = (solution.result == diffrax.RESULTS.successful) & jnp.isfinite(by).all()
        return end, by, level, jnp.concatenate([jnp.ravel(s) for s in slopes]), good

    return jax.jit(flow)
