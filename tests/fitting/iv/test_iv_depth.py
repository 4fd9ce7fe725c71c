"""Beyond one clean sweep: several curves, priors, robust losses, limits, profiles, stores."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy import stats

import neurodyn as nd
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.equilibria.terminals import BARE, Terminals
from neurodyn.errors import IdentifiabilityError, InputError
from neurodyn.fitting.iv.distance import Group, OrthogonalProblem
from neurodyn.fitting.iv.inequalities import Inequality, residuals_and_slopes
from neurodyn.fitting.iv.parameter_names import static_null_directions, unknown_parameter
from neurodyn.fitting.least_squares import least_squares
from neurodyn.fitting.profile import constrained
from neurodyn.fitting.residual_tests import runs_p_value
from neurodyn.fitting.unknowns import Unknown

TRUTH = {"R_0": 190.0, "E_a": 0.215 * nd.eV, "eps_r_d": 45 * 31e-9, "R_th": 2040816.0}


def noisy(model, rng, span=(1e-6, 1e-3), n=60, sd=0.01):
    curve = nd.iv_curve(model, current=span, n=n)
    V, I = (x * np.exp(sd * rng.standard_normal(n)) for x in (curve.V, curve.I))
    return V, I


def nbox(seed=0, **kw):
    return noisy(nd.devices.nbox_neuron(), np.random.default_rng(seed), **kw)


# ---------------------------------------------------------------------- the curve itself


@pytest.mark.parametrize(
    ("name", "names", "parameters"),
    [
        ("nbox_neuron", ("R_0", "E_a", "eps_r", "R_th", "T_amb"), {}),
        ("mott_nbo2", ("kappa", "rho_ins", "rho_met", "delta_T"), {}),
        ("core_shell", ("R_0", "R_th", "R_sh", "R_s"), {"R_sh": 2e4, "R_s": 150.0}),
        pytest.param("poole_frenkel_3d", ("R_0", "E_a", "R_hot"), {}, marks=pytest.mark.slow),
    ],
)
def test_slopes_of_every_curve_agree_with_finite_differences(name, names, parameters):
    """Along the inner state, by each parameter, and by what lies at the terminals."""
    model = getattr(nd.devices, name)(**parameters)
    curve = StaticCurve(model, names)
    u = np.linspace(*np.log(np.array([0.05, 2.0]) * (curve.origin(model.p) or 1.0)), 9)
    lead, h = Terminals(series=30.0, leak=2e-6, current_offset=3e-7, voltage_offset=2e-3), 1e-6
    values = curve.values_and_slopes(u, model.p, lead)
    steps = (curve.values_and_slopes(u + d, model.p, lead)[:2] for d in (h, -h))
    np.testing.assert_allclose(values[2:], np.subtract(*steps) / (2 * h), rtol=2e-6, atol=1e-8)
    by, by_terminals = curve.by_parameters(u, model.p, lead)
    for found, (field, value) in zip(by_terminals, asdict(lead).items(), strict=True):
        moved = (replace(lead, **{field: value * (1 + d)}) for d in (1e-4, -1e-4))
        shifted = [curve.values_and_slopes(u, model.p, one)[:2] for one in moved]
        np.testing.assert_allclose(
            value * found, np.subtract(*shifted) / 2e-4, rtol=1e-5, atol=1e-10
        )
    origin = model.p[model.parameter_names.index("T_amb")] if "T_amb" in names else None
    for k, which in enumerate(names):
        both = []
        for sign in (1, -1):
            moved = model.with_parameters(**{which: model[which] * math.exp(sign * h)})
            # at one inner state z, not at one u
            at = u if which != "T_amb" else np.log(origin + np.exp(u) - moved["T_amb"])
            both.append(curve.values_and_slopes(at, moved.p, lead)[:2])
        np.testing.assert_allclose(by[k], np.subtract(*both) / (2 * h), rtol=1e-5, atol=1e-6)


def test_curve_is_the_one_that_iv_curve_draws():
    """Independent: the equilibria of the model, by their own code, lie on the fitted curve."""
    for name in ("nbox_neuron", "mott_vo2", "core_shell"):
        model = getattr(nd.devices, name)()
        drawn = nd.iv_curve(model, n=30)
        curve = StaticCurve(model, ())
        u = np.log(drawn.inner - curve.origin(model.p))[3:]
        V, I = np.exp(curve.values_and_slopes(u, model.p)[:2])
        np.testing.assert_allclose(V, drawn.V[3:], rtol=1e-9)
        np.testing.assert_allclose(I, drawn.I[3:], rtol=1e-9)


def test_hysteretic_curve_is_the_major_loop():
    """V^2/R = S (T - T_amb) with the published R(T), written out here once more."""
    p = nd.devices.thermal_neuristor(circuit="current_driven")
    curve = StaticCurve(p, ())
    u = np.log(np.linspace(1.0, 40.0, 50))
    T = p["T_amb"] + np.exp(u)
    for delta in (1.0, -1.0):
        g = 0.5 + 0.5 * np.tanh(p["beta"] * (delta * p["w"] / 2 + p["T_c"] - T))
        R = p["R_0"] * np.exp(p["E_a"] / T) * g + p["R_m"]
        V, I = np.exp(curve.values_and_slopes(u, np.append(p.p, delta))[:2])
        np.testing.assert_allclose(V / I, R, rtol=1e-9)
        np.testing.assert_allclose(V * I, p["S"] * (T - p["T_amb"]), rtol=1e-9)


def test_scaling_symmetry_is_exact():
    """(T_amb, E_a, R_th) s and eps_r / s^2 leave V(I) unchanged: 1e-13 at s = 1.07."""
    model, s = nd.devices.nbox_neuron(), 1.07
    scaled = model.with_parameters(
        T_amb=model["T_amb"] * s, E_a=model["E_a"] * s, R_th=model["R_th"] * s,
        eps_r=model["eps_r"] / s**2,
    )  # fmt: skip
    u = np.linspace(-3, 8, 200)
    one = StaticCurve(model, ()).values_and_slopes(u, model.p)
    two = StaticCurve(scaled, ()).values_and_slopes(u + math.log(s), scaled.p)
    np.testing.assert_allclose(two[:2], one[:2], atol=1e-12)


def test_null_directions_are_those_of_the_symmetries():
    found = static_null_directions(
        nd.devices.nbox_neuron(), ["R_0", "E_a", "R_th", "eps_r", "d", "T_amb"]
    )
    as_sets = [dict(sorted(direction.items())) for direction in found]
    assert {"d": -1.0, "eps_r": 1.0} in as_sets
    assert {"E_a": 1.0, "R_th": 1.0, "T_amb": 1.0, "eps_r": -2.0} in as_sets
    assert len(found) == 2


def test_refusal_carries_the_null_direction():
    with pytest.raises(IdentifiabilityError, match="several ambient temperatures") as caught:
        nd.fit_iv(nbox(), T_amb=298.0, parameters=["R_0", "T_amb"])
    [direction] = caught.value.null_directions
    assert direction == {"T_amb": 1.0, "E_a": 1.0, "eps_r": -2.0, "R_th": 1.0}
    with pytest.raises(IdentifiabilityError, match=r"\(kappa, delta_T\) along \(\+1, -1\)"):
        nd.fit_iv(nbox(), T_amb=298.0, model="mott_nbo2", parameters=["kappa", "delta_T"])


# ---------------------------------------------------------------------- several curves, priors


def test_common_offset_of_the_stage_is_found():
    rng = np.random.default_rng(1)
    read, true = [280.0, 300.0, 330.0, 360.0], 3.0
    device = nd.devices.nbox_neuron
    curves = [noisy(device(T_amb=T + true), rng, span=(1e-7, 3e-4), n=50) for T in read]
    fit = nd.fit_iv(curves, read, offset="common", noise=0.01, starts=2)
    offset = fit["T_offset"]
    assert abs(offset.value - true) < 3 * offset.standard_error
    assert offset.standard_error == pytest.approx(2.4, rel=0.2)  # Fisher, worked out elsewhere
    ignored = nd.fit_iv(curves, read, noise=0.01, starts=2)
    assert ignored.minimum.cost >= fit.minimum.cost
    assert fit.accepted


def test_independent_ambient_errors_are_unknowns_with_priors():
    """Four ambients, each read 1 K wrong at most: between held and one common unknown offset."""
    rng = np.random.default_rng(2)
    read = [280.0, 300.0, 330.0, 360.0]
    curves = [noisy(nd.devices.nbox_neuron(T_amb=T), rng, n=40) for T in read]
    held = nd.fit_iv(curves, read, noise=0.01, starts=2)
    loose = nd.fit_iv(curves, [(T, 1.0) for T in read], noise=0.01, starts=2)
    for name, true in TRUTH.items():
        assert held[name].standard_error < loose[name].standard_error
        assert abs(loose[name].value - true) < 3.5 * loose[name].standard_error
    # the stage may be off by as much as the priors say: E_a follows T_amb, see the symmetry
    assert 0.5 / 320 < loose["E_a"].standard_error / loose["E_a"].value < 1.0 / 280 * 3


def test_current_and_voltage_sweep_together():
    """A voltage sweep shows the branches, a current sweep what lies between."""
    V, I = nbox(3, n=120, span=(1e-6, 2e-3))
    branches = (I < 40e-6) | (I > 1.2e-3)
    both = nd.fit_iv([(V[branches], I[branches]), nbox(4)], 298.0, noise=0.01, starts=2)
    alone = nd.fit_iv((V[branches], I[branches]), 298.0, noise=0.01, starts=2)
    for name, true in TRUTH.items():
        assert abs(both[name].value - true) < 3.5 * both[name].standard_error
        assert both[name].standard_error < alone[name].standard_error
    assert len(both.measurements) == 2
    assert set(both.curve) == {0, 1}


def test_series_resistance_needs_a_prior_and_takes_one():
    V, I = nbox(5, n=150, span=(1e-7, 3e-3))
    lead = 100.0
    fit = nd.fit_iv(
        (V + lead * I, I),
        298.0,
        noise=0.01,
        instrument=nd.IVInstrument(R_series=(110.0, 20.0)),
        starts=2,
    )
    assert abs(fit["R_series"].value - lead) < 3 * fit["R_series"].standard_error
    assert fit["R_series"].standard_error < 20.0
    assert any("exchangeable" in warning for warning in fit.warnings)
    held = nd.fit_iv(
        (V + lead * I, I), 298.0, noise=0.01, instrument=nd.IVInstrument(R_series=lead), starts=2
    )
    assert held["R_0"].standard_error < 0.5 * fit["R_0"].standard_error
    with pytest.raises(InputError, match="nearly exchangeable with R_0"):
        nd.fit_iv((V, I), 298.0, instrument=nd.IVInstrument(R_series="free"))


def test_robust_loss_holds_against_outliers_and_shows_plain_chi_square():
    V, I = nbox(6, n=100)
    dirty = V.copy()
    dirty[60:66] *= 1.3  # thirty standard deviations, all to one side
    clean, *fits = (
        nd.fit_iv((x, I), 298.0, noise=0.01, misfit=nd.IVMisfit(loss=loss), starts=2)
        for x, loss in ((V, "linear"), (dirty, "linear"), (dirty, "soft_l1"), (dirty, "huber"))
    )
    plain, soft, huber = (
        np.linalg.norm([math.log(f[name].value / clean[name].value) for name in TRUTH])
        for f in fits
    )
    assert soft < 0.75 * plain
    assert huber < 0.75 * plain
    # the plain sum of squares is least for the plain fit, and stands beside the robust one
    assert fits[1].chi_square > fits[0].chi_square > 3 * fits[0].degrees_of_freedom
    assert "robust loss soft_l1" in fits[1].report()


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["soft_l1", "huber"])
def test_robust_standard_errors_are_those_of_repeated_data(loss):
    """Independent: scatter of 400 estimates of a mean of 50 normal values, one in ten threefold."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        x = rng.standard_normal(50) * np.where(rng.random(50) < 0.1, 3.0, 1.0)
        J = np.ones((50, 1))
        fit = least_squares(lambda b, x=x: b[0] - x, [0.0], lambda _: J, loss=loss)  # noqa: B023
        found.append((fit.theta[0], math.sqrt(fit.covariance()[0, 0])))
    values, errors = np.array(found).T
    # 400 draws give a standard deviation to 3.5 %
    assert errors.mean() == pytest.approx(values.std(), rel=0.12)


