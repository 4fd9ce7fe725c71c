"""What an I-V meter may add to a device, as a choice: :class:`IVInstrument`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

from neurodyn.arguments import Positive, checked
from neurodyn.errors import InputError
from neurodyn.fitting.ambient import Pair
from neurodyn.fitting.unknowns import Setting, Unknown, as_text, setting

TERMINALS = {
    "R_series": "series",
    "leak": "leak",
    "current_offset": "current_offset",
    "voltage_offset": "voltage_offset",
}
"""Unknowns of the terminals, and the fields of ``Terminals`` that they are."""
RANGE_GAIN = "range_gain"
_UNITS = {"R_series": "ohm", "leak": "S", "current_offset": "A", "voltage_offset": "V"}
_MEANINGS = {
    "R_series": "series resistance",
    "leak": "conductance beside the device",
    "current_offset": "offset of the ammeter",
    "voltage_offset": "offset of the voltmeter",
    RANGE_GAIN: "gain of the ammeter above range_from, against that below",
}
_LARGEST_GAIN = 2.0


@checked
@dataclass(frozen=True)
class IVInstrument:
    """What lies between a device and the readings of an I-V curve.

    Each is exact (a number), has a prior (mean, standard deviation), or is ``"free"``: then it is
    one more unknown of the fit, and its uncertainty goes into every interval.

    Parameters
    ----------
    R_series : float or (mean, standard deviation) [ohm]
        Resistance of leads in V: held, or fitted with that prior. A fit refuses ``"free"``, which
        is nearly exchangeable with R_0.
    current_offset : float, (mean, standard deviation) or "free" [A]
        Of the ammeter.
    voltage_offset : float, (mean, standard deviation) or "free" [V]
        Of the voltmeter.
    leak : float, (mean, standard deviation) or "free" [S]
        Conductance in parallel with the device; 1e-6 is a leak of 1 Mohm.
    range_gain : float, (mean, standard deviation) or "free"
        Gain of the ammeter where it reads more than ``range_from``, against that below. A gain of
        all ranges cannot be seen: it multiplies R_0 and R_th.
    range_from : float, optional [A]
        Reading at which the range changes.

    Raises
    ------
    InputError
        If a setting is none, R_series is below 0, or a range gain has no ``range_from``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> meter = nd.IVInstrument(leak="free", current_offset=(0.0, 2e-9))
    >>> curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=60)
    >>> fit = nd.fit_iv((curve.V, curve.I + 1e-6 * curve.V), T_amb=298.0, instrument=meter)
    >>> round(fit["leak"].value, 9)
    1e-06
    """

    R_series: Setting = 0.0
    current_offset: Setting = 0.0
    voltage_offset: Setting = 0.0
    leak: Setting = 0.0
    range_gain: Setting = 1.0
    range_from: Positive | None = None

    def __post_init__(self) -> None:
        known = dict(self.settings())
        if known["R_series"][0] < 0:
            raise InputError(f"R_series is {self.R_series!r}; expected 0 ohm or more")
        mean, sd = known[RANGE_GAIN]
        if (mean, sd) != (1.0, 0.0) and self.range_from is None:
            raise InputError(
                f"range_gain is {self.range_gain!r}, but not where the range changes; expected "
                "range_from= in A"
            )
        if not (math.isinf(sd) or 1 / _LARGEST_GAIN < mean < _LARGEST_GAIN):
            raise InputError(f"range_gain is {self.range_gain!r}; expected a gain near 1")

    def settings(self) -> Iterator[tuple[str, Pair]]:
        """Yield each setting's name, with its mean and standard deviation."""
        for field in fields(self):
            if field.name != "range_from":
                what, unit = field.name, _UNITS.get(field.name, "")
                yield what, setting(getattr(self, what), what, unit)

    def __str__(self) -> str:
        said = {
            name: as_text(known, _UNITS.get(name, ""))
            for name, known in self.settings()
            if known != (float(name == RANGE_GAIN), 0.0)
        }
        if RANGE_GAIN in said:
            said[RANGE_GAIN] += f" above {self.range_from:g} A"
        return ", ".join(f"{name} = {text}" for name, text in said.items())


def instrument_unknown(name: str, known: Pair) -> Unknown:
    """Return a setting of an instrument as an unknown of the fit."""
    mean, sd = known
    low, high = (0.0 if name == "R_series" else -math.inf), math.inf
    prior = None if math.isinf(sd) else (mean, sd)
    if name.startswith(RANGE_GAIN):
        low, high = 1 / _LARGEST_GAIN, _LARGEST_GAIN
        prior = None if prior is None else (math.log(mean), sd / mean)
    return Unknown(
        name,
        (low, high),
        logarithmic=name.startswith(RANGE_GAIN),
        prior=prior,
        unit=_UNITS.get(name, "1"),
        meaning=_MEANINGS.get(name, ""),
    )
