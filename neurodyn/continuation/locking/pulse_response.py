r"""What one pulse does to all later spikes, against when it comes: exactly, and to first order.

A pulse that begins x periods after a spike changes the k-th later spike time by an amount that
settles, once the neuron is back on its cycle, to the total :math:`\Delta(x)` (lengthening > 0).
For a weak current i(s) from the pulse's beginning on, with Z the phase response of the adjoint
equation and g the rate of the states per unit of the input,

.. math:: \Delta(x) = -\frac{P}{2\pi} \int i(s)\, Z(xP + s) \cdot g(xP + s)\, ds .

G. B. Ermentrout, D. H. Terman, Mathematical Foundations of Neuroscience (2010), ch. 8;
E. M. Izhikevich, Dynamical Systems in Neuroscience (2007), ch. 10.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array
from neurodyn.codegen import model_function
from neurodyn.continuation.cycles.cycle import Cycle, require_states
from neurodyn.continuation.cycles.phase_response import phase_response
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model, Quantity
from neurodyn.model.inputs import current_input
from neurodyn.simulation import Adaptive
from neurodyn.status import Status
from neurodyn.stimuli import Stimulus
from neurodyn.sweeps import sweep

_RTOL = 1e-11
_SETTLED = 1e-8  # of a period: change of the last interval after which nothing more is expected
_FIRST, _MOST = 8, 128  # spikes watched after a pulse
_SPARE = 3.0  # periods beyond them, for pulses that make the neuron wait
_SAMPLES = 8  # in each mesh interval, to find the spike
_BEYOND = 1e-12  # periods: a start on the threshold is no spike, one just below is
_PARTS = 400  # of a period, in each of which the current's effect is summed by four nodes


@dataclass(frozen=True, repr=False, eq=False)
class PulseResponse:
    """Change of later spike times by one pulse, against its phase.

    Parameters
    ----------
    model_name, input_name, time_unit : str
    pulse : Stimulus
        Added to the input from the given phase on.
    period : float [time unit]
        Of the neuron alone.
    phase : (n + 1,) float
        When the pulse begins, in periods after a spike, evenly from 0 to 1.
    changes : (n + 1, k) float [time unit]
        Of the interval in which the pulse begins, of the next one, and so on; a pulse at phase 1
        begins with the spike and leaves the first interval as it is.
    weak : (n + 1,) float [time unit]
        Total change to first order in the pulse, by the adjoint phase response.
    """

    model_name: str
    input_name: str
    time_unit: str
    pulse: Stimulus
    period: float
    phase: Array
    changes: Array
    weak: Array

    @cached_property
    def total(self) -> Array:
        """Change of all spikes after those that the pulse still reaches, (n + 1,) [time unit]."""
        return self.changes.sum(axis=1)

    @cached_property
    def curve(self) -> CubicSpline:
        """The total change [time unit] as a periodic spline of the phase in periods."""
        return _periodic(self.phase, self.total)

    @cached_property
    def weak_curve(self) -> CubicSpline:
        """The first order of it, likewise."""
        return _periodic(self.phase, self.weak)

    @cached_property
    def later(self) -> CubicSpline:
        """The part of the total that comes after the first interval, phases from 0 to 1."""
        return CubicSpline(self.phase, self.changes[:, 1:].sum(axis=1))

    def __repr__(self) -> str:
        low, high = int(np.argmin(self.total)), int(np.argmax(self.total))
        unit = "" if self.time_unit == "1" else f" {self.time_unit}"
        return (
            f"Response of {self.model_name} to {self.pulse.description} in {self.input_name}, "
            f"period {self.period:.9g}{unit}\n  later spikes move by {self.total[low]:.5g} to "
            f"{self.total[high]:.5g}{unit}, at phases {self.phase[low]:.3f} and "
            f"{self.phase[high]:.3f} (> 0: later)\n  {len(self.phase) - 1} phases"
        )


def _periodic(phase: Array, values: Array) -> CubicSpline:
    closed = values.copy()
    closed[-1] = closed[0]
    return CubicSpline(phase, closed, bc_type="periodic")


@checked
def pulse_response(
    model: Model, cycle: Cycle, pulse: Stimulus, *, into: str | None = None, n: Count = 512
) -> PulseResponse:
    """Return what one pulse does to later spike times, against when it begins.

    One run for each phase, from the spike on the cycle, until the intervals are as before.

    Parameters
    ----------
    model : Model
        Its parameters are used, but for the one along which the cycle was found: that is taken
        from the cycle.
    cycle : Cycle
        Of one spike, as from ``settled_cycle``.
    pulse : Stimulus
        What is added to the input from the given phase on; 0 at its beginning and end.
    into : str, optional
        The input; the model's only current by default.
    n : int
        Number of phases.

    Returns
    -------
    PulseResponse

    Raises
    ------
    InputError
        If the cycle is not one of this model or has not one spike, the pulse does not begin and end
        at 0, or n is below 8.
    NumericalError
        If the neuron does not come back to its cycle after a pulse.

    References
    ----------
    E. M. Izhikevich, Dynamical Systems in Neuroscience (2007), ch. 10.

    Examples
    --------
    >>> import neurodyn as nd
    >>> neuron = nd.devices.nbox_neuron(I_s=300e-6)
    >>> cycle = nd.settled_cycle(neuron, 3e-6)
    >>> found = nd.pulse_response(neuron, cycle, nd.pulse(60e-6, width=100e-9), n=20)
    >>> (1e9 * found.total[[0, 2]]).round(6).tolist()     # ns; a current brings spikes forward
    [-10.345185, -18.562024]
    """
    current = current_input(model, into, "pulse_response")
    _check(model, cycle, pulse, n)
    model = model.with_parameters(**{cycle.parameter_name: cycle.parameter})
    phase, zero = np.arange(n + 1) / n, _spike_phase(model, cycle)
    start = dict(zip(model.state_names, cycle.at([zero])[0].tolist(), strict=True))
    changes = _changes(model, start, cycle.period, current, pulse, phase)
    weak = _weak(model, cycle, current, pulse, phase + zero)
    return PulseResponse(
        model_name=model.name,
        input_name=current.name,
        time_unit=model.time_unit,
        pulse=pulse,
        period=cycle.period,
        phase=phase,
        changes=changes,
        weak=weak,
    )


def _check(model: Model, cycle: Cycle, pulse: Stimulus, n: int) -> None:
    if model.spike is None:
        raise InputError(f"model {model.name!r} declares no spike event; expected one that spikes")
    require_states(cycle, model)
    if pulse.values[0] or pulse.values[-1] or pulse.times[0] < 0 or not pulse.values.any():
        raise InputError(
            f"the pulse ({pulse.description}) goes from {pulse.values[0]:g} at {pulse.times[0]:g} "
            f"to {pulse.values[-1]:g}; expected one that begins at 0 or later, from 0, and ends at "
            "0, such as nd.pulse(amplitude, width)"
        )
    if n < 8:
        raise InputError(f"n is {n}; expected 8 phases or more")


def _spike_phase(model: Model, cycle: Cycle) -> float:
    """Return where on the cycle, in periods, its one spike is; a little later than earlier."""
    assert model.spike is not None
    event = model_function(model, [model.spike.expression], "numpy")

    def level(tau: Array | float) -> Array:
        values = event(cycle.at(np.mod(tau, 1.0)).T, model.p)[0]
        return np.broadcast_to(np.asarray(values, float), np.shape(np.atleast_1d(tau)))

    parts = np.arange(_SAMPLES) / _SAMPLES
    grid = (cycle.mesh[:-1, None] + np.diff(cycle.mesh)[:, None] * parts).ravel()
    grid = np.append(grid, 1.0 + grid[0])
    values = level(grid)
    rises = np.flatnonzero((values[:-1] < 0) & (values[1:] >= 0))
    if len(rises) != 1:
        raise InputError(f"the cycle of {model.name!r} has {len(rises)} spikes; expected one")
    low, high = grid[rises[0]], grid[rises[0] + 1]
    root = brentq(lambda tau: float(level(tau)[0]), low, high, xtol=1e-15)
    return float(root) + _BEYOND


def _changes(
    model: Model,
    start: dict[str, float],
    period: float,
    current: Quantity,
    pulse: Stimulus,
    phase: Array,
) -> Array:
    """Return the change of each interval after a pulse at each phase, (n + 1, k)."""
    base = model[current.name]
    waves = [Stimulus(x * period + pulse.times, base + pulse.values) for x in phase]
    waves.append(Stimulus(np.zeros(1), np.array([base])))
    count = _FIRST
    while True:
        t_end = (count + _SPARE) * period + float(pulse.times[-1])
        runs = sweep(
            model,
            {current.name: waves},
            t_end,
            measure="spike_times",
            x0=start,
            method=Adaptive(_RTOL),
        )
        times = np.asarray(runs["spike_times"])[:, :count]
        shifts = times[:-1] - times[-1]
        if times.shape[1] < count or np.isnan(shifts).any():
            where = phase[np.flatnonzero(np.isnan(shifts).any(axis=1))[0]] if shifts.size else 0.0
            raise NumericalError(
                f"after a pulse at phase {where:.4g} {model.name} does not spike {count} times "
                f"within {count + _SPARE:g} periods; expected a weaker pulse, after which it goes "
                "on as before",
                Status.NOT_CONVERGED,
            )
        left = np.abs(shifts[:, -1] - shifts[:, -2]).max() / period
        if left < _SETTLED:
            return np.diff(shifts, axis=1, prepend=0.0)
        count *= 2
        if count > _MOST:
            raise NumericalError(
                f"{_MOST} spikes after a pulse the intervals of {model.name} still change by "
                f"{left:.1e} of a period; expected a neuron that comes back to its cycle",
                Status.NOT_CONVERGED,
            )


def _weak(model: Model, cycle: Cycle, current: Quantity, pulse: Stimulus, tau: Array) -> Array:
    """Return the total change to first order, for pulses that begin at phases of the cycle."""
    response, period = phase_response(model, cycle), cycle.period
    nodes, weights = np.polynomial.legendre.leggauss(4)
    edges = np.unique(pulse.times)
    fine = [
        np.linspace(a, b, 2 + int(_PARTS * (b - a) / period)) for a, b in itertools.pairwise(edges)
    ]
    knots = np.unique(np.concatenate(fine))
    half = np.diff(knots)[:, None] / 2
    s = (knots[:-1, None] + half * (1 + nodes)).ravel()
    charge = (half * weights).ravel() * pulse(s)
    slopes = [sympy.diff(expression, current.symbol) for expression in model.rhs]
    gains = model_function(model, slopes, "numpy")
    total = np.empty(len(tau))
    for i, begin in enumerate(tau):
        at = np.mod(begin + s / period, 1.0)
        gain = np.stack([np.broadcast_to(g, at.shape) for g in gains(cycle.at(at).T, model.p)])
        effect = np.einsum("ji,ij->i", gain, response.at(2 * np.pi * at))
        total[i] = -period / (2 * np.pi) * (charge @ effect)
    return total
