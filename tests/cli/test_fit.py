"""``neurodyn fit iv``: files and recipes to reports, and refusals in one line."""

import json

import pytest

import neurodyn as nd
from neurodyn.cli import main

IV = str(nd.default_iv())
RECIPE = str(nd.default_iv().with_name("fit.toml"))


def test_file_to_report_json_markdown_and_picture(tmp_path, capsys):
    out, store = tmp_path / "out", tmp_path / "store"
    asked = [
        "fit",
        "iv",
        IV,
        "--t-amb",
        "298K+-1K",
        "--noise",
        "0.01",
        "--profile",
        "--starts",
        "2",
    ]
    assert main([*asked, "--store", str(store), "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "verdict: accepted" in text
    assert "profile likelihoods" in text
    plain = json.loads((out / "fit.json").read_text())
    assert plain["T_amb"] == [{"value": 298.0, "standard_deviation": 1.0, "unit": "K"}]
    assert (out / "fit.png").stat().st_size > 10_000
    assert "| R_0 |" in (out / "fit.md").read_text()
    # a second run is refused unasked, and quick when asked
    assert main([*asked, "--store", str(store)]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*asked, "--store", str(store), "--resume"]) == 0


def test_noise_of_each_channel_and_jumps_reach_the_fit(monkeypatch):
    asked = {}

    def fit_iv(*_, **options):
        asked.update(options)
        raise nd.InputError("seen")

    monkeypatch.setattr(nd, "fit_iv", fit_iv, raising=False)
    noise = ["--noise-voltage", "relative=0.003,resolution=1mV", "--noise-current", "absolute=2nA"]
    assert main(["fit", "iv", IV, "--t-amb", "298", "--no-jumps", *noise]) == 2
    assert asked["misfit"] == nd.IVMisfit(jumps=False)
    V, I = asked["noise"]
    assert (V.relative, V.absolute, V.resolution) == (0.003, 0.0, 1e-3)
    assert (I.relative, I.absolute, I.resolution) == (0.0, 2e-9, 0.0)


def test_the_meter_reaches_the_fit(monkeypatch):
    asked = {}

    def fit_iv(*_, **options):
        asked.update(options)
        raise nd.InputError("seen")

    monkeypatch.setattr(nd, "fit_iv", fit_iv, raising=False)
    meter = ["--leak", "free", "--current-offset", "0+-2nA", "--voltage-offset", "1mV"]
    ranges = ["--range-gain", "1+-0.02", "--range-from", "100uA"]
    assert main(["fit", "iv", IV, "--t-amb", "298", *meter, *ranges]) == 2
    assert asked["instrument"] == nd.IVInstrument(
        current_offset=(0.0, 2e-9),
        voltage_offset=1e-3,
        leak="free",
        range_gain=(1.0, 0.02),
        range_from=1e-4,
    )


def test_a_recipe_may_hold_the_meter(tmp_path):
    (tmp_path / "fit.toml").write_text(
        "[fit]\ninstrument = {leak = 'free', current_offset = [0.0, 2e-9]}\n"
        "[[data]]\nfile='a'\nT_amb=298\n"
    )
    options = nd.read_recipe(tmp_path / "fit.toml")["options"]
    assert options["instrument"] == nd.IVInstrument(leak="free", current_offset=(0.0, 2e-9))
    text = (tmp_path / "fit.toml").read_text().replace("leak", "laek")
    (tmp_path / "fit.toml").write_text(text)
    with pytest.raises(nd.InputError, match="did you mean 'leak'"):
        nd.read_recipe(tmp_path / "fit.toml")


def test_recipe_says_data_and_options(capsys):
    assert main(["fit", "iv", "--recipe", RECIPE, "--draws", "0", "--starts", "2"]) == 0
    assert "T_amb = 298 +- 1 K" in capsys.readouterr().out


def test_rejected_fit_has_exit_status_one(tmp_path, capsys):
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=80)
    rows = zip(curve.V, curve.I + curve.V / 2000.0, strict=True)
    path = tmp_path / "iv.csv"
    path.write_text("V (V),I (A)\n" + "".join(f"{v},{i}\n" for v, i in rows))
    assert main(["fit", "iv", str(path), "--t-amb", "298", "--starts", "2"]) == 1
    assert "REJECTED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([IV], "no I-V curve tells it"),
        (["--t-amb", "298"], "no measurement"),
        ([IV, "--t-amb", "25"], "kelvin"),
        ([IV, "--t-amb", "298", "--t-amb", "299", "--t-amb", "300"], "3 times for 1 files"),
        ([IV, "--t-amb", "298", "--parameters", "T_amb,R_0"], "several ambient"),
        ([IV, "--t-amb", "298", "--offset", "common"], "one ambient temperature"),
        ([IV, "--t-amb", "298", "--model", "nbox"], "did you mean"),
        ([IV, "--t-amb", "298", "--resume"], "--store DIR"),
        ([IV, "--t-amb", "298", "--noise-voltage", "absolute=1mV"], "together"),
        (
            [IV, "--t-amb=298", "--noise-voltage=relativ=1", "--noise-current=absolute=1nA"],
            "did you mean 'relative'",
        ),
        (["--recipe", RECIPE, "--t-amb", "298"], "no --t-amb beside"),
        (["--recipe", "nowhere.toml"], "cannot be read"),
    ],
)
def test_bad_options_get_one_line(arguments, message, capsys):
    assert main(["fit", "iv", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
