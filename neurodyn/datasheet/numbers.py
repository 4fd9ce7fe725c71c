"""The numbers of the sheet with their intervals, and the summary in plain words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurodyn.continuation import BifurcationDiagram
from neurodyn.datasheet.entry import ASSUMED, Entry
from neurodyn.datasheet.study import Study
from neurodyn.equilibria import StabilityCurve
from neurodyn.fitting import IVFit
from neurodyn.landmarks import SpikingRange, derived
from neurodyn.landmarks.derived import LABELS, static_numbers
from neurodyn.model import Model, Quantity
from neurodyn.progress import Progress
from neurodyn.simulation import solve
from neurodyn.spikes import SpikeTrain, spikes

_STATIC = "closed form of the fitted I-V curve"
_SMALLER = (0.05, 0.25)  # fractions of C_ext at which the energy is given too


def all_numbers(study: Study, draws: int, seed: int, report: Progress) -> dict[str, Entry]:
    """Return every number of the sheet by key."""
    entries = _inputs(study.fit, study.circuit)
    intervals = _intervals(study.fit, study.neuron, draws, seed, report)
    for key, value in static_numbers(study.iv, study.stability).items():
        label, unit = LABELS[key]
        entries[key] = Entry(label, value, unit, intervals.get(key), _STATIC)
    if study.diagram is not None:
        entries |= _cycle_numbers(study.diagram)
    entries |= _spiking_numbers(study)
    entries["operating_current"] = Entry(
        "operating current of the spike shown", study.operating_current, "A", None,
        "geometric middle of the spiking range",
    )  # fmt: skip
    if study.spike is not None:
        entries |= _spike_numbers(study.spike[1])
        entries |= _energies(study.neuron, study.circuit, study.operating_current)
    return entries


def _spiking_numbers(study: Study) -> dict[str, Entry]:
    """Return the range and the rates of tonic spiking."""
    spiking, rates = study.spiking, study.fi.rate[study.fi.rate > 0]
    if spiking.low is None or spiking.high is None:
        return {}
    how = f"simulation from rest, runs of {spiking.duration * 1e6:.3g} us, two-state circuit"
    return {
        "spiking_from": Entry(LABELS["spiking_from"][0], spiking.low, "A", None, how),
        "spiking_to": Entry(LABELS["spiking_to"][0], spiking.high, "A", None, how),
        "rate_low": Entry("lowest rate on the f-I curve", rates.min(), "Hz", None, how),
        "rate_high": Entry("highest rate on the f-I curve", rates.max(), "Hz", None, how),
    }


def _inputs(fit: IVFit, circuit: Model) -> dict[str, Entry]:
    """Return fitted and assumed parameters."""
    entries = {
        p.name: Entry(p.meaning, p.value, p.unit, p.interval, "fit of the I-V curve")
        for p in fit.parameters
    }
    value, sd = fit.ambients[0]
    interval = (value - 1.96 * sd, value + 1.96 * sd) if sd else None
    entries["T_amb"] = Entry("ambient temperature", value, "K", interval, "input")
    for name in ASSUMED:
        quantity = circuit.quantity(name)
        assert isinstance(quantity, Quantity)
        source = "assumed: a quasi-static I-V curve does not hold it"
        entries[name] = Entry(quantity.meaning, circuit[name], quantity.unit, None, source)
    return entries


def _cycle_numbers(diagram: BifurcationDiagram) -> dict[str, Entry]:
    """Return what continuation of equilibria and cycles adds."""
    how, entries = "continuation of equilibria and cycles, two-state circuit", {}
    for name, hopf in zip(("lower", "upper"), diagram.equilibria.hopf, strict=False):
        label = f"first Lyapunov coefficient, {name} Hopf point: {hopf.criticality}"
        entries[f"lyapunov_{name}"] = Entry(label, hopf.first_lyapunov, "1", None, how)
    resolved = [fold for fold in diagram.cycle_folds if fold.status]
    for number, fold in enumerate(resolved, start=1):
        key = "cycle_fold" if number == 1 else f"cycle_fold_{number}"
        entries[key] = Entry("fold of cycles", fold.parameter, "A", None, how)
        entries[f"{key}_period"] = Entry("period at it", fold.period, "s", None, how)
    for low, high in diagram.bistable_windows:
        entries["bistable_from"] = Entry("bistable from", low, "A", None, how)
        entries["bistable_to"] = Entry("bistable to", high, "A", None, how)
    return entries


def _intervals(
    fit: IVFit, neuron: Model, draws: int, seed: int, report: Progress
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the static numbers that every draw has."""
    if draws < 2:
        return {}
    keep = {name: neuron[name] for name in ASSUMED if name in neuron.parameter_names}
    found = derived(fit, draws=draws, seed=seed, parameters=keep, progress=report)
    return {q.name: q.interval(0.95) for q in found.quantities if len(q.samples) == q.draws}


