"""Records as oscilloscopes, simulators and memristor boards write them: the truth is built in.

Each layout is that of the maker's manual or of the program that writes it, named in the test.
"""

import numpy as np
import pytest
import scipy.io

import neurodyn as nd
from neurodyn.errors import InputError

T = -5e-7 + 13.5e-9 * np.arange(60)
Y = np.round(0.6 + 0.3 * np.sin(2e7 * T), 6)
I = np.round(1e-4 * Y, 10)


@pytest.fixture
def record(tmp_path):
    def reader(content, name="trace.csv", **keywords):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return nd.read_trace(file, **keywords)

    return reader


def assert_is(trace, *channels, t=T):
    np.testing.assert_allclose(trace.t, t, rtol=1e-9, atol=1e-15)
    assert len(trace.channels) == len(channels)
    for (values, unit), name in zip(channels, trace.channels, strict=True):
        np.testing.assert_allclose(trace[name], values, rtol=1e-9)
        assert trace.units[name] == unit


# ---- oscilloscopes


def tektronix_tds(blank: bool) -> str:
    """TDS 1000/2000: settings in the first two columns, a third that is empty, time and value."""
    settings = [
        "Record Length,6.000000e+01", "Sample Interval,1.350000e-08", "Trigger Point,3.700000e+01",
        ",", "Source,CH1", "Vertical Units,V", "Vertical Scale,2.0e-01", "Horizontal Units,s",
    ]  # fmt: skip
    lines = []
    for k, (t, y) in enumerate(zip(T, Y, strict=True)):
        left = settings[k] if k < len(settings) else ","
        lines.append(f"{left},{',' if blank else ''}{t:.12f},  {y:.6f},")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("blank", [True, False])
def test_tektronix_settings_beside_the_record(blank, record):
    assert_is(record(tektronix_tds(blank)), (Y, "V"))


def test_tektronix_settings_above_the_record(record):
    head = "Model,MSO54\nSample Interval,1.35e-08\nVertical Units,V,A\nLabel,,\n\nTIME,CH1,CH2\n"
    rows = "".join(f"{t:.12g},{y},{i}\n" for t, y, i in zip(T, Y, I, strict=True))
    assert_is(record(head + rows), (Y, "V"), (I, "A"))


def test_rigol_start_and_increment(record):
    head = "X,CH1,CH2,Start,Increment,\nSequence,Volt,Volt,-5.000000e-07,1.350000e-08\n"
    rows = "".join(f"{k},{y:e},{2 * y:e},\n" for k, y in enumerate(Y))
    trace = record(head + rows)
    np.testing.assert_allclose(trace.t, T, atol=1e-15)
    np.testing.assert_allclose(trace["CH1"], Y)
    np.testing.assert_allclose(trace["CH2"], 2 * Y)


def test_rigol_logic_columns_are_no_channels(record):
    head = "X,CH1,D7-D0,D15-D8,Start,Increment,\nSequence,Volt,,,-5.0e-07,1.35e-08\n"
    assert_is(record(head + "".join(f"{k},{y:e},0x00,0x00,\n" for k, y in enumerate(Y))), (Y, "V"))


def test_rigol_t0_and_tinc(record):
    head = "CH1(V),CH2(V),t0 =-5.0e-07s, tInc = 1.35e-08,\n"
    trace = record(head + "".join(f"{y:e},{2 * y:e},,\n" for y in Y))
    np.testing.assert_allclose(trace.t, T, atol=1e-15)
    np.testing.assert_allclose(trace["CH1"], Y)


def test_keysight_infiniivision(record):
    head = "x-axis,1,2\nsecond,Volt,Volt\n"
    rows = "".join(f"{t:+.9E},{y:+.7E},{2 * y:+.7E}\n" for t, y in zip(T, Y, strict=True))
    trace = record(head + rows)
    np.testing.assert_allclose(trace["1"], Y)
    np.testing.assert_allclose(trace["2"], 2 * Y)
    one = "x-axis,1\nsecond,Ampere\n"
    rows = "".join(f"{t:+.9E},{y:+.7E}\n" for t, y in zip(T, I, strict=True))
    assert_is(record(one + rows), (I, "A"))


def lecroy(segments: int) -> str:
    head = f"LECROYWS424,12345,Waveform\nSegments,{segments},SegmentSize,60\n"
    head += "Segment,TrigTime,TimeSinceSegment1\n"
    head += "".join(f"#{k + 1},01-Jan-2026 00:00:0{k},{k}\n" for k in range(segments))
    rows = "".join(f"{t:.12g},{y}\n" for t, y in zip(T, Y, strict=True))
    return head + "Time,Ampl\n" + rows * segments


