"""Files that are no measurement: an InputError in one sentence, never another exception."""

import random

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.io import IVData, read_iv

GOOD = "Voltage (V),Current (A)\n" + "".join(f"{k / 10!r},{k * k * 1e-6!r}\n" for k in range(1, 31))
BODY = GOOD.partition("\n")[2]
LINES = GOOD.splitlines()


def each(change):
    """Change every row of the good file."""
    return LINES[0] + "\n" + "\n".join(map(change, LINES[1:])) + "\n"


def semicolons(text):
    return text.replace(",", ";").replace(".", ",")


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "blank": (" \n\t\n \n", "is empty"),
    "only a header": (LINES[0], "no rows of numbers"),
    "only delimiters": (",,,\n" * 50, "no rows of numbers"),
    "prose": ("It was a bright cold day in April.\n" * 50, "no rows of numbers"),
    "text for numbers": (each("0.1 volt,one microampere".format), "no rows of numbers"),
    "units in the cells": (each(lambda line: line.replace(",", " V,") + " A"), "no rows"),
    "one column": ("V\n" + "".join(f"{k}.5\n" for k in range(30)), "one column of numbers"),
    "one column, no header": ("".join(f"{k}\n" for k in range(30)), "one column of numbers"),
    "too few rows": ("\n".join(LINES[:6]), "of 5 rows 5 can be used"),
    "all zero": (each("0,0".format), r"of 30 rows 0 .*zero 30"),
    "all nan": (each("nan,nan".format), r"of 30 rows 0 .*not finite 30"),
    "all over range": (each(lambda line: line.split(",")[0] + ",9.9E37"), "not finite 30"),
    "all of the wrong sign": (each(lambda line: "-" + line), "counted the other way round"),
    "all at compliance": ("Compliance: 1 mA\n" + each(lambda line: line.split(",")[0] + ",1e-3"),
                          r"at compliance 30"),
    "one column empty": (each(lambda line: line.split(",")[0] + ","), "one column"),
    "exchanged": (each(lambda line: ",".join(line.split(",")[::-1])), "look exchanged"),
    "three columns, no header": (BODY.replace("\n", ",1\n"), "3 columns of numbers and no header"),
    "unknown names": (GOOD.replace("Voltage (V)", "x").replace("Current (A)", "y"),
                      "no column that reads as a voltage"),
    "emoji header": (GOOD.replace("Voltage (V)", "⚡").replace("Current (A)", "🔌"), "no column"),
    "two voltages": (GOOD.replace("Current (A)", "Voltage 2 (V)"), "more than one column"),
    "duplicate columns": ("V,I,V,I\n" + each(lambda line: f"{line},{line}").partition("\n")[2],
                          "more than one column"),
    "wrong dimension": (GOOD.replace("(A)", "(V)"), "expected a unit of current"),
    "unknown unit": (GOOD.replace("(A)", "(furlong)"), "not one that neurodyn knows"),
    "decimal commas between commas": (GOOD.replace(".", ","), "decimal commas between commas"),
    "zip": (b"PK\x03\x04" + bytes(range(256)) * 4, "Excel workbook"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + bytes(64), "old Excel"),
    "gzip": (b"\x1f\x8b\x08" + bytes(range(256)), "gzip"),
    "NUL bytes": (GOOD.encode() + b"\0" * 512, "binary"),
    "NUL in a cell": (GOOD.encode().replace(b"0.5", b"0\0005"), "binary"),
    "random bytes": (random.Random(1).randbytes(5000), "binary"),
    "UTF-16 cut inside a letter": (GOOD.encode("utf-16")[:-1], "cut off"),
    "HTML": ("<html><body><table><tr><td>0.1</td></tr></table></body></html>\n" * 20, "no rows"),
    "JSON": ('{"V": [0.1, 0.2, 0.3], "I": [1, 2, 3]}', "no header"),
}  # fmt: skip

