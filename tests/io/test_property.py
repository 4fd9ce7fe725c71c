"""Whatever a file holds: a measurement that makes sense, or an InputError."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurodyn.errors import InputError
from neurodyn.io import IVData, iv_data, read_iv

relaxed = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
names = st.sampled_from(
    [
        "Voltage (V)",
        "V",
        "Current",
        "I (mA)",
        "Time",
        "I_uA",
        "",
        "(V)",
        "V (A)",
        "log I",
        '"x',
        "😀",
    ]
)
numbers = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(["", "nan", "9.9E37", "0,5", '"1,5"', "--", "1e999", "0", "-1e-6", "x", "# 1"]),
)
marks = st.sampled_from([",", ";", "\t", " ", "  ", ", "])
ends = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])


@st.composite
def tables(draw):
    """Text that looks like a table, with all that can go wrong in one."""
    mark, end, width = draw(marks), draw(ends), draw(st.integers(1, 4))
    cells = st.lists(numbers, min_size=max(1, width - 1), max_size=width + 1)
    above = draw(st.lists(st.text(max_size=20), max_size=3))
    header = [mark.join(draw(st.lists(names, min_size=width, max_size=width)))]
    rows = [mark.join(row) for row in draw(st.lists(cells, max_size=25))]
    return end.join([*above, *header * draw(st.integers(0, 2)), *rows])


def outcome(call, *arguments) -> IVData | str:
    """Return the measurement, or the sentence of the InputError; let all else through."""
    try:
        return call(*arguments)
    except InputError as error:
        return str(error)


def check(file, content: bytes) -> None:
    file.write_bytes(content)
    data = outcome(read_iv, file)
    assert data  # a sentence, if it is one
    if isinstance(data, str):
        return
    assert len(data.V) == len(data.I) == len(data.rows) >= 8
    assert np.all(np.isfinite(data.V) & (data.V > 0) & np.isfinite(data.I) & (data.I > 0))
    assert np.all(np.diff(data.rows) > 0)
    assert not set(data.rows.tolist()) & {row.row for row in data.set_aside}
    assert repr(data)
    assert data.report()
    assert data.to_dict()


@relaxed
@given(text=st.text(max_size=400))
def test_any_text(text, tmp_path):
    check(tmp_path / "any.csv", text.encode("utf-8", "surrogatepass"))


@relaxed
@given(raw=st.binary(max_size=400))
def test_any_bytes(raw, tmp_path):
    check(tmp_path / "any.bin", raw)


@relaxed
@given(text=tables())
def test_anything_like_a_table(text, tmp_path):
    check(tmp_path / "table.csv", text.encode("utf-8", "surrogatepass"))


@relaxed
@given(
    pairs=st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1.0, 1.0)), min_size=8, max_size=60),
    mark=st.sampled_from([",", ";", "\t", " "]),
    comma=st.booleans(),
)
def test_no_row_is_lost(pairs, mark, comma, tmp_path):
    """Every row is either used or set aside, and used rows keep their value to the last bit."""
    if comma and mark == ",":
        mark = ";"
    rows = [f"{V!r}{mark}{I!r}" for V, I in pairs]
    text = "\n".join([f"V (V){mark}I (A)", *rows])
    file = tmp_path / "pairs.txt"
    file.write_text(text.replace(".", ",") if comma else text)
    arrays = np.array(pairs)
    data = outcome(read_iv, file)
    if isinstance(data, str):
        assert data == outcome(iv_data, arrays[:, 0], arrays[:, 1], "pairs.txt")
        return
    assert len(data) + len(data.set_aside) == len(pairs)
    np.testing.assert_array_equal(data.V, np.abs(arrays[data.rows - 2, 0]))
    np.testing.assert_array_equal(data.I, np.abs(arrays[data.rows - 2, 1]))
