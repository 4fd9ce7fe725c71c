"""What a fit makes of its data before it fits: several ambients in a file, copies, wrong units."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.cli import main
from neurodyn.errors import InputError
from neurodyn.fitting.unknowns import PRODUCTS, typical_size
from tests.conftest import DEVICES

AMBIENTS = (280.0, 300.0, 320.0)


def curve(T_amb=298.0, n=60):
    return nd.iv_curve(nd.devices.nbox_neuron(T_amb=T_amb), current=(1e-6, 2e-3), n=n)


@pytest.fixture
def three_ambients(tmp_path):
    path, rng = tmp_path / "three.csv", np.random.default_rng(1)
    lines = ["T (K),Voltage (V),Current (A)"]
    for T_amb in AMBIENTS:
        drawn = curve(T_amb)
        noise = 1 + 0.003 * rng.standard_normal((2, len(drawn.V)))
        pairs = zip(drawn.V * noise[0], drawn.I * noise[1], strict=True)
        lines += [f"{T_amb},{V:.9g},{I:.9g}" for V, I in pairs]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_every_way_to_fit_a_file_takes_its_ambients_apart(three_ambients, tmp_path, capsys):
    """Verb, recipe and both commands; equal to the parts given one by one, to the last bit."""
    data = nd.read_iv(three_ambients)
    parts, T = data.split_by_T()
    expected = nd.fit_iv(parts, [(t, 1.0) for t in T], starts=2)
    assert expected.accepted, expected.reasons
    fit = nd.fit_iv(data, (298.0, 1.0), starts=2)
    assert fit.ambients == tuple((t, 1.0) for t in T)
    assert fit.model.p.tobytes() == expected.model.p.tobytes()
    assert "its column holds, 320 K" in fit.report()
    recipe = tmp_path / "fit.toml"
    recipe.write_text('[fit]\nstarts = 2\n[[data]]\nfile = "three.csv"\nT_amb = [298.0, 1.0]\n')
    assert nd.fit_recipe(recipe).model.p.tobytes() == expected.model.p.tobytes()
    assert main(["fit", "iv", str(three_ambients), "--t-amb", "298+-1", "--starts", "2"]) == 0
    assert "T_amb = 280 +- 1, 300 +- 1, 320 +- 1 K" in capsys.readouterr().out


@pytest.mark.slow
def test_a_datasheet_takes_the_ambients_of_a_file_apart(three_ambients, tmp_path, capsys):
    out = tmp_path / "sheet"
    assert main(["datasheet", str(three_ambients), "--t-amb=298", f"--out={out}"]) == 0
    capsys.readouterr()
    assert "at 280 K (measured at 280.0, 300.0, 320.0 K)" in (out / "datasheet.html").read_text()


def test_the_same_measurement_twice_is_refused(tmp_path):
    first, copy = tmp_path / "first.csv", tmp_path / "copy.csv"
    rows = [f"{V!r},{I!r}" for V, I in zip(curve().V.tolist(), curve().I.tolist(), strict=True)]
    first.write_text("\n".join(["V (V),I (A)", *rows]))
    copy.write_bytes("\r\n".join(["V (V),I (A)", *rows]).encode())  # saved by another program
    data = [nd.read_iv(first), nd.read_iv(copy)]
    with pytest.raises(InputError, match=r"'first.csv' and 'copy.csv' hold the same numbers"):
        nd.fit_iv(data, T_amb=298.0)
    with pytest.raises(InputError, match="is given twice and would count twice"):
        nd.fit_iv([data[0], data[0]], T_amb=[298.0, 300.0])


def test_the_same_trace_twice_is_refused():
    model = nd.devices.nbox_neuron(I_s=335e-6)
    t = np.linspace(1e-6, 15e-6, 10_000)
    trace = (t, nd.solve(model, 15e-6).at(t, "V"))
    with pytest.raises(InputError, match="'arrays' is given twice"):
        nd.fit_trace([nd.spike_trace(trace), nd.spike_trace(trace, I_s=340e-6)], model, T_amb=298.0)


@pytest.mark.parametrize(
    ("V_times", "I_times"),  # 1e-3 and 1e3 look exchanged to the reader
    [(1, 1e3), (1, 1e-3), (1e3, 1), (1e-3, 1), (1e3, 1e3), (1e-3, 1e-3), (1e3, 1e-3)],
)
def test_wrong_units_are_noticed_by_what_they_make_of_the_device(V_times, I_times):
    """The fit is perfect, because the equations scale, where no bound stands in its way."""
    drawn = curve()
    fit = nd.fit_iv((V_times * drawn.V, I_times * drawn.I), T_amb=298.0, noise=0.01)
    if V_times != I_times:  # both: R_th changes a millionfold
        assert fit.accepted
        assert fit["R_0"].value == pytest.approx(190.0 * V_times / I_times, rel=1e-6)
    assert any("are the units of the data right?" in warning for warning in fit.warnings)


def test_right_units_raise_no_question():
    fit = nd.fit_iv(nd.read_iv(nd.default_iv()), T_amb=298.0, starts=2)
    assert not any("units" in warning for warning in fit.warnings)


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_published_values_raise_no_question(name):
    """No device of the library raises the question itself."""
    model = DEVICES[name]()
    for parameter in (*model.parameter_names, *PRODUCTS):
        parts = PRODUCTS.get(parameter, (parameter,))[:2]
        typical = typical_size(parameter, model)
        if typical is None:
            continue
        value = abs(np.prod([model[part] for part in parts]))
        assert value == 0 or 0.01 < value / typical < 100, parameter
