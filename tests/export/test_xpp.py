"""The ``.ode`` export, read back by an independent reader and compared with the model."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.export import xpp
from neurodyn.model import Model, Quantity
from tests.export.ode_reader import OdeFile

EQUATIONS = {
    "capitals": (
        {"V": 0.3, "v": -0.2, "T": 1.1, "t": 0.4},
        {"A": 1.5, "a": 0.5},
        ["A*v - V**3 - T*t", "a*V - v", "V^2 - T/A", "exp(-T) - t^5 + t^(-2)"],
    ),
    "long names": (
        {"membrane_potential_soma": 0.2, "membrane_potential_dendrite": 0.4},
        {"conductance_of_calcium": 1.2, "conductance_of_potassium": 0.7, "sin": 0.3, "pi_": 2.0},
        [
            "conductance_of_calcium*(membrane_potential_dendrite - membrane_potential_soma) + sin",
            "conductance_of_potassium*membrane_potential_soma/(pi_ + sin^2)",
        ],
    ),
    "reserved": (
        {"delay": 0.1, "par": 0.2, "init": 0.3, "e": 0.4},
        {"if_": 1.0, "heav": 2.0, "int": 3.0, "pi": 0.25},
        ["-heav*delay + pi", "int*par - e", "if_ - init*par", "e*par - 1e-3*heav"],
    ),
    "functions": (
        {"x": 0.7, "y": -0.4},
        {"k": 1.3},
        [
            "sin(x) + cos(y)*tan(k*x) - asin(tanh(x))*acos(tanh(y)) + atan2(x, y) + erf(x)",
            "sqrt(abs(x)) + log(1 + x^2) + sinh(x)/cosh(y) + asinh(x) + acosh(2 + y^2) "
            "+ atanh(tanh(y)/2) + abs(y)^(1/3) + x^1.7*0 + (2 + x^2)^y",
        ],
    ),
    "corners": (
        {"x": 0.7, "y": -0.4, "z": 0.1},
        {"k": 1.3, "c": 0.2},
        [
            "max(x, y, k*z) - min(x, y, 0.1) + heaviside(x - c)*y",
            "sign(x)*floor(3*y) - x + heaviside(x - x)",
            "max(0, x)*heaviside(y) - k*abs(z)",
        ],
    ),
    "long sum": (
        {"x": 0.7, "y": -0.4},
        {"k": 1.3},
        [
            "+".join(f"sin({i}.37*x + {i / 7}*k)*exp(-{i}*y^2/9.1)" for i in range(1, 40)),
            "*".join(f"(1 + 0.0{i}*cos(x*{i} + y))" for i in range(1, 40)),
        ],
    ),
}


def same_numbers(model, states, **options):
    """Compare rates and outputs of the file with those of the model at ``states`` (n_states, n)."""
    file = xpp(model, **options)
    ode = OdeFile(file.text)
    numbers = {q.symbol: sympy.Float(q.default, 30) for q in model.constants}
    numbers |= {q.symbol: sympy.Float(q.default, 30) for q in (*model.parameters, *model.inputs)}
    for x in states.T:
        here = {
            file.names[n]: v / file.scales[n] for n, v in zip(model.state_names, x, strict=True)
        }
        found = ode.evaluate(here)
        rates = np.array(
            [found[file.names[n]] * file.scales[n] / file.time_scale for n in model.state_names]
        )
        here = numbers | {
            q.symbol: sympy.Float(v, 30) for q, v in zip(model.states, x, strict=True)
        }
        expected = np.array([in_30_digits(rate, here) for rate in model.rhs])
        # terms that cancel (T - T_amb) leave their rounding: 1e-12 of scale over time scale
        unit = model.scales / model.time_scale
        np.testing.assert_allclose(rates / unit, expected / unit, rtol=1e-12, atol=1e-12)
        for output in model.outputs:
            value = in_30_digits(output.expression, here)
            assert found[file.names[output.name]] == pytest.approx(value, rel=1e-11)


def in_30_digits(expression, numbers):
    return float(sympy.sympify(expression).xreplace(numbers).evalf(30))


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("scaled", [False, True])
def test_devices_read_back(device, typical_states, scaled, inline):
    if device.jump is not None:
        with pytest.raises(nd.InputError, match="which AUTO cannot follow"):
            xpp(device, scaled=scaled, inline=inline)
        return
    same_numbers(device, typical_states(device, 20), scaled=scaled, inline=inline)


@pytest.mark.parametrize("name", sorted(EQUATIONS))
def test_equations_read_back(name):
    states, parameters, rhs = EQUATIONS[name]
    model = nd.Model.from_equations(
        states, parameters, rhs, name=name, time_scale=3.0,
        scales={next(iter(states)): 2.5}, outputs={"Sum_of_All": "+".join(states)},
    )  # fmt: skip
    draw = np.random.default_rng(5).uniform(0.05, 1.2, (len(states), 8))
    draw[-1, ::2] *= -1 if "^5" not in "".join(rhs) else 1
    same_numbers(model, draw)
    same_numbers(model, draw, inline=True, scaled=False)


def test_names_are_told_apart_and_returned():
    states, parameters, rhs = EQUATIONS["capitals"]
    model = nd.Model.from_equations(states, parameters, rhs)
    file = xpp(model, continue_in="a")
    assert file.names == {"V": "v", "v": "v2", "T": "t2", "t": "t3", "a": "a", "A": "a2"}
    assert "#   T = 1.0 * t2" in file.text
    assert xpp(model, continue_in="a") == file  # the same each time
    assert pickle.loads(pickle.dumps(file)) == file


def test_scales_start_and_range():
    neuron = nd.devices.nbox_neuron(I_s=2e-3)
    file = xpp(neuron, continue_in=("I_s", "C_ext"), span=(1e-6, 1.2e-3))
    ode = OdeFile(file.text)
    assert list(ode.parameters)[:2] == ["i_s", "c_ext"]  # AUTO varies the first ones
    assert ode.parameters["i_s"] * file.scales["I_s"] == pytest.approx(1.2e-3)  # moved into range
    assert ode.starts["t2"] * file.scales["T"] == pytest.approx(298.0)
    assert float(ode.options["parmax"]) * file.scales["I_s"] == pytest.approx(1.2e-3)
    assert file.time_scale == neuron.time_scale
    plain = xpp(neuron, scaled=False)
    assert set(plain.scales.values()) == {1.0}
    assert plain.time_scale == 1.0


def test_a_model_without_parameters():
    model = nd.Model.from_equations(["x"], {}, ["1 - x^2"])
    same_numbers(model, np.array([[0.3, 2.0]]))


def test_writes_the_file(tmp_path):
    file = xpp(nd.devices.fitzhugh_nagumo(), tmp_path / "fhn.ode")
    assert (tmp_path / "fhn.ode").read_text() == file.text == str(file)
    assert "w -> w" in repr(file)


def test_refusals():
    neuron = nd.devices.nbox_neuron()
    with pytest.raises(InputError, match="did you mean 'I_s'"):
        xpp(neuron, continue_in="I_S")
    with pytest.raises(InputError, match="two finite numbers"):
        xpp(neuron, span=(1.0, 1.0))
    x = sympy.Symbol("x", real=True)
    for expression, word in ((sympy.LambertW(x), "LambertW"), (sympy.gamma(x), "gamma")):
        odd = Model(name="odd", states=(Quantity("x", 0.1),), parameters=(), rhs=(expression,))
        with pytest.raises(InputError, match=f"contains {word}, which XPPAUT does not have"):
            xpp(odd)
    open_ended = sympy.Piecewise((x, x > 0))
    odd = Model(name="odd", states=(Quantity("x", 0.1),), parameters=(), rhs=(open_ended,))
    with pytest.raises(InputError, match="last condition is True"):
        xpp(odd)
    two = sympy.Piecewise((x, sympy.And(x > 0, x < 1)), (x**2, sympy.Or(x < -1, x > 2)), (1, True))
    fine = Model(name="fine", states=(Quantity("x", 0.1),), parameters=(), rhs=(two,))
    same_numbers(fine, np.array([[-2.0, -0.5, 0.5, 1.5, 2.5]]))
