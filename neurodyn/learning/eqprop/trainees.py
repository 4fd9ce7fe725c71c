"""Weights in training: ideal ones inside one compiled program, devices batch by batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurodyn.arrays import Array
from neurodyn.learning.batches import batches
from neurodyn.learning.data import Labelled
from neurodyn.learning.eqprop.updates import Continuous
from neurodyn.network.distributions import generator

if TYPE_CHECKING:
    from neurodyn.learning.eqprop.estimator import EqProp


@dataclass(frozen=True, eq=False)
class Plan:
    """Batches of one epoch.

    Parameters
    ----------
    places : (n_batches, batch) int
    shares : (n_batches, batch, 1) float
        Of each sample in the mean over its batch.
    signs : (n_batches, batch or 1, 1) float
        Of beta.
    keys : (n_batches, layers, 2) uint32
        Of chance.
    """

    places: npt.NDArray[np.int64]
    shares: Array
    signs: Array
    keys: npt.NDArray[np.uint32]


def plan_of(settings: EqProp, n: int, seed: int, epoch: int) -> Plan:
    """Return the batches of an epoch; the last is filled up with samples of no weight."""
    rng = generator(seed, "learning", "epoch", epoch)
    places, shares = batches(rng, n, settings.batch)
    batch = places.shape[1]
    nudge = settings.settling.nudge
    wide = (len(places), batch if nudge == "random_sign_per_sample" else 1, 1)
    signs = rng.choice([-1.0, 1.0], wide) if nudge.startswith("random") else np.ones(wide)
    words = (len(places), len(settings.units) + 1, 2)
    keys = rng.integers(0, 2**32, words, dtype=np.uint32)
    return Plan(places, shares[:, :, None], signs, keys)


class Trainee(ABC):
    """Weights in training."""

    def __init__(self, settings: EqProp, data: Labelled) -> None:
        from neurodyn.learning.eqprop import jax_program
        from neurodyn.learning.jax_arrays import array

        self._jax, self._array, self._settings = jax_program, array, settings
        kind = settings.precision
        self._x = np.asarray(data.x, kind)
        self._targets = np.asarray(data.one_hot, kind)
        shapes = settings.shapes(data.x.shape[1], len(data.classes))
        self.shapes = shapes
        self.biases = [np.zeros(post, kind) for post, _ in shapes]
        self.kept = [np.zeros((len(data), post), kind) for post, _ in shapes]
        if settings.settling.start != "persistent":
            self.kept = []

    @abstractmethod
    def weights(self) -> list[Array]:
        """Return the weights as they are now."""

    @abstractmethod
    def epoch(self, plan: Plan) -> dict[str, Array]:
        """Train through the batches; return what was seen in each."""

    @abstractmethod
    def counts(self) -> list[tuple[Any, Any]]:
        """Return pulses up and down of each layer, since the beginning."""

    @abstractmethod
    def arrays(self) -> dict[str, Any]:
        """Return what a later process needs to go on."""

    @abstractmethod
    def restore(self, arrays: dict[str, Any]) -> None:
        """Go back to what :meth:`arrays` gave."""

    def _common(self) -> dict[str, Any]:
        named = {f"bias{i}": b for i, b in enumerate(self.biases)}
        return named | {f"kept{i}": k for i, k in enumerate(self.kept)}

    def _restore_common(self, arrays: dict[str, Any]) -> None:
        self.biases = [arrays[f"bias{i}"] for i in range(len(self.shapes))]
        self.kept = [arrays[f"kept{i}"] for i in range(len(self.kept))]


class Ideal(Trainee):
    def __init__(self, settings: EqProp, data: Labelled, seed: int) -> None:
        super().__init__(settings, data)
        first = settings.first_weights(data.x.shape[1], len(data.classes), seed)
        self._weights = [np.asarray(w, settings.precision) for w in first]
        kind = float if isinstance(settings.update, Continuous) else np.int64
        self._up = [np.zeros(shape, kind) for shape in self.shapes]
        self._down = [np.zeros(shape, kind) for shape in self.shapes]
        self._on_device = self._array(self._x), self._array(self._targets)
        self._run = self._jax.epoch_program(
            settings.settling, settings.update, settings.rates, settings.biases == "learned"
        )

    def weights(self) -> list[Array]:
        return self._weights

    def epoch(self, plan: Plan) -> dict[str, Array]:
        """Run the batches in parts so long that no count of pulses overflows."""
        longest = self._jax.MOST_COUNTED // self._settings.update.most
        parts = [
            self._part(plan, slice(i, i + longest)) for i in range(0, len(plan.places), longest)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _part(self, plan: Plan, which: slice) -> dict[str, Array]:
        array, kind = self._array, self._settings.precision
        weights, biases, kept, counters, seen = self._run(
            tuple(map(array, self._weights)),
            tuple(map(array, self.biases)),
            tuple(map(array, self.kept)),
            *self._on_device,
            array(plan.places[which]),
            array(plan.shares[which], kind),
            array(plan.signs[which], kind),
            array(plan.keys[which]),
        )
        before = self._weights
        self._weights = [np.array(w) for w in weights]
        self.biases = [np.array(b) for b in biases]
        self.kept = [np.array(k) for k in kept]
        for layer, counted in enumerate(map(np.asarray, counters)):
            if counted.dtype.kind == "f":  # what is not positive of the whole change is negative
                up, down = counted, counted - (self._weights[layer] - before[layer])
            else:
                up, down = counted >> 16, counted & 0xFFFF
            self._up[layer] += up
            self._down[layer] += down
        return {name: np.asarray(values, float) for name, values in seen.items()}

    def counts(self) -> list[tuple[Any, Any]]:
        return list(zip(self._up, self._down, strict=True))

    def arrays(self) -> dict[str, Any]:
        found = self._common()
        for i in range(len(self.shapes)):
            found |= {
                f"weight{i}": self._weights[i],
                f"up{i}": self._up[i],
                f"down{i}": self._down[i],
            }
        return found

    def restore(self, arrays: dict[str, Any]) -> None:
        self._restore_common(arrays)
        layers = range(len(self.shapes))
        self._weights = [arrays[f"weight{i}"] for i in layers]
        self._up = [arrays[f"up{i}"] for i in layers]
        self._down = [arrays[f"down{i}"] for i in layers]


class OnDevices(Trainee):
    def __init__(self, settings: EqProp, data: Labelled, seed: int) -> None:
        super().__init__(settings, data)
        assert settings.synapse is not None
        self._pairs = settings.synapse.pairs(self.shapes, seed)
        self._read()
        self._run = self._jax.pulsed_batch(
            settings.settling, settings.update, settings.rates, settings.biases == "learned"
        )

    def _read(self) -> None:
        self._weights = [np.asarray(p.weights(), self._settings.precision) for p in self._pairs]

    def weights(self) -> list[Array]:
        return self._weights

    def epoch(self, plan: Plan) -> dict[str, Array]:
        array, kind, how = self._array, self._settings.precision, self._settings.settling
        seen: dict[str, list[float]] = {}
        biases = tuple(map(array, self.biases))
        start = self._jax.first_states(how, biases, plan.places.shape[1])
        for i, places in enumerate(plan.places):
            own = tuple(k[places] for k in self.kept) if self.kept else start
            pulses, biases, free, told = self._run(
                tuple(map(array, self._weights)),
                biases,
                array(self._x[places]),
                array(self._targets[places]),
                array(plan.signs[i], kind),
                tuple(map(array, own)),
                array(plan.shares[i], kind),
                array(plan.keys[i]),
            )
            for states, found in zip(self.kept, free, strict=False):
                states[places] = found
            right = np.asarray(free[-1]).argmax(1) == self._targets[places].argmax(1)
            told["right"] = (right * plan.shares[i, :, 0]).sum()
            for name, one in told.items():
                seen.setdefault(name, []).append(float(one))
            for layer, k in enumerate(pulses):
                if self._settings.rates[layer] > 0:
                    self._weights[layer] = self._pulsed(layer, np.asarray(k))
        self.biases = [np.array(b) for b in biases]
        return {name: np.array(values) for name, values in seen.items()}

    def _pulsed(self, layer: int, k: npt.NDArray[np.int8]) -> Array:
        self._pairs[layer].pulse(k)
        return np.asarray(self._pairs[layer].weights(), self._settings.precision)

    def counts(self) -> list[tuple[Any, Any]]:
        return [(p.devices.pulses[0], p.devices.pulses[1]) for p in self._pairs]

    def arrays(self) -> dict[str, Any]:
        found = self._common()
        for i, pairs in enumerate(self._pairs):
            found |= {f"{name}{i}": counts for name, counts in pairs.state().items()}
        return found

    def restore(self, arrays: dict[str, Any]) -> None:
        """Pulse fresh devices as often: what a device is, is its seed and its pulses."""
        self._restore_common(arrays)
        for i, pairs in enumerate(self._pairs):
            pairs.restore({name: arrays[f"{name}{i}"] for name in pairs.state()})
        self._read()
