"""``neurodyn sweep``."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.cli import main


def test_table_of_a_sweep(tmp_path, capsys):
    arguments = ["sweep", "--over", "I_s=100uA:300uA:3", "--over", "C_ext=100pF,200pF"]
    arguments += ["--t-end", "5us", "--measure", "rate", "--measure", "spikes"]
    assert main([*arguments, "--set", "T_amb=298K", "--out", str(tmp_path / "found")]) == 0
    assert "3 I_s x 2 C_ext" in capsys.readouterr().err
    text = (tmp_path / "found" / "sweep.csv").read_text().splitlines()
    assert text[0] == "I_s (A),C_ext (F),rate (Hz),spikes (1),status"
    rows = [line.split(",") for line in text[1:]]
    runs = nd.sweep(
        nd.devices.nbox_neuron(T_amb=298.0),
        {"I_s": [1e-4, 2e-4, 3e-4], "C_ext": [1e-10, 2e-10]}, 5e-6, measure=["rate", "spikes"],
    )  # fmt: skip
    np.testing.assert_allclose([float(r[2]) for r in rows], runs["rate"].ravel(), rtol=1e-9)
    assert [int(r[3]) for r in rows] == runs["spikes"].ravel().tolist()
    assert {r[4] for r in rows} == {"OK"}


def test_table_on_standard_output_begins_with_its_header(capsys):
    """So that ``neurodyn sweep > s.csv`` is a table."""
    assert main(["sweep", "--over", "I_s=100uA,200uA", "--t-end", "1us"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "I_s (A),rate (Hz),status"
    assert len(out) == 3


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ("I_s", "expected NAME=VALUES"),
        ("I_x=1uA:2uA:3", "did you mean 'I_s'"),
        ("I_s=1uA:2uA", "FROM:TO:NUMBER"),
        ("I_s=1uA:2uA:0", "FROM:TO:NUMBER"),
    ],
)
def test_bad_values_end_in_a_sentence(capsys, over, message):
    assert main(["sweep", "--over", over]) == 2
    assert message in capsys.readouterr().err
