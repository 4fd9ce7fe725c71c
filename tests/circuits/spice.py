"""ngspice as an independent program: our netlists with sources and devices in its own words."""

import shutil
import subprocess

import numpy as np
import pytest

from neurodyn import constants

OPTIONS = ".options reltol=1e-6 abstol=1e-14 vntol=1e-9 chgtol=1e-19 trtol=1 method=trap"


def nbox(name, plus, minus):
    """Return an NbOx device of default values, its temperature the voltage of a node."""
    b = constants.q * np.sqrt(constants.q / (np.pi * constants.eps_0 * 45.0 * 31e-9))
    E, k = 0.215 * constants.q, constants.k_B
    gap = f"(v({plus})-v({minus}))" if minus != "0" else f"v({plus})"
    rate = f"exp(({b:.17g}*sqrt(abs({gap}))-{E:.17g})/({k:.17g}*v(t{name})))/190"
    return [
        f"B{name} {plus} {minus} i={gap}*{rate}",
        f"B{name}h 0 t{name} i={gap}*{gap}*{rate}",
        f"C{name} t{name} 0 2e-15 ic=298",
        f"R{name} t{name} kalt 2040816",
    ]


def deck(text, drive, analysis, names, out):
    """Return a deck that writes the named voltages to a file; ``drive`` maps inputs to sources."""
    lines = ["deck", "Vkalt kalt 0 dc 298"]
    for line in text.strip().splitlines():
        name, plus, minus, value, *_ = line.split()
        if name[0] == "X":
            assert value == "nbox"
            lines += nbox(name.lower(), plus, minus)
        elif value == "input":
            lines.append(f"{name} {plus} {minus} {drive[name]}")
        else:
            start = " ic=0" if name[0] in "CL" else ""
            lines.append(f"{name} {plus} {minus} {value}{start}")
    listing = " ".join(names)
    return "\n".join([
        *lines, OPTIONS, ".control", "set wr_singlescale", "set numdgt=15", analysis,
        f"wrdata {out} {listing}", "quit", ".endc", ".end", "",
    ])  # fmt: skip


def run(folder, text, drive, analysis, names):
    """Return the columns that ngspice writes, (n_columns, n); skip where it is not installed."""
    program = shutil.which("ngspice")
    if program is None:
        pytest.skip("ngspice is not installed: nothing to compare with")
    path = folder / "deck.cir"
    path.write_text(deck(text, drive, analysis, names, folder / "out.txt"))
    done = subprocess.run(
        [program, "-b", str(path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert (folder / "out.txt").exists(), done.stdout + done.stderr
    return np.loadtxt(folder / "out.txt").T
