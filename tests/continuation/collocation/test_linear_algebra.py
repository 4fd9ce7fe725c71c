"""The linear algebra of cycles against dense matrices, closed forms and difference quotients."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import sympy

import neurodyn as nd
from neurodyn.codegen import expression_function
from neurodyn.codegen.loops import compiled_loop
from neurodyn.continuation.collocation.elimination import Border, Borders, Condensed
from neurodyn.continuation.collocation.equations import Linearised, linearise
from neurodyn.continuation.collocation.floquet import (
    doubling_test,
    multipliers,
    torus_test,
    unit_test,
)
from neurodyn.continuation.collocation.orbit import DEGREE, Orbit, node_times
from neurodyn.continuation.equations.system import free_system
from neurodyn.model import symbol
from tests.conftest import DEVICES, DRIVEN


def random_equations(n, count, more, seed=3):
    """A regular random system: identity on the inner nodes, so that nothing is ill-conditioned."""
    draw = np.random.default_rng(seed)
    size = DEGREE * n
    blocks = 0.2 * draw.normal(size=(count, size, size + n))
    blocks[:, np.arange(size), n + np.arange(size)] += 1.0
    columns = draw.normal(size=(count, size, 3 + more))
    borders = Borders(draw.normal(size=(2, count * DEGREE, n)), draw.normal(size=(2, 2)))
    return Linearised(blocks, columns), borders


def dense(linear, borders, n, closing):
    """The whole matrix in (nodes, ln T, lambda), nothing eliminated."""
    count, size, _ = linear.blocks.shape
    total = count * size
    matrix = np.zeros((total + 2, total + 2))
    for j in range(count):
        rows = slice(j * size, (j + 1) * size)
        matrix[rows, rows] = linear.blocks[j, :, :size]
        first = (j + 1) * size % total
        sign = closing if j == count - 1 else 1.0
        matrix[rows, first : first + n] += sign * linear.blocks[j, :, size:]
        matrix[rows, total:] = linear.columns[j, :, :2]
    matrix[total:, :total] = borders.rows.reshape(2, -1)
    matrix[total:, total:] = borders.ends
    return matrix


@pytest.mark.parametrize("closing", [1.0, -1.0])
@pytest.mark.parametrize(("n", "count"), [(1, 4), (2, 5), (3, 17), (4, 30)])
def test_every_solve_agrees_with_a_dense_one(n, count, closing):
    linear, borders = random_equations(n, count, 1)
    condensed = Condensed(linear, n, borders, closing)
    matrix = dense(linear, borders, n, closing)

    def solved(column, values):
        nothing = np.zeros((count, DEGREE * n))
        residual = nothing if column is None else linear.columns[:, :, column]
        return np.linalg.solve(matrix, np.concatenate([-residual.ravel(), values]))

    for step, expected in (
        (condensed.newton_step((0.3, -0.7)), solved(2, [-0.3, 0.7])),
        (condensed.response(), solved(3, [0.0, 0.0])),
        (condensed.null_step((0.2, 1.0)), solved(None, [0.2, 1.0])),
    ):
        found = np.concatenate([step.x.ravel(), [step.log_period, step.lam]])
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


def test_null_vector_and_amplification_of_a_singular_system():
    """The last border is made a combination of rows of the dense matrix."""
    linear, borders = random_equations(2, 8, 0)
    matrix = dense(linear, borders, 2, 1.0)
    row = matrix[:-1].T @ np.random.default_rng(5).normal(size=len(matrix) - 1)
    rows, ends = borders.rows.copy(), borders.ends.copy()
    rows[1], ends[1] = row[:-2].reshape(rows[1].shape), row[-2:]
    regular = Condensed(linear, 2, borders).amplification()
    singular = Condensed(linear, 2, Borders(rows, ends))
    v = singular.null_vector()
    vector = np.concatenate([v.x.ravel(), [v.log_period, v.lam]])
    matrix[-1] = row
    assert np.linalg.norm(matrix @ vector) < 1e-10 * np.linalg.norm(vector) * np.linalg.norm(matrix)
    assert singular.amplification() > 1e8 * regular


def test_inner_equations_that_are_singular_are_refused():
    linear, borders = random_equations(2, 6, 0)
    linear.blocks[2, :, 4] = 0.0
    with pytest.raises(np.linalg.LinAlgError, match="inside an interval"):
        Condensed(linear, 2, borders)


def test_growth_and_decay_along_the_orbit_lose_no_digits():
    """y' = M y + g, y(0) = y(60): where Gaussian elimination with partial pivoting fails (how it
    fails hangs on the BLAS: rubbish or a singular matrix, so only ours is asked).

    S. J. Wright, SIAM J. Sci. Comput. 14, 231 (1993), with M = [[-1/6, 1], [1, -1/6]]: eigenvalues
    5/6 and -7/6, so e^50 forwards and e^70 backwards. The constant solution -M^(-1) g is exact.
    """
    matrix = np.array([[-1 / 6, 1.0], [1.0, -1 / 6]])
    g, count, length = np.array([1.0, -2.0]), 200, 60.0
    text = ["-x/6 + y + p", "x - y/6 - 2*p"]
    model = nd.Model.from_equations({"x": 0.0, "y": 0.0}, {"p": 1.0}, text)
    mesh = np.linspace(0.0, 1.0, count + 1)
    orbit = Orbit(mesh, np.zeros((DEGREE * count, 2)), float(np.log(length)), 1.0)
    nothing = np.zeros_like(orbit.x)
    fixed = Borders.of(Border(nothing, 1.0, 0.0), Border(nothing, 0.0, 1.0))
    linear = linearise(free_system(model, ("p",)), orbit)
    condensed = Condensed(linear, 2, fixed)
    step, exact = condensed.newton_step((0.0, 0.0)), -np.linalg.solve(matrix, g)
    np.testing.assert_allclose(step.x, np.broadcast_to(exact, step.x.shape), rtol=1e-12)
    assert (step.log_period, step.lam) == (0.0, 0.0)


def test_derivatives_of_the_collocation_equations():
    """Against central differences of the residual, in scaled units."""
    neuron = nd.devices.morris_lecar(I=100.0)
    system = free_system(neuron, ("I", "V_3")).scaled(np.array([20.0, 0.2]), np.array([50.0, 8.0]))
    mesh = np.array([0.0, 0.1, 0.3, 0.35, 0.7, 1.0])
    tau = 2 * np.pi * node_times(mesh)
    x = np.stack([-1.0 + np.cos(tau), 1.5 + 0.5 * np.sin(tau)], axis=1)
    orbit, fixed = Orbit(mesh, x, np.log(80.0), 2.0), (neuron["V_3"] / 8.0,)
    linear = linearise(system, orbit, fixed)

    def residual(nodes, log_period, lam, second):
        moved = Orbit(mesh, nodes, log_period, lam)
        return linearise(system, moved, (second,)).columns[:, :, 2].ravel()

    at = (x, orbit.log_period, orbit.lam, fixed[0])
    draw, h = np.random.default_rng(1), 1e-5
    way = (draw.normal(size=x.shape), 0.7, -0.4, 0.9)
    ends = [residual(*(a + s * h * w for a, w in zip(at, way, strict=True))) for s in (1, -1)]
    nodes = np.vstack([way[0], way[0][:1]])
    by_nodes = [
        linear.blocks[j] @ nodes[j * DEGREE : (j + 1) * DEGREE + 1].ravel() for j in range(5)
    ]
    columns = linear.columns[:, :, [0, 1, 3]] @ np.array(way[1:])
    expected = (np.array(by_nodes) + columns).ravel()
    np.testing.assert_allclose((ends[0] - ends[1]) / (2 * h), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "free"),
    [("nbox_circuit", ("I_s", "C_ext")), ("fitzhugh_nagumo", ("I",)), ("stuart_landau", ("mu",))],
)
def test_compiled_equations_agree_with_numpy(name, free, typical_states):
    """In scaled units too; numpy prints the same symbolic derivatives on its own."""
    model = DEVICES[name](**DRIVEN[name])
    numpy, x = nd.compiled(model, "numpy"), typical_states(model)
    slopes = [sympy.diff(f, symbol(one)) for f in model.rhs for one in free]
    groups = [("x", model.state_names), ("p", model.parameter_names)]
    by_parameter = expression_function(slopes, groups, model.constant_values)
    units, sizes, n = (
        np.asarray(model.scales),
        np.array([abs(model[one]) or 1.0 for one in free]),
        len(x),
    )
    system = free_system(model, free).scaled(units, sizes, 2.0)
    lam = np.array([model[one] for one in free]) / sizes
    expected = (
        2 * numpy.rhs(x, model.p) / units[:, None],
        2 * numpy.jacobian(x, model.p) * (units / units[:, None])[:, :, None],
        2
        * by_parameter(x, model.p).reshape(n, len(free), -1)
        * (sizes / units[:, None])[:, :, None],
    )
    for found, exact in zip(system.parts(x / units[:, None], lam), expected, strict=True):
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-11 * np.abs(exact).max())


def test_removable_singularity_is_filled_in():
    """A gate as Hodgkin and Huxley wrote it: (x - 40)/(1 - exp(-(x - 40)/10)) is 10 at 40, 0/0."""
    text = ["p*(x - 40)/(1 - exp(-(x - 40)/10))"]
    model = nd.Model.from_equations({"x": 1.0}, {"p": 0.0}, text)
    f, matrix, slope = free_system(model, ("p",)).parts(np.array([40.0]), np.array([2.0]))
    assert f[0] == pytest.approx(20.0, rel=1e-9)
    assert matrix[0, 0] == pytest.approx(1.0, rel=1e-7)
    assert slope[0, 0] == pytest.approx(10.0, rel=1e-9)


def test_loops_compile_where_no_folder_can_be_written_to():
    """numba refuses to keep on disk what comes from no file."""
    names: dict = {}
    exec("def twice(x):\n    return 2 * x\n", names)
    assert compiled_loop(names["twice"])(21) == 42


@pytest.mark.parametrize("test", [doubling_test, torus_test, unit_test])
def test_functions_of_huge_multipliers_keep_their_sign(test):
    """Of a deep canard: a multiplier beyond the range of floats is as good as a large one."""
    for others in ([0.3], [1.5], [-2.0], [0.5 + 0.9j, 0.5 - 0.9j]):
        large = np.array([1.0, 1e12, *others], complex)
        for huge in (1e200, 1e308, np.inf):
            many = np.array([1.0, huge, *others], complex)
            assert test(many) * test(large) > 0
        assert np.isfinite(test(np.array([1.0, 1e250, -1e250, *others], complex)))


@pytest.mark.parametrize("rates", [(1.0,), (1.0, 0.01), (1.0, 0.01, -0.2), (0.9, 0.88, -0.2)])
def test_multipliers_beyond_floats_are_large_and_the_others_right(rates):
    """Transitions that multiply fixed directions by 10^rate, in frames that turn; 400 of them."""
    draw, n = np.random.default_rng(1), 1 + len(rates)
    frames = [np.linalg.qr(draw.normal(size=(n, n)))[0] for _ in range(400)]
    frames.append(frames[0])
    grown = np.diag([1.0, *(10.0**rate for rate in rates)])
    transitions = np.array([b @ grown @ a.T for a, b in pairwise(frames)])
    found = multipliers(transitions, np.array([frame[:, 0] for frame in frames[:-1]]))
    assert found[0] == pytest.approx(1.0, rel=1e-9)
    expected = np.array([min(400 * rate * np.log(10), 690.0) for rate in rates])
    np.testing.assert_allclose(np.log(np.abs(found[1:])), np.sort(expected)[::-1], rtol=1e-6)
