"""The neuron under test, and its own measures from which every stimulus is built.

Nothing is typed in: currents come from the rheobase and the onset and end of sustained firing,
durations from the chronaxie, the interval between spikes and the decay to rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array, ComplexArray
from neurodyn.behaviours.landmarks import Landmarks
from neurodyn.behaviours.response import ENOUGH, Response, Undecidable, equilibrium, respond
from neurodyn.bisection import bisect
from neurodyn.codegen import compiled
from neurodyn.model import Model
from neurodyn.stimuli import Stimulus, constant

_SEARCH = 1.6  # factor between the inputs tried until something happens
_FIRST = 1e-2  # the first of them, in typical sizes of the input
_TRIALS = 45
# sustained firing is looked for up to this multiple of the rheobase: threshold and hold current of
# the devices of the library lie up to a factor of 110 apart (VO2)
_RANGE = 1000.0
_PACE = 0.02  # first step along rest, in rheobases
_LEAP = 1.0  # largest step along rest, in typical sizes of the states
_WIDTHS = 15  # widths tried, each e times the one before
_EDGE = 0.95
# how long a spike is waited for after a pulse: typical cycles of the model, and its own intervals
_PULSE_PATIENCE = 60.0
_PULSE_INTERVALS = 10.0
PRECISION = 1e-4
"""Relative precision of thresholds of steps."""
PULSE_PRECISION = 1e-3
"""Relative precision of thresholds of pulses."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A neuron with one input, from its rest at the held value of that input.

    Parameters
    ----------
    model : Model
    name : str
        Of the input.
    held : float
        Its value before and after each stimulus.
    near : mapping from state name to float, optional
        Where to look for rest; where the model starts by default.
    seed : int
        Of the noise.
    known : Landmarks, optional
        What has been computed already; measured by runs by default.
    memory : dict
        What protocols that share a measurement keep for each other.
    """

    model: Model
    name: str
    held: float
    near: Mapping[str, float] | None = None
    seed: int = 0
    known: Landmarks | None = None
    memory: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _runs: dict[tuple[float, int], Response] = field(default_factory=dict, init=False, repr=False)
    _raised: dict[float, Subject] = field(default_factory=dict, init=False, repr=False)

    # ------------------------------------------------------------------ rest

    @cached_property
    def rest(self) -> dict[str, float]:
        """State of rest at the held input."""
        start = dict(zip(self.model.state_names, self.model.x0.tolist(), strict=True))
        start |= self.near or {}
        run = respond(self.model, self.name, constant(self.held), start)
        if not run.settled:
            raise Undecidable(
                f"the neuron does not come to rest at {self.name} = {self.held:g}; hold it where "
                "it rests, with model.with_parameters"
            )
        found = equilibrium(self.model, self.name, self.held, run.pieces[-1].x[-1])
        assert found is not None  # it has settled next to one
        return dict(zip(self.model.state_names, found.x.tolist(), strict=True))

    @cached_property
    def eigenvalues(self) -> ComplexArray:
        """Of the Jacobian at rest, slowest first."""
        p = self.model.with_parameters(**{self.name: self.held}).p
        jacobian = compiled(self.model).jacobian(np.array(list(self.rest.values())), p)
        values = np.linalg.eigvals(jacobian).astype(np.complex128)
        return values[np.argsort(np.abs(values.real))]

    @property
    def observable(self) -> str:
        """What spikes are looked at in."""
        assert self.model.spike is not None  # checked where the subject is made
        return self.model.spike.observable

    @property
    def membrane(self) -> str:
        """The state that stands for the membrane potential: the first."""
        return self.model.state_names[0]

    # ------------------------------------------------------------------ runs

    def run(self, stimulus: Stimulus, spikes: int = ENOUGH, **options: float) -> Response:
        """Return the response from rest."""
        return respond(self.model, self.name, stimulus, self.rest, spikes, **options)

    def step(self, value: float, spikes: int = ENOUGH) -> Response:
        """Return the response to a sustained step from the held input to ``value``."""
        key = (value, spikes)
        if key not in self._runs:
            wave = Stimulus(
                np.zeros(2),
                np.array([self.held, value]),
                f"step of {self.name} from {self.held:.4g} to {value:.6g}",
            )
            self._runs[key] = self.run(wave, spikes)
        return self._runs[key]

    def pulses(self, starts: npt.ArrayLike, width: float, height: npt.ArrayLike) -> Stimulus:
        """Return pulses of ``height`` above the held input, one at each of the ``starts``."""
        starts = np.atleast_1d(np.asarray(starts, dtype=float))
        heights = np.broadcast_to(np.asarray(height, dtype=float), starts.shape)
        times = (starts[:, None] + np.array([0.0, 0.0, width, width])).ravel()
        values = self.held + heights[:, None] * np.array([0.0, 1.0, 1.0, 0.0])
        shape = f"{len(starts)} pulses" if len(starts) > 1 else "pulse"
        return Stimulus(
            times,
            values.ravel(),
            f"{shape} of {', '.join(f'{h:+.4g}' for h in np.unique(heights))}, width {width:.4g}"
            + (f", spacing {starts[1] - starts[0]:.4g}" if len(starts) > 1 else ""),
        )

    def fires(self, stimulus: Stimulus) -> bool:
        """Whether the stimulus makes the resting neuron fire."""
        patience = max(_PULSE_PATIENCE, _PULSE_INTERVALS * self.interval / self.model.time_scale)
        return self.run(stimulus, spikes=1, patience=patience).count > 0

    def held_at(self, height: float) -> Subject:
        """Return the neuron at rest at another input, approached slowly."""
        if height not in self._raised:
            near = dict(zip(self.model.state_names, self.rest_at(height), strict=True))
            self._raised[height] = replace(self, held=self.held + height, near=near, known=None)
        return self._raised[height]

    @cached_property
    def near_firing(self) -> Subject:
        """The neuron at rest close to where rest is lost or firing begins, whichever is lower."""
        heights = [self.rest_lost_at, *([] if self.onset is None else [self.onset])]
        return self.held_at(_EDGE * min(heights))

    def levels(self) -> tuple[Subject, Subject]:
        """Return the neuron at rest, and at the edge of firing."""
        return self, self.near_firing

    def rest_at(self, height: float) -> list[float]:
        """Return the state of rest at an input above the held one, followed in small steps."""
        reached, x = self._follow_rest(height)
        if reached != height:
            raise Undecidable(
                f"the neuron does not rest at {self.name} = {self.held + height:g}: followed from "
                f"{self.held:g}, rest is lost at {self.held + reached:.5g}"
            )
        return x.tolist()

    def _follow_rest(self, target: float) -> tuple[float, Array]:
        """Carry rest towards a height; return how far it stays stable, and the state there.

        Newton's method from the state before, in steps that grow while it converges nearby: the
        current of a device that conducts exponentially changes by decades over a small step.
        """
        x = np.array(list(self.rest.values()))
        reached, pace = 0.0, math.copysign(_PACE * abs(self.rheobase), target)
        while reached != target:
            here = reached + pace if abs(reached + pace) < abs(target) else target
            found = equilibrium(self.model, self.name, self.held + here, x)
            if found is not None and found.stable and found.distance(x, self.model) < _LEAP:
                reached, x = here, found.x
                pace *= 1.1
            elif abs(pace) > 1e-5 * abs(self.rheobase):
                pace /= 2
            else:
                break
        return reached, x

    # ------------------------------------------------------------------ currents

    @cached_property
    def rest_lost_at(self) -> float:
        """Height above the held input at which rest loses its stability (fold or Hopf point).

        The equilibrium is followed by Newton's method; 0 if it is lost at once, and the largest
        height looked at if it is never lost.
        """
        if self.known is not None:
            return self.known.rest_lost_at - self.held
        return self._follow_rest(_RANGE * self.rheobase)[0]

    @cached_property
    def rheobase(self) -> float:
        """Smallest sustained step that makes the resting neuron fire, above the held input."""
        scale = next(q.scale for q in self.model.inputs if q.name == self.name)
        low, high = 0.0, _FIRST * scale
        for _ in range(_TRIALS):
            if self.step(self.held + high, 1).count:
                break
            low, high = high, _SEARCH * high
        else:
            raise Undecidable(f"no step of {self.name} up to {low:.3g} makes the neuron fire")
        return bisect(lambda h: self.step(self.held + h, 1).count > 0, low, high, PRECISION)[1]

    def sustains(self, height: float) -> bool:
        """Whether a step of ``height`` above the held input makes it fire on and on."""
        return self.step(self.held + height).sustained

    @cached_property
    def onset(self) -> float | None:
        """Smallest step that makes the neuron fire on and on; None if there is none."""
        if self.known is not None:
            begins = self.known.firing_from
            return None if begins is None else begins - self.held
        low = high = self.rheobase
        while not self.sustains(high):
            low, high = high, 1.15 * high
            if high > _RANGE * self.rheobase:
                return None
        if high == low:
            return high
        return bisect(self.sustains, low, high, PRECISION)[1]

    @cached_property
    def firing_end(self) -> float | None:
        """Largest step under which firing goes on (from rest); None if it has no end in reach."""
        if self.onset is None:
            return None
        if self.known is not None:
            return None if self.known.firing_to is None else self.known.firing_to - self.held
        low, high = self.onset, _SEARCH * self.onset
        while self.sustains(high):
            low, high = high, _SEARCH * high
            if high > _RANGE * self.rheobase:
                return None
        return bisect(lambda h: not self.sustains(h), low, high, PRECISION)[0]

    # ------------------------------------------------------------------ times

    @cached_property
    def interval(self) -> float:
        """Time between spikes at one and a half times the onset, or the model's typical cycle."""
        if self.onset is not None:
            end = math.inf if self.firing_end is None else self.firing_end
            run = self.step(self.held + min(1.5 * self.onset, end))
            if run.sustained:
                return float(np.mean(run.intervals[-3:]))
        return self.model.time_scale

    @cached_property
    def chronaxie(self) -> float:
        """Width of the pulse whose threshold is twice the rheobase (Lapicque 1909)."""
        height = 2 * self.rheobase

        def fires(log_width: float) -> bool:
            return self.fires(self.pulses(0.0, math.exp(log_width), height))

        first = math.log(self.model.time_scale)
        start = fires(first)
        widths = first + (-1.0 if start else 1.0) * np.arange(1, _WIDTHS)
        other = next((float(w) for w in widths if fires(w) != start), None)
        if other is None:
            raise Undecidable("pulses of twice the rheobase fire at any width, or at none")
        high = other + 1.0 if start else other
        return math.exp(bisect(fires, high - 1.0, high, absolute=1e-3)[1])

    @cached_property
    def pulse_threshold(self) -> float:
        """Smallest height of a pulse one chronaxie wide that makes the neuron fire."""
        top = 2 * self.rheobase  # fires, by the definition of the chronaxie
        return self.threshold(lambda h: self.pulses(0.0, self.chronaxie, h), top)

    def threshold(self, stimulus: Callable[[float], Stimulus], top: float | None = None) -> float:
        """Return the smallest height at which a stimulus makes the neuron fire.

        Parameters
        ----------
        stimulus : function of the height above the held input
        top : float, optional
            Height up to which is searched; infinite is returned where nothing fires below.
        """
        limit = 64 * self.rheobase if top is None else top
        low, high = 0.0, min(self.rheobase, limit)
        while not self.fires(stimulus(high)):
            if high >= limit:
                return math.inf
            low, high = high, min(_SEARCH * high, limit)
        return bisect(lambda h: self.fires(stimulus(h)), low, high, PULSE_PRECISION)[1]

    # ------------------------------------------------------------------ polarity

    @cached_property
    def lowest_inhibiting_input(self) -> float:
        """Lowest input that inhibits: 0 for a neuron that answers both polarities alike."""
        forward = self.step(1.5 * self.rheobase, 2).spike_times if self.held == 0 else np.empty(0)
        back = self.step(-1.5 * self.rheobase, 2).spike_times if len(forward) else np.empty(0)
        alike = len(back) and len(forward) == len(back) and np.allclose(forward, back, rtol=1e-3)
        return 0.0 if alike else -math.inf

    @cached_property
    def landmarks(self) -> dict[str, float]:
        """What stimuli were built from, in the model's units."""
        found = {"held input": self.held, "rheobase": self.rheobase}
        if self.onset is not None:
            found["onset of sustained firing"] = self.onset
        if self.firing_end is not None:
            found["end of sustained firing"] = self.firing_end
        found |= {"interval at 1.5 onset": self.interval, "chronaxie": self.chronaxie}
        return found | {"threshold of a pulse one chronaxie wide": self.pulse_threshold}
