"""What the neuron does, in plain words: every sentence names its circuit."""

from __future__ import annotations

from collections.abc import Mapping

from neurodyn.behaviours import NARROWEST_WINDOW
from neurodyn.datasheet.entry import Entry
from neurodyn.datasheet.study import Study
from neurodyn.landmarks.circuit import CircuitStudy
from neurodyn.model import Model

_A_GAP = 2e-3  # relative to the end of firing: a range of small oscillations worth a word


def summarise(study: Study, numbers: Mapping[str, Entry]) -> tuple[str, ...]:
    """Say in plain words what the neuron does, and between which currents."""
    lines = [_switch(numbers)]
    for circuit in study.circuits:
        lines += _firing(circuit, study.neuron.model, numbers)
    lines += _behaviours(study)
    for circuit in study.circuits:
        suffix = "full" if circuit is study.full else "neuron"
        if f"energy_device_{suffix}" in numbers:
            device, source = (
                numbers[f"energy_{by}_{suffix}"].value * 1e12 for by in ("device", "source")
            )
            lines.append(
                f"At {study.operating_current * 1e6:.3g} µA a spike of the {circuit.name} costs "
                f"{device:.3g} pJ of heat in the device and {source:.3g} pJ of work of the source."
            )
    return tuple(lines)


def _switch(numbers: Mapping[str, Entry]) -> str:
    def value(key: str) -> float:
        return numbers[key].value

    text = (
        f"The device is a threshold switch: it turns on at {value('threshold_V'):.3f} V "
        f"({value('threshold_I') * 1e6:.3g} µA)"
    )
    if "hold_V" not in numbers:
        return text + ", with no hold point in reach."
    return text + f" and holds down to {value('hold_V'):.3f} V ({value('hold_I') * 1e6:.4g} µA)."


def _firing(circuit: CircuitStudy, two_state: Model, numbers: Mapping[str, Entry]) -> list[str]:
    """Say where one circuit fires, how fast, where it is bistable, and where it merely rings."""
    name, firing = circuit.name, circuit.firing
    model = circuit.model
    known = {*two_state.parameter_names, *model.input_names}
    beside = [name for name in model.parameter_names if name not in known]
    parts, joint = "device", " with "
    if "C_ext" in model.parameter_names:
        parts, joint = f"device and {model['C_ext'] * 1e12:.4g} pF", ", with "
    if beside:
        parts += joint + ", ".join(numbers[n].text for n in beside)
    head = f"The {name} ({parts}) under a constant current"
    if firing is None:
        why = (
            "its equilibrium is stable at every current"
            if circuit.stability.stable.all()
            else "at no current does spiking last"
        )
        return [f"{head} does not spike: {why}."]
    lines = [
        f"{head} is silent below {firing.begins * 1e6:.5g} µA; from there, at "
        f"{firing.rate_begin / 1e6:.3g} MHz, it fires tonic spikes up to {firing.ends * 1e6:.5g} "
        f"µA, at {firing.rate_end / 1e6:.3g} MHz, and is silent above; the rate is highest, "
        f"{circuit.rates.peak / 1e6:.3g} MHz, at {circuit.rates.peak_at * 1e6:.3g} µA."
    ]
    lines += _small_oscillations(circuit)
    for low, high in circuit.windows:
        if high - low >= NARROWEST_WINDOW * high:
            inside = firing.begins <= 0.5 * (low + high) <= firing.ends
            started = "keeps firing" if inside else "stays silent"
            other = "at its equilibrium it stays silent" if inside else "once it fires it goes on"
            lines.append(
                f"Between {low * 1e6:.4g} and {high * 1e6:.4g} µA the {name} is bistable: started "
                f"from rest without current it {started}, while {other}; noise can switch it from "
                "one to the other."
            )
    return lines


def _small_oscillations(circuit: CircuitStudy) -> list[str]:
    """Say where the equilibrium is unstable but the cycle around it is too small for a spike."""
    hopf, firing = circuit.stability.hopf, circuit.firing
    if len(hopf) != 2 or firing is None:
        return []
    gaps = [(hopf[0].parameter, firing.begins), (firing.ends, hopf[1].parameter)]
    spans = [
        f"from {a * 1e6:.4g} to {b * 1e6:.4g} µA" for a, b in gaps if b - a > _A_GAP * firing.ends
    ]
    if not spans:
        return []
    return [
        f"The {circuit.name} oscillates without spiking {' and '.join(spans)}: the cycle is small "
        "there."
    ]


def _behaviours(study: Study) -> list[str]:
    """Say of the catalogue of behaviours what its table says."""
    shown = [finding for finding in study.behaviours if finding.verdict == "shown"]
    if not shown:
        return []
    lines = []
    if any(finding.name == "phasic_bursting" for finding in shown):
        finding = study.behaviours["phasic_bursting"]
        lines.append(
            f"Under a {finding.stimulus} A the {study.neuron.name} fires "
            f"{finding.evidence['spikes']:.0f} spikes and falls silent: phasic bursting."
        )
    names = ", ".join(finding.title for finding in shown)
    lines.append(f"Of the catalogue of behaviours the {study.neuron.name} shows: {names}.")
    return lines
