"""Units in headers: a generator of forms, with the truth built in.

The rule: what could be a unit or a factor in a header is used, or the file is refused with the
option that says it. Numbers that are wrong by a power of ten are never given back.
"""

import itertools
import re

import numpy as np
import pytest

from neurodyn.errors import InputError

# {u} is the unit, {n} the name. Each must be read, and rightly
CLEAR = [
    "{n} ({u})", "{n}({u})", "{n} [{u}]", "{n}[{u}]", "{n} {{{u}}}", "{n} <{u}>", "{n} / {u}",
    "{n}/{u}", "{n}, {u}", "{n}; {u}", "{n}: {u}", "{n} in {u}", "{n} (in {u})", "{n} [unit: {u}]",
    "{n} {u}", "{n}_{u}", "{n}.{u}", "{n}-{u}", "{n}={u}", "{n}|{u}", "({u}) {n}", "[{u}] {n}",
    "{u} {n}", "{n} ({u}) avg", "{n} ({u}) measured", "Measured {n} ({u})", "{n} ({u}) CH1",
    "{n} ({u}) [CH1]", "{n} [CH1] ({u})", "{n} ({u}) #2", "{n} ({u})*", "{n} (measured) ({u})",
    "{n} ({u}) (measured)", "{n} ({u} rms)", "{n} ({u} DC)", "{n} (avg, {u})", "{n} ({u}, avg)",
    "{n}_{u}_CH1", "{n}_CH1_{u}", "CH1_{n}_{u}", "{n} {u} avg", "avg {n} {u}", "{n} CH1 {u}",
    "{n} 2 ({u})", "SMU1 {n} ({u})", "{n} ({u}) @ 300 K", "{n} (300 K) ({u})", "{n}[{u}]_avg",
    "{n}\t({u})", "  {n}   ({u})  ", "{n} ({u}.)", "{n} - {u}", "{n} ( {u} )", "Device {n} / {u}",
    "{n} ({u}) forward", "{n}, {u}, avg", "{n} in {u} (CH1)", "{n}:{u}", "{n}@CH1 ({u})",
]  # fmt: skip
# a factor stands there that can be meant in two ways, or two units: refused
DOUBTFUL = [
    "{n} ({u}) x1e6", "{n}*1e6 ({u})", "1e6*{n} ({u})", "{n} ({u}) *10^6", "{n} ({u}*1e6)",
    "{n} ({u} x 1e-6)", "{n} x 1000000 ({u})", "{n} x1000 ({u})", "{n} ({u}) /1000",
    "{n} x10 ({u})", "{n} ({u}) times 1000", "{n} ({u}) ×1e3", "{n} ({u}) 10^3",
    "{n} ({u}) GV kV nA", "{n} (1e6 {u})", "{n} ({u}/cm2)", "{n} (log {u})",
    "{n} (?{u})", "{n} ({u}) scaled", "{n} ({u}^2)",
]  # fmt: skip
VOLTS = {"V": 1, "mV": 1e-3, "uV": 1e-6, "µV": 1e-6, "kV": 1e3}
AMPERES = {"A": 1, "mA": 1e-3, "uA": 1e-6, "µA": 1e-6, "μA": 1e-6, "nA": 1e-9, "pA": 1e-12}
WRITTEN = {  # other ways to write a unit
    r"\g(m)A": 1e-6, "microamps": 1e-6, "milliamps": 1e-3, "micro-amps": 1e-6, "uAmps": 1e-6,
    r"$\mu$A": 1e-6, "&micro;A": 1e-6, "ÂµA": 1e-6, "1e-6 A": 1e-6, "10^-6 A": 1e-6, "10⁻⁶ A": 1e-6,
    "x1e-6 A": 1e-6, "10^(-6) A": 1e-6, "0.001 A": 1e-3, "Milliampere": 1e-3,
}  # fmt: skip


def quoted(cell: str) -> str:
    return f'"{cell}"'


def file_with(curve, voltage: str, current: str, volt=1.0, ampere=1.0) -> str:
    rows = curve.rows(lambda V, I: f"{V / volt!r},{I / ampere!r}")
    return f"{quoted(voltage)},{quoted(current)}\n{rows}"


def assert_scale(data, curve):
    np.testing.assert_allclose(data.V, curve.V, rtol=1e-9)
    np.testing.assert_allclose(data.I, curve.I, rtol=1e-9)
    assert not any("No unit is given" in note for note in data.notes)


