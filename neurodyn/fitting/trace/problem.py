"""Problem of a trace fit: what it compares, features with their covariance or the waveform.

A target gives residuals in units of their standard deviation and their derivatives by log
parameters; a :class:`TraceProblem` stacks targets and a Gaussian prior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from neurodyn.arrays import Array
from neurodyn.errors import InputError, NumericalError
from neurodyn.fitting.trace.cycle import ModelCycle, bias, settled_cycle
from neurodyn.fitting.trace.features.extractor import PER_CYCLE, Extractor, extractor
from neurodyn.fitting.trace.features.means import MeanFeatures, mean_features
from neurodyn.fitting.trace.instrument import KINDS, Shown, kind_name
from neurodyn.fitting.trace.prior import Prior
from neurodyn.fitting.trace.record import SpikeTrace
from neurodyn.fitting.trace.sensitivity import TOLERANCE, observe
from neurodyn.fitting.unknowns import Unknown
from neurodyn.model import Model

Rows = tuple[Array, Array]

_PENALTY = 1e4  # standard deviations: a trial that does not spike is a step to take back


@dataclass(frozen=True, eq=False)
class FeatureTarget:
    """Mean features of one trace.

    Parameters
    ----------
    trace : SpikeTrace
    extractor : Extractor
    measured : MeanFeatures
    whitener : (m, m) float
        Lower triangular; maps differences to units of their standard deviation.
    inflation : float
        By how much ``whitener`` counts the covariance larger than measured, for its own scatter.
    shift : (m,) float
        Bias of the measured features.
    """

    trace: SpikeTrace
    extractor: Extractor
    measured: MeanFeatures
    whitener: Array
    inflation: float
    shift: Array

    @property
    def size(self) -> int:
        """Number of residuals."""
        return len(self.measured.names)

    def cycle(self, model: Model, names: tuple[str, ...], tolerance: float) -> ModelCycle | None:
        """Return the settled cycle of the model with this trace's settings."""
        return settled_cycle(
            model.with_parameters(**self.trace.settings),
            self.trace.channel,
            names,
            tolerance=tolerance,
            settled=max(1e-6, 10 * tolerance),
        )

    def rows(self, model: Model, names: tuple[str, ...], tolerance: float, shown: Shown) -> Rows:
        """Return residuals (m,) and Jacobian (m, n_names + 3), by what is shown last."""
        cycle = self.cycle(model, names, tolerance)
        if cycle is None:
            return np.full(self.size, _PENALTY), np.zeros((self.size, len(names) + len(KINDS)))
        wanted = self.measured.names
        values = np.array([cycle.values[name] for name in wanted])
        gradient = np.array([cycle.gradients[name] for name in wanted])
        values, gradient = shown.features(wanted, values, gradient)
        off = values + self.shift - self.measured.values
        return (
            solve_triangular(self.whitener, off, lower=True),
            solve_triangular(self.whitener, gradient, lower=True),
        )

    def corrected(
        self, model: Model, fitted: tuple[str, ...], shown: Shown, n_free: float, seed: int
    ) -> FeatureTarget:
        """Return the target with the bias of the extractor on this model's trace taken out."""
        cycle = self.cycle(model, fitted, TOLERANCE)
        if cycle is None:
            return self
        names = tuple(name for name in self.measured.names if name != "latency")
        noise = self.trace.white_noise
        shift, covariance = bias(cycle, self.extractor, noise, names, seed, shown.values)
        if not np.isfinite(shift).all():
            return self
        m = len(self.measured.names)
        whole, whole_shift = np.zeros((m, m)), np.zeros(m)
        places = np.array([i for i, name in enumerate(self.measured.names) if name != "latency"])
        whole[np.ix_(places, places)], whole_shift[places] = covariance, shift
        whitener, inflation = _whitener(self.measured, n_free, whole)
        return replace(self, whitener=whitener, inflation=inflation, shift=whole_shift)


def feature_target(
    trace: SpikeTrace, features: tuple[str, ...], n_free: int, skip: int
) -> FeatureTarget:
    """Measure a trace.

    Raises
    ------
    InputError
        If the trace has no spikes, or too few cycles for the covariance of so many features.
    """
    ex = extractor(trace)
    cycles = ex.measure(trace.y)
    if len(cycles) <= skip:
        raise InputError(
            f"{trace.source}: {len(cycles)} complete cycles, of which {skip} are set aside while "
            "the oscillation settles; expected a longer trace"
        )
    names = tuple(name for name in PER_CYCLE if name in features)
    slopes = ex.level_slopes(trace.y)
    measured = mean_features(cycles.values[skip:], slopes, names, trace.dt)
    if "latency" in features:
        if trace.onset is None:
            raise InputError(
                f"{trace.source}: 'latency' was asked for, but not when the source was switched "
                "on; give onset= to nd.spike_trace"
            )
        if "period" not in names:
            raise InputError("'latency' takes its scatter from 'period'; ask for both")
        measured = _with_latency(measured, trace.t[0] + cycles.starts[0] - trace.onset)
    m, nu = len(measured.names), measured.degrees_of_freedom
    if nu < m + 3:
        raise InputError(
            f"{trace.source}: {measured.cycles} cycles are too few for the covariance of {m} "
            f"features (it has {nu:.1f} degrees of freedom; expected at least {m + 3}); give a "
            "longer trace, or ask for fewer features="
        )
    whitener, inflation = _whitener(measured, n_free)
    return FeatureTarget(trace, ex, measured, whitener, inflation, np.zeros(m))


