"""Exports of instruments: Keithley KickStart and Keysight EasyEXPERT, and measured files."""

from pathlib import Path

import numpy as np
import pytest

from neurodyn.io import read_iv

REAL = Path(__file__).parents[3] / "shared" / "data" / "real" / "vo2_galloni2024"


def real(*parts: str) -> Path:
    file = REAL.joinpath(*parts)
    if not file.exists():
        pytest.skip("the measured files are not beside this repository")
    return file


def real_pulses() -> list[str]:
    return sorted(path.name for path in (REAL / "short_Vpulses").glob("*.csv")) or ["absent.csv"]


# ---- Keithley KickStart


def kickstart(function="Voltage Sweep", limit="0.1", channels=("SMU-1",)) -> str:
    """Return the settings that KickStart writes above its data."""
    lines = ['"\tCommon Settings","\t"', '"\t.NPLC","\t5"']
    for channel in channels:
        lines += [f'"\t.Channel","\t{channel}"', '"\t...Mode","\tDC"']
        lines += [f'"\t...Function","\t{function}"', f'"\t...Limit","\t{limit}"']
        lines += ['"\t...Voltage","\tMeasured"', '"\t...Current","\tTrue"']
        limit = f"{limit}5"
    return ",,,\r\n".join([*lines, ",", ""])


def test_kickstart_voltage_sweep(curve, read):
    header = "Index,SMU-1 Time (s),SMU-1 Voltage (V),SMU-1 Current (A),SMU-1 Resistance (Ω)\r\n"
    rows = curve.rows(lambda V, I: f"{round(10 * V)},{V},{V},{I},{V / I}")
    text = kickstart(limit="3.61E-04") + header + rows
    data = read(text.encode("utf-8-sig"))
    assert data.columns == {"V": "SMU-1 Voltage (V)", "I": "SMU-1 Current (A)"}
    assert (data.limit, data.limit_kind) == (3.61e-4, "current")
    assert [(row.I, row.reason) for row in data.set_aside] == [(curve.I[-2], "at compliance")]


def test_kickstart_current_sweep_limits_the_voltage(curve, read):
    header = "Index,SMU-1 Current (A),SMU-1 Voltage (V)\n"
    text = kickstart("Current Sweep", "2") + header + curve.rows(lambda V, I: f"1,{I},{V}")
    data = read(text)
    assert (data.limit, data.limit_kind) == (2.0, "voltage")
    assert [row.V for row in data.set_aside] == [2.0]


def test_kickstart_limit_of_the_right_channel(curve, read):
    text = kickstart(limit="0.1", channels=("SMU-1", "SMU-2"))
    data = read(text + curve.table("SMU-2 Voltage (V),SMU-2 Current (A)\n"))
    assert data.limit == 0.15
    data = read(text + curve.table("Voltage (V),Current (A)\n"))
    assert data.limit is None  # which of the two?


def test_real_vo2_loop():
    data = read_iv(real("VO2_data_RvsV_transition.csv"))
    assert len(data) == 419
    assert data.set_aside == ()
    assert (data.V[0], data.I[0]) == (0.09999872, 2.01e-5)
    assert (data.V[-1], data.I[-1]) == (0.099997789, 2.00e-5)
    assert data.V.min() > 0.099
    assert data.V.max() < 21.01
    np.testing.assert_allclose(data.I.max(), 0.095398203)
    np.testing.assert_array_equal(data.rows, np.arange(36, 455))
    assert data.columns == {"V": "SMU-1 Voltage (V)", "I": "SMU-1 Current (A)"}
    assert (data.limit, data.limit_kind) == (0.1, "current")
    notes = " ".join(data.notes)
    for said in ("utf-8-sig", "commas", "35 lines stand above", "instrument settings"):
        assert said in notes
    assert "assumed" not in notes
    # the resistances that the file itself gives
    resistance = data.V / data.I
    np.testing.assert_allclose(resistance[[0, -1]], [4963.1, 4998.1], rtol=3e-3)


@pytest.mark.parametrize("name", real_pulses())
def test_real_vo2_pulses(name):
    file = real("short_Vpulses", name)
    data = read_iv(file)
    # the order of the columns differs between the files: the resistance tells whether it was seen
    lines = file.read_text("utf-8-sig").splitlines()
    header = lines[0].replace('"', "").split(",")
    place = header.index("SMU-1 Resistance (Ω)")
    written = np.array(
        [float(lines[row - 1].replace('"', "").split(",")[place]) for row in data.rows]
    )
    np.testing.assert_allclose(data.V / data.I, written, rtol=0.02)
    # the reading at 0 V at the end gives resistances that mean nothing
    last = len([line for line in lines if line])
    assert {row.row for row in data.set_aside} in (
        {last - 2, last - 1, last},
        {*range(last - 3, last + 1)},
    )
    assert {row.reason for row in data.set_aside} == {"wrong sign", "below the offset"}
    assert len(data) + len(data.set_aside) == last - 1
    assert data.limit is None
    assert (data.V / data.I).max() < 800
    assert not any("quadrant" in note for note in data.notes)


