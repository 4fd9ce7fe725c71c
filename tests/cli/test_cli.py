"""The command line: exit status, one clear sentence, nothing half-written."""

import json
import subprocess
import sys

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.cli import main


def run(capsys, *arguments):
    """Run in this process; return exit status, standard output and standard error."""
    try:
        status = main([str(a) for a in arguments])
    except SystemExit as stop:  # argparse
        status = stop.code
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def good_csv(tmp_path):
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 2e-3), n=80)
    rng = np.random.default_rng(0)
    noise = 1 + 0.005 * rng.standard_normal((2, 80))
    path = tmp_path / "good.csv"
    np.savetxt(
        path, np.array([curve.V, curve.I]).T * noise.T, delimiter=",",
        header="Voltage (V),Current (A)", comments="",
    )  # fmt: skip
    return path


# ------------------------------------------------ bad input


def text_file(content):
    def write(folder):
        path = folder / "bad.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(V, I):
    return "V (V),I (A)\n" + "".join(f"{v},{i}\n" for v, i in zip(V, I, strict=True))


CURVE = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 2e-3), n=60)
BELOW = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-7, 2e-5), n=60)

BAD_FILES = {
    "empty": text_file(""),
    "text for numbers": text_file("V,I\n" + "one,two\n" * 20),
    "one column": text_file("V (V)\n" + "0.1\n" * 20),
    "three points": text_file(rows(CURVE.V[:3], CURVE.I[:3])),
    "swapped columns": text_file(rows(CURVE.I, CURVE.V)),
    "voltage negative": text_file(rows(-CURVE.V, CURVE.I)),
    "all nan": text_file(rows(["nan"] * 20, CURVE.I[:20])),
    "all inf": text_file(rows(CURVE.V[:20], ["inf"] * 20)),
    "binary": text_file(bytes(range(256)) * 20),
    "below threshold": text_file(rows(BELOW.V, BELOW.I)),
    "directory": lambda folder: folder,
    "missing": lambda folder: folder / "nowhere.csv",
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_files_end_in_one_sentence_and_status_two(capsys, tmp_path, kind):
    path, out = BAD_FILES[kind](tmp_path), tmp_path / "out"
    status, _, err = run(capsys, "datasheet", path, "--t-amb", 298, "--out", out)
    assert status == 2, err
    assert err.startswith("neurodyn: ")
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert not out.exists()
    assert not list(tmp_path.glob(".neurodyn-*"))


@pytest.mark.parametrize(
    ("t_amb", "message"),
    [
        ("0", "expected more than 50 K"),
        ("25", "kelvin"),
        ("-5", "expected more than 50 K"),
        ("nan", "expected"),
        ("warm", "expected a number"),
        ("298V", "converts to K"),
    ],
)
def test_bad_ambient_temperatures(capsys, good_csv, tmp_path, t_amb, message):
    arguments = "datasheet", good_csv, f"--t-amb={t_amb}", "--out", tmp_path / "out"
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert message in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["iv", "--set", "C_exy=1"], "did you mean 'C_ext'"),
        (["iv", "--set", "C_ext"], "expected NAME=VALUE"),
        (["iv", "--set", "C_ext=5V"], "converts to F"),
        (["iv", "--set", "C_ext=-5pF"], "more than 0 F"),
        (["iv", "--model", "nbox"], "no model 'nbox'"),
        (["iv", "--model", "fitzhugh_nagumo"], "closed form"),
        (["phase", "--model", "nbox_circuit"], "exactly two"),
        (["phase", "--out", "picture.doc"], "ends in .png"),
        (["simulate", "--input", "I_s=pulze(1uA)"], "did you mean 'pulse'"),
        (["simulate", "--input", "Is=1uA"], "did you mean 'I_s'"),
        (["simulate", "--t-end", "0"], "t_end is 0"),
        (["simulate", "--points", "1"], "expected a whole number from 2"),
        (["bifurcate", "--to", "1mA", "--along", "I_x"], "did you mean 'I_s'"),
        (["bifurcate", "--to", "1V"], "converts to A"),
        (
            ["bifurcate", "--from", "-1V", "--to", "1mA"],
            "--from is '-1V'; expected a unit that converts to A",
        ),
        (["bifurcate", "--to", "1mA", "--state", "U"], "no state 'U'"),
        (["bifurcate", "--from", "1mA", "--to", "0"], "expected"),
        (["network", "ringg"], "did you mean 'ring'"),
        (["network", "none.toml"], "none.toml' cannot be read: No such file"),
        (["network"], "required: FILE"),
        (["network", "ring", "--t-end", "1V"], "converts to s"),
        (["network", "ring", "--t-end", "-1us"], "t_end is -1e-06; expected a positive number"),
        (["network", "ring", "--set", "C_ext=1pF"], "expected POPULATION.NAME=VALUE"),
        (["network", "ring", "--set", "rng.C_ext=1pF"], "did you mean 'ring'"),
        (["network", "ring", "--set", "start.C_ext=1pF"], "is a source of spikes"),
        (["network", "ring", "--set", "ring.C_exy=1pF"], "did you mean 'C_ext'"),
        (["network", "ring", "--set", "ring.C_ext=-1pF"], "C_ext = -1e-12; expected more than 0"),
        (["datasheet", "--set", "R_0=3"], "no parameter beside the fit 'R_0'"),
        (["datasheet", "--model", "mott_vo"], "did you mean 'mott_vo2'"),
    ],
)
def test_bad_options_end_in_one_sentence(capsys, arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, *arguments)
    assert status == 2, err
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_file_without_ambient_temperature_is_asked_for_it(capsys, good_csv):
    status, _, err = run(capsys, "datasheet", good_csv)
    assert status == 2
    assert "--t-amb" in err


