"""How devices of a table differ and fluctuate: what a model is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neurodyn.arguments import Count, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.synapses.pulse_table import PulseTable

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False)
class TableMoments:
    """How ln R is spread over devices, at each point of a table.

    Attributes
    ----------
    pulse : (points,) int
    n : (points,) int
        Devices that were read.
    mean, mean_se : (points,) float
        Of ln(R / ohm), with standard errors.
    var, var_se : (points,) float
        Variance; its error from the fourth moment, so that no normal law is assumed.
    quantiles : (points, 5) float [ohm]
        Of R: 5, 25, 50, 75 and 95 %. The mean of R may not exist.
    """

    pulse: NDArray[np.int64]
    n: NDArray[np.int64]
    mean: Array
    mean_se: Array
    var: Array
    var_se: Array
    quantiles: Array


@dataclass(frozen=True, eq=False)
class Increments:
    """Changes of ln R from point to point.

    Attributes
    ----------
    values : (n,) float
        Of all devices that live.
    half_width : float
        Half the distance of the quartiles.
    sd : float
    """

    values: Array
    half_width: float
    sd: float


@dataclass(frozen=True, eq=False)
class SynapseSpectrum:
    """Power density of ln R against pulses, averaged over devices.

    Attributes
    ----------
    frequency : (n,) float [cycles / pulse]
    density : (n,) float [pulses]
        One-sided: its integral is the variance of what is left of the trend.
    standard_error : (n,) float
        Of the mean over devices.
    devices : int
    """

    frequency: Array
    density: Array
    standard_error: Array
    devices: int

    @checked
    def slope(self, low: float, high: float) -> float:
        """Return d ln(density) / d ln(frequency), a straight line through low to high.

        Parameters
        ----------
        low, high : float [cycles / pulse]

        Raises
        ------
        InputError
            If fewer than three frequencies lie between.
        """
        inside = (self.frequency >= low) & (self.frequency <= high) & (self.density > 0)
        inside &= self.frequency > 0
        if inside.sum() < 3:
            raise InputError(
                f"{inside.sum()} frequencies lie from {low:g} to {high:g}; expected three or more"
            )
        x, y = np.log(self.frequency[inside]), np.log(self.density[inside])
        return float(np.polyfit(x, y, 1)[0])


@dataclass(frozen=True, eq=False)
class SynapseCorrelation:
    """Mean products of what devices show at two points.

    Attributes
    ----------
    lag : (n,) int [pulses]
    auto : (n,) float
        Of a device with itself, the mean over devices and pulses.
    cross : (n,) float
        Of a device with another, the mean over all such pairs.
    """

    lag: NDArray[np.int64]
    auto: Array
    cross: Array

    @property
    def ratio(self) -> float:
        """Auto- over cross-correlation at lag 0: large where devices have little in common."""
        return float(self.auto[0] / self.cross[0])


@checked
def table_moments(table: PulseTable) -> TableMoments:
    """Measure how ln R is spread over the devices that live, at each point.

    Parameters
    ----------
    table : PulseTable

    Raises
    ------
    InputError
        If at some point fewer than two devices were read.

    Examples
    --------
    >>> import neurodyn as nd
    >>> model = nd.synapses.WeakReset()
    >>> table = nd.synapses.synthetic_table(model, 1000, 300, every=100)
    >>> found = nd.synapses.table_moments(table)
    >>> bool(abs(found.var[3] - model.moments(300).w_var) < 0.02)
    True
    """
    ln_R = table.live().ln_R
    n = np.isfinite(ln_R).sum(axis=0)
    if n.min() < 2:
        raise InputError(
            f"{n.min()} devices were read at pulse {table.pulse[n.argmin()]}; expected two or more"
        )
    mean = np.nanmean(ln_R, axis=0)
    square = (ln_R - mean) ** 2
    var = np.nansum(square, axis=0) / (n - 1)
    return TableMoments(
        pulse=table.pulse,
        n=n,
        mean=mean,
        mean_se=np.sqrt(var / n),
        var=var,
        var_se=np.nanstd(square, axis=0) / np.sqrt(n),
        quantiles=np.exp(np.nanquantile(ln_R, QUANTILES, axis=0).T),
    )


@checked
def increments(table: PulseTable) -> Increments:
    """Measure the changes of ln R from each point to the next, of devices that live.

    Parameters
    ----------
    table : PulseTable

    Raises
    ------
    InputError
        If there are fewer than two.

    Examples
    --------
    >>> import neurodyn as nd
    >>> table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 100, 200)
    >>> round(nd.synapses.increments(table).half_width, 3)  # pink noise: 0.6745 x 0.0284
    0.019
    """
    steps = np.diff(table.live().ln_R, axis=1)
    values = steps[np.isfinite(steps)]
    if len(values) < 2:
        raise InputError(f"{table.source!r} has {len(values)} steps; expected two or more")
    q1, q3 = np.quantile(values, [0.25, 0.75])
    return Increments(values, float((q3 - q1) / 2), float(values.std()))


@checked
def synapse_spectrum(table: PulseTable, segment: Count | None = None) -> SynapseSpectrum:
    """Estimate the power spectrum of ln R against pulses, the mean over devices that live.

    P. D. Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967): Hann windows, half overlapping, a
    straight line taken out of each segment.

    Parameters
    ----------
    table : PulseTable
        Evenly spaced.
    segment : int, optional
        Points of a segment; a quarter of the table, and at least 8, by default.

    Raises
    ------
    InputError
        If points are not evenly spaced, a reading is missing, or a segment does not fit.

    Examples
    --------
    >>> import neurodyn as nd
    >>> table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 50, 2000)
    >>> -1.2 < nd.synapses.synapse_spectrum(table).slope(0.03, 0.3) < -0.8
    True
    """
    from scipy.signal import welch

    step, ln_R = _even(table)
    points = ln_R.shape[1]
    length = max(8, points // 4) if segment is None else segment
    if not 8 <= length <= points:
        raise InputError(f"segment is {length}; expected from 8 to the {points} points there are")
    f, each = welch(ln_R, fs=1 / step, nperseg=length, detrend="linear", axis=1)
    error = each.std(axis=0, ddof=1) / np.sqrt(len(each)) if len(each) > 1 else np.full(len(f), 0.0)
    return SynapseSpectrum(f, each.mean(axis=0), error, len(each))


@checked
def synapse_correlation(
    table: PulseTable, points: Count | None = None, *, detrend: Literal["start", "linear"] = "start"
) -> SynapseCorrelation:
    """Correlate devices with themselves and with each other.

    Parameters
    ----------
    table : PulseTable
        Evenly spaced.
    points : int, optional
        Lags, from 0 on; a quarter of the table by default.
    detrend : {"start", "linear"}
        What is taken from ln R before: its mean over devices at the first point, so that what
        devices have in common stays; or a straight line from each device, so that noise stays.

    Raises
    ------
    InputError
        If points are not evenly spaced, a reading is missing, or there is one device only.

    Examples
    --------
    >>> import neurodyn as nd
    >>> table = nd.synapses.synthetic_table(nd.synapses.WeakReset(), 64, 500, every=10)
    >>> nd.synapses.synapse_correlation(table).ratio > 1
    True
    """
    from scipy.signal import detrend as straightened

    step, ln_R = _even(table)
    n, length = ln_R.shape
    lags = max(1, length // 4) if points is None else points
    if n < 2 or lags > length:
        raise InputError(
            f"{n} devices at {length} points, {lags} lags; expected two devices or more, and no "
            "more lags than points"
        )
    w = straightened(ln_R, axis=1) if detrend == "linear" else ln_R - ln_R[:, 0].mean()
    together = w.sum(axis=0)
    auto, cross = np.empty(lags), np.empty(lags)
    for k in range(lags):
        own = np.sum(w[:, : length - k] * w[:, k:])
        pairs = np.sum(together[: length - k] * together[k:]) - own
        auto[k] = own / (n * (length - k))
        cross[k] = pairs / (n * (n - 1) * (length - k))
    return SynapseCorrelation(step * np.arange(lags), auto, cross)


def _even(table: PulseTable) -> tuple[int, Array]:
    """Return the pulses from point to point, and ln R of devices that live."""
    steps = np.diff(table.pulse)
    if (steps != steps[0]).any():
        raise InputError(
            f"{table.source!r} has points {steps.min()} to {steps.max()} pulses apart; expected an "
            "evenly spaced table"
        )
    ln_R = table.live().ln_R
    missing = np.count_nonzero(~np.isfinite(ln_R))
    if missing:
        raise InputError(
            f"{table.source!r} lacks {missing} readings of devices that live; expected all of them"
        )
    return int(steps[0]), ln_R
