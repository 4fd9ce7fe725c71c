"""The page on circuits: its Python runs, in order, and its own device does what it says there."""

import re

import pytest

import neurodyn as nd
from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "circuits.md").read_text()


@pytest.mark.slow
def test_the_page_runs():
    scope = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, scope)
    curve = scope["curve"]
    assert curve.threshold.I < curve.hold.I


def test_a_device_of_ones_own_has_the_curve_of_its_equations():
    """V(T) and I(T) by hand: dV/dT = 0 where T_0 (T - T_amb) = T^2."""
    block = next(b for b in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "Element(" in b)
    scope = {"nd": nd}
    exec(block.split("curve = ")[0], scope)
    model = scope["model"]
    threshold, hold = nd.iv_curve(model).threshold, nd.iv_curve(model).hold
    T_0, T_amb = 3000.0, 300.0
    for point, sign in ((threshold, -1), (hold, 1)):
        expected = (T_0 + sign * (T_0**2 - 4 * T_0 * T_amb) ** 0.5) / 2
        assert pytest.approx(expected, rel=1e-6) == point.T
    with pytest.raises(nd.InputError, match="a device of one's own"):
        scope["circuit"].netlist()
