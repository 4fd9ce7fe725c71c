"""Which rows are set aside, and for what."""

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.io import iv_data
from neurodyn.io.cleaning.row_rules import detect_limit


def reasons(data):
    return {row.row: row.reason for row in data.set_aside}


def test_each_row_has_its_reason(curve, read):
    bad = {
        22: ("nan,1e-6", "not finite"),
        23: ("0.5,inf", "not finite"),
        24: ("0.5,9.91E37", "not finite"),
        25: ("9.9e+37,1e-6", "not finite"),
        26: ("0.5,OVERFLOW", "not finite"),
        27: ("0,1e-6", "zero"),
        28: ("0.5,0.0", "zero"),
        29: ("0.5,-1e-6", "wrong sign"),
        30: ("-0.5,1e-6", "wrong sign"),
        31: ("0.5,none", "not a number"),
        32: ("error,error", "not a number"),
        33: ("0.5,", "not a number"),
        34: ("0.5,1e400", "not finite"),
        35: ("0.5,1e-", "not a number"),
    }
    text = curve.table() + "\n".join(row for row, _ in bad.values()) + "\n1.0,1e-4\n"
    data = read(text)
    assert reasons(data) == {row: reason for row, (_, reason) in bad.items()}
    assert len(data) == len(curve.V) + 1
    assert data.counts["not finite"] == 6
    kept = {row.row: row for row in data.set_aside}
    assert (kept[29].V, kept[29].I) == (0.5, -1e-6)  # as they stand in the file


def test_over_range_is_seen_before_the_unit_is_applied(curve, read):
    text = "V (V),I (uA)\n" + curve.rows(lambda V, I: f"{V},{I * 1e6}") + "2.1,9.9e37\n"
    assert reasons(read(text)) == {22: "not finite"}


@pytest.mark.parametrize("spoilt", ["first", "last"])
def test_a_row_cut_short_at_either_end_is_counted(spoilt, curve, read):
    lines = curve.table().splitlines()
    place = 1 if spoilt == "first" else len(lines)
    lines.insert(place, "0.05,1.2e-")
    data = read("\n".join(lines))
    assert reasons(data) == {place + 1: "not a number"}
    assert len(data) == len(curve.V)


def test_third_quadrant_is_kept_as_magnitude(curve):
    data = iv_data(-curve.V, -curve.I)
    curve.assert_read(data)
    assert any("sweep lies in the third quadrant" in note for note in data.notes)


def test_both_quadrants_are_kept(curve):
    data = iv_data(np.r_[curve.V, -curve.V], np.r_[curve.I, -curve.I])
    np.testing.assert_array_equal(data.V, np.r_[curve.V, curve.V])
    assert any("20 of 40 rows" in note for note in data.notes)
    assert iv_data(curve.V, curve.I).notes == ()


def test_offset_of_the_instrument(curve):
    # at 0 V the instrument reads its offset, with either sign
    offset = np.array([2e-4, -1e-4, 1.5e-4, 3e-4])
    V, I = np.r_[curve.V, offset], np.r_[curve.I, [-3e-8, -4e-8, -1e-8, 2e-8]]
    data = iv_data(V, I)
    assert data.counts == {"wrong sign": 2, "below the offset": 2}
    # the same small voltages are kept where no row shows an offset, and where the current is larger
    assert iv_data(np.r_[curve.V, 1e-4], np.r_[curve.I, 2e-8]).counts == {}
    assert iv_data(V, np.r_[curve.I, [-3e-8, -4e-8, -1e-8, 2e-5]]).counts["below the offset"] == 1


def test_a_glitch_of_wrong_sign_says_nothing_about_the_offset(curve):
    I = curve.I.copy()
    I[10] *= -1
    assert iv_data(curve.V, I).counts == {"wrong sign": 1}


# ---- compliance


def snap_back(V, limit):
    """Return measured V and I of a voltage sweep over a threshold switch, with noise."""
    noise = np.random.default_rng(5).normal(size=(2, len(V)))
    off = 1e-3 * V + 2e-5 * V**3
    switched = V > 4.1
    measured_V = np.where(switched, 3.5 + 0.02 * noise[0], V * (1 + 1e-5 * noise[0]))
    I = np.where(switched, limit * (1 + 2e-5 * noise[1]), off * (1 + 1e-4 * noise[1]))
    return measured_V, I, int(switched.sum())


