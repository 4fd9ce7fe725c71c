"""One curve, written in every way that instruments, programs and people write it."""

import json
import time
import tracemalloc

import numpy as np
import pytest

from neurodyn.io import iv_data, read_iv


def comma(number: float) -> str:
    return repr(number).replace(".", ",")


LAYOUTS = {
    "comma": ("Voltage (V),Current (A)\n", lambda V, I: f"{V},{I}"),
    "comma and space": ("Voltage (V), Current (A)\n", lambda V, I: f"{V}, {I}"),
    "semicolon": ("Voltage (V);Current (A)\n", lambda V, I: f"{V};{I}"),
    "tab": ("Voltage (V)\tCurrent (A)\n", lambda V, I: f"{V}\t{I}"),
    "spaces": ("V (V)   I (A)\n", lambda V, I: f"{V}   {I}"),
    "single spaces": ("Device Voltage (V) Device Current (A)\n", lambda V, I: f"{V} {I}"),
    "aligned": ("   V/V      I/A\n", lambda V, I: f"  {V:<22}{I:>24}"),
    "quoted": ('"Voltage (V)","Current (A)"\n', lambda V, I: f'"{V}","{I}"'),
    "semicolon, decimal comma": ("U (V);I (A)\n", lambda V, I: f"{comma(V)};{comma(I)}"),
    "tab, decimal comma": ("U (V)\tI (A)\n", lambda V, I: f"{comma(V)}\t{comma(I)}"),
    "space, decimal comma": ("U (V) I (A)\n", lambda V, I: f"{comma(V)} {comma(I)}"),
    "quoted decimal comma": ("U (V),I (A)\n", lambda V, I: f'"{comma(V)}","{comma(I)}"'),
    "quoted decimal comma, index": (
        "n,U (V),I (A)\n",
        lambda V, I: f'{round(10 * V)},"{comma(V)}","{comma(I)}"',
    ),
    "trailing empty columns": ("V,I,,\n", lambda V, I: f"{V},{I},,"),
    "empty first column": (",V,I\n", lambda V, I: f",{V},{I}"),
    "words in a column": ("t,V,I,state\n", lambda V, I: f"12:00:01,{V},{I},OK"),
    "stamp, decimal comma": ("t;U;I\n", lambda V, I: f"01.02.2024 12:00;{comma(V)};{comma(I)}"),
    "Fortran exponents": ("V,I\n", lambda V, I: f"{V:.17e},{I:.17e}".replace("e", "D")),
    "plus signs": ("V,I\n", lambda V, I: f"+{V},+{I}"),
    "commented header": ("# V I\n", lambda V, I: f"{V} {I}"),
    "commented header, other mark": ("# Voltage (V), Current (A)\n", lambda V, I: f"{V}\t{I}"),
    "tabs inside quotes": ('"\tVoltage (V)","\tCurrent (A)"\n', lambda V, I: f"{V},{I}"),
    "row of units": ("Voltage,Current\nV,A\n", lambda V, I: f"{V},{I}"),
    "row of other units": ("Voltage,Current\n(mV),(uA)\n", lambda V, I: f"{V * 1e3},{I * 1e6}"),
    "three-line header": (
        "Voltage\tCurrent\nV\tmA\ndevice 3\tdevice 3\n",
        lambda V, I: f"{V}\t{I * 1e3}",
    ),
    "comment under the header": ("V,I\n# started at noon\n", lambda V, I: f"{V},{I}"),
    "units for names": ("mV,uA\n", lambda V, I: f"{V * 1e3},{I * 1e6}"),
    "line break in a header cell": (
        '"Voltage\n(mV)","Current\n(uA)"\n',
        lambda V, I: f"{V * 1e3},{I * 1e6}",
    ),
    "row names without a header": ("V,I\n", lambda V, I: f"{round(10 * V)},{V},{I}"),
    "current first": ("I (A),V (V)\n", lambda V, I: f"{I},{V}"),
    "no header": ("", lambda V, I: f"{V},{I}"),
    "no header, title": ("My best device\n\n", lambda V, I: f"{V},{I}"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout(layout, curve, read):
    header, row = LAYOUTS[layout]
    curve.assert_read(read(header + curve.rows(row)))


@pytest.mark.parametrize("lines", [1, 34, 700])
def test_any_number_of_lines_above(lines, curve, read):
    above = "".join(f"Setting {k}: value {k}\n" for k in range(lines))
    data = read(above + curve.table())
    curve.assert_read(data)
    assert data.rows[0] == lines + 2  # as an editor counts
    assert any(f"{lines + 1} lines" in note for note in data.notes)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end, curve, read):
    data = read(curve.table().replace("\n", end))
    curve.assert_read(data)
    np.testing.assert_array_equal(data.rows, np.arange(2, 22))


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings_are_found_out(codec, curve, read):
    curve.assert_read(read(curve.table("Voltage (V),Current (A),\n").encode(codec)))


def test_latin1_micro_sign(curve, read):
    header = "Spannung [V];Strom [µA]\n"
    text = header + curve.rows(lambda V, I: f"{V};{I * 1e6}")
    curve.assert_read(read(text.encode("latin-1")))
    curve.assert_read(read(text.encode("cp1252"), encoding="cp1252"))
    curve.assert_read(read(text.encode("utf-8")))


def test_blank_lines_keep_line_numbers(curve, read):
    data = read(curve.table().replace("\n", "\n\n"))
    curve.assert_read(data)
    np.testing.assert_array_equal(data.rows, np.arange(3, 43, 2))


def test_rows_with_more_and_fewer_cells(curve, read):
    lines = curve.table("n,V,I\n", mark=",").splitlines()
    rows = [f"{k},{line}" for k, line in enumerate(lines[1:])]
    rows[3] += ",late remark"
    rows[5] = "5,0.6"  # the current is missing
    data = read("\n".join([lines[0], *rows]))
    assert len(data) == 19
    assert [(s.row, s.reason) for s in data.set_aside] == [(7, "not a number")]
    assert np.isnan(data.set_aside[0].I)
    assert data.set_aside[0].V == 0.6


def test_typographic_minus(curve, read):
    data = read("V,I\n" + curve.rows(lambda V, I: f"{-V},{-I}").replace("-", "−"))
    np.testing.assert_allclose(data.V, curve.V)
    assert any("U+2212" in note for note in data.notes)


def test_notes_say_what_was_assumed(curve, read):
    notes = " ".join(read(curve.table("Voltage;Current\n", mark=";")).notes)
    assert "semicolons" in notes
    assert "V was assumed" in notes
    assert "A was assumed" in notes
    assert "assumed" not in " ".join(read(curve.table()).notes)
    for title in ("", "My best device\n\n"):
        notes = " ".join(read(title + curve.table("")).notes)
        assert "no header" in notes
        assert "the header is" not in notes


@pytest.mark.parametrize("row", ["{},{}\n", "12:00,{},{}\n", "at,{},{},OK\n"])
def test_rows_commented_out_are_not_used(row, curve, read):
    header = ",".join(["t"] * row.startswith(("1", "a")) + ["V", "I"] + ["s"] * row.count("OK"))
    rows = curve.rows(lambda V, I: row.format(V, I).strip())
    data = read(f"{header}\n{rows}#{row.format(9.0, 9.0)}{row.format(3.0, 9e-4)}")
    np.testing.assert_array_equal(data.V, [*curve.V, 3.0])


def test_the_table_with_voltage_and_current_is_taken(curve, read):
    other = "Time (s),Temperature (K)\n" + "".join(f"{k},{300 + k}\n" for k in range(30))
    for text in (other + curve.table(), curve.table() + other, other + "\n" + curve.table()):
        data = read(text)
        curve.assert_read(data)
        assert any("several tables" in note for note in data.notes)


def test_repeated_header_joins_the_sweeps(curve, read):
    data = read(curve.table() + "\n" + curve.table())
    assert len(data) == 2 * len(curve.V)
    assert data.set_aside == ()
    assert any("header stands 2 times" in note for note in data.notes)


def test_blocks_between_blank_and_comment_lines_are_one_table(curve, read):
    half = curve.table().splitlines()
    text = "\n".join([*half[:10], "", "", "# second half", *half[10:]])
    data = read(text)
    curve.assert_read(data)
    assert any("1 comment lines" in note for note in data.notes)


def test_text_below_the_rows_is_noted(curve, read):
    data = read(curve.table() + "end of data\nsigned: the operator\n")
    curve.assert_read(data)
    assert any("2 lines of text below" in note for note in data.notes)


def test_settings_with_numbers_are_no_rows(curve, read):
    data = read("Sweep,0,2,20\nDelay,0.1,0.2\n" + curve.table())
    curve.assert_read(data)


def test_arrays_and_file_give_the_same(curve, read):
    V, I = np.append(curve.V, [0.0, 1.0, np.nan]), np.append(curve.I, [1e-6, -1e-6, 1e-6])
    text = "V (V),I (A)\n" + "".join(
        f"{v!r},{i!r}\n" for v, i in zip(V.tolist(), I.tolist(), strict=True)
    )
    from_file, from_arrays = read(text), iv_data(V, I)
    np.testing.assert_array_equal(from_file.V, from_arrays.V)
    np.testing.assert_array_equal(from_file.I, from_arrays.I)
    assert from_file.counts == from_arrays.counts
    assert [s.row for s in from_file.set_aside] == [s.row + 1 for s in from_arrays.set_aside]


def test_result_is_read_only_and_goes_to_json(curve, read):
    data = read(curve.table() + "nan,1\n")
    with pytest.raises(ValueError, match="read-only"):
        data.V[0] = 1.0
    with pytest.raises(AttributeError):
        data.limit = 1.0  # type: ignore[misc]
    again = json.loads(json.dumps(data.to_dict(), allow_nan=False))
    np.testing.assert_array_equal(again["V"], data.V)
    assert again["set_aside"] == [{"row": 22, "V": None, "I": 1.0, "reason": "not finite"}]
    assert again["sha256"] == data.sha256
    assert len(data.sha256) == 64


def test_caller_keeps_their_arrays(curve):
    V, I = curve.V.copy(), curve.I.copy()
    data = iv_data(V, I)
    V[:] = 7.0
    assert not np.shares_memory(V, data.V)
    np.testing.assert_array_equal(data.V, curve.V)


def test_one_screen(curve, read):
    data = read(curve.table() + "0,0\n" * 1000)
    assert len(repr(data).splitlines()) <= 8
    assert "100 mV to 2 V" in repr(data)
    assert "zero 1000" in repr(data)
    report = data.report()
    assert "in line 22, 23, 24, 25, 26, ..." in report
    assert len(report.splitlines()) < 20


@pytest.mark.parametrize("row", ["{:.4f},{:.6f},{:.6e}\n", "at {:.2f} s,{:.6f},{:.6e},OK\n"])
def test_work_grows_with_the_rows(row, tmp_path):
    """Eight times the rows: eight times the work; work that grows as n squared takes 64 times."""

    def work(n):
        V = np.linspace(0.001, 5, n)
        header = "t,V (V),I (A)" + ",state" * row.count("OK") + "\n"
        file = tmp_path / f"{n}.csv"
        file.write_text(header + "".join(map(row.format, np.arange(n) * 1e-4, V, 1e-4 * V**2)))
        start = time.process_time()
        data = read_iv(file)
        took = time.process_time() - start
        assert len(data) == n
        np.testing.assert_allclose(data.V, V, atol=1e-6)
        return took

    work(1000)  # what is loaded at the first file does not count
    assert work(160_000) < 24 * work(20_000)


def test_memory_for_many_rows(tmp_path):
    n = 50_000
    file = tmp_path / "long.csv"
    file.write_text(
        "V (V),I (A)\n" + "".join(f"{k / n + 0.1:.9f},{k * 1e-9 + 1e-6:.9e}\n" for k in range(n))
    )
    tracemalloc.start()
    read_iv(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400 * n  # bytes: 400 MB for a million rows
