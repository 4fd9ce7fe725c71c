"""The order in a measurement: sweeps, rows at compliance as inequalities, jumps."""

import json

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.io import iv_data
from neurodyn.io.cleaning.sweep_order import find_jumps, split_sweeps


def pieces(sweep, direction):
    return [
        (int(np.sum(sweep == k)), int(direction[sweep == k][0])) for k in range(sweep.max() + 1)
    ]


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_loops_through_an_s_shaped_curve(noise):
    """V turns twice along one current sweep; the power does not."""
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=100)
    factor = 1 + noise * np.random.default_rng(0).normal(size=(2, 300))
    V = np.r_[curve.V, curve.V[::-1], curve.V] * factor[0]
    I = np.r_[curve.I, curve.I[::-1], curve.I] * factor[1]
    sweep, direction = split_sweeps(V, I)
    lengths, ways = zip(*pieces(sweep, direction), strict=True)
    assert ways == (1, -1, 1)
    np.testing.assert_allclose(lengths, (101, 98, 101), atol=200 * noise)  # noise moves a turn
    assert find_jumps(V, I, sweep) == []


def test_sweeps_that_begin_again_and_both_polarities():
    V = np.linspace(0.1, 5, 50)
    assert pieces(*split_sweeps(np.tile(V, 11), np.tile(V, 11))) == [(50, 1)] * 11
    both = np.r_[V, V[::-1], -V, -V[::-1]]
    assert (
        pieces(*split_sweeps(both, both)) == [(51, 1), (49, -1)] * 2
    )  # the turning row, there twice
    assert pieces(*split_sweeps(V[::-1], V[::-1])) == [(50, -1)]
    assert [len(x) for x in split_sweeps(V[:0], V[:0])] == [0, 0]


def switch(n=11):
    """Return sweeps that snap back at 4.1 V into a compliance of 20 mA, as of a VO2 switch."""
    below = np.round(np.arange(0.1, 4.15, 0.1), 3)
    V = np.r_[below, np.full(26, 3.53)]
    I = np.r_[below / 630, np.full(26, 20e-3)]
    return np.tile(V, n), np.tile(I, n)


def test_rows_at_compliance_are_kept_as_inequalities():
    data = iv_data(*switch(), current_limit=20e-3)
    assert len(data) == 11 * 41
    assert data.counts == {"at compliance": 11 * 26}
    assert data.censored.limited == "current"
    assert (data.censored.I == 20e-3).all()
    assert np.bincount(data.censored.sweep).tolist() == [26] * 11
    assert np.bincount(data.sweep).tolist() == [41] * 11
    aside = [row.row for row in data.set_aside]
    np.testing.assert_array_equal(data.censored.rows, aside)
    assert not set(data.rows) & set(aside)


def test_the_snap_back_is_found_in_every_sweep():
    data = iv_data(*switch(), current_limit=20e-3)
    assert [jump.sweep for jump in data.jumps] == list(range(11))
    for jump in data.jumps:
        assert jump.before[1:] == (4.1, pytest.approx(4.1 / 630))
        assert jump.after[1:] == (3.53, 20e-3)
        assert jump.snap_back
        assert jump.at_limit
        assert jump.direction == 1


def test_a_voltage_limit_censors_the_voltage(read):
    I = np.linspace(1e-6, 1e-3, 40)
    rows = "".join(f"{min(3e3 * i, 2.0)!r},{i!r}\n" for i in I.tolist())
    data = read("Voltage limit: 2 V\nV (V),I (A)\n" + rows)
    assert data.censored.limited == "voltage"
    assert (data.censored.V == 2.0).all()
    np.testing.assert_array_equal(data.censored.I, I[3e3 * I >= 2.0])


def test_without_a_limit_nothing_is_censored(curve):
    data = iv_data(curve.V, curve.I)
    assert (len(data.censored), data.censored.limited) == (0, None)


@pytest.mark.parametrize("n", [15, 400])
def test_a_smooth_curve_has_no_jump_however_coarse(n):
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=n)
    assert iv_data(curve.V, curve.I).jumps == ()


def test_one_bad_row_is_no_jump():
    V = np.linspace(0.1, 5, 50)
    I = V / 1e3
    I[20] *= 3
    assert iv_data(V, I).jumps == ()


def test_sweeps_jumps_and_inequalities_go_to_json():
    again = json.loads(json.dumps(iv_data(*switch(2), current_limit=20e-3).to_dict()))
    assert again["sweep"] == [0] * 41 + [1] * 41
    assert again["censored"]["limited"] == "current"
    assert again["jumps"][0]["at_limit"] is True
    assert "2 sweeps, 2 jumps" in iv_data(*switch(2), current_limit=20e-3).report()


def noisy_switch(seed):
    """Return one sweep as the VO2 switch gave it: 41 rows to threshold, 26 pinned at 20 mA."""
    chance = np.random.default_rng(seed)
    V = np.arange(0.1, 4.15, 0.1) * (1 + 1e-4 * chance.normal(size=41))
    I = V / np.interp(V, [0, 3, 4.1], [980, 900, 620])
    pinned = np.linspace(3.55, 3.51, 26) * (1 + 1e-4 * chance.normal(size=26))
    return np.r_[V, pinned], np.r_[I, np.full(26, 0.02) * (1 + 2e-6 * chance.normal(size=26))]


def test_eleven_sweeps_side_by_side_in_a_workbook(tmp_path):
    """The layout of a published workbook: three rows of names, then V and I of each sweep."""
    openpyxl = pytest.importorskip("openpyxl")
    sweeps = [noisy_switch(seed) for seed in range(11)]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "i-V"
    sheet.append(["Voltage", "Current"] * 11)
    sheet.append(["V", "A"] * 11)
    sheet.append([f"sweep {k // 2 + 1}" for k in range(22)])
    for row in range(67):
        sheet.append([float(x[row]) for sweep in sweeps for x in sweep])
    book.save(tmp_path / "sweeps.xlsx")
    for k, (V, I) in enumerate(sweeps):
        data = nd.read_iv(tmp_path / "sweeps.xlsx", voltage=2 * k, current=2 * k + 1,
                          voltage_unit="V", current_unit="A")  # fmt: skip
        np.testing.assert_allclose(data.V, V[:41])
        np.testing.assert_allclose(data.I, I[:41])
        assert data.limit == pytest.approx(20e-3, rel=1e-4)
        assert data.counts == {"at compliance": 26}
        assert len(data.censored) == 26
        (jump,) = data.jumps
        assert jump.snap_back
        assert jump.at_limit
        assert 4.0 < jump.before[1] < 4.2


def test_measured_loop_has_a_threshold_and_two_sweeps(real_data):
    data = nd.read_iv(real_data / "vo2_galloni2024" / "VO2_data_RvsV_transition.csv")
    assert pieces(data.sweep, data.direction) == [(210, 1), (209, -1)]
    (jump,) = data.jumps
    assert (round(jump.before[1], 1), round(jump.after[1], 1)) == (17.5, 17.7)
    assert jump.before[2] == pytest.approx(7e-3, rel=0.03)
    assert jump.after[2] == pytest.approx(61e-3, rel=0.01)
    assert not jump.at_limit
    assert not jump.snap_back
    assert "glitch" not in data.counts


def test_measured_pulses_hold_no_glitch(real_data):
    for file in sorted((real_data / "vo2_galloni2024" / "short_Vpulses").glob("*.csv")):
        assert "glitch" not in nd.read_iv(file).counts
