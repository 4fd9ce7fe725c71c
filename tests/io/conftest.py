"""A curve that every format must give back, and a way to read a text as if it were a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from neurodyn.io import IVData, read_iv


@dataclass(frozen=True)
class Curve:
    """Twenty points, given with all digits so that what is read must be equal to the last bit."""

    V: np.ndarray = field(default_factory=lambda: np.round(np.linspace(0.1, 2.0, 20), 6))
    I: np.ndarray = field(default_factory=lambda: 1e-4 * np.linspace(0.1, 2.0, 20) ** 2)

    def rows(self, row: Callable[[float, float], str]) -> str:
        """Return one line per point."""
        return "".join(row(float(V), float(I)) + "\n" for V, I in zip(self.V, self.I, strict=True))

    def table(self, header: str = "Voltage (V),Current (A)\n", mark: str = ",") -> str:
        """Return the curve as a file."""
        return header + self.rows(lambda V, I: f"{V!r}{mark}{I!r}")

    def assert_read(self, data: IVData, rtol: float = 1e-12) -> None:
        """Check that the whole curve was read and nothing set aside."""
        np.testing.assert_allclose(data.V, self.V, rtol=rtol)
        np.testing.assert_allclose(data.I, self.I, rtol=rtol)
        assert data.set_aside == ()


@pytest.fixture
def curve() -> Curve:
    return Curve()


@pytest.fixture
def read(tmp_path) -> Callable[..., IVData]:
    """Write text (or bytes) to a file and read it."""

    def reader(content: str | bytes, **keywords) -> IVData:
        file = tmp_path / "sweep.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_iv(file, **keywords)

    return reader
