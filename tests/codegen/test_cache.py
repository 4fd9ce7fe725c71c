"""The cache of generated code: what is damaged is made anew, what others could write is not run."""

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from neurodyn.codegen.cache import cache_folder
from neurodyn.errors import InputError

# one generated module with one compiled function: quick, and of the kind that everything uses
RUN = """
import neurodyn as nd
model = nd.Model.from_equations(["x"], {"k": 2.0}, ["-k*x"])
rates = nd.compiled(model)
print(rates.rhs(model.x0 + 3.0, model.p).tolist())
"""


def run(folder):
    return subprocess.run(
        [sys.executable, "-c", RUN],
        capture_output=True, text=True, env=os.environ | {"NEURODYN_CACHE_DIR": str(folder)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache") / "code"
    assert run(folder).stdout == "[-6.0]\n"
    return folder


def emptied(_):
    return b""


def halved(data):
    return data[: len(data) // 2]


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :]


def replaced(_):
    return b"not what was written\n" * 20


def foreign(_):
    """A whole file of another version of numba, whose modules have other names."""
    data = b"cnumba.core.types.elsewhere\nInteger\n."
    return hashlib.sha256(data).digest() + data


@pytest.mark.parametrize("damage", [emptied, halved, flipped, replaced, foreign])
@pytest.mark.parametrize("kind", ["*.py", "__pycache__/*.nbi", "__pycache__/*.nbc"])
def test_what_is_damaged_is_made_anew(filled, kind, damage):
    paths = list(filled.glob(kind))
    assert paths, kind
    before = {path: path.read_bytes() for path in paths}
    for path, data in before.items():
        path.write_bytes(damage(data))
    done = run(filled)
    assert done.stdout == "[-6.0]\n", done.stderr[-500:]
    for path, data in before.items():
        assert path.read_bytes() != damage(data)


def test_an_index_as_another_neurodyn_may_write_it_is_made_anew(filled):
    """The same numba and the same source, but packed twice."""
    (index,) = filled.glob("__pycache__/*.nbi")
    version, stamp, overloads = pickle.loads(index.read_bytes()[32:])
    data = pickle.dumps((version, stamp, pickle.dumps(overloads)))
    index.write_bytes(hashlib.sha256(data).digest() + data)
    done = run(filled)
    assert done.stdout == "[-6.0]\n", done.stderr[-500:]
    assert pickle.loads(index.read_bytes()[32:]) == (version, stamp, overloads)


def test_nothing_is_compiled_again_when_all_is_well(filled):
    run(filled)
    before = {path: path.stat().st_mtime_ns for path in filled.rglob("*.nb?")}
    assert before
    run(filled)
    assert {path: path.stat().st_mtime_ns for path in filled.rglob("*.nb?")} == before


def test_a_line_planted_in_the_source_is_not_run(filled):
    (source,) = filled.glob("*.py")
    planted = filled.parent / "PLANTED"
    with source.open("a") as file:
        file.write(f"\nopen({str(planted)!r}, 'w').close()\n")
    assert run(filled).stdout == "[-6.0]\n"
    assert not planted.exists()


def test_bytecode_beside_the_source_is_not_run(filled):
    run(filled)
    assert not list(filled.rglob("*.pyc"))


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="folders have no owner and mode here")
def test_a_folder_that_others_may_write_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURODYN_CACHE_DIR", str(tmp_path / "made"))
    assert cache_folder() == Path(tmp_path / "made")
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
    for mode in (0o777, 0o770, 0o702):
        (tmp_path / "made").chmod(mode)
        with pytest.raises(InputError, match=r"can be written by others .* NEURODYN_CACHE_DIR"):
            cache_folder()
    (tmp_path / "made").chmod(0o755)  # others may look
    assert cache_folder() == Path(tmp_path / "made")
    monkeypatch.setattr(os, "getuid", lambda: (tmp_path / "made").stat().st_uid + 1)
    with pytest.raises(InputError, match="belongs to another user"):
        cache_folder()
