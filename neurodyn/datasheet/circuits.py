"""The circuits that a fitted device is put into, and what its I-V curve says nothing about."""

from __future__ import annotations

import inspect

from neurodyn import devices
from neurodyn.fitting import IVFit
from neurodyn.model import Model


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
