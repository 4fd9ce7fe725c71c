"""A binarised network and how it learns: its settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, Whole, checked
from neurodyn.errors import InputError
from neurodyn.learning.binary.course import OnFloats, OnPairs, layers_of
from neurodyn.learning.binary.trained import BinaryFit
from neurodyn.learning.binary.weights import FloatWeights, HiddenWeights, PulsedWeights
from neurodyn.learning.data import Labelled, held_data, labelled
from neurodyn.learning.epochs import fingerprint, provenance_of, run_epochs, store_of
from neurodyn.learning.inference.arrays import partition
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.progress import Progress


@checked
@dataclass(frozen=True)
class BinaryNet:
    """A network of weights and activations -1 and +1, and how it learns; :meth:`fit` trains it.

    Inputs and outputs are real. Every layer has batch normalisation without affine part, with
    the statistics of a batch in training and running averages after it; the gradient passes
    straight through signs (M. Courbariaux et al. 2016; A. Majumdar, thesis 2023, section 2.4).

    Parameters
    ----------
    hidden : int or sequence of int
        Units of each hidden layer.
    weights : FloatWeights or PulsedWeights
        What lies behind a binary weight.
    loss : {"cross_entropy", "squared_hinge"}
    ste : {"hardtanh", "identity"}
        Slope of a sign in the gradient: 1 within +-1 of the normalised sum, or everywhere.
    rows : int, optional
        Cut layers with binary inputs and outputs into blocks of so many rows, odd in number, whose
        majority is the output, in training already; 58 in the source. A layer that does not
        come out even has a shorter last block, and ties say -1.
    epochs, batch : int
    keep : {"best", "last"}
        Network that the result has: of the epoch best on the validation data, if there are any.
    precision : {"float32", "float64"}

    Raises
    ------
    InputError
        If a number does not fit.

    Examples
    --------
    >>> import neurodyn as nd
    >>> x, y = [[0.0, 1.0], [1.0, 0.0]] * 20, ["right", "left"] * 20
    >>> quick = nd.learning.FloatWeights(rate=0.05)
    >>> fit = nd.learning.BinaryNet(8, quick, epochs=10, batch=10).fit(x, y)
    >>> fit.score(x, y)
    1.0
    """

    hidden: Count | Sequence[Count] = 256
    weights: HiddenWeights = field(default_factory=FloatWeights)
    loss: Literal["cross_entropy", "squared_hinge"] = "cross_entropy"
    ste: Literal["hardtanh", "identity"] = "hardtanh"
    rows: Count | None = None
    epochs: Count = 30
    batch: Count = 100
    keep: Literal["best", "last"] = "best"
    precision: Literal["float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        units = (self.hidden,) if isinstance(self.hidden, int) else tuple(self.hidden)
        if self.batch < 2:
            raise InputError("BinaryNet: batch is 1; expected 2 or more, whose spread is taken")
        object.__setattr__(self, "hidden", units)

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        """Return the shapes of the layers of weights, (post, pre)."""
        assert isinstance(self.hidden, tuple)
        sizes = (features, *self.hidden, classes)
        return [(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)]

    def blocks(self, features: int, classes: int) -> tuple[tuple[int, ...], ...]:
        """Return the inputs of each block of each layer; those with real ends are not cut."""
        shapes = self.shapes(features, classes)
        return tuple(
            (pre,)
            if self.rows is None or i in (0, len(shapes) - 1)
            else partition(pre, rows=self.rows).sizes
            for i, (_, pre) in enumerate(shapes)
        )

    @checked
    def fit(
        self,
        x: npt.ArrayLike,
        y: Any,
        *,
        validation: tuple[npt.ArrayLike, Any] | Labelled | None = None,
        seed: Whole = 0,
        store: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> BinaryFit:
        """Train the network.

        Parameters
        ----------
        x : (n, features) float
        y : (n,) int or str
            Labels.
        validation : (x, y), optional
            Data on which the network is scored after each epoch.
        seed : int
            Of first weights or devices, order of samples and chances.
        store : path, optional
            NPZ file that keeps what is done after each epoch; call again to go on.
        progress : function, optional

        Returns
        -------
        BinaryFit
            With status ``INTERRUPTED`` after an interrupt by the keyboard, and ``MAX_STEPS`` if
            devices that stop at their end ended the training.

        Raises
        ------
        InputError
            If data do not fit, or the store is of another training.
        """
        data = labelled(x, y)
        held = held_data(validation, data)
        pulsed = isinstance(self.weights, PulsedWeights)
        technology = self.weights.technology if isinstance(self.weights, PulsedWeights) else None
        question = fingerprint(self, data, held, seed, technology)
        place = store_of(store)
        course = (OnPairs if pulsed else OnFloats)(self, data, seed)
        record = run_epochs(course, self.epochs, held, self.keep, question, place, progress)
        return BinaryFit(
            settings=self,
            layers=tuple(layers_of(record.network, course.blocks)),
            hidden=tuple(course.hidden()),
            classes=data.classes,
            history={name: np.array(values) for name, values in record.history.items()},
            pulses=tuple(PulseCounts(up, down, course.batches) for up, down in course.counts()),
            best_epoch=record.best_epoch,
            seed=seed,
            status=record.status,
            notes=tuple(record.notes),
            provenance=provenance_of(data),
        )
