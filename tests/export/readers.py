"""What each format says, read by other code than what wrote it: names and their values."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

NUMBER = r"(-?\d[\d.]*(?:[eE][-+]?\d+)?)"


def _pairs(pattern: str, text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(pattern, text, re.M)}


def _sbml(text: str) -> dict[str, float]:
    space = "{http://www.sbml.org/sbml/level3/version1/core}"
    found = ET.fromstring(text).iter(f"{space}parameter")
    return {one.get("id"): float(one.get("value")) for one in found}


def _brian2(text: str) -> dict[str, float]:
    return _pairs(rf"^(\w+) = {NUMBER}(?:\*[\w*.-]+)?  #", text)


def _json(text: str) -> dict[str, float]:
    content = json.loads(text)
    groups = ("parameters", "inputs", "constants")
    return {q["name"]: q["value"] for key in groups for q in content.get(key, [])}


def _latex(text: str) -> dict[str, float]:
    rows = re.findall(rf"^(\$.*?\$) & {NUMBER} &", text, re.M)
    return {name: float(value) for name, value in rows}


def _spice(text: str) -> dict[str, float]:
    found = _pairs(rf"^(?:\+ |\.param )(\w+)={NUMBER}$", text)
    found |= _pairs(rf"(\w+) = {NUMBER} \[", text)  # told in a comment: not of the circuit
    sources = re.findall(rf"^(?:V_(?=in_))?(\w+) \w+ \w+ DC {NUMBER}$", text, re.M)
    return found | {name: float(value) for name, value in sources}


def _nestml(text: str) -> dict[str, float]:
    rows = re.findall(
        r"^        (\w+) real = (-?)\(?([\d.e+-]+)(?:\*([\d.e+-]+)\))?  #", text, re.M
    )
    return {n: float(sign + "1") * float(a) * float(b or 1) for n, sign, a, b in rows}


READERS = {
    "ngspice": _spice,
    "ltspice": _spice,
    "verilog-a": lambda text: _pairs(rf"parameter real (\w+) = {NUMBER}", text),
    "sbml": _sbml,
    "brian2": _brian2,
    "nestml": _nestml,
    "xpp": lambda text: _pairs(rf"^par (\w+)={NUMBER}$", text),
    "bifurcationkit": lambda text: _pairs(rf"^    (\w+) = {NUMBER},", text),
    "matcont": lambda text: _pairs(rf"^%?\s*(\w+) = {NUMBER}(?:;|  )", text),
    "latex": _latex,
    "json": _json,
}
