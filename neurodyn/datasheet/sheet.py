"""``nd.datasheet``: the sheet as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurodyn.arguments import Count, Whole, checked
from neurodyn.datasheet.entry import ASSUMED, Entry
from neurodyn.datasheet.numbers import all_numbers, summarise
from neurodyn.datasheet.study import Study, study
from neurodyn.devices import nbox_circuit
from neurodyn.errors import FitRejectedError, unknown_name
from neurodyn.fitting import IVFit
from neurodyn.progress import Progress, silent
from neurodyn.provenance import versions


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
        return {
            "schema": "neurodyn-datasheet/1",
            "summary": list(self.summary),
            "origin": self.origin,
            "remarks": list(self.study.remarks),
            "numbers": {
                key: {
                    "label": entry.label,
                    "value": entry.value,
                    "unit": entry.unit,
                    "interval_95": list(entry.interval) if entry.interval else None,
                    "provenance": entry.provenance,
                }
                for key, entry in self.numbers.items()
            },
            "fit": self.study.fit.to_dict(),
            "curves": {
                "iv": {
                    "V": {"unit": "V", "values": self.study.iv.V.tolist()},
                    "I": {"unit": "A", "values": self.study.iv.I.tolist()},
                    "T": {"unit": "K", "values": self.study.iv.T.tolist()},
                },
                "fi": {
                    "I_s": {"unit": "A", "values": self.study.fi.values.tolist()},
                    "rate": {"unit": "Hz", "values": self.study.fi.rate.tolist()},
                },
            },
            "behaviours": self.study.behaviours.to_dict()["behaviours"],
            "provenance": {
                "versions": versions(),
                "seed": self.seed,
                "equations": {
                    "neuron": self.study.neuron.digest,
                    "circuit": self.study.circuit.digest,
                },
                "data_sha256": self.study.fit.data.sha256,
            },
        }

    @checked
    def write(self, folder: str | Path) -> list[Path]:
        """Write ``datasheet.html``, ``datasheet.json`` and the figures; return their paths.

        Everything is made in a temporary folder first, so nothing is left half-written.

        Raises
        ------
        InputError
            If the folder is a file or cannot be written.
        """
        from neurodyn.datasheet.render import write

        return write(self, Path(folder))

    def __repr__(self) -> str:
        return (
            "\n".join(
                ["<datasheet of " + self.study.neuron.name, *("  " + s for s in self.summary)]
            )
            + ">"
        )


@checked(moved={"report": "progress=..."})
def datasheet(
    fit: IVFit,
    *,
    parameters: Mapping[str, float] | None = None,
    draws: Count = 200,
    seed: Whole = 1,
    origin: str = "",
    progress: Progress = silent,
) -> Datasheet:
    """Work out what neuron a fitted device makes.

    Parameters
    ----------
    fit : IVFit
        An accepted fit whose data reach beyond the threshold switching point.
    parameters : mapping, optional
        Values for what the I-V curve does not hold: ``C_th``, ``C_ext``, ``L_ext``, ``R_out``,
        ``C_d``; those of Drouhin (2023), Table 2.1, by default.
    draws : int
        Samples of the fit's uncertainty, for the intervals of derived numbers.
    seed : int
    origin : str
        A sentence on where the data come from, printed on the sheet.
    progress : function, optional
        Told the progress.

    Returns
    -------
    Datasheet

    Raises
    ------
    FitRejectedError
        If the fit was rejected.
    InputError
        If the data do not reach the threshold switching point, or a parameter is unknown.

    Examples
    --------
    >>> import neurodyn as nd
    >>> fit = nd.fit_iv(nd.read_iv(nd.default_iv()), T_amb=298.0)
    >>> sheet = nd.datasheet(fit, draws=5)
    >>> round(sheet.numbers["hopf_low"].value * 1e6)
    43
    """
    if not fit.accepted:
        raise FitRejectedError(
            f"no datasheet: the fit of {fit.data.source} is rejected, because "
            + "; ".join(fit.reasons),
            fit,
        )
    assumed = dict(parameters or {})
    for name in assumed:
        if name not in ASSUMED:
            raise unknown_name("parameter beside the fit", name, ASSUMED)
    shared = {name: fit.model[name] for name in fit.model.parameter_names if name != "I_s"}
    circuit = nbox_circuit(**{**shared, **assumed})
    neuron = fit.model.with_parameters(
        **{name: value for name, value in assumed.items() if name in fit.model.parameter_names}
    )
    found = study(fit, neuron, circuit, progress)
    numbers = all_numbers(found, draws, seed, progress)
    return Datasheet(
        study=found,
        numbers=numbers,
        summary=summarise(found, numbers),
        origin=origin,
        seed=seed,
    )
