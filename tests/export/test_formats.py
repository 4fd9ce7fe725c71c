"""Every format on every device: all parameters with their values, or a refusal in a sentence."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.cli import export as command
from neurodyn.cli.entry import main
from neurodyn.export import FORMATS
from neurodyn.export.formats.nestml import nestml_number
from neurodyn.export.netlist import CIRCUIT_PARAMETERS, device_of
from neurodyn.export.printing import InfixPrinter
from neurodyn.model.units import parse_unit
from tests.conftest import DEVICES, DRIVEN
from tests.export.readers import READERS

JUMPS = {"izhikevich", "leaky_integrate_and_fire", "comparator", "thermal_neuristor"}
SWITCHES = {"comparator", "thermal_neuristor"}
HOLD_RESETS = {"brian2", "nestml", "pynest", "sbml", "latex", "json"}
HOLD_SWITCHES = {"sbml", "latex", "json"}


def holds(name, which):
    if which in SWITCHES:
        return name in HOLD_SWITCHES
    return which not in JUMPS or name in HOLD_RESETS


@pytest.mark.parametrize("which", sorted(DEVICES))
@pytest.mark.parametrize("name", sorted(READERS))
def test_every_parameter_survives_with_its_value(name, which):
    """Read back by code of its own, from every format that holds the device."""
    model = DEVICES[which](**DRIVEN[which])
    if not holds(name, which):
        with pytest.raises(nd.InputError) as caught:
            FORMATS[name](model)
        assert len(str(caught.value)) < 300
        return
    file = FORMATS[name](model)
    found = READERS[name](file.text)
    scales = nd.export.xpp(model).scales if name == "xpp" else {}
    units = {q.name: q.unit for q in (*model.parameters, *model.inputs, *model.constants)}
    constants = {} if name == "xpp" else model.constant_values
    for parameter, value in (model.parameter_values | constants).items():
        word = file.names.get(parameter, parameter)
        expected = value / scales.get(parameter, 1.0)
        if name == "brian2" and "bare numbers" not in file.text:
            expected *= parse_unit(units[parameter]).factor
        if name in ("ngspice", "verilog-a", "ltspice") and word not in found:
            assert belongs_to_the_circuit(model, parameter, name), parameter
            continue
        assert math.isclose(found[word], expected, rel_tol=1e-15), parameter


def belongs_to_the_circuit(model, parameter, name):
    """A compact model is the element alone: capacitors and sources are the circuit's."""
    outside = {*CIRCUIT_PARAMETERS, *model.input_names, "R_s", "T_spike", "u_spike"}
    if device_of(model) is None:
        return parameter in model.input_names
    return name == "verilog-a" and parameter in outside


def test_the_command_line_knows_every_format():
    assert set(command.FORMATS) == {"card", *FORMATS}


NOISES = {
    "white": nd.noise.white_current(1e-9),
    "filtered": nd.noise.ornstein_uhlenbeck_current(sd=3e-6, correlation_time=1e-6),
    "of the voltage": nd.noise.johnson_nyquist(),
    "of the temperature": nd.noise.temperature_fluctuation(),
    "drawn at spikes": nd.noise.parameter_jitter({"R_0": 0.02}),
}
HOLD_NOISE = {
    "brian2": ("xi_0", {"white", "filtered"}),
    "xpp": ("wiener w", set(NOISES) - {"drawn at spikes"}),
}


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_noise_is_written_in_the_words_of_a_format_or_refused_in_a_sentence(name, kind):
    noisy = nd.noise.stochastic(nd.devices.nbox_neuron(), NOISES[kind])
    word, kinds = HOLD_NOISE.get(name, ("", set()))
    if kind in kinds:
        assert word in FORMATS[name](noisy).text
        return
    with pytest.raises(nd.InputError, match="noise") as caught:
        FORMATS[name](noisy)
    assert "\n" not in str(caught.value)


def test_brian2_refuses_noise_that_its_steps_would_take_for_another():
    neuron = nd.devices.nbox_neuron()
    heat = nd.noise.temperature_fluctuation()  # in proportion to the temperature
    jitter = nd.noise.parameter_jitter({"R_0": 0.02})
    for noise, told in ((heat, "depends on the state"), (jitter, "drawn anew at each spike")):
        with pytest.raises(nd.InputError, match=told):
            nd.export.brian2(nd.noise.stochastic(neuron, noise))


