"""``neurodyn network``."""

from pathlib import Path

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.cli import main
from neurodyn.network.engine import windows


def test_a_shipped_network_is_run_as_from_python(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["network", "ring", "--t-end", "2us", "--set", "ring.C_ext=150pF"]
    assert main([*arguments, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    network = nd.read_network(nd.example_network("ring"))
    ring = nd.Population("ring", nd.devices.nbox_neuron(I_s=1e-5, C_ext=150e-12), 12)
    run = nd.simulate(nd.Network([ring, network["start"]], network.connections), 2e-6)
    assert f"<network run: {len(run['ring'])} spikes of 12 neurons 'ring' in 2e-06 s" in said
    assert "12 neurons, 13 synapses" in said
    assert "kHz per neuron" in said
    assert {p.name for p in out.iterdir()} == {"spikes.csv", "run.npz", "raster.png", "network.png"}
    with np.load(out / "run.npz") as file:
        assert np.array_equal(file["ring/times"], run["ring"].times)
    lines = (out / "spikes.csv").read_text().splitlines()
    assert lines[0] == "time [s],population,neuron"
    assert len(lines) == 1 + len(run["ring"]) + 1
    assert (out / "network.png").stat().st_size > 10_000


def test_options_of_the_file_and_the_seed_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = nd.example_network("excitation_inhibition").read_text()
    path = tmp_path / "net.toml"
    path.write_text(text.replace("t_end = 1000.0", "t_end = 100.0"))
    found = []
    for arguments in ([], ["--seed", "2"], ["--seed", "3"], ["--threads", "1"]):
        assert main(["network", str(path), *arguments]) == 0
        found.append(capsys.readouterr().out)
    assert "in 100 ms" in found[0]
    assert found[0] == found[1] == found[3] != found[2]
    path.write_text(text[: text.index("[run]")])
    assert main(["network", str(path)]) == 2
    assert "does not say how long to run; expected --t-end" in capsys.readouterr().err


def test_a_run_that_fails_keeps_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Too few steps: the neuron is named, exit status 1, and the files are written."""
    text = nd.example_network("ring").read_text()
    path = tmp_path / "net.toml"
    path.write_text(text + "method.adaptive = {max_steps = 60}\n")
    assert main(["network", str(path), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert "neuron " in said.err
    assert "of 'ring'" in said.err
    assert (tmp_path / "out" / "run.npz").exists()


def test_an_interrupted_run_goes_on_from_its_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = str(tmp_path / "store.npz")
    assert main(["network", "ring"]) == 0
    whole = capsys.readouterr().out
    real = nd.simulate

    def interrupted(network: nd.Network, t_end: float, **options: object) -> nd.NetworkRun:
        def stop(_: str, share: float) -> None:
            if share > 0.1:
                raise KeyboardInterrupt

        return real(network, t_end, **{**options, "progress": stop})  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(nd, "simulate", interrupted)
        patch.setattr(windows, "_LOOK", 1e-4)  # the run is over in a tenth of a second
        assert main(["network", "ring", "--store", store]) == 130
    said = capsys.readouterr()
    assert "interrupted" in said.out
    assert f"kept in {store}: the same command goes on" in said.err
    assert main(["network", "ring", "--store", store]) == 0
    assert capsys.readouterr().out == whole