# ---------------------------------------------------------------------- limits and jumps


def test_slopes_of_inequalities_agree_with_finite_differences():
    model = nd.devices.nbox_neuron()
    names = ("R_0", "E_a", "R_th")
    rows = (
        Inequality("current", math.log(2e-3), math.log(0.70), -1, 1, 1, 0.01),
        Inequality("current", math.log(1e-5), math.log(0.70), 1, 2, 1, 0.01),
        Inequality("threshold", math.nan, math.log(0.91), 1, 3, 1, 0.01),
        Inequality("hold", math.nan, math.log(0.63), -1, 4, -1, 0.01),
    )
    unknowns = (
        *(unknown_parameter(name, model) for name in names),
        Unknown("R_series", (0.0, math.inf), logarithmic=False),
    )
    none = np.zeros(0)
    group = Group(none, none, none.astype(int), none, none, {}, None, rows)
    problem = OrthogonalProblem(model, unknowns, (group,))
    theta = np.array([*np.log([model[name] for name in names]), 3.0])
    residuals, exact = problem.evaluate(theta)
    assert (residuals > 0).all()
    for j in range(4):
        step = 1e-6 * np.eye(4)[j]
        difference = (problem.residuals(theta + step) - problem.residuals(theta - step)) / 2e-6
        np.testing.assert_allclose(exact[:, j], difference, rtol=1e-4, atol=1e-5)


