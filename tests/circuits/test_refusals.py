"""What is no circuit is refused in a sentence that names line and element and says what to add."""

import pytest

import neurodyn as nd

# netlist -> parts of the sentence, in order
BAD = {
    "unknown element": ("R1 a 0 1k\nQ1 a 0 1", ["line 2, Q1", "begins with 'Q'"]),
    "wrong unit": ("R1 a 0 4kF\nC1 a 0 1n", ["line 1, R1", "4kF", "wrong unit", "ohm"]),
    "no unit": ("R1 a 0 4zork\nC1 a 0 1n", ["line 1, R1", "4zork", "not known"]),
    "no number": ("R1 a 0 four\nC1 a 0 1n", ["line 1, R1", "'four' is no number"]),
    "two readings": ("R1 a 0 5M\nC1 a 0 1n", ["line 1, R1", "5M", "two ways"]),
    "farad or femto": ("R1 a 0 5k\nC1 a 0 1F", ["line 2, C1", "1F", "two ways"]),
    "kelvin or kilo": ("C1 a 0 1n\nX1 a 0 nbox T_amb=298K", ["line 2, X1, T_amb", "two ways"]),
    "two readings of a unit": ("R1 a 0 5Mohm\nC1 a 0 1n", ["line 1, R1", "5Mohm", "two ways"]),
    "negative": ("R1 a 0 -5\nC1 a 0 1n", ["line 1, R1", "-5", "positive"]),
    "node used once": ("R1 a b 1k\nC1 a 0 1n", ["line 1, R1", "'b' is used once"]),
    "names alike": ("R1 a 0 1k\n* note\nr1 a 0 1k", ["line 3, r1", "line 1, R1", "once"]),
    "nodes alike": ("R1 A 0 1k\nC1 a 0 1n", ["line 2, C1", "'a'", "'A'"]),
    "loop of sources": (
        "V1 a 0 1\nV2 a 0 2\nR1 a b 1k\nC1 b 0 1n",
        ["line 1, V1 and line 2, V2", "loop", "resistor in series"]),
    "longer loop of sources": (
        "V1 a 0 1\nV2 a b 2\nV3 b 0 1\nC1 b 0 1n", ["V1", "V2", "V3", "loop"]),
    "input across a capacitor": (
        "V1 a 0 input\nC1 a b 1n\nC2 b 0 1n\nR1 b 0 1k",
        ["line 2, C1 and line 1, V1", "capacitors alone", "resistor in series"]),
    "inductors and an input": (
        "I1 0 a input\nL1 a 0 1u", ["line 1, I1 and line 2, L1", "resistor or capacitor from a"]),
    "source into nothing": (
        "I1 0 a input\nI2 a 0 1\nC1 b 0 1n\nR1 b 0 1k",
        ["line 1, I1 and line 2, I2", "only a current source", "from a to"]),
    "floating": ("R1 a b 1k\nC1 a b 1n\nR2 c 0 1k\nC2 c 0 1n", ["R1", "C1", "a, b float"]),
    "implicit device": (
        "V1 a 0 input\nR1 a b 1k\nX1 b 0 nbox", ["line 3, X1", "capacitor across it", "b to 0"]),
    "both ends together": ("R1 a a 1k\nC1 a 0 1n", ["line 1, R1", "both ends", "'a'"]),
    "no ground": ("R1 a b 1k\nC1 a b 1n", ["ground '0'"]),
    "no state": ("V1 a 0 input\nR1 a 0 1k", ["no capacitor, inductor or device"]),
    "unknown device": ("C1 a 0 1n\nX1 a 0 nbux", ["line 2, X1", "'nbux'", "'nbox'"]),
    "unknown parameter": ("C1 a 0 1n\nX1 a 0 nbox R0=1", ["line 2, X1", "'R0'", "'R_0'"]),
    "out of bounds": ("C1 a 0 1n\nX1 a 0 nbox T_amb=25", ["line 2, X1", "T_amb is 25", "50"]),
    "lead of a device": ("C1 a 0 1n\nX1 a 0 core_shell R_s=5", ["line 2, X1", "'R_s'"]),
    "too few words": ("R1 a 0\nC1 a 0 1n", ["line 1, R1", "'R1 a b 4k'"]),
    "too many words": ("R1 a 0 1k 2k\nC1 a 0 1n", ["line 1, R1", "'2k' is too much"]),
    "resistor as input": ("R1 a 0 input\nC1 a 0 1n", ["line 1, R1", "only sources"]),
    "unknown directive": ("R1 a 0 1k\nC1 a 0 1n\n.tran 1n 1u", ["line 3", "'.tran'"]),
    "undeclared parameter": ("R1 a 0 {R}\nC1 a 0 1n", ["line 1, R1", "'R'"]),
    "unused parameter": ("R1 a 0 1k\nC1 a 0 1n\n.param R=1", ["R is declared", "{R}"]),
    "one name, two units": (
        "R1 a 0 {x}\nC1 a 0 {x}\n.param x=1", ["line 2, C1", "[ohm] elsewhere", "[F] here"]),
    "continued nothing": ("+ R1 a 0 1k", ["line 1", "'+'"]),
    "nothing": ("* only a title\n.end", ["no elements"]),
    "heat into current": (
        "C1 a 0 1n\nX1 a 0 nbox\nR1 X1.T a 1k", ["line", "current", "temperature"]),
    "heat of no device": ("C1 a 0 1n\nX1 a 0 nbox\nR1 X2.T amb 1k", ["line 3, R1", "'X2'"]),
    "no temperature": (
        "C1 a 0 1n\nX1 a 0 mott_vo2\nR1 X1.T amb 1k", ["line 3, R1", "X1", "no temperature"]),
    "inertia of heat": (
        "C1 a 0 1n\nX1 a 0 nbox\nL1 X1.T amb 1k", ["line 3, L1"]),
    "port without network": ("C1 a 0 1n\nX1 a 0 nbox heat=port", ["line 2, X1", "heat=port"]),
    "port without capacity": (
        "C1 a 0 1n\nX1 a 0 nbox heat=port\nR1 X1.T amb 1meg", ["line 2, X1", "heat capacity"]),
    "two that jump": (
        "C1 a 0 1n\nX1 a 0 comparator\nC2 b 0 1n\nX2 b 0 comparator\nR1 a b 1k",
        ["line 2, X1", "line 4, X2", "at most one"]),
    "ladder of odd length": (
        "C1 a 0 1n\nX1 a 0 nbox\nZ1 X1.T amb foster 1meg", ["line 3, Z1", "pairs"]),
    "no spike": ("C1 a 0 1n\nX1 a 0 nbox\n.spike X2", ["'X2'", "X1"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_netlists_are_refused_by_line_and_element(case):
    text, words = BAD[case]
    with pytest.raises(nd.InputError) as error:
        nd.Circuit.from_netlist(text).model()
    sentence, place = str(error.value), 0
    for word in words:
        assert word in sentence[place:], sentence
        place = sentence.index(word, place)
    assert "\n" not in sentence


def test_calls_are_refused_like_lines():
    with pytest.raises(nd.InputError, match="begins with R"):
        nd.Circuit().resistor("C1", "a", "0", 1e3)
    circuit = nd.Circuit().resistor("R1", "a", "0", 1e3).capacitor("C1", "b", "0", 1e-9)
    with pytest.raises(nd.InputError, match="R1: the node 'a' is used once"):
        circuit.model()
    with pytest.raises(nd.InputError, match="no parts"):
        nd.Circuit().model()


def test_a_file_is_named(tmp_path):
    path = tmp_path / "bad.cir"
    path.write_text("R1 a 0 4kF\n")
    with pytest.raises(nd.InputError, match=r"bad\.cir: line 1, R1"):
        nd.read_circuit(path)
    with pytest.raises(nd.InputError, match="cannot be read"):
        nd.read_circuit(tmp_path / "none.cir")
    path.write_bytes(b"\xff\xfe\x00R1")
    with pytest.raises(nd.InputError, match="cannot be read"):
        nd.read_circuit(path)
