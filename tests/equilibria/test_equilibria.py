"""Fixed points, stability, I-V curve, nullclines, phase plane."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.equilibria.fixed_points import classify
from neurodyn.errors import InputError


@pytest.mark.parametrize(
    ("eigenvalues", "kind"),
    [
        ([-1, -2], "stable node"),
        ([-1 + 2j, -1 - 2j], "stable focus"),
        ([1, 2], "unstable node"),
        ([1 + 1j, 1 - 1j], "unstable focus"),
        ([1, -1], "saddle"),
        ([1, -1 + 1j, -1 - 1j], "saddle-focus"),
        ([1j, -1j], "non-hyperbolic"),
        ([0, -1], "non-hyperbolic"),
    ],
)
def test_types_of_equilibria(eigenvalues, kind):
    assert classify(np.array(eigenvalues, dtype=complex)) == kind


def test_current_driven_neuron_has_one_equilibrium_at_each_current(neuron):
    for current in (1e-6, 43e-6, 5e-4, 2e-3):
        (point,) = nd.fixed_points(neuron, I_s=current)
        rhs = nd.compiled(neuron).rhs(
            np.array(list(point.state.values())), neuron.with_parameters(I_s=current).p
        )
        assert abs(rhs[0]) * neuron["C_ext"] < 1e-8 * current


def test_at_zero_input_the_device_rests_at_ambient(neuron):
    (point,) = nd.fixed_points(neuron)
    assert point.state == {"V": 0.0, "T": 298.0}
    assert point.kind == "stable node"


def test_small_load_gives_three_equilibria():
    """A load line of 300 ohm crosses the S three times; each is checked on the equations."""
    model = nd.devices.nbox_voltage_driven(R_load=300.0, V_s=0.9)
    points = nd.fixed_points(model)
    assert len(points) == 3
    assert [p.kind for p in sorted(points, key=lambda p: p.state["T"])][1].startswith(
        ("saddle", "unstable")
    )
    for point in points:
        x = np.array(list(point.state.values()))
        slope = np.abs(nd.compiled(model).jacobian(x, model.p)) @ np.abs(x)
        assert (np.abs(nd.compiled(model).rhs(x, model.p)) < 2e-9 * slope).all()


def test_multistart_finds_all_equilibria_of_a_cubic():
    model = nd.Model.from_equations(["x", "y"], {}, ["x - x**3", "-y"])
    assert [round(p.state["x"], 9) for p in nd.fixed_points(model)] == [-1.0, 0.0, 1.0]
    with pytest.raises(InputError, match="no state 'z'"):
        nd.fixed_points(model, box={"z": (0, 1)})
    with pytest.raises(InputError, match="low < high"):
        nd.fixed_points(model, box={"x": (1, 0)})


def test_hopf_points_of_every_circuit_have_a_vanishing_real_part():
    for model in (
        nd.devices.nbox_neuron(),
        nd.devices.nbox_circuit(),
        nd.devices.nbox_voltage_driven(),
    ):
        curve = nd.stability(model)
        assert len(curve.hopf) == 2
        for point in curve.hopf:
            driven = model.with_parameters(**{curve.parameter: point.parameter})
            x = np.array(list(point.state.values()))
            values = np.linalg.eigvals(nd.compiled(driven).jacobian(x, driven.p))
            pair = values[np.argmin(np.abs(values.real))]
            assert abs(pair.real) < 1e-6 * abs(pair.imag)
            assert abs(pair.imag) == pytest.approx(2 * np.pi * point.frequency, rel=1e-6)


def test_small_oscillations_at_the_lower_hopf_have_its_frequency(neuron):
    """Simulation: kick the equilibrium just below the Hopf point and count."""
    hopf = nd.stability(neuron).hopf[0]
    driven = neuron.with_parameters(I_s=hopf.parameter * (1 - 1e-5))
    (point,) = nd.fixed_points(driven)
    traj = nd.solve(
        driven, 10e-6, x0={"V": point.state["V"] * (1 + 1e-5), "T": point.state["T"]},
        method=nd.Adaptive(1e-10),
    )  # fmt: skip
    t = np.linspace(0, 10e-6, 20001)
    y = traj.at(t, "V") - point.state["V"]
    crossings = t[:-1][(y[:-1] < 0) & (y[1:] >= 0)]
    assert 1 / np.diff(crossings).mean() == pytest.approx(hopf.frequency, rel=2e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nd.iv_curve(nd.devices.fitzhugh_nagumo()), "closed form"),
        (lambda: nd.stability(nd.devices.morris_lecar()), "closed form"),
        (lambda: nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-3, 1e-6)), "low < high"),
        (lambda: nd.stability(nd.devices.nbox_neuron(), (-1.0, 1.0)), "low < high"),
        (lambda: nd.phase_plane(nd.devices.nbox_circuit()), "exactly two"),
        (
            lambda: nd.nullclines(nd.devices.nbox_neuron(), {"V": (0, 1)}),
            "no limits for the state 'T'",
        ),
        (
            lambda: nd.nullclines(nd.devices.nbox_neuron(), {"V": (1, 0), "T": (300, 400)}),
            "low < high",
        ),
        (lambda: nd.phase_plane(nd.devices.nbox_neuron(), {"U": (0, 1)}), "no state 'U'"),
        (lambda: nd.fixed_points(nd.devices.nbox_neuron(), I=1e-4), "did you mean 'I_s'"),
    ],
)
def test_bad_calls_end_in_a_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_curve_covers_the_range_asked_for(neuron):
    curve = nd.iv_curve(neuron, current=(1e-5, 2e-3), n=77)
    assert len(curve.V) == len(curve.I) == len(curve.T) == 77
    assert curve.I[0] == pytest.approx(1e-5, rel=1e-8)
    assert curve.I[-1] == pytest.approx(2e-3, rel=1e-8)


def test_a_weak_device_has_no_threshold():
    """E_a = 10 meV: the resistance hardly falls with heat."""
    curve = nd.iv_curve(nd.devices.nbox_neuron(E_a=0.01 * nd.eV, eps_r=4500.0))
    assert curve.threshold is None
    assert "no threshold switching" in repr(curve)


def test_nullcline_pieces_are_not_joined():
    """x^2 - 1 = 0 is two lines; a false join would cross x = 0."""
    model = nd.Model.from_equations(["x", "y"], {}, ["x**2 - 1", "y - x"])
    first, second = nd.nullclines(model, {"x": (-2, 2.1), "y": (-2, 2)})
    assert len(first.pieces) == 2
    assert len(second.pieces) == 1
    for piece in first.pieces:
        np.testing.assert_allclose(np.abs(piece[0]), 1.0, atol=1e-12)


@pytest.mark.parametrize(
    ("equation", "curve", "places"),
    [
        ("y - a/(x-1)", lambda x: 1 / (x - 1), [(-2.9, 0.85), (1.15, 4.9)]),
        ("y - tan(x)", np.tan, [(-1.45, 1.45), (1.7, 4.6)]),
        ("1/(x - 2) + 0*y", None, []),
        ("y - (x - 1)**2*sign(x - 1)", lambda x: (x - 1) * np.abs(x - 1), [(-1.9, 3.9)]),
    ],
    ids=["hyperbola", "tangent", "pole-alone", "steep-zero"],
)
def test_a_pole_is_no_nullcline(equation, curve, places):
    """Every vertex lies on the curve solved for y; and every stretch of it inside is there."""
    model = nd.Model.from_equations({"x": 0.0, "y": 0.0}, {"a": 1.0}, [equation, "x - y"])
    first = nd.nullclines(model, {"x": (-3, 5), "y": (-10, 10)})[0]
    if curve is None:
        assert first.pieces == ()
        return
    for x, y in first.pieces:
        assert np.abs(y - curve(x)).max() < 1e-9
    for low, high in places:
        assert any(x.min() <= low and x.max() >= high for x, _ in first.pieces)


def test_a_loop_through_a_pole_is_opened_there():
    """(x^2 + y^2 - 1) / (y - x/2): the circle, but for its two points on the line."""
    model = nd.Model.from_equations(["x", "y"], {}, ["(x**2 + y**2 - 1)/(y - x/2)", "x"])
    first = nd.nullclines(model, {"x": (-2.01, 2), "y": (-2.02, 2)})[0]
    for x, y in first.pieces:
        assert np.abs(x**2 + y**2 - 1).max() < 1e-9
    drawn = sum(np.hypot(*np.diff(piece)).sum() for piece in first.pieces)
    assert drawn == pytest.approx(2 * np.pi, abs=0.1)


def test_phase_plane_holds_the_trajectory_and_the_fixed_point(neuron):
    plane = nd.phase_plane(neuron, I_s=0.9e-3)
    (v_low, v_high), (T_low, T_high) = plane.window
    V, T = plane.trajectory.x.T
    assert v_low < V.min() < V.max() < v_high
    assert 0 < T_low < T.min() < T.max() < T_high
    assert plane.fixed_points[0].kind == "unstable focus"
    assert plane.field.shape == (2, 24, 24)
