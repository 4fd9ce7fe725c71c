"""Eigenvalues along the closed-form curve of equilibria, and its Hopf points: ``nd.stability``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.codegen import compiled
from neurodyn.equilibria.curve_source import refuse_memory
from neurodyn.equilibria.eigenvalues import pair_sums
from neurodyn.equilibria.static_curve import StaticCurve, sign_changes
from neurodyn.errors import InputError
from neurodyn.model import Model


@dataclass(frozen=True)
class HopfCrossing:
    """Where a pair of eigenvalues of the equilibrium crosses the imaginary axis.

    Parameters
    ----------
    parameter : float
        Value of the input.
    state : dict from state name to float
    frequency : float [1 / time unit]
        Imaginary part over 2 pi: the frequency of small oscillations there.
    destabilises : bool
        Whether the equilibrium loses stability as the input grows through the point.
    """

    parameter: float
    state: dict[str, float]
    frequency: float
    destabilises: bool

    def __repr__(self) -> str:
        change = "loses" if self.destabilises else "gains"
        return (
            f"<Hopf at {self.parameter:.6g}, frequency {self.frequency:.5g}: "
            f"the equilibrium {change} stability>"
        )


@dataclass(frozen=True, eq=False)
class StabilityCurve:
    """Equilibria along one input.

    Parameters
    ----------
    model : Model
    parameter : str
    values : (n,) float
        Of the input, in order along the curve (not sorted where the curve folds).
    states : (n_states, n) float
    eigenvalues : (n_states, n) complex [1 / time unit]
    stable : (n,) bool
    hopf : tuple of HopfCrossing
    """

    model: Model
    parameter: str
    values: Array
    states: Array
    eigenvalues: ComplexArray
    stable: npt.NDArray[np.bool_]
    hopf: tuple[HopfCrossing, ...]

    def __repr__(self) -> str:
        return (
            f"<stability of {self.model.name} along {self.parameter}: {len(self.values)} points, "
            f"{self.stable.mean():.0%} stable, {len(self.hopf)} Hopf points: {list(self.hopf)}>"
        )


@checked
def stability(
    model: Model, span: tuple[float, float] | None = None, *, n: Count = 600, **held: float
) -> StabilityCurve:
    """Return the equilibria along the model's input, their eigenvalues and Hopf points.

    A Hopf point is a zero, refined to rounding, of the product of all sums of two eigenvalues,
    where the pair that sums to zero is imaginary. In two dimensions that is trace = 0, det > 0.

    Parameters
    ----------
    model : Model
        With equilibria in closed form; others go through ``continue_equilibria``.
    span : (low, high), optional
        Range of the input; up to three times its value at the hold point by default.
    n : int
        Number of points.
    **held : float
        Parameters to change first.

    Returns
    -------
    StabilityCurve

    Raises
    ------
    InputError
        If the model has no closed form, or the range is empty.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.stability(nd.devices.nbox_neuron(T_amb=298.0))
    >>> [round(point.parameter * 1e6, 2) for point in curve.hopf]       # uA
    [43.25, 905.26]
    """
    model = model.with_parameters(**held)
    refuse_memory(model)
    curve = StaticCurve(model)
    name = curve.source.input_name
    u = np.linspace(*span_on_curve(curve, span, n), n)
    eigenvalues = _eigenvalues(curve, u)
    test = pair_sums(eigenvalues.T)
    roots = sign_changes(lambda u: pair_sums(_eigenvalues(curve, u).T), u, test)
    crossings = (_crossing(curve, root) for root in roots)
    states, values = curve.at_rest(u)
    return StabilityCurve(
        model=model,
        parameter=name,
        values=values,
        states=states,
        eigenvalues=eigenvalues,
        stable=np.all(eigenvalues.real < 0, axis=0),
        hopf=tuple(crossing for crossing in crossings if crossing is not None),
    )


def span_on_curve(
    curve: StaticCurve, span: tuple[float, float] | None, n: int
) -> tuple[float, float]:
    """Return the places on the curve between two values of the input.

    Raises
    ------
    InputError
        If the range is empty, or there are too few points.
    """
    name = curve.source.input_name
    low, high = span if span is not None else (0.0, _default_end(curve))
    if not (0 <= low < high < np.inf) or n < 2:
        raise InputError(
            f"span of {name} is ({low:g}, {high:g}) with n = {n}; expected 0 <= low < high, n >= 2"
        )
    first = curve.where_input_is(low)[0] if low > 0 else curve.grid(None, 1e-5)[0]
    last = curve.where_input_is(high)
    if not last and span is None:  # a bare device hardly bears more than its threshold voltage
        last = curve.where_current_is(
            3 * float(curve.current(np.array(curve.extrema("V")[-1:]))[0])
        )
    if not last:
        raise InputError(f"{name} does not reach {high:g}; expected a lower end of span")
    return float(first), float(last[-1])


def _crossing(curve: StaticCurve, u: float) -> HopfCrossing | None:
    """Describe a place where two eigenvalues sum to zero; None if they are real."""
    before, at, after = _eigenvalues(curve, u + np.array([-1e-5, 0.0, 1e-5])).T
    complex_ones = at[at.imag > 0]
    if not len(complex_ones):
        return None  # two real eigenvalues of opposite sign: a neutral saddle
    frequency = complex_ones[np.abs(complex_ones.real).argmin()].imag / (2 * np.pi)
    place = np.array([u])
    states, values = curve.at_rest(place)
    grows = bool(curve.slope(curve.source.input_name, place)[0] > 0)
    gained = bool((after.real > 0).sum() > (before.real > 0).sum())
    return HopfCrossing(
        parameter=float(values[0]),
        state=dict(zip(curve.model.state_names, states[:, 0].tolist(), strict=True)),
        frequency=float(frequency),
        destabilises=gained == grows,
    )


def _default_end(curve: StaticCurve) -> float:
    folds = curve.extrema("V")
    return 3 * float(curve.at_rest(np.array(folds[-1:]))[1][0]) if folds else 1e-3


def _eigenvalues(curve: StaticCurve, u: Array) -> ComplexArray:
    """Return the eigenvalues at the places u, (n_states, n)."""
    model = curve.model
    states, values = curve.at_rest(u)
    p = [
        values if name == curve.source.input_name else value
        for name, value in zip(model.parameter_names, model.p, strict=True)
    ]
    matrices = compiled(model, "numpy").jacobian(states, p)
    return np.linalg.eigvals(np.moveaxis(matrices, -1, 0)).T.astype(np.complex128)
