"""Limits of the readers: what boasts, is damaged, endless or elsewhere is refused in a sentence."""

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError

V = np.linspace(0.05, 2.0, 40)
I = 2e-6 * V + 3e-6 * V**2
MOST_MEMORY = 100e6  # bytes that a refusal may take: far below what the files announce


def assert_refused(path: Path, match: str | None = None) -> None:
    """Refused in one sentence, without the memory that the file announces."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=match) as refusal:
            nd.read_iv(path)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
    assert len(str(refusal.value)) < 700
    assert "\n" not in str(refusal.value)


def npz(**arrays) -> bytearray:
    raw = io.BytesIO()
    np.savez_compressed(raw, **arrays)
    return bytearray(raw.getvalue())


def boasting_npy(shape: str) -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + V.tobytes()


@pytest.mark.parametrize("shape", ["(10**12,)", "(1000000000000,)", "(400000000,)", "(-5,)"])
def test_npz_that_announces_more_than_it_holds(shape, tmp_path):
    file = tmp_path / "x.npz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("V.npy", boasting_npy(shape))
        archive.writestr("I.npy", boasting_npy("(40,)"))
    assert_refused(file)


@pytest.mark.parametrize("seed", range(30))
def test_damaged_npz(seed, tmp_path):
    rng = np.random.default_rng(seed)
    raw = npz(V=V, I=I)
    for place in rng.integers(len(raw), size=3):
        raw[place] ^= 1 << int(rng.integers(8))
    file = tmp_path / "x.npz"
    file.write_bytes(raw)
    try:
        data = nd.read_iv(file)
    except InputError:
        return
    np.testing.assert_allclose(data.I, I)


def test_encrypted_npz(tmp_path):
    raw = npz(V=V, I=I)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := raw.find(mark, place + 1)) >= 0:
            raw[place + offset] |= 1
    file = tmp_path / "x.npz"
    file.write_bytes(raw)
    assert_refused(file, "encrypted")


@pytest.fixture
def hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")

    def write(fill, rows=True):
        with h5py.File(tmp_path / "x.h5", "w") as file:
            if rows:
                file["V"], file["I"] = V, I
            fill(file, h5py)
        return tmp_path / "x.h5"

    return write


def test_hdf5_with_a_boast_beside_its_rows(hdf5):
    file = hdf5(lambda f, _: f.create_dataset("big", shape=(10**12,), dtype="f8", chunks=(1000,)))
    data = nd.read_iv(file)
    np.testing.assert_allclose(data.I, I)
    assert any("'big' announces" in note for note in data.notes)


def test_hdf5_groups_linked_twice_are_read_once(hdf5):
    def diamond(file, _):
        group = file.create_group("d")
        for _k in range(40):  # 2^40 ways lead to the last
            lower = group.create_group("a")
            group["b"] = lower
            group = lower

    np.testing.assert_allclose(nd.read_iv(hdf5(diamond)).I, I)


@pytest.mark.parametrize("size", [0, 8, 2**64 - 16])
def test_hdf5_heap_that_its_library_would_walk_for_ever(size, hdf5):
    """The free space behind the units, of no size; the same file unharmed is read."""

    def units(file, h5py):
        file["V"], file["I"] = V, I
        file["V"].attrs.create("units", "mV", dtype=h5py.string_dtype())
        file["I"].attrs.create("units", "uA", dtype=h5py.string_dtype())

    file = hdf5(units, rows=False)
    np.testing.assert_allclose(nd.read_iv(file).I, 1e-6 * I)
    raw = bytearray(file.read_bytes())
    at = raw.find(b"GCOL") + 16
    while (index := int.from_bytes(raw[at : at + 2], "little")) != 0:
        at += 16 + (int.from_bytes(raw[at + 8 : at + 16], "little") + 7) // 8 * 8
    raw[at : at + 2] = (0 if size < 16 else index + 3).to_bytes(2, "little")
    raw[at + 8 : at + 16] = size.to_bytes(8, "little")
    file.write_bytes(raw)
    assert_refused(file, "heap")


def test_hdf5_links_to_nothing_and_to_itself(hdf5):
    def links(file, h5py):
        file["gone"] = h5py.SoftLink("/nowhere")
        file["loop"] = h5py.SoftLink("/loop")
        file["other"] = h5py.ExternalLink("/no/such/file.h5", "V")

    np.testing.assert_allclose(nd.read_iv(hdf5(links)).I, I)


def test_hdf5_never_reads_another_file(hdf5, tmp_path):
    other = tmp_path / "other.bin"
    other.write_bytes(V.tobytes())

    def outside(file, _):
        file.create_dataset("V", shape=(40,), dtype="f8", external=[(str(other), 0, 320)])
        file["I"] = I

    assert_refused(hdf5(outside, rows=False), "voltage")


def test_hdf5_packed_numbers_are_unpacked(hdf5):
    def packed(file, _):
        file["V"] = np.round((V - 1) / 1e-4).astype("i4")
        file["V"].attrs.update(scale_factor=1e-4, add_offset=1.0, units="V", _FillValue=-5000)
        file["I"] = I

    data = nd.read_iv(hdf5(packed, rows=False))
    there = np.round((V - 1) / 1e-4) != -5000
    np.testing.assert_allclose(data.V, V[there], atol=6e-5)
    assert any("scale_factor" in note for note in data.notes)


@pytest.mark.parametrize("cell", ["C1048576", "XFD1048576", "XFD100"])
def test_a_blank_cell_in_the_last_corner_of_a_sheet(cell, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Voltage (V)", "Current (A)"])
    for v, i in zip(V, I, strict=True):
        book.active.append([float(v), float(i)])
    book.active[cell] = " "
    book.save(tmp_path / "x.xlsx")
    data = nd.read_iv(tmp_path / "x.xlsx")
    np.testing.assert_allclose(data.I, I)
    assert data.set_aside == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    assert_refused(tmp_path / "x.csv", "pipe")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/null"])
def test_a_device_is_no_file(device, tmp_path):
    if not Path(device).exists():
        pytest.skip("the system has no such device")
    (tmp_path / "x.csv").symlink_to(device)
    assert_refused(tmp_path / "x.csv", "device")


@pytest.mark.parametrize("name", ["V" * 100_000 + " (V)", "x" * 3000])
def test_messages_are_short_whatever_the_header(name, tmp_path):
    file = tmp_path / "x.csv"
    rows = "".join(f"{v},{i}\n" for v, i in zip(V, I, strict=True))
    file.write_text(f"{name},Current (A)\n{rows}")
    assert_refused(file)


def test_a_row_of_empty_cells_is_counted(tmp_path):
    rows = [f"{v},{i}" for v, i in zip(V, I, strict=True)]
    rows[20] = ","
    file = tmp_path / "x.csv"
    file.write_text("V,I\n" + "\n".join(rows) + "\n")
    data = nd.read_iv(file)
    assert (len(data), len(data.set_aside)) == (39, 1)
