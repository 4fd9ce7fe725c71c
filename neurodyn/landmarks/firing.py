"""Firing of one circuit under constant current: where it begins and ends, and how fast it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from neurodyn.arrays import Array
from neurodyn.behaviours import rules
from neurodyn.behaviours.response import ENOUGH, Undecidable
from neurodyn.behaviours.subject import PRECISION, Subject
from neurodyn.bisection import bisect
from neurodyn.codegen import model_function
from neurodyn.continuation import BifurcationDiagram, CycleBranch
from neurodyn.equilibria import StabilityCurve
from neurodyn.model import Model
from neurodyn.progress import Progress
from neurodyn.simulation import Adaptive, solve
from neurodyn.stimuli import Stimulus

_PATIENCE = 200.0  # cycles in which a first spike is waited for: what rings on below it never rests
_FADED = 5e-4  # so far beyond a fold of cycles, relative to it, a train has faded out
_GRID = 24  # currents of the search where continuation names no end of firing
_SPIKES = 24  # of a run that measures a rate: the later half is used
_GAP = 0.06  # of the firing range: where followed cycles are further apart, runs fill in
_BELOW = (0.5, 0.8, 0.99)  # silent points, relative to the ends of firing
_ABOVE = (1.001, 1.02, 1.1, 1.25)


@dataclass(frozen=True)
class Firing:
    """Tonic firing from rest under a constant current.

    Parameters
    ----------
    begins, ends : float
        Currents at which it begins and ends [unit of the input].
    rate_begin, rate_end : float
        Rates there [1 / time unit].
    ends_in_fold : bool
        Whether it ends in a fold of cycles; then ``ends`` and ``rate_end`` are those of the fold.
    """

    begins: float
    ends: float
    rate_begin: float
    rate_end: float
    ends_in_fold: bool


@dataclass(frozen=True, eq=False)
class RateCurve:
    """Firing rate from rest against the current; more points towards both ends of firing.

    Parameters
    ----------
    values, rate : (n,) float
        The rate is 0 where firing does not last.
    peak_at, peak : float
        Current and value of the highest rate.
    """

    values: Array
    rate: Array
    peak_at: float
    peak: float


def spiking_cycles(model: Model, branch: CycleBranch) -> npt.NDArray[np.bool_]:
    """Return which cycles of a branch pass the model's spike event, (n_cycles,)."""
    assert model.spike is not None
    event = model_function(model, [model.spike.expression])
    levels = [np.asarray(event(cycle.nodes.T, model.p)[0]) for cycle in branch.cycles]
    return np.array([level.min() < 0 < level.max() for level in levels], dtype=bool)


def rate_at(subject: Subject, value: float, spikes: int = _SPIKES) -> float:
    """Return the settled rate under a step from rest to a value; 0 where firing does not last."""
    step = Stimulus(np.zeros(2), np.array([subject.held, value]), f"step to {value:g}")
    try:
        run = subject.run(step, spikes, patience=_PATIENCE)
    except Undecidable:
        return 0.0
    return float(1.0 / rules.late(run.intervals).mean()) if run.sustained else 0.0


def firing_of(
    subject: Subject, along: StabilityCurve, diagram: BifurcationDiagram | None
) -> Firing | None:
    """Return where firing from rest begins and ends, and the rates there.

    Continuation says where it can begin (a stable cycle grows into a spike, or rest is lost) and
    end (a fold of cycles, or a cycle shrinks below a spike); runs from rest just inside and just
    outside say which it is. Where neither fits, both ends are found by bisection.

    Parameters
    ----------
    subject : Subject
        At rest without current.
    along : StabilityCurve
    diagram : BifurcationDiagram or None

    Returns
    -------
    Firing or None
        None if no current makes it fire on and on, or if firing has no end in reach.
    """
    if not along.hopf:  # no current unsettles it
        return None
    folds = {} if diagram is None else {f.parameter: f for f in diagram.cycle_folds}
    grown = [] if diagram is None else _thresholds(subject.model, diagram)
    hopf = [point.parameter for point in along.hopf]

    def fires(value: float) -> bool:
        return rate_at(subject, value, ENOUGH) > 0

    try:
        begins = _edge(fires, sorted({*grown, *hopf}), 1.0, PRECISION)
        searched = None if begins else _searched(fires, hopf)
        if searched is not None:
            begins = searched[0]
        if begins is None:
            return None
        beyond = sorted((x for x in {*folds, *grown, *hopf} if x > begins), reverse=True)
        last = None if diagram is None else _last_fold(subject.model, diagram, fires)
        ends = last or _edge(fires, beyond, -1.0, _FADED)
        if ends is None and (searched := searched or _searched(fires, hopf)) is not None:
            ends = searched[1]
    except Undecidable:
        return None
    if ends is None:
        return None
    fold = next((folds[x] for x in folds if abs(x - ends) <= 2 * PRECISION * ends), None)
    known = fold is not None and bool(fold.status)
    rate_end = 1.0 / fold.period if fold is not None and known else rate_at(subject, ends)
    ends = ends if fold is None else fold.parameter
    return Firing(begins, ends, _settled_rate(subject, begins), rate_end, fold is not None)


