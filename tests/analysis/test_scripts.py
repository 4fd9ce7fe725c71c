"""The analyses run, and their JSON files say what they must."""

from __future__ import annotations

import json

import pytest

REDUCED = {
    "fig_2_4_quasistatic_sweeps": {"points": 1001},
    "fig_2_5_cycle_to_cycle": {"count": 12},
    "fig_2_6_voltage_driven_spikes": {},
    "fig_2_8_energy_per_spike": {"currents": (100, 180)},
    "fig_2_8_spike_shape": {"inductances": (1, 100, 700)},
    "fig_2_9_ramp": {},
    "fig_2_10_tonic_spiking": {},
    "fig_2_12_spike_latency": {"ambients": (296.0, 298.0, 302.0)},
    "fig_2_13_all_or_nothing": {"points": 13},
    "fig_2_14_temporal_integration": {"capacitances": (200, 300, 350)},
    "fig_2_15_phasic_burst_shape": {},
    "fig_2_17_phase_planes": {"t_end": 10e-6},
    "fig_2_18_phasic_bursting": {"points": 16, "smallest": 1e-9},
    "fig_2_19_window_against_capacitance": {"capacitances": (30, 100), "ambients": (296, 298)},
    "fig_4_20_frequency_response": {"points": 20},
    "fig_4_21_devils_staircase": {
        "ambients": (298.0,), "four_states": (), "resolution": 2e-4
    },
}  # fmt: skip
CHANGED = "reproduced with a stated change"
KEYS = {"figure", "claim", "source", "ours", "verdict", "why", "claims", "provenance"}


def run(analysis, folder, name):
    """Run one analysis with few points; return its JSON."""
    analysis(name).main(folder, **REDUCED[name])
    assert 10_000 < (folder / f"{name}.png").stat().st_size < 300_000
    result = json.loads((folder / f"{name}.json").read_text())
    assert set(result) > KEYS
    for row in result["claims"]:
        assert set(row) == {"claim", "source", "ours", "verdict", "why"}
        assert all(row.values())
    assert {key: result[key] for key in result["claims"][0]} == result["claims"][0]
    made = result["provenance"]
    assert set(made) == {"source", "equations", "parameters", "versions", "settings"}
    assert made["parameters"]["T_amb"] == 298.0
    assert len(made["equations"]) == 64
    return result


def verdicts(result):
    """Return the verdicts as a string of letters: Reproduced, with a Change, No."""
    letters = {"reproduced": "R", CHANGED: "C", "contradicted": "N"}
    return "".join(letters[row["verdict"]] for row in result["claims"])


