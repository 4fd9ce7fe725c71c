"""The catalogue of behaviours as small pictures, after figure 1 of Izhikevich (2004)."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array
from neurodyn.behaviours import BehaviourTable, Finding
from neurodyn.plot.style import BLACK, BLUE, GREEN, VERMILION, prefixed

_COLOURS = {"shown": GREEN, "not shown": VERMILION, "not decidable": BLACK}
_LINES = (BLUE, VERMILION, GREEN)


@checked
def behaviours(table: BehaviourTable, columns: Count = 4) -> npt.NDArray[np.object_]:
    """Draw each behaviour's traces over its stimulus, in a grid; return the Axes.

    The observable is drawn above, the input below, each scaled to its panel; the bar is a time.
    Where several runs are compared they share a panel.

    Parameters
    ----------
    table : BehaviourTable
    columns : int
    """
    rows = -(-len(table) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(2.6 * columns, 1.75 * rows), squeeze=False)
    for ax, finding in zip(axes.flat, table, strict=False):
        _panel(ax, finding, table.time_unit)
    for ax in list(axes.flat)[len(table) :]:
        ax.set_visible(False)
    figure.suptitle(f"{table.model_name}: {table.observable} above, {table.input_name} below")
    return axes


def _panel(ax: Axes, finding: Finding, time_unit: str) -> None:
    title = ax.set_title(f"{finding.title}: {finding.verdict}", fontsize=7.5)
    title.set_color(_COLOURS[finding.verdict])
    title.set_in_layout(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    if not finding.traces:
        words = textwrap.fill(finding.reason, 36)
        ax.text(0.5, 0.5, words, ha="center", va="center", fontsize=6.5).set_in_layout(False)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        return
    start = min(float(trace.t[0]) for trace in finding.traces)
    stop = max(float(trace.t[-1]) for trace in finding.traces)
    lead = 0.06 * (stop - start)  # what was before the stimulus
    for i, trace in enumerate(finding.traces):
        colour = _LINES[i % len(_LINES)]
        t = np.concatenate([[start - lead], trace.t])
        ax.plot(t, 1 + _scaled(finding, "y", i), color=colour, lw=0.8, label=trace.label)
        ax.plot(t, 0.6 * _scaled(finding, "drive", i), color=colour, lw=0.8)
    if len(finding.traces) > 1:
        ax.legend(fontsize=5.5, loc="upper right", handlelength=1.0, borderaxespad=0.0)
    factor, unit = prefixed([stop - start], time_unit)
    length = _round_down(0.25 * (stop - start) * factor)
    right = stop - length / factor
    ax.plot([right, stop], [-0.12, -0.12], color=BLACK, lw=1.5)
    ax.text(stop, -0.2, f"{length:g} {unit}", ha="right", va="top", fontsize=6)
    ax.set(xlim=(start - lead, stop), ylim=(-0.45, 2.1))


def _scaled(finding: Finding, name: str, i: int) -> Array:
    """Return a curve of run ``i`` between 0 and 1, led in by its first value."""
    curves = [getattr(trace, name) for trace in finding.traces]
    low, high = (f(np.concatenate(curves)) for f in (np.min, np.max))
    return (np.concatenate([curves[i][:1], curves[i]]) - low) / (high - low or 1.0)


def _round_down(value: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not above the value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * max(f for f in (1, 2, 5) if f * power <= value))
