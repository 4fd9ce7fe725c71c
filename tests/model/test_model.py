"""The model: names, values, equations from strings, units."""

import math

import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.errors import DimensionError, InputError
from neurodyn.model import Output, Quantity, SpikeEvent
from neurodyn.model.units import parse_unit, parse_value


def fhn(**changes):
    arguments = {
        "states": ["V", "w"],
        "parameters": {"I": 0.5},
        "rhs": ["V - V**3/3 - w + I", "0.08*(V + 0.7 - 0.8*w)"],
    }
    return nd.Model.from_equations(**{**arguments, **changes})


def test_with_parameters_changes_a_copy_only():
    model = nd.devices.nbox_neuron()
    changed = model.with_parameters(C_ext=50e-12, I_s=1e-4)
    assert (changed["C_ext"], changed["I_s"]) == (50e-12, 1e-4)
    assert (model["C_ext"], model["I_s"]) == (200e-12, 0.0)
    assert changed.digest == model.digest


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("C_exy", 1e-12, "did you mean 'C_ext'"),
        ("c_ext", 1e-12, "did you mean 'C_ext'"),
        ("C_ext", -1e-12, "expected more than 0 F"),
        ("C_ext", 0.0, "expected more than 0 F"),
        ("R_th", math.nan, "finite number in K/W"),
        ("R_0", math.inf, "finite number in ohm"),
        ("T_amb", 25.0, "expected more than 50 K"),
        ("T_amb", 1e5, "expected less than 1500 K"),
        ("d", "thick", "expected a finite number in m"),
        ("d", None, "expected a finite number in m"),
        ("V", 0.1, "is a state .* x0="),
    ],
)
def test_bad_parameters_end_in_a_sentence(name, value, message):
    with pytest.raises(InputError, match=message):
        nd.devices.nbox_neuron(**{name: value})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rhs": ["V - W", "w"]}, "equation 1 .* no quantity 'W'; did you mean 'w'"),
        ({"rhs": ["V"]}, "2 states but 1 equations"),
        ({"rhs": ["V", "w", "V"]}, "2 states but 3 equations"),
        ({"rhs": "V"}, "rhs is 'V'; expected a list"),
        ({"rhs": ["V.real", "w"]}, "not arithmetic"),
        ({"rhs": ["__import__('os')", "w"]}, "no function '__import__'"),
        ({"rhs": ["tanhh(V)", "w"]}, "no function 'tanhh'; did you mean 'tanh'"),
        ({"rhs": ["V +", "w"]}, "cannot|can be read"),
        ({"rhs": {"V": "V"}}, "'w' has no equation"),
        ({"rhs": {"V": "V", "w": "w", "u": "V"}}, "no state 'u'"),
        ({"states": ["V", "V"]}, "'V' is declared twice"),
        ({"states": ["V", "I"]}, "'I' is declared twice"),
        ({"states": ["lambda", "w"], "rhs": ["w", "w"]}, "Python language"),
        ({"states": ["math", "w"], "rhs": ["w", "w"]}, "expected an ASCII identifier"),
        ({"states": ["_c0", "w"], "rhs": ["w", "w"]}, "expected an ASCII identifier"),
        ({"parameters": {"I": "half"}}, "to a finite number; 'I' is 'half'"),
        ({"spike": "z"}, "spike .* no quantity 'z'"),
        ({"scales": {"u": 1.0}}, "no state 'u'"),
    ],
)
def test_bad_equations_end_in_a_sentence(changes, message):
    with pytest.raises(InputError, match=message):
        fhn(**changes)


def decay(**changes):
    """V' = -V / (R C), from the parts that a newcomer takes."""
    state, R, C = Quantity("V", 1.0, "V"), Quantity("R", 1e3, "ohm"), Quantity("C", 1e-9, "F")
    rhs = (-state.symbol / (R.symbol * C.symbol),)
    given = {"name": "a", "states": (state,), "parameters": (R, C), "rhs": rhs}
    return nd.Model(**{**given, **changes})


