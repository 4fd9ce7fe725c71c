"""Neurons whose behaviour is known: what they are known for is shown, what they lack is not."""

import json

import matplotlib
import numpy as np
import pytest

import neurodyn as nd
from neurodyn.behaviours import CATALOGUE
from neurodyn.cli import main
from neurodyn.devices.izhikevich import PANELS
from neurodyn.errors import InputError

D = nd.devices


def verdict(model, name):
    return nd.behaviours(model, only=name)[name].verdict


# ------------------------------------------------ published for it


LONG = "inhibition_induced_bursting"  # seconds by the dozen


@pytest.mark.parametrize(
    "panel",
    [
        *sorted(set(PANELS) - {"depolarising_after_potential", LONG}),
        pytest.param(LONG, marks=pytest.mark.slow),
    ],
)
def test_each_izhikevich_set_shows_what_it_was_published_for(panel):
    assert verdict(D.izhikevich(panel), panel) == "shown"


def test_the_after_potential_set_shows_it_just_beside_the_published_value():
    """With d = -21 the equations fire on and on (tests/devices/test_textbook_neurons.py)."""
    name = "depolarising_after_potential"
    finding = nd.behaviours(D.izhikevich(name), only=name)[name]
    assert finding.verdict == "not decidable"
    assert finding.evidence["spikes"] > 10
    assert verdict(D.izhikevich(name, d=-20.0), name) == "shown"


# ------------------------------------------------ fails on a model that does not show it


def saturating():
    """A leaky integrator whose input is I exp(-I^2): twice the input is less than one."""
    return nd.Model.from_equations(
        ["V"], {}, ["3*I*exp(-I^2) - V"], inputs={"I": 0.0}, spike="V - 1", reset={"V": 0}
    )


def forgetful():
    """A leaky integrator whose leak opens wide when there is no input."""
    return nd.Model.from_equations(
        ["V"], {}, ["I - V*(1 + 60*exp(-(10*I)^2))"],
        inputs={"I": 0.0}, spike="V - 1", reset={"V": 0},
    )  # fmt: skip


def graded():
    """FitzHugh-Nagumo without separation of time scales: spikes of any height."""
    return D.fitzhugh_nagumo(eps=0.5)


LIF = D.leaky_integrate_and_fire
LACKING = {
    "tonic_spiking": lambda: D.izhikevich("accommodation"),
    "phasic_spiking": LIF,
    "tonic_bursting": LIF,
    "phasic_bursting": LIF,
    "mixed_mode": LIF,
    "spike_frequency_adaptation": LIF,
    "class_1": D.fitzhugh_nagumo,
    "class_2": LIF,
    "spike_latency": LIF,
    "subthreshold_oscillations": LIF,
    "resonator": LIF,
    "integrator": lambda: D.izhikevich("resonator"),
    "all_or_nothing": graded,
    "spatial_integration": saturating,
    "temporal_integration": forgetful,
    "threshold_variability": LIF,
    "rebound_spike": LIF,
    "rebound_burst": D.fitzhugh_nagumo,
    "bistability": LIF,
    "accommodation": LIF,
    "depolarising_after_potential": LIF,
    "inhibition_induced_spiking": LIF,
    "inhibition_induced_bursting": lambda: D.izhikevich("inhibition_induced_spiking"),
    "stochastic_spiking": lambda: D.izhikevich("bistability"),
}


