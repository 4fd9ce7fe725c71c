"""Problem: what runs of a model *are*, whatever the engine; and their outcome.

A problem is n runs of one model: parameters, start and stimulus of each, and the span of time. An
engine (``scalar``, ``lanes``, ``jax_engine``) takes a problem, a method and what is to be noted,
and gives an :class:`Outcome`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.provenance import versions
from neurodyn.simulation.methods.endings import STATUSES
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus, constant

Whole = npt.NDArray[np.int64]
Waves = Mapping[str, Stimulus]


@dataclass(frozen=True, eq=False)
class Pieces:
    """Stimuli as straight pieces: several sets of them, each for the same inputs.

    In row r, from knots[r] to knots[r + 1], input j is levels[r, j] + slopes[r, j] (t - knots[r]);
    the row after the last piece of a set holds its end only.

    Parameters
    ----------
    driven : tuple of str
        Inputs that a stimulus drives.
    slots : (n_driven,) int
        Their places in the parameter vector.
    first : (n_sets,) int
        First row of each set.
    levels, slopes : (n_rows, n_driven) float
    knots : (n_rows,) float
    last : (n_sets,) int
        Number of the last piece of each set.
    """

    driven: tuple[str, ...]
    slots: Whole
    first: Whole
    levels: Array
    slopes: Array
    knots: Array
    last: Whole

    @staticmethod
    def of(model: Model, sets: Sequence[Waves], t_start: float, t_end: float) -> Pieces:
        """Cut sets of stimuli at every kink of any of their waves."""
        driven = tuple(sets[0])
        names = list(model.parameter_names)
        first, levels, slopes, knots, last = [], [], [], [], []
        for waves in sets:
            edges = _knots_of(waves, t_start, t_end)
            first.append(sum(map(len, knots)))
            last.append(len(edges) - 2)
            knots.append(edges)
            shape = (len(edges), len(waves))
            levels.append(np.array([wave(edges) for wave in waves.values()]).T.reshape(shape))
            slopes.append(np.array([wave.slope(edges) for wave in waves.values()]).T.reshape(shape))
        return Pieces(
            driven,
            np.array([names.index(name) for name in driven], dtype=np.int64),
            np.array(first, dtype=np.int64),
            np.ascontiguousarray(np.concatenate(levels)),
            np.ascontiguousarray(np.concatenate(slopes)),
            np.concatenate(knots),
            np.array(last, dtype=np.int64),
        )

    @property
    def tables(self) -> tuple[Whole, Array, Array, Array, Whole]:
        """What a compiled loop needs: first, levels, slopes, knots, last."""
        return self.first, self.levels, self.slopes, self.knots, self.last

    def of_set(self, number: int) -> tuple[Array, Array, Array]:
        """Return knots (m + 1,), levels and slopes (m, n_driven) of one set."""
        start = self.first[number]
        stop = start + self.last[number] + 1
        return self.knots[start : stop + 1], self.levels[start:stop], self.slopes[start:stop]


def _knots_of(waves: Waves, t_start: float, t_end: float) -> Array:
    """Return start, every kink inside, and end, in order and without repeats."""
    kinks = np.unique(np.concatenate([[t_start], *(w.times for w in waves.values())]))
    inside = kinks[(kinks > t_start) & (kinks < t_end)]
    return np.concatenate([[t_start], inside, [t_end]])


def stimuli_of(model: Model, inputs: Mapping[str, Stimulus | float]) -> dict[str, Stimulus]:
    """Return the stimulus of each input named, numbers as constants, names and bounds checked."""
    waves: dict[str, Stimulus] = {}
    for name, value in inputs.items():
        if name not in model.input_names:
            raise unknown_name("input", name, model.input_names)
        quantity = model.inputs[model.input_names.index(name)]
        if isinstance(value, Stimulus):
            for extreme in (value.values.min(), value.values.max()):
                quantity.validated(extreme)
            waves[name] = value
        else:
            waves[name] = constant(quantity.validated(value))
    return waves


@dataclass(frozen=True, eq=False)
class Problem:
    """Runs of one model.

    Parameters
    ----------
    model : Model
    p : (n, n_parameters) float
    x0 : (n, n_states) float
    pieces : Pieces
    sets : (n,) int
        Which set of stimuli each run has.
    t_start, t_end : float
    first : int
        Number of the first run, where these are part of more: the noise depends on the number.
    """

    model: Model
    p: Array
    x0: Array
    pieces: Pieces
    sets: Whole
    t_start: float
    t_end: float
    first: int = 0

    @staticmethod
    def alike(model: Model, x0: Array, waves: Waves, t_start: float, t_end: float) -> Problem:
        """Return runs that differ in their starts ``x0`` (n, n_states) alone, or not at all.

        Raises
        ------
        InputError
            If the end does not come after the start.
        """
        if not (np.isfinite(t_start) and np.isfinite(t_end) and t_end > t_start):
            raise InputError(
                f"t_end is {t_end:g}; expected a finite time after t_start = {t_start:g}"
            )
        n = len(x0)
        pieces = Pieces.of(model, [waves], t_start, t_end)
        p = np.broadcast_to(model.p, (n, len(model.p)))
        return Problem(model, p, x0, pieces, np.zeros(n, dtype=np.int64), t_start, t_end)

    def __len__(self) -> int:
        return len(self.x0)

    def part(self, runs: npt.NDArray[np.int64]) -> Problem:
        """Return some of the runs."""
        return replace(self, p=self.p[runs], x0=self.x0[runs], sets=self.sets[runs])

    def provenance(self, waves: Waves) -> dict[str, Any]:
        """Return what the runs have in common, for a result to carry."""
        return {
            "digest": self.model.digest,
            "parameters": self.model.parameter_values,
            "inputs": {name: wave.description for name, wave in waves.items()},
            "versions": versions(),
        }


@dataclass(frozen=True)
class Notes:
    """What an engine is to note of each run.

    Parameters
    ----------
    settle : float
        Spikes after this time count as late.
    capacity : int
        Spike times kept of each run.
    """

    settle: float
    capacity: int = 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was noted of n runs, and how each ended.

    Parameters
    ----------
    counts : (n, 2) int
        Spikes, and late spikes.
    times : (n, 3) float
        Of the first, first late, and last spike; NaN without one.
    trains : (n, capacity) float
        Spike times, then NaN.
    status : (n,) int
        Place in ``STATUSES``.
    ends : (n,) float
        Where the run ended.
    states : (n, n_states) float
        State there.
    steps : (n, 3) int
        Accepted and rejected steps, and searches of a step that may have missed an event.
    """

    counts: Whole
    times: Array
    trains: Array
    status: Whole
    ends: Array
    states: Array
    steps: Whole

    @staticmethod
    def empty(n: int, n_states: int, capacity: int) -> Outcome:
        """Return room for n runs."""
        return Outcome(
            np.zeros((n, 2), dtype=np.int64),
            np.full((n, 3), np.nan),
            np.full((n, capacity), np.nan),
            np.zeros(n, dtype=np.int64),
            np.zeros(n),
            np.full((n, n_states), np.nan),
            np.zeros((n, 3), dtype=np.int64),
        )

    @property
    def arrays(self) -> tuple[Whole, Array, Array, Whole, Array, Array, Whole]:
        """All arrays, in order."""
        return (
            self.counts,
            self.times,
            self.trains,
            self.status,
            self.ends,
            self.states,
            self.steps,
        )

    @property
    def finished(self) -> npt.NDArray[np.bool_]:
        """Whether each run reached its end, (n,)."""
        return self.status == STATUSES.index(Status.OK)

    def trimmed(self, capacity: int) -> Outcome:
        """Return the same with room for so many spike times: cut off, or filled up with NaN."""
        trains = np.full((len(self.trains), capacity), np.nan)
        kept = min(capacity, self.trains.shape[1])
        trains[:, :kept] = self.trains[:, :kept]
        return replace(self, trains=trains)

    @staticmethod
    def joined(parts: list[Outcome]) -> Outcome:
        """Return the runs of all parts, one after another."""
        widest = max(part.trains.shape[1] for part in parts)
        pieces = zip(*(part.trimmed(widest).arrays for part in parts), strict=True)
        return Outcome(*map(np.concatenate, pieces))


def where_it_ended(model: Model, status: Status, t: float, x: Array) -> str:
    """Return how, when and in which state a run ended, as the begin of a sentence."""
    where = ", ".join(
        f"{name} = {value:.6g}" for name, value in zip(model.state_names, x, strict=True)
    )
    return f"{status} at t = {t:.6g} {model.time_unit} ({where})"
