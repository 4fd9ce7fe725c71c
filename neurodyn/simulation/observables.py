"""States and observables along the steps of a run, in loops that run without Python's lock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.codegen.loops import compiled_loop
from neurodyn.codegen.memory import kept_by_equations
from neurodyn.codegen.numba_module import load_generated
from neurodyn.codegen.printing import assignments, constant_lines
from neurodyn.model import Model, symbol
from neurodyn.simulation.lanes.numbers import header, load_shared, plain_numbers
from neurodyn.simulation.lanes.printing import Invariants, lane_lines
from neurodyn.simulation.lanes.source import GENERATORS, function


@compiled_loop
def _sampled(coefficients: Array, theta: Array, out: Array) -> None:
    for k in range(len(coefficients)):
        for i in range(len(out)):
            c = coefficients[k, i]
            for j in range(len(theta)):
                s = theta[j]
                out[i, k, j] = c[0] + s * (c[1] + s * (c[2] + s * (c[3] + s * c[4])))


def states_within(coefficients: Array, theta: Array) -> Array:
    """Return polynomials (m, n, 5) at the fractions ``theta`` (k,), (n, m, k)."""
    states = np.empty((coefficients.shape[1], len(coefficients), len(theta)))
    _sampled(coefficients, theta, states)
    return states


@compiled_loop
def states_at(coefficients: Array, step: npt.NDArray[np.intp], theta: Array, out: Array) -> None:
    """Write the states at fractions of steps, both (k,), into ``out`` (n, k)."""
    for k in range(len(step)):
        s = theta[k]
        for i in range(len(out)):
            c = coefficients[step[k], i]
            out[i, k] = c[0] + s * (c[1] + s * (c[2] + s * (c[3] + s * c[4])))


@compiled_loop
def add_up(values: Array, t: Array, weights: Array, sums: Array) -> None:
    """Integrate observables (n, m, k) over steps by quadrature, from the first on."""
    for i in range(len(values)):
        total = sums[i, 0] = 0.0
        for step in range(values.shape[1]):
            mean = 0.0
            for j in range(len(weights)):
                mean += weights[j] * values[i, step, j]
            total += mean * (t[step + 1] - t[step])
            sums[i, step + 1] = total


@kept_by_equations(most=32)
def observing_loop(
    model: Model, names: tuple[str, ...], driven: tuple[str, ...]
) -> Callable[[Array, Array, Array, Array], None]:
    """Return a compiled ``loop(x, u, p, out)``.

    It takes states (n_states, k), driven inputs (n_driven, k) and the parameter vector, and writes
    observables into ``out`` (n_names, k), in the arithmetic of lanes, made for vectors.
    """
    shared = load_shared("float64").__name__

    def source() -> str:
        rows = [(name, f"_x[{i}, _l]") for i, name in enumerate(model.state_names)]
        rows += [(name, f"_u[{i}, _l]") for i, name in enumerate(driven)]
        parts = Invariants(symbol(name) for name, _ in rows)
        folded = [parts.fold(model.expression(name)) for name in names]
        fixed = parts.expressions
        each = [f"{name} = {place}" for name, place in rows]
        each += lane_lines(folded, [f"_out[{i}, _l]" for i in range(len(names))], "_c")
        body = [f"{name} = _p[{i}]" for i, name in enumerate(model.parameter_names)]
        body += constant_lines(model.constant_values)
        body += assignments(fixed, [f"_q{i}" for i in range(len(fixed))], "numba")
        body += ["for _l in range(_out.shape[1]):", *(f"    {line}" for line in each)]
        loop = function("observe", "_x, _u, _p, _out", body, "OUTER")
        lines = [f"from {shared} import *", *header(cached=False), *loop]
        return plain_numbers("\n".join(lines), "float64")

    return load_generated(f"observe {model.digest} {names} {driven} {GENERATORS}", source).observe
