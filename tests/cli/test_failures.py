"""Failures of the command line: every kind ends in one sentence and its exit status."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.cli import main
from neurodyn.cli.terminal import spell_out
from neurodyn.status import Status


def end_of(capsys, *arguments):
    """Run in this process; return exit status and standard error, which is one line at most."""
    status = main([str(argument) for argument in arguments])
    error = capsys.readouterr().err
    assert error.count("\n") <= 1
    assert "Traceback" not in error
    return status, error


def failing(error):
    def verb(*_, **__):
        raise error

    return verb


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x.csv"), 2, "x.csv: No space left"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS)), 2, "Read-only file system"),
        (MemoryError(), 2, "the memory of this machine"),
        (RecursionError("deep"), 2, "nested too deep"),
        (UnicodeEncodeError("ascii", "µ", 0, 1, "ordinal"), 2, "cannot be read or written"),
        (np.linalg.LinAlgError("Singular matrix"), 1, "Singular matrix"),
        (OverflowError("too large"), 1, "too large"),
        (ZeroDivisionError("division by zero"), 1, "division by zero"),
        (nd.InputError("no such thing"), 2, "no such thing"),
        (nd.NumericalError("it diverges", Status.NOT_CONVERGED), 1, "it diverges"),
        (KeyError("a" * 2_000_000), 1, "a fault of neurodyn"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was written"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_kind_of_failure_is_one_sentence(capsys, monkeypatch, error, status, said):
    monkeypatch.setattr(nd, "iv_curve", failing(error), raising=False)
    found, sentence = end_of(capsys, "iv")
    assert found == status
    assert sentence.startswith("neurodyn: ")
    assert said in sentence
    assert len(sentence) < 500


def test_an_interrupted_store_says_how_to_go_on(capsys, monkeypatch, tmp_path):
    (tmp_path / "piece").write_text("")
    monkeypatch.setattr(nd, "sweep", failing(KeyboardInterrupt()), raising=False)
    status, said = end_of(capsys, "sweep", "--over", "I_s=1mA", "--store", tmp_path)
    assert status == 130
    assert f"kept in {tmp_path}: the same command goes on" in said
    assert "nothing was written" not in said
    monkeypatch.setattr(nd, "fit_iv", failing(OSError(errno.ENOSPC, "No space left")))
    file = nd.default_iv()
    status, said = end_of(capsys, "fit", "iv", file, "--t-amb=298", "--store", tmp_path)
    assert status == 2
    assert "No space left" in said
    assert "the same command with --resume" in said


def test_what_was_written_is_not_denied(capsys, monkeypatch, tmp_path):
    """An interrupt after the files stand."""
    monkeypatch.setattr("neurodyn.cli.entry.flush", failing(KeyboardInterrupt()))
    status, said = end_of(capsys, "iv", "--out", tmp_path / "o")
    assert status == 130
    assert "the files of --out were written" in said
    assert (tmp_path / "o" / "iv.csv").exists()


COMMANDS = {
    "iv": ["iv"],
    "simulate": ["simulate", "--t-end", "1us"],
    "bifurcate": ["bifurcate", "--to", "1mA"],
    "behaviours": ["behaviours"],
    "plan": ["plan", "--sweep", "1uA:1mA"],
    "sweep": ["sweep", "--over", "I_s=1mA"],
    "fit iv": ["fit", "iv", nd.default_iv(), "--t-amb", "298"],
    "fit trace": ["fit", "trace", "record.csv", "--t-amb", "298"],
    "datasheet": ["datasheet"],
    "network": ["network", "ring"],
}
PLACES = {
    "": "empty",
    "file": "is a file",
    "file/x": "is a file",
    "blocked": "is a folder",
    "a\0b": "cannot write",
    "x" * 300: "cannot write",
    "/proc/x": "cannot write",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_places_that_cannot_be_written_are_refused_before_any_work(
    capsys, monkeypatch, tmp_path, command
):
    monkeypatch.chdir(tmp_path)
    for verb in ("iv_curve", "solve", "bifurcation_diagram", "behaviours", "identifiability",
                 "sweep", "read_iv", "read_trace", "fit_iv", "datasheet",
                 "read_network"):  # fmt: skip
        monkeypatch.setattr(nd, verb, failing(AssertionError("work was done")), raising=False)
    Path("file").write_text("x")
    for name in ("iv.png", "trace.csv", "cycles_2.csv", "table.md", "plan.csv", "sweep.csv",
                 "fit.json", "datasheet.html", "run.npz"):  # fmt: skip
        Path("blocked", name).mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    for place, message in PLACES.items():
        status, said = end_of(capsys, *COMMANDS[command], "--out", place)
        assert status == 2
        assert message in said, place
    assert sorted(tmp_path.rglob("*")) == before


def test_picture_in_the_place_of_a_folder(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(nd, "phase_plane", failing(AssertionError("work was done")), raising=False)
    Path("p.png").mkdir()
    Path("file").write_text("")
    for place, message in (("p.png", "is a folder"), ("file/p.png", "is a file"), ("p.exe", "end")):
        status, said = end_of(capsys, "phase", "--out", place)
        assert status == 2
        assert message in said
    assert not list(Path("p.png").iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ["datasheet", "--seed", "-1"],
        ["behaviours", "--seed", "9" * 30],
        ["fit", "iv", nd.default_iv(), "--t-amb", "298", "--seed", "-4"],
        ["fit", "iv", nd.default_iv(), "--t-amb", "298", "--starts", "0"],
        ["iv", "--points", "10000000000"],
        ["iv", "--points", "9" * 10_000],
        ["sweep", "--over", "I_s=1uA:1mA:99999999999"],
        ["sweep", "--over", "I_s=1uA:1mA:4000", "--over", "C_ext=1pF:2pF:4000"],
        ["sweep", "--over", "I_s=1mA", "--threads", "0"],
        ["sweep", "--over", "I_s=1mA", "--store", ""],
        ["network", "ring", "--seed", "-1"],
        ["network", "ring", "--threads", "0"],
        ["network", "ring", "--store", ""],
        ["plan", "--trace", "cycles=8,points=1e400"],
        ["plan", "--sweep", "1uA:1mA,points=nan"],
        ["plan", "--sweep", "1uA:1mA,points=2.5"],
        ["plan", "--sweep", "1uA:1mA,points=1e9"],
        ["iv", "--set", "C_ext=1pF", "--set", "C_ext=2pF"],
        ["simulate", "--input", "I_s=1mA", "--input", "I_s=2mA"],
        ["iv", "--nonsense"],
        ["nonsense"],
        [],
    ],
    ids=lambda arguments: " ".join(map(str, arguments))[:40],
)
def test_numbers_and_names_out_of_reach_are_refused_at_once(capsys, arguments):
    status, said = end_of(capsys, *arguments)
    assert status == 2
    assert "expected" in said or "--help" in said


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "a = [", "\0", "é"])
def test_recipes_that_cannot_be_read(capsys, tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="latin-1")
    for kind in ("iv", "trace"):
        status, said = end_of(capsys, "fit", kind, "--recipe", path)
        assert status == 2
        assert "recipe" in said


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_letters_that_a_terminal_lacks_are_spelled(encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    spell_out(stream)
    stream.write("43 µA, 2 Ω, 3 → 4 ☃")
    stream.flush()
    text = raw.getvalue().decode(encoding)
    assert text == ("43 uA" if encoding == "ascii" else "43 µA") + ", 2 ohm, 3 -> 4 ?"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_standard_output_on_a_full_disk():
    command = [sys.executable, "-m", "neurodyn", "iv"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "neurodyn: No space left on device\n"


def test_interrupt_before_the_command_line_is_loaded():
    """In a child, because it is the import that is interrupted."""
    code = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
class Finder:
    def find_spec(self, name, *_):
        if name == "neurodyn.cli.entry":
            os.kill(os.getpid(), signal.SIGINT)
from neurodyn.__main__ import run
sys.meta_path.insert(0, Finder())
sys.exit(run())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")


def test_a_diagram_that_misses_most_of_its_range_says_which_part(capsys, monkeypatch):
    """Without its cycles FitzHugh-Nagumo has nothing stable between its Hopf points (the trace)."""
    error = nd.NumericalError("no cycle", Status.NOT_CONVERGED)
    for name in ("continue_cycles", "found_by_a_run"):
        monkeypatch.setattr(f"neurodyn.continuation.diagram.{name}", failing(error))
    span = "bifurcate", "--model", "fitzhugh_nagumo", "--along", "I", "--from", "0.2", "--to", "1.5"
    status, said = end_of(capsys, *span)
    assert status == 1
    assert "misses most of its range: nothing stable from 0.3313 to 1.419" in said
    monkeypatch.undo()
    assert end_of(capsys, *span) == (0, "")
