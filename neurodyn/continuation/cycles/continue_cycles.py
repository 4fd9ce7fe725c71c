"""``continue_cycles``: branches of periodic orbits by collocation and pseudo-arclength."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurodyn.arguments import Count, Numbers, checked
from neurodyn.arrays import Array
from neurodyn.continuation.cycles import ends, starts
from neurodyn.continuation.cycles.branch import CycleBranch
from neurodyn.continuation.cycles.curve import CycleCurve, SolvedCycle, least_sizes
from neurodyn.continuation.cycles.cycle import Cycle, CyclePoint, as_cycle
from neurodyn.continuation.cycles.special_points import (
    UNRESOLVED,
    CycleStride,
    cycle_points_in,
    unexplained,
    unstable,
)
from neurodyn.continuation.cycles.undone import undone
from neurodyn.continuation.cycles.vertical_branch import PendingPoints, left_out_note
from neurodyn.continuation.equations.conservation import require_isolated
from neurodyn.continuation.equations.smoothness import require_smooth
from neurodyn.continuation.equations.system import check_parameter, check_range, free_system
from neurodyn.continuation.equilibria.points import HopfPoint
from neurodyn.continuation.walk.ends import End, Limit, walk
from neurodyn.errors import InputError, NumericalError
from neurodyn.model import Model
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.simulation import Trajectory
from neurodyn.status import Status

_DEPTH = 8  # cuts within cuts of a stride in which several points lie
_NEUTRAL, _GROWN = 20, 1e3  # strides, and growth, after which a family at one value is left


@checked
def continue_cycles(
    model: Model,
    start: HopfPoint | CyclePoint | Cycle | Trajectory | tuple[Numbers, Numbers],
    span: tuple[float, float] | None = None,
    *,
    parameter: str | None = None,
    intervals: Count | None = None,
    max_points: Count = 1000,
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
        is not traced back), "homoclinic", "range", "closed loop", "canard".

    Notes
    -----
    In a canard explosion the parameter is constant to all digits over many cycles. Two neighbouring
    special points of one kind between which it varies by less than 1e-9 of the range undo each
    other and cannot be told from none: they are left out of ``.special``, and ``.notes`` says how
    many. A point that was bracketed but could not be refined is kept, with a status other than OK.
    A family that stands upright for hundreds of cycles is not followed further: it ends in
    "canard". What lies beyond is found from a run, as ``bifurcation_diagram`` does.

    Raises
    ------
    InputError
        For a start, parameter or range that cannot be used.
    NumericalError
        If the start does not converge to a cycle, or no step from it is possible. A branch that
        cannot be followed to an end ends there: ``.ended`` says "failure", ``.status`` how, and
        ``.notes`` where and what to try.

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
    require_isolated(model, name, span)
    if intervals is not None and intervals < 4:
        raise InputError(f"intervals is {intervals}; expected 4 or more")
    curve = CycleCurve(free_system(model, (name,)), name, span[1] - span[0], intervals)
    tell = monotonic(progress, "cycles")
    first, began = _first(model, curve, start, span)
    directions = [1.0] if began else [-1.0, 1.0]
    tracks = [_Track(model, curve, span, max_points, tell) for _ in directions]
    for track, sign in zip(tracks[::-1], directions[::-1], strict=True):
        track.follow(first, sign)
        if track.end.word == "closed loop":
            tracks, began = [track], began or "closed loop"
            break
    if isinstance(start, HopfPoint):
        tracks[-1].hopf.insert(0, start)
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


def _first(
    model: Model, curve: CycleCurve, start: Any, span: tuple[float, float]
) -> tuple[SolvedCycle, str]:
    """Return the first cycle, and why the branch begins there, if it does."""
    if isinstance(start, HopfPoint):
        first, began = starts.from_hopf(curve, start), "hopf"
    elif isinstance(start, CyclePoint):
        first, began = starts.from_special_point(curve, start), start.kind.replace("_", " ")
    else:
        first, began = _given_cycle(model, curve, start, span), ""
    if not span[0] <= first.orbit.lam <= span[1]:
        raise InputError(
            f"the first cycle is at {curve.parameter} = {first.orbit.lam:g}; expected it inside "
            f"the range ({span[0]:g}, {span[1]:g})"
        )
    return first, began


def _given_cycle(
    model: Model, curve: CycleCurve, start: Any, span: tuple[float, float]
) -> SolvedCycle:
    """Return the cycle that a Cycle, a trajectory or (t, x) stands for."""
    name = curve.parameter
    if isinstance(start, Cycle):
        t, x, lam = start.t, start.x, model[name]
        if start.parameter_name == name:
            lam = start.parameter
    else:
        t, x = _samples(model, start)
        lam = model[name]
    if not span[0] <= lam <= span[1]:
        raise InputError(
            f"the start is at {name} = {lam:g}, the model's value; expected it inside the "
            f"range ({span[0]:g}, {span[1]:g})"
        )
    return starts.from_samples(curve, model, t, x, lam)


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


@dataclass
class _Track:
    """One direction of a branch, and what it has brought so far."""

    model: Model
    curve: CycleCurve
    span: tuple[float, float]
    max_points: int
    tell: Callable[[float], None]
    cycles: list[Cycle] = field(default_factory=list)
    hopf: list[HopfPoint] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    end: End = field(init=False)
    recent: tuple[CycleStride | None, CycleStride | None] = (None, None)
    """The last two strides."""
    neutral: int = 0
    """Number of the last strides in a family at one parameter value."""
    first: Array = field(init=False)
    size: Array = field(init=False)
    shortest: float = field(init=False)
    pending: PendingPoints = field(init=False)

    def follow(self, first: SolvedCycle, sign: float) -> None:
        """Follow the branch from a cycle, along its tangent or against it, to its end.

        Raises
        ------
        NumericalError
            If not one step is possible.
        """
        self.pending = PendingPoints(self._locate, self.curve.width)
        self.size = self.first = least_sizes(first.amplitude, self.model.scales)
        still = np.zeros_like(first.u)
        chart = self.curve.renewed(first, still, sign, self.size)
        start = chart.solve(chart.base, chart.tangent)
        self.shortest = start.orbit.period
        self._append(start)
        self.end = walk(
            self.curve,
            chart,
            start,
            take=self._take,
            limits=[Limit(-1, *self.span, "range")],
            most=self.max_points - 1,
            before=self._vanished,
            after=self._finished,
        )
        self._look_at(None)
        if not self.end.status and self.end.status is not Status.MAX_STEPS:
            if len(self.cycles) == 1:
                raise NumericalError(self.end.word, self.end.status)
            if ends.stalls_at_saddle(self.curve, self.cycles[-1].orbit):
                self.end = End("homoclinic")
                return
            if ends.stands_upright(self.cycles, self.curve.width, ends.FAILING):
                name = self.curve.parameter
                self.notes.append(ends.canard_note(self.cycles, name, ends.FAILING))
                self.end = End("canard")
                return
            self.notes.append(self.end.word)
            self.end = End("failure", self.end.status)

    def _append(self, cycle: SolvedCycle) -> None:
        name, states = self.curve.parameter, self.model.state_names
        self.cycles.append(as_cycle(cycle.orbit, name, states, cycle.multipliers))

    def _take(self, stride: CycleStride) -> None:
        self._append(stride.end)
        covered = abs(stride.end.orbit.lam - self.cycles[0].parameter) / self.curve.width
        self.tell(min(0.95, max(covered, len(self.cycles) / self.max_points)))
        self._look_at(stride)
        self.size = np.maximum(self.size, stride.end.amplitude)
        self.shortest = min(self.shortest, stride.end.orbit.period)

    def _look_at(self, stride: CycleStride | None) -> None:
        """Look at the stride before this one, or before the end: by then its neighbours are known.

        It is cut where two crossings undo each other in it.
        """
        (before, last), self.recent = self.recent, (self.recent[1], stride)
        if last is None:
            return
        parts, place = [last], len(self.cycles) - (1 if stride is None else 2)
        part = undone(last, before, stride)
        if part is not None:
            with contextlib.suppress(NumericalError):
                parts = last.split(np.array([part]))
        for one in parts:
            self.pending.look_at(one, self.cycles[: place + 1], place)

    def _locate(
        self, stride: CycleStride, turns: bool | None, depth: int = _DEPTH
    ) -> list[CyclePoint]:
        """Return the special points of a stride, cut in two where they do not explain it."""
        name, span = self.curve.parameter, self.span
        found = cycle_points_in(stride, name, self.model.state_names, span, turns)
        if unexplained(stride, found):
            with contextlib.suppress(NumericalError):
                if depth > 0:
                    halves = stride.split(np.array([0.5]))
                    return [
                        point for half in halves for point in self._locate(half, turns, depth - 1)
                    ]
            self.notes.append(_jumped(name, stride))
        return [point for point in found if span[0] <= point.parameter <= span[1]]

    def _vanished(self, stride: CycleStride) -> str:
        """Whether the cycles have shrunk to a Hopf point before the end of a stride."""
        old = stride.chart.orbit
        if not ends.turned_over(old, stride.end.orbit):
            return ""
        hopf = ends.hopf_at_end(self.model, self.curve, old, self.size, self.span)
        if hopf is None:
            return ""
        self.hopf.append(hopf)
        return "hopf"

    def _finished(self, stride: CycleStride) -> str:
        if ends.is_homoclinic(self.curve, stride.end.orbit, self.shortest):
            return "homoclinic"
        if len(self.cycles) > ends.UPRIGHT and ends.stands_upright(self.cycles, self.curve.width):
            self.notes.append(ends.canard_note(self.cycles, self.curve.parameter))
            return "canard"
        self.neutral = self.neutral + 1 if ends.is_neutral(stride.end) else 0
        grown = float(np.max(self.size / self.first))
        if self.neutral < _NEUTRAL or grown < _GROWN:
            return ""
        name, lam = self.curve.parameter, stride.end.orbit.lam
        place = 0.0 if abs(lam) < UNRESOLVED * self.curve.width else lam
        self.notes.append(_one_value(name, place))
        return f"vertical at {name} = {place:.6g}"


def _joined(
    model: Model, name: str, span: tuple[float, float], tracks: list[_Track], began: str
) -> CycleBranch:
    """Put the directions of a branch into one order, backward first."""
    cycles, special, hopf, left_out = [], [], [], 0
    if len(tracks) == 2:
        back = tracks[0]
        special, left_out = back.pending.result(back.cycles)
        cycles, special = back.cycles[:0:-1], special[::-1]
        hopf, began = back.hopf[::-1], back.end.word
    last = tracks[-1]
    points, more = last.pending.result(last.cycles)
    notes = [left_out_note(left_out + more, name)] if left_out + more else []
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
        ended=last.end.word,
        hopf_points=(*hopf, *last.hopf),
        fixed={p: model[p] for p in model.parameter_names if p != name},
        status=next((track.end.status for track in tracks if not track.end.status), Status.OK),
        notes=(*notes, *(note for track in tracks for note in track.notes)),
    )


def _one_value(name: str, value: float) -> str:
    return (
        f"all cycles of a family lie at {name} = {value:.6g} (something is conserved there); it is "
        f"followed to {_GROWN:g} times the size of the first one, and could be without end"
    )


def _jumped(name: str, stride: CycleStride) -> str:
    here, there = stride.start, stride.end
    return (
        f"between {name} = {here.orbit.lam:.9g} and {there.orbit.lam:.9g} the number of unstable "
        f"Floquet multipliers changes from {unstable(here)} to {unstable(there)}, and no special "
        "point explains it: several cross at once (a symmetry), or the step led to another branch; "
        "try more mesh intervals (intervals=) or a smaller range"
    )
