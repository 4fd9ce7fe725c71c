"""Ensemble of runs with noise: the result of :func:`neurodyn.solve_sde`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.codegen import model_function
from neurodyn.errors import InputError, unknown_name
from neurodyn.noise import StochasticModel
from neurodyn.simulation.events import ONE_A_STEP, sampled_only
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus


@dataclass(frozen=True, eq=False)
class StochasticTrajectories:
    """An ensemble of runs that differ in their noise alone.

    Parameters
    ----------
    model : StochasticModel
        With the parameter values that were used.
    t : (n_times,) float [time unit of the model]
        When the states were kept; empty where only spikes were.
    x : (n_runs, n_times, n_states) float [units of the states]
        NaN after a run has stopped.
    start, end : (n_runs, n_states) float
        Where each run starts and stops.
    stop : (n_runs,) float
        When each run stops.
    t_start : float
        When all runs start.
    spike_times : tuple of (n_spikes,) float
        One array per run: upward crossings of the spike event, on the straight line between the
        ends of a step, one in a step; empty where the model declares no spike event.
    inputs : mapping from input name to Stimulus
    dt : float
        Largest step.
    status : Status
        OK if every run is.
    provenance : mapping
        Method, step, seed, versions, digest of equations and noise, parameters.

    Examples
    --------
    >>> import neurodyn as nd
    >>> runs = nd.solve_sde(nd.devices.stuart_landau(), 1.0, noise=nd.noise.white("x", 0.1), n=3)
    >>> runs["x"].shape == (3, len(runs.t))
    True
    """

    model: StochasticModel
    t: Array
    x: Array
    start: Array
    end: Array
    stop: Array
    t_start: float
    spike_times: tuple[Array, ...]
    inputs: Mapping[str, Stimulus]
    dt: float
    status: Status
    provenance: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.end)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of this result, in sentences; mostly nothing."""
        return sampled_only(self.model.model, self.inputs, ONE_A_STEP)

    @checked
    def __getitem__(self, name: str) -> Array:
        """Return a state, input or output at the times ``t``, (n_runs, n_times)."""
        model = self.model.model
        if not len(self.t):
            raise InputError(f"{name!r} was not kept; expected keep='traces' in solve_sde")
        if name in model.state_names:
            return self.x[:, :, model.state_names.index(name)]
        if name in model.input_names:
            held = self.inputs[name](self.t) if name in self.inputs else model[name]
            return np.broadcast_to(held, self.x.shape[:2])
        outputs = {output.name: output.expression for output in model.outputs}
        if name not in outputs:
            known = (*model.observable_names, *model.input_names)
            raise unknown_name("state, input or output", name, known)
        p = [
            self.inputs[key](self.t) if key in self.inputs else model[key]
            for key in model.parameter_names
        ]
        return model_function(model, [outputs[name]])(np.moveaxis(self.x, -1, 0), p)[0]

    def __repr__(self) -> str:
        counts = [len(times) for times in self.spike_times]
        unit = self.model.model.time_unit
        return (
            f"<{len(self)} runs of {self.model!r}: t {self.t_start:.4g} to {self.stop.max():.4g} "
            f"{unit}, {self.provenance['method']} with dt {self.dt:.4g} {unit}, seed "
            f"{self.provenance['seed']}; {min(counts)} to {max(counts)} spikes a run; "
            f"{'; '.join((str(self.status), *self.notes))}>"
        )
