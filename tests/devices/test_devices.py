"""What every device of the library must satisfy."""

import jax
import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.errors import InputError
from tests.conftest import DEVICES, DRIVEN


def test_every_public_device_is_in_the_conformance_test():
    assert set(nd.devices.__all__) == set(DEVICES)


def test_every_equation_has_its_unit(device):
    device.check_dimensions()


def test_every_quantity_is_described(device):
    for quantity in (*device.states, *device.parameters, *device.inputs):
        assert quantity.meaning or device.name == "Stuart-Landau"
        assert quantity.scale > 0
    assert device.reference


def test_equations_print_as_text_and_as_latex(device):
    assert all(f"d{name}/dt = " in repr(device) for name in device.state_names)
    assert device.latex().count(r"\frac{d ") >= len(device.states)


def test_right_hand_side_is_finite_at_the_start_and_everywhere_it_goes(device, typical_states):
    rhs = nd.compiled(device, "numpy").rhs
    assert np.isfinite(rhs(device.x0, device.p)).all()
    assert np.isfinite(rhs(typical_states(device), device.p)).all()


@pytest.mark.parametrize("what", ["rhs", "jacobian"])
def test_numba_jax_and_numpy_agree_to_rounding(device, typical_states, what):
    states = typical_states(device)
    functions = {
        target: getattr(nd.compiled(device, target), what) for target in ("numba", "jax", "numpy")
    }
    together = functions["numpy"](states, device.p)
    for i, x in enumerate(states.T):
        numba = functions["numba"](x, device.p)
        jaxed = np.asarray(functions["jax"](x, device.p))
        assert jaxed.dtype == np.float64
        # terms of opposite sign cancel near rest: compare to the size of the terms, not their sum
        size = np.abs(functions["numba"](x * (1 + 1e-3), device.p)) + np.abs(numba)
        np.testing.assert_allclose(jaxed, numba, rtol=1e-12, atol=1e-12 * size.max())
        np.testing.assert_allclose(together[..., i], numba, rtol=1e-12, atol=1e-12 * size.max())


def test_jacobian_agrees_with_finite_differences_and_with_autodiff(device, typical_states):
    compiled, jaxed = nd.compiled(device), nd.compiled(device, "jax")
    n = len(device.states)
    for x in typical_states(device, 10).T:
        jacobian = compiled.jacobian(x, device.p)
        size = np.abs(jacobian).max(axis=1, keepdims=True) + 1e-300
        autodiff = np.asarray(jax.jacfwd(jaxed.rhs)(x, device.p))
        assert np.abs(jacobian - autodiff).max() <= 1e-10 * np.abs(jacobian).max()
        for j in range(n):
            h = 1e-6 * (np.abs(x[j]) + 1e-3 * device.scales[j])
            step = h * np.eye(n)[j]
            by_difference = (
                compiled.rhs(x + step, device.p) - compiled.rhs(x - step, device.p)
            ) / (2 * h)
            scaled = np.abs(jacobian[:, j] - by_difference) * device.scales[j]
            assert (scaled <= 1e-5 * (size[:, 0] * device.scales).max()).all()


def test_derivatives_up_to_the_third_are_finite_at_the_start(device):
    """sqrt|V| has none at V = 0, where every simulation begins."""
    rhs = nd.compiled(device, "jax").rhs
    function = lambda x: rhs(x, device.p)  # noqa: E731
    for _ in range(3):
        function = jax.jacfwd(function)
        assert np.isfinite(np.asarray(function(device.x0))).all()


def test_closed_form_equilibria_are_at_rest(device):
    """The closed form uses sqrt(V), the equations a smooth form: equal to 1e-9 above 1 mV."""
    if device.equilibria is None:
        pytest.skip("no closed form")
    name = device.equilibria.input_name
    compiled = nd.compiled(device, "numpy")
    curve = nd.stability(device, (1e-6, 3e-3) if name == "I_s" else (1e-2, 10.0))
    for x, value in zip(curve.states.T, curve.values, strict=True):
        p = device.with_parameters(**{name: float(value)}).p
        # each equation is a difference of two terms; its residual is small against its own slope
        slope = np.abs(compiled.jacobian(x, p)) @ np.abs(x)
        assert (np.abs(compiled.rhs(x, p)) <= 2e-9 * slope).all()


def test_spikes_when_driven(device):
    traj = nd.solve(device, 10 * device.time_scale)
    assert len(nd.spikes(traj)) >= 3


def test_unknown_parameter_names_the_nearest():
    for name, make in DEVICES.items():
        known = next(iter(DRIVEN[name]))
        with pytest.raises(InputError, match=f"did you mean '{known}'"):
            make(**{known + "x": 1.0})


def test_symbols_are_real_and_shared(device):
    for expression in device.rhs:
        assert all(isinstance(s, sympy.Symbol) and s.is_real for s in expression.free_symbols)
