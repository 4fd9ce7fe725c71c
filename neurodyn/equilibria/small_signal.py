"""Equations near a bias point, seen from a port: response, poles and zeros."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.linalg
import sympy

from neurodyn.arrays import Array, ComplexArray
from neurodyn.codegen.expressions import model_function
from neurodyn.equilibria.eigenvalues import by_real_part
from neurodyn.errors import InputError, unknown_name
from neurodyn.model import Model
from neurodyn.model.units import parse_unit, quotient

_DECADES = 2  # beyond the slowest and the fastest mode
_NOTHING = 1e-290  # what a number so small is divided by overflows
_INFINITE = 1e10  # a zero so far beyond the fastest mode is one at infinity


@dataclass(frozen=True)
class Port:
    """An input, and the output that answers it: a current and a voltage, or any two.

    Parameters
    ----------
    input, output : str
        ``output`` is ``"P_source / input"`` where it was not named.
    answer : sympy expression
    inverted : bool
        Whether the input is a voltage and the answer a current: their ratio is an admittance.
    unit : str
        Of the response: answer over input.
    """

    input: str
    output: str
    answer: sympy.Expr = field(repr=False)
    inverted: bool
    unit: str


def port_of(model: Model, driven: str | None, output: str | None) -> Port:
    """Return the port of a model: its only input, and what follows from the power of the source.

    Raises
    ------
    InputError
        If the input or the output must be named.
    """
    if driven is None:
        if len(model.inputs) != 1:
            listing = ", ".join(model.input_names) or "none"
            raise InputError(
                f"{model.name!r} has the inputs {listing}; say with input= where the sine goes in"
            )
        driven = model.input_names[0]
    if driven not in model.input_names:
        raise unknown_name("input", driven, model.input_names)
    source = next(q for q in model.inputs if q.name == driven)
    unit = parse_unit(source.unit)
    volt, ampere = parse_unit("V"), parse_unit("A")
    if output is not None:
        answer = model.expression(output)
        if output in model.parameter_names:
            raise unknown_name("state or output", output, model.observable_names)
        theirs = model.quantity(output).unit
        kinds = unit.dimension, parse_unit(theirs).dimension
        inverted = kinds == (volt.dimension, ampere.dimension)
        return Port(driven, output, answer, inverted, quotient([theirs], [source.unit]))
    power = next((o.expression for o in model.outputs if o.name == "P_source"), None)
    alone = len(model.inputs) == 1 and unit.dimension in (volt.dimension, ampere.dimension)
    if power is None or not alone:
        raise InputError(
            f"the port of {model.name!r} does not follow from its one input and the output "
            f"P_source; expected output=, one of {', '.join(model.observable_names)}"
        )
    inverted = unit.dimension == volt.dimension
    answer = sympy.Mul(power, 1 / source.symbol)
    if answer.has(1 / source.symbol):
        answer = sympy.cancel(sympy.expand(power) / source.symbol)
    if (1 / source.symbol) in answer.atoms(sympy.Pow):
        raise InputError(
            f"P_source of {model.name!r} holds more than the power of {driven}; expected output=, "
            f"one of {', '.join(model.observable_names)}"
        )
    unit_of_answer = "S" if inverted else "ohm"
    return Port(driven, f"P_source / {driven}", answer, inverted, unit_of_answer)


@dataclass(frozen=True)
class Linearised:
    """Equations near a bias point: dx/dt = A x + b u, y = c x + d u."""

    A: Array
    b: Array
    c: Array
    d: float

    def response(self, s: ComplexArray) -> ComplexArray:
        """Return y / u at complex frequencies s [1 / time unit], (n,)."""
        one = np.eye(len(self.A))
        modes = np.linalg.solve(s[:, None, None] * one - self.A, self.b[:, None])[..., 0]
        return modes @ self.c + self.d

    @property
    def poles(self) -> ComplexArray:
        """Where the response is infinite, (n_states,): the eigenvalues of A."""
        return by_real_part(np.linalg.eigvals(self.A))

    @property
    def zeros(self) -> ComplexArray:
        """Where it vanishes: the finite generalised eigenvalues of [[A, b], [c, d]]."""
        n = len(self.A)
        rate = max(float(np.abs(np.linalg.eigvals(self.A)).max()), np.finfo(float).tiny)
        system = np.zeros((n + 1, n + 1))
        system[:n, :n], system[:n, n] = self.A / rate, self.b
        system[n, :n], system[n, n] = self.c, self.d
        _balance(system, n)
        alpha, beta = scipy.linalg.eigvals(
            system, np.diag([*np.ones(n), 0.0]), homogeneous_eigvals=True
        )
        finite = np.abs(alpha) < _INFINITE * np.abs(beta)
        return by_real_part(alpha[finite] / beta[finite] * rate)


def _balance(system: Array, n: int) -> None:
    """Scale input and output, which moves no zero, to the size of the equations."""
    for part in (np.s_[:n, n], np.s_[n, :n]):
        size = np.abs(system[part]).max()
        if size > _NOTHING:
            factor = 1 / size
            line = np.s_[:, n] if part[1] == n else np.s_[n, :]
            system[line] *= factor


def linearised(model: Model, port: Port, states: Array, values: Array) -> list[Linearised]:
    """Return the equations near each of n bias points.

    Parameters
    ----------
    states : (n_states, n) float
    values : (n,) float
        Of the input.
    """
    x = [state.symbol for state in model.states]
    u = sympy.Symbol(port.input, real=True)
    answer = sympy.Matrix([port.answer])
    rates = sympy.Matrix(model.rhs)
    parts = [*model.jacobian, *rates.diff(u), *answer.jacobian(x), *answer.diff(u)]
    p = [
        values if name == port.input else value
        for name, value in zip(model.parameter_names, model.p, strict=True)
    ]
    n, scales = len(x), model.scales
    numbers = model_function(model, parts)(states, p).reshape(len(parts), -1).T
    found = []
    for row in numbers:
        A = row[: n * n].reshape(n, n) * scales[None, :] / scales[:, None]
        b, c = row[n * n : n * n + n] / scales, row[n * n + n : -1] * scales
        found.append(Linearised(A, b, c, float(row[-1])))
    return found


def frequencies_around(rates: ComplexArray, n: int) -> Array:
    """Return frequencies around modes with these eigenvalues.

    n of them evenly in ln f, two decades beyond the slowest and the fastest, and more where a
    weakly damped mode resounds: evenly in the phase of its resonance.
    """
    sizes = np.abs(rates)
    sizes = sizes[sizes > 1e-12 * sizes.max(initial=0.0)] / (2 * np.pi)
    if not len(sizes):
        return np.geomspace(0.01, 100.0, n)
    places = [np.geomspace(sizes.min() / 10**_DECADES, sizes.max() * 10**_DECADES, n)]
    phases = np.tan(np.radians(np.linspace(-88.0, 88.0, 60)))
    for rate in rates[rates.imag > 0]:
        near = (rate.imag + abs(rate.real) * phases) / (2 * np.pi)
        places.append(near[near > places[0][0]])
    return np.unique(np.concatenate(places))
