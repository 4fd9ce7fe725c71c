"""A device from measured I-V curves: ``nd.fit_iv``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import NumericalError
from neurodyn.fitting.ambient import Pair
from neurodyn.fitting.iv.channel_noise import noise_of_meters, resolution
from neurodyn.fitting.iv.distance import OrthogonalProblem
from neurodyn.fitting.iv.fit import IVFit, iv_fit
from neurodyn.fitting.iv.instrument import IVInstrument
from neurodyn.fitting.iv.outliers import COARSE, OUTLIER, coarse, outlying, without
from neurodyn.fitting.iv.request import Curves, IVMisfit, Request, read_request, sweep_of_each
from neurodyn.fitting.iv.starts import starting_points
from neurodyn.fitting.least_squares import Loss, Minimum, least_squares, remembered
from neurodyn.fitting.noise import ChannelNoise, Noise
from neurodyn.fitting.store import Store
from neurodyn.model import Model
from neurodyn.progress import Progress, silent
from neurodyn.status import Status

_FEW = 60  # points on which the starts are tried
_SAME = 1e-3  # relative difference of cost below which two starts found the same minimum
_MOST_PASSES = 20  # to find noise and parameters together
_MOST_LOOKS = 3  # for outliers
_MOST_STRUCTURES = 3  # to find the noise of each meter, and parameters with it
_SAME_NOISE = 0.03
_SUSPECT = 3.5  # standard deviations from which a row may be an outlier
_EXACT, _ALL = IVInstrument(), IVMisfit()


@checked(
    moved={
        "profile": "nd.profile(fit)",
        "draws": "nd.derived(fit, draws=...)",
        "dynamic_draws": "nd.derived(fit, dynamic_draws=...)",
        "R_series": "instrument=nd.IVInstrument(R_series=...)",
        "loss": "misfit=nd.IVMisfit(loss=...)",
        "censored": "misfit=nd.IVMisfit(censored=...)",
        "jumps": "misfit=nd.IVMisfit(jumps=...)",
    }
)
def fit_iv(
    data: Curves | Sequence[Curves],
    T_amb: float | Pair | Sequence[float | Pair],
    *,
    model: Model | str | None = None,
    parameters: Sequence[str] | None = None,
    noise: Noise | tuple[Noise, Noise] | None = None,
    misfit: IVMisfit = _ALL,
    offset: Literal["common"] | float | Pair | None = None,
    instrument: IVInstrument = _EXACT,
    starts: Count = 9,
    seed: Whole = 0,
    store: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
) -> IVFit:
    """Fit the static parameters of a device to quasi-static I-V curves.

    Least squares of the orthogonal distance in (ln V, ln I), in log parameters, with the exact
    Jacobian and several starts. Of eps_r and d only the product enters the model; T_amb follows
    from no electrical measurement at one ambient (multiplying T, T_amb, E_a, R_th by s, eps_r d by
    1/s^2 and C_th by 1/s changes nothing), so it is an input, with its own uncertainty.

    Parameters
    ----------
    data : IVData, (V, I), or a list of them
        From :func:`neurodyn.read_iv`, or arrays in volts and amperes. Current- and
        voltage-controlled sweeps of one device, at one or several ambient temperatures.
    T_amb : float, (value, standard deviation), or a list with one of them for each measurement [K]
        Measurements with the same value and standard deviation share their error. A file with a
        column of several ambient temperatures is fitted at those, with this standard deviation.
    model : Model or str, optional
        A current-driven device, or its name in ``nd.devices``; "nbox_neuron" by default. Keeps the
        values of what is not fitted.
    parameters : sequence of str, optional
        Of the Poole-Frenkel neuron "R_0", "E_a", "eps_r_d", "R_th" (all by default).
    noise : float, ChannelNoise, or (of V, of I), optional
        Standard deviation of the data; a number is relative. If not given, V and I count alike and
        the noise is taken from the residuals.
    misfit : IVMisfit
        Whether the loss is robust, and whether rows at compliance and jumps count.
    offset : "common", or (mean, standard deviation), optional [K]
        An error that all ambient temperatures share: unknown, or with a prior.
    instrument : IVInstrument
        Resistance of leads, offsets of the meters, a leak beside the device, gain of a range: each
        exact, with a prior or free; an exact one by default.
    starts : int
        From how many places the minimum is sought.
    seed : int
        Of the places that are drawn.
    store : path, optional
        Folder that keeps every finished step in ``fit.json``; called again with the same question,
        the fit goes on from there.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    IVFit
        With a verdict: ``accepted``, or not, and the ``reasons``.

    Raises
    ------
    IdentifiabilityError
        If asked for what the data cannot tell (T_amb at one ambient, eps_r and d apart, a
        capacitance), with the direction in which nothing changes.
    InputError
        For an unknown parameter or model, too few points, the same points twice, R_series without
        a prior, or a T_amb or noise that makes no sense.
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
    request = read_request(
        data,
        T_amb,
        model=model,
        parameters=parameters,
        noise=noise,
        misfit=misfit,
        offset=offset,
        instrument=instrument,
        starts=starts,
        seed=seed,
    )
    kept, question = Store(store, request.digest), request.digest
    steps = _resolutions(request)
    few = coarse(request.data, steps)
    if len(few) and _enough(request, few):
        request = replace(request, data=without(request.data, few, COARSE))
    problem = request.problem()
    best, account = _best_of_starts(problem, request, kept, progress)
    found = _with_its_noise(problem, request, best, steps)
    for _ in range(_MOST_LOOKS):  # one outlier may hide behind another
        far = _outliers(request, *found[:2])
        if not len(far) or not _enough(request, far):
            break
        request = replace(request, data=without(request.data, far, OUTLIER))
        found = _with_its_noise(request.problem(), request, found[1].theta, steps)
    fit = iv_fit(request, *found, {**account, "question": question})
    kept.finish(fit.to_dict())
    return fit


