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
from neurodyn.equilibria import iv_curve
from neurodyn.errors import IdentifiabilityError, InputError, NumericalError, unknown_name
from neurodyn.fitting.diagnostics import chi_square_p_value, neighbour_scatter, trend_p_value
from neurodyn.fitting.iv_fit import SCALING, FittedParameter, IVFit
from neurodyn.fitting.orthogonal import OrthogonalProblem
from neurodyn.io import IVData, iv_data
from neurodyn.model import Model, Quantity
from neurodyn.provenance import versions
from neurodyn.status import Status

Array = npt.NDArray[np.float64]

PARAMETERS = ("R_0", "E_a", "eps_r_d", "R_th")
"""What a quasi-static I-V curve at one ambient temperature determines."""

# Far outside anything a threshold switch has been reported to have; reaching one means that the
# data do not hold the parameter.
_BOUNDS = {
    "R_0": (1e-3, 1e9),
    "E_a": (0.005 * constants.eV, 5.0 * constants.eV),
    "eps_r": (1e-3, 1e5),
    "R_th": (1e1, 1e11),
}
_TREND_P = 1e-6  # one false alarm in a million good fits
_LARGE_MISFIT = 0.03  # a misfit below 3 % is a warning: the numbers are still of use
_NBO2_TRANSITION = 1080.0  # K; as quoted for NbO2, not checked at a primary source


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
    ambient, ambient_sd = _ambient(T_amb)
    names = _fitted_names(parameters)
    base = (model if model is not None else nbox_neuron()).with_parameters(T_amb=ambient)
    sd = _noise(noise)
    if len(data) < 2 * len(names):
        raise InputError(
            f"{len(data)} points are left to fit {len(names)} parameters; expected at least "
            f"{2 * len(names)}"
        )
    problem = OrthogonalProblem(base, names, np.log(data.V), np.log(data.I), *(sd or (1.0, 1.0)))
    solution = _best_of_starts(problem)
    return _result(problem, solution, data, (ambient, ambient_sd), sd)


# ---------------------------------------------------------------------- input


def _ambient(T_amb: float | tuple[float, float]) -> tuple[float, float]:
    value, sd = T_amb if isinstance(T_amb, (tuple, list)) else (T_amb, 0.0)
    quantity = next(q for q in nbox_neuron().parameters if q.name == "T_amb")
    try:
        value = quantity.validated(value)
    except InputError as error:
        hint = "; T_amb is in kelvin (25 degrees Celsius are 298.15 K)"
        raise InputError(f"{error}{hint}") from None
    if not (math.isfinite(sd) and 0 <= sd < 0.2 * value):
        raise InputError(f"the standard deviation of T_amb is {sd:g} K; expected 0 to 20 % of it")
    return value, float(sd)


def _noise(noise: float | tuple[float, float] | None) -> tuple[float, float] | None:
    if noise is None:
        return None
    pair = tuple(noise) if isinstance(noise, (tuple, list)) else (noise, noise)
    if len(pair) != 2 or not all(math.isfinite(sd) and 0 < sd < 1 for sd in pair):
        raise InputError(
            f"noise is {noise!r}; expected one or two relative standard deviations between 0 and 1"
        )
    return float(pair[0]), float(pair[1])


def _fitted_names(parameters: Sequence[str]) -> tuple[str, ...]:
    """Return the model's names of the fitted parameters, or say why the data cannot hold one."""
    wanted = [parameters] if isinstance(parameters, str) else list(parameters)
    if "T_amb" in wanted:
        raise IdentifiabilityError(
            "T_amb cannot be fitted to electrical data at one ambient temperature: changing "
            "(T_amb, E_a, eps_r_d, R_th) along (+1, +1, -2, +1) in logarithms leaves every V(I) "
            "unchanged; give T_amb=(value, standard deviation) instead"
        )
    if "d" in wanted or "eps_r" in wanted:
        raise IdentifiabilityError(
            "eps_r and d cannot be told apart: only their product enters the model, and (eps_r, d) "
            "along (+1, -1) in logarithms leaves everything unchanged; fit 'eps_r_d' instead"
        )
    for name in wanted:
        if name in ("C_th", "C_ext", "C_d", "L_ext"):
            raise IdentifiabilityError(
                f"{name} cannot be fitted to a quasi-static I-V curve: at rest no current flows "
                "into it; it takes a spike trace"
            )
        if name not in PARAMETERS:
            raise unknown_name("parameter to fit", name, PARAMETERS)
    if not wanted or len(set(wanted)) < len(wanted):
        raise InputError(
            f"parameters to fit are {wanted}; expected some of {PARAMETERS}, each once"
        )
    return tuple("eps_r" if name == "eps_r_d" else name for name in PARAMETERS if name in wanted)


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
    reasons = _reasons(parameters, relative, scatter, trend_p, chi_square, n - k)
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
        warnings=tuple(_warnings(model, data, T, relative, trend_p)),
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


def _reasons(
    parameters: Sequence[FittedParameter],
    residuals: Array,
    scatter: float,
    trend_p: float,
    chi_square: float | None,
    degrees_of_freedom: int,
) -> list[str]:
    """Say why the model is rejected; nothing if it is not."""
    rms, reasons = float(np.sqrt(np.mean(residuals**2))), []
    if trend_p < _TREND_P and rms > _LARGE_MISFIT:
        reasons.append(
            f"the model does not follow the data: residuals of {rms:.1%} vary slowly along the "
            f"curve, while neighbouring points scatter by {scatter:.2%}"
        )
    if chi_square is not None and chi_square_p_value(chi_square, degrees_of_freedom) < _TREND_P:
        reasons.append(
            f"chi-square is {chi_square:.0f} for {degrees_of_freedom} degrees of freedom: the "
            "residuals are larger than the stated noise"
        )
    for p in parameters:
        if p.status == "at bound":
            reasons.append(f"{p.name} runs to its bound ({p.value:.3g} {p.unit})")
        elif p.status == "not determined":
            reasons.append(
                f"{p.name} is not determined by these data (standard error "
                f"{p.standard_error / p.value:.0%})"
            )
    return reasons


def _warnings(model: Model, data: IVData, T: Array, residuals: Array, trend_p: float) -> list[str]:
    found = []
    if trend_p < _TREND_P:
        rms = float(np.sqrt(np.mean(residuals**2)))
        found.append(
            f"the residuals ({rms:.2%}) vary slowly along the curve: they are misfit, not noise, "
            "and the standard errors are too small"
        )
    if T.max() > _NBO2_TRANSITION:
        found.append(
            f"the fit reaches {T.max():.0f} K, above the transition of NbO2 near "
            f"{_NBO2_TRANSITION:.0f} K, where the model is an extrapolation"
        )
    curve = iv_curve(model)
    if curve.threshold is None:
        found.append("the fitted curve has no threshold switching point")
    elif data.I.max() < curve.threshold.I:
        found.append(
            f"the data end at {data.I.max():.3g} A, below the threshold switching point of the "
            f"fit at {curve.threshold.I:.3g} A"
        )
    elif curve.hold is not None and data.I.max() < curve.hold.I:
        found.append(
            f"the data end at {data.I.max():.3g} A; the hold point at {curve.hold.I:.3g} A is an "
            "extrapolation"
        )
    return found
