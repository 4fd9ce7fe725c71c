"""The analyses run, and their JSON files say what they must."""

from __future__ import annotations

import json

import pytest

REDUCED = {
    "fig_2_17_phase_planes": {"t_end": 10e-6},
    "fig_2_18_phasic_bursting": {"points": 16, "smallest": 1e-9},
    "fig_2_19_window_against_capacitance": {"capacitances": (20, 100), "ambients": (296, 298)},
}


def run(analysis, folder, name):
    """Run one analysis with few points; return its JSON."""
    analysis(name).main(folder, **REDUCED[name])
    assert 10_000 < (folder / f"{name}.png").stat().st_size < 300_000
    result = json.loads((folder / f"{name}.json").read_text())
    for row in result["comparison"]:
        assert set(row) == {"quantity", "ours", "source", "verdict"}
    made = result["provenance"]
    assert set(made) == {"source", "equations", "parameters", "versions", "settings"}
    assert made["parameters"]["T_amb"] == 298.0
    assert len(made["equations"]) == 64
    return result


def test_phase_planes(analysis, tmp_path):
    planes = run(analysis, tmp_path, "fig_2_17_phase_planes")["planes"]
    kinds = {letter: sorted(plane["cycles"]) for letter, plane in planes.items()}
    both = ["stable", "unstable"]
    assert kinds == {"a": ["stable"], "b": [], "c": [], "d": both, "e": both, "f": []}
    at_rest = {letter: plane["equilibrium"]["stable"] for letter, plane in planes.items()}
    assert at_rest == {"a": False} | dict.fromkeys("bcdef", True)
    assert planes["b"]["spikes_from_rest"] == 1
    assert 10 < planes["f"]["spikes_from_rest"] < 25


def test_ghost(analysis, tmp_path):
    result = run(analysis, tmp_path, "fig_2_18_phasic_bursting")
    ghost = result["ghost"]
    assert ghost["exponent"] == pytest.approx(-0.5, abs=0.02)
    # two ways: a fit to counted spikes, and the multipliers of the cycles below the fold
    assert ghost["constant_fitted"] == pytest.approx(ghost["constant_from_multipliers"], rel=0.03)
    assert [h["criticality"] for h in result["hopf"]] == ["supercritical", "subcritical"]
    assert result["fold_of_cycles"]["I_s"] == pytest.approx(0.9638336556e-3, rel=1e-8)


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


def test_published_results_are_those_of_this_code(analysis):
    """The committed JSON files belong to the equations of today."""
    import neurodyn as nd

    digest = nd.devices.nbox_neuron().digest
    for name in REDUCED:
        path = analysis("common").OUT / f"{name}.json"
        assert json.loads(path.read_text())["provenance"]["equations"] == digest