def test_lecroy(record):
    assert_is(record(lecroy(1)), (Y, "V"))
    trace = record(lecroy(2))
    assert_is(trace, (Y, "V"))
    assert any("several tables" in note for note in trace.notes)


def test_times_with_too_few_digits_beside_a_stated_interval(record):
    t = 1e-3 + 4e-9 * np.arange(600)
    rows = "".join(f"{x:.5e},{y:.4f}\n" for x, y in zip(t, np.sin(t * 1e7), strict=True))
    trace = record("Sample Interval,4e-09\nTime (s),CH1 (V)\n" + rows)
    np.testing.assert_allclose(np.diff(trace.t), 4e-9, rtol=1e-6)
    assert abs(trace.t[0] - 1e-3) < 1e-8
    with pytest.raises(InputError, match="dt="):
        record("Time (s),CH1 (V)\n" + rows)
    trace = record("Time (s),CH1 (V)\n" + rows, dt=4e-9, t0=1e-3)
    np.testing.assert_allclose(trace.t, t, rtol=1e-12)


def test_a_wrong_interval_is_not_believed(record):
    rows = "".join(f"{1e-3 + 4e-9 * k:.5e},{k}\n" for k in range(600))
    with pytest.raises(InputError, match="stands still"):
        record("Sample Interval,9e-09\nTime (s),CH1 (V)\n" + rows)


def test_a_counter_is_no_time(record):
    text = "X,CH1 (V)\n" + "".join(f"{k},{y}\n" for k, y in enumerate(Y))
    with pytest.raises(InputError, match="counts the samples; pass dt="):
        record(text, time="X")
    np.testing.assert_allclose(record(text, dt=13.5e-9, t0=T[0]).t, T, atol=1e-15)


@pytest.mark.parametrize(
    "keywords", [{"dt": 0}, {"dt": -1e-9}, {"dt": np.nan}, {"dt": "1us"}, {"t0": 0.0},
                 {"dt": 1e-9, "t0": np.inf}, {"dt": True}],
)  # fmt: skip
def test_bad_intervals(keywords, record):
    with pytest.raises(InputError, match=r"dt|t0"):
        record("n,CH1 (V)\n1,1\n2,2\n3,4\n", **keywords)


# ---- simulators


def test_ngspice_wrdata_with_the_time_repeated(record):
    """``set wr_vecnames``: the scale stands before each vector; without wr_singlescale, again."""
    rows = "".join(f" {t:.9e} {y:.9e} {t:.9e} {i:.9e}\n" for t, y, i in zip(T, Y, I, strict=True))
    trace = record(" time            v(out)          time            i(v1)\n" + rows)
    assert_is(trace, (Y, "V"), (I, "A"))
    single = "".join(f" {t:.9e} {y:.9e} {i:.9e}\n" for t, y, i in zip(T, Y, I, strict=True))
    assert_is(record(" time v(out) i(v1)\n" + single), (Y, "V"), (I, "A"))


def test_ngspice_clocks_that_differ_are_refused(record):
    rows = "".join(f" {t:.9e} {y} {t + 1e-9:.9e} {i}\n" for t, y, i in zip(T, Y, I, strict=True))
    with pytest.raises(InputError, match="different times"):
        record(" time v(out) time i(v1)\n" + rows)


def test_ltspice_4_marks_compressed_points_by_negative_times(record):
    head = (
        "Title: * x.asc\nDate: today\nPlotname: Transient Analysis\nFlags: real forward\n"
        "No. Variables: 2\nNo. Points: 60\nOffset: 0\n"
        "Command: Linear Technology Corporation LTspice IV\n"
        "Variables:\n\t0\ttime\ttime\n\t1\tV(out)\tvoltage\nBinary:\n"
    )
    t = T - T[0]
    marked = np.where(np.arange(60) % 7 == 3, -t, t)
    rows = np.zeros(60, dtype=[("t", "<f8"), ("y", "<f4")])
    rows["t"], rows["y"] = marked, Y
    trace = record(head.encode() + rows.tobytes(), name="x.raw")
    np.testing.assert_array_equal(trace.t, t)