def test_inequality_is_the_likelihood_of_a_censored_datum():
    """-2 ln Phi(z), with z from iv_curve instead of the code under test."""
    model, sd = nd.devices.nbox_neuron(), 0.02
    I = 2e-3
    curve = nd.iv_curve(model, current=(I, 2 * I), n=2)
    row = Inequality("current", math.log(I), math.log(0.68), -1, 1, 1, sd)
    residual = residuals_and_slopes((row,), StaticCurve(model, ("R_0",)), model.p, BARE)[0]
    z = math.log(0.68 / curve.V[0]) / sd
    assert residual[0] ** 2 == pytest.approx(-2 * stats.norm.logcdf(z), rel=1e-9)


def test_rows_at_compliance_say_something_without_being_points():
    """Below threshold R_0 hangs on nothing; a limit beyond it, reached at a known V, bounds it."""
    V, I = nbox(7, n=80, span=(1e-7, 40e-6))
    limit = 2e-3
    on = np.full(12, 0.72)  # the true device carries 2 mA at 0.69 V
    data = nd.iv_data(np.append(V, on), np.append(I, np.full(12, limit)), current_limit=limit)
    assert len(data.censored) == 12
    with_limit = nd.fit_iv(data, 298.0, noise=0.01, starts=2)
    without = nd.fit_iv(data, 298.0, noise=0.01, starts=2, misfit=nd.IVMisfit(censored=False))
    assert len(with_limit.residuals) == len(without.residuals) == 80
    end = [
        nd.iv_curve(f.model, current=(limit, 2 * limit), n=2).V[0] for f in (with_limit, without)
    ]
    assert end[0] < 0.72 * 1.03
    # a limit that the curve cannot meet is a reason to reject
    wrong = nd.iv_data(
        np.append(V, 0.2 * on), np.append(I, np.full(12, limit)), current_limit=limit
    )
    fit = nd.fit_iv(wrong, 298.0, noise=0.01, starts=2)
    assert not fit.accepted


