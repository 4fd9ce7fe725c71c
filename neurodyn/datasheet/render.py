"""Write a datasheet: figures, JSON and one self-contained HTML page."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jinja2
import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from neurodyn import constants, plot
from neurodyn.datasheet.sheet import Datasheet
from neurodyn.errors import InputError
from neurodyn.plot.style import prefixed

CAPTIONS = {
    "iv": "Quasi-static I-V curve: data, fit, threshold switching point TS and hold point H; "
    "residuals of the fit.",
    "correlations": "Correlations of the fitted parameters.",
    "phase": "Phase planes of the two-state neuron below, inside and above the spiking range: "
    "nullclines, field, trajectory from rest (square), fixed point (filled: stable).",
    "stability": "Equilibrium along the current, from the closed form: stable solid, unstable "
    "dashed, Hopf points.",
    "bifurcation": "Bifurcation diagram of the two-state neuron: equilibria and cycles, largest "
    "and smallest value; stable solid, unstable dashed.",
    "fi": "Firing rate from rest against constant current, two-state circuit.",
    "behaviours": "The catalogue of excitable behaviours (Izhikevich 2004), two-state neuron: "
    "device current above, source current below, each scaled to its panel.",
    "spike": "Spikes of the full circuit after settling: voltage, temperature and current of the "
    "device, and the output.",
}


def figures(sheet: Datasheet) -> Iterator[tuple[str, Figure]]:
    """Yield the name and the figure of each picture of the sheet."""
    figure, axes = plt.subplots(2, 1, figsize=(6.8, 5.6), height_ratios=[2.4, 1], sharex=True)
    plot.iv(sheet.study.iv, sheet.study.fit, axes[0])
    axes[0].set_xlabel("")
    plot.residuals(sheet.study.fit, axes[1])
    yield "iv", figure

    figure, ax = plt.subplots(figsize=(3.6, 3.2))
    plot.correlations(sheet.study.fit, ax)
    yield "correlations", figure

    figure, panels = plt.subplots(1, 3, figsize=(10.2, 4.0))
    for ax, plane, where in zip(
        panels, sheet.study.planes, ("below", "inside", "above"), strict=True
    ):
        plot.phase_plane(plane, ax, legend=False)
        kind = ", ".join(point.kind for point in plane.fixed_points)
        ax.set_title(f"{where}: $I_s$ = {plane.model['I_s'] * 1e6:.4g} µA, {kind}")
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles[:3], texts[:3], loc="outside lower center", ncols=3)
    yield "phase", figure

    figure, ax = plt.subplots(figsize=(6.8, 3.2))
    plot.stability(sheet.study.stability, ax=ax, log=True)
    yield "stability", figure

    if sheet.study.diagram is not None:
        figure, ax = plt.subplots(figsize=(6.8, 4.2))
        plot.bifurcation(sheet.study.diagram, ax=ax)
        yield "bifurcation", figure

    figure, ax = plt.subplots(figsize=(6.8, 3.2))
    plot.fi_curve(sheet.study.fi, ax)
    yield "fi", figure

    yield "behaviours", plot.behaviours(sheet.study.behaviours)[0, 0].figure

    if sheet.study.spike is not None:
        traj, train = sheet.study.spike
        figure, panels = plt.subplots(4, 1, figsize=(6.8, 6.4), sharex=True)
        start = float(train.times[0] - 0.3 * train.intervals.mean())
        window = (start, start + 2.2 * float(train.intervals.mean()))
        plot.traces(traj, ("V", "T", "I_device", "V_out"), window, panels)
        yield "spike", figure


@contextmanager
def _quiet_backend() -> Iterator[None]:
    """Draw without a display, and give back the settings found."""
    with matplotlib.rc_context(plot.style(backend="agg")):
        yield


def write(sheet: Datasheet, folder: Path) -> list[Path]:
    """Write figures, ``datasheet.json`` and ``datasheet.html`` into a folder."""
    target = checked_folder(folder)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".neurodyn-") as name:
        temporary = Path(name)
        pictures = []
        with _quiet_backend():
            for key, figure in figures(sheet):
                path = temporary / f"{key}.png"
                figure.savefig(path)
                plt.close(figure)
                data = base64.b64encode(path.read_bytes()).decode()
                pictures.append({"key": key, "caption": CAPTIONS[key], "data": data})
        text = json.dumps(sheet.to_dict(), indent=1, allow_nan=False)
        (temporary / "datasheet.json").write_text(text + "\n")
        (temporary / "datasheet.html").write_text(html(sheet, pictures), encoding="utf-8")
        target.mkdir(exist_ok=True)
        written = []
        for path in sorted(temporary.iterdir()):
            os.replace(path, target / path.name)
            written.append(target / path.name)
    return written


def checked_folder(folder: Path) -> Path:
    """Return the folder, absolute, if results can be written there.

    Raises
    ------
    InputError
        If it is a file, or neither it nor its parent can be made or written.
    """
    folder = folder.absolute()
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; expected a folder to write to")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}") from None
    place = folder if folder.exists() else folder.parent
    if not os.access(place, os.W_OK) or not os.access(folder.parent, os.W_OK):
        raise InputError(f"cannot write to {folder}: no permission")
    return folder


def html(sheet: Datasheet, pictures: list[dict[str, str]]) -> str:
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
            "value": _number(entry.value, entry.unit),
            "interval": "" if entry.interval is None else _interval(entry.interval, entry.unit),
            "provenance": entry.provenance,
        }
        for key, entry in sheet.numbers.items()
    ]
    return environment.get_template("template.html.j2").render(
        sheet=sheet, fit=sheet.study.fit, rows=rows, pictures=pictures, plain=sheet.to_dict()
    )


def _printed(values: list[float], unit: str) -> tuple[float, str]:
    """Return factor and unit for print; energies of single electrons in eV."""
    if unit == "J" and max(map(abs, values)) < 1e-17:
        return 1 / constants.eV, "eV"
    return prefixed(values, unit)


def _number(value: float, unit: str) -> str:
    factor, printed = _printed([value], unit)
    return f"{factor * value:.5g} {printed}".strip()


def _interval(interval: tuple[float, float], unit: str) -> str:
    factor, printed = _printed(list(interval), unit)
    return f"{factor * interval[0]:.5g} … {factor * interval[1]:.5g} {printed}".strip()