READ: dict[str, tuple[str | bytes, int]] = {
    "last line cut": (GOOD[:-9], 29),
    "last line cut before the number": (GOOD[: GOOD.rindex(",") + 1], 29),
    "last line cut at the exponent": (GOOD + "3.1,1e-", 30),
    "no newline at the end": (GOOD.rstrip("\n"), 30),
    "header again in the middle": ("\n".join(LINES[:15] + LINES[:1] + LINES[15:]), 30),
    "header three times": (GOOD.replace("\n0.5,", f"\n{LINES[0]}\n0.5,").replace(
        "\n2.5,", f"\n{LINES[0]}\n2.5,"), 30),
    "unsorted": ("\n".join(LINES[:1] + random.Random(0).sample(LINES[1:], 30)), 30),
    "loop": ("\n".join(LINES + LINES[:0:-1]), 60),
    "all rows twice": ("\n".join(LINES[:1] + [line for line in LINES[1:] for _ in "12"]), 60),
    "mixed line ends": (GOOD.replace("0\n", "0\r\n").replace("5\n", "5\r"), 30),
    "doubled carriage returns": (GOOD.replace("\n", "\r\r\n"), 30),
    "unterminated quote in the header": (GOOD.replace("Current (A)", '"Current (A)'), 30),
    "unterminated quote in a row": (GOOD.replace("\n0.5,", '\n"0.5,'), 29),
    "unterminated quote at the end": (GOOD + '"', 30),
    "quotes doubled": (each(lambda line: '""' + line.replace(",", '"",""') + '""'), 30),
    "very long comment": ("#" + "x" * 300_000 + "\n" + GOOD, 30),
    "very long prose above": ("lorem ipsum (" * 100_000 + "\n" + GOOD, 30),
    "very long blank": (" " * 300_000 + "\n" + GOOD, 30),
    "very long number": (GOOD + "1" * 200_000 + ",1\n", 30),
    "very long number with a letter": (GOOD + "1" * 200_000 + "x,1\n", 30),
    "very long row": (GOOD + "0.5," * 50_000 + "\n", 30),  # as numbers of what?
    "very long quoted cell": (GOOD + '"' + "y" * 200_000 + '",1e-6\n', 30),
    "many columns": ("V,I" + ",x" * 500 + "\n" + BODY.replace("\n", ",1" * 500 + "\n"), 30),
    "form feeds": (GOOD.replace("\n0.5", "\n\f0.5"), 30),
    "emoji beside the names": (GOOD.replace("Voltage (V)", "⚡ Voltage (V)"), 30),
    "byte order mark twice": (b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD.encode(), 30),
    "a byte damaged": (b"\xef\xbb\xbf" + GOOD.encode().replace(b"\n0.5,", b"\n0.\xff,"), 29),
    "stray latin-1": (("# 25 °C, 3 µm\n" + GOOD).encode("latin-1"), 30),
    "no-break spaces": (GOOD.replace(",", "\xa0,\xa0"), 30),
    "one locale comma": (GOOD.replace("\n0.5,", '\n"0,5",'), 30),
    "mixed decimals": (semicolons(GOOD).replace("\n0,5;", "\n0.5;"), 30),
    "underscores in a number": (GOOD.replace("\n0.5,", "\n0_5,"), 29),
    "hexadecimal": (GOOD.replace("\n0.5,", "\n0x5,"), 29),
    "Arabic digits": (GOOD.replace("\n0.5,", "\n٠٫٥,"), 29),
    "unit in one cell": (GOOD.replace("\n0.5,", "\n500 mV,"), 29),
    "blank lines": (GOOD.replace("\n", "\n\n\n"), 30),
    "rows of commas": (GOOD.replace("\n0.5,", "\n,\n0.5,"), 30),
    "one more cell": (GOOD.replace("\n0.5,", "\n7,0.5,"), 29),
    "one cell less": ("V,I,R\n" + BODY.replace("\n", ",1\n").replace("\n0.5,", "\n"), 29),
    "remark in a row": (GOOD.replace("\n0.5,", "\ndevice burnt here\n0.5,"), 30),
    "comment in the rows": (GOOD.replace("\n0.5,", "\n# range change\n0.5,"), 30),
    "two bad rows": (GOOD.replace("\n0.5,", "\nerror,error\nerror,error\n0.5,"), 30),
    "missing cells": (GOOD.replace("\n0.5,", "\n,"), 29),
    "trailing semicolons": (GOOD.replace("\n", ",;\n"), 30),
    "footer": (GOOD + "Max,Min\nfinished,12:30\n", 30),
    "integers": ("V,I\n" + "".join(f"{k},{k}\n" for k in range(1, 20)), 19),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name, read):
    content, message = REFUSED[name]
    with pytest.raises(InputError, match=message) as caught:
        read(content)
    assert "sweep.csv" in str(caught.value)  # which file
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", READ)
def test_read_in_spite_of_it(name, read):
    content, rows = READ[name]
    data = read(content)
    assert len(data) == rows
    assert rows != 29 or len(data.set_aside) == 1  # nothing is lost without a word
    # and nothing is invented: the points are those of the good file
    assert np.all(np.isclose(data.I, data.V**2 * 1e-4) | np.isclose(data.I, data.V))


