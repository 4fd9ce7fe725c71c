"""Laws of circuits with devices; those of linear ones are in test_linear.py."""

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
