"""Linear circuits and NbOx circuits against ngspice, where it is installed."""

import numpy as np
import pytest

import neurodyn as nd
from tests.circuits import linear_mna, spice
from tests.circuits.neurons import NEURONS


@pytest.mark.slow
@pytest.mark.parametrize("kind", NEURONS)
def test_spike_times_of_nbox_circuits(kind, tmp_path):
    text, level = NEURONS[kind]
    model = nd.Circuit.from_netlist(text).model().with_parameters(**level)
    end = 3e-6
    run = nd.solve(model, end, method=nd.Adaptive(rtol=1e-9))
    drive = {name: f"dc {value!r}" for name, value in level.items()}
    t, *temperatures = spice.run(
        tmp_path, text, drive, f"tran 0.05n {end!r} 0 0.05n uic",
        [f"v(tx{i})" for i in range(1, text.count("nbox") + 1)],
    )  # fmt: skip
    ours = run.spike_times
    T = temperatures[0]
    up = np.flatnonzero((T[:-1] < 600) & (T[1:] >= 600))
    theirs = t[up] + (600 - T[up]) / (T[up + 1] - T[up]) * (t[up + 1] - t[up])
    assert len(ours) == len(theirs) >= 2
    assert ours == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("seed", range(3, 200, 40))
def test_linear_circuits_in_frequency_and_time(seed, tmp_path):
    lines = linear_mna.random_circuit(seed)
    text = linear_mna.netlist(lines)
    source = next(line[0] for line in lines if line[0][0] in "VI")
    nodes = list(linear_mna.matrices(lines)[3])
    columns = spice.run(
        tmp_path, text, {source: "dc 0 ac 1"}, "ac lin 1 3e5 3e5", [f"v({n})" for n in nodes]
    )
    theirs = {n: complex(columns[1 + 2 * i], columns[2 + 2 * i]) for i, n in enumerate(nodes)}
    model = nd.Circuit.from_netlist(text).model()
    found = nd.impedance(model, f=[3e5], output=f"V_{nodes[0]}")
    assert found.response[0] == pytest.approx(theirs[nodes[0]], rel=1e-6)

    times = np.linspace(1e-6, 20e-6, 7)
    (tmp_path / "out.txt").unlink()
    columns = spice.run(
        tmp_path, text, {source: "dc 1"}, "tran 2n 20.1u 0 2n uic", [f"v({n})" for n in nodes]
    )
    run = nd.solve(model, 20.1e-6, inputs={source: 1.0}, method=nd.Adaptive(rtol=1e-9))
    for node, values in zip(nodes, columns[1:], strict=True):
        expected = np.interp(times, columns[0], values)
        assert run.at(times, f"V_{node}") == pytest.approx(
            expected, rel=1e-4, abs=1e-4 * np.abs(values).max()
        )
