"""A measured spike trace with what was known when it was taken: checked, or refused in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurodyn.arguments import Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.io import TraceData
from neurodyn.provenance import sha256

_UNEVEN = 0.01  # of a time step: what rounding in a file does to it
_FLAT = 3  # equal samples in a row at an extreme that is reached by a jump: clipped


@dataclass(frozen=True, eq=False, repr=False)
class SpikeTrace:
    """One measured spike trace.

    Parameters
    ----------
    t : (n,) float [s, or the time unit of the model]
        Evenly spaced.
    y : (n,) float [unit of the channel]
    channel : str
        State or output of the model that was measured: "V", "V_out", "I_device", ...
    settings : mapping from parameter or input to value
        What was set for this trace, e.g. ``{"V_s": 1.6, "R_load": 7e3}``.
    onset : float or None [s]
        When the source was switched on, the device at rest before; None if not recorded.
    noise : float or None [unit of the channel]
        Standard deviation of the measurement noise, if known.
    unit : str
        Of ``y``, if the record says so.
    source, sha256 : str
    """

    t: Array
    y: Array
    channel: str
    settings: Mapping[str, float]
    onset: float | None
    noise: float | None
    unit: str
    source: str
    sha256: str

    @property
    def dt(self) -> float:
        """Time step."""
        return float((self.t[-1] - self.t[0]) / (len(self.t) - 1))

    @property
    def white_noise(self) -> float:
        """Standard deviation of white noise, as stated or as second differences show it.

        Never below that of rounding to the smallest step seen in the record.
        """
        if self.noise is not None:
            return self.noise
        second = np.abs(np.diff(self.y, 2))
        steps = np.abs(np.diff(self.y))
        steps = steps[steps > 0]
        rounding = float(steps.min()) / math.sqrt(12.0) if len(steps) else 0.0
        # median |d| = 0.6745 sd for normal noise; a second difference adds 1 + 4 + 1 variances
        return max(float(np.median(second)) / (0.6745 * math.sqrt(6.0)), rounding)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name} = {value:g}" for name, value in self.settings.items())
        return (
            f"<spike trace {self.source}: {self.channel}, {len(self.t)} samples every "
            f"{self.dt:.4g} s{'; ' + settings if settings else ''}>"
        )


@checked
def spike_trace(
    data: Any,
    *,
    channel: str = "V",
    onset: float | None = None,
    noise: Positive | None = None,
    source: str = "arrays",
    **settings: float,
) -> SpikeTrace:
    """Take a measured trace together with the circuit settings it was measured with.

    Parameters
    ----------
    data : (t, y) or TraceData
        Arrays in SI units, or a record from ``nd.read_trace``: its channel of that name, or the
        only one that it has.
    channel : str
        State or output of the model that was measured.
    onset : float, optional [s]
        When the source was switched on, the device at rest before. Needed for the feature
        "latency" and for ``method="waveform"``.
    noise : float, optional [unit of the channel]
        Standard deviation of the measurement noise; estimated if not given.
    source : str
        Where the trace comes from, for the report.
    **settings : float
        Parameters and inputs of the model that were set for this trace, e.g. ``V_s=1.6``.

    Returns
    -------
    SpikeTrace

    Raises
    ------
    InputError
        If the trace cannot be used: too short, not finite, not evenly sampled, clipped.

    Examples
    --------
    >>> import neurodyn as nd, numpy as np
    >>> neuron = nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, C_ext=20e-12)
    >>> t = np.linspace(0.0, 1e-6, 2000)
    >>> y = nd.solve(neuron, 1e-6).at(t, "V")
    >>> nd.spike_trace((t, y), channel="V", onset=0.0, V_s=1.6)
    <spike trace arrays: V, 2000 samples every 5.003e-10 s; V_s = 1.6>
    """
    t, y, source = _columns(data, channel, source)
    for name, value in settings.items():
        if not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
            raise InputError(f"{name} is {value!r}; expected one finite number")
    if noise is not None and not (math.isfinite(noise) and noise > 0):
        raise InputError(f"noise is {noise!r}; expected a positive standard deviation of {channel}")
    _check(t, y, source)
    if onset is not None and not (math.isfinite(onset) and onset < t[-1]):
        raise InputError(
            f"onset is {onset:g} s; expected a time before the end of the trace at {t[-1]:g} s"
        )
    digest = sha256(t.tobytes() + y.tobytes())
    unit = data.units.get(_name_in(data, channel), "") if isinstance(data, TraceData) else ""
    return SpikeTrace(t, y, channel, dict(settings), onset, noise, unit, source, digest)


def _name_in(data: TraceData, channel: str) -> str:
    """Return the name that a channel has in a record: its own, or that of the only one there is."""
    only = next(iter(data.channels)) if len(data.channels) == 1 else channel
    return channel if channel in data.channels else only


def _columns(data: Any, channel: str, source: str) -> tuple[Array, Array, str]:
    """Return time, channel and source of arrays or of a record with named channels."""
    if isinstance(data, TraceData):
        t, y, source = data.t, data[_name_in(data, channel)], data.source
    else:
        try:
            t, y = data
        except (TypeError, ValueError):
            raise InputError(
                f"a trace is {type(data).__name__}; expected (t, y) or a record of nd.read_trace"
            ) from None
    try:
        t, y = np.asarray(t, dtype=float), np.asarray(y, dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            "t and y of a trace are not numbers; expected two arrays of float"
        ) from None
    if t.ndim != 1 or t.shape != y.shape:
        raise InputError(
            f"t has the shape {t.shape} and y {y.shape}; expected two arrays of one length"
        )
    return t, y, source


def _check(t: Array, y: Array, source: str) -> None:
    if len(t) < 50:
        raise InputError(f"{source}: {len(t)} samples; expected at least 50 for a spike trace")
    bad = int((~np.isfinite(t) | ~np.isfinite(y)).sum())
    if bad:
        raise InputError(f"{source}: {bad} of {len(t)} samples are not finite; remove them first")
    steps = np.diff(t)
    dt = float((t[-1] - t[0]) / (len(t) - 1))
    if not dt > 0 or steps.min() <= 0:
        raise InputError(f"{source}: time does not increase from sample to sample; sort the trace")
    worst = int(np.abs(steps - dt).argmax())
    if abs(steps[worst] - dt) > _UNEVEN * dt + 4e-16 * np.abs(t).max():
        raise InputError(
            f"{source}: the time step is {steps[worst]:.4g} at t = {t[worst]:.6g} and {dt:.4g} on "
            "average; expected even sampling (resample the trace, or take the gap out)"
        )
    for side, extreme in (("top", y.max()), ("bottom", y.min())):
        _check_clipping(y, extreme, side, source)


def _check_clipping(y: Array, extreme: float, side: str, source: str) -> None:
    """Refuse a trace that runs into a limit: it jumps onto its extreme value and stays there.

    A flat baseline that is only rounded (to the steps of a converter) is reached one step at a
    time; clipped samples are reached by a jump of several.
    """
    steps = np.abs(np.diff(y))
    if not steps.any():
        raise InputError(f"{source}: all samples are {extreme:g}; expected spikes")
    rounding = float(steps[steps > 0].min())
    at_limit = np.concatenate([[False], y == extreme, [False]])
    edges = np.diff(at_limit.astype(np.int8))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    long = (last - first >= _FLAT) & (first > 0)
    if not long.any():
        return
    entering = np.abs(y[first[long]] - y[first[long] - 1])
    if np.median(entering) > 2.5 * rounding:
        raise InputError(
            f"{source}: {int((last - first)[long].sum())} samples lie exactly at the {side} "
            f"{extreme:g}, reached by jumps: the trace is clipped; measure it on a wider range"
        )
