"""The zoo of threshold switches: numbers of the sources, found again in an independent way."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

import neurodyn as nd
from neurodyn.errors import InputError

CIRCUITS = ("current_driven", "voltage_driven", "full_circuit")
SMOOTH = ("core_shell", "mott_nbo2", "mott_vo2", "poole_frenkel_3d")
ZOO = (*SMOOTH, "comparator", "thermal_neuristor")
# its expressions are long, and take seconds to compile
SLOW_3D = (*SMOOTH[:-1], pytest.param("poole_frenkel_3d", marks=pytest.mark.slow))


def device(name, circuit="current_driven", **parameters):
    return getattr(nd.devices, name)(circuit, **parameters)


# ---- every element makes a neuron in every circuit


@pytest.mark.parametrize("circuit", CIRCUITS)
@pytest.mark.parametrize("name", ZOO)
def test_every_element_goes_into_every_circuit(name, circuit):
    model = device(name, circuit)
    model.check_dimensions()
    assert np.isfinite(nd.compiled(model, "numpy").rhs(model.x0, model.p)).all()


@pytest.mark.slow
@pytest.mark.parametrize("circuit", CIRCUITS)
@pytest.mark.parametrize("name", ZOO)
def test_every_element_runs_in_every_circuit(name, circuit):
    model = device(name, circuit)
    drive = {"V_s": 3.0} if circuit == "voltage_driven" else {"I_s": 1e-4}
    traj = nd.solve(model, 0.02 * model.time_scale, inputs=drive)
    assert np.isfinite(traj.x).all()
    assert (traj["P_device"] >= 0).all()


@pytest.mark.parametrize("name", ZOO)
def test_unknown_circuit(name):
    with pytest.raises(InputError, match="did you mean 'current_driven'"):
        device(name, "current_drive")


@pytest.mark.parametrize("name", SLOW_3D)
def test_continuation_finds_the_folds_of_the_curve(name):
    """Voltage-driven without a load, folds of equilibria are the extrema of V(I)."""
    curve = nd.iv_curve(device(name))
    model = device(name, "voltage_driven", R_load=1.0, V_s=0.1)
    branch = nd.continue_equilibria(model, "V_s", (0.05, 1.2 * curve.threshold.V))
    folds = [p for p in branch.special if p.kind == "fold"]
    expected = [curve.threshold.V + curve.threshold.I, curve.hold.V + curve.hold.I]
    np.testing.assert_allclose(
        sorted(p.parameter for p in folds), sorted(expected), rtol=1e-3
    )  # the load of 1 ohm moves them a little


@pytest.mark.parametrize("name", SLOW_3D)
def test_points_of_the_curve_are_at_rest(name):
    curve = nd.iv_curve(device(name), n=30)
    for V, I, x in zip(curve.V[::5], curve.I[::5], curve.T[::5], strict=True):
        points = nd.fixed_points(device(name), I_s=float(I))
        inner = curve.model.state_names[1]
        nearest = min(points, key=lambda p, x=x: abs(p.state[inner] - x))
        assert nearest.state["V"] == pytest.approx(V, rel=1e-6)


@pytest.mark.parametrize("name", SMOOTH)
def test_nullclines_cross_where_the_curve_is(name):
    curve = nd.iv_curve(device(name), n=4000)
    inner = curve.model.state_names[1]
    # dV/dt = 0 and d(inner)/dt = 0 meet at the equilibrium; the second is the curve itself
    window = {"V": (0.05, 1.3 * curve.threshold.V), inner: (curve.T[50], curve.T[-1])}
    still = nd.nullclines(device(name), window, n=400, I_s=curve.threshold.I)[1]
    V, x = np.concatenate(still.pieces, axis=1)
    inside = (x > curve.T[200]) & (x < curve.T[-200]) & (V > 0)
    expected = np.interp(x[inside], curve.T, curve.V)
    np.testing.assert_allclose(V[inside], expected, rtol=2e-3)


# ---- Mott core: the numbers of shared notes, from the published equations in u


def published_mott(p):
    """V and I at rest as functions of u, straight from the paper: V^2/R = G_th delta_T."""

    def curve(u):
        R = p["rho_ins"] * p["L_ch"] / (math.pi * p["r_ch"] ** 2)
        R /= 1 + (p["rho_ins"] / p["rho_met"] - 1) * u**2
        G = 2 * math.pi * p["L_ch"] * p["kappa"] / math.log(1 / u)
        return math.sqrt(G * p["delta_T"] * R), math.sqrt(G * p["delta_T"] / R)

    return curve


@pytest.mark.parametrize(
    ("name", "V_th", "I_th", "V_hold", "I_hold"),
    [
        ("mott_nbo2", 1.87, 33e-6, 1.284, 0.215e-3),
        ("mott_vo2", 1.007, 9.1e-6, 0.097, 0.97e-3),
    ],
)
def test_mott_static_numbers(name, V_th, I_th, V_hold, I_hold):
    model = device(name)
    curve = nd.iv_curve(model)
    for point, V, I in ((curve.threshold, V_th, I_th), (curve.hold, V_hold, I_hold)):
        assert math.isclose(point.V, V, rel_tol=1e-2)
        assert math.isclose(point.I, I, rel_tol=2e-2)  # given to two or three digits
    # the same extrema along u, by a search on the published expressions
    published = published_mott(model)
    peak = minimize_scalar(lambda u: -published(u)[0], bounds=(1e-9, 0.3), method="bounded",
                           options={"xatol": 1e-12})  # fmt: skip
    dip = minimize_scalar(lambda u: published(u)[0], bounds=(0.3, 0.95), method="bounded",
                          options={"xatol": 1e-12})  # fmt: skip
    assert math.isclose(curve.threshold.V, -peak.fun, rel_tol=1e-6)
    assert math.isclose(curve.hold.V, dip.fun, rel_tol=1e-6)


def test_mott_resistances():
    model = device("mott_vo2")
    outputs = nd.solve(model, 1e-12)
    assert outputs["R_device"][0] == pytest.approx(123e3, rel=1e-2)
    far = nd.solve(model, 1e-15, x0={"z": 1e3})  # u = 0.999
    assert far["R_device"][0] == pytest.approx(38, rel=4e-2)  # 36.8 at u = 1


@pytest.mark.parametrize("name", ["mott_nbo2", "mott_vo2"])
@pytest.mark.parametrize("u", [0.01, 0.3, 0.9])
def test_mott_flow_is_that_of_the_published_state(name, u):
    """du/dt of the paper, where the model follows z = 1 / ln(1/u)."""
    model, V = device(name), 0.7
    p = model
    z = 1 / math.log(1 / u)
    dz = nd.compiled(model, "numpy").rhs(np.array([V, z]), model.p)[1]
    R = p["rho_ins"] * p["L_ch"] / (math.pi * p["r_ch"] ** 2)
    R /= 1 + (p["rho_ins"] / p["rho_met"] - 1) * u**2
    G = 2 * math.pi * p["L_ch"] * p["kappa"] / math.log(1 / u)
    ln = math.log(u)
    dH = p["c_p"] * p["delta_T"] * (1 - u**2 + 2 * u**2 * ln) / (2 * u * ln**2)
    dH = math.pi * p["L_ch"] * p["r_ch"] ** 2 * (dH + 2 * p["delta_h"] * u)
    du = (V**2 / R - G * p["delta_T"]) / dH
    assert dz == pytest.approx(du * z**2 / u, rel=1e-5)


def test_enthalpy_of_the_mott_core_is_conserved():
    """What heats the core is stored in it or conducted away."""
    model = device("mott_nbo2", I_s=85e-6, C_ext=20e-12)
    traj = nd.solve(model, 2e-6, method=nd.Adaptive(1e-9))
    p = model

    def heat(u):
        """Integral of dH/du: at small u it vanishes like 1 / ln."""
        dH = lambda u: (  # noqa: E731
            p["c_p"]
            * p["delta_T"]
            * (1 - u**2 + 2 * u**2 * math.log(u))
            / (2 * u * math.log(u) ** 2)
            + 2 * p["delta_h"] * u
        )
        # substitute u = exp(-1/z), du = u / z^2 dz
        value, _ = quad(
            lambda z: dH(math.exp(-1 / z)) * math.exp(-1 / z) / z**2,
            1 / 600, 1 / math.log(1 / u), limit=200,
        )  # fmt: skip
        first = p["c_p"] * p["delta_T"] / 2 / 600  # the integrand is constant below z = 1/600
        return math.pi * p["L_ch"] * p["r_ch"] ** 2 * (value + first)

    t = np.linspace(0, traj.t[-1], 400_001)
    V, z = traj(t)
    R = traj.at(t, "R_device")
    conducted = 2 * math.pi * p["L_ch"] * p["kappa"] * p["delta_T"] * z
    heated = np.trapezoid(V**2 / R - conducted, t)
    gained = heat(math.exp(-1 / z[-1]))
    assert heated == pytest.approx(gained, rel=1e-4, abs=1e-4 * np.trapezoid(conducted, t))


# ---- thermal neuristor


def euler_neuristor(V_s, t_end, dt=1e-9):
    """The authors' scheme: explicit Euler, reversals seen when T has moved by 0.01 K."""
    m = nd.devices.thermal_neuristor()
    w, T_c, beta, R_0, E_a, gamma, R_m = (
        m[k] for k in ("w", "T_c", "beta", "R_0", "E_a", "gamma", "R_m")
    )
    delta, T_r, T_pr, last, reversed_ = 1.0, m["T_amb"], 0.0, m["T_amb"], 0.0
    V, T = 0.0, m["T_amb"]
    current = np.empty(round(t_end / dt))

    def argument(T):
        x = (T - T_r) / (T_pr + 1e-6)
        P = 0.5 * (1 - math.sin(gamma * x)) * (1 + math.tanh(math.pi**2 - 2 * math.pi * x))
        return beta * (delta * w / 2 + T_c - T - T_pr * P * reversed_)

    for i in range(len(current)):
        if abs(T - last) > 0.01:
            way = math.copysign(1.0, T - last)
            if way != delta:
                g = 0.5 + 0.5 * math.tanh(argument(T))
                delta, T_r, reversed_ = way, T, 1.0
                T_pr = delta * w / 2 + T_c - math.atanh(2 * g - 1) / beta - T
            last = T
        R = R_0 * math.exp(E_a / T) * (0.5 + 0.5 * math.tanh(argument(T))) + R_m
        current[i] = V / R
        V, T = (
            V + dt * ((V_s - V) / m["R_load"] - V / R) / m["C_ext"],
            T + dt * (V * V / R - m["S"] * (T - m["T_amb"])) / m["C_th"],
        )
    rises = np.flatnonzero((current[:-1] < 2e-3) & (current[1:] >= 2e-3)) * dt
    return rises, current


