"""Write a datasheet: figures, JSON and one self-contained HTML page."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurodyn import plot
from neurodyn.datasheet.entry import Entry
from neurodyn.datasheet.study import Study
from neurodyn.files import writable_place, write_together
from neurodyn.model import Model
from neurodyn.plot.style import BLUE, VERMILION, label, prefixed

CAPTIONS = {
    "iv": "Quasi-static I-V curve: data, fit, threshold switching point TS and hold point H; "
    "residuals of the fit.",
    "correlations": "Correlations of the fitted parameters.",
    "phase": "Phase planes of the two-state circuit below, inside and above the firing range: "
    "nullclines, field, trajectory from rest (square), fixed point (filled: stable).",
    "stability": "Equilibrium of each circuit along the current, from the closed form: stable "
    "solid, unstable dashed, Hopf points.",
    "bifurcation": "Bifurcation diagram of each circuit: equilibria and cycles, largest and "
    "smallest value; stable solid, unstable dashed.",
    "fi": "Firing rate from rest against constant current, both circuits; open circles: where "
    "firing begins and ends.",
    "behaviours": "The catalogue of excitable behaviours (Izhikevich 2004), two-state circuit: "
    "device current above, source current below, each scaled to its panel.",
    "spike": "Spikes after settling at the operating current: states and current of the device, "
    "and the output of the full circuit.",
}


def figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """Yield the name and the figure of each picture of the sheet."""
    figure, axes = plt.subplots(2, 1, figsize=(6.8, 5.6), height_ratios=[2.4, 1], sharex=True)
    plot.iv(study.iv, study.fit, axes[0])
    axes[0].set_xlabel("")
    plot.residuals(study.fit, axes[1])
    yield "iv", figure

    figure, ax = plt.subplots(figsize=(3.6, 3.2))
    plot.correlations(study.fit, ax)
    yield "correlations", figure

    figure, panels = plt.subplots(1, 3, figsize=(10.2, 4.0))
    for ax, plane, where in zip(panels, study.planes, ("below", "inside", "above"), strict=True):
        plot.phase_plane(plane, ax, legend=False)
        kind = ", ".join(point.kind for point in plane.fixed_points)
        ax.set_title(f"{where}: $I_s$ = {plane.model['I_s'] * 1e6:.4g} µA, {kind}")
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles[:3], texts[:3], loc="outside lower center", ncols=3)
    yield "phase", figure

    circuits = study.circuits
    figure, rows = plt.subplots(
        len(circuits), 1, figsize=(6.8, 2.8 * len(circuits)), sharex=True, squeeze=False
    )
    for ax, circuit in zip(rows[:, 0], circuits, strict=True):
        plot.stability(circuit.stability, _voltage(circuit.model), ax=ax, log=True)
        ax.set_title(circuit.name)
    yield "stability", figure

    followed = [(c, c.diagram) for c in circuits if c.diagram is not None]
    if followed:
        figure, rows = plt.subplots(
            len(followed), 1, figsize=(6.8, 3.8 * len(followed)), sharex=True, squeeze=False
        )
        for ax, (circuit, diagram) in zip(rows[:, 0], followed, strict=True):
            plot.bifurcation(diagram, state=_voltage(circuit.model), ax=ax)
            ax.set_title(circuit.name)
        yield "bifurcation", figure

    figure, ax = plt.subplots(figsize=(6.8, 3.6))
    _rates(study, ax)
    yield "fi", figure

    yield "behaviours", plot.behaviours(study.behaviours)[0, 0].figure

    if study.spike is not None:
        traj, train = study.spike
        names = [_voltage(traj.model), traj.model.state_names[-1], "I_device"]
        known = [traj.model.expression(name) for name in names]
        if traj.model.expression(train.observable) not in known:
            names.append(train.observable)
        figure, panels = plt.subplots(len(names), 1, figsize=(6.8, 1.6 * len(names)), sharex=True)
        start = float(train.times[0] - 0.3 * train.intervals.mean())
        window = (start, start + 2.2 * float(train.intervals.mean()))
        plot.traces(traj, names, window, panels)
        yield "spike", figure


def _voltage(model: Model) -> str:
    """Return the state that is the voltage across the device, or else the first."""
    across = "V" if "V" in model.state_names else str(model.expression("V_device"))
    return across if across in model.state_names else model.state_names[0]


def _rates(study: Study, ax: Axes) -> None:
    """Draw the f-I curves of the circuits into one panel, each with the ends of its firing."""
    circuits = study.circuits
    currents = np.concatenate([circuit.rates.values for circuit in circuits])
    fastest = np.concatenate([circuit.rates.rate for circuit in circuits])
    (fx, ux), (fy, uy) = prefixed(currents, "A"), prefixed(fastest, "Hz")
    for circuit, colour in zip(circuits, (BLUE, VERMILION), strict=False):
        curve = circuit.rates
        active = curve.rate > 0
        ax.plot(
            fx * curve.values[active],
            fy * curve.rate[active],
            ".-",
            color=colour,
            ms=3,
            lw=1.2,
            label=circuit.name,
        )
        ax.plot(fx * curve.values[~active], 0 * curve.values[~active], ".", color=colour, ms=3)
        if circuit.firing is not None:
            ends = np.array([circuit.firing.begins, circuit.firing.ends])
            rates = np.array([circuit.firing.rate_begin, circuit.firing.rate_end])
            ax.plot(
                fx * ends,
                fy * rates,
                "o",
                color=colour,
                mfc="none",
                ms=7,
                label=f"its onset and end: {fx * ends[0]:.4g} and {fx * ends[1]:.4g} {ux}",
            )
    ax.set(xlabel=label("$I_\\mathrm{s}$", ux), ylabel=label("firing rate", uy))
    ax.legend()


@contextmanager
def _quiet_backend() -> Iterator[None]:
    """Draw without a display, and give back the settings found."""
    with matplotlib.rc_context(plot.style(backend="agg")):
        yield


@dataclass(frozen=True)
class Page:
    """What is printed beside the pictures.

    Parameters
    ----------
    study : Study
    numbers : mapping from key to Entry
    summary : tuple of str
    origin : str
    seed : int
    plain : dict
        The sheet as plain data.
    files : mapping from name to text
        The device for other programs and other days.
    """

    study: Study
    numbers: Mapping[str, Entry]
    summary: tuple[str, ...]
    origin: str
    seed: int
    plain: dict[str, Any]
    files: Mapping[str, str]


def write(page: Page, folder: Path) -> list[Path]:
    """Write figures, ``datasheet.json`` and ``datasheet.html`` into a folder, together."""
    place = writable_place(folder, ("*.png", "datasheet.json", "datasheet.html", *page.files))
    place.parent.mkdir(parents=True, exist_ok=True)
    return write_together(place, lambda fresh: _make(page, fresh))


def _make(page: Page, folder: Path) -> None:
    pictures = []
    with _quiet_backend():
        for key, figure in figures(page.study):
            path = folder / f"{key}.png"
            figure.savefig(path)
            plt.close(figure)
            data = base64.b64encode(path.read_bytes()).decode()
            pictures.append({"key": key, "caption": CAPTIONS[key], "data": data})
    text = json.dumps(page.plain, indent=1, allow_nan=False)
    (folder / "datasheet.json").write_text(text + "\n")
    for name, content in page.files.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "datasheet.html").write_text(html(page, pictures), encoding="utf-8")


def html(page: Page, pictures: list[dict[str, str]]) -> str:
    """Return the page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = [
        {
            "label": entry.label,
            "value": entry.text,
            "interval": entry.interval_text,
            "provenance": entry.provenance,
        }
        for entry in page.numbers.values()
    ]
    return environment.get_template("template.html.j2").render(
        page=page, study=page.study, fit=page.study.fit, rows=rows, pictures=pictures
    )
