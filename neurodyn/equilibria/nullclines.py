"""``nd.nullclines``: the curves on which one state of a planar model stands still."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import contourpy
import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array
from neurodyn.codegen import CompiledModel, compiled
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model

Window = Mapping[str, tuple[float, float]]

_GROWN = 2.0  # growth of the right-hand side, towards its change of sign, that only a pole shows


@dataclass(frozen=True, eq=False)
class Nullcline:
    """The set d(state)/dt = 0 inside a window.

    Parameters
    ----------
    state : str
        The state whose derivative vanishes.
    pieces : tuple of (2, n) float
        Connected components, each a polyline of (first state, second state). They are not joined.
    """

    state: str
    pieces: tuple[Array, ...]

    def __repr__(self) -> str:
        points = sum(piece.shape[1] for piece in self.pieces)
        return f"<nullcline d{self.state}/dt = 0: {len(self.pieces)} pieces, {points} points>"


@checked
def nullclines(
    model: Model, window: Window, *, n: Count = 300, **held: float
) -> tuple[Nullcline, Nullcline]:
    """Return both nullclines of a model with two states.

    Contour lines of the right-hand side on an n by n grid give the topology; every vertex lies on
    a grid edge and is then moved along it to the zero of the right-hand side by bisection. Where it
    changes sign through infinity instead, at a pole, there is no nullcline.

    Parameters
    ----------
    model : Model
        With two states.
    window : mapping from state name to (low, high)
    n : int
        Grid points a side. Pieces smaller than a grid cell are not seen.
    **held : float
        Parameters and inputs to change first.

    Returns
    -------
    tuple of two Nullcline

    Raises
    ------
    InputError
        If the model does not have two states, or the window is not one.

    Examples
    --------
    >>> import neurodyn as nd
    >>> v, w = nd.nullclines(nd.devices.fitzhugh_nagumo(), {"v": (-2, 2), "w": (-1, 2)}, I=0.5)
    >>> x, y = v.pieces[0]
    >>> bool(abs(y - (x - x**3 / 3 + 0.5)).max() < 1e-12)
    True
    """
    model = model.with_parameters(**held)
    x, y = (np.linspace(*limits, n) for limits in checked_window(model, window))
    functions = compiled(model, "numpy")
    with np.errstate(all="ignore"):
        field = functions.rhs(np.stack(np.meshgrid(x, y)), model.p)
    curves = []
    for i, name in enumerate(model.state_names):
        # only the sign matters for the topology; a bounded field keeps the contours apart
        values = np.ma.masked_invalid(np.arcsinh(field[i] / np.nanmedian(np.abs(field[i]))))
        lines = contourpy.contour_generator(x, y, values).lines(0.0)
        pieces = []
        for line in lines:
            refined, pole = _refine(functions, model, i, np.asarray(line).T, x, y)
            pieces += _between(refined, pole)
        curves.append(Nullcline(name, tuple(pieces)))
    return curves[0], curves[1]


def checked_window(model: Model, window: Window) -> list[tuple[float, float]]:
    """Return the limits of both states in order.

    Raises
    ------
    InputError
        If the model is not planar, a state is missing, or limits are not low < high.
    """
    if len(model.states) != 2:
        raise InputError(
            f"{model.name!r} has {len(model.states)} states; a phase plane needs exactly two"
        )
    for name in window:
        if name not in model.state_names:
            raise unknown_name("state", name, model.state_names)
    limits = []
    for name in model.state_names:
        if name not in window:
            raise InputError(f"the window has no limits for the state {name!r}")
        low, high = window[name]
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise InputError(f"the window of {name} is ({low:g}, {high:g}); expected low < high")
        limits.append((float(low), float(high)))
    return limits


def _refine(
    functions: CompiledModel, model: Model, i: int, line: Array, x: Array, y: Array
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Move each vertex along its grid edge to the zero of equation ``i``, by bisection.

    Returns the vertices, (2, n), and which of them have come to a pole, (n,).
    """
    low, high = line.copy(), line.copy()
    for axis, grid in enumerate((x, y)):
        cell = np.clip(np.searchsorted(grid, line[axis], side="right") - 1, 0, len(grid) - 2)
        nearest = np.where(
            np.abs(line[axis] - grid[cell]) < np.abs(line[axis] - grid[cell + 1]), cell, cell + 1
        )
        on_grid = np.abs(line[axis] - grid[nearest]) < 1e-9 * (grid[1] - grid[0])
        low[axis] = np.where(on_grid, line[axis], grid[cell])
        high[axis] = np.where(on_grid, line[axis], grid[cell + 1])
    with np.errstate(all="ignore"):
        ends = functions.rhs(low, model.p)[i], functions.rhs(high, model.p)[i]
        sign_low = np.sign(ends[0])
        bracketed = sign_low * np.sign(ends[1]) < 0
        for _ in range(60):
            middle = 0.5 * (low + high)
            same = np.sign(functions.rhs(middle, model.p)[i]) == sign_low
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        last = functions.rhs(low, model.p)[i], functions.rhs(high, model.p)[i]
        grown = np.minimum(*np.abs(last)) > _GROWN * np.maximum(*np.abs(ends))
    return np.where(bracketed, 0.5 * (low + high), line), bracketed & grown


def _between(line: Array, pole: npt.NDArray[np.bool_]) -> list[Array]:
    """Return the parts of a line between its vertices at poles."""
    if not pole.any():
        return [line]
    if (line[:, 0] == line[:, -1]).all():  # a loop is opened at a pole, not where it was begun
        first = int(np.argmax(pole))
        line, pole = np.roll(line[:, :-1], -first, axis=1), np.roll(pole[:-1], -first)
    edges = [-1, *np.nonzero(pole)[0].tolist(), line.shape[1]]
    return [line[:, a + 1 : b] for a, b in itertools.pairwise(edges) if b - a > 2]
