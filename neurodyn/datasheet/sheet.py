"""``nd.datasheet``: the sheet as data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from neurodyn import devices
from neurodyn.arguments import Count, Whole, checked
from neurodyn.card import DeviceCard, device_card
from neurodyn.circuits import Circuit
from neurodyn.datasheet.circuits import (
    assumed_names,
    fittable_devices,
    full_circuit_of,
    in_circuit,
)
from neurodyn.datasheet.entry import Entry
from neurodyn.datasheet.numbers import all_numbers
from neurodyn.datasheet.render import Page, write
from neurodyn.datasheet.study import Study, study
from neurodyn.datasheet.summary import summarise
from neurodyn.errors import FitRejectedError, InputError, unknown_name
from neurodyn.export import FORMATS
from neurodyn.fitting import IVFit
from neurodyn.landmarks import derived
from neurodyn.landmarks.circuit import CircuitStudy
from neurodyn.model import Model, Quantity
from neurodyn.progress import Progress, silent
from neurodyn.provenance import versions
from neurodyn.tables import plain


@dataclass(frozen=True, eq=False)
class Datasheet:
    """What neuron a device makes.

    Parameters
    ----------
    study : Study
        The fit, and every curve, plane and trace computed from it.
    numbers : mapping from key to Entry
    summary : tuple of str
        In plain words, what this neuron does.
    origin : str
        Where the data come from.
    seed : int
        Of the draws behind the intervals.
    """

    study: Study
    numbers: Mapping[str, Entry]
    summary: tuple[str, ...]
    origin: str
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return every number as plain data for JSON."""
        study = self.study
        numbers = {
            key: {
                "label": entry.label,
                "value": entry.value,
                "unit": entry.unit,
                "interval_95": entry.interval,
                "provenance": entry.provenance,
            }
            for key, entry in self.numbers.items()
        }
        return plain(
            {
                "schema": "neurodyn-datasheet/2",
                "summary": self.summary,
                "origin": self.origin,
                "remarks": study.remarks,
                "numbers": numbers,
                "landmarks": {circuit.name: _landmarks(circuit) for circuit in study.circuits},
                "fit": study.fit.to_dict(),
                "curves": _curves(study),
                "behaviours": study.behaviours.to_dict()["behaviours"],
                "provenance": {
                    "versions": versions(),
                    "seed": self.seed,
                    "equations": {c.name: c.model.digest for c in study.circuits},
                    "data_sha256": study.fit.data.sha256,
                },
            }
        )

    @checked
    def write(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write ``datasheet.html``, ``datasheet.json``, the figures and the device for others.

        Returns their paths. Everything is made in a temporary folder first, so nothing is left
        half-written.

        Raises
        ------
        InputError
            If the folder is a file or cannot be written.
        """
        files = {"device.json": self.card().text(), **_exports(self.study.neuron.model)}
        plain_data = self.to_dict()
        page = Page(
            self.study, self.numbers, self.summary, self.origin, self.seed, plain_data, files
        )
        return write(page, Path(folder))

    def card(self) -> DeviceCard:
        """Return the card of the device, with the values that were assumed beside the fit."""
        return device_card(self.study.fit).with_model(self.study.neuron.model)

    def __repr__(self) -> str:
        head = f"<datasheet of {self.study.neuron.model.name}"
        return "\n".join([head, *("  " + line for line in self.summary)]) + ">"


def _exports(model: Model) -> dict[str, str]:
    """Return the device in every format that can hold it and needs no file beside it."""
    found = {}
    for name, write_as in FORMATS.items():
        if name in ("json", "pynest"):  # the card has the one; the other runs a .nestml by its name
            continue
        with suppress(InputError):  # the page lists what there is
            file = write_as(model)
            found[f"device_{name}{file.suffix}"] = file.text
    return found


def _curves(study: Study) -> dict[str, Any]:
    """Return the quasi-static curve, along the inner state, and the f-I curves."""
    model, form = study.neuron.model, study.neuron.model.equilibria
    assert form is not None  # the fit needs it
    inner = model.quantity(form.coordinate)
    assert isinstance(inner, Quantity)
    iv = {
        "V": {"unit": "V", "values": study.iv.V},
        "I": {"unit": "A", "values": study.iv.I},
        inner.name: {"unit": inner.unit, "values": study.iv.T},
    }
    keys = zip(("fi", "fi_full"), study.circuits, strict=False)
    return {"iv": iv, **{key: _rates(circuit) for key, circuit in keys}}


def _rates(circuit: CircuitStudy) -> dict[str, Any]:
    return {
        "I_s": {"unit": "A", "values": circuit.rates.values},
        "rate": {"unit": "Hz", "values": circuit.rates.rate},
    }


def _landmarks(circuit: CircuitStudy) -> dict[str, Any]:
    folds = () if circuit.diagram is None else circuit.diagram.cycle_folds
    return {
        "hopf": [point.parameter for point in circuit.stability.hopf],
        "cycle_folds": [fold.parameter for fold in folds],
        "bistable_windows": circuit.windows,
        "firing": None if circuit.firing is None else asdict(circuit.firing),
    }


@checked(moved={"report": "progress=..."})
def datasheet(
    fit: IVFit,
    *,
    parameters: Mapping[str, float] | None = None,
    circuit: Circuit | None = None,
    draws: Count = 200,
    seed: Whole = 1,
    origin: str = "",
    progress: Progress = silent,
) -> Datasheet:
    """Work out what neuron a fitted device makes, with a capacitance and in the full circuit.

    Parameters
    ----------
    fit : IVFit
        An accepted fit, of any device, whose data show a threshold: they pass it, or jump there.
    parameters : mapping, optional
        Values for what the I-V curve does not hold: of the NbOx device ``C_th``, ``C_ext``,
        ``L_ext``, ``R_out``, ``C_d``; those of the model by default.
    circuit : Circuit, optional
        Takes the place of the full circuit: the fitted device alone, with one current source.
    draws : int
        Samples of the fit's uncertainty, 2 or more, for the intervals of derived numbers.
    seed : int
    origin : str
        A sentence on where the data come from, printed on the sheet.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    Datasheet

    Raises
    ------
    FitRejectedError
        If the fit was rejected; the message names the devices that can be tried.
    InputError
        If nothing in the data shows a threshold, or a parameter is unknown.

    Examples
    --------
    >>> import neurodyn as nd
    >>> fit = nd.fit_iv(nd.read_iv(nd.default_iv()), T_amb=298.0)
    >>> sheet = nd.datasheet(fit, draws=5)
    >>> round(sheet.numbers["hopf_low"].value * 1e6)
    43
    """
    if not fit.accepted:
        raise _rejected(fit)
    larger = full_circuit_of(fit.model) if circuit is None else in_circuit(fit, circuit)
    name = "full circuit" if circuit is None else f"circuit {circuit.name!r}"
    assumed, known = dict(parameters or {}), list(assumed_names(fit))
    if larger is not None:
        beside = {*fit.model.parameter_names, *larger.input_names}
        known += [n for n in larger.parameter_names if n not in beside]
        values = {n: x for n, x in assumed.items() if n in known and n in larger.parameter_names}
        larger = larger.with_parameters(**values)
    for given in assumed:
        if given not in known:
            raise unknown_name("parameter beside the fit", given, known)
    own = {name: x for name, x in assumed.items() if name in fit.model.parameter_names}
    found = study(fit, fit.model.with_parameters(**own), larger, name, progress)
    static = derived(fit, draws=draws, seed=seed, parameters=own, progress=progress)
    numbers = all_numbers(found, static)
    return Datasheet(
        study=found,
        numbers=numbers,
        summary=summarise(found, numbers),
        origin=origin,
        seed=seed,
    )


def _rejected(fit: IVFit) -> FitRejectedError:
    others = [name for name in fittable_devices() if not _is(name, fit.model)]
    return FitRejectedError(
        f"no datasheet: the fit of {fit.data.source} as {fit.model.name} is rejected, because "
        f"{'; '.join(fit.reasons)}; other devices can be tried with --model NAME (model=NAME of "
        f"fit_iv): {', '.join(others)}",
        fit,
    )


def _is(name: str, model: Model) -> bool:
    return getattr(devices, name)("current_driven").digest == model.digest
