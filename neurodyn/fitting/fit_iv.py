"""``nd.fit_iv``: the Poole-Frenkel neuron from a measured I-V curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import OptimizeResult, least_squares

from neurodyn import constants
from neurodyn.devices import nbox_neuron
from neurodyn.errors import InputError, NumericalError
from neurodyn.fitting.diagnostics import neighbour_scatter, trend_p_value
from neurodyn.fitting.iv_fit import SCALING, FittedParameter, IVFit
from neurodyn.fitting.orthogonal import OrthogonalProblem
from neurodyn.fitting.questions import (
    PARAMETERS,
    ambient_temperature,
    fitted_names,
    relative_noise,
)
from neurodyn.fitting.verdict import reasons_against, warnings_about
from neurodyn.io import IVData, iv_data
from neurodyn.model import Model, Quantity
from neurodyn.provenance import versions
from neurodyn.status import Status

Array = npt.NDArray[np.float64]

# Far outside anything a threshold switch has been reported to have; reaching one means that the
# data do not hold the parameter.
_BOUNDS = {
    "R_0": (1e-3, 1e9),
    "E_a": (0.005 * constants.eV, 5.0 * constants.eV),
    "eps_r": (1e-3, 1e5),
    "R_th": (1e1, 1e11),
}


def fit_iv(
    data: IVData | tuple[npt.ArrayLike, npt.ArrayLike],
    T_amb: float | tuple[float, float],
    *,
    parameters: Sequence[str] = PARAMETERS,
    noise: float | tuple[float, float] | None = None,
    model: Model | None = None,
) -> IVFit:
    """Fit R_0, E_a, eps_r d and R_th to a quasi-static I-V curve.

    Least squares of the orthogonal distance in (ln V, ln I), in log parameters, with the exact
    Jacobian and several starts. Of eps_r and d only the product enters the model; T_amb follows
    from no electrical measurement at one ambient (multiplying T, T_amb, E_a, R_th by s, eps_r d by
    1/s^2 and C_th by 1/s changes nothing), so it is an input, with its own uncertainty.

    Parameters
    ----------
    data : IVData or (V, I)
        From :func:`neurodyn.read_iv`, or arrays in volts and amperes.
    T_amb : float or (value, standard deviation) [K]
    parameters : sequence of str
        Subset of "R_0", "E_a", "eps_r_d", "R_th"; the others keep the values of ``model``.
    noise : float or (of V, of I), optional
        Relative standard deviation of the data. If not given, V and I count alike and the noise is
        taken from the residuals.
    model : Model, optional
        Where parameters that are not fitted come from; ``nd.devices.nbox_neuron()`` by default.

    Returns
    -------
    IVFit
        With a verdict: ``accepted``, or not, and the ``reasons``.

    Raises
    ------
    IdentifiabilityError
        If asked for T_amb, for eps_r and d apart, or for a capacitance: the data cannot tell.
    InputError
        For an unknown parameter, too few points, or a T_amb or noise that makes no sense.
    NumericalError
        If no start leads to a finite fit.

    Examples
    --------
    >>> import neurodyn as nd, numpy as np
    >>> truth = nd.iv_curve(nd.devices.nbox_neuron(R_0=250.0), current=(1e-6, 1e-3), n=60)
    >>> fit = nd.fit_iv((truth.V, truth.I), T_amb=298.0)
    >>> round(fit["R_0"].value, 6)
    250.0
    """
    if not isinstance(data, IVData):
        data = iv_data(*data)
    ambient, ambient_sd = ambient_temperature(T_amb)
    names = fitted_names(parameters)
    base = (model if model is not None else nbox_neuron()).with_parameters(T_amb=ambient)
    sd = relative_noise(noise)
    if len(data) < 2 * len(names):
        raise InputError(
            f"{len(data)} points are left to fit {len(names)} parameters; expected at least "
            f"{2 * len(names)}"
        )
    problem = OrthogonalProblem(base, names, np.log(data.V), np.log(data.I), *(sd or (1.0, 1.0)))
    solution = _best_of_starts(problem)
    return _result(problem, solution, data, (ambient, ambient_sd), sd)


# ---------------------------------------------------------------------- least squares


def _best_of_starts(problem: OrthogonalProblem) -> OptimizeResult:
    """Run from several starts on a thinned curve, then the best on all points."""
    bounds = tuple(np.log([_BOUNDS[name] for name in problem.names]).T)
    step = max(1, len(problem.ln_V) // 150)
    thin = OrthogonalProblem(
        problem.model,
        problem.names,
        problem.ln_V[::step],
        problem.ln_I[::step],
        problem.sd_V,
        problem.sd_I,
    )
    best: OptimizeResult | None = None
    for start in _starts(thin):
        trial = _run(thin, np.clip(start, *bounds), bounds)
        if trial is not None and (best is None or trial.cost < best.cost):
            best = trial
    result = None if best is None else _run(problem, best.x, bounds)
    if result is None:
        raise NumericalError(
            "the I-V fit found no parameters that give finite residuals; check the units of the "
            "data and T_amb",
            Status.NOT_CONVERGED,
        )
    return result


def _run(problem: OrthogonalProblem, start: Array, bounds: tuple) -> OptimizeResult | None:
    if not np.isfinite(problem.residuals(start)).all():
        return None
    return least_squares(
        problem.residuals,
        start,
        jac=problem.jacobian,  # type: ignore[arg-type]
        bounds=bounds,
        method="trf",
        x_scale=1.0,
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
        max_nfev=200,
    )


def _starts(problem: OrthogonalProblem) -> list[Array]:
    """Return starting points: activation energies by hottest temperatures; R_0 by the median."""
    power = float(np.exp((problem.ln_V + problem.ln_I).max()))
    starts = []
    for E_a in (0.1, 0.215, 0.4):
        for T_hot in (500.0, 1500.0, 4000.0):
            guess = {
                "R_0": 190.0,
                "E_a": E_a * constants.eV,
                "eps_r": problem.model["eps_r"],
                "R_th": T_hot / power,
            }
            theta = np.log([guess[name] for name in problem.names])
            if "R_0" in problem.names:  # shift R_0 so that the curve has the data's resistance
                with np.errstate(all="ignore"):
                    curve = problem.feet(theta)[1]
                shift = np.median((problem.ln_V - problem.ln_I) - (curve[0] - curve[1]))
                theta[problem.names.index("R_0")] += shift if np.isfinite(shift) else 0.0
            starts.append(theta)
    return starts


# ---------------------------------------------------------------------- result


@dataclass(frozen=True)
class _Uncertainty:
    statistical: Array
    total: Array


def _uncertainty(
    problem: OrthogonalProblem,
    jacobian: Array,
    scale: float,
    ambient: tuple[float, float],
) -> _Uncertainty:
    """Return covariances of the log parameters: from the scatter, and with T_amb's share."""
    inverse = np.linalg.pinv(jacobian.T @ jacobian, rcond=1e-16)
    statistical = np.asarray(inverse * scale**2, dtype=np.float64)
    direction = np.array([SCALING.get(name, 0) for name in problem.names], dtype=float)
    relative = ambient[1] / ambient[0]
    return _Uncertainty(statistical, statistical + relative**2 * np.outer(direction, direction))


