"""Quasi-static current-voltage curve of a device, exact: ``nd.iv_curve``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array
from neurodyn.equilibria.curve_source import refuse_memory
from neurodyn.equilibria.static_curve import StaticCurve
from neurodyn.errors import InputError
from neurodyn.model import Model
from neurodyn.tables import Columns, Tabular

_COLDEST = 1e-5  # of the ambient temperature above it, where a curve from zero current starts


@dataclass(frozen=True)
class IVPoint:
    """A point of the curve.

    Parameters
    ----------
    V, I : float [V, A]
    inner : float
        Inner state of the device.
    coordinate, unit : str
        Name and unit of the inner state.
    """

    V: float
    I: float
    inner: float
    coordinate: str = "T"
    unit: str = "K"

    @property
    def T(self) -> float:
        """The inner state of devices in which it is the temperature."""
        return self.inner

    def __repr__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        inner = f"{self.coordinate} {self.inner:.5g}{unit}"
        return f"(V {self.V:.6g} V, I {self.I:.6g} A, {inner})"


@dataclass(frozen=True, eq=False)
class IVCurve(Tabular):
    """Quasi-static I-V curve, ordered from zero current upwards.

    Parameters
    ----------
    model : Model
    V : (n,) float [V]
    I : (n,) float [A]
    inner : (n,) float
        The inner state along which the curve is drawn: of most devices the temperature [K], of a
        Mott core the reduced power.
    threshold : IVPoint or None
        TS: the slope dV/dI turns negative; under voltage control the device jumps there.
    hold : IVPoint or None
        H: the slope turns positive again.
    """

    model: Model
    V: Array
    I: Array
    inner: Array
    threshold: IVPoint | None
    hold: IVPoint | None

    def columns(self) -> Columns:
        """Return voltage, current and the inner state by name, each with its unit."""
        form = self.model.equilibria
        assert form is not None  # the curve is drawn along its coordinate
        unit = self.model.quantity(form.coordinate).unit
        return {"V": (self.V, "V"), "I": (self.I, "A"), form.coordinate: (self.inner, unit)}

    @property
    def T(self) -> Array:
        """The inner state of devices in which it is the temperature."""
        return self.inner

    def __repr__(self) -> str:
        points = (
            f"threshold switching at {self.threshold}, hold at {self.hold}"
            if self.threshold
            else "no threshold switching"
        )
        return f"<I-V curve of {self.model.name}: {len(self.V)} points; {points}>"


@checked
def iv_curve(
    model: Model, current: tuple[float, float] | None = None, n: Count = 400, **held: float
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
    refuse_memory(model)
    curve = StaticCurve(model)
    folds = [_point(curve, u) for u in curve.extrema("V")]
    threshold = folds[0] if folds else None
    hold = folds[1] if len(folds) > 1 else None
    if current is None:
        current = (0.0, 3 * hold.I if hold else 10 * threshold.I if threshold else 1e-3)
    low, high = current
    if not (0 <= low < high < np.inf) or n < 2:
        raise InputError(
            f"current is ({low:g}, {high:g}) with n = {n}; expected 0 <= low < high and n >= 2"
        )
    first = curve.where_current_is(low)[0] if low > 0 else curve.grid(None, _COLDEST)[0]
    u = np.linspace(first, curve.where_current_is(high)[-1], n)
    return IVCurve(model, *_characteristics(curve, u), threshold, hold)


def _characteristics(curve: StaticCurve, u: Array) -> tuple[Array, Array, Array]:
    """Return the voltage of the device, its current and the inner state."""
    return curve.voltage(u), curve.current(u), curve.inner(u)


def _point(curve: StaticCurve, u: float) -> IVPoint:
    V, I, inner = (float(value[0]) for value in _characteristics(curve, np.array([u])))
    name = curve.source.coordinate
    return IVPoint(V, I, inner, name, curve.model.quantity(name).unit)
