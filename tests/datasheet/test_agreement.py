"""Sheets of different devices read against themselves: summary, table, pictures and JSON agree."""

import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import neurodyn as nd
from neurodyn.behaviours import NARROWEST_WINDOW
from neurodyn.datasheet.render import figures
from neurodyn.simulation import solve
from tests.conftest import REPOSITORY
from tests.tolerances import ROOT

EV = nd.eV
# device, what it is set to, what the circuit is set to
DEVICES = {
    "table_2_1": ("nbox_neuron", {}, {}),
    "small_capacitance": ("nbox_neuron", {}, {"C_ext": 20e-12}),
    "low_resistance": (
        "nbox_neuron", {"R_0": 50.0, "E_a": 0.30 * EV, "d": 6e-7 / 45, "R_th": 5e5}, {},
    ),
    "high_resistance": ("nbox_neuron", {"R_0": 600.0}, {}),
    "high_barrier": ("nbox_neuron", {"E_a": 0.25 * EV}, {}),
    "well_cooled": ("nbox_neuron", {"R_th": 1e6}, {}),
    "slow_core": ("nbox_neuron", {}, {"C_th": 1e-14}),
    "core_shell": ("core_shell", {}, {}),
}  # fmt: skip
QUICK = ("table_2_1",)


def sheet_of(name):
    device, changed, circuit = DEVICES[name]
    model = getattr(nd.devices, device)()
    ambient = {"T_amb": 298.0} if "T_amb" in model.parameter_names else {}
    model = model.with_parameters(**ambient, **changed)
    curve = nd.iv_curve(model)
    truth = nd.iv_curve(model, current=(curve.threshold.I / 40, 2 * curve.hold.I), n=80)
    noise = np.exp(0.003 * np.random.default_rng(4).standard_normal((2, 80)))
    fit = nd.fit_iv((truth.V * noise[0], truth.I * noise[1]), 298.0, model=device, starts=3)
    return nd.datasheet(fit, draws=2, parameters=circuit)


@pytest.fixture(
    scope="module",
    params=[n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in DEVICES],
)
def sheet(request):
    """Return the sheet of one device."""
    return sheet_of(request.param)


def found_in(text, pattern):
    return [tuple(map(float, match)) for match in re.findall(pattern, text)]


def test_the_sentences_say_what_the_table_says(sheet):
    data, summary = sheet.to_dict(), "\n".join(sheet.summary)
    numbers = {key: entry["value"] for key, entry in data["numbers"].items()}
    assert json.loads(json.dumps(data)) == data
    for circuit, suffix in (("two-state circuit", ""), ("full circuit", "_full")):
        marks = data["landmarks"][circuit]
        (line,) = [s for s in sheet.summary if s.startswith(f"The {circuit} (")]
        begins, rate_begin, ends, rate_end, peak = found_in(
            line,
            r"silent below ([\d.e+-]+) µA; from there, at ([\d.]+) MHz, .* up to ([\d.e+-]+) µA, "
            r"at ([\d.]+) MHz, and .* highest, ([\d.]+) MHz",
        )[0]
        for said, key, scale in (
            (begins, "spiking_from", 1e6), (rate_begin, "rate_low", 1e-6),
            (ends, "spiking_to", 1e6), (rate_end, "rate_end", 1e-6), (peak, "rate_high", 1e-6),
        ):  # fmt: skip
            assert said == pytest.approx(numbers[key + suffix] * scale, rel=6e-3), key
        assert marks["firing"]["begins"] == numbers["spiking_from" + suffix]
        assert marks["firing"]["ends"] == numbers["spiking_to" + suffix]
        assert marks["hopf"] == [numbers["hopf_low" + suffix], numbers["hopf_high" + suffix]]
        wide = [w for w in marks["bistable_windows"] if w[1] - w[0] >= NARROWEST_WINDOW * w[1]]
        said = found_in(summary, rf"Between ([\d.e+-]+) and ([\d.e+-]+) µA the {circuit} is bist")
        assert len(said) == len(wide)
        for pair, window in zip(said, wide, strict=True):
            assert pair == pytest.approx([1e6 * x for x in window], rel=1e-3)
        if marks["bistable_windows"]:
            assert numbers["bistable_from" + suffix] == marks["bistable_windows"][0][0]


