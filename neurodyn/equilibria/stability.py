"""``nd.stability``: eigenvalues along the closed-form curve of equilibria, and its Hopf points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array, ComplexArray
from neurodyn.codegen import compiled
from neurodyn.equilibria.rest_curve import RestCurve, sign_changes
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


def stability(
    model: Model, span: tuple[float, float] | None = None, *, n: int = 600, **held: float
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
    curve = RestCurve(model)
    name = curve.form.input_name
    low, high = span if span is not None else (0.0, _default_end(curve))
    if not (0 <= low < high < np.inf) or n < 2:
        raise InputError(
            f"span of {name} is ({low:g}, {high:g}) with n = {n}; expected 0 <= low < high, n >= 2"
        )
    first = curve.where_input_is(low)[0] if low > 0 else float(curve.coordinate(np.log(1e-5)))
    last = curve.where_input_is(high)[-1]
    s = np.linspace(curve.place(first), curve.place(last), n)

    def test(s: Array) -> Array:
        return _pair_sums(_eigenvalues(curve, s))

    hopf = []
    for root in sign_changes(test, s):
        values = _eigenvalues(curve, np.array([root]))[:, 0]
        i = int(np.argmin(np.abs(values.real) + 1e300 * (values.imag <= 0)))
        if values[i].imag <= 0:
            continue  # two real eigenvalues of opposite sign: a neutral saddle
        before, after = (_eigenvalues(curve, np.array([root + d]))[:, 0] for d in (-1e-5, 1e-5))
        z = curve.coordinate(root)
        grows = float(curve.derivative(name)(z)) > 0
        gained = (after.real > 0).sum() > (before.real > 0).sum()
        hopf.append(
            HopfCrossing(
                parameter=float(curve.input(z)),
                state=dict(zip(model.state_names, map(float, curve.states(z)), strict=True)),
                frequency=float(values[i].imag / (2 * np.pi)),
                destabilises=bool(gained == grows),
            )
        )
    z, eigenvalues = curve.coordinate(s), _eigenvalues(curve, s)
    return StabilityCurve(
        model=model,
        parameter=name,
        values=curve.input(z),
        states=curve.states(z),
        eigenvalues=eigenvalues,
        stable=np.all(eigenvalues.real < 0, axis=0),
        hopf=tuple(hopf),
    )


def _default_end(curve: RestCurve) -> float:
    folds = curve.extrema("V")
    return 3 * float(curve.input(curve.coordinate(folds[-1]))) if folds else 1e-3


def _eigenvalues(curve: RestCurve, s: Array) -> ComplexArray:
    """Return the eigenvalues at the places s, (n_states, n)."""
    model = curve.model
    z, position = np.atleast_1d(curve.coordinate(s)), curve.model.parameter_names
    p = [
        curve.input(z) if name == curve.form.input_name else value
        for name, value in zip(position, model.p, strict=True)
    ]
    matrices = compiled(model, "numpy").jacobian(curve.states(z), p)
    return np.linalg.eigvals(np.moveaxis(matrices, -1, 0)).T.astype(np.complex128)


def _pair_sums(eigenvalues: ComplexArray) -> Array:
    """Return the product of all sums of two eigenvalues, scaled; real for a real matrix."""
    n = len(eigenvalues)
    size = np.abs(eigenvalues).max(axis=0)
    product = np.ones(eigenvalues.shape[1], dtype=np.complex128)
    for i in range(n):
        for j in range(i):
            product *= (eigenvalues[i] + eigenvalues[j]) / size
    real = np.real(product)
    return real if len(real) > 1 else real[0]
