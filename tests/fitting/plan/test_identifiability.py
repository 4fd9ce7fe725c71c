"""What planned measurements determine: known numbers, named null directions, simulated fits."""

import json
import math

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.errors import IdentifiabilityError, InputError

STATIC = ("R_0", "E_a", "eps_r_d", "R_th")
DEVICE = nd.devices.nbox_neuron(T_amb=300.0)
NEURON = nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, C_ext=20e-12, T_amb=300.0)
FULL = nd.protocols.iv_sweep(1e-7, 3e-3)
AMBIENTS = (280, 300, 330, 360)


def eight_periods(points=3000):
    # eight times the 138 ns of 298 K, though the period at 300 K is 136.49 ns: as the numbers were
    return nd.protocols.trace(cycles=8 * 138 / 136.49, points=points, method="waveform")


# Computed beforehand and apart from this package (numpy, scipy, lmfit; finite differences) for 1 %
# noise: standard errors in per cent, condition number. Tolerance asked for: 20 %.
TABLE = {
    "full": (FULL, STATIC, (0.57, 0.093, 0.68, 0.47), 1.9e3),
    "1 uA to 1 mA": (nd.protocols.iv_sweep(1e-6, 1e-3), STATIC, (1.6, 0.28, 1.4, 0.79), 7.7e3),
    "to 0.3 mA": (nd.protocols.iv_sweep(1e-7, 3e-4), STATIC, (5.8, 0.72, 0.74, 1.8), 1.3e5),
    "pre-threshold": (nd.protocols.iv_sweep(1e-7, 44e-6), STATIC, (60, 7.2, 0.96, 12), 1.7e7),
    "full, unknown R_series": (
        nd.protocols.iv_sweep(1e-7, 3e-3, R_series=100), (*STATIC, "R_series"),
        (12, 1.4, 0.89, 3.0, 20), 1.5e6,
    ),
    "to 0.3 mA, unknown R_series": (
        nd.protocols.iv_sweep(1e-7, 3e-4, R_series=100), (*STATIC, "R_series"),
        (37, 4.5, 1.0, 7.2, 100), 4.2e7,
    ),
    "four ambients": (
        nd.protocols.iv_sweep(1e-7, 3e-4, points=50, T_amb=AMBIENTS), STATIC,
        (1.5, 0.21, 0.66, 0.65), 9.5e3,
    ),
    "four ambients, unknown offset": (  # the offset in kelvin, not per cent
        nd.protocols.iv_sweep(1e-7, 3e-4, points=50, T_amb=AMBIENTS), (*STATIC, "T_offset"),
        (5.0, 1.4, 1.9, 0.94, 240), 1.9e5,
    ),
}  # fmt: skip
TRACES = {
    "trace alone": (eight_periods(), (*STATIC, "C_th"), (1.9, 1.3, 8.2, 0.98, 1.7), 2.0e8),
    "curve and trace": (
        [FULL, eight_periods()], (*STATIC, "C_th"), (0.44, 0.082, 0.47, 0.31, 0.37), 1.4e6,
    ),
    "curve and trace of 60 points": (
        [FULL, eight_periods(60)], (*STATIC, "C_th"), (0.55, 0.092, 0.63, 0.42, 0.81), 3.8e4,
    ),
    "curve and trace, unknown capacitance": (
        [FULL, eight_periods()], (*STATIC, "C_th", "C_ext"),
        (0.47, 0.085, 0.48, 0.33, 0.43, 0.05), 1.7e6,
    ),
}  # fmt: skip


def check_row(model, protocol, names, expected, condition):
    plan = nd.identifiability(model, protocol, parameters=names)
    np.testing.assert_allclose(100 * plan.standard_errors, expected, rtol=0.2)
    assert plan.condition == pytest.approx(condition, rel=0.4)  # a square of what is known to 20 %
    assert not plan.null_directions


@pytest.mark.parametrize("row", TABLE)
def test_planned_sweeps_meet_the_known_numbers(row):
    check_row(DEVICE, *TABLE[row])


@pytest.mark.parametrize("row", TRACES)
def test_planned_traces_meet_the_known_numbers(row):
    check_row(NEURON, *TRACES[row])


def test_worst_pairs_meet_the_known_numbers():
    first, second, value = nd.identifiability(DEVICE, FULL).worst_correlation
    assert (first, second) == ("R_0", "E_a")
    assert value == pytest.approx(-0.85, abs=0.02)
    first, second, value = nd.identifiability(NEURON, eight_periods()).worst_correlation
    assert {first, second} == {"E_a", "eps_r_d"}
    assert abs(value) == pytest.approx(0.9997, abs=1e-4)


# ---------------------------------------------------------------------- null directions


