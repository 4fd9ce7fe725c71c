"""One figure that shows all of a trace fit."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn.arguments import checked
from neurodyn.fitting import TraceFit
from neurodyn.plot.iv import correlations
from neurodyn.plot.style import BLACK, BLUE, SKY, VERMILION, label, prefixed, pretty

_MOST_TRACES = 4


@checked
def trace_fit(result: TraceFit) -> Figure:
    """Draw each trace with the fitted model, the misfit of the features, and the correlations.

    Parameters
    ----------
    result : TraceFit

    Returns
    -------
    Figure
    """
    shown = min(len(result.traces), _MOST_TRACES)
    rows: list[Any] = [[f"trace {k}"] * 2 for k in range(1, shown + 1)] + [
        ["misfit", "correlations"]
    ]
    figure, axes = plt.subplot_mosaic(
        rows,
        figsize=(9.5, 2.4 * shown + 3.2),
        height_ratios=[1.0] * shown + [1.3],
        width_ratios=[1.4, 1.0],
        layout="constrained",
    )
    verdict = "accepted" if result.accepted else "REJECTED"
    figure.suptitle(f"{result.title}: {verdict}", fontsize=10)
    for k in range(1, shown + 1):
        _overlay(result, k, axes[f"trace {k}"])
    (_pulls if result.features else _residuals)(result, axes["misfit"])
    correlations(result, axes["correlations"])
    return figure


def _overlay(result: TraceFit, k: int, ax: Axes) -> None:
    t, data, model = result.overlay(k)
    record = result.traces[k - 1]
    ft, ut = prefixed([t[-1] - t[0]], result.model.time_unit)
    fy, uy = prefixed(data, result.model.quantity(record.channel).unit)
    ax.plot(ft * (t - t[0]), fy * data, ".", ms=3, color=SKY, label="data")
    ax.plot(ft * (t - t[0]), fy * model, color=BLUE, lw=1.3, label="fit")
    settings = ", ".join(f"{pretty(name)} = {value:g}" for name, value in record.settings.items())
    ax.set_title(f"{record.source}{': ' + settings if settings else ''}")
    ax.set_xlabel(label("time", ut))
    ax.set_ylabel(label(pretty(record.channel), uy))
    ax.legend(loc="upper right")


def _pulls(result: TraceFit, ax: Axes) -> None:
    pulls = [row.pull for row in result.features]
    many = len(result.traces) > 1
    names = [f"{row.name} ({row.trace})" if many else row.name for row in result.features]
    place = np.arange(len(pulls))
    ax.axvspan(-2, 2, color=SKY, alpha=0.25, lw=0)
    ax.axvline(0, color=BLACK, lw=0.8)
    colours = [VERMILION if abs(pull) > 4 else BLUE for pull in pulls]
    ax.barh(place, pulls, color=colours, height=0.6)
    ax.set_yticks(place, names)
    ax.invert_yaxis()
    ax.set_xlabel("measured minus fitted (standard errors)")
    ax.set_title("features; band: two standard errors")


def _residuals(result: TraceFit, ax: Axes) -> None:
    n = len(result.residuals) - (len(result.parameters) if result.provenance["prior"] else 0)
    ax.axhspan(-2, 2, color=SKY, alpha=0.25, lw=0)
    ax.plot(result.residuals[:n], ".", ms=2, color=BLUE)
    ax.set_xlabel("sample")
    ax.set_ylabel("residual (standard deviations)")
    ax.set_title("residuals; band: two standard deviations")
