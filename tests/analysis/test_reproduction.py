"""The published results: of today's equations, and REPRODUCTION.md says what the JSON files say."""

from __future__ import annotations

import json

import pytest

import neurodyn as nd


@pytest.fixture
def results(analysis):
    """Return the folder with the published results."""
    return analysis("common").OUT


def test_every_figure_has_its_results(analysis, results):
    scripts = {path.stem for path in analysis("reproduce").scripts()}
    assert len(scripts) >= 16
    assert {path.stem for path in results.glob("*.json")} == scripts
    assert {path.stem for path in results.glob("*.png")} == scripts


def test_report_is_what_the_results_say(analysis, results):
    published = results.parent / "REPRODUCTION.md"
    assert published.read_text() == analysis("reproduce").report(results)


def test_report_names_all_figures_in_order(analysis, results):
    reproduce = analysis("reproduce")
    rows = [line for line in reproduce.report(results).splitlines() if line.startswith("| [")]
    figures = [line.split("]")[0].removeprefix("| [") for line in rows]
    for number in (4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19):
        assert any(figure.startswith(f"2.{number}") for figure in figures), number
    assert {"4.20", "4.21"} <= set(figures)
    chapters = [int(figure.split(".")[0]) for figure in figures]
    assert chapters == sorted(chapters)


def test_published_results_are_those_of_this_code(results):
    """The committed JSON files belong to the equations of today."""
    devices = (nd.devices.nbox_neuron, nd.devices.nbox_circuit, nd.devices.nbox_voltage_driven)
    digests = {make().digest for make in devices}
    ours = [json.loads(path.read_text()) for path in results.glob("*.json")]
    assert {result["provenance"]["equations"] for result in ours} <= digests


@pytest.mark.parametrize(
    "broken", [{"verdict": "nearly"}, {"why": None}], ids=["unknown verdict", "no reason"]
)
def test_a_statement_that_is_not_complete_is_refused(analysis, tmp_path, broken):
    row = {"claim": "c", "source": "s", "ours": 1.0, "verdict": "reproduced", "why": "w"} | broken
    row = {key: value for key, value in row.items() if value is not None}
    path = tmp_path / "fig_1_1_nothing.json"
    path.write_text(json.dumps({"figure": "1.1", **row}))
    with pytest.raises(ValueError, match=r"fig_1_1_nothing\.json"):
        analysis("reproduce").report(tmp_path)


def test_a_verdict_that_is_not_one_of_the_three_is_refused(analysis):
    with pytest.raises(ValueError, match="nearly"):
        analysis("common").claim("c", "s", 1.0, "nearly", "w")
