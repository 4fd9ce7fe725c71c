"""Parameters that a quasi-static curve can determine, and why it cannot determine the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from neurodyn import constants
from neurodyn.arrays import Array
from neurodyn.equilibria.curve_source import DIRECTION
from neurodyn.errors import IdentifiabilityError, InputError, unknown_name
from neurodyn.fitting.iv.distance import Group, OrthogonalProblem
from neurodyn.fitting.null_directions import as_text, null_directions, refuse_factors
from neurodyn.fitting.unknowns import (
    PRODUCTS,
    Unknown,
    model_name,
    shown_name,
    unknown_of_model,
)
from neurodyn.model import Model

PARAMETERS = ("R_0", "E_a", "eps_r_d", "R_th")
"""What a quasi-static I-V curve at one ambient temperature determines of the NbOx neuron."""

# Far outside anything a threshold switch has been reported to have; reaching one means that the
# data do not hold the parameter.
_BOUNDS = {
    "R_0": (1e-3, 1e9),
    "E_a": (0.005 * constants.eV, 5.0 * constants.eV),
    "eps_r": (1e-3, 1e5),
    "R_th": (1e1, 1e11),
}
_FAR = 1e6  # bounds of the others: so many times the model's own value
_COOLEST, _HOTTEST = 1e-3, 10.0  # (T - T_amb)/T_amb between which a curve shows its parameters


# The first entry whose names a model has.
_DEFAULTS = (
    (*PARAMETERS, "R_sh"),
    PARAMETERS,
    ("R_0", "E_a", "eps_r_d", "R_cold"),
    ("kappa", "rho_ins", "rho_met"),  # the size of the channel and delta_T trade with them
    ("R_0", "E_a", "R_m", "beta", "w", "T_c", "S"),
)


def default_parameters(model: Model) -> tuple[str, ...]:
    """Return what is fitted if nothing is asked for."""
    names = {shown_name(name, model) for name in model.parameter_names}
    for chosen in _DEFAULTS:
        if names >= set(chosen):
            return chosen
    return tuple(name for name in _static_names(model) if name != "T_amb")


def fitted_names(parameters: Sequence[str], model: Model) -> tuple[str, ...]:
    """Return the model's names of the fitted parameters, or say why the data cannot hold one.

    Raises
    ------
    IdentifiabilityError
        If no electrical data of this kind could determine what is asked for.
    InputError
        For an unknown or repeated name.
    """
    wanted = [parameters] if isinstance(parameters, str) else list(parameters)
    static, known = _static_names(model), _public_names(model)
    for name in wanted:
        if name in model.parameter_names and name not in (*static, *model.input_names):
            raise IdentifiabilityError(
                f"{name} cannot be fitted to a quasi-static I-V curve, which does not depend on "
                "it: at rest nothing flows into a capacitance; it takes a spike trace"
            )
        if name not in (*known, *static):
            raise unknown_name("parameter to fit", name, known)
    if not wanted or len(set(wanted)) < len(wanted):
        raise InputError(f"parameters to fit are {wanted}; expected some of {known}, each once")
    _refuse_null_directions(wanted, model)
    refuse_factors(wanted)
    chosen = {model_name(name, model) for name in wanted}
    order = [model_name(name, model) for name in known]
    return tuple(name for name in order if name in chosen)


def unknown_parameter(name: str, model: Model) -> Unknown:
    """Return a parameter of the model as an unknown of the fit."""
    bounds = abs(model[name]) / _FAR, abs(model[name]) * _FAR
    if "eps_r" in model.parameter_names:  # a Poole-Frenkel model
        bounds = _BOUNDS.get(name, bounds)
    return unknown_of_model(name, model, bounds)


def static_null_directions(model: Model, names: Sequence[str]) -> list[dict[str, float]]:
    """Return the directions of ln(parameter) along which the curve of a model does not change."""
    unknowns = tuple(unknown_parameter(name, model) for name in names)
    problem, theta = OrthogonalProblem(model, unknowns, ()), _values(unknowns, model)
    curve, groups, first = problem.curve, [], 0
    u = curve.grid(curve.parameter_values, _COOLEST, _HOTTEST, 60)
    none, one = np.zeros(0), np.ones(len(u))
    for direction in (1.0, -1.0) if curve.has_branches else (None,):
        held = {} if direction is None else {DIRECTION: direction}
        p = problem.parameters(theta, Group(none, none, none.astype(int), none, none, held))
        with np.errstate(all="ignore"):
            ln_V, ln_I = curve.values_and_slopes(u, p)[:2]
        usable = np.isfinite(ln_V) & np.isfinite(ln_I)
        places, unit = first + np.arange(usable.sum()), one[usable]
        first += len(places)
        groups.append(Group(ln_V[usable], ln_I[usable], places, unit, unit, held))
    return null_directions(replace(problem, groups=tuple(groups)).evaluate(theta)[1], names)


def _values(unknowns: Sequence[Unknown], model: Model) -> Array:
    return np.array([unknown.theta(model[unknown.name]) for unknown in unknowns])


def _static_names(model: Model) -> tuple[str, ...]:
    """Return the parameters that the curve depends on."""
    candidates = tuple(
        name for name in model.parameter_names if name not in model.input_names and model[name] > 0
    )
    silent = {
        next(iter(direction))
        for direction in static_null_directions(model, candidates)
        if len(direction) == 1
    }
    return tuple(name for name in candidates if name not in silent)


def _public_names(model: Model) -> tuple[str, ...]:
    names = (*default_parameters(model), *_static_names(model))
    held = {held for _, held, _ in PRODUCTS.values()}
    public = (shown_name(name, model) for name in names if name not in ("T_amb", *held))
    return tuple(dict.fromkeys(public))


def _refuse_null_directions(wanted: Sequence[str], model: Model) -> None:
    """Raise if some of the parameters can be traded for each other without any trace."""
    found = static_null_directions(model, [model_name(name, model) for name in wanted])
    if "T_amb" in wanted:
        # alone it is determined, with what it trades with held: say what that is
        static = [name for name in _static_names(model) if name not in ("T_amb", "d")]
        found = static_null_directions(model, ["T_amb", *static])
        found = [direction for direction in found if "T_amb" in direction]
    if not found:
        return
    direction = found[0]
    if "d" not in direction:
        direction = {shown_name(name, model): x for name, x in direction.items()}
    why = f"changing {as_text(direction)} in logarithms leaves every V(I) unchanged"
    if "T_amb" in direction:
        raise IdentifiabilityError(
            f"T_amb cannot be fitted to electrical data at one ambient temperature: {why}; give "
            "T_amb=(value, standard deviation) instead, or curves at several ambient temperatures "
            'with offset="common"',
            found,
        )
    product = " (eps_r_d is their product)" if set(direction) == {"eps_r", "d"} else ""
    raise IdentifiabilityError(
        f"{', '.join(map(repr, wanted))} cannot all be told apart: {why}{product}; hold one of "
        f"{', '.join(direction)}",
        found,
    )
