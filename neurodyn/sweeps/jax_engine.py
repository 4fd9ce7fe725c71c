"""The same sweeps by diffrax: runs side by side under ``jax.vmap``, on whatever device jax has.

Solver and interpolant are diffrax's Tsit5. The loop around it is written here, with the step
control of :func:`neurodyn.solve`, because in ``diffeqsolve`` a stage that overflows gives a step of
NaN and, vmapped, a loop that all runs wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

from neurodyn import codegen
from neurodyn.codegen import expression_function
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.status import Status
from neurodyn.sweeps.grid import Grid
from neurodyn.sweeps.lanes import STATUSES, Outcome, Rules

_SLICE = 500
"""Steps between two looks at progress and Ctrl-C."""
_PROBES = 4  # of the spike event in each step
_POINTS = np.linspace(0.0, 1.0, _PROBES + 1)
_QUARTIC = np.linalg.inv(np.vander(_POINTS))
_RESOLUTION = 2.0**-46  # of a step
_RUNNING = STATUSES.index(Status.INTERRUPTED)


def check_jax(model: Model, refused: Mapping[str, bool]) -> None:
    """Raise InputError for what this engine does not do.

    Parameters
    ----------
    model : Model
    refused : mapping from a choice of the call to whether it was made
    """
    jumps = {"models whose state jumps": model.jump is not None}
    for what, present in {**jumps, **refused}.items():
        if present:
            raise InputError(f"engine 'jax' does not do {what}; expected engine='numba'")


def jax_setting() -> dict[str, str]:
    """Return the versions of jax and diffrax, and the device that jax computes on."""
    import diffrax

    from neurodyn.codegen.jax_setup import jax

    device = jax.devices()[0]
    return {
        "jax": jax.__version__,
        "diffrax": diffrax.__version__,
        "device": f"{device.platform}: {device.device_kind}",
    }


def run_on_jax(grid: Grid, rules: Rules, progress: Callable[[float], None]) -> Outcome:
    """Do all runs of a grid."""
    from neurodyn.codegen.jax_setup import jax

    model, runs = grid.model, grid.runs(0, grid.size)
    start, advance = _engine(model, grid.driven)
    tables = tuple(jax.numpy.asarray(table) for table in grid.tables)
    limits = (rules.atol * model.scales, rules.rtol, rules.max_steps, rules.settle, grid.t_end)
    own = jax.numpy.asarray(runs.p), jax.numpy.asarray(runs.waves)
    room = np.full((grid.size, max(1, rules.capacity)), np.nan)  # jax writes into no empty array
    lanes = start(*own, jax.numpy.asarray(runs.x0), room, tables, limits)
    while (np.asarray(lanes["status"]) == _RUNNING).any():
        lanes = advance(lanes, *own, tables, limits)
        progress(float(np.mean(lanes["t"])) / grid.t_end)
    noted = {name: np.array(lanes[name]) for name in lanes}
    return Outcome(
        noted["counts"], noted["times"], noted["train"][:, : rules.capacity], noted["status"],
        noted["t"], noted["x"], noted["steps"],
    )  # fmt: skip


_engines: dict[tuple[str, tuple[str, ...]], tuple[Callable[..., Any], Callable[..., Any]]] = {}


def _engine(model: Model, driven: tuple[str, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the compiled start and advance of a model's runs."""
    key = (model.digest, driven)
    if key not in _engines:
        _engines[key] = _build(model, driven)
    return _engines[key]


