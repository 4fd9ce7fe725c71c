"""What is asked of a fit: checked, or refused because the data cannot answer it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from neurodyn.devices import nbox_neuron
from neurodyn.errors import IdentifiabilityError, InputError, unknown_name

PARAMETERS = ("R_0", "E_a", "eps_r_d", "R_th")
"""What a quasi-static I-V curve at one ambient temperature determines."""


def ambient_temperature(T_amb: float | tuple[float, float]) -> tuple[float, float]:
    value, sd = T_amb if isinstance(T_amb, (tuple, list)) else (T_amb, 0.0)
    quantity = next(q for q in nbox_neuron().parameters if q.name == "T_amb")
    try:
        value = quantity.validated(value)
    except InputError as error:
        hint = "; T_amb is in kelvin (25 degrees Celsius are 298.15 K)"
        raise InputError(f"{error}{hint}") from None
    if not (math.isfinite(sd) and 0 <= sd < 0.2 * value):
        raise InputError(f"the standard deviation of T_amb is {sd:g} K; expected 0 to 20 % of it")
    return value, float(sd)


def relative_noise(noise: float | tuple[float, float] | None) -> tuple[float, float] | None:
    if noise is None:
        return None
    pair = tuple(noise) if isinstance(noise, (tuple, list)) else (noise, noise)
    if len(pair) != 2 or not all(math.isfinite(sd) and 0 < sd < 1 for sd in pair):
        raise InputError(
            f"noise is {noise!r}; expected one or two relative standard deviations between 0 and 1"
        )
    return float(pair[0]), float(pair[1])


def fitted_names(parameters: Sequence[str]) -> tuple[str, ...]:
    """Return the model's names of the fitted parameters, or say why the data cannot hold one."""
    wanted = [parameters] if isinstance(parameters, str) else list(parameters)
    if "T_amb" in wanted:
        raise IdentifiabilityError(
            "T_amb cannot be fitted to electrical data at one ambient temperature: changing "
            "(T_amb, E_a, eps_r_d, R_th) along (+1, +1, -2, +1) in logarithms leaves every V(I) "
            "unchanged; give T_amb=(value, standard deviation) instead"
        )
    if "d" in wanted or "eps_r" in wanted:
        raise IdentifiabilityError(
            "eps_r and d cannot be told apart: only their product enters the model, and (eps_r, d) "
            "along (+1, -1) in logarithms leaves everything unchanged; fit 'eps_r_d' instead"
        )
    for name in wanted:
        if name in ("C_th", "C_ext", "C_d", "L_ext"):
            raise IdentifiabilityError(
                f"{name} cannot be fitted to a quasi-static I-V curve: at rest no current flows "
                "into it; it takes a spike trace"
            )
        if name not in PARAMETERS:
            raise unknown_name("parameter to fit", name, PARAMETERS)
    if not wanted or len(set(wanted)) < len(wanted):
        raise InputError(
            f"parameters to fit are {wanted}; expected some of {PARAMETERS}, each once"
        )
    return tuple("eps_r" if name == "eps_r_d" else name for name in PARAMETERS if name in wanted)
