"""What depends on the past: two states at one input, ramps slow and fast, after-potentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from neurodyn.behaviours import rules
from neurodyn.behaviours.landmarks import NARROWEST_WINDOW
from neurodyn.behaviours.pulses import drawn as pulse_drawn
from neurodyn.behaviours.response import Response, equilibrium, respond
from neurodyn.behaviours.steps import drawn
from neurodyn.behaviours.subject import PRECISION, PULSE_PRECISION, Subject
from neurodyn.behaviours.table import Finding
from neurodyn.bisection import bisect
from neurodyn.equilibria import fixed_points
from neurodyn.stimuli import Stimulus, constant

_PHASES = 12


def _goes_on(subject: Subject, height: float, start: Mapping[str, float]) -> Response:
    """Return the response from a firing state at another constant input."""
    return respond(subject.model, subject.name, constant(subject.held + height), start)


def _last_firing(subject: Subject, inside: float, outside: float, start: Mapping) -> float:
    """Return the height nearest to ``outside`` at which firing, once begun, goes on.

    Firing is carried along in small steps, as a slow ramp would.
    """
    if _goes_on(subject, outside, start).sustained:
        return outside
    good, bad, state = inside, outside, start
    while abs(good - bad) > PRECISION * max(abs(good), abs(bad)):
        middle = good + 0.25 * (bad - good)
        for fraction in (0.5, 0.25):  # a large step may throw it out of a small basin
            middle = good + fraction * (bad - good)
            run = _goes_on(subject, middle, state)
            if run.sustained:
                break
        if run.sustained:
            good, state = middle, run.state
        else:
            bad = middle
    return good


def _lower_window(subject: Subject) -> tuple[float, float] | None:
    """Heights between which rest below the firing range and firing are both stable."""
    assert subject.onset is not None
    inside = 1.02 * subject.onset
    run = subject.step(subject.held + inside)
    if not run.sustained:
        return None
    low = _last_firing(subject, inside, 0.0, run.state)
    return (low, subject.rest_lost_at) if subject.rest_lost_at > low else None


def _upper_window(subject: Subject) -> tuple[float, float, Mapping[str, float]] | None:
    """As the lower window, with rest above the firing range; and the state of that rest."""
    if subject.firing_end is None:
        return None
    beyond = subject.step(subject.held + 1.5 * subject.firing_end)
    inner = subject.step(subject.held + 0.95 * subject.firing_end)
    if not (beyond.settled and inner.sustained):
        return None
    x = np.array(list(beyond.state.values()))
    height, pace = 1.5 * subject.firing_end, 0.01 * subject.firing_end
    while pace > 1e-5 * subject.firing_end and height > 0:
        found = equilibrium(subject.model, subject.name, subject.held + height - pace, x)
        if found is not None and found.stable:
            height, x = height - pace, found.x
        else:
            pace /= 2
    high = _last_firing(subject, 0.95 * subject.firing_end, 1.5 * subject.firing_end, inner.state)
    rest = dict(zip(subject.model.state_names, x.tolist(), strict=True))
    return (height, high, rest) if high > height else None


_Windows = list[tuple[str, float, float, Mapping[str, float] | None]]


def _measured_windows(subject: Subject) -> _Windows:
    """Return side, ends and state of rest of each window; no state where rest is followed up."""
    lower, upper = _lower_window(subject), _upper_window(subject)
    windows: _Windows = [] if lower is None else [("lower", *lower, None)]
    return windows if upper is None else [*windows, ("upper", *upper)]


def _known_windows(subject: Subject) -> _Windows:
    """As the measured ones, from the landmarks that the subject was given."""
    assert subject.known is not None
    windows: _Windows = []
    for low, high in subject.known.windows:
        if low < subject.known.rest_lost_at:
            windows.append(("lower", low - subject.held, high - subject.held, None))
            continue
        model = subject.model.with_parameters(**{subject.name: 0.5 * (low + high)})
        rest = next((point.state for point in fixed_points(model) if point.stable), None)
        if rest is not None:
            windows.append(("upper", low - subject.held, high - subject.held, rest))
    return windows


def bistability(subject: Subject) -> Finding:
    """Rest and firing, both stable at one input; a pulse switches."""
    name = "bistability"
    if subject.onset is None:
        return Finding(name, "not shown", "no step makes it fire on and on")
    evidence: dict[str, float] = {"rest is stable up to": subject.held + subject.rest_lost_at}
    windows = _measured_windows(subject) if subject.known is None else _known_windows(subject)
    for side, low, high, rest in windows:
        evidence[f"{side} window from"] = subject.held + low
        evidence[f"{side} window to"] = subject.held + high
        if high - low < NARROWEST_WINDOW * abs(subject.held + high):
            continue
        middle = 0.5 * (low + high)
        if rest is None:
            level = subject.held_at(middle)
        else:
            found = equilibrium(
                subject.model, subject.name, subject.held + middle, np.array(list(rest.values()))
            )
            if found is None or not found.stable:
                continue
            near = dict(zip(subject.model.state_names, found.x.tolist(), strict=True))
            level = replace(subject, held=subject.held + middle, near=near, known=None)
        run = _switched_on(subject, level)
        if run is not None:
            words = f"{run.stimulus.description}, held at {level.held:.6g}"
            evidence |= _switched_off(level, run)
            return Finding(name, "shown", "", words, evidence, (drawn(subject, run),))
    reason = (
        "rest and firing have no input in common"
        if not windows
        else ("the window is too narrow, or no pulse was found that switches it on")
    )
    return Finding(name, "not shown", reason, "", evidence)


def _switched_on(base: Subject, level: Subject) -> Response | None:
    """Return the first run in which a pulse brings the neuron from rest to lasting firing."""
    for sign in (1.0, -1.0):
        for depth in (0.25, 0.5, 1.0, 2.0, 4.0):
            height = sign * depth * max(base.rheobase, 0.25 * abs(level.held - base.held))
            if level.held + height < base.lowest_inhibiting_input:
                continue
            for width in (base.chronaxie, base.interval):
                run = level.run(level.pulses(0.0, width, height))
                if run.sustained:
                    return run
    return None


def _switched_off(level: Subject, run: Response) -> dict[str, float]:
    """Return when a second such pulse ends the firing, in periods after the third spike."""
    first = run.stimulus
    width, height = first.times[-1] - first.times[0], first.values[1] - level.held
    period = run.intervals[2] if run.count > 3 else run.intervals[-1]
    for phase in np.arange(_PHASES) / _PHASES:
        start = float(run.spike_times[2] + phase * period)
        if start <= width:
            continue
        both = level.pulses([0.0, start], width, height)
        if level.run(both).settled:
            return {"phase of a pulse that stops it": phase}
    return {}


def accommodation(subject: Subject) -> Finding:
    """A step that fires the neuron, and a slow ramp to the same input that does not."""
    name, evidence, traces = "accommodation", {}, ()
    for factor in (1.02, 1.1, 1.5, 2.0):
        height = factor * subject.rheobase
        step = subject.step(subject.held + height)
        for cycles in (20.0, 100.0):
            duration = cycles * max(subject.model.time_scale, subject.interval)
            wave = Stimulus(
                np.array([0.0, duration]),
                subject.held + np.array([0.0, height]),
                f"ramp to {subject.held + height:.5g} in {duration:.4g}",
            )
            ramp = subject.run(wave)
            evidence = {
                "input": subject.held + height,
                "spikes of the step": step.count,
                "ramp lasts": duration,
                "spikes of the ramp": ramp.count,
            }
            traces = (drawn(subject, step, "step"), drawn(subject, ramp, "ramp"))
            if step.count > 0 and ramp.count == 0 and ramp.settled:
                words = f"{wave.description}, against a step"
                return Finding(name, "shown", "", words, evidence, traces)
    reason = "where a step fires it, a slow ramp does too"
    return Finding(name, "not shown", reason, "", evidence, traces)


def depolarising_after_potential(subject: Subject) -> Finding:
    """After a spike the membrane stays above rest, and a weaker pulse fires it again."""
    name, width = "depolarising_after_potential", 0.25 * subject.chronaxie
    usual = subject.threshold(lambda h: subject.pulses(0.0, width, h))
    if not np.isfinite(usual):
        return Finding(name, "not decidable", "a brief pulse does not fire it")
    # just above threshold the spike comes at the end of the pulse, which leaves nothing behind
    height = (1 + 2 * PULSE_PRECISION) * usual
    run = subject.run(subject.pulses(0.0, width, height))
    trace = (pulse_drawn(subject, run, f"{subject.membrane} after one pulse", subject.membrane),)
    if run.count != 1 or not run.settled:
        reason = "a brief pulse does not give a single spike, after which there could be one"
        return Finding(name, "not decidable", reason, "", {"spikes": run.count}, trace)
    t, y = run.sampled(subject.membrane)
    y = y - subject.rest[subject.membrane]
    spike = float(run.spike_times[0])
    top_value = float(y[t <= spike].max())
    over = spike
    if subject.model.spike is not None and not subject.model.spike.reset:
        top = int(y.argmax())
        top_value = float(y[top])
        over = float(t[top + np.flatnonzero(y[top:] < 0.1 * top_value)[0]])
    at = max(over, width) + subject.chronaxie
    after = float(np.interp(at, t, y))

    def second(h: float) -> Stimulus:
        return subject.pulses([0.0, at], width, [height, h])

    def fires_again(h: float) -> bool:
        return subject.run(second(h), 2).count > 1

    limit = 2 * usual
    threshold = bisect(fires_again, 0.0, limit, 1e-2)[1] if fires_again(limit) else np.inf
    evidence = {
        "spike over rest": top_value,
        "after-potential": after,
        "measured at": at,
        "threshold then, in units of the usual": threshold / usual,
    }
    if rules.is_superexcitable(after, top_value, threshold / usual):
        return Finding(name, "shown", "", run.stimulus.description, evidence, trace)
    reason = "after a spike the membrane is not above rest, or not easier to excite"
    return Finding(name, "not shown", reason, "", evidence, trace)
