"""Good files of every kind, damaged at random: a measurement that makes sense, or one sentence.

``NEURODYN_FUZZ_SECONDS=600 pytest -m slow tests/io/test_fuzz.py`` searches for ten minutes, and
``NEURODYN_FUZZ_FIRST=N`` begins at the case of that number: a case is a function of its number.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from neurodyn.errors import InputError
from neurodyn.io import read_iv, read_trace
from neurodyn.io.text.dialect import DIALECTS, _rows_alike, find_dialect
from tests.conftest import REPOSITORY
from tests.io.conftest import Curve
from tests.io.test_files_of_instruments import T, Y, lecroy, tektronix_tds
from tests.io.test_formats import LAYOUTS
from tests.io.test_instruments import easyexpert, kickstart
from tests.io.test_malformed import FILES, GOOD
from tests.io.test_read_trace import I as CURRENT
from tests.io.test_read_trace import V as VOLTAGE
from tests.io.test_read_trace import ltspice

SECONDS = float(os.environ.get("NEURODYN_FUZZ_SECONDS", "40"))
FIRST = int(os.environ.get("NEURODYN_FUZZ_FIRST", "0"))
LONGEST = 20  # seconds of a processor for one damaged file
WORDS = [
    b"nan", b"-inf", b"1e999", b"9.9E37", b"-", b"", b"0x7f", b"1,234", b"1.2.3", b"1e-400", b"\0",
    b"9" * 400, b"\xff\xfe", b'"', b"''", b"#", b"%", b"(mA)", b"[uV]", b"Time (s)", b"Voltage",
    b"Current (A) x1e6", b"DataName", b"No. Points: 99999999999", b"Flags: complex", b"\r", b"\n\n",
    b"\t", b";", b"\xef\xbb\xbf", "µ".encode("latin-1"), b"-1", b"4294967295", b"\x7f\xff\xff\xff",
]  # fmt: skip


@cache
def corpus():
    """Return (suffix, bytes) of files of every kind that the readers know."""
    found = [(suffix, make()) for suffix, make in GOOD.items()]
    found += [(suffix, content() if callable(content) else content)
              for name, (suffix, content) in FILES.items() if "long" not in name]  # fmt: skip
    curve = Curve()
    found += [(".csv", header + curve.rows(row)) for header, row in LAYOUTS.values()]
    found += [(".csv", tektronix_tds(blank)) for blank in (True, False)]
    found += [(".csv", lecroy(2)), (".csv", kickstart() + curve.table())]
    found += [(".csv", easyexpert(curve.V, curve.I))]
    rigol = "X,CH1,CH2,Start,Increment,\nSequence,Volt,Volt,-5.0e-07,1.35e-08\n"
    found += [(".csv", rigol + "".join(f"{k},{y:e},{2 * y:e},\n" for k, y in enumerate(Y)))]
    keysight = "x-axis,1,2\nsecond,Volt,Volt\n"
    rows = "".join(f"{t:+.9E},{y:+.7E},{y:+.7E}\n" for t, y in zip(T, Y, strict=True))
    found += [(".csv", keysight + rows)]
    found += [(".raw", ltspice(*kind)) for kind in (("real forward",), ("real fastaccess", True))]
    counts = np.round(VOLTAGE / 1e-4).astype(">i2").tobytes()
    scope = (
        ":WFMPRE:BYT_NR 2;BIT_NR 16;ENCDG BIN;BN_FMT RI;BYT_OR MSB;NR_PT 51;PT_FMT Y;"
        'XINCR 1.0E-7;PT_OFF 0;XZERO 0.0E0;XUNIT "s";YMULT 1.0E-4;YZERO 0.0E0;YOFF 0.0E0;'
        f'YUNIT "V";:CURVE #3{len(counts)}'
    )
    found += [(".isf", scope.encode() + counts)]
    for packed in (True, False):
        store = io.BytesIO()
        scipy.io.savemat(store, {"V": VOLTAGE, "I_mA": 1e3 * CURRENT}, do_compression=packed)
        found += [(".mat", store.getvalue())]
    return [(s, c if isinstance(c, bytes) else c.encode()) for s, c in found]


def damaged(raw, chance):
    """Return bytes after one to six random changes of random kinds."""
    raw = bytearray(raw)
    for _ in range(int(chance.integers(1, 7))):
        size = len(raw)
        a, b = sorted(int(k) for k in chance.integers(0, size + 1, 2))
        word = WORDS[int(chance.integers(len(WORDS)))]
        match int(chance.integers(9)):
            case 0 if size:  # one bit
                raw[a % size] ^= 1 << int(chance.integers(8))
            case 1 if size:  # one byte
                raw[a % size] = int(chance.integers(256))
            case 2:  # a word in the place of what is there
                raw[a : a + len(word)] = word
            case 3:  # a word between
                raw[a:a] = word
            case 4:  # a piece taken out
                del raw[a : min(b, a + 200)]
            case 5:  # a piece twice, or many times
                raw[b:b] = raw[a : min(b, a + 100)] * int(chance.integers(1, 20))
            case 6:  # the end cut off
                del raw[max(a, size // 4) :]
            case 7:  # all cells of one kind exchanged for another
                old = (b",", b";", b"\t", b".", b"\n", b"e")[int(chance.integers(6))]
                raw = raw.replace(old, word) if len(word) < 8 else raw
            case 8:  # a piece of another file
                other = corpus()[int(chance.integers(len(corpus())))][1]
                start = int(chance.integers(len(other) + 1))
                raw[a:a] = other[start : start + 300]
    return bytes(raw[: 1 << 20])


def damaged_inside(raw, chance):
    """Return an archive with one member damaged and packed again, so that its sums are right."""
    store = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(store, "w") as new:
        members = old.namelist()
        hit = members[int(chance.integers(len(members)))] if members else ""
        for name in members:
            content = old.read(name)
            new.writestr(name, damaged(content, chance) if name == hit else content)
    return store.getvalue()


def case(number):
    """Return suffix and bytes of the case of that number."""
    chance = np.random.default_rng(number)
    suffix, raw = corpus()[int(chance.integers(len(corpus())))]
    if zipfile.is_zipfile(io.BytesIO(raw)) and chance.random() < 0.7:
        with contextlib.suppress(zipfile.BadZipFile):  # some of the corpus is damaged already
            return suffix, damaged_inside(raw, chance)
    return suffix, damaged(raw, chance)


def test_what_the_choice_of_a_dialect_skips_could_not_have_won():
    """Against all of them tried on all lines, on damaged files."""
    chosen = Counter()
    for number in range(400):
        lines = case(number)[1].decode("latin-1").splitlines()[:200]
        if max(map(len, lines), default=0) > 2000:
            continue
        scores = []
        for dialect in DIALECTS:
            scores.append(_rows_alike(dialect, lines, [dialect.kind(line) for line in lines]))
        best = max(scores)
        found = find_dialect(lines)
        expected = DIALECTS[scores.index(best)] if best > (0, 0, 0) else None
        assert (found and replace(found, words=())) == expected, number
        chosen[expected] += 1
    assert len(chosen) > 5


def sense(data):
    """Say what is wrong with a measurement that was read; nothing if it makes sense."""
    json.dumps(data.to_dict(), allow_nan=False)
    assert repr(data)
    assert data.report()
    assert np.all(np.diff(data.rows) > 0)
    if hasattr(data, "t"):
        assert np.all(np.diff(data.t) > 0)
        assert all(np.isfinite(values).all() for values in (data.t, *data.channels.values()))
        assert all(len(values) == len(data.t) for values in data.channels.values())
        aside = {row for row, _ in data.set_aside}
    else:
        assert np.all(np.isfinite(data.V) & (data.V > 0) & np.isfinite(data.I) & (data.I > 0))
        assert len(data.V) == len(data.I) == len(data.rows)
        aside = {row.row for row in data.set_aside}
    assert not aside & set(data.rows.tolist())


def outcome(read, file):
    """Return how a reader ended: read, refused, or what is wrong."""
    try:
        sense(read(file))
    except InputError as error:
        text = str(error)
        return "refused" if len(text) < 700 and "\n" not in text else f"message {text[:900]!r}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "read"


def peak_memory():
    """Return the most memory this process has had, in MiB; 0 where the system does not tell.

    ``ru_maxrss`` is not it: on Linux it begins at that of the process that started this one.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM")), 0)


