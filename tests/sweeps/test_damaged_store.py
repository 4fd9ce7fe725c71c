"""Stores of sweeps: a piece that is not what was written there is made anew."""

import shutil

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.sweeps import chunks


def other_numbers(pieces):
    with np.load(pieces[0]) as kept:
        arrays = dict(kept)
    arrays["arr_0"] = arrays["arr_0"] + 1
    np.savez(pieces[0], **arrays)


def flip(pieces):
    content = bytearray(pieces[0].read_bytes())
    content[len(content) // 2] ^= 8
    pieces[0].write_bytes(content)


DAMAGES = {
    "no byte": lambda pieces: pieces[0].write_bytes(b""),
    "cut": lambda pieces: pieces[0].write_bytes(pieces[0].read_bytes()[:200]),
    "one bit": flip,
    "another piece": lambda pieces: shutil.copy(pieces[1], pieces[0]),
    "other numbers": other_numbers,
}


def test_what_is_damaged_is_made_anew(neuron, tmp_path, monkeypatch):
    monkeypatch.setattr(chunks.run_all, "__defaults__", (64,))
    values = {"I_s": np.linspace(1e-4, 2e-4, 128)}
    ask = {"measure": "final", "store": tmp_path}
    right = nd.sweep(neuron, values, 2e-8, **ask)["final"]
    for damage in DAMAGES.values():
        pieces = sorted(tmp_path.glob("*/*.npz"))
        assert len(pieces) == 2
        damage(pieces)
        np.testing.assert_array_equal(nd.sweep(neuron, values, 2e-8, **ask)["final"], right)


def test_a_complete_store_needs_no_writing(neuron, tmp_path, monkeypatch):
    values = {"I_s": [1e-4, 2e-4]}
    right = nd.sweep(neuron, values, 2e-8, measure="final", store=tmp_path)["final"]

    def read_only(*_):
        pytest.fail("something was written")

    monkeypatch.setattr(chunks, "write_whole", read_only)
    again = nd.sweep(neuron, values, 2e-8, measure="final", store=tmp_path)["final"]
    np.testing.assert_array_equal(again, right)