def test_T_amb_is_not_identifiable_from_one_ambient():
    plan = nd.identifiability(DEVICE, FULL, parameters=[*STATIC, "T_amb"])
    assert plan.null_directions == ({"E_a": 1, "eps_r_d": -2, "R_th": 1, "T_amb": 1},)
    assert plan.status("T_amb") == "not identifiable"
    assert plan.status("R_0") == "well determined"
    assert math.isinf(plan["E_a"])
    assert math.isinf(plan.condition)
    assert "(E_a, eps_r_d, R_th, T_amb) along (+1, -2, +1, +1)" in plan.report()


def test_a_trace_does_not_give_T_amb_either():
    """The exact symmetry of the equations: C_th moves too."""
    names = ["E_a", "eps_r_d", "R_th", "C_th", "T_amb"]
    plan = nd.identifiability(NEURON, [FULL, eight_periods()], parameters=names)
    assert plan.null_directions == (dict(zip(names, (1, -2, 1, -1, 1), strict=True)),)


def test_eps_r_and_d_are_told_apart_by_nothing():
    plan = nd.identifiability(DEVICE, FULL, parameters=["R_0", "E_a", "eps_r", "d", "R_th"])
    assert plan.null_directions == ({"eps_r": 1, "d": -1},)


def test_known_differences_of_ambient_temperature_break_the_symmetry():
    sweep = nd.protocols.iv_sweep(1e-7, 3e-4, points=50, T_amb=AMBIENTS)
    plan = nd.identifiability(DEVICE, sweep, parameters=[*STATIC, "T_amb"])
    assert not plan.null_directions
    offset = nd.identifiability(DEVICE, sweep, parameters=[*STATIC, "T_offset"])
    assert 300 * plan["T_amb"] == pytest.approx(offset["T_offset"], rel=1e-6)


def test_a_capacitance_is_not_seen_by_a_sweep():
    plan = nd.identifiability(DEVICE, FULL, parameters=[*STATIC, "C_th"])
    assert plan.null_directions == ({"C_th": 1.0},)


# ---------------------------------------------------------------------- independent checks


@pytest.mark.parametrize("name", ["R_0", "E_a", "eps_r", "R_th", "T_amb"])
def test_static_sensitivities_agree_with_finite_differences_of_curves(name):
    """Independent: whole curves of nd.iv_curve at shifted parameters, V at equal currents."""
    exact = StaticCurve(DEVICE, (name,))
    wanted = np.log(np.geomspace(1e-6, 2e-3, 40))
    grid, p = exact.grid(DEVICE.p), DEVICE.p
    k = np.searchsorted(exact.values_and_slopes(grid, p)[1], wanted)
    u = exact.places(1, wanted, (grid[k - 1], grid[k]), p)
    values, by = exact.values_and_slopes(u, p), exact.by_parameters(u, p)[0][0]
    found = by[0] - values[2] / values[3] * by[1]

    def curve(sign):
        model = DEVICE.with_parameters(**{name: DEVICE[name] * math.exp(sign * 1e-4)})
        found = nd.iv_curve(model, current=(1e-7, 1e-2), n=40_000)
        return np.interp(wanted, np.log(found.I), np.log(found.V))

    difference = (curve(1) - curve(-1)) / 2e-4
    np.testing.assert_allclose(found, difference, atol=1e-4 * np.abs(difference).max())


@pytest.mark.slow
def test_fits_of_simulated_curves_scatter_as_planned():
    """Monte Carlo: 40 noisy curves, fitted by nd.fit_iv; sd of 40 is known to 11 %."""
    plan = nd.identifiability(DEVICE, nd.protocols.iv_sweep(1e-7, 3e-3, points=60))
    curve = nd.iv_curve(DEVICE, current=(1e-7, 3e-3), n=4000)
    I = np.geomspace(1.01e-7, 2.99e-3, 60)
    V = np.exp(np.interp(np.log(I), np.log(curve.I), np.log(curve.V)))
    values = []
    for seed in range(40):
        noisy = V * np.exp(0.01 * np.random.default_rng(seed).standard_normal(60))
        fit = nd.fit_iv((noisy, I), T_amb=300.0, noise=(0.01, 1e-5))
        values.append(np.log([fit[name].value for name in STATIC]))
    scatter = np.std(values, axis=0, ddof=1)
    np.testing.assert_allclose(scatter, plan.standard_errors, rtol=0.33)  # three times 11 %


def test_twice_the_points_and_half_the_noise_do_what_statistics_says():
    one = nd.identifiability(DEVICE, nd.protocols.iv_sweep(1e-7, 3e-3, points=400))
    two = nd.identifiability(DEVICE, nd.protocols.iv_sweep(1e-7, 3e-3, points=400, noise=0.005))
    both = nd.identifiability(DEVICE, [nd.protocols.iv_sweep(1e-7, 3e-3, points=400)] * 4)
    np.testing.assert_allclose(two.standard_errors, one.standard_errors / 2, rtol=1e-9)
    np.testing.assert_allclose(both.standard_errors, one.standard_errors / 2, rtol=1e-9)


