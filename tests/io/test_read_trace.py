"""One record in time, in every format, read back; and what cannot be read refused in words."""

import io
import json
import shutil
import struct
import subprocess
import sys

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError, NeurodynError
from neurodyn.io import read_iv, read_trace

T = np.round(np.linspace(0, 5e-6, 51), 9)
V = np.round(np.sin(1e6 * T), 6)
I = np.round(1e-3 * np.cos(1e6 * T), 9)


@pytest.fixture
def write(tmp_path):
    def writer(content, name="trace.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return writer


def text(header, row="{t!r},{v!r},{i!r}", mark="\n"):
    values = zip(T.tolist(), V.tolist(), I.tolist(), strict=True)
    rows = [row.format(t=t, v=v, i=i) for t, v, i in values]
    return header + mark + mark.join(rows) + mark


def assert_read(trace, rtol=1e-12):
    np.testing.assert_allclose(trace.t, T, rtol=rtol, atol=1e-20)
    np.testing.assert_allclose(trace["V"], V, rtol=rtol)
    np.testing.assert_allclose(trace["I"], I, rtol=rtol)
    assert trace.units == {"V": "V", "I": "A"}
    assert trace.set_aside == ()


# ---- text


def test_csv_with_units(write):
    assert_read(read_trace(write(text("Time (s),CH1 (V),CH2 (A)"))))


def test_csv_with_other_units(write):
    rows = "".join(
        f"{t * 1e6!r};{v * 1e3!r};{i * 1e6!r}\n".replace(".", ",")
        for t, v, i in zip(T.tolist(), V.tolist(), I.tolist(), strict=True)
    )
    content = "\ufeffZeit (µs);Spannung (mV);Strom (uA)\n" + rows
    assert_read(read_trace(write(content)))
    assert_read(read_trace(write(content.encode("utf-16"))))


def test_columns_and_units_by_the_caller(write):
    content = text("p,q,r", row="{v!r},{t!r},{i!r}")
    trace = read_trace(
        write(content), time="q", time_unit="s", channels={"V": "p", "I": 2},
        units={"V": "V", "I": "A"},
    )  # fmt: skip
    assert_read(trace)
    assert trace.columns == {"t": "q", "V": "p", "I": "r"}


def test_several_voltages_keep_their_names(write):
    trace = read_trace(write(text("t (s),Anode (V),Cathode (V)")))
    assert list(trace.channels) == ["Anode", "Cathode"]
    with pytest.raises(InputError, match="no channel 'anode'; did you mean 'Anode'"):
        trace["anode"]


def test_what_was_assumed_is_noted(write):
    notes = " ".join(read_trace(write(text("time,voltage,current"))).notes)
    for said in ("'time': s was assumed", "'voltage': V was assumed", "'current': A was assumed"):
        assert said in notes
    assert "assumed" not in " ".join(read_trace(write(text("Time (s),CH1 (V),CH2 (A)"))).notes)


def test_bad_rows_are_set_aside_with_their_reason(write):
    content = text("Time (s),CH1 (V),CH2 (A)").splitlines()
    content[5] = "nan,1.0,1e-3"
    content[9] = content[9].split(",")[0] + ",over,1e-3"
    content[12] = content[12].split(",")[0] + ",9.9e37,1e-3"
    trace = read_trace(write("\n".join(content)))
    assert trace.set_aside == (
        (6, "not finite"),
        (10, "not a number"),
        (13, "not finite"),
    )
    assert len(trace) == 48
    assert trace.rows[0] == 2
    assert "not finite: 2, in line 6, 13" in trace.report()


REFUSED = {
    "no time": ("CH1 (V),CH2 (A)", {}, "no column reads as time"),
    "no channel": ("Time (s),x,y", {}, "no column reads as a voltage or a current"),
    "two times": ("Time (s),Time (ms),CH1 (V)", {}, "more than one column reads as time"),
    "wrong unit of time": ("Time (V),CH1 (V),CH2 (A)", {}, "expected one that converts to s"),
    "unknown unit": ("Time (s),Voltage (furlong),CH2 (A)", {}, "not one that neurodyn knows"),
    "wrong unit": ("Time (s),Voltage (A),CH2 (A)", {}, "expected one that converts to V"),
    "wrong unit given": ("t (s),V,I", {"units": {"V": "s"}}, "expected one that converts to V"),
    "unit of nothing": ("t (s),V,I", {"units": {"W": "V"}}, "no channel 'W'"),
    "no unit": ("t (s),p,q", {"channels": {"V": "p"}}, "'p' has no unit; pass units="),
    "no such column": ("t (s),V,I", {"channels": {"V": "U"}}, "no column 'U'"),
    "time as channel": ("t (s),V,I", {"channels": {"V": 0}}, "is time, and asked for as a channel"),
    "channels no mapping": ("t (s),V,I", {"channels": ["V"]}, "expected a mapping"),
    "sheet of a text": ("t (s),V,I", {"sheet": "a"}, "is no Excel workbook"),
    "a name twice": ("t (s),V (V),V (V),I", {}, "several columns called 'V'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words(case, write):
    header, keywords, message = REFUSED[case]
    row = "{t!r},{v!r},{i!r}" + ",{i!r}" * (header.count(",") - 2)
    if header.count(",") == 1:
        row = "{v!r},{i!r}"
    with pytest.raises(InputError, match=message):
        read_trace(write(text(header, row)), **keywords)


def test_time_that_goes_back_or_stands_still(write):
    lines = text("Time (s),CH1 (V),CH2 (A)").splitlines()
    swapped = [*lines[:10], lines[11], lines[10], *lines[12:]]
    with pytest.raises(InputError, match=r"time goes back at row 12 .* 1 such places"):
        read_trace(write("\n".join(swapped)))
    twice = "\n".join(lines + lines[1:])
    with pytest.raises(InputError, match="several records in one file"):
        read_trace(write(twice))
    with pytest.raises(InputError, match="time stands still at row 3"):
        read_trace(write("\n".join([*lines[:2], *lines[1:]])))


def test_too_few_rows(write):
    with pytest.raises(InputError, match="of 2 rows 1 hold a time"):
        read_trace(write("t (s),V (V)\n0.0,1.0\n1.0,nan\n"))


def test_result_is_read_only_and_goes_to_json(write):
    trace = read_trace(write("Current limit: 20 mA\n" + text("Time (s),CH1 (V),CH2 (A)")))
    with pytest.raises(ValueError, match="read-only"):
        trace.t[0] = 1.0
    again = json.loads(json.dumps(trace.to_dict(), allow_nan=False))
    np.testing.assert_array_equal(again["channels"]["V"], V)
    assert again["metadata"]["limit"] == 0.02
    assert "current limit  20 mA" in repr(trace)


def test_a_trace_can_be_fitted(write):
    """The name of a channel is what a fit asks for."""
    record = nd.spike_trace if hasattr(nd, "spike_trace") else None
    if record is None:
        pytest.skip("fitting of traces is not here")
    trace = read_trace(write(text("Time (s),CH1 (V),CH2 (A)")))
    np.testing.assert_array_equal(record(trace, channel="V").y, V)


# ---- NumPy, HDF5, Excel


def test_npz(tmp_path):
    file = tmp_path / "trace.npz"
    np.savez(file, t_us=T * 1e6, V=V, I_mA=I * 1e3, compliance=0.02, other=np.arange(7))
    trace = read_trace(file, units={"V": "V"})
    assert_read(trace)
    assert trace.metadata["limit"] == 0.02


def test_npz_as_a_sweep(tmp_path, curve):
    file = tmp_path / "sweep.npz"
    np.savez_compressed(file, **{"V_mV": curve.V * 1e3, "I_uA": curve.I * 1e6})
    curve.assert_read(read_iv(file))


def test_npz_of_objects_is_never_unpickled(tmp_path):
    file = tmp_path / "trace.npz"
    np.savez(file, V=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match="cannot be read as NumPy arrays"):
        read_trace(file)


def test_one_array_without_names(tmp_path):
    np.save(tmp_path / "trace.npy", V)
    with pytest.raises(InputError, match=r"without names; expected an \.npz"):
        read_trace(tmp_path / "trace.npy")


def test_hdf5(tmp_path, curve):
    h5py = pytest.importorskip("h5py")
    file = tmp_path / "trace.h5"
    with h5py.File(file, "w") as store:
        store.attrs["device"] = "A7"
        run = store.create_group("run 1")
        run.attrs["compliance"] = 0.02
        for name, values, unit in (("time", T * 1e9, "ns"), ("V", V, "V"), ("I", I * 1e3, b"mA")):
            run.create_dataset(name, data=values).attrs["units"] = unit
        store.create_dataset("image", data=np.zeros((3, 4)))
    trace = read_trace(file)
    assert_read(trace)
    assert trace.metadata["limit"] == 0.02
    assert "device: A7" in trace.metadata["preamble"]
    with h5py.File(file, "w") as store:
        record = np.zeros(20, dtype=[("V", "f8"), ("I", "f8")])
        record["V"], record["I"] = curve.V, curve.I
        store["sweep"] = record
    curve.assert_read(read_iv(file))


def test_excel(tmp_path, curve):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["some remark", None, 3])
    sheet = book.create_sheet("run")
    sheet.append(["Current limit: 20 mA"])
    sheet.append(["Time (us)", "CH1 (V)", "CH2 (mA)"])
    for t, v, i in zip(T.tolist(), V.tolist(), I.tolist(), strict=True):
        sheet.append([t * 1e6, v, i * 1e3])
    sweep = book.create_sheet("i-V")
    sweep.append(["Voltage (V)", "Current (A)"] * 2)
    for v, i in zip(curve.V.tolist(), curve.I.tolist(), strict=True):
        sweep.append([v, i, v, 2 * i])
    file = tmp_path / "trace.xlsx"
    book.save(file)
    trace = read_trace(file)
    assert_read(trace)
    assert trace.metadata["limit"] == 0.02
    assert trace.rows[0] == 3  # as Excel counts
    assert any("Sheet 'run'" in note for note in trace.notes)
    curve.assert_read(read_iv(file, sheet="i-V", voltage=0, current=1))
    np.testing.assert_allclose(
        read_iv(file, sheet="i-V", voltage=2, current=3).I, 2 * curve.I, rtol=1e-12
    )
    with pytest.raises(InputError, match="no sheet 'I-V'; did you mean 'i-V'"):
        read_iv(file, sheet="I-V")


def test_excel_that_was_measured(real_data):
    pytest.importorskip("openpyxl")
    file = real_data / "vo2_galloni2024" / "relaxation_timescales.xlsx"
    with pytest.raises(InputError, match=r"no column that reads as a voltage"):
        read_iv(file)
    trace = read_trace(
        file, sheet="fast", channels={"R": 5}, units={"R": "ohm"}, time=0
    )  # the column of 20 mA
    assert trace.units == {"R": "ohm"}
    assert trace["R"][0] == pytest.approx(24407.18761)
    assert trace.t[1] == 0.0002


@pytest.mark.parametrize(
    ("module", "suffix", "start"),
    [
        ("h5py", ".h5", b"\x89HDF\r\n\x1a\n" + bytes(64)),
        ("openpyxl", ".xlsx", None),
        ("RigolWFM.wfm", ".wfm", b"\0" * 64),
    ],
)
def test_a_missing_extra_is_named(module, suffix, start, tmp_path, monkeypatch):
    if start is None:
        import zipfile

        store = io.BytesIO()
        with zipfile.ZipFile(store, "w") as archive:
            archive.writestr("xl/workbook.xml", "<a/>")
        start = store.getvalue()
    monkeypatch.setitem(sys.modules, module, None)
    file = tmp_path / f"trace{suffix}"
    file.write_bytes(start)
    with pytest.raises(NeurodynError, match=r"not installed; install neurodyn\[\w+\]"):
        read_trace(file)


# ---- SPICE


def spice_header(flags, points, variables, kind="Binary", title="* a circuit", command=""):
    lines = [f"Title: {title}", "Date: today", "Plotname: Transient Analysis", f"Flags: {flags}"]
    lines += [f"No. Variables: {len(variables)}", f"No. Points: {points}"]
    lines += [f"Command: {command}"] * bool(command)
    lines += ["Variables:"]
    lines += [f"\t{k}\t{name}\t{what}" for k, (name, what) in enumerate(variables)]
    return "\n".join([*lines, f"{kind}:", ""])


VARIABLES = [("time", "time"), ("V(out)", "voltage"), ("I(R1)", "device_current")]


def ltspice(flags="real forward", fast=False, double=False):
    """Write a transient plot as LTspice does: struct by struct, no NumPy."""
    letter = "d" if double else "f"
    header = spice_header(flags, len(T), VARIABLES).encode("utf-16-le")
    t = [-x if k % 3 == 2 else x for k, x in enumerate(T.tolist())]  # the sign marks compression
    if fast:
        body = struct.pack(f"<{len(t)}d", *t)
        body += b"".join(struct.pack(f"<{len(t)}{letter}", *x.tolist()) for x in (V, I))
    else:
        rows = zip(t, V.tolist(), I.tolist(), strict=True)
        body = b"".join(struct.pack(f"<d{letter}{letter}", *row) for row in rows)
    return header + body


@pytest.mark.parametrize(
    ("flags", "fast", "double"),
    [
        ("real forward", False, False),
        ("real forward double", False, True),
        ("real forward fastaccess", True, False),
        ("real forward double fastaccess", True, True),
    ],
)
def test_ltspice(flags, fast, double, write):
    trace = read_trace(write(ltspice(flags, fast, double), "trace.raw"))
    assert_read(trace, rtol=1e-12 if double else 1e-7)


def test_ltspice_ascii(write):
    head = spice_header("real forward", len(T), VARIABLES, "Values")
    rows = zip(T.tolist(), V.tolist(), I.tolist(), strict=True)
    body = "".join(f"{k}\t{t!r}\n\t{v!r}\n\t{i!r}\n" for k, (t, v, i) in enumerate(rows))
    assert_read(read_trace(write((head + body).encode("utf-16-le"), "trace.raw")))
    windows = (head + body).replace("\n", "\r\n")
    assert_read(read_trace(write(windows.encode("utf-16-le"), "trace.raw")))
    assert_read(read_trace(write(windows.encode(), "trace.raw")))


def test_old_ltspice_with_a_header_in_ascii(write):
    command = "Linear Technology Corporation LTspice IV"
    head = spice_header("real forward", len(T), VARIABLES, command=command).encode()
    rows = zip(T.tolist(), V.tolist(), I.tolist(), strict=True)
    body = b"".join(struct.pack("<dff", *row) for row in rows)
    assert_read(read_trace(write(head + body, "trace.raw")), rtol=1e-7)


def test_spice_in_pieces_is_refused(write):
    whole = ltspice()
    outcomes = set()
    for end in [*range(6, len(whole), 97), len(whole) - 1]:
        with pytest.raises(InputError) as error:
            read_trace(write(whole[:end], "trace.raw"))
        outcomes.add(str(error.value).partition(":")[0].partition(" is cut")[2])
    assert any("off" in outcome for outcome in outcomes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("No. Points: 51", "No. Points: 52"), "announces 52 points"),
        (("No. Variables: 3", "No. Variables: 4"), "announces 4 variables and lists 3"),
        (("No. Points: 51", "No. Points: many"), "does not say how many"),
        (("No. Points: 51\n", ""), "does not say how many"),
        (("Flags: real forward", "Flags: complex"), "cut off|complex"),
    ],
)
def test_spice_header_that_contradicts_the_file(change, message, write):
    head = (
        spice_header("real forward double", len(T), VARIABLES).replace(*change).encode("utf-16-le")
    )
    rows = zip(T.tolist(), V.tolist(), I.tolist(), strict=True)
    body = b"".join(struct.pack("<ddd", *row) for row in rows)
    with pytest.raises(InputError, match=message):
        read_trace(write(head + body, "trace.raw"))