def search(seconds, number, folder):
    """Try cases from a number on; print each that is wrong, and an account. Ends the process.

    The system ends it in the middle of a case that takes too long: libraries in C hear no signal.
    """
    first, ends, until = number, Counter(), time.monotonic() + seconds
    while time.monotonic() < until:
        suffix, content = case(number)
        file = folder / f"case{suffix}"
        file.write_bytes(content)
        for read in (read_iv, read_trace):
            (folder / "at").write_text(f"case {number}{suffix}, {read.__name__}")
            limit = int(time.process_time()) + 1 + LONGEST
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            end = outcome(read, file)
            known = end in ("read", "refused")
            ends[f"{read.__name__} {end if known else 'wrong'}"] += 1
            if not known:
                print(f"case {number}{suffix}, {read.__name__}: {end[:300]}", flush=True)
        number += 1
    peak = peak_memory()
    print(f"{number - first} files, {dict(ends)}, at most {peak} MiB")
    wrong = any(end.endswith("wrong") for end in ends) or peak > 1500
    sys.exit(1 if wrong or not ends["read_iv read"] or not ends["read_iv refused"] else 0)


@pytest.mark.slow
def test_damaged_files_are_read_or_refused(tmp_path):
    pytest.importorskip("resource")
    command = [sys.executable, "-W", "error", "-m", "tests.io.test_fuzz"]
    done = subprocess.run(
        [*command, str(SECONDS), str(FIRST), tmp_path], capture_output=True, text=True,
        cwd=REPOSITORY,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, f"{(tmp_path / 'at').read_text()}: {done.stdout}{done.stderr}"


if __name__ == "__main__":
    import resource

    search(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