def test_uneven_steps_can_be_resampled(record):
    t = np.cumsum(np.linspace(1e-9, 5e-9, 200))
    rows = "".join(f"{x:.12e},{1e6 * x:.12e}\n" for x in t)
    even = record("time,V(out)\n" + rows).resampled(2e-9)
    np.testing.assert_allclose(np.diff(even.t), 2e-9, rtol=1e-6)
    np.testing.assert_allclose(even["V"], 1e6 * even.t, rtol=1e-9)  # straight lines: exact
    assert any("resampled" in note for note in even.notes)
    with pytest.raises(InputError, match="expected a step"):
        even.resampled(1.0)


# ---- files of programs


@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (1, -1)])
def test_matlab_by_scipy(shape, tmp_path):
    file = tmp_path / "iv.mat"
    V, A = np.linspace(0.1, 1, 30), np.linspace(1e-6, 1e-3, 30)
    scipy.io.savemat(file, {"V": V.reshape(shape), "I_mA": 1e3 * A.reshape(shape), "note": "x"})
    data = nd.read_iv(file)
    np.testing.assert_allclose(data.V, V)
    np.testing.assert_allclose(data.I, A)


def test_matlab_structures_and_matrices(tmp_path):
    file = tmp_path / "iv.mat"
    V, A = np.linspace(0.1, 1, 30), np.linspace(1e-6, 1e-3, 30)
    scipy.io.savemat(file, {"sweep": {"V": V, "I": A}, "m": np.ones((5, 400))})
    data = nd.read_iv(file, voltage="sweep.V", current="sweep.I")
    np.testing.assert_allclose(data.I, A)


def test_matlab_7_3_is_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")
    file = tmp_path / "iv.mat"
    V, A = np.linspace(0.1, 1, 30), np.linspace(1e-6, 1e-3, 30)
    with h5py.File(file, "w", userblock_size=512) as f:
        f["V"], f["I"] = V[None, :], A[None, :]
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    with open(file, "r+b") as f:
        f.write(head)
    np.testing.assert_allclose(nd.read_iv(file).V, V)


