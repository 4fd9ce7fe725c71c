"""Result of an I-V fit: :class:`IVFit`, and how it follows from a minimum."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.fitting.iv.assumptions import model_error, with_slow_residuals
from neurodyn.fitting.iv.distance import OrthogonalProblem
from neurodyn.fitting.iv.misfit import TREND, Judged, judge, largest_misfit
from neurodyn.fitting.iv.parameter_names import static_null_directions
from neurodyn.fitting.iv.request import Request, sweep_of_each
from neurodyn.fitting.iv.untold import untold
from neurodyn.fitting.least_squares import Minimum
from neurodyn.fitting.noise import ChannelNoise
from neurodyn.fitting.parameters import fitted_parameter
from neurodyn.fitting.report import ambient_lines
from neurodyn.fitting.residual_tests import neighbour_scatter, residual_tests
from neurodyn.fitting.result import Fit
from neurodyn.io import IVData
from neurodyn.model import Model
from neurodyn.provenance import versions

_BROKEN = 5.0  # a residual of an inequality beyond which it is broken


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class IVFit(Fit):
    """A model fitted to I-V curves.

    Beside what every fit has (see :class:`~neurodyn.fitting.result.Fit`); the model is that at the
    first ambient temperature, ``residuals`` are relative, and ``chi_square`` is always the plain
    one, whatever the loss.

    Parameters
    ----------
    problem : OrthogonalProblem
    measurements : tuple of IVData
    data : IVData
        All points.
    curve : (n,) int
        The measurement that each point belongs to.
    inner : (n,) float
        Inner state (temperature [K]) at the point of the curve nearest each datum.
    V, I : (n,) float
        That point, series resistance included.
    noise : float
        Relative noise: as stated, or as the residuals show; the median where it differs.
    tests : mapping from name to p-value
        Of the residuals: runs, and slow variation along the curve, against V, against T.
    """

    problem: OrthogonalProblem
    measurements: tuple[IVData, ...]
    data: IVData
    curve: npt.NDArray[np.int64]
    inner: Array
    V: Array
    I: Array
    noise: float
    tests: Mapping[str, float]

    @property
    def trend_p(self) -> float:
        """Probability that white noise varies as slowly along the curve as the residuals do."""
        return self.tests[TREND]

    @property
    def rms(self) -> float:
        """Root mean square of the residuals, relative."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    @property
    def remaining_misfit(self) -> str:
        """Where along which sweep the residuals are largest."""
        return largest_misfit(self.data, self.curve, self.inner, self.residuals)

    def _model_of(self, theta: Array, rng: np.random.Generator) -> Model:
        del rng  # T_amb is among the unknowns
        return self.problem.model_at(theta)

    @property
    def title(self) -> str:
        """What was fitted to what."""
        return f"I-V fit of {self.model.name} to {self.data.source}"

    @property
    def invisible_to(self) -> str:
        """The kind of data."""
        return "quasi-static curve"

    def inputs(self) -> list[str]:
        """Say which ambient temperatures went in, and what lies between device and readings."""
        role = "input, not fitted"
        if "T_offset" in self.problem.names:
            role = "inputs, with a common error that is fitted"
        lines = ambient_lines(self.ambients, role)
        instrument = self.provenance["instrument"]
        lines += [f"instrument: {instrument}"] if instrument else []
        return lines

    def statistics(self) -> list[str]:
        """Return what the residuals say, as lines."""
        chi_square = "noise not stated"
        if self.chi_square is not None:
            ratio = self.chi_square / self.degrees_of_freedom
            chi_square = f"{self.chi_square:.1f} (reduced {ratio:.3f})"
        tests = ", ".join(f"{name} p = {p:.2g}" for name, p in self.tests.items())
        given, reached = self.provenance, self.inner
        V, I = given["noise_found"] or ("as of I", "as of V")
        lines = [
            f"residuals: rms {self.rms:.3%} of {len(self.residuals)} points, "
            f"{self.degrees_of_freedom} degrees of freedom, noise {self.noise:.3%}",
            f"noise of V: {V}; of I: {I}",
            f"chi-square: {chi_square}; AIC {self.aic:.1f}, BIC {self.bic:.1f}",
            f"residual tests: {tests}",
            f"{self.problem.curve.source.coordinate} along the fit: {reached.min():.4g} to "
            f"{reached.max():.4g}",
            f"largest misfit: {self.remaining_misfit}",
            f"{given['starts_at_the_minimum']} of {given['starts']} starts reached the minimum",
        ]
        if given["loss"] != "linear":
            cost = f"{self.minimum.cost:.1f} in its own measure"
            lines.insert(2, f"robust loss {given['loss']}: {cost}")
        if given["inequalities"]:
            lines.append(
                f"inequalities (rows at compliance, jumps): {given['inequalities']}, of which "
                f"{given['inequalities_broken']} broken by more than five standard deviations"
            )
        return lines

    def data_lines(self) -> list[str]:
        """Say what each measurement holds, and what was set aside."""
        return [one.report() for one in self.measurements]

    def details(self) -> dict[str, Any]:
        """Return residuals, their tests, points and data."""
        return {
            "rms_residual": self.rms,
            "noise": self.noise,
            "residual_tests": self.tests,
            "trend_p": self.trend_p,
            "points": {
                "curve": self.curve,
                "inner_state": self.inner,
                "V": self.V,
                "I": self.I,
                "residuals": self.residuals,
            },
            "data": [one.to_dict() for one in self.measurements],
        }


