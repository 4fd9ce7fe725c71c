"""Pages that a script writes: made anew they say the same, and their code runs."""

from __future__ import annotations

import re

import pytest

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
NUMBER = re.compile(r"(?<![\w.])[+-]?\d+(?:\.\d+)?(?:e-?\d+)?")
SMALL = 1e-5  # differences of two ways: their size is rounding, and depends on the processor


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["questions", "coupled_neurons", "networks", "network_dynamics", "network_learning"]
)
def test_the_page_made_anew_says_the_same(analysis, tmp_path, name):
    analysis(name).main(tmp_path)
    made, kept = (path.read_text() for path in (tmp_path / f"{name}.md", DOCS / f"{name}.md"))
    assert NUMBER.sub("#", made).split() == NUMBER.sub("#", kept).split()
    for new, old in zip(NUMBER.findall(made), NUMBER.findall(kept), strict=True):
        assert float(new) == pytest.approx(float(old), rel=1e-3, abs=SMALL)
    for figure in re.findall(r"\((figures/\w+\.png)\)", kept):
        assert (tmp_path / figure).stat().st_size > 10_000
        assert (DOCS / figure).exists()


def names_of(page):
    """Run the code of a page and return what it made."""
    names = {}
    for block in re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.S):
        exec(compile(block, page, "exec"), names)
    return names


@pytest.mark.slow
def test_the_code_of_coupled_neurons_runs():
    names = names_of("coupled_neurons.md")
    assert names["edge"]["R_c"].max() > 40e3 > names["fold"].parameter
    assert [round(one.phase, 4) for one in names["locking"].stable] == [0.1924, 0.8076]


@pytest.mark.slow
def test_the_code_of_networks_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    names = names_of("networks.md")
    assert len(names["kept"]["cells"]) == len(names["run"]["cells"]) > 500
    assert {path.name for path in tmp_path.iterdir()} == {
        "network.toml", "network.npz", "network_run.npz"}  # fmt: skip


@pytest.mark.slow
def test_the_code_of_questions_runs(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    names = names_of("questions.md")
    assert names["found"].saddle["T"] > names["latch"]["T_amb"]
    assert names["rate"].log_gradient["C_ext"] < 0 < names["energy"].log_gradient["C_ext"]
