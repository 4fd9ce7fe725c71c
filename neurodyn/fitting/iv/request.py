"""Request for an I-V fit: what is asked, checked, and made into a least-squares problem."""

from __future__ import annotations

import hashlib
import inspect
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurodyn import devices
from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.equilibria.curve_source import DIRECTION, curve_source, has_branches
from neurodyn.equilibria.terminals import Terminals
from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.ambient import Pair, ambient_temperature, at_each_ambient
from neurodyn.fitting.iv.distance import Group, OrthogonalProblem
from neurodyn.fitting.iv.inequalities import inequalities_in
from neurodyn.fitting.iv.instrument import RANGE_GAIN, TERMINALS, IVInstrument, instrument_unknown
from neurodyn.fitting.iv.parameter_names import default_parameters, fitted_names, unknown_parameter
from neurodyn.fitting.least_squares import Loss
from neurodyn.fitting.noise import ChannelNoise, Noise, noise_of_channels
from neurodyn.fitting.unknowns import Unknown
from neurodyn.io import IVData, iv_data
from neurodyn.model import Model
from neurodyn.provenance import refuse_repeated, sha256

Curves = IVData | tuple[npt.ArrayLike, npt.ArrayLike]

_PROVISIONAL = ChannelNoise(relative=0.01)  # while it is not known yet
_LARGEST_OFFSET = 100.0  # K


@checked
@dataclass(frozen=True)
class IVMisfit:
    """What counts as misfit of an I-V curve, and how much.

    Parameters
    ----------
    loss : {"linear", "soft_l1", "huber"}
        A robust loss turns over at one standard deviation; the plain chi-square stands beside it.
        Losses that forget far points altogether (Cauchy's) are left out: they have minima far off.
    censored : bool
        Use rows at compliance as inequalities.
    jumps : bool
        Use jumps of voltage sweeps as brackets of the threshold and the hold voltage.

    Raises
    ------
    InputError
        For another loss.

    Examples
    --------
    >>> import neurodyn as nd
    >>> curve = nd.iv_curve(nd.devices.nbox_neuron(), current=(1e-6, 1e-3), n=60)
    >>> curve.V[20] *= 1.2
    >>> robust = nd.IVMisfit(loss="soft_l1")
    >>> fit = nd.fit_iv((curve.V, curve.I), T_amb=298.0, misfit=robust, starts=2)
    >>> abs(fit["R_0"].value / nd.devices.nbox_neuron()["R_0"] - 1) < 0.01
    True
    """

    loss: Loss = "linear"
    censored: bool = True
    jumps: bool = True


