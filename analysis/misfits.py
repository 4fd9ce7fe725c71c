"""What fits say of measurements that are not what they are taken for; writes docs/misfits.md.

Every measurement is that of the NbOx neuron at the settings of the source, spoiled in one known way
of which the fit is not told. A row passes if the fit is rejected, or if the truth lies in its 95 %
interval, or if its report names what is wrong.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import neurodyn as nd
from neurodyn.arrays import Array

TRUTH = {"R_0": 190.0, "E_a": 0.215 * nd.eV, "eps_r_d": 45 * 31e-9, "R_th": 2040816.0}
OUT = Path(__file__).parent.parent / "docs" / "misfits.md"
NOISE, POINTS, SPAN = 0.01, 200, (1e-7, 3e-3)
HEAD = """\
# What a fit says of what is wrong

Written by `python analysis/misfits.py`; not to be edited. The data are those of the NbOx neuron
(thesis Table 2.1, 298 K), 200 points from 0.1 uA to 3 mA with 1 % of noise in V and I, spoiled in
one way of which the fit is not told. "Farthest" is the parameter farthest from the truth, by how
much, and in its own standard errors; a 95 % interval holds what is less than two away. What the
data **ask for** is a warning, and in the errors; what no such data can tell stands in the section
"assumed" of the report.

| what is wrong | verdict | farthest | what the report says |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Misfit:
    """One way to be wrong.

    Parameters
    ----------
    name : str
    make : function
        From a generator of random numbers to V and I.
    said : str
        Regular expression of what a report should name, if the truth is outside an interval.
    T_amb : float
        What the fit is told [K].
    """

    name: str
    make: Callable[[np.random.Generator], tuple[Array, Array]]
    said: str
    T_amb: float = 298.0


@dataclass(frozen=True)
class Row:
    """What a fit made of it."""

    misfit: Misfit
    fit: nd.IVFit
    farthest: str
    off: float
    errors: float

    @property
    def said(self) -> str:
        """The lines of the report that name what is wrong."""
        fit = self.fit
        lines = [*fit.reasons, *fit.warnings, *fit.assumption_lines()]
        named = [line.strip() for line in lines if re.search(self.misfit.said, line)]
        return named[0] if named else ""

    @property
    def passes(self) -> bool:
        """Whether nobody is misled: rejected, inside, or said."""
        return not self.fit.accepted or abs(self.errors) < 1.96 or bool(self.said)


def curve(n: int = POINTS, **parameters: float) -> tuple[Array, Array]:
    """Return V and I of a device."""
    found = nd.iv_curve(nd.devices.nbox_neuron(**parameters), current=SPAN, n=n)
    return found.V, found.I


def curve_of_R_th(exponent: float) -> tuple[Array, Array]:
    """Return V and I of a device whose R_th grows with a power of T: the closed form at each T."""
    T = 298.0 + np.geomspace(1e-3, 5e4, 4000)
    power = (T - 298.0) / (TRUTH["R_th"] * (T / 298.0) ** exponent)
    voltage = np.array([_voltage(t, p) for t, p in zip(T, power, strict=True)])
    current = power / voltage
    wanted = np.geomspace(*SPAN, POINTS)
    return np.exp(np.interp(np.log(wanted), np.log(current), np.log(voltage))), wanted


def _voltage(T: float, power: float) -> float:
    """Return V where V^2 / R(V, T) is a power: by bisection of eq. 2.1, written out once more."""
    lowering = nd.eV * np.sqrt(nd.eV / (np.pi * 8.8541878128e-12 * TRUTH["eps_r_d"]))
    low, high = 1e-6, 50.0
    for _ in range(80):
        V = 0.5 * (low + high)
        R = TRUTH["R_0"] * np.exp((TRUTH["E_a"] - lowering * np.sqrt(V)) / (1.380649e-23 * T))
        low, high = (V, high) if power > V**2 / R else (low, V)
    return 0.5 * (low + high)


def noisy(
    V: Array, I: Array, change: Callable[[Array, Array], tuple[Array, Array]] = lambda V, I: (V, I)
) -> Callable[[np.random.Generator], tuple[Array, Array]]:
    """Return a measurement of a curve that was changed, with its noise."""

    def make(rng: np.random.Generator) -> tuple[Array, Array]:
        shown_V, shown_I = change(V, I)
        return tuple(x * np.exp(NOISE * rng.standard_normal(len(x))) for x in (shown_V, shown_I))

    return make


