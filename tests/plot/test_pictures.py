"""Every plot takes a result and returns labelled Axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import neurodyn as nd
from neurodyn.plot.style import prefixed


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([1e-3], "A", (1e3, "mA")),
        ([0.9], "V", (1e3, "mV")),
        ([1.0], "V", (1.0, "V")),
        ([999e-6], "A", (1e6, "µA")),
        ([4e3], "ohm", (1e-3, "kΩ")),
        ([5000.0], "K", (1.0, "K")),
        ([0.0], "A", (1.0, "A")),
        ([np.nan, 2e-12], "F", (1e12, "pF")),
        ([0.5], "1", (1.0, "")),
    ],
)
def test_prefixes(values, unit, expected):
    factor, printed = prefixed(values, unit)
    assert printed == expected[1]
    assert factor == pytest.approx(expected[0])


def test_every_plot_labels_its_axes(neuron):
    traj = nd.solve(neuron, 2e-6, inputs={"I_s": 2e-4})
    axes = [
        nd.plot.iv(nd.iv_curve(neuron)),
        nd.plot.stability(nd.stability(neuron)),
        nd.plot.fi_curve(nd.fi_curve(neuron, "I_s", [2e-4, 1.1e-3])),
        nd.plot.phase_plane(nd.phase_plane(neuron, I_s=2e-4)),
        nd.plot.traces(traj)[-1],
    ]
    for ax in axes:
        assert ax.get_xlabel()
        assert ax.get_ylabel()


def test_plots_draw_on_the_axes_given(neuron):
    _, ax = plt.subplots()
    assert nd.plot.stability(nd.stability(neuron), ax=ax) is ax


def test_unstable_parts_are_dashed(neuron):
    ax = nd.plot.stability(nd.stability(neuron))
    styles = {line.get_label(): line.get_linestyle() for line in ax.lines}
    assert styles["stable equilibrium"] == "-"
    assert styles["unstable equilibrium"] == "--"


def test_bifurcation_diagram_shows_its_points_and_the_bistable_window():
    diagram = nd.bifurcation_diagram(nd.devices.fitzhugh_nagumo(), "I", (0.0, 1.0))
    ax = nd.plot.bifurcation(diagram, state="w")
    labels = {text.get_text() for text in ax.get_legend().get_texts()}
    assert {"Hopf", "fold of cycles", "bistable", "stable equilibrium"} <= labels
    assert ax.get_ylabel() == "$w$"
    with pytest.raises(nd.InputError, match="no state 'u'"):
        nd.plot.bifurcation(diagram, state="u")


def test_two_parameter_picture_tells_super_from_subcritical(neuron):
    hopf = nd.continue_equilibria(neuron, "I_s", (0.0, 1.2e-3)).hopf[-1]
    curve = nd.continue_hopf(neuron, hopf, "C_ext", (5e-12, 5e-10))
    ax = nd.plot.two_parameter(curve, log=(False, True))
    labels = {text.get_text() for text in ax.get_legend().get_texts()}
    assert labels == {"Hopf, supercritical", "Hopf, subcritical", "Bautin"}
    assert ax.get_yscale() == "log"


def test_locking_shows_what_is_stable():
    neuron = nd.devices.nbox_neuron(I_s=3e-4)
    cycle = nd.settled_cycle(neuron, 3e-6)
    response = nd.pulse_response(neuron, cycle, nd.pulse(60e-6, width=100e-9))
    ax = nd.plot.pulse_response(response)
    assert ax.get_ylabel() == "delay of spikes (ns)"
    locking = nd.pulse_locking(response, delay=150e-9)
    ax = nd.plot.pair_locking(locking)
    drawn = {line.get_label(): line.get_xdata() for line in ax.lines}
    assert drawn["locked, stable"].tolist() == [one.phase for one in locking.stable]
    assert drawn["unstable"].tolist() == [0.0, 0.5]


def test_style_takes_other_settings_in_place_of_its_own():
    settings = nd.plot.style(**{"font.size": 14})
    assert settings["font.size"] == 14
    with plt.rc_context(settings):
        assert plt.rcParams["font.size"] == 14
    assert nd.plot.style()["font.size"] == 9
    with pytest.raises(nd.InputError, match=r"no setting 'font.sise'; did you mean 'font.size'"):
        nd.plot.style(**{"font.sise": 14})


@pytest.mark.parametrize("name", sorted(set(nd.plot.__all__) - {"style"}))
@pytest.mark.parametrize(
    "given", ["result.json", nd.iv_curve, None, 3.0], ids=["path", "function", "None", "number"]
)
def test_what_is_no_result_ends_in_one_sentence(name, given):
    with pytest.raises(nd.InputError, match=r"^\w+: \w+ is .*; expected ") as caught:
        getattr(nd.plot, name)(given)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_manifolds_are_drawn_over_the_plane_of_their_own_model():
    latch = nd.devices.nbox_voltage_driven(V_s=0.8, R_load=100.0)
    (saddle,) = [point for point in nd.fixed_points(latch) if point.kind == "saddle"]
    found, plane = nd.saddle_manifolds(latch, saddle), nd.phase_plane(latch)
    ax = nd.plot.phase_plane(plane, manifolds=found)
    names = [text.get_text() for text in ax.get_legend().texts]
    assert {"stable manifold", "unstable manifold"} <= set(names)
    with pytest.raises(nd.InputError, match="expected both of one model"):
        nd.plot.phase_plane(nd.phase_plane(nd.devices.fitzhugh_nagumo()), manifolds=found)


def test_sensitivity_is_drawn_with_the_strongest_parameter_on_top(neuron):
    found = nd.sensitivity(neuron.with_parameters(I_s=335e-6), ["C_th", "E_a"], t_end=2e-6)
    ax = nd.plot.sensitivity(found)
    assert [round(bar.get_width(), 9) for bar in ax.patches] == [
        round(found.log_gradient[name], 9) for name in ("C_th", "E_a")
    ]


def test_phase_response_is_drawn_as_an_advance_in_time_per_kick():
    """On a circle turned at rate 1, a kick of y at its rightmost point gains 1/radius."""
    model = nd.devices.stuart_landau(mu=-1.0)
    hopf = nd.continue_equilibria(model, "mu", (-1.0, 1.0), [0.0, 0.0]).hopf[0]
    found = nd.phase_response(model, nd.continue_cycles(model, hopf).cycles[-1])
    drawn = nd.plot.phase_response(found, "y").lines[0].get_ydata()
    assert max(drawn) == pytest.approx(1.0 / found.x[:, 0].max(), rel=1e-4)
    with pytest.raises(nd.InputError, match="no state 'yy'"):
        nd.plot.phase_response(found, "yy")


@pytest.fixture(scope="module")
def network_run() -> nd.NetworkRun:
    """Two populations and a source, with traces and weights that change."""
    lif = nd.devices.leaky_integrate_and_fire
    cells = nd.Population("cells", lif(), 6, parameters={"I": nd.Uniform(2.1, 2.6)})
    brake = nd.Population("brake", lif(I=2.2), 2)
    source = nd.SpikeSource("source", [[5.0, 30.0]])
    rule, decay = nd.STDP(0.05, 0.04, 20.0, 20.0, w_min=0.0, w_max=1.0), nd.Exponential(3.0)
    connections = [
        nd.Connection("cells", "cells", 0.2, 1.0, decay, plasticity=rule),
        nd.Connection("cells", "brake", nd.Uniform(0.1, 0.3), 1.0, decay),
        nd.Connection("brake", "cells", -0.4, 1.0, decay),
        nd.Connection("source", "cells", nd.Normal(0.0, 1.0), 1.0, nd.Charge("V")),
    ]
    network = nd.Network([cells, brake, source], connections)
    record = nd.Record({"cells": [0, 3]}, period=0.5, weights=10.0)
    return nd.simulate(network, 200.0, record=record)


def test_raster_shows_every_spike_in_its_row_and_the_rates_below(network_run):
    above, below = nd.plot.raster(network_run)
    rows = {"cells": 0, "brake": 6, "source": 8}
    for name, line in zip(rows, above.lines[::2], strict=True):
        spikes = network_run[name]
        assert line.get_xdata().tolist() == spikes.times.tolist()
        assert line.get_ydata().tolist() == (rows[name] + spikes.neurons).tolist()
    assert [text.get_text() for text in above.get_yticklabels()] == [
        "cells\n6", "brake\n2", "source\n1"]  # fmt: skip
    for name, line in zip(rows, below.lines, strict=True):
        spikes = network_run[name]
        assert line.get_ydata().sum() * 2.0 * spikes.n == pytest.approx(len(spikes))  # 2 ms bins
    assert below.get_xlabel() == "time (ms)"
    assert below.get_ylabel() == "rate (1/ms)"
    above, _ = nd.plot.raster(network_run, ["brake"], window=(50.0, 90.0))
    assert above.get_xlim() == (50.0, 90.0)
    assert all(50 <= t <= 90 for t in above.lines[0].get_xdata())
    with pytest.raises(nd.InputError, match="did you mean 'cells'"):
        nd.plot.raster(network_run, ["cell"])
    with pytest.raises(nd.InputError, match="start < stop"):
        nd.plot.raster(network_run, window=(2.0, 1.0))


def test_traces_of_a_network_stand_above_each_other(network_run):
    ax = nd.plot.network_traces(network_run)
    values = network_run.traces["cells"]["V"]
    step = 1.15 * np.ptp(values)
    for k, line in enumerate(ax.lines[::2]):
        drawn = (line.get_ydata() - k) * step + values.min()
        assert drawn == pytest.approx(values[k])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["0", "3"]
    with pytest.raises(nd.InputError, match="no state 'U'"):
        nd.plot.network_traces(network_run, state="U")
    with pytest.raises(nd.InputError, match="no population with traces 'brake'"):
        nd.plot.network_traces(network_run, "brake")
    bare = nd.simulate(network_run.network, 1.0)
    with pytest.raises(nd.InputError, match=r"there are 0; expected nd\.Record"):
        nd.plot.network_traces(bare)


def test_weights_are_drawn_where_synapses_are(network_run):
    def drawn(*arguments, **options):
        return nd.plot.weights(*arguments, **options).images[0].get_array()

    network, name = network_run.network, "cells -> cells"
    first, last = drawn(network, name), drawn(network_run, name)
    assert first.mask.tolist() == np.eye(6, dtype=bool).tolist()  # white: no self-connection
    assert set(first.compressed().tolist()) == {0.2}
    synapses = network.synapses[name]
    assert last.data[synapses.post, synapses.pre] == pytest.approx(network_run.weights[name])
    assert set(drawn(network_run, name, at=0.0).compressed().tolist()) == {0.2}
    half = drawn(network_run, name, at=105.0)
    assert half.data[synapses.post, synapses.pre] == pytest.approx(
        network_run.weight_history[name][10]
    )
    assert drawn(network_run, "brake -> cells").shape == (6, 2)
    assert not np.allclose(first.compressed(), last.compressed())
    for wrong, sentence in (
        (("cells",), "did you mean 'cells -> "),
        ((), "no connection is named, and there are 4"),
    ):
        with pytest.raises(nd.InputError, match=sentence):
            nd.plot.weights(network_run, *wrong)
    with pytest.raises(nd.InputError, match="none of 'brake -> cells' were recorded"):
        nd.plot.weights(network_run, "brake -> cells", at=10.0)


def test_history_of_weights_has_its_mean(network_run):
    ax = nd.plot.weight_history(network_run)
    history = network_run.weight_history["cells -> cells"]
    mean = next(line for line in ax.lines if line.get_label() == "mean")
    assert mean.get_ydata() == pytest.approx(history.mean(axis=1))
    assert len(ax.lines) == 31
    assert ax.get_ylabel() == "weight (nA)"
    with pytest.raises(nd.InputError, match="no weights were recorded"):
        nd.plot.weight_history(nd.simulate(network_run.network, 1.0))


def test_correlogram_of_a_neuron_with_itself_peaks_at_zero(network_run):
    ax = nd.plot.correlogram(network_run["cells"], 0, 0)
    (steps,) = ax.patches
    counts, edges, _ = steps.get_data()
    peak = int(np.argmax(counts))
    assert counts[peak] == len(network_run["cells"].train(0))
    assert edges[peak] < 0 < edges[peak + 1]
    with pytest.raises(nd.InputError, match="no neuron 1"):
        nd.plot.correlogram(network_run["source"])


def test_a_network_is_drawn_with_its_numbers(network_run):
    ax = nd.plot.network(network_run.network)
    texts = [text.get_text() for text in ax.texts]
    assert "6 × leaky\nintegrate-and-fire" in texts
    assert "1 × given spikes" in texts
    assert "30 synapses\n0.2 nA" in texts
    assert "12 synapses\n-0.4 nA" in texts
    arrows = [patch for patch in ax.patches if hasattr(patch, "get_arrowstyle")]
    assert len(arrows) == 4
    assert [arrow.get_linestyle() for arrow in arrows].count("--") == 1  # the plastic one


def test_small_signals_are_drawn_with_their_bands(neuron):
    found = nd.impedance(neuron, I_s=0.93e-3)
    size, phase = nd.plot.bode(found)
    assert phase.get_xlabel() == "frequency (Hz)"
    assert size.get_legend().get_texts()[0].get_text() == "negative resistance"
    assert nd.plot.nyquist(found).get_xlabel().startswith("Re")
    device = nd.Circuit().voltage_source("V1", "a", "0").device("X1", "a", "0", "nbox").model()
    ax = nd.plot.local_activity(nd.local_activity(device, n=30))
    labels = {text.get_text() for text in ax.get_legend().get_texts()}
    assert labels == {"locally passive", "edge of chaos, held by a current"}
