"""The numbers of the sheet with their intervals."""

from __future__ import annotations

from typing import Literal

import numpy as np

from neurodyn.datasheet.circuits import assumed_names, held_names
from neurodyn.datasheet.entry import Entry
from neurodyn.datasheet.study import Study, spikes_at
from neurodyn.fitting import IVFit
from neurodyn.landmarks.circuit import CircuitStudy
from neurodyn.landmarks.derived import LABELS, Derived, static_numbers
from neurodyn.model import Model, Quantity
from neurodyn.simulation import Trajectory
from neurodyn.spikes import SpikeTrain

_ENERGIES: tuple[tuple[Literal["device", "source"], str], ...] = (
    ("device", "heat in the device"),
    ("source", "work of the source"),
)
_SMALLER = (0.05, 0.25)  # fractions of C_ext at which the energy is given too


def all_numbers(study: Study, derived: Derived) -> dict[str, Entry]:
    """Return every number of the sheet by key; those of the full circuit end in ``_full``.

    Parameters
    ----------
    study : Study
    derived : Derived
        What the closed form gives, with intervals from the uncertainty of the fit.
    """
    entries = _inputs(study)
    intervals = {quantity.name: quantity.interval(0.95) for quantity in derived.quantities}
    for name, value in static_numbers(study.iv, study.neuron.stability).items():
        label, unit = LABELS[name]
        how = _static_provenance(name, study)
        entries[name] = Entry(label, value, unit, intervals.get(name), how)
    for circuit in study.circuits:
        entries |= _landmarks(circuit, study)
    entries["operating_current"] = Entry(
        "operating current of planes, spikes and energies",
        study.operating_current,
        "A",
        None,
        "geometric middle of the firing range",
    )
    if study.spike is not None:
        entries |= _spike_numbers(*study.spike, study.circuits[-1].name)
    for circuit in study.circuits:
        if circuit.firing is not None:
            entries |= _energies(circuit, study)
    return entries


def assumed_text(study: Study, circuit: CircuitStudy) -> str:
    """Return the assumed values that the dynamics of a circuit depend on, as text."""
    names = _assumed(study.fit, circuit.model)
    return ", ".join(names) + (" as assumed" if names else "")


def _assumed(fit: IVFit, model: Model) -> tuple[str, ...]:
    known = {*fit.model.parameter_names, *model.input_names}
    own = (name for name in assumed_names(fit) if name in model.parameter_names)
    return (*own, *(name for name in model.parameter_names if name not in known))


def _static_provenance(name: str, study: Study) -> str:
    how = "closed form of the fitted I-V curve"
    if not name.startswith("hopf"):
        return how
    given = assumed_text(study, study.neuron)
    return f"{how}, {study.neuron.name}, with {given}: the interval holds these"


def _inputs(study: Study) -> dict[str, Entry]:
    """Return fitted, held and assumed parameters."""
    fit, circuit = study.fit, study.circuits[-1].model
    entries = {
        p.name: Entry(p.meaning, p.value, p.unit, p.interval, "fit of the I-V curve")
        for p in fit.parameters
    }
    for name in held_names(fit):
        entries[name] = _quantity(circuit, name, "held at the value of the model, not fitted")
    if fit.T_amb is not None:
        value, sd = fit.T_amb
        interval = (value - 1.96 * sd, value + 1.96 * sd) if sd else None
        entries["T_amb"] = Entry("ambient temperature", value, "K", interval, "input")
    source = "assumed: a quasi-static I-V curve does not hold it"
    for shown in study.circuits:
        for name in _assumed(fit, shown.model):
            entries.setdefault(name, _quantity(shown.model, name, source))
    return entries


def _quantity(model: Model, name: str, source: str) -> Entry:
    quantity = model.quantity(name)
    assert isinstance(quantity, Quantity)
    return Entry(quantity.meaning or name, model[name], quantity.unit, None, source)


