"""Circuit and thermal parameters from measured spike traces: ``nd.fit_trace``."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from neurodyn.arguments import Count, Whole, checked
from neurodyn.errors import IdentifiabilityError, InputError, unknown_name
from neurodyn.fitting.ambient import Pair, ambient_temperature
from neurodyn.fitting.iv.fit import IVFit
from neurodyn.fitting.iv.parameter_names import default_parameters
from neurodyn.fitting.null_directions import as_text, null_directions, refuse_factors
from neurodyn.fitting.trace.fit import Asked, TraceFit, trace_fit
from neurodyn.fitting.trace.instrument import TraceInstrument, seen_through
from neurodyn.fitting.trace.methods import Features, Waveform, comparison
from neurodyn.fitting.trace.parallel import PARALLEL, with_parallel
from neurodyn.fitting.trace.prior import Prior, joined, static_prior
from neurodyn.fitting.trace.problem import FeatureTarget, Target, TraceProblem
from neurodyn.fitting.trace.record import SpikeTrace, spike_trace
from neurodyn.fitting.trace.search import search
from neurodyn.fitting.trace.sensitivity import ACCURACY
from neurodyn.fitting.trace.symmetry import ambient_direction
from neurodyn.fitting.unknowns import Unknown, model_name, unknown_of_model
from neurodyn.io import TraceData
from neurodyn.model import Model
from neurodyn.progress import Progress, silent
from neurodyn.provenance import refuse_repeated

_WRONG_UNIT = 30.0  # a model this far off in size or time is not the device in these units
_FARTHEST = 1e3  # bounds, as a factor from the start
_COMMON = TraceInstrument()


@checked(
    moved={
        "features": "method=nd.Features(names)",
        "skip": "method=nd.Features(skip=...)",
    }
)
def fit_trace(
    traces: Any,
    model: Model,
    *,
    parameters: Sequence[str] = ("C_th", "C_ext"),
    static: Literal["fixed", "free"] | IVFit = "fixed",
    method: Literal["features", "waveform"] | Features | Waveform = "features",
    T_amb: float | Pair | None = None,
    priors: Mapping[str, Pair] | None = None,
    instrument: TraceInstrument | Mapping[str, TraceInstrument] = _COMMON,
    starts: Count = 3,
    seed: Whole = 0,
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
        Fitted in ln(value): "C_th", "C_ext", "L_ext", "R_out", "C_d", ...; "R_parallel" is a
        resistance beside the device, which any circuit takes.
    static : "fixed", "free" or IVFit
        What to do with R_0, E_a, eps_r d and R_th: hold them, fit them to the trace alone, or fit
        them with an I-V fit as a normal prior in log parameters, correlations included. The last
        is the joint fit of I-V curve and trace.
    method : {"features", "waveform"}, Features or Waveform
        What is compared; ``nd.Features(names, skip)`` says which features, and how many cycles are
        set aside while the oscillation settles.
    T_amb : float or (value, standard deviation), optional [K]
        The model's, or the I-V fit's, if not given. Its uncertainty moves E_a, R_th, eps_r d and
        C_th together along the exact scaling symmetry, which no trace can see.
    priors : mapping from parameter to (value, standard deviation), optional
        Independent normal priors of fitted parameters, e.g. a measured load.
    instrument : TraceInstrument, or a mapping from channel to one
        Gain, offset, bandwidth and trigger of the record: each exact, with a prior or free. By
        default the gain is 1 +- 0.01 and the offset 0 +- 1 % of the swing.
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
        For a trace that cannot be used or is given twice, unknown names, or values that make no
        sense.
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
    refuse_repeated(((record.source, record.sha256) for record in records), "trace")
    prior_fit = static if isinstance(static, IVFit) else None
    if prior_fit is None and static not in ("fixed", "free"):
        raise InputError(f"static is {static!r}; expected 'fixed', 'free' or an IVFit")
    compared = comparison(method)
    if PARALLEL in parameters and PARALLEL not in model.parameter_names:
        model = with_parallel(model)
    if starts < 1:
        raise InputError(f"starts is {starts}; expected 1 or more")
    names = _names(parameters, static, model)
    _check_settings(records, model, names)
    model, ambient = _ambient(model, T_amb, prior_fit)
    if prior_fit is not None:
        known = static_prior(prior_fit)
        values = dict(zip(known.names, np.exp(known.mean).tolist(), strict=True))
        model = model.with_parameters(**values)
    seen = seen_through(model, records, _instruments(instrument, records))
    of_parameters = _priors(priors or {}, prior_fit, names, model)
    prior = joined([*of_parameters, *seen.prior])
    unknowns = (*_unknowns(names, model), *seen.bandwidths, *seen.unknowns)
    n_free = len(unknowns) - (0 if prior is None else len(prior.names))
    targets: tuple[Target, ...] = tuple(compared.target(one, n_free) for one in seen.records)
    problem = TraceProblem(seen.model, unknowns, targets, prior, held=seen.held, device=model)
    _check_scale(problem)
    _check_rank(problem)
    found = search(problem, starts, seed, store, progress)
    known = "; ".join(f"{part.source} ({', '.join(part.names)})" for part in of_parameters)
    return trace_fit(found, Asked(records, seen.texts, known, ambient, compared.name, seed))


def _instruments(
    given: TraceInstrument | Mapping[str, TraceInstrument],
    records: Sequence[SpikeTrace],
) -> dict[str, TraceInstrument]:
    """Return the instrument of each channel that was recorded."""
    channels = dict.fromkeys(record.channel for record in records)
    if isinstance(given, TraceInstrument):
        return dict.fromkeys(channels, given)
    for channel in given:
        if channel not in channels:
            raise unknown_name("recorded channel", channel, channels)
    return {channel: given.get(channel, _COMMON) for channel in channels}


def _unknowns(names: Sequence[str], model: Model) -> tuple[Unknown, ...]:
    return tuple(
        unknown_of_model(name, model, (model[name] / _FARTHEST, model[name] * _FARTHEST))
        for name in names
    )


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
        _refuse_ambient(model)
    refuse_factors(wanted)
    wanted = [model_name(name, model) for name in wanted]
    if static == "free":
        wanted = [model_name(name, model) for name in default_parameters(model)] + wanted
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


def _refuse_ambient(model: Model) -> None:
    """Raise with the direction in which T_amb can be moved without any trace."""
    found = ambient_direction(model)
    if found is not None:
        raise IdentifiabilityError(
            "T_amb cannot be fitted to electrical data at one ambient temperature: changing "
            f"{as_text(found)} in logarithms leaves every V(I), V(t) and I(t) unchanged; give "
            "T_amb=(value, standard deviation) instead",
            [found],
        )


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
    known = model["T_amb"] if prior_fit is None else prior_fit.ambients[0]
    ambient = ambient_temperature(known if T_amb is None else T_amb)
    if isinstance(known, tuple) and not math.isclose(ambient[0], known[0], rel_tol=1e-9):
        raise InputError(
            f"T_amb is {ambient[0]:g} K, but the I-V fit was made at {known[0]:g} K; its "
            "parameters hold only there"
        )
    return model.with_parameters(T_amb=ambient[0]), ambient


def _priors(
    priors: Mapping[str, Pair], fit: IVFit | None, names: tuple[str, ...], model: Model
) -> list[Prior]:
    """Return normal priors in log parameters: the I-V fit at its T_amb, and single ones."""
    parts = [] if fit is None else [static_prior(fit)]
    known = [name for part in parts for name in part.names]
    for given, pair in priors.items():
        name = model_name(given, model)
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
    return parts


def _check_scale(problem: TraceProblem) -> None:
    """Find units that cannot be right: the model as given is orders of magnitude off."""
    for target in problem.targets:
        if not isinstance(target, FeatureTarget):
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
    theta = problem.centre
    if not problem.spikes(theta):
        return
    jacobian = problem.jacobian(theta).copy()
    # what is no logarithm has units: as much of it as moves the data like one of the others
    length, k = np.linalg.norm(jacobian, axis=0), len(problem.names)
    jacobian[:, k:] *= length[:k].max() / np.maximum(length[k:], np.finfo(float).tiny)
    titles = [unknown.title for unknown in problem.unknowns]
    found = null_directions(jacobian, titles, accuracy=ACCURACY)
    if found:
        raise IdentifiabilityError(
            f"{len(problem.unknowns)} parameters cannot be told apart by {problem.data_size} "
            f"{'numbers' if problem.data_size > 1 else 'number'}: changing "
            f"{as_text(found[0])} in logarithms changes none of them; fit fewer parameters, ask "
            "for more features, or give an I-V fit as static=",
            found,
        )