class _Odd(sympy.Function):
    """A function that no program has."""


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"latex"}))
def test_a_function_that_a_format_does_not_have_is_refused(name):
    x = sympy.Symbol("x", real=True)
    base = nd.Model.from_equations(["x"], {"k": 1.0}, ["-k*x"])
    odd = nd.Model("odd", base.states, base.parameters, (_Odd(x),))
    with pytest.raises(nd.InputError) as caught:
        FORMATS[name](odd)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"latex", "json", "xpp", "pynest"}))
def test_words_of_the_format_are_renamed_and_told(name):
    """Parameters named like words of one of the formats, and apart only by capitals."""
    words = "time delay end real volt second parameter module update function wire t T temper begin"
    words = [*words.split(), "state", "ms", "branch", "Gain", "gAIN"]
    values = {word: 1.0 + i / 7 for i, word in enumerate(words)}
    model = nd.Model.from_equations(["x", "X"], values, ["X - " + " - ".join(words), "-x*T"])
    file = FORMATS[name](model)
    new = [w.lower() if name.endswith("spice") else w for w in file.names.values()]
    assert len(set(new)) == len(file.names)
    found = READERS[name](file.text)
    told = re.sub(r"\n\W+", " ", file.text)
    for word, value in values.items():
        assert found[file.names[word]] == value
        assert file.names[word] == word or f"{word} is {file.names[word]}" in told


def test_no_number_of_nestml_has_an_exponent_that_ends_in_zero():
    """Its printer would take the zero away; a product of two factors means the same double."""
    values = [*10.0 ** np.arange(-40.0, 40.0), 200e-12, 1.5e-20, 1.23456789012345e-10, 3.1e30]
    for value in values:
        factors = nestml_number(value).strip("()").split("*")
        assert math.isclose(math.prod(map(float, factors)), value, rel_tol=4e-16)
        assert not any(re.search(r"e[+-]?\d*0$", repr(float(factor))) for factor in factors)


@pytest.mark.parametrize("which", ["nbox_neuron", "mott_nbo2", "poole_frenkel_3d", "core_shell"])
def test_no_device_comes_near_the_limit_of_its_exponentials(which, typical_states):
    model = DEVICES[which](**DRIVEN[which])
    states = typical_states(model)
    values = model.constant_values | model.parameter_values
    exponents = {e for rate in model.rhs for e in sympy.sympify(rate).atoms(sympy.exp)}
    for exponent in exponents:
        names = sorted(map(str, exponent.free_symbols))
        f = sympy.lambdify(names, exponent.args[0], "numpy")
        held = {n: values[n] for n in names if n in values}
        moving = {n: states[i] for i, n in enumerate(model.state_names) if n in names}
        assert np.max(f(**held, **moving)) < 40.0


IN_CIRCUITS = "nbox_neuron nbox_circuit nbox_voltage_driven core_shell mott_nbo2 poole_frenkel_3d"


@pytest.mark.parametrize("which", IN_CIRCUITS.split())
def test_a_device_is_recognised_in_its_circuit(which):
    device = device_of(DEVICES[which]())
    assert device is not None
    assert not set(device.parameters) & set(CIRCUIT_PARAMETERS)
    assert device_of(nd.devices.hodgkin_huxley()) is None


def test_a_circuit_of_ones_own_is_not_taken_for_one_of_ours():
    model = nd.devices.nbox_neuron()
    leak = sympy.Symbol("V", real=True) / sympy.Symbol("C_ext", real=True)
    changed = replace(model, rhs=(model.rhs[0] - leak, model.rhs[1]), equilibria=None)
    assert device_of(changed) is None


def test_stimuli_become_sources_with_every_knot():
    pulse = nd.train(1e-4, width=1e-6, period=3e-6, count=2)
    text = nd.export.ngspice(nd.devices.nbox_neuron(), inputs={"I_s": pulse}).text
    line = next(one for one in text.splitlines() if one.startswith("I_s "))
    numbers = np.array(line[line.index("(") + 1 : -1].split(), float).reshape(-1, 2)
    assert np.all(np.diff(numbers[:, 0]) > 0)
    t = np.linspace(0.0, 6e-6, 1001) + 1.3e-9
    assert np.allclose(np.interp(t, *numbers.T), pulse(t), atol=1e-9)


