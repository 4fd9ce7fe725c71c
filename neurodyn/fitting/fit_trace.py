"""``nd.fit_trace``: circuit and thermal parameters from measured spike traces."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from neurodyn.errors import IdentifiabilityError, InputError, unknown_name
from neurodyn.fitting.identifiability_directions import as_text, null_directions
from neurodyn.fitting.iv_fit import IVFit
from neurodyn.fitting.questions import ambient_temperature
from neurodyn.fitting.trace_features import FEATURES, PER_CYCLE
from neurodyn.fitting.trace_fit import TraceFit
from neurodyn.fitting.trace_prior import Prior, static_prior, together
from neurodyn.fitting.trace_record import SpikeTrace, spike_trace
from neurodyn.fitting.trace_result import trace_fit
from neurodyn.fitting.trace_search import search
from neurodyn.fitting.trace_sensitivity import ACCURACY
from neurodyn.fitting.trace_targets import (
    Target,
    TraceProblem,
    WaveformTarget,
    feature_target,
)
from neurodyn.io import TraceData
from neurodyn.model import Model
from neurodyn.progress import Progress, silent

Method = Literal["features", "waveform"]

STATIC = ("R_0", "E_a", "eps_r", "R_th")
_WRONG_UNIT = 30.0  # a model this far off in size or time is not the device in these units


def fit_trace(
    traces: Any,
    model: Model,
    *,
    parameters: Sequence[str] = ("C_th", "C_ext"),
    static: Literal["fixed", "free"] | IVFit = "fixed",
    method: Method = "features",
    features: Sequence[str] = PER_CYCLE,
    skip: int = 1,
    T_amb: float | tuple[float, float] | None = None,
    priors: dict[str, tuple[float, float]] | None = None,
    starts: int = 3,
    seed: int = 0,
    store: str | os.PathLike[str] | None = None,
    progress: Progress = silent,
) -> TraceFit:
    """Fit parameters of a model to measured spike traces.

    A free-running oscillation has no reliable phase, so by default means of features over cycles
    are compared, each with the covariance that the scatter from cycle to cycle gives; what the
    sampling and the noise do to the measured features is found by measuring the model's own trace
    with the same extractor, and taken out. ``method="waveform"`` compares every sample instead, by
    single shooting from the moment the source is switched on; it needs a phase that neither
    drifts nor jitters. Gradients are exact in both (forward sensitivities).

    Parameters
    ----------
    traces : (t, y), TraceData, SpikeTrace, or a sequence of them
        :func:`neurodyn.spike_trace` says what was set for each trace. Bare arrays are taken as
        the channel "V" at the settings of ``model``.
    model : Model
        Its values are the start of the search, and stay for parameters that are not fitted.
    parameters : sequence of str
        Fitted in ln(value): "C_th", "C_ext", "L_ext", "R_out", "C_d", ...
    static : "fixed", "free" or IVFit
        What to do with R_0, E_a, eps_r d and R_th: hold them, fit them to the trace alone, or fit
        them with an I-V fit as a normal prior in log parameters, correlations included. The last
        is the joint fit of I-V curve and trace.
    method : {"features", "waveform"}
    features : sequence of str
        Of "period", "peak", "trough", "width" (at half height), "rise", "fall" (20 to 80 %),
        "mean" and "latency" (of the first spike; needs ``onset``).
    skip : int
        Complete cycles set aside at the beginning of each trace, while the oscillation settles.
    T_amb : float or (value, standard deviation), optional [K]
        The model's, or the I-V fit's, if not given. Its uncertainty moves E_a, R_th, eps_r d and
        C_th together along the exact scaling symmetry, which no trace can see.
    priors : mapping from parameter to (value, standard deviation), optional
        Independent normal priors of fitted parameters, e.g. a measured load.
    starts : int
        Searches from different starts; they end early when two lead to the same best minimum.
    seed : int
    store : path, optional
        Folder in which each finished search is kept; a fit that was killed goes on from there.
    progress : function, optional
        Called with the name of the work and the fraction done.

    Returns
    -------
    TraceFit
        With a verdict: ``accepted``, or not, and the ``reasons``.

    Raises
    ------
    IdentifiabilityError
        If asked for T_amb, for eps_r and d apart, or for a combination that the traces do not see.
    InputError
        For a trace that cannot be used, unknown names, or values that make no sense.
    NumericalError
        If no start leads to a model that spikes.

    Examples
    --------
    >>> import neurodyn as nd, numpy as np
    >>> truth = nd.devices.nbox_voltage_driven(V_s=1.6, R_load=7e3, C_ext=20e-12, C_th=2.2e-15)
    >>> t = np.arange(0.0, 6e-6, 0.7e-9)
    >>> y = nd.solve(truth, 6e-6).at(t, "V") + 2e-3 * np.sin(np.arange(len(t)) ** 2)
    >>> guess = truth.with_parameters(C_th=2e-15)
    >>> fit = nd.fit_trace((t, y), guess, parameters=["C_th"])
    >>> abs(fit["C_th"].value - 2.2e-15) < 3 * fit["C_th"].standard_error
    True
    """
    records = _records(traces)
    prior_fit = static if isinstance(static, IVFit) else None
    if prior_fit is None and static not in ("fixed", "free"):
        raise InputError(f"static is {static!r}; expected 'fixed', 'free' or an IVFit")
    if method not in ("features", "waveform"):
        raise unknown_name("method", str(method), ("features", "waveform"))
    if starts < 1 or skip < 0:
        raise InputError(f"starts is {starts} and skip is {skip}; expected 1 or more, 0 or more")
    names = _names(parameters, static, model)
    _check_settings(records, model, names)
    model, ambient = _ambient(model, T_amb, prior_fit)
    if prior_fit is not None:
        known = static_prior(prior_fit)
        values = dict(zip(known.names, np.exp(known.mean).tolist(), strict=True))
        model = model.with_parameters(**values)
    prior = _prior(priors or {}, prior_fit, names)
    wanted = _features(features)
    n_free = len(names) - (0 if prior is None else len(prior.names))
    targets: list[Target] = []
    for record in records:
        if method == "waveform":
            if record.onset is None:
                raise InputError(
                    f"{record.source}: method='waveform' starts when the source is switched on; "
                    "give onset= to nd.spike_trace, or use method='features'"
                )
            targets.append(WaveformTarget(record))
        else:
            targets.append(feature_target(record, wanted, n_free, skip))
    problem = TraceProblem(model, names, tuple(targets), prior)
    _check_scale(problem)
    _check_rank(problem)
    found = search(problem, starts, seed, store, progress)
    return trace_fit(found, ambient, method, seed)


def _records(traces: Any) -> tuple[SpikeTrace, ...]:
    def one(item: Any) -> SpikeTrace:
        return item if isinstance(item, SpikeTrace) else spike_trace(item)

    pair = isinstance(traces, (tuple, list)) and len(traces) == 2
    if pair and all(np.ndim(part) == 1 and not _is_record(part) for part in traces):
        return (spike_trace(traces),)
    if isinstance(traces, (tuple, list)):
        if not traces:
            raise InputError("there are no traces; expected at least one")
        return tuple(one(item) for item in traces)
    return (one(traces),)


def _is_record(item: Any) -> bool:
    return isinstance(item, (SpikeTrace, TraceData))


def _names(parameters: Sequence[str], static: Any, model: Model) -> tuple[str, ...]:
    """Return the model's names of what is fitted, or say why it cannot be."""
    wanted = [parameters] if isinstance(parameters, str) else list(parameters)
    if "T_amb" in wanted:
        raise IdentifiabilityError(
            "T_amb cannot be fitted to electrical data at one ambient temperature: changing "
            "(T_amb, E_a, eps_r_d, R_th, C_th) along (+1, +1, -2, +1, -1) in logarithms leaves "
            "every V(I), V(t) and I(t) unchanged; give T_amb=(value, standard deviation) instead",
            [{"T_amb": 1, "E_a": 1, "eps_r_d": -2, "R_th": 1, "C_th": -1}],
        )
    if "d" in wanted or "eps_r" in wanted:
        raise IdentifiabilityError(
            "eps_r and d cannot be told apart: only their product enters the model, and (eps_r, d) "
            "along (+1, -1) in logarithms leaves everything unchanged; fit 'eps_r_d' instead",
            [{"eps_r": 1, "d": -1}],
        )
    wanted = ["eps_r" if name == "eps_r_d" else name for name in wanted]
    if static == "free":
        wanted = [name for name in STATIC if name in model.parameter_names] + wanted
    elif isinstance(static, IVFit):
        wanted = list(static_prior(static).names) + wanted
    names = tuple(dict.fromkeys(wanted))
    if not names:
        raise InputError("there are no parameters to fit; expected some, e.g. 'C_th' and 'C_ext'")
    for name in names:
        if name not in model.parameter_names:
            raise unknown_name("parameter to fit", name, model.parameter_names)
        if not model[name] > 0:
            raise InputError(
                f"{name} is {model[name]:g} in the model; expected a positive value to start from "
                "(parameters are fitted in logarithms)"
            )
    return names


