"""Shared by the tests of continuation: textbook problems as models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import neurodyn as nd

REFERENCE = Path(__file__).parents[1] / "reference" / "continuation_problems.json"


@pytest.fixture(scope="session")
def problems() -> dict[str, dict[str, Any]]:
    """The 13 systems of tests/reference/continuation_problems.json, by id."""
    return {p["id"]: p for p in json.loads(REFERENCE.read_text())["problems"]}


@pytest.fixture(scope="session")
def textbook(problems):
    """Return a function: id -> (model, parameter, start)."""

    def build(name: str):
        problem = problems[name]
        start = dict(zip(problem["states"], problem["start"]["x"], strict=True))
        parameter = problem["continuation_parameter"]
        model = nd.Model.from_equations(start, problem["parameters"], problem["rhs"], name=name)
        model = model.with_parameters(**{parameter: problem["start"][parameter]})
        return model, parameter, start

    return build


@pytest.fixture(scope="session")
def pair_reference() -> dict[str, Any]:
    """Numbers of two coupled NbOx neurons, from code that is not neurodyn."""
    return json.loads((REFERENCE.parent / "coupled_neurons.json").read_text())


@pytest.fixture(scope="session")
def nbox():
    """The two-state NbOx neuron at 298 K."""
    return nd.devices.nbox_neuron(T_amb=298.0)


@pytest.fixture(scope="session")
def nbox_diagram(nbox):
    """Its bifurcation diagram over the source current."""
    from neurodyn.continuation import bifurcation_diagram

    return bifurcation_diagram(nbox, "I_s", (0.0, 1.2e-3))
