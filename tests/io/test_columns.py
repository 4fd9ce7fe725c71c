"""Names and units of columns."""

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.io.columns.column import parse_column


@pytest.mark.parametrize(
    "text",
    ["Voltage", "V", "v", "V1", "U", "Vd", "V_D", "VDS", "V_DS", "Bias", "Device Voltage", "Vmeas",
     "SMU-1 Voltage", "SMU1_V", "CH1 Voltage", "AnodeV", "AV", "V_measured", "Spannung",
     "Voltage 1", "V(out)", "Bias voltage", "Voltage (measured)", "Source Voltage", "U_R", "volts"],
)  # fmt: skip
def test_voltage_names(text):
    assert parse_column(0, text).kind == "V"


@pytest.mark.parametrize(
    "text",
    ["Current", "I", "i", "I1", "Id", "ID", "IDS", "I_D", "Device Current", "Imeas", "CH1 Current",
     "SMU1_I", "DrainI", "AI", "Strom", "I(R1)", "Bias current", "Current (SMU-1)", "Amps"],
)  # fmt: skip
def test_current_names(text):
    assert parse_column(0, text).kind == "I"


@pytest.mark.parametrize(
    "text",
    ["Index", "Time (s)", "Resistance (Ω)", "Compliance (A)", "Current Limit", "I compliance",
     "Icomp", "dI/dV", "dV", "V/I", "I/V", "|I|", "abs(I)", "log I", "Current density (A/cm^2)",
     "Range", "Power (W)", "Temperature", "Iteration", "Event", "Unit", "Status", "std V",
     "I^2", "", "😀", "Voltage noise (V)", "x" * 5000],
)  # fmt: skip
def test_other_names(text):
    assert parse_column(0, text).kind is None


@pytest.mark.parametrize(
    ("header", "volt", "ampere"),
    [
        ("Voltage (mV),Current (uA)", 1e-3, 1e-6),
        ("V [mV],I [µA]", 1e-3, 1e-6),
        ("Bias {V},Current {nA}", 1.0, 1e-9),
        ("V_mV,I_uA", 1e-3, 1e-6),
        ("Voltage / kV,Current / mA", 1e3, 1e-3),
        ("U/V,I/mA", 1.0, 1e-3),
        ("U in mV,I in pA", 1e-3, 1e-12),
        ("Voltage mV,Current mA", 1e-3, 1e-3),
        ('"Voltage, mV","Current, mA"', 1e-3, 1e-3),
        ("Voltage (Volts),Current (milliamps)", 1.0, 1e-3),
        ("Voltage (v),Current (ma)", 1.0, 1e-3),
        ("Voltage (V DC),Current (uAmps)", 1.0, 1e-6),
        ("V_D,I_D", 1.0, 1.0),  # subscripts, no units
        ("V_S,I_S", 1.0, 1.0),  # nor siemens
        ("CH1 (V),CH2 (mA)", 1.0, 1e-3),
    ],
)
def test_units(header, volt, ampere, curve, read):
    rows = curve.rows(lambda V, I: f"{V / volt!r},{I / ampere!r}")
    data = read(f"{header}\n{rows}")
    np.testing.assert_allclose(data.V, curve.V, rtol=1e-12)
    np.testing.assert_allclose(data.I, curve.I, rtol=1e-12)


@pytest.mark.parametrize(
    ("header", "voltage", "current"),
    [
        ("Source Voltage (V),Voltage (V),I (A)", "Voltage (V)", "I (A)"),
        ("Vset,Vmeas,I", "Vmeas", "I"),
        ("Programmed V,Measured V,Current", "Measured V", "Current"),
        ("V,Compliance (A),I", "V", "I"),
        ("Voltage,ID,Current", "Voltage", "Current"),
        ("Voltage,Current Limit (A),Current (A)", "Voltage", "Current (A)"),
        ("V,dI/dV,I", "V", "I"),
        ("DrainV,GateV,DrainI", "DrainV", "DrainI"),
    ],
)
def test_measured_is_preferred(header, voltage, current, curve, read):
    names = header.split(",")
    place = {names.index(voltage): "V", names.index(current): "I"}
    text = header + "\n"
    for V, I in zip(curve.V.tolist(), curve.I.tolist(), strict=True):
        cells = {"V": V, "I": I}
        text += ",".join(repr(cells.get(place.get(k, ""), 5.5)) for k in range(3)) + "\n"
    data = read(text)
    curve.assert_read(data)
    assert data.columns == {"V": voltage, "I": current}