def rate_curve(
    subject: Subject, firing: Firing, diagram: BifurcationDiagram | None, progress: Progress
) -> RateCurve:
    """Return the f-I curve: rates of the cycles that continuation followed, and of runs between.

    Parameters
    ----------
    subject : Subject
    firing : Firing
    diagram : BifurcationDiagram or None
    progress : Progress
    """
    ends = (firing.begins, firing.rate_begin), (firing.ends, firing.rate_end)
    between = [] if diagram is None else _followed(subject.model, diagram, *(x for x, _ in ends))
    points = _without_gaps(subject, sorted([ends[0], *between, ends[1]]), progress)
    peak = _peak(subject, points)
    silent = [(x * firing.begins, 0.0) for x in _BELOW], [(x * firing.ends, 0.0) for x in _ABOVE]
    values, rate = np.array([*silent[0], *sorted({*points, peak}), *silent[1]]).T
    return RateCurve(values, rate, *peak)


def _searched(fires: Callable[[float], bool], hopf: Sequence[float]) -> tuple[float, float] | None:
    """Return both ends of firing by bisection, from a grid over and beyond the Hopf points."""
    grid = np.geomspace(0.7 * min(hopf), 1.4 * max(hopf), _GRID).tolist()
    active = [i for i, value in enumerate(grid) if fires(value)]
    if not active or active[0] == 0 or active[-1] == _GRID - 1:
        return None
    first, last = active[0], active[-1]
    begins = bisect(fires, grid[first - 1], grid[first], PRECISION)[1]
    return begins, bisect(fires, grid[last + 1], grid[last], PRECISION)[1]


def _edge(
    fires: Callable[[float], bool], candidates: Sequence[float], inward: float, out: float
) -> float | None:
    """Return the first current, just inside of a candidate, that has firing on one side only."""
    for place in candidates:
        inside = place * (1 + inward * PRECISION)
        if fires(inside) and not fires(place * (1 - inward * out)):
            return inside
    return None


def _last_fold(
    model: Model, diagram: BifurcationDiagram, fires: Callable[[float], bool]
) -> float | None:
    """Return a current just below the fold in which the last stable spiking cycles end, if any.

    Beyond it there is nothing to fire on: however long a train lasts there, it fades out.
    """
    reach = max(
        (
            float(value)
            for branch in diagram.cycles
            for value in branch.parameter[branch.stable & spiking_cycles(model, branch)]
        ),
        default=np.inf,
    )
    folds = [f.parameter for f in diagram.cycle_folds if f.parameter > (1 - PRECISION) * reach]
    inside = min(folds, default=np.nan) * (1 - PRECISION)
    return inside if np.isfinite(inside) and fires(inside) else None


def _settled_rate(subject: Subject, value: float) -> float:
    """Return the rate where firing begins; the run is so exact that it loses no grazing spike."""
    guess = rate_at(subject, value)
    if guess == 0:
        return guess
    model = subject.model.with_parameters(**{subject.name: value})
    run = solve(model, 30 / guess, x0=subject.rest, method=Adaptive(1e-9), raise_on_failure=False)
    intervals = np.diff(run.spike_times)
    return float(1.0 / rules.late(intervals).mean()) if len(intervals) > 5 else guess


def _thresholds(model: Model, diagram: BifurcationDiagram) -> list[float]:
    """Return where, along the families of cycles, a cycle grows into one that spikes."""
    found = []
    for branch in diagram.cycles:
        spikes = spiking_cycles(model, branch)
        crossing = np.flatnonzero(spikes[1:] != spikes[:-1])
        found += (0.5 * (branch.parameter[crossing] + branch.parameter[crossing + 1])).tolist()
    return found


def _followed(
    model: Model, diagram: BifurcationDiagram, low: float, high: float
) -> list[tuple[float, float]]:
    """Return current and rate of the stable spiking cycles between the ends of firing."""
    found = []
    for branch in diagram.cycles:
        wanted = spiking_cycles(model, branch) & branch.stable
        wanted &= (branch.parameter > low) & (branch.parameter < high)
        found += zip(
            branch.parameter[wanted].tolist(), (1 / branch.period[wanted]).tolist(), strict=True
        )
    return found


def _without_gaps(
    subject: Subject, points: list[tuple[float, float]], progress: Progress
) -> list[tuple[float, float]]:
    """Add runs where the points are far apart, on a logarithmic and on a linear scale."""
    low, high = points[0][0], points[-1][0]
    wide = []
    for (a, _), (b, _) in pairwise(points):
        parts = min(np.log(b / a) / np.log(high / low), (b - a) / (high - low)) / _GAP
        wide += np.geomspace(a, b, int(np.ceil(parts)) + 1)[1:-1].tolist() if parts > 1 else []
    added = []
    for i, value in enumerate(wide):
        added.append((value, rate_at(subject, value)))
        progress("f-I curve", (i + 1) / len(wide))
    return sorted([*points, *added])


def _peak(subject: Subject, points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return current and rate where the rate is highest, sought by runs about the highest point."""
    k = max(range(len(points)), key=lambda i: points[i][1])
    bounds = points[max(k - 1, 0)][0], points[min(k + 1, len(points) - 1)][0]
    best = minimize_scalar(
        lambda value: -rate_at(subject, value),
        bounds=bounds,
        method="bounded",
        options={"xatol": 5e-3 * points[k][0]},
    )
    return max(points[k], (float(best.x), -float(best.fun)), key=lambda point: point[1])
