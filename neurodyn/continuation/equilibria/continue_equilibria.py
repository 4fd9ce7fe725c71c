r"""``continue_equilibria``: branches of equilibria of one parameter.

.. math:: f(x, \lambda) = 0

followed by pseudo-arclength in both directions, with folds, Hopf points, branch points and neutral
saddles. Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004), ch. 10.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurodyn.arguments import Numbers, checked
from neurodyn.arrays import Array
from neurodyn.continuation.equations.conservation import require_isolated
from neurodyn.continuation.equations.smoothness import require_smooth
from neurodyn.continuation.equations.system import check_parameter, check_range, free_system
from neurodyn.continuation.equilibria.branch import EquilibriumBranch
from neurodyn.continuation.equilibria.curve import EquilibriumCurve
from neurodyn.continuation.equilibria.pieces import Piece, trace
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.continuation.equilibria.problem import BranchProblem
from neurodyn.continuation.equilibria.special_points import special_points_in
from neurodyn.continuation.equilibria.starts import starts
from neurodyn.continuation.equilibria.switch import contains, other_branches
from neurodyn.equilibria.eigenvalues import by_real_part
from neurodyn.errors import NumericalError
from neurodyn.model import Model
from neurodyn.progress import Progress, monotonic, silent
from neurodyn.status import Status

_Found = tuple[list[SpecialPoint], list[str]]
"""Special points, and notes on what was seen and is none."""
_TRACED = 0.7  # part of the progress that the curves take; the rest is for special points
_PITCH = 1e-4  # part by which the frequencies of two Hopf points at one place differ
_SLOW = 1e-4  # part of the fastest rate below which a frequency may be none
_SAME = 1e-6  # two special points nearer than this part of the range are one


@checked
def continue_equilibria(
    model: Model,
    parameter: str,
    span: tuple[float, float],
    start: Mapping[str, float] | SpecialPoint | Numbers | None = None,
    *,
    switch_branches: bool = False,
    progress: Progress = silent,
) -> EquilibriumBranch:
    """Follow equilibria over a range of one parameter, round folds and in both directions.

    Parameters
    ----------
    model : Model
        The other parameters keep its values.
    parameter : str
        Name of a parameter or input.
    span : (low, high)
        Range of the parameter [its unit]. A branch that leaves the range and comes back is taken up
        again if it does so within half a range.
    start : mapping, sequence or special point, optional
        State to start from, by name or in order; a mapping may hold the parameter's value too. The
        branch through the equilibrium nearest by is followed. By default equilibria are searched at
        both ends of the range (and inside, if there are none), and every branch found is followed.
    switch_branches : bool
        Follow the branches that cross at branch points too.
    progress : function, optional
        Called with the name of the work and the fraction done, from 0 to 1, never less than before.

    Returns
    -------
    EquilibriumBranch
        With ``.special``: kinds "fold", "hopf", "branch_point", "neutral_saddle", refined by Newton
        on extended systems. A Hopf point carries ``first_lyapunov`` = Re(G_21) / (2 omega) with
        <q, q> = 1 (Kuznetsov) in the model's own units, and its ``criticality``.

    Raises
    ------
    InputError
        For an unknown parameter, an empty range, or a model whose right-hand side jumps or
        conserves a sum of states.
    NumericalError
        If no equilibrium is found, the start does not converge, or no step from it is possible. A
        branch that cannot be followed to an end ends there: ``.ended`` says "failure", ``.status``
        how, and ``.notes`` where and what to try.

    References
    ----------
    H. B. Keller, Numerical solution of bifurcation and nonlinear eigenvalue problems (1977);
    Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004), ch. 10.

    Examples
    --------
    >>> import neurodyn as nd
    >>> from neurodyn.continuation import continue_equilibria
    >>> branch = continue_equilibria(nd.devices.fitzhugh_nagumo(), "I", (0.0, 2.0))
    >>> [(point.kind, round(point.parameter, 6)) for point in branch.special]
    [('hopf', 0.331281), ('hopf', 1.418719)]
    >>> branch.hopf[0].criticality
    'subcritical'
    """
    check_parameter(model, parameter)
    span = check_range(model, parameter, span)
    require_smooth(model)
    require_isolated(model, parameter, span)
    curve = EquilibriumCurve(model, free_system(model, (parameter,)), parameter, span)
    pieces: list[Piece] = []
    points = starts(model, curve.system, parameter, span, start)
    tell, reason = monotonic(progress, "equilibria"), None
    for i, u in enumerate(points):
        try:
            pieces += trace(curve, u) if not contains(pieces, u) else []
        except NumericalError as error:
            reason = error
        tell(_TRACED * (i + 1) / len(points))
    if not pieces and reason is not None:
        raise reason
    found = _special_points(curve, pieces)
    if switch_branches:
        found = _switch(curve, pieces, found)
    tell(1.0)
    return _result(curve, pieces, *found)


def sizes(model: Model, pieces: list[Piece]) -> Array:
    """Size of each state on the branches: the range covered, or the declared scale if none is."""
    states = np.array([point.u[:-1] for piece in pieces for point in piece.points])
    covered = np.ptp(states, axis=0)
    small = np.maximum(1e-6 * model.scales, 1e-9 * np.abs(states).max(axis=0))
    return np.where(covered > small, covered, model.scales)


def _special_points(curve: EquilibriumCurve, pieces: list[Piece]) -> _Found:
    if not pieces:
        return [], []
    problem = BranchProblem(
        curve.model, curve.parameter, curve.span, curve.system, sizes(curve.model, pieces)
    )
    special: list[SpecialPoint] = []
    for piece in pieces:
        for point in special_points_in(problem, piece.strides):
            if not any(_same(point, other) for other in special):
                special.append(point)
    crossings = [point for point in special if point.kind == "branch_point"]
    special = [
        point for point in special if not any(_is_part_of(point, other) for other in crossings)
    ]
    return special, problem.notes


def _is_part_of(point: SpecialPoint, crossing: SpecialPoint) -> bool:
    """Whether a point is a branch point seen from a branch that crosses there.

    A branch may turn where it crosses another: that is no fold. Where several eigenvalues vanish
    at once, two of them are no Hopf point and no neutral saddle.
    """
    if point.kind == "branch_point" or not _at_one_place(point, crossing):
        return False
    if point.kind == "fold":
        return True
    slow = not isinstance(point, HopfPoint) or point.omega < _SLOW * np.abs(point.eigenvalues).max()
    return crossing.multiplicity > 1 and slow


def _same(a: SpecialPoint, b: SpecialPoint) -> bool:
    if (
        isinstance(a, HopfPoint)
        and isinstance(b, HopfPoint)
        and abs(a.omega / b.omega - 1) > _PITCH
    ):
        return False  # two pairs that cross at once
    return a.kind == b.kind and _at_one_place(a, b)


def _at_one_place(a: SpecialPoint, b: SpecialPoint) -> bool:
    width = a.span[1] - a.span[0]
    return abs(a.parameter - b.parameter) < _SAME * width and bool(
        np.max(np.abs(a.x - b.x) / a.scales) < 1e3 * _SAME
    )


def _switch(curve: EquilibriumCurve, pieces: list[Piece], found: _Found) -> _Found:
    """Follow the branches that cross at branch points, until no new one turns up."""
    visited: list[SpecialPoint] = []
    failures: list[str] = []
    while True:
        fresh = [
            point
            for point in found[0]
            if point.kind == "branch_point" and not any(_same(point, seen) for seen in visited)
        ]
        if not fresh:
            return found[0], [*found[1], *failures]
        for point in fresh:
            visited.append(point)
            leaving, doubt = other_branches(curve, point, pieces)
            failures += [doubt] if doubt else []
            for start, along in leaving:
                inside = curve.span[0] <= start[-1] <= curve.span[1]
                if not inside or contains(pieces, start):
                    continue
                try:
                    pieces += trace(curve, start, along, one_way=point.multiplicity > 1)
                except NumericalError as error:  # what was found until here is kept
                    failures.append(str(error))
        found = _special_points(curve, pieces)


def _result(
    curve: EquilibriumCurve, pieces: list[Piece], special: list[SpecialPoint], notes: list[str]
) -> EquilibriumBranch:
    model, name, system = curve.model, curve.parameter, curve.system
    points = [point for piece in pieces for point in piece.points]
    u = np.array([point.u for point in points]).reshape(-1, system.n + 1)
    matrices = np.moveaxis(system.jacobian(u[:, :-1].T, u[:, -1:].T), -1, 0)
    ends = [end for piece in pieces for end in (piece.began, piece.ended)]
    failed = [end for end in ends if not end.status]
    words = [end.word if end.status else "failure" for end in ends]
    return EquilibriumBranch(
        model_name=model.name,
        digest=model.digest,
        parameter_name=name,
        parameter_unit=model.quantity(name).unit,
        span=curve.span,
        parameter=u[:, -1],
        states=u[:, :-1],
        state_names=model.state_names,
        state_units=tuple(state.unit for state in model.states),
        eigenvalues=by_real_part(np.linalg.eigvals(matrices)),
        piece=np.repeat(np.arange(len(pieces)), [len(piece.points) for piece in pieces]),
        special=tuple(special),
        ended=tuple(zip(words[::2], words[1::2], strict=True)),
        fixed={p: model[p] for p in model.parameter_names if p != name},
        status=failed[0].status if failed else Status.OK,
        notes=tuple(dict.fromkeys([*notes, *(end.word for end in failed)])),
    )