def test_a_cut_or_damaged_matlab_file_is_refused(tmp_path):
    file = tmp_path / "iv.mat"
    scipy.io.savemat(file, {"V": np.linspace(0, 1, 300), "I": np.linspace(0, 1, 300)})
    raw = file.read_bytes()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        bad = bytearray(raw[: int(rng.integers(130, len(raw)))] if seed % 2 else raw)
        for place in rng.integers(124, len(bad), 5):
            bad[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(bytes(bad))
        try:
            nd.read_iv(file)
        except InputError as error:
            assert len(str(error)) < 700  # noqa: PT017 - reading may also succeed


@pytest.mark.parametrize("mark", ["\t", ","])
def test_arc_one(mark, tmp_path):
    """ArC ONE (arc1_pyqt): R, the amplitude and the voltage at which R was read; no current."""
    V = np.linspace(0.05, 1.0, 30)
    R = 1e4 / V
    names = ["Wordline", "Bitline", "Resistance", "Amplitude (V)", "Pulse width (s)", "Tag",
             "ReadTag", "ReadVoltage"]  # fmt: skip
    lines = ["Local", "Fri Nov 27 2026", mark.join(names)]
    lines += [
        mark.join(["1", "1", f"{r:.9g}", f"{v:.9g}", "0", "CT_i", "R2", f"{v:.9g}"])
        for v, r in zip(V, R, strict=True)
    ]
    file = tmp_path / "arc.txt"
    file.write_text("\n".join(lines) + "\n")
    data = nd.read_iv(file)
    np.testing.assert_allclose(data.V, V, rtol=1e-8)
    np.testing.assert_allclose(data.I, V / R, rtol=1e-8)
    assert any("The current is V/R" in note for note in data.notes)
    file.write_text("\n".join([*lines, lines[-1].replace("1", "2", 1)]) + "\n")
    with pytest.raises(InputError, match="2 devices"):
        nd.read_iv(file)
    # elsewhere a resistance may be one of anything
    file.write_text("V (V),R (ohm)\n" + "".join(f"{v},{r}\n" for v, r in zip(V, R, strict=True)))
    with pytest.raises(InputError, match="no column that reads as a current"):
        nd.read_iv(file)


@pytest.mark.parametrize(
    "line",
    ["Compliance Current: 1 mA", "Compliance Current (A): 0.001", "Icc = 1 mA", "I_cc: 1e-3 A",
     "CC = 1 mA", "Limit current = 1 mA", "Current limit,1.0E-03", "I-Limit: 1 mA",
     "Compliance (mA),1", "current compliance 1mA", "Compliance current [mA] 1"],
)  # fmt: skip
def test_compliance_in_other_words(line, tmp_path):
    V = np.linspace(0.05, 2.0, 40)
    file = tmp_path / "iv.csv"
    rows = "".join(f"{v:.4f},{min(1e-3 * v, 1e-3):.6e}\n" for v in V)
    file.write_text(f"{line}\nVoltage (V),Current (A)\n{rows}")
    data = nd.read_iv(file)
    assert (data.limit, data.limit_kind) == (pytest.approx(1e-3), "current")


def test_a_supply_is_no_compliance(tmp_path):
    V = np.linspace(0.05, 2.0, 40)
    file = tmp_path / "iv.csv"
    rows = "".join(f"{v:.4f},{1e-3 * v**2:.6e}\n" for v in V)
    file.write_text(f"Vcc = 1 V\nVoltage (V),Current (A)\n{rows}")
    assert nd.read_iv(file).limit is None


def test_two_compliances_are_both_looked_for(tmp_path):
    V = np.linspace(0.05, 2.0, 40)
    up = np.minimum(1e-3 * V, 1e-3)
    down = -np.minimum(1e-3 * V, 2e-4)
    rows = "".join(f"{v:.4f},{i:.6e}\n" for v, i in zip([*V, *-V], [*up, *down], strict=True))
    file = tmp_path / "iv.csv"
    file.write_text(f"Compliance (set): 1 mA\nCompliance (reset): 200 uA\nV,I\n{rows}")
    data = nd.read_iv(file)
    assert data.limit == pytest.approx(1e-3)
    assert data.I.max() < 1e-3
    assert data.counts["at compliance"] == len(data.censored) > 50


# ---- workbooks


@pytest.fixture
def workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")

    def write(sheets, hidden=()):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, factor in sheets.items():
            page = book.create_sheet(name)
            page.append(["Voltage (V)", "Current (A)"])
            for k in range(1, 31):
                page.append([0.02 * k, 1e-6 * factor * k])
            page.sheet_state = "hidden" if name in hidden else "visible"
        book.save(tmp_path / "runs.xlsx")
        return tmp_path / "runs.xlsx"

    return write


def test_the_runs_of_a_workbook_are_named_and_can_be_joined(workbook):
    file = workbook({f"Run{k}": k for k in range(1, 6)})
    data = nd.read_iv(file)
    assert len(data) == 30
    note = next(note for note in data.notes if "several tables" in note)
    for said in ("'run1'", "'run2'", "sheet="):
        assert said in note
    assert len(nd.read_iv(file, sheet="all")) == 150
    np.testing.assert_allclose(nd.read_iv(file, sheet="Run3").I[0], 3e-6)


def test_hidden_sheets_are_passed_over(workbook):
    data = nd.read_iv(workbook({"old": 9, "new": 1}, hidden=("old",)))
    np.testing.assert_allclose(data.I[0], 1e-6)
    assert any("hidden" in note and "'old'" in note for note in data.notes)
    assert nd.read_iv(workbook({"old": 9, "new": 1}, hidden=("old",)), sheet="old").I[0] == 9e-6


# ---- ambient temperatures


@pytest.mark.parametrize(
    ("header", "shift"),
    [("T (K)", 0), ("Temperature (°C)", 273.15), ("T_amb", 0), ("Stage temp. [C]", 273.15)],
)
def test_ambient_temperatures_are_told_apart(header, shift, tmp_path):
    lines = [f"{header},Voltage (V),Current (A)"]
    for T_amb in (280.0, 300.0, 320.0):
        noise = 0.1 * np.sin(np.arange(20))
        lines += [
            f"{T_amb - shift + noise[k]:.3f},{0.05 * k},{1e-8 * T_amb * k}" for k in range(20)
        ]
    file = tmp_path / "iv.csv"
    file.write_text("\n".join(lines) + "\n")
    data = nd.read_iv(file)
    parts, ambients = data.split_by_T()
    np.testing.assert_allclose(ambients, [280, 300, 320], atol=0.1)
    assert [len(part) for part in parts] == [19, 19, 19]
    assert len(data) == 57
    for part, T_amb in zip(parts, (280, 300, 320), strict=True):
        np.testing.assert_allclose(part.I / part.V, 2e-7 * T_amb, rtol=1e-9)
    assert any("3 ambient temperatures" in note for note in data.notes)


def test_without_temperatures_there_is_nothing_to_split():
    with pytest.raises(InputError, match="no column of temperatures"):
        nd.read_iv(nd.default_iv()).split_by_T()
