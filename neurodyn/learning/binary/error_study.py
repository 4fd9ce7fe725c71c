"""Accuracy of a binarised network against the errors of its circuits, by Monte Carlo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from neurodyn.arguments import Count, Tolerance, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.learning.binary.counting import CircuitErrors, CountingNet
from neurodyn.learning.data import coded
from neurodyn.network.distributions import generator
from neurodyn.progress import Progress, monotonic
from neurodyn.tables import Columns, Tabular


@dataclass(frozen=True, eq=False)
class ErrorStudy(Tabular):
    """Accuracy for each kind of errors.

    Parameters
    ----------
    errors : tuple of CircuitErrors
    mean, low, high : (n,) float
        Accuracy with errors in all layers that can err: mean over draws and its interval.
    layers : tuple of int
        Those layers, counted from 1.
    by_layer : (layers, n) float
        Mean accuracy where one layer errs alone.
    repeats : int
        Draws of errors.
    """

    errors: tuple[CircuitErrors, ...]
    mean: Array
    low: Array
    high: Array
    layers: tuple[int, ...]
    by_layer: Array
    repeats: int

    def columns(self) -> Columns:
        """Return accuracy and intervals, and a column for each layer that errs alone."""
        alone = {
            f"layer_{n}_alone": (row, "") for n, row in zip(self.layers, self.by_layer, strict=True)
        }
        return {
            "case": (np.arange(len(self.mean)), ""),
            "accuracy": (self.mean, ""),
            "low": (self.low, ""),
            "high": (self.high, ""),
            **alone,
        }


@checked
def error_study(
    net: CountingNet,
    x: npt.ArrayLike,
    y: Any,
    errors: Sequence[CircuitErrors],
    *,
    repeats: Count = 20,
    level: Tolerance = 0.95,
    seed: Whole = 0,
    progress: Progress | None = None,
) -> ErrorStudy:
    """Score a network under errors, in all layers that can err and in each alone.

    Parameters
    ----------
    net : CountingNet
    x, y
        Samples and labels.
    errors : sequence of ReadErrors, WeakSupply or others
    repeats : int
        Draws of all errors, 2 or more; the interval is Student's of the mean over them. It says
        nothing of other samples.
    level : float
        Of the interval.
    seed : int
    progress : function, optional

    Raises
    ------
    InputError
        If there is nothing to score, or no layer that can err.

    Examples
    --------
    >>> import neurodyn as nd
    >>> data = nd.learning.digits()
    >>> net = nd.learning.BinaryNet((32, 16), epochs=2).fit(data.x, data.labels).counting()
    >>> cases = [nd.learning.ReadErrors(p) for p in (0.0, 0.5)]
    >>> study = nd.learning.error_study(net, data.x, data.labels, cases, repeats=3)
    >>> bool(study.mean[0] > study.high[1])
    True
    """
    data = coded(x, y, net.classes)
    if repeats < 2 or not errors:
        raise InputError(
            f"{repeats} draws of {len(errors)} kinds of errors; expected 2 or more, and a kind"
        )
    tell = monotonic(progress, "errors")
    which: list[int | None] = [None, *net.erring]
    found = np.zeros((len(which), len(errors), repeats))
    for case, kind in enumerate(errors):
        for row, only in enumerate(which):
            tell((case + row / len(which)) / len(errors))
            drawn = generator(seed, "learning", "error study", case, row)
            tables = net.tables(kind, only)
            for k in range(repeats):
                out = net.disturbed(data.x, tables, int(drawn.integers(2**31)))
                found[row, case, k] = np.mean(out.argmax(1) == data.codes)
    tell(1.0)
    mean = found.mean(2)
    half = stats.t.ppf(0.5 + level / 2, repeats - 1) * found[0].std(1, ddof=1) / np.sqrt(repeats)
    return ErrorStudy(
        tuple(errors), mean[0], mean[0] - half, mean[0] + half, net.erring, mean[1:], repeats
    )
