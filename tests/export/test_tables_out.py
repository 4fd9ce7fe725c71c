"""Results as users have them: CSV, pandas, xarray with netCDF, neo; read back by other code."""

import csv

import numpy as np
import pytest

import neurodyn as nd


@pytest.fixture(scope="module")
def results():
    neuron = nd.devices.nbox_neuron(I_s=335e-6)
    return {
        "iv": nd.iv_curve(neuron, n=30),
        "fi": nd.fi_curve(neuron, "I_s", [1e-4, 3e-4]),
        "spikes": nd.spikes(nd.solve(neuron, 3e-6)),
        "run": nd.solve(neuron, 1e-6),
    }


@pytest.mark.parametrize("name", ["iv", "fi", "spikes", "run"])
def test_a_table_comes_back_from_csv_pandas_and_netcdf(name, results, tmp_path):
    result, columns = results[name], results[name].columns()
    result.to_csv(tmp_path / "table.csv")
    rows = list(csv.reader((tmp_path / "table.csv").read_text().splitlines()))
    assert rows[0] == [f"{key} [{unit}]" for key, (_, unit) in columns.items()]
    values = np.array([values for values, _ in columns.values()], float).T
    assert np.allclose(np.array(rows[1:], float), values, rtol=1e-9, equal_nan=True)
    xarray = pytest.importorskip("xarray")
    result.to_xarray().to_netcdf(tmp_path / "table.nc", engine="scipy")
    with xarray.open_dataset(tmp_path / "table.nc", engine="scipy") as found:
        for key, (column, unit) in columns.items():
            assert np.array_equal(found[key].values, column, equal_nan=True)
            assert found[key].attrs["units"] == unit
    pytest.importorskip("pandas")
    assert list(result.to_pandas().columns) == list(columns)
    assert result.to_pandas().attrs["units"] == {key: unit for key, (_, unit) in columns.items()}


def test_a_spike_train_goes_to_neo(results):
    pytest.importorskip("neo")
    train = results["spikes"].to_neo()
    assert np.array_equal(train.times.rescale("s").magnitude, results["spikes"].times)
    assert float(train.t_stop) == results["spikes"].end


@pytest.mark.filterwarnings("ignore:The 'copy' argument in Quantity")  # elephant's own call
def test_elephant_reads_spike_trains_and_runs_of_networks(results):
    """Intervals, rate and bins by elephant, from numbers of ours."""
    elephant = pytest.importorskip("elephant", reason="elephant is not installed (pip has it)")
    from elephant.conversion import BinnedSpikeTrain
    from elephant.statistics import isi, mean_firing_rate

    ours = results["spikes"]
    train = ours.to_neo()
    assert elephant.__version__
    np.testing.assert_allclose(isi(train).rescale("s").magnitude, np.diff(ours.times), rtol=1e-12)
    rate = float(mean_firing_rate(train).rescale("Hz").magnitude)
    assert rate == pytest.approx(len(ours.times) / ours.end, rel=1e-12)
    path = nd.example_network("ring")
    run = nd.simulate(nd.read_network(path), **nd.run_options(path))
    binned = BinnedSpikeTrain(run.to_neo().spiketrains, n_bins=10).to_array()
    expected = [run[name].counts for name in run.spikes]
    assert np.array_equal(binned.sum(axis=1), np.concatenate(expected))


def test_a_place_that_cannot_be_written_is_refused(results, tmp_path):
    with pytest.raises(nd.InputError, match="cannot be written"):
        results["iv"].to_csv(tmp_path / "no" / "iv.csv")
    assert not list(tmp_path.iterdir())
