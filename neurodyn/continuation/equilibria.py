r"""``continue_equilibria``: branches of equilibria of one parameter.

.. math:: f(x, \lambda) = 0

followed by pseudo-arclength in both directions, with folds, Hopf points, branch points and neutral
saddles. Yu. A. Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (2004), ch. 10.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from neurodyn.arrays import Array
from neurodyn.continuation.arclength import Curve
from neurodyn.continuation.equilibrium_branch import EquilibriumBranch
from neurodyn.continuation.locate import Branch, hopf_tests, special_points_between
from neurodyn.continuation.pieces import Piece, Walker
from neurodyn.continuation.smoothness import require_smooth
from neurodyn.continuation.special_points import SpecialPoint
from neurodyn.continuation.starts import equilibria_at, equilibrium_near, none_found, read_start
from neurodyn.continuation.system import System, check_parameter, check_range, free_system
from neurodyn.model import Model
from neurodyn.progress import Progress, monotonic, silent

_Found = tuple[list[SpecialPoint], list[str]]
"""Special points, and notes on what was seen and is none."""
_TRACED = 0.7  # part of the progress that the curves take; the rest is for special points
_SAME = 1e-6  # two special points nearer than this part of the range are one


def continue_equilibria(
    model: Model,
    parameter: str,
    span: tuple[float, float],
    start: Any = None,
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
        For an unknown parameter, an empty range, or a model whose right-hand side jumps.
    NumericalError
        If no equilibrium is found, the start does not converge, or the branch cannot be followed to
        an end; the points found until then are its ``.result``.

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
    system = free_system(model, (parameter,))
    walker = Walker(model, equilibrium_curve(system), parameter, span)
    pieces: list[Piece] = []
    starts, tell = _starts(model, system, parameter, span, start), monotonic(progress, "equilibria")
    for i, u in enumerate(starts):
        if not walker.contains(pieces, u):
            pieces += walker.trace(u)
        tell(_TRACED * (i + 1) / len(starts))
    found = _special_points(model, parameter, span, system, walker, pieces)
    if switch_branches:
        found = _switch(model, parameter, span, system, walker, pieces, found)
    tell(1.0)
    return _result(model, parameter, span, system, pieces, *found)


def equilibrium_curve(system: System) -> Curve:
    """Return the curve f(x, lam) = 0 in u = (x, lam)."""
    n = system.n

    def equations(u: Array) -> tuple[Array, Array]:
        f, by_state, by_parameter = system.parts(u[:n], u[n:])
        return f, np.concatenate([by_state, by_parameter], axis=1)

    return Curve(equations)


def _starts(
    model: Model, system: System, name: str, span: tuple[float, float], start: Any
) -> list[Array]:
    if start is not None:
        x, value = read_start(model, name, span, start)
        return [np.append(equilibrium_near(model, system, name, x, value), value)]
    for values in (span, np.linspace(*span, 11)[1:-1]):
        found = [np.append(x, v) for v in values for x in equilibria_at(model, system, float(v))]
        if found:
            return found
    raise none_found(model, name, span)


def sizes(model: Model, pieces: list[Piece]) -> Array:
    """Size of each state on the branches: the range covered, or the declared scale if none is."""
    states = np.array([point.u[:-1] for piece in pieces for point in piece.points])
    covered = np.ptp(states, axis=0)
    small = np.maximum(1e-6 * model.scales, 1e-9 * np.abs(states).max(axis=0))
    return np.where(covered > small, covered, model.scales)


def _special_points(
    model: Model,
    name: str,
    span: tuple[float, float],
    system: System,
    walker: Walker,
    pieces: list[Piece],
) -> _Found:
    if not pieces:
        return [], []
    branch = Branch(model, name, span, system, walker.curve, sizes(model, pieces))
    special: list[SpecialPoint] = []
    for piece in pieces:
        values = itertools.pairwise(hopf_tests(branch, piece.points))
        for (a, b), tests in zip(itertools.pairwise(piece.points), values, strict=True):
            for point in special_points_between(branch, a, b, tests):
                if not any(_same(point, other) for other in special):
                    special.append(point)
    return special, branch.notes


def _same(a: SpecialPoint, b: SpecialPoint) -> bool:
    width = a.span[1] - a.span[0]
    return (
        a.kind == b.kind
        and abs(a.parameter - b.parameter) < _SAME * width
        and bool(np.max(np.abs(a.x - b.x) / a.scales) < 1e3 * _SAME)
    )


def _switch(
    model: Model,
    name: str,
    span: tuple[float, float],
    system: System,
    walker: Walker,
    pieces: list[Piece],
    found: _Found,
) -> _Found:
    """Follow the branches that cross at branch points, until no new one turns up."""
    visited: list[SpecialPoint] = []
    while True:
        fresh = [
            point
            for point in found[0]
            if point.kind == "branch_point" and not any(_same(point, seen) for seen in visited)
        ]
        if not fresh:
            return found
        for point in fresh:
            visited.append(point)
            u = np.append(point.x, point.parameter)
            for start, along in walker.other_branch(u, point.scales):
                if span[0] <= start[-1] <= span[1] and not walker.contains(pieces, start):
                    pieces += walker.trace(start, along)
        found = _special_points(model, name, span, system, walker, pieces)


def _result(
    model: Model,
    name: str,
    span: tuple[float, float],
    system: System,
    pieces: list[Piece],
    special: list[SpecialPoint],
    notes: list[str],
) -> EquilibriumBranch:
    points = [point for piece in pieces for point in piece.points]
    u = np.array([point.u for point in points]).reshape(-1, system.n + 1)
    matrices = np.moveaxis(system.jacobian(u[:, :-1].T, u[:, -1:].T), -1, 0)
    eigenvalues = np.asarray(np.linalg.eigvals(matrices)).astype(complex)
    order = np.argsort(-np.real(eigenvalues), axis=1, kind="stable")
    return EquilibriumBranch(
        model_name=model.name,
        digest=model.digest,
        parameter_name=name,
        parameter_unit=model.quantity(name).unit,
        span=span,
        parameter=u[:, -1],
        states=u[:, :-1],
        state_names=model.state_names,
        state_units=tuple(state.unit for state in model.states),
        eigenvalues=np.take_along_axis(eigenvalues, order, axis=1),
        piece=np.repeat(np.arange(len(pieces)), [len(piece.points) for piece in pieces]),
        special=tuple(special),
        ended=tuple((piece.began, piece.ended) for piece in pieces),
        fixed={p: model[p] for p in model.parameter_names if p != name},
        notes=tuple(dict.fromkeys(notes)),
    )