def rough_target(trace: SpikeTrace) -> FeatureTarget:
    """Measure a trace for a first approach: few features, each taken as known to 2 %.

    Raises
    ------
    InputError
        If the trace has fewer than two complete cycles.
    """
    ex = extractor(trace, fewest_cycles=2)
    names = ("period", "peak", "trough", "width")
    table = ex.measure(trace.y).columns(names)
    values = np.median(table, axis=0)
    swing = abs(values[1] - values[2])
    sd = 0.02 * np.array([values[0], swing, swing, values[3]])
    measured = MeanFeatures(names, values, np.diag(sd**2), sd, len(table), np.inf)
    return FeatureTarget(trace, ex, measured, np.diag(sd), 1.0, np.zeros(4))


def _with_latency(measured: MeanFeatures, latency: float) -> MeanFeatures:
    """Append the one latency, which scatters as one interval does."""
    sd = measured.scatter[measured.names.index("period")]
    m = len(measured.names)
    covariance = np.zeros((m + 1, m + 1))
    covariance[:m, :m] = measured.covariance
    floor = measured.covariance[measured.names.index("period"), measured.names.index("period")]
    covariance[m, m] = max(sd**2, floor)
    return replace(
        measured,
        names=(*measured.names, "latency"),
        values=np.append(measured.values, latency),
        scatter=np.append(measured.scatter, sd),
        covariance=covariance,
    )


def _whitener(
    measured: MeanFeatures, n_free: float, more: Array | None = None
) -> tuple[Array, float]:
    """Return the Cholesky factor of the covariance, inflated for being estimated.

    With weights from a covariance S of nu degrees of freedom, k estimates from m features have
    (nu - 1) / (nu - m + k - 1) times the covariance that exact weights would give them, and
    (F' S^-1 F)^-1 is (nu - m + k) / nu times that on average (C. R. Rao, Proc. 5th Berkeley Symp.
    1, 355 (1967)).
    """
    m, nu = len(measured.names), measured.degrees_of_freedom
    left = nu - max(m - n_free, 0)
    inflation = nu * (nu - 1) / (left * (left - 1))
    covariance = measured.covariance if more is None else measured.covariance + more
    factor = np.linalg.cholesky(inflation * covariance)
    return np.asarray(factor, dtype=np.float64), float(inflation)