@pytest.mark.parametrize(("V_s", "period"), [(10.5, 4.10e-6), (12.0, 3.04e-6), (14.0, 2.41e-6)])
def test_period_of_the_neuristor(V_s, period):
    traj = nd.solve(nd.devices.thermal_neuristor(V_s=V_s), 30e-6)
    ours = np.diff(traj.spike_times)[-2:]
    assert ours == pytest.approx(period, rel=2e-3)
    rises, current = euler_neuristor(V_s, 30e-6)
    assert np.diff(rises)[-2:] == pytest.approx(ours, rel=2e-3)
    late = traj.t > 15e-6
    assert traj["I_device"][late].max() == pytest.approx(current[15_000:].max(), rel=5e-3)
    assert 4.4e-3 < traj["I_device"][late].max() < 4.75e-3


@pytest.mark.parametrize("V_s", [9.96, 16.0])
def test_rest_of_the_neuristor(V_s):
    traj = nd.solve(nd.devices.thermal_neuristor(V_s=V_s), 60e-6)
    assert len(traj.spike_times) <= 2  # at 16 V a transient
    assert abs(traj.at(60e-6, "T") - traj.at(55e-6, "T")) < 1e-3
    assert traj.resets.sum() < 20  # settling ends, it does not reverse for ever


def test_resistance_is_continuous_at_each_reversal():
    traj = nd.solve(nd.devices.thermal_neuristor(V_s=12.0), 20e-6)
    ends = np.flatnonzero(traj.resets)
    assert len(ends) > 8
    t = traj.t[ends + 1]
    just_before, just_after = traj.at(t - 1e-13, "R_device"), traj.at(t + 1e-13, "R_device")
    np.testing.assert_allclose(just_after, just_before, rtol=1e-4)
    delta = traj.at(t + 1e-13, "delta")
    assert (delta[:-1] * delta[1:] == -1).all()