@pytest.mark.parametrize("form", CLEAR)
def test_a_unit_is_used_wherever_it_stands(form, curve, read):
    for (u, volt), name in zip(VOLTS.items(), itertools.cycle(["Voltage", "V", "Vd"])):
        data = read(file_with(curve, form.format(n=name, u=u), "Current (A)", volt=volt))
        assert_scale(data, curve)
    for (u, ampere), name in zip(AMPERES.items(), itertools.cycle(["Current", "I", "Id"])):
        data = read(file_with(curve, "Voltage (V)", form.format(n=name, u=u), ampere=ampere))
        assert_scale(data, curve)


@pytest.mark.parametrize(("unit", "ampere"), WRITTEN.items())
@pytest.mark.parametrize("form", ["{n} ({u})", "{n} [{u}]", "{n} ({u}) avg"])
def test_every_way_to_write_a_unit(form, unit, ampere, curve, read):
    text = file_with(curve, "Voltage (V)", form.format(n="Current", u=unit), ampere=ampere)
    assert_scale(read(text), curve)


@pytest.mark.parametrize("form", DOUBTFUL)
@pytest.mark.parametrize("unit", ["A", "mA", "uA"])
def test_a_factor_is_never_passed_over(form, unit, curve, read):
    text = file_with(curve, "Voltage (V)", form.format(n="Current", u=unit))
    with pytest.raises(InputError, match="current") as refusal:
        read(text)
    assert len(str(refusal.value)) < 700
    # what the sentence offers works
    if "current_unit=" in str(refusal.value):
        data = read(text, current_unit="A")
        np.testing.assert_allclose(data.I, curve.I, rtol=1e-9)


GLUED = [
    "CurrentmA", "ImA", "IuA", "Current.mA", "I.uA", "Current (MA)", "CURRENT (UA)", "I_NA",
    "Current ?A", "Current \ufffdA", "Current (mcA)", "Current %", "Current (%)", "Current dBm",
    "Current (a.u.)", "Current (counts)", "Current 100 uA", "Current (100 uA)", "I 5mA",
]  # fmt: skip


@pytest.mark.parametrize("header", GLUED)
def test_right_or_refused(header, curve, read):
    unit = re.search(r"[mu]A$", header)
    ampere = {"mA": 1e-3, "uA": 1e-6}[unit[0]] if unit else 1.0
    try:
        data = read(file_with(curve, "Voltage (V)", header, ampere=ampere))
    except InputError:
        return
    assert_scale(data, curve)


@pytest.mark.parametrize("drain", ["DrainV", "BottomV", "TopV", "V_top", "AnodeV", "V_na"])
def test_a_name_that_ends_like_a_unit_is_a_name(drain, curve, read):
    data = read(file_with(curve, drain, "Current (A)"))
    np.testing.assert_allclose(data.V, curve.V)


@pytest.mark.parametrize(
    "above",
    [
        "V,mA\nVoltage,Current",
        "Voltage,Current\nV,mA",
        "Voltage,Current\n(V),(mA)",
        "Voltage,Current\n[V],[mA]",
        "Voltage,Current\n,mA",
        "(V),(mA)\nVoltage,Current",
        "# units: V, mA\nVoltage,Current",
        "# V, mA\nVoltage,Current",
        "# V in V, I in mA\nVoltage,Current",
        "# Current in mA\nVoltage,Current",
        "Voltage,Current\n# V, mA",
        "Voltage (V),Current\n,mA",
    ],
)  # fmt: skip
def test_units_in_a_row_or_comment_of_their_own(above, curve, read):
    rows = curve.rows(lambda V, I: f"{V!r},{I * 1e3!r}")
    assert_scale_of_current(read(f"{above}\n{rows}"), curve)


def assert_scale_of_current(data, curve):
    np.testing.assert_allclose(data.I, curve.I, rtol=1e-9)
    np.testing.assert_allclose(data.V, curve.V, rtol=1e-9)


@pytest.mark.parametrize(
    "above",
    [
        "# all currents are multiplied by 1e3\nVoltage,Current",
        "# Stromstaerke mA\nVoltage,Current",
        "# currents x1e3\nVoltage (V),Current (A)",
    ],
)
def test_a_unit_in_prose_is_refused_with_the_option(above, curve, read):
    text = f"{above}\n" + curve.rows(lambda V, I: f"{V!r},{I * 1e3!r}")
    with pytest.raises(InputError, match="current_unit="):
        read(text)
    assert_scale_of_current(read(text, current_unit="mA", voltage_unit="V"), curve)