NETLIST = """* rc circuit
V1 in 0 PULSE(0 1 1u 10n 10n 5u 20u)
R1 in out 1k
C1 out 0 1n
.tran 0.1u 10u
.control
set filetype={kind}
run
write trace.raw
wrdata trace.txt v(in) v(out) i(v1)
dc V1 0 2 0.1
write sweep.raw
ac dec 4 1k 1meg
write ac.raw
quit
.endc
.end
"""


@pytest.mark.parametrize("kind", ["ascii", "binary"])
def test_ngspice(kind, tmp_path):
    """What ngspice writes, against the table that it writes beside it."""
    if shutil.which("ngspice") is None:
        pytest.skip("ngspice is not here")
    (tmp_path / "rc.cir").write_text(NETLIST.format(kind=kind))
    subprocess.run(["ngspice", "-b", "rc.cir"], cwd=tmp_path, capture_output=True, check=False)
    written = np.loadtxt(tmp_path / "trace.txt")
    trace = read_trace(tmp_path / "trace.raw")
    assert list(trace.channels) == ["v(in)", "v(out)", "I"]
    np.testing.assert_allclose(trace.t, written[:, 0], rtol=1e-8)
    for column, name in ((1, "v(in)"), (3, "v(out)"), (5, "I")):
        np.testing.assert_allclose(trace[name], written[:, column], rtol=1e-7, atol=1e-15)
    with pytest.raises(InputError, match="complex numbers"):
        read_trace(tmp_path / "ac.raw")
    with pytest.raises(InputError, match="more than one column that reads as a voltage"):
        read_iv(tmp_path / "sweep.raw")