def test_phase_planes(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_17_phase_planes")
    planes = result["planes"]
    kinds = {letter: sorted(plane["cycles"]) for letter, plane in planes.items()}
    both = ["stable", "unstable"]
    assert kinds == {"a": ["stable"], "b": [], "c": [], "d": both, "e": both, "f": []}
    at_rest = {letter: plane["equilibrium"]["stable"] for letter, plane in planes.items()}
    assert at_rest == {"a": False} | dict.fromkeys("bcdef", True)
    assert planes["b"]["spikes_from_rest"] == 1
    assert 10 < planes["f"]["spikes_from_rest"] < 25
    assert verdicts(result) == "CRRR"


def test_ghost(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_18_phasic_bursting")
    ghost = result["ghost"]
    assert ghost["exponent"] == pytest.approx(-0.5, abs=0.02)
    # two ways: a fit to counted spikes, and the multipliers of the cycles below the fold
    assert ghost["constant_fitted"] == pytest.approx(ghost["constant_from_multipliers"], rel=0.03)
    assert [h["criticality"] for h in result["hopf"]] == ["supercritical", "subcritical"]
    assert result["fold_of_cycles"]["I_s"] == pytest.approx(0.9638336556e-3, rel=1e-8)
    assert verdicts(result) == "CNN"


@pytest.mark.slow
def test_window(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_19_window_against_capacitance")
    assert result["bautin"]["C_ext"] == pytest.approx(13.790221e-12, rel=1e-6)
    assert result["bautin"]["I_s"] == pytest.approx(0.537434953e-3, rel=1e-8)
    small, large = result["by_capacitance"]
    assert small["window"] < large["window"]
    assert large["ghost_simulated"] == pytest.approx(large["ghost_law"], rel=0.2)
    cool, warm = result["by_ambient"]
    assert cool["cycle_fold"] > 0.96702e-3 > warm["cycle_fold"]
    assert verdicts(result)[0] == "R"


@pytest.mark.slow
def test_sweeps(analysis, tmp_path):
    """A slow current sweep and a slow voltage sweep, against the closed-form curve."""
    result = run(analysis, tmp_path, "fig_2_4_quasistatic_sweeps")
    assert result["current_sweep_against_closed_form"] < 1e-3
    assert result["jumps"]["up"][0] == pytest.approx(result["threshold"]["V"], abs=5e-3)
    assert result["jumps"]["down"][0] == pytest.approx(result["hold"]["V"], abs=5e-3)
    assert verdicts(result) == "RRN"


@pytest.mark.slow
def test_jitter(analysis, tmp_path):
    rows = run(analysis, tmp_path, "fig_2_5_cycle_to_cycle")["by_jitter"]
    spread = [row["relative_sd"]["V_TS"] for row in rows]
    assert spread == sorted(spread)
    assert rows[0]["tonic_at_200_uA"] == 12


@pytest.mark.slow
def test_shape_of_a_spike(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_8_spike_shape")
    assert result["undershoot_from"] == pytest.approx(99.5e-9, rel=0.01)
    assert verdicts(result) == "RRN"


@pytest.mark.slow
def test_energy(analysis, tmp_path):
    """Over a period of the two-state circuit, what the source gives the device turns to heat."""
    result = run(analysis, tmp_path, "fig_2_8_energy_per_spike")
    for row in result["by_capacitance"].values():
        two = row["at_180_uA"]["two states"]
        assert two["source"] == pytest.approx(two["device"], rel=1e-6)
    assert verdicts(result) == "RR"


@pytest.mark.slow
def test_ramp(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_9_ramp")
    assert result["last_spike"] > 0.999 * 680e-6
    # a ramp ends spiking just after the fold of cycles, which continuation knows nothing of
    assert 1 < result["last_spike_beyond"] / result["fold_of_cycles"] < 1.01
    assert result["fold_of_cycles"] < result["hold"]
    assert verdicts(result) == "RC"


@pytest.mark.slow
def test_tonic(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_10_tonic_spiking")
    assert result["rate"] * result["period_by_continuation"] == pytest.approx(1, abs=1e-8)
    assert run(analysis, tmp_path, "fig_2_6_voltage_driven_spikes")["spikes_with_C_d"] == 0


@pytest.mark.slow
def test_pulses(analysis, tmp_path):
    late = run(analysis, tmp_path, "fig_2_12_spike_latency")
    assert late["T_amb_of_source"] == pytest.approx([298.07, 301.25], abs=0.3)
    assert verdicts(late) == "C"
    single = run(analysis, tmp_path, "fig_2_13_all_or_nothing")
    assert single["readings_that_hold"] == ["rise included", "flat top"]
    assert verdicts(single) == "RR"
    three = run(analysis, tmp_path, "fig_2_14_temporal_integration")
    assert max(high for _, high in three["discriminates_between"].values()) < 90e-6
    assert verdicts(three) == "C"


@pytest.mark.slow
def test_burst(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_15_phasic_burst_shape")
    assert len(set(result["spikes_per_pulse"])) == 1
    assert verdicts(result) == "CRN"


@pytest.mark.slow
def test_frequency_response(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_4_20_frequency_response")
    assert result["half_plateau"] == pytest.approx([0.445e6, 0.6e6], abs=6e3)
    assert verdicts(result) == "CCN"


@pytest.mark.slow
def test_staircase(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_4_21_devils_staircase")
    found = result["plateaus"]["two states, 298 K"]
    ratios = ["1/3", "1/2", "2/3", "3/4", "4/5", "5/6"]
    assert list(found)[:6] == ratios
    edges = [edge for ratio in ratios for edge in found[ratio]]
    assert edges == sorted(edges)
    assert found["1/2"] == pytest.approx([678.2e3, 817.6e3], abs=200)
    assert max(check["state_after_q_periods"] for check in result["checks"]) < 1e-4
    assert verdicts(result) == "RC"
