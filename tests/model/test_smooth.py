"""The smooth square root of a magnitude."""

import math

import pytest

from neurodyn.model.smooth import smooth_sqrt_abs


def test_smooth_root_changes_nothing_above_a_millivolt():
    for v in (1e-3, -1e-3, 0.5):
        assert float(smooth_sqrt_abs(v)) == pytest.approx(math.sqrt(abs(v)), rel=1e-9)