def _check_settings(records: Sequence[SpikeTrace], model: Model, names: Sequence[str]) -> None:
    for record in records:
        for name in record.settings:
            if name in names:
                raise InputError(
                    f"{record.source}: {name} is both set for the trace and asked to be fitted"
                )
        model.with_parameters(**record.settings)
        if record.channel not in model.observable_names:
            raise unknown_name("channel", record.channel, model.observable_names)
        unit = model.quantity(record.channel).unit
        if record.unit and record.unit != unit:
            raise InputError(
                f"{record.source}: {record.channel} is recorded in {record.unit}, but {model.name} "
                f"has it in {unit}; give another channel="
            )


def _ambient(
    model: Model, T_amb: float | tuple[float, float] | None, prior_fit: IVFit | None
) -> tuple[Model, tuple[float, float] | None]:
    if "T_amb" not in model.parameter_names:
        if T_amb is not None:
            raise InputError(f"{model.name!r} has no ambient temperature T_amb")
        return model, None
    given = T_amb
    if given is None:
        given = prior_fit.T_amb if prior_fit is not None else model["T_amb"]
    ambient = ambient_temperature(given)
    if prior_fit is not None and not math.isclose(ambient[0], prior_fit.T_amb[0], rel_tol=1e-9):
        raise InputError(
            f"T_amb is {ambient[0]:g} K, but the I-V fit was made at {prior_fit.T_amb[0]:g} K; its "
            "parameters hold only there"
        )
    return model.with_parameters(T_amb=ambient[0]), ambient


