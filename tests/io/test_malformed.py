"""A hundred malformed files through every reader: the right data, or one sentence why not.

In every file row k holds t = k us, V = k/10 V and I = k^2 uA, whatever it does to them, so a value
that was read can be held against its row: a wrong unit, a wrong column or a mangled number shows.
"""

import io
import json
import random
import struct
import zipfile

import numpy as np
import pytest

from neurodyn.errors import NeurodynError
from neurodyn.io import read_iv, read_trace

N = 40
HEADER = "Time (s),Voltage (V),Current (A)"
ROWS = [(k * 1e-6, k / 10, k * k * 1e-6) for k in range(1, N + 1)]


def table(header=HEADER, row="{0!r},{1!r},{2!r}", rows=ROWS, end="\n"):
    return end.join([*([header] if header else []), *(row.format(*r) for r in rows)]) + end


def scaled(header, *factors):
    return table(header, rows=[tuple(x * f for x, f in zip(r, factors, strict=True)) for r in ROWS])


def commas(mark, quote=""):
    rows = [mark.join(f"{quote}{x!r}{quote}".replace(".", ",") for x in r) for r in ROWS]
    return "\n".join([HEADER.replace(",", mark), *rows, ""])


def lines_with(change):
    """The good table with its list of lines changed in place."""
    lines = table().splitlines()
    result = change(lines)
    return "\n".join(lines if result is None else result) + "\n"


def shuffled(seed):
    return table(rows=random.Random(seed).sample(ROWS, N))


def junk(seed, size=4000):
    return random.Random(seed).randbytes(size)


def npz(**arrays):
    store = io.BytesIO()
    np.savez(store, **arrays)
    return store.getvalue()


def columns():
    return (np.array(column) for column in zip(*ROWS, strict=True))


def good_npz():
    t, V, I = columns()
    return npz(t_s=t, V=V, I=I)


def good_hdf5():
    import h5py

    store = io.BytesIO()
    with h5py.File(store, "w") as file:
        for name, values, unit in zip(("time", "V", "I"), columns(), ("s", "V", "A"), strict=True):
            file.create_dataset(name, data=values).attrs["unit"] = unit
    return store.getvalue()


def good_excel(
    rows=ROWS,
):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    for row in rows:
        book.active.append(row)
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def good_raw(flags="real double", points=N):
    head = ["Title: a", "Date: b", "Plotname: c", f"Flags: {flags}", "No. Variables: 3"]
    head += [f"No. Points: {points}", "Variables:", "\t0\ttime\ttime", "\t1\tV(a)\tvoltage"]
    head += ["\t2\tI(R1)\tdevice_current", "Binary:", ""]
    return "\n".join(head).encode("utf-16-le") + b"".join(struct.pack("<ddd", *r) for r in ROWS)


def zipped(name, content):
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr(name, content)
    return store.getvalue()


def with_damage(raw, seed, bytes_changed=30):
    raw, chance = bytearray(raw), random.Random(seed)
    for _ in range(bytes_changed):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


GOOD = {".csv": lambda: table().encode(), ".npz": good_npz, ".h5": good_hdf5,
        ".xlsx": good_excel, ".raw": good_raw}  # fmt: skip


