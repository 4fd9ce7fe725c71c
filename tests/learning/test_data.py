"""Labelled data: what is accepted, what is refused in a sentence, and files."""

import gzip
import struct
import subprocess
import sys

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([[0.0], [1.0]], [0], "one label each"),
        ([[0.0], [np.nan]], [0, 1], "sample 1, feature 0"),
        ([[0.0], [1.0]], [0, 0], "at least two"),
        ([[0.0], [1.0]], [0.5, 1.0], "not whole"),
        ([0.0, 1.0], [0, 1], "(samples, features)"),
        ([["a"], ["b"]], [0, 1], "numbers"),
        ([[0.0], [1.0]], [[0], [1]], "one label each"),
        ([[0.0], [1.0]], [1j, 0], "whole numbers or text"),
    ],
)
def test_what_does_not_fit_is_refused(x, y, said):
    with pytest.raises(InputError, match=said.replace("(", r"\(").replace(")", r"\)")):
        nd.learning.labelled(x, y)


def test_images_become_rows_and_labels_codes():
    data = nd.learning.labelled(np.zeros((3, 2, 2)), ["b", "a", "b"])
    assert data.x.shape == (3, 4)
    assert data.codes.tolist() == [1, 0, 1]
    assert data.labels.tolist() == ["b", "a", "b"]
    assert data.one_hot.tolist() == [[0, 1], [1, 0], [0, 1]]


def test_a_split_parts_all_samples_and_follows_the_seed():
    data = nd.learning.labelled(np.arange(20.0)[:, None], np.arange(20) % 2)
    one, two = nd.learning.split(data, 0.25, seed=3)
    again, _ = nd.learning.split(data, 0.25, seed=3)
    other, _ = nd.learning.split(data, 0.25, seed=4)
    assert sorted([*one.x[:, 0], *two.x[:, 0]]) == list(range(20))
    assert len(two) == 5
    assert (one.x == again.x).all()
    assert (one.x != other.x).any()
    with pytest.raises(InputError, match="both parts"):
        nd.learning.split(data, 0.0)


def idx(array):
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize("packed", [False, True])
def test_images_of_bytes_are_read_with_the_labels_beside_them(tmp_path, packed):
    images, labels = np.arange(24).reshape(3, 2, 4) * 10, np.array([7, 2, 7])
    ending = ".gz" if packed else ""
    for name, array in (("train-images-idx3-ubyte", images), ("train-labels-idx1-ubyte", labels)):
        content = idx(array)
        (tmp_path / f"{name}{ending}").write_bytes(gzip.compress(content) if packed else content)
    data = nd.learning.read_labelled(tmp_path / f"train-images-idx3-ubyte{ending}")
    np.testing.assert_allclose(data.x, images.reshape(3, 8) / 255)
    assert data.labels.tolist() == [7, 2, 7]


def test_tables_of_text_hold_the_label_last(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,label\n0.5,1,cat\n0.25,0,dog\n")
    data = nd.learning.read_labelled(tmp_path / "d.csv")
    assert data.x.tolist() == [[0.5, 1.0], [0.25, 0.0]]
    assert data.labels.tolist() == ["cat", "dog"]
    (tmp_path / "n.csv").write_text("0.5,1,3\n0.25,0,8\n")
    assert nd.learning.read_labelled(tmp_path / "n.csv").labels.tolist() == [3, 8]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.npz", None),
        ("a.npz", b"no zip"),
        ("b.csv", b"name,label\n"),
        ("c.csv", b"1,2,3\n4,5\n"),
        ("d.csv", b"1,x,3\n4,5,6\n"),
        ("e.bin", b"1"),
        ("f-images-idx3-ubyte", b""),
        ("g-images-idx3-ubyte", b"\0\0\x08\x03" + b"\0\0\0\x05" * 3),
        ("h-images-idx3-ubyte.gz", b"not packed"),
    ],
)
def test_files_that_are_none_get_a_sentence(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be read|is a damaged") as caught:
        nd.learning.read_labelled(tmp_path / name)
    assert len(str(caught.value)) < 400


def test_a_file_that_announces_more_than_it_can_hold_is_refused(tmp_path):
    path = tmp_path / "a-images-idx3-ubyte"
    path.write_bytes(struct.pack(">HBB", 0, 8, 3) + struct.pack(">3I", 60000, 5000, 5000))
    with pytest.raises(InputError, match="announces"):
        nd.learning.read_labelled(path)


def test_learning_is_there_without_jax_until_it_is_used():
    """jax takes seconds to load: the names, the settings and files need none of it."""
    code = (
        "import sys, neurodyn as nd; nd.learning.EqProp(5); nd.learning.decision_error(5, 0.1);"
        "assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
