r"""Forward sensitivities: how an observed trace moves with the logarithms of parameters.

With x' = f(x, p), an observed channel y = h(x, p) and theta = ln p, the sensitivities
S = dx/dtheta obey the linear equations

.. math:: \dot S = f_x S + p f_p, \qquad S(0) = dx_0/d\theta, \qquad dy/d\theta = h_x S + p h_p

(e.g. E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, sec. I.14).
They are written here as more states of an ordinary :class:`~neurodyn.model.Model`, derived from the
one symbolic source, so the compiled integrator, its step-size control (the sensitivities count in
the error norm) and its dense output serve them as they serve the states. Nothing is differentiated
numerically, and the step sizes may differ between nearby parameters without noise in the gradient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen.memory import kept_by_equations
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model, Output, Quantity
from neurodyn.model.quantities import symbol
from neurodyn.simulation import Adaptive, Trajectory, solve
from neurodyn.stimuli import Stimulus

OBSERVED, RATE = "observed", "observed_rate"
TOLERANCE = 1e-9  # relative, and in units of each state's scale: gradients good to some 1e-7
ACCURACY = 1e-6  # of the gradient: singular values below that part of the largest are zero


def observed_expression(model: Model, channel: str) -> sympy.Expr:
    """Return the expression of a state or output."""
    if channel in model.state_names:
        return symbol(channel)
    for output in model.outputs:
        if output.name == channel:
            return output.expression
    raise unknown_name("channel", channel, model.observable_names)


def sensitivity_model(model: Model, channel: str, names: Sequence[str]) -> Model:
    """Return the model with its sensitivities by ln(parameter) as further states.

    Parameters
    ----------
    model : Model
    channel : str
        State or output that is observed.
    names : sequence of str
        Parameters or constant inputs; their values must not be zero.

    Returns
    -------
    Model
        With states ``<state>_by_<name>`` and outputs ``observed``, ``observed_rate`` (its time
        derivative while inputs are constant) and ``observed_by_<name>``.

    Raises
    ------
    InputError
        For an unknown channel or parameter, or a model whose state jumps.
    """
    if model.jump is not None:
        raise InputError(
            f"{model.name!r} jumps; the sensitivities of jumps are not computed, so "
            "its parameters cannot be fitted to traces"
        )
    # one order, so that the same question is compiled once however it is asked
    names = sorted(names, key=lambda name: (*model.parameter_names, name).index(name))
    starts = tuple(state.default for state in model.states)
    built = _build(model, channel, tuple(names), starts)
    return built.with_parameters(**dict(zip(model.parameter_names, model.p.tolist(), strict=True)))


@kept_by_equations(64)
def _build(
    model: Model, channel: str, names: tuple[str, ...], starts: tuple[str | float, ...]
) -> Model:
    h, x = observed_expression(model, channel), [s.symbol for s in model.states]
    extra_states, extra_rhs, outputs = [], [], [Output(OBSERVED, h)]
    slope = [sympy.diff(h, state) for state in x]
    rate = sum(a * b for a, b in zip(slope, model.rhs, strict=True))
    outputs.append(Output(RATE, sympy.sympify(rate)))
    for name in names:
        if name not in model.parameter_names:
            raise unknown_name("parameter", name, model.parameter_names)
        p = symbol(name)
        column = [symbol(f"{s.name}_by_{name}") for s in model.states]
        for i, (state, default) in enumerate(zip(model.states, starts, strict=True)):
            # a state that starts at the value of a parameter moves with it
            start = name if default == name else 0.0
            extra_states.append(Quantity(column[i].name, start, state.unit, state.scale))
            forced = p * sympy.diff(model.rhs[i], p)
            extra_rhs.append(sum((model.jacobian[i, j] * s for j, s in enumerate(column)), forced))
        moved = sum((a * s for a, s in zip(slope, column, strict=True)), p * sympy.diff(h, p))
        outputs.append(Output(f"{OBSERVED}_by_{name}", sympy.sympify(moved)))
    return Model(
        name=f"{model.name} with sensitivities",
        states=(*model.states, *extra_states),
        parameters=model.parameters,
        inputs=model.inputs,
        constants=model.constants,
        rhs=(*model.rhs, *extra_rhs),
        outputs=tuple(outputs),
        time_unit=model.time_unit,
        cycle=model.cycle,
        reference=model.reference,
    )


@dataclass(frozen=True, eq=False)
class ObservedRun:
    """One channel along one trajectory, with its derivatives by log parameters.

    Parameters
    ----------
    traj : Trajectory
        Of a :func:`sensitivity_model`.
    names : tuple of str
    """

    traj: Trajectory
    names: tuple[str, ...]

    def y(self, t: npt.ArrayLike) -> Array:
        """Return the channel at the times ``t``."""
        return self.traj.at(t, OBSERVED)

    def rate(self, t: npt.ArrayLike) -> Array:
        """Return its time derivative."""
        return self.traj.at(t, RATE)

    def gradient(self, t: npt.ArrayLike) -> Array:
        """Return its derivatives by ln(parameter), (n_names, *t.shape)."""
        t = np.asarray(t, dtype=float)
        columns = [self.traj.at(t, f"{OBSERVED}_by_{name}") for name in self.names]
        return np.array(columns).reshape(len(self.names), *t.shape)

    @cached_property
    def step_times(self) -> Array:
        """Ends of the solver's steps and three points between, (4 n_steps + 1,)."""
        t = self.traj.t
        inner = t[:-1, None] + np.diff(t)[:, None] * np.arange(4) / 4
        return np.append(inner.ravel(), t[-1])


def observe(
    model: Model,
    channel: str,
    names: Sequence[str],
    t_end: float,
    *,
    inputs: Mapping[str, Stimulus | float] | None = None,
    x0: Mapping[str, float] | None = None,
    tolerance: float = TOLERANCE,
) -> ObservedRun:
    """Integrate a model and the sensitivities of a channel from its start to ``t_end``.

    Raises
    ------
    NumericalError
        If the end was not reached.
    """
    augmented = sensitivity_model(model, channel, names)
    starts = {name: float(value) for name, value in zip(model.state_names, model.x0, strict=True)}
    starts |= x0 or {}
    traj = solve(
        augmented,
        t_end,
        inputs=inputs,
        x0=starts,
        method=Adaptive(tolerance, max_steps=2_000_000),
    )
    return ObservedRun(traj, tuple(names))
