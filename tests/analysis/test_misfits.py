"""The table of misfits: nobody is misled by any, and the page says what the fits say now."""

import importlib

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "misfits.md"
ENDS = {  # those that no user should take for a good fit of the bare device
    "a diode",
    "leak of 0.1 Mohm beside the device",
    "leak of 1 Mohm beside the device",
    "3000 ohm in series, untold",
    "R_th proportional to T^0.3",
    "R_th proportional to T^-0.3",
}


@pytest.fixture(scope="module")
def rows():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "analysis"))
        module = importlib.import_module("misfits")
    return [module.row_of(misfit) for misfit in module.misfits()]


def test_none_passes_unsaid_whose_truth_lies_outside_its_interval(rows):
    assert [row.misfit.name for row in rows if not row.passes] == []


def test_the_bare_truth_is_accepted_and_nothing_is_asked_for(rows):
    assert rows[0].misfit.name == "nothing"
    assert rows[0].fit.accepted
    assert not rows[0].fit.model_error.asked


def test_what_ruins_a_parameter_is_rejected(rows):
    verdicts = {row.misfit.name: row.fit.accepted for row in rows}
    assert {name for name, accepted in verdicts.items() if not accepted} >= ENDS


def test_what_the_data_ask_for_is_what_was_done(rows):
    """The size that was put in, within three standard errors of what is found in its place."""
    true = {
        "leak of 1 Mohm beside the device": ("leak", 1e-6),
        "3000 ohm in series, untold": ("R_series", 3000.0),
        "R_th proportional to T^0.3": ("exponent of R_th in T", 0.3),
        "R_0 drifts by 5% between the sweeps": ("drift of R_0 between the ways up and down", 0.05),
    }
    for row in rows:
        name, value = true.get(row.misfit.name, (None, None))
        if name is not None:
            found = {e.name: e for e in row.fit.model_error.extensions}[name]
            assert found.asked, row.misfit.name
            assert abs(found.value - value) < 3 * found.standard_error, row.misfit.name


def test_the_page_names_every_misfit_with_the_verdict_of_now(rows):
    cells = [line.split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    said = {line[0].removeprefix("| "): line[1] for line in cells[1:]}
    now = {row.misfit.name: "accepted" if row.fit.accepted else "rejected" for row in rows}
    assert said == now
