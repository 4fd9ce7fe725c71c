"""Methods of comparing a trace with a model: features of cycles, or the whole waveform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from neurodyn.arguments import Whole, checked
from neurodyn.errors import InputError, unknown_name
from neurodyn.fitting.trace.features.extractor import FEATURES, PER_CYCLE
from neurodyn.fitting.trace.problem import FeatureTarget, WaveformTarget, feature_target
from neurodyn.fitting.trace.record import SpikeTrace


@checked
@dataclass(frozen=True)
class Features:
    """Means of features over cycles are compared: for oscillations that drift or jitter.

    Parameters
    ----------
    names : sequence of str
        Of "period", "peak", "trough", "width" (at half height), "rise", "fall" (20 to 80 %),
        "mean" and "latency" (of the first spike; needs ``onset``).
    skip : int
        Complete cycles set aside at the beginning of each trace, while the oscillation settles.

    Raises
    ------
    InputError
        For an unknown or repeated feature, or a negative ``skip``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.Features(["period", "peak"])
    Features(names=('period', 'peak'), skip=1)
    """

    names: Sequence[str] = PER_CYCLE
    skip: Whole = 1
    name: ClassVar[str] = "features"

    def __post_init__(self) -> None:
        wanted = (self.names,) if isinstance(self.names, str) else tuple(self.names)
        for name in wanted:
            if name not in FEATURES:
                raise unknown_name("feature", name, FEATURES)
        if not wanted or len(set(wanted)) < len(wanted):
            raise InputError(f"features are {list(wanted)}; expected some of {FEATURES}, each once")
        object.__setattr__(self, "names", wanted)

    def target(self, trace: SpikeTrace, n_free: int) -> FeatureTarget:
        """Return what a trace is compared by, with ``n_free`` parameters to be told from it."""
        return feature_target(trace, tuple(self.names), n_free, self.skip)


@dataclass(frozen=True)
class Waveform:
    """Every sample is compared, by single shooting from the moment the source is switched on.

    It uses all there is, and needs a phase that neither drifts nor jitters.
    """

    name: ClassVar[str] = "waveform"

    def target(self, trace: SpikeTrace, n_free: int) -> WaveformTarget:
        """Return what a trace is compared by.

        Raises
        ------
        InputError
            If it is not known when the source was switched on.
        """
        del n_free  # the noise of a sample does not depend on it
        if trace.onset is None:
            raise InputError(
                f"{trace.source}: method='waveform' starts when the source is switched on; "
                "give onset= to nd.spike_trace, or use method='features'"
            )
        return WaveformTarget(trace)


def comparison(method: str | Features | Waveform) -> Features | Waveform:
    """Return a method from its name."""
    known = {"features": Features, "waveform": Waveform}
    if isinstance(method, (Features, Waveform)):
        return method
    if method not in known:
        raise unknown_name("method", str(method), known)
    return known[method]()
