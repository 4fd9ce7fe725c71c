"""Write the table of bifurcations into docs/devices.md: every device that continuation takes.

    python analysis/zoo.py [DEVICE ...]

Each device in each circuit at three capacitances: Hopf points, families of cycles and what they
cover, folds, and how far periods lie from those of runs. An hour, most of it for the full circuits
of the Mott devices; rows of devices that are not named stay as they are.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

import neurodyn as nd
from neurodyn.progress import progress_bar

PAGE = Path(__file__).parents[1] / "docs" / "devices.md"
BEGIN, END = "<!-- analysis/zoo.py begins -->\n", "<!-- analysis/zoo.py ends -->\n"
DEVICES = ("nbox_neuron", "mott_nbo2", "mott_vo2", "poole_frenkel_3d", "core_shell")
CIRCUITS = {"current_driven": "I_s", "voltage_driven": "V_s", "full_circuit": "I_s"}
CAPACITANCES = (50e-12, 200e-12, 1e-9)  # F
BEYOND = 1.25  # the range ends at so many times the last Hopf point
PLACES = 10  # cycles whose periods are held against runs
TURNS = 3


@dataclass(frozen=True, eq=False)
class Entry:
    """One neuron of the zoo and its diagram; None where equilibria have no Hopf point."""

    device: str
    circuit: str
    capacitance: float
    model: nd.Model
    diagram: nd.BifurcationDiagram | None
    seconds: float


def entry(device: str, circuit: str, capacitance: float) -> Entry:
    """Return the diagram of one device in one circuit, over the range that its Hopf points span."""
    model = getattr(nd.devices, device)(circuit).with_parameters(C_ext=capacitance)
    start = time.perf_counter()
    hopf = [point.parameter for point in nd.stability(model).hopf]
    diagram = None
    if hopf:
        diagram = nd.bifurcation_diagram(model, CIRCUITS[circuit], (0.0, BEYOND * max(hopf)))
    return Entry(device, circuit, capacitance, model, diagram, time.perf_counter() - start)


def periods_against_runs(found: Entry) -> float:
    """Return the largest relative difference of a period of a stable cycle from that of a run.

    The run starts on the cycle; its period is the time between two passages of a level.
    """
    assert found.diagram is not None
    families = found.diagram.cycles
    stable = [c for f in families for c, s in zip(f.cycles, f.stable, strict=True) if s]
    values = np.array([cycle.parameter for cycle in stable])
    places = np.linspace(values.min(), values.max(), 2 * PLACES + 1)[1::2]  # not in the canards
    worst = 0.0
    for value in places:
        cycle = stable[int(np.argmin(np.abs(values - value)))]
        level = (cycle.maximum + cycle.minimum) / 2
        model = found.model.with_parameters(**{cycle.parameter_name: cycle.parameter})
        x0 = dict(zip(model.state_names, map(float, cycle.nodes[0]), strict=True))
        run = nd.solve(model, (TURNS + 0.5) * cycle.period, x0=x0, method=nd.Adaptive(1e-10))
        times = run.rises(model.states[0].symbol - float(level[0]))
        worst = max(worst, abs((times[-1] - times[0]) / (len(times) - 1) / cycle.period - 1))
    return worst


def row(found: Entry) -> str:
    """Return the line of the table."""
    diagram = found.diagram
    name = f"| `{found.device}` | {found.circuit.replace('_', ' ')} | {found.capacitance * 1e12:g} "
    if diagram is None:
        return name + f"| none: rest is stable everywhere | | | | | {found.seconds:.1f} |"
    unit = "mV" if CIRCUITS[found.circuit] == "V_s" else "µA"
    scale = 1e3 if unit == "mV" else 1e6
    points = diagram.equilibria.hopf
    hopf = ", ".join(f"{p.parameter * scale:.5g} {p.criticality[:3]}" for p in points)
    cycles = "; ".join(
        f"{family.parameter.min() * scale:.5g} to {family.parameter.max() * scale:.5g} "
        f"({family.began}, {family.ended})"
        for family in diagram.cycles
    )
    folds = [fold for fold in diagram.cycle_folds if fold.status]
    known = ", ".join(f"{fold.parameter * scale:.5g}" for fold in folds) or "none"
    open_parts = ", ".join(f"{a * scale:.4g} to {b * scale:.4g}" for a, b in diagram.open_intervals)
    remarks = [f"nothing stable found over {open_parts}"] if open_parts else []
    if any(family.notes for family in diagram.cycles) or len(folds) < len(diagram.cycle_folds):
        remarks.append("folds inside a canard are not told apart")
    remark = "; ".join([*remarks, *diagram.failures])
    return (
        f"{name}| {hopf} {unit} | {cycles} | {known} | {periods_against_runs(found):.0e} "
        f"| {remark} | {found.seconds:.1f} |"
    )


HEAD = """\
Written by `python analysis/zoo.py`. *sup*, *sub*: criticality. Of each family of cycles the range
it covers and why it ends on either side ("canard": it stands upright there for hundreds of cycles
and is not followed through). Periods of ten stable cycles against runs of the model, largest
relative difference. Seconds on a shared machine.

| device | circuit | C_ext (pF) | Hopf points | cycles over | folds of cycles | periods | open | s |
|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Compute the entries of the devices named, or of all, and put them into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("devices", nargs="*", metavar="DEVICE", help=", ".join(DEVICES))
    named = parser.parse_args().devices or list(DEVICES)
    page = PAGE.read_text()
    before, after = page.index(BEGIN) + len(BEGIN), page.index(END)
    written = [line for line in page[before:after].splitlines() if line.startswith("| `")]
    rows = {device: [line for line in written if f"`{device}`" in line] for device in DEVICES}
    entries = list(product(CIRCUITS, CAPACITANCES))
    with progress_bar() as report:
        for i, device in enumerate(named):
            rows[device] = []
            for j, (circuit, capacitance) in enumerate(entries):
                report(f"{device}, {circuit}", (i + j / len(entries)) / len(named))
                rows[device].append(row(entry(device, circuit, capacitance)))
    lines = [line for device in DEVICES for line in rows[device]]
    PAGE.write_text(page[:before] + HEAD + "\n".join(lines) + "\n" + page[after:])


if __name__ == "__main__":
    main()
