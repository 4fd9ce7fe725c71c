"""Line styles of branches against eigenvalues and simulation, between the samples too."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import neurodyn as nd
from neurodyn.continuation import continue_cycles, continue_equilibria, continue_hopf
from neurodyn.continuation.stability_lines import (
    Mark,
    Stretch,
    cycle_lines,
    equilibrium_lines,
    hopf_lines,
    rest_lines,
    stretches,
)
from tests.tolerances import ROOT

D = nd.devices


def cusp():
    """Two folds in closed form: x' = p + x - x^3, at p = +-2 / (3 sqrt 3)."""
    return nd.Model.from_equations(["x", "y"], {"p": 0.0}, ["p + x - x^3", "-2*y"])


def pitchfork_and_hopf():
    """Branch point at p = 0 of x, Hopf point at p = 0.3 of (u, v), on the same branches."""
    return nd.Model.from_equations(
        ["x", "u", "v"],
        {"p": -0.5},
        ["p*x - x^3", "(p - 0.3)*u - v - u*(u^2 + v^2)", "u + (p - 0.3)*v - v*(u^2 + v^2)"],
    )


SYSTEMS = {
    "fitzhugh_nagumo": (D.fitzhugh_nagumo, "I", (0.0, 1.5), None),
    "morris_lecar_1": (lambda: D.morris_lecar(1), "I", (0.0, 150.0), None),
    "morris_lecar_2": (lambda: D.morris_lecar(2), "I", (0.0, 250.0), None),
    "hodgkin_huxley": (D.hodgkin_huxley, "I", (0.0, 200.0), None),
    "nbox_neuron": (lambda: D.nbox_neuron(T_amb=298.0), "I_s", (0.0, 1.3e-3), None),
    "nbox_circuit": (lambda: D.nbox_circuit(T_amb=298.0), "I_s", (0.0, 1.3e-3), None),
    "cusp": (cusp, "p", (-1.0, 1.0), [-1.3, 0.0]),
    "pitchfork_and_hopf": (pitchfork_and_hopf, "p", (-0.5, 1.0), [0.0, 0.0, 0.0]),
}


@pytest.fixture(params=sorted(SYSTEMS))
def followed(request):
    """Return a model, its parameter and its branch of equilibria."""
    build, name, span, start = SYSTEMS[request.param]
    model = build()
    return model, name, continue_equilibria(model, name, span, start, switch_branches=True)


def growth_near(model, name, value, x):
    """Largest growth rate of the equilibrium that Newton's method finds beside x, and how far."""
    functions, scale = nd.compiled(model), model.scales
    p, start = model.with_parameters(**{name: value}).p, np.array(x, dtype=float)
    x = start.copy()
    for _ in range(12):
        step = np.linalg.solve(functions.jacobian(x, p) * scale, -functions.rhs(x, p))
        x = x + step * scale
    return np.linalg.eigvals(functions.jacobian(x, p)).real.max(), np.abs((x - start) / scale).max()


def test_equilibria_are_drawn_as_their_eigenvalues_say_at_a_fine_grid(followed):
    """Independently of the samples: Newton's method at 40 places of each drawn segment."""
    model, name, branch = followed
    width, checked = np.ptp(branch.parameter), 0
    marks = np.array([point.parameter for point in branch.special])
    crossings = [point.parameter for point in branch.branch_points]
    for stretch in equilibrium_lines(branch):
        assert stretch.sign != 0
        for a, b in zip(stretch.vertices, stretch.vertices[1:], strict=False):
            if any(abs(end[0] - at) < 1e-9 * width for end in (a, b) for at in crossings):
                continue  # beside a crossing Newton's method may find the other branch
            chord = np.abs((b - a)[1:] / model.scales).max()
            for fraction in (np.arange(40) + 0.5) / 40:
                value, *x = a + fraction * (b - a)
                if len(marks) and np.abs(marks - value).min() < 1e-5 * width:
                    continue
                growth, away = growth_near(model, name, value, x)
                if away > 0.2 * chord + 1e-9:
                    continue  # beyond a fold the chord is beside no equilibrium
                assert np.sign(growth) == stretch.sign, (name, value, growth)
                checked += 1
    assert checked > 20 * len(branch)


