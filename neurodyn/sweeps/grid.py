"""Grid of runs of a sweep: the axes, and the parameters and start of each single run."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.simulation.problem import Pieces, Problem, stimuli_of
from neurodyn.stimuli import Stimulus

Values = Sequence[float] | Sequence[Stimulus] | Array


@dataclass(frozen=True, eq=False)
class Axis:
    """One direction of a sweep.

    Parameters
    ----------
    name : str
        Dimension of the result.
    columns : mapping from name to (n,) float, or n stimuli
        Quantities that change along it; several where values are zipped.
    """

    name: str
    columns: Mapping[str, Array | tuple[Stimulus, ...]]

    @property
    def size(self) -> int:
        """Number of points."""
        return len(next(iter(self.columns.values())))


@dataclass(frozen=True, eq=False)
class Grid:
    """Every run of a sweep, described without being written out.

    Parameters
    ----------
    model : Model
    axes : tuple of Axis
        The last one changes fastest from run to run.
    trials : int
        Runs of each point, with independent noise.
    waves : tuple of mappings from input name to Stimulus
        The sets of stimuli that occur.
    x0 : mapping from state name to float
    t_end : float
    """

    model: Model
    axes: tuple[Axis, ...]
    trials: int
    waves: tuple[Mapping[str, Stimulus], ...]
    x0: Mapping[str, float]
    t_end: float

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis; the trials, if there are several, come last."""
        return (*(axis.size for axis in self.axes), *((self.trials,) if self.trials > 1 else ()))

    @property
    def size(self) -> int:
        """Number of runs."""
        return math.prod(self.shape)

    @cached_property
    def pieces(self) -> Pieces:
        """All sets of stimuli as straight pieces."""
        return Pieces.of(self.model, self.waves, 0.0, self.t_end)

    def problem(self, start: int, stop: int) -> Problem:
        """Return the runs from ``start`` to before ``stop``."""
        model, numbers = self.model, np.arange(start, stop)
        names = list(model.parameter_names)
        p = np.tile(model.p, (len(numbers), 1))
        given: dict[str, Array | float] = dict(self.x0)
        sets = np.zeros(len(numbers), dtype=np.int64)
        places = np.unravel_index(numbers, self.shape) if self.shape else ()
        for axis, place in zip(self.axes, places, strict=False):  # trials have no axis
            for name, values in axis.columns.items():
                if isinstance(values, tuple):
                    sets[:] = place
                elif name in names:
                    p[:, names.index(name)] = values[place]
                else:
                    given[name] = values[place]
        x0 = np.empty((len(numbers), len(model.states)))
        for i, state in enumerate(model.states):
            default = state.default
            usual = p[:, names.index(default)] if isinstance(default, str) else default
            x0[:, i] = given.get(state.name, usual)
        return Problem(model, p, x0, self.pieces, sets, 0.0, self.t_end, start)

    def alone(self, run: int) -> tuple[Model, dict[str, float], Mapping[str, Stimulus]]:
        """Return one run as a model, its start and its stimuli, as ``nd.solve`` takes them."""
        one = self.problem(run, run + 1)
        settings = dict(zip(self.model.parameter_names, one.p[0].tolist(), strict=True))
        start = dict(zip(self.model.state_names, one.x0[0].tolist(), strict=True))
        return self.model.with_parameters(**settings), start, self.waves[int(one.sets[0])]

    @cached_property
    def digest(self) -> str:
        """Fingerprint of equations and of every number that the runs depend on."""
        sha = hashlib.sha256(self.model.digest.encode())
        driven = self.pieces.driven
        sha.update(repr((self.trials, sorted(self.x0.items()), self.t_end, driven)).encode())
        sha.update(self.model.p.tobytes() + self.model.x0.tobytes())
        for axis in self.axes:
            for name, values in axis.columns.items():
                sha.update(name.encode())
                if not isinstance(values, tuple):
                    sha.update(values.tobytes())
        for table in self.pieces.tables:
            sha.update(table.tobytes())
        return sha.hexdigest()


def grid_of(
    model: Model,
    values: Mapping[str, Values],
    t_end: float,
    zipped: bool,
    inputs: Mapping[str, Stimulus | float],
    x0: Mapping[str, float],
    trials: int,
) -> Grid:
    """Check what a sweep is asked for and lay it out."""
    waves = stimuli_of(model, inputs)
    model.state_vector(x0)
    columns = {name: _column(model, name, items) for name, items in values.items()}
    for name in columns:
        if name in waves or name in x0:
            raise InputError(f"{name!r} is swept and also set; expected one of them")
    trains = [name for name, column in columns.items() if isinstance(column, tuple)]
    if len(trains) > 1:
        raise InputError(f"{trains[0]!r} and {trains[1]!r} are both swept as stimuli; expected one")
    if zipped and columns:
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            listing = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise InputError(f"zipped values differ in number ({listing}); expected the same")
        axes: tuple[Axis, ...] = (Axis("run", columns),)
    else:
        axes = tuple(Axis(name, {name: column}) for name, column in columns.items())
    sets: list[dict[str, Stimulus]] = [waves]
    for name in trains:
        sets = [{**waves, name: wave} for wave in columns[name] if isinstance(wave, Stimulus)]
    return Grid(model, axes, int(trials), tuple(sets), dict(x0), float(t_end))


def _column(model: Model, name: str, items: Values) -> Array | tuple[Stimulus, ...]:
    quantities = {q.name: q for q in (*model.parameters, *model.inputs, *model.states)}
    if name not in quantities:
        raise unknown_name("parameter, input or state", name, quantities)
    if isinstance(items, Stimulus | str) or not np.ndim(np.asarray(items, dtype=object)) == 1:
        raise InputError(f"values of {name!r} are {items!r}; expected a list of numbers or stimuli")
    if not len(items):
        raise InputError(f"no values of {name!r} were given; expected at least one")
    stimuli = [isinstance(item, Stimulus) for item in items]
    if any(stimuli):
        if not all(stimuli):
            raise InputError(f"values of {name!r} mix numbers and stimuli; expected one kind")
        return tuple(stimuli_of(model, {name: item})[name] for item in items)
    return np.array([quantities[name].validated(item) for item in items])
