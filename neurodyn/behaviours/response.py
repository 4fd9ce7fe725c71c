"""One run of a neuron: until it has come to rest, or has fired often enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from neurodyn.arrays import Array
from neurodyn.behaviours.table import BehaviourTrace
from neurodyn.codegen import compiled, model_function
from neurodyn.model import Model
from neurodyn.simulation import Adaptive, Stiff, Trajectory, solve
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus

RTOL = 1e-6
ENOUGH = 40
"""Spikes after which a run without end is called sustained firing."""
_PATIENCE = 1500.0  # longest run, in typical cycles of the model
_NEAR = 2e-3  # distance to a stable equilibrium, in typical sizes, that counts as rest
_RELAXATIONS = 12.0  # of the slowest mode: by then what is left of a state is 6e-6 of it
_EXPLICIT, _IMPLICIT = Adaptive(RTOL, max_steps=400_000), Stiff(RTOL, max_steps=400_000)
# a device whose core answers within picoseconds takes 60,000 steps for a spike of a microsecond
_MOST_OVERDUE = 8  # pieces of a run that may end at the largest number of steps
_LEAST_OVERDUE = 2.0  # cycles that such a run must have covered to say anything
_ENOUGH_OF_A_STIFF_ONE = 14  # spikes of such a run: their later half shows whether it is tonic
_STIFF = 20_000  # steps without a spike


class Undecidable(Exception):
    """A protocol cannot decide; the message is the sentence that says why."""


@dataclass(frozen=True, eq=False)
class Response:
    """What a neuron did under one stimulus.

    Parameters
    ----------
    stimulus : Stimulus
    pieces : tuple of Trajectory
        One after the other.
    settled : bool
        Whether it had come to rest at the end. Otherwise it was still active.
    """

    stimulus: Stimulus
    pieces: tuple[Trajectory, ...] = field(repr=False)
    settled: bool

    @cached_property
    def spike_times(self) -> Array:
        """All spike times, (n,)."""
        return np.concatenate([piece.spike_times for piece in self.pieces])

    @property
    def count(self) -> int:
        """Number of spikes."""
        return len(self.spike_times)

    @property
    def intervals(self) -> Array:
        """Interspike intervals, (n - 1,)."""
        return np.diff(self.spike_times)

    @property
    def end(self) -> float:
        """When the run ended."""
        return float(self.pieces[-1].t[-1])

    @property
    def sustained(self) -> bool:
        """Whether the neuron was still firing at the end.

        It is if it has not come to rest, has fired at least three times, and the last spike is not
        longer ago than twice the interval before it.
        """
        if self.settled or self.count < 3:
            return False
        return self.end - self.spike_times[-1] <= 2 * self.intervals[-1] or self.count >= ENOUGH

    @property
    def state(self) -> dict[str, float]:
        """The state at the end."""
        last = self.pieces[-1]
        return dict(zip(last.model.state_names, last.x[-1].tolist(), strict=True))

    def sampled(self, name: str, start: float = -np.inf, stop: float = np.inf) -> tuple[Array, ...]:
        """Return times and values of a state or output between two times, three a step.

        The last sample of a step is taken just before its end, so tops of spikes that are reset
        are kept.
        """
        times, values = [], []
        for piece in self.pieces:
            widths = np.diff(piece.t)
            grid, theta = np.meshgrid(np.arange(len(widths)), (0.0, 0.5, 1.0), indexing="ij")
            t = (piece.t[:-1, None] + theta * widths[:, None]).ravel()
            x = piece.within(grid, theta).reshape(len(piece.model.states), -1)
            times.append(t)
            values.append(piece.evaluate(name, x, t))
        t, y = np.concatenate(times), np.concatenate(values)
        kept = (t >= start) & (t <= stop)
        return t[kept], y[kept]

    def trace(self, label: str, name: str, stop: float = np.inf) -> BehaviourTrace:
        """Return what is drawn of the run."""
        t, y = self.sampled(name, stop=stop)
        spikes = self.spike_times[self.spike_times <= stop]
        drive = self.stimulus(t)
        # a first sample from before a stimulus that jumps at the start
        before = np.array([self.stimulus.values[0]])
        t, y, drive = (np.concatenate(p) for p in ((t[:1], t), (y[:1], y), (before, drive)))
        return BehaviourTrace(label, t, y, drive, spikes)


def respond(
    model: Model,
    name: str,
    stimulus: Stimulus,
    start: Mapping[str, float],
    spikes: int = ENOUGH,
    begin: float = 0.0,
    patience: float | None = None,
) -> Response:
    """Drive the input ``name`` until the neuron rests, has fired enough, or patience ends.

    Parameters
    ----------
    model : Model
    name : str
        Of the input.
    stimulus : Stimulus
    start : mapping from state name to float
    spikes : int
        Stop after so many, once the stimulus no longer changes.
    begin : float
        Time of the start.
    patience : float
        Longest run, in typical cycles of the model; by default also as long as a neuron that has
        fallen silent needs to relax to the rest beside it.
    """
    cycle = model.time_scale
    last_change = max(float(stimulus.times[-1]), begin)
    stop, piece = last_change + 20 * cycle, 40 * cycle
    pieces: list[Trajectory] = []
    t, state, count, overdue = begin, dict(start), 0, 0
    method: Adaptive | Stiff = _EXPLICIT
    while True:
        traj = solve(
            model,
            stop,
            inputs={name: stimulus},
            x0=state,
            t_start=t,
            method=method,
            raise_on_failure=False,
        )
        pieces.append(traj)
        fired = len(traj.spike_times)
        t, count = float(traj.t[-1]), count + fired
        state = dict(zip(model.state_names, traj.x[-1].tolist(), strict=True))
        if not traj.status and count < spikes:
            overdue += 1
            told = count > 2 and t > last_change + _LEAST_OVERDUE * cycle
            going_on = count > 2 and overdue <= _MOST_OVERDUE
            if traj.status is not Status.MAX_STEPS or not (told or going_on):
                raise Undecidable(f"the run under a {stimulus.description} {traj.status}")
            if count < _ENOUGH_OF_A_STIFF_ONE and going_on:
                continue  # on to the same end
        if not traj.status:  # it fires faster and faster
            return Response(stimulus, tuple(pieces), settled=False)
        rest = equilibrium(model, name, float(stimulus(t)), traj.x[-1])
        if rest is not None and rest.stable and rest.distance(traj.x[-1], model) <= _NEAR:
            return Response(stimulus, tuple(pieces), settled=True)
        longest = cycle * (_PATIENCE if patience is None else patience)
        if patience is None and fired == 0 and rest is not None and rest.stable:
            longest = max(longest, _RELAXATIONS * rest.time_constant)
        if count >= spikes or t > last_change + longest:
            return Response(stimulus, tuple(pieces), settled=False)
        # many steps and no spikes after a pulse: a stiff model creeps back to rest
        over = stimulus.values[-1] == stimulus.values[0]
        stiff = method is _IMPLICIT or len(traj.t) > _STIFF
        creeping = over and stiff and fired == 0 and model.jump is None
        method = _IMPLICIT if creeping else _EXPLICIT
        stop, piece = t + piece, 2 * piece


class Rest(NamedTuple):
    """An equilibrium that Newton's method reached.

    Parameters
    ----------
    x : (n,) float
    stable : bool
    time_constant : float
        Of the slowest mode [time unit].
    """

    x: Array
    stable: bool
    time_constant: float

    def distance(self, x: Array, model: Model) -> float:
        """Return the largest distance of a state from it, in typical sizes of the states."""
        return float(np.abs((self.x - x) / model.scales).max())


def equilibrium(model: Model, name: str, held: float, guess: Array) -> Rest | None:
    """Return the equilibrium that Newton's method reaches from ``guess``.

    None if it does not converge within ten steps. A slow passage by the ghost of an equilibrium
    has none beside it, and is not mistaken for rest.
    """
    functions, p, scale = compiled(model), model.p.copy(), model.scales
    p[model.parameter_names.index(name)] = held
    x = np.array(guess, dtype=float)
    with np.errstate(all="ignore"):
        for _ in range(10):
            jacobian = functions.jacobian(x, p)
            try:
                step = np.linalg.solve(jacobian * scale, -functions.rhs(x, p))
            except np.linalg.LinAlgError:
                return None
            x = x + step * scale
            if not np.isfinite(x).all():
                return None
            if np.abs(step).max() < 1e-9:
                rates = np.linalg.eigvals(functions.jacobian(x, p)).real
                stable = bool((rates < 0).all()) and not _reset_at(model, x)
                return Rest(x, stable, float(1.0 / max(np.abs(rates).min(), 1e-300)))
    return None


def _reset_at(model: Model, x: Array) -> bool:
    """Whether a model that is reset at its spikes could not stay at a state, being reset there."""
    if model.spike is None or not model.spike.reset:
        return False
    return bool(model_function(model, [model.spike.expression])(x, model.p)[0] >= 0)
