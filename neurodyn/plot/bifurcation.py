"""Bifurcation diagrams in one and two parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurodyn.arrays import Array
from neurodyn.continuation import (
    BifurcationDiagram,
    CycleBranch,
    EquilibriumBranch,
    TwoParameterCurve,
)
from neurodyn.errors import unknown_name
from neurodyn.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    label,
    new_axes,
    prefixed,
    pretty,
)

_MARKERS = {
    "hopf": ("o", VERMILION, "Hopf"),
    "fold": ("s", BLACK, "fold"),
    "branch_point": ("D", PURPLE, "branch point"),
    "cycle_fold": ("^", ORANGE, "fold of cycles"),
    "period_doubling": ("v", PURPLE, "period doubling"),
    "torus": ("P", SKY, "torus"),
    "bautin": ("*", VERMILION, "Bautin"),
    "bogdanov_takens": ("X", BLACK, "Bogdanov-Takens"),
    "cusp": ("d", BLACK, "cusp"),
    "zero_hopf": ("P", PURPLE, "zero-Hopf"),
    "hopf_hopf": ("8", PURPLE, "Hopf-Hopf"),
}


def bifurcation(
    equilibria: BifurcationDiagram | EquilibriumBranch,
    *cycles: CycleBranch,
    state: str | None = None,
    ax: Axes | None = None,
    log: bool = False,
) -> Axes:
    """Draw equilibria and cycles along a parameter: stable solid, unstable dashed.

    Cycles show as the largest and the smallest value of the state.

    Parameters
    ----------
    equilibria : BifurcationDiagram or EquilibriumBranch
    *cycles : CycleBranch
        Further families of cycles.
    state : str, optional
        The first state by default.
    ax : Axes, optional
    log : bool
        Whether the parameter is drawn on a logarithmic axis.
    """
    ax = new_axes(ax)
    if isinstance(equilibria, BifurcationDiagram):
        cycles = (*equilibria.cycles, *cycles)
        windows = equilibria.bistable_windows
        equilibria = equilibria.equilibria
    else:
        windows = ()
    state = state or equilibria.state_names[0]
    if state not in equilibria.state_names:
        raise unknown_name("state", state, equilibria.state_names)
    column = equilibria.state_names.index(state)
    fx, ux = prefixed(equilibria.span, equilibria.parameter_unit)
    tallest = [equilibria[state], *(branch.envelope(state)[1] for branch in cycles)]
    fy, uy = prefixed(np.concatenate(tallest), equilibria.state_units[column])

    for low, high in windows:
        ax.axvspan(fx * low, fx * high, color=SKY, alpha=0.25, lw=0, label="bistable")
    for number in np.unique(equilibria.piece):
        here = equilibria.piece == number
        values = fx * equilibria.parameter[here], fy * equilibria[state][here]
        _stable_and_not(ax, *values, equilibria.stable[here], BLUE, "equilibrium")
    for branch in cycles:
        for edge in branch.envelope(state):
            values = fx * branch.parameter, fy * edge
            _stable_and_not(ax, *values, branch.stable, GREEN, "cycle, largest and smallest")
    for point in equilibria.special:
        if point.kind in _MARKERS:
            _mark(ax, point.kind, fx * point.parameter, [fy * point.state[state]])
    for branch in cycles:
        for point in branch.special:
            ends = [fy * edge[column] for edge in (point.cycle.minimum, point.cycle.maximum)]
            _mark(ax, point.kind, fx * point.parameter, ends)
    if log:
        ax.set_xscale("log")
    ax.set_xlabel(label(pretty(equilibria.parameter_name), ux))
    ax.set_ylabel(label(pretty(state), uy))
    _legend(ax)
    return ax


def two_parameter(
    *curves: TwoParameterCurve, ax: Axes | None = None, log: tuple[bool, bool] = (False, False)
) -> Axes:
    """Draw curves of Hopf points, folds and folds of cycles in the plane of two parameters.

    A Hopf curve is solid where it is supercritical, dashed where it is subcritical.

    Parameters
    ----------
    *curves : TwoParameterCurve
        All in the same two parameters.
    ax : Axes, optional
    log : (bool, bool)
        Whether each axis is logarithmic.
    """
    ax = new_axes(ax)
    first = curves[0]
    both = np.concatenate([curve.parameters for curve in curves])
    (fx, ux), (fy, uy) = (prefixed(both[:, i], first.parameter_units[i]) for i in (0, 1))
    for curve in curves:
        x, y = fx * curve[first.parameter_names[0]], fy * curve[first.parameter_names[1]]
        if curve.kind == "hopf":
            for mask, dashes, text in (
                (curve.first_lyapunov < 0, "-", "Hopf, supercritical"),
                (curve.first_lyapunov >= 0, "--", "Hopf, subcritical"),
            ):
                ax.plot(x, _where(mask, y), color=VERMILION, ls=dashes, lw=1.6, label=text)
        else:
            colour, text = {"fold": (BLACK, "fold"), "cycle_fold": (ORANGE, "fold of cycles")}[
                curve.kind
            ]
            ax.plot(x, y, color=colour, lw=1.6, label=text)
        for point in curve.special:
            px, py = (point.parameters[name] for name in first.parameter_names)
            _mark(ax, point.kind, fx * px, [fy * py])
    for wanted, set_scale in zip(log, (ax.set_xscale, ax.set_yscale), strict=True):
        if wanted:
            set_scale("log")
    ax.set_xlabel(label(pretty(first.parameter_names[0]), ux))
    ax.set_ylabel(label(pretty(first.parameter_names[1]), uy))
    _legend(ax)
    return ax


def _where(mask: npt.NDArray[np.bool_], y: Array) -> Array:
    """Return y where the mask holds and at the neighbours of such points, NaN elsewhere."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    return np.where(wide, y, np.nan)


def _stable_and_not(
    ax: Axes, x: Array, y: Array, stable: npt.NDArray[np.bool_], colour: str, what: str
) -> None:
    ax.plot(x, np.where(stable, y, np.nan), color=colour, lw=1.7, label=f"stable {what}")
    ax.plot(x, _where(~stable, y), color=colour, lw=1.3, ls="--", label=f"unstable {what}")


def _mark(ax: Axes, kind: str, x: float, values: Sequence[float]) -> None:
    marker, colour, text = _MARKERS[kind]
    ax.plot([x] * len(values), values, marker, color=colour, ms=7, ls="none", label=text, zorder=5)


def _legend(ax: Axes) -> None:
    """Show each label once."""
    handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    ax.legend(handles.values(), handles.keys())
