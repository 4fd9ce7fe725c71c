"""A trained binarised network: what it predicts, and what its devices have gone through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import checked
from neurodyn.arrays import Array
from neurodyn.learning.binary.counting import CountingNet
from neurodyn.learning.binary.layers import BinaryLayer, by_normalising, forward
from neurodyn.learning.confusion import Confusion, confusion_of
from neurodyn.learning.data import coded, samples_of
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.status import Status
from neurodyn.tables import Columns, Tabular

if TYPE_CHECKING:
    from neurodyn.learning.binary.estimator import BinaryNet


@dataclass(frozen=True, eq=False)
class BinaryFit(Tabular):
    """A trained binarised network.

    Parameters
    ----------
    settings : BinaryNet
    layers : tuple of BinaryLayer
        Signs and batch normalisation, from the input on.
    hidden : tuple of (post, pre) float
        What lay behind the signs at the end: numbers, or log10(R_BL / R_BLb).
    classes : (n_classes,) array
    history : mapping from name to (epochs,) float
        After each epoch: accuracy in training and on the validation data (NaN without), loss,
        pulses.
    pulses : tuple of PulseCounts
        Of each layer; none of float weights.
    best_epoch : int
        Of the network that is kept, counted from 1.
    seed : int
    status : Status
    notes : tuple of str
    provenance : mapping
        Versions, digest of the data, device.
    """

    settings: BinaryNet
    layers: tuple[BinaryLayer, ...]
    hidden: tuple[Array, ...]
    classes: npt.NDArray[Any]
    history: Mapping[str, Array]
    pulses: tuple[PulseCounts, ...]
    best_epoch: int
    seed: int
    status: Status
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @checked
    def decide(self, x: npt.ArrayLike) -> Array:
        """Return the real outputs, (n, n_classes)."""
        samples = samples_of(x, self.layers[0].signs.shape[1])
        return forward(self.layers, samples, by_normalising)[1]

    @checked
    def predict(self, x: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the label of each sample: that of the highest output."""
        return self.classes[self.decide(x).argmax(axis=1)]

    @checked
    def score(self, x: npt.ArrayLike, y: Any) -> float:
        """Return the share of samples whose label is predicted."""
        data = coded(x, y, self.classes)
        return float(np.mean(self.decide(data.x).argmax(axis=1) == data.codes))

    @checked
    def confusion(self, x: npt.ArrayLike, y: Any) -> Confusion:
        """Return how many samples of each class were predicted as each."""
        data = coded(x, y, self.classes)
        return confusion_of(data, self.decide(data.x).argmax(axis=1))

    def counting(self) -> CountingNet:
        """Return the network as a circuit has it: ones are counted and held against thresholds."""
        return CountingNet(self.layers, self.classes)

    def columns(self) -> Columns:
        """Return the history, epoch by epoch."""
        n = len(self.history["train"])
        return {"epoch": (np.arange(1, n + 1), ""), **{k: (v, "") for k, v in self.history.items()}}

    def to_dict(self) -> dict[str, Any]:
        """Return settings, history and pulses in plain numbers and text."""
        return {
            "settings": repr(self.settings),
            "seed": self.seed,
            "status": self.status.name,
            "best_epoch": self.best_epoch,
            "history": {name: values.tolist() for name, values in self.history.items()},
            "pulses": [counts.to_dict() for counts in self.pulses],
            "notes": list(self.notes),
            "provenance": dict(self.provenance),
        }

    def _sizes(self) -> str:
        sizes = (self.layers[0].signs.shape[1], *(len(layer.signs) for layer in self.layers))
        return "-".join(map(str, sizes))

    def __repr__(self) -> str:
        done = len(self.history["train"])
        return f"<binarised network of {self._sizes()} units after {done} epochs>"

    def report(self) -> str:
        """Return accuracy, pulses and warnings as text."""
        done = len(self.history["train"])
        lines = [f"binarised network of {self._sizes()} units, {self.settings.weights}"]
        if not done:
            lines.append(f"status: {self.status}, before an epoch was whole")
            return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])
        best = self.best_epoch - 1
        lines.append(f"status: {self.status}; epoch {self.best_epoch} of {done}, seed {self.seed}")
        lines.append(f"accuracy in training {100 * self.history['train'][best]:.2f} %")
        if np.isfinite(self.history["validation"][best]):
            lines[-1] += f", on the validation data {100 * self.history['validation'][best]:.2f} %"
        lines += [f"layer {i}: {counts}" for i, counts in enumerate(self.pulses, 1)]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])
