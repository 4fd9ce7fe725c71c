"""What :func:`neurodyn.behaviours` returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.errors import unknown_name
from neurodyn.provenance import require
from neurodyn.tables import as_csv, plain

if TYPE_CHECKING:
    import pandas

Verdict = Literal["shown", "not shown", "not decidable"]


@dataclass(frozen=True, eq=False)
class BehaviourTrace:
    """One run that was looked at.

    Parameters
    ----------
    label : str
    t, y, drive : (n,) float
        Time, the model's observable and its input, in the model's units.
    spike_times : (k,) float
    """

    label: str
    t: Array
    y: Array
    drive: Array
    spike_times: Array


@dataclass(frozen=True, eq=False)
class Finding:
    """Whether a neuron shows one behaviour, and how that was seen.

    Parameters
    ----------
    name : str
        E.g. ``"rebound_spike"``.
    verdict : {"shown", "not shown", "not decidable"}
    reason : str
        One sentence.
    stimulus : str
        What was applied, in words and numbers; empty where nothing shows the behaviour.
    evidence : mapping from name to float
        The numbers that the verdict rests on, in the model's units.
    traces : tuple of BehaviourTrace
    """

    name: str
    verdict: Verdict
    reason: str
    stimulus: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)
    traces: tuple[BehaviourTrace, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "evidence", {k: float(v) for k, v in dict(self.evidence).items()})

    @property
    def title(self) -> str:
        """The name as it is written in prose."""
        return self.name.replace("_", " ")

    def __repr__(self) -> str:
        numbers = ", ".join(f"{key} {value:.6g}" for key, value in self.evidence.items())
        parts = [self.reason, self.stimulus, numbers]
        return f"<{self.title}: {self.verdict}; {'; '.join(part for part in parts if part)}>"


@dataclass(frozen=True, eq=False)
class BehaviourTable:
    """The behaviours of one neuron: ``table["bistability"]`` is a :class:`Finding`.

    Parameters
    ----------
    model_name : str
    input_name, input_unit : str
        What was driven.
    time_unit : str
    observable : str
        What the traces show.
    landmarks : mapping from name to float
        The neuron's own measures from which stimuli were built: held input, rheobase, ...
    findings : tuple of Finding
    provenance : mapping
        Parameters, tolerances, seed, versions.
    """

    model_name: str
    input_name: str
    input_unit: str
    time_unit: str
    observable: str
    landmarks: Mapping[str, float]
    findings: tuple[Finding, ...]
    provenance: Mapping[str, Any]

    @checked
    def __getitem__(self, name: str) -> Finding:
        for finding in self.findings:
            if finding.name == name:
                return finding
        raise unknown_name("behaviour", name, [finding.name for finding in self.findings])

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the behaviours that the neuron shows."""
        return tuple(f.name for f in self.findings if f.verdict == "shown")

    def to_pandas(self) -> pandas.DataFrame:
        """Return one row per behaviour as a ``pandas.DataFrame``; evidence as a mapping."""
        pd = require("pandas", extra="xarray")
        return pd.DataFrame(
            {
                "verdict": [f.verdict for f in self.findings],
                "stimulus": [f.stimulus for f in self.findings],
                "evidence": [dict(f.evidence) for f in self.findings],
                "reason": [f.reason for f in self.findings],
            },
            index=pd.Index([f.name for f in self.findings], name="behaviour"),
        )

    def to_markdown(self) -> str:
        """Return the landmarks and the table as Markdown."""
        lines = [
            f"Input {self.input_name} in {self.input_unit}, time in {self.time_unit}.",
            "",
            ", ".join(f"{key} {value:.6g}" for key, value in self.landmarks.items()) + ".",
            "",
            "| behaviour | verdict | stimulus | evidence |",
            "|---|---|---|---|",
        ]
        for f in self.findings:
            numbers = ", ".join(_numbers(f.evidence, "{} {:.5g}"))
            cells = (f.title, f.verdict, f.stimulus, "; ".join(filter(None, (f.reason, numbers))))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        return "\n".join(lines) + "\n"

    def to_csv(self) -> str:
        """Return the table as CSV, the evidence as ``name = value; ...``."""
        rows = (
            (
                f.name,
                f.verdict,
                f.stimulus,
                f.reason,
                "; ".join(_numbers(f.evidence, "{} = {:.10g}")),
            )
            for f in self.findings
        )
        return as_csv(["behaviour", "verdict", "stimulus", "reason", "evidence"], rows)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the traces as plain data, fit for JSON; None for what is not finite."""
        rows = [
            {
                "behaviour": f.name,
                "verdict": f.verdict,
                "reason": f.reason,
                "stimulus": f.stimulus,
                "evidence": f.evidence,
            }
            for f in self.findings
        ]
        found = {
            "model": self.model_name,
            "input": self.input_name,
            "input_unit": self.input_unit,
            "time_unit": self.time_unit,
            "landmarks": self.landmarks,
            "behaviours": rows,
            "provenance": self.provenance,
        }
        return plain(found)

    def __repr__(self) -> str:
        counts = [
            f"{sum(f.verdict == verdict for f in self.findings)} {verdict}"
            for verdict in ("shown", "not shown", "not decidable")
        ]
        width = max((len(f.title) for f in self.findings), default=0)
        rows = [f"  {f.title:{width}}  {f.verdict:13}  {f.stimulus}" for f in self.findings]
        return "\n".join([f"behaviours of {self.model_name}: {', '.join(counts)}", *rows])


def _numbers(evidence: Mapping[str, float], pattern: str) -> list[str]:
    return [pattern.format(key, value) for key, value in evidence.items()]
