"""Store of a fit: numbers changed by hand are noticed; what is complete can be read anywhere."""

import errno

import pytest

from neurodyn.errors import InputError
from neurodyn.fitting import store
from neurodyn.fitting.store import Store


@pytest.fixture
def kept(tmp_path):
    one = Store(tmp_path, "question")
    one.keep("start 1", {"cost": 0.125, "p": [1.0 / 3.0, 1e-300]})
    one.finish({"R_0": 190.0})
    return tmp_path / store.FILE


def test_what_was_kept_comes_back(kept):
    assert Store(kept.parent, "question").done("start 1")["p"] == [1.0 / 3.0, 1e-300]


@pytest.mark.parametrize(
    ("old", "new"),
    [("0.125", "0.126"), ("190.0", "191.0"), ("complete", "running"), ("start 1", "start 2")],
)
def test_a_changed_store_is_refused_by_name(kept, old, new):
    text = kept.read_text()
    assert old in text
    kept.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=f"{store.FILE} is not as it was written"):
        Store(kept.parent, "question")


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "{}"])
def test_a_damaged_store_is_refused_by_name(kept, text):
    kept.write_text(text)
    with pytest.raises(InputError, match=store.FILE):
        Store(kept.parent, "question")


def test_a_complete_fit_on_a_read_only_disk_is_readable(kept, monkeypatch):
    def read_only(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(store, "write_whole", read_only)
    one = Store(kept.parent, "question")
    one.finish({"R_0": 190.0})
    with pytest.raises(OSError, match="Read-only"):
        Store(kept.parent / "new", "question").finish({})
