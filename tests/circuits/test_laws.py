"""Laws of circuits with devices; those of linear ones are in test_linear.py."""

import pickle

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.codegen.expressions import model_function
from tests.circuits.neurons import NEURONS


@pytest.mark.parametrize("kind", NEURONS)
def test_powers_of_all_parts_add_up_to_nothing(kind):
    """Tellegen's theorem at random states, with devices; needs no other program."""
    text, level = NEURONS[kind]
    model = nd.Circuit.from_netlist(text).model().with_parameters(**level)
    rng = np.random.default_rng(4)
    x = np.array([s.default if s.unit != "K" else 300.0 for s in model.states], dtype=float)
    x = x[:, None] + np.abs(rng.normal(size=(len(x), 20))) * model.scales[:, None]
    powers = model_function(
        model, [o.expression for o in model.outputs if o.name[:2] == "P_" and o.name[2].isupper()]
    )(x, model.p)
    assert len(powers) == len(text.split("\n"))
    assert np.abs(powers.sum(axis=0)) == pytest.approx(0, abs=1e-12 * np.abs(powers).max())


def test_other_verbs_take_a_circuit():
    circuit = nd.Circuit.from_netlist(NEURONS["current"][0])
    model = circuit.model(shared=["T_amb"]).with_parameters(I1=3e-4)
    assert nd.noise.stochastic(model, nd.noise.white_current(2e-9)).model.input_names == ("I1",)
    nd.noise.stochastic(model, nd.noise.johnson_nyquist("T_X1"))
    nd.noise.stochastic(model, nd.noise.temperature_fluctuation("T_X1", "C_th_X1", "T_amb"))
    plan = nd.identifiability(
        model, nd.protocols.iv_sweep(1e-6, 1e-3, points=20), parameters=["R_0_X1"]
    )
    known = nd.identifiability(
        nd.devices.nbox_neuron(), nd.protocols.iv_sweep(1e-6, 1e-3, points=20), parameters=["R_0"]
    )
    assert plan["R_0_X1"] == pytest.approx(known["R_0"], rel=1e-6)
    assert "T_X1" in str(nd.export.xpp(model, span=(0.0, 1e-3), continue_in="I1"))
    assert pickle.loads(pickle.dumps(model)).digest == model.digest