def test_a_sweep_of_spice(write, curve):
    head = spice_header("real", 20, [("v-sweep", "voltage"), ("i(R1)", "current")])
    body = np.stack([curve.V, curve.I], axis=1).astype("<f8").tobytes()
    curve.assert_read(read_iv(write(head.encode() + body, "sweep.raw")))


# ---- oscilloscopes


def test_oscilloscope(write):
    """A Tektronix .isf record, written by hand: header in words, then a block of counts."""
    pytest.importorskip("RigolWFM")
    counts = np.round(V / 1e-4).astype(">i2")
    block = counts.tobytes()
    header = (
        ":WFMPRE:BYT_NR 2;BIT_NR 16;ENCDG BIN;BN_FMT RI;BYT_OR MSB;NR_PT 51;"
        'WFID "Ch1, DC coupling, 1.0V/div";PT_FMT Y;XINCR 1.0E-7;PT_OFF 0;XZERO 0.0E0;'
        'XUNIT "s";YMULT 1.0E-4;YZERO 0.0E0;YOFF 0.0E0;YUNIT "V";'
        f":CURVE #3{len(block)}"
    )
    trace = read_trace(write(header.encode() + block, "trace.isf"))
    np.testing.assert_allclose(trace.t, T, atol=1e-12)
    np.testing.assert_allclose(trace["V"], V, atol=5.1e-5)
    assert any("RigolWFM" in note for note in trace.notes)


@pytest.mark.parametrize("suffix", [".wfm", ".isf", ".trc", ".bin"])
def test_rubbish_with_the_name_of_an_oscilloscope_file(suffix, write):
    pytest.importorskip("RigolWFM")
    raw = np.random.default_rng(0).integers(0, 256, 4000, dtype=np.uint8).tobytes()
    for content in (raw, bytes(100), b"WAVEDESC" + raw, b"#6" + raw, b"AG10" + raw):
        with pytest.raises(InputError, match="cannot be read as the record of an oscilloscope"):
            read_trace(write(content, f"trace{suffix}"))


def test_text_with_the_name_of_an_oscilloscope_file(write):
    assert_read(read_trace(write(text("Time (s),CH1 (V),CH2 (A)"), "trace.bin")))


# ---- measured


def test_measured_pulses(real_data):
    for file in sorted((real_data / "vo2_galloni2024" / "short_Vpulses").glob("*.csv")):
        trace = read_trace(file)
        assert trace.columns["t"] == "SMU-1 Time (s)"
        assert sorted(trace.channels) == ["I", "V"]
        assert len(trace) in (1106, 1107)
        np.testing.assert_allclose(np.diff(trace.t), 2e-4, rtol=1e-6)
        assert trace.set_aside == ()
