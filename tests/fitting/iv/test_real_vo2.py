"""Real VO2 (Galloni et al. 2024): a loop with hysteresis that no NbOx model has."""

import pytest

import neurodyn as nd


@pytest.fixture(scope="module")
def loop():
    from tests.conftest import REPOSITORY

    path = REPOSITORY.parent / "shared/data/real/vo2_galloni2024/VO2_data_RvsV_transition.csv"
    if not path.exists():
        pytest.skip("the third-party measurements (../shared/data/real) are not here")
    return nd.read_iv(path)


def test_pre_threshold_branch_alone_is_refused(loop):
    """The negative control: a neat curve and a worthless fit, kappa or E_a without limit."""
    rising = (loop.direction > 0) & (loop.V < 17.0)
    fit = nd.fit_iv((loop.V[rising], loop.I[rising]), 300.0, noise=0.01, starts=3)
    assert fit.rms < 0.03  # neat
    assert not fit.accepted
    said = " ".join(fit.reasons)
    assert "not determined" in said or "runs to its bound" in said


@pytest.mark.slow
def test_hysteresis_does_better_and_the_report_says_what_remains(loop):
    """rms 7 % with a hysteretic R(T) against 17 % with Poole-Frenkel; neither is accepted."""
    start = nd.devices.thermal_neuristor(
        circuit="current_driven", S=3e-3, T_c=340.0, E_a=1690.0, R_m=220.0, R_0=17.0, w=10.0
    )
    fits = [
        nd.fit_iv(loop, 298.0, model=model, starts=starts)
        for model, starts in (("nbox_neuron", 9), ("mott_vo2", 4), (start, 3))
    ]
    nbox, mott, neuristor = fits
    table = nd.compare_fits(fits)
    assert table.best is neuristor
    assert neuristor.rms < 0.08 < 0.11 < mott.rms < nbox.rms
    assert neuristor.aic < mott.aic - 300 < nbox.aic - 300
    text = table.report()
    assert "what remains: up to" in text
    assert "on the way down" in text
    assert "none of these models is accepted" in text
    for fit in fits:
        assert "does not follow the data" in fit.reasons[0]
