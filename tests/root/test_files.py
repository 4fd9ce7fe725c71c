"""Files of one output change together or not at all, also under kills."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from neurodyn.errors import InputError
from neurodyn.files import write_together, write_whole

WRITER = """
import sys, itertools
from pathlib import Path
from neurodyn.files import write_together
def make(folder, round):
    for name in "abcdefgh":
        (folder / name).write_text(str(round) * 2000)
print("ready", flush=True)
for round in itertools.cycle(range(10)):
    write_together(Path(sys.argv[1]), lambda folder: make(folder, round))
"""


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a file of the user"])
@pytest.mark.skipif(sys.platform != "linux", reason="needs the exchange of folders of Linux")
def test_fifty_kills_leave_no_mixed_output(tmp_path, beside):
    folder, chance = tmp_path / "out", random.Random(1)
    if beside:
        folder.mkdir()
        (folder / "mine.txt").write_text("keep")
    for _ in range(25):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(0.002 + 0.05 * chance.random())
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        if folder.exists():
            found = contents(folder)
            if beside:
                assert found.pop("mine.txt") == "keep"
            assert len(set(found.values())) <= 1, "old and new files side by side"
            assert len(found) in (0, 8)
    write_whole(tmp_path / "other.txt", "x")  # whoever writes next clears up after the killed
    assert {path.name for path in tmp_path.iterdir()} == {"out", "other.txt"}


def test_a_failure_changes_nothing(tmp_path):
    folder = tmp_path / "out"
    write_together(folder, lambda f: (f / "a").write_text("old"))

    def fail(fresh):
        (fresh / "a").write_text("new")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        write_together(folder, fail)
    assert contents(folder) == {"a": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_in_the_place_of_a_file_is_named_and_nothing_changes(tmp_path):
    (tmp_path / "out" / "b").mkdir(parents=True)
    (tmp_path / "out" / "a").write_text("old")

    def make(fresh):
        for name in "ab":
            (fresh / name).write_text("new")

    with pytest.raises(InputError, match="b is a folder; expected a file"):
        write_together(tmp_path / "out", make)
    assert (tmp_path / "out" / "a").read_text() == "old"


def test_the_current_folder_keeps_its_identity(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = os.stat(".").st_ino
    write_together(tmp_path, lambda f: (f / "a").write_text("x"))
    assert os.stat(".").st_ino == before == tmp_path.stat().st_ino
    assert (tmp_path / "a").read_text() == "x"


def test_mode_and_links_of_what_is_replaced_stay(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir(mode=0o750)
    (folder / "mine").write_text("keep")
    inode = (folder / "mine").stat().st_ino
    write_together(folder, lambda f: (f / "a").write_text("x"))
    assert folder.stat().st_mode & 0o777 == 0o750
    assert (folder / "mine").stat().st_ino == inode


@pytest.mark.parametrize("content", ["text µ", b"bytes", lambda path: path.write_text("made")])
def test_one_file_is_whole(tmp_path, content):
    write_whole(tmp_path / "a.txt", content)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").stat().st_size > 0
