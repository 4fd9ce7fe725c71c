"""Nothing is dropped silently: points, curves and ends that fail say so; progress and Ctrl-C."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.continuation import (
    bifurcation_diagram,
    continue_cycle_fold,
    continue_cycles,
    continue_equilibria,
    continue_fold,
)
from neurodyn.continuation.equilibria import extended_systems as extended
from neurodyn.continuation.walk import ends
from neurodyn.continuation.walk import follow as following
from neurodyn.continuation.walk.bracket import bracket
from neurodyn.continuation.walk.curve import Stride
from neurodyn.equilibria.newton import Root
from neurodyn.errors import NumericalError
from neurodyn.status import Status


def model(states, rhs, **parameters):
    return nd.Model.from_equations(states, parameters, rhs)


def cusp():
    return model(["x"], ["h + r*x - x**3"], h=0.0, r=1.0)


def fails(*_args, **_keywords):
    raise NumericalError("made to fail", Status.NOT_CONVERGED)


def test_bracket_finishes_or_keeps_the_narrowest_interval():
    done = bracket(lambda s: s - 0.3, -0.3, 0.7, 1e-12)
    assert done.narrowed
    assert done.part == pytest.approx(0.3, abs=1e-11)

    def only_outside(part):
        if abs(part - 0.3) < 1e-3:
            return fails()
        return (part - 0.3) ** 3

    kept = bracket(only_outside, -0.027, 0.343, 1e-12)
    assert not kept.narrowed
    assert abs(kept.part - 0.3) <= kept.width < 1.0
    for bad in (fails, lambda _: np.nan):
        kept = bracket(bad, -1.0, 3.0, 1e-12)
        assert (kept.part, kept.width, kept.narrowed) == (0.25, 1.0, False)


def test_fold_that_newton_does_not_reach_is_kept(monkeypatch):
    """h = x^3 - x has its folds at +-2/27^0.5, and the bracket alone finds them to 1e-4."""
    solve = extended.solve_fold

    def stalled(system, x, lam):
        found = solve(system, x, lam)
        root = Root(found.root.z, Status.NOT_CONVERGED, 1.0, 1.0, 25)
        return extended.Located(found.x, found.lam, found.vector, found.kappa, root)

    monkeypatch.setattr(extended, "solve_fold", stalled)
    folds = continue_equilibria(cusp(), "h", (-1.0, 1.0)).folds
    assert sorted(p.parameter for p in folds) == pytest.approx([-0.3849, 0.3849], abs=1e-4)
    for point in folds:
        assert point.status is Status.NOT_CONVERGED
        assert 0 < point.residual < 1e-3
        assert "did not converge" in str(point)


def test_codimension_two_point_that_is_not_reached_is_kept(monkeypatch):
    fold = continue_equilibria(cusp(), "h", (-1.0, 1.0)).folds[0]
    (true,) = continue_fold(cusp(), fold, "r", (-1.0, 2.0)).special
    assert true.status
    assert true.residual < 1e-10
    monkeypatch.setattr(Stride, "at", fails)
    (kept,) = continue_fold(cusp(), fold, "r", (-1.0, 2.0)).special
    assert kept.kind == "cusp"
    assert kept.status is Status.NOT_CONVERGED
    assert abs(kept.parameters["r"]) < 0.2
    assert "did not converge" in str(kept)


def test_curve_that_stops_on_the_way(monkeypatch):
    """The fold curve of x' = h + sqrt(r) - x^2 ends in the singularity at r = 0."""
    system = model(["x"], ["h + sqrt(r) - x**2"], h=0.0, r=1.0)
    fold = continue_equilibria(system, "h", (-2.0, 1.0)).folds[0]
    assert fold.parameter == pytest.approx(-1.0)
    curve = continue_fold(system, fold, "r", (-1.0, 2.0))
    assert curve.status is Status.NOT_CONVERGED
    words = curve.began + curve.ended
    assert "r = " in words
    assert "Try" in words
    assert "did not converge" in repr(curve)
    away = curve["r"] > 0.01  # at r = 0 the slope of the square root is infinite
    np.testing.assert_allclose(curve["h"][away], -np.sqrt(curve["r"][away]), atol=1e-8)
    monkeypatch.setattr(ends, "follow", fails)
    with pytest.raises(NumericalError, match="no step") as caught:
        continue_fold(system, fold, "r", (-1.0, 2.0))
    assert len(caught.value.result) == 1