def test_set_voltage_is_taken_with_a_note(curve, read):
    data = read(curve.table("Source Voltage (V),Current (A)\n"))
    curve.assert_read(data)
    assert any("was set" in note for note in data.notes)
    assert not any("was set" in note for note in read(curve.table()).notes)


@pytest.mark.parametrize(
    ("voltage", "current"),
    [("V2", "I2"), ("v2", "i2"), (2, 3), ("V2 (V)", "I2 (A)"), ("V2", 3)],
)
def test_columns_can_be_named(voltage, current, curve, read):
    text = "V1 (V),I1 (A),V2 (V),I2 (A)\n" + curve.rows(lambda V, I: f"9,9,{V},{I}")
    data = read(text, voltage=voltage, current=current)
    curve.assert_read(data)
    assert data.columns == {"V": "V2 (V)", "I": "I2 (A)"}


def test_units_can_be_given(curve, read):
    text = "a,b\n" + curve.rows(lambda V, I: f"{V * 1e3},{I * 1e6}")
    data = read(text, voltage="a", current="b", voltage_unit="mV", current_unit="uA")
    np.testing.assert_allclose(data.I, curve.I, rtol=1e-12)
    np.testing.assert_allclose(data.V, curve.V, rtol=1e-12)
    text = "V (V),I (A)\n" + curve.rows(lambda V, I: f"{V},{I * 1e3}")
    data = read(text, current_unit="mA")
    np.testing.assert_allclose(data.I, curve.I, rtol=1e-12)
    assert any("'mA' was given by the caller" in note for note in data.notes)


def test_columns_by_number_without_a_header(curve, read):
    text = curve.rows(lambda V, I: f"7,{I},8,{V}")
    curve.assert_read(read(text, voltage=3, current=1))


@pytest.mark.parametrize(
    ("header", "keywords", "message"),
    [
        ("V1,I1,V2,I2", {}, r"more than one column .* voltage \(0: 'V1', 2: 'V2'\).*voltage="),
        ("V,I,V,I", {}, "more than one column"),
        ("V,I,V,x", {"voltage": "V"}, "several columns called 'V'.*0 and 2"),
        ("a,b,c,d", {}, r"no column that reads as a voltage \(0: 'a', 1: 'b'"),
        ("V,b,c,d", {}, "no column that reads as a current.*current="),
        ("V,I,c,d", {"voltage": "Vold"}, "no column 'Vold'"),
        ("Voltage,I,c,d", {"voltage": "Voltge"}, "did you mean 'Voltage'"),
        ("V,I,c,d", {"voltage": 4}, "has 4 columns, counted from 0"),
        ("V,I,c,d", {"voltage": -1}, "has 4 columns, counted from 0"),
        ("V,I,c,d", {"voltage": 1.5}, "expected text or a whole number"),
        ("V,I,c,d", {"voltage": ""}, "expected the name or number"),
        ("V,I,c,d", {"current": True}, "expected text or a whole number"),
        ("V,I,c,d", {"voltage": "I"}, "as voltage and as current"),
        ("Current (V),Voltage (V),c,d", {}, r"'Current \(V\)' is 'V'; expected a unit of current"),
        ("Current / V,Voltage / V,c,d", {}, "expected a unit of current"),
        ("I (A),Voltage (s),c,d", {}, "'s'; expected a unit of voltage"),
        ("I (arb. units),V (V),c,d", {}, "not one that neurodyn knows; pass current_unit="),
        ("V,I,c,d", {"voltage_unit": "A"}, "expected a unit of voltage"),
        ("V,I,c,d", {"voltage_unit": "parsec"}, "not one that neurodyn knows"),
        ("V,I,c,d", {"voltage_unit": 3}, "expected text"),
        ("V (V),I (A)", {}, "names 2 columns and the rows have 4"),
        ("", {}, "4 columns of numbers and no header; pass voltage= and current="),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(header, keywords, message, curve, read):
    text = f"{header}\n" + curve.rows(lambda V, I: f"{V},{I},{V},{I}")
    with pytest.raises(InputError, match=message):
        read(text, **keywords)