def _outliers(
    request: Request, problem: OrthogonalProblem, minimum: Minimum
) -> npt.NDArray[np.intp]:
    """Return the places of outliers; looked for only where one row is far off."""
    points = minimum.residuals[: problem.n_points]
    if np.abs(points).max() < _SUSPECT:
        return np.empty(0, dtype=np.intp)
    # they bend a plain fit towards themselves: one that plays them down tells
    middling = max(1.4826 * float(np.median(np.abs(points))), 1e-9)
    scale = middling if request.noise is None else max(middling, 1.0)
    plain = _run(problem.scaled(scale), minimum.theta, "soft_l1", 1e-6, 100)
    theta = minimum.theta if plain is None else plain.theta
    points, inner = problem.residuals(theta)[: problem.n_points], problem.nearest(theta)[0]
    stated, sweep = request.noise is not None, sweep_of_each(request.data)
    return outlying(points, problem.unit, sweep, inner, stated=stated)


def _best_of_starts(
    problem: OrthogonalProblem, request: Request, kept: Store, progress: Progress
) -> tuple[Array, dict[str, Any]]:
    """Run from several starts on a thinned curve; return the best and an account of all."""
    thin = problem.thinned(_FEW)
    places = starting_points(thin, request.starts, request.seed)
    found: list[tuple[float, list[float]]] = []
    for k, start in enumerate(places):
        step = f"start {k + 1} of {len(places)}"
        result = kept.done(step)
        if result is None:
            result = _as_step(thin, _run(thin, start, request.misfit.loss, 1e-6, 60))
            kept.keep(step, result)
        if result["cost"] is not None:
            found.append((result["cost"], result["theta"]))
        progress("starts", (k + 1) / len(places))
    if not found:
        raise NumericalError(
            "the I-V fit found no parameters that give finite residuals; check the units of the "
            "data and T_amb",
            Status.NOT_CONVERGED,
        )
    found.sort()
    same = sum(cost <= found[0][0] * (1 + _SAME) + 1e-9 for cost, _ in found)
    return np.array(found[0][1]), {"starts": len(places), "starts_at_the_minimum": same}


def _as_step(problem: OrthogonalProblem, trial: Minimum | None) -> dict[str, Any]:
    """Return what a start gave, as the store keeps it."""
    if trial is None:
        return {"cost": None, "theta": None, "values": None}
    values = {x.name: x.value(t) for x, t in zip(problem.unknowns, trial.theta, strict=True)}
    return {"cost": trial.cost, "theta": trial.theta.tolist(), "values": values}


