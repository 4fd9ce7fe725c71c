"""First cycles: from a Hopf point, a simulated trajectory, a special point of a branch."""

from __future__ import annotations

import contextlib

import numpy as np
from scipy.interpolate import PchipInterpolator

from neurodyn.arrays import Array
from neurodyn.continuation.collocation.elimination import Border, Borders, Condensed, Step
from neurodyn.continuation.collocation.equations import linearise
from neurodyn.continuation.collocation.frame import packed
from neurodyn.continuation.collocation.mesh import (
    MIN_INTERVALS,
    adapted_mesh,
    intervals_needed,
    remeshed,
)
from neurodyn.continuation.collocation.orbit import Orbit, node_times, phase_row
from neurodyn.continuation.cycles.curve import CycleChart, CycleCurve, SolvedCycle, half_amplitude
from neurodyn.continuation.cycles.cycle import CyclePoint
from neurodyn.continuation.equations.normal_form import critical_vectors
from neurodyn.continuation.equilibria.points import HopfPoint
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.simulation import Stiff, solve
from neurodyn.status import Status

_FIRST_PARAMETER = 1e-4  # first move of the parameter, in ranges, as the normal form predicts it
_ATTEMPTS = 8
_FIRST_AMPLITUDE = 0.02  # and of the states, in sizes of the branch of equilibria
_MOVABLE = 1e-3  # least size of a state in its value
_LEAST = 1e-3  # size of a state that hardly oscillates, in sizes of the one that does most
_MAX_STEPS = 12
_IMPLICIT = 1e-7  # relative tolerance of a run whose steps are a mesh
_MOST = 600  # of these steps; the error of collocation is far below theirs
_BRANCHING_AMPLITUDE = 0.02  # first step off a branch of cycles, in sizes of the cycle


def from_hopf(curve: CycleCurve, hopf: HopfPoint) -> SolvedCycle:
    """Return a small cycle near a Hopf point; its tangent is the direction in which it grows.

    To first order it is ``x_0 + 2 epsilon Re(q exp(2 pi i tau))``; the normal form tells how far
    the parameter moves with epsilon.
    """
    x, lam = hopf.x, np.array([hopf.parameter])
    s = hopf.scales
    matrix = curve.system.jacobian(x, lam) * s[None, :] / s[:, None]
    if np.max(np.abs(curve.system.rhs(x, lam)) / s) > 1e-6 * np.linalg.norm(matrix):
        raise InputError(
            f"the Hopf point at {hopf.parameter_name} = {hopf.parameter:g} is no equilibrium of "
            "this model; expected the model, with the parameter values, that it was computed for"
        )
    q = critical_vectors(matrix, hopf.omega, s)[0] * s
    # a state that the branch of equilibria holds in place may well oscillate
    s = np.maximum(s, _MOVABLE * np.abs(x))
    amplitude = _FIRST_AMPLITUDE / max(float(np.max(2 * np.abs(q) / s)), np.finfo(float).tiny)
    bend = -hopf.re_c1 / hopf.crossing_speed if hopf.crossing_speed else 0.0
    if np.isfinite(bend) and bend != 0:
        amplitude = min(amplitude, np.sqrt(_FIRST_PARAMETER * curve.width / abs(bend)))
    mesh = np.linspace(0.0, 1.0, (curve.intervals or MIN_INTERVALS) + 1)
    wave = np.exp(2j * np.pi * node_times(mesh))
    shape = 2 * np.real(np.outer(wave, q))
    for attempt in range(_ATTEMPTS):
        shift = bend * amplitude**2 if np.isfinite(bend) else 0.0
        guess = Orbit(
            mesh,
            x + amplitude * shape,
            float(np.log(2 * np.pi / hopf.omega)),
            float(lam[0] + shift),
        )
        direction = Step(shape, 0.0, 0.0)
        try:
            found = solved_across(curve, guess, direction)
        except NumericalError:
            amplitude /= 3
            continue
        if bend * found.slope >= 0 or attempt == _ATTEMPTS - 1:
            return found
        amplitude /= 3  # the branch has turned already: a fold of cycles lies nearer
    raise NumericalError(
        f"no small cycle was found near the Hopf point at {hopf.parameter_name} = "
        f"{hopf.parameter:.9g}; start from a simulated cycle instead",
        Status.NOT_CONVERGED,
    )