def drawn(ax, label):
    return [line.get_xydata() for line in ax.lines if line.get_label() == label]


def ends(ax, label):
    lines = drawn(ax, label)
    return np.sort(np.array([[line[:, 0].min(), line[:, 0].max()] for line in lines]), axis=0)


def test_rest_of_fitzhugh_nagumo_is_solid_from_its_upper_hopf_point():
    """1 - v^2 = b eps on v - v^3 / 3 - (v + a) / b + I = 0: I = 0.331281 and 1.418719."""
    v = np.sqrt(1 - 0.8 * 0.08)
    hopf = [(sign * v + 0.7) / 0.8 - sign * v + sign * v**3 / 3 for sign in (-1, 1)]
    diagram = nd.bifurcation_diagram(D.fitzhugh_nagumo(), "I", (0.0, 1.5))
    ax = nd.plot.bifurcation(diagram)
    found = ends(ax, "stable equilibrium")
    assert found == pytest.approx(np.array([[0.0, hopf[0]], [hopf[1], 1.5]]), rel=ROOT)


def test_bistable_window_of_nbox_is_solid_to_the_hopf_point_and_to_the_fold_of_cycles(neuron):
    """The rest is solid from the Hopf point on that ``stability`` finds, cycles up to the fold."""
    diagram = nd.bifurcation_diagram(neuron, "I_s", (0.0, 1.2e-3))
    hopf = [point.parameter * 1e3 for point in nd.stability(neuron).hopf]
    fold = max(point.parameter for point in diagram.cycle_folds) * 1e3
    ax = nd.plot.bifurcation(diagram)
    rest = ends(ax, "stable equilibrium")
    assert rest[0, 1] == pytest.approx(hopf[0], rel=ROOT)
    assert rest[-1, 0] == pytest.approx(hopf[1], rel=ROOT)
    cycles = drawn(ax, "stable cycle, largest and smallest")
    assert max(line[:, 0].max() for line in cycles) == pytest.approx(fold, rel=1e-12)
    assert ends(ax, "unstable cycle, largest and smallest")[-1] == pytest.approx(
        [hopf[1], fold], rel=ROOT
    )


def test_cycles_are_drawn_as_simulation_says_between_the_samples():
    """Runs from beside the drawn cycle of FitzHugh-Nagumo: they stay on a solid line only."""
    model = D.fitzhugh_nagumo()
    diagram = nd.bifurcation_diagram(model, "I", (0.0, 1.5))
    (family,) = diagram.cycles
    fold = min(point.parameter for point in family.folds)
    hopf = min(point.parameter for point in family.hopf_points)
    for stretch in cycle_lines(family):
        low, high = stretch.vertices[:, 0].min(), stretch.vertices[:, 0].max()
        if stretch.sign > 0 and low < 0.5:  # between the fold and the Hopf point rest wins
            assert (low, high) == pytest.approx((fold, hopf), rel=ROOT)
        for value in np.linspace(low, high, 5)[1:-1]:
            near = family.cycles[int(np.abs(family.parameter - value).argmin())]
            if not (stretch.sign < 0 and fold < near.parameter < 1.41 and np.ptp(near["v"]) > 2.5):
                continue
            start = dict(zip(model.state_names, near.nodes[0], strict=True))
            run = nd.solve(model.with_parameters(I=value), 400.0, x0=start)
            assert np.ptp(run["v"][run.t > 300]) > 2.5