def test_jumps_bracket_threshold_and_hold():
    """A voltage sweep with 10 mV steps: the fit knows TS to the step, from the jump alone."""
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-7, 6e-3), n=4000)
    up, down = np.arange(0.05, 1.0, 0.01), np.arange(0.95, 0.2, -0.01)
    top = int(np.searchsorted(curve.I, curve.threshold.I))
    bottom = int(np.searchsorted(curve.I, curve.hold.I))

    def off(V):
        return np.interp(V, curve.V[:top], curve.I[:top])

    def on(V):
        return np.interp(V, curve.V[bottom:], curve.I[bottom:])

    I_up = np.where(up < curve.threshold.V, off(up), on(up))
    I_down = np.where(down > curve.hold.V, on(down), off(down))
    rng = np.random.default_rng(8)
    I = np.append(I_up, I_down) * np.exp(0.003 * rng.standard_normal(len(up) + len(down)))
    data = nd.iv_data(np.append(up, down), I)
    assert len(data.jumps) == 2
    fit = nd.fit_iv(data, 298.0, noise=0.003)
    assert fit.provenance["inequalities"] == 4
    assert fit.accepted, fit.reasons
    found = nd.iv_curve(fit.model)
    assert abs(found.threshold.V - curve.threshold.V) < 0.01
    assert abs(found.hold.V - curve.hold.V) < 0.01


