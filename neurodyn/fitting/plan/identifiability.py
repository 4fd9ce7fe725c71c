"""Identifiability: what a planned measurement would determine, ``nd.identifiability``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.errors import IdentifiabilityError, InputError, unknown_name
from neurodyn.fitting.iv.parameter_names import default_parameters
from neurodyn.fitting.null_directions import as_text, null_directions
from neurodyn.fitting.parameters import status_of
from neurodyn.fitting.plan.protocols import EXTRA, OFFSET, SERIES, IVSweep, PlannedTrace, Protocol
from neurodyn.fitting.trace.sensitivity import ACCURACY
from neurodyn.fitting.unknowns import model_name
from neurodyn.model import Model
from neurodyn.provenance import require, versions
from neurodyn.tables import plain

if TYPE_CHECKING:
    import pandas


_STATIC_ACCURACY = 1e-10


@dataclass(frozen=True, eq=False, repr=False)
class Identifiability:
    """What planned measurements would tell: Fisher information in log parameters.

    The standard errors are the Cramer-Rao bound for the right model: they say nothing about
    misfit, and no unbiased fit does better.

    Parameters
    ----------
    names : tuple of str
        Unknowns, in ln(value); ``T_offset`` relative to the model's T_amb.
    protocols : tuple of str
    fisher : (k, k) float
    eigenvalues : (k,) float
        Smallest first.
    combinations : (k, k) float
        Row i is the combination of unknowns that eigenvalue i belongs to.
    standard_errors : (k,) float
        Relative (of ``T_offset``: in kelvin); infinite where the data do not tell.
    correlation : (k, k) float
        NaN where there are null directions.
    null_directions : tuple of mappings from name to share
        Combinations that leave every datum unchanged.
    provenance : mapping

    Examples
    --------
    >>> import neurodyn as nd
    >>> plan = nd.identifiability(nd.devices.nbox_neuron(), nd.protocols.iv_sweep(1e-7, 3e-3))
    >>> round(100 * plan["R_th"], 2)      # per cent
    0.46
    """

    names: tuple[str, ...]
    protocols: tuple[str, ...]
    fisher: Array
    eigenvalues: Array
    combinations: Array
    standard_errors: Array
    correlation: Array
    null_directions: tuple[dict[str, float], ...]
    provenance: Mapping[str, Any]

    @checked
    def __getitem__(self, name: str) -> float:
        """Return the standard error of one unknown."""
        if name not in self.names:
            raise unknown_name("unknown", name, self.names)
        return float(self.standard_errors[self.names.index(name)])

    @property
    def condition(self) -> float:
        """Largest over smallest eigenvalue of the Fisher matrix; infinite with a null direction."""
        if self.null_directions:
            return math.inf
        return float(self.eigenvalues[-1] / self.eigenvalues[0])

    @property
    def worst_correlation(self) -> tuple[str, str, float]:
        """The two unknowns that are hardest to tell apart, and their correlation."""
        k = len(self.names)
        size = np.abs(self.correlation - np.eye(k))
        if k == 1 or not np.isfinite(size).all():
            return self.names[0], self.names[-1], math.nan
        i, j = divmod(int(size.argmax()), k)
        return self.names[i], self.names[j], float(self.correlation[i, j])

    @checked
    def status(self, name: str) -> str:
        """Return what would be known of an unknown, in words."""
        if any(name in direction for direction in self.null_directions):
            return "not identifiable"
        # an offset is measured against the 3 K that move parameters by a per cent
        sd = self[name] if name != OFFSET else self[name] / 30.0
        return status_of(sd)

    @checked
    def combination(self, i: int) -> str:
        """Return the combination of eigenvalue ``i`` as a product of powers."""
        row = self.combinations[i]
        row = row * np.sign(row[np.abs(row).argmax()])
        large = np.flatnonzero(np.abs(row) > 0.1)
        return " ".join(f"{self.names[j]}^{row[j]:+.2f}" for j in large)

    def report(self) -> str:
        """Return everything as text."""
        lines = ["planned:", *(f"  {text}" for text in self.protocols)]
        lines.append("unknown, standard error, what would be known:")
        for name, sd in zip(self.names, self.standard_errors, strict=True):
            size = (
                "-" if not math.isfinite(sd) else f"{sd:.2g} K" if name == OFFSET else f"{sd:.2%}"
            )
            lines.append(f"  {name:10} {size:>10}  {self.status(name)}")
        for direction in self.null_directions:
            lines.append(
                f"not identifiable: changing {as_text(direction)} in logarithms leaves every datum "
                "unchanged"
            )
        first, second, value = self.worst_correlation
        if math.isfinite(value):
            lines.append(f"worst correlation: {first}, {second} {value:+.4f}")
        lines.append(f"condition number of the Fisher matrix: {self.condition:.2g}")
        lines.append("combinations, from the least to the best known (standard error):")
        for i, value in enumerate(self.eigenvalues):
            sd = 1 / math.sqrt(value) if value > 0 else math.inf
            if i < len(self.null_directions):
                sd = math.inf
            lines.append(f"  {sd:10.2%}  {self.combination(i)}")
        return "\n".join(lines)

    __repr__ = report

    def to_pandas(self) -> pandas.DataFrame:
        """Return unknowns with standard error, status and correlations as a table."""
        pd = require("pandas", extra="xarray")
        table = pd.DataFrame(self.correlation, index=list(self.names), columns=list(self.names))
        table.insert(0, "status", [self.status(name) for name in self.names])
        table.insert(0, "standard_error", self.standard_errors)
        return table

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers as plain data for JSON; infinite ones as None."""
        return plain(
            {
                "protocols": self.protocols,
                "unknowns": {
                    name: {
                        "standard_error": sd,
                        "unit": "K" if name == OFFSET else "1",
                        "status": self.status(name),
                    }
                    for name, sd in zip(self.names, self.standard_errors, strict=True)
                },
                "null_directions": self.null_directions,
                "condition": self.condition,
                "correlation": None if self.null_directions else self.correlation,
                "eigenvalues": self.eigenvalues,
                "combinations": self.combinations,
                "provenance": self.provenance,
            }
        )


