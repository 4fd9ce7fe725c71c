"""Table of the zoo under continuation: every device, circuit and three capacitances.

``python analysis/zoo_continuation.py`` computes what is missing in ``zoo_continuation.json``, each
diagram in a process of its own with a limit of time, and writes the table into ``docs/devices.md``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import neurodyn as nd

HERE = Path(__file__).parent
STORE = HERE / "zoo_continuation.json"
PAGE = HERE.parent / "docs" / "devices.md"
MARKS = "<!-- zoo: begin -->", "<!-- zoo: end -->"
CIRCUITS = ("current_driven", "voltage_driven", "full_circuit")
FACTORS = (0.25, 1.0, 4.0)  # of the default capacitance
BEYOND = 1.3  # how far the range goes beyond the last Hopf point
NBOX = {
    "current_driven": nd.devices.nbox_neuron,
    "voltage_driven": nd.devices.nbox_voltage_driven,
    "full_circuit": nd.devices.nbox_circuit,
}
DEVICES = ("nbox", "mott_nbo2", "mott_vo2", "poole_frenkel_3d", "core_shell")


def neuron(device: str, circuit: str, factor: float) -> nd.Model:
    """Return a device in a circuit, its capacitance changed by a factor."""
    model = NBOX[circuit]() if device == "nbox" else getattr(nd.devices, device)(circuit)
    return model.with_parameters(C_ext=factor * model["C_ext"])


def row(device: str, circuit: str, factor: float) -> dict[str, Any]:
    """Return what the diagram over the input says."""
    model = neuron(device, circuit, factor)
    (along,) = model.input_names
    known = [point.parameter for point in nd.stability(model).hopf]
    begin = time.perf_counter()
    diagram = nd.bifurcation_diagram(model, along, (0.0, BEYOND * max(known)))
    hopf = diagram.equilibria.hopf
    cycles = [family.parameter for family in diagram.cycles if len(family)]
    return {
        "capacitance": model["C_ext"],
        "along": along,
        "unit": model.quantity(along).unit,
        "range": list(diagram.equilibria.span),
        "hopf": [[p.parameter, p.criticality, bool(p.status)] for p in hopf],
        "folds": [[p.parameter, bool(p.status)] for p in diagram.cycle_folds],
        "cycles": [[float(p.min()), float(p.max())] for p in cycles],
        "coverage": diagram.coverage,
        "uncovered": [list(gap) for gap in diagram.uncovered],
        "unresolved": sum(not point.status for point in diagram.special),
        "canards": sum("canard" in (f.began, f.ended) for f in diagram.cycles),
        "seconds": time.perf_counter() - begin,
    }


def computed(case: tuple[str, str, float], limit: float) -> dict[str, Any]:
    """Return a row made in a process of its own, or the reason why there is none."""
    device, circuit, factor = case
    command = [sys.executable, __file__, "--case", device, circuit, str(factor)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"failure": f"not finished in {limit:.0f} s"}
    if done.returncode:
        return {"failure": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout)


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Return the rows as a Markdown table; a hole in one has its sentence."""
    lines = [
        "| device | circuit | C_ext | Hopf points | cycles cover | folds | unresolved | time |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for key, one in rows.items():
        device, circuit, factor = key.split("/")
        place = f"| `{device}` | {circuit.replace('_', ' ')} "
        if "failure" in one:
            lines.append(f"{place}| x {factor} | {one['failure']} | | | | |")
            continue
        scale, unit = (1e6, "uA") if one["unit"] == "A" else (1.0, one["unit"])
        hopf = ", ".join(f"{scale * p:.5g} {kind[:3]}" for p, kind, _ in one["hopf"])
        clear = sorted(scale * p for p, ok in one["folds"] if ok)
        cover = f"{100 * one['coverage']:.1f} %"
        for low, high in one["uncovered"]:
            cover += f"; none found from {scale * low:.5g} to {scale * high:.5g} {unit}"
        if one["canards"]:
            cover += f"; {one['canards']} end in a canard"
        lines.append(
            f"{place}| {1e12 * one['capacitance']:.3g} pF | {hopf} {unit} | {cover} "
            f"| {', '.join(f'{p:.6g}' for p in clear)} | {one['unresolved']} "
            f"| {one['seconds']:.0f} s |"
        )
    return "\n".join(lines)


def written(page: str, rows: dict[str, dict[str, Any]]) -> str:
    """Return the page with the table between its marks."""
    before, _, rest = page.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    return f"{before}{MARKS[0]}\n{table(rows)}\n{MARKS[1]}{after}"


def main() -> None:
    """Compute what is missing, and write store and table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", nargs=3, help="one row, to standard output")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for a diagram [600]")
    parser.add_argument("--table", action="store_true", help="write the table of what is kept")
    parser.add_argument("--anew", action="store_true", help="compute all again")
    options = parser.parse_args()
    if options.case:
        device, circuit, factor = options.case
        print(json.dumps(row(device, circuit, float(factor))))
        return
    kept = json.loads(STORE.read_text()) if STORE.exists() and not options.anew else {}
    rows = {}
    for case in itertools.product(DEVICES, CIRCUITS, FACTORS):
        key = "/".join(map(str, case))
        if options.table:
            rows[key] = kept.get(key, {"failure": "not computed"})
            continue
        rows[key] = kept.get(key) or computed(case, options.limit)
        print(key, rows[key].get("failure", f"{rows[key].get('seconds', 0):.0f} s"), flush=True)
        STORE.write_text(
            json.dumps(rows | {k: v for k, v in kept.items() if k not in rows}, indent=1)
        )
    PAGE.write_text(written(PAGE.read_text(), rows))


if __name__ == "__main__":
    main()
