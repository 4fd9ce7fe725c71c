"""Special points of branches of equilibria, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from neurodyn.arrays import Array, ComplexArray
from neurodyn.continuation.equations.normal_form import Criticality
from neurodyn.status import Status

EquilibriumKind = Literal["fold", "hopf", "branch_point", "neutral_saddle"]

_CROSSING = {"fold": 1, "branch_point": 1, "hopf": 2, "neutral_saddle": 0}
"""Eigenvalues that cross the imaginary axis at a point of each kind, once."""


def doubt(status: Status) -> str:
    """Words behind a point or curve that did not reach its goal; empty for one that did."""
    return "" if status else f"; NOT OK: {status}"


@dataclass(frozen=True)
class SpecialPoint:
    """Where the stability or the number of equilibria changes; refined by Newton's method.

    A point that Newton's method does not reach is kept where the sign change was bracketed, with
    the status NOT_CONVERGED.

    Parameters
    ----------
    kind : {"fold", "hopf", "branch_point", "neutral_saddle"}
        A neutral saddle has two real eigenvalues +-mu: no bifurcation, but Hopf curves end in them.
    parameter_name : str
    parameter : float [unit of the parameter]
    state : dict of name to float [model units]
    eigenvalues : (n,) complex [1 / time unit]
    status : Status
    residual : float
        Last Newton correction, relative to the size of the branch; the width of the bracket if
        that did not converge.
    condition : float
        Condition number of the extended system, scaled.
    span : tuple of float
        Range of the parameter of the branch it was found on.
    scales : (n,) float [model units]
        Size of each state on that branch.
    multiplicity : int
        Number of eigenvalues, or pairs of them, that cross here at once; more than 1 with a
        symmetry.
    coefficient : float
        Of a fold: a in w' = a w^2 (<q, q> = <p, q> = 1); NaN otherwise.
    """

    kind: EquilibriumKind
    parameter_name: str
    parameter: float
    state: dict[str, float]
    eigenvalues: ComplexArray = field(repr=False)
    status: Status
    residual: float
    condition: float
    span: tuple[float, float] = field(repr=False)
    scales: Array = field(repr=False)
    multiplicity: int = 1
    coefficient: float = float("nan")

    @property
    def x(self) -> Array:
        """State vector, (n,) float [model units]."""
        return np.array(list(self.state.values()))

    @property
    def crossing(self) -> int:
        """Number of eigenvalues that cross the imaginary axis."""
        return _CROSSING[self.kind] * self.multiplicity

    def __str__(self) -> str:
        text = f"{self.kind.replace('_', ' '):15} {self.parameter_name} = {self.parameter:.9g}"
        return text + self._times("eigenvalues") + doubt(self.status)

    def _times(self, what: str) -> str:
        return f", {self.multiplicity} {what} at once" if self.multiplicity > 1 else ""


@dataclass(frozen=True, repr=False)
class HopfPoint(SpecialPoint):
    """A Hopf point with its normal form ``z' = i omega z + c_1 z |z|^2``.

    The first Lyapunov coefficient follows Kuznetsov: ``Re(G_21) / (2 omega)``, with eigenvectors
    ``<q, q> = <p, q> = 1`` in the model's own units. Its size depends on those units; its sign, the
    criticality, does not.

    Parameters
    ----------
    omega : float [rad / time unit]
    first_lyapunov : float
        Kuznetsov's l_1 = Re(c_1) / omega.
    re_c1 : float
        Re(G_21) / 2, which MatCont prints as first Lyapunov coefficient.
    criticality : {"supercritical", "subcritical", "degenerate"}
        "degenerate" where l_1 is zero to rounding: the cubic terms do not decide.
    crossing_speed : float
        d Re(eigenvalue) / d parameter.
    """

    omega: float = float("nan")
    first_lyapunov: float = float("nan")
    re_c1: float = float("nan")
    criticality: Criticality = "degenerate"
    crossing_speed: float = float("nan")

    @property
    def frequency(self) -> float:
        """omega / (2 pi) [1 / time unit]."""
        return self.omega / (2 * np.pi)

    def __str__(self) -> str:
        return (
            f"{'hopf':15} {self.parameter_name} = {self.parameter:.9g}{self._times('pairs')}, "
            f"{self.criticality}, "
            f"omega = {self.omega:.6g}, l1 = {self.first_lyapunov:.6g} (Kuznetsov: "
            f"Re(G21)/(2 omega), <q,q> = 1){doubt(self.status)}"
        )

    __repr__ = __str__