@dataclass(frozen=True, eq=False)
class Request:
    """A checked question to :func:`neurodyn.fit_iv`.

    Parameters
    ----------
    model : Model
    names : tuple of str
        Parameters of the model that are fitted.
    data : tuple of IVData
    ambients : tuple of (value, standard deviation) [K]
        One for each measurement.
    noise : (of V, of I) or None
    misfit : IVMisfit
    offset : (mean, standard deviation) or None [K]
        Of a common error of all ambient temperatures; infinite if nothing is known of it.
    instrument : IVInstrument
    starts, seed : int
    """

    model: Model
    names: tuple[str, ...]
    data: tuple[IVData, ...]
    ambients: tuple[Pair, ...]
    noise: tuple[ChannelNoise, ChannelNoise] | None
    misfit: IVMisfit
    offset: Pair | None
    instrument: IVInstrument
    starts: int
    seed: int

    @property
    def digest(self) -> str:
        """Fingerprint of the question: equal for equal fits."""
        parts: dict[str, Any] = {
            "model": self.model.digest,
            "p": self.model.p.tolist(),
            "names": self.names,
            "data": [data.to_dict() for data in self.data],
            "rest": [
                self.ambients,
                repr(self.noise),
                repr(self.misfit),
                self.offset,
                repr(self.instrument),
                self.starts,
                self.seed,
            ],
        }
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def problem(self) -> OrthogonalProblem:
        """Return the least-squares problem."""
        unknowns = [unknown_parameter(name, self.model) for name in self.names]
        ambient_place: dict[Pair, int] = {}
        for value, sd in dict.fromkeys(self.ambients):
            if sd > 0 and "T_amb" in self.model.parameter_names:
                ambient_place[value, sd] = len(unknowns)
                prior = (math.log(value), sd / value)
                unknowns.append(Unknown("ambient", (0.5 * value, 2 * value), prior=prior))
        if self.offset is not None:
            unknowns.append(_common_offset(self.offset))
        settings = dict(self.instrument.settings())
        unknowns += [instrument_unknown(name, x) for name, x in settings.items() if x[1] > 0]
        groups, first = [], 0
        for data, ambient in zip(self.data, self.ambients, strict=True):
            groups += self._groups(data, ambient[0], first, ambient_place.get(ambient))
            first += len(data)
        held = {field: settings[name][0] for name, field in TERMINALS.items()}
        held = {field: 0.0 if math.isnan(value) else value for field, value in held.items()}
        start, free = self.instrument.range_from, settings[RANGE_GAIN][1] > 0
        ranges = {RANGE_GAIN: start} if free and start is not None else {}
        return OrthogonalProblem(
            self.model, tuple(unknowns), tuple(groups), Terminals(**held), ranges
        )

    def _groups(
        self, data: IVData, T_amb: float, first: int, ambient: int | None
    ) -> Iterator[Group]:
        """Yield the points of a measurement, by direction of sweep where the curve depends on it.

        Parameters
        ----------
        first : int
            Place of its first point among all.
        ambient : int or None
            Place of its T_amb among the unknowns.
        """
        noise_V, noise_I = self.noise or (_PROVISIONAL, _PROVISIONAL)
        meters = noise_V, noise_I
        used = self.misfit
        rows = tuple(inequalities_in(data, meters, censored=used.censored, jumps=used.jumps))
        held = {"T_amb": T_amb} if "T_amb" in self.model.parameter_names else {}
        for way in (1, -1) if has_branches(self.model) else (None,):
            chosen = np.flatnonzero(data.direction == way) if way else np.arange(len(data))
            if not len(chosen):
                continue
            V, I = data.V[chosen], data.I[chosen]
            yield Group(
                ln_V=np.log(V),
                ln_I=np.log(I / self._held_gain(I)),
                place=first + chosen,
                sd_V=noise_V.relative_sd(V),
                sd_I=noise_I.relative_sd(I),
                held=held if way is None else {**held, DIRECTION: float(way)},
                ambient=ambient,
                inequalities=tuple(r for r in rows if way in (None, r.direction)),
                way=way or 0,
                ways=data.direction[chosen],
            )

    def _held_gain(self, I: Array) -> Array | float:
        """Return the gain with which each current was read, where it is exact."""
        mean, sd = dict(self.instrument.settings())[RANGE_GAIN]
        start = self.instrument.range_from
        return 1.0 if sd or start is None else np.where(start < I, mean, 1.0)


def _common_offset(prior: Pair) -> Unknown:
    return Unknown(
        "T_offset",
        (-_LARGEST_OFFSET, _LARGEST_OFFSET),
        logarithmic=False,
        prior=prior if math.isfinite(prior[1]) else None,
        unit="K",
        meaning="error that all ambient temperatures share",
    )


def read_request(
    data: Curves | Sequence[Curves],
    T_amb: float | Pair | Sequence[float | Pair],
    *,
    model: Model | str | None,
    parameters: Sequence[str] | None,
    noise: Noise | tuple[Noise, Noise] | None,
    misfit: IVMisfit,
    offset: Literal["common"] | float | Pair | None,
    instrument: IVInstrument,
    starts: int,
    seed: int,
) -> Request:
    """Check everything that was asked.

    Raises
    ------
    InputError, IdentifiabilityError
    """
    given = _measurements(data)
    curves, ambients = at_each_ambient(given, _ambients(T_amb, len(given)))
    refuse_repeated(((c.source, _digest(c)) for c in curves), "measurement")
    base = _model(model, ambients, offset)
    wanted = default_parameters(base) if parameters is None else parameters
    names = fitted_names(wanted, base)
    if instrument.R_series == "free":
        raise InputError(
            "R_series without a prior is nearly exchangeable with R_0 (their correlation is above "
            "0.99); give R_series=(value, standard deviation) in ohm, as measured on the leads, or "
            "R_series=value to hold it"
        )
    count = sum(len(curve) for curve in curves)
    if count < 2 * len(names):
        raise InputError(
            f"{count} points are left to fit {len(names)} parameters; expected at least "
            f"{2 * len(names)}"
        )
    if starts < 1:
        raise InputError(f"starts is {starts}; expected 1 or more")
    return Request(
        model=base,
        names=names,
        data=curves,
        ambients=ambients,
        noise=noise_of_channels(noise),
        misfit=misfit,
        offset=_offset(offset, ambients),
        instrument=instrument,
        starts=starts,
        seed=seed,
    )


