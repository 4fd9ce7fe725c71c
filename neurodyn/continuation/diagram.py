"""``bifurcation_diagram``: equilibria, cycles and their stability over one parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Numbers, checked
from neurodyn.arrays import Array
from neurodyn.continuation.cycles.branch import CycleBranch
from neurodyn.continuation.cycles.continue_cycles import continue_cycles
from neurodyn.continuation.cycles.cycle import CyclePoint
from neurodyn.continuation.equilibria.branch import EquilibriumBranch
from neurodyn.continuation.equilibria.continue_equilibria import continue_equilibria
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.seeds import Interval, settled_run, without
from neurodyn.errors import NumericalError
from neurodyn.model import Model
from neurodyn.progress import Progress, monotonic, silent

_SAME = 1e-6
_SEEDS = 6  # most runs that are made for one diagram
_SLIVER = 1e-3  # part of the range that is too narrow to be looked at


@dataclass(frozen=True, repr=False)
class BifurcationDiagram:
    """Branches of equilibria and of the cycles born at their Hopf points.

    Parameters
    ----------
    equilibria : EquilibriumBranch
    cycles : tuple of CycleBranch
        One for each family; a family that joins two Hopf points occurs once.
    failures : tuple of str
        What could not be followed to its end, and why.
    uncovered : tuple of (low, high)
        Ranges of the parameter in which no equilibrium is stable and no cycle was found.
    """

    equilibria: EquilibriumBranch
    cycles: tuple[CycleBranch, ...]
    failures: tuple[str, ...] = ()
    uncovered: tuple[Interval, ...] = ()

    @property
    def special(self) -> tuple[SpecialPoint | CyclePoint, ...]:
        """All special points: of the equilibria, then of the cycles."""
        points: list[SpecialPoint | CyclePoint] = list(self.equilibria.special)
        for branch in self.cycles:
            points += branch.special
        return tuple(points)

    @property
    def cycle_folds(self) -> tuple[CyclePoint, ...]:
        """The folds of cycles of all families."""
        return tuple(point for branch in self.cycles for point in branch.folds)

    @property
    def bistable_windows(self) -> tuple[Interval, ...]:
        """Ranges of the parameter with a stable equilibrium beside a stable cycle."""
        rest = stable_intervals(self.equilibria)
        spiking = [interval for branch in self.cycles for interval in stable_intervals(branch)]
        common = [(max(a[0], b[0]), min(a[1], b[1])) for a in rest for b in spiking]
        width = self.equilibria.span[1] - self.equilibria.span[0]
        return tuple(_merged([(a, b) for a, b in common if b - a > 1e-9 * width]))

    @property
    def coverage(self) -> float:
        """Part of the range without stable equilibria in which cycles were found; 1 without any."""
        whole = sum(b - a for a, b in _unresting(self.equilibria, ()))
        return 1.0 - sum(b - a for a, b in self.uncovered) / whole if whole else 1.0

    def __repr__(self) -> str:
        lines = [repr(self.equilibria), *map(repr, self.cycles)]
        name = self.equilibria.parameter_name
        lines += [f"Bistable for {name} from {a:.9g} to {b:.9g}" for a, b in self.bistable_windows]
        lines += [f"Not followed: {failure}" for failure in self.failures]
        lines += [
            f"No cycle was found for {name} from {a:.6g} to {b:.6g}, where no equilibrium is stable"
            for a, b in self.uncovered
        ]
        return "\n".join(lines)


@checked
def bifurcation_diagram(
    model: Model,
    parameter: str,
    span: tuple[float, float],
    start: Mapping[str, float] | SpecialPoint | Numbers | None = None,
    *,
    progress: Progress = silent,
) -> BifurcationDiagram:
    """Follow all equilibria, switch at branch points, and follow the cycles of all Hopf points.

    Where no equilibrium is stable and none of these families has cycles, as beyond a canard
    explosion that is too steep to be followed, a run is settled on a cycle and its family followed.

    Parameters
    ----------
    model : Model
    parameter : str
    span : (low, high)
    start : mapping or sequence, optional
        As for ``continue_equilibria``.
    progress : function, optional
        Called with the name of the work and the fraction done, from 0 to 1, never less than before.

    Raises
    ------
    InputError, NumericalError
        As ``continue_equilibria``. A family of cycles that cannot be followed to an end is kept as
        far as it came, and named in ``failures``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import bifurcation_diagram
    >>> diagram = bifurcation_diagram(nd.devices.fitzhugh_nagumo(), "I", (0.0, 1.0))
    >>> [tuple(round(edge, 6) for edge in window) for window in diagram.bistable_windows]
    [(0.324179, 0.331281)]
    """
    tell = monotonic(progress, "bifurcation diagram")
    equilibria = continue_equilibria(
        model, parameter, span, start, switch_branches=True, progress=lambda _, f: tell(0.1 * f)
    )
    families: list[CycleBranch] = []
    failures: list[str] = []
    for i, hopf in enumerate(equilibria.hopf):
        done, share = 0.1 + 0.9 * i / len(equilibria.hopf), 0.9 / len(equilibria.hopf)
        if any(_same(hopf, end) for family in families for end in family.hopf_points):
            continue
        try:
            families.append(
                continue_cycles(model, hopf, progress=lambda _, f, a=done, b=share: tell(a + b * f))
            )
        except NumericalError as error:
            failures.append(str(error))
            if isinstance(error.result, CycleBranch) and error.result.cycles:
                families.append(error.result)
    uncovered = _fill(model, parameter, equilibria, families, failures)
    tell(1.0)
    return BifurcationDiagram(equilibria, tuple(families), tuple(failures), uncovered)


def _fill(
    model: Model,
    parameter: str,
    equilibria: EquilibriumBranch,
    families: list[CycleBranch],
    failures: list[str],
) -> tuple[Interval, ...]:
    """Look for cycles by simulation where nothing is stable; add them, and return what is left."""
    empty: list[Interval] = []
    for _ in range(_SEEDS):
        gaps = without(_unresting(equilibria, families), empty)
        if not gaps:
            break
        low, high = max(gaps, key=lambda gap: gap[1] - gap[0])
        value = (low + high) / 2
        at = model.with_parameters(**{parameter: value})
        beside = int(np.argmin(np.abs(equilibria.parameter - value)))
        try:
            run = settled_run(at, equilibria.states[beside])
            families.append(continue_cycles(at, run, equilibria.span, parameter=parameter))
        except NumericalError as error:
            failures.append(f"at {parameter} = {value:.6g}: {error}")
            empty.append((low, high))
    return tuple(_unresting(equilibria, families))


def _unresting(equilibria: EquilibriumBranch, families: Sequence[CycleBranch]) -> list[Interval]:
    """Return the ranges in which there are equilibria, none of them stable, and no cycle."""
    width = equilibria.span[1] - equilibria.span[0]
    known = [
        (float(p.min()), float(p.max()))
        for p in (equilibria.parameter[equilibria.piece == k] for k in np.unique(equilibria.piece))
    ]
    cycles = [(float(f.parameter.min()), float(f.parameter.max())) for f in families if len(f)]
    born = [(min(a, b), max(a, b)) for f in families for a, b in _births(f)]
    left = without(_merged(known), [*stable_intervals(equilibria), *cycles, *born])
    return [(a, b) for a, b in left if b - a > _SLIVER * width]


def _births(family: CycleBranch) -> list[Interval]:
    """Return the stretches between a family and the Hopf points that it is born at."""
    return [
        (hopf.parameter, float(min(family.parameter, key=lambda p: abs(p - hopf.parameter))))
        for hopf in family.hopf_points
        if len(family)
    ]


def _same(a: HopfPoint, b: HopfPoint) -> bool:
    width = a.span[1] - a.span[0]
    near = bool(np.max(np.abs(a.x - b.x) / a.scales) < 1e-3)
    return near and abs(a.parameter - b.parameter) < _SAME * width


def stable_intervals(branch: EquilibriumBranch | CycleBranch) -> list[Interval]:
    """Return the ranges of the parameter over which a branch is stable, ends at special points."""
    piece = branch.piece if isinstance(branch, EquilibriumBranch) else np.zeros(len(branch), int)
    found: list[Interval] = []
    marks = [point.parameter for point in branch.special]
    ends = []
    if isinstance(branch, CycleBranch):
        ends = [point.parameter for point in branch.hopf_points]
    for number in np.unique(piece):
        inside = piece == number
        found += _runs(branch.parameter[inside], branch.stable[inside], marks, ends)
    return _merged(found)


def _runs(
    parameter: Array, stable: npt.NDArray[np.bool_], marks: Sequence[float], ends: Sequence[float]
) -> list[Interval]:
    runs: list[list[float]] = []
    for i, (value, is_stable) in enumerate(zip(parameter, stable, strict=True)):
        if not is_stable:
            continue
        if i == 0 or not stable[i - 1]:
            runs.append([_nearest(parameter, i - 1, i, marks if i else ends)])
        runs[-1].append(float(value))
        if i + 1 == len(stable) or not stable[i + 1]:
            runs[-1].append(_nearest(parameter, i + 1, i, marks if i + 1 < len(stable) else ends))
    return [(min(run), max(run)) for run in runs]


def _nearest(parameter: Array, beyond: int, inside: int, marks: Sequence[float]) -> float:
    """Return the special point between a stable and an unstable neighbour, or the stable one."""
    here = float(parameter[inside])
    there = float(parameter[beyond]) if 0 <= beyond < len(parameter) else here
    if not marks:
        return here
    best = min(marks, key=lambda mark: abs(mark - here) + abs(mark - there))
    reach = 3 * max(abs(there - here), float(np.ptp(parameter)) / 50)
    return best if abs(best - here) < reach else here


def _merged(intervals: Sequence[Interval]) -> list[Interval]:
    """Join intervals that overlap or touch."""
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged
