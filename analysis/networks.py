"""Draw the figures of docs/networks.md, and renew what stands between its marks.

    python analysis/networks.py

Under a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import drawing
import matplotlib.pyplot as plt
import numpy as np

import neurodyn as nd
from neurodyn.plot.style import prefixed, style

DOCS = Path(__file__).parents[1] / "docs"
LAPS = 3e-5  # s, of the ring: a few laps
EXACT = nd.Adaptive(1e-12)
METHODS = (
    nd.Adaptive(1e-5),
    nd.Adaptive(),
    nd.Lockstep(1e-9),
    nd.Lockstep(5e-10),
    nd.Lockstep(2.5e-10),
)


def random_network() -> nd.Network:
    """Return 200 NbOx neurons, device to device 3 % apart, with sparse excitation."""
    current = np.where(np.arange(200) < 50, 3e-4, 5e-6)
    parameters = {"I_s": current, "R_0": nd.LogNormal(190.0, 0.03)}
    cells = nd.Population("cells", nd.devices.nbox_neuron(), 200, parameters=parameters)
    pulses = nd.Connection(
        "cells",
        "cells",
        8e-5,
        nd.Uniform(8e-8, 2e-7),
        nd.Rectangular(1.3e-7),
        pattern=nd.FixedProbability(0.05),
    )
    return nd.Network([cells], [pulses], seed=5)


def first_figure(folder: Path) -> None:
    network = random_network()
    record = nd.Record({"cells": [0, 1, 60, 61]}, period=5e-9)
    run = nd.simulate(network, 6e-6, record=record)
    with plt.rc_context(style()):
        figure = plt.figure(figsize=(9.6, 4.4))
        left, right = figure.subfigures(1, 2, width_ratios=(1.3, 1))
        nd.plot.raster(run, axes=left.subplots(2, 1, sharex=True, height_ratios=(3, 1)))
        nd.plot.network_traces(run, window=(0.0, 3e-6), ax=right.subplots())
        drawing.save(figure, folder, "network_raster")


def learning_figure(folder: Path) -> None:
    path = nd.example_network("excitation_inhibition")
    run = nd.simulate(nd.read_network(path), **nd.run_options(path))
    with plt.rc_context(style()):
        figure = plt.figure(figsize=(9.6, 6.8))
        above, below = figure.subfigures(2, 1, height_ratios=(1, 1.9))
        nd.plot.network(run.network, above.subplots())
        left, right = below.subfigures(1, 2, width_ratios=(1.5, 1))
        names = ["excitatory", "inhibitory"]
        axes = left.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        nd.plot.raster(run, names, window=(500.0, 1000.0), axes=axes)
        nd.plot.weight_history(run, ax=right.subplots())
        drawing.save(figure, folder, "network_learning")


def ring_times(method: nd.Adaptive | nd.Lockstep) -> np.ndarray:
    network = nd.read_network(nd.example_network("ring"))
    return nd.simulate(network, LAPS, method=method)["ring"].times


def table_of_methods() -> str:
    """Return the errors of spike times in the ring, against a run at 1e-12."""
    truth = ring_times(EXACT)
    rows = []
    for method in METHODS:
        times = ring_times(method)
        assert len(times) == len(truth)
        name = repr(method).partition(",")[0].rstrip(")")
        factor, unit = prefixed([np.abs(times - truth).max()], "s")
        error = float(f"{factor * np.abs(times - truth).max():.2g}")
        rows.append(f"| `nd.{name})` | {error:g} {unit} |")
    return "\n".join(["| method | largest error of a spike time |", "|---|---|", *rows])


def main(docs: Path) -> None:
    """Draw the figures and renew the table and the listing of the page."""
    folder = docs / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    first_figure(folder)
    learning_figure(folder)
    parts = {
        "methods": table_of_methods(),
        "ring": f"```toml\n{nd.example_network('ring').read_text()}```",
    }
    page = (DOCS / "networks.md").read_text()
    for name, text in parts.items():
        mark, end = f"<!-- {name} -->\n", "\n<!-- end -->"
        before, _, rest = page.partition(mark)
        page = before + mark + text + end + rest.partition(end)[2]
    (docs / "networks.md").write_text(page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the page")
    main(parser.parse_args().out)
