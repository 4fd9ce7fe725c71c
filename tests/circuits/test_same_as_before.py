"""The three circuits of :mod:`neurodyn.model.circuits`, from netlists: two ways to one equation."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.codegen.expressions import model_function

NETLISTS = {
    "current_driven": ("I1 0 b {I_s}", "C1 b 0 {C_ext}", "X1 b 0 KIND", ".input I_s=0"),
    "voltage_driven": (
        "V1 s 0 {V_s}",
        "R1 s b {R_load}",
        "C1 b 0 {C_ext}",
        "X1 b 0 KIND",
        ".input V_s=0",
        ".param R_load=4k",
    ),
    "full_circuit": (
        "I1 0 a {I_s}",
        "C1 a 0 {C_ext}",
        "L1 a b {L_ext}",
        "C2 b out {C_d}",
        "X1 b out KIND",
        "R1 out 0 {R_out}",
        ".input I_s=0",
        ".param L_ext=700n C_d=0.33p R_out=25",
    ),
}
STATES = {
    "current_driven": {"V": "V_b"},
    "voltage_driven": {"V": "V_b"},
    "full_circuit": {"V_C": "V_a", "i_L": "i_L1", "V": "V_C2"},
}
DEVICES = {
    "nbox": nd.devices.nbox_neuron,
    "core_shell": nd.devices.core_shell,
    "mott_nbo2": nd.devices.mott_nbo2,
    "mott_vo2": nd.devices.mott_vo2,
    "poole_frenkel_3d": nd.devices.poole_frenkel_3d,
    "comparator": nd.devices.comparator,
    "thermal_neuristor": nd.devices.thermal_neuristor,
}


def pair(kind, circuit):
    """Return today's model and that of the netlist, and the new name of each state."""
    today = DEVICES[kind](circuit)
    text = "\n".join(NETLISTS[circuit]).replace("KIND", kind)
    C_ext = today["C_ext"]
    model = nd.Circuit.from_netlist(f"{text}\n.param C_ext={C_ext!r}").model(
        shared=[
            q.name
            for q in today.parameters
            if q.name not in ("C_ext", "R_load", "L_ext", "C_d", "R_out", "R_s")
        ]
    )
    names = {name: STATES[circuit].get(name, name + "_X1") for name in today.state_names}
    own = {name: today[name] for name in model.parameter_names if name in today.parameter_names}
    return today, model.with_parameters(**own), names


@pytest.mark.parametrize("circuit", NETLISTS)
@pytest.mark.parametrize("kind", DEVICES)
def test_right_hand_sides_are_equal(kind, circuit):
    today, model, names = pair(kind, circuit)
    rng = np.random.default_rng(1)
    x = np.abs(rng.normal(size=(len(today.states), 40))) * today.scales[:, None]
    if "T" in names:
        x[today.state_names.index("T")] += 300.0
    drive = {today.input_names[0]: 3e-4 if today.input_names[0] == "I_s" else 1.5}
    today, model = today.with_parameters(**drive), model.with_parameters(**drive)
    order = [model.state_names.index(names[name]) for name in today.state_names]
    y = np.empty_like(x)
    y[order] = x
    before = model_function(today, today.rhs)(x, today.p)
    after = model_function(model, model.rhs)(y, model.p)[order]
    # 1e-15 of the largest term of each equation: the terms are the same
    largest = np.abs(before).max(axis=1, keepdims=True)
    assert np.all(np.abs(after - before) <= 1e-15 * largest)
    assert model.spike is not None
    model.check_dimensions()


@pytest.mark.parametrize("circuit", NETLISTS)
@pytest.mark.parametrize(
    "kind", ["nbox", "mott_vo2", pytest.param("poole_frenkel_3d", marks=pytest.mark.slow)]
)
def test_closed_forms_are_equal(kind, circuit):
    today, model, names = pair(kind, circuit)
    level = {today.input_names[0]: 2e-4 if today.input_names[0] == "I_s" else 2.0}
    before, after = nd.fixed_points(today, **level), nd.fixed_points(model, **level)
    assert model.equilibria is not None
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert one.kind == other.kind
        for old, new in names.items():
            assert other.state[new] == pytest.approx(one.state[old], rel=1e-12)


def test_outputs_are_those_of_today():
    today, model, names = pair("nbox", "full_circuit")
    before = nd.solve(today.with_parameters(I_s=335e-6), 1e-6)
    after = nd.solve(model.with_parameters(I_s=335e-6), 1e-6)
    assert after.spike_times == pytest.approx(before.spike_times, rel=1e-9)
    t = np.linspace(1e-8, 9e-7, 30)
    for name in ("I_device", "P_device", "P_source", "R_device"):
        assert after.at(t, name) == pytest.approx(before.at(t, name), rel=1e-4, abs=1e-12)
    assert after.at(t, names["V"]) == pytest.approx(before.at(t, "V"), rel=1e-4)
