"""Several neurons as one model: its equations by hand, by conservation of charge and energy."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd
from tests.conftest import DEVICES, DRIVEN
from tests.tolerances import ROUNDING

NEURON = nd.devices.nbox_neuron(I_s=300e-6)
UNEQUAL = NEURON.with_parameters(I_s=250e-6, C_ext=170e-12, T_amb=310.0)
PLACES = np.random.default_rng(0).uniform([0.1, 300.0], [0.9, 900.0], (20, 3, 2))


def rates(model, x):
    return np.array(nd.compiled(model).rhs(np.asarray(x, float), model.p))


def alone(model, x, current=0.0):
    """Rates of one neuron with a current more."""
    return rates(model.with_parameters(I_s=model["I_s"] + current), x)


def test_resistors_add_their_currents():
    """Against the neurons alone, each with the current that flows in by Ohm's law."""
    ring = nd.coupled(
        {"a": NEURON, "b": UNEQUAL, "c": NEURON},
        [nd.Resistor("a", "b", 1e3), nd.Resistor("b", "c", 2e3), nd.Resistor("c", "a", 5e3)],
    )
    ohm = {(0, 1): 1e3, (1, 2): 2e3, (0, 2): 5e3}
    for x in PLACES:
        current = np.zeros(3)
        for (i, j), R in ohm.items():
            current[i] += (x[j, 0] - x[i, 0]) / R
            current[j] -= (x[j, 0] - x[i, 0]) / R
        expected = [
            alone(model, x[i], current[i]) for i, model in enumerate((NEURON, UNEQUAL, NEURON))
        ]
        assert rates(ring, x.ravel()) == pytest.approx(np.ravel(expected), rel=ROUNDING)


def test_capacitors_share_the_charge():
    """(C_ext + coupling capacitors) dV/dt = currents, solved by numpy's linear algebra."""
    farad = {(0, 1): 5e-12, (1, 2): 3e-10, (0, 2): 1e-7}
    members = {"a": NEURON, "b": UNEQUAL, "c": NEURON}
    ring = nd.coupled(
        members,
        [nd.Capacitor("abc"[i], "abc"[j], C) for (i, j), C in farad.items()],
    )
    C_ext = np.array([model["C_ext"] for model in members.values()])
    matrix = np.diag(C_ext)
    for (i, j), C in farad.items():
        matrix[[i, j], [i, j]] += C
        matrix[[i, j], [j, i]] -= C
    for x in PLACES:
        free = np.array([alone(model, x[i]) for i, model in enumerate(members.values())])
        expected = free.copy()
        expected[:, 0] = np.linalg.solve(matrix, C_ext * free[:, 0])
        # numpy loses as many digits as the capacities differ by
        assert rates(ring, x.ravel()) == pytest.approx(expected.ravel(), rel=1e-9)


def test_a_large_capacitor_loses_no_digits():
    """In the limit V_a' = V_b' = (I_a + I_b)/(C_a + C_b)."""
    pair = nd.coupled({"a": NEURON, "b": UNEQUAL}, [nd.Capacitor("a", "b", 1e6)])
    x = PLACES[0, :2]
    free = [alone(NEURON, x[0])[0], alone(UNEQUAL, x[1])[0]]
    C = NEURON["C_ext"], UNEQUAL["C_ext"]
    limit = np.dot(free, C) / sum(C)
    assert rates(pair, x.ravel())[[0, 2]] == pytest.approx([limit, limit], rel=ROUNDING)


def test_analogue_couplings_add_weighted_outputs():
    """I_target += w_1 I_device_1 + w_2 V_2, of the sources' own outputs."""
    net = nd.coupled(
        {"a": NEURON, "b": UNEQUAL, "c": NEURON},
        [nd.Analogue("a", "c", 0.3), nd.Analogue("b", "c", -2e-4, output="V")],
    )
    assert net.quantity("w_a_c").unit == "1"
    assert net.quantity("w_b_c").unit == "S"
    for x in PLACES:
        I_a = NEURON["I_s"] - NEURON["C_ext"] * alone(NEURON, x[0])[0]
        expected = [*alone(NEURON, x[0]), *alone(UNEQUAL, x[1])]
        expected += [*alone(NEURON, x[2], 0.3 * I_a - 2e-4 * x[1, 0])]
        assert rates(net, x.ravel()) == pytest.approx(expected, rel=ROUNDING)