def _prior(
    priors: dict[str, tuple[float, float]], fit: IVFit | None, names: tuple[str, ...]
) -> Prior | None:
    """Return the normal prior in log parameters: the I-V fit at its T_amb, and single ones."""
    parts = [] if fit is None else [static_prior(fit)]
    known = [name for part in parts for name in part.names]
    for given, pair in priors.items():
        name = "eps_r" if given == "eps_r_d" else given
        if name not in names or name in known:
            raise InputError(
                f"a prior was given for {given!r}, which is "
                + ("already in the I-V fit" if name in known else "not fitted")
            )
        value, sd = pair
        if not (value > 0 and 0 < sd < value):
            raise InputError(
                f"the prior of {given} is {pair}; expected (value, standard deviation), both "
                "positive and the second below the first"
            )
        mean, variance = np.log([value]), np.array([[(sd / value) ** 2]])
        parts.append(Prior((name,), mean, variance, f"{given} = {value:g} +- {sd:g}"))
    return together(parts)


def _features(features: Sequence[str]) -> tuple[str, ...]:
    wanted = [features] if isinstance(features, str) else list(features)
    for name in wanted:
        if name not in FEATURES:
            raise unknown_name("feature", name, FEATURES)
    if not wanted or len(set(wanted)) < len(wanted):
        raise InputError(f"features are {wanted}; expected some of {FEATURES}, each once")
    return tuple(wanted)


def _check_scale(problem: TraceProblem) -> None:
    """Find units that cannot be right: the model as given is orders of magnitude off."""
    for target in problem.targets:
        if isinstance(target, WaveformTarget):
            continue
        cycle = target.cycle(problem.model, problem.names, 1e-6)
        if cycle is None:
            continue
        measured = dict(zip(target.measured.names, target.measured.values, strict=True))
        pairs = []
        if "period" in measured:
            pairs.append(("period", measured["period"], cycle.values["period"], "s"))
        if "peak" in measured and "trough" in measured:
            unit = problem.model.quantity(target.trace.channel).unit
            swing = cycle.values["peak"] - cycle.values["trough"]
            pairs.append(("swing", measured["peak"] - measured["trough"], swing, unit))
        for what, found, expected, unit in pairs:
            if not 1 / _WRONG_UNIT < found / expected < _WRONG_UNIT:
                raise InputError(
                    f"{target.trace.source}: the {what} of {target.trace.channel} is {found:.4g} "
                    f"{unit}, that of the model as given {expected:.4g} {unit}; expected the same "
                    "within a factor of 30: are the units right (seconds, volts, amperes)?"
                )


def _check_rank(problem: TraceProblem) -> None:
    """Refuse what the data cannot tell, however good they are."""
    theta = np.log([problem.model[name] for name in problem.names])
    if not problem.spikes(theta):
        return
    jacobian = problem.jacobian(theta)
    found = null_directions(jacobian, problem.names, accuracy=ACCURACY)
    if found:
        raise IdentifiabilityError(
            f"{len(problem.names)} parameters cannot be told apart by {len(jacobian)} "
            f"{'numbers' if len(jacobian) > 1 else 'number'}: changing "
            f"{as_text(found[0])} in logarithms changes none of them; fit fewer parameters, ask "
            "for more features, or give an I-V fit as static=",
            found,
        )