def test_mixed_units_are_not_mixed_up(read):
    """A second table in other units is not joined to the first."""
    milli = "Voltage (mV),Current (A)\n" + BODY
    data = read(GOOD + milli)
    assert len(data) == 30
    assert data.V.max() == 3.0
    assert any("several tables" in note for note in data.notes)


def test_every_cut_of_a_file_is_read_or_refused(read):
    text = "Setup,1,2\n" + GOOD.replace("0.7,", '"0.7",').replace("1.1,", "n/a,")
    outcomes = set()
    for end in range(0, len(text), 7):
        try:
            outcomes.add(type(read(text[:end])))
        except InputError as error:
            outcomes.add(type(error))
    assert outcomes == {IVData, InputError}


def test_random_damage(read):
    """Flip, drop and insert bytes: a result or an InputError, and never a wrong column."""
    for seed in range(150):
        chance = random.Random(seed)
        raw = bytearray(GOOD.encode())
        for _ in range(chance.randint(1, 12)):
            place = chance.randrange(len(raw))
            action = chance.choice(["flip", "drop", "insert"])
            if action == "flip":
                raw[place] = chance.randrange(1, 256)
            elif action == "drop":
                del raw[place : place + chance.randint(1, 5)]
            else:
                raw[place:place] = chance.choice([b",", b'"', b"\n", b";", b"\t", b"e", b"-", b"V"])
        try:
            data = read(bytes(raw))
        except InputError:
            continue
        assert np.all(np.isfinite(data.V) & np.isfinite(data.I) & (data.V > 0) & (data.I > 0))


# ---- the file itself


def test_missing_file(tmp_path):
    (tmp_path / "sweep_1.csv").write_text(GOOD)
    with pytest.raises(InputError, match=r"no file .*sweep_l\.csv.*did you mean 'sweep_1\.csv'"):
        read_iv(tmp_path / "sweep_l.csv")
    with pytest.raises(InputError, match="no file"):
        read_iv(tmp_path / "nowhere" / "sweep.csv")


def test_folder(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_iv(tmp_path)


def test_no_permission(tmp_path, monkeypatch):
    file = tmp_path / "sweep.csv"
    file.write_text(GOOD)

    def refuse(_self):
        raise PermissionError

    monkeypatch.setattr("neurodyn.io.text.decoding.read_regular", refuse)
    with pytest.raises(InputError, match="permission denied"):
        read_iv(file)


@pytest.mark.parametrize("path", [None, 3, b"bytes.csv", ["a.csv"]])
def test_not_a_path(path):
    with pytest.raises(InputError, match="expected a path"):
        read_iv(path)


@pytest.mark.parametrize("path", ["a\0b.csv", "x" * 5000])
def test_impossible_path(path):
    with pytest.raises(InputError, match="cannot be read"):
        read_iv(path)


def test_encoding_that_does_not_fit(read):
    with pytest.raises(InputError, match="expected a codec"):
        read(GOOD, encoding="klingon")
    with pytest.raises(InputError, match="no text in the encoding ascii"):
        read(GOOD.replace("(A)", "(µA)"), encoding="ascii")
