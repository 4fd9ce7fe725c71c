"""Starts of an I-V fit: several places, reproducible."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from neurodyn import constants
from neurodyn.arrays import Array
from neurodyn.fitting.iv.distance import OrthogonalProblem

_SPREAD = 2.5  # in ln(parameter): around the model's own values
_KELVIN = 0.3  # the same for a temperature: a transition is known better than a resistivity
_TRIALS = 128  # candidates looked at, or eight for each start that is kept


def starting_points(problem: OrthogonalProblem, n: int, seed: int) -> list[Array]:
    """Return ``n`` starts, the best first.

    For the Poole-Frenkel neuron from physics: activation energies by hottest temperatures, R_0 by
    the median resistance. Otherwise, and beyond those, a scrambled Sobol sequence in the logarithms
    around the model's own values, of which those nearest the data are kept.
    """
    candidates = _physical(problem)
    if len(candidates) < n:
        candidates += _scattered(problem, max(_TRIALS, 8 * n), seed)
    low, high = problem.bounds
    inside = [np.clip(start, low, high) for start in candidates]
    costs = np.array([_cost(problem, start) for start in inside])
    order = np.argsort(costs, kind="stable")
    return [inside[i] for i in order[:n] if np.isfinite(costs[i])]


def centre(problem: OrthogonalProblem) -> Array:
    """Return the model's own values, and the means of the priors."""
    return np.array(
        [
            x.prior[0]
            if x.prior is not None
            else x.theta(problem.model[x.name])
            if x.name in problem.model.parameter_names
            else 0.0  # nothing between device and readings
            for x in problem.unknowns
        ]
    )


def _cost(problem: OrthogonalProblem, theta: Array) -> float:
    """Return the sum of ln(1 + r^2): a far branch shall not hide that the rest is near."""
    return float(np.sum(np.log1p(problem.residuals(theta) ** 2)))


def _physical(problem: OrthogonalProblem) -> list[Array]:
    if not {"R_0", "E_a", "R_th", "eps_r"} <= set(problem.model.parameter_names):
        return []
    power = max(float(np.exp((g.ln_V + g.ln_I).max())) for g in problem.groups)
    starts = []
    for E_a in (0.1, 0.215, 0.4):
        for T_hot in (500.0, 1500.0, 4000.0):
            guess = {"R_0": 190.0, "E_a": E_a * constants.eV, "R_th": T_hot / power}
            theta = centre(problem)
            for name, value in guess.items():
                if name in problem.names:
                    i = problem.names.index(name)
                    theta[i] = problem.unknowns[i].theta(value)
            if "R_0" in problem.names:  # so that the curve has the data's resistance
                shift = _resistance_shift(problem, theta)
                theta[problem.names.index("R_0")] += shift if np.isfinite(shift) else 0.0
            starts.append(theta)
    return starts


def _resistance_shift(problem: OrthogonalProblem, theta: Array) -> float:
    """Return the median of ln(R of the data / R of the curve at the same power)."""
    shifts = []
    with np.errstate(all="ignore"):
        for group in problem.groups:
            p = problem.parameters(theta, group)
            R_th = p[problem.model.parameter_names.index("R_th")]
            u = group.ln_V + group.ln_I + np.log(R_th)
            curve = problem.curve.values_and_slopes(u, p)
            shifts.append(group.ln_V - group.ln_I - (curve[0] - curve[1]))
    return float(np.median(np.concatenate(shifts)))


def _scattered(problem: OrthogonalProblem, n: int, seed: int) -> list[Array]:
    known = problem.model.parameter_names
    varied = np.array([x.prior is None and x.name in known for x in problem.unknowns])
    spread = np.array([_KELVIN if x.name.startswith("T_") else _SPREAD for x in problem.unknowns])
    sampler = qmc.Sobol(int(varied.sum()), rng=np.random.default_rng(seed))
    middle = centre(problem)
    points = [middle]
    for row in sampler.random_base2(int(np.ceil(np.log2(max(n, 2)))))[: n - 1]:
        start = middle.copy()
        start[varied] += spread[varied] * (2 * row - 1)
        points.append(start)
    return points
