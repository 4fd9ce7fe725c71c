"""Parts of the report on a fit, as lines of text, as Markdown and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from neurodyn.arrays import Array
from neurodyn.fitting.null_directions import as_text as direction_as_text
from neurodyn.fitting.parameters import FittedParameter
from neurodyn.fitting.verdict import Verdict

_SHOWN = 0.1  # size of a correlation from which it is printed


def verdict_lines(verdict: Verdict) -> list[str]:
    """Return the verdict and the reasons against the fit."""
    word = "accepted" if verdict.accepted else "REJECTED"
    return [f"verdict: {word}", *(f"  reason: {reason}" for reason in verdict.reasons)]


def ambient_lines(ambients: Sequence[tuple[float, float]], role: str) -> list[str]:
    """Say which ambient temperatures went in."""
    given = ", ".join(f"{value:g} +- {sd:g}" for value, sd in dict.fromkeys(ambients))
    return [f"T_amb = {given} K ({role})"] if ambients else []


def parameter_lines(parameters: Sequence[FittedParameter]) -> list[str]:
    """Return values, errors, intervals and statuses."""
    return [f"  {p!r}  [{p.interval[0]:.5g}, {p.interval[1]:.5g}]  {p.meaning}" for p in parameters]


def held_line(fixed: Mapping[str, float]) -> str:
    """Return the parameters that were held."""
    return "  fixed: " + ", ".join(f"{name} = {value:.6g}" for name, value in fixed.items())


def null_lines(directions: Sequence[Mapping[str, float]]) -> list[str]:
    """Say which parameters, and which combinations, no data of this kind can determine."""
    alone = [name for direction in directions for name in direction if len(direction) == 1]
    lines = [f"not identifiable: {', '.join(alone)}"] if alone else []
    return lines + [
        f"not identifiable together: {direction_as_text(direction)} in logarithms"
        for direction in directions
        if len(direction) > 1
    ]


def correlation_lines(parameters: Sequence[FittedParameter], correlation: Array) -> list[str]:
    """Return the pairs of parameters whose correlation is above 0.1 in size."""
    return [
        f"{first.name}, {second.name}: {correlation[i, j]:+.4f}"
        for i, first in enumerate(parameters)
        for j, second in enumerate(parameters[:i])
        if abs(correlation[i, j]) > _SHOWN
    ]


def parameter_table(
    parameters: Sequence[FittedParameter], fixed: Mapping[str, float]
) -> Iterator[str]:
    """Yield the rows of a Markdown table of parameters."""
    columns = ["parameter", "value", "standard error", "68 % interval", "95 % interval"]
    columns += ["status", "meaning"]
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for p in parameters:
        unit = "" if p.unit == "1" else f" {p.unit}"
        low, high = (f"[{a:.5g}, {b:.5g}]" for a, b in (p.interval_68, p.interval))
        yield (
            f"| {p.name} | {p.value:.6g}{unit} | {p.standard_error:.2g} | {low} | {high} | "
            f"{p.status} | {p.meaning} |"
        )
    for name, value in fixed.items():
        yield f"| {name} | {value:.6g} | | | | fixed | |"


def parameters_as_plain_data(parameters: Sequence[FittedParameter]) -> dict[str, Any]:
    """Return parameters by name."""
    return {
        p.name: {
            "value": p.value,
            "unit": p.unit,
            "meaning": p.meaning,
            "standard_error": p.standard_error,
            "interval_68": list(p.interval_68),
            "interval_95": list(p.interval),
            "status": p.status,
        }
        for p in parameters
    }
