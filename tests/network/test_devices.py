"""Populations of devices from a table, drawn whole."""

import numpy as np
import pytest

import neurodyn as nd

NBOX = nd.devices.nbox_neuron


def test_each_neuron_is_one_row_of_the_table_and_rows_come_alike_often() -> None:
    """Counts of rows are binomial: within five standard deviations; the seed alone decides."""
    table = {"R_0": np.array([150.0, 180.0, 200.0, 240.0]), "C_ext": np.array([4, 3, 2, 1]) * 1e-10}
    cells = nd.Population("cells", NBOX(I_s=2e-4), 4000, devices=table)
    drawn = cells.parameter_table(3)
    names = cells.model.parameter_names
    R, C = (drawn[:, names.index(name)] for name in table)
    which = np.searchsorted(table["R_0"], R)
    assert np.array_equal(C, table["C_ext"][which])
    assert np.abs(np.bincount(which) - 1000).max() < 5 * np.sqrt(4000 * 0.25 * 0.75)
    assert np.array_equal(drawn, cells.parameter_table(3))
    assert not np.array_equal(drawn, cells.parameter_table(4))
    assert (drawn[:, names.index("I_s")] == 2e-4).all()


def test_a_population_from_a_fit_has_the_fits_standard_errors_and_correlation() -> None:
    """Draws from the covariance of a fit of R_0 and E_a, which make up for each other."""
    curve = nd.iv_curve(NBOX(), current=(1e-6, 1e-3))
    noise = 1 + 0.01 * np.random.default_rng(2).standard_normal(len(curve.V))
    fit = nd.fit_iv(nd.iv_data(curve.V * noise, curve.I), parameters=["R_0", "E_a"], T_amb=298.0)
    table = {name: [model[name] for model in fit.sample(4000)] for name in ("R_0", "E_a")}
    cells = nd.Population("cells", NBOX(), 4000, devices=table)
    drawn, names = cells.parameter_table(1), cells.model.parameter_names
    logs = np.log([drawn[:, names.index(name)] for name in table])
    order = [[p.name for p in fit.parameters].index(name) for name in table]
    expected = fit.correlation[np.ix_(order, order)]
    assert np.corrcoef(logs) == pytest.approx(expected, abs=0.05)
    assert abs(expected[0, 1]) > 0.5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"devices": {"R0": [1.0]}}, "no parameter or input 'R0'"),
        ({"devices": {"R_0": [190.0, 200.0], "C_ext": [1e-10]}}, "C_ext of devices has the shape"),
        ({"devices": {"R_0": []}}, "R_0 of devices has the shape"),
        (
            {"devices": {"R_0": [190.0]}, "parameters": {"R_0": 180.0}},
            "R_0 is given both in parameters and in devices",
        ),
        ({"devices": {"I_s": [1e-4]}, "inputs": {"I_s": 1e-4}}, "as a stimulus of all"),
    ],
    ids=["name", "shapes", "empty", "twice", "stimulus"],
)
def test_tables_that_cannot_be_are_refused_in_words(options: dict, sentence: str) -> None:
    with pytest.raises(nd.InputError, match=sentence):
        nd.Population("cells", NBOX(), 2, **options)