def _result(
    problem: OrthogonalProblem,
    solution: OptimizeResult,
    data: IVData,
    ambient: tuple[float, float],
    sd: tuple[float, float] | None,
) -> IVFit:
    theta, n, k = solution.x, len(data), len(problem.names)
    with np.errstate(all="ignore"):
        T, curve = problem.feet(theta)
    residuals, jacobian = problem.residuals(theta), problem.jacobian(theta)
    square = float(residuals @ residuals)
    spread = math.sqrt(square / (n - k))
    covariance = _uncertainty(problem, jacobian, 1.0 if sd else spread, ambient)
    # back from units of the noise to relative distances
    unit = math.sqrt(sd[0] * sd[1]) if sd else 1.0
    relative = residuals * unit
    order = np.argsort(T)
    trend_p = trend_p_value(relative[order])
    model = problem.model.with_parameters(
        **dict(zip(problem.names, np.exp(theta).tolist(), strict=True))
    )
    parameters = tuple(
        _parameter(model, name, theta[i], covariance.total[i, i], n - k)
        for i, name in enumerate(problem.names)
    )
    chi_square = square if sd else None
    scatter = neighbour_scatter(relative[order])
    reasons = reasons_against(parameters, relative, scatter, trend_p, chi_square, n - k)
    sd_log = np.sqrt(np.diag(covariance.total))
    likelihood = n * math.log(max(square / n, 1e-300)) if sd is None else square
    return IVFit(
        model=model,
        data=data,
        parameters=parameters,
        correlation=covariance.total / np.outer(sd_log, sd_log),
        covariance=covariance.total,
        T=T,
        V=np.exp(curve[0]),
        I=np.exp(curve[1]),
        residuals=relative,
        noise=unit if sd else spread,
        chi_square=chi_square,
        degrees_of_freedom=n - k,
        aic=likelihood + 2 * k,
        bic=likelihood + k * math.log(n),
        trend_p=trend_p,
        T_amb=ambient,
        accepted=not reasons,
        reasons=tuple(reasons),
        warnings=tuple(warnings_about(model, data, T, relative, trend_p)),
        provenance={
            "method": "orthogonal distance in (ln V, ln I), scipy.optimize.least_squares (trf)",
            "fitted": list(problem.names),
            "statistical_covariance": covariance.statistical.tolist(),
            "status": solution.message,
            "data_sha256": data.sha256,
            "versions": versions(),
        },
    )


def _parameter(
    model: Model, name: str, theta: float, variance: float, degrees_of_freedom: int
) -> FittedParameter:
    quantity = model.quantity(name)
    assert isinstance(quantity, Quantity)
    value, sd = math.exp(theta), math.sqrt(variance)
    low, high = np.log(_BOUNDS[name])
    if min(theta - low, high - theta) < 1e-6 * (high - low):
        status = "at bound"
    else:
        status = "well determined" if sd < 0.1 else "weak" if sd < 0.5 else "not determined"
    label, unit, meaning, factor = name, quantity.unit, quantity.meaning, 1.0
    if name == "eps_r":
        label, unit, factor = "eps_r_d", "m", model["d"]
        meaning = "relative permittivity times oxide thickness"
    half = float(stats.t.ppf(0.975, degrees_of_freedom)) * sd
    interval = tuple(factor * math.exp(min(theta + sign * half, 700.0)) for sign in (-1, 1))
    return FittedParameter(
        label,
        unit,
        meaning,
        factor * value,
        factor * value * sd,
        (interval[0], interval[1]),
        status,
    )