def test_the_behaviours_say_what_the_landmarks_say(sheet):
    shown = [b["behaviour"] for b in sheet.to_dict()["behaviours"] if b["verdict"] == "shown"]
    (line,) = [s for s in sheet.summary if s.startswith("Of the catalogue")]
    assert line.split("shows: ")[1].rstrip(".").split(", ") == [s.replace("_", " ") for s in shown]
    assert any("phasic bursting." in s for s in sheet.summary[:-1]) == ("phasic_bursting" in shown)
    marks = sheet.study.neuron.landmarks
    assert ("bistability" in shown) == bool(marks.wide_windows())
    table = sheet.study.behaviours
    assert table.landmarks["onset of sustained firing"] == marks.firing_from
    assert table.landmarks["end of sustained firing"] == marks.firing_to
    assert "tonic_spiking" in shown
    for finding in table:
        if finding.verdict == "not decidable":  # never for want of time or of a rest
            assert "both polarities alike" in finding.reason


def test_the_pictures_draw_the_landmarks(sheet):
    """Line ends of the diagram at Hopf points, window shaded, f-I curve from end to end."""
    seen = dict(figures(sheet.study))
    for ax, circuit in zip(seen["bifurcation"].axes, sheet.study.circuits, strict=True):
        factor = 1e6 if "µA" in ax.get_xlabel() else 1e3
        hopf = [factor * point.parameter for point in circuit.stability.hopf]
        stable = [line.get_xdata() for line in ax.lines if line.get_label() == "stable equilibrium"]
        ends = sorted((float(np.min(x)), float(np.max(x))) for x in stable)
        assert [ends[0][1], ends[-1][0]] == pytest.approx(hopf, rel=ROOT)
    ax = seen["fi"].axes[0]
    factor = 1e6 if "µA" in ax.get_xlabel() else 1e3
    for circuit in sheet.study.circuits:
        (line,) = [line for line in ax.lines if line.get_label() == circuit.name]
        x = np.asarray(line.get_xdata()) / factor
        assert [x[0], x[-1]] == pytest.approx([circuit.firing.begins, circuit.firing.ends])
    plt.close("all")


def test_ends_of_firing_are_where_a_run_says(sheet):
    """Runs of another length and a tighter tolerance: silence and firing beside both ends."""
    for circuit in sheet.study.circuits:
        firing = circuit.firing
        length = 25 / firing.rate_begin
        beyond = 400 / firing.rate_end  # near a fold of cycles a train fades out late

        def settled(current, length=length, circuit=circuit):
            run = solve(
                circuit.model.with_parameters(I_s=current), length, method=nd.Adaptive(1e-8),
            )  # fmt: skip
            late = run.spike_times[run.spike_times > 0.5 * length]
            return 1 / np.diff(late).mean() if len(late) > 3 else 0.0

        assert settled(firing.begins) == pytest.approx(firing.rate_begin, rel=2e-3)
        assert settled(firing.begins * (1 - 4e-4)) == 0
        assert settled(firing.ends * (1 - 1e-3)) > 0
        assert settled(firing.ends * (1 + 4e-3), beyond) == 0
        rates = circuit.rates
        k = len(rates.values) // 2
        assert settled(rates.values[k]) == pytest.approx(rates.rate[k], rel=1e-3)


def test_each_number_says_its_circuit_and_what_it_assumes(sheet):
    for key, entry in sheet.numbers.items():
        if key.startswith(("hopf", "cycle", "bistable", "spiking", "rate", "lyapunov")):
            assert "circuit" in entry.provenance
            assert "C_ext" in entry.provenance
            assert "C_th" in entry.provenance
            assert ("full circuit" in entry.provenance) == ("_full" in key)
            assert ("L_ext" in entry.provenance) == ("_full" in key)
        if key.startswith(("threshold", "hold")):
            assert "C_ext" not in entry.provenance


@pytest.mark.slow
def test_the_sheet_of_somebody_elses_device():
    """50 ohm, 0.30 eV: it contradicted itself in four places, and six verdicts were missing."""
    path = REPOSITORY.parent / "shared" / "cases" / "fits" / "d01_low_resistance_device.csv"
    if not Path(path).exists():
        pytest.skip("the cases (../shared/cases) are not here")
    sheet = nd.datasheet(nd.fit_iv(nd.read_iv(path), T_amb=(298.0, 1.0)), draws=2)
    for test in (
        test_the_sentences_say_what_the_table_says,
        test_the_behaviours_say_what_the_landmarks_say,
        test_the_pictures_draw_the_landmarks,
        test_ends_of_firing_are_where_a_run_says,
    ):
        test(sheet)
