"""How small a step the dynamics and the noise need, before anything is integrated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurodyn.codegen import expression_function
from neurodyn.errors import InputError, NumericalError
from neurodyn.noise import StochasticModel
from neurodyn.simulation.solve import solve
from neurodyn.stimuli import Stimulus

# step times the fastest rate: the most that is let pass, and what is chosen where none is given
LIMIT = {"euler_maruyama": 0.25, "additive_rk4": 1.25}
CHOSEN = {"euler_maruyama": 0.02, "additive_rk4": 0.25}
KICK_LIMIT, KICK_CHOSEN = 0.3, 0.03  # noise of one step, in units of the states' scales
_CYCLES = 100


def step_limits(
    noisy: StochasticModel,
    t_end: float,
    inputs: Mapping[str, Stimulus],
    x0: Mapping[str, float],
    t_start: float,
    method: str,
) -> tuple[float, float, str]:
    """Return the largest step allowed, the step to choose, and what sets the limit.

    The fastest rate is the largest spectral radius of the Jacobian along the path without noise; a
    correlation time is one of its eigenvalues. It is watched again during the integration.
    """
    model, base = noisy.model, noisy.base
    known = {name: value for name, value in x0.items() if name in base.state_names}
    # beyond its last kink a path repeats itself, or rests
    last = max([t_start, *(float(wave.times[-1]) for wave in inputs.values())])
    end = min(t_end, last + _CYCLES * base.time_scale)
    try:
        path = solve(base, end, inputs=inputs, x0=known, t_start=t_start)
    except NumericalError as error:  # what can be judged is the part before it fails
        path = error.result
    x = np.zeros((len(model.states), len(path.t)))
    x[: len(base.states)] = path.x.T
    p = [inputs[name](path.t) if name in inputs else model[name] for name in model.parameter_names]
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    n, m = noisy.diffusion.shape
    entries = [*model.jacobian, *noisy.diffusion]
    values = expression_function(entries, groups, model.constant_values)(x, p)
    J = np.moveaxis(values[: n * n].reshape(n, n, x.shape[1]), -1, 0)
    J = J[np.isfinite(J).all(axis=(1, 2))]
    fastest = float(np.abs(np.linalg.eigvals(J)).max()) if len(J) else 0.0
    # states that the noise added are linear, and right at any strength
    kick = values[n * n :].reshape(n, m, x.shape[1]) / model.scales[:, None, None]
    kick = kick[: len(base.states)]
    strength = float(np.sqrt((kick**2).sum(axis=1).max())) if m else 0.0
    span = t_end - t_start
    by_rate, by_noise = np.array(
        [
            (LIMIT[method] / fastest, CHOSEN[method] / fastest) if fastest else (np.inf, span),
            (KICK_LIMIT**2 / strength**2, KICK_CHOSEN**2 / strength**2)
            if strength
            else (np.inf, span),
        ]
    )
    limit = min(by_rate[0], by_noise[0])
    why = "the dynamics" if by_rate[0] <= by_noise[0] else "the noise"
    return limit, min(by_rate[1], by_noise[1], span / 10), why


def check_step(dt: float, limit: float, advised: float, why: str, unit: str, method: str) -> None:
    """Raise InputError for a step that makes no sense or is too large."""
    if not (np.isfinite(dt) and dt > 0):
        raise InputError(f"dt is {dt:g}; expected more than zero")
    if dt > limit:
        raise InputError(
            f"dt is {dt:g} {unit}, too large for {why} with method {method!r}; expected at most "
            f"{limit:.3g} {unit}, better {advised:.2g} {unit}"
        )