def test_voltage_driven_sweep_visits_what_a_slow_sweep_visits():
    """A load above the steepest slope leaves no jump: up and down tell the same."""
    sweep = nd.protocols.iv_sweep(0.01, 4.0, points=80, drive="voltage", R_load=50e3)
    rows = sweep.rows(DEVICE, ("R_0", "R_th"))
    np.testing.assert_allclose(rows[:80], rows[80:], rtol=2e-2, atol=1e-2 * np.abs(rows).max())
    jumping = nd.protocols.iv_sweep(0.01, 2.0, points=80, drive="voltage", R_load=500.0)
    rows = jumping.rows(DEVICE, ("R_0", "R_th"))
    assert np.abs(rows[:80] - rows[80:]).max() > 0.1 * np.abs(rows).max()


def test_a_prior_adds_what_it_says():
    sweep = nd.protocols.iv_sweep(1e-7, 3e-3, R_series=100)
    names = (*STATIC, "R_series")
    free = nd.identifiability(DEVICE, sweep, parameters=names)
    known = nd.identifiability(DEVICE, sweep, parameters=names, priors={"R_series": (100.0, 1e-4)})
    assert free["R_series"] > 0.1
    assert known["R_series"] == pytest.approx(1e-6, rel=1e-3)
    held = nd.identifiability(DEVICE, sweep)
    np.testing.assert_allclose(known.standard_errors[:4], held.standard_errors, rtol=1e-3)


def test_jitter_costs_what_features_lose():
    quiet, shaky = (
        nd.identifiability(
            NEURON, nd.protocols.trace(cycles=60, points=12_000, jitter=jitter),
            parameters=["C_th", "C_ext"],
        )
        for jitter in (0.0, 0.03)
    )  # fmt: skip
    assert (shaky.standard_errors > quiet.standard_errors).all()
    longer = nd.identifiability(
        NEURON, nd.protocols.trace(cycles=240, points=48_000, jitter=0.03),
        parameters=["C_th", "C_ext"],
    )  # fmt: skip
    np.testing.assert_allclose(longer.standard_errors, shaky.standard_errors / 2, rtol=0.05)


# ---------------------------------------------------------------------- what a person sees


def test_report_table_and_json_hold_the_whole_plan():
    plan = nd.identifiability(DEVICE, FULL)
    text = repr(plan)
    for word in ("I-V curve, current-driven", "R_th", "0.46%", "worst correlation", "condition"):
        assert word in text
    plain = json.loads(json.dumps(plan.to_dict(), allow_nan=False))
    assert plain["unknowns"]["R_th"]["status"] == "well determined"
    table = plan.to_pandas()
    assert list(table.index) == list(STATIC)
    assert table.loc["E_a", "standard_error"] == plan["E_a"]
    json.dumps(
        nd.identifiability(DEVICE, FULL, parameters=[*STATIC, "T_amb"]).to_dict(), allow_nan=False
    )


@pytest.mark.parametrize(
    ("plan", "error", "message"),
    [
        (lambda: nd.protocols.iv_sweep(1e-3, 1e-6), InputError, "0 < low < high"),
        (lambda: nd.protocols.iv_sweep(1e-6, 1e-3, noise=2), InputError, "noise is 2"),
        (
            lambda: nd.protocols.iv_sweep(1e-6, 1e-3, drive="volt"),
            InputError,
            "drive is 'volt'; expected one of 'current', 'voltage'",
        ),
        (lambda: nd.protocols.iv_sweep(1e-6, 1e-3, R_load=5), InputError, "leave it out"),
        (lambda: nd.protocols.trace(cycles=0), InputError, "cycles is 0; expected a positive"),
        (lambda: nd.protocols.trace(method="wave"), InputError, "did you mean 'waveform'"),
        (
            lambda: nd.protocols.trace(method="waveform", jitter=0.1), InputError, "without jitter",
        ),
        (lambda: nd.identifiability(DEVICE, []), InputError, "no protocol"),
        (lambda: nd.identifiability(DEVICE, FULL, parameters=["R_o"]), InputError, "mean 'R_0'"),
        (lambda: nd.identifiability(DEVICE, FULL, parameters=[]), InputError, "each once"),
        (
            lambda: nd.identifiability(DEVICE, FULL, parameters=["R_0", "R_series"]),
            InputError, "no sweep has one",
        ),
        (
            lambda: nd.identifiability(DEVICE, FULL, parameters=["T_amb", "T_offset"]),
            IdentifiabilityError, "the same unknown",
        ),
        (
            lambda: nd.identifiability(DEVICE, nd.protocols.trace(channel="V", I_s=1e-6)),
            InputError, "does not spike",
        ),
        (
            lambda: nd.identifiability(DEVICE, FULL, priors={"C_th": (1e-15, 1e-16)}),
            InputError, "unknown with a prior",
        ),
        (
            lambda: nd.identifiability(DEVICE, nd.protocols.iv_sweep(1e-6, 1e9)),
            InputError, "expected within",
        ),
    ],
)  # fmt: skip
def test_plans_that_make_no_sense_are_refused(plan, error, message):
    with pytest.raises(error, match=message):
        plan()
