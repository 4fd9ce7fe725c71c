"""``nd.datasheet``: the numbers of the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurodyn.datasheet.spiking_range import SpikingRange, survey
from neurodyn.devices import nbox_circuit
from neurodyn.equilibria import (
    IVCurve,
    PhasePlane,
    StabilityCurve,
    iv_curve,
    phase_plane,
    stability,
)
from neurodyn.errors import FitRejectedError, InputError, unknown_name
from neurodyn.fitting import IVFit
from neurodyn.model import Model
from neurodyn.progress import Report, silent
from neurodyn.provenance import versions
from neurodyn.simulation import Trajectory, solve
from neurodyn.spikes import FICurve, SpikeTrain, spikes

ASSUMED = ("C_th", "C_ext", "L_ext", "R_out", "C_d")
"""What a quasi-static curve says nothing about: taken from the model's defaults or the user."""


@dataclass(frozen=True)
class Entry:
    """One number of the sheet.

    Parameters
    ----------
    label : str
    value : float
    unit : str
    interval : (low, high) or None
        95 % interval from the uncertainty of the fit.
    provenance : str
        How the number came about.
    """

    label: str
    value: float
    unit: str
    interval: tuple[float, float] | None
    provenance: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", float(self.value))


@dataclass(frozen=True, eq=False)
class Datasheet:
    """What neuron a device makes.

    Parameters
    ----------
    fit : IVFit
    neuron, circuit : Model
        Two-state neuron and full four-state circuit with the fitted device.
    iv : IVCurve
    stability : StabilityCurve
    fi : FICurve
    spiking : SpikingRange
    planes : tuple of three PhasePlane
        Below, inside and above the spiking range.
    spike : (Trajectory, SpikeTrain) or None
        Of the full circuit at the operating current.
    numbers : mapping from key to Entry
    summary : tuple of str
        In plain words, what this neuron does.
    seed : int
    """

    fit: IVFit
    neuron: Model
    circuit: Model
    iv: IVCurve
    stability: StabilityCurve
    fi: FICurve
    spiking: SpikingRange
    planes: tuple[PhasePlane, PhasePlane, PhasePlane]
    spike: tuple[Trajectory, SpikeTrain] | None
    numbers: Mapping[str, Entry]
    summary: tuple[str, ...]
    origin: str
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return every number as plain data for JSON."""
        return {
            "schema": "neurodyn-datasheet/1",
            "summary": list(self.summary),
            "origin": self.origin,
            "numbers": {
                key: {
                    "label": entry.label,
                    "value": entry.value,
                    "unit": entry.unit,
                    "interval_95": list(entry.interval) if entry.interval else None,
                    "provenance": entry.provenance,
                }
                for key, entry in self.numbers.items()
            },
            "fit": self.fit.to_dict(),
            "curves": {
                "iv": {
                    "V": {"unit": "V", "values": self.iv.V.tolist()},
                    "I": {"unit": "A", "values": self.iv.I.tolist()},
                    "T": {"unit": "K", "values": self.iv.T.tolist()},
                },
                "fi": {
                    "I_s": {"unit": "A", "values": self.fi.values.tolist()},
                    "rate": {"unit": "Hz", "values": self.fi.rate.tolist()},
                },
            },
            "provenance": {
                "versions": versions(),
                "seed": self.seed,
                "equations": {"neuron": self.neuron.digest, "circuit": self.circuit.digest},
                "data_sha256": self.fit.data.sha256,
            },
        }

    def write(self, folder: str | Path) -> list[Path]:
        """Write ``datasheet.html``, ``datasheet.json`` and the figures; return their paths.

        Everything is made in a temporary folder first, so nothing is left half-written.

        Raises
        ------
        InputError
            If the folder is a file or cannot be written.
        """
        from neurodyn.datasheet.render import write

        return write(self, Path(folder))

    def __repr__(self) -> str:
        return (
            "\n".join(["<datasheet of " + self.neuron.name, *("  " + s for s in self.summary)])
            + ">"
        )


def datasheet(
    fit: IVFit,
    *,
    parameters: Mapping[str, float] | None = None,
    draws: int = 200,
    seed: int = 1,
    origin: str = "",
    report: Report = silent,
) -> Datasheet:
    """Work out what neuron a fitted device makes.

    Parameters
    ----------
    fit : IVFit
        An accepted fit whose data reach beyond the threshold switching point.
    parameters : mapping, optional
        Values for what the I-V curve does not hold: ``C_th``, ``C_ext``, ``L_ext``, ``R_out``,
        ``C_d``; those of Drouhin (2023), Table 2.1, by default.
    draws : int
        Samples of the fit's uncertainty, for the intervals of derived numbers.
    seed : int
    origin : str
        A sentence on where the data come from, printed on the sheet.
    report : function, optional
        Told the progress.

    Returns
    -------
    Datasheet

    Raises
    ------
    FitRejectedError
        If the fit was rejected.
    InputError
        If the data do not reach the threshold switching point, or a parameter is unknown.

    Examples
    --------
    >>> import neurodyn as nd
    >>> fit = nd.fit_iv(nd.read_iv(nd.default_iv()), T_amb=298.0)
    >>> sheet = nd.datasheet(fit, draws=5)
    >>> round(sheet.numbers["hopf_low"].value * 1e6)
    43
    """
    if not fit.accepted:
        raise FitRejectedError(
            f"no datasheet: the fit of {fit.data.source} is rejected, because "
            + "; ".join(fit.reasons),
            fit,
        )
    assumed = dict(parameters or {})
    for name in assumed:
        if name not in ASSUMED:
            raise unknown_name("parameter beside the fit", name, ASSUMED)
    shared = {name: fit.model[name] for name in fit.model.parameter_names if name != "I_s"}
    circuit = nbox_circuit(**{**shared, **assumed})
    neuron = fit.model.with_parameters(
        **{name: value for name, value in assumed.items() if name in fit.model.parameter_names}
    )
    iv = iv_curve(neuron)
    _check_reach(fit, iv)
    along = stability(neuron)
    fi, spiking = survey(neuron, iv, along, report)
    currents = _three_currents(iv, spiking)
    planes = []
    for i, current in enumerate(currents):
        report("phase planes", i / 3)
        planes.append(phase_plane(neuron, I_s=current, t_end=100 * neuron.time_scale))
    report("phase planes", 1.0)
    spike = _spike(circuit, currents[1]) if spiking.low is not None else None
    from neurodyn.datasheet.numbers import all_numbers, summarise

    numbers = all_numbers(
        fit, neuron, circuit, iv, along, fi, spiking, currents, spike, draws, seed, report
    )
    return Datasheet(
        fit=fit,
        neuron=neuron,
        circuit=circuit,
        iv=iv,
        stability=along,
        fi=fi,
        spiking=spiking,
        planes=(planes[0], planes[1], planes[2]),
        spike=spike,
        numbers=numbers,
        summary=summarise(neuron, numbers, fi, spiking, along),
        origin=origin,
        seed=seed,
    )


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