def test_curve_of_cycle_folds_that_stops(monkeypatch):
    square = "(x**2 + y**2)"
    system = model(
        ["x", "y"],
        [f"a*x - y + b*x*{square} - x*{square}**2", f"x + a*y + b*y*{square} - y*{square}**2"],
        a=-0.2,
        b=0.5,
    )
    hopf = continue_equilibria(system, "a", (-0.3, 0.1), [0.0, 0.0]).hopf[0]
    fold = continue_cycles(system, hopf).folds[0]
    calls, advance = [], following._advance

    def tires(*given):
        calls.append(1)
        return advance(*given) if len(calls) < 4 else fails()

    monkeypatch.setattr(following, "_advance", tires)
    curve = continue_cycle_fold(system, fold, "b", (0.1, 1.0))
    assert curve.status is Status.NOT_CONVERGED
    assert "made to fail" in curve.ended
    np.testing.assert_allclose(curve["a"], -(curve["b"] ** 2) / 4, atol=1e-9)
    calls += [1] * 4
    with pytest.raises(NumericalError, match="no step"):
        continue_cycle_fold(system, fold, "b", (0.1, 1.0))


def test_branch_point_of_cycles_is_refined():
    """Circles of radius^2 = 1 + p/2 in z = 0, where z' = (p - radius^2) z: crossing at p = 2."""
    radial = "(1 + 0.5*p - x**2 - y**2)"
    system = model(
        ["x", "y", "z"],
        [f"x*{radial} - y", f"y*{radial} + x", "(p - x**2 - y**2)*z - z**3"],
        p=0.0,
    )
    t = np.linspace(0.0, 2 * np.pi, 200)
    samples = np.c_[np.cos(t), np.sin(t), 0 * t]
    cycles = continue_cycles(system, (t, samples), (-1.0, 4.0), parameter="p")
    (point,) = cycles.special
    assert point.kind == "branch_point"
    assert point.status
    assert point.parameter == pytest.approx(2.0, abs=1e-8)
    assert 0 < point.residual < 1e-8
    crossing = continue_cycles(system, point, max_points=10)
    assert crossing.status is Status.MAX_STEPS
    for cycle in crossing.cycles:  # there z^2 = p - radius^2 = p/2 - 1
        np.testing.assert_allclose(cycle["z"] ** 2, cycle.parameter / 2 - 1, atol=1e-6)


def two_cells(**values: float) -> nd.Model:
    """FitzHugh-Nagumo cells joined by a resistor: in-phase cycles are those of one cell."""
    return nd.Model.from_equations(
        ["x", "y", "u", "v"],
        {"a": 0.7, "b": 0.8, "e": 0.08, "k": 0.3},
        [
            "x - x**3/3 - y + I + k*(u - x)",
            "e*(x + a - b*y)",
            "u - u**3/3 - v + I + k*(x - u)",
            "e*(u + a - b*v)",
        ],
        inputs={"I": 0.9},
    ).with_parameters(**values)


IN_PHASE = {"x": 1.0, "y": 0.1, "u": 1.0, "v": 0.1}


@pytest.mark.parametrize("k", [0.3, 0.5])
def test_a_fold_in_a_canard_is_where_its_multiplier_is_one(k):
    """The parameter varies by 1e-11 over ten cycles there; it turns where one cell alone does,
    whatever joins it to its like.
    """
    alone = nd.devices.fitzhugh_nagumo(I=0.5)
    one = continue_cycles(alone, nd.solve(alone, 400.0), (0.0, 2.0), parameter="I")
    model = two_cells(k=k, I=0.5)
    pair = continue_cycles(model, nd.solve(model, 400.0, x0=IN_PHASE), (0.0, 2.0), parameter="I")
    for found in (one, pair):
        assert [(p.kind, p.status) for p in found.special] == [("cycle_fold", Status.OK)] * 2
        for point in found.special:
            assert np.abs(point.multipliers[1:] - 1.0).min() < 1e-6
    assert [p.parameter for p in one.special] == pytest.approx(
        [p.parameter for p in pair.special], abs=1e-10
    )
    assert [p.period for p in one.special] == pytest.approx(
        [p.period for p in pair.special], rel=1e-4
    )


@pytest.mark.parametrize(
    "values",
    [{}, {"I": 0.5, "k": 0.5}, {"I": 1.2}],
    ids=["weak", "strong", "near the Hopf point"],
)
def test_a_branch_point_is_refined_however_the_branch_bends(values):
    """Uncoupled cells have a multiplier 1 each: their cycles branch at k = 0."""
    model = two_cells(**values)
    start = nd.solve(model, 400.0, x0=IN_PHASE)
    cycles = continue_cycles(model, start, (-0.5, 1.0), parameter="k")
    (point,) = cycles.special
    assert (point.kind, point.status) == ("branch_point", Status.OK)
    assert point.parameter == pytest.approx(0.0, abs=1e-10)


