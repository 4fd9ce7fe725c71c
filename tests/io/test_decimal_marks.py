"""Separators of thousands and two decimal marks: right or refused, never wrong by a thousand."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.errors import InputError

V = np.round(np.linspace(0.5, 2.0, 40), 3)
I = np.round(np.linspace(0.5, 12000, 40), 1)  # nA


def english(x: float, digits: int) -> str:
    return f"{x:,.{digits}f}"


def german(x: float, digits: int) -> str:
    return english(x, digits).translate(str.maketrans(",.", ".,"))


WRITTEN = {
    "1,234 between tabs": ("\t", lambda v, i: (f"{v:.3f}", english(i, 0))),
    "1,234.5 between semicolons": (";", lambda v, i: (f"{v:.3f}", english(i, 1))),
    "1.234 beside 0,500": (";", lambda v, i: (german(v, 3), german(i, 0))),
    "1.234,5": (";", lambda v, i: (german(v, 3), german(i, 1))),
    "quoted 1,234": (",", lambda v, i: (f"{v:.3f}", f'"{english(i, 0)}"')),
    "quoted 1,234.5": (",", lambda v, i: (f"{v:.3f}", f'"{english(i, 1)}"')),
    "1'234.5": (";", lambda v, i: (f"{v:.3f}", english(i, 1).replace(",", "'"))),
    "1 234.5": (";", lambda v, i: (f"{v:.3f}", english(i, 1).replace(",", " "))),
    "1\u00a0234.5": (";", lambda v, i: (f"{v:.3f}", english(i, 1).replace(",", "\u00a0"))),
    "marks by column": (";", lambda v, i: (f"{v:.3f}".replace(".", ","), f"{i:.1f}")),
    "bars and commas": ("|", lambda v, i: (german(v, 3), f"{i:.1f}".replace(".", ","))),
    "bars": ("|", lambda v, i: (f"{v:.3f}", f"{i:.1f}")),
    "exponents and bars": (
        "|", lambda v, i: (f"{v:.3e}".replace(".", ","), f"{i:e}".replace(".", ","))
    ),
}  # fmt: skip
CLEAR = ("bars and commas", "bars", "exponents and bars")


@pytest.mark.parametrize("name", WRITTEN)
def test_right_or_refused(name, tmp_path):
    mark, written = WRITTEN[name]
    file = tmp_path / "x.csv"
    rows = "".join(mark.join(written(v, i)) + "\n" for v, i in zip(V, I, strict=True))
    file.write_text(f"Voltage (V){mark}Current (nA)\n{rows}", encoding="utf-8")
    try:
        data = nd.read_iv(file)
    except InputError as refusal:
        assert name not in CLEAR, str(refusal)  # noqa: PT017 - what is clear must be read
        return
    assert len(data) + len(data.set_aside) == 40
    for v, i in zip(data.V, data.I * 1e9, strict=True):
        assert np.min(np.abs(V / v - 1) + np.abs(I / i - 1)) < 0.02


def test_the_sentence_names_the_number(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("V (V)\tI (nA)\n" + "".join(f"0.5{k}\t{k},234\n" for k in range(1, 30)))
    with pytest.raises(InputError, match=r"'\d+,234' has a separator of thousands"):
        nd.read_iv(file)


@pytest.mark.parametrize("header", ["Vd / mV Strom / uA", "Voltage in mV Current in uA"])
def test_names_and_units_between_single_spaces(header, tmp_path):
    file = tmp_path / "x.txt"
    file.write_text(f"{header}\n" + "".join(f"{50 * k} {2 * k}\n" for k in range(1, 30)))
    data = nd.read_iv(file)
    np.testing.assert_allclose([data.V[0], data.I[0]], [0.05, 2e-6])


def test_more_words_than_columns_is_said(tmp_path):
    file = tmp_path / "x.txt"
    file.write_text("the V and I of it\n" + "".join(f"{50 * k} {2 * k}\n" for k in range(1, 30)))
    try:
        nd.read_iv(file)
    except InputError as refusal:
        assert "not a number" not in str(refusal)  # noqa: PT017 - reading may also succeed