@pytest.mark.parametrize("place", ["no/such/folder/file", "folder", "a\0b"])
def test_a_place_that_cannot_be_written_is_refused_and_nothing_is_left(place, tmp_path):
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    model = nd.devices.fitzhugh_nagumo()
    for write in (nd.export.sbml(model).write, partial(nd.export.xpp, model)):
        with pytest.raises(nd.InputError, match="cannot be written"):
            write(tmp_path / place)
    assert sorted(tmp_path.rglob("*")) == before


BAD = {
    "no device": (["ngspice"], "one of them"),
    "format": (["spice", "nbox_neuron"], "no format 'spice'"),
    "device": (["ngspice", "nbox"], "no model 'nbox'"),
    "both": (["ngspice", "nbox_neuron", "--device", "x.json"], "one of them"),
    "card": (["ngspice", "--device", "x.json"], "cannot be read"),
    "switch": (["ngspice", "comparator"], "hysteresis"),
    "reset": (["verilog-a", "izhikevich"], "reset"),
    "out folder": (["sbml", "nbox_neuron", "--out", "folder"], "folder"),
    "out empty": (["sbml", "nbox_neuron", "--out", ""], "empty"),
    "network format": (
        ["sbml", "--network", "ring"],
        "do not hold networks",
    ),
    "network": (["pynest", "--network", "rings"], "no network file or shipped network 'rings'"),
    "network and device": (["pynest", "nbox_neuron", "--network", "ring"], "one of them"),
    "end of a device": (["pynest", "nbox_neuron", "--t-end", "1us"], "--network only"),
    "set": (["sbml", "nbox_neuron", "--set", "R=1"], "no parameter"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_nothing_half_written(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    arguments, message = BAD[case]
    assert main(["export", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("name", command.NETWORK_FORMATS)
def test_a_file_of_a_network_goes_out_as_a_script(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = ["--network", "ring", "--set", "ring.C_ext=150pF", "--t-end", "2us"]
    assert main(["export", name, *given, "--out", "ring.py"]) == 0
    text = (tmp_path / "ring.py").read_text()
    compile(text, "ring.py", "exec")
    assert "1.5e-10" in text
    assert {"brian2": "run(2e-06*second)", "pynest": "nest.Simulate(2000.0)"}[name] in text


def test_export_of_a_card_and_from_a_card(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["export", "card", "nbox_neuron", "--set", "C_ext=50pF", "--out", "d.toml"]) == 0
    assert main(["export", "json", "--device", "d.toml", "--out", "m.json"]) == 0
    assert main(["export", "json", "nbox_neuron", "--set", "C_ext=50pF"]) == 0
    printed = capsys.readouterr().out.split("written: m.json\n")[1]
    assert printed == (tmp_path / "m.json").read_text()
    assert json.loads(printed)["parameters"][0]["value"] == 5e-11


def test_a_circuit_of_ones_own_goes_out_and_into_a_card(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    netlist = "* mine\nV1 s 0 input\nR1 s b 4k\nC1 b 0 200p\nX1 b 0 nbox R_0=190\n"
    (tmp_path / "mine.cir").write_text(netlist)
    for name in FORMATS:
        assert main(["export", name, "--circuit", "mine.cir", "--set", "V1=1.5V"]) == 0, name
    assert main(["export", "card", "--circuit", "mine.cir", "--out", "mine.json"]) == 0
    capsys.readouterr()
    found = nd.load_device("mine.json").model
    assert found.digest == nd.read_circuit("mine.cir").model().digest


def test_latex_of_every_device_closes_what_it_opens():
    for which, make in DEVICES.items():
        text = nd.export.latex(make()).text
        assert text.count("{") == text.count("}"), which
        assert text.count(r"\begin") == text.count(r"\end"), which


def test_adding_a_format_is_a_class_of_its_words():
    """The base prints everything; a format names only what differs."""
    x = sympy.Symbol("x", real=True)
    assert InfixPrinter("test").text(x**2 / 3 - 1) == "((0.3333333333333333*(x*x))-1.0)"
