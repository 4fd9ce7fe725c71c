"""What is computed about a device before the sheet is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.behaviours import BehaviourTable, behaviours
from neurodyn.continuation import BifurcationDiagram, bifurcation_diagram
from neurodyn.equilibria import (
    IVCurve,
    PhasePlane,
    StabilityCurve,
    iv_curve,
    phase_plane,
    stability,
)
from neurodyn.errors import InputError, NumericalError
from neurodyn.fitting import IVFit
from neurodyn.landmarks import SpikingRange, fi_curve_and_range
from neurodyn.model import Model
from neurodyn.progress import Progress
from neurodyn.simulation import Trajectory, solve
from neurodyn.spikes import SpikeTrain, spikes
from neurodyn.sweeps import FICurve


@dataclass(frozen=True, eq=False)
class Study:
    """Curves, planes and traces of one neuron.

    Parameters
    ----------
    fit : IVFit
    neuron, circuit : Model
        Two-state neuron and full four-state circuit with the fitted device.
    iv : IVCurve
    stability : StabilityCurve
        From the closed form.
    diagram : BifurcationDiagram or None
        Equilibria and cycles by continuation; None if it failed.
    fi : FICurve
    spiking : SpikingRange
    planes : tuple of three PhasePlane
        Below, inside and above the spiking range.
    spike : (Trajectory, SpikeTrain) or None
        Of the full circuit at the current of the middle plane.
    remarks : tuple of str
        What continuation could not follow, or left out.
    behaviours : BehaviourTable
        Of the two-state neuron, held at zero current.
    """

    fit: IVFit
    neuron: Model
    circuit: Model
    iv: IVCurve
    stability: StabilityCurve
    diagram: BifurcationDiagram | None
    fi: FICurve
    spiking: SpikingRange
    planes: tuple[PhasePlane, PhasePlane, PhasePlane]
    spike: tuple[Trajectory, SpikeTrain] | None
    remarks: tuple[str, ...]
    behaviours: BehaviourTable

    @property
    def operating_current(self) -> float:
        """Current of the middle plane and of the spike [A]."""
        return self.planes[1].model["I_s"]


def study(fit: IVFit, neuron: Model, circuit: Model, report: Progress) -> Study:
    """Compute everything that the sheet shows.

    Raises
    ------
    InputError
        If the device has no threshold switching point, or the data do not reach it.
    """
    iv = iv_curve(neuron)
    _check_reach(fit, iv)
    along = stability(neuron)
    fi, spiking = fi_curve_and_range(neuron, iv, along, report)
    diagram, remarks = _diagram(neuron, float(fi.values[-1]), report)
    planes = []
    currents = _three_currents(iv, spiking)
    for i, current in enumerate(currents):
        report("phase planes", i / 3)
        planes.append(phase_plane(neuron, I_s=current, t_end=100 * neuron.time_scale))
    report("phase planes", 1.0)
    return Study(
        fit=fit,
        neuron=neuron,
        circuit=circuit,
        iv=iv,
        stability=along,
        diagram=diagram,
        fi=fi,
        spiking=spiking,
        planes=(planes[0], planes[1], planes[2]),
        spike=_spike(circuit, currents[1]) if spiking.low is not None else None,
        remarks=remarks,
        behaviours=behaviours(neuron, progress=report),
    )


def _diagram(
    neuron: Model, highest: float, report: Progress
) -> tuple[BifurcationDiagram | None, tuple[str, ...]]:
    """Return the diagram, and in words what is missing from it."""
    try:
        diagram = bifurcation_diagram(neuron, "I_s", (0.0, highest), progress=report)
    except NumericalError as error:
        return None, (f"there is no bifurcation diagram: {error}",)
    branches = (diagram.equilibria, *diagram.cycles)
    return diagram, (*diagram.failures, *(note for branch in branches for note in branch.notes))


def _check_reach(fit: IVFit, iv: IVCurve) -> None:
    if iv.threshold is None:
        raise InputError(
            f"{fit.data.source}: the fitted device has no threshold switching point, so it makes "
            "no neuron; expected an I-V curve with negative differential resistance"
        )
    if fit.data.I.max() < iv.threshold.I:
        raise InputError(
            f"{fit.data.source}: the data end at {fit.data.I.max():.3g} A, below the threshold "
            f"switching point (by extrapolation {iv.threshold.I:.3g} A); expected a sweep that "
            "passes it"
        )


def _three_currents(iv: IVCurve, spiking: SpikingRange) -> tuple[float, float, float]:
    """Return a current below, inside (two digits) and above the spiking range."""
    assert iv.threshold is not None
    low = spiking.low or iv.threshold.I
    high = spiking.high or (iv.hold.I if iv.hold else 10 * low)
    inside = float(f"{np.sqrt(low * high):.2g}")
    if not low < inside < high:
        inside = float(np.sqrt(low * high))
    return 0.7 * low, inside, 1.15 * high


def _spike(circuit: Model, current: float) -> tuple[Trajectory, SpikeTrain] | None:
    traj = solve(circuit.with_parameters(I_s=current), 30 * circuit.time_scale)
    train = spikes(traj, observable="V_out", after=10 * circuit.time_scale)
    return (traj, train) if len(train) > 2 else None