def solved_across(curve: CycleCurve, guess: Orbit, direction: Step) -> SolvedCycle:
    """Newton in the plane across ``direction`` (model units)."""
    size = half_amplitude(guess)
    chart = curve.chart(guess, packed(direction), np.maximum(size, _LEAST * size.max()))
    return chart.solve(chart.base, chart.tangent, max_steps=_MAX_STEPS)


def from_samples(curve: CycleCurve, model: Model, t: Array, x: Array, lam: float) -> SolvedCycle:
    """Return the cycle nearest to sampled data, at the parameter of the data.

    ``t`` and ``x`` may span one period or a long run that has settled; of a run the last stretch
    that comes back to where it began is taken. Where that does not converge on a mesh drawn from
    the samples, a period is run again by an implicit method, and its steps are the mesh.
    """
    t, x = _one_period(np.asarray(t, float), np.asarray(x, float))
    period = t[-1] - t[0]
    fine = np.linspace(0.0, 1.0, 20 * MIN_INTERVALS + 1)
    rough = Orbit(fine, _resampled(t, x, node_times(fine)), float(np.log(period)), lam)
    count = curve.intervals or max(intervals_needed(rough), 2 * MIN_INTERVALS)
    try:
        return _at_parameter(curve, remeshed(rough, adapted_mesh(rough, count)))
    except NumericalError as error:
        failure = error
    with contextlib.suppress(NumericalError):
        at = model.with_parameters(**{curve.parameter: lam})
        return _at_parameter(curve, _run_again(curve, at, x[0], period))
    raise NumericalError(
        f"the cycle given (period about {period:.4g}) does not converge to a periodic orbit "
        f"at {curve.parameter} = {lam:.9g}: {failure}. Give a run that has settled, "
        "more densely sampled",
        failure.status,
    )


def _at_parameter(curve: CycleCurve, guess: Orbit) -> SolvedCycle:
    return solved_across(curve, guess, Step(np.zeros_like(guess.x), 0.0, 1.0))


