"""``bifurcation_diagram``: equilibria, cycles and their stability over one parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from neurodyn.arguments import Numbers, checked
from neurodyn.continuation.cycles.branch import CycleBranch
from neurodyn.continuation.cycles.continue_cycles import continue_cycles
from neurodyn.continuation.cycles.cycle import CyclePoint
from neurodyn.continuation.cycles.from_runs import found_by_a_run
from neurodyn.continuation.equilibria.branch import EquilibriumBranch
from neurodyn.continuation.equilibria.continue_equilibria import continue_equilibria
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.stability_lines import cycle_lines, equilibrium_lines
from neurodyn.errors import NumericalError
from neurodyn.model import Model
from neurodyn.progress import Progress, monotonic, silent

Interval = tuple[float, float]

_SAME = 1e-6
_NARROW = 1e-3  # of the range: what is left open on purpose beside special points
_LEFT = ("canard", "failure", "largest number of points")
_RUNS = 4  # at most so many families are looked for with runs


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
    """

    equilibria: EquilibriumBranch
    cycles: tuple[CycleBranch, ...]
    failures: tuple[str, ...] = ()

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
    def open_intervals(self) -> tuple[Interval, ...]:
        """Ranges of the parameter, a thousandth of the whole or wider, where nothing is stable."""
        stable = stable_intervals(self.equilibria)
        stable += [part for branch in self.cycles for part in stable_intervals(branch)]
        (low, high), found = self.equilibria.span, []
        for a, b in [*_merged(stable), (high, high)]:
            found += [(low, a)] if a - low > _NARROW * (high - self.equilibria.span[0]) else []
            low = max(low, b)
        return tuple(found)

    @property
    def bistable_windows(self) -> tuple[Interval, ...]:
        """Ranges of the parameter with a stable equilibrium beside a stable cycle."""
        rest = stable_intervals(self.equilibria)
        spiking = [interval for branch in self.cycles for interval in stable_intervals(branch)]
        common = [(max(a[0], b[0]), min(a[1], b[1])) for a in rest for b in spiking]
        width = self.equilibria.span[1] - self.equilibria.span[0]
        return tuple(_merged([(a, b) for a, b in common if b - a > 1e-9 * width]))

    def __repr__(self) -> str:
        lines = [repr(self.equilibria), *map(repr, self.cycles)]
        name = self.equilibria.parameter_name
        lines += [f"Bistable for {name} from {a:.9g} to {b:.9g}" for a, b in self.bistable_windows]
        lines += [f"Nothing stable found from {a:.6g} to {b:.6g}" for a, b in self.open_intervals]
        return "\n".join([*lines, *(f"Not followed: {failure}" for failure in self.failures)])


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

    Notes
    -----
    Where a family had to be left in a canard explosion and nothing stable is known beyond it, the
    model is run there, and the cycle that it settles on is followed both ways.

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
    found = _completed(model, BifurcationDiagram(equilibria, tuple(families), tuple(failures)))
    tell(1.0)
    return found


def _completed(model: Model, diagram: BifurcationDiagram) -> BifurcationDiagram:
    """Look with runs for what lies beyond families that were left on the way."""
    tried: list[Interval] = []
    for _ in range(_RUNS):
        left = any(branch.ended in _LEFT or branch.began in _LEFT for branch in diagram.cycles)
        gaps = [gap for gap in diagram.open_intervals if gap not in tried]
        if not gaps or not diagram.equilibria.hopf or not (left or diagram.failures):
            break
        gap = max(gaps, key=lambda interval: interval[1] - interval[0])
        tried.append(gap)
        try:
            new = found_by_a_run(model, diagram.equilibria, (gap[0] + gap[1]) / 2)
        except NumericalError as error:
            diagram = replace(diagram, failures=(*diagram.failures, str(error)))
            continue
        ends = new.hopf_points
        others = [
            branch
            for branch in diagram.cycles
            if not any(_same(a, b) for a in branch.hopf_points for b in ends)
        ]
        diagram = replace(diagram, cycles=(*others, new))
    return diagram


def _same(a: HopfPoint, b: HopfPoint) -> bool:
    width = a.span[1] - a.span[0]
    near = bool(np.max(np.abs(a.x - b.x) / a.scales) < 1e-3)
    return near and abs(a.parameter - b.parameter) < _SAME * width


def stable_intervals(branch: EquilibriumBranch | CycleBranch) -> list[Interval]:
    """Return the ranges of the parameter over which a branch is stable, ends at special points."""
    resting = isinstance(branch, EquilibriumBranch)
    lines = equilibrium_lines(branch) if resting else cycle_lines(branch)
    return _merged([stretch.interval for stretch in lines if stretch.sign < 0])


def _merged(intervals: Sequence[Interval]) -> list[Interval]:
    """Join intervals that overlap or touch."""
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged
