"""Plain data as TOML text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def as_toml(content: Mapping[str, Any]) -> str:
    """Return numbers, text, lists and mappings as TOML 1.0; floats keep every digit.

    Lists of mappings become arrays of tables, mappings at the top become tables; below, a mapping
    of the table's own is written with dotted keys, and what lies deeper in braces.

    >>> print(as_toml({"seed": 1, "run": {"t_end": 1e-06, "record": {"period": 1e-9}}}), end="")
    seed = 1
    <BLANKLINE>
    [run]
    t_end = 1e-06
    record.period = 1e-09
    """
    plain, tables = [], []
    for key, value in content.items():
        if isinstance(value, Mapping):
            tables.append([f"[{_key(key)}]", *_lines(value)])
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            tables += [[f"[[{_key(key)}]]", *_lines(item)] for item in value]
        else:
            plain.append(f"{_key(key)} = {_value(value)}")
    blocks = [plain, *tables] if plain else tables
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _lines(table: Mapping[str, Any]) -> list[str]:
    lines = []
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            lines += [f"{_key(key)}.{_key(k)} = {_value(v)}" for k, v in value.items()]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _text(value)
        case int():
            return str(value)
        case float():
            return repr(float(value))  # numpy's own says what it is
        case Mapping():
            return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(_value, value)) + "]"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
