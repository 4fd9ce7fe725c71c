"""Linear circuits against another program: numpy's MNA, and the laws that every circuit obeys."""

import numpy as np
import pytest

import neurodyn as nd
from neurodyn.codegen.expressions import model_function
from tests.circuits import linear_mna


def matrix_of(model):
    """Return the matrix of linear equations: the rates of one state at a time."""
    return model_function(model, model.rhs)(np.eye(len(model.states)), model.p)


def agree(ours, theirs):
    """Say whether two sets of poles are one, to 1e-10 of the largest (1e5/s at least)."""
    largest = max(np.abs(ours).max(), np.abs(theirs).max(initial=1e5))
    apart = np.abs(np.subtract.outer(ours, theirs))
    return (
        len(ours) == len(theirs) and max(apart.min(0).max(), apart.min(1).max()) < 1e-10 * largest
    )


def by_name(model, x, p, names):
    values = model_function(model, [model.expression(name) for name in names])(x, p)
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(40, 200, 40))]
)
def test_poles_of_random_circuits_are_those_of_numpys_mna(first):
    for seed in range(first, first + 40):
        lines = linear_mna.random_circuit(seed)
        model = nd.Circuit.from_netlist(linear_mna.netlist(lines)).model()
        if seed % 10 == 0:
            model.check_dimensions()
        ours = np.linalg.eigvals(matrix_of(model))
        # the finite eigenvalues: a loop of inductors or a chain of capacitors keeps one at zero
        assert agree(ours, linear_mna.poles(lines)), seed


@pytest.mark.slow
def test_circuits_with_many_sources_have_numpys_poles_or_are_refused():
    """Loops and cut-sets of every kind among 1000: what is not refused has the right equations."""
    made = 0
    for seed in range(1000):
        lines = linear_mna.wild_circuit(seed)
        try:
            model = nd.Circuit.from_netlist(linear_mna.netlist(lines, driven=False)).model()
        except nd.InputError:
            continue
        zero = model_function(model, model.rhs)(np.zeros((len(model.states), 1)), model.p)
        ours = np.linalg.eigvals(matrix_of(model) - zero)
        assert agree(ours, linear_mna.poles(lines)), linear_mna.netlist(lines, driven=False)
        made += 1
    assert made > 400


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_response_to_a_sine_is_that_of_numpys_mna(seed):
    lines = linear_mna.random_circuit(seed)
    model = nd.Circuit.from_netlist(linear_mna.netlist(lines)).model()
    names = [f"V_{node}" for node in linear_mna.matrices(lines)[3]]
    source = model.input_names[0]
    f = 3e5
    A = matrix_of(model)
    one = model.with_parameters(**{source: 1.0})
    B = model_function(one, one.rhs)(model.x0, one.p)
    x = np.linalg.solve(2j * np.pi * f * np.eye(len(A)) - A, B)
    ours = by_name(model, x, one.p, names)
    for node, theirs in linear_mna.response(lines, f).items():
        assert ours[f"V_{node}"] == pytest.approx(theirs, rel=1e-9, abs=1e-12), node


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_kirchhoffs_laws_energy_balance_and_passivity(seed):
    """At random states: currents at each node, powers of all parts, and growth of stored energy."""
    lines = linear_mna.random_circuit(seed)
    model = nd.Circuit.from_netlist(linear_mna.netlist(lines)).model()
    rng = np.random.default_rng(seed)
    x = rng.normal(size=len(model.states)) * model.scales
    source = lines[[line[0][0] in "VI" for line in lines].index(True)][0]
    p = model.with_parameters(**{source: 1.7 if source == "V1" else 1.7e-3}).p
    own = {name: f"i_{name}" if name[0] == "L" else f"I_{name}" for name, *_ in lines}
    values = by_name(model, x, p, list(own.values()))
    currents = {name: values[called] for name, called in own.items()}
    powers = by_name(model, x, p, [f"P_{name}" for name, *_ in lines])
    largest = max(abs(value) for value in currents.values())
    for node in {n for line in lines for n in line[1:3]}:
        leaving = sum(
            ((plus == node) - (minus == node)) * currents[name] for name, plus, minus, _ in lines
        )
        assert abs(leaving) < 1e-11 * largest, node
    biggest = max(abs(value) for value in powers.values())
    assert abs(sum(powers.values())) < 1e-11 * biggest  # Tellegen
    for name, plus, minus, value in lines:  # each element's own law; the voltages are Kirchhoff's
        ends = [n for n in (plus, minus) if n != "0"]
        volts = by_name(model, x, p, [f"V_{n}" for n in ends])
        gap = volts.get(f"V_{plus}", 0.0) - volts.get(f"V_{minus}", 0.0)
        assert powers[f"P_{name}"] == pytest.approx(
            gap * currents[name], rel=1e-9, abs=1e-11 * biggest
        )
        if name[0] == "R":
            assert currents[name] == pytest.approx(gap / value, rel=1e-9, abs=1e-11 * largest)
            assert powers[f"P_{name}"] >= -1e-12 * biggest
    # without a source the stored energy never grows: P of stores = - P of resistors <= 0
    idle = by_name(model, x, model.p, [f"P_{name}" for name, *_ in lines])
    stored = sum(value for name, value in idle.items() if name[2] in "CL")
    assert stored <= 1e-12 * max(map(abs, idle.values()))