def test_plain_symbols_are_the_quantities_of_their_names():
    """The flow is that of V' = -V / (R C), in closed form."""
    V, R, C = sympy.symbols("V R C")
    model = decay(
        rhs=(-V / (R * C),),
        outputs=(Output("P", V**2 / R, "W"),),
        spike=SpikeEvent(V - 2, "V"),
        cycle=R * C,
    )
    assert model.digest == decay(spike=SpikeEvent(V - 2, "V"), outputs=model.outputs).digest
    assert model.time_scale == pytest.approx(1e-6)
    run = nd.solve(model, 1e-6)
    assert run["V"][-1] == pytest.approx(math.exp(-1.0), rel=1e-5)
    assert run["P"][-1] == pytest.approx(math.exp(-2.0) / 1e3, rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rhs": ("-V/(R*C)",)}, r"dV/dt is .*Model.from_equations reads equations from text"),
        (
            {"spike": "V - 1"},
            "spike of model 'a' is 'V - 1'; expected a neurodyn.model.SpikeEvent",
        ),
        ({"switch": "V - 1"}, "the switch of model 'a'"),
        (
            {"states": ("V",)},
            "one of the states .* is 'V'; expected a neurodyn.model.Quantity",
        ),
        (
            {"parameters": {"R": 1.0, "C": 1.0}},
            "of the parameters .* expected a neurodyn.model.Quantity",
        ),
        ({"outputs": ("V**2",)}, "one of the outputs .* expected a neurodyn.model.Output"),
        ({"rhs": (sympy.oo * sympy.Symbol("V"),)}, "not finite and real"),
        ({"rhs": (sympy.Symbol("U"),)}, "dV/dt = U: no quantity 'U'"),
    ],
    ids=["text", "spike", "switch", "state", "parameters", "output", "infinite", "unknown"],
)
def test_parts_of_a_model_of_the_wrong_kind_end_in_a_sentence(changes, message):
    with pytest.raises(InputError, match=message):
        decay(**changes)


def test_names_of_sympy_are_plain_names_here():
    model = nd.Model.from_equations(
        ["S", "N"], {"I": 1.0, "E": 2.0, "beta": 3.0, "gamma": 4.0, "Q": 5.0},
        ["I + E*S - beta", "gamma*N^2 - Q"],
    )  # fmt: skip
    value = nd.compiled(model).rhs(np.array([1.0, 1.0]), model.p)
    assert value.tolist() == [1 + 2 - 3, 4 - 5]


def test_states_named_like_arguments_of_generated_code():
    model = nd.Model.from_equations(["x", "p", "out", "t"], {"q": 2.0}, ["p", "x", "q", "out*t"])
    x = np.array([1.0, 2.0, 3.0, 4.0])
    for target in ("numba", "numpy", "jax"):
        values = np.asarray(nd.compiled(model, target).rhs(x, model.p))
        assert values.tolist() == [2.0, 1.0, 2.0, 12.0]


def test_model_of_strings_has_the_name_given():
    assert fhn(name="FHN").name == "FHN"
    assert fhn().name == "model"


def test_mapping_of_states_gives_the_start():
    model = fhn(states={"V": -1.0, "w": 0.25})
    assert model.x0.tolist() == [-1.0, 0.25]


def test_numbers_keep_their_decimal_value():
    model = nd.Model.from_equations(["x"], {}, ["0.1*x + 1/3"])
    assert str(model.rhs[0]) == "x/10 + 1/3"
    assert nd.compiled(model).rhs(np.array([3.0]), model.p)[0] == 0.1 * 3.0 + 1 / 3


@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [
        ("max(x, 1, 2*x - 1)", 5.0, 2.0),
        ("min(x, 1, 2*x - 1)", 1.0, 0.0),
        ("x*heaviside(x - 1)", 3.0, 1.0),
        ("sign(x)*x", 3.0, 1.0),
        ("abs(x) + floor(x)", 6.0, 1.0),
        ("x^2*tanh(0*x) + sqrt(x + 1)", 2.0, 0.25),
        ("atan2(x, 1) - arctan(x) + ln(exp(x))", 3.0, 1.0),
    ],
)
@pytest.mark.parametrize("target", ["numba", "numpy", "jax"])
def test_every_function_of_the_strings_in_every_target(text, value, slope, target):
    model = nd.Model.from_equations(["x"], {}, [text])
    compiled = nd.compiled(model, target)
    x = np.array([3.0])
    assert float(compiled.rhs(x, model.p)[0]) == pytest.approx(value, abs=1e-14)
    assert float(compiled.jacobian(x, model.p)[0, 0]) == pytest.approx(slope, abs=1e-14)


