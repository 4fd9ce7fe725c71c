"""A card as plain data, as JSON and as TOML, and the digest that notices a change."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neurodyn.fitting.parameters import FittedParameter
from neurodyn.model.stored import FORMAT, VERSION, digest_of, model_as_plain
from neurodyn.network.storage.toml import as_toml

if TYPE_CHECKING:
    from neurodyn.card.card import DeviceCard

KINDS = ("device", "I-V fit", "trace fit")
NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
"""What stands for numbers that JSON does not have."""


def card_as_plain(card: DeviceCard) -> dict[str, Any]:
    """Return a card as text, numbers, lists and mappings, none of them empty or None."""
    verdict = {"accepted": card.accepted, "reasons": [*card.reasons], "warnings": [*card.warnings]}
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "kind": card.kind,
        "correlation": [[written(x) for x in row] for row in card.correlation.tolist()],
        "ambients": [[value, sd] for value, sd in card.ambients],
        "model": model_as_plain(card.model),
        "fitted": [_parameter(p) for p in card.fitted],
        "nuisances": [_parameter(p) for p in card.nuisances],
        "held": {name: written(value) for name, value in card.held.items()},
        "validity": [
            {"name": v.name, "unit": v.unit, "low": v.low, "high": v.high} for v in card.validity
        ],
        "verdict": {k: v for k, v in verdict.items() if v != []} if card.kind != "device" else {},
        "provenance": _without_none(card.provenance),
    }
    return {key: value for key, value in content.items() if value not in ([], {})}


def _parameter(p: FittedParameter) -> dict[str, Any]:
    return {
        "name": p.name,
        "unit": p.unit,
        "meaning": p.meaning,
        "value": written(p.value),
        "standard_error": written(p.standard_error),
        "interval_68": [written(x) for x in p.interval_68],
        "interval_95": [written(x) for x in p.interval],
        "status": p.status,
    }


def written(value: float) -> float | str:
    """Return a number as a file holds it."""
    number = float(value)
    return number if math.isfinite(number) else str(number)


def _without_none(value: Any) -> Any:
    """Return provenance without what TOML does not have."""
    if isinstance(value, Mapping):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_none(v) for v in value if v is not None]
    return value


def with_digest(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with the digest of all the rest of it."""
    head = {key: content[key] for key in ("format", "version")}
    return head | {"digest": digest_of(content)} | dict(content)


def as_file(content: Mapping[str, Any], *, toml: bool) -> str:
    """Return a card as JSON or TOML."""
    if not toml:
        return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
    model = content["model"]
    tables = {"states", "parameters", "inputs", "constants", "outputs"}
    plain = {key: value for key, value in model.items() if key not in tables}
    flat = {**content, "model": plain}
    # lists of tables of a table have headings of their own in TOML
    return as_toml(flat) + "".join(
        "\n" + as_toml({key: model[key]}).replace(f"[[{key}]]", f"[[model.{key}]]")
        for key in model
        if key in tables
    )
