"""A training as a file, and from the command line."""

import json

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.cli import main
from neurodyn.errors import InputError

GOOD = """
[data]
file = "two.npz"
[network]
hidden = [8]
eta = 0.2
epochs = 3
batch = 10
"""


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    x = np.clip(0.3 + 0.4 * y[:, None] + 0.1 * rng.standard_normal((60, 4)), 0, 1)
    np.savez(tmp_path / "two.npz", x=x, y=np.where(y, "up", "down"))
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 20, 500, every=50)
    nd.synapses.write_pulse_table(table, tmp_path / "pulses.csv")
    return tmp_path


def written(folder, text):
    (folder / "train.toml").write_text(text)
    return folder / "train.toml"


def test_a_file_says_what_python_would(folder):
    text = GOOD + '[update]\nrule = "quantised"\ntheta = 1e-3\nv = 2e-3\nmost = 5\n'
    text += '[settling]\nnudge = "centred"\nbeta = 0.3\n'
    found = nd.learning.read_learning(written(folder, text)).network
    assert found == nd.learning.EqProp(
        (8,),
        nd.learning.Quantised(1e-3, 2e-3, 5),
        0.2,
        nd.learning.Settling(nudge="centred", beta=0.3),
        epochs=3,
        batch=10,
    )


def test_the_command_writes_what_was_learned_and_goes_on(folder, capsys):
    text = GOOD + '[update]\nrule = "ternary"\ntheta = 1e-3\n[synapse]\ntable = "pulses.csv"\n'
    call = ["learn", str(written(folder, text)), "--store", str(folder / "state.npz")]
    assert main([*call, "--out", str(folder / "out")]) == 0
    said = capsys.readouterr().out
    assert "network of 4-8-2 units, Ternary(theta=0.001, v=0.0001)" in said
    names = {path.name for path in (folder / "out").iterdir()}
    assert names == {
        "accuracy.png", "confusion.png", "drift.png", "history.csv", "learned.json", "pulses.png",
        "weights.npz",
    }  # fmt: skip
    plain = json.loads((folder / "out" / "learned.json").read_text())
    with np.load(folder / "out" / "weights.npz") as arrays:
        assert arrays["W1"].shape == (8, 4)
    assert len(plain["history"]["train"]) == 3
    assert main(call) == 0  # all is done already: the same report
    assert capsys.readouterr().out == said.split("written:")[0]
    assert main([*call, "--epochs", "4"]) == 2
    assert "another training" in capsys.readouterr().err


def test_a_training_that_devices_end_is_incomplete_and_written(folder, capsys):
    """Devices that stop at the end of a short table: exit 1, and what there is on disk."""
    table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 20, 12, every=2)
    nd.synapses.write_pulse_table(table, folder / "pulses.csv")
    text = GOOD.replace("epochs = 3", "epochs = 60")
    text += '[update]\nrule = "ternary"\ntheta = 1e-3\n[synapse]\ntable = "pulses.csv"\n'
    assert main(["learn", str(written(folder, text)), "--out", str(folder / "out")]) == 1
    said = capsys.readouterr()
    assert "have reached their end" in said.err
    assert "Traceback" not in said.err


BAD = [
    ("[network]\nhidden = [8]\n", "set = 'digits'"),
    ("[data]\nset = 'mnist'\n", "mnist_5000"),
    ("[netwrk]\n", "did you mean 'network'"),
    ("data = 3\n", "expected a table"),
    (GOOD + "widths = 3\n", "hidden"),
    (GOOD + "[update]\nrule = 'ternery'\ntheta = 1\n", "did you mean 'ternary'"),
    (GOOD + "[update]\nrule = 'ternary'\n", "theta"),
    (GOOD + "[update]\nrule = 'ternary'\ntheta = -1\n", "theta"),
    (GOOD + "[update]\nrule = 'ternary'\ntheta = 1\nmost = 3\n", "theta, v"),
    (GOOD + "[settling]\nbeta = 'much'\n", "beta"),
    (GOOD + "[settling]\nnudge = 'central'\n", "centred"),
    (GOOD + "[synapse]\nmodel = 'hfox'\n", "weak_reset"),
    (GOOD + "[synapse]\nmodel = 'weak_reset'\n", "take pulses"),
    (GOOD + "[synapse]\nweight = 'log'\n", "either table"),
    (GOOD + "[synapse]\ntable = 'none.csv'\n", "none.csv"),
    (GOOD.replace("two.npz", "three.npz"), "three.npz"),
    (GOOD.replace("0.2", "[0.2, 0.1, 0.1]"), "3 numbers for 2 layers"),
    (GOOD.replace("[network]", "[network]\npreset = 'ternry'"), "did you mean 'ternary'"),
    (GOOD.replace("[network]", "[network]\npreset = 'devices_log'"), "[synapse]"),
    (GOOD.replace('"two.npz"', '"two.npz"\nheld_back = 1.5'), "fraction"),
    ("[data\n", "cannot be read"),
]


@pytest.mark.parametrize(("text", "said"), BAD, ids=range(len(BAD)))
def test_a_file_that_makes_no_sense_gets_a_sentence(folder, text, said, capsys):
    path = written(folder, text)
    with pytest.raises(InputError) as caught:
        nd.learning.read_learning(path)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 500
    assert main(["learn", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_shipped_trainings_can_be_read_and_unknown_ones_are_named():
    pytest.importorskip("sklearn")
    for name in ("digits_probabilistic", "digits_on_measured_devices"):
        recipe = nd.learning.read_learning(name)
        assert len(recipe.data) + len(recipe.validation) == 1797
    with pytest.raises(InputError, match="did you mean 'digits_probabilistic'"):
        nd.learning.read_learning("digits_probabilistc")


@pytest.mark.slow
def test_a_table_with_dead_devices_and_coarse_reads_becomes_a_trained_network(tmp_path):
    """The shipped table: 3 of 100 devices dead, 8 bits; digits are told far above chance."""
    pytest.importorskip("sklearn")
    assert main(["learn", "digits_on_measured_devices", "--out", str(tmp_path / "out")]) == 0
    plain = json.loads((tmp_path / "out" / "learned.json").read_text())
    assert plain["history"]["validation"][-1] > 0.8
    report = nd.synapses.read_pulse_table(
        nd.learning.recipe.__file__.replace("recipe.py", "examples/synthetic_hfox.csv")
    ).report()
    assert "3 dead devices" in str(report)