def test_every_entry_has_a_model_that_lacks_it():
    assert set(LACKING) == set(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_not_shown_by_a_model_that_lacks_it(name):
    assert verdict(LACKING[name](), name) == "not shown"


# ------------------------------------------------ numbers that are known otherwise


def test_leaky_integrator_is_measured_right():
    """Rheobase 20 mV / 10 Mohm, chronaxie tau ln 2, both exact; intervals from the closed form."""
    table = nd.behaviours(LIF(), only=["class_1", "integrator", "spatial_integration"])
    marks = table.landmarks
    assert marks["rheobase"] == pytest.approx(2.0, rel=2e-4)
    assert marks["onset of sustained firing"] == pytest.approx(2.0, rel=2e-4)
    assert "end of sustained firing" not in marks
    assert marks["chronaxie"] == pytest.approx(10 * np.log(2), rel=2e-3)
    assert marks["threshold of a pulse one chronaxie wide"] == pytest.approx(4.0, rel=2e-3)
    assert table.shown == ("class_1", "integrator", "spatial_integration")
    for excess, tolerance in ((0.1, 1e-3), (0.01, 3e-3), (0.001, 1.5e-2)):
        # I = (1 + e) I_0: tau ln((1 + e) / e); the onset is known to 1e-4
        measured = table["class_1"].evidence[f"interval at {excess:g} above"]
        assert measured == pytest.approx(10 * np.log((1 + excess) / excess), rel=tolerance)


def test_bistable_window_of_fitzhugh_nagumo_ends_at_its_hopf_point():
    """Where 1 - v^2 - b eps = 0: I = 0.331281 (closed form)."""
    finding = nd.behaviours(D.fitzhugh_nagumo(), only="bistability")["bistability"]
    v = -np.sqrt(1 - 0.8 * 0.08)
    hopf = -v + v**3 / 3 + (v + 0.7) / 0.8
    assert finding.verdict == "shown"
    assert finding.evidence["rest is stable up to"] == pytest.approx(hopf, rel=1e-4)
    assert finding.evidence["lower window from"] < hopf


def test_bistable_window_of_nbox_agrees_with_the_closed_form_and_with_continuation():
    """Hopf points from the closed-form equilibria; the fold of cycles by continuation."""
    neuron = D.nbox_neuron()
    finding = nd.behaviours(neuron, only="bistability")["bistability"]
    low, high = (point.parameter for point in nd.stability(neuron, (1e-5, 2e-3)).hopf)
    assert finding.verdict == "shown"
    assert finding.evidence["rest is stable up to"] == pytest.approx(low, rel=1e-4)
    assert finding.evidence["upper window from"] == pytest.approx(high, rel=1e-4)
    assert finding.evidence["upper window to"] == pytest.approx(0.9639e-3, rel=3e-4)


@pytest.mark.slow
def test_firing_of_hodgkin_huxley_begins_at_the_fold_of_cycles():
    """I = 6.26 uA/cm2: Rinzel and Miller, Math. Biosci. 49, 27 (1980); the Hopf point at 9.78."""
    table = nd.behaviours(D.hodgkin_huxley())
    evidence = table["bistability"].evidence
    assert evidence["lower window from"] == pytest.approx(6.26, abs=0.01)
    assert evidence["lower window to"] == pytest.approx(9.78, abs=0.01)
    assert table.landmarks["onset of sustained firing"] == pytest.approx(6.26, abs=0.01)
    for name in (
        "tonic_spiking", "phasic_spiking", "class_2", "spike_latency", "all_or_nothing",
        "subthreshold_oscillations", "resonator", "rebound_spike", "bistability",
        "accommodation", "threshold_variability", "stochastic_spiking",
    ):  # fmt: skip
        assert table[name].verdict == "shown", name
    for name in ("tonic_bursting", "class_1", "integrator", "mixed_mode", "rebound_burst"):
        assert table[name].verdict == "not shown", name


@pytest.mark.parametrize(("excitability", "shown"), [(1, "class_1"), (2, "class_2")])
def test_morris_lecar_has_the_class_of_its_parameter_set(excitability, shown):
    model = D.morris_lecar(excitability=excitability)
    table = nd.behaviours(model, only=["class_1", "class_2", "tonic_bursting"])
    assert table.shown == (shown,)


@pytest.mark.slow
def test_table_of_the_nbox_neuron():
    table = nd.behaviours(D.nbox_neuron())
    assert len(table) == len(CATALOGUE)
    for name in (
        "tonic_spiking", "phasic_bursting", "class_2", "spike_latency", "all_or_nothing",
        "spatial_integration", "temporal_integration", "integrator", "bistability",
        "stochastic_spiking",
    ):  # fmt: skip
        assert table[name].verdict == "shown", name
    for name in ("tonic_bursting", "mixed_mode", "class_1", "rebound_spike", "accommodation"):
        assert table[name].verdict == "not shown", name
    # nothing inhibits a symmetric device at zero bias
    assert table["inhibition_induced_spiking"].verdict == "not decidable"


# ------------------------------------------------ the result, and bad input


def test_the_table_is_data(tmp_path, capsys):
    pandas = pytest.importorskip("pandas")
    table = nd.behaviours(LIF(), only=["tonic_spiking", "rebound_spike"], seed=3)
    frame = table.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.loc["tonic_spiking", "verdict"] == "shown"
    assert "| rebound spike | not shown |" in table.to_markdown()
    assert "1 shown, 1 not shown, 0 not decidable" in repr(table)
    assert table.provenance["seed"] == 3
    assert table.provenance["versions"]["neurodyn"]
    json.dumps(table.to_dict(), allow_nan=False)
    (trace,) = table["tonic_spiking"].traces
    assert len(trace.t) == len(trace.y) == len(trace.drive)
    assert trace.y.max() == pytest.approx(-50.0, abs=1e-3)  # tops of reset spikes are kept
    assert (np.diff(trace.t) >= 0).all()
    with matplotlib.rc_context(nd.plot.style()):
        axes = nd.plot.behaviours(table, columns=2)
    assert axes.shape == (1, 2)
    assert "shown" in axes[0, 0].get_title()
    arguments = ["behaviours", "--model", "leaky_integrate_and_fire", "--only", "class_1"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    assert "class 1" in capsys.readouterr().out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"table.md", "table.csv", "table.json", "table.png"}


def test_same_seed_same_digits():
    runs = [nd.behaviours(LIF(), only="stochastic_spiking", seed=5) for _ in range(2)]
    first, second = (run["stochastic_spiking"].evidence for run in runs)
    assert first == second
    other = nd.behaviours(LIF(), only="stochastic_spiking", seed=6)
    assert other["stochastic_spiking"].evidence != first


def test_a_neuron_that_does_not_rest_is_told_so():
    table = nd.behaviours(D.nbox_neuron(I_s=335e-6), only="rebound_spike")
    assert table["rebound_spike"].verdict == "not decidable"
    assert "does not come to rest at I_s = 0.000335" in table["rebound_spike"].reason


def test_a_neuron_that_nothing_fires_is_told_so():
    passive = nd.Model.from_equations(["V"], {}, ["tanh(I) - V"], inputs={"I": 0.0}, spike="V - 2")
    (finding,) = nd.behaviours(passive, only="tonic_spiking")
    assert finding.verdict == "not decidable"
    assert "no step of I" in finding.reason


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (LIF(), {"only": "bistabilty"}, "no behaviour 'bistabilty'; did you mean 'bistability'"),
        (LIF(), {"only": []}, "names no behaviour"),
        (LIF(), {"input": "J"}, "no input 'J'"),
        (D.stuart_landau(), {}, "has no input to drive"),
        (nd.Model.from_equations(["x"], {}, ["I - x"], inputs={"I": 0.0}), {}, "no spike event"),
    ],
)
def test_bad_calls_end_in_a_sentence(model, options, message):
    with pytest.raises(InputError, match=message):
        nd.behaviours(model, **options)


def test_unknown_variants_end_in_a_sentence(capsys):
    assert main(["behaviours", "--model", "izhikevich:bistabilty"]) == 2
    assert "did you mean 'bistability'" in capsys.readouterr().err
