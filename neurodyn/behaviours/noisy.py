"""Irregular spikes near threshold, made by noise."""

from __future__ import annotations

import math

import numpy as np

from neurodyn import noise
from neurodyn.behaviours import rules
from neurodyn.behaviours.response import Undecidable
from neurodyn.behaviours.subject import Subject
from neurodyn.behaviours.table import BehaviourTrace, Finding
from neurodyn.codegen import compiled
from neurodyn.errors import InputError, NumericalError
from neurodyn.simulation import StochasticTrajectories, solve_sde

_RUNS = 8
_LENGTH = 60.0  # of each run, in intervals between spikes
_DOUBLINGS = 8
_FRACTION = 0.2  # of the fastest time constant: the step


def stochastic_spiking(subject: Subject) -> Finding:
    """Irregular spikes under noise at an input where there are none without it."""
    name = "stochastic_spiking"
    level = subject.near_firing
    evidence: dict[str, float] = {"held input": level.held}
    interval, dt = subject.interval, _step(subject)
    length = _LENGTH * interval
    for k in range(_DOUBLINGS):
        # white noise of density s over one interval has the sd s / sqrt(2 interval)
        density = 0.05 * 2**k * level.rheobase * math.sqrt(2 * interval)
        runs = _runs(level, density, length, dt, _RUNS)
        intervals = np.concatenate([np.diff(times) for times in runs.spike_times])
        evidence |= {
            "noise density": density,
            "spikes": sum(map(len, runs.spike_times)),
            "CV of intervals": rules.variation(intervals) if len(intervals) > 2 else np.nan,
        }
        if rules.is_stochastic(intervals, silent=True):
            evidence["mean interval"] = float(intervals.mean())
            words = f"white noise of {density:.4g} per root of frequency, held at {level.held:.5g}"
            return Finding(
                name, "shown", "", words, evidence, (_drawn(level, density, length, dt),)
            )
    reason = "noise makes no spikes, or makes them regular"
    return Finding(name, "not shown", reason, "", evidence)


def _step(subject: Subject) -> float:
    """Return a step for the noise, from the fastest rate along a spike.

    The path that ``solve_sde`` would judge by, without noise, has no spikes.
    """
    run = subject.run(subject.pulses(0.0, subject.chronaxie, 1.5 * subject.pulse_threshold), 2)
    jacobian = compiled(subject.model, "numpy").jacobian
    fastest = 0.0
    for piece in run.pieces:
        J = np.moveaxis(jacobian(piece.x.T, piece.parameter_vector(piece.t)), -1, 0)
        fastest = max(fastest, float(np.abs(np.linalg.eigvals(J)).max()))
    return _FRACTION / fastest


def _runs(
    subject: Subject, density: float, length: float, dt: float, n: int
) -> StochasticTrajectories:
    keep = "spikes" if n > 1 else "traces"
    model = subject.model.with_parameters(**{subject.name: subject.held})
    try:
        return solve_sde(
            model,
            length,
            noise=noise.white_current(density, subject.name),
            x0=subject.rest,
            n=n,
            dt=dt,
            seed=subject.seed,
            keep=keep,
        )
    except (InputError, NumericalError) as error:
        raise Undecidable(str(error)) from None


def _drawn(subject: Subject, density: float, length: float, dt: float) -> BehaviourTrace:
    runs = _runs(subject, density, length, dt, 1)
    held = np.full(len(runs.t), subject.held)
    return BehaviourTrace(
        "with noise", runs.t, runs[subject.observable][0], held, runs.spike_times[0]
    )
