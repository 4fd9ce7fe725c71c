"""Make the shipped I-V curve: Table 2.1 of Drouhin (2023), measured by an imaginary SMU.

Synthetic. The device is the model itself; the instrument adds 1 % noise to both readings, an
finite resolution, a first row at zero, and a current limit that pins the last rows.

    python fits/nbox_drouhin2023/make_iv.py            # writes iv.csv beside this file
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import neurodyn as nd

NOISE = 0.01  # relative standard deviation of each reading
DIGITS_V, DIGITS_I = 5, 9  # resolution of the readings: 10 uV, 1 nA
LIMIT = 2e-3  # A
SEED = 2023


def make_iv(seed: int = SEED) -> str:
    """Return the text of the file for one noise seed."""
    curve = nd.iv_curve(nd.devices.nbox_neuron(T_amb=298.0), current=(5e-7, 3e-3), n=3000)
    # the last five steps ask for more than the limit; the others stay clear of it
    source = np.concatenate([np.geomspace(1e-6, 1.85e-3, 200), np.geomspace(2.1e-3, 2.4e-3, 5)])
    reached = np.minimum(source, LIMIT)
    rng = np.random.default_rng(seed)
    V = np.interp(np.log(reached), np.log(curve.I), curve.V)
    V = V * (1 + NOISE * rng.standard_normal(len(V)))
    current = reached * (1 + NOISE * rng.standard_normal(len(V)))
    # a limiting instrument holds the current to far better than the noise of a free reading
    current = np.where(source > LIMIT, LIMIT, current)
    lines = [
        '"Synthetic I-V curve, not a measurement (see SOURCE.md)",,,',
        '"Source","Current sweep, 1 uA to 2.4 mA, 205 steps",,',
        f'"Current Limit (A)","{LIMIT:g}",,',
        '"Ambient temperature (K)","298",,',
        "Index,Source Current (A),Measured Voltage (V),Measured Current (A)",
        "1,0,0,0",
    ]
    rows = zip(source, V, current, strict=True)
    lines += [
        f"{i},{s:.5g},{v:.{DIGITS_V}f},{a:.{DIGITS_I}f}"
        for i, (s, v, a) in enumerate(rows, start=2)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("iv.csv").write_text(make_iv())