# ---------------------------------------------------------------------- profiles


def test_profile_of_a_straight_problem_is_the_normal_interval():
    """Where nothing bends, profile and standard error give one interval."""
    fit = nd.fit_iv(nbox(9, n=200, span=(1e-7, 3e-3)), 298.0, noise=0.01)
    profiles = nd.profile(fit)
    assert profiles.thresholds[0.95] == pytest.approx(3.8415, abs=1e-4)
    for p in fit.parameters:
        for level, normal in ((0.68, p.interval_68), (0.95, p.interval)):
            np.testing.assert_allclose(
                np.log(profiles[p.name].intervals[level]), np.log(normal), atol=2e-4
            )
        assert not profiles[p.name].is_open
    assert "1 degree of freedom" in profiles.report()


def test_profile_ends_lie_where_a_refit_says():
    """Independent of the search: chi-square refitted at each end has risen by the threshold."""
    fit = nd.fit_iv(nbox(10, span=(1e-7, 40e-6), n=100), 298.0, noise=0.01, starts=3)
    profile = nd.profile(fit, ["R_0"])["R_0"]
    i = fit.unknown_of("R_0")
    for end in profile.intervals[0.68]:
        again = constrained(fit.problem, fit.minimum, i, math.log(end), fit.minimum.theta)
        assert again.cost - fit.minimum.cost == pytest.approx(0.989, rel=0.02)


def test_open_profile_is_flagged():
    """Ten points at small currents: an upper bound of R_th, and no lower one."""
    V, I = nbox(11, span=(1e-8, 1e-6), n=16)
    fit = nd.fit_iv((V, I), 298.0, parameters=["R_0", "R_th"], noise=0.01)
    fit = fit.with_profiles(nd.profile(fit))
    assert fit["R_th"].status == "open below"
    assert not fit.accepted
    assert "open below" in " ".join(fit.reasons)
    assert "OPEN below" in fit.report()
    ends = fit.to_dict()["profiles"]["parameters"]["R_th"]["intervals"]["0.95"]
    assert ends[0] is None
    assert ends[1] > TRUTH["R_th"]


# ---------------------------------------------------------------------- whole results