def test_period_does_not_depend_on_the_rate_at_which_reversals_are_noticed():
    periods = []
    for rate in (1e2, 1e3, 1e4):
        neuron = nd.devices.thermal_neuristor(V_s=12.0, reversal_rate=rate)
        periods.append(np.diff(nd.solve(neuron, 20e-6).spike_times)[-1])
    assert np.ptp(periods) < 1e-6 * periods[0]


# ---- two-state comparator


def comparator_period(m):
    """Both halves of the cycle are exponentials where the resistance switches at once."""
    halves = []
    for R, start, end in (("R_ins", "V_off", "V_on"), ("R_met", "V_on", "V_off")):
        total = m[R] + m["R_load"]
        rest, time = m["V_s"] * m[R] / total, m["C_ext"] * m[R] * m["R_load"] / total
        halves.append(time * math.log((rest - m[start]) / (rest - m[end])))
    return sum(halves)


@pytest.mark.parametrize("R_load", [20e3, 47e3, 100e3])
def test_period_of_the_comparator_tends_to_the_closed_form(R_load):
    periods = {}
    for tau in (2e-9, 1e-9):
        model = nd.devices.comparator(V_s=14.0, R_load=R_load, tau=tau)
        exact = comparator_period(model)
        times = nd.solve(model, 6 * exact, method=nd.Adaptive(1e-9)).spike_times
        periods[tau] = float(np.diff(times)[-1])
    first, second = (periods[tau] / exact - 1 for tau in (2e-9, 1e-9))
    assert 0 < second < first < 0.02
    assert first / second == pytest.approx(2, rel=0.02)  # linear in tau
    assert 2 * periods[1e-9] - periods[2e-9] == pytest.approx(exact, rel=2e-4)