def test_a_family_of_cycles_is_drawn_up_to_its_hopf_point():
    """Stuart-Landau: radius sqrt(mu), born at mu = 0."""
    hopf = continue_equilibria(D.stuart_landau(mu=-1.0), "mu", (-1.0, 1.0), [0.0, 0.0]).hopf[0]
    branch = continue_cycles(D.stuart_landau(mu=-1.0), hopf)
    (stretch,) = cycle_lines(branch)
    assert stretch.sign == -1
    assert stretch.vertices[0] == pytest.approx([0, 0, 0, 0, 0], abs=1e-9)


def test_criticality_of_a_hopf_curve_changes_at_its_bautin_points(neuron):
    hopf = continue_equilibria(neuron, "I_s", (0.0, 1.2e-3)).hopf[-1]
    curve = continue_hopf(neuron, hopf, "C_ext", (5e-12, 5e-10))
    (bautin,) = curve.of_kind("bautin")
    first, second = hopf_lines(curve)
    assert {first.sign, second.sign} == {-1, 1}
    place = list(bautin.parameters.values())
    assert first.vertices[-1] == pytest.approx(place, rel=1e-12)
    assert second.vertices[0] == pytest.approx(place, rel=1e-12)


@pytest.mark.parametrize("build", [D.nbox_neuron, D.nbox_voltage_driven])
def test_closed_form_curve_is_drawn_as_its_eigenvalues_say(build):
    """Hopf points exactly; folds along a voltage to the square of a step."""
    model = build(T_amb=298.0)
    curve = nd.stability(model)
    fine = nd.stability(model, n=6000)
    marks = np.array([point.parameter for point in curve.hopf])
    lines = rest_lines(curve)
    for point in curve.hopf:
        assert any(
            stretch.vertices[end, 0] == pytest.approx(point.parameter, rel=1e-12)
            for stretch in lines
            for end in (0, -1)
        )
    # along the temperature both curves are single valued
    T = fine.states[model.state_names.index("T")]
    column = 1 + model.state_names.index("T")
    wrong = 0
    for stretch in lines:
        t = stretch.vertices[:, column]
        inside = (t.min() < T) & (t.max() > T)
        wrong += (fine.stable[inside] != (stretch.sign < 0)).sum()
    assert wrong <= len(marks) + 1  # of 6000: those that fall beside a change


def test_a_change_between_samples_without_a_point_is_where_the_rate_vanishes():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    first, second = stretches(points, np.array([-1.0, 0.5, 1.0]), [])
    assert first.vertices.tolist() == [[0, 0], [2 / 3, 0]]
    assert second.vertices.tolist() == [[2 / 3, 0], [1, 0], [2, 0]]
    assert (first.sign, second.sign) == (-1, 1)


def test_two_points_within_one_step_are_both_vertices():
    """Stable, unstable between the points, stable again: nothing of it shows in the samples."""
    points = np.array([[0.0, 0.0], [1.0, 0.0]])
    marks = [Mark(np.array([0.6, 0.0]), True), Mark(np.array([0.2, 0.0]), True)]
    found = stretches(points, np.array([-1.0, -1.0]), marks)
    assert [(s.sign, s.vertices[:, 0].tolist()) for s in found] == [
        (-1, [0.0, 0.2]), (1, [0.2, 0.6]), (-1, [0.6, 1.0]),
    ]  # fmt: skip


def test_what_is_not_known_is_drawn_as_such():
    points = np.array([[0.0], [1.0], [2.0]])
    found = stretches(points, np.array([np.nan, np.nan, -1.0]), [])
    assert [s.sign for s in found] == [0, -1]
    assert isinstance(found[0], Stretch)


def test_no_line_joins_silence_to_firing(neuron):
    curve = nd.fi_curve(neuron, "I_s", [2e-5, 4e-5, 2e-4, 3e-4, 1.1e-3])
    for line in nd.plot.fi_curve(curve).lines:
        rates = np.asarray(line.get_ydata(), dtype=float)
        assert (rates > 0).all() or (rates == 0).all()
    plt.close("all")