@checked
def identifiability(
    model: Model,
    protocol: Protocol | Sequence[Protocol],
    *,
    parameters: Sequence[str] | None = None,
    priors: Mapping[str, tuple[float, float]] | None = None,
) -> Identifiability:
    """Tell what planned measurements would determine, before anybody goes to the lab.

    The Fisher matrix of independent normal noise, F = sum (dy/dtheta)(dy/dtheta)^T / sd^2 with
    theta the logarithms of the unknowns, from exact derivatives of the I-V curve and of the trace.
    Its inverse bounds the covariance of every unbiased estimate (Cramer-Rao); its null vectors are
    what the measurement cannot tell, however small the noise.

    Parameters
    ----------
    model : Model
        The device as it is believed to be, in the circuit of the traces if there are any.
    protocol : protocol or sequence of them
        From :func:`neurodyn.protocols.iv_sweep` and :func:`neurodyn.protocols.trace`.
    parameters : sequence of str, optional
        Unknowns: parameters of the model, "eps_r_d", "R_series" (of the sweeps) and "T_offset"
        (error common to all stage temperatures). R_0, E_a, eps_r d, R_th by default, and C_th if
        there is a trace.
    priors : mapping from unknown to (value, standard deviation), optional
        What is known already, in the unit of the unknown.

    Returns
    -------
    Identifiability

    Raises
    ------
    InputError
        For unknown names, or protocols that this model cannot do.

    Examples
    --------
    >>> import neurodyn as nd
    >>> plan = nd.identifiability(
    ...     nd.devices.nbox_neuron(), nd.protocols.iv_sweep(1e-7, 3e-3),
    ...     parameters=["R_0", "E_a", "eps_r_d", "R_th", "T_amb"])
    >>> plan.null_directions
    ({'E_a': 1.0, 'eps_r_d': -2.0, 'R_th': 1.0, 'T_amb': 1.0},)
    """
    protocols = (protocol,) if isinstance(protocol, (IVSweep, PlannedTrace)) else tuple(protocol)
    if not protocols:
        raise InputError("there is no protocol; expected at least one of nd.protocols")
    has_trace = any(isinstance(item, PlannedTrace) for item in protocols)
    if parameters is None:
        thermal = [n for n in ("C_th",) if has_trace and n in model.parameter_names]
        parameters = [*default_parameters(model), *thermal]
    shown = tuple([parameters] if isinstance(parameters, str) else parameters)
    names = _checked(shown, model, protocols)
    rows = [item.rows(model, names) for item in protocols]
    rows += [_prior_row(shown, name, *pair, model) for name, pair in (priors or {}).items()]
    jacobian = np.concatenate(rows)
    accuracy = ACCURACY if has_trace else _STATIC_ACCURACY
    return _result(jacobian, shown, protocols, accuracy, model)


