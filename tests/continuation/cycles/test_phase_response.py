"""Phase response curves: closed form, direct simulation, and what must be refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.continuation import continue_cycles, continue_equilibria, phase_response


@pytest.fixture(scope="module")
def normal_form(textbook):
    """The Hopf normal form with shear: model and cycle at be = 0.5."""
    model, parameter, start = textbook("hopf_normal_form")
    hopf = continue_equilibria(model, parameter, (-0.5, 0.5), start).hopf[0]
    return model, continue_cycles(model, hopf).cycles[-1]


@pytest.fixture(scope="module")
def fitzhugh():
    """FitzHugh-Nagumo and its branch of cycles."""
    model = nd.devices.fitzhugh_nagumo()
    branch = continue_equilibria(model, "I", (0.0, 2.0))
    return model, continue_cycles(model, branch.hopf[0])


def stable_cycle_near(cycles, parameter):
    """The stable cycle of a branch whose parameter is nearest."""
    stable = [c for c, good in zip(cycles.cycles, cycles.stable, strict=True) if good]
    return min(stable, key=lambda c: abs(c.parameter - parameter))


def test_exact_response_of_the_normal_form(normal_form, problems):
    """Z = (-sin - q cos, cos - q sin) / R with q = th / sg; the sign of q is confirmed below."""
    model, cycle = normal_form
    (listed,) = [e for e in problems["hopf_normal_form"]["expected"] if e["type"] == "iprc"]
    assert listed["p"] == pytest.approx(cycle.parameter)
    response = phase_response(model, cycle, n=100)
    radius, q = np.sqrt(-cycle.parameter / model["sg"]), model["th"] / model["sg"]
    angle = np.arctan2(response.x[:, 1], response.x[:, 0])
    exact = np.stack([-np.sin(angle) - q * np.cos(angle), np.cos(angle) - q * np.sin(angle)], 1)
    assert np.max(np.abs(response.Z - exact / radius)) < 1e-8
    assert response.stable
    assert response.error < 1e-8


@pytest.mark.parametrize(
    ("equation", "start"),
    [("x - 0.5*s", lambda t: 0.4 * np.cos(t) + 0.8 * np.sin(t)), ("-s", lambda t: 0 * t)],
    ids=["follower", "at-rest"],
)
def test_a_state_that_feeds_nothing_back_has_no_response(equation, start):
    """Circle of radius sqrt(mu), so |Z| = 1 / sqrt(mu); a kick of what only follows shifts none."""
    square = "(x**2 + y**2)"
    rhs = [f"mu*x - y - x*{square}", f"x + mu*y - y*{square}", equation]
    model = nd.Model.from_equations(["x", "y", "s"], {"mu": 1.0}, rhs)
    t = np.linspace(0, 2 * np.pi, 101)
    samples = np.c_[np.cos(t), np.sin(t), start(t)]
    cycles = continue_cycles(model, (t, samples), (0.5, 1.5), parameter="mu").cycles
    for cycle in (cycles[0], cycles[-1]):
        z = phase_response(model, cycle).Z
        assert np.abs(z[:, 2]).max() < 1e-8
        assert np.hypot(z[:, 0], z[:, 1]) == pytest.approx(cycle.parameter**-0.5, abs=1e-8)


def test_sign_of_the_shear_by_finite_differences(normal_form):
    """Asymptotic phase measured by integrating a kicked state, independent of any formula."""
    model, cycle = normal_form
    at = model.with_parameters(be=cycle.parameter)
    response = phase_response(model, cycle, n=8)

    def final(x):
        run = nd.solve(
            at, 10 * cycle.period, x0=dict(zip("xy", x, strict=True)), method=nd.Adaptive(1e-11)
        )
        return complex(*run.x[-1])

    kick = 1e-4 * np.array([1.0, 0.0])
    measured = [np.angle(final(x + kick) / final(x - kick)) / 2e-4 for x in response.x]
    np.testing.assert_allclose(measured, response["x"], atol=1e-5)


def measured_response(model, response, phase, state, kick):
    """Shift of the spikes long after a kick of one state, as a phase per unit (central)."""
    k = int(np.argmin(np.abs(response.phase - phase)))
    i, T = response.names.index(state), response.period
    last = []
    for sign in (1.0, -1.0):
        x = response.x[k].copy()
        x[i] += sign * kick
        start = dict(zip(response.names, x, strict=True))
        run = nd.solve(model, 6 * T, x0=start, method=nd.Adaptive(1e-11))
        last.append(run.spike_times[run.spike_times < 5.5 * T][-1])
    delay = (last[0] - last[1] + T / 2) % T - T / 2
    return -delay * 2 * np.pi / T / (2 * kick), response[state][k]


def check_by_simulation(model, response, relative_kick):
    for i, state in enumerate(response.names):
        kick = relative_kick * np.ptp(response.x[:, i])
        pairs = [
            measured_response(model, response, phase, state, kick)
            for phase in 0.3 + 2 * np.pi * np.arange(6) / 6
        ]
        measured, computed = np.array(pairs).T
        assert np.max(np.abs(measured - computed)) < 1e-3 * np.max(np.abs(response[state]))


def test_fitzhugh_nagumo_by_simulation(fitzhugh):
    model, cycles = fitzhugh
    cycle = stable_cycle_near(cycles, 0.6)
    response = phase_response(model, cycle)
    check_by_simulation(model.with_parameters(I=cycle.parameter), response, 1e-4)


def test_nbox_by_simulation(nbox, nbox_diagram):
    cycle = stable_cycle_near(nbox_diagram.cycles[0], 0.5e-3)
    response = phase_response(nbox, cycle)
    assert response.units == ("rad/V", "rad/K")
    check_by_simulation(nbox.with_parameters(I_s=cycle.parameter), response, 1e-5)


@pytest.mark.parametrize("where", [0.35, 0.6, 0.9])
def test_normalisation_is_constant_along_the_cycle(fitzhugh, where):
    model, cycles = fitzhugh
    cycle = stable_cycle_near(cycles, where)
    response = phase_response(model, cycle, n=500)
    at = model.with_parameters(I=cycle.parameter)
    f = nd.compiled(at, "numpy").rhs(response.x.T, at.p)
    product = np.einsum("tn,nt->t", response.Z, f) * response.period / (2 * np.pi)
    np.testing.assert_allclose(product, 1.0, rtol=1e-8)


def test_nbox_normalisation(nbox, nbox_diagram):
    for where in (1e-4, 0.5e-3, 0.9e-3):
        cycle = stable_cycle_near(nbox_diagram.cycles[0], where)
        response = phase_response(nbox, cycle, n=500)
        at = nbox.with_parameters(I_s=cycle.parameter)
        f = nd.compiled(at, "numpy").rhs(response.x.T, at.p)
        product = np.einsum("tn,nt->t", response.Z, f) * response.period / (2 * np.pi)
        np.testing.assert_allclose(product, 1.0, rtol=1e-8)


def test_mesh_doubling_changes_nothing(fitzhugh):
    """Cycles found on 60 and on 120 intervals give the same response."""
    model, cycles = fitzhugh
    cycle = stable_cycle_near(cycles, 0.6)
    at = model.with_parameters(I=cycle.parameter)
    responses = []
    for intervals in (60, 120):
        narrow = (cycle.parameter, cycle.parameter + 0.02)
        found = continue_cycles(at, cycle, narrow, intervals=intervals).cycles
        first = min(found, key=lambda c: c.parameter)
        assert first.parameter == pytest.approx(cycle.parameter, abs=1e-12)
        responses.append(phase_response(at, first, n=64))
    coarse, fine = responses
    # the phase origin may differ: compare at equal places, with the rising crossing as origin
    shift = _crossing(coarse) - _crossing(fine)
    phase = np.linspace(0.0, 6.0, 50)
    size = np.max(np.abs(fine.Z), axis=0)
    assert np.max(np.abs(coarse.at(phase + shift) - fine.at(phase)) / size) < 1e-6


def _crossing(response):
    """Phase at which the response to v crosses zero upwards, by bisection."""
    z = response["v"]
    k = int(np.flatnonzero((z < 0) & (np.roll(z, -1) >= 0))[0])
    low, high = response.phase[k], response.phase[k] + 2 * np.pi / len(z)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if response.at(middle)[0, 0] < 0 else (low, middle)
    return low


def test_four_states(textbook):
    """Hodgkin-Huxley: the estimated error covers the departure of Z . f from a constant."""
    model, parameter, start = textbook("hodgkin_huxley")
    branch = continue_equilibria(model, parameter, (0.0, 200.0), start)
    cycles = continue_cycles(model, branch.hopf[-1])
    cycle = stable_cycle_near(cycles, 50.0)
    response = phase_response(model, cycle)
    assert response.Z.shape == (256, len(model.states))
    assert response.error < 1e-7


def test_unstable_cycle_has_a_response_too(fitzhugh):
    model, cycles = fitzhugh
    k = int(np.flatnonzero(~cycles.stable)[0])
    response = phase_response(model, cycles.cycles[k])
    assert not response.stable
    assert "unstable cycle" in repr(response)


def test_the_response_is_data(normal_form):
    model, cycle = normal_form
    response = phase_response(model, cycle, n=16)
    again = pickle.loads(pickle.dumps(response))
    np.testing.assert_array_equal(again.Z, response.Z)
    np.testing.assert_allclose(response.at(response.phase), response.Z, rtol=1e-12)
    data = response.to_xarray()
    assert data["x"].attrs["units"] == "rad"
    assert len(repr(response).splitlines()) < 25
    with pytest.raises(nd.InputError, match="did you mean"):
        response["X"]


def test_bad_input(normal_form, fitzhugh):
    model, cycle = normal_form
    with pytest.raises(nd.InputError, match="expected a Cycle"):
        phase_response(model, "cycle")  # type: ignore[arg-type]
    with pytest.raises(nd.InputError, match="expected 2 phases"):
        phase_response(model, cycle, n=1)
    with pytest.raises(nd.InputError, match="no parameter"):
        phase_response(nd.devices.nbox_neuron(), cycle)
    other, cycles = fitzhugh
    foreign = stable_cycle_near(cycles, 0.6)
    with pytest.raises(nd.NeurodynError, match=r"same parameters|other values of the parameters"):
        phase_response(other.with_parameters(eps=0.02), foreign)


def test_a_fold_of_cycles_has_no_phase(nbox, nbox_diagram):
    with pytest.raises(nd.NumericalError, match="not simple"):
        phase_response(nbox, nbox_diagram.cycle_folds[0].cycle)
