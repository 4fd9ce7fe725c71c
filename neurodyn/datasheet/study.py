"""What is computed about a device before the sheet is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.behaviours import BehaviourTable, behaviours
from neurodyn.equilibria import IVCurve, PhasePlane, iv_curve, phase_plane
from neurodyn.errors import InputError
from neurodyn.fitting import IVFit
from neurodyn.landmarks.circuit import CircuitStudy, study_circuit
from neurodyn.model import Model
from neurodyn.progress import Progress
from neurodyn.simulation import Trajectory, solve
from neurodyn.spikes import SpikeTrain, spikes

RUN, SETTLE = 30, 10
"""Periods of a run at the operating current, and those left out at its start."""


@dataclass(frozen=True, eq=False)
class Study:
    """Curves, planes and traces of one device in its circuits.

    Parameters
    ----------
    fit : IVFit
    iv : IVCurve
    neuron : CircuitStudy
        The two-state circuit: device and capacitance.
    full : CircuitStudy or None
        The full circuit, or the user's; None for a device that is not in ``nd.devices``.
    operating_current : float [A]
        In the middle of the firing range, where planes, spikes and energies are given.
    planes : tuple of PhasePlane
        Of the two-state circuit below, inside and above its firing range.
    spike : (Trajectory, SpikeTrain) or None
        Of the full circuit (or of the two-state one) at the operating current.
    remarks : tuple of str
        What is extrapolated, what continuation could not follow, what was left out.
    behaviours : BehaviourTable
        Of the two-state circuit, held at zero current.
    """

    fit: IVFit
    iv: IVCurve
    neuron: CircuitStudy
    full: CircuitStudy | None
    operating_current: float
    planes: tuple[PhasePlane, ...]
    spike: tuple[Trajectory, SpikeTrain] | None
    remarks: tuple[str, ...]
    behaviours: BehaviourTable

    @property
    def circuits(self) -> tuple[CircuitStudy, ...]:
        """Both circuits, or the one."""
        return (self.neuron,) if self.full is None else (self.neuron, self.full)


def study(fit: IVFit, neuron: Model, circuit: Model | None, name: str, progress: Progress) -> Study:
    """Compute everything that the sheet shows; ``name`` is what it calls the circuit.

    Raises
    ------
    InputError
        If the device has no threshold switching point, or nothing in the data shows one.
    """
    iv = iv_curve(neuron)
    remarks = _beyond_the_data(fit, iv)
    two_state = study_circuit(neuron, "two-state circuit", iv, progress)
    full = None if circuit is None else study_circuit(circuit, name, iv, progress)
    below, inside, above = _three_currents(iv, two_state, full)
    planes = []
    for i, current in enumerate((below, inside, above)):
        progress("phase planes", i / 3)
        planes.append(phase_plane(neuron, I_s=current, t_end=100 * neuron.time_scale))
    progress("phase planes", 1.0)
    if full is None:
        remarks += (
            f"the full circuit of {neuron.name!r} is not in nd.devices: numbers are those of the "
            "two-state circuit alone",
        )
    shown = two_state if full is None else full
    return Study(
        fit=fit,
        iv=iv,
        neuron=two_state,
        full=full,
        operating_current=inside,
        planes=tuple(planes),
        spike=None if shown.firing is None else spikes_at(shown.model, inside),
        remarks=(*remarks, *(r for c in (two_state, full) if c is not None for r in c.remarks)),
        behaviours=behaviours(neuron, landmarks=two_state.landmarks, progress=progress),
    )


def _beyond_the_data(fit: IVFit, iv: IVCurve) -> tuple[str, ...]:
    """Say which points of the curve lie beyond the data; refuse where nothing tells of switching.

    A voltage sweep through a jump has no point on the falling part; its parameters, and with them
    the points of the curve, follow from the part below, the jump and the compliance.
    """
    source = fit.data.source
    if iv.threshold is None:
        raise InputError(
            f"{source}: the fitted device has no threshold switching point, so it makes no neuron; "
            "expected an I-V curve with negative differential resistance"
        )
    last = float(fit.data.I.max())
    if last >= iv.threshold.I:
        if iv.hold is None or last >= iv.hold.I:
            return ()
        return (
            f"the data end at {last:.3g} A: the hold point, at {iv.hold.I:.3g} A, is extrapolated "
            "by the fitted equations, and with it what the neuron does at higher currents",
        )
    if not fit.data.jumps and not len(fit.data.censored):
        raise InputError(
            f"{source}: the data end at {last:.3g} A, below the threshold switching point (by "
            f"extrapolation {iv.threshold.I:.3g} A), and show no jump; expected a sweep that "
            "passes it"
        )
    return (
        f"the data end at {last:.3g} A, below the threshold switching point at "
        f"{iv.threshold.I:.3g} A, where the device jumped: threshold, hold point and all that the "
        "neuron does above are extrapolated by the fitted equations, from parameters that the part "
        "below the jump determines within their intervals",
    )


def _three_currents(
    iv: IVCurve, neuron: CircuitStudy, full: CircuitStudy | None
) -> tuple[float, float, float]:
    """Return a current below, inside (two digits) and above the firing range."""
    assert iv.threshold is not None
    ranges = [c.firing for c in (neuron, full) if c is not None and c.firing is not None]
    low = max((firing.begins for firing in ranges), default=iv.threshold.I)
    high = min((firing.ends for firing in ranges), default=iv.hold.I if iv.hold else 10 * low)
    first = neuron.firing or (full.firing if full is not None else None)
    middle = np.sqrt(first.begins * first.ends) if first is not None else np.sqrt(low * high)
    inside = float(f"{middle:.2g}")
    if not low < inside < high:
        inside = float(np.sqrt(low * high))
    outer = [firing.begins for firing in ranges], [firing.ends for firing in ranges]
    return 0.7 * min(outer[0], default=low), inside, 1.15 * max(outer[1], default=high)


def spikes_at(model: Model, current: float) -> tuple[Trajectory, SpikeTrain] | None:
    """Return a settled run at a current, in periods of its own, and its spikes; None if too few."""
    driven = model.with_parameters(**{model.input_names[0]: current})
    period, cycle = driven.time_scale, driven.time_scale
    first = spikes(solve(driven, RUN * cycle))
    if len(first) > 2:
        period = max(cycle, float(first.intervals[-2:].mean()))
    traj = solve(driven, RUN * period)
    observable = "V_out" if "V_out" in {output.name for output in model.outputs} else None
    train = spikes(traj, observable=observable, after=SETTLE * period)
    return (traj, train) if len(train) > 2 else None