def _build(model: Model, driven: tuple[str, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    import diffrax

    from neurodyn.codegen.jax_setup import jax

    jnp, lax = jax.numpy, jax.lax
    rhs = codegen.compile(model, "jax").rhs
    slots = np.array([model.parameter_names.index(name) for name in driven], dtype=np.int64)
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    # a model without spike event has one that never comes
    watched = model.spike.expression if model.spike is not None else sympy.Integer(-1)
    event = expression_function([watched], groups, model.constant_values, "jax")
    solver = diffrax.Tsit5()
    ok, out_of_steps, too_small, not_finite = (
        STATUSES.index(status)
        for status in (Status.OK, Status.MAX_STEPS, Status.STEP_TOO_SMALL, Status.NOT_FINITE)
    )

    def inputs_at(since: Any, t: Any, p: Any, row: Any, tables: Any) -> Any:
        _, levels, slopes, knots, _ = tables
        return p.at[slots].set(levels[row] + slopes[row] * (since + (t - knots[row])))

    # time counts from the start of the step, so that a step late in a run is as long as it says
    term = diffrax.ODETerm(lambda since, x, args: rhs(x, inputs_at(since, *args)))

    def norm(v: Any, x: Any, atol: Any, rtol: Any) -> Any:
        size = jnp.sqrt(jnp.mean((v / (atol + rtol * jnp.abs(x))) ** 2))
        return jnp.where(jnp.isfinite(size), size, jnp.inf)

    def first_step(x: Any, p: Any, row: Any, tables: Any, limits: Any) -> Any:
        """Return a first step (Hairer, Norsett, Wanner, ODEs I, sec. II.4, its first half)."""
        atol, rtol, _, _, t_end = limits
        speed = norm(term.vf(0.0, x, (0.0, p, row, tables)), x, atol, rtol)
        size = norm(x, x, atol, rtol)
        usual = (size >= 1e-5) & (speed >= 1e-5) & jnp.isfinite(speed)
        return jnp.where(usual, 0.01 * size / jnp.where(usual, speed, 1.0), 1e-6 * t_end)

    def begin(p: Any, wave: Any, x: Any, room: Any, tables: Any, limits: Any) -> dict[str, Any]:
        row = tables[0][wave]
        return {
            "t": jnp.zeros(()), "x": x, "h": first_step(x, p, row, tables, limits),
            "row": row, "fresh": jnp.array(True), "above": jnp.array(True), "past": jnp.ones(()),
            "status": jnp.array(_RUNNING), "steps": jnp.zeros(2, dtype=int),
            "counts": jnp.zeros(2, dtype=int), "times": jnp.full(3, jnp.nan), "train": room,
        }  # fmt: skip

    def located(level: Callable[[Any], Any], cell: Any, g: Any) -> Any:
        """Return where in a cell of the step the event rises through zero.

        Newton's method, with a bisection where it leaves the bracket or slows down (W. H. Press et
        al., Numerical Recipes, 3rd ed., sec. 9.4). All runs wait for the slowest: turns are dear.
        """

        def turn(state: Any) -> Any:
            low, high, theta, step, i = state
            here, slope = jax.jvp(level, (theta,), (1.0,))
            low, high = jnp.where(here < 0, theta, low), jnp.where(here < 0, high, theta)
            better = theta - here / slope
            good = (better > low) & (better < high) & (jnp.abs(better - theta) < 0.5 * step)
            following = jnp.where(good, better, 0.5 * (low + high))
            return low, high, following, jnp.abs(following - theta), i + 1

        low, width = cell / _PROBES, 1 / _PROBES
        secant = low + width * jnp.clip(g[cell] / (g[cell] - g[cell + 1]), 0.0, 1.0)
        state = low, low + width, secant, jnp.asarray(width), 0
        return lax.while_loop(lambda s: (s[3] > _RESOLUTION) & (s[4] < 100), turn, state)[2]

    def record(lane: dict[str, Any], time: Any, settle: Any) -> dict[str, Any]:
        counts, late = lane["counts"], time > settle
        places = jnp.array([counts[0] == 0, late & (counts[1] == 0), True])
        return lane | {
            "times": jnp.where(places, time, lane["times"]),
            # past the end of the room nothing is written; the count goes on
            "train": lane["train"].at[counts[0]].set(time, mode="drop"),
            "counts": counts + jnp.array([True, late]),
        }

    def step(lane: dict[str, Any], p: Any, wave: Any, tables: Any, limits: Any) -> dict[str, Any]:
        atol, rtol, max_steps, settle, _ = limits
        _, _, _, knots, last_piece = tables
        t, x, row = lane["t"], lane["x"], lane["row"]
        end = knots[row + 1]
        last = t + 1.01 * lane["h"] >= end
        h = jnp.where(last, end - t, lane["h"])
        args = t, p, row, tables
        no = jnp.array(False)
        kept = no, term.vf(0.0, x, args)  # what the solver remembers: not its first step, and dx/dt
        after, error, dense, _, _ = solver.step(term, jnp.zeros(()), h, x, args, kept, no)
        size = norm(error, x, atol, rtol)
        finite = jnp.isfinite(after).all() & jnp.isfinite(dense["k"]).all()
        size = jnp.where(finite, size, jnp.inf)
        good = size <= 1.0
        new = lane | {
            "t": jnp.where(last, end, t + h),
            "x": after,
            "past": jnp.maximum(size, 1e-4),
            "steps": lane["steps"] + jnp.array([1, 0]),
        }
        # spikes, on the interpolant: a quartic, which its values at five points determine
        path = solver.interpolation_cls(**(dense | {"t0": 0.0, "t1": 1.0}))
        quartic = _QUARTIC @ jax.vmap(path.evaluate)(_POINTS)

        def level(theta: Any) -> Any:
            return event(jnp.polyval(quartic, theta), inputs_at(theta * h, *args))[0]

        g = jax.vmap(level)(_POINTS)
        # the last value of a step and the first of the next differ by rounding: ask one only
        above = (g >= 0).at[0].set(jnp.where(lane["fresh"], g[0] >= 0, lane["above"]))

        def search(state: Any) -> Any:
            left, found = state
            cell = jnp.argmax(left)
            return left.at[cell].set(False), record(found, t + h * located(level, cell, g), settle)

        rises = ~above[:-1] & above[1:] & good  # a step that is thrown away is not searched
        new = lax.while_loop(lambda state: state[0].any(), search, (rises, new))[1]
        grown = jnp.clip(0.9 * jnp.maximum(size, 1e-10) ** -0.14 * lane["past"] ** 0.08, 0.2, 5.0)
        # a step cut short by a knot says nothing against the step wanted before it
        wanted = jnp.where(last, jnp.maximum(h * grown, lane["h"]), h * grown)
        done = last & (row == tables[0][wave] + last_piece[wave])
        new |= {
            "above": above[-1],
            "fresh": last,
            "h": wanted,
            "row": jnp.where(last & ~done, row + 1, row),
            "status": jnp.where(done, ok, _RUNNING),
        }
        shorter = h * jnp.where(finite, jnp.maximum(0.2, 0.9 * size**-0.2), 0.1)
        stuck = t + 0.1 * shorter == t
        old = lane | {
            "h": shorter,
            "steps": lane["steps"] + jnp.array([0, 1]),
            "status": jnp.where(stuck, jnp.where(finite, too_small, not_finite), _RUNNING),
        }
        lane = jax.tree.map(lambda a, b: jnp.where(good, a, b), new, old)
        spent = (lane["status"] == _RUNNING) & (lane["steps"].sum() >= max_steps)
        return lane | {"status": jnp.where(spent, out_of_steps, lane["status"])}

    def advance(lane: dict[str, Any], p: Any, wave: Any, tables: Any, limits: Any) -> Any:
        def running(state: Any) -> Any:
            return (state[0]["status"] == _RUNNING) & (state[1] < _SLICE)

        def body(state: Any) -> Any:
            return step(state[0], p, wave, tables, limits), state[1] + 1

        return lax.while_loop(running, body, (lane, 0))[0]

    return (
        jax.jit(jax.vmap(begin, (0, 0, 0, 0, None, None))),
        jax.jit(jax.vmap(advance, (0, 0, 0, None, None))),
    )
