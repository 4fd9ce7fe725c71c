"""The circuits that a fitted device is put into, and what its I-V curve says nothing about."""

from __future__ import annotations

import inspect
from dataclasses import replace

from neurodyn import devices
from neurodyn.circuits import Circuit
from neurodyn.errors import InputError
from neurodyn.fitting import IVFit
from neurodyn.model import Model
from neurodyn.model.circuits import current_driven


def full_circuit_of(model: Model) -> Model | None:
    """Return the full circuit of the device in a current-driven model, with its parameters.

    None if the device is not one of ``nd.devices``.
    """
    for name in fittable_devices():
        build = getattr(devices, name)
        if build("current_driven").digest == model.digest:
            shared = {p: model[p] for p in model.parameter_names if p not in model.input_names}
            return build("full_circuit").with_parameters(**shared)
    return None


def in_circuit(fit: IVFit, circuit: Circuit) -> Model:
    """Return the model of a user's circuit with the fitted device at its place.

    Raises
    ------
    InputError
        Unless the circuit has that device alone, and one source, of a current that is an input.
    """
    placed = [part for part in circuit.parts if part.device is not None]
    if len(placed) != 1 or placed[0].device is None:
        raise InputError(
            f"the circuit {circuit.name!r} has {len(placed)} devices; expected one, where the "
            "fitted device is put"
        )
    (part,), device = placed, placed[0].device
    if current_driven(device, fit.model.name).digest != fit.model.digest:
        raise InputError(
            f"{part.place} of the circuit is {device.name}, but {fit.model.name} was fitted; "
            "expected the same device"
        )
    names = [quantity.name for quantity in device.parameters]
    fitted = {p.name for p in fit.parameters} & set(part.settings)
    if fitted:
        raise InputError(
            f"{part.place} of the circuit sets {sorted(fitted)[0]}, which the fit determines; "
            "expected only what the I-V curve does not hold"
        )
    given = {name: value for name, value in part.settings.items() if name in names}
    bare = replace(part, settings={k: v for k, v in part.settings.items() if k not in given})
    parts = [bare if p is part else p for p in circuit.parts]
    model = replace(circuit, parts=parts).model(shared=names)
    source = model.input_names[0] if len(model.input_names) == 1 else ""
    if not source or model.quantity(source).unit != "A" or model.equilibria is None:
        raise InputError(
            f"a datasheet goes along one current, and the circuit {circuit.name!r} has the inputs "
            f"{', '.join(model.input_names) or 'none'}; expected one source, a current source that "
            "is an input (I1 0 b input); other circuits have bifurcate, sweep and behaviours"
        )
    values = {name: fit.model[name] for name in names if name in fit.model.parameter_names}
    return model.with_parameters(**{**values, **given})


def fittable_devices() -> tuple[str, ...]:
    """Return the names of the devices that can be fitted: their I-V curve is smooth and known.

    Examples
    --------
    >>> fittable_devices()
    ('core_shell', 'mott_nbo2', 'mott_vo2', 'nbox_neuron', 'poole_frenkel_3d')
    """
    names = []
    for name in sorted(devices.__all__):
        build = getattr(devices, name)
        if "circuit" in inspect.signature(build).parameters:
            model = build("current_driven")
            if model.equilibria is not None and model.jump is None:
                names.append(name)
    return tuple(names)


def assumed_names(fit: IVFit) -> tuple[str, ...]:
    """Return the parameters of the two-state circuit that the I-V curve says nothing about.

    Those that alone change no point of the curve, and yet the dynamics: capacitances.
    """
    alone = (name for direction in fit.null_directions if len(direction) == 1 for name in direction)
    moving = {str(symbol) for rhs in fit.model.rhs for symbol in rhs.free_symbols}
    return tuple(name for name in alone if name in moving)


def held_names(fit: IVFit) -> tuple[str, ...]:
    """Return the parameters that the curve depends on and that were not fitted."""
    fitted = {p.name for p in fit.parameters}
    moving = {str(symbol) for rhs in fit.model.rhs for symbol in rhs.free_symbols}
    known = {*fitted, *assumed_names(fit), *fit.model.input_names, "T_amb"}
    if "eps_r_d" in fitted:
        known |= {"eps_r", "d"}
    return tuple(p for p in fit.model.parameter_names if p in moving and p not in known)
