"""What files say, computed from their text by Python, beside the model's own rates.

For the programs that are not at hand (Julia, MATLAB, LTspice) it is the one check of the numbers.
"""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.export.formats.spice_printing import LTspicePrinter, SpicePrinter

_SAME = "exp log sin cos tan asin acos atan sinh cosh tanh sqrt"
FUNCTIONS = {f: getattr(math, f) for f in _SAME.split(" ")}
FUNCTIONS |= {"abs": abs, "floor": math.floor, "max": max, "min": min, "sign": np.sign}
START = {"u": -0.7, "v": 0.4}
RATES = [
    "-gain*abs(u) + sign(v)*floor(3*v) + sqrt(abs(u)) + sin(u)*cos(v)*tan(gain*u)",
    "asin(tanh(u)) - acos(tanh(v)) + atan(u*v) + sinh(u)/cosh(v) + exp(-gain*v) + log(2 + u^2)",
]


def rates_in(text: str, opening: str, closing: str, z: object) -> list[float]:
    """Compute assignments and the list of rates between two lines."""
    body = text.split(opening, 1)[1]
    body, rates = body.split(closing, 1)
    space = {**FUNCTIONS, "z": z, "gain": 1.3}
    for line in body.splitlines():
        if re.match(r" *(part_\d+ = |.* = z(\(\d\);)?$)", line):
            exec(line.strip().rstrip(";").replace("^", "**"), space)
    values = [line.strip().rstrip(",;") for line in rates.splitlines()[1:3]]
    return [eval(value.replace("^", "**"), space) for value in values]


@pytest.mark.parametrize(
    ("name", "opening", "closing", "z"),
    [
        ("bifurcationkit", "function model", "return [", (-0.7, 0.4)),
        ("matcont", "function dydt", "dydt = [", {1: -0.7, 2: 0.4}.get),
    ],
    ids=["julia", "matlab"],
)
def test_julia_and_matlab_compute_our_rates(name, opening, closing, z):
    model = nd.Model.from_equations(START, {"gain": 1.3}, RATES)
    text = nd.export.FORMATS[name](model).text
    ours = nd.compiled(model, "numpy").rhs(model.x0, model.p)
    assert rates_in(text, opening, closing, z) == pytest.approx(np.array(ours, float), rel=1e-13)


@pytest.mark.parametrize("printer", [SpicePrinter, LTspicePrinter])
def test_the_exponential_of_spice_is_exact_below_80_and_a_line_above(printer):
    x = sympy.Symbol("x", real=True)
    text = printer("x").text(sympy.exp(x))
    for at in (-700.0, -1.0, 0.0, 59.0, 79.99, 80.0):
        assert eval(text, FUNCTIONS, {"x": at}) == math.exp(at)
    for at in (81.0, 100.0, 1e6):
        assert eval(text, FUNCTIONS, {"x": at}) == math.exp(80.0) * (1.0 + (at - 80.0))


def test_the_exponential_of_verilog_a_is_exact_below_80_and_a_line_above():
    text = nd.export.verilog_a(nd.devices.nbox_neuron()).text
    found = re.search(r"lexp = \((.*?)\) \? (.*?) : (.*?);", text)
    condition, above, below = found.groups()
    for at in (-700.0, 0.0, 79.99, 80.0):
        assert not eval(condition, {}, {"x": at})
        assert eval(below, FUNCTIONS, {"x": at}) == math.exp(at)
    for at in (81.0, 1e6):
        assert eval(condition, {}, {"x": at})
        assert eval(above, FUNCTIONS, {"x": at}) == math.exp(80.0) * (1.0 + at - 80.0)
