"""Bifurcation diagrams in one and two parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.continuation import (
    BifurcationDiagram,
    CycleBranch,
    EquilibriumBranch,
    TwoParameterCurve,
)
from neurodyn.continuation.stability_lines import (
    Stretch,
    cycle_lines,
    equilibrium_lines,
    hopf_lines,
)
from neurodyn.errors import InputError, unknown_name
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
    one_legend,
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
    "fold_flip": ("<", PURPLE, "fold-flip"),
    "fold_torus": (">", SKY, "fold-torus"),
}
_CURVES = {"fold": (BLACK, "fold"), "cycle_fold": (ORANGE, "fold of cycles")}
# the line style and the label of each sign of a stretch
_STABILITY = {-1: ("-", "stable {}"), 1: ("--", "unstable {}"), 0: (":", "{}, stability unknown")}
_CRITICALITY = {
    -1: ("-", "{}, supercritical"),
    1: ("--", "{}, subcritical"),
    0: (":", "{}, criticality unknown"),
}


@checked
def bifurcation(
    equilibria: BifurcationDiagram | EquilibriumBranch,
    *cycles: CycleBranch,
    state: str | None = None,
    ax: Axes | None = None,
    log: bool = False,
) -> Axes:
    """Draw equilibria and cycles along a parameter: stable solid, unstable dashed.

    Lines change style at the special points themselves. Cycles show as the largest and the
    smallest value of the state.

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
    for stretch in equilibrium_lines(equilibria):
        _draw(ax, stretch, 0, 1 + column, (fx, fy), BLUE, "equilibrium")
    for branch in cycles:
        for edge in (1 + column, 1 + column + len(branch.state_names)):
            for stretch in cycle_lines(branch):
                _draw(ax, stretch, 0, edge, (fx, fy), GREEN, "cycle, largest and smallest")
    for point in equilibria.special:
        if point.kind != "neutral_saddle":  # no bifurcation
            _mark(ax, point.kind, fx * point.parameter, [fy * point.state[state]])
    for branch in cycles:
        for point in branch.special:
            ends = [fy * edge[column] for edge in (point.cycle.minimum, point.cycle.maximum)]
            _mark(ax, point.kind, fx * point.parameter, ends)
    if log:
        ax.set_xscale("log")
    ax.set_xlabel(label(pretty(equilibria.parameter_name), ux))
    ax.set_ylabel(label(pretty(state), uy))
    one_legend(ax)
    return ax


@checked
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
    if not curves:
        raise InputError("two_parameter was given no curve; expected at least one")
    ax = new_axes(ax)
    first, names = curves[0], curves[0].parameter_names
    for curve in curves:
        if set(curve.parameter_names) != set(names):
            raise InputError(
                f"two_parameter: a curve in {curve.parameter_names} does not lie in the plane of "
                f"{names}; expected curves in the same two parameters"
            )
    (fx, ux), (fy, uy) = (
        prefixed(np.concatenate([curve[name] for curve in curves]), unit)
        for name, unit in zip(names, first.parameter_units, strict=True)
    )
    for curve in curves:
        x, y = (curve.parameter_names.index(name) for name in names)
        if curve.kind == "hopf":
            for stretch in hopf_lines(curve):
                _draw(ax, stretch, x, y, (fx, fy), VERMILION, "Hopf", _CRITICALITY)
        else:
            colour, text = _CURVES[curve.kind]
            values = curve.parameters
            ax.plot(fx * values[:, x], fy * values[:, y], color=colour, lw=1.6, label=text)
        for point in curve.special:
            px, py = (point.parameters[name] for name in names)
            _mark(ax, point.kind, fx * px, [fy * py])
    for wanted, set_scale in zip(log, (ax.set_xscale, ax.set_yscale), strict=True):
        if wanted:
            set_scale("log")
    ax.set_xlabel(label(pretty(names[0]), ux))
    ax.set_ylabel(label(pretty(names[1]), uy))
    one_legend(ax)
    return ax


def _draw(
    ax: Axes,
    stretch: Stretch,
    x: int,
    y: int,
    factors: tuple[float, float],
    colour: str,
    what: str,
    styles: Mapping[int, tuple[str, str]] = _STABILITY,
) -> None:
    """Draw two columns of a stretch in the line style of its sign."""
    dashes, text = styles[stretch.sign]
    ax.plot(
        factors[0] * stretch.vertices[:, x],
        factors[1] * stretch.vertices[:, y],
        color=colour,
        lw=1.7 if dashes == "-" else 1.3,
        ls=dashes,
        label=text.format(what),
    )


def _mark(ax: Axes, kind: str, x: float, values: Sequence[float]) -> None:
    marker, colour, text = _MARKERS.get(kind, ("D", BLACK, kind.replace("_", " ")))
    ax.plot([x] * len(values), values, marker, color=colour, ms=7, ls="none", label=text, zorder=5)
