"""A binarised network that counts ones, without errors or with those of its circuits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import NonNegative, Positive, Probability, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.learning.binary.layers import BinaryLayer, Values, by_counting, forward
from neurodyn.learning.data import coded, samples_of
from neurodyn.learning.inference.errors import (
    Comparator,
    comparator_probability,
    popcount_transitions,
    supply_error,
)
from neurodyn.network.distributions import generator


@runtime_checkable
class CircuitErrors(Protocol):
    """How a block of a layer errs: `ReadErrors`, `WeakSupply`, or one's own."""

    def table(self, inputs: int, thresholds: Array) -> Array:
        """Return the probability of +1 by the true count of ones and neuron, (inputs + 1, post).

        A neuron should say +1 where the count is above its threshold, which lies between whole
        numbers.
        """
        ...


@checked
@dataclass(frozen=True)
class ReadErrors:
    """Products that are read wrongly, and a comparator that is not sure.

    Parameters
    ----------
    p : float
        That a product is read wrongly.
    sigma : float
        Of the comparator, in counts.
    comparator : {"gaussian", "cdf"}
        See ``comparator_probability``.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.ReadErrors(0.05).table(3, [1.5])[:, 0].round(4)
    array([0.0073, 0.0928, 0.9072, 0.9928])
    """

    p: Probability = 0.0
    sigma: NonNegative = 0.0
    comparator: Comparator = "gaussian"

    def table(self, inputs: int, thresholds: Array) -> Array:
        """Return the probability of +1 by the true count of ones and neuron, (inputs + 1, post)."""
        off = np.arange(inputs + 1)[:, None] - np.asarray(thresholds, float)
        said = comparator_probability(off, self.sigma, self.comparator)
        return popcount_transitions(inputs, self.p) @ said


@checked
@dataclass(frozen=True)
class WeakSupply:
    """Outputs near their threshold that err under a weak supply; see ``supply_error``.

    Parameters
    ----------
    amplitude, width, centre : float
        Of an illumination, which the source shows in a figure only (3.9).

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.WeakSupply(0.2, 1.0).table(3, [1.5])[:, 0].round(4)
    array([0.0446, 0.1213, 0.8787, 0.9554])
    """

    amplitude: Probability
    width: Positive
    centre: float = 0.5

    def table(self, inputs: int, thresholds: Array) -> Array:
        """Return the probability of +1 by the true count of ones and neuron, (inputs + 1, post)."""
        counts = np.arange(inputs + 1)[:, None]
        # the counter of a circuit starts at a whole threshold
        off = counts - np.floor(np.asarray(thresholds, float))
        wrong = supply_error(off, self.amplitude, self.width, centre=self.centre)
        return np.where(off > 0, 1 - wrong, wrong)


@dataclass(frozen=True, eq=False)
class CountingNet:
    """A binarised network whose hidden layers count ones and compare.

    Parameters
    ----------
    layers : tuple of BinaryLayer
    classes : (n_classes,) array
    """

    layers: tuple[BinaryLayer, ...]
    classes: npt.NDArray[Any]

    @property
    def erring(self) -> tuple[int, ...]:
        """Layers, counted from 1, that can err: those with binary inputs and outputs."""
        return tuple(range(2, len(self.layers)))

    @checked
    def decide(
        self,
        x: npt.ArrayLike,
        *,
        errors: CircuitErrors | None = None,
        only: Whole | None = None,
        seed: Whole = 0,
    ) -> Array:
        """Return the real outputs, (n, n_classes).

        Parameters
        ----------
        x : (n, features) float
        errors : ReadErrors, WeakSupply or another
            Of layers with binary inputs and outputs, drawn for each neuron (block) and sample.
        only : int, optional
            The one layer that errs, counted from 1.
        seed : int

        Raises
        ------
        InputError
            If there are errors but no such layer.
        """
        samples = samples_of(x, self.layers[0].signs.shape[1])
        if errors is None:
            return forward(self.layers, samples, by_counting)[1]
        return self.disturbed(samples, self.tables(errors, only), seed)

    def tables(self, errors: CircuitErrors, only: int | None) -> dict[int, list[Array]]:
        """Return the probabilities of +1 of each block of each layer that errs.

        Raises
        ------
        InputError
            If there is no such layer.
        """
        which = self.erring if only is None else (only,)
        if not which or set(which) - set(self.erring):
            raise InputError(
                f"errors are in layer {only or 'none'} of {len(self.layers)}; expected one with "
                f"binary inputs and outputs, which {list(self.erring) or 'none'} are"
            )
        return {
            number: [
                errors.table(at.stop - at.start, own + 0.5)  # above a whole count: no ties
                for at, own in zip(layer.blocks, layer.thresholds, strict=True)
            ]
            for number, layer in enumerate(self.layers, 1)
            if number in which
        }

    def disturbed(self, samples: Array, tables: dict[int, list[Array]], seed: int) -> Array:
        """Return the real outputs with errors drawn from tables."""
        rng = generator(seed, "learning", "circuit errors")

        def decide(number: int, layer: BinaryLayer, a: Values) -> Values:
            if number + 1 not in tables:
                return by_counting(number, layer, a)
            counts, neurons = layer.counts(a), np.arange(len(layer.signs))
            said = np.stack(
                [t[counts[:, k], neurons] for k, t in enumerate(tables[number + 1])], axis=1
            )
            return np.where(rng.random(said.shape) < said, 1, -1).astype(np.float32)

        return forward(self.layers, samples, decide)[1]

    @checked
    def predict(
        self, x: npt.ArrayLike, *, errors: CircuitErrors | None = None, seed: Whole = 0
    ) -> npt.NDArray[Any]:
        """Return the label of each sample, with errors drawn once."""
        return self.classes[self.decide(x, errors=errors, seed=seed).argmax(axis=1)]

    @checked
    def score(
        self, x: npt.ArrayLike, y: Any, *, errors: CircuitErrors | None = None, seed: Whole = 0
    ) -> float:
        """Return the share of samples whose label is predicted, with errors drawn once."""
        data = coded(x, y, self.classes)
        out = self.decide(data.x, errors=errors, seed=seed)
        return float(np.mean(out.argmax(axis=1) == data.codes))
