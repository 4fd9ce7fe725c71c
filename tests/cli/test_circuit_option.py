"""``--circuit FILE`` in place of a model's name."""

import json

import pytest

from neurodyn.cli import main

NETLIST = "* pair\nI1 0 b input\nC1 b 0 {C}\nX1 b 0 nbox\n.param C=200p\n"


@pytest.fixture
def netlist(tmp_path):
    path = tmp_path / "neuron.cir"
    path.write_text(NETLIST)
    return str(path)


def test_simulate_takes_a_netlist(netlist, tmp_path, capsys):
    out = tmp_path / "run"
    arguments = ["--input", "I1=335uA", "--t-end", "1us", "--points", "50", "--set", "C=100pF"]
    assert main(["simulate", "--circuit", netlist, *arguments, "--out", str(out)]) == 0
    assert "energy per spike (device)" in capsys.readouterr().out
    head = (out / "trace.csv").read_text().splitlines()[0]
    assert head.startswith("t (s),V_b (V),T_X1 (K)")
    assert not json.dumps(head).count("None")


def test_iv_takes_a_netlist(netlist, capsys):
    assert main(["iv", "--circuit", netlist, "--points", "40"]) == 0
    assert "0.912312 V, 43.1061 uA" in capsys.readouterr().out


def test_bifurcate_goes_along_the_first_input(netlist, capsys):
    assert main(["bifurcate", "--circuit", netlist, "--from", "20uA", "--to", "42uA"]) == 0
    assert "I1" in capsys.readouterr().out


def test_bad_netlists_are_told_by_line(tmp_path, capsys):
    path = tmp_path / "bad.cir"
    path.write_text("R1 a 0 4kF\n")
    assert main(["simulate", "--circuit", str(path)]) == 2
    assert "bad.cir: line 1, R1" in capsys.readouterr().err
    assert main(["iv", "--circuit", str(path), "--model", "nbox_neuron"]) == 2