def files():
    """Yield (name, suffix, content or function that makes it)."""
    # cut off anywhere
    for suffix, make in GOOD.items():
        for share in (0.02, 0.1, 0.35, 0.6, 0.9, 0.999):
            yield (
                f"{suffix} cut at {share}", suffix,
                lambda make=make, share=share: (lambda raw: raw[: int(share * len(raw))])(make()),
            )  # fmt: skip
    # rubbish, with and without a beginning that promises something
    for suffix in (*GOOD, ".wfm", ".trc", ".bin", ".isf"):
        yield f"rubbish named {suffix}", suffix, junk(len(suffix))
    for start in (b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"Title: a\n", b"\x93NUMPY\x01\x00", b"%PDF",
                  "Title: a\n".encode("utf-16-le"), b"\x1f\x8b\x08", b"\xff\xfe", b"\xef\xbb\xbf",
                  b"\x89PNG\r\n"):  # fmt: skip
        yield f"rubbish after {start[:6]!r}", ".csv", start + junk(3)
    # units
    for units, factors in {
        "us mV uA": (1e6, 1e3, 1e6), "ms V mA": (1e3, 1, 1e3), "ns kV nA": (1e9, 1e-3, 1e9),
        "s mv ma": (1, 1e3, 1e3), "s volts amps": (1, 1, 1), "s V furlong": (1, 1, 1),
        "s A V": (1, 1, 1), "s V dBm": (1, 1, 1), "s V ohm": (1, 1, 1), "V V A": (1, 1, 1),
        "minutes V A": (1 / 60, 1, 1), "s mV A": (1, 1e3, 1),
    }.items():  # fmt: skip
        t, v, i = units.split()
        yield f"units {units}", ".csv", scaled(f"Time ({t}),Voltage ({v}),Current ({i})", *factors)
    yield "row of units", ".csv", scaled("Time,Voltage,Current\nus,mV,uA", 1e6, 1e3, 1e6)
    yield "units in the cells", ".csv", table(row="{0!r} s,{1!r} V,{2!r} A")
    yield (
        "some cells with units",
        ".csv",
        lines_with(
            lambda x: x.__setitem__(slice(9, 20), [line.replace(",", " V,", 1) for line in x[9:20]])
        ),
    )
    yield (
        "units change half-way",
        ".csv",
        table(rows=ROWS[:20]) + scaled("Time (s),Voltage (mV),Current (uA)", 1, 1e3, 1e6),
    )
    # headers
    yield "no header", ".csv", table("")
    yield "header only", ".csv", HEADER
    yield "header thrice", ".csv", table().replace("\n2e-05", f"\n{HEADER}\n2e-05").replace(
        "\n3e-05", f"\n{HEADER}\n3e-05")  # fmt: skip
    yield "header every row", ".csv", lines_with(lambda x: [a for b in x[1:] for a in (HEADER, b)])
    yield "header at the end", ".csv", lines_with(lambda x: [*x[1:], x[0]])
    yield "header with too few names", ".csv", table("Time (s),Voltage (V)")
    yield "header with too many names", ".csv", table(HEADER + ",Power (W)")
    yield "header in capitals", ".csv", table(HEADER.upper())
    yield "header of emoji", ".csv", table("⏱,⚡,🔌")
    yield "quote never closed", ".csv", table('Time (s),"Voltage (V),Current (A)')
    yield "settings above", ".csv", "Delay,0.1,0.2\nLimit,,\n\n" + table()
    yield "all names alike", ".csv", table("x,x,x")
    # locales
    yield "decimal commas, semicolons", ".csv", commas(";")
    yield "decimal commas, tabs", ".csv", commas("\t")
    yield "decimal commas, spaces", ".csv", commas(" ")
    yield "decimal commas, commas", ".csv", commas(",")
    yield "decimal commas, quoted", ".csv", commas(",", '"')
    yield "thousands", ".csv", scaled("Time (ns);Voltage (uV);Current (A)", 1e9, 1e6, 1).replace(
        "00000.0,", ",00,000.0;")  # fmt: skip
    # columns
    yield (
        "voltage twice",
        ".csv",
        table("Time (s),Voltage (V),Voltage (V),Current (A)", "{0!r},{1!r},{1!r},{2!r}"),
    )
    yield "everything twice", ".csv", table(f"{HEADER},{HEADER}", "{0!r},{1!r},{2!r}," * 2)
    yield (
        "measured beside set",
        ".csv",
        table(
            "Time (s),Source Voltage (V),Measured Voltage (V),Current (A)", "{0!r},9.0,{1!r},{2!r}"
        ),
    )
    yield "current first", ".csv", table("Current (A),Voltage (V),Time (s)", "{2!r},{1!r},{0!r}")
    yield "empty column", ".csv", table(HEADER + ",", "{0!r},{1!r},{2!r},")
    yield "current missing", ".csv", table(row="{0!r},{1!r},")
    yield "one column", ".csv", table("Voltage (V)", "{1!r}")
    yield (
        "ragged",
        ".csv",
        lines_with(lambda x: x.__setitem__(slice(5, 9), ["1.0", "1,2", "", "1,2,3,4,5"])),
    )
    yield "row numbers without a name", ".csv", table(row="7,{0!r},{1!r},{2!r}")
    yield "time stamps", ".csv", table("Date," + HEADER, "2024-02-01 12:00:00,{0!r},{1!r},{2!r}")
    # order
    for seed in range(3):
        yield f"unsorted {seed}", ".csv", shuffled(seed)
    yield "reversed", ".csv", table(rows=ROWS[::-1])
    yield "loop", ".csv", table(rows=ROWS + ROWS[::-1])
    yield "eleven loops", ".csv", table(rows=(ROWS + ROWS[::-1]) * 11)
    yield "each row twice", ".csv", table(rows=[row for row in ROWS for _ in "12"])
    # cells
    for word in (
        "nan",
        "inf",
        "-inf",
        "#N/A",
        "OVERFLOW",
        "9.9e37",
        "1e400",
        "?",
        "--",
        "0x1F",
        "1e",
    ):
        yield (
            f"cells of {word}",
            ".csv",
            lines_with(
                lambda x, word=word: x.__setitem__(slice(5, 30, 5), [f"5e-6,{word},1e-6"] * 5)
            ),
        )
    yield (
        "full-width digits",
        ".csv",
        table().translate({ord(str(k)): 0xFF10 + k for k in range(10)}),
    )
    yield "typographic minus", ".csv", table(row="{0!r},\u2212{1!r},\u2212{2!r}")
    yield "Fortran exponents", ".csv", table(row="{0:.9E},{1:.9E},{2:.9E}").replace("E", "D")
    # text itself
    for codec in ("utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp037", "utf-7"):
        yield f"in {codec}", ".csv", table().encode(codec)
    for end in ("\r", "\r\n", "\n\n\n", "\x0b", "\x00"):
        yield f"line ends {end!r}", ".csv", table(end=end)
    yield "empty", ".csv", ""
    yield "blank", ".csv", " \n" * 100
    yield "zero bytes", ".csv", bytes(1000)
    yield "one long line", ".csv", "1," * 200_000
    yield "long comment", ".csv", "#" + "x" * 200_000 + "\n" + table()
    yield "prose", ".csv", "It was a bright cold day in April.\n" * 50
    yield "HTML", ".csv", f"<table>{table(row='<tr><td>{0!r}</td><td>{1!r}</td></tr>')}</table>"
    yield "JSON", ".csv", json.dumps({"V": [r[1] for r in ROWS], "I": [r[2] for r in ROWS]})
    # archives that hold something else
    yield "zip of a text", ".npz", zipped("readme.txt", "hello")
    yield "zip of rubbish arrays", ".npz", zipped("V.npy", junk(1))
    yield "workbook of rubbish", ".xlsx", zipped("xl/workbook.xml", junk(2))
    yield "empty archive", ".npz", npz()
    yield "arrays of words", ".npz", npz(V=np.array(["a"] * 9), I=np.array(["b"] * 9))
    yield "complex arrays", ".npz", npz(V=np.ones(9) * 1j, I=np.ones(9))
    yield "arrays of two lengths", ".npz", npz(V=np.ones(30), I=np.ones(31))
    yield "matrix", ".npz", npz(V=np.ones((9, 9)), I=np.ones((9, 9)))
    yield "workbook without rows", ".xlsx", lambda: good_excel([])
    yield "workbook of words", ".xlsx", lambda: good_excel([("a", "b", "c")] * 30)
    yield "raw of complex numbers", ".raw", lambda: good_raw("complex")
    yield "raw with too few points", ".raw", lambda: good_raw(points=3)
    yield "raw with too many points", ".raw", lambda: good_raw(points=10**12)
    yield "raw with negative points", ".raw", lambda: good_raw(points=-1)
    yield "raw as floats", ".raw", lambda: good_raw("real forward")


