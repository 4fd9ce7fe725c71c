"""Sweeps by diffrax, and derivatives of cycles, against other programs and closed forms."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError
from neurodyn.status import Status
from tests.conftest import DEVICES, DRIVEN

CURRENTS = np.array([2e-5, 1e-4, 3.35e-4, 6e-4, 9.4e-4, 1.05e-3])
ALL = ["spikes", "first_spike", "last_spike", "final", "rate", "period", "spike_times"]


def test_runs_are_those_of_the_lanes_and_end_alone(neuron):
    """Two programs of one method: counts equal, times and states to the tolerance."""
    call = {"measure": ALL, "method": nd.Adaptive(1e-10)}
    shares = []
    runs = nd.sweep(
        neuron,
        {"I_s": CURRENTS},
        5e-6,
        run=nd.Jax(),
        progress=lambda _, f: shares.append(f),
        **call,
    )
    lanes = nd.sweep(neuron, {"I_s": CURRENTS}, 5e-6, **call)
    np.testing.assert_array_equal(runs["spikes"], lanes["spikes"])
    assert runs["spikes"][0] == 0 < runs["spikes"][2]
    for name in ALL[1:]:
        np.testing.assert_allclose(runs[name], lanes[name], rtol=1e-7, err_msg=name)
    np.testing.assert_allclose(runs["spike_times"], lanes["spike_times"], rtol=1e-9)
    assert runs.ok.all()
    assert runs.provenance["run"] == "Jax"
    assert {"jax", "diffrax", "device"} <= set(runs.provenance["versions"])
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    # the same compiled loop with fewer steps allowed: who needs more ends, who does not goes on
    short = nd.sweep(
        neuron, {"I_s": CURRENTS}, 5e-6, run=nd.Jax(), measure=ALL,
        method=nd.Adaptive(1e-10, max_steps=1000),
    )  # fmt: skip
    silent = runs["rate"] == 0
    assert silent.tolist() == [True, False, False, False, False, True]
    np.testing.assert_array_equal(short.ok, silent)
    assert short.failures == {Status.MAX_STEPS: 4}
    np.testing.assert_array_equal(short["final"][silent], runs["final"][silent])
    assert np.isnan(short["rate"][~silent]).all()


def test_kinks_are_met_and_runs_fail_alone():
    """x' = k x^2 - c sqrt(x) + u from 1, in closed form: x = 1 / (1 - k t), which has no value from
    t = 1/k on; a root that leaves its domain at t = 2/c; x = 1 + integral of u, for a pulse of a
    thousandth of the run (where x is at rest any step is good enough) and for a ramp."""
    model = nd.Model.from_equations(
        {"x": 1.0}, {"k": 0.0, "c": 0.0}, ["k*x**2 - c*sqrt(x) + u"], inputs={"u": 0.0},
        spike="x - 1.5",
    )  # fmt: skip
    pulse, ramp, none = nd.pulse(1e3, start=0.5, width=1e-3), nd.ramp(2.0, 1.0), nd.constant(0.0)
    values = {
        "k": [0.0, 0.5, 2.0, -1.0, 0.0, 0.0, 0.0],
        "c": [0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0],
        "u": [none, none, none, none, none, pulse, ramp],
    }
    runs = nd.sweep(
        model, values, 1.0, measure=["spikes", "first_spike", "final"], zipped=True,
        method=nd.Adaptive(1e-9), run=nd.Jax(),
    )  # fmt: skip
    np.testing.assert_array_equal(runs.ok, [True, True, False, True, False, True, True])
    assert set(runs.failures) <= {Status.NOT_FINITE, Status.STEP_TOO_SMALL}
    assert runs["spikes"].tolist() == [0, 1, 1, 0, 0, 1, 1]
    np.testing.assert_allclose(runs["final"][runs.ok, 0], [1.0, 2.0, 0.5, 2.0, 2.0], rtol=1e-8)
    times = [2 / 3, 1 / 6, 0.5005, np.sqrt(0.5)]
    np.testing.assert_allclose(runs["first_spike"][[1, 2, 5, 6]], times, rtol=1e-7)


@pytest.mark.parametrize(
    ("what", "choice"),
    [
        ("noise", {"method": nd.FixedStep(noise=nd.noise.white("V", 1e-3))}),
        ("float32", {"method": nd.Adaptive(precision="float32")}),
        ("store=", {"store": "folder"}),
        ("measures that are functions", {"measure": lambda traj: float(traj.t[-1])}),
    ],
)
def test_what_jax_does_not_do_is_refused(neuron, what, choice):
    with pytest.raises(InputError, match=f"nd.Jax does not do {what}; expected run=nd.Threads"):
        nd.sweep(neuron, {"I_s": CURRENTS}, 1e-6, run=nd.Jax(), **choice)


def test_jumps_and_unknown_engines_are_refused():
    model = nd.devices.izhikevich()
    with pytest.raises(InputError, match="does not do models whose state jumps"):
        nd.sweep(model, {"I": [10.0]}, 10.0, run=nd.Jax())
    with pytest.raises(InputError, match=r"has no engine=; use run=nd.Jax\(\)"):
        nd.sweep(model, {"I": [10.0]}, 10.0, engine="jax")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DEVICES))
def test_every_device_runs_on_jax(name):
    model = DEVICES[name](**DRIVEN[name])
    if model.jump is not None:
        pytest.skip("its state jumps")
    call = {"measure": ["final"] + ["spikes"] * (model.spike is not None)}
    call["method"] = nd.Adaptive(1e-9)
    span = 5 * model.time_scale
    runs, lanes = (nd.sweep(model, {}, span, run=run, **call) for run in (nd.Jax(), nd.Threads()))
    assert runs.ok.all()
    assert (np.abs(runs["final"] - lanes["final"]) < 1e-4 * model.scales).all()
    if model.spike is not None:
        assert runs["spikes"] == lanes["spikes"]


LINE = {"x": 0.0}, {"k": 1.0}, ["k"]
GRAZING = {"x": 0.0, "s": 0.0}, {}, ["2 - 2*s", "1"]


@pytest.mark.parametrize(
    ("parts", "spike", "span", "told"),
    [
        (LINE, "x - 0.5", 1.0, ""),
        (LINE, "sin(300*x)", 1.0, "quarters of a step"),
        (LINE, "atan2(x, k) - 0.5", 1.0, "quarters of a step"),
        (GRAZING, "x - 0.999999", 2.0, "could not be bounded"),
        (GRAZING, "x - 1.2", 2.0, ""),
    ],
    ids=["linear", "sine", "atan2", "grazing", "out of reach"],
)
def test_spikes_that_jax_may_miss_are_told(parts, spike, span, told):
    """x = 1 - (t - 1)^2 is above 1 - 1e-6 for two thousandths, within a quarter of a step."""
    model = nd.Model.from_equations(*parts, spike=spike)
    start = {model.state_names[0]: [0.0]}
    runs = nd.sweep(model, start, span, measure="spikes", run=nd.Jax())
    assert [told in note for note in runs.notes] == ([True] if told else [])
