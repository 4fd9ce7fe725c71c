"""The fitted device in a circuit of the user's, from a netlist."""

import json

import pytest

import neurodyn as nd
from neurodyn.cli import main
from neurodyn.datasheet.circuits import in_circuit

FULL = """* by hand
I1 0 a input
C1 a 0 {C}
L1 a b 700n
X1 b out nbox
C2 b out 0.33p
R2 out 0 25
.param C=200p
"""


@pytest.fixture(scope="module")
def fit():
    return nd.fit_iv(nd.read_iv(nd.default_iv()), T_amb=298.0, starts=3)


@pytest.mark.slow
def test_the_full_circuit_as_a_netlist_gives_the_numbers_of_the_library(fit):
    """Two ways to the same four equations: written out, and from the solver of netlists."""
    library = nd.datasheet(fit, draws=2)
    own = nd.datasheet(fit, draws=2, circuit=nd.Circuit.from_netlist(FULL))
    keys = [key for key in library.numbers if "_full" in key and "pF" not in key]
    assert len(keys) > 12
    for key in keys:
        assert own.numbers[key].value == pytest.approx(library.numbers[key].value, rel=2e-4), key
    assert "The circuit 'by hand' (device with 200 pF, 700 nH," in "\n".join(own.summary)
    assert own.numbers["L1"].value == pytest.approx(700e-9, rel=1e-12)


def test_the_device_in_it_is_the_fitted_one_and_has_what_the_curve_does_not_hold(fit):
    circuit = nd.Circuit.from_netlist(FULL.replace("nbox", "nbox C_th=3f"))
    model = in_circuit(fit, circuit)
    for p in ("R_0", "E_a", "eps_r", "d", "R_th", "T_amb"):
        assert model[p] == fit.model[p]
    assert model["C_th"] == pytest.approx(3e-15, rel=1e-12)
    alone, within = (nd.iv_curve(m).threshold.V for m in (fit.model, model))
    assert within == pytest.approx(alone, rel=1e-9)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("C2", "X2 b 0 nbox\nC2", "has 2 devices; expected one"),
        ("X1 b out nbox", "R9 b out 1k", "has 0 devices"),
        ("nbox", "mott_vo2", "line 5, X1 of the circuit is VO2 Mott core, but"),
        ("nbox", "nbox R_0=100", "sets R_0, which the fit determines"),
        ("I1 0 a input", "V1 s 0 input\nR1 s a 4k", "has the inputs V1; expected"),
        ("I1 0 a input", "I1 0 a 1u", "has the inputs none; expected"),
    ],
)
def test_other_circuits_are_refused_in_a_sentence(fit, old, new, sentence):
    with pytest.raises(nd.InputError, match=sentence):
        in_circuit(fit, nd.Circuit.from_netlist(FULL.replace(old, new)))


@pytest.mark.slow
def test_from_the_command_line(tmp_path, capsys):
    (tmp_path / "own.cir").write_text(FULL)
    command = ["datasheet", "--circuit", str(tmp_path / "own.cir"), "--set", "C=100pF"]
    assert main([*command, "--out", str(tmp_path / "sheet")]) == 0
    assert "The circuit 'by hand' (device with 100 pF," in capsys.readouterr().out
    sheet = json.loads((tmp_path / "sheet" / "datasheet.json").read_text())
    assert sheet["numbers"]["C"]["value"] == pytest.approx(1e-10, rel=1e-12)
    assert set(sheet["landmarks"]) == {"two-state circuit", "circuit 'by hand'"}
    unknown = [*command[:-1], "L_ext=1nH", "--out", str(tmp_path / "other")]
    assert main(unknown) == 2
    assert not (tmp_path / "other").exists()
