"""The definitions: each behaviour as a rule on measured numbers.

Every rule is a function of numbers alone, so it can be tried on any. Words follow E. M. Izhikevich,
IEEE Trans. Neural Netw. 15, 1063 (2004), sec. II, and his Dynamical Systems in Neuroscience (2007).
The limits (0.1, 2, ...) are neurodyn's: the sources define the behaviours in words and pictures.
"""

from __future__ import annotations

import numpy as np

from neurodyn.arrays import Array

REGULAR = 0.1
"""Largest coefficient of variation of intervals that are called regular."""
APART = 2.0
"""Smallest ratio between intervals of two kinds: within a burst, and between bursts."""


def late(intervals: Array) -> Array:
    """Return the second half of the intervals, when the onset is over."""
    return intervals[len(intervals) // 2 :]


def variation(intervals: Array) -> float:
    """Return the coefficient of variation, infinite for fewer than three intervals."""
    if len(intervals) < 3:
        return np.inf
    return float(np.std(intervals, ddof=1) / np.mean(intervals))


def is_tonic(intervals: Array) -> bool:
    """Tonic spiking: under a sustained input, late intervals are regular (>= 5 of them, CV <= 0.1).

    Izhikevich (2004), A: "continues to fire a train of spikes as long as the input is on".
    """
    return len(late(intervals)) >= 5 and variation(late(intervals)) <= REGULAR


def burst_gap(intervals: Array) -> tuple[float, float]:
    """Return the limit between short and long intervals, and how far apart the two kinds are.

    The limit lies in the widest gap of the sorted intervals on a logarithmic scale; the second
    number is the ratio of its two sides, 1 where there are fewer than two intervals.
    """
    ordered = np.sort(intervals)
    if len(ordered) < 2:
        return np.inf, 1.0
    ratios = ordered[1:] / ordered[:-1]
    i = int(np.argmax(ratios))
    return float(np.sqrt(ordered[i] * ordered[i + 1])), float(ratios[i])


def is_bursting(intervals: Array) -> bool:
    """Tonic bursting: late intervals are of two kinds, >= 2 times apart, long ones >= 3 times.

    Each burst has at least two spikes: no long interval follows a long one. Izhikevich (2004), C.
    """
    tail = late(intervals)
    limit, ratio = burst_gap(tail)
    long = tail > limit
    return bool(ratio >= APART and long.sum() >= 3 and not (long[1:] & long[:-1]).any())


def is_phasic_spiking(count: int, settled: bool) -> bool:
    """Phasic spiking: one spike at the onset, then rest although the input goes on.

    Izhikevich (2004), B: "fires only a single spike at the onset of the input".
    """
    return count == 1 and settled


def is_phasic_bursting(count: int, settled: bool) -> bool:
    """Phasic bursting: three spikes or more at the onset, then rest although the input goes on.

    Izhikevich (2004), D. Two spikes, which a slow approach to rest gives too, are not enough.
    """
    return count >= 3 and settled


def break_point(intervals: Array) -> tuple[int, float]:
    """Return after which interval the largest lengthening comes, and its ratio."""
    if len(intervals) < 2:
        return 0, 1.0
    ratios = intervals[1:] / intervals[:-1]
    return int(np.argmax(ratios)), float(ratios.max())


def is_mixed_mode(intervals: Array) -> bool:
    """Mixed mode: a burst at the onset, then tonic spiking; one abrupt change between the two.

    The burst is at least three spikes, each of whose intervals is less than half of any later one;
    the late intervals are regular. Izhikevich (2004), E.
    """
    i, ratio = break_point(intervals)
    head, tail = intervals[: i + 1], intervals[i + 1 :]
    return bool(
        2 <= len(head) < len(intervals) / 2
        and ratio >= APART
        and APART * head.max() <= tail.min()
        and is_tonic(intervals)
    )


def is_adapting(intervals: Array) -> bool:
    """Spike-frequency adaptation: intervals grow (>= 3 times in a row, >= 1.2 times in all), stay.

    Growing means by at least 1 % each; staying, that no late interval is shorter than 0.8 of the
    longest. Izhikevich (2004), F: "a frequency that decays with time".
    """
    if len(intervals) < 6:
        return False
    growing = intervals[1:4] >= 1.01 * intervals[:3]
    return bool(
        growing.all()
        and late(intervals).mean() >= 1.2 * intervals[0]
        and late(intervals).min() >= 0.8 * intervals.max()
    )


def excitability_class(intervals: Array) -> int | None:
    """Class 1 or 2 from the intervals at 1e-1, 1e-2 and 1e-3 above the onset of firing; or None.

    Class 1: "fire with arbitrarily low frequency"; the interval grows without bound, by at least
    1.25 in the last decade (saddle-node on a cycle: 3.16; leaky integrator: 1.5) and 2 in all.
    Class 2: it stays finite, and changes by less than 1.1 in the last decade. A. L. Hodgkin,
    J. Physiol. 107, 165 (1948); J. Rinzel, B. Ermentrout (1998).
    """
    last, whole = intervals[2] / intervals[1], intervals[2] / intervals[0]
    if last >= 1.25 and whole >= 2:
        return 1
    return 2 if last < 1.1 else None


def is_late(delay: float, interval_at_double: float, after_pulse: bool) -> bool:
    """Spike latency: just above threshold the spike comes after the pulse, >= 2 times as late.

    Compared with the delay at twice the threshold. Izhikevich (2004), I.
    """
    return after_pulse and delay >= 2 * interval_at_double


def is_oscillating(extrema: Array) -> bool:
    """Subthreshold oscillations: at least three alternating extrema, each >= 0.1 of the one before.

    Extrema are deviations from rest, with sign. Izhikevich (2004), J.
    """
    if len(extrema) < 3:
        return False
    a, b, c = extrema[:3]
    return bool(a * b < 0 and b * c < 0 and min(abs(b / a), abs(c / b)) >= 0.1)


def is_resonant(thresholds: Array) -> bool:
    """Resonator: the threshold of a pair of pulses is lowest at some spacing between others.

    A local minimum against both a smaller and a larger spacing, by at least 1 %. Izhikevich
    (2004), K.
    """
    i = np.arange(len(thresholds))
    return any(
        thresholds[:k].max() >= 1.01 * thresholds[k]
        and thresholds[k + 1 :].max() >= 1.01 * thresholds[k]
        for k in i[1:-1]
    )


def is_integrating(thresholds: Array, single: float) -> bool:
    """Integrator: the nearer the two pulses, the lower the threshold, and lower than for one.

    The threshold never falls (by more than 1 %) as the spacing grows, and at the smallest spacing
    is at most 0.95 of that of a single pulse. Izhikevich (2004), L.
    """
    falls = thresholds[1:] < 0.99 * np.maximum.accumulate(thresholds)[:-1]
    return bool(not falls.any() and thresholds[0] <= 0.95 * single)


def is_all_or_nothing(below: float, above: float, double: float) -> bool:
    """All or nothing: the response jumps at threshold, and hardly grows with stimuli beyond it.

    Heights over rest just below the threshold, just above it, and at twice it: the first at most
    half of the second, the third at most 1.25 times the second.
    """
    return below <= 0.5 * above and double <= 1.25 * above


def is_rebound(during: int, after: int, least: int, settled: bool) -> bool:
    """Rebound: no spike while inhibited, ``least`` or more after it, then rest.

    Izhikevich (2004), M (least = 1) and N (a burst; here least = 3).
    """
    return during == 0 and after >= least and settled


def is_variable_threshold(prepared: float, plain: float) -> bool:
    """Threshold variability: after inhibition a pulse fires at <= 0.98 of the usual threshold.

    Izhikevich (2004), O.
    """
    return prepared <= 0.98 * plain


def is_superexcitable(after_potential: float, spike_height: float, ratio: float) -> bool:
    """Depolarising after-potential: after a spike, >= 0.05 of its height above rest, and excitable.

    Excitable: a second pulse has at most 0.95 of the usual threshold. Izhikevich (2004), Q.
    """
    return after_potential >= 0.05 * spike_height and ratio <= 0.95


def is_stochastic(intervals: Array, silent: bool) -> bool:
    """Stochastic spiking: irregular intervals (>= 20, CV >= 0.3), silence without noise.

    M. Drouhin, PhD thesis, Paris-Saclay (2023), sec. 2.3; a Poisson process has the CV 1.
    """
    return bool(silent and len(intervals) >= 20 and variation(intervals) >= 0.3)