SHAPES = {
    "quadratic": lambda V: 1e-4 * V**2,
    "exponential": lambda V: 1e-8 * np.expm1(3 * V),
    "resistor": lambda V: 3e-4 * V,
    "Poole-Frenkel": lambda V: 1e-5 * V * np.exp(1.1 * np.sqrt(V)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("noise", [0.0, 1e-4])
@pytest.mark.parametrize("loop", [False, True])
def test_unknown_compliance_of_a_voltage_sweep_is_found(shape, noise, loop):
    V = np.linspace(0.05, 5, 100)
    V = np.r_[V, V[::-1]] if loop else V
    I = SHAPES[shape](V) * (1 + noise * np.random.default_rng(1).normal(size=len(V)))
    limit = SHAPES[shape](np.array(3.0))
    pinned = limit <= I
    data = iv_data(V, np.where(pinned, limit, I))
    near = np.abs(I - limit) < 2e-3 * limit
    assert data.limit == pytest.approx(limit)
    assert data.limit_kind == "current"
    assert data.counts == {"at compliance": int(np.sum(pinned | near))}
    assert any("taken for compliance" in note for note in data.notes)


def test_snap_back_into_compliance_is_found():
    V, I, pinned = snap_back(np.arange(0.1, 6.7, 0.1), 20e-3)
    data = iv_data(V, I)
    assert pinned == 25
    assert data.counts == {"at compliance": pinned}
    assert data.limit == pytest.approx(20e-3, rel=1e-3)
    assert data.V.max() == pytest.approx(4.1, rel=1e-3)


def test_each_polarity_has_its_own_compliance():
    V = np.linspace(0.05, 5, 100)
    I = 1e-4 * V**2
    data = iv_data(np.r_[V, -V], np.r_[np.minimum(I, 1e-3), -np.minimum(I, 2e-3)])
    assert data.counts == {"at compliance": int(np.sum(I >= 0.998e-3) + np.sum(I >= 1.996e-3))}


def current_driven(steps, per_step, drift=0.02):
    """Return V and I of a current staircase over a device that heats at the top."""
    I = np.repeat(steps, per_step)
    V = 2 * (I / I.max()) ** 0.4
    drifting = np.tile(np.linspace(0, drift, per_step), len(steps))
    return V * (1 - drifting), I


@pytest.mark.parametrize("noise", [0.0, 1e-5])
@pytest.mark.parametrize("per_step", [1, 6, 20])
@pytest.mark.parametrize(
    "steps",
    [np.linspace(1e-5, 1e-3, 30), np.geomspace(1e-7, 1e-3, 30), np.array([1e-4, 5e-4, 1e-3])],
    ids=["linear", "logarithmic", "three steps"],
)
def test_a_current_staircase_is_not_mistaken_for_compliance(steps, per_step, noise):
    V, I = current_driven(steps, max(per_step, 6 if len(steps) < 8 else 1))
    I = I * (1 + noise * np.random.default_rng(2).normal(size=len(I)))
    data = iv_data(V, I)
    assert data.limit is None
    assert data.set_aside == ()


@pytest.mark.parametrize("shape", ["resistor", "power"])
def test_waiting_at_the_largest_current_is_no_compliance(shape):
    I = np.r_[np.linspace(1e-5, 1e-3, 40), np.full(15, 1e-3)]
    V = 2e3 * I if shape == "resistor" else 2 * (I / 1e-3) ** 0.4
    V[40:] *= np.linspace(1, 0.95, 15)  # the device warms up
    data = iv_data(V, I)
    assert data.limit is None
    assert len(data) == 55


def test_a_pulse_from_a_current_source_is_no_compliance():
    I = np.r_[np.full(30, 1e-4), np.full(50, 1e-2), np.full(30, 1e-4)]
    V = np.r_[np.full(30, 0.05), np.linspace(5, 2, 50), np.full(30, 0.05)]
    noise = np.random.default_rng(4).normal(size=(2, 110))
    assert iv_data(V * (1 + 1e-3 * noise[0]), I * (1 + 1e-5 * noise[1])).limit is None


def test_a_plain_loop_has_no_compliance():
    V = np.r_[np.linspace(0.1, 5, 400), np.linspace(5, 0.1, 400)]
    assert iv_data(V, 1e-4 * V**3).set_aside == ()


@pytest.mark.parametrize("n", [0, 1, 4, 5, 7])
def test_detection_takes_short_sweeps(n):
    assert detect_limit(np.linspace(1, 2, n), np.full(n, 1e-3)) is None


def test_known_limit(curve):
    # within 0.2 % of the limit, on either side
    I = curve.I.copy()
    I[-4:] = 1e-3 * np.array([0.9979, 0.9981, 1.0, 1.0019])
    data = iv_data(curve.V, I, current_limit=1e-3)
    assert [row.row for row in data.set_aside] == [18, 19, 20]
    assert data.limit == 1e-3


@pytest.mark.parametrize(
    ("line", "limit", "kind"),
    [
        ("Compliance: 300 uA", 300e-6, "current"),
        ("# current compliance = 0.0003", 300e-6, "current"),
        ("Current Limit (mA),0.3", 300e-6, "current"),
        ("Icomp = 3e-4 A", 300e-6, "current"),
        ("I_limit;0.0003", 300e-6, "current"),
        ("Compliance,0.0003", 300e-6, "current"),
        ("Voltage limit: 1.9 V", 1.9, "voltage"),
        ("V compliance 1900 mV", 1.9, "voltage"),
        ("Limit: 5", None, None),  # of what?
        ("Compliance: off", None, None),
        ("unlimited 3", None, None),
        ("Compliance: 1 furlong", None, None),
    ],
)
def test_limit_in_the_lines_above(line, limit, kind, curve, read):
    data = read(f"{line}\n{curve.table()}")
    assert data.limit_kind == kind
    if limit is None:
        assert data.limit is None
        curve.assert_read(data)
    else:
        assert data.limit == pytest.approx(limit)
        size = curve.I if kind == "current" else curve.V
        assert data.counts.get("at compliance", 0) == np.sum(np.abs(size / limit - 1) < 2e-3)


def test_of_several_limits_those_are_used_that_the_rows_come_to(curve, read):
    data = read("Compliance: 1 mA\nCompliance: 2 mA\n" + curve.table())
    assert data.set_aside == ()
    assert any("2 limits; each is looked for" in note for note in data.notes)
    data = read("Current limit: 1 mA\nVoltage limit: 2 V\n" + curve.table())
    assert data.limit is None
    assert any("several limits" in note for note in data.notes)


def test_rows_beyond_the_limit_raise_doubt(curve, read):
    data = read("Compliance: 0.2 mA\n" + curve.table())
    assert any("is it the right one" in note for note in data.notes)


# ---- refusals


def test_exchanged_columns(curve, read):
    with pytest.raises(InputError, match=r"look exchanged.*0\.1 ohm"):
        iv_data(curve.I, curve.V)
    with pytest.raises(InputError, match="look exchanged"):
        read(curve.table("I (A),V (V)\n"))
    iv_data(curve.V, curve.V / 20)  # 20 ohm: a device
    iv_data(curve.V, curve.V * 5)  # 0.2 ohm: odd, but not clearly exchanged


def test_too_few_rows(curve):
    iv_data(curve.V[:8], curve.I[:8])
    message = r"of 12 rows 7 can be used, set aside 5 rows \(zero 5\); expected at least 8"
    with pytest.raises(InputError, match=message):
        iv_data(np.r_[np.zeros(5), curve.V[:7]], np.r_[np.zeros(5), curve.I[:7]])
    with pytest.raises(InputError, match="set aside no row"):
        iv_data(curve.V[:7], curve.I[:7])


def test_opposite_sign_convention(curve):
    with pytest.raises(InputError, match=r"wrong sign 20.*counted the other way round"):
        iv_data(curve.V, -curve.I)


@pytest.mark.parametrize(
    ("V", "I", "message"),
    [
        ([1, 2, 3], [1, 2], "V has 3 values and I has 2"),
        ([[1, 2], [3, 4]], [1, 2], r"V has the shape \(2, 2\)"),
        (1.0, 2.0, r"V has the shape \(\)"),
        (["a"] * 9, [1] * 9, "V is .*expected numbers"),
        ([1] * 9, [1j] * 9, "I is .*expected numbers"),
        ([1] * 9, [None] * 9, "I is no array of real numbers"),
        ([[1], [1, 2]], [1, 2], "V is .*expected numbers"),
        ([], [], "of 0 rows 0 can be used"),
    ],
)
def test_arrays_that_are_none(V, I, message):
    with pytest.raises(InputError, match=message):
        iv_data(V, I)


@pytest.mark.parametrize("limit", [0.0, -1e-3, np.nan, np.inf, "1 mA"])
def test_limit_must_be_positive(limit, curve):
    with pytest.raises(InputError, match=r"expected a (positive|finite) number"):
        iv_data(curve.V, curve.I, current_limit=limit)


# ---- glitches


@pytest.mark.parametrize("factor", [0.7, 0.85, 1.2, 100.0])
def test_one_row_apart_from_its_neighbours_is_a_glitch(factor, curve):
    I = curve.I.copy()
    I[10] *= factor
    data = iv_data(curve.V, I)
    assert reasons(data) == {11: "glitch"}


def test_what_lasts_or_leads_elsewhere_is_no_glitch(curve):
    for rows in (slice(10, 12), slice(10, None)):  # two rows, a jump
        I = curve.I.copy()
        I[rows] *= 3
        assert iv_data(curve.V, I).set_aside == ()


@pytest.mark.parametrize("noise", [0.01, 0.3])
def test_noise_makes_no_glitches(noise):
    V = np.linspace(0.1, 5, 5000)
    I = 1e-4 * V * np.exp(noise * np.random.default_rng(5).normal(size=5000))
    assert "glitch" not in iv_data(V, I).counts
