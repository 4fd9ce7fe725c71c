"""``continue_cycles``: branches of periodic orbits by collocation and pseudo-arclength."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation import cycle_ends, cycle_starts
from neurodyn.continuation.canard import Before, Findings
from neurodyn.continuation.collocation import Orbit
from neurodyn.continuation.condensation import Step
from neurodyn.continuation.cycle import Cycle, CyclePoint, as_cycle
from neurodyn.continuation.cycle_branch import CycleBranch
from neurodyn.continuation.cycle_points import VERTICAL, cycle_points_in, unexplained
from neurodyn.continuation.cycle_walk import (
    Advance,
    CycleCurve,
    follow_cycles,
    half_amplitude,
)
from neurodyn.continuation.smoothness import require_smooth
from neurodyn.continuation.special_points import HopfPoint
from neurodyn.continuation.system import check_parameter, check_range, free_system
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.status import Status


@dataclass
class _Track:
    """What one direction of a branch has brought so far."""

    findings: Findings
    cycles: list[Cycle] = field(default_factory=list)
    hopf: list[HopfPoint] = field(default_factory=list)
    ended: str = ""
    status: Status = Status.OK
    notes: list[str] = field(default_factory=list)


def continue_cycles(
    model: Model,
    start: Any,
    span: tuple[float, float] | None = None,
    *,
    parameter: str | None = None,
    intervals: int | None = None,
    max_points: int = 1000,
    progress: Progress = silent,
) -> CycleBranch:
    """Follow a family of periodic orbits, with their stability and special points.

    Parameters
    ----------
    model : Model
        The other parameters keep its values.
    start : HopfPoint, CyclePoint, Cycle, trajectory or (t, x)
        A Hopf point; a period doubling or branch point of another branch of cycles, to switch
        there; a cycle; or samples of one: times (n_t,), states (n_t, n_states), over one period or
        a settled run, taken at the model's value of the parameter.
    span : (low, high), optional
        Range of the parameter. That of the branch on which the start was found by default.
    parameter : str, optional
        Needed where the start does not tell it.
    intervals : int, optional
        Number of mesh intervals; chosen from the error of the collocation by default.
    max_points : int
        Most cycles in one direction; a branch that reaches it has the status MAX_STEPS.
    progress : function, optional
        Called with the name of the work and the fraction done, from 0 to 1, never less than
        before: the part of the range covered, or of ``max_points`` used, whichever is more.

    Returns
    -------
    CycleBranch
        ``.ended`` tells why it stopped: "hopf" (zero amplitude; a family that joins two Hopf points
        is not traced back), "homoclinic", "range", "closed loop".

    Notes
    -----
    In a canard explosion the parameter is constant to all digits over many cycles. Two neighbouring
    special points of one kind between which it varies by less than 1e-9 of the range undo each
    other and cannot be told from none: they are left out of ``.special``, and ``.notes`` says how
    many. A point that was bracketed but could not be refined is kept, with a status other than OK.

    Raises
    ------
    InputError
        For a start, parameter or range that cannot be used.
    NumericalError
        If the start does not converge to a cycle, or the branch cannot be followed; the branch so
        far is then its ``.result``.

    References
    ----------
    E. J. Doedel, H. B. Keller, J. P. Kernevez, Int. J. Bifurcation Chaos 1, 745 (1991).

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import continue_cycles, continue_equilibria
    >>> neuron = nd.devices.fitzhugh_nagumo()
    >>> branch = continue_equilibria(neuron, "I", (0.0, 2.0))
    >>> cycles = continue_cycles(neuron, branch.hopf[0])
    >>> [(point.kind, round(point.parameter, 6)) for point in cycles.special]
    [('cycle_fold', 0.324179), ('cycle_fold', 1.425821)]
    >>> cycles.ended
    'hopf'
    """
    name, span = _read(model, start, span, parameter)
    require_smooth(model)
    if intervals is not None and intervals < 4:
        raise InputError(f"intervals is {intervals}; expected 4 or more")
    curve = CycleCurve(free_system(model, (name,)), name, span[1] - span[0], intervals)
    tell = monotonic(progress, "cycles")
    tracks, began = _tracks(model, curve, start, span, max_points, tell)
    tell(1.0)
    return _joined(model, name, span, tracks, began)


def _read(
    model: Model, start: Any, span: tuple[float, float] | None, parameter: str | None
) -> tuple[str, tuple[float, float]]:
    name = parameter or getattr(start, "parameter_name", None)
    if name is None:
        raise InputError("the start does not tell which parameter to vary; give parameter=")
    check_parameter(model, name)
    if isinstance(start, (HopfPoint, CyclePoint)) and name != start.parameter_name:
        raise InputError(
            f"the start was found along {start.parameter_name}; expected parameter="
            f"{start.parameter_name!r} or none"
        )
    span = span if span is not None else getattr(start, "span", None)
    if span is None:
        raise InputError(f"no range is given for {name}; expected span=(low, high)")
    return name, check_range(model, name, span)


def _tracks(
    model: Model,
    curve: CycleCurve,
    start: Any,
    span: tuple[float, float],
    max_points: int,
    tell: Callable[[float], None],
) -> tuple[list[_Track], str]:
    """Follow the branch in the one or two directions that the start has."""
    if isinstance(start, HopfPoint):
        orbit, direction = cycle_starts.from_hopf(curve, start)
        began = "hopf"
    elif isinstance(start, CyclePoint):
        orbit, direction = cycle_starts.from_special_point(curve, start)
        began = start.kind.replace("_", " ")
    else:
        orbit, direction, began = *_given_cycle(model, curve, start, span), ""
    if not span[0] <= orbit.lam <= span[1]:
        raise InputError(
            f"the first cycle is at {curve.name} = {orbit.lam:g}; expected it inside the range "
            f"({span[0]:g}, {span[1]:g})"
        )
    forward = _track(model, curve, orbit, direction, span, max_points, tell)
    if isinstance(start, HopfPoint):
        forward.hopf.insert(0, start)
    if began or forward.ended == "closed loop":
        return [forward], began or "closed loop"
    back = Step(-direction.x, -direction.log_period, -direction.lam)
    return [_track(model, curve, orbit, back, span, max_points, tell), forward], ""


def _given_cycle(
    model: Model, curve: CycleCurve, start: Any, span: tuple[float, float]
) -> tuple[Orbit, Step]:
    """Return the cycle that a Cycle, a trajectory or (t, x) stands for, and the way up."""
    if isinstance(start, Cycle):
        t, x, lam = start.t, start.x, model[curve.name]
        if start.parameter_name == curve.name:
            lam = start.parameter
    else:
        t, x = _samples(model, start)
        lam = model[curve.name]
    if not span[0] <= lam <= span[1]:
        raise InputError(
            f"the start is at {curve.name} = {lam:g}, the model's value; expected it inside the "
            f"range ({span[0]:g}, {span[1]:g})"
        )
    return cycle_starts.from_samples(curve, t, x, lam)


def _samples(model: Model, start: Any) -> tuple[Array, Array]:
    if hasattr(start, "t") and hasattr(start, "x"):
        t, x = start.t, start.x
    else:
        try:
            t, x = start
        except (TypeError, ValueError):
            raise InputError(
                f"the start is a {type(start).__name__}; expected a Hopf point, a special point or "
                "cycle of another branch, a trajectory, or a pair (t, x)"
            ) from None
    if isinstance(x, Mapping):
        x = np.stack([np.asarray(x[name], float) for name in model.state_names], axis=1)
    t, x = np.asarray(t, float), np.asarray(x, float)
    n = len(model.states)
    if x.ndim == 2 and x.shape != (len(t), n) and x.shape == (n, len(t)):
        x = x.T
    if t.ndim != 1 or x.shape != (len(t), n) or len(t) < 8 or not (np.diff(t) > 0).all():
        raise InputError(
            f"the start has times of shape {t.shape} and states of shape {x.shape}; expected "
            f"rising times (n_t,) and states (n_t, {n}), with n_t of 8 or more"
        )
    return t, x


def _track(
    model: Model,
    curve: CycleCurve,
    orbit: Orbit,
    direction: Step,
    span: tuple[float, float],
    max_points: int,
    tell: Callable[[float], None],
) -> _Track:
    """Follow one direction to its end."""

    def locate(step: Advance, before: Before, after: Any) -> list[CyclePoint]:
        found = cycle_points_in(step, before, after, curve.name, model.state_names, span)
        if unexplained(step, before, after, found):
            track.notes.append(_jumped(curve.name, step))
        return [point for point in found if span[0] <= point.parameter <= span[1]]

    track, first = _Track(Findings(locate, curve.width)), orbit
    size = half_amplitude(orbit)
    size = np.maximum(size, 1e-6 * np.max(size / model.scales) * model.scales)
    before: tuple[float, Any] | None = None
    shortest = orbit.period
    try:
        for step in follow_cycles(curve, orbit, direction, size):
            old, new = step.ray.frame.unscaled(step.ray.base), step.orbit
            if before is None:
                before = _at_base(step)
                track.cycles.append(as_cycle(old, curve.name, model.state_names, before[1]))
            if cycle_ends.turned_over(old, new):
                hopf = cycle_ends.hopf_at_end(model, curve, old, size, span)
                if hopf is not None:
                    track.hopf.append(hopf)
                    track.ended = "hopf"
                    return track
            if not span[0] <= new.lam <= span[1]:
                _finish_at_limit(track, curve, step, before, model, span)
                return track
            values = step.solved.multipliers
            track.cycles.append(as_cycle(new, curve.name, model.state_names, values))
            covered = abs(new.lam - first.lam) / curve.width
            tell(min(0.95, max(covered, len(track.cycles) / max_points)))
            if abs(step.slope) > VERTICAL:
                track.findings.meet(step, before, values, track.cycles)
                before = (step.slope, values)
            size = np.maximum(size, half_amplitude(new))
            shortest = min(shortest, new.period)
            if cycle_ends.is_homoclinic(curve, new, shortest):
                track.ended = "homoclinic"
                return track
            if len(track.cycles) > 8 and _closed(step, first, direction):
                track.ended = "closed loop"
                return track
            if len(track.cycles) >= max_points:
                track.ended, track.status = "largest number of points", Status.MAX_STEPS
                return track
    except NumericalError as error:
        track.ended, track.status = "failure", error.status
        partial = _joined(model, curve.name, span, [track], "")
        raise NumericalError(str(error), error.status, partial) from None
    raise AssertionError("a branch is followed without end")


def _at_base(step: Advance) -> tuple[float, Any]:
    """Slope and multipliers at the first point of a branch."""
    solved = step.ray.at(0.0)
    return solved.tangent(step.ray.section.weights).lam, solved.multipliers


def _finish_at_limit(
    track: _Track,
    curve: CycleCurve,
    step: Advance,
    before: tuple[float, Any],
    model: Model,
    span: tuple[float, float],
) -> None:
    """Add the cycle at the limit of the range, and the special points before it."""
    track.findings.meet(step, before, step.solved.multipliers, track.cycles)
    track.ended = "range"
    limit = span[0] if step.orbit.lam < span[0] else span[1]
    base, end, frame = step.ray.base, step.solved.orbit, step.ray.frame
    part = (limit / frame.parameter - base.lam) / (end.lam - base.lam)
    guess = base.moved(
        part * (end.x - base.x),
        part * (end.log_period - base.log_period),
        part * (end.lam - base.lam),
    )
    try:
        solved = step.ray.cut(limit / frame.parameter, guess)
    except NumericalError:
        track.notes.append(f"the cycle at the limit {curve.name} = {limit:.9g} did not converge")
        return
    orbit = frame.unscaled(solved.orbit)
    orbit = Orbit(orbit.mesh, orbit.x, orbit.log_period, limit)
    track.cycles.append(as_cycle(orbit, curve.name, model.state_names, solved.multipliers))


def _closed(step: Advance, first: Orbit, direction: Step) -> bool:
    """Whether the step passes the first cycle of the branch, in the same direction."""
    frame, base = step.ray.frame, step.ray.base
    whole = np.array(
        [step.solved.orbit.lam - base.lam, step.solved.orbit.log_period - base.log_period]
    )
    target = np.array([first.lam / frame.parameter - base.lam, first.log_period - base.log_period])
    length = float(whole @ whole)
    if length == 0:
        return False
    part = float(target @ whole) / length
    off = np.linalg.norm(target - part * whole)
    forward = whole @ np.array([direction.lam / frame.parameter, direction.log_period]) > 0
    if not (0 <= part <= 1 and forward and off < 0.1 * np.sqrt(length)):
        return False
    a, b = half_amplitude(first), half_amplitude(step.orbit)
    return bool(np.max(np.abs(a - b) / frame.states) < 0.3)


def _joined(
    model: Model, name: str, span: tuple[float, float], tracks: list[_Track], began: str
) -> CycleBranch:
    """Put the directions of a branch into one order, backward first."""
    cycles, special, hopf, left_out = [], [], [], 0
    if len(tracks) == 2:
        back = tracks[0]
        special, left_out = back.findings.result(back.cycles)
        cycles, special = back.cycles[:0:-1], special[::-1]
        hopf, began = back.hopf[::-1], back.ended
    last = tracks[-1]
    points, more = last.findings.result(last.cycles)
    notes = [_left_out(left_out + more, name)] if left_out + more else []
    return CycleBranch(
        model_name=model.name,
        digest=model.digest,
        parameter_name=name,
        parameter_unit=model.quantity(name).unit,
        time_unit=model.time_unit,
        span=span,
        state_names=model.state_names,
        state_units=tuple(state.unit for state in model.states),
        cycles=(*cycles, *last.cycles),
        special=(*special, *points),
        began=began,
        ended=last.ended,
        hopf_points=(*hopf, *last.hopf),
        fixed={p: model[p] for p in model.parameter_names if p != name},
        status=next((track.status for track in tracks if not track.status), Status.OK),
        notes=(*notes, *(note for track in tracks for note in track.notes)),
    )


def _jumped(name: str, step: Advance) -> str:
    here, there = step.ray.frame.unscaled(step.ray.base).lam, step.orbit.lam
    return (
        f"between {name} = {here:.9g} and {there:.9g} a Floquet multiplier passed 1 without a fold "
        "or branch point: either multipliers are not resolved there, or the step led to another "
        "branch; try more mesh intervals (intervals=) or a smaller range"
    )


def _left_out(count: int, name: str) -> str:
    return (
        f"{count} special points were left out, in pairs of one kind between which {name} varies "
        "by less than 1e-9 of its range (a canard explosion): they cannot be told from none"
    )