def test_derived_numbers_have_intervals_around_the_truth():
    fit = nd.fit_iv(nbox(12, n=200, span=(1e-7, 3e-3)), (298.0, 1.0), noise=0.01)
    numbers = nd.derived(fit, draws=16)
    true = nd.iv_curve(nd.devices.nbox_neuron())
    hopf = nd.stability(nd.devices.nbox_neuron()).hopf
    for name, value in (
        ("threshold_V", true.threshold.V),
        ("hold_I", true.hold.I),
        ("hopf_high", hopf[1].parameter),
    ):
        low, high = numbers[name].interval(0.95)
        half = high - low
        assert low - half < value < high + half
        assert half < 0.1 * value
    again = nd.derived(fit, draws=16)
    assert numbers["hold_I"].samples.tolist() == again["hold_I"].samples.tolist()
    with pytest.raises(InputError, match="draws is 1"):
        nd.derived(fit, draws=1)


@pytest.mark.slow
def test_derived_dynamics_has_cycle_fold_range_rate_and_energy():
    """Energy: the source says about 80 pJ at 200 pF."""
    fit = nd.fit_iv(nbox(12, n=200, span=(1e-7, 3e-3)), 298.0, noise=0.01)
    numbers = nd.derived(fit, draws=5, dynamic_draws=5)
    assert 0.94e-3 < numbers["cycle_fold"].value < 0.99e-3
    assert numbers["spiking_to"].value == pytest.approx(numbers["cycle_fold"].value, rel=0.01)
    assert numbers["operating_energy"].value == pytest.approx(80e-12, rel=0.1)
    assert len(numbers["operating_frequency"].samples) == 5


@pytest.mark.slow
def test_comparison_says_how_much_better_and_what_remains():
    V, I = noisy(nd.devices.core_shell(R_sh=5e4), np.random.default_rng(13), (1e-7, 3e-3), n=100)
    names = ("nbox_neuron", "core_shell")
    fits = [nd.fit_iv((V, I), 298.0, model=name, starts=2) for name in names]
    table = nd.compare_fits(fits)
    assert table.best.model.name.startswith("core-shell")
    assert table.best.accepted
    assert "what remains" in table.report()
    with pytest.raises(InputError, match="different points"):
        nd.compare_fits([fits[0], nd.fit_iv(nbox(14), 298.0)])


def test_report_markdown_and_json_tell_the_same():
    fit = nd.fit_iv(nbox(15), (298.0, 1.0), noise=0.01, starts=2)
    fit, numbers = fit.with_profiles(nd.profile(fit)), nd.derived(fit, draws=3)
    plain = json.loads(json.dumps(fit.to_dict(), allow_nan=False))
    text = fit.report() + numbers.report()
    page = fit.to_markdown(numbers.report())
    for p in fit.parameters:
        assert f"{p.value:.5g}" in text
        assert f"{p.value:.6g}" in page
        assert plain["parameters"][p.name]["status"] == p.status
    for words in ("threshold switching point", "runs along the curve", "not identifiable"):
        assert words in text
        assert words in page
    assert plain["provenance"]["seed"] == 0
    assert fit.data.sha256 in page
    assert plain["fixed"]["C_th"] == 2e-15


def test_figure_shows_every_part():
    fit = nd.fit_iv(nbox(16), 298.0, noise=0.01, starts=2)
    fit, numbers = fit.with_profiles(nd.profile(fit)), nd.derived(fit, draws=2)
    figure = nd.plot.fit(fit, numbers)
    titles = [ax.get_title() for ax in figure.axes]
    assert len(titles) == 5 + 4
    assert titles[5:] == [p.status for p in fit.parameters]
    assert len(figure.axes[4].get_yticklabels()) == len(numbers.quantities)


