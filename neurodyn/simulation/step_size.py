"""Step size with noise: what the dynamics and the noise need, before anything is integrated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurodyn.arrays import Array
from neurodyn.codegen import model_function
from neurodyn.errors import InputError, NumericalError
from neurodyn.noise import StochasticModel
from neurodyn.simulation.lanes.noisy_run import NoisyGrid, run_with_noise
from neurodyn.simulation.lanes.threads import processors
from neurodyn.simulation.methods.additive_rk4 import (
    DEFAULT_NOISE,
    DEFAULT_RATE,
    LARGEST_NOISE,
    LARGEST_RATE,
)
from neurodyn.simulation.methods.endings import DONE
from neurodyn.simulation.options import AdditiveRK4, EulerMaruyama
from neurodyn.simulation.problem import Notes, Problem
from neurodyn.simulation.solve import solve
from neurodyn.stimuli import Stimulus

_CYCLES = 100
_PILOTS, _HALVINGS = 64, 8  # runs that look how far noise leads, and steps tried with them


def step_limits(
    noisy: StochasticModel,
    t_end: float,
    inputs: Mapping[str, Stimulus],
    x0: Mapping[str, float],
    t_start: float,
    method: AdditiveRK4 | EulerMaruyama,
    choose: bool,
) -> tuple[float, float, str]:
    """Return the largest step allowed, the step to choose, and what sets the limit.

    The fastest rate is the largest spectral radius of the Jacobian along the path without noise; a
    correlation time is one of its eigenvalues. It is watched again during the integration. Noise is
    held against the scales of the states, where a state enters beyond linearly; of a state whose
    scale is not declared, against what the equations themselves tell (see :func:`_lengths`), and a
    kick may change the rates little, in units of the step. How far up steep walls noise leads such
    a state is seen by some runs with the largest step, which is halved until it is fine enough
    for them, and the one to choose with it; not where ``choose`` is false.
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
    n, m = noisy.diffusion.shape
    values = model_function(model, [*model.jacobian, *noisy.diffusion])(x, p)
    J = np.moveaxis(values[: n * n].reshape(n, n, x.shape[1]), -1, 0)
    J = J[np.isfinite(J).all(axis=(1, 2))]
    fastest = float(np.abs(np.linalg.eigvals(J)).max()) if len(J) else 0.0
    noise = values[n * n :].reshape(n, m, x.shape[1])
    judged = _judged(noisy)
    kick = noise[judged] / _lengths(noisy, x, p)[judged, None, None]
    strength = float(np.sqrt((kick**2).sum(axis=1).max())) if kick.size else 0.0
    span = t_end - t_start
    name = type(method).__name__
    by_rate = by_noise = (np.inf, span)
    if fastest:
        by_rate = (LARGEST_RATE[name] / fastest, DEFAULT_RATE[name] / fastest)
    if strength:
        by_noise = (LARGEST_NOISE**2 / strength**2, DEFAULT_NOISE**2 / strength**2)
    by_bend = tuple(
        _unbent(noisy, x, p, noise, most, start)
        for most, start in ((LARGEST_NOISE, min(by_rate[0], span)), (DEFAULT_NOISE, by_rate[1]))
    )
    by_noise = min(by_noise[0], by_bend[0]), min(by_noise[1], by_bend[1])
    limit = min(by_rate[0], by_noise[0])
    why = "the dynamics" if by_rate[0] <= by_noise[0] else "the noise"
    advised = min(by_rate[1], by_noise[1], span / 10)
    if choose and path.status and _bending(noisy):
        starts = np.tile(model.state_vector(x0), (_PILOTS, 1))
        advised = _walked(
            noisy, Problem.alike(model, starts, inputs, t_start, end), method, advised
        )
    return limit, advised, why


def _walked(
    noisy: StochasticModel, problem: Problem, method: AdditiveRK4 | EulerMaruyama, step: float
) -> float:
    """Return a step, from one down, that is as fine wherever noise leads the runs.

    What runs find too coarse is the largest step, of which the one to choose is a fixed part. Where
    no step is fine enough, as where runs blow up, it is the one given.
    """
    nothing, name = Notes(np.inf, 0), type(method).__name__
    part = DEFAULT_RATE[name] / LARGEST_RATE[name]
    for halvings in range(_HALVINGS):
        tried = step / 2**halvings
        grid = NoisyGrid(noisy, tried / part, 0, method)
        outcome, _ = run_with_noise(problem, grid, nothing, processors(), lambda _: None)
        if (outcome.status == DONE).all():
            return tried
    return step


