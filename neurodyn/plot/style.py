"""Colours, fonts and unit prefixes shared by all pictures."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.errors import InputError, near_hint

# Okabe and Ito's palette, told apart with any colour vision: jfly.uni-koeln.de/color
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"

_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
_PREFIXED = {"V", "A", "s", "W", "J", "F", "H", "ohm", "Hz"}
_PRINTED = {"ohm": "Ω"}

_SETTINGS = {
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "font.size": 9,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": "small",
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
}


@checked
def style(**more: Any) -> Any:
    """Return matplotlib settings for use with ``matplotlib.rc_context``.

    Parameters
    ----------
    **more
        Further settings, and others in place of these: ``style(**{"font.size": 14})``.

    Raises
    ------
    InputError
        For a setting that matplotlib does not have.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.plot.style(**{"font.size": 14})["font.size"]
    14
    """
    for name in more:
        if name not in plt.rcParams:
            hint = near_hint(name, plt.rcParams)
            raise InputError(f"matplotlib has no setting {name!r}{hint}; see matplotlib.rcParams")
    return _SETTINGS | more


def new_axes(ax: Axes | None) -> Axes:
    """Return ``ax``, or the axes of a new figure."""
    return plt.subplots()[1] if ax is None else ax


def prefixed(values: npt.ArrayLike, unit: str) -> tuple[float, str]:
    """Return the factor and the unit that print values as numbers between 1 and 1000.

    Examples
    --------
    >>> from neurodyn.plot.style import prefixed
    >>> prefixed([0.0, 335e-6], "A")
    (1000000.0, 'µA')
    """
    if unit in ("1", ""):
        return 1.0, ""
    largest = np.abs(np.asarray(values, dtype=float))
    largest = largest[np.isfinite(largest)]
    top = float(largest.max()) if largest.size else 0.0
    if unit not in _PREFIXED or top == 0:
        return 1.0, _PRINTED.get(unit, unit)
    exponent = int(np.clip(3 * np.floor(np.log10(top) / 3 + 1e-9), -15, 9))
    return float(10.0**-exponent), _PREFIXES[exponent] + _PRINTED.get(unit, unit)


def pretty(name: str) -> str:
    """Return a name as mathematics.

    Examples
    --------
    >>> from neurodyn.plot.style import pretty
    >>> pretty("V_out")
    '$V_\\\\mathrm{out}$'
    """
    stem, _, subscript = name.partition("_")
    return f"${stem}_\\mathrm{{{subscript}}}$" if subscript else f"${stem}$"


def label(meaning: str, unit: str) -> str:
    """Return an axis label."""
    return f"{meaning} ({unit})" if unit else meaning


def rate_unit(time_unit: str) -> str:
    """Return the unit of a rate: ``"Hz"``, ``"1/ms"``, or ``"1"`` of a model without units."""
    return {"s": "Hz", "1": "1"}.get(time_unit, f"1/{time_unit}")


def one_legend(ax: Axes) -> None:
    """Show each label once."""
    handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    ax.legend(handles.values(), handles.keys())