def test_inputs_and_outputs_of_strings():
    model = fhn(parameters={}, inputs={"I": 0.5}, outputs={"power": "I*V"})
    traj = nd.solve(model, 5.0, inputs={"I": nd.step(1.0, start=2.0)})
    np.testing.assert_allclose(traj["power"], traj["I"] * traj["V"])


def test_dimension_error_names_equation_and_terms():
    good = nd.devices.nbox_neuron()
    wrong = nd.Model(
        name="wrong",
        states=good.states,
        parameters=good.parameters,
        inputs=good.inputs,
        constants=good.constants,
        rhs=(good.rhs[0] + good.states[1].symbol, good.rhs[1]),
    )
    with pytest.raises(DimensionError, match=r"dV/dt = .* are added"):
        wrong.check_dimensions()
    forgotten = nd.Model(
        name="forgotten",
        states=(Quantity("V", 0.0, "V"),),
        parameters=(Quantity("I", 1.0, "A"),),
        rhs=(Quantity("I", 1.0).symbol,),
    )
    with pytest.raises(DimensionError, match="expected"):
        forgotten.check_dimensions()


def test_dimension_check_sees_prefixes():
    """mV beside V is a wrong unit, not only a wrong label."""
    model = nd.Model(
        name="prefix",
        states=(Quantity("V", 0.0, "V"),),
        parameters=(Quantity("E", 1.0, "mV"), Quantity("tau", 1.0, "s")),
        rhs=(
            (Quantity("E", 1.0).symbol - Quantity("V", 0.0).symbol) / Quantity("tau", 1.0).symbol,
        ),
    )
    with pytest.raises(DimensionError, match="are added"):
        model.check_dimensions()


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("335uA", "A", 335e-6),
        ("335 µA", "A", 335e-6),
        ("0.215 eV", "J", 0.215 * nd.eV),
        ("50", "F", 50.0),
        ("2.04e6 K/W", "K/W", 2.04e6),
        ("4 kohm", "ohm", 4e3),
        ("4 kΩ", "ohm", 4e3),
        ("1e-3", "s", 1e-3),
        ("-3 mV", "V", -3e-3),
    ],
)
def test_values_with_units(text, unit, value):
    assert parse_value(text, unit) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "abc", "3 parsec", "3 V", "3 A/"])
def test_bad_values_end_in_a_sentence(text):
    with pytest.raises(InputError):
        parse_value(text, "A", "I_s")


def test_units_multiply_and_divide():
    assert parse_unit("V/A").same_as(parse_unit("ohm"))
    assert parse_unit("A s").same_as(parse_unit("C"))
    assert parse_unit("uA/cm^2").factor == pytest.approx(1e-2)
    assert not parse_unit("mV").same_as(parse_unit("V"))


def test_vectors_of_a_model_are_read_only():
    model = nd.devices.nbox_neuron()
    for vector in (model.p, model.x0, model.scales):
        with pytest.raises(ValueError, match="read-only"):
            vector[0] = 1.0


def test_compile_refuses_an_unknown_target():
    with pytest.raises(InputError, match="expected one of 'numba'"):
        nd.compiled(nd.devices.nbox_neuron(), "fortran")


def test_generated_code_is_cached_in_the_folder_that_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURODYN_CACHE_DIR", str(tmp_path))
    model = fhn()
    from neurodyn.codegen import load_numba_module

    module = load_numba_module(model)
    files = list(tmp_path.glob("neurodyn_generated_*.py"))
    assert len(files) == 1
    out = np.empty(2)
    module.rhs(np.zeros(2), model.p, out)
    assert out.tolist() == [0.5, pytest.approx(0.056)]
    assert list(tmp_path.rglob("*.nbc")), "numba wrote no machine code beside the source"
