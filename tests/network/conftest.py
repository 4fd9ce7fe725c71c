"""Reference networks, by independent code."""

import json

import pytest

from tests.conftest import REPOSITORY


@pytest.fixture(scope="session")
def reference() -> dict:
    return json.loads((REPOSITORY / "tests/reference/networks.json").read_text())