def _run_again(curve: CycleCurve, model: Model, x: Array, period: float) -> Orbit:
    """Return a period run by an implicit method, an interval of the mesh for each of its steps.

    A spike of nanoseconds in a period of a microsecond has layers that an even grid misses; the
    error control of the run has found them.
    """
    start = dict(zip(model.state_names, x.tolist(), strict=True))
    run = solve(model, period, x0=start, method=Stiff(_IMPLICIT))
    mesh = run.t / run.t[-1]
    mesh = np.append(mesh[: -1 : 1 + len(mesh) // _MOST], 1.0)
    x = run(node_times(mesh) * period).T
    guess = Orbit(mesh, x, float(np.log(period)), model[curve.parameter])
    if curve.intervals is not None:
        guess = remeshed(guess, adapted_mesh(guess, curve.intervals))
    return guess


def _resampled(t: Array, x: Array, tau: Array) -> Array:
    closed = x.copy()
    closed[-1] = closed[0]
    return np.asarray(PchipInterpolator((t - t[0]) / (t[-1] - t[0]), closed)(tau))


def _one_period(t: Array, x: Array) -> tuple[Array, Array]:
    """Cut one period out of a run: from an upward crossing to the one that it returns to."""
    size = np.ptp(x, axis=0)
    if not (size > 0).any():
        raise InputError("the trajectory given as a start is constant; expected an oscillation")
    size = np.where(size > 0, size, 1.0)
    if np.max(np.abs(x[-1] - x[0]) / size) < 0.02:
        return t, x
    late = t > t[0] + 0.5 * (t[-1] - t[0])
    t, x = t[late], x[late]
    leader = int(np.argmax(np.ptp(x, axis=0) / size))
    level = (x[:, leader].max() + x[:, leader].min()) / 2
    above = x[:, leader] > level
    up = np.nonzero(~above[:-1] & above[1:])[0]
    if len(up) < 2:
        raise InputError(
            "the trajectory given as a start does not come back to where it began; expected (t, x) "
            "over one period, or over several periods of a settled oscillation"
        )
    part = (level - x[up, leader]) / (x[up + 1, leader] - x[up, leader])
    moments = t[up] + part * (t[up + 1] - t[up])
    states = x[up] + part[:, None] * (x[up + 1] - x[up])
    gaps = np.max(np.abs(states[:-1] - states[-1]) / size, axis=1)
    close = np.nonzero(gaps < max(2.0 * gaps.min(), 0.02))[0]
    first = close[-1]
    inside = (t > moments[first]) & (t < moments[-1])
    return (
        np.concatenate([[moments[first]], t[inside], [moments[-1]]]),
        np.vstack([states[first], x[inside], states[-1]]),
    )


def from_special_point(curve: CycleCurve, point: CyclePoint) -> SolvedCycle:
    """Return a cycle of the branch that leaves a period doubling or branch point."""
    if point.kind not in ("period_doubling", "branch_point"):
        raise InputError(
            f"the start is a {point.kind.replace('_', ' ')}; expected a Hopf point, a period "
            "doubling, a branch point, a Cycle or a trajectory"
        )
    orbit = point.cycle.orbit
    size = half_amplitude(orbit)
    # a state at rest on the whole cycle (in an invariant plane) has no size of its own
    size = np.where(size > 1e-12 * size.max(), size, size.max())
    if point.kind == "period_doubling":
        orbit, shape = _doubling_direction(curve, orbit, size)
    else:
        shape = _crossing_direction(curve, orbit, size, point)
    chart = curve.chart(orbit, shape, size)
    for length in _BRANCHING_AMPLITUDE * 3.0 ** -np.arange(5):
        with contextlib.suppress(NumericalError):
            guess = chart.base + float(length) * chart.tangent
            return chart.solve(guess, chart.tangent, max_steps=_MAX_STEPS)
    raise NumericalError(
        f"the branch that leaves the {point.kind.replace('_', ' ')} at {point.parameter_name} = "
        f"{point.parameter:.9g} was not found",
        Status.NOT_CONVERGED,
    )


def _still(curve: CycleCurve, orbit: Orbit, size: Array) -> CycleChart:
    """The chart of an orbit, without a direction worth the name."""
    along = np.append(np.zeros(orbit.x.size + 1), 1.0)
    return curve.chart(orbit, along, size)


def _doubling_direction(curve: CycleCurve, orbit: Orbit, size: Array) -> tuple[Orbit, Array]:
    """Return the orbit run through twice, and the perturbation that changes sign after one turn.

    Both in model units.
    """
    nothing = np.zeros_like(orbit.x)
    borders = Borders.of(Border(nothing, 1.0, 0.0), Border(nothing, 0.0, 1.0))
    chart = _still(curve, orbit, size)
    linear = linearise(chart.system, chart.frame.scaled(chart.base))
    v = Condensed(linear, curve.system.n, borders, closing=-1.0).null_vector().x * size
    mesh = np.concatenate([orbit.mesh[:-1] / 2, (1 + orbit.mesh) / 2])
    twice = Orbit(mesh, np.vstack([orbit.x, orbit.x]), orbit.log_period + np.log(2.0), orbit.lam)
    return twice, packed(Step(np.vstack([v, -v]), 0.0, 0.0))


def _crossing_direction(curve: CycleCurve, orbit: Orbit, size: Array, point: CyclePoint) -> Array:
    """Return the null vector across the branch on which a branch point was found [model units]."""
    chart = _still(curve, orbit, size)
    frame = chart.frame
    scaled = frame.scaled(chart.base)
    row = phase_row(scaled)
    along = point.direction
    if along is None:
        raise InputError("this branch point carries no direction; expected one found on a branch")
    known = frame.weights * packed(along) / frame.units
    borders = Borders.of(
        Border(row / np.linalg.norm(row), 0.0, 0.0),
        Border(known[:-2].reshape(row.shape), float(known[-2]), float(known[-1])),
    )
    for nudge in (0.0, 1e-10, 1e-8):  # off the point by less than it is known, if exactly singular
        beside = scaled.moved(np.zeros_like(scaled.x), 0.0, nudge)
        with contextlib.suppress(np.linalg.LinAlgError):
            linear = linearise(chart.system, beside)
            return packed(Condensed(linear, curve.system.n, borders).null_vector()) * frame.units
    raise NumericalError("the equations at the branch point are singular", Status.NOT_CONVERGED)