def diode(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a diode of 1 uA at 0.39 V and an ideality of 1.5."""
    I = np.geomspace(1e-8, 1e-2, 81)
    V = 1.5 * 0.02585 * np.log1p(I / 1e-11)
    return V * np.exp(NOISE * rng.standard_normal(81)), I


def drifted(by: float) -> Callable[[np.random.Generator], tuple[Array, Array]]:
    """Return a sweep up and one down, before which R_0 has changed."""
    up, down = curve(POINTS // 2), curve(POINTS // 2, R_0=TRUTH["R_0"] * (1 + by))
    return noisy(*(np.concatenate([a, b[::-1]]) for a, b in zip(up, down, strict=True)))


def misfits() -> Iterator[Misfit]:
    """Yield every way to be wrong."""
    V, I = curve()
    ask = "ask for|do not rule out"
    yield Misfit("nothing", noisy(V, I), "assumed")
    yield Misfit("a diode", diode, "no threshold switching point")
    for ohm in (1e5, 1e6, 1e7):
        leak = noisy(V, I, lambda V, I, ohm=ohm: (V, I + V / ohm))
        yield Misfit(f"leak of {ohm / 1e6:g} Mohm beside the device", leak, "leak")
    for ohm in (20.0, 100.0, 500.0, 3000.0):
        series = noisy(V, I, lambda V, I, ohm=ohm: (V + ohm * I, I))
        yield Misfit(f"{ohm:g} ohm in series, untold", series, "R_series")
    for exponent in (0.1, 0.3, -0.3):
        yield Misfit(
            f"R_th proportional to T^{exponent:g}",
            noisy(*curve_of_R_th(exponent)),
            f"exponent of R_th|{ask}",
        )
    for by in (0.02, 0.05):
        yield Misfit(f"R_0 drifts by {by:.0%} between the sweeps", drifted(by), "drift of")
    for amps in (2e-9, 1e-8, -5e-9):
        offset = noisy(V, I, lambda V, I, x=amps: (V, np.abs(I + x)))
        yield Misfit(f"ammeter off by {1e9 * amps:g} nA", offset, f"offset|{ask}")
    offset = noisy(V, I, lambda V, I: (V + 2e-3, I))
    yield Misfit("voltmeter off by 2 mV", offset, f"offset|{ask}")
    for gain in (1.02, 1.05):
        ranges = noisy(V, I, lambda V, I, gain=gain: (V, np.where(I > 1e-4, gain * I, I)))
        yield Misfit(f"ammeter {gain - 1:.0%} high above 0.1 mA", ranges, "range_gain")
    yield Misfit("voltmeter 1% high", noisy(1.01 * V, I), "gain of the voltmeter")
    for told in (293.0, 308.0):
        yield Misfit(f"T_amb told as {told:g} K, exactly", noisy(V, I), "T_amb = .* exact", told)


def row_of(misfit: Misfit, seed: int = 0) -> Row:
    """Fit one of them."""
    fit = nd.fit_iv(misfit.make(np.random.default_rng(seed)), misfit.T_amb, starts=3)
    off = {name: np.log(fit[name].value / true) for name, true in TRUTH.items()}
    errors = {name: x * fit[name].value / fit[name].standard_error for name, x in off.items()}
    name = max(errors, key=lambda name: abs(errors[name]))
    return Row(misfit, fit, name, float(np.expm1(off[name])), float(errors[name]))


def as_line(row: Row) -> str:
    """Return a line of the table."""
    off = f"{row.off:+.1%}" if row.off < 10 else f"{row.off:.2g} times"
    said = row.said if row.misfit.name != "nothing" else "nothing is asked for"
    verdict = "accepted" if row.fit.accepted else "rejected"
    return f"| {row.misfit.name} | {verdict} | {row.farthest} {off} ({row.errors:+.1f}) | {said} |"


def main() -> None:
    """Write the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    rows = [row_of(misfit) for misfit in misfits()]
    OUT.write_text(HEAD + "\n".join(map(as_line, rows)) + "\n", encoding="utf-8")
    misled = [row.misfit.name for row in rows if not row.passes]
    print(f"{len(rows)} measurements, {len(misled)} mislead: {', '.join(misled) or 'none'}")


if __name__ == "__main__":
    main()
