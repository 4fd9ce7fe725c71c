r"""Sensitivity of the settled cycle: what each parameter does to rate, period or energy of a spike.

A cycle x(tau), tau = t/T, obeys x' = T f(x, p). Its derivatives by a parameter solve the
linearised collocation equations of the cycle with the derivatives of f by that parameter on the
right-hand side (the columns that continuation has for its own parameter),

.. math:: y' = T f_x y + T f\,(\ln T)_p + T f_p, \qquad y \text{ periodic},

across a phase condition that no number of the cycle depends on. Energies are Gauss sums of the
power over the same points, so they converge as fast as the period does, like h^8. See e.g.
R. Seydel, Practical Bifurcation and Stability Analysis, 3rd ed., ch. 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import sympy

from neurodyn.arguments import Positive, Tolerance, checked
from neurodyn.arrays import Array
from neurodyn.codegen import model_function
from neurodyn.continuation.collocation.elimination import Border, Borders, Condensed, Step
from neurodyn.continuation.collocation.equations import linearise
from neurodyn.continuation.collocation.loops import at_gauss_points
from neurodyn.continuation.collocation.mesh import intervals_needed
from neurodyn.continuation.collocation.orbit import Orbit, basis, phase_row
from neurodyn.continuation.cycles.curve import SolvedCycle
from neurodyn.continuation.cycles.settled import exact_cycle, last_cycle, samples, unit_of
from neurodyn.continuation.equations.system import free_system
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.provenance import versions
from neurodyn.simulation import Adaptive, Trajectory, solve

Measured = Literal["rate", "period", "energy_device", "energy_source"]

_POWERS = {"energy_device": "P_device", "energy_source": "P_source"}
_FINER = 2.0  # meshes are compared with one this much finer
_MESHES = 3  # tried after the first


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
        Tolerance, number of mesh intervals, versions, digest of the equations, parameters.
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
        Relative tolerance of the run, and of the number on two meshes of the cycle.

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
    last, period, count = last_cycle(traj)
    power = _POWERS.get(measure)
    cycle, sums = _converged(traj, last, period, names, power, rtol)
    integral, by_unit = sums
    units = np.array([unit_of(model, name) for name in names])
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
            "intervals": cycle.orbit.intervals,
            "digest": model.digest,
            "parameters": dict(zip(model.parameter_names, model.p.tolist(), strict=True)),
            "x0": dict(x0 or {}),
            "versions": versions(),
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


def _converged(
    traj: Trajectory, last: float, period: float, names: list[str], power: str | None, rtol: float
) -> tuple[SolvedCycle, tuple[float, Array]]:
    """Return the cycle on a mesh fine enough for the number, and the number with derivatives."""
    t, x = samples(traj, last, period)
    cycle = exact_cycle(traj, t, x, names[0], None)
    found = _over_cycle(traj.model, cycle, names, power)
    for _ in range(_MESHES):
        before = found[0]
        intervals = int(_FINER * max(cycle.orbit.intervals, intervals_needed(cycle.orbit)))
        cycle = exact_cycle(traj, t, x, names[0], intervals)
        found = _over_cycle(traj.model, cycle, names, power)
        if abs(found[0] / before - 1) < max(10 * rtol, 1e-11):
            break
    return cycle, found


def _responses(model: Model, cycle: SolvedCycle, names: list[str]) -> list[Step]:
    """Return what a change of each parameter by its unit does to the cycle, in model units."""
    frame, units = cycle.frame, np.array([unit_of(model, name) for name in names])
    system = free_system(model, tuple(names)).scaled(frame.states, units)
    values = np.array([model[name] for name in names]) / units
    scaled = frame.scaled(cycle.u)
    orbit = Orbit(scaled.mesh, scaled.x, scaled.log_period, float(values[0]))
    row = phase_row(orbit)
    borders = Borders.of(
        Border(row / np.linalg.norm(row), 0.0, 0.0), Border(np.zeros_like(row), 0.0, 1.0)
    )
    equations = Condensed(linearise(system, orbit, tuple(values[1:])), system.n, borders)
    steps = [equations.null_step((0.0, 1.0))]
    steps += [equations.response(column) for column in range(1, len(names))]
    return [Step(step.x * frame.states, step.log_period, step.lam) for step in steps]


def _over_cycle(
    model: Model, cycle: SolvedCycle, names: list[str], power: str | None
) -> tuple[float, Array]:
    """Return the integral of a power (or of 1) over the cycle, and its change per unit."""
    steps, orbit = _responses(model, cycle, names), cycle.orbit
    stretch = np.array([step.log_period for step in steps])
    if power is None:
        return orbit.period, orbit.period * stretch
    b = basis()
    weights = np.outer(np.diff(orbit.mesh), b.gauss_weights).ravel() * orbit.period
    expression = next(o.expression for o in model.outputs if o.name == power)
    slopes = [sympy.diff(expression, q.symbol) for q in model.states]
    slopes += [sympy.diff(expression, sympy.Symbol(name, real=True)) for name in names]
    values = model_function(model, [expression, *slopes], "numpy")(
        at_gauss_points(orbit.x, b.values).T, model.p
    )
    level, *by = (np.broadcast_to(row, weights.shape) for row in values)
    energy, n = float(weights @ level), len(model.states)
    changes = [
        energy * step.log_period
        + sum(weights @ (by[i] * at_gauss_points(step.x, b.values)[:, i]) for i in range(n))
        + weights @ by[n + k] * unit_of(model, names[k])
        for k, step in enumerate(steps)
    ]
    return energy, np.array(changes, dtype=float)
