"""The page of questions: made anew it says the same, and its code runs."""

from __future__ import annotations

import re

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "questions.md"
NUMBER = re.compile(r"(?<![\w.])[+-]?\d[\d.]*(?:e-?\d+)?")
SMALL = 1e-5  # differences of two ways: their size is rounding, and depends on the processor


@pytest.mark.slow
def test_the_page_made_anew_says_the_same(analysis, tmp_path):
    analysis("questions").main(tmp_path)
    made, kept = (path.read_text() for path in (tmp_path / "questions.md", PAGE))
    assert NUMBER.sub("#", made).split() == NUMBER.sub("#", kept).split()
    for new, old in zip(NUMBER.findall(made), NUMBER.findall(kept), strict=True):
        assert float(new) == pytest.approx(float(old), rel=1e-3, abs=SMALL)
    for name in re.findall(r"\((figures/\w+\.png)\)", kept):
        assert (tmp_path / name).stat().st_size > 10_000
        assert (PAGE.parent / name).exists()


@pytest.mark.slow
def test_its_code_runs(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S):
        exec(compile(block, "questions.md", "exec"), names)
    assert names["found"].saddle["T"] > names["latch"]["T_amb"]
    assert names["rate"].log_gradient["C_ext"] < 0 < names["energy"].log_gradient["C_ext"]