def iv_fit(
    request: Request,
    problem: OrthogonalProblem,
    minimum: Minimum,
    meters: tuple[ChannelNoise, ChannelNoise] | None,
    account: Mapping[str, Any],
) -> IVFit:
    """Return the result that follows from a minimum, with its verdict.

    Parameters
    ----------
    request : Request
    problem : OrthogonalProblem
    minimum : Minimum
    meters : (noise of V, noise of I) or None
        As stated or found; None if both count alike.
    account : mapping
        Of the search.
    """
    model, seen = problem.model_at(minimum.theta), _seen(request, problem, minimum)
    n, k = problem.n_points, len(problem.unknowns)
    priors = sum(unknown.prior is not None for unknown in problem.unknowns)
    dof, stated = n + priors - k, request.noise is not None
    freedom = math.inf if stated else dof
    static = [name for name in model.parameter_names if name not in model.input_names]
    # the directions do not depend on the values
    positive = [name for name in static if request.model[name] > 0]
    null = tuple(static_null_directions(request.model, positive))
    error, left = model_error(problem, minimum, stated=stated)
    told = tuple(untold(problem, minimum, request.ambients, null))
    error, slow = with_slow_residuals(error, left[seen.pop("order")])
    error = replace(error, untold=told)
    shown = [i for i, unknown in enumerate(problem.unknowns) if unknown.name != "ambient"]
    covariance = error.covariance[np.ix_(shown, shown)]
    sd = np.sqrt(np.diag(covariance))
    parameters = tuple(
        fitted_parameter(problem.unknowns[i], float(minimum.theta[i]), float(s), freedom)
        for i, s in zip(shown, sd, strict=True)
    )
    inequalities = minimum.residuals[n : len(minimum.residuals) - priors]
    broken = int((inequalities > _BROKEN).sum())
    square = float(minimum.residuals @ minimum.residuals - inequalities @ inequalities)
    chi_square = square if stated else None
    relative, trend = seen["residuals"], seen["tests"][TREND]
    verdict = judge(
        Judged(
            request=request,
            problem=problem,
            minimum=minimum,
            parameters=parameters,
            model=model,
            data=seen["data"],
            inner=seen["inner"],
            residuals=relative,
            scatter=seen.pop("scatter"),
            trend_p=trend,
            slow=slow,
            error=error,
            chi_square=chi_square,
            degrees_of_freedom=dof,
            broken=broken,
        )
    )
    likelihood = minimum.cost if stated else n * math.log(max(np.mean(relative**2), 1e-300))
    counts = {"inequalities": len(inequalities), "inequalities_broken": broken}
    return IVFit(
        model=model,
        parameters=parameters,
        fixed={name: model[name] for name in static if name not in problem.names},
        covariance=covariance,
        spread=error.covariance,
        model_error=error,
        chi_square=chi_square,
        degrees_of_freedom=dof,
        noise_degrees_of_freedom=freedom,
        aic=likelihood + 2 * k,
        bic=likelihood + k * math.log(n),
        ambients=request.ambients,
        verdict=verdict,
        null_directions=null,
        provenance={**_provenance(request, problem, minimum, meters), **account, **counts},
        problem=problem,
        minimum=minimum,
        **seen,
    )


def _seen(request: Request, problem: OrthogonalProblem, minimum: Minimum) -> dict[str, Any]:
    """Return the fields of the result that speak of single points, and how neighbours scatter."""
    unit = problem.unit
    relative = minimum.residuals[: problem.n_points] * unit
    inner, V, I = problem.nearest(minimum.theta)
    data = joined(request.data)
    curve = np.repeat(np.arange(len(request.data)), [len(d) for d in request.data])
    sweep = sweep_of_each(request.data)
    order = np.lexsort((inner, sweep))
    return {
        "measurements": request.data,
        "data": data,
        "curve": curve,
        "inner": inner,
        "V": V,
        "I": I,
        "residuals": relative,
        "noise": float(np.median(unit)),
        "tests": residual_tests(relative, V, inner, sweep),
        "scatter": neighbour_scatter(relative[order]),
        "order": order,
    }


def _provenance(
    request: Request,
    problem: OrthogonalProblem,
    minimum: Minimum,
    meters: tuple[ChannelNoise, ChannelNoise] | None,
) -> dict[str, Any]:
    return {
        "method": "orthogonal distance in (ln V, ln I), scipy.optimize.least_squares (trf)",
        "fitted": list(problem.names),
        "noise": None if request.noise is None else [str(channel) for channel in request.noise],
        "noise_found": None if meters is None else [str(channel) for channel in meters],
        "loss": request.misfit.loss,
        "offset": request.offset,
        "instrument": str(request.instrument),
        "status": minimum.message,
        "seed": request.seed,
        "data_sha256": [one.sha256 for one in request.data],
        "versions": versions(),
    }


def joined(data: tuple[IVData, ...]) -> IVData:
    """Return the points of several measurements in order; line numbers are those of each file."""
    if len(data) == 1:
        return data[0]
    digests = "".join(one.sha256 for one in data).encode()
    return IVData(
        V=np.concatenate([one.V for one in data]),
        I=np.concatenate([one.I for one in data]),
        rows=np.concatenate([one.rows for one in data]),
        set_aside=tuple(row for one in data for row in one.set_aside),
        source=", ".join(dict.fromkeys(one.source for one in data)),
        sha256=hashlib.sha256(digests).hexdigest(),
        sweep=np.concatenate([one.sweep for one in data]),
        direction=np.concatenate([one.direction for one in data]),
        jumps=tuple(jump for one in data for jump in one.jumps),
        notes=tuple(f"{one.source}: {note}" for one in data for note in one.notes),
    )