def _landmarks(circuit: CircuitStudy, study: Study) -> dict[str, Entry]:
    """Return the landmarks of one circuit: Hopf points, cycles, ends of firing."""
    name, full = circuit.name, circuit is study.full
    suffix, entries = "_full" if full else "", {}
    given = f"{name}, with {assumed_text(study, circuit)}"
    if full:  # those of the two-state circuit stand among the static numbers
        for key, value in static_numbers(study.iv, circuit.stability).items():
            if key.startswith("hopf"):
                label, unit = LABELS[key]
                how = f"closed form of the fitted I-V curve; {given}"
                entries[key + suffix] = Entry(f"{label}, {name}", value, unit, None, how)
    if circuit.diagram is not None:
        how = f"continuation of equilibria and cycles; {given}"
        for side, hopf in zip(("lower", "upper"), circuit.diagram.equilibria.hopf, strict=False):
            label = f"first Lyapunov coefficient, {side} Hopf point, {name}: {hopf.criticality}"
            entries[f"lyapunov_{side}{suffix}"] = Entry(label, hopf.first_lyapunov, "1", None, how)
        resolved = [fold for fold in circuit.diagram.cycle_folds if fold.status]
        for number, fold in enumerate(resolved, start=1):
            key = ("cycle_fold" if number == 1 else f"cycle_fold_{number}") + suffix
            entries[key] = Entry(f"fold of cycles, {name}", fold.parameter, "A", None, how)
            label = f"period at the fold of cycles, {name}"
            entries[f"{key}_period"] = Entry(label, fold.period, "s", None, how)
        for number, window in enumerate(circuit.windows, start=1):
            order = suffix if number == 1 else f"_{number}{suffix}"
            for end, value in zip(("from", "to"), window, strict=True):
                key = f"bistable_{end}{order}"
                entries[key] = Entry(f"bistable {end}, {name}", value, "A", None, how)
    return entries | _firing(circuit, suffix, given)


def _firing(circuit: CircuitStudy, suffix: str, given: str) -> dict[str, Entry]:
    """Return both ends of tonic firing from rest, and the rates there."""
    firing, name = circuit.firing, circuit.name
    if firing is None:
        return {}
    run = f"simulation from rest, bisected to 1e-4; {given}"
    end = f"fold of cycles by continuation, which simulation confirms; {given}"
    last = end if firing.ends_in_fold else run
    rows = {
        "spiking_from": (LABELS["spiking_from"][0], firing.begins, "A", run),
        "rate_low": ("firing rate there, at the onset", firing.rate_begin, "Hz", run),
        "spiking_to": (LABELS["spiking_to"][0], firing.ends, "A", last),
        "rate_end": ("firing rate there, at the end", firing.rate_end, "Hz", last),
        "rate_high": ("highest firing rate", circuit.rates.peak, "Hz", run),
        "rate_high_at": ("current of the highest firing rate", circuit.rates.peak_at, "A", run),
    }
    return {
        key + suffix: Entry(f"{label}, {name}", value, unit, None, how)
        for key, (label, value, unit, how) in rows.items()
    }


def _spike_numbers(traj: Trajectory, train: SpikeTrain, name: str) -> dict[str, Entry]:
    how = f"{name} at the operating current, after settling"
    seen = train.observable
    unit = traj.model.quantity(seen).unit
    rows = {
        "circuit_rate": (f"firing rate, {name}", train.rate, "Hz"),
        "spike_peak": (f"peak of {seen}, {name}", train.peaks.mean(), unit),
        "spike_undershoot": (f"lowest {seen}, {name}", train.troughs.mean(), unit),
        "spike_width": (
            f"width of {seen} at half height, {name}",
            float(np.nanmean(train.widths)),
            "s",
        ),
    }
    return {key: Entry(label, value, unit, None, how) for key, (label, value, unit) in rows.items()}


def _energies(circuit: CircuitStudy, study: Study) -> dict[str, Entry]:
    """Return the energy per spike by both definitions, and with smaller capacitances."""
    entries, model, current = {}, circuit.model, study.operating_current
    known = "C_ext" in model.parameter_names  # a circuit of the user's may have several capacitors
    for fraction in (1.0, *_SMALLER) if known else (1.0,):
        capacitance = fraction * model["C_ext"] if known else np.nan
        smaller = {"C_ext": capacitance} if known else {}
        found = spikes_at(model.with_parameters(**smaller), current)
        if found is None:
            continue
        for by, what in _ENERGIES:
            key = f"energy_{by}_{'full' if circuit is study.full else 'neuron'}"
            key += "" if fraction == 1 else f"_{capacitance * 1e12:g}pF"
            label = f"energy per spike, {what}, {circuit.name}"
            label += f", C_ext = {capacitance * 1e12:g} pF" if known else ""
            how = f"mean over interspike intervals at {current * 1e6:.4g} uA"
            entries[key] = Entry(label, found[1].energy_per_spike(by), "J", None, how)
    return entries