def _spike_numbers(train: SpikeTrain) -> dict[str, Entry]:
    how = "full circuit at the operating current, after settling"
    return {
        "circuit_rate": Entry("firing rate of the full circuit", train.rate, "Hz", None, how),
        "spike_peak": Entry("peak of V_out", train.peaks.mean(), "V", None, how),
        "spike_undershoot": Entry("lowest V_out", train.troughs.mean(), "V", None, how),
        "spike_width": Entry(
            "width of V_out at half height", float(np.nanmean(train.widths)), "s", None, how
        ),
    }


def _energies(neuron: Model, circuit: Model, current: float) -> dict[str, Entry]:
    """Return the energy per spike by both definitions, and with smaller capacitances."""
    entries = {}
    for model, name in ((neuron, "two-state circuit"), (circuit, "full circuit")):
        for fraction in (1.0, *_SMALLER):
            capacitance = fraction * model["C_ext"]
            driven = model.with_parameters(I_s=current, C_ext=capacitance)
            cycle = driven.time_scale
            train = spikes(solve(driven, 30 * cycle), after=10 * cycle)
            if len(train) < 3:
                continue
            for by, what in (("device", "heat in the device"), ("source", "work of the source")):
                key = f"energy_{by}_{'full' if model is circuit else 'neuron'}"
                key += "" if fraction == 1 else f"_{capacitance * 1e12:g}pF"
                label = f"energy per spike, {what}, {name}, C_ext = {capacitance * 1e12:g} pF"
                how = f"mean over interspike intervals at {current * 1e6:.4g} uA"
                entries[key] = Entry(label, train.energy_per_spike(by), "J", None, how)
    return entries


def summarise(study: Study, numbers: Mapping[str, Entry]) -> tuple[str, ...]:
    """Say in plain words what the neuron does, and between which currents."""
    neuron, fi, spiking, diagram = study.neuron, study.fi, study.spiking, study.diagram

    def value(key: str) -> float:
        return numbers[key].value

    lines = [
        f"The device is a threshold switch: it turns on at {value('threshold_V'):.3f} V "
        f"({value('threshold_I') * 1e6:.3g} µA)"
        + (
            f" and holds down to {value('hold_V'):.3f} V ({value('hold_I') * 1e6:.4g} µA)."
            if "hold_V" in numbers
            else ", with no hold point in reach."
        )
    ]
    circuit = f"With {neuron['C_ext'] * 1e12:g} pF across it and a constant current"
    if spiking.low is None or spiking.high is None:
        return (*lines, f"{circuit} it does not spike: at no current does spiking last.")
    low, high = spiking.low * 1e6, spiking.high * 1e6
    lines.append(
        f"{circuit} it is silent below {low:.4g} µA, fires tonic spikes from {low:.4g} to "
        f"{high:.4g} µA at {value('rate_low') / 1e6:.3g} to {value('rate_high') / 1e6:.3g} MHz, "
        "and is silent above."
    )
    lines += _small_oscillations(study.stability, spiking)
    for window in diagram.bistable_windows if diagram is not None else ():
        lower, upper = (edge * 1e6 for edge in window)
        lines.append(
            f"Between {lower:.4g} and {upper:.4g} µA it is bistable: a neuron that starts from "
            "rest keeps firing, while one that sits at its equilibrium stays silent; noise can "
            "switch it from one to the other."
        )
    if ((fi.rate == 0) & (fi.transient > 0) & (fi.values > spiking.high)).any():
        lines.append(
            "Just above that range it fires a few spikes and falls silent: phasic bursting."
        )
    if "energy_device_full" in numbers:
        lines.append(
            f"At {value('operating_current') * 1e6:.3g} µA a spike costs "
            f"{value('energy_device_full') * 1e12:.3g} pJ of heat in the device and "
            f"{value('energy_source_full') * 1e12:.3g} pJ of work from the source (full circuit)."
        )
    return tuple(lines)


def _small_oscillations(along: StabilityCurve, spiking: SpikingRange) -> list[str]:
    """Say where the equilibrium is unstable but the cycle around it is too small for a spike."""
    if len(along.hopf) != 2 or spiking.low is None or spiking.high is None:
        return []
    lower, upper = (point.parameter for point in along.hopf)
    gaps = [(lower, spiking.low), (spiking.high, upper)]
    spans = [
        f"from {a * 1e6:.4g} to {b * 1e6:.4g} µA" for a, b in gaps if b - a > 2e-3 * spiking.high
    ]
    if not spans:
        return []
    return [f"It oscillates without spiking {' and '.join(spans)}: the cycle is small there."]