def _undeclared(noisy: StochasticModel) -> list[int]:
    """Return the places of the states whose scale is 1, as where none is given."""
    return [i for i, state in enumerate(noisy.base.states) if state.scale == 1.0]


def _bending(noisy: StochasticModel) -> list[int]:
    """Return the places of those of them on which the rates depend beyond linearly."""
    model = noisy.model
    seen = {symbol.name for part in model.jacobian for symbol in part.free_symbols}
    return [i for i in _undeclared(noisy) if model.state_names[i] in seen]


def _lengths(noisy: StochasticModel, x: Array, p: list[Any]) -> Array:
    """Return over which length of each state a kick counts, (n_states,).

    Its scale, where one is declared. Else the largest distance from an event along the path, or, if
    smaller, over which the strength of a noise changes; infinite if it enters neither.
    """
    model, lengths = noisy.model, noisy.model.scales.copy()
    events = [event.expression for event in (model.spike, model.jump) if event is not None]
    for i in _undeclared(noisy):
        by, found = model.states[i].symbol, [np.inf]
        for part in [*events, *noisy.diffusion]:
            slope = part.diff(by)
            if slope != 0:
                level, change = model_function(model, [part, slope])(x, p)
                with np.errstate(divide="ignore", invalid="ignore"):
                    far = np.abs(level / change)
                far = far[np.isfinite(far) & (far > 0)]
                found += [float(far.max() if part in events else far.min())] if len(far) else [1.0]
        lengths[i] = min(found)
    return lengths


def _unbent(
    noisy: StochasticModel, x: Array, p: list[Any], noise: Array, most: float, start: float
) -> float:
    """Return the largest step, from a start down, in which a kick changes the rates little.

    Little: the change of the Jacobian by the kicks of the states whose scale is not declared, times
    the step, has a spectral radius below ``most``.
    """
    model, places = noisy.model, _bending(noisy)
    if not places:
        return np.inf
    jacobian = model_function(model, list(model.jacobian))
    n, step = len(model.states), start
    before = jacobian(x, p)
    size = np.sqrt((noise[places] ** 2).sum(axis=1))
    for _ in range(100):
        bend = 0.0
        for sign in (-1.0, 1.0):
            kicked = x.copy()
            kicked[places] += sign * size * np.sqrt(step)
            change = np.moveaxis((jacobian(kicked, p) - before).reshape(n, n, -1), -1, 0)
            change = change[np.isfinite(change).all(axis=(1, 2))]
            bend = max(bend, float(np.abs(np.linalg.eigvals(change)).max()) if len(change) else 0.0)
        if bend * step <= most:
            break
        step /= 1.25
    return step


def _judged(noisy: StochasticModel) -> list[int]:
    """Return the states in which a kick of noise is held against their scale.

    A state on which no derivative, strength of noise or event depends enters linearly, and is right
    at any strength: of an Ornstein-Uhlenbeck process the time constant alone asks for a step.
    """
    model = noisy.model
    parts = [*model.jacobian, *noisy.diffusion]
    parts += [event.expression for event in (model.spike, model.jump) if event is not None]
    seen = {symbol.name for part in parts for symbol in part.free_symbols}
    return [i for i, name in enumerate(noisy.base.state_names) if name in seen]


def checked_step(
    dt: float | None,
    limits: tuple[float, float, str],
    unit: str,
    method: AdditiveRK4 | EulerMaruyama,
) -> float:
    """Return the step, held against the limits of :func:`step_limits`, or the one to choose.

    Raises
    ------
    InputError
        If it is larger than the limit.
    """
    limit, advised, why = limits
    if dt is None:
        return advised
    if dt > limit:
        raise InputError(
            f"dt is {dt:g} {unit}, too large for {why} with {type(method).__name__}; expected at "
            f"most {limit:.3g} {unit}, better {advised:.2g} {unit}"
        )
    return dt


def best_method(noisy: StochasticModel) -> AdditiveRK4 | EulerMaruyama:
    """Return the method of the highest order that the noise allows."""
    return AdditiveRK4() if noisy.additive else EulerMaruyama()
