"""``nd.iv_curve``: the quasi-static current-voltage curve of a device, exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.codegen import expression_function
from neurodyn.equilibria.rest_curve import RestCurve, sign_changes
from neurodyn.errors import InputError
from neurodyn.model import Model


@dataclass(frozen=True)
class IVPoint:
    """A point of the curve: voltage [V], current [A], temperature [K] (or another inner state)."""

    V: float
    I: float
    T: float
    label: str = "T {:.5g} K"

    def __repr__(self) -> str:
        return f"(V {self.V:.6g} V, I {self.I:.6g} A, {self.label.format(self.T)})"


@dataclass(frozen=True, eq=False)
class IVCurve:
    """Quasi-static I-V curve, ordered from zero current upwards.

    Parameters
    ----------
    model : Model
    V : (n,) float [V]
    I : (n,) float [A]
    T : (n,) float [K]
        The inner state along which the curve is drawn: of most devices the temperature, of a Mott
        core the reduced power.
    threshold : IVPoint or None
        TS: the slope dV/dI turns negative; under voltage control the device jumps there.
    hold : IVPoint or None
        H: the slope turns positive again.
    """

    model: Model
    V: Array
    I: Array
    T: Array
    threshold: IVPoint | None
    hold: IVPoint | None

    def __repr__(self) -> str:
        points = (
            f"threshold switching at {self.threshold}, hold at {self.hold}"
            if self.threshold
            else "no threshold switching"
        )
        return f"<I-V curve of {self.model.name}: {len(self.V)} points; {points}>"


def iv_curve(
    model: Model, current: tuple[float, float] | None = None, n: int = 400, **held: float
) -> IVCurve:
    """Return the quasi-static I-V curve of the device in a model.

    The curve is drawn along the temperature (for NbOx it is explicit by Lambert's function, see
    :mod:`neurodyn.devices.poole_frenkel`), so all folds are passed. The current of a device that is
    all core grows along it: where dV/dT >= 0 both V and T lower the resistance, and where
    dV/dT < 0 the power I V grows while V falls. A shell in parallel can make it fold back too.

    Parameters
    ----------
    model : Model
        With equilibria along one inner state, in closed form or by a scalar root.
    current : (low, high), optional [A]
        Range of the curve; up to three times the hold current by default.
    n : int
        Number of points, evenly spaced in ln(T - T_amb).
    **held : float
        Parameters to change first.

    Returns
    -------
    IVCurve

    Raises
    ------
    InputError
        If the model has no such curve, or the range is empty.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.iv_curve(nd.devices.nbox_neuron(T_amb=298.0))
    >>> round(curve.threshold.V, 4), round(curve.hold.V, 4)
    (0.9123, 0.6307)
    """
    model = model.with_parameters(**held)
    curve = RestCurve(model)
    folds = [_point(curve, float(curve.coordinate(s))) for s in curve.extrema("V")]
    threshold = folds[0] if folds else None
    hold = folds[1] if len(folds) > 1 else None
    if current is None:
        current = (0.0, 3 * hold.I if hold else 10 * threshold.I if threshold else 1e-3)
    low, high = current
    if not (0 <= low < high < np.inf) or n < 2:
        raise InputError(
            f"current is ({low:g}, {high:g}) with n = {n}; expected 0 <= low < high and n >= 2"
        )
    T_low = _where_current_is(curve, low)[0] if low > 0 else float(curve.coordinate(np.log(1e-5)))
    T_high = _where_current_is(curve, high)[-1]
    excess = np.geomspace(T_low - curve.origin, T_high - curve.origin, n)
    V, I, T = _characteristics(curve, curve.origin + excess)
    return IVCurve(model, V, I, T, threshold, hold)


def _characteristics(curve: RestCurve, z: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """Return V, I and the coordinate at rest."""
    model, z = curve.model, np.asarray(z, dtype=float)
    x = curve.states(z)
    output = next(o for o in model.outputs if o.name == "I_device")
    device_current = expression_function(
        [output.expression],
        [("x", model.state_names), ("p", model.parameter_names)],
        model.constant_values,
    )(x, model.p)[0]
    return x[model.state_names.index("V")], device_current, z


def _point(curve: RestCurve, z: float) -> IVPoint:
    V, I, T = (float(value) for value in _characteristics(curve, z))
    name = curve.form.coordinate
    unit = curve.model.quantity(name).unit
    return IVPoint(V, I, T, f"{name} {{:.5g}}{'' if unit == '1' else ' ' + unit}")


def _where_current_is(curve: RestCurve, value: float) -> list[float]:
    """Return the coordinates, in order, at which the device carries a current."""
    difference = lambda s: np.log(_characteristics(curve, curve.coordinate(s))[1] / value)  # noqa: E731
    found = sign_changes(difference, np.linspace(np.log(1e-12), np.log(1e4), 400))
    if not found:
        raise InputError(f"no rest state of {curve.model.name!r} carries a current of {value:g} A")
    return [float(curve.coordinate(s)) for s in found]