def _checked(
    shown: tuple[str, ...], model: Model, protocols: Sequence[Protocol]
) -> tuple[str, ...]:
    names = tuple(model_name(name, model) for name in shown)
    if not names or len(set(names)) < len(names):
        raise InputError(f"unknowns are {list(shown)}; expected some, each once")
    for name in names:
        if name not in (*model.parameter_names, *EXTRA):
            raise unknown_name("parameter", name, (*model.parameter_names, *EXTRA))
        if name not in EXTRA and not model[name] > 0:
            raise InputError(f"{name} is {model[name]:g}; expected a positive value to plan with")
    sweeps = [item for item in protocols if isinstance(item, IVSweep)]
    if SERIES in names and not any(item.R_series > 0 for item in sweeps):
        raise InputError(
            "R_series is asked for, but no sweep has one; give its expected value to "
            "nd.protocols.iv_sweep(R_series=...)"
        )
    if OFFSET in names and "T_amb" in names:
        raise IdentifiabilityError(
            "T_offset and T_amb are the same unknown here: an error common to all ambient "
            "temperatures; ask for one"
        )
    return names


def _prior_row(shown: tuple[str, ...], name: str, value: float, sd: float, model: Model) -> Array:
    if name not in shown:
        raise unknown_name("unknown with a prior", name, shown)
    if not (sd > 0 and (name == OFFSET or value > 0)):
        raise InputError(f"the prior of {name} is ({value:g}, {sd:g}); expected positive numbers")
    row = np.zeros((1, len(shown)))
    row[0, shown.index(name)] = (model["T_amb"] if name == OFFSET else value) / sd
    return row


def _result(
    jacobian: Array,
    shown: tuple[str, ...],
    protocols: Sequence[Protocol],
    accuracy: float,
    model: Model,
) -> Identifiability:
    k = len(shown)
    _, values, rows = np.linalg.svd(jacobian, full_matrices=True)
    values = np.concatenate([values, np.zeros(k - len(values))])
    nulls = null_directions(jacobian, shown, accuracy)
    touched = {name for direction in nulls for name in direction}
    keep = values > accuracy * values.max()
    root = rows[keep].T / values[keep]
    covariance = root @ root.T  # of the part of parameter space that the data see
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd) if not nulls else np.full((k, k), np.nan)
    sd = np.where(
        [name == OFFSET for name in shown], sd * (model["T_amb"] if OFFSET in shown else 1.0), sd
    )
    sd = np.array([math.inf if name in touched else s for name, s in zip(shown, sd, strict=True)])
    return Identifiability(
        names=shown,
        protocols=tuple(str(item) for item in protocols),
        fisher=jacobian.T @ jacobian,
        eigenvalues=values[::-1] ** 2,
        combinations=rows[::-1],
        standard_errors=sd,
        correlation=correlation,
        null_directions=tuple(nulls),
        provenance={
            "model": model.name,
            "values": {n: model[model_name(n, model)] for n in shown if n not in EXTRA},
            "versions": versions(),
        },
    )
