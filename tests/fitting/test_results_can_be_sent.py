"""Results survive pickle after every property was used: joblib, multiprocessing, dask, %store."""

import pickle

import numpy as np
import pytest

import neurodyn as nd


def used(result):
    """Touch every property of a result, and of what it holds."""
    for name in dir(type(result)):
        if isinstance(getattr(type(result), name), property) or name in vars(type(result)):
            getattr(result, name)
    return result


def iv_fit(model):
    driven = getattr(nd.devices, model)()
    curve = nd.iv_curve(driven, current=(1e-6, 5e-4), n=40)
    return nd.fit_iv((curve.V, curve.I), (298.0, 1.0), model=model, noise=0.01, starts=1)


@pytest.mark.parametrize("model", ["nbox_neuron", "mott_vo2", "core_shell"])
def test_iv_fit_is_the_same_on_the_other_side(model):
    fit = used(iv_fit(model))
    fit.problem.evaluate(fit.minimum.theta)
    used(fit.problem), used(fit.problem.curve)
    fit.report(), fit.to_markdown(), fit.sample(2)
    again = pickle.loads(pickle.dumps(fit))
    assert again.to_dict() == fit.to_dict()
    assert again.report() == fit.report()
    theta = 1.01 * fit.minimum.theta
    np.testing.assert_array_equal(again.problem.residuals(theta), fit.problem.residuals(theta))
    assert [m.p.tolist() for m in again.sample(3)] == [m.p.tolist() for m in fit.sample(3)]
    names = [fit.parameters[0].name]
    assert nd.profile(again, names).to_dict() == nd.profile(fit, names).to_dict()


def test_what_follows_from_a_fit_can_be_sent():
    fit = iv_fit("nbox_neuron")
    for result in (nd.profile(fit), nd.derived(fit, draws=2), nd.compare_fits([fit, fit])):
        assert repr(pickle.loads(pickle.dumps(used(result)))) == repr(result)


@pytest.mark.parametrize(("method", "duration"), [("features", 6e-6), ("waveform", 1e-6)])
def test_trace_fit_is_the_same_on_the_other_side(method, duration):
    neuron = nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, C_ext=20e-12)
    t = np.arange(0.0, duration, 0.7e-9)
    y = nd.solve(neuron, duration).at(t, "V") + 2e-3 * np.sin(np.arange(len(t)) ** 2)
    trace = nd.spike_trace((t, y), onset=0.0)
    fit = used(nd.fit_trace(trace, neuron, parameters=["C_th"], method=method, starts=1))
    fit.report(), fit.overlay(), fit.sample(2), used(fit.problem)
    again = pickle.loads(pickle.dumps(fit))
    assert again.to_dict() == fit.to_dict()
    np.testing.assert_array_equal(again.overlay()[2], fit.overlay()[2])
    np.testing.assert_array_equal(
        again.problem.residuals(fit.minimum.theta), fit.problem.residuals(fit.minimum.theta)
    )


def test_curves_and_plans_can_be_sent():
    device = nd.devices.nbox_neuron()
    curve, along = nd.iv_curve(device), nd.stability(device)
    plan = nd.identifiability(device, nd.protocols.iv_sweep(1e-7, 3e-3))
    for result in (curve, along, plan):
        assert repr(pickle.loads(pickle.dumps(used(result)))) == repr(result)
