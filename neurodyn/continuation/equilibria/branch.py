"""The result of ``continue_equilibria``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equilibria.points import HopfPoint, SpecialPoint
from neurodyn.errors import unknown_name
from neurodyn.status import Status
from neurodyn.tables import as_dataset, as_frame

if TYPE_CHECKING:
    import pandas
    import xarray


@dataclass(frozen=True, repr=False)
class EquilibriumBranch:
    """Equilibria along a parameter, with stability and special points.

    Parameters
    ----------
    model_name, digest : str
        The model, and the fingerprint of its equations.
    parameter_name, parameter_unit : str
    span : tuple of float
        The range asked for.
    parameter : (n_points,) float
    states : (n_points, n_states) float [model units]
    state_names, state_units : tuple of str
    eigenvalues : (n_points, n_states) complex [1 / time unit]
        Largest real part first.
    piece : (n_points,) int
        Consecutive points of the same piece are neighbours on the curve.
    special : tuple of SpecialPoint
        In the order of the curve.
    ended : tuple of (str, str)
        Why each piece begins and ends: "range", "closed loop", "bounds of ...",
        "... without bound at ..." (an asymptote), "failure".
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
    span: tuple[float, float]
    parameter: Array
    states: Array
    state_names: tuple[str, ...]
    state_units: tuple[str, ...]
    eigenvalues: ComplexArray
    piece: npt.NDArray[np.int64]
    special: tuple[SpecialPoint, ...]
    ended: tuple[tuple[str, str], ...]
    fixed: dict[str, float] = field(default_factory=dict)
    status: Status = Status.OK
    notes: tuple[str, ...] = ()

    @property
    def stable(self) -> npt.NDArray[np.bool_]:
        """Whether all eigenvalues have negative real parts, (n_points,)."""
        return np.asarray(self.eigenvalues.real.max(axis=1) < 0)

    @property
    def hopf(self) -> tuple[HopfPoint, ...]:
        """The Hopf points, in the order of the curve."""
        return tuple(point for point in self.special if isinstance(point, HopfPoint))

    @property
    def folds(self) -> tuple[SpecialPoint, ...]:
        """The folds, in the order of the curve."""
        return self._of("fold")

    @property
    def branch_points(self) -> tuple[SpecialPoint, ...]:
        """The branch points, in the order of the curve."""
        return self._of("branch_point")

    def _of(self, kind: str) -> tuple[SpecialPoint, ...]:
        return tuple(point for point in self.special if point.kind == kind)

    def __len__(self) -> int:
        return len(self.parameter)

    @checked
    def __getitem__(self, name: str) -> Array:
        if name == self.parameter_name:
            return self.parameter
        if name not in self.state_names:
            raise unknown_name("state", name, (*self.state_names, self.parameter_name))
        return self.states[:, self.state_names.index(name)]

    def to_xarray(self) -> xarray.Dataset:
        """Return the branch as an ``xarray.Dataset`` along the dimension ``point``."""
        return as_dataset(self.columns(), self._attributes())

    def to_pandas(self) -> pandas.DataFrame:
        """Return the branch as a ``pandas.DataFrame``, one row for each point."""
        return as_frame(self.columns(), self._attributes())

    def columns(self) -> dict[str, tuple[npt.NDArray, str]]:
        """Return name, values (n_points,) and unit of each column of the tables."""
        columns: dict[str, tuple[npt.NDArray, str]] = {
            self.parameter_name: (self.parameter, self.parameter_unit)
        }
        for i, (name, unit) in enumerate(zip(self.state_names, self.state_units, strict=True)):
            columns[name] = (self.states[:, i], unit)
        for i in range(self.eigenvalues.shape[1]):
            columns[f"eigenvalue_{i}_real"] = (self.eigenvalues[:, i].real, "1/time")
            columns[f"eigenvalue_{i}_imag"] = (self.eigenvalues[:, i].imag, "1/time")
        return columns | {"stable": (self.stable, ""), "piece": (self.piece, "")}

    def _attributes(self) -> dict[str, str]:
        return {
            "model": self.model_name,
            "digest": self.digest,
            **{k: repr(v) for k, v in self.fixed.items()},
        }

    def __repr__(self) -> str:
        low, high = self.span
        lines = [
            f"Equilibria of {self.model_name}: {self.parameter_name} from {low:.6g} to {high:.6g} "
            f"{self.parameter_unit if self.parameter_unit != '1' else ''}".rstrip(),
            f"  {len(self)} points in {len(self.ended)} piece(s), {self.stable.sum()} stable; "
            f"ended: {'; '.join(' - '.join(pair) for pair in self.ended)}",
        ]
        lines += [f"  {point}" for point in self.special] or ["  no special points"]
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)