def test_output_that_is_a_file_is_refused_before_any_work(capsys, good_csv, monkeypatch):
    monkeypatch.setattr(nd, "fit_iv", lambda *_, **__: pytest.fail("a fit was begun"))
    status, _, err = run(capsys, "datasheet", good_csv, "--t-amb", 298, "--out", good_csv)
    assert status == 2
    assert "is a file" in err
    assert good_csv.read_text().startswith("Voltage")


def test_real_vanadium_dioxide_ends_rejected_without_a_sheet(capsys, real_data, tmp_path):
    path = real_data / "vo2_galloni2024" / "VO2_data_RvsV_transition.csv"
    status, out, err = run(capsys, "datasheet", path, "--t-amb", 298, "--out", tmp_path / "out")
    assert status == 1
    assert "REJECTED" in err
    assert "does not follow the data" in err
    assert "written" not in out
    assert not (tmp_path / "out").exists()


# ------------------------------------------------ good input


def test_datasheet_of_the_shipped_curve(capsys, tmp_path):
    status, out, err = run(capsys, "datasheet", "--out", tmp_path / "sheet")
    assert status == 0, err
    assert "bistable" in out
    folder = tmp_path / "sheet"
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "datasheet.html", "datasheet.json", "iv.png", "correlations.png", "phase.png",
        "stability.png", "bifurcation.png", "fi.png", "spike.png", "behaviours.png",
        "device.json", "device_ngspice.cir", "device_ltspice.cir", "device_verilog-a.va",
        "device_sbml.xml", "device_brian2.py", "device_nestml.nestml",
        "device_xpp.ode", "device_bifurcationkit.jl", "device_matcont.m", "device_latex.tex",
    }  # fmt: skip
    card = nd.load_device(folder / "device.json")
    assert (card.kind, card.accepted) == ("I-V fit", True)
    html = (folder / "datasheet.html").read_text()
    assert "SYNTHETIC" in html
    assert html.count("data:image/png;base64,") == 8
    assert 'src="http' not in html
    sheet = json.loads((folder / "datasheet.json").read_text())
    numbers = sheet["numbers"]
    assert all({"value", "unit", "provenance", "interval_95"} <= set(n) for n in numbers.values())
    assert "SYNTHETIC" in sheet["origin"]
    for key, true in (
        ("threshold_V", 0.91231), ("hold_V", 0.63072),
        ("hopf_low", 43.247e-6), ("hopf_high", 905.26e-6),
    ):  # fmt: skip
        low, high = numbers[key]["interval_95"]
        assert low < numbers[key]["value"] < high
        # the truth lies within the 95 % interval stretched by half: three standard errors
        assert abs(numbers[key]["value"] - true) < 0.75 * (high - low)
    assert numbers["spiking_to"]["value"] > numbers["hopf_high"]["value"]
    # simulation and continuation: two ways to the end of spiking; the ghost lasts a little longer
    fold = numbers["cycle_fold"]["value"]
    assert numbers["spiking_to"]["value"] == pytest.approx(fold, rel=5e-4)
    assert numbers["bistable_to"]["value"] == fold
    # closed form and continuation: two ways to the Hopf point
    assert numbers["bistable_from"]["value"] == pytest.approx(
        numbers["hopf_high"]["value"], rel=1e-8
    )
    assert numbers["lyapunov_lower"]["value"] < 0 < numbers["lyapunov_upper"]["value"]
    assert numbers["energy_source_full"]["value"] > numbers["energy_device_full"]["value"]


@pytest.mark.slow
def test_datasheet_of_a_file_is_the_same_twice(capsys, good_csv, tmp_path):
    texts = []
    for name in ("one", "two"):
        arguments = "datasheet", good_csv, "--t-amb", "298", "--out", tmp_path / name
        status, _, err = run(capsys, *arguments)
        assert status == 0, err
        texts.append((tmp_path / name / "datasheet.json").read_text())
    assert texts[0] == texts[1]
    assert "SYNTHETIC" not in texts[0]