def test_comparator_rests_where_the_load_holds_it():
    metallic = nd.devices.comparator(V_s=14.0, R_load=10e3)  # 1.26 V when metallic: never released
    assert len(nd.solve(metallic, 50e-6).spike_times) == 1
    insulating = nd.devices.comparator(V_s=2.5, R_load=47e3)  # 1.70 V: never reached
    assert len(nd.solve(insulating, 200e-6).spike_times) == 0


# ---- what has a memory is refused in words


@pytest.mark.parametrize("name", ["comparator", "thermal_neuristor"])
def test_models_with_memory_are_refused_in_words(name):
    model = device(name, "voltage_driven")
    with pytest.raises(InputError, match=r"has a memory, which changes by jumps.*use nd\.solve"):
        nd.continue_equilibria(model, "V_s", (1.0, 10.0))
    for verb in (nd.iv_curve, nd.stability, nd.fixed_points):
        with pytest.raises(InputError, match=r"has a memory .*sweep it slowly by nd\.solve"):
            verb(model)
    with pytest.raises(InputError, match="switches, which AUTO cannot follow"):
        nd.export.xpp(model)
    with pytest.raises(InputError, match=r"switches, which nd\.Stiff does not do"):
        nd.solve(model, 1e-6, method=nd.Stiff())


def test_a_model_cannot_switch_and_reset():
    model = device("comparator")
    spike = replace(model.spike, reset={"V": 0})
    with pytest.raises(InputError, match="has a switch and a reset at spikes"):
        replace(model, spike=spike)


def test_a_start_beyond_the_switch_begins_switched():
    traj = nd.solve(nd.devices.comparator(V_s=14.0), 1e-9, x0={"V": 3.0})
    assert traj["m"][0] == 1.0


# ---- 3D Poole-Frenkel


def published_kumar(m, V, T):
    """Return the current of the published expression, by the integral that its brace stands for."""
    c = m.constant_values
    a = c["q"] * math.sqrt(c["q"] * V / (math.pi * c["eps_0"] * m["eps_r"] * m["d"]))
    a /= c["k_B"] * T
    mean = quad(lambda s: s * math.exp(a * s), 0, 1, epsabs=0, epsrel=1e-12)[0] + 0.5
    return V / m["R_0"] * math.exp(-m["E_a"] / (c["k_B"] * T)) * mean


