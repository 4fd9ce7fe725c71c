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
