"""From a minimum to an :class:`IVFit`: values with errors, tests, verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from neurodyn.fitting.diagnostics import neighbour_scatter, residual_tests
from neurodyn.fitting.fittable import meaning_and_factor, public_name, static_null_directions
from neurodyn.fitting.iv_fit import FittedParameter, IVFit
from neurodyn.fitting.least_squares import Minimum
from neurodyn.fitting.measured import together
from neurodyn.fitting.orthogonal import OrthogonalProblem
from neurodyn.fitting.request import Request
from neurodyn.fitting.verdict import reasons_against, warnings_about
from neurodyn.provenance import versions

_BROKEN = 5.0  # a residual of an inequality beyond which it is broken


def result_of(
    request: Request, problem: OrthogonalProblem, minimum: Minimum, account: Mapping[str, Any]
) -> IVFit:
    """Return the result with its verdict."""
    theta, n = minimum.theta, problem.n_points
    covariance = minimum.covariance()
    shown = [i for i, unknown in enumerate(problem.unknowns) if unknown.name != "ambient"]
    sd = np.sqrt(np.diag(covariance))[shown]
    shown_covariance = covariance[np.ix_(shown, shown)]
    correlation = shown_covariance / np.outer(sd, sd)
    priors = sum(unknown.prior is not None for unknown in problem.unknowns)
    dof = n + priors - len(problem.unknowns)
    T, V, I = (np.empty(n) for _ in range(3))
    for group in problem.groups:
        u, along = problem.feet(theta, group)
        T[group.place] = problem.curve.inner(u, problem.parameters(theta, group))
        V[group.place], I[group.place] = np.exp(along[:2])
    unit = math.sqrt(problem.sd_V * problem.sd_I)
    relative = minimum.residuals[:n] * unit
    group = problem.groups[0]
    p = dict(
        zip(problem.curve.parameter_names, problem.parameters(theta, group).tolist(), strict=True)
    )
    names = problem.model.parameter_names
    model = problem.model.with_parameters(
        **{
            name: value
            for name, value in p.items()
            if name in names and value != problem.model[name]
        }
    )
    stated = request.noise is not None
    parameters = tuple(
        _parameter(problem, minimum, i, float(sd[k]), None if stated else dof)
        for k, i in enumerate(shown)
    )
    curve = np.repeat(np.arange(len(request.data)), [len(d) for d in request.data])
    data = together(request.data)
    # sweeps are numbered within each measurement
    sweep = np.unique(np.stack([curve, data.sweep]), axis=1, return_inverse=True)[1].ravel()
    tests = residual_tests(relative, V, T, sweep)
    inequalities = minimum.residuals[n : len(minimum.residuals) - priors]
    square = float(minimum.residuals @ minimum.residuals - inequalities @ inequalities)
    chi_square = square if stated else None
    trend_p = tests["trend along the curve"]
    scatter = neighbour_scatter(relative[np.lexsort((T, sweep))])
    broken = int((inequalities > _BROKEN).sum())
    reasons = reasons_against(parameters, relative, scatter, trend_p, chi_square, dof, broken)
    points = float(relative @ relative) / unit**2
    k = len(problem.unknowns)
    likelihood = minimum.cost if stated else n * math.log(max(points / n * unit**2, 1e-300))
    static = [
        name for name in problem.model.parameter_names if name not in problem.model.input_names
    ]
    base = request.model  # the directions do not depend on the values
    null = static_null_directions(base, [name for name in static if base[name] > 0])
    return IVFit(
        model=model,
        measurements=request.data,
        data=data,
        curve=curve,
        parameters=parameters,
        fixed={name: model[name] for name in static if name not in problem.names},
        correlation=correlation,
        covariance=shown_covariance,
        T=T,
        V=V,
        I=I,
        residuals=relative,
        noise=unit,
        chi_square=chi_square,
        degrees_of_freedom=dof,
        aic=likelihood + 2 * k,
        bic=likelihood + k * math.log(n),
        tests=tests,
        T_amb=request.ambients[0],
        ambients=request.ambients,
        accepted=not reasons,
        reasons=tuple(reasons),
        warnings=tuple(
            warnings_about(
                model, data, T, relative, trend_p, [x.name for x in parameters], correlation
            )
        ),
        null_directions=tuple(null),
        provenance={
            "method": "orthogonal distance in (ln V, ln I), scipy.optimize.least_squares (trf)",
            "fitted": list(problem.names),
            "loss": request.loss,
            "inequalities": len(inequalities),
            "inequalities_broken": broken,
            "offset": _plain(request.offset),
            "R_series": list(request.series),
            **account,
            "status": minimum.message,
            "seed": request.seed,
            "question": request.digest,
            "data_sha256": [one.sha256 for one in request.data],
            "versions": versions(),
        },
        problem=problem,
        minimum=minimum,
    )


def _plain(pair: tuple[float, float] | None) -> list[float | None] | None:
    return None if pair is None else [x if math.isfinite(x) else None for x in pair]


_BESIDE = {
    "T_offset": ("K", "error that all ambient temperatures share"),
    "R_series": ("ohm", "series resistance"),
}


def _parameter(
    problem: OrthogonalProblem, minimum: Minimum, i: int, sd: float, dof: int | None
) -> FittedParameter:
    unknown, theta = problem.unknowns[i], float(minimum.theta[i])
    if unknown.name in _BESIDE:
        name, factor = unknown.name, 1.0
        unit, meaning = _BESIDE[name]
    else:
        name = public_name(unknown.name, problem.model)
        unit, meaning, factor = meaning_and_factor(unknown.name, problem.model)
    low, high = unknown.limits
    near = 1e-6 * (high - low) if math.isfinite(high - low) else 1e-9
    if min(theta - low, high - theta) < near and unknown.prior is None:
        status = "at bound"
    elif not unknown.logarithmic:
        # an offset may well be zero: 10 K or 10 ohm of it are what they are
        status = "well determined" if sd < 0.1 * max(abs(theta), 10.0) else "weak"
    else:
        status = "well determined" if sd < 0.1 else "weak" if sd < 0.5 else "not determined"
    value = unknown.value(theta)
    quantile = stats.norm.ppf if dof is None else lambda q: stats.t.ppf(q, dof)

    def interval(level: float) -> Any:
        half = float(quantile(0.5 + 0.5 * level)) * sd
        low, high = (
            factor
            * unknown.value(min(theta + s * half, 700.0 if unknown.logarithmic else math.inf))
            for s in (-1, 1)
        )
        return low, high

    error = factor * (value * sd if unknown.logarithmic else sd)
    return FittedParameter(
        name, unit, meaning, factor * value, error, interval(0.95), status, interval(0.68)
    )
