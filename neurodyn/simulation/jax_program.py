"""Program of one run for jax, to be vmapped: Tsit5 of diffrax in a loop of our own.

Solver and interpolant are diffrax's. The loop around it is written here, with the step control of
:func:`neurodyn.solve`, because in ``diffeqsolve`` a stage that overflows gives a step of NaN and,
vmapped, a loop that all runs wait for. This module imports jax: load it where it is used.

A *lane* is the state of a run as a dictionary of arrays; ``limits`` are atol (n_states,), rtol, the
most steps, the time from which spikes are late, and the end; ``tables`` are those of the stimuli.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import diffrax
import jax.numpy as jnp
import numpy as np
import sympy
from jax import lax

from neurodyn.codegen import compiled, kept_by_equations, model_function
from neurodyn.codegen.event_source import split_event
from neurodyn.codegen.jax_setup import jax
from neurodyn.model import Model, symbol
from neurodyn.simulation.methods import endings, tsit5

_SLICE = 500
"""Steps between two looks at progress and Ctrl-C."""
_PROBES = 4  # of the spike event in each step
_POINTS = np.linspace(0.0, 1.0, _PROBES + 1)
_QUARTIC = np.linalg.inv(np.vander(_POINTS))
_BERNSTEIN = np.array(
    [[math.comb(4, i) * s**i * (1 - s) ** (4 - i) for i in range(5)] for s in _POINTS]
)
_HULLS = (
    np.linalg.inv(_BERNSTEIN)
    @ np.array([np.vander((cell + _POINTS) / _PROBES) for cell in range(_PROBES)])
    @ _QUARTIC
)
"""From the values of a quartic at the points to its Bernstein coefficients, its bounds, in each
cell: G. Farin, Curves and Surfaces for CAGD, 5th ed. (2002), sec. 5."""
_RESOLUTION = 2.0**-46  # of a step
_SOLVER = diffrax.Tsit5()

Lane = dict[str, Any]
array = jnp.asarray


@dataclass(frozen=True)
class Program:
    """The compiled begin and advance of all runs of a model at once."""

    begin: Callable[..., Any]
    advance: Callable[..., Any]


@kept_by_equations(most=16)
def program_of(model: Model, driven: tuple[str, ...]) -> Program:
    """Return the program of a model whose inputs ``driven`` follow stimuli."""
    run = _Run(model, driven)
    return Program(
        jax.jit(jax.vmap(run.begin, (0, 0, 0, 0, None, None))),
        jax.jit(jax.vmap(run.advance, (0, 0, 0, None, None))),
    )


def _size(v: Any, x: Any, atol: Any, rtol: Any) -> Any:
    """Root mean square of v in units of the tolerance; infinite if it is not finite."""
    size = jnp.sqrt(jnp.mean((v / (atol + rtol * jnp.abs(x))) ** 2))
    return jnp.where(jnp.isfinite(size), size, jnp.inf)


def _located(level: Callable[[Any], Any], cell: Any, g: Any) -> Any:
    """Return where in a cell of the step the event rises through zero.

    Newton's method, with a bisection where it leaves the bracket or slows down (W. H. Press et al.,
    Numerical Recipes, 3rd ed., sec. 9.4): all runs wait for the one that takes most turns.
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


def _recorded(lane: Lane, time: Any, settle: Any) -> dict[str, Any]:
    """Return a lane with one more spike."""
    counts, late = lane["counts"], time > settle
    places = jnp.array([counts[0] == 0, late & (counts[1] == 0), True])
    return {
        **lane,
        "times": jnp.where(places, time, lane["times"]),
        # past the end of the room nothing is written; the count goes on
        "train": lane["train"].at[counts[0]].set(time, mode="drop"),
        "counts": counts + jnp.array([True, late]),
    }


def _factors(size: Any, past: Any) -> tuple[Any, Any]:
    """Return the factors of the step after one that is accepted, and after one that is not."""
    grown = jnp.maximum(size, tsit5.SMALLEST_ERROR) ** tsit5.GROW_EXPONENT
    grown = tsit5.SAFETY * grown * past**tsit5.PAST_EXPONENT
    shrunk = jnp.where(jnp.isfinite(size), tsit5.SAFETY * size**tsit5.SHRINK_EXPONENT, 0.0)
    return jnp.clip(grown, tsit5.LEAST, tsit5.MOST), jnp.maximum(tsit5.LEAST_REJECTED, shrunk)


