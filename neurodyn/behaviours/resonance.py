"""Below threshold: ringing, and pairs of pulses that a resonator and an integrator tell apart."""

from __future__ import annotations

import numpy as np

from neurodyn.arrays import Array
from neurodyn.behaviours import rules
from neurodyn.behaviours.pulses import drawn
from neurodyn.behaviours.response import Response, Undecidable
from neurodyn.behaviours.subject import Subject
from neurodyn.behaviours.table import Finding
from neurodyn.bisection import bisect

_LASTING = 10.0  # a ringing that decays so much faster than the slowest mode is left out
_SPACINGS = 15
PAIR_PRECISION = 2e-3
_FAINT = 1e-3  # deviations below this fraction of the first are the solver's


def extrema(t: Array, deviation: Array, after: float) -> Array:
    """Return the largest deviation, with sign, of each swing to one side after a time."""
    y = deviation[t >= after]
    swings = np.split(y, np.flatnonzero(np.diff(np.sign(y)) != 0) + 1)
    tops = np.array([swing[np.abs(swing).argmax()] for swing in swings if len(swing)])
    return tops[np.abs(tops) > _FAINT * np.abs(tops).max()] if len(tops) else tops


def _ringing(subject: Subject) -> tuple[Response, Array]:
    """Return the response to half a threshold pulse, and the swings of the membrane after it."""
    width = _pulse_width(subject)
    threshold = subject.threshold(lambda h: subject.pulses(0.0, width, h))
    height = 0.5 * threshold if np.isfinite(threshold) else subject.rheobase
    run = subject.run(subject.pulses(0.0, width, height))
    t, y = run.sampled(subject.membrane)
    return run, extrema(t, y - subject.rest[subject.membrane], width)


def _period(subject: Subject) -> float:
    """Period of the ringing at rest, from the eigenvalues; infinite where there is none.

    That of the pair that lasts longest. A pair which decays much faster than the slowest mode (a
    parasitic resonance of the circuit) is not what a neuron would be called a resonator for.
    """
    values = subject.eigenvalues
    slow = np.abs(values.real) <= _LASTING * np.abs(values.real[0])
    ringing = values[slow & (values.imag > 0)]
    return float(2 * np.pi / ringing[0].imag) if len(ringing) else np.inf


def _pulse_width(subject: Subject) -> float:
    return min(subject.chronaxie, _period(subject) / 8)


def subthreshold_oscillations(subject: Subject) -> Finding:
    """Ringing after a pulse too weak to make a spike."""
    name, evidence, traces = "subthreshold_oscillations", {}, ()
    for level in subject.levels():
        run, swings = _ringing(level)
        evidence = {"held input": level.held, "period from eigenvalues": _period(level)}
        evidence |= {f"swing {i + 1}": swing for i, swing in enumerate(swings[:4])}
        traces = (run.trace(f"held at {level.held:.4g}", subject.membrane, _stop(level, run)),)
        if run.count == 0 and rules.is_oscillating(swings):
            words = f"{run.stimulus.description}, held at {level.held:.5g}"
            return Finding(name, "shown", "", words, evidence, traces)
    return Finding(name, "not shown", "it returns to rest without ringing", "", evidence, traces)


def _stop(subject: Subject, run: Response) -> float:
    period = _period(subject)
    return float(run.stimulus.times[-1]) + (
        5 * period if np.isfinite(period) else 10 * subject.chronaxie
    )


def _pairs(subject: Subject) -> tuple[Array, Array, float, float]:
    """Return spacings, thresholds of a pair of pulses, width, and threshold of a single pulse."""
    if "pairs" not in subject.memory:
        subject.memory["pairs"] = _measured_pairs(subject)
    return subject.memory["pairs"]


def _measured_pairs(subject: Subject) -> tuple[Array, Array, float, float]:
    width, period = _pulse_width(subject), _period(subject)
    single = subject.threshold(lambda h: subject.pulses(0.0, width, h))
    if not np.isfinite(single):
        raise Undecidable(f"no pulse of width {width:.3g} fires it")
    if np.isfinite(period) and 2.2 * period < 60 * width:
        spacings = np.linspace(1.25 * width, 2.2 * period, _SPACINGS)
    else:
        spacings = np.geomspace(1.25 * width, 40 * width, _SPACINGS)
    thresholds = np.array([_pair_threshold(subject, gap, width, single) for gap in spacings])
    return spacings, thresholds, width, single


def _pair_threshold(subject: Subject, gap: float, width: float, single: float) -> float:
    """Return the threshold of a pair of pulses: at most that of one."""

    def fires(height: float) -> bool:
        return subject.fires(subject.pulses([0.0, gap], width, height))

    low = 0.4 * single
    return bisect(fires, 0.0 if fires(low) else low, single, PAIR_PRECISION)[1]


def _pair_evidence(subject: Subject) -> dict[str, float]:
    spacings, thresholds, width, single = _pairs(subject)
    best = int(thresholds[1:].argmin()) + 1
    return {
        "held input": subject.held,
        "pulse width": width,
        "threshold of one pulse": single,
        "threshold of a close pair": thresholds[0],
        "lowest threshold of a distant pair": thresholds[best],
        "at the spacing": spacings[best],
        "period from eigenvalues": _period(subject),
    }


def _dip(thresholds: Array) -> int:
    """Return the place of the deepest minimum between two higher thresholds."""
    depth = [
        min(thresholds[:k].max(), thresholds[k + 1 :].max()) / thresholds[k]
        for k in range(1, len(thresholds) - 1)
    ]
    return int(np.argmax(depth)) + 1


def resonator(subject: Subject) -> Finding:
    """A pair of weak pulses fires it at one spacing, and not at a shorter or a longer one."""
    evidence, traces = {}, ()
    for level in subject.levels():
        evidence = _pair_evidence(level)
        spacings, thresholds, width, single = _pairs(level)
        dip = _dip(thresholds)
        height = min(0.5 * (thresholds[dip] + single), 1.005 * thresholds[dip])
        runs = [
            level.run(level.pulses([0, gap], width, height))
            for gap in spacings[[dip // 2, dip, -1]]
        ]
        traces = tuple(drawn(level, r, f"spacing {r.stimulus.times[4]:.3g}") for r in runs)
        if rules.is_resonant(thresholds):
            evidence |= {"resonant spacing": spacings[dip], "threshold there": thresholds[dip]}
            words = f"{runs[1].stimulus.description}, held at {level.held:.5g}"
            return Finding("resonator", "shown", "", words, evidence, traces)
    reason = "no spacing of two pulses is better than both a shorter and a longer one"
    return Finding("resonator", "not shown", reason, "", evidence, traces)


def integrator(subject: Subject) -> Finding:
    """The nearer two weak pulses, the more easily they fire it."""
    evidence = _pair_evidence(subject)
    spacings, thresholds, width, single = _pairs(subject)
    height = 0.5 * (thresholds[0] + single)
    runs = [subject.run(subject.pulses([0, gap], width, height)) for gap in spacings[[0, -1]]]
    traces = tuple(drawn(subject, r, n) for r, n in zip(runs, ("close", "distant"), strict=True))
    if rules.is_integrating(thresholds, single):
        return Finding("integrator", "shown", "", runs[0].stimulus.description, evidence, traces)
    reason = "the threshold of two pulses does not grow steadily with their spacing"
    return Finding("integrator", "not shown", reason, "", evidence, traces)
