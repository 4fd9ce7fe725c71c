"""An I-V fit in words: text, Markdown, and plain data for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.fitting.identifiability_directions import as_text as direction_as_text

if TYPE_CHECKING:
    from neurodyn.fitting.iv_fit import IVFit


def as_text(fit: IVFit) -> str:
    """Return the fit as text: verdict, parameters, correlations, tests, points set aside."""
    lines = [
        f"I-V fit of {fit.model.name} to {fit.data.source}",
        f"verdict: {'accepted' if fit.accepted else 'REJECTED'}",
        *(f"  reason: {reason}" for reason in fit.reasons),
        *ambient_lines(fit),
        "parameters (standard error, 95 % interval):",
    ]
    lines += [
        f"  {p!r}  [{p.interval[0]:.5g}, {p.interval[1]:.5g}]  {p.meaning}" for p in fit.parameters
    ]
    held = ", ".join(f"{name} = {value:.6g}" for name, value in fit.fixed.items())
    lines.append(f"  fixed: {held}")
    lines.append("what no quasi-static curve shows:")
    lines += [f"  {line}" for line in null_lines(fit)]
    lines.append("correlations above 0.1 in size:")
    lines += [f"  {a}, {b}: {value:+.4f}" for a, b, value in correlations(fit)]
    if fit.profiles is not None:
        lines.append(fit.profiles.report())
    if fit.derived is not None:
        lines.append(fit.derived.report())
    lines += statistics(fit)
    lines += [f"warning: {warning}" for warning in fit.warnings]
    lines += [one.report() for one in fit.measurements]
    return "\n".join(lines)


def as_markdown(fit: IVFit) -> str:
    """Return the fit as a Markdown page."""
    lines = [
        f"# I-V fit of {fit.model.name}",
        "",
        f"Data: {fit.data.source}. Verdict: **{'accepted' if fit.accepted else 'REJECTED'}**.",
        "",
        *(f"- reason: {reason}" for reason in fit.reasons),
        *(f"- warning: {warning}" for warning in fit.warnings),
        *(f"- {line.strip()}" for line in ambient_lines(fit)),
        "",
        "| parameter | value | standard error | 68 % interval | 95 % interval | status | meaning |",
        "|---|---|---|---|---|---|---|",
    ]
    for p in fit.parameters:
        unit = "" if p.unit == "1" else f" {p.unit}"
        low, high = (f"[{a:.5g}, {b:.5g}]" for a, b in (p.interval_68, p.interval))
        lines.append(
            f"| {p.name} | {p.value:.6g}{unit} | {p.standard_error:.2g} | {low} | {high} | "
            f"{p.status} | {p.meaning} |"
        )
    for name, value in fit.fixed.items():
        lines.append(f"| {name} | {value:.6g} | | | | fixed | |")
    if fit.profiles is not None:
        lines += ["", "## Profile likelihoods", "", "```", fit.profiles.report(), "```"]
    if fit.derived is not None:
        lines += ["", "## Derived quantities", "", "```", fit.derived.report(), "```"]
    lines += ["", "## Statistics", "", *(f"- {line.strip()}" for line in statistics(fit))]
    lines += ["", "## Correlations above 0.1 in size", ""]
    lines += [f"- {a}, {b}: {value:+.4f}" for a, b, value in correlations(fit)]
    lines += ["", "## What no quasi-static curve shows", ""]
    lines += [f"- {line}" for line in null_lines(fit)]
    lines += ["", "## Data", ""]
    for one in fit.measurements:
        lines += ["```", one.report(), "```"]
    found = ", ".join(f"{k} {v}" for k, v in fit.provenance["versions"].items())
    lines += ["", f"Made with {found}; seed {fit.provenance['seed']}."]
    return "\n".join(lines) + "\n"


def ambient_lines(fit: IVFit) -> list[str]:
    """Say which ambient temperatures went in."""
    distinct = list(dict.fromkeys(fit.ambients))
    given = ", ".join(f"{value:g} +- {sd:g}" for value, sd in distinct)
    role = "input, not fitted"
    if "T_offset" in fit.problem.names:
        role = "inputs, with a common error that is fitted"
    lines = [f"T_amb = {given} K ({role})"]
    if fit.provenance["R_series"] != [0.0, 0.0]:
        value, sd = fit.provenance["R_series"]
        lines.append(f"R_series = {value:g} +- {sd:g} ohm ({'prior' if sd else 'held'})")
    return lines


def null_lines(fit: IVFit) -> list[str]:
    """Say which parameters, and which combinations, no quasi-static curve can determine."""
    alone = [name for direction in fit.null_directions for name in direction if len(direction) == 1]
    lines = [f"not identifiable at rest: {', '.join(alone)}"] if alone else []
    return lines + [
        f"not identifiable together: {direction_as_text(direction)} in logarithms"
        for direction in fit.null_directions
        if len(direction) > 1
    ]


def correlations(fit: IVFit) -> list[tuple[str, str, float]]:
    """Return the pairs of parameters whose correlation is above 0.1 in size."""
    return [
        (first.name, second.name, float(fit.correlation[i, j]))
        for i, first in enumerate(fit.parameters)
        for j, second in enumerate(fit.parameters[:i])
        if abs(fit.correlation[i, j]) > 0.1
    ]


def statistics(fit: IVFit) -> list[str]:
    """Return what the residuals say, as lines."""
    chi_square = "noise not stated"
    if fit.chi_square is not None:
        ratio = fit.chi_square / fit.degrees_of_freedom
        chi_square = f"{fit.chi_square:.1f} (reduced {ratio:.3f})"
    tests = ", ".join(f"{name} p = {p:.2g}" for name, p in fit.tests.items())
    from neurodyn.fitting.compare import remaining_misfit

    given = fit.provenance
    lines = [
        f"residuals: rms {fit.rms:.3%} of {len(fit.residuals)} points, "
        f"{fit.degrees_of_freedom} degrees of freedom, noise {fit.noise:.3%}",
        f"chi-square: {chi_square}; AIC {fit.aic:.1f}, BIC {fit.bic:.1f}",
        f"residual tests: {tests}",
        f"{fit.problem.curve.coordinate} along the fit: {fit.T.min():.4g} to {fit.T.max():.4g}",
        f"largest misfit: {remaining_misfit(fit)}",
        f"{given['starts_at_the_minimum']} of {given['starts']} starts reached the minimum",
    ]
    if given["loss"] != "linear":
        lines.insert(2, f"robust loss {given['loss']}: {fit.minimum.cost:.1f} in its own measure")
    if given["inequalities"]:
        lines.append(
            f"inequalities (rows at compliance, jumps): {given['inequalities']}, of which "
            f"{given['inequalities_broken']} broken by more than five standard deviations"
        )
    return lines


def as_plain_data(fit: IVFit) -> dict[str, Any]:
    """Return all numbers as plain data for JSON."""
    return {
        "model": fit.model.name,
        "accepted": fit.accepted,
        "reasons": list(fit.reasons),
        "warnings": list(fit.warnings),
        "parameters": {
            p.name: {
                "value": p.value,
                "unit": p.unit,
                "meaning": p.meaning,
                "standard_error": p.standard_error,
                "interval_68": list(p.interval_68),
                "interval_95": list(p.interval),
                "status": p.status,
            }
            for p in fit.parameters
        },
        "fixed": dict(fit.fixed),
        "null_directions": [dict(direction) for direction in fit.null_directions],
        "correlation": fit.correlation.tolist(),
        "T_amb": [
            {"value": value, "standard_deviation": sd, "unit": "K"} for value, sd in fit.ambients
        ],
        "rms_residual": fit.rms,
        "noise": fit.noise,
        "chi_square": fit.chi_square,
        "cost": fit.minimum.cost,
        "degrees_of_freedom": fit.degrees_of_freedom,
        "aic": fit.aic,
        "bic": fit.bic,
        "residual_tests": dict(fit.tests),
        "trend_p": fit.trend_p,
        "points": {
            "curve": fit.curve.tolist(),
            "inner_state": fit.T.tolist(),
            "V": fit.V.tolist(),
            "I": fit.I.tolist(),
            "residuals": np.asarray(fit.residuals).tolist(),
        },
        "profiles": None if fit.profiles is None else fit.profiles.to_dict(),
        "derived": None if fit.derived is None else fit.derived.to_dict(),
        "data": [one.to_dict() for one in fit.measurements],
        "provenance": dict(fit.provenance),
    }
