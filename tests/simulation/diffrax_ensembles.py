"""The same ensembles by diffrax: fixed steps, vmapped over runs, on whatever device jax has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn import codegen
from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.errors import InputError
from neurodyn.simulation.sde_compiled import Ensemble, Outcome
from neurodyn.status import Status


def run_diffrax(ensemble: Ensemble) -> Outcome:
    """Run an ensemble on jax; spikes are found on the steps that are kept.

    Raises
    ------
    InputError
        For what this engine does not do: resets, jitter, early stops, steps of several lengths.
    """
    e, model = ensemble, ensemble.noisy.model
    refused = {
        "spike resets": model.spike is not None and bool(model.spike.reset),
        "parameter_jitter": bool(e.noisy.jitter),
        "stop_spikes": e.stop_spikes > 0,
        "stop_quiet": np.isfinite(e.stop_quiet),
        "refine": e.refine > 1,
        "dead_time": e.dead_time > 0,
        "stimuli with kinks inside the run": len(e.counts) > 1,
    }
    for what, present in refused.items():
        if present:
            raise InputError(f"engine 'diffrax' does not do {what}; expected engine='numba'")
    t_start, t_end, steps = float(e.knots[0]), float(e.knots[-1]), int(e.counts[0])
    h, thin = (t_end - t_start) / steps, e.thin if e.kept else 1
    paths = _solve_paths(e, t_start, t_end, h, np.arange(0, steps + 1, thin))
    kept, end = paths[:, :-1], paths[:, -1]
    times = np.asarray(t_start + h * np.arange(0, steps + 1, thin), dtype=np.float64)
    spikes = tuple(_crossings(e, times, path) for path in kept)
    statuses = tuple(Status.OK if np.isfinite(last).all() else Status.NOT_FINITE for last in end)
    x = kept if e.kept else np.empty((len(end), 0, end.shape[1]))
    return Outcome(x, end, np.full(len(end), t_end), spikes, statuses, 0.0)


def _solve_paths(
    e: Ensemble, t_start: float, t_end: float, h: float, kept: npt.NDArray[np.int64]
) -> Array:
    """Return the kept states and the last one of every run, (n_runs, n_kept + 1, n_states)."""
    import diffrax

    from neurodyn.codegen.jax_setup import jax

    model, noisy = e.noisy.model, e.noisy
    jnp, n, m = jax.numpy, len(model.states), noisy.diffusion.shape[1]
    rhs = codegen.compile(model, "jax").rhs
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    strength = expression_function(list(noisy.diffusion), groups, model.constant_values, "jax")
    slots = [model.parameter_names.index(name) for name in e.waves]
    lines = [
        (slot, float(wave(t_start)), float(wave.slope(t_start)))
        for slot, wave in zip(slots, e.waves.values(), strict=True)
    ]

    def at(t: Any) -> Any:
        p = jnp.asarray(model.p)
        for slot, value, slope in lines:
            p = p.at[slot].set(value + slope * (t - t_start))
        return p

    additive = e.method == "additive_rk4"
    held = strength(jnp.asarray(e.start[0]), at(t_start)).reshape(n, m)
    drift = diffrax.ODETerm(lambda t, x, _: rhs(x, at(t)))
    area = diffrax.SpaceTimeLevyArea if additive else diffrax.BrownianIncrement

    def one(start: Any, key: Any) -> Any:
        path = diffrax.UnsafeBrownianPath((m,), key, levy_area=area)
        control = diffrax.ControlTerm(
            lambda t, x, _: held if additive else strength(x, at(t)).reshape(n, m), path
        )
        return diffrax.diffeqsolve(
            diffrax.MultiTerm(drift, control),
            diffrax.SRA1() if additive else diffrax.Euler(),
            t_start,
            t_end,
            h,
            start,
            saveat=diffrax.SaveAt(ts=jnp.asarray(t_start + h * kept), t1=True),
            adjoint=diffrax.DirectAdjoint(),  # the one that a path without memory allows
            max_steps=int(e.counts[0]) + 2,
            throw=False,
        ).ys

    keys = jax.random.split(jax.random.PRNGKey(e.seed), len(e.start))
    return np.asarray(jax.jit(jax.vmap(one))(jnp.asarray(e.start), keys))


def _crossings(e: Ensemble, t: Array, x: Array) -> Array:
    """Return upward crossings of the spike event on straight lines between kept states."""
    model = e.noisy.model
    if model.spike is None:
        return np.empty(0)
    p: list[Any] = [
        e.waves[name](t) if name in e.waves else model[name] for name in model.parameter_names
    ]
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    level = expression_function([model.spike.expression], groups, model.constant_values)(x.T, p)[0]
    i = np.flatnonzero((level[:-1] < 0) & (level[1:] >= 0))
    return t[i] + (t[i + 1] - t[i]) * level[i] / (level[i] - level[i + 1])
