"""Heat as a network: against closed forms, and against the laws that heat obeys."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.circuits.library import element_of
from neurodyn.codegen.expressions import model_function
from tests.tolerances import ROUNDING

R, C = (1e6, 4e5, 2e6), (1e-15, 3e-14, 8e-14)
PAIRS = " ".join(f"{r!r} {c!r}" for r, c in zip(R, C, strict=True))


def evaluate(model, x, *names):
    return model_function(model, [model.expression(n) for n in names])(x, model.p)


def test_foster_ladder_heats_as_its_sum_of_exponentials():
    model = nd.Circuit.from_netlist(f"I1 amb n input\nZ1 n amb foster {PAIRS}").model()
    assert model.states[0].unit == "K"
    model.check_dimensions()
    power, end = 2e-4, 4e-7
    run = nd.solve(model, end, inputs={"I1": power}, method=nd.Adaptive(rtol=1e-10))
    t = np.linspace(1e-9, end, 25)
    expected = 298.0 + power * sum(
        r * (1 - np.exp(-t / (r * c))) for r, c in zip(R, C, strict=True)
    )
    assert run.at(t, "T_n") == pytest.approx(expected, rel=1e-8)


def test_cauer_ladder_has_the_impedance_of_its_continued_fraction():
    model = nd.Circuit.from_netlist(f"I1 amb n input\nZ1 n amb cauer {PAIRS}").model()
    f = np.logspace(4, 9, 11)
    below = np.zeros(len(f), dtype=complex)
    for r, c in reversed(list(zip(R, C, strict=True))):
        below = 1 / (2j * np.pi * f * c + 1 / (r + below))
    assert nd.impedance(model, f=f, output="T_n").response == pytest.approx(below, rel=1e-9)


@pytest.mark.parametrize("kind", ["nbox", "core_shell", "poole_frenkel_3d", "thermal_neuristor"])
def test_port_of_a_device_holds_its_own_rate(kind):
    element = element_of(kind)
    place = [state.name for state in element.states].index(element.heat.state)
    assert element.heat.rate == element.rhs[place]


def test_newtons_cooling_from_outside_is_that_from_inside():
    own = nd.Circuit.from_netlist("I1 0 b input\nC1 b 0 200p\nX1 b 0 nbox").model()
    outside = nd.Circuit.from_netlist(
        "I1 0 b input\nC1 b 0 200p\nX1 b 0 nbox heat=capacity\nR1 X1.T amb 2040816"
    ).model()
    both = nd.Circuit.from_netlist(
        "I1 0 b input\nC1 b 0 200p\nX1 b 0 nbox heat=port\nZ1 X1.T amb foster 2040816 2f"
    ).model()
    x = np.array([[0.3, 0.8, 0.9], [298.0, 700.0, 1500.0]])
    expected = model_function(own, own.rhs)(x, own.with_parameters(I1=3e-4).p)
    for model in (outside, both):
        assert model.state_names == own.state_names
        assert "R_th_X1" not in model.parameter_names  # it would have no effect
        model.check_dimensions()
        found = model_function(model, model.rhs)(x, model.with_parameters(I1=3e-4).p)
        assert found == pytest.approx(expected, rel=ROUNDING)


def test_what_a_thermal_network_takes_the_place_of_cannot_be_set():
    with pytest.raises(nd.InputError, match=r"line 2, X1: R_th has no effect with heat=capacity"):
        nd.Circuit.from_netlist(
            "C1 b 0 200p\nX1 b 0 nbox heat=capacity R_th=1meg\nR1 X1.T amb 1meg\nR2 b 0 1k"
        ).model()


COUPLED = """
I1 0 a input
C1 a 0 200p
X1 a 0 nbox
I2 0 b input
C2 b 0 200p
X2 b 0 nbox
R1 X1.T case 1meg
R2 X2.T case 2meg
C3 case amb 1e-14
R3 case amb 3meg
"""


def test_heat_balance_of_two_devices_on_one_case():
    """What the devices make is stored, leaves by their own cooling, or leaves through R3."""
    model = nd.Circuit.from_netlist(COUPLED).model()
    model.check_dimensions()
    assert model.state_names == ("V_a", "V_b", "T_X1", "T_X2", "T_case")
    assert model.parameter_names.count("T_amb") == 1
    x = np.array([0.7, 0.8, 600.0, 900.0, 420.0])
    rates = dict(zip(model.state_names, model_function(model, model.rhs)(x, model.p), strict=True))
    made, lost = evaluate(model, x, "P_device", "Q_R3")
    cooling = (x[2] + x[3] - 2 * 298.0) / 2040816.0
    stored = 2e-15 * (rates["T_X1"] + rates["T_X2"]) + 1e-14 * rates["T_case"]
    assert made - cooling - lost == pytest.approx(stored, rel=1e-10)
    q1, q2, alone = evaluate(model, x, "Q_R1", "Q_R2", "P_X1")
    assert q1 == pytest.approx((600.0 - 420.0) / 1e6)
    assert q2 == pytest.approx((900.0 - 420.0) / 2e6)
    assert rates["T_X1"] == pytest.approx((alone - 302.0 / 2040816.0 - q1) / 2e-15, rel=1e-10)


def test_heat_flows_from_hot_to_cold_between_devices_alone():
    """Without drive every temperature returns to ambient: passivity of the thermal network."""
    model = nd.Circuit.from_netlist(COUPLED).model()
    run = nd.solve(model, 2e-6, x0={"T_X1": 900.0})
    assert run["T_X1"][-1] == pytest.approx(298.0, abs=1e-3)
    assert run["T_X2"].max() > 305.0
    assert run["T_X2"].max() < 900.0
    assert np.all(run["T_case"] > 298.0 - 1e-4)  # what solve is asked for: 1e-7 of 1000 K


def test_ambients_that_differ_must_be_made_one():
    text = "C1 a 0 1n\nX1 a 0 nbox T_amb=300\nC2 b 0 1n\nX2 b 0 nbox\nR1 X1.T amb 1meg\nR2 a b 1k"
    with pytest.raises(nd.InputError, match="T_amb is 300 in X1, 298 in X2"):
        nd.Circuit.from_netlist(text).model()


def test_ambient_is_set_by_its_name():
    model = nd.Circuit.from_netlist(COUPLED + ".param T_amb=310\n").model()
    assert model["T_amb"] == 310.0
    assert model.x0[2:].tolist() == [310.0] * 3
    with pytest.raises(nd.InputError, match="T_amb is 300 in X1, 310 in T_amb"):
        nd.Circuit.from_netlist(
            COUPLED.replace("X1 a 0 nbox", "X1 a 0 nbox T_amb=300") + ".param T_amb=310\n"
        ).model()


def test_what_devices_share_is_set_by_its_name():
    text = "I1 0 a input\nC1 a 0 1n\nX1 a 0 nbox\nC2 b 0 1n\nX2 b 0 nbox\nR1 a b 1k\n"
    model = nd.Circuit.from_netlist(text + ".shared R_0\n.param R_0=200\n").model()
    assert model["R_0"] == 200.0
    assert "R_0_X1" not in model.parameter_names
    with pytest.raises(nd.InputError, match="R_0 is declared, but no element uses"):
        nd.Circuit.from_netlist(text + ".param R_0=200\n")
    with pytest.raises(nd.InputError, match=r"T_amb is declared.*\.shared T_amb"):
        nd.Circuit.from_netlist(text + ".param T_amb=310\n").model()
