"""Exported files in the programs that they are for; docs/exports.md has the numbers found here.

Every one of these programs is optional: without it its tests are skipped, and the sentence says
what would bring it. None is imported by the package.
"""

from __future__ import annotations

import json
import textwrap

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.export.exported import identifier
from tests.conftest import DEVICES, DRIVEN
from tests.export.simulators import (
    BRIAN2_SPIKES,
    ROADRUNNER_RISES,
    openvaf,
    our_rises,
    rises,
    run_ngspice,
    run_python,
    run_vacask,
)

pytestmark = pytest.mark.slow  # seconds each; `make compare` runs them

PERIOD = 336.644e-9  # s: NbOx, two states, 335 uA, 298 K, by continuation and by AUTO


@pytest.fixture(scope="module")
def nbox():
    return nd.devices.nbox_neuron(T_amb=298.0, I_s=335e-6)


# ---------------------------------------------------------------------- ngspice


def spice_run(model, folder, **options):
    """Return the table of a run in ngspice and of its loop (current, voltage)."""
    run_ngspice(nd.export.ngspice(model, **options).text, folder)
    run = np.loadtxt(folder / f"{identifier(model)}_run.txt")
    path = folder / f"{identifier(model)}_iv.txt"
    if not path.exists():
        return run, None
    t, V = np.loadtxt(path).T
    half = t[-1] / 2
    return run, (np.minimum(t, t[-1] - t) / half * 1e-3, V, t < half)


def test_ngspice_gives_the_period_of_the_neuron(nbox, tmp_path):
    """From a cold start, without options, to 1e-4; trapezoidal steps, which are its default."""
    run, _ = spice_run(nbox, tmp_path, step=0.5e-9)
    spikes = rises(run[:, 0], run[:, 2] + 298.0 - 600.0)
    assert np.diff(spikes)[5:].mean() == pytest.approx(PERIOD, rel=1e-4)


@pytest.mark.parametrize("current", [180e-6, 335e-6])
def test_ngspice_gives_the_spike_times_of_the_full_circuit(current, tmp_path):
    model = nd.devices.nbox_circuit(I_s=current)
    run, _ = spice_run(model, tmp_path)
    spikes = rises(run[:, 0], run[:, 4] + model["T_amb"] - 600.0)
    ours = our_rises(model, 20 * model.time_scale, "T", 600.0)
    assert len(spikes) == len(ours) > 9
    assert np.max(np.abs(spikes / ours - 1)) < 1e-4


def test_ngspice_follows_a_ramp_of_the_source(tmp_path):
    """The ramp of thesis fig. 2.9: 0 to 680 uA in 100 us, and back in 100 ns."""
    ramp = nd.ramp(680e-6, duration=100e-6, fall=100e-9)
    model = nd.devices.nbox_circuit()
    run, _ = spice_run(model, tmp_path, inputs={"I_s": ramp}, t_end=101e-6, step=1e-9)
    spikes = rises(run[:, 0], run[:, 4] + model["T_amb"] - 600.0)
    ours = our_rises(model, 101e-6, "T", 600.0, I_s=ramp)
    assert len(ours) > 100
    assert len(spikes) == len(ours)
    assert np.max(np.abs(spikes / ours - 1)) < 2e-4


@pytest.mark.parametrize("which", ["nbox_neuron", "core_shell", "mott_nbo2"])
def test_ngspice_gives_the_quasi_static_loop(which, tmp_path):
    """Up and down lie on the closed form, from a hundredth of the largest current."""
    model = DEVICES[which](**DRIVEN[which])
    _, (I, V, rising) = spice_run(model, tmp_path)
    curve = nd.iv_curve(model, current=(1e-6, 1e-3), n=4000)
    order = np.argsort(curve.I)
    expected = np.interp(I, curve.I[order], curve.V[order])
    high = I > 1e-5
    assert np.max(np.abs(V[high] / expected[high] - 1)) < 1e-3
    assert min(np.sum(high & rising), np.sum(high & ~rising)) > 100


