"""Two-parameter curves and their special points, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import checked
from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equilibria.points import doubt
from neurodyn.errors import NumericalError, unknown_name
from neurodyn.status import Status
from neurodyn.tables import as_dataset, as_frame

if TYPE_CHECKING:
    import pandas
    import xarray

CurveKind = Literal["hopf", "fold", "cycle_fold"]
CurvePointKind = Literal[
    "bautin", "bogdanov_takens", "cusp", "zero_hopf", "hopf_hopf", "fold_flip", "fold_torus"
]


@dataclass(frozen=True)
class Codimension2Point:
    """A point at which two conditions hold at once.

    Parameters
    ----------
    kind : str
        "bautin", "bogdanov_takens", "cusp", "zero_hopf", "hopf_hopf", or, along folds of cycles,
        "fold_flip" and "fold_torus".
    parameters : dict of name to float
        Both parameters.
    state : dict of name to float [model units]
    eigenvalues : (n_states,) complex [1 / time unit]
        On a curve of folds of cycles the Floquet multipliers, without the one of the fold.
    status : Status
    residual : float
        Newton correction that the test function still asks for, relative to the size of the curve;
        the width of the bracket if that could not be narrowed (status NOT_CONVERGED).
    omega : float [rad / time unit]
        Where there is a pair +- i omega.
    second_lyapunov : float
        Bautin: Kuznetsov's l_2 = Re(G_32) / (12 omega), <q, q> = 1 in the model's own units.
    a, b : float
        Bogdanov-Takens: of ``w0' = w1, w1' = a w0^2 + b w0 w1`` (Kuznetsov 1999), |q0| = 1; the
        sign of both changes with that of q0.
    c : float
        Cusp: of ``w' = c w^3``.
    """

    kind: CurvePointKind
    parameters: dict[str, float]
    state: dict[str, float]
    eigenvalues: ComplexArray = field(repr=False)
    status: Status
    residual: float
    omega: float = float("nan")
    second_lyapunov: float = float("nan")
    a: float = float("nan")
    b: float = float("nan")
    c: float = float("nan")

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {value:.9g}" for name, value in self.parameters.items())
        extra = {"l2": self.second_lyapunov, "a": self.a, "b": self.b, "c": self.c}
        numbers = "".join(f", {k} = {v:.6g}" for k, v in extra.items() if np.isfinite(v))
        return f"{self.kind.replace('_', '-'):15} {where}{numbers}{doubt(self.status)}"


@dataclass(frozen=True, repr=False)
class TwoParameterCurve:
    """A curve of Hopf points, folds or folds of cycles in the plane of two parameters.

    Parameters
    ----------
    kind : {"hopf", "fold", "cycle_fold"}
    model_name, digest : str
    parameter_names, parameter_units : (str, str)
        First the one of the branch, then the one given here.
    span : tuple of float
        Range of the second parameter.
    parameters : (n_points, 2) float
    states : (n_points, n_states) float [model units]
        Of a curve of folds of cycles: the maxima.
    state_names : tuple of str
    omega : (n_points,) float
        Of a Hopf curve, or 2 pi / period; NaN on a fold curve.
    first_lyapunov : (n_points,) float
        Of a Hopf curve (Kuznetsov); NaN otherwise.
    special : tuple of Codimension2Point
    began, ended : str
        Why: "range", "limit of ...", "bogdanov-takens", "closed loop", or the failure.
    fixed : dict of name to float
    status : Status
        NOT_CONVERGED where an end is a failure; ``began`` or ``ended`` tells where and what to try.
    notes : tuple of str
        What was seen and is not listed in ``special``, in sentences.
    """

    kind: CurveKind
    model_name: str
    digest: str
    parameter_names: tuple[str, str]
    parameter_units: tuple[str, str]
    span: tuple[float, float]
    parameters: Array
    states: Array
    state_names: tuple[str, ...]
    omega: Array
    first_lyapunov: Array
    special: tuple[Codimension2Point, ...]
    began: str
    ended: str
    fixed: dict[str, float] = field(default_factory=dict)
    status: Status = Status.OK
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.parameters)

    @checked
    def __getitem__(self, name: str) -> Array:
        if name in self.parameter_names:
            return self.parameters[:, self.parameter_names.index(name)]
        if name not in self.state_names:
            raise unknown_name(
                "state or parameter", name, (*self.state_names, *self.parameter_names)
            )
        return self.states[:, self.state_names.index(name)]

    def or_failure(self) -> TwoParameterCurve:
        """Return the curve, or raise NumericalError with it if there is not one step of it."""
        if self.status or len(self) > 1:
            return self
        raise NumericalError(
            f"no step was possible on the {self.kind.replace('_', ' ')} curve: {self.ended}",
            self.status,
            self,
        )

    @property
    def period(self) -> Array:
        """2 pi / omega [time unit], (n_points,)."""
        return 2 * np.pi / self.omega

    @checked
    def of_kind(self, kind: CurvePointKind) -> tuple[Codimension2Point, ...]:
        """Return the special points of one kind, in the order of the curve."""
        return tuple(point for point in self.special if point.kind == kind)

    def to_xarray(self) -> xarray.Dataset:
        """Return the curve as an ``xarray.Dataset`` along the dimension ``point``."""
        return as_dataset(self.columns(), {"model": self.model_name, "digest": self.digest})

    def to_pandas(self) -> pandas.DataFrame:
        """Return the curve as a ``pandas.DataFrame``."""
        return as_frame(self.columns(), {"model": self.model_name, "digest": self.digest})

    def columns(self) -> dict[str, tuple[npt.NDArray, str]]:
        """Return name, values (n_points,) and unit of each column of the tables."""
        names = zip(self.parameter_names, self.parameter_units, strict=True)
        columns = {name: (self[name], unit) for name, unit in names}
        columns |= {name: (self[name], "") for name in self.state_names}
        return columns | {"omega": (self.omega, ""), "first_lyapunov": (self.first_lyapunov, "")}

    def __repr__(self) -> str:
        first, second = self.parameter_names
        lines = [
            f"{self.kind.replace('_', ' ').capitalize()} curve of {self.model_name} in "
            f"({first}, {second}), {len(self)} points; {self.began} - {self.ended}"
            f"{doubt(self.status)}"
        ]
        lines += [f"  {point}" for point in self.special] or ["  no special points"]
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)
