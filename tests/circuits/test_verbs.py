"""A netlist is a model like any other: verbs give what they give for the library's neuron."""

import numpy as np
import pytest

import neurodyn as nd

NEURON = nd.Circuit.from_netlist("""* from a netlist
I1 0 b input
C1 b 0 200p
X1 b 0 nbox
""")
DEVICE = ("R_0", "E_a", "eps_r", "d", "R_th", "C_th", "T_amb")
LIBRARY = nd.devices.nbox_neuron(I_s=100e-6)


def netlist(**values):
    return NEURON.model(shared=DEVICE).with_parameters(I1=100e-6, **values)


def test_an_iv_curve_is_fitted_to_the_same_digits():
    data = nd.read_iv(nd.default_iv())
    own, library = (
        nd.fit_iv(data, T_amb=298.0, model=model, starts=2)
        for model in (NEURON.model(shared=DEVICE), nd.devices.nbox_neuron())
    )
    for p in library.parameters:
        assert own[p.name].value == pytest.approx(p.value, rel=1e-7)
        assert own[p.name].standard_error == pytest.approx(p.standard_error, rel=1e-5)


def test_an_ambient_temperature_under_another_name_is_not_passed_over():
    with pytest.raises(nd.InputError, match=r"T_amb_X1.*shared=\['T_amb'\]"):
        nd.fit_iv(nd.read_iv(nd.default_iv()), T_amb=350.0, model=NEURON.model())


@pytest.mark.slow
def test_a_trace_is_fitted_to_the_same_digits():
    run = nd.solve(LIBRARY, 40e-6)
    t = np.arange(0, 40e-6, 2e-9)
    y = run.at(t, "V") + 2e-3 * np.random.default_rng(0).standard_normal(len(t))
    library = nd.fit_trace((t, y), LIBRARY.with_parameters(C_th=1.5e-15, C_ext=150e-12))
    own = nd.fit_trace(
        nd.spike_trace((t, y), channel="V_b"),
        netlist(C_th=1.5e-15, C1=150e-12),
        parameters=("C_th", "C1"),
    )
    assert own.accepted
    for name, its in (("C_th", "C_th"), ("C1", "C_ext")):
        assert own[name].value == pytest.approx(library[its].value, rel=1e-6)
        assert own[name].standard_error == pytest.approx(library[its].standard_error, rel=1e-3)
        assert abs(own[name].value - LIBRARY[its]) < 3 * own[name].standard_error


def test_noise_of_a_netlist_is_that_of_the_library():
    """The same seed gives the same kicks, and equations in another order other roundings alone."""
    runs = [
        nd.solve_sde(model, 5e-6, noise=nd.noise.johnson_nyquist(T), n=8, seed=3, dt=2e-10)
        for model, T in ((netlist(), "T_X1"), (LIBRARY, "T"))
    ]
    one, other = ([train.tolist() for train in run.spike_times] for run in runs)
    assert sum(map(len, one)) > 16
    assert one == [pytest.approx(train, rel=1e-6) for train in other]


def test_rates_of_a_netlist_are_those_of_the_library():
    currents = np.array([50e-6, 200e-6, 600e-6])
    own = nd.fi_curve(NEURON.model(), "I1", currents, duration=20e-6)
    library = nd.fi_curve(nd.devices.nbox_neuron(), "I_s", currents, duration=20e-6)
    np.testing.assert_allclose(own.rate, library.rate, rtol=1e-6)
    assert (own.rate > 1e5).all()