FILES = {name: (suffix, content) for name, suffix, content in files()}


def test_there_are_a_hundred():
    assert len(FILES) >= 100


def written(tmp_path, suffix, content):
    content = content() if callable(content) else content
    file = tmp_path / f"file{suffix}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def read_or_refused(read, file):
    """Return the data, or None where an error of ours says why not in one sentence."""
    try:
        return read(file)
    except NeurodynError as error:
        said = error
    text = str(said)
    assert 20 < len(text) < 700
    assert "\n" not in text
    assert "Traceback" not in text
    return None


def whole(data):
    """Leave out a last row that may be cut short, where the reader says so."""
    return slice(0, len(data) - any("may be cut short" in note for note in data.notes))


def check_sweep(data):
    k, rows = np.round(data.V * 10), whole(data)
    np.testing.assert_allclose(data.V[rows], k[rows] / 10, rtol=1e-7)
    np.testing.assert_allclose(data.I[rows], k[rows] ** 2 * 1e-6, rtol=1e-6)


def check_trace(trace):
    rows = whole(trace)
    k = np.round(trace.t * 1e6)[rows]
    np.testing.assert_allclose(trace.t[rows], k * 1e-6, rtol=1e-7)
    for name, values in trace.channels.items():
        V, I = trace.units[name] == "V", trace.units[name] == "A"
        assert V or I
        expected = np.sign(values[0]) * (k / 10 if V else k**2 * 1e-6)
        np.testing.assert_allclose(values[rows], expected, rtol=1e-6)


