"""Runs of an ensemble on compiled code, one run after another on each thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from neurodyn.arrays import Array
from neurodyn.codegen import load_numba_module
from neurodyn.noise import StochasticModel
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus

_KERNEL = Path(__file__).with_name("sde_kernel.py")
_CHUNK = 1_000_000  # steps between looks at the keyboard
_SPIKES = 4096
_CHECK_EVERY = {"euler_maruyama": 64, "additive_rk4": 8}
_STATUS = {1: Status.OK, 2: Status.NOT_FINITE, 3: Status.TOO_COARSE}


@dataclass(frozen=True)
class Ensemble:
    """Everything that an engine needs to know; see :func:`neurodyn.solve_sde`."""

    noisy: StochasticModel
    start: Array
    waves: Mapping[str, Stimulus]
    knots: Array
    counts: npt.NDArray[np.int64]
    method: str
    seed: int
    refine: int
    dead_time: float
    stop_spikes: int
    stop_quiet: float
    thin: int
    kept: int
    limit: float


@dataclass(frozen=True)
class Outcome:
    """What an engine gives back; ``fastest`` is the largest rate met on the way."""

    x: Array
    end: Array
    stop: Array
    spike_times: tuple[Array, ...]
    statuses: tuple[Status, ...]
    fastest: float


def load_sde_module(noisy: StochasticModel) -> Any:
    """Return the compiled module of a model with its noise."""
    diffusion, spike = noisy.diffusion, noisy.model.spike
    n, m = diffusion.shape
    places = [(i, j) for i in range(n) for j in range(m) if diffusion[i, j] != 0]
    level = [spike.expression] if spike is not None else []
    more = (
        ("diffusion", [diffusion[i, j] for i, j in places], [f"_out[{i}, {j}]" for i, j in places]),
        ("event", [sympy.sympify(e) for e in level], ["_out[0]"] * len(level)),
    )
    return load_numba_module(noisy.model, _KERNEL, more)


def run_compiled(ensemble: Ensemble, threads: int, progress: Callable[[float], None]) -> Outcome:
    """Run an ensemble; which thread takes which run changes no digit."""
    module = load_sde_module(ensemble.noisy)
    n, n_states = ensemble.start.shape
    x = np.full((n, ensemble.kept, n_states), np.nan)
    end, stop = np.empty((n, n_states)), np.empty(n)
    spike_times: list[Array] = [np.empty(0)] * n
    statuses, fastest = [Status.INTERRUPTED] * n, np.zeros(n)
    cancelled: list[bool] = []
    shared = _arguments(ensemble)

    def one(i: int) -> None:
        end[i], stop[i], spike_times[i], statuses[i], fastest[i] = _one_run(
            module, ensemble, shared, i, x[i], cancelled
        )

    one(0)  # compiles
    if threads == 1 or n < 3:
        for i in range(1, n):
            one(i)
            progress((i + 1) / n)
    else:
        with ThreadPoolExecutor(threads) as pool:
            futures = [pool.submit(one, i) for i in range(1, n)]
            try:
                for done, future in enumerate(as_completed(futures), start=2):
                    future.result()
                    progress(done / n)
            except BaseException:
                cancelled.append(True)
                pool.shutdown(cancel_futures=True)
                raise
    return Outcome(
        x, end, stop, tuple(spike_times), tuple(statuses), float(np.nanmax(fastest, initial=0.0))
    )


def _arguments(ensemble: Ensemble) -> tuple[Any, ...]:
    """Return what all runs share, in the order of the kernel."""
    model, knots = ensemble.noisy.model, ensemble.knots
    names = list(model.parameter_names)
    slots = np.array([names.index(name) for name in ensemble.waves], dtype=np.int64)
    shape = (len(knots) - 1, len(ensemble.waves))
    values, slopes = np.empty(shape), np.empty(shape)
    for j, wave in enumerate(ensemble.waves.values()):
        values[:, j], slopes[:, j] = wave(knots[:-1]), wave.slope(knots[:-1])
    return slots, knots, ensemble.counts, values, slopes


def _one_run(
    module: Any, e: Ensemble, shared: tuple[Any, ...], run: int, saved: Array, cancelled: list[bool]
) -> tuple[Array, float, Array, Status, float]:
    model = e.noisy.model
    x, p = e.start[run].copy(), model.p.copy()
    if len(saved):
        saved[0] = x
    jitter = e.noisy.jitter
    jittered = np.array([model.parameter_names.index(name) for name in jitter], dtype=np.int64)
    spreads = np.sqrt(np.log1p(np.square(list(jitter.values()), dtype=float)))
    whole = np.array([0, 0, 0, 1, 0, 0, 1])
    real = np.array([np.nan, -np.inf, 0.0, e.knots[0]])
    G = np.zeros(e.noisy.diffusion.shape)
    buffer, found = np.empty(_SPIKES), []
    while whole[module.STATE] == module.RUNNING and not cancelled:
        written = module.advance(
            e.method == "additive_rk4", e.noisy.additive, x, p, model.p, *shared, e.refine,
            np.uint64(e.seed), run, jittered, spreads, model.scales, _CHECK_EVERY[e.method],
            e.limit, e.dead_time, e.stop_spikes, e.stop_quiet, _CHUNK, e.thin, whole, real, saved,
            buffer, G,
        )  # fmt: skip
        found.append(buffer[:written].copy())
    status = _STATUS.get(int(whole[module.STATE]), Status.INTERRUPTED)
    return x, float(real[module.TIME]), np.concatenate(found), status, float(real[module.FASTEST])
