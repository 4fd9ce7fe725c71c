r"""What an oscilloscope makes of a channel, as a choice: :class:`TraceInstrument`.

With y the channel of the model, the record shows

.. math:: gain \cdot y_B(t - delay) + offset, \qquad \dot y_B = 2\pi B\,(y - y_B)

with B the bandwidth. Gain, offset and delay are unknowns beside the parameters; the bandwidth is a
parameter of a model with one more state, so its sensitivities come as all others do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy

from neurodyn.arguments import NonNegative, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.fitting.ambient import Pair
from neurodyn.fitting.trace.features.extractor import VALUES
from neurodyn.fitting.trace.prior import Prior
from neurodyn.fitting.trace.record import SpikeTrace
from neurodyn.fitting.trace.sensitivity import observed_expression
from neurodyn.fitting.unknowns import Setting, Unknown, as_text, setting
from neurodyn.model import Model, Quantity, symbol

OFFSET_PRIOR = 0.01
"""Standard deviation of an unstated offset, in swings of the record."""
_GAINS = (0.2, 5.0)
_BANDWIDTHS = (1.0, 1e15)  # Hz


@checked
@dataclass(frozen=True)
class TraceInstrument:
    """What lies between a channel of a device and its record.

    Each is exact (a number), has a prior (mean, standard deviation), or is ``"free"``: then it is
    one more unknown of the fit, and its uncertainty goes into every interval. What is not stated
    has the prior of a common oscilloscope.

    Parameters
    ----------
    gain : float, (mean, standard deviation) or "free"
        Of scope and probe together; 1 +- 0.01 if not stated.
    offset : float, (mean, standard deviation) or "free", optional [unit of the channel]
        0 +- 1 % of the swing of the record if not stated.
    bandwidth : float or (value, standard deviation) or "free", optional [Hz]
        Of scope and probe together, where its gain is down by 3 dB (first order); unlimited if not
        stated. ``"free"`` begins at ten times the inverse of the shortest time in the record.
    jitter : float [s, or the time unit of the model]
        Standard deviation of the trigger: of a common delay of the record against ``onset``.

    Raises
    ------
    InputError
        If a setting is none, or makes no sense.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.TraceInstrument(gain=(1.0, 0.02), bandwidth=200e6)
    TraceInstrument(gain=(1.0, 0.02), offset=None, bandwidth=200000000.0, jitter=0.0)
    """

    gain: Setting = (1.0, 0.01)
    offset: Setting | None = None
    bandwidth: Setting | None = None
    jitter: NonNegative = 0.0

    def __post_init__(self) -> None:
        gain = setting(self.gain, "gain")
        if not (math.isinf(gain[1]) or _GAINS[0] < gain[0] < _GAINS[1]):
            raise InputError(f"gain is {self.gain!r}; expected a gain near 1")
        if self.offset is not None:
            setting(self.offset, "offset")
        if self.bandwidth is not None:
            value, sd = setting(self.bandwidth, "bandwidth", "Hz")
            if not (math.isinf(sd) or (value > 0 and sd < value)):
                raise InputError(
                    f"bandwidth is {self.bandwidth!r}; expected a positive number in Hz, (value, "
                    "standard deviation) or 'free'"
                )

    def offset_for(self, records: Sequence[SpikeTrace]) -> Pair:
        """Return what is known of the offset of a channel, by the swing of its records."""
        if self.offset is not None:
            return setting(self.offset, "offset")
        swing = max(float(np.ptp(np.percentile(record.y, [0.5, 99.5]))) for record in records)
        return 0.0, OFFSET_PRIOR * swing


EXACT = TraceInstrument(gain=1.0, offset=0.0)
"""A record that shows the channel as it is."""


@dataclass(frozen=True)
class Shown:
    """How a channel of the model is shown.

    Parameters
    ----------
    gain, offset, delay : float
    """

    gain: float = 1.0
    offset: float = 0.0
    delay: float = 0.0

    def values(self, y: Array) -> Array:
        """Return values of the channel as the record shows them."""
        return self.gain * y + self.offset

    def features(self, names: Sequence[str], values: Array, by: Array) -> tuple[Array, Array]:
        """Return features as the record shows them, and how they move.

        Parameters
        ----------
        names : sequence of m str
        values : (m,) float
            Of the model.
        by : (m, k) float
            Their derivatives by what is fitted of the model.

        Returns
        -------
        values : (m,) float
        by : (m, k + 3) float
            Derivatives by gain, offset and delay come last.
        """
        scaled = np.array([name in VALUES for name in names])
        late = np.array([name == "latency" for name in names], dtype=float)
        factor = np.where(scaled, self.gain, 1.0)
        more = np.stack([np.where(scaled, values, 0.0), scaled.astype(float), late], axis=1)
        shown = factor * values + self.offset * scaled + self.delay * late
        return shown, np.hstack([factor[:, None] * by, more])


KINDS = ("gain", "offset", "delay")
"""What is not of the model, in the order of the columns of :meth:`Shown.features`."""


def kind_name(kind: str, channel: str) -> str:
    """Return the name of an unknown of the instrument."""
    return f"{kind} of {channel}"


@dataclass(frozen=True, eq=False)
class Seen:
    """A device as its instruments show it.

    Parameters
    ----------
    model : Model
        The device, with one more state for each channel of limited bandwidth.
    records : tuple of SpikeTrace
        Their channels are those of that model.
    bandwidths : tuple of Unknown
        Those that are fitted.
    unknowns : tuple of Unknown
        Gains, offsets and delays that are fitted.
    held : mapping from unknown to value
        Those that are exact.
    prior : tuple of Prior
        Of all these.
    texts : tuple of str
        What is known of each channel, in words.
    """

    model: Model
    records: tuple[SpikeTrace, ...]
    bandwidths: tuple[Unknown, ...]
    unknowns: tuple[Unknown, ...]
    held: dict[str, float]
    prior: tuple[Prior, ...]
    texts: tuple[str, ...]


def seen_through(
    model: Model,
    records: Sequence[SpikeTrace],
    instruments: dict[str, TraceInstrument],
) -> Seen:
    """Return a model and its records with an instrument for each channel.

    Parameters
    ----------
    model : Model
    records : sequence of SpikeTrace
    instruments : mapping from channel to TraceInstrument
    """
    shown, bandwidths, unknowns, priors = list(records), [], [], []
    held: dict[str, float] = {}
    texts = []
    for channel in dict.fromkeys(record.channel for record in records):
        instrument = instruments[channel]
        own = [record for record in records if record.channel == channel]
        unit, name = model.quantity(channel).unit, channel
        said = []
        if instrument.bandwidth is not None:
            value, sd = setting(instrument.bandwidth, "bandwidth", "Hz")
            if math.isinf(sd):
                value = 10.0 / min(_shortest(record) for record in own)
            name, parameter = f"{channel}_shown", f"bandwidth_{channel}"
            model = with_bandwidth(model, channel, name, parameter, value)
            shown = [replace(r, channel=name) if r.channel == channel else r for r in shown]
            said.append(f"bandwidth {as_text((value, sd), 'Hz')}")
            if sd > 0:
                of = "bandwidth of the record"
                bandwidths.append(Unknown(parameter, _BANDWIDTHS, unit="Hz", meaning=of))
            if 0 < sd < math.inf:
                priors.append(_prior(parameter, math.log(value), sd / value, said[-1]))
        known = {
            "gain": (setting(instrument.gain, "gain"), "1", _GAINS),
            "offset": (instrument.offset_for(own), unit, (-math.inf, math.inf)),
            "delay": ((0.0, instrument.jitter), model.time_unit, (-math.inf, math.inf)),
        }
        for kind, ((mean, sd), of, bounds) in known.items():
            key = kind_name(kind, name)
            text = f"{kind} {as_text((mean, sd), '' if of == '1' else of)}"
            if (mean, sd) != (float(kind == "gain"), 0.0):
                said.append(text)
            if sd == 0:
                held[key] = mean
                continue
            title = kind_name(kind, channel)
            unknowns.append(
                Unknown(key, bounds, logarithmic=False, shown=title, unit=of, meaning=_MEANS[kind])
            )
            if math.isfinite(sd):
                priors.append(_prior(key, mean, sd, text))
        texts.append(f"{channel}: {', '.join(said) or 'exact'}")
    return Seen(
        model, tuple(shown), tuple(bandwidths), tuple(unknowns), held, tuple(priors), tuple(texts)
    )


_MEANS = {
    "gain": "gain of the record",
    "offset": "offset of the record",
    "delay": "delay of the trigger",
}


def _prior(name: str, mean: float, sd: float, text: str) -> Prior:
    return Prior((name,), np.array([mean]), np.array([[sd**2]]), text)


def _shortest(record: SpikeTrace) -> float:
    """Return the time in which a record crosses its swing at its steepest."""
    steepest = float(np.abs(np.diff(record.y)).max()) / record.dt
    return max(float(np.ptp(record.y)) / steepest, record.dt)


def with_bandwidth(model: Model, channel: str, name: str, parameter: str, value: float) -> Model:
    """Return a model with one more state: a channel through a low-pass of first order.

    Parameters
    ----------
    model : Model
    channel : str
        State or output that is recorded.
    name, parameter : str
        Of the new state and of its bandwidth.
    value : float [Hz]

    Raises
    ------
    InputError
        If the model counts its time in no seconds.
    """
    if model.time_unit != "s":
        raise InputError(
            f"{model.name!r} counts time in {model.time_unit!r}; a bandwidth in Hz needs seconds"
        )
    of = model.quantity(channel)
    scale = of.scale if isinstance(of, Quantity) else 1.0
    state = Quantity(name, 0.0, of.unit, scale, meaning=f"{channel} as it is recorded")
    bandwidth = Quantity(parameter, value, "Hz", value, (0.0, math.inf), "where 3 dB are lost")
    rate = 2 * sympy.pi * symbol(parameter) * (observed_expression(model, channel) - symbol(name))
    return replace(
        model,
        states=(*model.states, state),
        parameters=(*model.parameters, bandwidth),
        rhs=(*model.rhs, rate),
        equilibria=None,
    )
