"""Cards that are damaged, forged or of another time: each is refused in one sentence."""

import copy
import json
import tomllib

import pytest

import neurodyn as nd
from neurodyn.cli.entry import main
from tests.arguments.verbs import shared


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the text of the card of a fit, and what it says."""
    path = tmp_path_factory.mktemp("card") / "card.json"
    nd.device_card(shared("fit")).write(path)
    text = path.read_text()
    content = json.loads(text)
    del content["digest"]  # so that what is checked is the content itself
    return text, content


def put(*path, value):
    """Return a change of the value at a place."""

    def change(content):
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return change


def drop(*path):
    def change(content):
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return change


DEEP = "(" * 500 + "V" + ")" * 500
CHANGES = {
    "newer": put("version", value=2),
    "much newer": put("version", value=10**30),
    "version text": put("version", value="1"),
    "version bool": put("version", value=True),
    "version zero": put("version", value=0),
    "no version": drop("version"),
    "other format": put("format", value="datasheet"),
    "no format": drop("format"),
    "no kind": drop("kind"),
    "kind": put("kind", value="guess"),
    "kind list": put("kind", value=[]),
    "unknown key": put("extra", value=1),
    "no model": drop("model"),
    "model text": put("model", value="nbox_neuron"),
    "model list": put("model", value=[1, 2]),
    "no states": drop("model", "states"),
    "states empty": put("model", "states", value=[]),
    "states number": put("model", "states", value=3),
    "state null": put("model", "states", 0, value=None),
    "no equation": drop("model", "states", 0, "equation"),
    "equation number": put("model", "states", 0, "equation", value=1.0),
    "equation code": put("model", "states", 0, "equation", value="__import__('os').getcwd()"),
    "equation lambda": put("model", "states", 0, "equation", value="(lambda: V)()"),
    "equation attribute": put("model", "states", 0, "equation", value="V.__class__"),
    "equation subscript": put("model", "states", 0, "equation", value="[V][0]"),
    "equation unknown": put("model", "states", 0, "equation", value="V + W"),
    "equation half": put("model", "states", 0, "equation", value="V + ("),
    "equation empty": put("model", "states", 0, "equation", value=""),
    "equation infinite": put("model", "states", 0, "equation", value="V/0"),
    "equation huge": put("model", "states", 0, "equation", value="9**9**9**9"),
    "equation deep": put("model", "states", 0, "equation", value=DEEP),
    "equation condition": put("model", "states", 0, "equation", value="V > 0"),
    "equation tuple": put("model", "states", 0, "equation", value="(V, T)"),
    "equation bad call": put("model", "states", 0, "equation", value="Piecewise(V)"),
    "equation complex": put("model", "states", 0, "equation", value="sqrt(-1)"),
    "equation text": put("model", "states", 0, "equation", value="'V'"),
    "name number": put("model", "states", 0, "name", value=7),
    "name spaces": put("model", "states", 0, "name", value="a b"),
    "name twice": put("model", "states", 0, "name", value="T"),
    "name empty": put("model", "states", 0, "name", value=""),
    "unit": put("model", "states", 0, "unit", value="furlong"),
    "unit number": put("model", "states", 0, "unit", value=1),
    "scale zero": put("model", "states", 0, "scale", value=0.0),
    "scale text": put("model", "states", 0, "scale", value="big"),
    "bounds": put("model", "states", 1, "bounds", value=[0.0]),
    "value outside": put("model", "parameters", 0, "value", value=-1.0),
    "value null": put("model", "parameters", 0, "value", value=None),
    "value huge": put("model", "parameters", 0, "value", value=10**400),
    "value unknown name": put("model", "states", 1, "value", value="T_ambient"),
    "parameter typo": put("model", "parameters", 0, "vale", value=1.0),
    "cycle": put("model", "cycle", value=-1.0),
    "cycle of a state": put("model", "cycle", value="V"),
    "time unit": put("model", "time_unit", value="moon"),
    "spike observable": put("model", "spike", "observable", value="X"),
    "spike list": put("model", "spike", value=[]),
    "equilibria state": put("model", "equilibria", "coordinate", value="X"),
    "equilibria input": put("model", "equilibria", "input_name", value="X"),
    "equilibria empty": put("model", "equilibria", value={}),
    "output": put("model", "outputs", 0, "equation", value="Q"),
    "fitted null": put("fitted", value=None),
    "fitted no value": drop("fitted", 0, "value"),
    "fitted value text": put("fitted", 0, "value", value="190"),
    "interval turned": put("fitted", 0, "interval_95", value=[2.0, 1.0]),
    "interval short": put("fitted", 0, "interval_95", value=[2.0]),
    "correlation short": put("correlation", value=[[1.0]]),
    "correlation large": put("correlation", 0, 1, value=7.0),
    "correlation text": put("correlation", 0, 1, value="x"),
    "ambient": put("ambients", value=[[-3.0, 1.0]]),
    "ambients": put("ambients", value=298.0),
    "held": put("held", value={"X": 1.0}),
    "validity": put("validity", 0, "low", value=1e9),
    "verdict": put("verdict", "accepted", value="yes"),
    "verdict null": put("verdict", value=None),
    "reasons": put("verdict", "reasons", value="none"),
    "provenance": put("provenance", value=3),
}  # fmt: skip


def refused(path):
    with pytest.raises(nd.InputError) as caught:
        nd.load_device(path)
    said = str(caught.value)
    assert "\n" not in said
    assert 20 < len(said) < 700
    return said


@pytest.mark.parametrize("name", CHANGES)
def test_a_card_that_says_nonsense_is_refused_in_a_sentence(name, written, tmp_path):
    content = copy.deepcopy(written[1])
    CHANGES[name](content)
    path = tmp_path / "card.json"
    path.write_text(json.dumps(content))
    refused(path)


def test_there_are_sixty_of_them():
    assert len(CHANGES) >= 60


def test_the_undamaged_card_without_a_digest_is_read(written, tmp_path):
    path = tmp_path / "card.json"
    path.write_text(json.dumps(written[1]))
    assert nd.load_device(path).model.name == "NbOx neuron"


def test_a_value_changed_by_hand_is_noticed(written, tmp_path):
    path = tmp_path / "card.json"
    changed = written[0].replace('"value": 190.0', '"value": 191.0')
    changed = written[0].replace('"status": "well determined"', '"status": "Well determined"', 1)
    assert changed != written[0]
    path.write_text(changed)
    assert "digest" in refused(path)


def test_a_newer_format_is_named(written, tmp_path):
    path = tmp_path / "card.json"
    path.write_text(json.dumps({**written[1], "version": 2}))
    assert "newer neurodyn" in refused(path)


@pytest.mark.parametrize("fraction", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(fraction, written, tmp_path):
    path = tmp_path / "card.json"
    path.write_text(written[0][: int(fraction * len(written[0]))])
    refused(path)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"[]", b"null", b"3", b"[" * 100_000, b'{"a": 1, "a": 2}', b"NaN"]
)
def test_a_file_that_is_no_card_is_refused(data, tmp_path):
    for suffix in ("json", "toml"):
        path = tmp_path / f"card.{suffix}"
        path.write_bytes(data)
        refused(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "No such file" in refused(tmp_path / "card.json")
    refused(tmp_path)


@pytest.mark.parametrize("name", ["card.txt", "card", "no/such/folder/card.json", "a\0b.json"])
def test_a_place_that_cannot_be_written_is_refused_and_nothing_is_left(name, tmp_path):
    card = nd.device_card(nd.devices.fitzhugh_nagumo())
    with pytest.raises(nd.InputError):
        card.write(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_toml_says_the_same_as_json(tmp_path):
    card = nd.device_card(shared("fit"))
    for suffix in ("json", "toml"):
        card.write(tmp_path / f"card.{suffix}")
    toml = tomllib.loads((tmp_path / "card.toml").read_text())
    assert toml == json.loads((tmp_path / "card.json").read_text())


def test_the_command_line_takes_a_card_in_place_of_a_device(tmp_path, capsys):
    path = tmp_path / "card.json"
    nd.device_card(nd.devices.nbox_neuron(I_s=335e-6)).write(path)
    assert main(["iv", "--device", str(path), "--points", "50"]) == 0
    by_card = capsys.readouterr().out
    assert main(["iv", "--points", "50"]) == 0
    assert capsys.readouterr().out == by_card


def test_a_card_and_a_model_together_are_refused(tmp_path, capsys):
    assert main(["iv", "--device", "card.json", "--model", "mott_nbo2"]) == 2
    assert "not allowed with" in capsys.readouterr().err
    assert main(["iv", "--device", str(tmp_path / "card.json")]) == 2
    assert "No such file" in capsys.readouterr().err
