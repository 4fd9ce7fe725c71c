"""Stable and unstable manifolds of saddles: closed forms, basins by simulation, bad input."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.equilibria import saddle_manifolds


def saddle_of(model, **options):
    (point,) = [p for p in nd.fixed_points(model, **options) if p.kind == "saddle"]
    return point


def load_line(V_s):
    """The voltage-driven NbOx neuron with a load of 300 ohm: rests cold, saddle, hot."""
    model = nd.devices.nbox_voltage_driven(R_load=300.0, V_s=V_s)
    hot, saddle, cold = nd.fixed_points(model)  # in order of V
    return model, hot, saddle, cold


def rest_from(model, x, t_end=20e-6):
    """Temperature at the end of a long run from (V, T)."""
    return nd.solve(model, t_end, x0=dict(zip("VT", map(float, x), strict=True))).x[-1, 1]


@pytest.fixture(scope="module")
def linear():
    return nd.Model.from_equations(["x", "y"], {}, ["x + y", "-2*y"])


@pytest.fixture(scope="module")
def duffing():
    return nd.Model.from_equations(["x", "y"], {}, ["y", "x - x**3"])


def test_linear_saddle(linear):
    """Straight lines: y = 0 and y = -3 x, followed to the edge of the window."""
    window = {"x": (-2.0, 2.0), "y": (-3.0, 3.0)}
    found = saddle_manifolds(linear, saddle_of(linear), window=window)
    np.testing.assert_allclose(found.eigenvalues, [1.0, -2.0], rtol=1e-12)
    for branch, end in zip(found.unstable, (-2.0, 2.0), strict=True):
        assert branch.ended == "left the window"
        np.testing.assert_allclose(branch.x[1], 0.0, atol=1e-12)
        assert branch.x[0, -1] == pytest.approx(end, abs=1e-12)
        assert branch.t[-1] > 0
    for branch, end in zip(found.stable, (3.0, -3.0), strict=True):
        assert branch.ended == "left the window"
        np.testing.assert_allclose(branch.x[1], -3 * branch.x[0], atol=1e-10)
        assert branch.x[1, -1] == pytest.approx(end, abs=1e-12)
        assert branch.t[-1] < 0
        growth = np.linalg.norm(branch.x, axis=0) * np.exp(2 * branch.t)  # x = s exp(-2 t)
        np.testing.assert_allclose(growth, growth[0], rtol=1e-8)


def test_homoclinic_loops_conserve_energy(duffing):
    found = saddle_manifolds(duffing, saddle_of(duffing))
    for branch in (*found.unstable, *found.stable):
        x, y = branch.x
        assert np.max(np.abs(y**2 - x**2 + x**4 / 2)) < 1e-8
        assert np.max(np.abs(x)) == pytest.approx(np.sqrt(2), abs=1e-3)
        assert branch.ended == "reached an equilibrium"
        assert branch.reached == pytest.approx({"x": 0.0, "y": 0.0}, abs=1e-8)
        assert (np.diff(np.abs(branch.t)) > 0).all()


def test_curved_manifold():
    """x' = x, y' = -y + x^2: the unstable manifold is y = x^2 / 3, exactly."""
    model = nd.Model.from_equations(["x", "y"], {}, ["x", "-y + x**2"])
    found = saddle_manifolds(model, saddle_of(model))
    for branch in found.unstable:
        np.testing.assert_allclose(branch.x[1], branch.x[0] ** 2 / 3, atol=1e-9)
    s = found.displacement[0]
    assert s**2 / 3 <= 1.0001e-8  # what the linear approximation would have been off by


def test_the_middle_rest_separates_two_basins():
    """At V_s = 0.92 V the stable manifold is the boundary between cold and hot."""
    model, hot, saddle, cold = load_line(0.92)
    assert (hot.stable, saddle.kind, cold.stable) == (True, "saddle", True)
    found = saddle_manifolds(model, saddle)
    rests = {round(branch.reached["T"]) for branch in found.unstable if branch.reached}
    assert rests == {round(hot.state["T"]), round(cold.state["T"])}
    for branch in found.stable:
        inner = branch.x[:, (branch.x[1] > 250.0) & (branch.x[1] < 3000.0)]
        for part in (0.3, 0.6, 0.9):
            k = int(part * (inner.shape[1] - 2))
            along = (inner[:, k + 1] - inner[:, k]) / model.scales
            normal = np.array([-along[1], along[0]]) / np.linalg.norm(along)
            sides = [inner[:, k] + side * 1e-4 * normal * model.scales for side in (-1.0, 1.0)]
            reached = sorted(rest_from(model, x) for x in sides)
            assert reached == pytest.approx([cold.state["T"], hot.state["T"]], rel=1e-3)


def test_a_stable_manifold_that_winds_onto_an_unstable_cycle():
    """At V_s = 0.9 V it does not separate: the basin of the hot rest lies inside the cycle."""
    model, hot, saddle, cold = load_line(0.90)
    assert (hot.stable, saddle.kind, cold.stable) == (True, "saddle", True)
    found = saddle_manifolds(model, saddle)
    assert [branch.reached for branch in found.unstable] == [
        pytest.approx(cold.state, rel=1e-4)
    ] * 2
    (winding,) = [branch for branch in found.stable if branch.ended == "wound onto a cycle"]
    top, centre = winding.x[:, -1], np.array([hot.state["V"], hot.state["T"]])
    assert rest_from(model, centre + 0.98 * (top - centre)) == pytest.approx(
        hot.state["T"], rel=1e-3
    )
    assert rest_from(model, centre + 1.02 * (top - centre)) == pytest.approx(
        cold.state["T"], rel=1e-3
    )


def test_time_ends_a_branch(duffing):
    found = saddle_manifolds(duffing, saddle_of(duffing), t_end=8.0)
    assert {branch.ended for branch in (*found.stable, *found.unstable)} == {"time"}
    assert found.unstable[0].t[-1] == pytest.approx(8.0)
    assert found.stable[0].t[-1] == pytest.approx(-8.0)


def test_spiral_into_a_focus():
    """Damped Duffing: each unstable branch ends in the well on its side."""
    model = nd.Model.from_equations(["x", "y"], {"d": 0.3}, ["y", "x - x**3 - d*y"])
    found = saddle_manifolds(model, saddle_of(model))
    ends = [branch.reached["x"] for branch in found.unstable if branch.reached]
    assert ends == pytest.approx([-1.0, 1.0], abs=1e-10)
    assert all(branch.ended == "left the window" for branch in found.stable)


def test_the_answer_does_not_depend_on_units(duffing):
    """x in thousandths with a scale of 1000: the same curve.

    Both are held against the homoclinic loop x = sqrt(2) sech(t - t0) at their own times, because
    where a solver steps hangs on rounding, and with it on the processor.
    """
    small = nd.Model.from_equations(
        ["x", "y"], {}, ["1000*y", "x/1000 - (x/1000)**3"], scales={"x": 1000.0}
    )
    turns = []
    for model, unit in ((duffing, 1.0), (small, 1000.0)):
        saddle = saddle_of(model, box={"x": (-5.0 * unit, 5.0 * unit)})
        branch = saddle_manifolds(model, saddle).unstable[1]
        x, y = branch.x / [[unit], [1.0]]
        k = int(np.argmax(x))
        t0 = branch.t[k] + np.arctanh(y[k] / x[k])  # y / x = -tanh(t - t0)
        loop = np.sqrt(2) / np.cosh(branch.t - t0)
        np.testing.assert_allclose(x, loop, atol=1e-8)
        np.testing.assert_allclose(y, -loop * np.tanh(branch.t - t0), atol=1e-8)
        assert branch.reached == pytest.approx({"x": 0.0, "y": 0.0}, abs=1e-8)
        turns.append(t0)
    assert turns[1] == pytest.approx(turns[0], abs=1e-8)


def test_the_result_is_data(duffing):
    found = saddle_manifolds(duffing, saddle_of(duffing))
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.stable[0].x, found.stable[0].x)
    assert len(repr(found).splitlines()) == 6
    assert "reached an equilibrium" in repr(found)


def test_bad_input(duffing):
    saddle = saddle_of(duffing)
    centre = next(p for p in nd.fixed_points(duffing) if p.kind != "saddle")
    with pytest.raises(nd.InputError, match="expected a saddle"):
        saddle_manifolds(duffing, centre)
    with pytest.raises(nd.InputError, match="point is 'saddle'; expected a FixedPoint"):
        saddle_manifolds(duffing, "saddle")  # type: ignore[arg-type]
    with pytest.raises(nd.InputError, match="has 4 states"):
        saddle_manifolds(nd.devices.nbox_circuit(), saddle)
    with pytest.raises(nd.InputError, match="has the states x, y"):
        saddle_manifolds(nd.devices.fitzhugh_nagumo(), saddle)
    with pytest.raises(nd.InputError, match="no saddle of"):
        saddle_manifolds(duffing, replace(saddle, state={"x": 1.0, "y": 0.0}))
    with pytest.raises(nd.InputError, match="no limits for the state 'y'"):
        saddle_manifolds(duffing, saddle, window={"x": (-1.0, 1.0)})
    with pytest.raises(nd.InputError, match="a window that holds it"):
        saddle_manifolds(duffing, saddle, window={"x": (1.0, 2.0), "y": (-1.0, 1.0)})
    with pytest.raises(nd.InputError, match=r"t_end is -1\.0; expected a positive number"):
        saddle_manifolds(duffing, saddle, t_end=-1.0)