@dataclass(frozen=True, eq=False)
class WaveformTarget:
    """Every sample of a trace whose start is known: single shooting from rest.

    Parameters
    ----------
    trace : SpikeTrace
    until : float
        Samples after this time are left out (a fit that starts far off looks near first).
    """

    trace: SpikeTrace
    until: float = np.inf

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Which samples count."""
        assert self.trace.onset is not None
        return (self.trace.t >= self.trace.onset) & (self.trace.t <= self.until)

    @property
    def size(self) -> int:
        """Number of residuals."""
        return int(self.used.sum())

    def rows(self, model: Model, names: tuple[str, ...], tolerance: float, shown: Shown) -> Rows:
        """Return residuals (n,) and Jacobian (n, n_names + 3), by what is shown last."""
        trace, used = self.trace, self.used
        assert trace.onset is not None
        t = np.maximum(trace.t[used] - trace.onset - shown.delay, 0.0)
        try:
            run = observe(
                model.with_parameters(**trace.settings),
                trace.channel,
                names,
                float(t[-1]),
                tolerance=tolerance,
            )
        except NumericalError:
            return np.full(len(t), _PENALTY), np.zeros((len(t), len(names) + len(KINDS)))
        y, later = run.y(t), -shown.gain * run.rate(t) * (t > 0)
        more = np.stack([y, np.ones(len(t)), later], axis=1)
        slopes = np.hstack([shown.gain * run.gradient(t).T, more])
        return (shown.values(y) - trace.y[used]) / trace.white_noise, slopes / trace.white_noise


Target = FeatureTarget | WaveformTarget


@dataclass(frozen=True, eq=False)
class TraceProblem:
    """Residuals and Jacobian of a trace fit as functions of its unknowns.

    Parameters
    ----------
    model : Model
        Holds the parameters that are not fitted.
    unknowns : tuple of Unknown
        Parameters of the model, in logarithms; then what the instruments add.
    targets : tuple of targets
    prior : Prior or None
        Of any of them.
    tolerance : float
        Of the integration.
    held : mapping from name to value
        What is known exactly of the instruments.
    device : Model, optional
        The model without what the instruments add to it, if they do.
    """

    model: Model
    unknowns: tuple[Unknown, ...]
    targets: tuple[Target, ...]
    prior: Prior | None = None
    tolerance: float = TOLERANCE
    held: Mapping[str, float] = field(default_factory=dict)
    device: Model | None = None
    _last: dict[bytes, Rows] = field(default_factory=dict, repr=False, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters of the model that are fitted; they come first among the unknowns."""
        known = self.model.parameter_names
        return tuple(unknown.name for unknown in self.unknowns if unknown.name in known)

    def places(self, names: Sequence[str]) -> list[int]:
        """Return where unknowns stand."""
        order = [unknown.name for unknown in self.unknowns]
        return [order.index(name) for name in names]

    @property
    def centre(self) -> Array:
        """The model as it was given, seen through instruments as they are said to be."""
        theta = np.zeros(len(self.unknowns))
        known = (
            {} if self.prior is None else dict(zip(self.prior.names, self.prior.mean, strict=True))
        )
        for i, unknown in enumerate(self.unknowns):
            if unknown.name in self.model.parameter_names:
                theta[i] = np.log(self.model[unknown.name])
            else:
                theta[i] = known.get(unknown.name, float(unknown.name.startswith("gain")))
        return theta

    def model_at(self, theta: Array) -> Model:
        """Return the model with the fitted values of its parameters."""
        names = self.names
        values = np.exp(theta[: len(names)]).tolist()
        return self.model.with_parameters(**dict(zip(names, values, strict=True)))

    def device_at(self, theta: Array) -> Model:
        """Return the device alone with the fitted values of its parameters."""
        model = self.model_at(theta)
        if self.device is None:
            return model
        return self.device.with_parameters(
            **{name: model[name] for name in self.device.parameter_names}
        )

    def shown(self, theta: Array, channel: str) -> Shown:
        """Return how a channel is shown."""
        default = Shown()
        order = [unknown.name for unknown in self.unknowns]
        found = {}
        for kind in KINDS:
            name = kind_name(kind, channel)
            value = self.held.get(name, getattr(default, kind))
            found[kind] = float(theta[order.index(name)]) if name in order else value
        return Shown(**found)

    def evaluate(self, theta: Array) -> Rows:
        """Return residuals and Jacobian, targets first, then the prior."""
        key = np.asarray(theta, dtype=float).tobytes()
        if key not in self._last:
            self._last.clear()
            model = self.model_at(theta)
            parts = [self._target_rows(theta, model, target) for target in self.targets]
            if self.prior is not None:
                parts.append(self._prior_rows(theta))
            residuals, jacobians = zip(*parts, strict=True)
            self._last[key] = np.concatenate(residuals), np.concatenate(jacobians)
        return self._last[key]

    def _target_rows(self, theta: Array, model: Model, target: Target) -> Rows:
        """Return the rows of a target, its columns sorted into those of the unknowns."""
        names, channel = self.names, target.trace.channel
        residuals, slopes = target.rows(model, names, self.tolerance, self.shown(theta, channel))
        sorted_slopes = np.zeros((len(residuals), len(self.unknowns)))
        sorted_slopes[:, : len(names)] = slopes[:, : len(names)]
        for i, unknown in enumerate(self.unknowns):
            for k, kind in enumerate(KINDS):
                if unknown.name == kind_name(kind, channel):
                    sorted_slopes[:, i] = slopes[:, len(names) + k]
        return residuals, sorted_slopes

    def residuals(self, theta: Array) -> Array:
        """Return the residuals, in standard deviations."""
        return self.evaluate(theta)[0]

    def jacobian(self, theta: Array) -> Array:
        """Return their derivatives by the unknowns."""
        return self.evaluate(theta)[1]

    def spikes(self, theta: Array) -> bool:
        """Say whether every target could be evaluated."""
        return bool(np.abs(self.residuals(theta)[: self.data_size]).max() != _PENALTY)

    @property
    def data_size(self) -> int:
        """Number of residuals without those of the prior."""
        return sum(target.size for target in self.targets)

    def told_by_data(self, theta: Array) -> float:
        """Return how many unknowns the data tell: their number, less what is the prior's share."""
        basis = np.linalg.qr(self.jacobian(theta)).Q
        return float((basis[: self.data_size] ** 2).sum())

    def _prior_rows(self, theta: Array) -> Rows:
        assert self.prior is not None
        places = self.places(self.prior.names)
        factor = np.linalg.cholesky(self.prior.covariance)
        pick = np.zeros((len(places), len(self.unknowns)))
        pick[np.arange(len(places)), places] = 1.0
        off = theta[places] - self.prior.mean
        return (
            solve_triangular(factor, off, lower=True),
            solve_triangular(factor, pick, lower=True),
        )