@pytest.mark.parametrize("T", [296.0, 600.0, 2000.0])
@pytest.mark.parametrize("V", [1e-3, 0.05, 0.3, 1.0, 3.0])
def test_3d_poole_frenkel_current(V, T):
    model = device("poole_frenkel_3d")
    traj = nd.solve(model, 1e-18, x0={"V": V, "T": T})
    assert traj["I_device"][0] == pytest.approx(published_kumar(model, V, T), rel=1e-9)


def test_3d_poole_frenkel_is_ohmic_at_small_voltage():
    """The brace tends to 1: R -> R_0 exp(E_a / k T), with a correction a/3 that grows as sqrt V."""
    model = device("poole_frenkel_3d")
    k_B = model.constant_values["k_B"]
    ohmic = model["R_0"] * math.exp(model["E_a"] / (k_B * 296.0))
    excess = [
        ohmic / nd.solve(model, 1e-18, x0={"V": V})["R_device"][0] - 1 for V in (1e-6, 4e-6, 16e-6)
    ]
    assert excess[0] < 0.01
    assert excess[1] / excess[0] == pytest.approx(2, rel=0.01)
    assert excess[2] / excess[1] == pytest.approx(2, rel=0.01)


def test_3d_poole_frenkel_threshold_and_hold_by_an_independent_search():
    model = device("poole_frenkel_3d")
    curve = nd.iv_curve(model)

    def voltage(T):
        share = (1 + math.tanh((T - model["T_step"]) / model["T_width"])) / 2
        R_th = model["R_cold"] + (model["R_hot"] - model["R_cold"]) * share
        power = (T - model["T_amb"]) / R_th
        return brentq(lambda V: V * published_kumar(model, V, T) - power, 1e-6, 50, xtol=1e-14)

    low = minimize_scalar(lambda T: -voltage(T), bounds=(300, 500), method="bounded")
    high = minimize_scalar(voltage, bounds=(1500, 6000), method="bounded")
    assert math.isclose(curve.threshold.V, -low.fun, rel_tol=1e-6)
    assert math.isclose(curve.hold.V, high.fun, rel_tol=1e-6)


# ---- core-shell


def core_resistance():
    """The largest negative differential resistance of the core, from its curve alone."""
    curve = nd.iv_curve(nd.devices.nbox_neuron(), n=20_000)
    return -np.gradient(curve.V, curve.I).min()


@pytest.mark.parametrize("factor", [0.9, 0.99, 1.01, 2.0])
def test_shell_decides_between_a_continuous_s_and_snap_back(factor):
    model = device("core_shell", R_sh=factor * core_resistance())
    curve = nd.iv_curve(model, current=(1e-6, 3e-3), n=4000)
    falls = np.diff(curve.I) < 0
    assert falls.any() == (factor < 1)
    branch = nd.continue_equilibria(model, "I_s", (1e-6, 3e-3))
    folds = [p for p in branch.special if p.kind == "fold"]
    assert len(folds) == (2 if factor < 1 else 0)


def test_a_large_shell_leaves_the_core():
    core, both = nd.iv_curve(nd.devices.nbox_neuron()), nd.iv_curve(device("core_shell", R_sh=1e14))
    assert math.isclose(both.threshold.I, core.threshold.I, rel_tol=1e-8)
    assert math.isclose(both.threshold.V, core.threshold.V, rel_tol=1e-12)


def test_leads_add_their_drop_at_the_terminal():
    model = device("core_shell", R_s=100.0, I_s=1e-4)
    traj = nd.solve(model, 1e-6)
    np.testing.assert_allclose(traj["V_terminal"] - traj["V"], 1e-2, rtol=1e-9)
    loaded = device("core_shell", "voltage_driven", R_s=100.0, R_load=900.0, V_s=1.0)
    plain = device("core_shell", "voltage_driven", R_load=1000.0, V_s=1.0)
    np.testing.assert_array_equal(nd.solve(loaded, 1e-6).x, nd.solve(plain, 1e-6).x)
    full = device("core_shell", "full_circuit", R_s=100.0, R_out=25.0)
    other = device("core_shell", "full_circuit", R_out=125.0)
    point, same = (nd.fixed_points(m, I_s=1e-3)[0].state for m in (full, other))
    assert point == pytest.approx(same)
