"""Prior of a trace fit: what is known of parameters before a trace is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurodyn.arrays import Array
from neurodyn.fitting.iv.fit import IVFit


@dataclass(frozen=True, eq=False)
class Prior:
    """Normal distribution of some log parameters.

    Parameters
    ----------
    names : tuple of str
    mean : (k,) float
    covariance : (k, k) float
    source : str
    """

    names: tuple[str, ...]
    mean: Array
    covariance: Array
    source: str


def static_prior(fit: IVFit) -> Prior:
    """Return what an I-V fit says of the log parameters at its stated ambient temperature.

    Where the fit carries an uncertain T_amb, the distribution is conditional on the stated value:
    a trace fit is made at one T_amb, and moves everything along the scaling symmetry afterwards.
    A common offset of stages and a series resistance of the sweep are averaged over.
    """
    unknowns, covariance = fit.problem.unknowns, fit.spread
    keep = [i for i, u in enumerate(unknowns) if u.name in fit.model.parameter_names]
    mean, inner = fit.minimum.theta[keep], covariance[np.ix_(keep, keep)]
    ambient = fit.problem.groups[0].ambient
    if ambient is not None:
        shared = covariance[keep, ambient] / covariance[ambient, ambient]
        mean = mean + shared * (np.log(fit.ambients[0][0]) - fit.minimum.theta[ambient])
        inner = inner - np.outer(shared, shared) * covariance[ambient, ambient]
    source = f"I-V fit to {fit.data.source}"
    return Prior(tuple(unknowns[i].name for i in keep), mean, inner, source)


def joined(parts: Sequence[Prior]) -> Prior | None:
    """Return independent priors as one; None if there are none."""
    if not parts:
        return None
    names = tuple(name for part in parts for name in part.names)
    covariance, at = np.zeros((len(names), len(names))), 0
    for part in parts:
        end = at + len(part.names)
        covariance[at:end, at:end] = part.covariance
        at = end
    mean = np.concatenate([part.mean for part in parts])
    return Prior(names, mean, covariance, "; ".join(part.source for part in parts))