def test_energy_is_accounted_for():
    """Sources = heat in devices and resistor + change of the energy of all three capacitors."""
    R, C = 2e3, 4e-11
    pair = nd.coupled(
        {"a": NEURON, "b": UNEQUAL}, [nd.Resistor("a", "b", R), nd.Capacitor("a", "b", C)]
    )
    run = nd.solve(pair, 1e-6, x0={"V_a": 0.3}, method=nd.Adaptive(1e-10))

    def stored(x):
        charged = NEURON["C_ext"] * x[0] ** 2 + UNEQUAL["C_ext"] * x[2] ** 2
        return (charged + C * (x[0] - x[2]) ** 2) / 2

    end = run.t[-1]
    spent = sum(float(run.integral(f"P_device_{tag}", end)) for tag in "ab")
    moments = np.linspace(0, end, 200_001)
    spent += np.trapezoid((run.at(moments, "V_a") - run.at(moments, "V_b")) ** 2 / R, moments)
    given = sum(float(run.integral(f"P_source_{tag}", end)) for tag in "ab")
    assert given - spent == pytest.approx(stored(run.x[-1]) - stored(run.x[0]), rel=1e-6)
    flow = run.at(moments, "I_R_a_b")
    assert flow == pytest.approx((run.at(moments, "V_a") - run.at(moments, "V_b")) / R, abs=1e-18)
    charge = np.trapezoid(run.at(moments, "I_C_a_b"), moments)
    change = (run.x[-1] - run.x[0]) @ [C, 0, -C, 0]
    assert charge == pytest.approx(change, rel=1e-5)


def test_alike_and_in_phase_neurons_do_not_see_the_coupling():
    """By symmetry: a pair that starts alike runs like the neuron alone."""
    links = [nd.Resistor("a", "b", 1e3), nd.Capacitor("a", "b", 1e-10)]
    pair = nd.coupled({"a": NEURON, "b": NEURON}, links, shared=["I_s"])
    method = nd.Adaptive(1e-10)
    together, one = (nd.solve(m, 2e-6, method=method).spike_times for m in (pair, NEURON))
    assert together == pytest.approx(one, rel=1e-8)


def test_swapping_members_swaps_their_equations():
    links = [nd.Resistor("a", "b", 1e3), nd.Capacitor("b", "a", 1e-10), nd.Analogue("a", "b", 0.2)]
    pair = nd.coupled({"a": NEURON, "b": UNEQUAL}, links)
    swapped = nd.coupled({"b": UNEQUAL, "a": NEURON}, links)
    x = PLACES[0, :2]
    assert rates(swapped, x[::-1].ravel()) == pytest.approx(
        rates(pair, x.ravel())[[2, 3, 0, 1]], rel=ROUNDING
    )


def test_names_values_and_spikes():
    pair = nd.coupled(
        {"a": NEURON, "b": NEURON},
        [nd.Resistor("a", "b", 3e3, name="R_c")],
        shared=["I_s", "C_ext"],
        spike="b",
    )
    assert pair.state_names == ("V_a", "T_a", "V_b", "T_b")
    assert {"R_c", "I_s", "C_ext", "R_th_a", "R_th_b"} <= set(pair.parameter_names)
    assert not {"I_s_a", "C_ext_b"} & set(pair.parameter_names)
    assert pair.time_scale == NEURON.time_scale
    assert pair.with_parameters(T_amb_b=350.0).x0.tolist() == [0.0, 298.0, 0.0, 350.0]
    start = dict(zip(NEURON.state_names, nd.solve(NEURON, 3e-7).x[-1].tolist(), strict=True))
    later = nd.solve(pair, 1e-6, x0={f"{name}_b": value for name, value in start.items()})
    hot = later.rises(pair.expression("T_b") - 600)
    assert later.spike_times == pytest.approx(hot, rel=ROUNDING)
    assert nd.coupled({"a": NEURON, "b": NEURON}, spike="b").spike.observable == "I_device_b"


def test_one_name_is_one_parameter():
    ring = nd.coupled(
        dict.fromkeys("abc", NEURON),
        [nd.Resistor(*ends, 1e3, name="R_c") for ends in ("ab", "bc", "ca")],
    )
    assert ring.parameter_names.count("R_c") == 1
    assert {"I_R_a_b", "I_R_b_c", "I_R_c_a"} <= set(ring.observable_names)


@pytest.mark.parametrize(
    "device",
    [
        name
        for name, make in DEVICES.items()
        if make().jump is None and "V" in make().state_names and name != "nbox_voltage_driven"
    ],
)
def test_every_device_with_a_voltage_can_be_joined(device):
    """Dimensions and units, in SI and in the textbooks' units."""
    model = DEVICES[device](**DRIVEN.get(device, {}))
    state = next(
        s.name
        for s, e in zip(model.states, model.rhs, strict=True)
        if {str(x) for x in e.free_symbols} & set(model.input_names)
    )
    links = [nd.Resistor("a", "b", 2.0, state=state), nd.Capacitor("a", "b", 3.0, state=state)]
    pair = nd.coupled({"a": model, "b": model}, links)
    pair.check_dimensions()
    if model.time_unit == "s":
        assert pair.quantity("R_a_b").unit == "ohm"
        assert pair.quantity("C_a_b").unit == "F"


