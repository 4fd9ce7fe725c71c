"""Shared by figs. 4.20 and 4.21: triangular drive, ratio of frequencies, the four-state circuit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import neurodyn as nd
from neurodyn.model import symbol

Drive = Callable[[float, int], dict[str, nd.Stimulus]]
WIDTH = 1e-6  # s, base of one triangle: rise and fall of 0.5 us each
EXACT = 1e-6  # of a period: how well the pattern of spikes must repeat


def fixed_width(peak: float) -> Drive:
    """Return triangles of 1 us, one each period, as ``nd.staircase`` takes them [V]."""

    def drive(f_in: float, count: int) -> dict[str, nd.Stimulus]:
        half = WIDTH / 2
        return {"V_s": nd.train(peak, width=half, edge=half, period=1 / f_in, count=count)}

    return drive


def continuous(peak: float) -> Drive:
    """Return a triangular wave without pauses [V]."""
    return lambda f_in, count: {"V_s": nd.triangle(peak, period=1 / f_in, count=count)}


def locking(
    model: nd.Model, drive: Drive, f_in: float, settle: int = 40, periods: int = 60
) -> tuple[nd.PhaseLocking, nd.Trajectory]:
    """Run from rest; return how the spikes lock to the input after settling, and the run."""
    count = settle + periods
    run = nd.solve(model, count / f_in, inputs=drive(f_in, count))
    return nd.phase_locking(run, 1 / f_in, after=settle / f_in, tolerance=EXACT), run


def full_circuit(**parameters: float) -> nd.Model:
    """Return the four-state circuit of fig. 2.7 with a voltage source and a load resistor.

    The current source I_s becomes (V_s - V_C) / R_load; all else is that of ``nbox_circuit``.
    """
    circuit, two = nd.devices.nbox_circuit(), nd.devices.nbox_voltage_driven()
    load = next(q for q in two.parameters if q.name == "R_load")
    I_s = symbol("I_s")
    current = (symbol("V_s") - symbol("V_C")) / symbol("R_load")
    return replace(
        circuit,
        name="NbOx neuron, full circuit, voltage-driven",
        inputs=two.inputs,
        parameters=(*circuit.parameters, load),
        rhs=tuple(e.subs(I_s, current) for e in circuit.rhs),
        outputs=tuple(
            replace(o, expression=symbol("V_s") * current if o.name == "P_source" else o.expression)
            for o in circuit.outputs
        ),
        equilibria=None,
    ).with_parameters(**parameters)
