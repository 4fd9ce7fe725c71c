"""Shared by the checks of phasic bursting."""

from __future__ import annotations

import pytest

import neurodyn as nd
from tests.conftest import REPOSITORY

SPAN = (0.0, 1.2e-3)


@pytest.fixture(scope="session")
def nbox():
    """The two-state NbOx neuron at 298 K."""
    return nd.devices.nbox_neuron(T_amb=298.0)


@pytest.fixture(scope="session")
def diagram(nbox):
    """Its bifurcation diagram over the source current."""
    return nd.bifurcation_diagram(nbox, "I_s", SPAN)


@pytest.fixture
def analysis(monkeypatch):
    """Return a function that imports one of the analyses."""
    import importlib

    monkeypatch.syspath_prepend(str(REPOSITORY / "analysis"))
    return importlib.import_module