def test_unlike_neurons_are_joined_at_the_states_named():
    whole = nd.devices.nbox_circuit(I_s=300e-6)
    pair = nd.coupled({"a": NEURON, "b": whole}, [nd.Resistor("a", "b", 1e3, state=("V", "V_C"))])
    pair.check_dimensions()
    x = np.array([0.4, 350.0, 0.6, 2e-4, 0.5, 400.0])
    expected = np.append(
        alone(NEURON, x[:2], (0.6 - 0.4) / 1e3), alone(whole, x[2:], (0.4 - 0.6) / 1e3)
    )
    assert rates(pair, x) == pytest.approx(expected, rel=ROUNDING)


SQUARE = nd.Model.from_equations(["V"], {}, ["I^2 - V"], inputs={"I": 1.0}, name="square")
BAD = {
    "member": ({}, [nd.Resistor("a", "c", 1.0)], {}, r"no member 'c' \(known: a, b\)"),
    "state": ({}, [nd.Resistor("a", "b", 1.0, state="v")], {}, "no state of 'a' 'v'.*mean 'V'"),
    "input": ({}, [nd.Resistor("a", "b", 1.0, into="I_q")], {}, "no input 'I_q'"),
    "output": ({}, [nd.Analogue("a", "b", 1.0, output="I_dev")], {}, "mean 'I_device'"),
    "shared": ({}, [], {"shared": ["I"]}, "no parameter or input to share 'I'.*mean 'I_s'"),
    "values": ({"b": UNEQUAL}, [], {"shared": ["I_s"]}, "0.0003 A in 'a'.*0.00025 A in 'b'"),
    "one-name": (
        {},
        [nd.Resistor("a", "b", 1.0, name="R"), nd.Resistor("b", "a", 2.0, name="R")],
        {},
        "R is 1 ohm and 2 ohm; expected one value",
    ),
    "spike": ({"b": SQUARE, "a": SQUARE}, [], {"spike": "b"}, "'b'.*declares no spike event"),
    "time": ({"b": nd.devices.hodgkin_huxley()}, [], {}, r"'a' counts time in \[s\] and 'b'"),
    "reset": (
        {"b": nd.devices.leaky_integrate_and_fire()},
        [],
        {},
        "the member 'b' .* is reset at its spikes; expected members whose states do not jump",
    ),
    "memory": ({"b": nd.devices.comparator()}, [], {}, "the member 'b' .* switches; expected"),
    "voltage-driven": (
        {"b": nd.devices.nbox_voltage_driven()},
        [nd.Resistor("a", "b", 1.0)],
        {},
        r"has no input that is a current \(inputs: V_s \[V\]\)",
    ),
    "undriven": (
        {"b": nd.devices.nbox_circuit()},
        [nd.Resistor("a", "b", 1.0)],
        {},
        "through I_s into V of 'b', but I_s drives V_C; expected state= and into=",
    ),
    "nonlinear": (
        {"a": SQUARE, "b": SQUARE},
        [nd.Capacitor("a", "b", 1.0)],
        {},
        "I enters dV/dt of 'a' nonlinearly",
    ),
    "units": (
        {
            "a": nd.devices.hodgkin_huxley(),
            "b": nd.devices.morris_lecar(),
        },
        [nd.Resistor("a", "b", 1.0, state=("V", "w"), into=None)],
        {},
        "into w of 'b', but I drives V",
    ),
    "name": ({"b-": NEURON}, [], {}, "a member is named 'b-'; expected letters"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input(what):
    members, links, options, sentence = BAD[what]
    with pytest.raises(nd.InputError, match=sentence):
        nd.coupled({"a": NEURON, "b": NEURON} | members, links, **options)


def test_bad_couplings():
    for kind in (nd.Resistor, nd.Capacitor, nd.Analogue):
        with pytest.raises(nd.InputError, match="joins the member 'a' to itself"):
            kind("a", "a", 1.0)
    for kind in (nd.Resistor, nd.Capacitor):
        with pytest.raises(nd.InputError, match="is 0; expected a positive number"):
            kind("a", "b", 0)
    with pytest.raises(nd.InputError, match="there are no members"):
        nd.coupled({})
