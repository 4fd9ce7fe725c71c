"""``nd.device_card``: what is known of a device, from its model or from a fit of either kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from neurodyn.arguments import checked, shown
from neurodyn.arrays import Array
from neurodyn.card.content import as_file, card_as_plain, with_digest
from neurodyn.errors import InputError
from neurodyn.files import write_whole
from neurodyn.fitting import IVFit, TraceFit
from neurodyn.fitting.parameters import FittedParameter
from neurodyn.model import Model
from neurodyn.provenance import versions
from neurodyn.tables import plain


@dataclass(frozen=True)
class Validity:
    """The range of one quantity in the data that a device was fitted to.

    Parameters
    ----------
    name, unit : str
    low, high : float
    """

    name: str
    unit: str
    low: float
    high: float

    def __repr__(self) -> str:
        return f"{self.name}: {self.low:.4g} to {self.high:.4g} {self.unit}"


@dataclass(frozen=True, eq=False, repr=False)
class DeviceCard:
    """What is known of one device: all that a colleague needs to use it a year later.

    Parameters
    ----------
    model : Model
        With the values of the device.
    kind : {"device", "I-V fit", "trace fit"}
        Where it comes from: the library (or equations of one's own), or a fit.
    fitted : tuple of FittedParameter
        With standard errors and intervals; empty for what was not fitted.
    correlation : (n_fitted, n_fitted) float
    nuisances : tuple of FittedParameter
        What was fitted of the instruments.
    held : mapping from name to value
        Parameters that the data could hold, held.
    ambients : tuple of (value, standard deviation) [K]
        Ambient temperature of each measurement, or one for all.
    validity : tuple of Validity
        Currents, voltages and temperatures that the data reached.
    accepted : bool
    reasons : tuple of str
        Why the fit was rejected; empty if it was not.
    warnings : tuple of str
    provenance : mapping
        Data with their digests, options, versions.
    """

    model: Model
    kind: str
    fitted: tuple[FittedParameter, ...] = ()
    correlation: Array = field(default_factory=lambda: np.empty((0, 0)))
    nuisances: tuple[FittedParameter, ...] = ()
    held: Mapping[str, float] = field(default_factory=dict)
    ambients: tuple[tuple[float, float], ...] = ()
    validity: tuple[Validity, ...] = ()
    accepted: bool = True
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def T_amb(self) -> tuple[float, float] | None:
        """Ambient temperature of the first measurement and its standard deviation [K]."""
        return self.ambients[0] if self.ambients else None

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain data, with its digest: what a file holds.

        Raises
        ------
        InputError
            If the model contains what text cannot hold.
        """
        return with_digest(card_as_plain(self))

    @checked
    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the card as ``.json`` or ``.toml``; :func:`neurodyn.load_device` reads both.

        Raises
        ------
        InputError
            If the name ends otherwise, the place cannot be written, or the model contains what
            text cannot hold; nothing is written then.
        """
        path = Path(path)
        if path.suffix.lower() not in (".json", ".toml"):
            raise InputError(
                f"the card is to be written to {shown(str(path))}; expected a name that ends in "
                ".json or .toml"
            )
        text = self.text(toml=path.suffix.lower() == ".toml")
        try:
            write_whole(path, text)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"cannot write to {str(path)!r:.80}: {reason}") from None

    def with_model(self, model: Model) -> DeviceCard:
        """Return the card with other values of what was not fitted.

        A card whose fitted values change is no longer that of the fit: it keeps the model alone.
        """
        fitted = {p.name for p in self.fitted} & set(model.parameter_names)
        same = self.model.digest == model.digest
        if not same or any(model[name] != self.model[name] for name in fitted):
            return device_card(model)
        return replace(self, model=model)

    def text(self, *, toml: bool = False) -> str:
        """Return the card as JSON, or as TOML."""
        return as_file(self.to_dict(), toml=toml)

    def __repr__(self) -> str:
        lines = [f"<card of {self.model.name}, from {self.kind}{self._verdict()}"]
        lines += [f"  {parameter!r}" for parameter in self.fitted]
        lines += [f"  seen in the data: {one!r}" for one in self.validity]
        return "\n".join(lines) + ">"

    def _verdict(self) -> str:
        if self.kind == "device":
            return ""
        return ", accepted" if self.accepted else f", REJECTED: {'; '.join(self.reasons)}"


@checked
def device_card(system: Model | IVFit | TraceFit) -> DeviceCard:
    """Return what is known of a device, ready to be written as one file.

    Parameters
    ----------
    system : Model, IVFit or TraceFit
        A fit brings its parameters with intervals and correlation, ambient temperatures, verdict,
        digests of its data, and the currents, voltages and temperatures that these reached.

    Returns
    -------
    DeviceCard

    Examples
    --------
    >>> import neurodyn as nd, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "device.json"
    >>> nd.device_card(nd.devices.nbox_neuron(C_ext=50e-12)).write(path)
    >>> nd.load_device(path).model["C_ext"]
    5e-11
    """
    if isinstance(system, Model):
        return DeviceCard(system, "device", provenance={"versions": versions()})
    iv = isinstance(system, IVFit)
    return DeviceCard(
        model=system.model,
        kind="I-V fit" if iv else "trace fit",
        fitted=system.parameters,
        correlation=system.correlation,
        nuisances=system.nuisances,
        held=dict(system.fixed),
        ambients=tuple((float(value), float(sd)) for value, sd in system.ambients),
        validity=_seen_by_iv(system) if iv else _seen_by_traces(system),
        accepted=system.accepted,
        reasons=tuple(system.reasons),
        warnings=tuple(system.warnings),
        provenance=_provenance(system),
    )


def _seen_by_iv(fit: IVFit) -> tuple[Validity, ...]:
    found = [_range("V", "V", fit.data.V), _range("I", "A", fit.data.I)]
    form = fit.model.equilibria
    if form is not None:
        inner = fit.model.quantity(form.coordinate)
        found.append(_range(inner.name, inner.unit, fit.inner))
    return (*found, *_ambient(fit))


def _seen_by_traces(fit: TraceFit) -> tuple[Validity, ...]:
    model, values = fit.model, {}
    for trace in fit.traces:
        values.setdefault(trace.channel, []).extend((trace.y.min(), trace.y.max()))
        for name, value in trace.settings.items():
            values.setdefault(name, []).append(value)
    units = {q.name: q.unit for q in (*model.states, *model.parameters, *model.inputs)}
    units |= {output.name: output.unit for output in model.outputs}
    found = [_range(name, units.get(name, "1"), seen) for name, seen in values.items()]
    return (*found, *(one for one in _ambient(fit) if one.name not in values))


def _ambient(fit: IVFit | TraceFit) -> tuple[Validity, ...]:
    return (_range("T_amb", "K", [value for value, _ in fit.ambients]),) if fit.ambients else ()


def _range(name: str, unit: str, values: Any) -> Validity:
    return Validity(name, unit, float(np.min(values)), float(np.max(values)))


def _provenance(fit: IVFit | TraceFit) -> dict[str, Any]:
    """Return digests of the data, and what can be said in words, numbers and lists of them."""
    if isinstance(fit, IVFit):
        data = [(one.source, one.sha256, len(one.V)) for one in fit.measurements]
    else:
        data = [(one.source, one.sha256, len(one.t)) for one in fit.traces]
    names = ("source", "sha256", "points")
    sources = [dict(zip(names, one, strict=True)) for one in data]
    kept = {
        key: value
        for key, value in plain(fit.provenance).items()
        if value is not None and key not in ("searches", "data_sha256")
    }
    return {"title": " ".join(fit.title.split()), "data": sources, **kept}
