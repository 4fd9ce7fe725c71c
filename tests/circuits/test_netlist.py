"""Netlists as text: what the grammar allows; text and calls are two ways to one circuit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurodyn as nd
from neurodyn.circuits.text.values import read_value
from neurodyn.codegen.expressions import model_function

TEXT = """* full circuit
.param R_x=4k T=300
.input drive=1.5
V1 s 0 {drive}     ; a shared input
R1 s
* a comment between
+ a {R_x}
L1 a b 700nH $ another
C2 b out 0.33pF
X1 b out nbox R_0=200 T_amb={T}
+ E_a=0.21eV
R2 out gnd 25
C1 a 0 200p
I1 0 a dc 10u
.spike V_a > 0.5
.shared d
.end
this is never read
"""


def same(one, other):
    assert one.digest == other.digest
    assert one.parameter_values == pytest.approx(other.parameter_values, rel=1e-15)


def test_everything_that_the_grammar_allows():
    model = nd.Circuit.from_netlist(TEXT).model()
    model.check_dimensions()
    assert model.name == "full circuit"
    assert model.state_names == ("V_a", "V_C2", "i_L1", "T_X1")
    assert model.input_names == ("drive",)
    assert (model["drive"], model["R_x"]) == (1.5, 4e3)
    assert (model["T"], model["R_0_X1"], model["d"]) == (300.0, 200.0, 31e-9)
    assert model["E_a_X1"] == pytest.approx(0.21 * nd.eV, rel=1e-15)
    assert model["I1"] == 1e-5
    assert model.x0.tolist() == [0.0, 0.0, 0.0, 300.0]
    assert str(model.spike.expression) == "V_a - spike_level"
    assert model["spike_level"] == 0.5


def test_text_written_reads_back_as_the_same_circuit():
    circuit = nd.Circuit.from_netlist(TEXT)
    same(nd.Circuit.from_netlist(circuit.netlist()).model(), circuit.model())


def test_calls_and_text_are_one_circuit():
    circuit = (
        nd.Circuit("full circuit")
        .parameter("R_x", 4e3).parameter("T", 300.0).input("drive", 1.5)
        .voltage_source("V1", "s", "0", "drive").resistor("R1", "s", "a", "R_x")
        .inductor("L1", "a", "b", 700e-9).capacitor("C2", "b", "out", 0.33e-12)
        .device("X1", "b", "out", "nbox", R_0=200.0, T_amb="T", E_a=0.21 * nd.eV)
        .resistor("R2", "out", "0", 25.0).capacitor("C1", "a", "0", 200e-12)
        .current_source("I1", "0", "a", 1e-5)
    )  # fmt: skip
    same(circuit.model(shared=["d"], spike="V_a > 0.5"), nd.Circuit.from_netlist(TEXT).model())


def test_order_and_direction_of_lines_change_no_equation():
    """Nodes seen in another order, and elements turned round with their sign."""
    text = "V1 s 0 input\nR1 s b 4k\nC1 b 0 200p\nC2 b c 50p\nX1 b c nbox\nR2 c 0 1k"
    turned = "R2 0 c 1k\nX1 b c nbox\nC2 b c 50p\nC1 0 b 200p\nR1 b s 4k\nV1 s 0 input"
    one, other = (nd.Circuit.from_netlist(t).model() for t in (text, turned))
    assert set(one.state_names) == set(other.state_names)
    x = np.array([0.4, 0.7, 500.0])
    order = [other.state_names.index(name) for name in one.state_names]
    y = np.empty(3)
    y[order] = x
    p = dict(one.with_parameters(V1=1.5).parameter_values)
    before = model_function(one, one.rhs)(x, list(p.values()))
    after = model_function(other, other.rhs)(y, [p[name] for name in other.parameter_names])
    assert after[order] == pytest.approx(before, rel=1e-13)


def test_spike_is_that_of_any_device():
    text = "I1 0 a input\nC1 a 0 1n\nX1 a 0 nbox\nC2 b 0 1n\nX2 b 0 mott_vo2\nR1 a b 1k"
    circuit = nd.Circuit.from_netlist(text)
    assert "T_spike_X1" in circuit.model().parameter_names
    other = circuit.model(spike="X2")
    assert "u_spike_X2" in other.parameter_names
    assert other.spike.observable == "I_X2"


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("4k", "ohm", 4e3), ("4K", "ohm", 4e3), ("3meg", "ohm", 3e6), ("3MEG", "ohm", 3e6),
        ("1.5megohm", "ohm", 1.5e6), ("200p", "F", 2e-10), ("200pF", "F", 2e-10),
        ("2f", "J/K", 2e-15), ("-5u", "A", -5e-6), ("5uA", "A", 5e-6), ("1e-3", "V", 1e-3),
        (".5", "V", 0.5), ("1g", "ohm", 1e9), ("2t", "ohm", 2e12), ("7m", "H", 7e-3),
        ("1.5Megohm", "ohm", 1.5e6), ("700nH", "H", 700e-9),
        ("5Kohm", "ohm", 5e3), ("10 nF", "F", 1e-8), ("25ohm", "ohm", 25.0),
    ],
)  # fmt: skip
def test_values(text, unit, value):
    assert read_value(text, unit, "it") == value


def test_constant_source_across_a_capacitor_carries_no_current():
    """Only inputs are refused there: what never moves charges nothing."""
    model = nd.Circuit.from_netlist("V1 a 0 1\nC1 a b 1n\nC2 b 0 1n\nR1 b 0 1k").model()
    run = nd.solve(model, 1e-5, x0={"V_b": 1.0})
    assert run["V_b"][-1] == pytest.approx(np.exp(-1e-5 / 2e-6), rel=1e-5)


def test_spike_is_any_expression_or_level():
    circuit = nd.Circuit.from_netlist("I1 0 a input\nC1 a 0 1n\nR1 a 0 1k\nR2 a b 1k\nR3 b 0 1k")
    half = circuit.model(spike="V_b > 250mV")
    half.check_dimensions()
    run = nd.solve(half, 1e-5, inputs={"I1": 1.5e-3})
    assert run.at(run.spike_times[0], "V_a") == pytest.approx(0.5, rel=1e-6)
    same = nd.solve(circuit.model(spike="2*V_b - V_a/2 - 0.25"), 1e-5, inputs={"I1": 1.5e-3})
    assert same.spike_times == pytest.approx(run.spike_times, rel=1e-6)
    with pytest.raises(nd.InputError, match="V_c"):
        circuit.model(spike="V_c > 1")
    with pytest.raises(nd.InputError, match="wrong unit"):
        circuit.model(spike="V_b > 1mA")


SLIPS = [*"RCLVIXZ0ab.{}=+*;\n kpT", "", "amb", "X1.T"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(TEXT) - 1),
            st.sampled_from(SLIPS),
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=60)
def test_a_netlist_with_slips_makes_a_model_or_one_sentence(slips):
    text = TEXT
    for place, letters in slips:
        text = text[:place] + letters + text[place + 1 :]
    said = ""
    try:
        nd.Circuit.from_netlist(text).model()
    except nd.InputError as error:
        said = str(error)
    assert "\n" not in said