def test_ngspice_gives_the_period_of_a_mott_device(tmp_path):
    """Its core grows within a few ns: steps of a five-thousandth of a cycle."""
    model = DEVICES["mott_nbo2"](**DRIVEN["mott_nbo2"])
    step, level = model.time_scale / 5000, 0.8
    run, _ = spice_run(model, tmp_path, step=step, t_end=10 * model.time_scale)
    spikes = rises(run[:, 0], run[:, 2] - level)
    ours = our_rises(model, 10 * model.time_scale, "z", level)
    assert len(spikes) == len(ours) > 5
    assert np.diff(spikes)[-3:].mean() == pytest.approx(np.diff(ours)[-3:].mean(), rel=2e-4)


@pytest.mark.parametrize("which", ["hodgkin_huxley", "morris_lecar", "fitzhugh_nagumo"])
def test_ngspice_gives_the_period_of_whole_neurons(which, tmp_path):
    model = DEVICES[which](**DRIVEN[which])
    run, _ = spice_run(model, tmp_path)
    second = 1e-3 if model.time_unit == "ms" else 1.0
    spikes = rises(run[:, 0], run[:, 1] + model.x0[0])
    ours = our_rises(model, 20 * model.time_scale, model.state_names[0], 0.0) * second
    assert np.diff(spikes)[-1] == pytest.approx(np.diff(ours)[-1], rel=3e-4)


# ---------------------------------------------------------------------- SBML


@pytest.mark.parametrize("which", ["nbox_neuron", "nbox_circuit", "poole_frenkel_3d"])
def test_roadrunner_gives_the_period_from_sbml(which, tmp_path):
    """To 1e-6: the most exact of the outside simulators."""
    model = DEVICES[which](**DRIVEN[which])
    file = nd.export.sbml(model)
    file.write(tmp_path / "model.xml")
    end = 30 * model.time_scale
    said = run_python("roadrunner", ROADRUNNER_RISES, tmp_path, "model.xml", file.names["T"], "600",
                      repr(end))  # fmt: skip
    ours = nd.solve(model, end, method=nd.Adaptive(1e-10)).spike_times
    assert np.diff(json.loads(said))[-1] == pytest.approx(np.diff(ours)[-1], rel=1e-6)


def test_roadrunner_switches_and_resets_where_we_do(tmp_path):
    """Hysteresis, and a reset at spikes, as SBML events."""
    for which, state, level in (("comparator", "R", 1e4), ("izhikevich", "v", 0.0)):
        model = DEVICES[which](**DRIVEN[which])
        file = nd.export.sbml(model)
        file.write(tmp_path / "model.xml")
        end = 20 * model.time_scale
        said = run_python("roadrunner", ROADRUNNER_RISES, tmp_path, "model.xml", file.names[state],
                          str(level), repr(end))  # fmt: skip
        ours = our_rises(model, end, state, level)
        assert np.diff(json.loads(said))[-1] == pytest.approx(np.diff(ours)[-1], rel=1e-5), which


# ---------------------------------------------------------------------- Brian2


@pytest.mark.parametrize(
    "which", ["nbox_neuron", "nbox_voltage_driven", "hodgkin_huxley", "izhikevich"]
)
def test_brian2_gives_the_rate(which, tmp_path):
    """Spikes lie on the steps of time: an interval is right to two of them, a run to 2e-4.

    A neuron that is reset at such a spike is late each time, so only its intervals are compared.
    """
    model = DEVICES[which](**DRIVEN[which])
    nd.export.brian2(model).write(tmp_path / "neuron.py")
    said = run_python("brian2", BRIAN2_SPIKES, tmp_path, "neuron.py").split("TIMES ")[1]
    times = np.array(json.loads(said))
    second = 1e-3 if model.time_unit == "ms" else 1.0
    ours = nd.solve(model, 20 * model.time_scale, method=nd.Adaptive(1e-9)).spike_times * second
    assert len(times) == len(ours)
    step = 2e-3 * model.time_scale * second
    assert np.max(np.abs(np.diff(times) - np.diff(ours))) < 2 * step
    if model.jump is None:
        assert np.max(np.abs(times - ours)) < 2 * step + 2e-4 * ours[-1]


