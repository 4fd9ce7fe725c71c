"""A network that learns by Equilibrium Propagation: its settings, and what training needs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, NonNegative, Positive, Whole, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError, unknown_name
from neurodyn.learning.data import Labelled, held_data, labelled
from neurodyn.learning.eqprop.settling import Settling
from neurodyn.learning.eqprop.trained import EqPropFit
from neurodyn.learning.eqprop.training import train
from neurodyn.learning.eqprop.updates import (
    Continuous,
    ProbabilisticTernary,
    Quantised,
    Ternary,
    Update,
)
from neurodyn.network.distributions import generator
from neurodyn.progress import Progress
from neurodyn.synapses import Pairs
from neurodyn.synapses.pairs import Technology


@checked
@dataclass(frozen=True)
class DeviceWeights:
    """Weights that are pairs of devices, read again after every batch.

    Parameters
    ----------
    technology : WeakReset, MeasuredTable, Ideal or another
    weight : {"linear", "log"}
    alpha : float, or one for each layer
        In ohm for linear weights, a plain number for logarithmic ones.
    G_th : float, optional [S]
        A device at or below this conductance is not pulsed.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.DeviceWeights(nd.synapses.WeakReset(), "linear", 5000.0).weight
    'linear'
    """

    technology: Technology
    weight: Literal["log", "linear"] = "log"
    alpha: Positive | Sequence[Positive] = 1.0
    G_th: Positive | None = None

    def pairs(self, shapes: Sequence[tuple[int, int]], seed: int) -> list[Pairs]:
        """Return fresh pairs for the layers of a network, (post, pre) each."""
        alphas = by_layer("alpha", self.alpha, len(shapes))
        return [
            Pairs(
                self.technology,
                shape,
                int(generator(seed, "learning", "devices", layer).integers(2**31)),
                weight=self.weight,
                alpha=alphas[layer],
                G_th=self.G_th,
            )
            for layer, shape in enumerate(shapes)
        ]


def by_layer(name: str, value: float | Sequence[float], layers: int) -> tuple[float, ...]:
    """Return one number for each layer of weights.

    Raises
    ------
    InputError
        If there are neither one nor as many as layers.
    """
    if isinstance(value, int | float):
        return (float(value),) * layers
    found = tuple(float(one) for one in value)
    if len(found) != layers:
        raise InputError(
            f"{name} has {len(found)} numbers for {layers} layers of weights; expected one, or one "
            "for each, from the input on"
        )
    return found


@checked
@dataclass(frozen=True)
class EqProp:
    """A layered network of settling units and how it learns; :meth:`fit` trains it.

    After a batch the change asked of a weight is ``eta / beta`` times the mean over samples of
    rho_i rho_j in the nudged state less that in the free one (B. Scellier and Y. Bengio 2017;
    J. Drouhin, thesis 2023, eqs. 3.9 and 3.14).

    Parameters
    ----------
    hidden : int or sequence of int
        Units of each hidden layer; empty for a perceptron.
    update : Continuous, Ternary, ProbabilisticTernary or Quantised
    eta : float, or one for each layer of weights
        Learning rate; 0 keeps a layer as it starts.
    settling : Settling
    synapse : DeviceWeights, optional
        Ideal numbers by default. Devices take pulses, so not the continuous rule.
    epochs, batch : int
    init : {"fan_in", "fan_out", "mean"}
        n of ideal weights that start uniform within 1 / sqrt(n).
    biases : {"learned", "zero"}
        Learned ones follow every change, with the eta of their layer.
    keep : {"best", "last"}
        Weights that the result has: of the epoch best on the validation data, if there are any.
    precision : {"float32", "float64"}

    Raises
    ------
    InputError
        If a number does not fit, or devices shall follow continuously.

    Examples
    --------
    >>> import neurodyn as nd
    >>> x, y = [[0.0, 1.0], [1.0, 0.0]] * 20, ["right", "left"] * 20
    >>> fit = nd.learning.EqProp(hidden=8, eta=0.2, epochs=10, batch=5).fit(x, y)
    >>> fit.score(x, y)
    1.0
    """

    hidden: Count | Sequence[Count] = 512
    update: Update = field(default_factory=Continuous)
    eta: NonNegative | Sequence[NonNegative] = 0.1
    settling: Settling = field(default_factory=Settling)
    synapse: DeviceWeights | None = None
    epochs: Count = 50
    batch: Count = 50
    init: Literal["fan_in", "fan_out", "mean"] = "fan_in"
    biases: Literal["learned", "zero"] = "learned"
    keep: Literal["best", "last"] = "best"
    precision: Literal["float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        units = (self.hidden,) if isinstance(self.hidden, int) else tuple(self.hidden)
        object.__setattr__(self, "hidden", units)
        object.__setattr__(self, "eta", by_layer("eta", self.eta, len(units) + 1))
        if self.synapse is not None:
            if isinstance(self.update, Continuous):
                raise InputError(
                    "EqProp: the update is Continuous() and the weights are devices, which take "
                    "pulses; expected Ternary, ProbabilisticTernary or Quantised"
                )
            by_layer("alpha", self.synapse.alpha, len(units) + 1)

    @property
    def rates(self) -> tuple[float, ...]:
        """Learning rate of each layer of weights."""
        return by_layer("eta", self.eta, len(self.units) + 1)

    @property
    def units(self) -> tuple[int, ...]:
        """Units of each hidden layer."""
        return (self.hidden,) if isinstance(self.hidden, int) else tuple(self.hidden)

    def shapes(self, features: int, classes: int) -> list[tuple[int, int]]:
        """Return the shapes of the layers of weights, (post, pre)."""
        sizes = (features, *self.units, classes)
        return [(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)]

    def first_weights(self, features: int, classes: int, seed: int) -> list[Array]:
        """Return ideal weights as training starts with them."""
        found = []
        for layer, (post, pre) in enumerate(self.shapes(features, classes)):
            n = {"fan_in": pre, "fan_out": post, "mean": (pre + post) / 2}[self.init]
            rng = generator(seed, "learning", "weights", layer)
            found.append(rng.uniform(-1.0, 1.0, (post, pre)) / np.sqrt(n))
        return found

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
    ) -> EqPropFit:
        """Train the network.

        Parameters
        ----------
        x : (n, features) float
            Inputs, best from 0 to 1; an image's axes are made one.
        y : (n,) int or str
            Labels.
        validation : (x, y), optional
            Data on which the network is scored after each epoch.
        seed : int
            Of first weights, devices, order of samples, signs and chances.
        store : path, optional
            NPZ file that keeps what is done after each epoch; call again to go on.
        progress : function, optional

        Returns
        -------
        EqPropFit
            With status ``INTERRUPTED`` after an interrupt by the keyboard, and ``MAX_STEPS`` if
            devices that stop at their end ended the training.

        Raises
        ------
        InputError
            If data do not fit, or the store is of another training.
        """
        data = labelled(x, y)
        held = held_data(validation, data)
        return train(self, data, held, seed, store, progress)


_PULSED = {
    "continuous": ((0.15, 0.001), Continuous()),
    "ternary": ((0.15, 0.005), Ternary(5e-5, 1e-4)),
    "probabilistic": ((0.15, 0.005), ProbabilisticTernary(2e-4, 4e-4)),
    "quantised": ((0.15, 0.01), Quantised(0.0015, 0.003)),
    "quantised_fine": ((0.15, 0.01), Quantised(1.5e-5, 3e-5)),
}
_ON_DEVICES = {  # eta, theta, weight, alpha, G_th
    "devices_linear": ((0.2, 0.0), 2e-4, "linear", (5000.0, 5000.0), None),
    "devices_log": ((0.2, 0.0), 3e-4, "log", (1.2, 1.0), None),
    "devices_linear_limited": ((0.2, 0.0), 2e-4, "linear", (5000.0, 5000.0), 1 / 18000),
    "devices_log_limited": ((0.2, 0.0), 3e-4, "log", (1.2, 1.0), 1 / 16000),
}
PRESETS = (*_PULSED, *_ON_DEVICES)


@checked
def eqprop_preset(name: str, technology: Technology | None = None) -> EqProp:
    """Return the settings of a study of the source (J. Drouhin, thesis 2023, chapters 3 and 4).

    784-512-10 units, batches of 50, 30 + 10 steps of 0.5, beta = 0.4 with random sign.

    Parameters
    ----------
    name : str
        "continuous", "ternary", "probabilistic", "quantised" (the source's numbers, with which few
        pulses come), "quantised_fine" (theta and v a hundredth of that), or "devices_linear",
        "devices_log" and both with "_limited", which write down to a lowest conductance only.
    technology : WeakReset, MeasuredTable or another
        Devices of the last four.

    Raises
    ------
    InputError
        If the name is unknown, or devices are missing or not meant.

    Examples
    --------
    >>> import neurodyn as nd
    >>> nd.learning.eqprop_preset("ternary").update
    Ternary(theta=5e-05, v=0.0001)
    """
    if name not in PRESETS:
        raise unknown_name("preset", name, PRESETS)
    if (technology is not None) != (name in _ON_DEVICES):
        needs = "devices as technology=" if name in _ON_DEVICES else "no technology"
        raise InputError(f"preset {name!r}: expected {needs}")
    if technology is None:
        eta, update = _PULSED[name]
        return EqProp(512, update, eta)
    eta, theta, weight, alpha, G_th = _ON_DEVICES[name]
    devices = DeviceWeights(technology, "linear" if weight == "linear" else "log", alpha, G_th)
    return replace(EqProp(512, Ternary(theta), eta, biases="zero"), synapse=devices)
