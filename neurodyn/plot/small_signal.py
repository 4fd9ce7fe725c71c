"""Small signals at a port: Bode and Nyquist diagrams, local activity along the bias."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from neurodyn.arguments import checked
from neurodyn.equilibria import Impedance, LocalActivity
from neurodyn.plot.style import (
    BLUE,
    GREEN,
    ORANGE,
    VERMILION,
    label,
    new_axes,
    one_legend,
    prefixed,
    pretty,
    rate_unit,
)


@checked
def bode(found: Impedance) -> tuple[Axes, Axes]:
    """Draw size and phase of an impedance along the frequency; bands of negative resistance shaded.

    Returns
    -------
    (Axes, Axes)
        Size above, phase below, in a figure of their own.
    """
    _, (size, phase) = plt.subplots(2, 1, sharex=True)
    factor, unit = prefixed(np.abs(found.Z), "ohm")
    size.loglog(found.f, factor * np.abs(found.Z), color=BLUE, lw=1.6)
    size.set_ylabel(label("$|Z|$", unit))
    phase.semilogx(found.f, np.degrees(np.unwrap(np.angle(found.Z))), color=BLUE, lw=1.6)
    phase.set_ylabel(label("phase", "°"))
    phase.set_xlabel(label("frequency", rate_unit(found.model.time_unit)))
    for ax in (size, phase):
        for low, high in found.negative_bands:
            ax.axvspan(low, high, color=ORANGE, alpha=0.2, lw=0, label="negative resistance")
    if found.negative_bands:
        one_legend(size)
    return size, phase


@checked
def nyquist(found: Impedance, ax: Axes | None = None) -> Axes:
    """Draw an impedance in the complex plane, as electrochemists do: minus the imaginary part up.

    What lies left of the vertical line has negative resistance; dots are decades of frequency.
    """
    ax = new_axes(ax)
    Z = found.Z
    factor, unit = prefixed(np.abs(Z), "ohm")
    ax.plot(factor * Z.real, -factor * Z.imag, color=BLUE, lw=1.6)
    low, high = np.log10(found.f[0]), np.log10(found.f[-1])
    decades = 10.0 ** np.arange(np.ceil(low), np.floor(high) + 1)
    x, y = (np.interp(np.log(decades), np.log(found.f), part) for part in (Z.real, -Z.imag))
    ax.plot(factor * x, factor * y, "o", color=VERMILION, ms=3.5, label="decades of frequency")
    ax.axvline(0.0, color="black", lw=0.8)
    ax.axhline(0.0, color="black", lw=0.8)
    ax.set_aspect("equal", adjustable="datalim")  # one pole is a half circle
    ax.set_xlabel(label("Re $Z$", unit))
    ax.set_ylabel(label("$-$Im $Z$", unit))
    one_legend(ax)
    return ax


@checked
def local_activity(found: LocalActivity, ax: Axes | None = None) -> Axes:
    """Draw bias points, current against voltage: passive, edge of chaos, active and unstable.

    Edge of chaos as driven has its own colour, and so has that under the other kind of source.
    """
    ax = new_axes(ax)
    inverted = found.port.inverted
    V, I = (found.values, found.answers) if inverted else (found.answers, found.values)
    driven, other = ("voltage", "current") if inverted else ("current", "voltage")
    edge, edge_other = found.active & found.stable, found.active & found.stable_otherwise
    kinds = (
        (~found.active, BLUE, "locally passive"),
        (edge, GREEN, f"edge of chaos, held by a {driven}"),
        (edge_other & ~edge, ORANGE, f"edge of chaos, held by a {other}"),
        (found.active & ~edge & ~edge_other, VERMILION, "active and unstable"),
    )
    fx, ux = prefixed(V, "V")
    fy, uy = prefixed(I, "A")
    for flags, colour, text in kinds:
        if flags.any():
            ax.plot(
                fx * np.where(flags, V, np.nan),
                fy * np.where(flags, I, np.nan),
                ".-",
                color=colour,
                ms=3,
                lw=1.6,
                label=text,
            )
    ax.set_xlabel(label(f"voltage at the port of {pretty(found.port.input)}", ux))
    ax.set_ylabel(label("current", uy))
    one_legend(ax)
    return ax