@pytest.mark.slow
def test_datasheet_of_a_device_too_quick_to_spike(capsys, good_csv, tmp_path):
    """C_ext = 1 fF: the capacitor follows at once, and the equilibrium never loses stability."""
    arguments = "datasheet", good_csv, "--t-amb=298", "--set", "C_ext=1fF", "--out", tmp_path / "o"
    status, out, err = run(capsys, *arguments)
    assert status == 0, err
    assert "does not spike" in out


@pytest.mark.slow
def test_million_rows_are_read_and_fitted(tmp_path):
    """A long log of a slow sweep is data like any other: taken whole, not refused."""
    curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 2e-3), n=1_000_000)
    rng = np.random.default_rng(0)
    table = np.array([curve.V, curve.I]).T * (1 + 0.01 * rng.standard_normal((1_000_000, 2)))
    path = tmp_path / "million.csv"
    path.write_text(
        "V (V),I (A)\n" + "\n".join(f"{v:.6g},{i:.6g}" for v, i in table.tolist()) + "\n"
    )
    data = nd.read_iv(path)
    assert len(data) == 1_000_000
    fit = nd.fit_iv(data, T_amb=298.0)
    assert fit.accepted
    for name, true in (("R_0", 190.0), ("R_th", 2040816.0)):
        assert abs(fit[name].value - true) < 4 * fit[name].standard_error


def test_iv_simulate_and_phase_write_what_they_say(capsys, tmp_path):
    status, out, _ = run(capsys, "iv", "--out", tmp_path / "iv")
    assert status == 0
    assert "0.912312 V, 43.1061 uA" in out
    table = np.genfromtxt(tmp_path / "iv" / "iv.csv", delimiter=",", names=True)
    assert len(table) == 400
    status, out, _ = run(
        capsys, "simulate", "--input", "I_s=pulse(193uA,width=1us,edge=100ns)",
        "--t-end", "5us", "--out", tmp_path / "sim",
    )  # fmt: skip
    assert status == 0
    assert "<1 spike," in out
    assert {p.name for p in (tmp_path / "sim").iterdir()} == {
        "trace.csv", "spikes.csv", "trace.png",
    }  # fmt: skip
    status, out, _ = run(capsys, "phase", "--set", "I_s=0.9mA", "--out", tmp_path / "p.png")
    assert status == 0
    assert "unstable focus" in out
    assert (tmp_path / "p.png").stat().st_size > 10_000


def test_bifurcate_writes_branches_and_picture(capsys, tmp_path):
    status, out, err = run(capsys, "bifurcate", "--to", "1.2mA", "--out", tmp_path / "b")
    assert status == 0, err
    assert "subcritical" in out
    assert "Bistable for I_s from 0.00090526" in out
    names = {path.name for path in (tmp_path / "b").iterdir()}
    assert names == {"equilibria.csv", "cycles_1.csv", "bifurcation.png"}
    header = (tmp_path / "b" / "cycles_1.csv").read_text().splitlines()[0]
    assert header.startswith("I_s (A),period (s),V_min (V),V_max (V)")


@pytest.mark.parametrize(
    "command", [[], ["datasheet"], ["iv"], ["phase"], ["simulate"], ["bifurcate"], ["network"]]
)
def test_help_is_there(capsys, command):
    status, out, _ = run(capsys, *command, "--help")
    assert status == 0
    assert "exit status" in out


# ------------------------------------------------ as a person runs it


INTERRUPTED = """
import contextlib, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
from neurodyn.__main__ import run
from neurodyn.cli import datasheet
@contextlib.contextmanager
def bar():
    yield lambda work, share: os.kill(os.getpid(), signal.SIGINT)  # amid the work, however slow
datasheet.progress_bar = bar
sys.exit(run())
"""


def test_interrupt_ends_cleanly(tmp_path):
    command = [sys.executable, "-c", INTERRUPTED, "datasheet", "--out", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (130, "neurodyn: interrupted; nothing was written\n")
    assert not list(tmp_path.iterdir())


def test_import_is_light():
    """Nothing heavy is loaded before it is used: that is what keeps the import quick."""
    code = (
        "import sys, neurodyn; "
        "heavy = {'sympy', 'numba', 'jax', 'scipy', 'matplotlib', 'numpy'} & set(sys.modules); "
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_iv_needs_neither_jax_nor_matplotlib():
    code = (
        "import sys; from neurodyn.cli import main; main(['iv']); "
        "print(sorted({'jax', 'matplotlib', 'diffrax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_models_of_the_shell_are_the_devices():
    from neurodyn.cli.options import MODELS

    assert sorted(MODELS) == sorted(nd.devices.__all__)