def test_brian2_gives_the_f_i_curve(tmp_path):
    """Mean rates at three currents, to a step of time over the run."""
    for current in (80e-6, 200e-6, 600e-6):
        model = nd.devices.nbox_neuron(I_s=current)
        nd.export.brian2(model, t_end=10e-6).write(tmp_path / "neuron.py")
        said = run_python("brian2", BRIAN2_SPIKES, tmp_path, "neuron.py").split("TIMES ")[1]
        times = np.array(json.loads(said))
        ours = nd.solve(model, 10e-6, method=nd.Adaptive(1e-9)).spike_times
        assert len(times) == len(ours) > 4
        step = 2e-3 * model.time_scale
        mean = np.diff(times)[1:].mean(), np.diff(ours)[1:].mean()
        assert mean[0] == pytest.approx(mean[1], rel=3e-4, abs=step / (len(ours) - 2))


BRIAN2_VARIANCE = """
import brian2, numpy as np
brian2.prefs.codegen.target = "numpy"
brian2.seed(1)
space = {}
exec(compile(open("neuron.py").read(), "neuron.py", "exec"), space)
print("VARIANCE", np.var(np.asarray(getattr(space["neuron"], "STATE"))))
"""


@pytest.mark.parametrize("units", [False, True], ids=["bare_numbers", "units"])
def test_brian2_gives_the_variance_of_white_and_of_filtered_noise(units, tmp_path):
    """Closed forms: sigma^2 tau / 2 of an Ornstein-Uhlenbeck process, and the sd asked for.

    Euler's steps of h make the variance larger by 1 / (1 - h / (2 tau)); 4 standard errors.
    """
    n, h = 20_000, 0.02  # of the correlation time
    if units:
        tau, expected = 1e-6, (3e-6) ** 2
        noise = nd.noise.ornstein_uhlenbeck_current(sd=3e-6, correlation_time=tau)
        noisy = nd.noise.stochastic(nd.devices.nbox_neuron(), noise)
        (state,) = set(noisy.model.state_names) - set(noisy.base.state_names)
    else:
        tau, sigma, state = 2.0, 0.3, "x"
        base = nd.Model.from_equations(["x"], {"tau": tau}, ["-x/tau"])
        noisy, expected = nd.noise.stochastic(base, nd.noise.white("x", sigma)), sigma**2 * tau / 2
    file = nd.export.brian2(noisy, n=n, t_end=10 * tau, step=h * tau)
    assert ("no units" in file.text) is not units
    file.write(tmp_path / "neuron.py")
    script = BRIAN2_VARIANCE.replace("STATE", file.names[state])
    found = float(run_python("brian2", script, tmp_path).split("VARIANCE ")[1])
    assert found == pytest.approx(expected / (1 - h / 2), rel=4 * np.sqrt(2 / n))


# ---------------------------------------------------------------------- Verilog-A


def test_openvaf_compiles_and_vacask_gives_the_period(nbox, tmp_path):
    """To 1e-4 with trapezoidal steps of 0.5 ns, by two programs that know nothing of neurodyn."""
    openvaf(nd.export.verilog_a(nbox).text, tmp_path, "nbox")
    table = run_vacask(
        textwrap.dedent("""\
        neuron
        ground 0
        load "nbox.osdi"
        load "capacitor.osdi"
        model isource isource
        model capacitor capacitor
        model device nbox_neuron_device
        I1 (0 a) isource dc=335u
        C1 (a 0) capacitor c=200p
        X1 (a 0 th) device
        control
          options tran_method="trap"
          analysis run tran step=0.5n maxstep=0.5n stop=7u icmode="uic"
        endc
        """),
        tmp_path,
    )
    spikes = rises(table["time"], table["th"] + 298.0 - 600.0)
    assert np.diff(spikes)[5:].mean() == pytest.approx(PERIOD, rel=1e-4)


@pytest.mark.parametrize("which", ["mott_nbo2", "poole_frenkel_3d", "core_shell", "hodgkin_huxley"])
def test_openvaf_compiles_every_kind_of_model(which, tmp_path):
    done = openvaf(nd.export.verilog_a(DEVICES[which]()).text, tmp_path, "model")
    assert "warning" not in done.stderr.lower()