def test_killed_fit_leaves_a_partial_result_and_goes_on(tmp_path):
    V, I = nbox(17)
    done = []

    def stop(name, fraction):
        done.append((name, fraction))
        if name == "profiles" and fraction >= 0.5:
            raise KeyboardInterrupt

    store = tmp_path / "s"
    fit = nd.fit_iv((V, I), 298.0, noise=0.01, store=store)
    with pytest.raises(KeyboardInterrupt):
        nd.profile(fit, store=store, progress=stop)
    partial = json.loads((tmp_path / "s" / "fit.json").read_text())
    assert partial["status"] == "complete"  # the fit, of which the profiles are more
    assert partial["steps"]["start 1 of 9"]["values"]["R_0"] > 0
    assert "profile of E_a" in partial["steps"]
    assert "profile of R_th" not in partial["steps"]
    fit = nd.fit_iv((V, I), 298.0, noise=0.01, store=store)
    fit = fit.with_profiles(nd.profile(fit, store=store))
    whole = json.loads((store / "fit.json").read_text())
    assert whole["result"] == fit.to_dict()
    # nothing done twice changes a digit
    straight = nd.fit_iv((V, I), 298.0, noise=0.01)
    straight = straight.with_profiles(nd.profile(straight))
    assert straight.to_dict()["parameters"] == fit.to_dict()["parameters"]
    assert straight.profiles.to_dict() == fit.profiles.to_dict()
    with pytest.raises(InputError, match="another fit"):
        nd.fit_iv((V, I), 299.0, noise=0.01, store=store)
    with pytest.raises(InputError, match="another fit"):
        nd.profile(nd.fit_iv((V, I), 299.0, noise=0.01, starts=1), store=store)


def test_killed_search_goes_on_from_the_starts_that_are_done(tmp_path):
    V, I = nbox(17)

    def stop(_, fraction):
        if fraction >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nd.fit_iv((V, I), 298.0, store=tmp_path, progress=stop)
    partial = json.loads((tmp_path / "fit.json").read_text())
    assert partial["status"] == "running"
    assert partial["steps"]["start 1 of 9"]["values"]["R_0"] > 0
    fit, straight = (nd.fit_iv((V, I), 298.0, store=store) for store in (tmp_path, None))
    assert straight.to_dict()["parameters"] == fit.to_dict()["parameters"]


def test_runs_test_is_calibrated():
    rng = np.random.default_rng(0)
    p = np.array([runs_p_value(rng.standard_normal(100)) for _ in range(2000)])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "nbox"}, "did you mean 'nbox_neuron'"),
        ({"model": "fitzhugh_nagumo"}, "current-driven device"),
        ({"model": "nbox_circuit"}, "one inner state"),
        ({"loss": "huber"}, r"no loss=; use misfit=nd.IVMisfit\(loss=...\)"),
        ({"R_series": 5.0}, r"no R_series=; use instrument=nd.IVInstrument\(R_series=...\)"),
        ({"offset": "common"}, "one ambient temperature cannot show"),
        ({"offset": "comon"}, "did you mean 'common'"),
        ({"offset": (0.0, -1.0)}, "sd > 0"),
        ({"starts": 0}, "1 or more"),
        ({"T_amb": [298.0, 300.0]}, "2 entries for 1 measurements"),
        ({"model": "mott_vo2", "offset": 2.0}, "has no parameter T_amb"),
    ],
)
def test_bad_questions_get_one_clear_sentence(arguments, message):
    with pytest.raises(InputError, match=message):
        nd.fit_iv(nbox(18, n=20), **{"T_amb": 298.0, **arguments})


def test_choices_of_a_fit_refuse_what_they_cannot_mean():
    with pytest.raises(InputError, match="did you mean 'soft_l1'"):
        nd.IVMisfit(loss="soft")
    with pytest.raises(InputError, match=r"R_series is -5\.0; expected 0 ohm or more"):
        nd.IVInstrument(R_series=-5.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[fit]\nmodle = 'x'\n[[data]]\nfile='a'\nT_amb=298", "did you mean 'model'"),
        ("[fit]\n", r"no \[\[data\]\]"),
        ("[[data]]\nfile='a'\n", "no T_amb"),
        ("[fit]\nkind='trase'\n[[data]]\nfile='a'\nT_amb=298", "kind of fit"),
        ("[fits]\n", "did you mean 'fit'"),
        ("fit = [", "cannot be read"),
    ],
)
def test_bad_recipes_get_one_clear_sentence(tmp_path, text, message):
    (tmp_path / "fit.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        nd.fit_recipe(tmp_path / "fit.toml")