# ---- Keysight EasyEXPERT


def easyexpert(V, I, mode="V", compliance: str | None = "0.001", names=("V1", "I1")) -> str:
    """Return one record as EasyEXPERT exports it as CSV."""
    settings = [
        "SetupTitle, Threshold switch",
        "PrimitiveTest, I/V Sweep",
        "TestParameter, Context.MainFrame, B1500A",
        "TestParameter, Channel.UnitType, SMU, SMU",
        "TestParameter, Channel.Unit, SMU1:HR, SMU2:HR",
        f"TestParameter, Channel.IName, {names[1]}, I2",
        f"TestParameter, Channel.VName, {names[0]}, V2",
        f"TestParameter, Channel.Mode, {mode}, COMMON",
        "TestParameter, Channel.Func, VAR1, CONST",
        "TestParameter, Measurement.Primary.Locus, Double",
        "TestParameter, Measurement.Primary.Start, 0",
        "TestParameter, Measurement.Primary.Stop, 2",
        "TestParameter, Measurement.Primary.Step, 0.02",
    ]
    if compliance is not None:
        settings.append(f"TestParameter, Measurement.Primary.Compliance, {compliance}")
    settings += [
        "MetaData, TestRecord.RecordTime, 10/22/2025 10:00:00",
        "MetaData, TestRecord.Remarks, ",
        f"AnalysisSetup, Analysis.Setup.Vector.Graph.XAxis.Name, {names[0]}",
        f"Dimension1, {len(V)}, {len(V)}, {len(V)}, {len(V)}",
        "Dimension2, 1, 1, 1, 1",
        f"DataName, {names[0]}, {names[1]}, V2, I2",
    ]
    rows = [
        f"DataValue, {v!r}, {i!r}, 0, {-i!r}" for v, i in zip(V.tolist(), I.tolist(), strict=True)
    ]
    return "\r\n".join([*settings, *rows, ""])


@pytest.fixture
def sweep():
    """101 points, the first at 0 V, the last ones at a compliance of 1 mA."""
    V = np.round(np.linspace(0, 2, 101), 3)
    return V, np.minimum(3e-4 * V**2 + 1e-9, 1e-3)


def test_easyexpert(sweep, read):
    V, I = sweep
    data = read(easyexpert(V, I))
    assert len(data) + len(data.set_aside) == 101
    pinned = int(np.sum(I >= 0.998e-3))
    assert pinned > 5
    assert data.counts == {"zero": 1, "at compliance": pinned}
    np.testing.assert_array_equal(data.V, V[1 : 101 - pinned])
    np.testing.assert_array_equal(data.I, I[1 : 101 - pinned])
    assert (data.limit, data.limit_kind) == (1e-3, "current")
    assert data.columns == {"V": "V1", "I": "I1"}
    assert data.rows[0] == 22  # the line of the second DataValue
    assert any("EasyEXPERT" in note for note in data.notes)


def test_easyexpert_names_of_the_user(sweep, read):
    data = read(easyexpert(*sweep, names=("Vanode_x", "Ix")))
    assert data.columns == {"V": "Vanode_x", "I": "Ix"}
    assert any("VAR1" in note for note in data.notes)


def test_easyexpert_columns_are_counted_from_the_first_of_the_data(sweep, read):
    data = read(easyexpert(*sweep), voltage=0, current=1)
    assert data.columns == {"V": "V1", "I": "I1"}


def test_easyexpert_current_sweep(sweep, read):
    data = read(easyexpert(*sweep, mode="I", compliance="2"))
    assert (data.limit, data.limit_kind) == (2.0, "voltage")
    assert data.counts["at compliance"] == 1


def test_easyexpert_without_compliance_it_is_detected(sweep, read):
    data = read(easyexpert(*sweep, compliance=None))
    assert data.limit == pytest.approx(1e-3)
    assert any("taken for compliance" in note for note in data.notes)


def test_easyexpert_repeated_records(sweep, read):
    record = easyexpert(*sweep)
    data = read(record + record)
    assert len(data) + len(data.set_aside) == 202
    other = easyexpert(*sweep, compliance="0.01")
    data = read(record + other)  # another compliance: another measurement
    assert len(data) + len(data.set_aside) == 101
    assert any("several tables" in note for note in data.notes)


def test_easyexpert_first_record_without_current(sweep, read):
    V, I = sweep
    time = "DataName, Time, Temperature\r\n" + "".join(
        f"DataValue, {k}, 300\r\n" for k in range(20)
    )
    data = read(time + easyexpert(V, I))
    assert len(data) + len(data.set_aside) == 101


def test_easyexpert_spoilt_row(sweep, read):
    text = easyexpert(*sweep).replace("DataValue, 1.0, ", "DataValue, 1.0, ?")
    data = read(text)
    assert data.counts["not a number"] == 1
