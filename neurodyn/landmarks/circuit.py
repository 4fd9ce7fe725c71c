"""Landmarks of one circuit: one set of numbers for summary, table, figures and behaviours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.behaviours import Landmarks
from neurodyn.behaviours.subject import Subject
from neurodyn.continuation import BifurcationDiagram, bifurcation_diagram
from neurodyn.equilibria import IVCurve, StabilityCurve, stability
from neurodyn.errors import NumericalError
from neurodyn.landmarks.firing import Firing, RateCurve, firing_of, rate_curve, spiking_cycles
from neurodyn.model import Model
from neurodyn.progress import Progress, part

_BEYOND = 1.25  # the diagram ends at so many times the highest mark


@dataclass(frozen=True, eq=False)
class CircuitStudy:
    """What one circuit does along the current.

    Parameters
    ----------
    model : Model
    name : str
        What the sheet calls it: "two-state circuit", "full circuit", or its own name.
    stability : StabilityCurve
        From the closed form.
    diagram : BifurcationDiagram or None
        Equilibria and cycles by continuation; None if it failed.
    firing : Firing or None
        None if no current makes it fire on and on.
    windows : tuple of (low, high)
        Where a stable equilibrium and a stable cycle that spikes lie side by side.
    rates : RateCurve
    remarks : tuple of str
        What continuation could not follow, or left out.
    """

    model: Model
    name: str
    stability: StabilityCurve
    diagram: BifurcationDiagram | None
    firing: Firing | None
    windows: tuple[tuple[float, float], ...]
    rates: RateCurve
    remarks: tuple[str, ...]

    @property
    def landmarks(self) -> Landmarks | None:
        """What ``nd.behaviours`` builds its stimuli from; None where rest is never lost."""
        lost = [point.parameter for point in self.stability.hopf if point.destabilises]
        if not lost or self.firing is None:
            return None
        return Landmarks(min(lost), self.firing.begins, self.firing.ends, self.windows)


def study_circuit(model: Model, name: str, iv: IVCurve, progress: Progress) -> CircuitStudy:
    """Compute the landmarks of a current-driven circuit.

    Parameters
    ----------
    model : Model
        With equilibria in closed form.
    name : str
        What the sheet calls the circuit.
    iv : IVCurve
        With threshold switching point.
    progress : Progress
    """
    assert iv.threshold is not None
    along = stability(model)
    marks = [iv.threshold.I, *(point.parameter for point in along.hopf)]
    if iv.hold is not None:
        marks.append(iv.hold.I)
    cycles = part(progress, f"{name}, cycles", 0.0, 1.0)
    diagram, remarks = _diagram(model, along.parameter, _BEYOND * max(marks), cycles)
    subject = Subject(model, along.parameter, 0.0)
    firing = firing_of(subject, along, diagram)
    progress(f"{name}, firing", 0.5)
    if firing is None:
        silent = np.linspace(0.5 * min(marks), 1.25 * max(marks), 2)
        rates = RateCurve(silent, np.zeros(2), float("nan"), 0.0)
    else:
        rates = rate_curve(subject, firing, diagram, part(progress, f"{name}, firing", 0.5, 1.0))
    if diagram is not None:
        remarks += _doubts(diagram)
    return CircuitStudy(
        model=model,
        name=name,
        stability=along,
        diagram=diagram,
        firing=firing,
        windows=() if diagram is None else firing_windows(model, diagram),
        rates=rates,
        remarks=tuple(f"{name}: {remark}" for remark in remarks),
    )


def _diagram(
    model: Model, current: str, highest: float, progress: Progress
) -> tuple[BifurcationDiagram | None, tuple[str, ...]]:
    """Return the diagram, and in words what is missing from it."""
    try:
        diagram = bifurcation_diagram(model, current, (0.0, highest), progress=progress)
    except NumericalError as error:
        return None, (f"there is no bifurcation diagram: {error}",)
    branches = (diagram.equilibria, *diagram.cycles)
    return diagram, (*diagram.failures, *(note for branch in branches for note in branch.notes))


def _doubts(diagram: BifurcationDiagram) -> tuple[str, ...]:
    unresolved = sum(not fold.status for fold in diagram.cycle_folds)
    return (f"{unresolved} fold(s) of cycles are not resolved",) if unresolved else ()


def firing_windows(model: Model, diagram: BifurcationDiagram) -> tuple[tuple[float, float], ...]:
    """Return the bistable windows in which the stable cycle is one that spikes."""
    places = [
        float(value)
        for branch in diagram.cycles
        for value in branch.parameter[branch.stable & spiking_cycles(model, branch)]
    ]
    return tuple(
        (low, high)
        for low, high in diagram.bistable_windows
        if any(low <= value <= high for value in places)
    )