# numbers that are not those of their row; what is read of them is said in the test itself
OTHER_NUMBERS = {"raw with too few points", "measured beside set", "raw as floats", "thousands"}


@pytest.mark.parametrize("name", FILES)
def test_right_data_or_one_sentence(name, tmp_path):
    file = written(tmp_path, *FILES[name])
    for read, check in ((read_iv, check_sweep), (read_trace, check_trace)):
        data = read_or_refused(read, file)
        if data is None:
            continue
        if name not in OTHER_NUMBERS:
            check(data)
        assert data.sha256
        assert data.source == file.name


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("suffix", [".npz", ".h5", ".xlsx", ".raw"])
def test_bytes_changed_anywhere(suffix, seed, tmp_path):
    """Which number is wrong cannot be known; but there is no other error than ours."""
    file = written(tmp_path, suffix, with_damage(GOOD[suffix](), seed))
    for read in (read_iv, read_trace):
        data = read_or_refused(read, file)
        assert data is None or len(data) >= 2


def test_measured_beside_set_takes_what_was_measured(tmp_path):
    check_sweep(read_iv(written(tmp_path, *FILES["measured beside set"])))


def test_units_that_change_half_way_are_not_mixed(tmp_path):
    data = read_iv(written(tmp_path, *FILES["units change half-way"]))
    assert len(data) == 20
    assert any("several tables" in note for note in data.notes)


@pytest.mark.slow
def test_ten_million_rows(tmp_path):
    n = 10_000_000
    k = np.arange(1, n + 1)
    np.savez(tmp_path / "long.npz", t_ns=k.astype(float), V=1 + k / n, I=k * 1e-10)
    trace = read_trace(tmp_path / "long.npz")
    assert len(trace) == n
    assert trace.t[-1] == pytest.approx(n * 1e-9)
    data = read_iv(tmp_path / "long.npz")
    assert len(data) == n
    head = "\n".join(["Title: a", "Plotname: c", "Flags: real", "No. Variables: 3",
                      f"No. Points: {n}", "Variables:", "\t0\ttime\ttime", "\t1\tv(1)\tvoltage",
                      "\t2\ti(v1)\tcurrent", "Binary:", ""])  # fmt: skip
    body = np.stack([k * 1e-9, 1 + k / n, k * 1e-10], axis=1).astype("<f8").tobytes()
    (tmp_path / "long.raw").write_bytes(head.encode() + body)
    np.testing.assert_array_equal(read_trace(tmp_path / "long.raw")["V"], 1 + k / n)
    for name in ("long.npz", "long.raw"):  # half a gigabyte
        (tmp_path / name).unlink()


@pytest.mark.slow
def test_ten_million_rows_of_text(tmp_path):
    n = 10_000_000
    block = "".join(f"{k / 1000:.3f},{1 + k / 1000:.3f},{k:d}e-9\n" for k in range(1000))
    file = tmp_path / "long.csv"
    with open(file, "w") as out:
        out.write("t (s),V (V),I (A)\n")
        for _ in range(n // 1000):
            out.write(block)
    with pytest.raises(NeurodynError, match="time goes back at row 1002"):
        read_trace(file)
    file.unlink()
