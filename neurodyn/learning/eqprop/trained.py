"""A trained network: what it predicts, how it was trained, what pulses that took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arguments import Count, Positive, checked
from neurodyn.arrays import Array
from neurodyn.errors import InputError
from neurodyn.learning.confusion import Confusion, confusion_of
from neurodyn.learning.data import coded, samples_of
from neurodyn.learning.eqprop.updates import Continuous
from neurodyn.learning.pulse_counts import PulseCounts
from neurodyn.status import Status
from neurodyn.synapses import SynapseEnergy
from neurodyn.tables import Columns, Tabular

if TYPE_CHECKING:
    from neurodyn.learning.eqprop.estimator import EqProp

_AT_ONCE = 2000  # samples settled together


def outputs(
    settings: EqProp, weights: Sequence[Array], biases: Sequence[Array], samples: Array
) -> Array:
    """Return the states of the output units after the free phase, (n, n_classes)."""
    from neurodyn.learning.eqprop.jax_program import settling_program
    from neurodyn.learning.jax_arrays import array

    kind = settings.precision
    run = settling_program(settings.settling)
    own = [tuple(array(one, kind) for one in of) for of in (weights, biases)]
    parts = [samples[i : i + _AT_ONCE] for i in range(0, len(samples), _AT_ONCE)]
    return np.concatenate([np.asarray(run(*own, array(p, kind))[0][-1], float) for p in parts])


@dataclass(frozen=True, eq=False)
class Settled:
    """States at which a network has come to rest.

    Parameters
    ----------
    states : tuple of (n, units) float
        Of each layer, the output last.
    rate : float
        Largest |ds/dt| left.
    steps : int
    status : Status
        ``NOT_CONVERGED`` if the rate is above the tolerance.
    """

    states: tuple[Array, ...]
    rate: float
    steps: int
    status: Status


@dataclass(frozen=True, eq=False)
class EqPropFit(Tabular):
    """A network trained by Equilibrium Propagation.

    Parameters
    ----------
    settings : EqProp
    weights, biases : tuple of arrays
        Of each layer, from the input on; weights (post, pre).
    classes : (n_classes,) array
    history : mapping from name to (epochs,) float
        After each epoch: accuracy in training (of the free phases of that epoch) and on the
        validation data (NaN without), cost, largest rates left by free and nudged phases, pulses.
    pulses : tuple of PulseCounts
        Of each layer.
    best_epoch : int
        Of the weights that are kept, counted from 1.
    seed : int
    status : Status
    notes : tuple of str
        What a reader should know, whole sentences.
    provenance : mapping
        Versions, digest of the data, device.
    """

    settings: EqProp
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
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
        """Return the states of the output units after the free phase, (n, n_classes)."""
        samples = samples_of(x, self.weights[0].shape[1])
        return outputs(self.settings, self.weights, self.biases, samples)

    @checked
    def predict(self, x: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the label of each sample: that of the output unit with the highest state."""
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

    @checked
    def settle(
        self,
        x: npt.ArrayLike,
        *,
        target: npt.ArrayLike | None = None,
        beta: float = 0.0,
        tolerance: Positive = 1e-6,
        most: Count = 10_000,
    ) -> Settled:
        """Let the network come to rest on samples, free or nudged towards targets.

        Parameters
        ----------
        x : (n, features) float
        target : (n, n_classes) float, optional
        beta : float
            Strength of the nudge; nonzero together with a target.
        tolerance : float
            Largest |ds/dt| at rest.
        most : int
            Steps.

        Raises
        ------
        InputError
            If a target and a nudge do not come together, or the target does not fit.
        """
        from neurodyn.learning.eqprop.jax_program import settle_until
        from neurodyn.learning.jax_arrays import array

        samples, kind = samples_of(x, self.weights[0].shape[1]), self.settings.precision
        if (target is None) != (beta == 0):
            raise InputError("a nudge is a target and a beta that is not 0; expected both, or none")
        nudge = None
        if target is not None:
            wanted, shape = np.asarray(target, float), (len(samples), len(self.classes))
            if wanted.shape != shape or not np.isfinite(wanted).all():
                raise InputError(f"target has shape {wanted.shape}; expected {shape}, finite")
            nudge = array(beta, kind), array(wanted, kind)
        states, rate, steps = settle_until(
            self.settings.settling,
            tuple(array(w, kind) for w in self.weights),
            tuple(array(b, kind) for b in self.biases),
            array(samples, kind),
            nudge,
            most,
            array(tolerance, kind),
            tuple(array(np.zeros((len(samples), len(b))), kind) for b in self.biases),
        )
        left = float(rate)
        return Settled(
            tuple(np.asarray(s, float) for s in states),
            left,
            int(steps),
            Status.OK if left <= tolerance else Status.NOT_CONVERGED,
        )

    @checked
    def energy(self, of_synapse: SynapseEnergy) -> float:
        """Return what training cost in synapses [J]: all pulses, and each device read per update.

        A weight is two devices. The energy of the units that settle is not in it.

        Raises
        ------
        InputError
            If the weights followed continuously, without pulses.
        """
        if isinstance(self.settings.update, Continuous):
            raise InputError("the weights followed continuously, without pulses; expected a rule")
        pulses = sum(float(p.total.sum()) for p in self.pulses)
        reads = sum(2.0 * p.total.size * p.batches for p in self.pulses)
        return of_synapse.of(pulses, reads)

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

    def __repr__(self) -> str:
        return f"<network of {self._sizes()} units after {len(self.history['train'])} epochs>"

    def _sizes(self) -> str:
        sizes: Sequence[int] = (self.weights[0].shape[1], *(len(b) for b in self.biases))
        return "-".join(map(str, sizes))

    def report(self) -> str:
        """Return accuracy, pulses and warnings as text."""
        if not len(self.history["train"]):
            said = f"network of {self._sizes()} units; {self.status}, before an epoch was whole"
            return "\n".join([said, *(f"note: {note}" for note in self.notes)])
        best = self.best_epoch - 1
        lines = [
            f"network of {self._sizes()} units, {self.settings.update}",
            f"status: {self.status}; weights of epoch {self.best_epoch} of "
            f"{len(self.history['train'])}, seed {self.seed}",
            f"accuracy in training {100 * self.history['train'][best]:.2f} %",
        ]
        if np.isfinite(self.history["validation"][best]):
            lines[-1] += f", on the validation data {100 * self.history['validation'][best]:.2f} %"
        lines += [f"layer {i}: {counts}" for i, counts in enumerate(self.pulses, 1)]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])
