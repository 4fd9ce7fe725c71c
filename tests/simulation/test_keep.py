"""What is kept of runs with noise, and when they stop, against whole runs of the same paths."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError


@pytest.fixture(scope="module")
def noisy():
    """Spikes that come and go: an Ornstein-Uhlenbeck process that crosses a level."""
    model = nd.Model.from_equations({"x": 0.0}, {}, ["-x"], spike="x - 0.5", scales={"x": 10})
    return nd.noise.stochastic(model, nd.noise.white("x", 1.0))


def runs(noisy, **keep):
    return nd.solve_sde(noisy, 200.0, dt=0.05, n=11, seed=9, keep=nd.Keep(traces=False, **keep))


def thinned(times, dead):
    """Crossings that come at least ``dead`` after the one counted before."""
    kept = []
    for t in times:
        if not kept or t - kept[-1] >= dead:
            kept.append(t)
    return kept


def test_dead_time_leaves_out_what_comes_too_soon(noisy):
    """The path does not know of it, so the whole train, thinned afterwards, is the same."""
    whole, counted = runs(noisy), runs(noisy, dead_time=3.0)
    assert min(map(len, counted.spike_times)) > 5
    for times, fewer in zip(whole.spike_times, counted.spike_times, strict=True):
        assert fewer.tolist() == thinned(times, 3.0)
    np.testing.assert_array_equal(whole.end, counted.end)


def test_a_run_stops_after_its_spikes_alone(noisy):
    whole, few = runs(noisy), runs(noisy, stop_spikes=3)
    for i, times in enumerate(whole.spike_times):
        assert few.spike_times[i].tolist() == times[:3].tolist()
        assert 0 <= few.stop[i] - times[2] <= 0.05 * (1 + 1e-9)  # at the end of that step
    assert len(set(few.stop)) > 8


def test_a_run_stops_when_it_has_been_quiet(noisy):
    whole, calm = runs(noisy), runs(noisy, stop_quiet=8.0)
    stopped = 0
    for i, times in enumerate(whole.spike_times):
        marks = np.concatenate([[0.0], times, [200.0]])
        long = np.flatnonzero(np.diff(marks) > 8.0 + 0.05)
        if not len(long):
            continue
        stopped += 1
        last = marks[long[0]]
        assert calm.spike_times[i].tolist() == times[times <= last].tolist()
        assert 8.0 < calm.stop[i] - last <= 8.0 + 0.05 * (1 + 1e-9)
    assert stopped > 5


def test_traces_end_where_runs_stop(noisy):
    whole = nd.solve_sde(noisy, 50.0, dt=0.05, n=3, seed=9)
    few = nd.solve_sde(noisy, 50.0, dt=0.05, n=3, seed=9, keep=nd.Keep(thin=4, stop_spikes=1))
    for i in range(3):
        under_way = few.t <= few.stop[i] * (1 + 1e-12)
        np.testing.assert_array_equal(few.x[i, under_way], whole.x[i, ::4][under_way])
        assert np.isnan(few.x[i, ~under_way]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"thin": 0}, "thin is 0; expected a whole number of 1"),
        ({"stop_quiet": -1.0}, "stop_quiet is -1"),
        ({"dead_time": np.nan}, "dead_time is nan"),
        ({"stop_spikes": 0.5}, "stop_spikes is 0.5"),
        ({"traces": 1}, "traces is 1; expected True or False"),
    ],
)
def test_choices_that_make_no_sense_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        nd.Keep(**options)


def test_a_model_without_spikes_has_none_to_stop_at():
    model = nd.Model.from_equations({"x": 0.0}, {}, ["-x"])
    for keep in ("spikes", nd.Keep(stop_spikes=1), nd.Keep(stop_quiet=1.0)):
        with pytest.raises(InputError, match="declares no spike event"):
            nd.solve_sde(model, 1.0, noise=nd.noise.white("x", 0.1), keep=keep)
