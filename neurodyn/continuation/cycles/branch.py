"""The result of ``continue_cycles``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.collocation.floquet import is_stable
from neurodyn.continuation.cycles.cycle import Cycle, CyclePoint
from neurodyn.continuation.equilibria.points import HopfPoint
from neurodyn.errors import unknown_name
from neurodyn.status import Status
from neurodyn.tables import as_dataset, as_frame

if TYPE_CHECKING:
    import pandas
    import xarray


@dataclass(frozen=True, repr=False)
class CycleBranch:
    """A family of periodic orbits along a parameter.

    Parameters
    ----------
    model_name, digest : str
    parameter_name, parameter_unit, time_unit : str
    span : tuple of float
    state_names, state_units : tuple of str
    cycles : tuple of Cycle
        In the order of the branch.
    special : tuple of CyclePoint
        Kinds "cycle_fold", "period_doubling", "torus", "branch_point".
    began, ended : str
        Why the branch has its first and its last cycle: "hopf", "homoclinic", "range",
        "closed loop", "canard", "period doubling", "branch point", "largest number of points".
    hopf_points : tuple of HopfPoint
        Where the family is born or dies at zero amplitude.
    fixed : dict of name to float
        The values of the other parameters.
    status : Status
    notes : tuple of str
        What was seen and is not listed in ``special``, in sentences.
    """

    model_name: str
    digest: str
    parameter_name: str
    parameter_unit: str
    time_unit: str
    span: tuple[float, float]
    state_names: tuple[str, ...]
    state_units: tuple[str, ...]
    cycles: tuple[Cycle, ...]
    special: tuple[CyclePoint, ...]
    began: str
    ended: str
    hopf_points: tuple[HopfPoint, ...] = ()
    fixed: dict[str, float] = field(default_factory=dict)
    status: Status = Status.OK
    notes: tuple[str, ...] = ()

    @cached_property
    def parameter(self) -> Array:
        """(n_points,) float."""
        return np.array([cycle.parameter for cycle in self.cycles])

    @cached_property
    def period(self) -> Array:
        """(n_points,) float [time unit]."""
        return np.array([cycle.period for cycle in self.cycles])

    @cached_property
    def maximum(self) -> Array:
        """Largest value of each state, (n_points, n_states) [model units]."""
        return np.array([cycle.maximum for cycle in self.cycles])

    @cached_property
    def minimum(self) -> Array:
        """Smallest value of each state, (n_points, n_states) [model units]."""
        return np.array([cycle.minimum for cycle in self.cycles])

    @cached_property
    def multipliers(self) -> ComplexArray:
        """Floquet multipliers, (n_points, n_states); the first is the trivial one."""
        return np.array([cycle.multipliers for cycle in self.cycles])

    @cached_property
    def stable(self) -> npt.NDArray[np.bool_]:
        """Whether all nontrivial multipliers lie inside the unit circle, (n_points,)."""
        return np.array([is_stable(cycle.multipliers) for cycle in self.cycles])

    @property
    def folds(self) -> tuple[CyclePoint, ...]:
        """The folds of cycles, in the order of the branch."""
        return tuple(point for point in self.special if point.kind == "cycle_fold")

    @property
    def period_doublings(self) -> tuple[CyclePoint, ...]:
        """The period doublings, in the order of the branch."""
        return tuple(point for point in self.special if point.kind == "period_doubling")

    def __len__(self) -> int:
        return len(self.cycles)

    @checked
    def envelope(self, state: str) -> tuple[Array, Array]:
        """Return smallest and largest value of one state along the branch, each (n_points,)."""
        if state not in self.state_names:
            raise unknown_name("state", state, self.state_names)
        column = self.state_names.index(state)
        return self.minimum[:, column], self.maximum[:, column]

    def to_xarray(self) -> xarray.Dataset:
        """Return the branch as an ``xarray.Dataset`` along the dimension ``point``."""
        return as_dataset(self.columns(), self._attributes())

    def to_pandas(self) -> pandas.DataFrame:
        """Return the branch as a ``pandas.DataFrame``, one row for each cycle."""
        return as_frame(self.columns(), self._attributes())

    def columns(self) -> dict[str, tuple[npt.NDArray, str]]:
        """Return name, values (n_points,) and unit of each column of the tables."""
        columns: dict[str, tuple[npt.NDArray, str]] = {
            self.parameter_name: (self.parameter, self.parameter_unit),
            "period": (self.period, self.time_unit),
        }
        for i, (name, unit) in enumerate(zip(self.state_names, self.state_units, strict=True)):
            columns[f"{name}_min"] = (self.minimum[:, i], unit)
            columns[f"{name}_max"] = (self.maximum[:, i], unit)
        for i in range(len(self.state_names)):
            columns[f"multiplier_{i}_real"] = (self.multipliers[:, i].real, "1")
            columns[f"multiplier_{i}_imag"] = (self.multipliers[:, i].imag, "1")
        return columns | {"stable": (self.stable, "")}

    def _attributes(self) -> dict[str, str]:
        ends = {"began": self.began, "ended": self.ended, "model": self.model_name}
        return ends | {"digest": self.digest} | {k: repr(v) for k, v in self.fixed.items()}

    def __repr__(self) -> str:
        if not self.cycles:
            return f"Cycles of {self.model_name}: none; {self.began} - {self.ended}"
        p, unit = self.parameter, "" if self.parameter_unit == "1" else f" {self.parameter_unit}"
        time = "" if self.time_unit == "1" else f" {self.time_unit}"
        lines = [
            f"Cycles of {self.model_name}: {self.parameter_name} from {p.min():.6g} to "
            f"{p.max():.6g}{unit}",
            f"  {len(self)} cycles, {self.stable.sum()} stable, period {self.period.min():.6g} to "
            f"{self.period.max():.6g}{time}; {self.began} - {self.ended}",
        ]
        known = [point for point in self.special if point.status]
        lines += [f"  {point}" for point in known] or ["  no special points"]
        if len(known) < len(self.special):
            lines.append(f"  {len(self.special) - len(known)} more that are not resolved")
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)