def sweep_of_each(data: Sequence[IVData]) -> npt.NDArray[np.intp]:
    """Return which sweep each point belongs to; they are numbered within each measurement."""
    curve = np.repeat(np.arange(len(data)), [len(one) for one in data])
    pairs = np.stack([curve, np.concatenate([one.sweep for one in data])])
    return np.unique(pairs, axis=1, return_inverse=True)[1].ravel()


def _measurements(data: Curves | Sequence[Curves]) -> tuple[IVData, ...]:
    if isinstance(data, IVData):
        return (data,)
    several = isinstance(data, list) or isinstance(data[0], IVData)
    curves: Any = data if several else [data]
    if not len(curves):
        raise InputError("data is an empty list; expected at least one I-V measurement")
    return tuple(c if isinstance(c, IVData) else iv_data(*c) for c in curves)


def _digest(curve: IVData) -> str:
    """Return the digest of the numbers: a file with other line ends is the same measurement."""
    return sha256(curve.V.tobytes() + curve.I.tobytes())


def _ambients(T_amb: Any, n: int) -> tuple[Pair, ...]:
    if isinstance(T_amb, (list, np.ndarray)):
        if len(T_amb) != n:
            raise InputError(
                f"T_amb has {len(T_amb)} entries for {n} measurements; expected one for each, or "
                "one (value, standard deviation) for all"
            )
        return tuple(ambient_temperature(entry) for entry in T_amb)
    return (ambient_temperature(T_amb),) * n


def _offset(offset: Any, ambients: tuple[Pair, ...]) -> Pair | None:
    if offset is None:
        return None
    if isinstance(offset, str):
        if offset != "common":
            raise unknown_name("offset", offset, ["common"])
        if len({value for value, _ in ambients}) < 2:
            raise InputError(
                'offset="common" asks for an unknown error of all ambient temperatures, which one '
                "ambient temperature cannot show; expected curves at several, or a prior "
                "offset=(0, standard deviation in K)"
            )
        return 0.0, math.inf
    mean, sd = offset if isinstance(offset, tuple) else (0.0, offset)
    if not (math.isfinite(mean) and math.isfinite(sd) and sd > 0):
        raise InputError(f"offset is {offset!r}; expected 'common', or (mean, sd > 0) in K")
    return float(mean), float(sd)


def _model(model: Model | str | None, ambients: tuple[Pair, ...], offset: Any) -> Model:
    if isinstance(model, str):
        if model not in devices.__all__:
            raise unknown_name("device", model, devices.__all__)
        build = getattr(devices, model)
        driven = "circuit" in inspect.signature(build).parameters
        found: Model = build(circuit="current_driven") if driven else build()
    else:
        found = devices.nbox_neuron() if model is None else model
    _check_device(found)
    if "T_amb" in found.parameter_names:
        return found.with_parameters(T_amb=ambients[0][0])
    own = [name for name in found.parameter_names if name.startswith("T_amb_")]
    if own:
        raise InputError(
            f"{found.name!r} has {own[0]}, which is not known to be the ambient temperature of the "
            "data; expected T_amb: circuit.model(shared=['T_amb'])"
        )
    if len(set(ambients)) > 1 or offset is not None:
        raise InputError(
            f"{found.name!r} has no parameter T_amb, so curves at several ambient temperatures "
            "cannot be told apart; fit each ambient temperature alone"
        )
    return found


def _check_device(model: Model) -> None:
    """Refuse what has no curve of V against I along one inner state."""
    units = [model.quantity(name).unit for name in model.input_names]
    if "I_device" not in {o.name for o in model.outputs} or units != ["A"]:
        raise InputError(
            f"{model.name!r} is not driven by one current, with the output I_device; expected a "
            "current-driven device to fit an I-V curve with"
        )
    known = model.equilibria is not None or has_branches(model)
    memory = () if model.switch is None else tuple(model.switch.reset)
    if not known or len(model.states) != 2 + len(memory):
        raise InputError(
            f"the quasi-static curve of {model.name!r} is not known along one inner state; "
            "expected a device whose equilibria are, or one with hysteresis in a temperature"
        )
    curve_source(model)