def test_what_a_canard_explosion_leaves_out_is_counted():
    """Van der Pol: pairs of sign changes at one parameter value are left out, and said to be."""
    system = model({"x": 1.0, "y": 0.0}, ["(y - x**3/3 + x)/e", "a - x"], a=0.5, e=0.02)
    hopf = continue_equilibria(system, "a", (0.8, 1.2)).hopf[0]
    assert (hopf.parameter, hopf.omega) == pytest.approx((1.0, 50**0.5))
    cycles = continue_cycles(system, hopf)
    # asymptotic position of the canard explosion (Krupa, Szmolyan 2001): 1 - e/8 + O(e^1.5)
    steepest = np.argmax(np.gradient(cycles.maximum[:, 0]))
    assert cycles.parameter[steepest] == pytest.approx(1 - 0.02 / 8, abs=5e-4)
    assert cycles.special == () or all(p.status for p in cycles.special)
    for note in cycles.notes:
        assert "left out" in note
        assert note in repr(cycles)


@pytest.mark.parametrize("work", ["equilibria", "diagram"])
def test_progress_rises_to_one(work):
    seen: list[float] = []
    neuron = nd.devices.fitzhugh_nagumo()
    run = continue_equilibria if work == "equilibria" else bifurcation_diagram
    run(neuron, "I", (0.0, 1.0), progress=lambda _, f: seen.append(f))
    assert seen[-1] == 1.0
    assert (np.diff(seen) >= 0).all()
    assert len(seen) > (2 if work == "equilibria" else 20)


def test_interruption_is_not_swallowed():
    def stop(_, fraction):
        if fraction > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bifurcation_diagram(nd.devices.fitzhugh_nagumo(), "I", (0.0, 2.0), progress=stop)


def test_points_that_the_multipliers_contradict_are_marked_unresolved():
    """Planar multipliers are positive (Liouville), so no doubling in a deep canard is real."""
    model = nd.Model.from_equations(
        {"x": 1.0, "y": -0.6}, {"a": 1.1, "eps": 0.001}, ["(y - x**3/3 + x)/eps", "a - x"]
    )
    hopf = continue_equilibria(model, "a", (0.5, 1.5)).hopf[0]
    family = continue_cycles(model, hopf, max_points=60)
    doublings = [p for p in family.special if p.kind == "period_doubling"]
    assert doublings, "nothing was found to be doubtful: the test shows nothing"
    assert all(p.status is Status.UNRESOLVED for p in doublings)


def test_step_to_another_branch_is_told(monkeypatch):
    """Circles of radius^2 = 1 -+ 0.2, one stable, one not: a made-up step leads across."""
    radial = "((x**2 + y**2 - 1)**2 - 0.04 - 0.01*p)"
    system = model(["x", "y"], [f"x*{radial} - y", f"y*{radial} + x"], p=0.0)
    t = np.linspace(0.0, 2 * np.pi, 200)

    def family(square):
        samples = t, np.sqrt(square) * np.c_[np.cos(t), np.sin(t)]
        return continue_cycles(system, samples, (-1.0, 1.0), parameter="p")

    follow, steps = ends.follow, {}

    def where(chart):
        return float(chart.orbit.x.max()) > 1, chart.tangent[-1] > 0

    def watched(curve, chart, *more):
        for i, step in enumerate(follow(curve, chart, *more)):
            yield steps.setdefault((*where(chart), i), step)

    def across(curve, chart, *more):
        inside = [step for key, step in sorted(steps.items()) if key[:2] == (False, True)]
        outside = [step for key, step in sorted(steps.items()) if key[:2] == (True, True)]
        led_away = replace(outside[2], start=inside[1].end)
        jumped = (*inside[:2], led_away, *outside[3:])
        yield from jumped if where(chart)[1] else follow(curve, chart, *more)

    monkeypatch.setattr(ends, "follow", watched)
    stable, unstable = family(0.8), family(1.2)
    assert stable.stable.all()
    assert not unstable.stable.any()
    assert stable.notes == unstable.notes == ()
    monkeypatch.setattr(ends, "follow", across)
    (note,) = family(0.8).notes
    assert "another branch" in note