class _Run:
    """One run of a model."""

    def __init__(self, model: Model, driven: tuple[str, ...]) -> None:
        self.rhs = compiled(model, "jax").rhs
        slots = [model.parameter_names.index(name) for name in driven]
        self.slots = np.array(slots, dtype=np.int64)
        # a model without spike event has one that never comes
        watched = model.spike.expression if model.spike is not None else sympy.Integer(-1)
        self.event = model_function(model, [watched], "jax")
        moving = [symbol(name) for name in (*model.state_names, *driven)]
        self.linear = model.spike is not None and split_event(watched, moving).linear
        # time counts from the start of the step, so that a step late in a run is as long as it says
        self.term = diffrax.ODETerm(lambda since, x, args: self.rhs(x, self.inputs(since, *args)))

    def inputs(self, since: Any, t: Any, p: Any, row: Any, tables: Any) -> Any:
        """Return the parameter vector at a time since the start t of the step."""
        _, levels, slopes, knots, _ = tables
        return p.at[self.slots].set(levels[row] + slopes[row] * (since + (t - knots[row])))

    def begin(self, p: Any, wave: Any, x: Any, room: Any, tables: Any, limits: Any) -> Lane:
        """Return the lane at the start."""
        atol, rtol, _, _, t_end = limits
        row = tables[0][wave]
        # first step: the first half of E. Hairer, S. Norsett, G. Wanner, ODEs I, sec. II.4
        speed = _size(self.term.vf(0.0, x, (0.0, p, row, tables)), x, atol, rtol)
        size = _size(x, x, atol, rtol)
        usual = (size >= 1e-5) & (speed >= 1e-5) & jnp.isfinite(speed)
        h = jnp.where(usual, 0.01 * size / jnp.where(usual, speed, 1.0), 1e-6 * t_end)
        return {
            "t": jnp.zeros(()),
            "x": x,
            "h": h,
            "past": jnp.asarray(tsit5.PAST_ERROR),
            "row": row,
            "fresh": jnp.array(True),
            "above": jnp.array(True),
            "status": jnp.array(endings.RUNNING),
            "steps": jnp.zeros(2, dtype=int),
            "unsure": jnp.zeros((), dtype=int),
            "counts": jnp.zeros(2, dtype=int),
            "times": jnp.full(3, jnp.nan),
            "train": room,
        }

    def advance(self, lane: Lane, p: Any, wave: Any, tables: Any, limits: Any) -> Lane:
        """Return the lane after a slice of steps, or at its end."""

        def goes_on(state: Any) -> Any:
            return (state[0]["status"] == endings.RUNNING) & (state[1] < _SLICE)

        def body(state: Any) -> Any:
            return self.step(state[0], p, wave, tables, limits), state[1] + 1

        return lax.while_loop(goes_on, body, (lane, 0))[0]

    def step(self, lane: Lane, p: Any, wave: Any, tables: Any, limits: Any) -> Lane:
        """Return the lane after one trial step."""
        atol, rtol, max_steps, settle, _ = limits
        t, x, row, end = lane["t"], lane["x"], lane["row"], tables[3][lane["row"] + 1]
        last = t + tsit5.NEARLY * lane["h"] >= end
        h = jnp.where(last, end - t, lane["h"])
        args, no = (t, p, row, tables), jnp.array(False)
        kept = no, self.term.vf(0.0, x, args)  # what the solver remembers: no first step, and dx/dt
        after, error, dense, _, _ = _SOLVER.step(self.term, jnp.zeros(()), h, x, args, kept, no)
        finite = jnp.isfinite(after).all() & jnp.isfinite(dense["k"]).all()
        size = jnp.where(finite, _size(error, x, atol, rtol), jnp.inf)
        good = size <= 1.0
        grow, shrink = _factors(size, lane["past"])
        done = last & (row == tables[0][wave] + tables[4][wave])
        new = {
            **self.with_spikes(lane, dense, h, args, good, settle),
            "t": jnp.where(last, end, t + h),
            "x": after,
            "past": jnp.maximum(size, tsit5.PAST_ERROR),
            "steps": lane["steps"] + jnp.array([1, 0]),
            "fresh": last,
            # a step cut short by a knot says nothing against the step wanted before it
            "h": jnp.where(last, jnp.maximum(h * grow, lane["h"]), h * grow),
            "row": jnp.where(last & ~done, row + 1, row),
            "status": jnp.where(done, endings.DONE, endings.RUNNING),
        }
        stuck = jnp.where(finite, endings.STEP_TOO_SMALL, endings.NOT_FINITE)
        old = {
            **lane,
            "h": h * shrink,
            "steps": lane["steps"] + jnp.array([0, 1]),
            "status": jnp.where(t + 0.1 * h * shrink == t, stuck, endings.RUNNING),
        }
        lane = jax.tree.map(lambda a, b: jnp.where(good, a, b), new, old)
        spent = (lane["status"] == endings.RUNNING) & (lane["steps"].sum() >= max_steps)
        return lane | {"status": jnp.where(spent, endings.MAX_STEPS, lane["status"])}

    def with_spikes(
        self, lane: Lane, dense: Any, h: Any, args: Any, good: Any, settle: Any
    ) -> dict[str, Any]:
        """Return the lane with the spikes within a step, located on the interpolant."""
        # a quartic, which its values at five points determine
        path = _SOLVER.interpolation_cls(**(dense | {"t0": 0.0, "t1": 1.0}))
        quartic = _QUARTIC @ jax.vmap(path.evaluate)(_POINTS)

        def level(theta: Any) -> Any:
            return self.event(jnp.polyval(quartic, theta), self.inputs(theta * h, *args))[0]

        g = jax.vmap(level)(_POINTS)
        # the last value of a step and the first of the next differ by rounding: ask one only
        above = (g >= 0).at[0].set(jnp.where(lane["fresh"], g[0] >= 0, lane["above"]))

        def search(state: Any) -> Any:
            left, found = state
            cell = jnp.argmax(left)
            time = args[0] + h * _located(level, cell, g)
            return left.at[cell].set(False), _recorded(found, time, settle)

        rises = ~above[:-1] & above[1:] & good  # a step that is thrown away is not searched
        found = lax.while_loop(lambda state: state[0].any(), search, (rises, dict(lane)))[1]
        # of an event that is not linear the note of the sweep tells without counting
        hull = _HULLS @ g if self.linear else np.zeros((_PROBES, 5))
        hidden = (g[:-1] < 0) & (g[1:] < 0) & (hull > 0).any(axis=1)
        hidden |= (g[:-1] > 0) & (g[1:] > 0) & (hull < 0).any(axis=1)
        return found | {"above": above[-1], "unsure": lane["unsure"] + hidden.any()}
