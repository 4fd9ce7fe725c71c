"""The NbOx neuron against an independent program: AUTO inside XPPAUT, through ``xpplab``.

xpplab is GPL: it is installed for these tests only (``pip install xpplab``) and never imported by
the package. Without it the tests are skipped.
"""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.continuation import continue_cycles, continue_equilibria
from neurodyn.export import xpp
from tests.conftest import DEVICES, DRIVEN

xpplab = pytest.importorskip("xpplab", reason="xpplab (XPPAUT and AUTO) is not installed")

SPAN = (1e-6, 1.2e-3)  # A
TIGHT = {"epsl": 1e-8, "epsu": 1e-8, "epss": 1e-8}


@pytest.fixture(scope="module")
def neuron():
    return nd.devices.nbox_neuron(T_amb=298.0, C_ext=200e-12)


@pytest.fixture(scope="module")
def ours(neuron):
    branch = continue_equilibria(neuron, "I_s", SPAN)
    return branch, continue_cycles(neuron, branch.hopf[0])


@pytest.fixture(scope="module")
def file(neuron, tmp_path_factory):
    path = tmp_path_factory.mktemp("auto") / "nbox.ode"
    exported = xpp(neuron, path, continue_in="I_s", span=SPAN, inline=True)
    return path, exported


@pytest.fixture(scope="module")
def auto(file):
    """AUTO's Hopf points, and its cycles from the lower to the upper one.

    The settings matter: with others AUTO passes a Hopf point or the fold of cycles unseen, or ends
    in numbers that are not finite. It also marks branch points on the steep part of the branch
    (I_s = 43.4656 uA) that are not there.
    """
    model = xpplab.load(file[0])
    hopf = model.auto.equilibria("i_s", dsmax=0.05, **TIGHT).special("HB")
    cycles = model.auto.continue_from(
        hopf[0], "periodic", ntst=60, ncol=4, iad=1, nmax=100, ds=0.01, dsmin=1e-6, dsmax=0.5,
        epsl=1e-7, epsu=1e-7, epss=1e-7,
    )  # fmt: skip
    yield hopf, list(cycles)
    model.close()


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_xppaut_computes_the_same_rates(name, tmp_path, typical_states):
    device = DEVICES[name](**DRIVEN[name])
    if device.jump is not None:
        return  # refused: test_xpp.py
    exported = xpp(device, tmp_path / "device.ode")
    compiled = nd.compiled(device, "numpy")
    model = xpplab.load(tmp_path / "device.ode")
    unit = device.scales / device.time_scale
    for x in typical_states(device, 20).T:
        rates = model.rhs(list(x / device.scales))
        expected = np.array(compiled.rhs(x, device.p), float) / unit
        np.testing.assert_allclose(rates, expected, rtol=1e-12, atol=1e-12)
    assert [name.lower() for name in model.variables] == [
        exported.names[name] for name in device.state_names
    ]
    model.close()


def test_hopf_points(ours, auto, file):
    scale, time = file[1].scales["I_s"], file[1].time_scale
    for point, theirs in zip(ours[0].hopf, auto[0], strict=True):
        assert point.parameter == pytest.approx(theirs.value * scale, rel=1e-6)
        assert 2 * np.pi / point.omega == pytest.approx(theirs.period * time, rel=1e-6)
        for name in ("V", "T"):
            there = theirs.u0[file[1].names[name].upper()] * file[1].scales[name]
            assert point.state[name] == pytest.approx(there, rel=1e-6)


def test_fold_of_cycles(ours, auto, file):
    (fold,) = ours[1].folds
    theirs = next(point for point in auto[1] if point.type == "LP")
    assert fold.parameter == pytest.approx(theirs.value * file[1].scales["I_s"], rel=1e-8)
    assert fold.period == pytest.approx(theirs.period * file[1].time_scale, rel=1e-6)


def test_periods_and_extremes_along_the_branch(neuron, ours, auto, file):
    """At AUTO's own values of the current, on both sides of the fold."""
    scale, time = file[1].scales["I_s"], file[1].time_scale
    fold = next(i for i, point in enumerate(auto[1]) if point.type == "LP")
    chosen = [p for i, p in enumerate(auto[1]) if abs(i - fold) > 1 and i > 3 and p.value > 0.5][
        ::4
    ]
    assert len(chosen) >= 10
    turn = int(np.argmax(ours[1].parameter))
    for point in chosen:
        current = point.value * scale
        side = slice(0, turn) if point.index < auto[1][fold].index else slice(turn, None)
        near = np.argmin(abs(ours[1].parameter[side] - current))
        cycle = ours[1].cycles[side][near]
        at = neuron.with_parameters(I_s=current)
        narrow = (current * (1 - 1e-9), current * (1 + 1e-9))
        same = continue_cycles(at, (cycle.t, cycle.x), narrow, parameter="I_s").cycles[0]
        assert same.parameter == pytest.approx(current, rel=2e-9)
        assert same.period == pytest.approx(point.period * time, rel=1e-4)
        for i, name in enumerate(neuron.state_names):  # AUTO's extremes are those of mesh points
            short, size = file[1].names[name].upper(), file[1].scales[name]
            assert same.maximum[i] == pytest.approx(point.umax[short] * size, rel=5e-3)


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("kind", ["white", "filtered"])
def test_xppaut_gives_the_variance_of_white_and_of_filtered_noise(kind, scaled, tmp_path):
    """Closed forms: sigma^2 tau / 2 of an Ornstein-Uhlenbeck process, and the sd asked for.

    A mean over a time of 40 000 correlation times, to 4 standard errors (sqrt(2 tau / time));
    Euler's steps of h make the variance larger by 1 / (1 - h / (2 tau)).
    """
    length, h = 40_000, 0.05  # of the correlation time
    if kind == "filtered":
        tau, expected = 2e-8, (3e-6) ** 2  # steps below the 4 ns of the thermal relaxation
        noise = nd.noise.ornstein_uhlenbeck_current(sd=3e-6, correlation_time=tau)
        noisy = nd.noise.stochastic(nd.devices.nbox_neuron(), noise)
        (state,) = set(noisy.model.state_names) - set(noisy.base.state_names)
    else:
        tau, sigma, state = 2.0, 0.3, "x"
        base = nd.Model.from_equations(["x"], {"tau": tau}, ["-x/tau"])
        noisy, expected = nd.noise.stochastic(base, nd.noise.white("x", sigma)), sigma**2 * tau / 2
    file = xpp(noisy, tmp_path / "noisy.ode", scaled=scaled)
    model = xpplab.load(tmp_path / "noisy.ode")
    unit = tau / file.time_scale
    model.set(total=length * unit, dt=h * unit, njmp=20, seed=7)
    run = model.run()
    x = np.asarray(run[file.names[state].upper()]) * file.scales[state]
    model.close()
    assert len(x) > 0.9 * length
    assert np.mean(x**2) == pytest.approx(expected / (1 - h / 2), rel=4 * np.sqrt(2 / length))