def _run(
    problem: OrthogonalProblem, start: Array, loss: Loss, tolerance: float, evaluations: int
) -> Minimum | None:
    residuals, jacobian = remembered(problem.evaluate)
    start = np.clip(start, *problem.bounds)
    if not np.isfinite(residuals(start)).all() or not np.isfinite(jacobian(start)).all():
        return None
    try:
        return least_squares(
            residuals,
            start,
            jacobian,
            problem.bounds,
            loss=loss,
            robust=problem.n_points,
            tolerance=tolerance,
            evaluations=evaluations,
        )
    except (ValueError, np.linalg.LinAlgError):  # residuals not finite on the way
        return None


def _enough(request: Request, places: npt.NDArray[np.intp]) -> bool:
    """Say whether a fit is left without these points."""
    return sum(len(one) for one in request.data) - len(places) >= 2 * len(request.names)


def _with_its_noise(
    problem: OrthogonalProblem, request: Request, start: Array, steps: tuple[float, float]
) -> tuple[OrthogonalProblem, Minimum, tuple[ChannelNoise, ChannelNoise] | None]:
    """Return the minimum on all points, in units of the noise; both are found if need be.

    The noise of the meters comes with it; None where they count alike.
    """
    problem, minimum = _scaled(problem, request, start)
    meters = request.noise
    for _ in range(_MOST_STRUCTURES):
        if request.noise is not None:
            if not any(meter.absolute or meter.resolution for meter in request.noise):
                break
            # a reading that is low by chance is not better known for it: as on the curve
            problem = problem.with_noise(minimum.theta, request.noise)
            problem, minimum = _scaled(problem, request, minimum.theta)
            continue
        points = minimum.residuals[: problem.n_points]
        found = noise_of_meters(problem, minimum.theta, points, sweep_of_each(request.data), steps)
        if found is None or (meters is not None and _alike(found, meters)):
            break
        meters = found
        problem = problem.with_noise(minimum.theta, meters)
        problem, minimum = _scaled(problem, request, minimum.theta)
    return problem, minimum, meters


def _alike(one: tuple[ChannelNoise, ...], other: tuple[ChannelNoise, ...]) -> bool:
    """Say whether two accounts of the noise of meters are the same within what neighbours tell."""
    parts = [[x for meter in meters for x in astuple(meter)] for meters in (one, other)]
    return bool(np.allclose(*parts, rtol=_SAME_NOISE, atol=0.0))


def _resolutions(request: Request) -> tuple[float, float]:
    """Return the steps of the converters, as stated or as the readings show them."""
    if request.noise is not None:
        return request.noise[0].resolution, request.noise[1].resolution
    V, I = (np.concatenate([getattr(one, axis) for one in request.data]) for axis in "VI")
    return resolution(V), resolution(I)


def _scaled(
    problem: OrthogonalProblem, request: Request, start: Array
) -> tuple[OrthogonalProblem, Minimum]:
    """Return the minimum on all points, in units of the noise that they show if none is stated."""
    minimum = _run(problem, start, request.misfit.loss, 1e-12, 200)
    for _ in range(_MOST_PASSES if request.noise is None else 0):
        if minimum is None:
            break
        scale = noise_scale(minimum, problem)
        problem = problem.scaled(scale)
        minimum = _run(problem, minimum.theta, request.misfit.loss, 1e-12, 200)
        # nothing but points and a linear loss: other units of noise move nothing
        alone = minimum is not None and len(minimum.residuals) == problem.n_points
        if abs(scale - 1) < 1e-9 or (alone and request.misfit.loss == "linear"):
            break
    if minimum is None:
        raise NumericalError(
            "the I-V fit left the range where the model can be computed; check the units of the "
            "data and T_amb",
            Status.NOT_FINITE,
        )
    return problem, minimum


def noise_scale(minimum: Minimum, problem: OrthogonalProblem) -> float:
    """Return the noise that the residuals of the points show, in the present unit."""
    points = minimum.residuals[: problem.n_points]
    if minimum.loss != "linear":  # the median is blind to what the loss plays down
        return max(1.4826 * float(np.median(np.abs(points))), 1e-12)
    free = sum(unknown.prior is None for unknown in problem.unknowns)
    return max(float(np.sqrt(points @ points / max(len(points) - free, 1))), 1e-12)
